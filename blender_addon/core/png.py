"""Write 8-bit PNG pictures with the standard library, for masks made inside Blender."""

import struct
import zlib

import numpy as np


def encode_png(pixels: np.ndarray) -> bytes:
    """pixels (H, W) uint8 -> the bytes of a greyscale PNG."""
    if pixels.dtype != np.uint8 or pixels.ndim != 2:
        raise ValueError(f"expected (H, W) uint8, got {pixels.shape} {pixels.dtype}")
    height, width = pixels.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row starts with its filter: 0, none
    rows[:, 1:] = pixels
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

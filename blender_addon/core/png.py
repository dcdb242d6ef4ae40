"""Write PNG pictures with the standard library, for masks and passes made inside Blender."""

import struct
import zlib

import numpy as np

NOTHING, UP = 0, 2
"""Filters: rows as they are, or what they differ by from the row above."""


def encode_png(pixels: np.ndarray) -> bytes:
    """pixels (H, W) or (H, W, 3), uint8 or uint16 -> the bytes of a PNG, grey or red, green, blue."""
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)):
        raise ValueError(f"expected (H, W) or (H, W, 3) of uint8 or uint16, got {pixels.shape} {pixels.dtype}")
    height, width = pixels.shape[:2]
    # Numbers of persons lie in large pieces of one value; what changes from row to row packs better as differences.
    how = NOTHING if pixels.ndim == 2 and pixels.dtype == np.uint8 else UP
    values = np.ascontiguousarray(pixels.astype(pixels.dtype.newbyteorder(">"))).view(np.uint8).reshape(height, -1)
    rows = np.empty((height, values.shape[1] + 1), np.uint8)
    rows[:, 0] = how  # each row starts with its filter
    rows[:, 1:] = values
    if how == UP:
        rows[1:, 1:] -= values[:-1]
    kind = 0 if pixels.ndim == 2 else 2
    header = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, kind, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

"""Read the passes that Blender saves: scanline OpenEXR, uncompressed, 32-bit float channels, one part.

Blender's Python cannot read a multilayer picture's passes back, and numpy is all there is to do it with.
Format: https://openexr.com/en/latest/OpenEXRFileLayout.html
"""

import struct
from pathlib import Path

import numpy as np

from .errors import AssetError

MAGIC = b"v/1\x01"
LARGEST_SIDE = 65536


def read_exr(path) -> dict:
    """Every channel of the file.

    Returns:
        channel name ('ViewLayer.Combined.R') -> (H, W) float32, row 0 at the top.
    Raises:
        AssetError: not such a file, or cut short.
    """
    data = Path(path).read_bytes()
    try:
        header, start = _read_header(data)
        return _read_pixels(data, header, start)
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise AssetError(
            f"{path} is not an uncompressed single-part float EXR ({error}). Render this picture again."
        ) from error


def find_pass(channels: dict, *names: str) -> np.ndarray:
    """The channel whose name ends in one of `names` (Blender versions name their passes differently)."""
    for name in sorted(channels):
        if name.endswith(names):
            return channels[name]
    raise AssetError(
        f"No pass named {' or '.join(names)} among {', '.join(sorted(channels))}. Enable it before rendering."
    )


def _read_header(data: bytes):
    if data[:4] != MAGIC:
        raise ValueError("wrong first bytes")
    (version,) = struct.unpack_from("<I", data, 4)
    if version & 0x1A00:
        raise ValueError("tiled, deep or several parts")
    header, at = {}, 8
    while data[at] != 0:
        name, at = _read_name(data, at)
        _, at = _read_name(data, at)
        (size,) = struct.unpack_from("<I", data, at)
        header[name] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return header, at + 1


def _read_name(data: bytes, at: int):
    end = data.index(b"\0", at)
    return data[at:end].decode("ascii"), end + 1


def _read_pixels(data: bytes, header: dict, start: int) -> dict:
    if header["compression"] != b"\0":
        raise ValueError("compressed")
    left, top, right, bottom = struct.unpack("<4i", header["dataWindow"])
    width, height = right - left + 1, bottom - top + 1
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise ValueError(f"{width}x{height} pixels")
    names = _channel_names(header["channels"])
    offsets = np.frombuffer(data, "<u8", height, start)
    row_bytes = 4 * width * len(names)
    rows = np.empty((height, len(names), width), np.float32)
    for offset in offsets:
        line, size = struct.unpack_from("<iI", data, int(offset))
        if size != row_bytes:
            raise ValueError("row of an unexpected size")
        rows[line - top] = np.frombuffer(data, "<f4", width * len(names), int(offset) + 8).reshape(len(names), width)
    return {name: rows[:, i] for i, name in enumerate(names)}


def _channel_names(chlist: bytes) -> list:
    names, at = [], 0
    while chlist[at] != 0:
        name, at = _read_name(chlist, at)
        (kind,) = struct.unpack_from("<i", chlist, at)
        if kind != 2:
            raise ValueError(f"channel {name} is not 32-bit float")
        names.append(name)
        at += 16
    return names

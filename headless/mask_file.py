"""Masks of a data set as they are read back: whole, or named."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np

from blender_addon.core.errors import AssetError


def read_mask(path: Path, shape: tuple[int, int], fix: str) -> np.ndarray:
    """(H, W) uint8, the person's number per pixel, 0 for none.

    Raises:
        AssetError: missing, cut short, damaged, or not of the `shape` (H, W).
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}. {fix}") from error
    if not whole_png(data):
        raise AssetError(f"{path} is damaged or cut short. {fix}")
    mask = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if mask is None or mask.dtype != np.uint8 or mask.shape != shape:
        found = "no picture" if mask is None else f"{mask.shape} {mask.dtype}"
        raise AssetError(f"{path} holds {found}, expected {shape} uint8. {fix}")
    return mask


def whole_png(data: bytes) -> bool:
    """OpenCV fills what is missing of a broken PNG with zeros and says nothing, so look at the checksums."""
    position = 8
    while data[:8] == b"\x89PNG\r\n\x1a\n" and position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        end = position + 8 + length
        if data[end : end + 4] != struct.pack(">I", zlib.crc32(data[position + 4 : end])):
            return False
        if data[position + 4 : position + 8] == b"IEND":
            return True
        position = end + 4
    return False

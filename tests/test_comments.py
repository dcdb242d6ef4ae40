"""Pictures lose what programs wrote into them about themselves, and nothing else."""

import struct
import zlib

import cv2
import numpy as np
import pytest

from blender_addon.core.comments import without_comments
from blender_addon.core.errors import AssetError

PIXELS = np.random.default_rng(0).integers(0, 255, (24, 32, 3), np.uint8)


def with_comment(form: str, text: bytes) -> bytes:
    data = cv2.imencode(form, PIXELS)[1].tobytes()
    if form == ".jpg":
        return data[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + data[2:]
    chunk = b"tEXt" + b"Date\0" + text
    return data[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]


@pytest.mark.parametrize("form", [".jpg", ".png"])
def test_comments_go_and_pixels_stay(form):
    monday, tuesday = (with_comment(form, day) for day in (b"Monday, 9 o'clock", b"Tuesday"))
    assert monday != tuesday
    clean = without_comments(monday)
    assert clean == without_comments(tuesday) == cv2.imencode(form, PIXELS)[1].tobytes() == without_comments(clean)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff\xe0\x00", b"\x89PNG\r\n\x1a\n\x00\x00"])
def test_other_files_are_refused(data):
    with pytest.raises(AssetError, match=r"cut short|Expected a JPEG"):
        without_comments(data)

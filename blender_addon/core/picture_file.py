"""How large a JPEG or PNG is, from its first bytes: enough to refuse what would fill the memory."""

import struct
from pathlib import Path

from .errors import AssetError

HEAD = 2**20
"""Bytes in which a JPEG's size must be met; colour profiles and previews come before it."""
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a picture's size."""


def picture_size(path: Path) -> tuple[int, int]:
    """(width, height) in pixels.

    Raises:
        AssetError: it is no JPEG or PNG, or is cut short before its size.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}.") from error
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and len(head) >= 24:
        size = struct.unpack(">II", head[16:24])
    elif head.startswith(b"\xff\xd8\xff"):
        size = _jpeg_size(head)
    else:
        size = None
    if not size or min(size) < 1:
        raise AssetError(f"{path} is not a whole JPEG or PNG picture. Get it again.")
    return size


def _jpeg_size(head: bytes) -> "tuple[int, int] | None":
    place = 2
    while place + 9 <= len(head) and head[place] == 0xFF:
        marker = head[place + 1]
        if marker == 0xFF:  # padding
            place += 1
        elif marker in FRAMES:
            height, width = struct.unpack(">HH", head[place + 5 : place + 9])
            return width, height
        else:
            place += 2 + struct.unpack(">H", head[place + 2 : place + 4])[0]
    return None

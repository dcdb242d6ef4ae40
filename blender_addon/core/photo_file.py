"""What the first bytes of a photo say, so that a folder of thousands is judged without decoding one.

JPEG (ITU T.81, Exif 2.3), PNG (ISO 15948) and WebP (its RIFF container), told by their bytes, not by their names.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

from .errors import AssetError

SUFFIXES = (".jpeg", ".jpg", ".png", ".webp")
HEAD = 2**18
"""Bytes that a header has to be in; Exif notes with a small picture inside take up to 64 kB each."""
TAIL = 2**16
"""Bytes in which a JPEG has to end: cameras hang more behind it."""
SMALLEST_SIDE, MOST_PIXELS = 64, 50_000_000
"""Smaller ones show nothing, larger ones would fill the memory (16 bytes a pixel while Blender hands them over)."""
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG that give the picture's size."""
ORIENTATION = 0x0112


@dataclass(frozen=True)
class PhotoFile:
    """Of one photo."""

    width: int
    height: int
    """Pixels of the upright picture."""
    orientation: int
    """As Exif counts, 1 to 8: how the stored picture has to be turned; Blender does not turn it."""


def read_header(path) -> PhotoFile:
    """Raises AssetError when the file cannot be read, is none of the formats, is cut short, or too small or large."""
    path = Path(path)
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD)
            size = file.seek(0, 2)
            file.seek(max(size - TAIL, 0))
            tail = file.read(TAIL)
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}.") from error
    try:
        width, height, orientation, whole = _parse(head, tail, size)
    except (struct.error, IndexError, ValueError):
        raise AssetError(f"{path} is no JPEG, PNG or WebP picture. Take it out of the folder.") from None
    if not whole:
        raise AssetError(f"{path} is cut short. Copy it again, or take it out of the folder.")
    if min(width, height) < SMALLEST_SIDE or width * height > MOST_PIXELS:
        bounds = f"sides of {SMALLEST_SIDE} pixels or more, {MOST_PIXELS // 10**6} million in all at most"
        raise AssetError(f"{path} has {width}x{height} pixels. Backgrounds have {bounds}.")
    if orientation > 4:
        width, height = height, width
    return PhotoFile(width, height, orientation)


def _parse(head: bytes, tail: bytes, size: int) -> tuple:
    """Width, height, orientation, and whether the file goes on to its end."""
    if head.startswith(b"\xff\xd8"):
        return *_jpeg(head), b"\xff\xd9" in tail
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return *struct.unpack_from(">II", head, 16), 1, b"IEND\xaeB`\x82" in tail
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return *_webp(head), 1, size >= struct.unpack_from("<I", head, 4)[0] + 8
    raise ValueError("other first bytes")


def _jpeg(data: bytes) -> tuple:
    at, orientation = 2, 1
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height, orientation
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            orientation = _orientation(data[at + 10 : at + 2 + length])
        at += 2 + max(length, 2)


def _orientation(tiff: bytes) -> int:
    """Of the first directory; 1 where it is broken or says nothing."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        (at,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, at)
        for entry in range(count):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, at + 2 + 12 * entry)
            if (tag, kind) == (ORIENTATION, 3) and 1 <= value <= 8:
                return value
    except (struct.error, TypeError):
        pass
    return 1


def _webp(data: bytes) -> tuple:
    kind = data[12:16]
    if kind == b"VP8X":
        return tuple(int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return tuple(side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    raise ValueError("no picture in it")


def upright(pixels, orientation: int):
    """(H, W, ...) as stored, row 0 at the top, turned as Exif's orientation asks."""
    if orientation in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    for _ in range(turns):  # a quarter anti-clockwise each
        pixels = pixels.swapaxes(0, 1)[::-1]
    return pixels

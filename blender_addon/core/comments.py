"""Take out what programs write about themselves into pictures: dates and timings make equal pictures unequal files."""

import struct

from .errors import AssetError

JPEG, PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
COMMENT, SCAN = 0xFE, 0xDA
TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"tIME")


def without_comments(data: bytes) -> bytes:
    """A JPEG or PNG without comments; its pixels are not touched.

    Raises:
        AssetError: it is neither, or cut short.
    """
    try:
        if data.startswith(JPEG):
            return _jpeg(data)
        if data.startswith(PNG):
            return _png(data)
    except (IndexError, struct.error):
        raise AssetError("The picture is cut short.") from None
    raise AssetError("Expected a JPEG or PNG picture.")


def _jpeg(data: bytes) -> bytes:
    """ITU T.81, annex B: marker segments up to the first scan."""
    kept, position = [JPEG], len(JPEG)
    while data[position + 1] != SCAN:
        marker, length = data[position + 1], struct.unpack_from(">H", data, position + 2)[0]
        end = position + 2 + length
        if marker != COMMENT:
            kept.append(data[position:end])
        position = end
    return b"".join([*kept, data[position:]])


def _png(data: bytes) -> bytes:
    """ISO 15948: chunks of length, type, data and checksum."""
    kept, position = [PNG], len(PNG)
    while position < len(data):
        end = position + 12 + struct.unpack_from(">I", data, position)[0]
        if data[position + 4 : position + 8] not in TEXTS:
            kept.append(data[position:end])
        position = end
    return b"".join(kept)

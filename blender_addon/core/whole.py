"""Whether a picture was cut short: Blender shows what is missing of a JPEG as grey and says nothing."""

from pathlib import Path

from .errors import AssetError

END_OF_JPEG = b"\xff\xd9"
AFTER_END = 2**16
"""Bytes that programs put behind a JPEG's end."""


def check_whole(path) -> None:
    """Raises AssetError for a JPEG that lacks its end, or a file that cannot be read. Blender refuses other forms."""
    path = Path(path)
    try:
        with open(path, "rb") as file:
            is_jpeg = file.read(3) == b"\xff\xd8\xff"
            file.seek(max(path.stat().st_size - AFTER_END, 0))
            whole = not is_jpeg or END_OF_JPEG in file.read()
    except OSError as error:
        raise AssetError(f"{path}: cannot be read ({error.strerror}). Get the asset again.") from error
    if not whole:
        raise AssetError(f"{path}: is cut short. Get the asset again.")

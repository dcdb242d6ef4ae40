"""Skins made from photos by `warp_net`: a folder with skin.json and the picture that it names, clothes painted on."""

import json
from pathlib import Path

from ..errors import AssetError
from ..makehuman.mhmat import Material, is_picture
from ..makehuman.plain_text import beside, read_lines

LARGEST_FILE = 64_000
LAYOUT = "open_body"
"""The one whose texture layout the mesh has that skins are shown on."""


def read_skin(path: Path) -> tuple:
    """A skin's Material, and whether it is dressed.

    Args:
        path: of skin.json.
    Raises:
        AssetError: it is broken, or for the layout of another body.
    """
    try:
        data = json.loads("\n".join(read_lines(path, LARGEST_FILE)))
        picture, body, dressed = data["picture"], data["body"], data["dressed"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise AssetError(f"{path}: expected picture, body and dressed ({error}). Make the skin again.") from None
    if body != LAYOUT:
        raise AssetError(f"{path}: laid out for {body!r:.60}, expected {LAYOUT!r}. Make the skin again for that body.")
    if not isinstance(picture, str) or not isinstance(dressed, bool):
        raise AssetError(f"{path}: expected a picture's name and true or false. Make the skin again.")
    found = beside(path, picture, path.parent)
    if not is_picture(found):
        raise AssetError(f"{path}: {picture} is no picture. Make the skin again.")
    return Material((0.6, 0.6, 0.6), 0.2, False, {"color": found}, ()), dressed

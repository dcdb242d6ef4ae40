"""`.mhmat`: what a mesh or a skin is coloured with."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import AssetError
from .plain_text import beside, read_lines

LARGEST_FILE = 2**20
LARGEST_PICTURE = 256 * 2**20
PICTURES = {
    "diffusetexture": "color",
    "normalmaptexture": "normal",
    "bumpmaptexture": "bump",
    "aomaptexture": "ao",
    "specularmaptexture": "specular",
    "transparencymaptexture": "alpha",
    "roughnessmaptexture": "roughness",
}
"""Key of the file -> what we call it."""
FORMATS = {".png": b"\x89PNG", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True)
class Material:
    """One .mhmat, or none."""

    color: tuple
    """(3,) sRGB, where there is no picture."""
    shininess: float
    """0 dull to 1 polished."""
    transparent: bool
    """Whether the colour picture's alpha cuts holes, as in hair and lace."""
    pictures: dict
    """'color', 'normal', 'bump', 'ao', 'specular', 'alpha', 'roughness' -> Path, those that are there."""
    missing: tuple
    """Pictures that the file names and that are not there, or are no pictures."""
    tags: tuple = ()


PLAIN = Material((0.6, 0.6, 0.6), 0.2, False, {}, ())


def read_mhmat(path, root: Path) -> Material:
    """Read a material; a picture that is missing is noted, and the rest serves.

    Args:
        root: folder that its pictures have to lie in.
    Raises:
        AssetError: the file cannot be read, or names a picture outside `root`.
    """
    path = Path(path)
    keys, tags = {}, []
    for line in read_lines(path, LARGEST_FILE):
        name, _, value = line.strip().partition(" ")
        if name.lower() == "tag":
            tags.append(value.strip().lower())
        elif name and not name.startswith("#"):
            keys.setdefault(name.lower(), value.strip())
    pictures, missing = {}, []
    for key, kind in PICTURES.items():
        if keys.get(key):
            found = beside(path, keys[key], root)
            if is_picture(found):
                pictures[kind] = found
            else:
                missing.append(keys[key])
    return Material(
        color=_color(path, keys.get("diffusecolor", "")),
        shininess=_share(path, "shininess", keys.get("shininess", "0.2")),
        transparent=keys.get("transparent", "").lower() == "true",
        pictures=pictures,
        missing=tuple(missing),
        tags=tuple(tags),
    )


def is_picture(path: Path) -> bool:
    """By its first bytes; a name says nothing."""
    head = FORMATS.get(path.suffix.lower())
    if head is None or not path.is_file() or path.stat().st_size > LARGEST_PICTURE:
        return False
    with open(path, "rb") as file:
        return file.read(len(head)) == head


def _color(path: Path, text: str) -> tuple:
    words = text.split()
    if not words:
        return PLAIN.color
    if len(words) < 3:
        raise AssetError(f"{path}: 'diffuseColor' should be three numbers, found {text[:60]!r}.")
    return tuple(_share(path, "diffuseColor", word) for word in words[:3])


def _share(path: Path, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -1e6 < value < 1e6:  # NaN compares false
        raise AssetError(f"{path}: '{name}' should be a number of 0 to 1, found {text[:60]!r}.")
    return min(max(value, 0.0), 1.0)

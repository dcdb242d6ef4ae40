"""What the API says of assets and their files, checked before anything is done with it.

The form is that of swagger.yml and routes/files.js in https://github.com/Poly-Haven/Public-API.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from blender_addon.core.errors import AssetError

HDRIS, MODELS = "hdris", "models"
KINDS = (HDRIS, MODELS)
ROOMS = {HDRIS: "hdri", MODELS: "occluders"}
"""Of an asset folder."""
ID = re.compile(r"[A-Za-z0-9_-]{1,50}")
"""The API itself answers to no other."""
PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_ .()+-]*[A-Za-z0-9_()+-])?")
"""A folder's or a file's name in an asset."""
INCLUDED = (".bin", ".jpg", ".jpeg", ".png", ".exr", ".webp")
"""Suffixes of the files that belong to a .gltf."""
MD5 = re.compile(r"[0-9a-f]{32}")
LARGEST_FILE, LARGEST_ASSET, MOST_FILES, DEEPEST, LONGEST_PATH = 2**30, 4 * 2**30, 300, 4, 200
"""Bytes, bytes, files; folders and characters of a path."""


@dataclass(frozen=True)
class Listed:
    """An asset as /assets lists it."""

    id: str
    kind: str
    name: str
    authors: dict
    """Name -> what was done."""
    categories: tuple
    dimensions: tuple
    """Metres along x, y and z; empty where not given."""
    files_hash: str
    """Changes with the files; may be empty."""


@dataclass(frozen=True)
class Part:
    """One file of an asset."""

    path: str
    """In the asset's folder, with / between names."""
    url: str
    md5: str
    size: int


def read_listing(value, kind: str) -> tuple[list[Listed], list[str]]:
    """Assets by id, and a line for each whose name cannot be a file's.

    Raises:
        AssetError: `value` is no listing.
    """
    if not isinstance(value, dict):
        raise AssetError(f"The list of {kind} is no JSON object. Check the API's address.")
    listed, refused = [], []
    for key in sorted(value):
        if not ID.fullmatch(key):
            refused.append(f"{key[:80]!r}: no asset's name. It is left out.")
        elif not isinstance(value[key], dict):
            refused.append(f"{key}: the list of {kind} says nothing of it. It is left out.")
        else:
            listed.append(_listed(key, kind, value[key]))
    return listed, refused


def _listed(key: str, kind: str, facts: dict) -> Listed:
    """What is said of an asset may be wrong; then it is not known."""
    authors = facts.get("authors")
    authors = authors if isinstance(authors, dict) else {}
    categories = facts.get("categories")
    categories = categories if isinstance(categories, list) else []
    digest = facts.get("files_hash")
    return Listed(
        id=key,
        kind=kind,
        name=plain(facts.get("name")) or key,
        authors={plain(name): plain(work) for name, work in list(authors.items())[:20] if plain(name)},
        categories=tuple(plain(name) for name in categories[:50] if plain(name)),
        dimensions=_metres(facts.get("dimensions")),
        files_hash=digest if isinstance(digest, str) and re.fullmatch(r"[0-9a-f]{1,64}", digest) else "",
    )


def _metres(dimensions) -> tuple:
    """Of (x, y, z) in millimetres."""
    if not isinstance(dimensions, list) or len(dimensions) != 3:
        return ()
    if not all(type(number) in (int, float) and 0 < number < 1e9 for number in dimensions):
        return ()
    return tuple(round(number / 1000, 6) for number in dimensions)


def plain(text, most: int = 200) -> str:
    """Without what could steer a terminal; empty for what is no text."""
    return "".join(letter for letter in text if letter.isprintable())[:most].strip() if isinstance(text, str) else ""


def read_categories(value, kind: str) -> list[str]:
    """Names of a kind's categories, those of most assets first.

    Raises:
        AssetError: `value` has another form.
    """
    if not isinstance(value, dict) or not all(type(count) is int for count in value.values()):
        raise AssetError(f"The list of categories of {kind} has another form than the API's. Check its address.")
    return sorted((name for name in value if name != "all"), key=lambda name: (-value[name], name))


def read_parts(value, listed: Listed, resolution: str, picture: str) -> tuple[Part, ...]:
    """An asset's files as /files lists them; the one that is opened, and names the others, is the last.

    Args:
        resolution: as '1k'.
        picture: 'hdr' or 'exr', of environments.
    Raises:
        AssetError: there is none of that resolution, a name leads out of the folder, or a size is absurd.
    """
    form, suffix = ("hdri", picture) if listed.kind == HDRIS else ("gltf", "gltf")
    sizes = _inside(value, form)
    entry = _inside(_inside(sizes, resolution), suffix)
    if not isinstance(entry, dict):
        offered = ", ".join(sorted(plain(name, 10) for name in list(sizes)[:12])) if isinstance(sizes, dict) else ""
        raise AssetError(f"{listed.id}: no .{suffix} of {resolution}; there is {offered or 'none'}. See --resolution.")
    included = entry.get("include", {}) if listed.kind == MODELS else {}
    if not isinstance(included, dict) or len(included) > MOST_FILES:
        raise AssetError(f"{listed.id}: its list of files has another form than the API's. It is left out.")
    parts = [_part(listed.id, path, included[path], INCLUDED) for path in sorted(included)]
    parts.append(_part(listed.id, f"{listed.id}_{resolution}.{suffix}", entry, (f".{suffix}",)))
    if len({part.path.casefold() for part in parts}) < len(parts):
        raise AssetError(f"{listed.id}: two files of one name. It is left out.")
    if sum(part.size for part in parts) > LARGEST_ASSET:
        raise AssetError(f"{listed.id}: its files have over {LARGEST_ASSET:,} bytes. It is left out.")
    return tuple(parts)


def _inside(value, key: str):
    return value.get(key) if isinstance(value, dict) else None


def _part(asset: str, path: str, entry, suffixes: tuple) -> Part:
    names = path.split("/")
    if len(names) > DEEPEST or len(path) > LONGEST_PATH or not all(map(PART.fullmatch, names)):
        raise AssetError(f"{asset}: {path[:80]!r} would be written elsewhere, or is no file's name. It is left out.")
    if PurePosixPath(path).suffix.lower() not in suffixes:
        raise AssetError(f"{asset}: {path[:80]!r} is none of {', '.join(suffixes)}. It is left out.")
    url, md5, size = (_inside(entry, key) for key in ("url", "md5", "size"))
    if not isinstance(url, str) or not isinstance(md5, str) or not MD5.fullmatch(md5):
        raise AssetError(f"{asset}: {path}: no address, or no MD5 to check it by. It is left out.")
    if type(size) is not int or not 0 < size <= LARGEST_FILE:
        raise AssetError(f"{asset}: {path}: a size of {str(size)[:30]}, not of 1 to {LARGEST_FILE:,}. It is left out.")
    return Part(path, url, md5, size)

"""`.mhclo`: how a mesh is bound to MakeHuman's base mesh hm08, point by point.

The format is MakeHuman's own (makehumancommunity.org, "MHCLO file format"): key and value a line; after `verts 0` one
line a point, either one base vertex or `i j k  w1 w2 w3  dx dy dz`, a place on a triangle and an offset in decimetres
that grows with the body; after `delete_verts` the base vertices that the mesh hides.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import AssetError
from .plain_text import read_lines

BASE_VERTICES = 19158
"""Of hm08, helpers included."""
LARGEST_FILE = 32 * 2**20
MOST_POINTS = 200_000
FARTHEST = 50.0
"""Decimetres that a point may be off its triangle, and a scale's length: no garment is wider."""


@dataclass(frozen=True)
class Binding:
    """One .mhclo."""

    path: Path
    name: str
    mesh: str
    """Name of the .obj beside it."""
    material: str | None
    """Name of the .mhmat; None where the file names none."""
    tags: tuple
    """In lower case."""
    corners: np.ndarray
    """(N, 3) base vertices."""
    shares: np.ndarray
    """(N, 3) of each, summing to about one."""
    offsets: np.ndarray
    """(N, 3) decimetres in the base mesh's frame (Y up, facing +Z), for a body that the scales are 1 on."""
    scales: tuple
    """For x, y and z: (vertex, vertex, their distance along that axis on the body it was made on), or None."""
    hides: np.ndarray
    """Base vertices that it covers, ascending."""
    depth: int
    """What is drawn over what: the higher, the farther out."""
    licence: str | None
    author: str | None


def read_mhclo(path) -> Binding:
    """Raises AssetError naming the line that is wrong."""
    path = Path(path)
    lines = read_lines(path, LARGEST_FILE)
    keys, rows, hidden, section = {"tag": []}, [], [], ""
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            keys.setdefault("licence", _licence_of(line))
            continue
        if words[0] in ("verts", "delete_verts"):
            section = words[0]
        elif section == "verts" and _is_number(words[0]):
            rows.append((number, words))
        elif section == "delete_verts" and _is_number(words[0]):
            hidden.append((number, words))
        else:  # some files go on with keys between a heading and its list
            _note(keys, words)
    return _binding(path, keys, rows, hidden)


def _licence_of(line: str) -> str:
    """Published files say it in a comment."""
    return "CC0" if "released as CC0" in line else ""


def _note(keys: dict, words: list) -> None:
    name, value = words[0].lower(), " ".join(words[1:])
    if name == "tag":
        keys["tag"].append(value.lower())
    elif name in ("license", "licence"):
        keys["licence"] = value
    else:
        keys.setdefault(name, value)


def _is_number(word: str) -> bool:
    return word.lstrip("-").replace(".", "", 1).isdigit()


def _binding(path: Path, keys: dict, rows: list, hidden: list) -> Binding:
    if keys.get("basemesh", "hm08") != "hm08":
        raise AssetError(f"{path}: made for the mesh {keys['basemesh']!r}, expected hm08. Leave it out.")
    if not keys.get("obj_file") or not rows:
        raise AssetError(f"{path}: expected 'obj_file' and a 'verts' list. Is it a .mhclo of MakeHuman?")
    if len(rows) > MOST_POINTS:
        raise AssetError(f"{path}: {len(rows):,} points, more than any garment ({MOST_POINTS:,}). Leave it out.")
    corners, shares, offsets = _places(path, rows)
    try:
        depth = int(float(keys.get("z_depth", 50)))
    except (ValueError, OverflowError):
        raise AssetError(f"{path}: 'z_depth' should be a number, found {keys['z_depth']!r}.") from None
    return Binding(
        path=path,
        name=keys.get("name", path.stem),
        mesh=keys["obj_file"],
        material=keys.get("material") or None,
        tags=tuple(keys["tag"]),
        corners=corners,
        shares=shares,
        offsets=offsets,
        scales=tuple(_scale(path, keys, axis) for axis in "xyz"),
        hides=_hidden(path, hidden),
        depth=depth,
        licence=keys.get("licence") or None,
        author=keys.get("author"),
    )


def _places(path: Path, rows: list) -> tuple:
    """corners (N, 3), shares (N, 3), offsets (N, 3)."""
    table = np.zeros((len(rows), 9))
    for place, (number, words) in enumerate(rows):
        if len(words) == 1:
            words = [words[0]] * 3 + ["1"] + ["0"] * 5
        elif len(words) != 9:
            raise AssetError(f"{path}:{number}: expected 1 or 9 numbers, found {len(words)}. Get the file again.")
        try:
            table[place] = words
        except ValueError:
            raise AssetError(f"{path}:{number}: expected numbers, found {' '.join(words)[:60]!r}.") from None
    corners = table[:, :3]
    fits = np.isfinite(table).all(1) & (corners >= 0).all(1) & (corners < BASE_VERTICES).all(1)
    fits &= (corners == np.floor(corners)).all(1)
    fits &= (np.abs(table[:, 3:6]) < 100).all(1) & (np.abs(table[:, 6:]) < FARTHEST).all(1)
    if not fits.all():
        number, words = rows[int(fits.argmin())]
        raise AssetError(f"{path}:{number}: no place on a mesh of {BASE_VERTICES} vertices: {' '.join(words)[:60]!r}.")
    return corners.astype(np.int64), table[:, 3:6], table[:, 6:]


def _scale(path: Path, keys: dict, axis: str) -> tuple | None:
    text = keys.get(f"{axis}_scale")
    if text is None:
        return None
    try:
        one, other, length = text.split()
        one, other, length = int(one), int(other), float(length)
        usable = 0 <= one < BASE_VERTICES and 0 <= other < BASE_VERTICES and 1e-3 < length < FARTHEST
    except ValueError:
        usable = False
    if not usable:
        raise AssetError(f"{path}: '{axis}_scale' should be two vertices and a length, found {text[:60]!r}.")
    return one, other, length


def _hidden(path: Path, lines: list) -> np.ndarray:
    """Numbers and ranges such as `12 - 40 55`; a range may not run over the end of a line."""
    hides = np.zeros(BASE_VERTICES, bool)
    for number, words in lines:
        words = iter(words)
        last = None
        for word in words:
            try:
                first = last if word == "-" else int(word)
                last = int(next(words)) if word == "-" else first
            except (ValueError, TypeError, StopIteration):
                raise AssetError(f"{path}:{number}: expected vertices as '12 - 40 55', found {word!r}.") from None
            if first is None or not 0 <= first <= last < BASE_VERTICES:
                raise AssetError(f"{path}:{number}: no range of vertices: {first} - {last}.")
            hides[first : last + 1] = True
    return np.flatnonzero(hides)

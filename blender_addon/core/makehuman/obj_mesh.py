"""`.obj`: the faces and texture coordinates of a mesh whose points are placed by a `.mhclo`."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import AssetError
from .plain_text import read_lines

LARGEST_FILE = 64 * 2**20
_CORNER = re.compile(r"(\d{1,8})(?:/(\d{1,8})?)?(?:/\d{0,8})?$")


@dataclass(frozen=True)
class Mesh:
    """N points, F faces."""

    points: np.ndarray
    """(N, 3) as modelled, decimetres."""
    faces: np.ndarray
    """(F, 4) of points; a triangle has its last corner twice."""
    uv: np.ndarray
    """(F, 4, 2) texture coordinates of the corners, (0, 0) at the picture's bottom left; zeros where there are none."""


def read_obj(path) -> Mesh:
    """Triangles and quads; faces of more corners are cut into such.

    Raises:
        AssetError: names the line that is wrong.
    """
    path = Path(path)
    rows = {"v": [], "vt": [], "f": []}
    for number, line in enumerate(read_lines(path, LARGEST_FILE), 1):
        kind, *words = line.split() or ("",)
        if kind in rows:
            rows[kind].append((number, words))
    if not rows["v"] or not rows["f"]:
        raise AssetError(f"{path}: expected 'v' and 'f' lines, found {len(rows['v'])} and {len(rows['f'])}.")
    points, places = _table(path, rows["v"], 3), _table(path, rows["vt"], 2)
    corners = np.array([piece for number, words in rows["f"] for piece in _pieces(path, number, words)])
    faces, corners = corners[..., 0] - 1, corners[..., 1] - 1
    if faces.max() >= len(points) or faces.min() < 0 or corners.max() >= len(places):
        raise AssetError(f"{path}: faces use points or texture coordinates that are not there. Get the file again.")
    uv = (places if len(places) else np.zeros((1, 2)))[np.maximum(corners, 0)] * (corners >= 0)[..., None]
    return Mesh(points, faces, uv)


def _table(path: Path, rows: list, count: int) -> np.ndarray:
    """(N, count) numbers; all lines at once, and one by one to find the line that is wrong."""
    try:
        table = np.array([words[:count] for _, words in rows], float).reshape(-1, count)
        if (np.abs(table) < 1e4).all():  # NaN compares false
            return table
    except ValueError:
        pass
    for number, words in rows:
        try:
            usable = len(words) >= count and all(abs(float(word)) < 1e4 for word in words[:count])
        except ValueError:
            usable = False
        if not usable:
            raise AssetError(f"{path}:{number}: expected {count} numbers, found {' '.join(words)[:60]!r}.")
    raise AssetError(f"{path}: expected {count} numbers a line. Get the file again.")


def _pieces(path: Path, number: int, words: list):
    """Quads of (point, texture coordinate), counted from 1; 0 stands for no texture coordinate."""
    matches = [_CORNER.match(word) for word in words]
    if not 3 <= len(words) <= 64 or not all(matches):
        raise AssetError(f"{path}:{number}: expected a face 'f v/vt v/vt v/vt', found 'f {' '.join(words)[:60]}'.")
    corners = [(int(match[1]), int(match[2] or 0)) for match in matches]
    for first in range(1, len(corners) - 1, 2):
        third = min(first + 2, len(corners) - 1)
        yield [corners[0], corners[first], corners[first + 1], corners[third]]

"""Texture coordinates of a body model from the `.obj` that its authors publish beside it."""

import re
from pathlib import Path

import numpy as np

from blender_addon.core.errors import AssetError

LARGEST_FILE = 64 * 2**20
"""Bytes; SMPL-X's has 2 million."""
_CORNER = re.compile(r"(\d{1,8})/(\d{1,8})(?:/\d{0,8})?$")


def read_uv(path, faces: np.ndarray, vertex_count: int) -> tuple:
    """The texture layout of a model's own faces.

    Args:
        faces: (F, 3) of the model.
    Returns:
        uv (T, 2), and (F, 3) rows of it for the corners of `faces`, in the model's order.
    Raises:
        AssetError: the file does not fit the model or is broken; names the line where it can.
    """
    path = Path(path)
    uv, corners, corner_uv = _parse(path)
    if len(corners) != len(faces):
        raise AssetError(f"{path}: expected the model's {len(faces)} faces, found {len(corners)}. Choose its own .obj.")
    if corners.max() >= vertex_count:
        raise AssetError(f"{path}: expected vertices 1 to {vertex_count}, found {corners.max() + 1}.")
    if corner_uv.max() >= len(uv):
        line = _line_of_face(path, int((corner_uv >= len(uv)).any(1).argmax()))
        raise AssetError(f"{path}:{line}: texture coordinate {corner_uv.max() + 1} of {len(uv)}. Get the file again.")
    return uv, _in_order(path, faces, corners, corner_uv)


def _parse(path: Path) -> tuple:
    """(T, 2) texture coordinates, (F, 3) vertices and (F, 3) texture numbers, counted from 0."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise AssetError(f"{path}: larger than any body's .obj. Choose the file published with the model.")
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise AssetError(f"{path}: cannot be read ({error.strerror}). Check --uv.") from None
    uv, vertices, textures = [], [], []
    for number, line in enumerate(lines, 1):
        kind, *words = line.split() or ("",)
        if kind == "vt":
            uv.append(_coordinates(path, number, words))
        elif kind == "f":
            vertex, texture = _face(path, number, words)
            vertices.append(vertex)
            textures.append(texture)
    if not uv or not vertices:
        raise AssetError(f"{path}: expected an .obj with 'vt' and 'f v/vt' lines, found {len(uv)} and {len(vertices)}.")
    return np.array(uv, np.float32), np.array(vertices) - 1, np.array(textures) - 1


def _coordinates(path: Path, number: int, words: list) -> tuple:
    try:
        u, v = (float(word) for word in words[:2])
    except ValueError:
        raise AssetError(f"{path}:{number}: expected 'vt u v', found 'vt {' '.join(words)[:40]}'.") from None
    if not (-16 <= u <= 16 and -16 <= v <= 16):  # NaN compares false
        raise AssetError(f"{path}:{number}: expected texture coordinates about 0 to 1, found {u} {v}.")
    return u, v


def _face(path: Path, number: int, words: list) -> tuple:
    matches = [_CORNER.match(word) for word in words]
    if len(words) != 3 or not all(matches):
        raise AssetError(f"{path}:{number}: expected a triangle 'f v/vt v/vt v/vt', found 'f {' '.join(words)[:40]}'.")
    corners = [(int(match[1]), int(match[2])) for match in matches]
    if min(min(corner) for corner in corners) < 1:
        raise AssetError(f"{path}:{number}: vertices and texture coordinates count from 1, found 0.")
    return tuple(zip(*corners, strict=True))


def _line_of_face(path: Path, face: int) -> int:
    lines = path.read_text("utf-8", "replace").splitlines()
    return [number for number, line in enumerate(lines, 1) if line.split()[:1] == ["f"]][face]


def _in_order(path: Path, faces, corners, corner_uv) -> np.ndarray:
    """(F, 3) texture numbers for the model's faces, whatever order of faces and corners the file has."""
    mine, theirs = (np.argsort(rows, axis=1) for rows in (faces, corners))
    sorted_mine, sorted_theirs = np.take_along_axis(faces, mine, 1), np.take_along_axis(corners, theirs, 1)
    order_mine, order_theirs = np.lexsort(sorted_mine.T), np.lexsort(sorted_theirs.T)
    differ = (sorted_mine[order_mine] != sorted_theirs[order_theirs]).any(1)
    if differ.any():
        line = _line_of_face(path, int(order_theirs[differ.argmax()]))
        raise AssetError(f"{path}:{line}: this face is not the model's; {differ.sum()} differ. Choose its own .obj.")
    found = np.empty_like(corner_uv)
    rows = np.take_along_axis(corner_uv, theirs, 1)[order_theirs]
    back = np.empty_like(rows)
    np.put_along_axis(back, mine[order_mine], rows, 1)
    found[order_mine] = back
    return found.astype(np.int32)

"""Holes that a picture's alpha cuts into a surface, made into holes of the mesh.

Leaves and fringes are published as flat cards with most of the picture empty. Rays that look for what hides a keypoint
hit the card, not the picture on it; where the card really ends at the leaf's edge, labels and picture agree.
"""

from dataclasses import replace

import numpy as np

from .gltf import Piece

FINE = 8.0
"""Texels of the longest edge at which a triangle is not split any more."""
COARSE = 40.0
"""Texels from where on a triangle may hide holes between the places that are looked at."""
ROUNDS = 10
MOST = 150_000
"""Triangles; with more of them the rest is not split."""
_STEPS = [(i, j) for i in range(6) for j in range(6 - i)]
PLACES = np.array([((i + 1 / 3) / 6, (j + 1 / 3) / 6, 1 - (i + j + 2 / 3) / 6) for i, j in _STEPS])
"""(21, 3) barycentric coordinates of the places where a triangle is looked at."""


def without_holes(piece: Piece, alpha: np.ndarray, cutoff: float = 0.5) -> Piece:
    """The piece without its parts of which the picture is empty, cut to a few texels.

    Args:
        alpha: (H, W) of the picture, first row at the bottom, as Blender has it.
        cutoff: what is less is a hole.
    """
    width = [piece.points, piece.uv, *([] if piece.normals is None else [piece.normals])]
    todo = np.concatenate([values[piece.triangles] for values in width], axis=2)  # (T, 3, 5 or 8)
    kept = []
    for last in [False] * (ROUNDS - 1) + [True]:
        filled = _filled(todo[..., 3:5], alpha, cutoff)
        texels = _longest_edge(todo[..., 3:5], alpha.shape)
        last = last or sum(map(len, kept)) + 4 * len(todo) > MOST
        split = (texels > COARSE) | ((filled > 0) & (filled < 1) & (texels > FINE)) & (not last)
        split &= not last
        kept.append(todo[~split & (filled >= 0.5)])
        todo = _quartered(todo[split])
        if not len(todo):
            break
    corners = np.concatenate(kept)
    flat = corners.reshape(-1, corners.shape[-1])
    triangles = np.arange(len(flat), dtype=np.int32).reshape(-1, 3)
    normals = None if piece.normals is None else _unit(flat[:, 5:])
    return replace(piece, points=flat[:, :3], uv=flat[:, 3:5], normals=normals, triangles=triangles)


def _filled(uv, alpha, cutoff: float) -> np.ndarray:
    """(T,) share of each triangle's places that are no hole."""
    place = np.einsum("pc,tcd->tpd", PLACES, uv) % 1.0
    height, width = alpha.shape
    row = np.minimum((place[..., 1] * height).astype(int), height - 1)
    column = np.minimum((place[..., 0] * width).astype(int), width - 1)
    return (alpha[row, column] >= cutoff).mean(1)


def _longest_edge(uv, shape) -> np.ndarray:
    sides = (uv - np.roll(uv, 1, axis=1)) * [shape[1], shape[0]]
    return np.linalg.norm(sides, axis=-1).max(1)


def _quartered(corners) -> np.ndarray:
    """Each triangle as four, by the middles of its edges."""
    a, b, c = corners.transpose(1, 0, 2)
    ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
    return np.concatenate([np.stack(three, 1) for three in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])


def _unit(vectors) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

"""Which face each pixel shows: a small z-buffer in numpy, for what is measured or textured rather than rendered."""

import numpy as np

AT_ONCE = 2_000_000
"""Candidate pixels looked at in one go; keeps memory within a few hundred megabytes."""


def rasterise(corners: np.ndarray, depth: np.ndarray, width: int, height: int) -> tuple:
    """Draw triangles on a grid; the nearest wins, both sides are drawn.

    Args:
        corners: (F, 3, 2) pixels, x right and y down; pixel centres are at halves. Not finite: left out.
        depth: (F, 3) metres before the camera; triangles with a corner at 0 or behind are left out. Texture layouts
            have no depth: give ones.
    Returns:
        face: (height, width) int32 index, -1 where there is none.
        share: (height, width, 3) of the face's corners there, perspective-correct, rows sum to one; 0 outside.
    """
    rows, low, size = _boxes(corners, depth, width, height)
    nearest = np.full(height * width, np.inf)
    face = np.full(height * width, -1, np.int32)
    share = np.zeros((height * width, 3))
    area = size.prod(1)
    groups = np.cumsum(area) // AT_ONCE
    for group in np.unique(groups):
        chosen = groups == group
        owner, pixel, flat = _candidates(corners, rows[chosen], low[chosen], size[chosen], width)
        inverse = flat / depth[owner]
        here = 1 / inverse.sum(1)
        order = np.lexsort((owner, here, pixel))  # of equally near ones the first face, whatever the grouping
        first = np.concatenate([[True], np.diff(pixel[order]) > 0])[: len(order)]
        best = order[first]
        best = best[here[best] < nearest[pixel[best]]]
        nearest[pixel[best]], face[pixel[best]] = here[best], owner[best]
        share[pixel[best]] = inverse[best] * here[best, None]
    return face.reshape(height, width), share.reshape(height, width, 3)


def _boxes(corners, depth, width, height) -> tuple:
    """Faces that may show, (R,), and the pixels around each: first (R, 2) and how many (R, 2)."""
    usable = np.isfinite(corners).all((1, 2)) & np.isfinite(depth).all(1) & (depth > 0).all(1)
    rows = np.flatnonzero(usable)
    limits = np.array([width, height])
    low = np.clip(np.ceil(corners[rows].min(1) - 0.5), 0, limits).astype(np.int64)
    high = np.clip(np.floor(corners[rows].max(1) - 0.5) + 1, 0, limits).astype(np.int64)
    some = (high > low).all(1)
    return rows[some], low[some], (high - low)[some]


def _candidates(corners, rows, low, size, width) -> tuple:
    """Pixels inside faces: (N,) face, (N,) pixel, (N, 3) barycentric coordinates in the picture."""
    area = size.prod(1)
    box = np.repeat(np.arange(len(rows)), area)
    step = np.arange(len(box)) - np.repeat(np.cumsum(area) - area, area)
    x, y = low[box, 0] + step % size[box, 0], low[box, 1] + step // size[box, 0]
    a, b, c = corners[rows].transpose(1, 0, 2)
    whole = _cross(b - a, c - a)
    solid = np.abs(whole) > 1e-12
    whole = np.where(solid, whole, 1.0)[box]
    place = np.stack([x + 0.5, y + 0.5], 1)
    v = _cross(place - a[box], (c - a)[box]) / whole
    w = _cross((b - a)[box], place - a[box]) / whole
    flat = np.stack([1 - v - w, v, w], 1)
    inside = (flat >= 0).all(1) & solid[box]
    return rows[box[inside]], (y * width + x)[inside], flat[inside]


def _cross(one, other):
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]

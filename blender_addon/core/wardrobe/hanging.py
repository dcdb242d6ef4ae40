"""Where the cloth of a skirt comes to hang: every column of it is let down from the waist, over the legs.

Skinning alone carries a hem along with the shins, as if the skirt were trousers; from there no few steps of settling
bring it back. A column is laid segment by segment: down where nothing is in the way, along a leg where it lies on one.
"""

from itertools import pairwise

import numpy as np

SLOPE = 0.5
"""Share of a skirt's flare that it keeps; its weight folds the rest away."""
TOUCH = 0.012
"""Metres that a leg has to push cloth for it to lie on the leg fully."""


def hang_columns(rest, target, row, share, push_out, up) -> np.ndarray:
    """Let a skirt down.

    Args:
        rest: (N, 3) the cloth in the T-pose, Y up.
        target: (N, 3) where skinning put it.
        row: (N,) 1 for the first row of the skirt's grid and so on; 0 on cloth that is no grid. Rows are in order and
            as long as each other.
        share: (N,) 1 where cloth falls freely, 0 where it stays where it is.
        push_out: function (N, 3) -> (N, 3) that moves points off the legs.
        up: (3,) away from the ground.
    Returns:
        (N, 3) points; those with row 0 are where they were.
    """
    grid = np.flatnonzero(row > 0)
    rows = int(row.max())
    if not len(grid) or len(grid) % rows:
        return target
    grid = grid.reshape(rows, -1)
    points = target.copy()
    lying = np.zeros(grid.shape[1])
    for above, here in pairwise(grid):
        length = np.linalg.norm(rest[here] - rest[above], axis=1, keepdims=True)
        loose = (share[here] * (1 - lying))[:, None]
        way = loose * _down(rest, points, above, here, up) + (1 - loose) * _unit(target[here] - target[above])
        placed = points[above] + length * _unit(way)
        pushed = push_out(placed)
        lying = np.clip(np.linalg.norm(pushed - placed, axis=1) / TOUCH, 0, 1)
        beside = (np.roll(pushed, 1, 0) + np.roll(pushed, -1, 0)) / 2
        pushed = pushed + 0.3 * share[here, None] * (beside - pushed)
        hung = points[above] + length * _unit(pushed - points[above])
        points[here] = target[here] + share[here, None] * (hung - target[here])
    return points


def _down(rest, points, above, here, up) -> np.ndarray:
    """(C, 3) the way that free cloth takes: down, and outwards as far as it is cut to flare."""
    slope = rest[here] - rest[above]
    flare = np.hypot(slope[:, 0], slope[:, 2]) / np.maximum(-slope[:, 1], 1e-6)
    out = points[above] - points[above].mean(0)
    out = _unit(out - (out @ up)[:, None] * up)
    return _unit(SLOPE * np.minimum(flare, 0.6)[:, None] * out - up)


def _unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

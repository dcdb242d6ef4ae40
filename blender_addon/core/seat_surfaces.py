"""Where one can sit on a thing of which only the triangles are known."""

from dataclasses import dataclass

import numpy as np

from .furniture.solids import yaw
from .raster import rasterise

CELL = 0.015
"""Metres of the grid that the thing is looked at on, from above."""
LOWEST, HIGHEST = 0.33, 0.74
"""Metres over the ground, from low sofas to bar stools; tables are higher."""
FLAT = 0.03
"""Metres to either side of a seat's height: cushions are round."""
WIDTH, NARROWEST, DEPTH = 0.44, 0.28, 0.27
"""Metres that a person takes on a bench, and of the smallest stools."""
ROUND, GIVE = 0.008, 0.04
"""Metres by which a cushion is higher here than there, and that it gives way."""
LEGS_REACH = 0.6
"""Metres before a seat where nothing may be higher than it."""
FULL = 0.85
"""Of a row of cells, those that must be flat."""
LARGEST = 6.0
"""Metres; larger things are not searched."""


@dataclass(frozen=True)
class Seat:
    """One side of a thing that can be sat on."""

    height: float
    give: float
    """Metres that it sinks in under somebody: cushions are round, boards are not."""
    depth: float
    front: float
    """y of the front edge, in the thing's frame turned by `-turn`."""
    width: float
    places: tuple
    """x of the middles of places to sit, in the same frame."""
    turn: float
    """About Z, from -Y to where one faces."""


def find_seat(points: np.ndarray, triangles: np.ndarray) -> Seat | None:
    """The first of its four sides that can be sat on, the front before the back and the ends.

    Args:
        points: (N, 3) standing over the origin on z = 0; triangles: (T, 3).
    """
    size = np.ptp(points, axis=0)
    if size[2] < LOWEST or min(size[:2]) < DEPTH or size.max() > LARGEST:
        return None
    for quarter in (0, 2, 1, 3):
        turn = quarter * np.pi / 2
        seat = _front_seat(points @ np.round(yaw(turn)), triangles, turn)  # turned back
        if seat:
            return seat
    return None


def heights_from_above(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(rows, columns) the highest z over each CELL from the least y and x, 0 where there is nothing."""
    low, top = points[:, :2].min(0), float(points[:, 2].max())
    columns, rows = np.maximum(np.ceil(np.ptp(points[:, :2], axis=0) / CELL).astype(int), 1)
    face, share = rasterise((points[:, :2][triangles] - low) / CELL, top + 1.0 - points[:, 2][triangles], columns, rows)
    met = face >= 0
    heights = np.zeros(face.shape)
    z = points[triangles[face[met]], 2]
    flat = share[met] * (top + 1.0 - z)  # `rasterise` sees in perspective
    heights[met] = (z * flat).sum(1) / flat.sum(1)
    return heights


def _front_seat(points, triangles, turn: float) -> Seat | None:
    heights = heights_from_above(points, triangles)
    level = _commonest_level(heights)
    if level is None:
        return None
    flat = np.abs(heights - level) < FLAT
    wide = min(int(WIDTH / CELL), heights.shape[1])
    if wide * CELL < NARROWEST:
        return None
    middles, runs = [], []
    for first in range(0, heights.shape[1] - wide + 1, max(int(0.1 / CELL), 1)):
        run = _first_run(flat[:, first : first + wide], heights[:, first : first + wide], level)
        if run:
            middles.append(points[:, 0].min() + (first + wide / 2) * CELL)
            runs.append(run)
    if not runs:
        return None
    start, end = np.median(runs, axis=0)
    near = [row for row, run in enumerate(runs) if abs(run[0] - start) * CELL < 0.03]
    used = np.concatenate([heights[runs[row][0] : runs[row][1]].ravel() for row in near])
    used = used[np.abs(used - level) < FLAT]
    low, height, high = np.quantile(used, (0.1, 0.5, 0.9))
    return Seat(
        height=round(float(height), 4),
        give=GIVE if high - low > ROUND else 0.0,
        depth=round(float(end - start) * CELL, 4),
        front=round(float(points[:, 1].min() + start * CELL), 4),
        width=round(wide * CELL, 4),
        places=tuple(round(float(middles[row]), 4) for row in near),
        turn=round(turn, 5),
    )


def _commonest_level(heights: np.ndarray) -> float | None:
    """The height at which there is most flat room, of those that one sits at."""
    levels = np.arange(LOWEST, HIGHEST, 0.01)
    room = np.array([(np.abs(heights - level) < FLAT).sum() for level in levels]) * CELL**2
    best = int(room.argmax())
    return float(levels[best]) if room[best] >= NARROWEST * DEPTH else None


def _first_run(flat, heights, level: float) -> tuple | None:
    """(first, last + 1) of the rows that are a seat, seen from the front; None when legs would go through something."""
    rows = flat.mean(1) > FULL
    edges = np.flatnonzero(np.diff(np.concatenate([[False], rows, [False]]).astype(int)))
    for start, end in edges.reshape(-1, 2):
        if (end - start) * CELL >= DEPTH:
            before = heights[max(start - int(LEGS_REACH / CELL), 0) : start]
            return None if before.size and before.max() > level + FLAT else (int(start), int(end))
    return None

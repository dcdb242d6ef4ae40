"""How cloth hangs: the body in slices, the convex hull of each, and cloth falling from what sticks out above.

A hull spans clefts and hollows as cloth does; falling from chest and shoulder blades keeps it off the waist.
"""

from dataclasses import dataclass

import numpy as np

ANGLES = 72
DIRECTIONS = np.linspace(-np.pi, np.pi, ANGLES, endpoint=False)


@dataclass(frozen=True)
class Tube:
    """A surface around an axis, by slices. Angle 0 faces `forward`, positive turns to `side`."""

    stations: np.ndarray
    """(S,) ascending positions along the axis."""
    centres: np.ndarray
    """(S, 2) of the axis, in side and forward."""
    radius: np.ndarray
    """(S, A)."""
    axes: tuple
    """Indices of the coordinates: along, side, forward."""

    def locate(self, points: np.ndarray) -> tuple:
        """(angle, radius, station) of points, each (N,)."""
        along, side, forward = self.axes
        centre = self.centre(points[:, along])
        x, z = points[:, side] - centre[:, 0], points[:, forward] - centre[:, 1]
        return np.arctan2(x, z), np.hypot(x, z), points[:, along]

    def centre(self, stations: np.ndarray) -> np.ndarray:
        """(N, 2)."""
        return np.stack([np.interp(stations, self.stations, column) for column in self.centres.T], 1)

    def sample(self, values: np.ndarray, angle: np.ndarray, station: np.ndarray) -> np.ndarray:
        """Bilinear look-up of (S, A) values; the angle wraps, stations clamp."""
        row = np.interp(station, self.stations, np.arange(len(self.stations)))
        column = (angle + np.pi) / (2 * np.pi) * ANGLES
        r0, c0 = np.minimum(row.astype(int), len(self.stations) - 2), np.floor(column).astype(int)
        fr, fc = row - r0, column - c0
        c0, c1 = c0 % ANGLES, (c0 + 1) % ANGLES
        upper = values[r0, c0] * (1 - fc) + values[r0, c1] * fc
        lower = values[r0 + 1, c0] * (1 - fc) + values[r0 + 1, c1] * fc
        return upper * (1 - fr) + lower * fr

    def place(self, angle: np.ndarray, radius: np.ndarray, station: np.ndarray) -> np.ndarray:
        """(N, 3) points from coordinates: the inverse of `locate`."""
        along, side, forward = self.axes
        centre = self.centre(station)
        points = np.zeros((len(station), 3))
        points[:, along] = station
        points[:, side] = centre[:, 0] + radius * np.sin(angle)
        points[:, forward] = centre[:, 1] + radius * np.cos(angle)
        return points

    def arc(self) -> np.ndarray:
        """(S, A) metres along each slice from angle 0, negative to the other side."""
        ahead = np.roll(self.radius, -1, 1)
        chord = np.sqrt(self.radius**2 + ahead**2 - 2 * self.radius * ahead * np.cos(2 * np.pi / ANGLES))
        length = np.cumsum(chord, 1) - chord
        return length - length[:, ANGLES // 2 : ANGLES // 2 + 1]


def hull_tube(points: np.ndarray, stations: np.ndarray, axes: tuple) -> Tube:
    """Slice points across an axis and take the convex hull of each slice.

    Args:
        points: (N, 3).
        stations: (S,) ascending, evenly spaced.
        axes: indices of the coordinates along, to the side and forward.
    """
    along, side, forward = axes
    step = stations[1] - stations[0]
    index = np.round((points[:, along] - stations[0]) / step).astype(int)
    inside = (index >= 0) & (index < len(stations))
    order = np.argsort(index[inside], kind="stable")
    index, flat = index[inside][order], points[inside][order][:, [side, forward]]
    rows, starts = np.unique(index, return_index=True)
    reach = flat @ np.stack([np.sin(DIRECTIONS), np.cos(DIRECTIONS)])
    support = np.maximum.reduceat(reach, starts)
    half = ANGLES // 2
    quarter = ANGLES // 4
    centres = np.stack(
        [(support[:, half + quarter] - support[:, quarter]) / 2, (support[:, half] - support[:, 0]) / 2], 1
    )
    every = np.arange(len(stations))
    centres = np.stack([np.interp(every, rows, column) for column in centres.T], 1)
    support = np.stack([np.interp(every, rows, column) for column in support.T], 1)
    centres = _blur(centres, 2)
    support = _blur(support, 1) - centres @ np.stack([np.sin(DIRECTIONS), np.cos(DIRECTIONS)])
    return Tube(stations, centres, _hull_radius(support), axes)


def _hull_radius(support):
    """Radius of the convex shapes with these support functions (S, A)."""
    turn = DIRECTIONS[:, None] - DIRECTIONS
    cosine = np.cos(turn)
    reachable = cosine > 0.15
    ratio = support[:, None, :] / np.where(reachable, cosine, 1)
    return np.where(reachable, ratio, np.inf).min(2)


def _blur(values, times):
    """Smooth along the first axis."""
    for _ in range(times):
        padded = np.concatenate([values[:1], values, values[-1:]])
        values = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return values


def hang(tube: Tube, ease, taper: float, downwards=True) -> Tube:
    """Loosen a tube and let it fall: no slice may be narrower than the one before by more than `taper` a metre of way.

    Args:
        ease: metres added, a number, (S,) or (S, A).
        downwards: from the last station to the first.
    """
    ease = np.asarray(ease, float)
    radius = tube.radius + (ease[:, None] if ease.ndim == 1 else ease)
    step = taper * (tube.stations[1] - tube.stations[0])
    order = range(len(radius) - 2, -1, -1) if downwards else range(1, len(radius))
    before = 1 if downwards else -1
    for row in order:
        radius[row] = np.maximum(radius[row], radius[row + before] - step)
    radius = _blur(radius, 2)
    radius = (np.roll(radius, 1, 1) + 2 * radius + np.roll(radius, -1, 1)) / 4
    return Tube(tube.stations, tube.centres, radius, tube.axes)

"""Where the camera stands and what it is pointed at.

The camera stands over the world's origin, where the environment was photographed from, and looks along +Y:
so the background keeps its true perspective, and people are moved instead.
"""

from dataclasses import dataclass

import numpy as np

from .camera import SENSOR_MM
from .chance import one_of
from .ranges import Ranges

NEAREST = 0.9
FARTHEST = 40.0
SMALLEST_ROOM = 2.2
WIDEST_MM = 19.0
LOWEST_EYE, HIGHEST_EYE = 0.15, 8.0
"""Metres, for views that photos ask for."""


@dataclass(frozen=True)
class Frame:
    """A camera and where in its picture the main person is."""

    width: int
    height: int
    focal_mm: float
    eye: float
    """Height of the lens, metres."""
    pitch: float
    """Upwards, radians."""
    roll: float
    distance: float
    """Of the main person, along the ground."""
    lateral: float
    """Of the main person, to the right, metres."""

    @property
    def focal(self) -> float:
        """Pixels."""
        return self.focal_mm / SENSOR_MM * max(self.width, self.height)

    def lateral_at(self, column: float, distance: float) -> float:
        """Metres to the right of what shows at `column` (0 left edge, 1 right edge) at that distance."""
        return (column - 0.5) * self.width / self.focal * distance

    def column_at(self, lateral: float, distance: float) -> float:
        """The inverse of `lateral_at`."""
        return 0.5 + lateral * self.focal / distance / self.width


def sample_frame(
    rng: np.random.Generator, ranges: Ranges, points: np.ndarray, room: float, elevation: float | None = None
) -> Frame:
    """A lens, an eye height and an aim that show the main person at a drawn size.

    Args:
        points: (N, 3) of the main person, standing at the origin.
        room: metres before the camera; in a small one the lens is wider and the person larger.
        elevation: angle over the person to look from, radians, as a photo did; None draws the eye's height.
    """
    focal_mm = one_of(rng, ranges.focal_mm) * float(rng.uniform(0.92, 1.08))
    focal = focal_mm / SENSOR_MM * max(ranges.width, ranges.height)
    eye = _sample_eye(rng)
    # People are what photographs are taken of: large ones are likelier than an even spread would have them.
    least, most = np.log(ranges.person_share)
    share = float(np.exp(least + (most - least) * rng.beta(1.7, 1.2)))
    tall = float(points[:, 2].max())
    extent = max(tall, 0.7 * float(np.ptp(points[:, :2], axis=0).max()))
    distance = float(np.clip(focal * extent / (share * ranges.height), NEAREST, FARTHEST))
    farthest = max(room, SMALLEST_ROOM)
    if distance > farthest:
        focal_mm = max(focal_mm * farthest / distance, WIDEST_MM)
        focal, distance = focal_mm / SENSOR_MM * max(ranges.width, ranges.height), farthest
    shown = focal * extent / distance / ranges.height
    if elevation is not None:
        eye = float(np.clip(tall / 2 + distance * np.sin(elevation), LOWEST_EYE, HIGHEST_EYE))
        distance = max(distance * float(np.cos(elevation)), NEAREST)
    pitch = np.arctan2(tall / 2 - eye, distance) + np.arctan(_sample_row(rng, shown) * ranges.height / focal)
    roll = float(rng.normal(0, np.radians(2.0))) if rng.random() < 0.35 and elevation is None else 0.0
    frame = Frame(ranges.width, ranges.height, focal_mm, eye, float(pitch), roll, distance, 0.0)
    column = one_of(rng, (-0.02, 1.02)) if rng.random() < 0.1 else np.clip(rng.normal(0.5, 0.17), 0.08, 0.92)
    return Frame(**{**frame.__dict__, "lateral": frame.lateral_at(float(column), distance)})


def _sample_eye(rng) -> float:
    """Mostly held by a standing person; sometimes low, sometimes from a balcony or a pole."""
    kind = rng.random()
    if kind < 0.7:
        return float(rng.normal(1.55, 0.12))
    if kind < 0.85:
        return float(rng.uniform(0.35, 1.2))
    return float(rng.uniform(1.9, 3.2))


def _sample_row(rng, shown: float) -> float:
    """How far below the picture's middle the person's middle goes, as a share of the picture's height."""
    if shown < 0.95:
        room = (0.95 - shown) / 2
        return float(
            rng.uniform(-0.5 * room, room)
        )  # people stand low in pictures: there is sky above, little ground below
    if rng.random() < 0.85:  # cut at the legs, the head kept in
        return float(shown / 2 - 0.5 + rng.uniform(0.02, 0.15))
    return float(rng.uniform(-0.25, 0.25) * shown)

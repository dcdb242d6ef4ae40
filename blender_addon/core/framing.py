"""Where the camera stands and what it is pointed at.

The camera stands over the world's origin, where the environment was photographed from, and looks along +Y:
so the background keeps its true perspective, and people are moved instead.
"""

from dataclasses import dataclass, replace

import numpy as np

from .camera import SENSOR_MM
from .chance import one_of
from .ranges import Ranges
from .views import VIEWS, View

FARTHEST = 40.0
SMALLEST_ROOM = 2.2
WIDEST_MM = 19.0
LOWEST_EYE, HIGHEST_EYE = 0.15, 8.0
"""Metres, for views from a given elevation."""
UNDERGROUND = -0.4
"""Metres; an eye below this looks up through a ground that is left out, one between here and LOWEST_EYE is lifted."""
STEEP = np.radians(35)
"""Of a pitch: what lies along the ground is not what lies along the view any more."""
CLEAR = 0.3
"""Metres between the lens and anything."""
FACE = 0.13
"""Metres from the top of a head down to where portraits aim."""


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
    middle: float
    """Height that the camera aims at, metres."""

    @property
    def focal(self) -> float:
        """Pixels."""
        return self.focal_mm / SENSOR_MM * max(self.width, self.height)

    @property
    def steep(self) -> bool:
        return abs(self.pitch) > STEEP

    @property
    def underground(self) -> bool:
        return self.eye < 0

    def depth_at(self, distance: float) -> float:
        """Metres along the view of what is at that distance along the ground, half-way up a person."""
        depth = distance * np.cos(self.pitch) + (self.middle - self.eye) * np.sin(self.pitch)
        return max(float(depth), 0.1)

    def lateral_at(self, column: float, distance: float) -> float:
        """Metres to the right of what shows at `column` (0 left edge, 1 right edge) at that distance."""
        return (column - 0.5) * self.width / self.focal * self.depth_at(distance)

    def column_at(self, lateral: float, distance: float) -> float:
        """The inverse of `lateral_at`."""
        return 0.5 + lateral * self.focal / self.depth_at(distance) / self.width

    def passes(self, height: float) -> bool:
        """Whether the lens is above or below all that is so high, so that it may stand anywhere."""
        return self.eye > height + CLEAR or self.eye < -CLEAR


def sample_frame(
    rng: np.random.Generator,
    ranges: Ranges,
    points: np.ndarray,
    room: float,
    view: View = VIEWS["snapshot"],
    elevation: float | None = None,
) -> Frame:
    """A lens, an eye height and an aim that show the main person at a drawn size.

    Args:
        points: (N, 3) of the main person, standing at the origin and turned as it will be.
        room: metres before the camera; in a small one the lens is wider and the person larger.
        elevation: angle over the person to look from, radians, as a photo did or `view` has it; None draws the eye's
            height.
    """
    focal_mm = one_of(rng, view.focal_mm or ranges.focal_mm) * float(
        rng.uniform(1 - ranges.focal_spread, 1 + ranges.focal_spread)
    )
    eye = _sample_eye(rng)
    # People are what photographs are taken of: large ones are likelier than an even spread would have them.
    least, most = np.log(view.share or ranges.person_share)
    share = float(np.exp(least + (most - least) * rng.beta(1.7, 1.2)))
    tall = float(points[:, 2].max())
    middle = tall - FACE if view.head else tall / 2
    extent = max(tall, 0.7 * float(np.ptp(points[:, :2], axis=0).max()))
    pixels = max(ranges.width, ranges.height)
    away = float(np.clip(focal_mm / SENSOR_MM * pixels * extent / (share * ranges.height), view.nearest, FARTHEST))
    farthest = _farthest(max(room, SMALLEST_ROOM), middle, elevation)
    if view.distance:
        away = max(view.distance.draw(rng), CLEAR)
    elif away > farthest:
        focal_mm, away = max(focal_mm * farthest / away, WIDEST_MM), farthest
    focal = focal_mm / SENSOR_MM * pixels
    shown = focal * extent / away / ranges.height
    distance = away
    if elevation is not None:
        eye = middle + away * float(np.sin(elevation))
        eye = max(eye, LOWEST_EYE) if eye > UNDERGROUND else eye
        distance = away * float(np.cos(elevation))
    distance = clear_distance(distance, eye, points)
    down = np.arctan2(middle - eye, distance)
    row = rng.uniform(-0.22, 0.02) if view.head else rng.uniform(-0.1, 0.1) if abs(down) > STEEP else None
    row = _sample_row(rng, shown) if row is None else float(row)
    row = 0.0 if view.centred else row
    pitch = float(np.clip(down + np.arctan(row * ranges.height / focal), -1.55, 1.55))
    rolled = rng.random() < 0.35 and elevation is None and not view.level
    roll = float(rng.normal(0, np.radians(2.0))) if rolled else 0.0
    if view.roll:
        roll = float(np.radians(view.roll.draw(rng)))
    frame = Frame(ranges.width, ranges.height, focal_mm, eye, pitch, roll, distance, 0.0, middle)
    column = one_of(rng, (-0.02, 1.02)) if rng.random() < 0.1 else np.clip(rng.normal(0.5, 0.17), 0.08, 0.92)
    column = 0.5 if view.centred else column
    return replace(frame, lateral=frame.lateral_at(float(column), distance))


def _farthest(room: float, middle: float, elevation) -> float:
    """Metres along the view that the room, and the heights that cameras are at, allow."""
    if elevation is None:
        return room
    along, up = abs(np.cos(elevation)), np.sin(elevation)
    height = (HIGHEST_EYE - middle) / up if up > 0 else (HIGHEST_EYE + middle) / -up if up < 0 else np.inf
    return float(min(room / max(along, 1e-3), height))


def clear_distance(distance: float, eye: float, points) -> float:
    """As far along the ground as it takes for no part of the person to be at the lens."""
    for _ in range(8):
        gap = np.linalg.norm(points + [0.0, distance, -eye], axis=1).min()
        if gap >= CLEAR:
            break
        distance += CLEAR - float(gap) + 0.02
    return distance


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

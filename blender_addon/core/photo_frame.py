"""A camera that looks into a photo: its horizon is where the photo's is, and people stand below it.

From an eye's height and the row of the horizon follows where on a level ground everybody is seen (Hoiem, Efros and
Hebert, "Putting Objects in Perspective", 2008): feet of people as tall as the eye is high hang from the horizon.
"""

from dataclasses import replace

import numpy as np

from .framing import Frame, clear_distance, sample_frame
from .ranges import Ranges
from .spec import PhotoSpec
from .views import View

STEEPEST = np.radians(12)
"""Of the camera over the person's middle: nobody knows what a photo would show from higher up."""
ROOM = 9.0
"""Metres of bare ground before the camera, of which a photo tells nothing."""
EYES = (0.35, 2.6)
WHOLE = 0.95
"""Share of the picture's height up to which a person is meant to be in it from head to foot."""
FEET, HEAD = 0.985, 0.02
"""Lowest and highest rows for these."""
CUT = 0.82
"""Lowest row for the middle of a person who is cut off."""


def frame_before(
    photo: "PhotoSpec | None",
    rng: np.random.Generator,
    ranges: Ranges,
    points: np.ndarray,
    room: float,
    view: View,
    elevation: "float | None",
) -> Frame:
    """As `framing.sample_frame`; one that looks into a photo is as level as photos are.

    Args:
        photo: None where the scene has an environment, with so much room.
    """
    if photo is None:
        return sample_frame(rng, ranges, points, room, view, elevation)
    if elevation is not None:
        elevation = float(np.clip(elevation, -STEEPEST, STEEPEST))
    return fit_horizon(sample_frame(rng, ranges, points, ROOM, view, elevation), photo.horizon, points)


def fit_horizon(frame: Frame, horizon: float, points: np.ndarray) -> Frame:
    """The frame with the horizon in its row, its eye at a height from which the person is in the picture.

    Args:
        points: (N, 3) of the main person, standing at the origin.
    """
    column = frame.column_at(frame.lateral, frame.distance)
    pitch = float(np.arctan((horizon - 0.5) * frame.height / frame.focal))
    a_metre = frame.focal / frame.distance / frame.height
    low, high = float(points[:, 2].min()), float(points[:, 2].max())
    if (high - low) * a_metre < WHOLE:
        most, least = low + (FEET - horizon) / a_metre, high + (HEAD - horizon) / a_metre
    else:
        most, least = (low + high) / 2 + (CUT - horizon) / a_metre, high + (HEAD - horizon) / a_metre
    eye = float(np.clip(min(max(frame.eye, least), most), *EYES))
    distance = clear_distance(frame.distance, eye, points)
    fitted = replace(frame, eye=eye, pitch=pitch, roll=0.0, distance=distance)
    return replace(fitted, lateral=fitted.lateral_at(column, distance))

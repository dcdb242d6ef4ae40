"""More views of one scene: the camera goes round its main person."""

from dataclasses import dataclass

import numpy as np

from .framing import CLEAR, Frame
from .furniture.kinds import furniture_size
from .photo_frame import frame_before
from .ranges import Ranges
from .rotations import axis_angle_to_matrix
from .views import View, sample_elevation, sample_heading

TRIES = 40


@dataclass(frozen=True)
class Stand:
    """A frame that is not over the origin."""

    frame: Frame
    place: tuple
    """(2,) metres on the ground under the lens."""
    yaw: float
    """Of the view about Z; at 0 it looks along +Y."""


def sample_stand(rng: np.random.Generator, ranges: Ranges, view: View, figures: list, things, room: float, photo=None):
    """Another camera for people and things that stand already.

    Args:
        figures: `figure.Figure`, the first is the main person.
        things: OccluderSpecs, seats included.
        photo: PhotoSpec that the camera looks into, or None.
    Returns:
        a Stand; None when the lens would be inside somebody or something everywhere that was tried.
    """
    main = figures[0]
    for _ in range(TRIES):
        heading = sample_heading(rng, view)
        yaw = float(rng.uniform(-np.pi, np.pi)) if heading is None else main.heading - heading
        back = axis_angle_to_matrix([0.0, 0.0, -yaw])
        points = (main.points - [*main.place, 0.0]) @ back.T
        elevation = sample_elevation(rng, view)
        frame = frame_before(photo, rng, ranges, points, room, view, elevation)
        place = main.place - back[:2, :2].T @ [frame.lateral, frame.distance]
        if _clear(frame, place, figures, things):
            return Stand(frame, (float(place[0]), float(place[1])), float((yaw + np.pi) % (2 * np.pi) - np.pi))
    return None


def _clear(frame: Frame, place, figures: list, things) -> bool:
    """Whether the lens is inside nobody and nothing."""
    lens = np.array([*place, frame.eye])
    if min(np.linalg.norm(figure.points - lens, axis=1).min() for figure in figures) < CLEAR:
        return False
    for thing in things:
        size = furniture_size(thing.params)
        reach = float(np.hypot(size[0], size[1])) / 2 + CLEAR
        if not frame.passes(size[2]) and np.linalg.norm(place - np.array(thing.position[:2])) < reach:
            return False
    return True

"""Where things stand: seats under those who sit, and furniture that hides parts of people."""

import numpy as np

from .chance import one_of
from .framing import Frame
from .furniture.kinds import FURNITURE_KINDS, SEATS, furniture_size, sample_furniture, seat_surface
from .ranges import Ranges
from .spec import OccluderSpec

HIDES_SOMEONE = 0.65
"""Share of the things that are put between the camera and a person; the others stand about."""
MOST_HIDDEN = 0.7
"""Of a person's width times height behind one thing: more would hide the person altogether."""
GAP = 0.06
TRIES = 25
CHAIR_HEIGHTS = (0.33, 0.55)
"""Metres; lower or higher ones are walls to sit on and stools."""


def sample_seat(rng: np.random.Generator, seat_height: float) -> dict:
    """Parameters of something to sit on at that height, metres."""
    kinds = SEATS if CHAIR_HEIGHTS[0] < seat_height < CHAIR_HEIGHTS[1] else ("low_wall", "stool")
    return sample_furniture(rng, one_of(rng, kinds), seat_height=round(seat_height, 3))


def place_seat(params: dict, hips, yaw: float) -> OccluderSpec:
    """Put a seat under hips (2,) so that the knees reach over its front edge."""
    _, depth, _, front = seat_surface(params)
    behind_front = front + min(0.28, 0.6 * depth)  # of the hips, in the seat's own frame, which faces -Y
    offset = np.array([np.sin(yaw), -np.cos(yaw)]) * behind_front
    return _spec(params, np.asarray(hips) + offset, yaw)


def place_occluders(rng: np.random.Generator, figures: list, frame: Frame, ranges: Ranges) -> list:
    """Draw things and places until their number is reached or no place is found.

    Args:
        figures: with `place` (2,), `radius` and `height` in metres.
    """
    taken = [(np.asarray(figure.place), figure.radius) for figure in figures]
    things = []
    for _ in range(int(rng.integers(ranges.occluders[0], ranges.occluders[1] + 1))):
        for _ in range(TRIES):
            params = sample_furniture(rng, one_of(rng, FURNITURE_KINDS))
            size = furniture_size(params)
            radius = float(np.hypot(size[0], size[1])) / 2
            place = _sample_place(rng, figures, frame)
            clear = frame.passes(size[2]) or np.linalg.norm(place) >= radius + 0.7  # of the camera over the origin
            if clear and _free(place, radius, taken) and not _hides_all(place, size, figures, frame):
                taken.append((place, radius))
                things.append(_spec(params, place, float(rng.uniform(-np.pi, np.pi))))
                break
    return things


def _sample_place(rng, figures: list, frame: Frame) -> np.ndarray:
    figure = figures[int(rng.integers(len(figures)))]
    place = np.asarray(figure.place)
    if frame.steep:  # nothing on the ground hides anybody; it stands about
        angle, away = rng.uniform(-np.pi, np.pi), rng.uniform(0.7, 2.5)
        return place + [away * np.sin(angle), away * np.cos(angle)]
    if rng.random() < HIDES_SOMEONE:
        share = rng.uniform(0.45, 0.95)
        return place * share + [rng.normal(0, 0.35), 0]
    distance = place[1] * rng.uniform(0.9, 2.2)
    return np.array([frame.lateral_at(rng.uniform(-0.1, 1.1), distance), distance])


def _free(place, radius: float, taken: list) -> bool:
    """Clear of people and of other things."""
    return all(np.linalg.norm(place - other) > radius + reach + GAP for other, reach in taken)


def _hides_all(place, size, figures: list, frame: Frame) -> bool:
    """Compares upright boxes as the camera sees them, in tangents of angles."""
    if frame.steep:
        return False
    width = float(np.hypot(size[0], size[1])) * 0.9
    box = (place[0] - width / 2, place[0] + width / 2, -frame.eye, size[2] - frame.eye)
    box = np.array(box) / max(place[1], 0.1)
    if box[1] - box[0] > 0.8 * frame.width / frame.focal:
        return True
    for figure in figures:
        x, y = figure.place
        if y < place[1]:
            continue
        person = np.array([x - 0.25, x + 0.25, -frame.eye, figure.height - frame.eye]) / y
        across = min(box[1], person[1]) - max(box[0], person[0])
        upward = min(box[3], person[3]) - max(box[2], person[2])
        if (
            across > 0
            and upward > 0
            and across * upward > MOST_HIDDEN * (person[1] - person[0]) * (person[3] - person[2])
        ):
            return True
    return False


def _spec(params: dict, place, yaw: float) -> OccluderSpec:
    position = (round(float(place[0]), 4), round(float(place[1]), 4), 0.0)
    return OccluderSpec(str(params["kind"]), params, position, round(yaw, 4))

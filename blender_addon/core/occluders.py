"""What stands in a scene besides people: in front of them, about them, next to them and in their hands.

The number of things is drawn here; `occlusion` draws by how much of people they hide instead.
"""

import numpy as np

from .framing import Frame
from .held import beside, hold, sample_beside
from .placing import GAP, Room, stand
from .ranges import Ranges
from .spec import OccluderSpec
from .things import sample_thing

HIDES_SOMEONE = 0.5
"""Share of the things that are put between the camera and a person."""
BESIDE_SOMEONE = 0.2
"""Share of those right beside a person; the rest stand about."""
HELD = 0.5
"""Share of the people with hands that could hold something who do."""
TRIES = 25


def place_occluders(rng: np.random.Generator, figures: list, frame: Frame, ranges: Ranges, models=(), seats=()) -> list:
    """Draw things and places until their number is reached or no place is found.

    Args:
        figures: `figure.Figure`.
        models: ModelFacts to choose from besides furniture.
        seats: OccluderSpecs that stand already.
    Returns:
        OccluderSpecs, the seats not among them.
    """
    room = Room(figures, frame, list(seats))
    count = int(rng.integers(ranges.occluders[0], ranges.occluders[1] + 1))
    if ranges.occluders[1]:
        give_to_hold(rng, room, count)
    while len(room.things) < len(seats) + count:
        for _ in range(TRIES):
            thing = propose(rng, room, models)
            if thing and room.takes(thing):
                room.things.append(thing)
                break
        else:
            break
    return room.things[len(seats) :]


def give_to_hold(rng: np.random.Generator, room: Room, most: int) -> None:
    """Put something into free hands, of some people and `most` of them at most."""
    for figure in room.figures:
        if most > 0 and rng.random() < HELD:
            thing = hold(rng, figure)
            if thing and room.takes(thing, held_by=figure):
                room.things.append(thing)
                most -= 1


def propose(rng: np.random.Generator, room: Room, models: tuple) -> OccluderSpec | None:
    """A thing in some place; whether there is room for it is for the Room to say."""
    figures, frame = room.figures, room.frame
    figure = figures[int(rng.integers(len(figures)))]
    kind = rng.random()
    if kind < BESIDE_SOMEONE:
        return beside(rng, figure, sample_beside(rng))
    params, yaw = sample_thing(rng, models), rng.uniform(-np.pi, np.pi)
    if kind < BESIDE_SOMEONE + HIDES_SOMEONE and not frame.steep:
        return stand(params, between(rng, figure), yaw)
    return stand(params, about(rng, figure, frame), yaw)


def between(rng: np.random.Generator, figure) -> np.ndarray:
    """(2,) between the camera and a person."""
    return figure.place * rng.uniform(0.45, 1.0) + [rng.normal(0, 0.35), 0] - [0, GAP]


def about(rng: np.random.Generator, figure, frame: Frame) -> np.ndarray:
    """(2,) somewhere in view; from above, where nothing on the ground hides anybody, near the person."""
    place = np.asarray(figure.place)
    if frame.steep:
        angle, away = rng.uniform(-np.pi, np.pi), rng.uniform(0.7, 2.5)
        return place + [away * np.sin(angle), away * np.cos(angle)]
    distance = place[1] * rng.uniform(0.9, 2.2)
    return np.array([frame.lateral_at(rng.uniform(-0.1, 1.1), distance), distance])

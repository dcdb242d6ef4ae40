"""What people sit on: a published model where one is of the right height, else furniture made to measure."""

import numpy as np

from .boxes import body_gap, box_of, far_apart
from .chance import one_of
from .furniture.kinds import SEATS, sample_furniture, seat_surface
from .models import ModelFacts, model_heights, model_params
from .placing import GAP, stand
from .seat_surfaces import CELL, Seat
from .spec import OccluderSpec

CHAIR_HEIGHTS = (0.33, 0.55)
"""Metres; lower or higher ones are walls to sit on and stools."""
MOST_SCALED = 0.04
"""A model is made larger or smaller by at most so much for somebody to sit on it."""
ON_MODEL = 0.7
"""Share of those who sit on a model, where one fits."""
BEHIND_EDGE = 0.28
"""Metres of the hips behind a seat's front edge, or 0.6 of the seat's depth if that is less."""
SUNK, MOST_SUNK = 0.09, 0.02
"""Metres under a model's upper side that count as inside it, and the share of a person's points that may be there."""


def sample_seat(rng: np.random.Generator, height: float, models: tuple = (), points=None, hips=None, heading=0.0):
    """Parameters of something to sit on.

    Args:
        height: of the seat over the ground, metres.
        models: ModelFacts to choose from.
        points: (N, 3) of who sits, hips (2,) and heading, to keep them outside of the model's arms and cushions.
    """
    fitting = [facts for facts in models if facts.seat and abs(_scale(facts.seat, height) - 1) <= MOST_SCALED]
    if fitting and rng.random() < ON_MODEL:
        facts = one_of(rng, fitting)
        for side in rng.permutation(facts.seat.places)[:6]:
            params = seat_params(facts, _scale(facts.seat, height), float(side))
            if not _goes_through(params, facts, points, hips, heading):
                return params
    kinds = SEATS if CHAIR_HEIGHTS[0] < height < CHAIR_HEIGHTS[1] else ("low_wall", "stool")
    return sample_furniture(rng, one_of(rng, kinds), seat_height=round(height, 3))


def _scale(seat: Seat, height: float) -> float:
    """The least change of size that brings a seat to where somebody sits, who may sink into it."""
    return float(np.clip(1.0, height / seat.height, (height + seat.give) / seat.height))


def seat_params(facts: ModelFacts, scale: float, side: float) -> dict:
    """Of a model to be sat upon at x = `side` of its seat's frame."""
    seat = facts.seat
    sizes = {name: getattr(seat, name) * scale for name in ("height", "depth", "width", "front")}
    sizes["side"] = side * scale
    rounded = {name: round(value, 4) for name, value in sizes.items()}
    return {**model_params(facts, scale), "seat": {**rounded, "turn": seat.turn}}


def place_seat(params: dict, hips, heading: float) -> OccluderSpec:
    """Put a seat under hips (2,) so that the knees reach over its front edge."""
    seat = params["seat"]
    _, depth, _, front = seat_surface(params)
    back = front + min(BEHIND_EDGE, 0.6 * depth)  # of the hips, in the seat's own frame, which faces -Y
    side = seat.get("side", 0.0)
    cosine, sine = np.cos(heading), np.sin(heading)
    offset = np.array([cosine * side - sine * back, sine * side + cosine * back])
    return stand(params, np.asarray(hips) - offset, heading - seat.get("turn", 0.0))


def place_seats(rng: np.random.Generator, figures: list) -> list:
    """A seat under everybody who sits; one that would go through somebody else, or another seat, becomes smaller."""
    seats = []
    for figure in figures:
        if not figure.seat:
            continue
        seat = place_seat(figure.seat, figure.hips, figure.heading)
        if figure.seat["kind"] == "model" and not _is_free(seat, figure, figures, seats):
            seat = place_seat(sample_seat(rng, figure.seat["seat"]["height"]), figure.hips, figure.heading)
        seats.append(seat)
    return seats


def _is_free(seat: OccluderSpec, sitter, figures: list, seats: list) -> bool:
    box = box_of(seat)
    others = [figure for figure in figures if figure is not sitter]
    if any(not far_apart(box, figure, GAP) and body_gap(box, figure) < GAP for figure in others):
        return False
    return not any(box.meets(box_of(other)) for other in seats)


def _goes_through(params: dict, facts: ModelFacts, points, hips, heading: float) -> bool:
    """Whether who sits there would be inside of the model's arms, cushions or legs."""
    thing = place_seat(params, hips, heading)
    heights = model_heights(facts.asset) * params["scale"]
    low = -np.array(params["size"][:2]) / 2
    cells = ((box_of(thing).local(points) - low) / (CELL * params["scale"])).astype(int)
    inside = ((cells >= 0) & (cells < heights.shape[::-1])).all(1)
    cells, above = cells[inside], points[inside, 2]
    return float((above < heights[cells[:, 1], cells[:, 0]] - SUNK).sum()) > MOST_SUNK * len(points)

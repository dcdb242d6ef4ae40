"""Where several people stand, and which way they face.

People keep company: those who talk face each other at arm's length and a bit, those who walk or wait together face one
way. Distances are those of Hall's "The Hidden Dimension" (1966): personal space ends at 1.2 m, touch at 0.45 m.
Bodies are kept apart limb by limb, as capsules, so that two may stand closer than their outstretched arms would let
circles around them.
"""

import numpy as np

from .chance import either_side, one_of, pick
from .framing import Frame
from .poses.contact import segment_distance

IN_COMPANY = 0.6
"""Share of those who join somebody instead of standing by themselves."""
COMPANY = {"talk": 0.4, "abreast": 0.35, "file": 0.1, "close": 0.15}
"""How they join, as shares."""
TRIES = 12
SEAT_BEHIND = 0.3
"""Metres by which a seat reaches beyond who sits on it."""
CLOTHES = 0.05
"""Metres between two bodies' capsules at least: the capsules are thinner than flesh, and both wear clothes."""
COLUMNS = (0.02, 0.98)
"""Where across the picture people are put, left edge 0 to right edge 1."""
HIDDEN_SHARE = (0.25, 0.65)
"""How much of a person's width somebody in front hides on purpose."""


def place_figures(rng: np.random.Generator, figures: list, frame: Frame, room: float) -> list:
    """The first where the frame wants it, the others in view around it, nobody inside anybody.

    Args:
        figures: `figure.Figure`; those from photos (`keeps_heading`) are never turned.
        room: metres of bare floor before the camera.
    """
    placed = [figures[0].standing(*_spot(figures[0], frame.lateral, frame.distance))]
    for figure in figures[1:]:
        placed.append(_join(rng, figure, placed, frame) or _apart(rng, figure, placed, frame, room))
    return placed


def place_in_front(rng: np.random.Generator, figure, placed: list, frame: Frame):
    """Somebody between the camera and the first person, whom they hide in part; None when there is no room.

    The first ancestor pasted a person over the person; here they stand in the scene.
    """
    target = placed[0]
    for _ in range(TRIES):
        distance = max(target.place[1] * rng.uniform(0.45, 0.8), 0.8 + figure.radius)
        # Both as wide as they look from the camera, in tangents of angles.
        half, own = target.radius * 0.6 / target.place[1], figure.radius * 0.6 / distance
        offset = half + own - 2 * half * rng.uniform(*HIDDEN_SHARE)
        tangent = target.place[0] / target.place[1] + offset * either_side(rng)
        spot = _spot(figure, tangent * distance, distance)
        if distance < target.place[1] - 0.3 and _fits(figure, spot, placed, frame):
            return figure.standing(*spot)
    return None


def _spot(figure, x: float, y: float) -> tuple:
    """x, y, heading; who is from a photo is turned so that the camera sees the side that the photo shows."""
    return x, y, figure.heading + (float(np.arctan2(-x, y)) if figure.keeps_heading else 0.0)


def _join(rng, figure, placed: list, frame: Frame):
    """The figure in somebody's company, or None."""
    if figure.keeps_heading or figure.seat or rng.random() > IN_COMPANY:
        return None
    for _ in range(TRIES):
        host = one_of(rng, placed)
        kind = pick(rng, COMPANY)
        spot = _beside(rng, kind, host)
        if _fits(figure, spot, placed, frame):
            return figure.standing(*spot)
    return None


def _beside(rng, kind: str, host):
    """x, y and heading of who stands beside `host`."""
    ahead = np.array([np.sin(host.heading), -np.cos(host.heading)])
    aside = np.array([-ahead[1], ahead[0]]) * either_side(rng)
    if kind == "talk":
        turn = rng.normal(0, np.radians(35))
        towards = np.cos(turn) * ahead + np.sin(turn) * aside
        spot = host.place + towards * rng.uniform(0.65, 1.3)
        heading = np.arctan2(-towards[0], towards[1]) + rng.normal(0, np.radians(15))
    elif kind == "file":
        spot = host.place - ahead * rng.uniform(0.55, 1.2) + aside * rng.normal(0, 0.12)
        heading = host.heading + rng.normal(0, np.radians(12))
    else:
        gap = rng.uniform(0.35, 0.55) if kind == "close" else rng.uniform(0.55, 1.0)
        spot = host.place + aside * gap + ahead * rng.normal(0, 0.15)
        heading = host.heading + rng.normal(0, np.radians(14))
    return *map(float, spot), float((heading + np.pi) % (2 * np.pi) - np.pi)


def _apart(rng, figure, placed: list, frame: Frame, room: float):
    """The figure anywhere in view."""
    spread = 0.6
    while True:
        distance = frame.distance * float(np.exp(rng.uniform(-0.5 * spread, spread)))
        distance = max(min(distance, room * (0.7 + spread)), 0.8 + figure.radius)
        spot = _spot(figure, frame.lateral_at(rng.uniform(*COLUMNS), distance), distance)
        if _fits(figure, spot, placed, frame):
            return figure.standing(*spot)
        spread += 0.1  # a crowded view grows deeper until there is room


def _fits(figure, spot: tuple, placed: list, frame: Frame) -> bool:
    """Whether it would be in view there, clear of the lens, and outside everybody and what they sit on."""
    x, y, heading = spot
    if (y < 0.8 + figure.radius and not frame.passes(figure.height)) or not COLUMNS[0] <= frame.column_at(
        x, y
    ) <= COLUMNS[1]:
        return False
    for other in placed:
        near = figure.radius + other.radius - float(np.hypot(*(other.place - (x, y))))
        if figure.seat or other.seat:
            if near > -SEAT_BEHIND:
                return False
        elif near > -CLOTHES and capsule_gap(figure.capsules_at(x, y, heading), other.capsules) < CLOTHES:
            return False
    return True


def capsule_gap(one: np.ndarray, other: np.ndarray) -> float:
    """Least distance between two people's capsules, metres; below 0 they overlap.

    Args:
        one: (C, 7) start, end, radius.
        other: (D, 7)
    """
    i, j = (index.ravel() for index in np.indices((len(one), len(other))))
    gaps = segment_distance(one[i, :3], one[i, 3:6], other[j, :3], other[j, 3:6]) - one[i, 6] - other[j, 6]
    return float(gaps.min())

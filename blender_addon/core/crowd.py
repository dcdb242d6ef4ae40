"""Where several people stand."""

import numpy as np

from .framing import Frame


def place_figures(rng, figures: list, frame: Frame, room: float) -> list:
    """The first where the frame wants it, the others in view around it, nobody inside anybody."""
    placed = [figures[0].at(frame.lateral, frame.distance)]
    for figure in figures[1:]:
        spread = 0.6
        while True:
            distance = frame.distance * float(np.exp(rng.uniform(-0.5 * spread, spread)))
            distance = max(min(distance, room * (0.7 + spread)), 0.8 + figure.radius)
            moved = figure.at(frame.lateral_at(rng.uniform(0.03, 0.97), distance), distance)
            if all(np.linalg.norm(moved.place - other.place) > 0.8 * (moved.radius + other.radius) for other in placed):
                placed.append(moved)
                break
            spread += 0.1  # a crowded view grows deeper until there is room
    return placed

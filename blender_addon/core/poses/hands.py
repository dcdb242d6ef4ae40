"""The shapes that hands take, from hanging loose to a fist."""

import numpy as np

from ..chance import pick
from ..rotations import axis_angle_to_matrix
from .mannequin import FINGERS

HANDS = {  # curl of the knuckle, middle and end joints of the four fingers
    "relaxed": (0.3, 0.42, 0.25),
    "flat": (0.05, 0.08, 0.04),
    "fist": (1.25, 1.5, 0.9),
    "grip": (0.75, 0.9, 0.5),
    "point": (1.2, 1.45, 0.8),
    "spread": (-0.08, 0.1, 0.06),
    "phone": (0.55, 0.75, 0.45),
}
THUMBS = {  # axis-angle of the left thumb's joints: over the palm is +x, towards the fingers +y
    "relaxed": ((0.2, 0.05, -0.05), (0, 0.1, -0.07), (0, 0.24, -0.1)),
    "flat": ((0, 0.2, 0.05), (0, 0, 0), (0, 0.05, 0)),
    "fist": ((0.25, 0.36, 0.13), (0, 0.5, -0.2), (0, 0.6, -0.25)),
    "grip": ((0.35, -0.05, 0), (0, 0.25, -0.1), (0, 0.4, -0.15)),
    "point": ((0.25, 0.36, 0.13), (0, 0.5, -0.2), (0, 0.5, -0.2)),
    "spread": ((-0.05, -0.12, 0), (0, 0, 0), (0, -0.1, 0)),
    "phone": ((0.3, 0, 0), (0, 0.2, -0.1), (0, 0.3, -0.1)),
}


def curl_fingers(mannequin, side, hand, rng):
    """Fingers by name of the hand's shape, no two alike."""
    loose = hand in ("relaxed", "flat")
    scale = float(np.clip(rng.normal(1.0, 0.22), 0.5, 1.5)) if loose else rng.uniform(0.88, 1.08)
    spread = {"spread": 0.22, "flat": 0.04}.get(hand, 0.03) + rng.normal(0, 0.02)
    noise, turns = rng.normal(0, 0.05, (4, 3)), np.zeros((5, 3, 3))
    for finger, (slope, aside) in enumerate(((-0.12, 1.0), (0.0, 0.15), (0.2, -1.2), (0.1, -0.5))):
        own = 0.02 if hand == "point" and finger == 0 else scale * (1 + slope)
        turns[finger, :, 2] = -np.clip(np.array(HANDS[hand]) * own + noise[finger], -0.1, 1.6)
        turns[finger, 0, 1] = -aside * spread
    turns[4] = np.array(THUMBS[hand]) + rng.normal(0, 0.04, (3, 3))
    first = FINGERS[side]
    mannequin.local[first : first + 15] = axis_angle_to_matrix(turns.reshape(15, 3) * [1, side, side])


LOOSE = {"relaxed": 0.62, "flat": 0.1, "fist": 0.13, "grip": 0.1, "spread": 0.05}
"""Shares of the shapes that hands take when nobody says what they do."""


def loosen_fingers(mannequin, rng):
    """Fingers of both hands for a pose that came without any."""
    for side in (1, -1):
        curl_fingers(mannequin, side, pick(rng, LOOSE), rng)

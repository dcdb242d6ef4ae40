"""Points of the skin that a body can rest on: soles, knees, buttocks, back, elbows, hands, head."""

import numpy as np

from .mannequin import (
    ANKLE,
    ELBOW,
    FOOT,
    HEAD,
    HIP,
    KNEE,
    PELVIS,
    SHOULDER,
    SPINE1,
    SPINE3,
    WRIST,
    Mannequin,
)

# Millimetres from the joint of an adult, axes of the rest pose, read off the open body. Those of limbs are the left's.
TRUNK = {
    PELVIS: ((62, -60, -98), (130, -41, -76), (130, 7, 85), (30, 92, -70)),
    SPINE1: ((32, -34, -42), (0, -20, 147), (112, -25, 100)),
    SPINE3: ((53, -21, -46), (85, 60, -52), (100, -50, 155), (35, 148, 93)),
    HEAD: ((0, 80, -91), (0, 150, 12), (80, 40, -11), (0, 54, 92), (0, -24, 107), (45, 128, -45)),
}
LIMBS = (
    (HIP, ((-40, -69, -74), (54, 10, -12), (40, -110, 86), (0, -230, -78), (66, -79, 16), (-62, -62, 90))),
    (KNEE, ((-10, -55, 40), (46, -43, 6), (-48, -51, -20), (0, -165, -85), (0, 10, 48), (0, -250, 25))),
    (ANKLE, ((-16, -73, -42), (18, -72, -40), (0, -40, -54), (-38, -73, 122), (50, -71, 100), (30, -70, 20))),
    (FOOT, ((-38, -25, 48), (-8, -25, 50), (24, -24, 30))),
    (SHOULDER, ((0, 45, -42), (0, 20, 52), (25, 60, 0), (120, -10, -45))),
    (ELBOW, ((-15, 0, -40), (0, -32, 0), (70, 20, -25), (10, 22, 30))),
    (WRIST, ((85, 12, 34), (80, 12, -34), (85, -20, 0), (175, -4, -20), (175, -4, 20), (20, -14, -20))),
)


def _table():
    rows = []
    for joint, points in TRUNK.items():
        for x, y, z in points:
            rows += [(joint, sign * x, y, z, False) for sign in ((1, -1) if x else (1,))]
    for joints, points in LIMBS:
        for index, (x, y, z) in enumerate(points):
            sole = joints is FOOT or (joints is ANKLE and index != 2)
            rows += [(joints[side], side * x, y, z, sole) for side in (1, -1)]
    table = np.array(rows, float)
    return table[:, 0].astype(int), table[:, 1:4] / 1000, table[:, 4].astype(bool)


JOINT, OFFSET, IS_SOLE = _table()
"""(N,) whose, (N, 3) metres of an adult, (N,) bool."""


def feel(mannequin: Mannequin) -> np.ndarray:
    """(N, 3) the points of a posed mannequin, SMPL frame (Y up)."""
    offsets = (OFFSET * mannequin.skeleton.scale)[:, :, None]
    return mannequin.position[JOINT] + (mannequin.turned[JOINT] @ offsets)[:, :, 0]

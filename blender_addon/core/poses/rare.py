"""Rare poses on purpose, in the manner of RePoGen: each joint is turned by itself, within wide limits.

After Purkrabek and Matas, "Improving 2D Human Pose Estimation in Rare Camera Views with Synthetic Data" (2023). Such
bodies need not be seemly, but they keep the limits, do not go through themselves, and rest on the ground.
"""

import math

import numpy as np

from ..errors import SettingsError
from .features import root_of

SIMPLICITY = 1.5
UPRIGHT = 0.6
"""Share of the draws that are put down feet first; the others fall as they may."""

# Degrees about x, y, z, as (low, high); the left one of a pair, whose mirror the right one is. Others stay at 0.
RARE_LIMITS = {
    "hip": ((-90, 45), (-50, 90), (-30, 90)),
    "knee": ((0, 150), (0, 0), (0, 0)),
    "ankle": ((-20, 70), (-15, 5), (0, 20)),
    "spine1": ((0, 0), (-40, 40), (-20, 20)),
    "spine2": ((0, 20), (-30, 30), (-30, 30)),
    "spine3": ((0, 0), (-20, 20), (-10, 10)),
    "neck": ((-45, 45), (-40, 40), (-20, 20)),
    "head": ((-20, 20), (-30, 30), (-10, 10)),
    "shoulder": ((-30, 30), (-90, 20), (-10, 140)),
    "elbow": ((0, 0), (-120, 0), (0, 0)),
    "wrist": ((-30, 30), (-10, 10), (-70, 90)),
}
JOINTS = {
    "hip": (1, 2),
    "knee": (4, 5),
    "ankle": (7, 8),
    "spine1": (3,),
    "spine2": (6,),
    "spine3": (9,),
    "neck": (12,),
    "head": (15,),
    "shoulder": (16, 17),
    "elbow": (18, 19),
    "wrist": (20, 21),
}
ARMS_DOWN = math.radians(70)
"""Taken from the left shoulder's z and added to the right one's: the table counts from hanging arms."""


def _table():
    low, high = np.zeros((22, 3)), np.zeros((22, 3))
    for name, limits in RARE_LIMITS.items():
        left, *right = JOINTS[name]
        low[left], high[left] = np.radians(limits).T
        for joint in right:
            low[joint], high[joint] = low[left], high[left]
            low[joint, 1:], high[joint, 1:] = -high[left, 1:], -low[left, 1:]
    return low, high


LOW, HIGH = _table()
"""(22, 3) radians, before the arms are let down."""


def sample_rare(rng: np.random.Generator, simplicity: float = SIMPLICITY, extreme: bool = False) -> np.ndarray:
    """A pose (55, 3), fingers straight; its root stands upright, or is turned anyhow.

    Args:
        simplicity: the limits are divided by it; 1 is the whole table.
        extreme: even over the limits instead of normal about rest.
    Raises:
        SettingsError: simplicity is under 1 or no number.
    """
    if not (math.isfinite(simplicity) and simplicity >= 1):
        raise SettingsError(f"A simplicity of {simplicity} is out of range. Use 1 (the whole table) or more, as 1.5.")
    low, high = LOW / simplicity, HIGH / simplicity
    if extreme:
        angles = rng.uniform(low, high)
    else:
        share = rng.normal(0, 0.5, (22, 3))
        angles = np.where(share >= 0, share * high, share * np.abs(low))
    angles = np.clip(angles, LOW, HIGH)  # one normal draw in some hundreds goes past the whole table
    angles[16, 2] -= ARMS_DOWN
    angles[17, 2] += ARMS_DOWN
    pose = np.zeros((55, 3))
    pose[:22] = angles
    pose[0] = root_of([0.0, 1.0, 0.0] if rng.random() < UPRIGHT else rng.normal(size=3))
    return pose


def within_rare_limits(pose, slack: float = 1e-6) -> bool:
    """Whether every body joint keeps RARE_LIMITS. pose: (55, 3) axis-angle."""
    angles = np.array(pose, float)[:22]
    angles[16, 2] += ARMS_DOWN
    angles[17, 2] -= ARMS_DOWN
    return bool(np.all(angles[1:] >= LOW[1:] - slack) and np.all(angles[1:] <= HIGH[1:] + slack))

"""What joints can do, and how a pose looks in the mirror.

A joint's rotation is read as a turn about its own bone (twist) followed by a lean of that bone (swing). The twist and
the two parts of the swing are three angles about X, Y and Z of the rest pose, and each has its limits.
"""

import numpy as np

from ..rotations import axis_angle_to_matrix
from .mannequin import rotation_vectors

SIDES = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20, 22, 24, 23]
MIRRORED_JOINTS = np.array([*SIDES, *range(40, 55), *range(25, 40)])
"""Whose rotation a joint takes in the mirror."""

# Degrees about x, y, z; the left one of a pair (the right has y and z negated). From RePoGen's table, widened to what
# people do every day: it holds hips to 90 degrees, shoulders to a T-pose's neighbourhood and spines from bending.
JOINT_LIMITS = {
    "hip": ((-140, 40), (-60, 135), (-45, 90)),
    "knee": ((-14, 152), (-20, 20), (-12, 12)),
    "ankle": ((-42, 70), (-35, 35), (-36, 36)),
    "foot": ((-70, 30), (-12, 12), (-12, 12)),
    "spine1": ((-20, 45), (-25, 25), (-22, 22)),
    "spine2": ((-15, 35), (-25, 25), (-20, 20)),
    "spine3": ((-15, 30), (-22, 22), (-18, 18)),
    "neck": ((-40, 45), (-50, 50), (-30, 30)),
    "head": ((-35, 35), (-45, 45), (-25, 25)),
    "collar": ((-15, 15), (-28, 20), (-15, 45)),
    "shoulder": ((-145, 125), (-145, 70), (-105, 110)),
    "elbow": ((-75, 75), (-152, 8), (-20, 20)),
    "wrist": ((-75, 75), (-40, 40), (-85, 85)),
    "jaw": ((-2, 25), (-8, 8), (-2, 2)),
    "eye": ((-25, 25), (-35, 35), (-5, 5)),
    "finger1": ((-15, 15), (-25, 25), (-95, 35)),
    "finger2": ((-8, 8), (-8, 8), (-110, 8)),
    "thumb": ((-60, 60), (-60, 60), (-60, 60)),
}
"""Joint -> three (low, high) pairs."""

BONE_AXES = {"shoulder": 0, "elbow": 0, "wrist": 0, "collar": 0, "finger1": 0, "finger2": 0}
"""The axis a bone lies along at rest; Y for those not named."""


def _names():
    fingers = ["finger1", "finger2", "finger2"] * 4 + ["thumb"] * 3
    return (
        ["root", "hip", "hip", "spine1", "knee", "knee", "spine2", "ankle", "ankle", "spine3", "foot", "foot", "neck"]
        + ["collar", "collar", "head", "shoulder", "shoulder", "elbow", "elbow", "wrist", "wrist", "jaw", "eye", "eye"]
        + fingers * 2
    )


def _tables():
    names = _names()
    limits = np.radians([JOINT_LIMITS.get(name, ((-180, 180),) * 3) for name in names])
    for left, right in enumerate(MIRRORED_JOINTS):
        if right > left:
            limits[right, 1:] = -limits[left, 1:, ::-1]
    return limits[..., 0], limits[..., 1], np.array([BONE_AXES.get(name, 1) for name in names])


LOW, HIGH, TWIST_AXIS = _tables()
ROWS = np.arange(55)
TWIST_LAST = np.where(np.isin(ROWS, (20, 21)), -1.0, 1.0)[:, None]
"""-1 at the wrists: half of the forearm's turn is theirs, and it comes before the hand's lean. Read their inverse."""


def joint_angles(pose):
    """Rotations as twist and swing.

    Args:
        pose: (55, 3) axis-angle.
    Returns:
        (55, 3) angles about X, Y and Z: the twist at the bone's own axis, the swing at the two others.
    """
    pose = pose * TWIST_LAST
    half = np.linalg.norm(pose, axis=1, keepdims=True) / 2
    w, v = np.cos(half[:, 0]), pose * np.sinc(half / np.pi) / 2
    w, v = np.where(w < 0, -w, w), np.where(w[:, None] < 0, -v, v)
    along = v[ROWS, TWIST_AXIS]
    length = np.maximum(np.hypot(w, along), 1e-9)
    twist = np.zeros((55, 3))
    twist[ROWS, TWIST_AXIS] = -along / length  # the inverse turn
    swing_w = length
    swing = w[:, None] / length[:, None] * v + w[:, None] * twist + np.cross(v, twist)
    angles = swing * (2 * np.arctan2(np.linalg.norm(swing, axis=1), swing_w) / np.maximum(1e-9, _norm(swing)))[:, None]
    angles[ROWS, TWIST_AXIS] = 2 * np.arctan2(along, w)
    return angles * TWIST_LAST


def _norm(vectors):
    return np.linalg.norm(vectors, axis=1)


def from_joint_angles(angles):
    """The inverse of `joint_angles`: (55, 3) -> (55, 3) axis-angle."""
    angles = angles * TWIST_LAST
    twist = np.zeros((55, 3))
    twist[ROWS, TWIST_AXIS] = angles[ROWS, TWIST_AXIS]
    return rotation_vectors(axis_angle_to_matrix(angles - twist) @ axis_angle_to_matrix(twist)) * TWIST_LAST


def within_limits(pose, slack: float = 1e-4) -> bool:
    """Whether every joint but the root keeps its JOINT_LIMITS. pose: (55, 3) axis-angle."""
    angles = joint_angles(np.asarray(pose, float))[1:]
    return bool(np.all(angles > LOW[1:] - slack) and np.all(angles < HIGH[1:] + slack))


def clip(pose):
    """The nearest angles within JOINT_LIMITS; the root stays. pose: (55, 3) axis-angle -> the same."""
    pose = np.asarray(pose, float)
    clipped = from_joint_angles(np.clip(joint_angles(pose), LOW, HIGH))
    clipped[0] = pose[0]
    return clipped


def mirror_pose(pose):
    """The same pose seen in a mirror: left and right change places. pose: (55, 3) axis-angle -> the same.

    The root's own mirror plane is X = 0 of the world as well as of the body, so a Z-up root needs no other rule.
    """
    return np.asarray(pose, float)[MIRRORED_JOINTS] * [1.0, -1.0, -1.0]

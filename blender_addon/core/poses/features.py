"""Poses as the vectors that are learned: the turn of each body joint, and which way is up for the pelvis.

Where a person faces is left out, and fingers and eyes, which body capture does not see.
"""

import numpy as np

from ..rotations import axis_angle_to_matrix
from .limits import from_joint_angles, joint_angles
from .mannequin import SMPL_TO_WORLD, rotation_vectors

BODY = slice(1, 22)
"""Joints that are learned; the root is known by `up`."""
ANGLES = 63
SIZE = ANGLES + 3
"""Length of a feature vector: joint angles (see limits) of 21 joints, then `up`."""


def up_of(root) -> np.ndarray:
    """(3,) the world's up in the axes of the pelvis. root: (3,) axis-angle in the Z-up world."""
    return axis_angle_to_matrix(root)[2]


def root_of(up) -> np.ndarray:
    """The root (3,) axis-angle without a turn about Z for which `up_of` is `up`, of any length but zero."""
    up = np.asarray(up, float)
    up = up / max(float(np.linalg.norm(up)), 1e-9)
    x, y, z = up
    if y < 0 and x * x + z * z < 1e-24:  # on the head: any horizontal axis will do
        upright = np.diag([1.0, -1.0, -1.0])
    else:
        k = np.array([[0, -x, 0], [x, 0, z], [0, -z, 0]])  # of up × Y, which turns `up` on to Y
        # 1 / (1 + y), written so that nothing cancels near the head
        upright = np.eye(3) + k + k @ k * ((1 - y) / (x * x + z * z) if y < 0 else 1 / (1 + y))
    return rotation_vectors((SMPL_TO_WORLD @ upright)[None])[0]


def to_features(pose) -> np.ndarray:
    """(55, 3) axis-angle -> (SIZE,)."""
    return np.concatenate([joint_angles(np.asarray(pose, float))[BODY].ravel(), up_of(pose[0])])


def from_features(vector) -> np.ndarray:
    """The inverse of `to_features`; fingers, jaw and eyes are zero."""
    angles = np.zeros((55, 3))
    angles[BODY] = np.reshape(vector[:ANGLES], (21, 3))
    pose = from_joint_angles(angles)
    pose[0] = root_of(vector[ANGLES:])
    return pose

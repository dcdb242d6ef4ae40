"""Which way a body faces, taken out of its pose so that whoever places it can choose."""

import numpy as np

from ..rotations import axis_angle_to_matrix
from .mannequin import SMPL_TO_WORLD, rotation_vectors


def twist_about_z(turns) -> np.ndarray:
    """(..., 3, 3) rotations -> (...) radians: 2 atan2(z, w) of each quaternion (w, x, y, z), read off the matrix."""
    return np.arctan2(turns[..., 1, 0] - turns[..., 0, 1], turns[..., 0, 0] + turns[..., 1, 1])


def find_yaw(pose) -> float:
    """The turn about Z, radians, that `remove_yaw` takes out of a pose (55, 3)."""
    return float(twist_about_z(axis_angle_to_matrix(np.asarray(pose, float)[0]) @ SMPL_TO_WORLD.T))


def remove_yaw(poses) -> np.ndarray:
    """Turn poses of the Z-up world about Z to face -Y.

    The turn taken away is the root's twist about Z against a person who stands facing -Y, which those who lie or bend
    have as well.

    Args:
        poses: (..., J, 3) axis-angle.
    Returns:
        (..., J, 3), only the first rows changed.
    """
    poses = np.array(poses, float)
    root = axis_angle_to_matrix(poses[..., 0, :])
    yaw = twist_about_z(root @ SMPL_TO_WORLD.T)
    back = axis_angle_to_matrix(-yaw[..., None] * np.array([0.0, 0.0, 1.0]))
    poses[..., 0, :] = rotation_vectors((back @ root).reshape(-1, 3, 3)).reshape(poses[..., 0, :].shape)
    return poses

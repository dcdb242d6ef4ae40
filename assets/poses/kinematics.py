"""Many poses at once on the mean adult's skeleton."""

import numpy as np

from blender_addon.core.poses.contact import MASSES, RADIUS, capsule_ends
from blender_addon.core.poses.mannequin import BODY_JOINTS, PARENTS
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.rotations import axis_angle_to_matrix


def body_joints(poses, joints: int = BODY_JOINTS):
    """`walk` for poses (N, 55, 3), axis-angle, the root in the Z-up world; how many of the 55 joints to walk."""
    return walk(axis_angle_to_matrix(np.asarray(poses, float)[:, :joints]))


def walk(rotations):
    """Forward kinematics, the pelvis at 0.

    Args:
        rotations: (N, J, 3, 3), each in its parent's frame; the first leads to the frame that is wanted.
    Returns:
        position (N, J, 3) metres and turned (N, J, 3, 3); in the rest pose `turned` is the identity in SMPL's axes, so
        world = turned @ a vector of the T-pose.
    """
    turned, position = rotations.copy(), np.zeros(rotations.shape[:3])
    rest = DEFAULT_SKELETON.joints
    for joint in range(1, rotations.shape[1]):
        parent = PARENTS[joint]
        position[:, joint] = position[:, parent] + turned[:, parent] @ (rest[joint] - rest[parent])
        turned[:, joint] = turned[:, parent] @ turned[:, joint]
    return position, turned


def undersides(position, turned) -> np.ndarray:
    """(N, C) height of the lowest point of each capsule."""
    start, end = capsule_ends(position, turned)
    return np.minimum(start[..., 2], end[..., 2]) - RADIUS


def centres_of_mass(position) -> np.ndarray:
    """(N, 3)."""
    return MASSES[: position.shape[1]] @ position

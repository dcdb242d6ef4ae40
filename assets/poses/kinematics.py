"""Many poses at once on the mean adult's skeleton."""

import numpy as np

from blender_addon.core.poses.contact import END, END_OFFSET, MASSES, RADIUS, START, START_OFFSET
from blender_addon.core.poses.mannequin import BODY_JOINTS, PARENTS, SMPL_TO_WORLD, rotation_vectors
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.rotations import axis_angle_to_matrix


def body_joints(poses, joints: int = BODY_JOINTS):
    """Forward kinematics in the Z-up world, the pelvis at 0.

    Args:
        poses: (N, 55, 3) axis-angle, the root in the Z-up world.
        joints: how many of the 55 to walk.
    Returns:
        position (N, joints, 3) metres and turned (N, joints, 3, 3); in the rest pose `turned` is the identity in
        SMPL's axes, so world = turned @ a vector of the T-pose.
    """
    turned = axis_angle_to_matrix(np.asarray(poses, float)[:, :joints])
    rest = DEFAULT_SKELETON.joints
    position = np.zeros((len(turned), joints, 3))
    for joint in range(1, joints):
        parent = PARENTS[joint]
        position[:, joint] = position[:, parent] + turned[:, parent] @ (rest[joint] - rest[parent])
        turned[:, joint] = turned[:, parent] @ turned[:, joint]
    return position, turned


def capsule_ends(position, turned):
    """(N, C, 3) and (N, C, 3): the axes of `contact`'s capsules."""
    start = position[:, START] + (turned[:, START] @ START_OFFSET[..., None])[..., 0]
    return start, position[:, END] + (turned[:, END] @ END_OFFSET[..., None])[..., 0]


def undersides(position, turned) -> np.ndarray:
    """(N, C) height of the lowest point of each capsule."""
    start, end = capsule_ends(position, turned)
    return np.minimum(start[..., 2], end[..., 2]) - RADIUS


def centres_of_mass(position) -> np.ndarray:
    """(N, 3)."""
    return MASSES[: position.shape[1]] @ position


UPRIGHT = SMPL_TO_WORLD
"""(3, 3) world rotation of somebody who stands facing -Y."""


def remove_turns(poses) -> np.ndarray:
    """`amass.remove_yaw` for (N, J, 3): all face -Y."""
    poses = np.array(poses, float)
    root = axis_angle_to_matrix(poses[:, 0])
    lean = root @ UPRIGHT.T
    yaw = np.arctan2(lean[:, 1, 0] - lean[:, 0, 1], lean[:, 0, 0] + lean[:, 1, 1])
    back = axis_angle_to_matrix(-yaw[:, None] * [0.0, 0.0, 1.0])
    poses[:, 0] = rotation_vectors(back @ root)
    return poses

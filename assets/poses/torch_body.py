"""A body reduced to what a fit looks at: 22 joints and COCO's 17 keypoints, batched, in torch.

A keypoint is a weighted mean of skin vertices, and each vertex of joints' motions; both are linear in the shape. So a
keypoint needs no vertices: for each joint that moves it, one point and one weight, summed up beforehand. The result is
the same as skinning every vertex, but for pose-dependent corrections, which move keypoints by millimetres and are left
out. Jaw, eyes and fingers stay as they are at rest.
"""

import numpy as np
import torch
from torch import Tensor

from blender_addon.core.body import BodyModel
from blender_addon.core.errors import AssetError
from blender_addon.core.keypoints import COCO_NAMES
from blender_addon.core.poses.limits import TWIST_AXIS
from blender_addon.core.poses.mannequin import PARENTS

JOINTS = 22
LEVELS = ((1, 2, 3), (4, 5, 6), (7, 8, 9), (10, 11, 12, 13, 14), (15, 16, 17), (18, 19), (20, 21))
"""Joints by how many bones they are from the pelvis."""
MOST_BETAS = 20


class KeypointBody:
    """Joints and keypoints of a batch of people."""

    def __init__(self, body: BodyModel):
        if body.keypoint_regressor is None or tuple(body.keypoint_names[:17]) != COCO_NAMES:
            raise AssetError(f"{body.path} has no regressor of COCO's keypoints. Fit the open body: `make assets`.")
        self.betas = min(MOST_BETAS, body.shapedirs.shape[-1])
        regressor = body.keypoint_regressor[:17].astype(float)
        used = np.flatnonzero(regressor.any(0))
        regressor, weights = regressor[:, used], _fold(body.weights[used], body.parents)
        shares = regressor[:, None, :] * weights.T[None]  # (17, 22, used)
        rest, shape = body.v_template[used], body.shapedirs[used][..., : self.betas]
        joints, joint_shape = body.joint_template[:JOINTS], body.joint_shapedirs[:JOINTS, :, : self.betas]
        mass = shares.sum(2)
        points = shares @ rest - mass[..., None] * joints
        point_shape = np.tensordot(shares, shape, 1) - mass[..., None, None] * joint_shape
        self.mass, self.points, self.joints = (_tensor(array) for array in (mass, points.reshape(-1), joints))
        self.point_shape = _tensor(point_shape.reshape(-1, self.betas))
        self.joint_shape = _tensor(joint_shape.reshape(-1, self.betas))

    def __call__(self, rotations: Tensor, betas: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pose and shape.

        Args:
            rotations: (B, 22, 3, 3), each in its parent's frame.
            betas: (B, b).
        Returns:
            keypoints (B, 17, 3), joints (B, 22, 3), both about the body's origin, and (B, 22, 3, 3) turned frames.
        """
        count = len(rotations)
        rest = self.joints + (betas @ self.joint_shape.T).view(count, JOINTS, 3)
        turned, joints = [None] * JOINTS, [None] * JOINTS
        turned[0], joints[0] = rotations[:, 0], rest[:, 0]
        for level in LEVELS:
            parents = [PARENTS[joint] for joint in level]
            frames = torch.stack([turned[parent] for parent in parents], 1)  # (B, n, 3, 3)
            bones = (rest[:, level] - rest[:, parents])[..., None]
            starts = torch.stack([joints[parent] for parent in parents], 1)
            ends, frames_here = starts + (frames @ bones)[..., 0], frames @ rotations[:, level]
            for place, joint in enumerate(level):
                turned[joint], joints[joint] = frames_here[:, place], ends[:, place]
        turned, joints = torch.stack(turned, 1), torch.stack(joints, 1)
        points = (self.points + betas @ self.point_shape.T).view(count, 17, JOINTS * 3)
        columns = turned.transpose(2, 3).reshape(count, JOINTS * 3, 3)  # row 3 j + y holds R[j, :, y]
        return points @ columns + self.mass @ joints, joints, turned


def _tensor(array) -> Tensor:
    return torch.tensor(np.asarray(array), dtype=torch.float32)


def _fold(weights, parents) -> np.ndarray:
    """(V, J) skinning weights -> (V, 22): what hangs on a joint that stays at rest moves with that joint's parent."""
    weights = np.array(weights, float)
    for joint in range(weights.shape[1] - 1, JOINTS - 1, -1):
        weights[:, parents[joint]] += weights[:, joint]
    return weights[:, :JOINTS]


def rotation_matrices(vectors: Tensor) -> Tensor:
    """(..., 3) axis-angle -> (..., 3, 3), smooth at zero."""
    square = (vectors * vectors).sum(-1, keepdim=True) + 1e-12
    angle = square.sqrt()[..., None]
    x, y, z = vectors.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).view(*vectors.shape[:-1], 3, 3)
    eye = torch.eye(3, dtype=vectors.dtype)
    return eye + angle.sin() / angle * cross + (1 - angle.cos()) / square[..., None] * (cross @ cross)


_TWISTS = torch.zeros(JOINTS, 3)
_TWISTS[torch.arange(JOINTS), torch.tensor(TWIST_AXIS[:JOINTS])] = 1.0


def angles_to_rotations(angles: Tensor) -> Tensor:
    """Joint angles as `core.poses.limits.joint_angles` has them, without the root's.

    Args:
        angles: (B, 21, 3) radians.
    Returns:
        (B, 21, 3, 3).
    """
    twist = angles * _TWISTS[1:]
    first, last = rotation_matrices(angles - twist), rotation_matrices(twist)
    rotations = first @ last
    wrists = last[:, -2:] @ first[:, -2:]  # the wrists turn about the forearm first
    return torch.cat([rotations[:, :-2], wrists], 1)

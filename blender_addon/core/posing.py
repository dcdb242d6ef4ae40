"""Give a body its shape and its pose, in numpy.

After Loper et al., "SMPL: A Skinned Multi-Person Linear Model" (2015); `smplx` is the oracle in the tests.
Canonical frame: Y up, facing +Z, the person's left at +X; metres, radians.
"""

from dataclasses import dataclass

import numpy as np

from .body import BodyModel
from .rotations import axis_angle_to_matrix as rotation_matrices  # (..., 3) radians -> (..., 3, 3)


@dataclass(frozen=True)
class PosedBody:
    """A body that stands somewhere."""

    vertices: np.ndarray
    """(V, 3)."""
    joints: np.ndarray
    """(J, 3)."""
    transforms: np.ndarray
    """(J, 4, 4) that carry points of `shaped` with their joints; the translation is not in them."""
    shaped: np.ndarray
    """(V, 3) this person in the T-pose, pose corrections included where the model has them."""


def shape_body(body: BodyModel, betas):
    """The T-pose of one person.

    Args:
        betas: (b,) with b <= B; the others are zero.
    Returns:
        vertices (V, 3) and joints (J, 3).
    """
    betas = np.asarray(betas, np.float64)
    if betas.ndim != 1 or len(betas) > body.shapedirs.shape[-1]:
        raise ValueError(f"betas of shape {betas.shape} for a body with {body.shapedirs.shape[-1]} shapes")
    return body.v_template + _add_up(body.shapedirs, betas), body.joint_template + _add_up(body.joint_shapedirs, betas)


def _add_up(directions, amounts) -> np.ndarray:
    """(N, 3, K) @ (k,) -> (N, 3) with k <= K, as one product of a flat matrix: numpy would loop over N small ones."""
    flat = directions.reshape(-1, directions.shape[-1])[:, : len(amounts)]
    return (flat @ amounts).reshape(len(directions), 3)


def joint_transforms(rotations, joints, parents) -> np.ndarray:
    """Walk down the skeleton.

    Args:
        rotations: (J, 3, 3), each in its parent's frame.
        joints: (J, 3) at rest.
        parents: (J,) -1 at the root; parents come before children.
    Returns:
        (J, 4, 4) that carry points of the T-pose along with each joint; at rest all are the identity.
    """
    world = np.zeros((len(joints), 4, 4))
    world[:, 3, 3] = 1
    world[:, :3, :3] = rotations
    world[:, :3, 3] = joints
    world[1:, :3, 3] -= joints[parents[1:]]
    for joint in range(1, len(joints)):
        world[joint] = world[parents[joint]] @ world[joint]
    world[:, :3, 3] -= (world[:, :3, :3] @ joints[:, :, None])[..., 0]
    return world


def skin(points, weights, transforms) -> np.ndarray:
    """Linear blend skinning.

    Args:
        points: (N, 3) around the T-pose.
        weights: (N, J), rows sum to one.
        transforms: (J, 4, 4) from `joint_transforms`.
    Returns:
        (N, 3).
    """
    blended = (weights @ transforms[:, :3].reshape(len(transforms), 12)).reshape(-1, 3, 4)
    return np.einsum("nij,nj->ni", blended[..., :3], points) + blended[..., 3]


def _pose_corrections(posedirs, rotations) -> np.ndarray:
    """(V, 3, 9 * (J - 1)) float32 and (J, 3, 3) -> (V, 3) metres.

    A tenth of a gigabyte for a large body, so it stays in float32: the corrections are centimetres, the error 1e-7 m.
    `einsum` is as fast with any build of numpy; `@` is slow in those without OpenBLAS, such as Debian's.
    """
    amounts = (rotations[1:] - np.eye(3)).ravel().astype(posedirs.dtype)
    return np.einsum("vk,k->v", posedirs.reshape(-1, len(amounts)), amounts).reshape(len(posedirs), 3)


def pose_body(body: BodyModel, betas, pose, translation) -> PosedBody:
    """One person: shape, then pose corrections, then skinning, then translation, as in SMPL.

    Args:
        betas: (b,) with b <= B.
        pose: (J, 3) axis-angle in each parent's frame; the first turns the whole body about the pelvis.
        translation: (3,) metres.
    """
    pose = np.asarray(pose, np.float64)
    if pose.shape != (len(body.parents), 3):
        raise ValueError(f"pose of shape {pose.shape} for a body with {len(body.parents)} joints")
    shaped, joints = shape_body(body, betas)
    rotations = rotation_matrices(pose)
    if body.posedirs is not None:
        shaped = shaped + body.with_carried(_pose_corrections(body.posedirs, rotations))
    transforms = joint_transforms(rotations, joints, body.parents)
    translation = np.asarray(translation, np.float64)
    moved_joints = (transforms[:, :3, :3] @ joints[..., None])[..., 0] + transforms[:, :3, 3] + translation
    return PosedBody(skin(shaped, body.weights, transforms) + translation, moved_joints, transforms, shaped)

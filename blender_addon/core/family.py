"""One pose for the whole family: poses are made for SMPL-X's 55 joints, and bodies of 24 and 52 take what they have."""

import numpy as np

from .body import BodyModel
from .posing import PosedBody, shape_body

BODY_JOINTS = 22
"""The first joints of every family member."""
_FIRST_FINGER = 25
"""In SMPL-X, after the jaw and the eyes."""
MIDDLE_FINGERS = (28, 43)
"""In SMPL-X, the left and the right one's first joint: of its joints the nearest to SMPL's hands."""


def joint_rows(count: int) -> np.ndarray:
    """(count,) which of SMPL-X's 55 joints each joint of a smaller skeleton is; -1 for SMPL's two hands.

    Args:
        count: 24, 52 or 55 joints.
    """
    body = np.arange(BODY_JOINTS)
    rest = {24: np.array([-1, -1]), 52: np.arange(_FIRST_FINGER, 55), 55: np.arange(BODY_JOINTS, 55)}
    return np.concatenate([body, rest[count]])


def joint_owners(count: int) -> np.ndarray:
    """(55,) the joint of a smaller skeleton that moves what each of SMPL-X's joints moves."""
    owners = np.arange(55)
    if count != 55:
        owners[BODY_JOINTS:_FIRST_FINGER] = 15  # jaw and eyes go with the head
        fingers = np.arange(_FIRST_FINGER, 55)
        owners[_FIRST_FINGER:] = fingers - 3 if count == 52 else np.where(fingers < 40, 22, 23)
    return owners


def pose_for(body: BodyModel, pose) -> np.ndarray:
    """A pose of 55 joints for this body.

    Args:
        pose: (55, 3) axis-angle, SMPL-X's order.
    Returns:
        (J, 3): SMPL's hands stay as they are modelled, SMPL-H leaves out jaw and eyes.
    """
    pose = np.asarray(pose, float)
    if pose.shape != (55, 3):
        raise ValueError(f"pose of shape {pose.shape}, expected (55, 3)")
    rows = joint_rows(len(body.parents))
    return np.where(rows[:, None] < 0, 0.0, pose[rows])


def pose_joints(body: BodyModel, betas) -> np.ndarray:
    """(55, 3) where SMPL-X's joints are on the shaped body, for what works poses out: `skeleton.measure_skeleton`.

    Args:
        betas: (b,) with b <= B.
    """
    template, directions = body.joint_template, body.joint_shapedirs
    if body.pose_joints is not None:
        template, directions = body.pose_joints, body.pose_joint_shapedirs
    if len(template) != 55:
        raise ValueError(f"{body.path}: {len(template)} joints and no others carried over; bring it in with add-body")
    betas = np.asarray(betas, float)
    return template + directions[..., : len(betas)] @ betas


def posed_joints(body: BodyModel, betas, posed: PosedBody) -> np.ndarray:
    """(55, 3) where SMPL-X's joints are on a posed body; those that it lacks go with the joint that moves their place.

    Args:
        betas: (b,) that it was posed with.
    """
    owners = joint_owners(len(body.parents))
    rest = pose_joints(body, betas)
    _, own = shape_body(body, betas)
    turned = posed.transforms[:, :3, :3]
    shift = posed.joints[0] - turned[0] @ own[0] - posed.transforms[0, :3, 3]
    joints = np.einsum("jab,jb->ja", turned[owners], rest) + posed.transforms[owners, :3, 3] + shift
    rows = joint_rows(len(body.parents))
    joints[rows[rows >= 0]] = posed.joints[rows >= 0]
    return joints


def smpl_joints(joints: np.ndarray, posed: PosedBody) -> np.ndarray:
    """(24, 3) SMPL's joints: the first 22 are everybody's; its hands are its own, else the first of the middle finger.

    Args:
        joints: (55, 3) from `posed_joints`.
    """
    if len(posed.joints) == 24:
        return posed.joints
    return joints[[*range(BODY_JOINTS), *MIDDLE_FINGERS]]

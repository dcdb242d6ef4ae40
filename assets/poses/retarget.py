"""Any recorded skeleton to SMPL-X's: bones take the directions of the recorded ones.

Where a limb bends, the plane of the bend says how its upper bone is turned about itself; where it is straight, the
recorded rotation does, corrected by what bent frames of the same take taught. A hand's turn is shared by forearm and
wrist, the bend of the trunk by three spine joints.
"""

import numpy as np

from assets.poses.motion import Motion
from assets.poses.rigs import SIDES, axes_to_smpl, check_limbs, find_rig, rest_position
from blender_addon.core.poses.mannequin import PARENTS, SMPL_TO_WORLD, rotation_vectors
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.rotations import axis_angle_to_matrix

REST = DEFAULT_SKELETON.joints
JOINTS = {
    name: (left, left + 1)
    for name, left in
    {"hip": 1, "knee": 4, "ankle": 7, "toe": 10, "collar": 13, "shoulder": 16, "elbow": 18, "wrist": 20}.items()
}  # fmt: skip
KNUCKLE = (28, 43)
SPINE_SHARES = {3: 0.4, 6: 0.32, 9: 0.28}
"""Of the trunk's bend, as the joints' limits go."""
LOOK = np.radians(5)
"""How far down people look, as a rule."""
STRAIGHT, BENT = np.sin(np.radians(10)), np.sin(np.radians(30))
"""Between them the plane of a bend is trusted more and more."""
MOST_OFFSET = 2.0
"""Radians between the hinge a rig seems to have and the one its bent frames show; beyond, it is these that are wrong,
as a knee that was recorded bending forward."""
MOST_PRONATION = 1.6
"""Radians from thumb up; a hand that was recorded beyond is held there."""


def retarget(motion: Motion) -> np.ndarray:
    """(T, 55, 3) axis-angle in SMPL-X order, the root in the Z-up world; fingers, jaw and eyes at rest.

    Raises:
        AssetError: the joints' names, or the rest pose, tell too little.
    """
    rig = find_rig(motion)
    check_limbs(motion, rig)
    axes = axes_to_smpl(motion, rig)
    rest = rest_position(motion) @ axes.T
    turned = axes @ motion.turned @ axes.T
    position = motion.position @ axes.T
    world = np.tile(np.eye(3), (len(position), 55, 1, 1))
    _turn_trunk(world, turned, rig)
    for side, name in enumerate(SIDES):
        _turn_collar(world, turned, rig.joints, side, name)
        _turn_leg(world, turned, position, rest, rig.joints, side, name)
        _turn_arm(world, turned, position, rest, rig.joints, side, name)
    return _local_pose(world)


def _turn_trunk(world, turned, rig):
    pelvis, chest, head = (turned[:, rig.joints[name]] for name in ("pelvis", "chest", "head"))
    looks_down = np.median(np.arcsin(np.clip(-head[:, 1, 2], -1, 1)))  # most of a take people look about ahead
    head = head @ axis_angle_to_matrix([-np.clip(looks_down - LOOK, 0, rig.droop), 0, 0])
    world[:, 0], world[:, 9] = pelvis, chest
    bend = rotation_vectors(np.swapaxes(pelvis, 1, 2) @ chest)
    world[:, 3] = pelvis @ axis_angle_to_matrix(bend * SPINE_SHARES[3])
    world[:, 6] = pelvis @ axis_angle_to_matrix(bend * (SPINE_SHARES[3] + SPINE_SHARES[6]))
    nod = rotation_vectors(np.swapaxes(chest, 1, 2) @ head)
    world[:, 12], world[:, 15] = chest @ axis_angle_to_matrix(nod / 2), head


def _turn_collar(world, turned, rig, side, name):
    joint = rig.get(f"{name}_collar", rig["chest"])
    world[:, JOINTS["collar"][side]] = turned[:, joint]


def _turn_leg(world, turned, position, rest, rig, side, name):
    hip, knee, ankle = (rig[f"{name}_{part}"] for part in ("hip", "knee", "ankle"))
    chain = [JOINTS[part][side] for part in ("hip", "knee", "ankle")]
    world[:, chain[0]], world[:, chain[1]] = _turn_limb(
        turned[:, hip], position, rest, (hip, knee, ankle), chain, np.array([1.0, 0, 0])
    )
    tilt = _foot_tilt(rest[ankle] - rest[knee])
    world[:, chain[2]] = turned[:, ankle] @ tilt
    toe = rig.get(f"{name}_toe", ankle)
    world[:, JOINTS["toe"][side]] = turned[:, toe] @ tilt


def _foot_tilt(shin):
    """Where a rest pose has the legs spread, the feet are tilted with them; where they hang, soles are level."""
    splay = np.arctan2(shin[0], -shin[1])
    return axis_angle_to_matrix([0, 0, splay if abs(splay) > np.radians(10) else 0.0])


def _turn_arm(world, turned, position, rest, rig, side, name):
    shoulder, elbow, wrist = (rig[f"{name}_{part}"] for part in ("shoulder", "elbow", "wrist"))
    chain = [JOINTS[part][side] for part in ("shoulder", "elbow", "wrist")]
    hinge = np.array([0, -1.0 if side == 0 else 1.0, 0])
    upper, lower = _turn_limb(turned[:, shoulder], position, rest, (shoulder, elbow, wrist), chain, hinge)
    world[:, chain[0]] = upper
    hand, knuckle = rig.get(f"{name}_hand"), rig.get(f"{name}_knuckle")
    if hand is None or knuckle is None:
        world[:, chain[1]] = world[:, chain[2]] = lower
        return
    bone = REST[KNUCKLE[side]] - REST[chain[2]]
    palm = turned[:, hand] @ shortest_turn(bone, rest[knuckle] - rest[wrist])
    palm = shortest_turn(palm @ bone, position[:, knuckle] - position[:, wrist]) @ palm
    pronation = _pronation(lower, palm)
    kept = np.clip(pronation, -MOST_PRONATION, MOST_PRONATION)
    about_x = np.array([1.0, 0, 0])
    world[:, chain[1]] = lower @ axis_angle_to_matrix(kept[:, None] / 2 * about_x)
    fingers = _unit(palm @ about_x)  # a turn about the hand's own bone leaves its direction alone
    world[:, chain[2]] = axis_angle_to_matrix((kept - pronation)[:, None] * fingers) @ palm


def _pronation(forearm, palm):
    """(T,) turn of the hand about the forearm, as `mannequin.aim_hand` reads it."""
    relative = np.swapaxes(forearm, 1, 2) @ palm
    return np.arctan2(relative[:, 2, 1], relative[:, 1, 1])


def _turn_limb(recorded, position, rest, joints, chain, hinge):
    """World rotations (T, 3, 3) of the upper and the lower bone of a limb.

    Args:
        recorded: (T, 3, 3) of the upper bone in the file.
        joints: of the file, three. chain: of SMPL, the same three.
        hinge: (3,) what the limb bends about in SMPL's rest pose.
    """
    top, middle, end = joints
    upper, lower = REST[chain[1]] - REST[chain[0]], REST[chain[2]] - REST[chain[1]]
    u, v = _unit(position[:, middle] - position[:, top]), _unit(position[:, end] - position[:, middle])
    guess = recorded @ shortest_turn(upper, rest[middle] - rest[top]) @ hinge
    axis = _hinge(_across(guess, u), np.cross(u, v), u)
    return _frame(u, axis) @ _frame(_unit(upper), hinge).T, _frame(v, axis) @ _frame(_unit(lower), hinge).T


def _hinge(guess, normal, u):
    """(T, 3) axis of the bend: its plane's normal where it is bent, the recorded turn where it is straight.

    Args:
        guess: (T, 3) unit, from the recorded rotation.
        normal: (T, 3) of length sine of the bend.
        u: (T, 3) direction of the upper bone.
    """
    sine = np.linalg.norm(normal, axis=1)
    side = np.cross(u, guess)
    bent = sine > (STRAIGHT + BENT) / 2
    x, y = (normal * guess).sum(1), (normal * side).sum(1)
    if bent.any():  # what the rig calls its hinge may be off by a constant turn
        offset = np.arctan2((y * sine)[bent].sum(), (x * sine)[bent].sum())
        offset = 0.0 if abs(offset) > MOST_OFFSET else offset
        guess = guess * np.cos(offset) + side * np.sin(offset)
    trust = np.clip((sine - STRAIGHT) / (BENT - STRAIGHT), 0, 1)[:, None]
    plane = normal / np.maximum(sine, 1e-9)[:, None]
    unclear = (trust < 1) & ((plane * guess).sum(1, keepdims=True) < 0)  # bent a little backwards
    return _across(np.where(unclear, guess, trust * plane + (1 - trust) * guess), u)


def shortest_turn(start, end) -> np.ndarray:
    """(..., 3, 3) that takes directions to directions; half turns go about some axis across."""
    start, end = np.broadcast_arrays(_unit(np.asarray(start, float)), _unit(np.asarray(end, float)))
    axis, cosine = np.cross(start, end), (start * end).sum(-1)
    sine = np.linalg.norm(axis, axis=-1)
    spare = np.cross(start, np.where(np.abs(start[..., :1]) < 0.7, [1.0, 0, 0], [0, 1.0, 0]))
    axis = np.where(sine[..., None] > 1e-8, axis, spare)
    return axis_angle_to_matrix(_unit(axis) * np.arctan2(sine, cosine)[..., None])


def _unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def _across(vectors, axis):
    return _unit(vectors - axis * (vectors * axis).sum(-1, keepdims=True))


def _frame(axis, hinge):
    """(..., 3, 3) with columns axis, hinge and what is across both."""
    axis = np.broadcast_to(axis, hinge.shape)
    hinge = _across(hinge, axis)
    return np.stack([axis, hinge, np.cross(axis, hinge)], -1)


def _local_pose(world):
    for joint in range(22, 55):  # jaw, eyes and fingers go along
        world[:, joint] = world[:, PARENTS[joint]]
    local = np.swapaxes(world[:, list(PARENTS[1:])], 2, 3) @ world[:, 1:]
    local = np.concatenate([(SMPL_TO_WORLD @ world[:, 0])[:, None], local], 1)
    return rotation_vectors(local.reshape(-1, 3, 3)).reshape(-1, 55, 3)

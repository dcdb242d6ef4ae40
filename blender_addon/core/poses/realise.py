"""From a plan (pose_goals) to joints: trunk first, legs to the floor, arms to their places, weight over the feet."""

import math

import numpy as np

from ..rotations import axis_angle_to_matrix
from .contact import HEEL_BEHIND, centre_of_mass, support
from .goals import AnkleAt, ArmAngles, Kneel, Plan, Step
from .hands import curl_fingers
from .mannequin import (
    ANKLE,
    ELBOW,
    EYES,
    FOOT,
    HEAD,
    HIP,
    KNEE,
    MIDDLE,
    NECK,
    PELVIS,
    SHOULDER,
    SPINE1,
    SPINE2,
    SPINE3,
    WRIST,
    Mannequin,
    Skeleton,
    aim_hand,
    bend_limb,
    bone_length,
    clamp,
    cross,
    hand_rotation,
    move_arm,
    move_hip,
    put_ankle,
    put_wrist,
    rot_x,
    rot_y,
    rot_z,
    rotation_vectors,
    turn_hand,
    unit,
)

BY_LEGS = frozenset(
    ("knee", "thigh", "other_knee", "other_thigh", "shin", "foot", "floor")
    + ("other_elbow", "other_wrist", "other_forearm", "other_hand")
)
"""Places that move as the pelvis is shifted over the feet, or may: the other hand may be on one of them."""


def landmark(mannequin: Mannequin, name: str, side: int):
    """A place on or around the person: (3,) point, (3, 3) axes. Sided places are the left hand's own."""
    body, m = mannequin.skeleton, mannequin
    k = body.scale
    on_chest = {
        "shoulder": m.position[SHOULDER[side]],
        "other_elbow": m.position[ELBOW[-side]],
        "other_wrist": m.position[WRIST[-side]],
        "other_forearm": (m.position[WRIST[-side]] + m.position[ELBOW[-side]]) / 2,
        "other_hand": m.position[WRIST[-side]] + 0.5 * (m.position[WRIST[-side]] - m.position[ELBOW[-side]]) * 0.4,
        "chest": m.point(SPINE3, (0, 0, body.chest)),
        "sternum": m.point(SPINE3, (0, 0.1 * k, body.chest)),
    }
    if name in on_chest:
        return on_chest[name], m.turned[SPINE3]
    if name in ("belly", "small_of_back"):
        return m.point(SPINE1, (0, 0, body.belly if name == "belly" else -body.back)), m.turned[SPINE1]
    if name in ("waist", "pocket", "seat_side"):
        drop = {"waist": 0.11, "pocket": 0.0, "seat_side": -0.06}[name] * k
        return m.point(PELVIS, (side * body.waist, drop, 0)), m.turned[PELVIS]
    if name in ("knee", "thigh", "other_knee", "other_thigh", "shin"):
        leg = -side if name.startswith("other") else side
        if name == "shin":
            return (m.position[KNEE[leg]] + m.position[ANKLE[leg]]) / 2, m.turned[KNEE[leg]]
        share = 0.96 if name.endswith("knee") else 0.62
        over = m.turned[HIP[leg]] @ np.array([0, 0, (0.055 if share > 0.9 else 0.075) * k])
        return m.position[HIP[leg]] * (1 - share) + m.position[KNEE[leg]] * share + over, m.turned[HIP[leg]]
    if name in ("face", "ear", "crown", "nape"):
        offset = {
            "face": (0, 0.0, 0.12),
            "ear": (0.085, 0.05, 0.02),
            "crown": (0.05, 0.17, 0),
            "nape": (0.03, 0.03, -0.1),
        }
        return m.point(HEAD, np.array(offset[name]) * [side * k, k, k]), m.turned[HEAD]
    if name == "foot":
        return m.position[FOOT[side]], np.eye(3)
    if name == "floor":  # under the pelvis
        return m.root * [1, 0, 1], np.eye(3)
    raise ValueError(f"no place named {name!r} on a body")


def realise(plan: Plan, skeleton: Skeleton, rng: np.random.Generator) -> Mannequin:
    """Work out a plan on a skeleton. The random numbers are the small unevenness of everything living."""
    mannequin = Mannequin(skeleton)
    jitter = rng.normal(0, np.radians(1.6) * plan.noise, (3, 3))
    _place_trunk(mannequin, plan, jitter)
    arms = {-1: plan.arms[1], 1: plan.arms[0]}
    for again in range(3 if plan.weight is not None else 1):
        _place_legs(mannequin, plan)
        mannequin.update()
        if not again:
            _place_head(mannequin, plan)
        for side, arm in arms.items():
            if not again or getattr(arm, "place", "") in BY_LEGS:
                _place_arm(mannequin, arm, side)
        if plan.weight is not None:
            _balance(mannequin, plan)
    if plan.gaze:
        _look(mannequin, plan.gaze)
    for side, arm in zip((1, -1), plan.arms, strict=True):
        curl_fingers(mannequin, side, arm.hand, rng)
    _move_eyes(mannequin, rng)
    return mannequin


def _place_trunk(mannequin, plan, jitter):
    pitch, roll, yaw = plan.pelvis
    mannequin.local[PELVIS] = rot_y(yaw) @ rot_x(pitch) @ rot_z(roll)
    bend, side, turn = plan.spine
    low, high = np.array([0.4, 0.34, 0.26]), np.array([0.2, 0.35, 0.45])  # the loins bend, the chest turns
    whole = np.stack([bend * low, turn * high, -side * low], 1) + jitter
    mannequin.local[[SPINE1, SPINE2, SPINE3]] = axis_angle_to_matrix(whole)


def _place_legs(mannequin, plan):
    legs = dict(zip((1, -1), plan.legs, strict=True))
    scale = mannequin.skeleton.scale
    targets = {side: _ankle_target(mannequin, leg, side) for side, leg in legs.items() if isinstance(leg, Step)}
    if plan.height is not None:
        mannequin.root[1] = plan.height * scale + mannequin.skeleton.seat
    else:
        heights = [_standing_height(mannequin, leg, side, targets.get(side)) for side, leg in legs.items()]
        mannequin.root[1] = min((h for h in heights if h is not None), default=1.0 * scale)
    mannequin.update((1, 2))
    for side, leg in legs.items():
        if isinstance(leg, Step):
            _step(mannequin, leg, side, targets[side])
        elif isinstance(leg, Kneel):
            _kneel(mannequin, leg, side)
        elif isinstance(leg, AnkleAt):
            _put_free_ankle(mannequin, leg, side)
        else:
            move_hip(mannequin, side, leg.flexion, leg.abduction, leg.rotation, leg.knee)
            mannequin.local[ANKLE[side]] = rot_x(leg.ankle)
            mannequin.local[FOOT[side]] = np.eye(3)


def _put_free_ankle(mannequin, leg, side):
    """The ankle to its point, or higher where the foot would go through the floor."""
    scale = mannequin.skeleton.scale
    point = np.array(leg.point) * [side * scale, scale, scale] + mannequin.root * [1, 0, 1]
    mannequin.local[ANKLE[side]] = rot_z(side * leg.turn) @ rot_x(leg.ankle)
    for _ in range(2):
        put_ankle(mannequin, side, point, np.array(leg.knee) * [side, 1, 1], 0.03)
        mannequin.update((ANKLE[side], FOOT[side]))
        toes = mannequin.point(FOOT[side], (0, 0, 0.05 * scale))[1] - 0.02 * scale
        point[1] += max(0.0, -toes, 0.055 * scale - mannequin.position[ANKLE[side]][1])


def _foot_rotation(leg, side):
    return rot_y(side * leg.yaw) @ rot_x(leg.pitch)


def _ankle_target(mannequin, leg, side):
    """Where the ankle is when the foot stands as told: turned about the ball or about the heel."""
    body, scale = mannequin.skeleton, mannequin.skeleton.scale
    ankle_height = body.joints[ANKLE[side]][1] - body.sole
    flat = np.array([side * leg.x * scale, ankle_height + leg.lift * scale, leg.z * scale])
    pivot = mannequin.bones[FOOT[side]].copy() if leg.pitch > 0 else np.array([0, 0, -HEEL_BEHIND * scale])
    pivot[1] = -ankle_height + (0.012 * scale if leg.pitch > 0 else 0.02 * scale)  # the sole is round there
    return flat + (rot_y(side * leg.yaw) - _foot_rotation(leg, side)) @ pivot


def _standing_height(mannequin, leg, side, target):
    """Pelvis height at which this leg just carries; None if it does not."""
    hip = mannequin.local[PELVIS] @ mannequin.bones[HIP[side]]
    thigh, shin = bone_length(mannequin, KNEE[side]), bone_length(mannequin, ANKLE[side])
    if isinstance(leg, Step) and leg.lift == 0:
        reach = math.sqrt(thigh**2 + shin**2 + 2 * thigh * shin * math.cos(leg.bend))
    elif isinstance(leg, Kneel):
        reach, target = thigh, _knee_target(mannequin, leg, side)
    else:
        return None
    aside = target - mannequin.root - hip
    return target[1] - hip[1] + math.sqrt(max(reach**2 - aside[0] ** 2 - aside[2] ** 2, 0.01))


def _step(mannequin, leg, side, target):
    forward = rot_y(side * (leg.yaw + leg.splay)) @ np.array([0, 0, 1.0])
    ahead = mannequin.local[PELVIS] @ np.array([0, 0, 1.0]) * [1, 0, 1]
    down = unit(target - mannequin.position[HIP[side]])
    up = np.array([0, 2.0 * max(0.0, down[2]), 0])  # the knee of a leg stretched forward points up
    put_ankle(mannequin, side, target, forward + 0.4 * ahead + up, min(leg.bend, 0.05))
    foot = _foot_rotation(leg, side)
    mannequin.local[ANKLE[side]] = mannequin.turned[KNEE[side]].T @ foot
    mannequin.local[FOOT[side]] = rot_x(-clamp(leg.pitch, 0, 1.0) if leg.lift == 0 else -0.2 * max(leg.pitch, 0))


def _knee_target(mannequin, leg, side):
    scale = mannequin.skeleton.scale
    return np.array([side * leg.x, 0.03, leg.z]) * scale


def _kneel(mannequin, leg, side):
    u = unit(_knee_target(mannequin, leg, side) - mannequin.position[HIP[side]])
    v = unit(rot_y(side * leg.yaw) @ np.array([0, 0.005 + 0.235 * leg.toes, -1.0]))
    hinge = cross(u, v)
    if hinge[0] < 0.05:  # a straight leg has no hinge of its own
        hinge = np.array([1.0, 0, 0])
    bend_limb(mannequin, (HIP[side], KNEE[side], ANKLE[side]), np.array([1.0, 0, 0]), u, v, unit(hinge))
    mannequin.local[ANKLE[side]] = rot_x(1.13 - 1.77 * leg.toes)
    mannequin.local[FOOT[side]] = rot_x(-1.15 * leg.toes)


def _place_arm(mannequin, arm, side):
    if isinstance(arm, ArmAngles):
        move_arm(mannequin, side, arm.flexion, arm.abduction, arm.rotation, arm.elbow)
        turn_hand(mannequin, side, arm.pronation, arm.wrist, arm.deviation)
        return
    mirror, scale = np.array([side, 1, 1]), mannequin.skeleton.scale
    point, axes = landmark(mannequin, arm.place, side)
    hand = hand_rotation(
        side, axes @ (np.array(arm.fingers, float) * mirror), axes @ (np.array(arm.palm, float) * mirror)
    )
    palm = 0.8 * mannequin.bones[MIDDLE[side]] - [0, 0.02 * scale, 0]
    wrist = point + axes @ (np.array(arm.offset) * mirror * scale) - hand @ palm
    put_wrist(mannequin, side, wrist, mannequin.turned[SPINE3] @ (np.array(arm.elbow) * mirror))
    aim_hand(mannequin, side, hand)


def _place_head(mannequin, plan):
    nod, tilt, turn = plan.head
    _turn_head(mannequin, rot_y(turn) @ rot_x(nod) @ rot_z(-tilt))


def _turn_head(mannequin, rotation):
    """Bring the head to a rotation as far as the neck allows, which follows the head half the way."""
    relative = rotation_vectors((mannequin.turned[SPINE3].T @ rotation)[None])[0]
    relative = np.clip(relative, [-0.8, -1.25, -0.5], [0.75, 1.25, 0.5])
    mannequin.local[NECK] = axis_angle_to_matrix(0.5 * relative)
    mannequin.local[HEAD] = axis_angle_to_matrix(0.5 * relative)
    mannequin.update((NECK, HEAD))


def _look(mannequin, place):
    name, side = (place[:-2], 1 if place.endswith("_l") else -1) if place[-2:] in ("_l", "_r") else (place, 1)
    point = mannequin.position[WRIST[side]] if name == "hand" else landmark(mannequin, name, side)[0]
    ahead = unit(point - mannequin.position[HEAD])
    nod = -math.asin(clamp(ahead[1], -1, 1)) - 0.2  # the eyes do the rest
    _turn_head(mannequin, rot_y(math.atan2(ahead[0], ahead[2])) @ rot_x(nod))


def _balance(mannequin, plan):
    """Shift the pelvis so that the mass is over the feet in the shares asked for."""
    left, right = (support(mannequin, side, leg) for side, leg in zip((1, -1), plan.legs, strict=True))
    off = plan.weight * left + (1 - plan.weight) * right - centre_of_mass(mannequin)
    mannequin.root += off * [1.3, 0, 1.3]  # the feet stay behind, so a little more than the error


def _move_eyes(mannequin, rng):
    up, across = rng.normal(0, [0.06, 0.12])
    mannequin.local[list(EYES.values())] = axis_angle_to_matrix(np.clip([up, across, 0], -0.35, 0.35))

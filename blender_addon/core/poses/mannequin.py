"""A jointed mannequin that can be stood, seated and made to reach: the mechanics under the pose prior.

Everything here lives in SMPL's frame: Y up, facing +Z, the person's left at +X, rest in a T-pose with the palms down.
`side` is +1 for the left and -1 for the right; angles are anatomical, so the same numbers mean the same on both.
"""

import math
from dataclasses import dataclass, field

import numpy as np

PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15)
PARENTS += (20, 25, 26, 20, 28, 29, 20, 31, 32, 20, 34, 35, 20, 37, 38)
PARENTS += (21, 40, 41, 21, 43, 44, 21, 46, 47, 21, 49, 50, 21, 52, 53)
PELVIS, SPINE1, SPINE2, SPINE3, NECK, HEAD = 0, 3, 6, 9, 12, 15
BODY_JOINTS = 22
"""Joints that move others of interest here; jaw, eyes and fingers hang on them."""
HIP, KNEE, ANKLE, FOOT = {1: 1, -1: 2}, {1: 4, -1: 5}, {1: 7, -1: 8}, {1: 10, -1: 11}
COLLAR, SHOULDER, ELBOW, WRIST = {1: 13, -1: 14}, {1: 16, -1: 17}, {1: 18, -1: 19}, {1: 20, -1: 21}
FINGERS, MIDDLE, EYES = {1: 25, -1: 40}, {1: 28, -1: 43}, {1: 23, -1: 24}

SMPL_TO_WORLD = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""Y up facing +Z to Z up facing -Y."""


def rot_x(angle):
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])


def rot_y(angle):
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, 0.0, s], [0, 1, 0], [-s, 0, c]])


def rot_z(angle):
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0], [0, 0, 1]])


def clamp(value, low, high):
    return max(low, min(high, value))


def cross(a, b):
    """np.cross is twenty times slower for one pair, and arithmetic on an array's elements three times."""
    (a0, a1, a2), (b0, b1, b2) = a.tolist(), b.tolist()
    return np.array([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0])


def unit(vector):
    return vector / max(math.sqrt(vector @ vector), 1e-9)


def across(vector, axis):
    """The direction of `vector` seen along the unit `axis`."""
    return unit(vector - axis * (vector @ axis))


def turn(from_axis, from_hinge, to_axis, to_hinge):
    """(3, 3) rotation that brings one axis exactly, and the hinge beside it as nearly as it can, on to another pair."""
    start, end = across(from_hinge, from_axis), across(to_hinge, to_axis)
    return np.array([to_axis, end, cross(to_axis, end)]).T @ np.array([from_axis, start, cross(from_axis, start)])


def rotation_vectors(matrices):
    """Axis-angle of rotations, good near 0 and near pi (by way of quaternions).

    Args:
        matrices: (N, 3, 3)
    Returns:
        (N, 3) radians, length at most pi.
    """
    m = np.asarray(matrices, float)
    trace = m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2]
    squares = np.stack([trace, m[:, 0, 0], m[:, 1, 1], m[:, 2, 2]], 1)
    products = np.empty((len(m), 4, 4))  # 4 q q^T; the row of the largest component is divided by safely
    products[:, 0, 0] = 1 + trace
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        products[:, i + 1, i + 1] = 1 + 2 * m[:, i, i] - trace
        products[:, 0, i + 1] = products[:, i + 1, 0] = m[:, k, j] - m[:, j, k]
        products[:, i + 1, j + 1] = products[:, j + 1, i + 1] = m[:, i, j] + m[:, j, i]
    q = products[np.arange(len(m)), squares.argmax(1)]
    q = q / np.linalg.norm(q, axis=1, keepdims=True)
    q = np.where(q[:, :1] < 0, -q, q)
    sine = np.linalg.norm(q[:, 1:], axis=1, keepdims=True)
    return q[:, 1:] * np.where(sine > 1e-9, 2 * np.arctan2(sine, q[:, :1]) / np.maximum(sine, 1e-12), 2.0)


@dataclass(frozen=True)
class Skeleton:
    """What the prior needs to know of a body: where its joints are at rest, and how stout it is."""

    joints: np.ndarray
    """(55, 3) rest joints, metres, SMPL frame."""
    sole: float
    """Height of the soles, rest frame."""
    belly: float
    """From the first spine joint forward to the skin."""
    back: float
    """From the first spine joint backward to the skin."""
    chest: float
    """From the third spine joint forward to the skin."""
    waist: float
    """Half the width of the trunk over the hips."""
    seat: float
    """From the pelvis joint down to what is sat on."""

    @property
    def scale(self) -> float:
        """Of lengths that were chosen for an adult."""
        return float(self.joints[HEAD][1] - self.sole) / 1.5


@dataclass
class Mannequin:
    """A skeleton in a pose, changed in place. Call `update` before reading `position` or `turned`."""

    skeleton: Skeleton
    root: np.ndarray = field(default_factory=lambda: np.zeros(3))
    """(3,) where the pelvis joint is, on a floor at y = 0."""

    def __post_init__(self):
        self.local = np.tile(np.eye(3), (55, 1, 1))
        self.turned = self.local.copy()
        rest = self.skeleton.joints
        self.bones = rest - rest[list(PARENTS)]
        self.position = rest.copy()

    def update(self, joints=range(1, BODY_JOINTS)):
        """Forward kinematics of the joints that matter here, parents first."""
        turned, position, local, bones = self.turned, self.position, self.local, self.bones
        turned[0], position[0] = local[0], self.root
        for joint in joints:
            parent = PARENTS[joint]
            above = turned[parent]
            np.dot(above, local[joint], out=turned[joint])
            position[joint] = position[parent] + above.dot(bones[joint])

    def point(self, joint, offset):
        return self.position[joint] + self.turned[joint] @ np.asarray(offset, float)

    def pose(self):
        """(55, 3) axis-angle, the first turned into the Z-up world."""
        rotations = self.local.copy()
        rotations[0] = SMPL_TO_WORLD @ rotations[0]
        return rotation_vectors(rotations)


def two_bones(root, target, pole, upper, lower, straightest):
    """Where a knee or an elbow must be for the limb to end at `target`, bent towards `pole`.

    Args:
        straightest: the least bend in radians; a target farther away is approached as far as that allows.
    Returns:
        u, v: (3,) directions of the two bones.
        hinge: (3,) axis of the bend, from u to v by the right hand.
    """
    longest = math.sqrt(upper**2 + lower**2 + 2 * upper * lower * math.cos(straightest))
    shortest = math.sqrt(upper**2 + lower**2 + 2 * upper * lower * math.cos(math.radians(147)))
    along = target - root
    distance = math.sqrt(along @ along)
    axis = along / max(distance, 1e-9)
    distance = min(max(distance, shortest), longest)
    side = across(pole, axis)
    near = (upper**2 - lower**2 + distance**2) / (2 * distance)
    off = math.sqrt(max(upper**2 - near**2, 0.0))
    middle = axis * near + side * off
    return middle / upper, unit(axis * distance - middle), cross(side, axis)


def bend_limb(mannequin, joints, hinge, u, v, to_hinge):
    """Turn the upper and lower bone of a limb on to directions. `hinge` is the bend's axis at rest."""
    top, middle, end = joints
    upper, lower = unit(mannequin.bones[middle]), unit(mannequin.bones[end])
    first = turn(upper, hinge, u, to_hinge)
    second = turn(lower, hinge, v, to_hinge)
    mannequin.local[top] = mannequin.turned[PARENTS[top]].T @ first
    mannequin.local[middle] = first.T @ second
    mannequin.turned[top], mannequin.turned[middle] = first, second
    mannequin.position[middle] = mannequin.position[top] + first @ mannequin.bones[middle]
    mannequin.position[end] = mannequin.position[middle] + second @ mannequin.bones[end]


def bone_length(mannequin, joint):
    return float(np.linalg.norm(mannequin.bones[joint]))


def move_hip(mannequin, side, flexion, abduction, rotation, knee):
    """Hip and knee by angles: flexion forward, abduction outward, rotation outward, knee flexion."""
    mannequin.local[HIP[side]] = rot_z(side * abduction) @ rot_x(-flexion) @ rot_y(side * rotation)
    mannequin.local[KNEE[side]] = rot_x(knee)


def put_ankle(mannequin, side, target, pole, straightest):
    """Bring the ankle to a point by hip and knee, the knee towards `pole`."""
    hip, knee, ankle = HIP[side], KNEE[side], ANKLE[side]
    lengths = bone_length(mannequin, knee), bone_length(mannequin, ankle)
    u, v, axis = two_bones(mannequin.position[hip], target, pole, *lengths, straightest)
    bend_limb(mannequin, (hip, knee, ankle), np.array([1.0, 0, 0]), u, v, axis)


def raise_collar(mannequin, side, direction):
    """The shoulder blade goes with the arm: up as it is raised, forward as it crosses, about a quarter of the way."""
    inward = mannequin.turned[SPINE3].T @ unit(direction)
    lift = 0.3 * max(0.0, math.asin(max(-1.0, min(1.0, inward[1]))) + 0.35)
    forward = 0.22 * inward[2] - 0.12 * min(0.0, side * inward[0])
    mannequin.local[COLLAR[side]] = rot_z(side * lift) @ rot_y(-side * forward)
    mannequin.update((COLLAR[side], SHOULDER[side]))


def move_arm(mannequin, side, flexion, abduction, rotation, elbow):
    """Arm by angles from hanging: flexion forward, then abduction outward, rotation outward about the bone; elbow."""
    chest = mannequin.turned[SPINE3]
    swing = rot_z(side * abduction) @ rot_x(-flexion)
    raise_collar(mannequin, side, chest @ swing @ np.array([0, -1.0, 0]))
    swing = chest @ swing @ rot_y(side * rotation)
    u, axis = swing @ np.array([0, -1.0, 0]), swing @ np.array([-1.0, 0, 0])
    v = u * math.cos(elbow) + cross(axis, u) * math.sin(elbow)
    bend_arm(mannequin, side, u, v, axis)


def put_wrist(mannequin, side, target, pole):
    """Bring the wrist to a point by shoulder and elbow, the elbow towards `pole`."""
    raise_collar(mannequin, side, target - mannequin.position[SHOULDER[side]])
    lengths = bone_length(mannequin, ELBOW[side]), bone_length(mannequin, WRIST[side])
    bend_arm(mannequin, side, *two_bones(mannequin.position[SHOULDER[side]], target, pole, *lengths, math.radians(8)))


def bend_arm(mannequin, side, u, v, axis):
    joints = SHOULDER[side], ELBOW[side], WRIST[side]
    bend_limb(mannequin, joints, np.array([0, -float(side), 0]), u, v, axis)
    mannequin.local[WRIST[side]] = np.eye(3)
    mannequin.update((WRIST[side],))


def turn_hand(mannequin, side, pronation, flexion, deviation):
    """Forearm and wrist by angles: pronation from thumb up, flexion to the palm, deviation to the thumb.

    Half of the turn belongs to the forearm's skin, so elbow and wrist share it.
    """
    half = rot_x(pronation / 2)  # about +X on both sides: the right arm points the other way, and is a mirror image
    mannequin.local[ELBOW[side]] = mannequin.local[ELBOW[side]] @ half
    mannequin.local[WRIST[side]] = half @ rot_z(-side * flexion) @ rot_y(-side * deviation)
    mannequin.update((ELBOW[side], WRIST[side]))


def hand_rotation(side, fingers, palm):
    """(3, 3) of a hand whose fingers point one way and whose palm faces another."""
    return turn(np.array([float(side), 0, 0]), np.array([0, -1.0, 0]), unit(fingers), palm)


def aim_hand(mannequin, side, rotation):
    """Turn the hand as near to a rotation (3, 3) as forearm and wrist can."""
    relative = mannequin.turned[ELBOW[side]].T @ rotation  # = rot_x(pronation) rot_z(-flexion) rot_y(-deviation)
    pronation = math.atan2(relative[2, 1], relative[1, 1])
    flexion = side * math.asin(max(-1.0, min(1.0, relative[0, 1])))
    deviation = -side * math.atan2(relative[0, 2], relative[0, 0])
    turn_hand(mannequin, side, clamp(pronation, -1.45, 1.45), clamp(flexion, -1.4, 1.2), clamp(deviation, -0.5, 0.4))

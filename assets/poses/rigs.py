"""Names that recorders give their joints, and which way their skeletons face."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assets.poses.motion import Motion
from blender_addon.core.errors import AssetError

SIDES = ("left", "right")
OPTIONAL = {"neck", "collar", "hand", "knuckle", "toe", "toe_tip"}
"""Roles that a rig may lack."""
CMU_DROOP = 8.0
"""Degrees. People who walk look about 8 degrees down; in walks of five of CMU's subjects the head's median pitch is 15
to 20, as its axis there runs from the neck to markers on the forehead. In those of others it is right."""
# Role -> names, the first that the file has. {s} is the side as the rig writes it. A role is where a joint is and how
# it turns: 'knee' is the near end of the shin.
RIGS = {
    "CMU's BVH": {
        "droop": CMU_DROOP,
        "sides": (("Left", "L", "l"), ("Right", "R", "r")),
        "pelvis": ("Hips",),
        "chest": ("Chest2", "Chest3", "Chest"),
        "neck": ("Neck",),
        "head": ("Head",),
        "collar": ("{s}Collar",),
        "shoulder": ("{s}Shoulder",),
        "elbow": ("{s}Elbow",),
        "wrist": ("{s}Wrist",),
        "hand": ("{c}hand", "{s}Wrist"),
        "knuckle": ("{u}Fingers", "{s}Wrist_end"),
        "hip": ("{s}Hip",),
        "knee": ("{s}Knee",),
        "ankle": ("{s}Ankle",),
        "toe": ("{s}Toe", "{s}Ankle_end"),
        "toe_tip": ("{s}Toe_end",),
    },
    "CMU's ASF": {
        "droop": CMU_DROOP,
        "sides": (("l", "l", "l"), ("r", "r", "r")),
        "pelvis": ("root",),
        "chest": ("thorax",),
        "neck": ("lowerneck",),
        "head": ("head",),
        "collar": ("{s}clavicle",),
        "shoulder": ("{s}humerus",),
        "elbow": ("{s}radius",),
        "wrist": ("{s}hand", "{s}wrist"),
        "hand": ("{s}hand", "{s}wrist"),
        "knuckle": ("{s}fingers", "{s}hand_end"),
        "hip": ("{s}femur",),
        "knee": ("{s}tibia",),
        "ankle": ("{s}foot",),
        "toe": ("{s}toes", "{s}foot_end"),
        "toe_tip": ("{s}toes_end",),
    },
    "MotionBuilder": {
        "sides": (("Left", "L", "l"), ("Right", "R", "r")),
        "pelvis": ("Hips",),
        "chest": ("Spine3", "Spine2", "Spine1", "Spine"),
        "neck": ("Neck", "Neck1"),
        "head": ("Head",),
        "collar": ("{s}Shoulder",),
        "shoulder": ("{s}Arm",),
        "elbow": ("{s}ForeArm",),
        "wrist": ("{s}Hand",),
        "hand": ("{s}Hand",),
        "knuckle": ("{s}HandMiddle1", "{s}Hand_end"),
        "hip": ("{s}UpLeg",),
        "knee": ("{s}Leg",),
        "ankle": ("{s}Foot",),
        "toe": ("{s}ToeBase", "{s}Toe", "{s}Foot_end"),
        "toe_tip": ("{s}ToeBase_end", "{s}Toe_end"),
    },
    "MakeHuman": {
        "sides": (("L", "L", "l"), ("R", "R", "r")),
        "pelvis": ("root",),
        "chest": ("spine02",),
        "neck": ("neck01",),
        "head": ("head",),
        "collar": ("clavicle.{s}",),
        "shoulder": ("upperarm01.{s}",),
        "elbow": ("lowerarm01.{s}",),
        "wrist": ("wrist.{s}",),
        "hand": ("wrist.{s}",),
        "knuckle": ("finger3-1.{s}",),
        "hip": ("upperleg01.{s}",),
        "knee": ("lowerleg01.{s}",),
        "ankle": ("foot.{s}",),
        "toe": ("toe2-1.{s}",),
        "toe_tip": ("toe2-3.{s}",),
    },
}
MIDDLE = ("pelvis", "chest", "neck", "head")


@dataclass(frozen=True)
class Rig:
    """Which joint of a motion plays which role."""

    name: str
    joints: dict
    """{'pelvis': joint, 'left_knee': joint, ...}; roles that the rig lacks are left out."""
    droop: float
    """Radians that the head may be recorded lower than it was held."""


def find_rig(motion: Motion) -> Rig:
    """The rig by the names of its joints.

    Raises:
        AssetError: the names are of no skeleton that is known here.
    """
    names = {name.split(":")[-1].lower(): index for index, name in enumerate(motion.names)}  # mixamorig:Hips
    best, best_missing = "", None
    for rig, table in RIGS.items():
        found, missing = _match(table, names)
        if not missing:
            return Rig(rig, found, np.radians(table.get("droop", 0.0)))
        if best_missing is None or len(missing) < len(best_missing):
            best, best_missing = rig, missing
    raise AssetError(
        f"{motion.path}: its joints are of no known skeleton; nearest is {best}, where {best_missing[0]} is missing "
        f"(found {', '.join(motion.names[:6])}, ...). Rename the joints, or leave the file out."
    )


def _match(table, names):
    found, missing = {}, []
    for side, (word, capital, small) in zip(SIDES, table["sides"], strict=True):
        for role, patterns in table.items():
            if role in ("sides", "droop") or (role in MIDDLE and side == "right"):
                continue
            choices = [pattern.format(s=word, u=capital, c=small).lower() for pattern in patterns]
            joint = next((names[choice] for choice in choices if choice in names), None)
            if joint is not None:
                found[role if role in MIDDLE else f"{side}_{role}"] = joint
            elif role not in OPTIONAL:
                missing.append(patterns[0].format(s=word, u=capital, c=small))
    return found, missing


def rest_position(motion: Motion) -> np.ndarray:
    """(J, 3) with all turns zero and the root at 0."""
    rest = np.zeros((len(motion.names), 3))
    for joint in range(1, len(rest)):
        rest[joint] = rest[motion.parents[joint]] + motion.offsets[joint]
    return rest


def axes_to_smpl(motion: Motion, rig: Rig) -> np.ndarray:
    """(3, 3) that turns the file's axes into SMPL's: left to +X, up to +Y, facing +Z.

    Files have their own idea of which axis is up, but with all turns zero people stand along the axes.
    """
    rest, joints = rest_position(motion), rig.joints
    hips = rest[joints["left_hip"]] - rest[joints["right_hip"]]
    trunk = rest[joints["head"]] - (rest[joints["left_hip"]] + rest[joints["right_hip"]]) / 2
    left, up = _nearest_axis(hips), _nearest_axis(trunk)
    if abs(left @ up) > 0.5 or not np.isfinite(rest).all():
        raise AssetError(
            f"{motion.path}: with all turns zero the hips lie along {np.round(hips, 2)} and the trunk along "
            f"{np.round(trunk, 2)}, so left and up cannot be told apart. Export it from a standing rest pose."
        )
    return np.stack([left, up, np.cross(left, up)])


def check_limbs(motion: Motion, rig: Rig) -> None:
    """Raise AssetError for a limb without length: it points nowhere."""
    rest = rest_position(motion)
    size = np.abs(rest).max()
    for side in SIDES:
        for chain in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
            for start, end in pairwise(chain):
                near, far = (rig.joints[f"{side}_{role}"] for role in (start, end))
                if np.linalg.norm(rest[far] - rest[near]) < 1e-3 * size:
                    raise AssetError(
                        f"{motion.path}: {motion.names[near]} and {motion.names[far]} are in one place, so the bone "
                        "between them points nowhere. Export it with its offsets."
                    )


def _nearest_axis(vector):
    axis = np.zeros(3)
    largest = int(np.abs(vector).argmax())
    axis[largest] = 1.0 if vector[largest] >= 0 else -1.0
    return axis

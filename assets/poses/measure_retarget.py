"""How well retargeted bodies point where the recorded ones point: `python -m assets.poses.measure_retarget FOLDER`.

For each bone, and each line between two joints of a pair, the angle between its direction in the file and that of the
SMPL-X skeleton in the retargeted pose, in world axes, nothing corrected. Both come from joint positions alone: the
file's by its own forward kinematics, the other's by `posing.joint_transforms`. Where two skeletons differ at rest the
difference stays in: a foot is flat in both, but SMPL-X's ankle is higher over its toes, CMU's hips are in front of
its spine, and SMPL-X's neck leans forward.
"""

import argparse
from pathlib import Path

import numpy as np

from assets.poses.mocap_library import find_motion_files
from assets.poses.retarget import retarget
from assets.poses.rigs import axes_to_smpl, find_rig
from assets.poses.takes import excess, is_recorded_well, read_recording
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.limits import clip
from blender_addon.core.poses.mannequin import PARENTS, SMPL_TO_WORLD
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.posing import joint_transforms
from blender_addon.core.rotations import axis_angle_to_matrix

# Line -> where it starts and ends: roles of a rig, and joints of SMPL-X; {s} is the side, the right's joints follow.
LINES = {
    "thigh": ("{s}_hip", "{s}_knee", (1, 2), (4, 5)),
    "shin": ("{s}_knee", "{s}_ankle", (4, 5), (7, 8)),
    "foot": ("{s}_ankle", "{s}_toe", (7, 8), (10, 11)),
    "upper arm": ("{s}_shoulder", "{s}_elbow", (16, 17), (18, 19)),
    "forearm": ("{s}_elbow", "{s}_wrist", (18, 19), (20, 21)),
    "hand": ("{s}_wrist", "{s}_knuckle", (20, 21), (28, 43)),
}
MIDDLES = {
    "hips": (("right_hip",), ("left_hip",), (2,), (1,)),
    "shoulders": (("right_shoulder",), ("left_shoulder",), (17,), (16,)),
    "trunk": (("left_hip", "right_hip"), ("left_shoulder", "right_shoulder"), (1, 2), (16, 17)),
    "neck": (("neck",), ("head",), (12,), (15,)),
}


def lines_of(joints: dict) -> dict:
    """Name -> (roles at the start, roles at the end, joints at the start, joints at the end) that a rig has."""
    table = {
        f"{side} {name}": ((start.format(s=side),), (end.format(s=side),), (first[k],), (last[k],))
        for name, (start, end, first, last) in LINES.items()
        for k, side in enumerate(("left", "right"))
    } | MIDDLES
    return {name: line for name, line in table.items() if all(role in joints for role in line[0] + line[1])}


def posed_joints(pose) -> np.ndarray:
    """(55, 3) of the mean adult, Y up; pose (55, 3) axis-angle with the root in the Z-up world."""
    rest = DEFAULT_SKELETON.joints
    rotations = axis_angle_to_matrix(pose)
    rotations[0] = SMPL_TO_WORLD.T @ rotations[0]
    transforms = joint_transforms(rotations, rest, np.array(PARENTS))
    return (transforms[:, :3, :3] @ rest[..., None])[..., 0] + transforms[:, :3, 3]


def direction_errors(motion, poses) -> dict:
    """Line -> (T,) degrees between the file's direction and the retargeted one."""
    rig = find_rig(motion)
    recorded = motion.position @ axes_to_smpl(motion, rig).T
    posed = np.array([posed_joints(pose) for pose in poses])
    errors = {}
    for name, (start, end, first, last) in lines_of(rig.joints).items():
        one = _middle(recorded, [rig.joints[role] for role in end]) - _middle(recorded, [rig.joints[r] for r in start])
        other = _middle(posed, list(last)) - _middle(posed, list(first))
        errors[name] = np.degrees(np.arctan2(np.linalg.norm(np.cross(one, other), axis=1), (one * other).sum(1)))
    return errors


def _middle(position, joints):
    return position[:, joints].mean(1)


def measure(folder, rate: float = 5.0):
    """All recordings under a folder.

    Returns:
        errors: line -> (N,) degrees.
        in_limits: the same of the poses that a library would keep, after they were brought into JOINT_LIMITS.
        over: (N, 55) radians by which joints are out of limits before that.
    """
    errors, in_limits, over, skeletons = {}, {}, [], {}
    for path in find_motion_files(folder):
        if path.suffix.lower() == ".npz":
            continue
        try:
            motion = read_recording(path, rate, skeletons)
            poses = retarget(motion)
        except AssetError as error:
            print(f"skipped {error}")
            continue
        over.append(np.array([excess(pose) for pose in poses]))
        kept = is_recorded_well(over[-1])
        for name, angles in direction_errors(motion, poses).items():
            errors.setdefault(name, []).append(angles)
        for name, angles in direction_errors(motion, [clip(pose) for pose in poses]).items():
            in_limits.setdefault(name, []).append(angles[kept])
    if not errors:
        raise AssetError(f"No recording to measure under {folder}. Name a folder with .bvh, or .asf and .amc files.")
    joined = ({name: np.concatenate(angles) for name, angles in table.items()} for table in (errors, in_limits))
    return *joined, np.concatenate(over)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rate", type=float, default=5.0, help="frames a second to look at")
    given = parser.parse_args()
    errors, in_limits, over = measure(given.folder, given.rate)
    print(f"{'degrees':20}{'mean':>8}{'median':>8}{'95 %':>8}{'mean within joint limits':>28}")
    for name, angles in errors.items():
        row = f"{angles.mean():8.2f}{np.median(angles):8.2f}{np.quantile(angles, 0.95):8.2f}"
        print(f"{name:20}{row}{in_limits[name].mean():28.2f}")
    means = [np.mean([angles.mean() for angles in table.values()]) for table in (errors, in_limits)]
    print(f"{'mean of all lines':20}{means[0]:8.2f}{means[1]:44.2f}")
    worst = np.degrees(over.max(1))
    shares = ", ".join(f"{(worst > limit).mean():.1%} by more than {limit} degrees" for limit in (5, 15, 25))
    print(f"{len(over)} poses; out of joint limits {shares}")
    print(f"{np.mean(~is_recorded_well(over)):.1%} are left out of libraries for it")


if __name__ == "__main__":
    main()

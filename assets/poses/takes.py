"""Takes of a motion file, whatever its form, as SMPL-X poses over a floor."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assets.poses.asf_amc import read_amc, read_asf
from assets.poses.bvh import read_bvh
from assets.poses.choose import farthest, pose_features
from assets.poses.floor import Carried, carry, rests
from assets.poses.kinematics import body_joints
from assets.poses.motion import Motion
from assets.poses.retarget import REST, retarget
from assets.poses.rigs import axes_to_smpl, find_rig, rest_position
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.amass import ENDS, open_take, read_motion, read_next
from blender_addon.core.poses.facing import find_yaw, remove_yaw
from blender_addon.core.poses.hands import curl_fingers
from blender_addon.core.poses.limits import HIGH, LOW, clip, joint_angles
from blender_addon.core.poses.mannequin import BODY_JOINTS, Mannequin, rotation_vectors
from blender_addon.core.poses.movement import movements_of, rows_around, turned
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.spec import MOTION_STEP

BEYOND = np.radians(25)
"""A joint farther out of its limits was not recorded well, and its frame is left out; less is brought back."""
FORGIVEN = [10, 11, 20, 21]
"""Toes and wrists are recorded badly and seen little: brought back however far they are."""


@dataclass(frozen=True)
class Frames:
    """Poses of one take, ready for a library."""

    poses: np.ndarray
    """(n, 55, 3) axis-angle, facing -Y."""
    clearance: np.ndarray
    """(n,) metres."""
    seat: np.ndarray
    """(n,) bool."""
    frame: np.ndarray
    """(n,) in the file."""
    clipped: int
    """How many were more than a few degrees out of the joints' limits and were brought back."""
    dropped: int
    """How many were too far out, or held up by what is not there."""
    turns: np.ndarray
    """(n, 55, 3) float32, how each pose goes on, as pose libraries have it; NaN where that is not known."""
    travel: np.ndarray
    """(n, 3) metres, with it."""


def read_frames(path, rate: float, most: int, rng: np.random.Generator, skeletons: dict | None = None) -> Frames:
    """Poses out of the middle 80 % of a take, those that differ most from each other.

    Args:
        rate: frames a second to look at.
        most: how many to take; a few may be left out of these.
        skeletons: .asf files that were read before, by path; filled.
    Raises:
        AssetError: the file is damaged, foreign, or nothing in it is a pose.
    """
    path = Path(path)
    if path.suffix.lower() == ".npz":
        poses, trail, frames, frame_time = read_motion(open_take(path), rate)
        hips = trail[frames, 2]
    else:
        motion = read_recording(path, rate, {} if skeletons is None else skeletons)
        poses, hips, trail = _retargeted(motion)
        frames, frame_time = motion.frames, motion.frame_time
    carried = carry(poses, hips, trail, frames, frame_time)
    ends = ENDS * len(trail)
    inside = np.flatnonzero((frames >= ends - 1) & (frames < len(trail) - ends + 1)) if len(trail) >= 10 else frames
    if len(inside) > most:
        inside = inside[np.sort(farthest(pose_features(poses[inside]), most, rng))]
    found = _finish(path, poses[inside], frames[inside], carried, inside)
    rows = inside[np.searchsorted(frames[inside], found.frame)]
    return _going_on(found, read_next_moments(path, found.frame, skeletons), poses[rows])


def read_next_moments(path, frames, skeletons: dict | None = None) -> list:
    """How poses of a take go on for 1/30 s.

    Args:
        frames: their numbers in the file, rising.
    Returns:
        a Movement or None for each, in the take's own world.
    """
    frames = [int(frame) for frame in frames]
    if path.suffix.lower() == ".npz":
        return read_next(open_take(path), frames)
    skeletons = {} if skeletons is None else skeletons
    head = read_recording(path, 1.0, skeletons, [0])
    stride, last = MOTION_STEP / head.frame_time, len(head.trail) - 1
    known = [frame for frame in frames if frame + stride <= last]
    if not known:
        return [None] * len(frames)
    rows = sorted({*known, *rows_around(np.array(known) + stride, last)})
    poses, _, trail = _retargeted(read_recording(path, 1.0, skeletons, rows))
    return movements_of(frames, known, stride, rows, poses, trail[rows])


def _going_on(found: Frames, movements: list, poses) -> Frames:
    """The frames with their movements, of people who face -Y; poses (n, 55, 3) face as the take has them."""
    turns, travel = np.full((len(poses), 55, 3), np.nan, np.float32), np.full((len(poses), 3), np.nan, np.float32)
    for row, movement in enumerate(movements):
        if movement is not None:
            facing = turned(movement, -find_yaw(poses[row]))
            turns[row], travel[row] = facing.turns, facing.travel
    return replace(found, turns=turns, travel=travel)


def read_recording(path, rate, skeletons, wanted=None) -> Motion:
    if path.suffix.lower() == ".bvh":
        return read_bvh(path, rate, wanted)
    asf = find_skeleton(path)
    if asf not in skeletons:
        skeletons[asf] = read_asf(asf)
    return read_amc(path, skeletons[asf], rate, wanted=wanted)


def find_skeleton(amc: Path) -> Path:
    """The .asf of an .amc: the one whose name the take's begins with ('01' of '01_14'), or the only one beside it.

    Raises:
        AssetError: there is none, or which is meant cannot be told.
    """
    beside = sorted(path for path in amc.parent.iterdir() if path.suffix.lower() == ".asf")
    named = [path for path in beside if amc.stem == path.stem or amc.stem.startswith(f"{path.stem}_")]
    found = named or beside
    if len(found) != 1 and not named:
        raise AssetError(
            f"{amc}: {len(found)} .asf skeletons beside it and none is named as its subject. "
            "Put the subject's .asf in the same folder."
        )
    return max(found, key=lambda path: len(path.stem))


def _retargeted(motion: Motion):
    """Poses, (T,) height of the SMPL pelvis over some level, and (F, 3) the root's trail in metres, Z up."""
    poses = retarget(motion)
    rig, rest = find_rig(motion), rest_position(motion)
    joints = rig.joints
    leg = [joints[f"left_{part}"] for part in ("hip", "knee", "ankle")]
    left, up, forward = axes_to_smpl(motion, rig) * (_leg(REST, (1, 4, 7)) / max(_leg(rest, leg), 1e-9))
    middle = (motion.position[:, joints["left_hip"]] + motion.position[:, joints["right_hip"]]) / 2 @ up
    position, _ = body_joints(poses, 3)
    trail = motion.trail @ np.stack([left, -forward, up], 1)
    return poses, middle - position[:, 1:3, 2].mean(1), trail


def _leg(joints, chain):
    hip, knee, ankle = (joints[joint] for joint in chain)
    return np.linalg.norm(hip - knee) + np.linalg.norm(knee - ankle)


def _finish(path, poses, frames, carried: Carried, rows) -> Frames:
    seat, held = rests(poses, carried, rows)
    beyond = np.array([excess(pose) for pose in poses])
    kept = ~held & is_recorded_well(beyond)
    if not kept.any():
        raise AssetError(f"{path}: none of its {len(poses)} poses is what a body can do alone. Leave it out.")
    over = beyond.max(1)
    possible = [clip(pose) if far > 0 else pose for pose, far in zip(poses[kept], over[kept], strict=True)]
    clipped = int((beyond[kept, :BODY_JOINTS].max(1) > np.radians(5)).sum())
    clearance = carried.clearance[rows][kept]
    turns, travel = np.full((len(possible), 55, 3), np.nan), np.full((len(possible), 3), np.nan)
    return Frames(remove_yaw(possible), clearance, seat[kept], frames[kept], clipped, int((~kept).sum()), turns, travel)


def excess(pose):
    """(55,) radians by which each joint is out of its limits; 0 for the root."""
    angles = joint_angles(pose)
    over = np.maximum(np.maximum(LOW - angles, angles - HIGH), 0).max(1)
    over[0] = 0
    return over


def is_recorded_well(beyond) -> np.ndarray:
    """(n,) bool from (n, 55) radians of `excess`."""
    return np.delete(beyond[:, :BODY_JOINTS], FORGIVEN, 1).max(1) < BEYOND


def relax_hands(poses, rng: np.random.Generator) -> None:
    """Fingers that hang loose where none were recorded, as straight ones look like a doll's. Changes (N, 55, 3)."""
    mannequin = Mannequin(DEFAULT_SKELETON)
    for pose in poses:
        for side, first in ((1, 25), (-1, 40)):
            if not pose[first : first + 15].any():
                curl_fingers(mannequin, side, "relaxed", rng)
                pose[first : first + 15] = rotation_vectors(mannequin.local[first : first + 15])

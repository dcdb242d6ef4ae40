"""How a recorded pose goes on: what its motion does in the next moment, to be done to the pose as somebody takes it.

A pose is changed after it was drawn: joints are brought into their limits, the body is rolled on to its feet, mirrored,
turned and moved. So what follows is kept as each joint's further turn in its own frame, which none of these changes
but the mirror, and as the way that the pelvis goes, which turns with the person.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from ..rotations import axis_angle_to_matrix
from ..spec import MOTION_STEP
from .limits import mirror_pose
from .mannequin import rotation_vectors

FASTEST = 30.0
"""Radians a second; of a joint that turns faster the recording lost track for a moment."""
FARTHEST = 15.0
"""Metres a second; nobody runs so fast."""

WHOLE = 1e-3
"""Of a frame: clocks of recordings are off by a millionth, and nothing is gained between two that near."""


@dataclass(frozen=True)
class Movement:
    """From a pose to a later one."""

    turns: np.ndarray
    """(55, 3) axis-angle: later = pose @ turn, joint by joint."""
    travel: np.ndarray
    """(3,) metres that the pelvis goes, in the world that the pose stands in."""


def movement_between(pose, later, travel) -> Movement:
    """poses (55, 3), travel (3,) from one to the other."""
    now, then = axis_angle_to_matrix(pose), axis_angle_to_matrix(later)
    return Movement(rotation_vectors(np.swapaxes(now, 1, 2) @ then), np.array(travel, float))


def after(pose, movement: Movement) -> np.ndarray:
    """(55, 3) the pose once the movement is over."""
    return rotation_vectors(axis_angle_to_matrix(pose) @ axis_angle_to_matrix(movement.turns))


def mirrored(movement: Movement) -> Movement:
    """The same in a mirror at X = 0, as `limits.mirror_pose` has it."""
    return Movement(mirror_pose(movement.turns), movement.travel * [-1.0, 1.0, 1.0])


def turned(movement: Movement, angle: float, scale: float = 1.0) -> Movement:
    """The same by somebody who was turned by `angle` about Z and is `scale` times as large."""
    turn = axis_angle_to_matrix([0.0, 0.0, angle])
    return Movement(movement.turns, scale * (turn @ movement.travel))


def pose_at(time: float, rows: list, poses, places):
    """Where a recording is at a time between its frames.

    Args:
        time: in frames.
        rows: (T,) numbers of the frames that were read; those before and after `time` are among them.
        poses: (T, 55, 3) of these; places: (T, 3) of the pelvis, metres.
    Returns:
        (55, 3) and (3,).
    """
    before = int(time + WHOLE)
    row, share = bisect_left(rows, before), time - before
    if share <= WHOLE:
        return poses[row], places[row]
    later = row + 1
    movement = movement_between(poses[row], poses[later], places[later] - places[row])
    part = Movement(share * movement.turns, share * movement.travel)
    return after(poses[row], part), places[row] + part.travel


def rows_around(times, last: int) -> list:
    """The frames that `pose_at` asks for at these times, sorted; none after the `last`."""
    before = np.floor(np.asarray(times) + WHOLE).astype(int)
    return sorted({*before.tolist(), *np.minimum(before + 1, last).tolist()})


def is_possible(movement: Movement, seconds: float) -> bool:
    """Whether a body can move so much in that time."""
    fastest = np.linalg.norm(movement.turns, axis=1).max()
    return bool(fastest <= FASTEST * seconds and np.linalg.norm(movement.travel) <= FARTHEST * seconds)


def movements_of(frames, known, stride: float, rows: list, poses, places) -> list:
    """How each of some frames of a recording goes on.

    Args:
        frames: their numbers; known: those whose next moment was read.
        stride: frames in MOTION_STEP.
        rows, poses, places: as of `pose_at`, the known frames among them.
    Returns:
        [Movement or None], None where it is not known or more than a body can do.
    """
    movements, known = [], set(known)
    for frame in frames:
        movement = None
        if frame in known:
            row = bisect_left(rows, frame)
            pose, place = pose_at(frame + stride, rows, poses, places)
            movement = movement_between(poses[row], pose, place - places[row])
        movements.append(movement if movement and is_possible(movement, MOTION_STEP) else None)
    return movements

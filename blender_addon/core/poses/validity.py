"""What every sampler's poses have to pass: limits, no limb through another, something that carries them."""

from dataclasses import dataclass

import numpy as np

from ..rotations import axis_angle_to_matrix
from .contact import collides
from .draw import PoseDraw
from .facing import find_yaw, remove_yaw
from .hands import loosen_fingers
from .mannequin import EYES, SMPL_TO_WORLD, Mannequin, Skeleton
from .movement import turned
from .rest import Rest, rest

PRESS = 0.012
"""How deep limbs may lie in each other, metres: flesh gives way, and other bodies moved so than take the pose."""
ON_FLOOR = 0.02
"""Clearance under which a recorded body counts as on its floor, metres."""
HIGHEST = 0.6
"""Clearance over which it stood on something that is not here, metres: nobody jumps so high."""


@dataclass(frozen=True)
class Candidate:
    """A pose that a sampler proposes."""

    kind: str
    detail: str
    pose: np.ndarray
    """(55, 3) axis-angle, Z up."""
    floor: tuple | None = None
    """(clearance, seat) as recorded; None where nobody saw a floor."""
    heading: float | None = None
    elevation: float | None = None
    movements: tuple = ()
    """As `PoseDraw` has them, in the world that `pose` stands in."""


def stand_in(pose, skeleton: Skeleton) -> Mannequin:
    """A mannequin in a pose (55, 3), its pelvis at the origin."""
    mannequin = Mannequin(skeleton)
    mannequin.local = axis_angle_to_matrix(pose)
    mannequin.local[0] = SMPL_TO_WORLD.T @ mannequin.local[0]
    mannequin.update()
    return mannequin


def accept(candidate: Candidate, skeleton: Skeleton, rng: np.random.Generator, rejected: int = 0) -> PoseDraw | None:
    """The candidate as a person of this skeleton takes it, brought to rest; None when it cannot be.

    Args:
        rejected: draws before this one, to be noted.
    """
    mannequin = stand_in(candidate.pose, skeleton)
    if collides(mannequin, PRESS * skeleton.scale):
        return None
    carried = _carried(candidate, mannequin, rng)
    if carried is None:
        return None
    mannequin.local[0] = carried.turn @ mannequin.local[0]
    if _still(candidate.pose[25:]):
        loosen_fingers(mannequin, rng)
    if _still(candidate.pose[23:25]):
        up, across = rng.normal(0, [0.06, 0.12])
        mannequin.local[list(EYES.values())] = axis_angle_to_matrix(np.clip([up, across, 0], -0.35, 0.35))
    pose = mannequin.pose()
    yaw = find_yaw(pose)
    return PoseDraw(
        kind=candidate.kind,
        detail=candidate.detail,
        pose=remove_yaw(pose),
        seat=carried.seat,
        clearance=carried.clearance,
        rejected=rejected,
        heading=candidate.heading,
        elevation=candidate.elevation,
        movements=tuple(turned(movement, -yaw, skeleton.scale) for movement in candidate.movements),
    )


def _still(turns) -> bool:
    """Whether joints are as at rest, so that nobody recorded them."""
    return bool(np.abs(turns).max() < 1e-3)


def _carried(candidate: Candidate, mannequin: Mannequin, rng) -> Rest | None:
    """As it was recorded where that can be; else as it would rest by itself."""
    if candidate.floor is not None:
        clearance, seat = candidate.floor
        if seat or clearance < ON_FLOOR:
            return Rest(np.eye(3), bool(seat), 0.0, "recorded")
        if clearance <= HIGHEST:
            return Rest(np.eye(3), False, float(clearance), "recorded")
    return rest(mannequin, rng)

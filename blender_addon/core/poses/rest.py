"""How a body comes to rest: on its feet, on a seat, on hands and knees, on its back, or in the middle of a jump.

A pose says how limbs lie to each other and, roughly, which way is down. Here the body is rolled the little way that a
rigid one would roll until its mass is over what carries it, and what cannot be carried is refused.
"""

import math
from dataclasses import dataclass

import numpy as np

from .contact import centre_of_mass
from .feelers import IS_SOLE, JOINT, feel
from .grounding import convex_hull
from .mannequin import ANKLE, FOOT, HIP, KNEE, PELVIS, SPINE3, Mannequin

TOUCH = 0.006
"""Points this near the lowest carry, metres."""
SLACK = 0.03
"""How far beside its support a body's mass may be, metres: muscles balance, and the mass is an estimate."""
STEEPEST = {"feet": math.radians(16), "floor": math.radians(30)}
"""How far a body is rolled until it counts as fallen over."""
STRIDE = 0.2
"""How far beside the carrying foot the mass of one who walks or runs may be, metres."""
SEATS = (0.28, 0.68)
"""Heights of what people sit on, metres of an adult."""
JUMP = (0.05, 0.4)
JUMPERS = 0.2
"""Share kept of those whom only a jump would carry: people seldom leave the ground."""


@dataclass(frozen=True)
class Rest:
    """How a pose is carried."""

    turn: np.ndarray
    """(3, 3) to apply to the body before it is put down, SMPL frame (Y up)."""
    seat: bool
    clearance: float
    """Metres."""
    manner: str
    """'feet', 'stride', 'seat', 'floor' or 'jump'."""


def rest(mannequin: Mannequin, rng: np.random.Generator) -> Rest | None:
    """Find what carries a pose that came without a floor; None when nothing would.

    Args:
        mannequin: posed and updated, in SMPL's frame; it is left as it is.
        rng: whether one jumps, and how high.
    """
    scale = mannequin.skeleton.scale
    points, mass = feel(mannequin), centre_of_mass(mannequin)
    if sits(mannequin, points, mass):
        return Rest(np.eye(3), True, 0.0, "seat")
    lowest = int(points[:, 1].argmin())
    on_feet = bool(IS_SOLE[lowest] or JOINT[lowest] in ANKLE.values())
    knees = min(mannequin.position[joint][1] for joint in KNEE.values()) - points[lowest, 1]
    if not on_feet or knees < 0.2 * scale:
        turn = roll(points, mass, STEEPEST["floor"], SLACK * scale)
        return None if turn is None else Rest(turn, False, 0.0, "floor")
    turn = roll(points, mass, STEEPEST["feet"], 0.005 * scale)
    if turn is None:  # on the edge of its support, as people often are
        turn = roll(points, mass, STEEPEST["feet"], SLACK * scale)
    if turn is not None:
        return Rest(turn, False, 0.0, "feet")
    if _lean(mannequin) > math.radians(50):
        return None
    if jumps(mannequin, points, mass):
        if rng.random() > JUMPERS:
            return None
        return Rest(np.eye(3), False, float(rng.uniform(*JUMP)), "jump")
    return Rest(np.eye(3), False, 0.0, "stride") if strides(mannequin, points, mass) else None


def _lean(mannequin) -> float:
    """Radians between the trunk and the upright."""
    trunk = mannequin.position[SPINE3] - mannequin.position[PELVIS]
    return math.acos(max(-1.0, min(1.0, trunk[1] / np.linalg.norm(trunk))))


def sits(mannequin: Mannequin, points, mass) -> bool:
    """Whether this is how one sits on a chair: thighs level, shins down, the mass behind the feet, trunk upright."""
    scale, position = mannequin.skeleton.scale, mannequin.position
    hips, knees, ankles = (np.stack([position[pair[side]] for side in (1, -1)]) for pair in (HIP, KNEE, ANKLE))
    thighs = knees - hips
    level = np.abs(thighs[:, 1]) / np.linalg.norm(thighs, axis=1) < math.sin(math.radians(32))
    down = (knees - ankles)[:, 1] > 0.12 * scale
    if not (level.all() and down.all() and _lean(mannequin) < math.radians(50)):
        return False
    height = position[PELVIS][1] - mannequin.skeleton.seat - points[:, 1].min()
    ahead = thighs.sum(0) * [1, 0, 1]
    ahead = ahead / max(np.linalg.norm(ahead), 1e-9)
    behind = (ankles.mean(0) - mass) @ ahead
    trunk = position[SPINE3] - position[PELVIS]
    slumps = trunk @ ahead < -math.tan(math.radians(25)) * trunk[1]  # no seat has its back so far back
    return SEATS[0] * scale < height < SEATS[1] * scale and behind > 0.08 * scale and not slumps


def jumps(mannequin: Mannequin, points, mass) -> bool:
    """Whether neither sole lies as on a floor, as toes hang in the air, with the body upright over its feet."""
    hanging = all(mannequin.turned[joint][1, 1] < math.cos(math.radians(28)) for joint in ANKLE.values())
    feet = points[IS_SOLE].mean(0)
    aside = float(np.linalg.norm((mass - feet)[[0, 2]]))
    return hanging and _lean(mannequin) < math.radians(35) and aside < 0.3 * mannequin.skeleton.scale


def strides(mannequin: Mannequin, points, mass) -> bool:
    """Whether this is a moment of walking or running: the mass a little before its foot, the other foot elsewhere."""
    scale = mannequin.skeleton.scale
    left, right = (mannequin.position[FOOT[side]] for side in (1, -1))
    foot, distance = _nearest(support(points, 0.03 * scale), mass[[0, 2]])
    forward = (mass[[0, 2]] - foot) @ mannequin.turned[PELVIS][[0, 2], 2]
    apart = float(np.linalg.norm((left - right) * [1, 0, 1]))
    return distance < STRIDE * scale and forward > 0.7 * distance and apart > 0.22 * scale


def support(points, touch: float = TOUCH) -> np.ndarray:
    """(K, 2) x and z of the convex hull of what is within `touch` metres of the lowest of (N, 3) points."""
    return convex_hull(points[points[:, 1] < points[:, 1].min() + touch][:, [0, 2]])


def _nearest(polygon, place):
    """The point of a convex anti-clockwise polygon (K, 2) nearest to `place` (2,), and its distance; 0 inside."""
    edge = np.roll(polygon, -1, axis=0) - polygon
    relative = place - polygon
    if len(polygon) > 2 and np.all(edge[:, 0] * relative[:, 1] - edge[:, 1] * relative[:, 0] >= 0):
        return place, 0.0
    share = np.clip((relative * edge).sum(1) / np.maximum((edge * edge).sum(1), 1e-12), 0, 1)
    candidates = polygon + share[:, None] * edge
    distances = np.linalg.norm(place - candidates, axis=1)
    best = int(distances.argmin())
    return candidates[best], float(distances[best])


def roll(points, mass, most: float, slack: float = SLACK) -> np.ndarray | None:
    """Roll a rigid body on a floor until its mass is over its support, or `slack` beside it.

    Args:
        points: (N, 3) of its surface, Y up, metres.
        mass: (3,) its centre.
        most: radians that it may turn.
    Returns:
        (3, 3) the turn, or None when it would turn farther.
    """
    points, mass, turn = points - mass, np.zeros(3), np.eye(3)
    for _ in range(16):
        pivot, distance = _nearest(support(points), mass[[0, 2]])
        if distance <= slack:
            return turn if _angle(turn) <= most else None
        ahead = np.array([-pivot[0], 0.0, -pivot[1]]) / distance
        low = points[:, 1].min()
        along = points @ ahead + distance
        high = points[:, 1] - low
        falling = along > 1e-6 + 0.02 * high  # those farther back rise
        angle = np.arctan2(high, along)[falling & (high > TOUCH)].min(initial=np.pi / 2)
        if angle > most:
            return None
        step = _about([ahead[2], 0.0, -ahead[0]], angle + 1e-4)
        points, turn = points @ step.T, step @ turn
    return None


def _about(axis, angle) -> np.ndarray:
    x, y, z = axis
    c, s = math.cos(angle), math.sin(angle)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + s * k + (1 - c) * (k @ k)


def _angle(turn) -> float:
    return math.acos(max(-1.0, min(1.0, (np.trace(turn) - 1) / 2)))

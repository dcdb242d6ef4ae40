"""A pose as a person would tell it: feet here, weight on the left, a hand on the hip.

Goals are written for the left side, in metres of an adult; the right side mirrors them and the body's scale is applied.
`pose_realise` works out the joints.
"""

from dataclasses import dataclass


@dataclass
class Step:
    """A foot on the floor."""

    x: float
    z: float
    yaw: float = 0.1
    """Toes outward."""
    pitch: float = 0.0
    """Positive: on the ball, heel up. Negative: on the heel, toes up."""
    lift: float = 0.0
    """Of the whole foot."""
    bend: float = 0.06
    """The least knee flexion, where the leg carries the body."""
    splay: float = 0.0
    """Of the knee, outward of the toes."""


@dataclass
class Swing:
    """A leg in the air, by angles."""

    flexion: float
    abduction: float = 0.04
    rotation: float = 0.05
    knee: float = 0.1
    ankle: float = 0.2
    """Plantar flexion."""


@dataclass
class AnkleAt:
    """An ankle at a point over the floor, relative to the pelvis; the foot follows the shin."""

    point: tuple
    knee: tuple
    """Direction in which the knee is, world axes."""
    ankle: float = 0.4
    turn: float = 0.0
    """Of the sole, inward."""
    press: float = 0.0
    """How deep limbs may lie in each other here, metres: thighs give way."""


@dataclass
class Kneel:
    """A knee on the floor, the shin behind it."""

    x: float
    z: float
    yaw: float = 0.0
    toes: float = 0.0
    """0: the instep lies on the floor; 1: the toes are tucked under."""


@dataclass
class ArmAngles:
    """An arm by angles from hanging, see `move_arm` and `turn_hand`."""

    flexion: float
    abduction: float
    rotation: float
    elbow: float
    pronation: float = 0.15
    wrist: float = 0.0
    deviation: float = 0.0
    hand: str = "relaxed"


@dataclass
class HandAt:
    """A palm against a place."""

    place: str
    """See `landmark`."""
    offset: tuple
    """In the axes of the place."""
    elbow: tuple
    """Direction in which the elbow is, chest axes."""
    fingers: tuple = (0, 0, 1)
    """Where they point, axes of the place."""
    palm: tuple = (0, -1, 0)
    """Where it faces, axes of the place."""
    hand: str = "relaxed"
    press: float = 0.0
    """How deep limbs may lie in each other here, metres: flesh gives way."""


@dataclass
class Plan:
    """Everything that makes a pose."""

    legs: tuple
    """Left, right."""
    arms: tuple
    """Left, right; the right one is put first, so the left may refer to it."""
    pelvis: tuple = (0.0, 0.0, 0.0)
    """Pitch forward, roll to the left side up, yaw to the left."""
    spine: tuple = (0.0, 0.0, 0.0)
    """Bend forward, to the left, turn to the left; of the chest against the pelvis."""
    head: tuple = (0.0, 0.0, 0.0)
    """Nod forward, tilt to the left, turn to the left; against the world's upright."""
    gaze: str = ""
    """A landmark to look at instead."""
    height: float | None = None
    """Of the seat under the pelvis; None: as high as the legs that carry allow."""
    weight: float | None = None
    """Share on the left foot, over which the body is balanced; None: the pelvis stays at x = z = 0."""
    noise: float = 1.0
    clearance: float = 0.0
    """Of the lowest point above the floor."""

"""What a recorded body rests on: the floor of its take, a seat, nothing while it flies, or what is not in the file.

A take's floor is where the lowest point of the body is when it is low. A body above it flies if it falls as things
do; otherwise something held it up. Who balances up there can as well stand on the floor, who sits gets a seat, and
who hangs is left out.
"""

from dataclasses import dataclass

import numpy as np

from assets.poses.kinematics import body_joints, centres_of_mass, undersides
from blender_addon.core.poses.contact import NAMES, RADIUS, capsule_ends
from blender_addon.core.poses.grounding import convex_hull, outside

FLOOR_QUANTILE = 0.05
FLIGHT = 0.03
"""Metres over the floor from which a body can be in flight."""
FALL = -5.0
"""m/s² of the hips: between standing (0) and falling freely (-9.8), as arms and legs move against them."""
HIGHEST = 0.6
"""Metres; who is higher has jumped off something."""
FIT = 0.08
"""Seconds to either side over which the fall is measured."""
RAISED = 0.1
"""Metres over the floor from which a body stands on something, or hangs."""
TILTED, HANGING = 0.1, 0.2
"""Metres from the weight to the feet that nobody bears without moving: raised on something, and on the floor."""
SLOW = 0.7
"""m/s of the hips; who moves faster may lean."""
PELVIS = NAMES.index("pelvis")
FEET = [index for index, name in enumerate(NAMES) if name.startswith("foot")]


@dataclass(frozen=True)
class Carried:
    """How each of T poses of a take is carried."""

    clearance: np.ndarray
    """(T,) metres of air under a body in flight, 0 for all others."""
    air: np.ndarray
    """(T,) metres over the take's floor, whatever the cause."""
    speed: np.ndarray
    """(T,) m/s of the hips."""


def carry(poses, hip_height, trail, frames, frame_time) -> Carried:
    """Find floor and flights.

    Args:
        poses: (T, 55, 3) of one take.
        hip_height: (T,) metres, of the pelvis joint on the mean adult's skeleton, over any level.
        trail: (F, 3) metres, of the hips at every frame of the take, Z up.
        frames: (T,) which of these the poses are.
        frame_time: seconds.
    """
    position, turned = body_joints(poses)
    low = hip_height + undersides(position, turned).min(1)
    air = low - np.quantile(low, FLOOR_QUANTILE)
    flies = (air > FLIGHT) & (_acceleration(trail[:, 2], frame_time)[frames] < FALL)
    speed = np.zeros(len(frames))
    if len(trail) > 1:
        speed = np.linalg.norm(np.gradient(trail, frame_time, axis=0), axis=1)[frames]
    return Carried(np.where(flies, np.minimum(air, HIGHEST), 0.0), air, speed)


def _acceleration(height, frame_time):
    """(F,) m/s², of a parabola fitted about each frame; 0 near the ends."""
    reach = max(1, round(FIT / frame_time))
    steps = np.arange(-reach, reach + 1) * frame_time
    if len(height) < len(steps):
        return np.zeros(len(height))
    kernel = np.linalg.pinv(np.stack([np.ones_like(steps), steps, steps**2 / 2], 1))[2]
    middle = np.convolve(height, kernel[::-1], "valid")
    return np.concatenate([np.zeros(reach), middle, np.zeros(reach)])


def rests(poses, carried: Carried, rows):
    """Who sits, and who is held by what is not there.

    Args:
        poses: (n, 55, 3), `rows` of the poses of a take that `carried` tells of.
    Returns:
        seat: (n,) bool, something has to be under the hips: thighs are up, and the weight is behind the feet.
        held: (n,) bool, hangs, or leans on something.
    """
    position, turned = body_joints(poses)
    low = undersides(position, turned)
    off = _off_balance(position, turned)
    flies, raised = carried.clearance[rows] > 0, carried.air[rows] > RAISED
    upright = turned[:, [0, 9]][..., 2, 1].min(1)  # cosine of how far the trunk leans
    seat = _sits(position) & (upright > 0.8) & (low[:, PELVIS] - low.min(1) > 0.15) & (off > 0.08) & ~flies
    leans = (off > np.where(raised, TILTED, HANGING)) & (raised | (carried.speed[rows] < SLOW))
    lies_high = raised & ~np.isin(low.argmin(1), FEET)
    hands_up = (position[:, [20, 21], 2] > position[:, 12:13, 2]).all(1)
    swings = hands_up & (upright < 0.85) & (flies | (off > TILTED))
    hangs = seat & raised & (position[:, [20, 21], 2] > position[:, 15:16, 2] + 0.1).all(1)
    held = swings | hangs | (leans | lies_high) & ~flies & ~seat
    return seat & ~held, held


def _sits(position):
    """(n,) whether thighs are within 35 degrees of level and shins within 50 of hanging."""
    thighs = np.stack([position[:, knee, 2] - position[:, hip, 2] for hip, knee in ((1, 4), (2, 5))], 1)
    shins = np.stack([position[:, knee, 2] - position[:, ankle, 2] for knee, ankle in ((4, 7), (5, 8))], 1)
    return ((thighs > -0.2) & (thighs < 0.22)).all(1) & (shins > 0.27).all(1)


def _off_balance(position, turned):
    """(n,) metres from the centre of mass to what is on the ground, on the ground plan."""
    start, end = capsule_ends(position, turned)
    points = np.stack([start, end], 2)  # (n, C, 2, 3)
    height = points[..., 2] - RADIUS[:, None]
    near = height < height.min((1, 2))[:, None, None] + 0.06
    away = [
        outside(convex_hull(body[touch][:, :2]), centre[:2])
        for body, touch, centre in zip(points, near, centres_of_mass(position), strict=True)
    ]
    return np.maximum(np.array(away) - 0.04, 0)  # feet are wider than lines

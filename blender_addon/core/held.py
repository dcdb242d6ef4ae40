"""Things in people's hands and right beside them, where hands really are."""

import numpy as np

from .boxes import Box, body_gap, box_of
from .chance import one_of
from .furniture.kinds import sample_furniture
from .furniture.room import room_of
from .placing import stand
from .poses.contact import NAMES
from .rotations import axis_angle_to_matrix
from .spec import OccluderSpec

HAND = {side: NAMES.index(f"hand_{letter}") for side, letter in ((1, "l"), (-1, "r"))}
FINGERS = {1: slice(25, 37), -1: slice(40, 52)}
"""Rows of a pose: three joints each of four fingers, of the left and the right hand."""
FIST = 0.9
"""Radians that a gripping hand's finger joints are bent, on the average."""
GRIP_AT = 0.37
"""Of a hand's capsule, from the wrist: where a fist closes about a handle."""
HANGING = 0.85
"""Cosine of how far from straight down a hand that carries may point."""
CASE = (0.52, 0.7)
"""Metres of height of suitcases that are led by their pulled-out handle."""
PULLED_OUT = (0.08, 0.34)
CARRIED_WIDE, CARRIED_AHEAD = (0.26, 0.5), 0.27
"""Metres between hands that carry a box, and from the hips forward to them."""
CARRIED_HIGH = (0.42, 0.75)
"""Of who carries a box, from the ground."""
PALM = 0.022
"""Metres from the middle of a hand to its palm."""
BESIDE = ("bin", "bollard", "cardboard_boxes", "potted_plant", "stool", "suitcase", "traffic_cone")
"""What stands right beside people."""
BESIDE_GAP = (0.05, 0.3)


def hold(rng: np.random.Generator, figure) -> OccluderSpec | None:
    """A suitcase by its handle, or a box between both hands; None when the hands are not there."""
    if figure.seat or figure.spec.pose_source in ("families:run", "families:jump"):
        return None
    return _lead_suitcase(rng, figure) or _carry_box(rng, figure)


def _lead_suitcase(rng, figure) -> OccluderSpec | None:
    pose = np.array(figure.spec.pose)
    for side in (1, -1):
        start, end = figure.capsules[HAND[side], :3], figure.capsules[HAND[side], 3:6]
        grip = start + GRIP_AT * (end - start)
        down = (start - end)[2] / np.linalg.norm(end - start)
        if np.linalg.norm(pose[FINGERS[side]], axis=1).mean() < FIST or down < HANGING:
            continue
        height = min(rng.uniform(*CASE), grip[2] - PULLED_OUT[0])
        if height < CASE[0] or grip[2] - height > PULLED_OUT[1]:
            continue
        params = _suitcase(rng, height, float(grip[2]))
        yaw = figure.heading + side * np.pi / 2  # its broad side to the leg, its bulk away from it
        y = params["depth"] / 2 - 0.05  # of the handle, in the case's own frame
        place = grip[:2] - y * np.array([-np.sin(yaw), np.cos(yaw)])
        half = (params["width"] / 2 + 0.015, params["depth"] / 2 + 0.02)
        if body_gap(Box(tuple(place), half, 0.0, height, yaw), figure) > 0:
            return stand(params, place, yaw)
    return None


def _suitcase(rng, height: float, grip: float) -> dict:
    params = sample_furniture(rng, "suitcase")
    params |= {"height": round(height, 4), "handle_up": round(grip - height, 4)}
    return params | {"size": list(room_of(params))}


def _carry_box(rng, figure) -> OccluderSpec | None:
    """Between hands at one height before the belly, one to each side."""
    left, right = (figure.capsules[HAND[side]] for side in (1, -1))
    left, right = (0.5 * (hand[:3] + hand[3:6]) for hand in (left, right))
    turn = axis_angle_to_matrix([0.0, 0.0, -figure.heading])[:2, :2]
    apart, ahead = turn @ (left - right)[:2], turn @ (0.5 * (left + right)[:2] - figure.hips)
    wide = float(np.linalg.norm(left - right))
    level = abs(left[2] - right[2]) < 0.05 and apart[0] > 0.9 * wide
    high = CARRIED_HIGH[0] < left[2] / figure.height < CARRIED_HIGH[1]
    if not (level and high and CARRIED_WIDE[0] < wide < CARRIED_WIDE[1] and -ahead[1] > CARRIED_AHEAD):
        return None
    width = wide - 2 * PALM
    size = [round(float(side), 4) for side in (width, min(width, rng.uniform(0.2, 0.32)), rng.uniform(0.16, 0.26))]
    params = sample_furniture(rng, "cardboard_boxes") | {"sizes": [size], "open": False}
    params |= {"size": list(room_of(params))}
    middle, yaw = 0.5 * (left + right), float(np.arctan2(*(left - right)[1::-1]))
    for further in np.arange(0.0, 0.16, 0.02):
        place = middle[:2] + further * np.array([np.sin(yaw), -np.cos(yaw)])
        held = stand(params, place, yaw, middle[2] - 0.45 * size[2])
        box = Box(held.position[:2], (width / 2 - 0.01, size[1] / 2), held.position[2], held.position[2] + size[2], yaw)
        if _only_hands_touch(box, figure):
            return held
    return None


def _only_hands_touch(box: Box, figure) -> bool:
    trunk = [row for row, name in enumerate(NAMES) if not name.startswith(("hand", "forearm"))]
    rest = figure.capsules[trunk + list(range(len(NAMES), len(figure.capsules)))]
    beads = np.concatenate([rest[:, :3], 0.5 * (rest[:, :3] + rest[:, 3:6]), rest[:, 3:6]])
    if (box.gaps(beads) - np.tile(rest[:, 6], 3)).min() < 0:
        return False
    return int((box.gaps(figure.points) == 0).sum()) < 0.004 * len(figure.points)


def beside(rng: np.random.Generator, figure, params: dict) -> OccluderSpec | None:
    """A thing on the ground within reach of somebody, moved outwards until it is clear of them."""
    angle, yaw = rng.uniform(-np.pi, np.pi), rng.uniform(-np.pi, np.pi)
    gap = rng.uniform(*BESIDE_GAP)
    for away in np.arange(0.2, figure.radius + 1.2, 0.04):
        thing = stand(params, figure.hips + away * np.array([np.sin(angle), np.cos(angle)]), yaw)
        if body_gap(box_of(thing), figure) >= gap:
            return thing
    return None


def sample_beside(rng: np.random.Generator) -> dict:
    """Parameters of something that people stand next to."""
    return sample_furniture(rng, one_of(rng, BESIDE))

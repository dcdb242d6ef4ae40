"""Cloth spread flat: where each point of a garment lies on a garment laid on a table, front and back on each other.

A picture of the front of a garment can so be put on any body: flat places depend on where a point is on the garment,
not on who wears it. They are metres on a grown-up, roughly; trunk, sleeves and legs keep their shares of half a turn.
"""

import numpy as np

from ..body import BodyModel
from .cutting import Cloth, neighbours, smooth
from .fitting import Fit, make_fit, ramp
from .suit import ANKLES, ELBOWS, HIPS, KNEES, NECK, SHOULDERS, WRISTS
from .tubes import ANGLES, Tube

CROTCH, ARMPIT = 0.779, 1.236
HEIGHTS = (0.0, 0.106, 0.476, CROTCH, 0.831, ARMPIT, 1.408)
"""Metres above the ground of soles, ankles, knees, crotch, hips, armpits and the base of the neck when flat."""
LEVELS = (0.106, 0.476, 0.831, 1.408)
"""Of them, those that `Places.level` counts: ankles 0, knees 1, hips 2, base of the neck 3."""
ARMS = (0.0, 0.158, 0.396, 0.650)
"""Metres from the middle of shoulders, elbows and wrists before they move out by what the trunk is wider when flat."""
HALF_TRUNK = 0.235
SLEEVE_MIDDLE = 1.312
SLEEVE_HALF = ((0.16, 0.26, 0.45, 0.65), (0.112, 0.086, 0.068, 0.048))
LEG_WIDTH = ((0.10, 0.40, 0.78), (0.15, 0.19, 0.245))
SHIFT_STEPS = 3
"""Steps of smoothing that take the grain of the body's mesh out of how it was shaped."""

_templates = {}


def template_fit(body: BodyModel) -> Fit:
    """The body without shape, measured for clothes; made once."""
    if id(body) not in _templates:
        _templates.clear()  # as in suit.suit_of
        _templates[id(body)] = (body, make_fit(body, body.v_template))
    return _templates[id(body)][1]


def flat_attribute(body: BodyModel, fit: Fit, cloth: Cloth, params: dict) -> np.ndarray:
    """Where each point of a built-in garment lies when flat.

    Args:
        fit: the shaped body that the cloth was cut for.
        params: of its LookSpec; of a skirt and of a dress they say where its skirt begins and ends.
    Returns:
        (N, 3) x to the wearer's left, y up from the soles, and how far ahead: above 0 in front, below 0 behind,
        0 on the seams between.
    """
    template = template_fit(body)
    flat = flat_places(template, _unshaped(body, template, fit, cloth))
    skirt = cloth.attributes.get("skirt", np.zeros(len(cloth.points))) > 0.5
    if skirt.any():
        flat[skirt] = _flat_skirt(fit, cloth.attributes["suit"][skirt], params)
    return flat


def level_height(level: float) -> float:
    """Flat height of what `Places.level` counts."""
    return float(_line(np.array([level]), (0.0, 1.0, 2.0, 3.0), LEVELS)[0])


def arm_place(arm: float) -> float:
    """Flat distance from the middle of what `Places.arm` counts."""
    reach = HALF_TRUNK - 0.158
    return float(_line(np.array([arm]), (0.0, 1.0, 2.0), ARMS[1:])[0]) + reach


def _unshaped(body, template, fit, cloth) -> np.ndarray:
    """(N, 3) the places on the template that the cloth's on the shaped body come from, by the skin near each."""
    suit, anchors = cloth.attributes["suit"], cloth.anchors
    scale = template.size / fit.size
    shift = (body.v_template[anchors] - scale * fit.shaped[anchors]).mean(1)
    return scale * suit + smooth(shift, neighbours(cloth.faces, len(suit)), SHIFT_STEPS)


def flat_places(fit: Fit, points: np.ndarray) -> np.ndarray:
    """(N, 3) on the template -> flat, as `flat_attribute`."""
    places, size = fit.places, fit.size
    arm = places.arm(points)
    height = _line(points[:, 1], _stops(places), HEIGHTS)
    trunk = _flat_trunk(fit, points, height)
    sleeve = _flat_sleeve(fit, points)
    leg = _flat_leg(fit, points, height)
    on_sleeve = ramp(arm, -0.12, 0.2)[:, None]
    on_leg = ramp(-points[:, 1], -(places.crotch + 0.08 * size), -(places.crotch - 0.01 * size))[:, None]
    flat = trunk + on_sleeve * (sleeve - trunk)
    return flat + on_leg * (1 - on_sleeve) * (leg - flat)


def _stops(places) -> list:
    joints = places.joints
    ankle, knee, hip = (joints[list(pair), 1].mean() for pair in (ANKLES, KNEES, HIPS))
    return [places.ground, ankle, knee, places.crotch, hip, places.armpit, joints[NECK, 1]]


def _line(values, stops, marks):
    """Linear between stops that ascend, and on beyond both ends."""
    inside = np.interp(values, stops, marks)
    before = (values - stops[0]) * (marks[1] - marks[0]) / (stops[1] - stops[0])
    after = (values - stops[-1]) * (marks[-1] - marks[-2]) / (stops[-1] - stops[-2])
    return inside + np.minimum(before, 0) + np.maximum(after, 0)


def _flat_trunk(fit, points, height):
    """Round the trunk below the armpits; above them straight on, and up over the shoulders."""
    places, size = fit.places, fit.size
    angle, _, station = fit.trunk.locate(np.minimum(points, [np.inf, places.armpit, np.inf]))
    below = _share(fit.trunk, angle, station) * HALF_TRUNK
    top = np.array([places.armpit])
    quarter = np.linspace(0, np.pi / 2, 31)
    radius = fit.trunk.sample(fit.trunk.radius, quarter, np.repeat(top, 31))
    across, deep = radius * np.sin(quarter), radius * np.cos(quarter)
    share = _share(fit.trunk, quarter, np.repeat(top, 31))
    wide = np.abs(points[:, 0])
    stops = [np.abs(places.joints[list(pair), 0]).mean() for pair in (SHOULDERS, ELBOWS, WRISTS)]
    beyond = _line(wide, [0.0, *stops], ARMS) - _line(across[-1:], [0.0, *stops], ARMS)
    straight = np.minimum(wide / across[-1], 1.0)  # mostly: toward the sides a turn would stretch what faces ahead
    above = (0.2 * np.interp(wide, across, share) + 0.8 * straight) * HALF_TRUNK + np.maximum(beyond, 0)
    middle = fit.trunk.centre(top)[0, 1]
    over = ramp(points[:, 1], places.armpit - 0.03 * size, places.armpit + 0.05 * size)
    ridge = middle - 0.025 * size * over
    gone = np.clip(np.interp(wide, across, deep) - np.abs(points[:, 2] - ridge), 0, None) / size
    x = np.sign(points[:, 0]) * (np.abs(below) + over * (above - np.abs(below)))
    ahead = np.cos(angle) + over * (np.clip((points[:, 2] - ridge) / (0.1 * size), -1, 1) - np.cos(angle))
    return np.stack([x, height + 0.6 * over * gone, ahead], 1)


def _flat_sleeve(fit, points):
    side = np.where(points[:, 0] < 0, -1.0, 1.0)
    flat = np.zeros((len(points), 3))
    stops = [np.abs(fit.places.joints[list(pair), 0]).mean() for pair in (SHOULDERS, ELBOWS, WRISTS)]
    for sign, tube in zip((1.0, -1.0), fit.arms, strict=True):
        mine = side == sign
        angle, _, station = tube.locate(points[mine] * [sign, 1, 1])
        place = _line(np.abs(points[mine, 0]), [0.0, *stops], ARMS)
        up = _share(tube, angle, station) * np.interp(place, *SLEEVE_HALF)
        flat[mine] = np.stack([sign * (place + HALF_TRUNK - ARMS[1]), SLEEVE_MIDDLE + up, np.cos(angle)], 1)
    return flat


def _flat_leg(fit, points, height):
    flat = np.zeros((len(points), 3))
    for sign, tube in zip((1.0, -1.0), fit.legs, strict=True):
        mine = points[:, 0] < 0 if sign < 0 else points[:, 0] >= 0
        angle, _, station = tube.locate(points[mine])
        out = (1 + sign * _share(tube, angle, station)) / 2
        apart = 0.06 * (CROTCH - height[mine])
        x = sign * (apart + out * np.interp(height[mine], *LEG_WIDTH))
        flat[mine] = np.stack([x, height[mine], np.cos(angle)], 1)
    return flat


def _flat_skirt(fit, points, params):
    places = fit.places
    hem = params.get("skirt_hem", params["hem"])
    low, high = places.level(hem), places.level(params["waist"])
    share = (points[:, 1] - low) / (high - low)
    bottom, top = level_height(hem), level_height(params["waist"])
    height = bottom + share * (top - bottom)
    angle, _, station = fit.trunk.locate(points)
    wide = HALF_TRUNK + params["flare"] * np.maximum(top - height, 0)
    return np.stack([_share(fit.trunk, angle, station) * wide, height, np.cos(angle)], 1)


def _share(tube: Tube, angle: np.ndarray, station: np.ndarray) -> np.ndarray:
    """(N,) way round a slice from its front or, in the rear half, its back: 0 there to 1 or -1 at the sides."""
    ahead = np.roll(tube.radius, -1, 1)
    chord = np.sqrt(tube.radius**2 + ahead**2 - 2 * tube.radius * ahead * np.cos(2 * np.pi / ANGLES))
    way = np.concatenate([np.zeros((len(chord), 1)), np.cumsum(chord, 1)], 1)

    def at(turn):
        column = (np.clip(turn, -np.pi, np.pi) + np.pi) / (2 * np.pi) * ANGLES
        row = np.interp(station, tube.stations, np.arange(len(tube.stations)))
        r = np.minimum(row.astype(int), len(tube.stations) - 2)
        c = np.minimum(column.astype(int), ANGLES - 1)
        low, high = (way[r + k, c] + (column - c) * (way[r + k, c + 1] - way[r + k, c]) for k in (0, 1))
        return low + (row - r) * (high - low)

    side = np.where(angle < 0, -1.0, 1.0)
    start = np.where(np.abs(angle) <= np.pi / 2, 0.0, side * np.pi)
    end = side * np.pi / 2
    reach = at(end) - at(start)
    return side * np.clip((at(angle) - at(start)) / np.where(np.abs(reach) < 1e-9, 1.0, reach), 0, 1)

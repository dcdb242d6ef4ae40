"""Texture coordinates in metres of cloth, and what shaders need to know at each point."""

import numpy as np

from .cutting import Cloth
from .fitting import TRUNK_AXES, Fit, ramp
from .folds import fold_attributes
from .tubes import ANGLES, Tube, hull_tube

SEAM = 0.06  # of the upper arm: where sleeves are sewn on


def garment_uv(fit: Fit, cloth: Cloth) -> np.ndarray:
    """(F, 4, 2) metres: front and back panels, sleeves, trouser legs. Each face lies in one panel."""
    suit = cloth.attributes["suit"]
    corners = suit[cloth.faces]
    centres = corners.mean(1)
    uv = np.zeros((*cloth.faces.shape, 2))
    skirt = cloth.attributes.get("skirt", np.zeros(len(suit)))
    sleeve = fit.places.arm(centres) > SEAM
    leg = (centres[:, 1] < fit.places.crotch) & ~sleeve & (skirt[cloth.faces[:, 0]] < 0.5)
    trunk = ~sleeve & ~leg
    for side in (1, -1):
        mine = centres[:, 0] * side > 0
        flip = np.array([side, 1, 1])
        k = 0 if side > 0 else 1
        uv[sleeve & mine] = _tube_uv(fit.arms[k], np.pi / 2, corners[sleeve & mine] * flip)
        uv[leg & mine] = _tube_uv(fit.legs[k], 0.0, corners[leg & mine])
    front = centres[:, 2] > fit.trunk.centre(np.minimum(centres[:, 1], fit.places.armpit))[:, 1]
    if skirt.any():
        mine = skirt[cloth.faces[:, 0]] > 0.5
        trunk &= ~mine
        uv[mine] = _tube_uv(_own_tube(suit[skirt > 0.5]), 0.0, corners[mine])
    for centre, panel in ((0.0, trunk & front), (np.pi, trunk & ~front)):
        uv[panel] = _trunk_uv(fit.trunk, centre, corners[panel], fit.places.armpit)
    return uv


def _own_tube(points: np.ndarray) -> Tube:
    """The slices of a skirt itself, which is wider than the body."""
    low, high = points[:, 1].min(), points[:, 1].max()
    return hull_tube(points, np.linspace(low, high, max(int((high - low) / 0.03), 2)), TRUNK_AXES)


def _arcs(tube: Tube) -> np.ndarray:
    """(S, A + 1) metres round each slice from angle -pi."""
    ahead = np.roll(tube.radius, -1, 1)
    chord = np.sqrt(tube.radius**2 + ahead**2 - 2 * tube.radius * ahead * np.cos(2 * np.pi / ANGLES))
    return np.concatenate([np.zeros((len(chord), 1)), np.cumsum(chord, 1)], 1)


def _arc_at(tube: Tube, arcs, angle, station):
    """Metres along the slice from angle -pi; angles may go on past a full turn."""
    row = np.interp(station, tube.stations, np.arange(len(tube.stations)))
    r = np.minimum(row.astype(int), len(tube.stations) - 2)
    part = row - r
    turns = np.floor((angle + np.pi) / (2 * np.pi))
    column = (angle + np.pi - turns * 2 * np.pi) / (2 * np.pi) * ANGLES
    c = np.minimum(column.astype(int), ANGLES - 1)
    share = column - c

    def at(rows):
        return arcs[rows, c] * (1 - share) + arcs[rows, c + 1] * share + turns * arcs[rows, -1]

    return at(r) * (1 - part) + at(r + 1) * part


def _tube_uv(tube: Tube, centre: float, corners: np.ndarray) -> np.ndarray:
    """(F, 4, 2): metres round the slice from the line at angle `centre`, metres along the axis."""
    flat = corners.reshape(-1, 3)
    angle, _, station = tube.locate(flat)
    angle = (angle - centre + np.pi) % (2 * np.pi) - np.pi
    angle = angle.reshape(-1, 4)
    first = angle[:, :1]
    angle = (first + (angle - first + np.pi) % (2 * np.pi) - np.pi).ravel() + centre
    arcs = _arcs(tube)
    u = _arc_at(tube, arcs, angle, station) - _arc_at(tube, arcs, np.full_like(angle, centre), station)
    return np.stack([u, station], 1).reshape(-1, 4, 2)


def _trunk_uv(tube: Tube, centre: float, corners: np.ndarray, armpit: float) -> np.ndarray:
    """A front or back panel: round the trunk below the armpits, seen straight on above them."""
    below = _tube_uv(tube, centre, corners)
    side = np.cos(centre)
    angles = np.linspace(-np.pi / 2, np.pi / 2, 61)
    top = np.full(61, armpit)
    radius = tube.sample(tube.radius, angles + centre, top)
    across, deep = radius * np.sin(angles), radius * np.cos(angles)
    arcs = _arcs(tube)
    arc = _arc_at(tube, arcs, angles + centre, top) - _arc_at(tube, arcs, np.array([centre]), top[:1])
    middle = tube.centre(np.array([armpit]))[0]
    x = (corners[..., 0] - middle[0]) * side
    inside = np.abs(x) - np.abs(across).max()
    u = np.interp(x, across, arc) + np.sign(x) * np.maximum(inside, 0)
    gone = np.maximum(np.interp(x, across, deep) - (corners[..., 2] - middle[1]) * side, 0)
    v = corners[..., 1] + 0.9 * gone
    above = np.stack([u, v], -1)
    share = ramp(corners[..., 1], armpit - 0.03, armpit + 0.01)[..., None]
    return below + share * (above - below)


NO_SEAM = 1.0


def _seams(fit: Fit, cloth: Cloth, front) -> np.ndarray:
    """(N,) metres ahead of the seams down the sides and inside the legs, or NO_SEAM.

    Args:
        front: (N,) metres ahead of the trunk's middle.
    """
    suit, places = cloth.attributes["suit"], fit.places
    skirt = cloth.attributes.get("skirt", np.zeros(len(suit)))
    leg = (suit[:, 1] < places.crotch) & (skirt < 0.5)
    middle = np.where(suit[:, 0] > 0, *(tube.centre(suit[:, 1])[:, 1] for tube in fit.legs))
    seam = np.where(leg, suit[:, 2] - middle, front)
    return np.where((suit[:, 1] > places.armpit) | (places.arm(suit) > -0.1), NO_SEAM, seam)


def point_attributes(fit: Fit, cloth: Cloth, lower: bool) -> dict:
    """`wrinkle` 0 to 1 where cloth folds, `wear` where it fades, `print` metres from the origin of prints, and so on.

    Args:
        lower: prints are drawn about the hips, not about the chest.
    """
    suit, places = cloth.attributes["suit"], fit.places
    arm, height = places.arm(suit), places.height(suit)
    on_arm = ramp(arm, -0.1, 0.2)

    def near(values, centre, reach):
        return np.exp(-(((values - centre) / reach) ** 2))

    creases = [
        on_arm * near(arm, 1.0, 0.35),
        near(arm, 0.0, 0.25) * (suit[:, 1] > places.armpit - 0.12),
        (1 - on_arm) * near(height, 1.0, 0.3),
        (1 - on_arm) * near(height, 1.95, 0.28),
        0.7 * (1 - on_arm) * near(height, 2.38, 0.15),
        0.8 * (1 - on_arm) * near(height, 0.1, 0.2),
    ]
    front = suit[:, 2] - fit.trunk.centre(np.minimum(suit[:, 1], places.armpit))[:, 1]
    origin = places.level(2.0) if lower else places.armpit - 0.02 * fit.size
    wear = np.maximum(near(height, 1.5, 0.3), 0.7 * near(height, 1.0, 0.2)) * ramp(front, 0.0, 0.08 * fit.size)
    return fold_attributes(fit, cloth) | {
        "wrinkle": np.maximum.reduce(creases),
        "wear": wear * (1 - cloth.attributes.get("skirt", np.zeros(len(suit)))),
        "print": np.stack([suit[:, 0] / fit.size, (suit[:, 1] - origin) / fit.size, np.sign(front)], 1),
        "seam": _seams(fit, cloth, front),
        "band": cloth.attributes.get("band", np.zeros(len(suit))),
        "held": ramp(suit[:, 1], places.armpit + 0.02, places.armpit + 0.10) * (1 - ramp(arm, -0.2, 0.2)),
        "row": cloth.attributes.get("row", np.zeros(len(suit))),
        "free": cloth.attributes.get("skirt", np.zeros(len(suit))) * ramp(-height, -2.25, -1.9),
    }

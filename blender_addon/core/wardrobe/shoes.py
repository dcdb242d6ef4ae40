"""Shoes: lofted from the outline of the sole to the opening round the ankle, over the foot's own profile."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .cutting import Cloth, join, plain_cloth, point_normals
from .fitting import Fit, ramp
from .suit import ANKLES, FEET, KNEES
from .tubes import Tube

UPPER, SOLE, TRIM = 0, 1, 2
AROUND, RINGS = 56, 15
WALL = 0.005  # metres between foot and the outside of the shoe
DIP = 0.012
"""Metres that the opening of a low shoe is lower beside the ankle than in front and behind."""
TOE_ROOM = 0.012
"""Metres that a shoe is longer than its foot."""
FINE = np.linspace(-np.pi, np.pi, 96, endpoint=False)
RAYS = np.stack([np.cos(FINE), np.sin(FINE)])
ANGLES = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
_COSINE = np.cos(FINE[:, None] - FINE)
AHEAD = _COSINE > 0.1
"""Which rays meet the tangent line square to which others, not too far out."""
SECANT = 1 / np.where(AHEAD, _COSINE, 1)
"""How far out, for a tangent 1 away."""
_ONCE = np.eye(96) / 2 + (np.roll(np.eye(96), 1, 0) + np.roll(np.eye(96), -1, 0)) / 4
BLUR = _ONCE @ _ONCE @ _ONCE


@dataclass(frozen=True)
class Foot:
    """One foot in its own frame: metres ahead of the heel, to the left of the middle, above the ground."""

    origin: np.ndarray
    """(3,) under the heel."""
    ahead: np.ndarray
    """(3,) unit, level, from heel to toes."""
    left: np.ndarray
    """(3,) unit, level."""
    outline: np.ndarray
    """(A, 2) ahead and left: convex outline seen from above; starts at the toes and turns left."""
    top: np.ndarray
    """(S, 2) ahead and height of the instep's profile, ascending."""

    @property
    def length(self) -> float:
        return float(self.outline[:, 0].max())

    def world(self, local: np.ndarray) -> np.ndarray:
        """(..., 3) ahead, left, up -> T-pose coordinates."""
        return local @ self._axes + self.origin

    def local(self, points: np.ndarray) -> np.ndarray:
        return (points - self.origin) @ self._axes.T

    @cached_property
    def _axes(self) -> np.ndarray:
        return np.array([self.ahead, self.left, [0.0, 1.0, 0.0]])


def measure_foot(fit: Fit, side: int) -> Foot:
    """side: 0 left, 1 right."""
    joints = fit.places.joints
    near = fit.suit.skin & (np.sign(fit.shaped[:, 0]) == 1 - 2 * side)
    ankle = joints[ANKLES[side]]
    points = fit.shaped[near & (fit.shaped[:, 1] < ankle[1] + 0.03)]
    low = points[points[:, 1] < fit.places.ground + 0.04]
    heel, toes = low[low[:, 2].argmin()], low[low[:, 2] > low[:, 2].max() - 0.02].mean(0)
    ahead = np.array([toes[0] - ankle[0], 0, toes[2] - heel[2]])
    ahead /= np.linalg.norm(ahead)
    left = np.array([ahead[2], 0, -ahead[0]])
    middle = (low @ left).min() / 2 + (low @ left).max() / 2
    origin = left * middle + ahead * (low @ ahead).min() + np.array([0, fit.places.ground, 0])
    frame = Foot(origin, ahead, left, np.zeros((1, 2)), np.zeros((1, 2)))
    local = frame.local(points)
    flat = local[points[:, 1] < fit.places.ground + 0.04, :2]
    return Foot(origin, ahead, left, _outline(flat), _profile(local))


def _outline(flat):
    """Convex outline of points in the plane, a margin outside, sampled by angle about its middle with even spacing."""
    centre = np.array([flat[:, 0].max() / 2, 0.0])
    support = (RAYS.T @ np.ascontiguousarray((flat - centre).T)).max(1)
    radius = BLUR @ (np.where(AHEAD, support * SECANT, np.inf).min(1) + WALL + 0.002)
    outline = centre + (RAYS * radius).T
    # Spread the samples evenly along the outline: by angle alone the sides of a long foot would get few.
    ring = np.concatenate([outline, outline[:1]])
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    start = np.interp(0, FINE, way[:-1])
    at = (start + ANGLES / (2 * np.pi) * way[-1]) % way[-1]
    outline = np.stack([np.interp(at, way, column) for column in ring.T], 1)
    along = ramp(outline[:, 0] / outline[:, 0].max(), 0.6, 1.0)
    return outline * np.stack([np.ones(AROUND), 1 - 0.06 * along], 1) + TOE_ROOM * along[:, None] * [1.0, 0.0]


def _profile(local):
    """The highest point of the foot along its length, made smooth and rising from the toes to the ankle."""
    length = local[:, 0].max()
    stations = np.linspace(0, length, 25)
    index = np.clip(np.round(local[:, 0] / length * 24).astype(int), 0, 24)
    height = np.zeros(25)
    np.maximum.at(height, index, local[:, 2])
    height = np.maximum.accumulate(height[::-1])[::-1]
    height[-4:] = height[-4]  # the toe box keeps its height to the tip
    for _ in range(2):
        height[1:-1] = (height[:-2] + 2 * height[1:-1] + height[2:]) / 4
    return np.stack([stations, height], 1)


def make_shoes(fit: Fit, params: dict) -> tuple:
    """Both shoes: (cloth, hidden (V,)). Slots: upper, sole, trim.

    Args:
        params: sole (metres under the foot), heel (metres of arch under the middle), collar (metres of the opening
            above the ankle joint), laces (how many), stripe, cap.
    """
    shoes, hidden = [], np.zeros(len(fit.shaped), bool)
    for side in (0, 1):
        foot = measure_foot(fit, side)
        collar = collar_height(fit, side, params)
        upper = _upper(fit, foot, side, collar, params)
        parts = [upper, _sole(fit, foot, side, params)]
        if params["laces"]:
            parts.append(_laces(fit, foot, side, upper, params["laces"]))
        shoes += parts
        mine = fit.suit.skin & (np.sign(fit.shaped[:, 0]) == 1 - 2 * side)
        hidden |= mine & (fit.shaped[:, 1] < collar - 0.02)
    return join(*shoes), hidden


SHOE_JOINTS = (*KNEES, *ANKLES, *FEET)
"""What shoes move with."""


def shoe_points(fit: Fit, params: dict, uppers: bool = True) -> tuple:
    """The outside of both shoes without their faces, hems and laces: all that the ground needs to know.

    Args:
        fit: of `feet.fit_feet`, or a whole one.
        uppers: False for the soles alone, which is faster.
    Returns:
        points (N, 3) in the T-pose, and weights (N, 6) over SHOE_JOINTS.
    """
    found = []
    for side in (0, 1):
        foot = measure_foot(fit, side)
        rings = [_sole_rings(foot, params)[OUTER_SOLE:]]
        if uppers:
            rings.append(_upper_rings(fit, foot, side, collar_height(fit, side, params), params))
        points = np.concatenate([ring.reshape(-1, 3) for ring in rings])
        found.append((points, _shares(fit, foot, side, points)))
    return tuple(np.concatenate(each) for each in zip(*found, strict=True))


def collar_height(fit: Fit, side: int, params: dict) -> float:
    """Height of a shoe's opening in the T-pose."""
    return float(fit.places.joints[ANKLES[side], 1] + params["collar"] * fit.size)


def _upper(fit, foot, side, collar, params):
    """(AROUND x RINGS) points from the sole's edge to the opening, then up the leg for boots."""
    points = _upper_rings(fit, foot, side, collar, params)
    points = np.concatenate([points, _lip(points[-1])])
    return _loft(fit, foot, side, points, _panels(len(points), foot, params))


def _lip(mouth):
    """(R, AROUND, 3): a padded edge round the opening (AROUND, 3), over it and down inside."""
    inwards = (mouth.mean(0) - mouth) * [1, 0, 1]
    inwards /= np.linalg.norm(inwards, axis=1, keepdims=True)
    profile = ((-0.0005, 0.002), (0.0015, 0.0038), (0.0038, 0.003), (0.005, 0.0), (0.006, -0.009))
    return np.stack([mouth + inwards * across + [0, rise, 0] for across, rise in profile])


def _upper_rings(fit, foot, side, collar, params):
    """(R, AROUND, 3)."""
    tube = _steady(fit.legs[side])
    floor = foot.origin[1]
    mouth_height = min(collar, fit.places.joints[ANKLES[side], 1] + 0.012 * fit.size)
    edge = foot.outline
    angles = _about_leg(foot, tube, mouth_height)
    mouth = _leg_ring(foot, tube, angles, mouth_height, WALL + 0.004)
    ankle_front = mouth[:, 0].max()
    tall = collar > mouth_height + 0.01
    share = np.linspace(0, 1, RINGS)[:, None]
    plan = edge + (mouth[:, :2] - edge) * (share**1.25)[..., None]
    top = np.interp(plan[..., 0], *foot.top.T) + WALL + 0.003
    mouth_top = mouth_height - floor
    if not tall:  # the opening of a low shoe dips below the ankle bones
        mouth_top = mouth_top - DIP * fit.size * np.sin(angles) ** 2
    top = np.minimum(top, mouth_top)
    top = top + (mouth_top - top) * ramp(plan[..., 0], ankle_front + 0.035, ankle_front - 0.005)
    rise = (1 - (1 - share) ** 2.6) ** (1 / 2.6)
    height = top * rise
    local = np.concatenate([plan, height[..., None]], -1)
    points = foot.world(local)
    if tall:
        count = int(np.ceil((collar - mouth_height) / 0.014))
        rings = []
        for share in np.arange(1, count + 1) / count:
            height = mouth_height + (collar - mouth_height) * share
            rings.append(foot.world(_leg_ring(foot, tube, angles, height, WALL + 0.004 + 0.010 * share)))
        points = np.concatenate([points, np.stack(rings)])
    return points


def _steady(tube: Tube) -> Tube:
    """The leg without its thinnest slices: those that hold few points of the suit come out too thin."""
    rows = np.arange(len(tube.radius))[:, None] + np.arange(-2, 3)
    rows = np.clip(rows, 0, len(tube.radius) - 1)
    return replace(tube, radius=tube.radius[rows].max(1), centres=tube.centres[rows].mean(1))


def _about_leg(foot, tube, height):
    """(A,) angle of each point of the outline about the leg, 0 ahead, so that walls go straight up."""
    middle = tube.centre(np.array([height]))[0]
    away = foot.outline - foot.local(np.array([middle[0], height, middle[1]]))[:2]
    return np.arctan2(away[:, 1], away[:, 0])


def _leg_ring(foot, tube, angle, height, ease):
    """(A, 3) local points around the leg, at angles from straight ahead."""
    world = np.cos(angle)[:, None] * foot.ahead + np.sin(angle)[:, None] * foot.left
    turn = np.arctan2(world[:, 0], world[:, 2])
    station = np.full(AROUND, height)
    radius = tube.sample(tube.radius, turn, station) + ease
    return foot.local(tube.place(turn, radius, station))


def _panels(rings, foot, params):
    """(rings - 1, AROUND) material slots."""
    slot = np.zeros((rings - 1, AROUND), np.int32)
    if params.get("cap"):
        slot[:4, foot.outline[:, 0] > 0.86 * foot.length] = SOLE
    if params.get("stripe"):
        along = foot.outline[:, 0] / foot.length
        slot[1:10, np.abs(along - 0.47) < 0.035] = TRIM  # columns lean back as they go up
    return slot


def _loft(fit, foot, side, points, slot):
    """A cloth from rings of points (R, A, 3), joined around, faces outwards."""
    rings = len(points)
    number = np.arange(rings * AROUND).reshape(rings, AROUND)
    following = np.roll(number, -1, 1)
    faces = np.stack([number[:-1], following[:-1], following[1:], number[1:]], -1).reshape(-1, 4)
    flat = points.reshape(-1, 3)
    return _rigid(fit, foot, side, flat, faces, slot.ravel())


def _rigid(fit, foot, side, points, faces, slot):
    """A cloth that the skeleton moves as `_shares` says."""
    weights = np.zeros((len(points), fit.suit.weights.shape[1]))
    weights[:, SHOE_JOINTS] = _shares(fit, foot, side, points)
    anchors = np.zeros((len(points), fit.suit.anchors.shape[1]), np.int64)
    cloth = plain_cloth(points, weights, faces, anchors, suit=points, rigid=np.ones(len(points)))
    return Cloth(cloth.points, cloth.weights, cloth.faces, cloth.anchors, np.asarray(slot, np.int32), cloth.attributes)


def _shares(fit, foot, side, points):
    """(N, 6) over SHOE_JOINTS: they bend at the ball of the foot alone, and at the ankle where a shaft goes up."""
    joints = fit.places.joints
    ball = foot.local(joints[FEET[side]])[0]
    toes = ramp(foot.local(points)[:, 0], ball - 0.025, ball + 0.025)
    ankle = joints[ANKLES[side], 1]
    shaft = ramp(points[:, 1], ankle - 0.005, ankle + 0.05)
    weights = np.zeros((len(points), len(SHOE_JOINTS)))
    weights[:, side] = shaft
    weights[:, 2 + side] = (1 - toes) * (1 - shaft)
    weights[:, 4 + side] = toes * (1 - shaft)
    return weights


def _sole(fit, foot, side, params):
    """A closed slab: flat below, a little wider than the upper, raised at the toes and under the arch."""
    rings = _sole_rings(foot, params)
    return _loft(fit, foot, side, rings[::-1], np.full((len(rings) - 1, AROUND), SOLE))


OUTER_SOLE = 2
"""The first of the sole's rings that shows; those before it are inside the shoe."""


def _sole_rings(foot, params):
    """(R, AROUND, 3) from the inside over the lip and down, then in under the foot."""
    length = foot.length
    centre = np.array([length / 2, 0])
    outward = foot.outline - centre
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    thick = params["sole"]
    # up the inside, over the lip, down the wall, in under the sole
    outsets = np.array([-0.004, 0.0015, 0.0035, 0.003, 0.0025, 0.0])
    rim = foot.outline + outward * outsets[:, None, None]
    below = centre + (foot.outline - centre) * np.array([0.75, 0.4, 0.05])[:, None, None]
    heights = np.array([0.012, 0.011, 0.008, -thick * 0.4, -thick * 0.85, -thick, -thick, -thick, -thick])
    local = np.empty((len(heights), AROUND, 3))
    local[..., :2] = np.concatenate([rim, below])
    local[..., 2] = heights[:, None]
    along = local[..., 0] / length
    spring = 0.012 * ramp(along, 0.82, 1.06)
    arch = params["heel"] * ramp(along, 0.27, 0.30) * (1 - ramp(along, 0.42, 0.62))
    below = np.clip(-local[..., 2] / thick, 0, 1)
    local[..., 2] += spring * (0.35 + 0.65 * below) + arch * below
    return foot.world(local)


def _laces(fit, foot, side, upper, count):
    """Short ribbons across the instep, lying on the upper."""
    outside = slice(0, RINGS * AROUND)
    surface = upper.points[outside]
    normals = point_normals(upper.points, upper.faces)[outside]
    local = foot.local(surface)
    front = foot.top[np.searchsorted(-foot.top[:, 1], -0.9 * foot.top[:, 1].max()), 0]
    ribbons = []
    for k in range(count):
        station = front + 0.018 * fit.size + k * 0.014 * fit.size
        across = np.linspace(-0.017, 0.017, 7) * fit.size
        rows = [_on_surface(local, surface, normals, station + d * 0.0032, across) for d in (-1, 0, 1)]
        ribbon = np.stack(
            [point + normal * lift for (point, normal), lift in zip(rows, (0.0015, 0.004, 0.0015), strict=True)]
        )
        number = np.arange(ribbon.shape[0] * ribbon.shape[1]).reshape(ribbon.shape[:2])
        faces = np.stack([number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]], -1).reshape(-1, 4)
        ribbons.append(_rigid(fit, foot, side, ribbon.reshape(-1, 3), faces[:, ::-1], np.full(len(faces), TRIM)))
    return join(*ribbons)


def _on_surface(local, points, normals, station, across):
    """Points and normals of the upper at (station, across), seen from above."""
    squared = (local[:, 0] - station) ** 2 + (local[:, 1] - across[:, None]) ** 2
    weights = np.exp(-squared / (2 * 0.007**2)) * ((normals[:, 1] > 0.2) & (local[:, 2] > 0.02)) + 1e-12
    weights /= weights.sum(1, keepdims=True)
    normal = weights @ normals
    found = weights @ points
    return found, normal / np.linalg.norm(normal, axis=1, keepdims=True)

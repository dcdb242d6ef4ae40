"""Fitting cloth to one shaped body: where a garment ends, how it hangs, how it keeps off the skin."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..body import BodyModel
from .cutting import Cloth, boundary_edges, cut, neighbours, plain_cloth, point_normals, select, smooth
from .suit import Places, Suit, find_places, suit_of, suit_points
from .tubes import Tube, hang, hull_tube

TRUNK_AXES, LEG_AXES, ARM_AXES = (1, 0, 2), (1, 0, 2), (0, 1, 2)
STEP = 0.012


@dataclass(frozen=True)
class Fit:
    """One shaped body, measured for clothes."""

    suit: Suit
    places: Places
    shaped: np.ndarray
    """(V, 3) body."""
    normals: np.ndarray
    """(V, 3) of the skin."""
    points: np.ndarray
    """(N, 3) suit."""

    @property
    def size(self) -> float:
        """About 1 for a grown-up; for lengths that scale with the body."""
        return (self.places.joints[12, 1] - self.places.ground) / 1.4

    @cached_property
    def trunk(self) -> Tube:
        """Hulls of everything but the arms, from the soles to the armpits."""
        armless = self.places.arm(self.points) < 0.02
        return self._hull(armless, self.places.ground - 0.02, self.places.armpit, TRUNK_AXES)

    @cached_property
    def legs(self) -> tuple:
        """Hulls of the left and the right leg."""
        low, high = self.places.ground - 0.02, self.places.crotch - 0.015
        ankle = self.places.joints[7:9, 1].mean() - 0.02  # slices through the foot are wide: the ankle's serve below
        tubes = []
        for side in (1, -1):
            leg = (self.points[:, 0] * side > 0) & (self.points[:, 1] > ankle)
            tubes.append(self._hull(leg, low, high, LEG_AXES))
        return tuple(tubes)

    @cached_property
    def arms(self) -> tuple:
        """Hulls of the left and the right arm."""
        near = np.abs(self.places.joints[16:18, 0]).mean() + 0.03
        tubes = []
        for side in (1, -1):
            arm = self.places.arm(self.points) > 0
            mirrored = self.points * [side, 1, 1]
            far = mirrored[arm, 0].max()
            tubes.append(hull_tube(mirrored[arm], np.arange(near, far + 0.03, STEP), ARM_AXES))
        return tuple(tubes)

    def _hull(self, chosen, low, high, axes):
        return hull_tube(self.points[chosen], np.arange(low, high + STEP, STEP), axes)


def make_fit(body: BodyModel, shaped: np.ndarray) -> Fit:
    """Measure a body in the T-pose (V, 3)."""
    suit = suit_of(body)
    points = suit_points(suit, shaped)
    return Fit(suit, find_places(suit, shaped, points), shaped, point_normals(shaped, suit.skin_faces), points)


def cut_from_suit(fit: Fit, fields: list) -> Cloth:
    """The part of the suit where every field is positive; attribute `suit` keeps where each point was on it.

    Args:
        fields: functions (N, 3) -> (N,), metres inside the garment, zero on its hem.
    """
    suit = fit.suit
    cloth = plain_cloth(fit.points, suit.weights, suit.faces, suit.anchors, suit=fit.points)
    for field in fields:
        distance = field(cloth.points)
        cloth = select(cloth, (distance[cloth.faces] > 0).any(1))
        cloth = select(*cut(cloth, field(cloth.points)))
    return replace(cloth, attributes={"suit": cloth.points})


def covered(fit: Fit, fields: list, margin) -> np.ndarray:
    """(V,) bool: skin that lies inside all the hems by a margin, metres, one number or one for each."""
    inside = fit.suit.skin.copy()
    margins = [margin] * len(fields) if np.isscalar(margin) else margin
    for field, least in zip(fields, margins, strict=True):
        inside &= field(fit.shaped) > least
    return inside


def ramp(values, start, end):
    """0 at start to 1 at end, smooth at both."""
    share = np.clip((values - start) / (end - start), 0, 1)
    return share * share * (3 - 2 * share)


def on_tube(tube: Tube, points: np.ndarray, mirror=False) -> np.ndarray:
    """Points carried to a tube along the radius from its axis."""
    flip = np.array([-1.0, 1, 1]) if mirror else np.ones(3)
    angle, _, station = tube.locate(points * flip)
    return tube.place(angle, tube.sample(tube.radius, angle, station), station) * flip


def hang_trunk(fit: Fit, cloth: Cloth, ease, taper: float, share: np.ndarray, gather=None) -> Cloth:
    """Let cloth fall from chest and back.

    Args:
        share: (N,) how far each point follows.
        gather: (height, ease) where a band or a waist draws it in again, or None.
    """
    tube = hang(fit.trunk, ease, taper)
    if gather is not None:
        height, snug = gather
        loose = ramp(tube.stations, height, height + 0.10 * fit.size)[:, None]
        radius = np.minimum(tube.radius, fit.trunk.radius + snug)
        tube = replace(tube, radius=radius + (tube.radius - radius) * loose)
    moved = on_tube(tube, cloth.points)
    return cloth.with_points(cloth.points + share[:, None] * (moved - cloth.points))


def hang_sleeves(fit: Fit, cloth: Cloth, ease, taper: float, share: np.ndarray) -> Cloth:
    """Widen sleeves about the arms' axes."""
    points = cloth.points.copy()
    for side, tube in zip((1, -1), fit.arms, strict=True):
        loose = hang(tube, ease, taper, downwards=False)
        mine = (cloth.points[:, 0] * side > 0) & (share > 0)
        moved = on_tube(loose, cloth.points[mine], mirror=side < 0)
        points[mine] += share[mine, None] * (moved - points[mine])
    return cloth.with_points(points)


def hang_legs(fit: Fit, cloth: Cloth, ease, taper: float, share: np.ndarray) -> Cloth:
    """Let trouser legs fall from the thighs."""
    points = cloth.points.copy()
    for side, tube in zip((1, -1), fit.legs, strict=True):
        loose = hang(tube, ease, taper)
        mine = (cloth.points[:, 0] * side > 0) & (share > 0)
        moved = on_tube(loose, cloth.points[mine])
        points[mine] += share[mine, None] * (moved - points[mine])
    return cloth.with_points(points)


def relax(fit: Fit, cloth: Cloth, steps: int, clearance) -> Cloth:
    """Smooth the body's detail away, then lift cloth off the skin.

    Args:
        clearance: metres from skin to the outside of the cloth, a number or (N,).
    """
    table = neighbours(cloth.faces, len(cloth.points))
    border = border_neighbours(cloth)
    points = lift_off(fit, cloth.points, cloth.anchors, clearance)
    points = smooth(points, table, steps, 0.7, border)
    for _ in range(3):
        lifted = lift_off(fit, points, cloth.anchors, clearance)
        points = points + smooth(lifted - points, table, 1, 0.5)
    points = lift_off(fit, points, cloth.anchors, clearance)
    return cloth.with_points(points)


def border_neighbours(cloth: Cloth) -> np.ndarray:
    """(N, 2) the points before and after along the border; the point itself elsewhere."""
    rim, _ = boundary_edges(cloth.faces)
    table = np.repeat(np.arange(len(cloth.points))[:, None], 2, 1)
    table[rim[:, 0], 1] = rim[:, 1]
    table[rim[:, 1], 0] = rim[:, 0]
    return table


def lift_off(fit: Fit, points: np.ndarray, anchors: np.ndarray, clearance) -> np.ndarray:
    """Move points out until each is `clearance` from the plane of the skin nearest to it."""
    away = points[:, None] - fit.shaped[anchors]
    nearest = (away**2).sum(2).argmin(1)
    rows = np.arange(len(points))
    normal = fit.normals[anchors[rows, nearest]]
    height = (away[rows, nearest] * normal).sum(1)
    return points + np.maximum(clearance - height, 0)[:, None] * normal


def crumple(cloth: Cloth, folds: list, share: np.ndarray) -> Cloth:
    """Soft folds that loose cloth has even where nothing bends: waves outwards along the surface's normals.

    Args:
        folds: each [metres out, (3,) wave vector in radians a metre, phase].
        share: (N,) 0 to 1.
    """
    rest = cloth.attributes["suit"]
    height = np.zeros(len(rest))
    for size, wave, phase in folds:
        bent = rest @ np.asarray(wave) + phase
        height += size * (0.5 + 0.5 * np.sin(bent + 1.2 * np.sin(0.45 * bent + 9 * rest[:, 2] + phase)))
    return cloth.with_points(cloth.points + (share * height)[:, None] * point_normals(cloth.points, cloth.faces))

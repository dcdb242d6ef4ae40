"""Posed cloth settles: it keeps its lengths, so that it folds where limbs bend, and it stays off the skin.

Position-based dynamics after Müller et al., "Position Based Dynamics" (2007), a few steps from where skinning put the
cloth. No velocities: a garment does not remember, so the same pose gives the same folds.
"""

from dataclasses import dataclass

import numpy as np

from ..body import BodyModel
from ..posing import PosedBody
from .cutting import closed, hem_rings, neighbours, point_normals, smooth, unique_edges
from .fitting import ramp
from .hanging import hang_columns
from .suit import ANKLES, HIPS, KNEES, nearest, suit_of

STEPS, SKIRT_STEPS = 14, 40
SAG, SKIRT_SAG = 0.0012, 0.006
"""Metres that each step lets cloth fall; what hangs free of the body has far to go."""
STRETCH, SQUEEZE, SKIRT_SQUEEZE = 0.9, 0.7, 0.25
"""Share of a length's error that a step mends when too long, too short; a skirt gathers rather than spreads."""
LAYER, BESIDE = 0.004, 0.02
"""Metres between two layers of cloth, and how far beside a fold below what it lifts may be."""
SLIDES, FOLDS = np.arange(-4, 13, 4), np.arange(-4, 5)
"""Rows and columns of a skirt's grid that it may have moved by under what is worn over it."""


def settle(garments: list, body: BodyModel, posed: PosedBody, up=(0.0, 0.0, 1.0)) -> None:
    """Let posed garments hang; rewrites `posed` and the attribute `wrinkle` of each that is not stiff.

    Args:
        garments: all of `clothes.dress`, `posed` filled in by skinning.
        up: (3,) away from the ground.
    """
    suit = suit_of(body)
    normals = point_normals(posed.vertices, suit.skin_faces)
    rest_normals = point_normals(posed.shaped, suit.skin_faces)
    legs = _Legs(_leg_cones(suit, body, posed), _leg_skin(suit, body), posed.vertices, normals)
    for garment in garments:
        if garment.anchors is None:
            continue
        faces = closed(garment.faces)
        garment.attributes["wrinkle"] = np.clip(0.3 * _own(garment, "wrinkle") + 2.5 * _squeezed(garment, faces), 0, 1)
        count = garment.outside[1]
        skin = _skin_under(garment, posed, normals, rest_normals)
        cloth = _settled(garment, faces[:count], skin, legs, np.asarray(up, float))
        settle_over(garment, garments, cloth, [under.posed for under in garments])
        garment.posed = np.concatenate([cloth, hem_rings(cloth, faces[:count], garment.thickness)])


def settle_over(garment, outfit: list, points: np.ndarray, others: list) -> None:
    """Lift a garment off what it is worn over, in place.

    Args:
        outfit: all garments, as `garment.over` numbers them.
        points: (N, 3) of the garment to move.
        others: (M, 3) of each garment in the outfit, in the same pose.
    """
    if not garment.over:
        return
    table = neighbours(closed(garment.faces[: garment.outside[1]]), len(points))
    for rows, under, number in garment.over:
        other = others[number]
        normals = point_normals(other, closed(outfit[number].faces))
        below = _slid(outfit[number], under) if len(under) else under[:, None]
        for _ in range(2):
            away = points[rows, None] - other[below]
            height = np.einsum("nkj,nkj->nk", away, normals[below])
            beside = np.einsum("nkj,nkj->nk", away, away) - height**2
            near = beside <= np.maximum(beside.min(1, keepdims=True), BESIDE**2)
            need = np.where(near, np.clip(LAYER - height, 0, 0.06), 0)
            highest = np.arange(len(rows)), need.argmax(1) if len(rows) else rows
            lift = np.zeros_like(points)
            lift[rows] = need[highest][:, None] * normals[below[highest]]
            around = smooth(lift, table, 3, 0.6)  # what lies beside comes along, or the cloth would tear into spikes
            own = np.linalg.norm(lift, axis=1, keepdims=True) > np.linalg.norm(around, axis=1, keepdims=True)
            points += np.where(own, lift, around)


def _slid(garment, under) -> np.ndarray:
    """(n, K) points of a garment that may have come to lie where (n,) lay in the T-pose: a skirt slides, and folds."""
    grid = np.flatnonzero(_own(garment, "row")[: garment.outside[0]] > 0)
    rows = int(_own(garment, "row").max())
    place = np.full(garment.outside[0], -1)
    place[grid] = np.arange(len(grid))
    if not len(grid) or len(grid) % rows or (place[under] < 0).any():
        return under[:, None]
    row, column = np.divmod(place[under], len(grid) // rows)
    row = np.clip(row[:, None, None] + SLIDES[:, None], 0, rows - 1)
    column = (column[:, None, None] + FOLDS) % (len(grid) // rows)
    return grid[row * (len(grid) // rows) + column].reshape(len(under), -1)


def _own(garment, name) -> np.ndarray:
    """(N,) an attribute; zero on garments that know nothing of it."""
    return garment.attributes.get(name, np.zeros(len(garment.points)))


@dataclass
class _Skin:
    """The planes of skin that each point of a garment must stay above."""

    origin: np.ndarray
    normal: np.ndarray
    least: np.ndarray

    def push(self, points):
        height = ((points - self.origin) * self.normal).sum(1)
        return points + np.maximum(self.least - height, 0)[:, None] * self.normal


def _skin_under(garment, posed, normals, rest_normals) -> _Skin:
    """Nearest skin of each point; what is closer than `keep_off` in the T-pose may stay as close."""
    count = garment.outside[0]
    rest, anchors = garment.points[:count], garment.anchors[:count]
    away = rest[:, None] - posed.shaped[anchors]
    best = anchors[np.arange(count), (away**2).sum(2).argmin(1)]
    height = ((rest - posed.shaped[best]) * rest_normals[best]).sum(1)
    least = np.minimum(height, garment.keep_off)
    least = np.where(_own(garment, "free")[:count] > 0.5, -1.0, least)  # far from its anchors: cones serve there
    return _Skin(posed.vertices[best], normals[best], least)


def _leg_cones(suit, body, posed) -> list:
    """[(start, end, radius at start, at end)] of thighs and shins, for skirts."""
    rest, moved = suit.joint_weights @ posed.shaped, suit.joint_weights @ posed.vertices
    cones = []
    for above, below in ((HIPS, KNEES), (KNEES, ANKLES)):
        for start, end in zip(above, below, strict=True):
            mine = suit.skin & (body.weights[:, start] > 0.5)
            along, across = _along(posed.shaped[mine], rest[start], rest[end])
            upper, lower = (across[np.abs(along - place) < 0.15] for place in (0.15, 0.85))
            cones.append((moved[start], moved[end], np.percentile(upper, 95), np.percentile(lower, 95)))
    return cones


@dataclass
class _Legs:
    """Posed legs, roughly and exactly."""

    cones: list
    skin: np.ndarray
    vertices: np.ndarray
    normals: np.ndarray


def _leg_skin(suit, body) -> np.ndarray:
    """Vertex numbers of the skin of thighs and shins."""
    return np.flatnonzero(suit.skin & (body.weights[:, [*HIPS, *KNEES]].sum(1) > 0.4))


def _clear_legs(points, free, legs, table):
    """A skirt moved off the legs as they really are: cones miss the flesh of a bent leg."""
    points = _push_out_of_cones(points, free, legs.cones)
    for _ in range(3):
        under = nearest(points, legs.vertices, legs.skin, 1)[:, 0]
        away, normal = points - legs.vertices[under], legs.normals[under]
        height = (away * normal).sum(1)
        close = (np.abs(away) < 0.06).all(1)
        lift = (np.clip(0.010 - height, 0, 0.05) * close * np.minimum(2 * free, 1))[:, None] * normal
        around = smooth(lift, table, 2, 0.6)  # skin lies between a skirt's points too
        own = (lift**2).sum(1, keepdims=True) > (around**2).sum(1, keepdims=True)
        points = points + np.where(own, lift, around)
    return points


def _along(points, start, end):
    """Share of the way from start to end, and distance from the line between them."""
    way = end - start
    share = np.clip((points - start) @ way / (way @ way), 0, 1)
    return share, np.linalg.norm(points - start - share[:, None] * way, axis=1)


def _push_out_of_cones(points, free, cones):
    """Points of a skirt moved off the legs."""
    for start, end, wide, narrow in cones:
        share, distance = _along(points, start, end)
        least = wide + (narrow - wide) * share + 0.014
        short = np.maximum(least - distance, 0) * free
        axis = start + share[:, None] * (end - start)
        points = points + (short / np.maximum(distance, 1e-6))[:, None] * (points - axis)
    return points


def _settled(garment, faces, skin, legs, up):
    """(points outside the hems, 3) after the steps."""
    count = garment.outside[0]
    target = garment.posed[:count]
    free = _own(garment, "free")[:count]
    hangs = bool((free > 0.5).any())
    squeeze = SKIRT_SQUEEZE if hangs else SQUEEZE
    hold = _hold(garment)[:count, None]
    fall = ((SAG + (SKIRT_SAG - SAG) * free * _falls(garment.points[:count])) * (1 - hold[:, 0]))[:, None] * up
    links = np.concatenate([unique_edges(faces)[0], _seam(garment)]), _crosses(faces)
    edges, diagonals = ([_springs(garment.points, group) for group in _matchings(of)] for of in links)
    if hangs and "row" in garment.attributes:
        target = _let_down(garment, faces, free, legs, up)
    points = target + _ripple(garment.points[:count], target, faces)
    table = neighbours(faces, count)
    for step in range(SKIRT_STEPS if hangs else STEPS):
        points = points - fall
        for group, length in edges + diagonals if step % 2 else edges:
            _mend(points, group, length, squeeze)
        points = points + hold * (target - points)
        points = skin.push(points)
        if hangs:
            points = _push_out_of_cones(points, free, legs.cones)
        if step % 6 == 5:
            points = smooth(points, table, 1, 0.2)
    points = smooth(points, table, 1, 0.3)
    return skin.push(_clear_legs(points, free, legs, table) if hangs else points)


def _seam(garment):
    """(E, 2) points of a dress's skirt and of its top that are sewn together: no edge of the mesh joins them."""
    count = garment.outside[0]
    row = _own(garment, "row")[:count]
    top, waist = np.flatnonzero(row == 0), np.flatnonzero((row > 0) & (row < 3))
    if not len(waist) or not len(top):
        return np.zeros((0, 2), np.int64)
    return np.stack([waist, nearest(garment.points[waist], garment.points, top, 1)[:, 0]], 1)


def _let_down(garment, faces, free, legs, up):
    """Where a skirt hangs, before its columns are held together; a raised thigh takes it along."""
    count = len(free)
    rest, target = garment.points[:count], garment.posed[:count]
    lies = ramp(np.abs(point_normals(target, faces) @ up), 0.15, 0.6)[:, None]
    lies = smooth(lies, neighbours(faces, count), 12, 0.9)[:, 0]
    share = free * (1 - lies * _carried(garment.weights[:count], legs, up))

    def push_out(points):
        return _push_out_of_cones(points, np.ones(len(points)), legs.cones)

    return hang_columns(rest, target, _own(garment, "row")[:count], share, push_out, up)


def _carried(weights, legs, up):
    """(N,) how much of a skirt a raised thigh takes along, down to the knee."""
    thighs = [end - start for start, end, *_ in legs.cones[:2]]
    raised = ramp(np.array([1 + (way @ up) / np.linalg.norm(way) for way in thighs]), 0.25, 0.75)  # 0 stands, 1 sits
    of_legs = weights[:, list(HIPS)] + weights[:, list(KNEES)]
    sides = of_legs / np.maximum(of_legs.sum(1, keepdims=True), 1e-6)
    sides = np.where(of_legs.sum(1, keepdims=True) > 0.02, sides, 0.5)
    return (sides @ raised) * (1 - weights[:, list(KNEES)].sum(1))


def _falls(rest):
    """(N,) 0 for cloth that a turned thigh carries from behind to below: it is sat upon, and does not hang."""
    behind = rest[:, 2] < np.median(rest[:, 2]) - 0.01
    return np.where(behind, 0.1, 1.0)


def _squeezed(garment, faces):
    """(N,) by what share skinning shortened the cloth around each point: where it has to wrinkle."""
    edges, _ = unique_edges(faces)
    rest, now = (np.linalg.norm(p[edges[:, 0]] - p[edges[:, 1]], axis=1) for p in (garment.points, garment.posed))
    lost = np.clip(1 - now / np.maximum(rest, 1e-6), 0, 1)
    total = np.bincount(edges.ravel(), np.repeat(lost, 2), minlength=len(garment.points))
    mean = total / np.maximum(np.bincount(edges.ravel(), minlength=len(garment.points)), 1)
    return smooth(mean[:, None], neighbours(faces, len(mean)), 4, 0.8)[:, 0]


def _hold(garment):
    """(N,) how firmly each point stays where skinning put it: bands firmly, cloth on the shoulders a little."""
    loose = 0.015 - 0.011 * _own(garment, "free")
    return np.clip(loose + 0.25 * _own(garment, "held") + 0.5 * _own(garment, "band"), 0, 0.9)


def _ripple(rest, target, faces):
    """Millimetres of unevenness; cloth that is perfectly smooth has no side to fold to."""
    wave = np.sin(rest @ [61.0, 23.0, 37.0]) + np.sin(rest @ [-29.0, 71.0, 19.0]) + np.sin(rest @ [17.0, -41.0, 67.0])
    return (0.0012 * wave)[:, None] * point_normals(target, faces)


def _crosses(faces):
    """(E, 2) the diagonals of quads, which keep them from shearing."""
    real = faces[faces[:, 2] != faces[:, 3]]
    return np.concatenate([real[:, [0, 2]], real[:, [1, 3]]])


def _springs(rest, edges):
    return edges, np.linalg.norm(rest[edges[:, 0]] - rest[edges[:, 1]], axis=1)


def _matchings(edges):
    """Edges in groups in which no point occurs twice, so that each group can move at once."""
    rng = np.random.default_rng(0)  # any order does; a fixed one gives the same folds every time
    groups, count = [], int(edges.max()) + 1
    edges = edges[rng.permutation(len(edges))]
    while len(edges) > 64 and len(groups) < 40:
        rank = np.arange(len(edges))
        first = np.full(count, len(edges))
        np.minimum.at(first, edges.ravel(), np.repeat(rank, 2))
        chosen = (first[edges[:, 0]] == rank) & (first[edges[:, 1]] == rank)
        groups.append(edges[chosen])
        edges = edges[~chosen]
    return groups


def _mend(points, edges, length, squeeze):
    """Bring the two ends of each edge towards their distance at rest, in place."""
    a, b = edges[:, 0], edges[:, 1]
    across = points[b] - points[a]
    now = np.sqrt(np.einsum("ij,ij->i", across, across)) + 1e-9
    error = (now - length) / now
    move = (0.5 * np.where(error > 0, STRETCH, squeeze) * error)[:, None] * across
    points[a] += move
    points[b] -= move

"""Cloth as a mesh: subdividing, smoothing, cutting along curves, folding hems.

While cloth is being made, a triangle is a quad whose last two corners are the same vertex: faces stay (F, 4).
"""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

SNAP = 0.22
"""A cut this near to a vertex, as a share of the edge, moves the vertex instead of leaving a sliver."""


@dataclass(frozen=True)
class Cloth:
    """A piece of cloth in the rest pose."""

    points: np.ndarray
    """(N, 3)"""
    weights: np.ndarray
    """(N, J)"""
    faces: np.ndarray
    """(F, 4)"""
    anchors: np.ndarray
    """(N, K) body vertices near each point."""
    slot: np.ndarray
    """(F,) material slot."""
    attributes: dict = field(default_factory=dict)
    """name -> (N,) or (N, 3)."""

    def with_points(self, points: np.ndarray) -> "Cloth":
        return replace(self, points=points)


def plain_cloth(points, weights, faces, anchors, slot=0, **attributes) -> Cloth:
    """A cloth of a single material."""
    return Cloth(points, weights, faces, anchors, np.full(len(faces), slot, np.int32), attributes)


def join(*cloths: Cloth) -> Cloth:
    """One cloth of several unconnected ones; an attribute that one of them lacks is zero there."""
    starts = np.cumsum([0] + [len(cloth.points) for cloth in cloths])
    names = {name: values for cloth in cloths for name, values in cloth.attributes.items()}
    attributes = {
        name: np.concatenate([c.attributes.get(name, np.zeros((len(c.points), *like.shape[1:]))) for c in cloths])
        for name, like in names.items()
    }
    return Cloth(
        points=np.concatenate([cloth.points for cloth in cloths]),
        weights=np.concatenate([cloth.weights for cloth in cloths]),
        faces=np.concatenate([cloth.faces + start for cloth, start in zip(cloths, starts[:-1], strict=True)]),
        anchors=np.concatenate([cloth.anchors for cloth in cloths]),
        slot=np.concatenate([cloth.slot for cloth in cloths]),
        attributes=attributes,
    )


def select(cloth: Cloth, keep: np.ndarray) -> Cloth:
    """The faces asked for (F,), without the points that no face uses any more."""
    faces = cloth.faces[keep]
    used = np.zeros(len(cloth.points), bool)
    used[faces] = True
    number = np.cumsum(used) - 1
    return Cloth(
        points=cloth.points[used],
        weights=cloth.weights[used],
        faces=number[faces],
        anchors=cloth.anchors[used],
        slot=cloth.slot[keep],
        attributes={name: values[used] for name, values in cloth.attributes.items()},
    )


def unique_edges(faces: np.ndarray) -> tuple:
    """(edges (E, 2) ascending, (F, 4) the edge from each corner to the next; -1 on a triangle's empty side)."""
    start, end = faces, np.roll(faces, -1, 1)
    low, high = np.minimum(start, end).ravel(), np.maximum(start, end).ravel()
    real = low != high
    size = int(faces.max()) + 1
    keys, inverse = np.unique(low[real].astype(np.int64) * size + high[real], return_inverse=True)
    face_edges = np.full(low.shape, -1)
    face_edges[real] = inverse
    return np.stack([keys // size, keys % size], 1), face_edges.reshape(faces.shape)


def neighbours(faces: np.ndarray, count: int) -> np.ndarray:
    """(N, K) the points joined to each point by an edge, padded with the point itself."""
    edges, _ = unique_edges(faces)
    ends = np.concatenate([edges, edges[:, ::-1]])
    ends = ends[np.argsort(ends[:, 0], kind="stable")]
    degree = np.bincount(ends[:, 0], minlength=count)
    column = np.arange(len(ends)) - np.repeat(np.cumsum(degree) - degree, degree)
    table = np.repeat(np.arange(count)[:, None], max(int(degree.max()), 1), 1)
    table[ends[:, 0], column] = ends[:, 1]
    return table


def boundary_edges(faces: np.ndarray) -> tuple:
    """(B, 2) edges of a single face, in the direction in which that face runs, and (B,) that face."""
    _, face_edges = unique_edges(faces)
    uses = np.bincount(face_edges[face_edges >= 0])
    lone = (face_edges >= 0) & (uses[face_edges] == 1)
    return np.stack([faces, np.roll(faces, -1, 1)], -1)[lone], np.nonzero(lone)[0]


def smooth(values: np.ndarray, table: np.ndarray, steps: int, share=1.0, border=None) -> np.ndarray:
    """Laplacian smoothing: each point goes towards the mean of its neighbours.

    Args:
        values: (N, C).
        table: `neighbours` of the mesh.
        share: how far, a number or (N, 1).
        border: `neighbours` along the border alone, if points on it are to stay on it.
    """
    real = (table != np.arange(len(table))[:, None])[..., None]
    degree = np.maximum(real.sum(1), 1)
    if border is not None:
        on_border = (border != np.arange(len(border))[:, None]).any(1)
    for _ in range(steps):
        mean = (values[table] * real).sum(1) / degree
        if border is not None:
            mean[on_border] = values[border[on_border]].mean(1)
        values = values + share * (mean - values)
    return values


def point_normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(N, 3) unit normals, mean of the faces around weighted by area."""
    across = points[faces[:, 2]] - points[faces[:, 0]]
    face_normals = np.cross(across, points[faces[:, 3]] - points[faces[:, 1]])
    same = faces[:, 2] == faces[:, 3]
    face_normals[same] = np.cross(points[faces[same, 1]] - points[faces[same, 0]], across[same])
    corners = faces.ravel()
    normals = np.stack(
        [np.bincount(corners, np.repeat(face_normals[:, axis], 4), minlength=len(points)) for axis in range(3)], 1
    )
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def subdivided_faces(faces: np.ndarray, count: int) -> np.ndarray:
    """Quads after one step of subdivision; point order: old points, edges, faces."""
    edges, face_edges = unique_edges(faces)
    centre = count + len(edges) + np.arange(len(faces))
    before = np.roll(face_edges, 1, 1)
    corners = [faces, count + face_edges, np.repeat(centre[:, None], 4, 1), count + before]
    return np.stack(corners, -1).reshape(-1, 4)


def subdivide(values: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Catmull-Clark on quads: (N, C) -> (N + E + F, C), ordered as `subdivided_faces`; borders keep to themselves."""
    edges, face_edges = unique_edges(faces)
    centres = values[faces].mean(1)
    uses = np.bincount(face_edges.ravel(), minlength=len(edges))
    middles = values[edges].mean(1)
    around = _sums(face_edges, np.repeat(centres[:, None], 4, 1), len(edges)) / uses[:, None]
    border = uses == 1
    edge_points = np.where(border[:, None], middles, (middles + around) / 2)

    count = len(values)
    valence = np.maximum(np.bincount(faces.ravel(), minlength=count), 1)[:, None]
    face_mean = _sums(faces, np.repeat(centres[:, None], 4, 1), count) / valence
    degree = np.maximum(np.bincount(edges.ravel(), minlength=count), 1)[:, None]
    edge_mean = _sums(edges, np.repeat(middles[:, None], 2, 1), count) / degree
    moved = (face_mean + 2 * edge_mean + (valence - 3) * values) / valence
    rim = edges[border]
    rim_mean = _sums(rim, np.repeat(middles[border][:, None], 2, 1), count) / 2
    on_rim = np.bincount(rim.ravel(), minlength=count) > 0
    moved = np.where(on_rim[:, None], (rim_mean + values) / 2, moved)
    return np.concatenate([moved, edge_points, centres])


def _sums(rows, values, count):
    """(count, C) sums of values (..., C) by row."""
    flat = values.reshape(-1, values.shape[-1])
    return np.stack([np.bincount(rows.ravel(), column, minlength=count) for column in flat.T], 1)


def cut(cloth: Cloth, distance: np.ndarray) -> tuple:
    """Split faces along the curve where a field on the points is zero.

    Args:
        distance: (N,) any smooth field; its unit does not matter.
    Returns:
        the cloth with both sides, connected, and (F,) bool: which faces lie on the positive side.
    """
    cloth, distance = _snap_to_curve(cloth, distance)
    sign = np.sign(distance)
    edges, face_edges = unique_edges(cloth.faces)
    crossed = np.flatnonzero(sign[edges[:, 0]] * sign[edges[:, 1]] < 0)
    start, end = edges[crossed].T
    share = distance[start] / (distance[start] - distance[end])
    number = np.full(len(edges) + 1, -1)
    number[crossed] = len(cloth.points) + np.arange(len(crossed))

    corner_sign = sign[cloth.faces]
    both = (corner_sign > 0).any(1) & (corner_sign < 0).any(1)
    slots = np.stack([cloth.faces[both], number[face_edges[both]]], -1).reshape(-1, 8)
    on_edge = np.stack([np.zeros_like(corner_sign[both]), np.zeros_like(corner_sign[both])], -1).reshape(-1, 8)
    on_edge[:, 0::2] = corner_sign[both]
    repeat = cloth.faces[both, 2] == cloth.faces[both, 3]
    faces, slot, inside = [cloth.faces[~both]], [cloth.slot[~both]], [(corner_sign[~both] > 0).any(1)]
    for side in (1, -1):
        valid = (slots >= 0) & (on_edge * side >= 0)
        valid[repeat, 6] = False
        pieces, source = _polygons(slots, valid)
        faces.append(pieces)
        slot.append(cloth.slot[both][source])
        inside.append(np.full(len(pieces), side > 0))
    return _with_edge_points(cloth, start, end, share, np.concatenate(faces), np.concatenate(slot)), np.concatenate(
        inside
    )


def _snap_to_curve(cloth, distance):
    """Slide points that lie close to the curve on to it."""
    edges, _ = unique_edges(cloth.faces)
    ends = np.concatenate([edges, edges[:, ::-1]])
    here, there = distance[ends].T
    share = np.where(here * there < 0, here / np.where(here == there, 1, here - there), 1.0)
    near = share < SNAP
    order = np.argsort(-share[near], kind="stable")  # the nearest is written last and wins
    vertex, towards = ends[near][order].T
    share = share[near][order]
    chosen = np.full(len(distance), -1)
    chosen[vertex] = np.arange(len(vertex))
    rows = chosen[chosen >= 0]
    vertex, towards, share = vertex[rows], towards[rows], share[rows, None]
    points, distance = cloth.points.copy(), distance.copy()
    points[vertex] += share * (cloth.points[towards] - cloth.points[vertex])
    distance[vertex] = 0.0
    return replace(cloth, points=points), distance


def _polygons(slots, valid):
    """Up to six corners a row, those marked valid, as quads: (pieces (P, 4), the row of each)."""
    order = np.argsort(~valid, axis=1, kind="stable")
    polygon = np.take_along_axis(slots, order, 1)
    corners = valid.sum(1)
    last = polygon[np.arange(len(polygon)), np.minimum(corners, 4) - 1]
    first = np.where(np.arange(4) < corners[:, None], polygon[:, :4], last[:, None])
    more = np.flatnonzero(corners > 4)
    fifth, sixth = polygon[more, 4], np.where(corners[more] > 5, polygon[more, 5], polygon[more, 4])
    second = np.stack([polygon[more, 0], polygon[more, 3], fifth, sixth], 1)
    real = corners >= 3
    source = np.concatenate([np.flatnonzero(real), more])
    return np.concatenate([first[real], second]), source


def _with_edge_points(cloth, start, end, share, faces, slot):
    """The cloth with new points on edges, everything on them interpolated."""

    def between(values):
        part = share.reshape(-1, *[1] * (values.ndim - 1))
        return np.concatenate([values, values[start] + part * (values[end] - values[start])])

    nearer = np.where(share < 0.5, start, end)
    return Cloth(
        points=between(cloth.points),
        weights=between(cloth.weights),
        faces=faces,
        anchors=np.concatenate([cloth.anchors, cloth.anchors[nearer]]),
        slot=slot,
        attributes={name: between(values) for name, values in cloth.attributes.items()},
    )


def closed(faces: np.ndarray) -> np.ndarray:
    """Faces of a Surface (-1 last in a triangle) as this file has them (the last corner twice)."""
    return np.where(faces < 0, faces[:, 2:3], faces)


def keep_positive(cloth: Cloth, distance: np.ndarray) -> Cloth:
    """The part of a cloth where the field is positive."""
    return select(*cut(cloth, distance))


HEM_RINGS = 3
"""Rings of points that `fold_hems` appends, each as long as the border has points."""


def fold_hems(cloth: Cloth, thickness: float) -> tuple:
    """Turn every border inwards, so that cloth has a visible edge instead of being paper.

    Args:
        thickness: metres between the outside and the turned-in layer.
    Returns:
        the cloth, and (M,) the old face that each new one, appended at the end, belongs to.
    """
    rim, owner = boundary_edges(cloth.faces)
    vertices, place = np.unique(rim, return_inverse=True)
    place = place.reshape(rim.shape)
    start = len(cloth.points)
    numbers = [vertices] + [start + k * len(vertices) + np.arange(len(vertices)) for k in range(HEM_RINGS)]
    strips = [
        np.stack([outer[place[:, 0]], inner[place[:, 0]], inner[place[:, 1]], outer[place[:, 1]]], 1)
        for outer, inner in pairwise(numbers)
    ]
    extra = np.tile(vertices, HEM_RINGS)
    folded = Cloth(
        points=np.concatenate([cloth.points, hem_rings(cloth.points, cloth.faces, thickness)]),
        weights=np.concatenate([cloth.weights, cloth.weights[extra]]),
        faces=np.concatenate([cloth.faces, *strips]),
        anchors=np.concatenate([cloth.anchors, cloth.anchors[extra]]),
        slot=np.concatenate([cloth.slot, np.tile(cloth.slot[owner], HEM_RINGS)]),
        attributes={name: np.concatenate([values, values[extra]]) for name, values in cloth.attributes.items()},
    )
    return folded, np.tile(owner, HEM_RINGS)


def hem_rings(points: np.ndarray, faces: np.ndarray, thickness: float, depth=0.012) -> np.ndarray:
    """The points that `fold_hems` adds to a cloth, in whatever pose it is: (HEM_RINGS * border, 3).

    Args:
        depth: metres that the turned-in layer goes back inside.
    """
    rim, _ = boundary_edges(faces)
    normals = point_normals(points, faces)
    vertices = np.unique(rim)
    inward, normal, source = _border_inward(points, normals, rim)[vertices], normals[vertices], points[vertices]
    rings = [
        source - inward * 0.35 * thickness - normal * 0.5 * thickness,
        source - normal * thickness,
        source + inward * depth - normal * thickness * 1.15,
    ]
    return np.concatenate(rings)


def _border_inward(points, normals, rim):
    """(N, 3) unit vectors in the surface, from the border into the cloth; zero off the border."""
    along = points[rim[:, 1]] - points[rim[:, 0]]
    # A border edge has its face on the left, seen from outside.
    inward = np.cross(normals[rim[:, 0]] + normals[rim[:, 1]], along)
    total = _sums(rim, np.repeat(inward[:, None], 2, 1), len(points))
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)

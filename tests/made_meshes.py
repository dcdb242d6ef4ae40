"""Meshes as fine as those of the SMPL family, made from the open body's skin by leaving vertices out.

SMPL's has 6,890 vertices and 13,776 triangles: one closed skin, without sockets and mouth. SMPL-X's has 10,475 and
20,908: a skin of 9,383 with sockets, a mouth and a few holes in it, and two eyeballs of 546.
"""

import heapq
from dataclasses import dataclass
from functools import lru_cache
from math import dist

import numpy as np
from scipy.spatial import cKDTree

from assets.bodies.surface_match import seen_from_outside
from blender_addon.core.body import group_faces

SKIN = {24: 6890, 52: 6890, 55: 9383}
"""Joints -> vertices of the skin."""
HOLES = 30
"""Triangles that lack in SMPL-X's skin."""
_RINGS, _TURNS = 16, 34
_SHARPEST = 0.3
"""Cosine of the turn that a triangle may make when a corner of it moves."""


@dataclass(frozen=True)
class Mesh:
    """Which places of the open body the vertices are, and the triangles."""

    quads: np.ndarray
    """(V, 4) open body's vertices; each vertex here is the middle of four."""
    faces: np.ndarray
    """(F, 3) outward."""
    eyes: np.ndarray
    """(2,) the vertex in the middle of the left and of the right eye."""


@lru_cache(maxsize=4)
def skin_mesh(body, size: int) -> Mesh:
    """The skin with so many vertices, one of `SKIN`."""
    inside_too = size == SKIN[55]
    quads = group_faces(body, "body")
    points = body.v_template[quads].mean(1)
    hidden = _hidden(body)[quads].all(1)
    hidden &= (np.abs(points[:, 0]) < 0.06) & (points[:, 1] > 0.5)
    eyes = [cKDTree(points).query(eye_front(body, body.v_template, side))[1] for side in "lr"]
    stay = np.isin(np.arange(len(quads)), eyes)
    kept, faces = collapse(points, dual_faces(quads), size, hidden & (not inside_too), stay)
    if inside_too:
        inside = np.flatnonzero(hidden[kept][faces].all(1))
        faces = np.delete(faces, inside[:: len(inside) // HOLES][:HOLES], axis=0)
    return Mesh(quads[kept], faces, np.searchsorted(kept, eyes))


@lru_cache(maxsize=2)
def _hidden(body) -> np.ndarray:
    """(V,) bool: not seen from outside."""
    shut = np.concatenate([group_faces(body, "body"), group_faces(body, "helper-l-eye", "helper-r-eye")])
    return seen_from_outside(body.v_template, shut, 40) < 0.02


def eye_front(body, vertices, side: str) -> np.ndarray:
    """(3,) the foremost place of an eyeball, `side` l or r."""
    eye = vertices[np.unique(group_faces(body, f"helper-{side}-eye"))]
    return eye[eye[:, 2].argmax()]


def dual_faces(quads) -> np.ndarray:
    """(F, 3) triangles of the polygons of quads round each vertex; they count the quads."""
    after = {}
    for quad, corners in enumerate(quads.tolist()):
        for k in range(4):
            after.setdefault(corners[k], {})[corners[(k + 1) % 4]] = (quad, corners[k - 1])
    faces = []
    for turns in after.values():
        at, ring = next(iter(turns)), []
        for _ in turns:
            quad, at = turns[at]
            ring.append(quad)
        faces += [(ring[0], ring[k], ring[k + 1]) for k in range(1, len(ring) - 1)]
    return np.array(faces)


def collapse(points, faces, count: int, first, stay) -> tuple:
    """Leave vertices out of a closed mesh, each pulled on to a neighbour, evenly for how dense the mesh is there.

    Args:
        points: (V, 3).
        count: vertices to keep.
        first: (V,) bool, vertices that go before all others.
        stay: (V,) bool, vertices that never go.
    Returns:
        (count,) kept vertices, ascending, and (F', 3) triangles that count them.
    """
    near, at = _neighbours(faces, len(points))
    fine = np.array([np.linalg.norm(points[list(near[v])] - points[v], axis=1).mean() for v in range(len(points))])
    merged = [1.0] * len(points)
    points, fine, first = points.tolist(), fine.tolist(), first.tolist()

    def cost(gone, kept):
        return not first[gone], dist(points[gone], points[kept]) / fine[gone] * merged[gone]

    heap = [(*cost(v, other), v, other) for v in np.flatnonzero(~stay).tolist() for other in near[v]]
    heapq.heapify(heap)
    left = len(points)
    while left > count:
        *known, gone, kept = heapq.heappop(heap)
        if kept not in near[gone] or tuple(known) != cost(gone, kept) or len(near[gone] & near[kept]) != 2:
            continue
        moved = [face for face in at[gone] if kept not in face]
        if not first[gone] and _folds(points, moved, gone, kept):
            continue
        _pull(near, at, moved, gone, kept)
        merged[kept] += merged[gone]
        left -= 1
        for other in near[kept]:
            for one, two in ((kept, other), (other, kept)):
                if not stay[one]:
                    heapq.heappush(heap, (*cost(one, two), one, two))
    rows = np.array([v for v in range(len(points)) if near[v]])
    found = np.array(sorted({face for faces_of in at for face in faces_of}))
    return rows, np.searchsorted(rows, found)


def _neighbours(faces, count: int) -> tuple:
    """Sets of neighbours and sets of triangles, a pair of them a vertex."""
    near, at = [set() for _ in range(count)], [set() for _ in range(count)]
    for face in map(tuple, faces.tolist()):
        for v in face:
            near[v].update(face)
            at[v].add(face)
    for v in range(count):
        near[v].discard(v)
    return near, at


def _folds(points, moved, gone: int, kept: int) -> bool:
    for face in moved:
        x, y, z = _normal(*(points[v] for v in face))
        u, v, w = _normal(*(points[kept if corner == gone else corner] for corner in face))
        inner = x * u + y * v + z * w
        if inner <= 0 or inner * inner < _SHARPEST**2 * (x * x + y * y + z * z) * (u * u + v * v + w * w):
            return True
    return False


def _normal(a, b, c) -> tuple:
    x, y, z = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    u, v, w = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    return y * w - z * v, z * u - x * w, x * v - y * u


def _pull(near, at, moved, gone: int, kept: int) -> None:
    """Move a vertex on to its neighbour; in place."""
    for face in at[gone]:
        for v in face:
            if v != gone:
                at[v].discard(face)
    for face in moved:
        new = tuple(kept if v == gone else v for v in face)
        for v in new:
            at[v].add(new)
    for other in near[gone]:
        near[other].discard(gone)
        if other != kept:
            near[other].add(kept)
            near[kept].add(other)
    near[gone], at[gone] = set(), set()


def eyeball() -> tuple:
    """(546, 3) unit sphere, the first vertex at its front (+Z), and its (1088, 3) triangles."""
    level = np.pi * np.arange(1, _RINGS + 1) / (_RINGS + 1)
    turn = 2 * np.pi * np.arange(_TURNS) / _TURNS
    across = np.stack(np.broadcast_arrays(np.cos(turn), np.sin(turn)), -1)
    rings = [np.concatenate([np.sin(a) * across, np.full((_TURNS, 1), np.cos(a))], 1) for a in level]
    points = np.concatenate([[[0, 0, 1.0]], *rings, [[0, 0, -1.0]]])
    last, k, on = len(points) - 1, np.arange(_TURNS), (np.arange(_TURNS) + 1) % _TURNS
    faces = [np.stack([0 * k, 1 + k, 1 + on], 1)]
    for ring in range(_RINGS - 1):
        a, b = 1 + ring * _TURNS, 1 + (ring + 1) * _TURNS
        faces += [np.stack([a + k, b + k, b + on], 1), np.stack([a + k, b + on, a + on], 1)]
    a = 1 + (_RINGS - 1) * _TURNS
    faces.append(np.stack([a + k, 0 * k + last, a + on], 1))
    return points, np.concatenate(faces)

"""Nearest places on a triangle mesh that face the same way, and which of a mesh's vertices are seen from outside."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

NORMAL_METRES = 0.04
"""A normal that is 60 degrees off counts as this many metres: a palm finds no back of a hand."""
_SPOTS = np.array([[1, 1, 1], [1.8, 0.6, 0.6], [0.6, 1.8, 0.6], [0.6, 0.6, 1.8]]) / 3
"""Barycentric coordinates of the samples on each triangle."""


@dataclass(frozen=True)
class Surface:
    """A triangle mesh made ready for `match`."""

    vertices: np.ndarray
    """(V, 3) metres."""
    faces: np.ndarray
    """(F, 3) of the largest connected piece: the skin, not SMPL-X's eyeballs."""
    normals: np.ndarray
    """(F, 3) unit."""
    tree: cKDTree
    """Samples of all faces, `len(_SPOTS)` each, as points with scaled normals."""

    @classmethod
    def of(cls, vertices: np.ndarray, faces: np.ndarray):
        faces = largest_piece(faces, len(vertices))
        cross = np.cross(vertices[faces[:, 1]] - vertices[faces[:, 0]], vertices[faces[:, 2]] - vertices[faces[:, 0]])
        size = np.linalg.norm(cross, axis=1)
        faces, normals = faces[size > 1e-12], cross[size > 1e-12] / size[size > 1e-12, None]
        spots = np.einsum("sk,fkd->fsd", _SPOTS, vertices[faces]).reshape(-1, 3)
        tree = cKDTree(np.concatenate([spots, NORMAL_METRES * np.repeat(normals, len(_SPOTS), 0)], 1))
        return cls(vertices, faces, normals, tree)

    def samples(self) -> tuple:
        """One point (F, 3) and normal (F, 3) a face."""
        return self.vertices[self.faces].mean(1), self.normals


def largest_piece(faces: np.ndarray, count: int) -> np.ndarray:
    """The faces of the largest connected piece."""
    edges = np.concatenate([faces[:, :2], faces[:, 1:]])
    _, piece = connected_components(coo_matrix((np.ones(len(edges)), edges.T), (count, count)), directed=False)
    of_face = piece[faces[:, 0]]
    return faces[of_face == np.bincount(of_face).argmax()]


@dataclass(frozen=True)
class Match:
    """For each of N points the nearest place on a surface."""

    points: np.ndarray
    """(N, 3)."""
    corners: np.ndarray
    """(N, 3) vertex numbers."""
    weights: np.ndarray
    """(N, 3) barycentric coordinates."""
    normals: np.ndarray
    """(N, 3) of the triangle."""


def match(surface: Surface, points: np.ndarray, normals: np.ndarray, candidates: int = 6) -> Match:
    """The nearest places, preferring those that face the same way.

    Args:
        points, normals: (N, 3).
        candidates: samples looked at for each point.
    """
    _, near = surface.tree.query(np.concatenate([points, NORMAL_METRES * normals], 1), k=candidates, workers=1)
    faces = near // len(_SPOTS)  # (N, C)
    corners = surface.faces[faces]
    weights = closest_barycentric(points[:, None], surface.vertices[corners])
    found = np.einsum("nck,nckd->ncd", weights, surface.vertices[corners])
    cost = ((found - points[:, None]) ** 2).sum(-1)
    cost += NORMAL_METRES**2 * ((surface.normals[faces] - normals[:, None]) ** 2).sum(-1)
    best = (np.arange(len(points)), cost.argmin(1))
    return Match(found[best], corners[best], weights[best], surface.normals[faces[best]])


def closest_barycentric(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Barycentric coordinates of the nearest point of triangles.

    Args:
        points: (..., 3).
        triangles: (..., 3, 3), one for each point.
    Returns:
        (..., 3) non-negative, summing to one.
    """
    a, b, c = np.moveaxis(triangles, -2, 0)
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = (ab * ab).sum(-1), (ab * ac).sum(-1), (ac * ac).sum(-1)
    d20, d21 = (ap * ab).sum(-1), (ap * ac).sum(-1)
    area = np.maximum(d00 * d11 - d01 * d01, 1e-18)
    v, w = (d11 * d20 - d01 * d21) / area, (d00 * d21 - d01 * d20) / area
    inside = np.stack([1 - v - w, v, w], -1)
    # Outside the triangle the nearest point is on one of its edges.
    edges = []
    for start, end, p, q in ((a, b, 0, 1), (b, c, 1, 2), (c, a, 2, 0)):
        way = end - start
        share = np.clip(((points - start) * way).sum(-1) / np.maximum((way * way).sum(-1), 1e-18), 0, 1)
        edge = np.zeros_like(inside)
        edge[..., p], edge[..., q] = 1 - share, share
        edges.append(edge)
    edges = np.stack(edges, -2)
    off = ((np.einsum("...ek,...kd->...ed", edges, triangles) - points[..., None, :]) ** 2).sum(-1)
    on_edge = np.take_along_axis(edges, off.argmin(-1)[..., None, None], -2)[..., 0, :]
    return np.where((inside >= 0).all(-1, keepdims=True), inside, on_edge)


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(V, 3) unit normals, weighted by area; faces are (F, 3) or (F, 4)."""
    last = faces.shape[1] - 1
    cross = np.cross(
        vertices[faces[:, 2]] - vertices[faces[:, 0]], vertices[faces[:, last]] - vertices[faces[:, last - 2]]
    )
    normals = np.zeros_like(vertices)
    for axis in range(3):
        weights = np.repeat(cross[:, axis], faces.shape[1])
        normals[:, axis] = np.bincount(faces.ravel(), weights, len(vertices))
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def seen_from_outside(vertices: np.ndarray, quads: np.ndarray, directions: int = 80, cell: float = 0.004) -> np.ndarray:
    """(V,) share of directions from which each vertex is the outermost: low inside a mouth or an eye socket."""
    u, v = np.meshgrid((np.arange(4) + 0.5) / 4, (np.arange(4) + 0.5) / 4)
    corner = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], -1).reshape(-1, 4)
    spots = np.concatenate([np.einsum("sk,qkd->qsd", corner, vertices[quads]).reshape(-1, 3), vertices])
    turn = np.arange(directions) * np.pi * (3 - np.sqrt(5))
    level = 1 - 2 * (np.arange(directions) + 0.5) / directions
    seen = np.zeros(len(vertices))
    for angle, z in zip(turn, level, strict=True):
        towards = np.array([np.sqrt(1 - z * z) * np.cos(angle), np.sqrt(1 - z * z) * np.sin(angle), z])
        right = np.cross(towards, [0.0, 1.0, 0.0] if abs(towards[1]) < 0.9 else [1.0, 0.0, 0.0])
        right /= np.linalg.norm(right)
        across = np.floor(spots @ np.stack([right, np.cross(towards, right)], 1) / cell).astype(np.int64)
        across -= across.min(0)
        pixel = across[:, 0] * (across[:, 1].max() + 1) + across[:, 1]
        depth = spots @ towards
        nearest = np.full(pixel.max() + 1, -np.inf)
        np.maximum.at(nearest, pixel, depth)
        own = slice(len(spots) - len(vertices), None)
        seen += depth[own] > nearest[pixel[own]] - 1.5 * cell
    return seen / directions

"""The head that hair grows on: where its skin is and how far from it a point lies, for any shape of the body."""

from dataclasses import dataclass

import numpy as np

from .skin import group_vertices, head_coordinates, on_ears

CLOTHES = 0.012
"""Metres between the skin of the trunk and hair that lies on it: room for what is worn."""


@dataclass
class Head:
    """The shaped head with what strands ask of it."""

    shaped: np.ndarray
    """(V, 3) metres."""
    place: np.ndarray
    """(V, 3) head coordinates of the template."""
    normals: np.ndarray
    """(V, 3)."""
    quads: np.ndarray
    """(Q, 4) skin of the head without the ears."""
    joints: int
    """Of the skeleton."""
    origin: np.ndarray
    """(3,) between the eyes, metres."""
    size: float
    """Of this head against the one that head coordinates were made for."""
    field: "Distance"

    @classmethod
    def of(cls, body, shaped, long: bool):
        """`long` hair meets the shoulders; for the rest they need not be looked at."""
        place = head_coordinates(body)
        body_quads = np.asarray(body.poly)[np.asarray(body.poly_group) == list(body.group_names).index("body")]
        wanted = (place[:, 1] > (-0.62 if long else -0.22)) & (np.abs(place[:, 0]) < 0.32)
        upper = body_quads[wanted[body_quads].all(1)]
        normals = vertex_normals(shaped, upper)
        ears = on_ears(body)
        quads = upper[(place[upper, 1] > -0.15).all(1) & ~ears[upper].any(1)]
        eyes = [shaped[group_vertices(body, f"helper-{side}-eye")].mean(0) for side in "lr"]
        template_eyes = [
            np.asarray(body.v_template)[group_vertices(body, f"helper-{side}-eye")].mean(0) for side in "lr"
        ]
        crown = int(np.argmax(np.where(np.isin(np.arange(len(place)), body_quads), place[:, 1], -1)))
        origin = (eyes[0] + eyes[1]) / 2
        # Heads differ in height more than in the distance of the eyes: measured to the crown.
        size = (shaped[crown, 1] - origin[1]) / (
            body.v_template[crown, 1] - (template_eyes[0][1] + template_eyes[1][1]) / 2
        )
        field = Distance.of(shaped, place, normals, np.unique(upper), ears, origin, long)
        shaped, place, normals = (values.astype(np.float32) for values in (shaped, place, normals))
        origin = origin.astype(np.float32)
        return cls(shaped, place, normals, quads, body.weights.shape[1], origin, float(size), field)

    def local(self, points) -> np.ndarray:
        """Points of this body in head coordinates."""
        return (points - self.origin) / self.size


def vertex_normals(points: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """(V, 3) unit normals, weighted by area; zero where no quad touches."""
    cross = np.cross(points[quads[:, 2]] - points[quads[:, 0]], points[quads[:, 3]] - points[quads[:, 1]])
    normals = np.zeros_like(points)
    for axis in range(3):
        normals[:, axis] = np.bincount(quads.ravel(), np.repeat(cross[:, axis], 4), len(points))
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


@dataclass
class Distance:
    """Distance from the skin of head and shoulders on two grids: fine round the head, coarse below."""

    grids: tuple

    @classmethod
    def of(cls, shaped, place, normals, used, ears, origin, long):
        mouth = (
            (np.abs(place[:, 0]) < 0.035)
            & (np.abs(place[:, 1] + 0.07) < 0.04)
            & (place[:, 2] < 0.022)
            & (place[:, 2] > -0.08)
        )
        sunken = mouth | (ears & (np.sign(place[:, 0]) * normals[:, 0] < 0.5))
        used = used[~sunken[used]]
        above = used[place[used, 1] > -0.16]
        below = used[place[used, 1] < -0.05]
        low, high = np.array([-0.13, -0.17, -0.22]), np.array([0.13, 0.18, 0.08])
        head = _grid(shaped, normals, _thinned(place, above, 0.012), origin + low, origin + high, 0.015)
        if not long:
            return cls((head,))
        low, high = np.array([-0.27, -0.58, -0.26]), np.array([0.27, -0.10, 0.20])
        rest = _grid(shaped, normals, _thinned(place, below, 0.026), origin + low, origin + high, 0.03)
        return cls((head, rest))

    def __call__(self, points) -> tuple:
        """(N,) metres outside the skin, negative inside, and (N, 3) unit direction away from it."""
        head = self.grids[0]
        low = points[:, 1] < head[0][1] + 0.03
        if len(self.grids) > 1 and low.any():
            values = np.empty((len(points), 4), np.float32)
            values[~low] = _lookup(head, points[~low])
            values[low] = _lookup(self.grids[1], points[low])
            values[:, 0] -= CLOTHES * np.clip((head[0][1] + 0.03 - points[:, 1]) / 0.06, 0, 1)
        else:
            values = _lookup(head, points)
        away = values[:, 1:]
        return values[:, 0], away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)


def _thinned(place, vertices, cell) -> np.ndarray:
    """One vertex a cell of space, the same for every shape."""
    keys = np.floor(place[vertices] / cell).astype(np.int64) @ np.array([1, 1000, 1000000])
    return vertices[np.unique(keys, return_index=True)[1]]


def _grid(shaped, normals, vertices, low, high, cell) -> tuple:
    """(low corner, cell, (X, Y, Z, 4) distance and its gradient) from the plane of the nearest vertex."""
    counts = np.ceil((high - low) / cell).astype(int) + 1
    axes = [low[k] + cell * np.arange(counts[k]) for k in range(3)]
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3).astype(np.float32)
    corner = shaped[vertices].astype(np.float32)
    score = nodes @ (-2 * corner.T)
    score += (corner**2).sum(1)
    nearest = score.argmin(1)
    offset = nodes - corner[nearest]
    distance = (offset * normals[vertices][nearest]).sum(1)
    # Far from the skin a plane says little; the distance to the vertex with the plane's sign does.
    far = np.linalg.norm(offset, axis=1)
    distance = np.where(far > 0.05, np.copysign(far, distance), distance).reshape(counts)
    field = np.stack([distance, *np.gradient(distance, cell)], -1).astype(np.float32)
    return low, cell, field


def _lookup(grid, points) -> np.ndarray:
    """(N, 4) trilinear."""
    low, cell, field = grid
    counts = np.array(field.shape[:3])
    place = np.clip((points - low.astype(np.float32)) / np.float32(cell), 0, (counts - 1.001).astype(np.float32))
    corner = place.astype(np.int32)
    share = place - corner
    flat = field.reshape(-1, 4)
    index = (corner[:, 0] * counts[1] + corner[:, 1]) * counts[2] + corner[:, 2]
    x, y, z = share.T
    out = 0
    for offset, across in ((0, 1 - x), (int(counts[1] * counts[2]), x)):
        for step, up in ((0, 1 - y), (int(counts[2]), y)):
            weight = across * up
            near = index + (offset + step)
            out += (weight * (1 - z))[:, None] * flat[near] + (weight * z)[:, None] * flat[near + 1]
    return out


def scatter(rng, points, quads, count) -> tuple:
    """Random places on quads, evenly by area: (count,) quad numbers and (count, 4) corner shares."""
    cross = np.cross(points[quads[:, 2]] - points[quads[:, 0]], points[quads[:, 3]] - points[quads[:, 1]])
    area = np.linalg.norm(cross, axis=1)
    picked = rng.choice(len(quads), count, p=area / area.sum())
    u, v = rng.random((2, count), np.float32)
    return picked, np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], 1)


def at(values, quads, shares) -> np.ndarray:
    """(N, C) values of vertices at places on their quads."""
    return np.einsum("nk,nkc->nc", shares, values[quads])


def unit(vectors) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def flat(vectors, normals) -> np.ndarray:
    """Vectors without their part along the normals, unit length."""
    return unit(vectors - (vectors * normals).sum(1, keepdims=True) * normals)

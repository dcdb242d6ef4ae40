"""Where a posed body meets the world: the ground under its soles, the seat under its hips, its balance."""

import numpy as np

from ..body import BodyModel

PELVIS, THIGHS = 0, (1, 2)
"""Joints whose skin is sat on."""
CONTACT = 0.03
"""Points this near the ground carry weight, metres: soles are round and floors give way."""
SEAT_REACH = 0.17
"""How far from the pelvis, on the ground plan, a body sits on its thighs, metres."""


def ground(vertices) -> float:
    """Metres to add to z so that the lowest of (V, 3) points, shoes included, is on z = 0."""
    return -float(np.min(np.asarray(vertices)[:, 2]))


def seat_height(vertices, body: BodyModel) -> float:
    """Height of the seat that carries a posed body.

    Args:
        vertices: (V, 3) of the posed body, world frame; only the model's own vertices count, clothes follow them.
    """
    parts = body.weights[: body.skin_vertices].argmax(1)
    vertices = np.asarray(vertices)[: body.skin_vertices]
    return seat_under(vertices[parts == PELVIS], vertices[np.isin(parts, THIGHS)])


def seat_under(pelvis, thighs) -> float:
    """Where the buttocks and the backs of the thighs are lowest: skin of the pelvis (P, 3), of both thighs (T, 3)."""
    near = np.linalg.norm(thighs[:, :2] - pelvis[:, :2].mean(0), axis=1) < SEAT_REACH
    low = np.concatenate([pelvis[:, 2], thighs[near, 2]])
    return float(np.quantile(low, 0.02))  # flesh yields: the very lowest points are pressed in


def support_polygon(vertices) -> np.ndarray:
    """(K, 2) convex hull, anti-clockwise, of what is within CONTACT of the lowest point; (V, 3) in, Z up."""
    vertices = np.asarray(vertices, float)
    touching = vertices[vertices[:, 2] < vertices[:, 2].min() + CONTACT, :2]
    return convex_hull(touching)


def convex_hull(points) -> np.ndarray:
    """Andrew's monotone chain: (N, 2) -> (K, 2), anti-clockwise."""
    points = np.unique(np.asarray(points, float), axis=0)
    if len(points) < 3:
        return points

    def chain(ordered):
        hull = []
        for point in ordered:
            while len(hull) > 1 and _left_of(hull[-2], hull[-1], point) <= 0:
                hull.pop()
            hull.append(point)
        return hull[:-1]

    return np.array(chain(points) + chain(points[::-1]))


def _left_of(a, b, point):
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def outside(polygon, point) -> float:
    """Metres from a point (2,) to a convex anti-clockwise polygon (K, 2); 0 inside."""
    start = np.asarray(polygon, float)
    edge = np.roll(start, -1, axis=0) - start
    relative = np.asarray(point, float) - start
    if len(start) > 2 and np.all(edge[:, 0] * relative[:, 1] - edge[:, 1] * relative[:, 0] >= 0):
        return 0.0
    share = np.clip((relative * edge).sum(1) / np.maximum((edge * edge).sum(1), 1e-12), 0, 1)
    return float(np.linalg.norm(relative - share[:, None] * edge, axis=1).min())


def centre_of_volume(vertices, triangles) -> np.ndarray:
    """(3,) centroid of the solid inside a closed mesh; flesh is of nearly one density, so about the centre of mass."""
    a, b, c = np.asarray(vertices, float)[np.asarray(triangles)].transpose(1, 0, 2)
    volume = np.einsum("ij,ij->i", a, np.cross(b, c))
    return (volume[:, None] * (a + b + c)).sum(0) / (4 * volume.sum())


def is_balanced(vertices, triangles, slack: float = 0.05) -> bool:
    """Whether a body can stand like this: its centre of mass is over what touches the ground, or `slack` beside it."""
    centre = centre_of_volume(vertices, triangles)
    return outside(support_polygon(vertices), centre[:2]) <= slack

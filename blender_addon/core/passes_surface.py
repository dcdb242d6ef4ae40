"""Places on triangles: which share each corner has in them, and what is carried from the corners to them."""

import numpy as np


def triangles_of(faces: np.ndarray) -> np.ndarray:
    """(F, 4) quads, a triangle with -1 last -> (T, 3): first halves of all faces, then second halves of quads."""
    quads = faces[faces[:, 3] >= 0]
    return np.concatenate([faces[:, :3], quads[:, [0, 2, 3]]])


def corner_shares(places: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Barycentric coordinates of places that lie on triangles, or very near.

    Args:
        places: (N, 3); corners: (N, 3, 3).
    Returns:
        (N, 3) none below 0, rows sum to one.
    """
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac, ap = b - a, c - a, places - a
    normal = np.cross(ab, ac)
    square = np.maximum((normal * normal).sum(1), 1e-30)
    v = (np.cross(ap, ac) * normal).sum(1) / square
    w = (np.cross(ab, ap) * normal).sum(1) / square
    share = np.maximum(np.stack([1 - v - w, v, w], 1), 0)
    return share / share.sum(1, keepdims=True)


def in_face(places: np.ndarray, points: np.ndarray, faces: np.ndarray) -> tuple:
    """Where on its face each place lies.

    Args:
        places: (N, 3), points: (V, 3); faces: (N, 4) the one that each place is on, a triangle with -1 last.
    Returns:
        (N, 3) corners of the face's half that it is in, (N, 3) their shares.
    """
    first, second = faces[:, :3], np.where(faces[:, 3:] >= 0, faces[:, [0, 2, 3]], faces[:, :3])
    shares = [corner_shares(places, points[half]) for half in (first, second)]
    off = [
        ((carried(points, half, share) - places) ** 2).sum(1)
        for half, share in zip((first, second), shares, strict=True)
    ]
    in_second = (off[1] < off[0])[:, None]
    return np.where(in_second, second, first), np.where(in_second, shares[1], shares[0])


def carried(values: np.ndarray, triangles: np.ndarray, share: np.ndarray) -> np.ndarray:
    """(V, C) values of vertices to places: (N, 3) corners and their shares -> (N, C)."""
    return np.einsum("nk,nkc->nc", share, values[triangles])


def vertex_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(V, 3) unit normals, the mean of the triangles around by area."""
    turn = face_normals(points[triangles])
    total = np.stack(
        [sum(np.bincount(triangles[:, k], turn[:, axis], len(points)) for k in range(3)) for axis in range(3)], 1
    )
    return unit(total)


def face_normals(corners: np.ndarray) -> np.ndarray:
    """(N, 3, 3) -> (N, 3), twice the triangle's area long."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def facing(normals: np.ndarray, flat: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Turned round where the triangle's other side is seen.

    Args:
        normals: (N, 3) smooth; flat: (N, 3) of the triangles; towards: (N, 3) to the camera.
    """
    back = (flat * towards).sum(1) < 0
    return np.where(back[:, None], -normals, normals)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)

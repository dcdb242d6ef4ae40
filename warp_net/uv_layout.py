"""A body's texture layout as a grid of texels: which piece of the surface each shows, its mirror image, its part.

Row 0 of a texture is its top: v = 1. Texel centres are at halves, as pixels' are.
"""

import functools
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree

from blender_addon.core.body import BodyModel, group_faces
from blender_addon.core.errors import AssetError
from blender_addon.core.raster import rasterise

SMALLEST, LARGEST = 32, 1024
NORMAL_METRES = 0.06
"""Metres that two texels count as apart when they face at right angles: lips and gums lie close and differ."""
SLAB = 0.02
"""Metres of a limb's length over which its middle is taken."""
ARM, LEG = ("shoulder", "elbow", "wrist", "hand"), ("hip", "knee", "ankle", "foot")
"""Words in the names of parts. Arms lie along x in the T-pose, legs and trunk along y."""


@dataclass(frozen=True, eq=False)
class Layout:
    """The texels of one body; T is the texture's side, N how many texels show the body."""

    body: str
    """Name of the body file."""
    size: int
    triangles: np.ndarray
    """(F, 3) vertices."""
    corner_uv: np.ndarray
    """(F, 3, 2) texture coordinates, v up."""
    face: np.ndarray
    """(T, T) int32 triangle that a texel shows, -1 outside of the islands."""
    share: np.ndarray
    """(T, T, 3) of the triangle's corners."""
    part: np.ndarray
    """(T, T) int16 index into `part_names`, -1 outside."""
    part_names: tuple
    position: np.ndarray
    """(T, T, 3) metres on the mean body's T-pose (Y up, facing +Z), 0 outside."""
    normal: np.ndarray
    """(T, T, 3) unit, outwards; 0 outside."""
    mirror: np.ndarray
    """(T, T) int32 flat index of the texel at the same place of the body's other half; -1 outside."""
    opposite: np.ndarray
    """(T, T) int32 flat index of the texel on the other side, front for back, of the same limb; -1 outside."""
    nearest: np.ndarray
    """(T, T) int32 flat index of the nearest texel that shows the body; itself inside. Pads the islands."""

    @property
    def inside(self) -> np.ndarray:
        """(T, T) bool."""
        return self.face >= 0

    def points(self, vertices) -> np.ndarray:
        """(V, 3) any shape and pose of the body -> (N, 3), where its texels are, in the order of `inside`."""
        return surface_points(vertices, self.triangles[self.face[self.inside]], self.share[self.inside])

    def normals(self, vertices) -> np.ndarray:
        """(V, 3) -> (N, 3) unit normals of the texels, smooth across faces."""
        corners = self.triangles[self.face[self.inside]]
        return _unit(surface_points(vertex_normals(vertices, self.triangles), corners, self.share[self.inside]))

    def padded(self, texture: np.ndarray) -> np.ndarray:
        """(T, T, ...) with everything outside the islands as their nearest texel, so that sampling between texels
        never meets a background."""
        flat = texture.reshape(self.size * self.size, *texture.shape[2:])
        return flat[self.nearest.ravel()].reshape(texture.shape)


def surface_points(values, corners, share) -> np.ndarray:
    """(V, C) values of vertices, (N, 3) corners and their shares -> (N, C)."""
    return np.einsum("nk,nkc->nc", share, values[corners])


def vertex_normals(vertices, triangles) -> np.ndarray:
    """(V, 3) unit normals, the mean of the faces around by area."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    turn = np.cross(b - a, c - a)
    total = np.zeros((len(vertices), 3))
    for column in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(triangles[:, column], turn[:, axis], len(vertices))
    return _unit(total)


@functools.lru_cache(maxsize=4)
def build_layout(body: BodyModel, size: int) -> Layout:
    """Lay a body's texture out on `size` x `size` texels.

    Args:
        size: a power of two from 32 to 1024.
    Raises:
        ValueError: another size.
        AssetError: the body has no texture layout.
    """
    if size not in [2**k for k in range(5, 11)]:
        raise ValueError(f"a texture of {size} texels; sides are powers of two from {SMALLEST} to {LARGEST}")
    triangles, corner_uv = texture_triangles(body)
    pixels = np.stack([corner_uv[..., 0], 1 - corner_uv[..., 1]], -1) * size
    face, share = rasterise(pixels, np.ones(pixels.shape[:2]), size, size)
    inside = face >= 0
    if not inside.any():
        raise AssetError(f"{body.path}: its texture layout covers no texel. Get the body file again.")
    corners, shares = triangles[face[inside]], share[inside]
    names, vertex_part = _parts(body)
    part = np.full(face.shape, -1, np.int16)
    part[inside] = vertex_part[corners[np.arange(len(corners)), shares.argmax(1)]]
    position, normal = np.zeros((*face.shape, 3)), np.zeros((*face.shape, 3))
    position[inside] = surface_points(body.v_template, corners, shares)
    normal[inside] = _unit(surface_points(vertex_normals(body.v_template, triangles), corners, shares))
    mirror, opposite = _twins(position[inside], normal[inside], part[inside], names)
    flat = np.flatnonzero(inside)
    return Layout(
        body=body.path.stem,
        size=size,
        triangles=triangles,
        corner_uv=corner_uv,
        face=face,
        share=share,
        part=part,
        part_names=names,
        position=position,
        normal=normal,
        mirror=_spread(inside, flat[mirror]),
        opposite=_spread(inside, flat[opposite]),
        nearest=_nearest(inside),
    )


def texture_triangles(body: BodyModel) -> tuple:
    """The skin's triangles, (F, 3) vertices, and their (F, 3, 2) texture coordinates.

    Raises:
        AssetError: the body has no texture layout.
    """
    if body.face_uv is not None and body.skin_uv is not None:
        return body.faces.astype(np.int64), body.skin_uv[body.face_uv]
    if body.poly_uv is None or body.uv is None or "body" not in (body.group_names or ()):
        raise AssetError(f"{body.path} has no texture layout. Bring it in with `posewright assets add-body --uv`.")
    skin = body.poly_group == body.group_names.index("body")
    quads, quad_uv = group_faces(body, "body"), body.poly_uv[skin]
    halves = [[0, 1, 2], [0, 2, 3]]
    triangles = quads[:, halves].reshape(-1, 3).astype(np.int64)
    corner_uv = body.uv[quad_uv[:, halves].reshape(-1, 3)]
    whole = (triangles >= 0).all(1) & (triangles[:, 0] != triangles[:, 2]) & (triangles[:, 1] != triangles[:, 2])
    return triangles[whole], corner_uv[whole].astype(float)


def _parts(body: BodyModel) -> tuple:
    """Names of parts and (V,) the part of each vertex."""
    if body.vertex_part is not None and body.part_names is not None:
        return tuple(body.part_names), body.vertex_part.astype(np.int16)
    names = body.joint_names or tuple(f"joint {k}" for k in range(len(body.parents)))
    return tuple(names), body.weights.argmax(1).astype(np.int16)


def _twins(position, normal, part, names) -> tuple:
    """(N,) rows of the left-right and of the front-back twin of each texel."""
    tree = cKDTree(np.concatenate([position, NORMAL_METRES * normal], 1))
    flip_x, flip_z = np.array([-1.0, 1.0, 1.0]), np.array([1.0, 1.0, -1.0])
    mirrored = np.concatenate([position * flip_x, NORMAL_METRES * normal * flip_x], 1)
    behind = position * flip_z
    behind[:, 2] += 2 * _limb_middle(position, part, names)
    turned = np.concatenate([behind, NORMAL_METRES * normal * flip_z], 1)
    return tree.query(mirrored)[1], tree.query(turned)[1]


def _limb_middle(position, part, names) -> np.ndarray:
    """(N,) z of the middle of the limb that each texel is on, slab by slab along the limb."""
    arm, leg = (np.array([any(word in name for word in words) for name in names])[part] for words in (ARM, LEG))
    left = position[:, 0] > 0
    middle = np.zeros(len(position))
    for limb in (arm & left, arm & ~left, leg & left, leg & ~left, ~arm & ~leg):
        rows = np.flatnonzero(limb)
        if not len(rows):
            continue
        along = position[rows, 0 if arm[rows[0]] else 1]
        slab = ((along - along.min()) / SLAB).astype(int)
        high, low = np.full(slab.max() + 1, -np.inf), np.full(slab.max() + 1, np.inf)
        np.maximum.at(high, slab, position[rows, 2])
        np.minimum.at(low, slab, position[rows, 2])
        middle[rows] = ((high + low) / 2)[slab]
    return middle


def _spread(inside, values) -> np.ndarray:
    grid = np.full(inside.shape, -1, np.int32)
    grid[inside] = values
    return grid


def _nearest(inside) -> np.ndarray:
    rows, columns = distance_transform_edt(~inside, return_distances=False, return_indices=True)
    return (rows * inside.shape[1] + columns).astype(np.int32)


def _unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)

"""A mesh of MakeHuman's on a body: clothes, hair, brows, lashes."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..body import BodyModel
from ..errors import AssetError
from ..posing import joint_transforms
from ..rotations import axis_angle_to_matrix
from ..wardrobe.cutting import neighbours, smooth
from .mhclo import BASE_VERTICES, Binding, read_mhclo
from .mhmat import PLAIN, Material, read_mhmat
from .obj_mesh import Mesh, read_obj
from .plain_text import beside

DECIMETRE = 0.1
WIDE = 0.2
"""Metres; a triangle with such an edge spans a joint."""


@dataclass(frozen=True, eq=False)
class Proxy:
    """One published asset."""

    binding: Binding
    mesh: Mesh
    material: Material


@lru_cache(maxsize=64)
def load_proxy(path: Path, root: Path, material: str | None = None) -> Proxy:
    """Read a .mhclo with its .obj and .mhmat.

    Args:
        root: folder that all of its files have to lie in.
        material: file name of another .mhmat beside it than the one it names.
    Raises:
        AssetError: a file is missing or broken.
    """
    binding = read_mhclo(path)
    mesh = read_obj(beside(path, binding.mesh, root))
    if len(mesh.points) != len(binding.corners):
        raise AssetError(
            f"{path}: binds {len(binding.corners)} points, {binding.mesh} has {len(mesh.points)}. Get the asset again."
        )
    named = material or binding.material or f"{path.stem}.mhmat"
    found = beside(path, named, root)
    return Proxy(binding, mesh, read_mhmat(found, root) if found.is_file() else PLAIN)


def connected_parts(faces: np.ndarray, count: int) -> np.ndarray:
    """(count,) which connected part of a mesh each point belongs to, from 0: numbers spread along faces."""
    label = np.arange(count)
    while True:
        lowest = label[faces].min(1)
        spread = label.copy()
        np.minimum.at(spread, faces.ravel(), np.repeat(lowest, 4))
        spread = spread[spread]
        if (spread == label).all():
            return np.unique(label, return_inverse=True)[1]
        label = spread


def base_start(body: BodyModel) -> int:
    """Where MakeHuman's vertices begin among a body's: at 0, or after an added body's own.

    Raises:
        AssetError: the body has none.
    """
    if body.poly is None or len(body.v_template) < BASE_VERTICES:
        raise AssetError(f"{body.path}: no MakeHuman mesh to put clothes on. Add the body again with assets add-body.")
    return len(body.v_template) - BASE_VERTICES


def place_points(proxy: Proxy, body: BodyModel, shaped: np.ndarray, rows=slice(None)) -> np.ndarray:
    """The mesh's points on a shaped body in the T-pose.

    Offsets are meant for the pose that the base mesh was modelled in, arms half down, so they turn with the limbs.

    Args:
        shaped: (V, 3) metres.
        rows: which points.
    Returns:
        (N, 3).
    """
    binding, base = proxy.binding, shaped[base_start(body) :]
    corners, shares = binding.corners[rows], binding.shares[rows]
    offsets = binding.offsets[rows] * DECIMETRE * scale_of(binding, base)
    turned = np.einsum("nij,ni->nj", _limb_turns(body)[corners[:, 0]], offsets)
    lacks = _on_wide(proxy, body)[1][rows] * scale_of(binding, base)
    return (shares[..., None] * base[corners]).sum(1) + turned + lacks


def scale_of(binding: Binding, base: np.ndarray) -> np.ndarray:
    """(3,) how much larger this body is than the one that the mesh was made on, along each axis."""
    scale = np.ones(3)
    for axis, ends in enumerate(binding.scales):
        if ends is not None:
            one, other, length = ends
            scale[axis] = abs(base[one, axis] - base[other, axis]) / (length * DECIMETRE)
    return scale


def skin_weights(proxy: Proxy, body: BodyModel, rows=slice(None)) -> np.ndarray:
    """(N, J) of each point, so that it follows the body without a rig of its own."""
    return _on_wide(proxy, body)[0][rows]


@lru_cache(maxsize=64)
def _on_wide(proxy: Proxy, body: BodyModel) -> tuple:
    """Weights: those of a point's corners, but where a triangle spans joints, as shoes are bound to shin, heel and toe.

    Mixing such corners' weights would leave a heel behind when the ankle bends. Points on them go with the skin beside
    them, and in the T-pose too they are where that takes them from the pose that they were modelled in.

    Returns:
        (N, J) weights, and (N, 3) metres that placing on the T-pose lacks.
    """
    start, binding = base_start(body), proxy.binding
    template, of_base = body.v_template[start:], body.weights[start:]
    shares = np.clip(binding.shares, 0, None)
    shares = shares / np.maximum(shares.sum(1, keepdims=True), 1e-9)
    weights = sum(shares[:, k, None] * of_base[binding.corners[:, k]] for k in range(3))
    corners = template[binding.corners]
    wide = (np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2) > WIDE).any(1)
    lacks = np.zeros((len(wide), 3))
    if not wide.any():
        return weights, lacks
    modelled = _moved(_modelling(body, of_base), template)
    offsets = binding.offsets * DECIMETRE * scale_of(binding, template)
    points = ((binding.shares[..., None] * modelled[binding.corners]).sum(1) + offsets)[wide]
    skin = np.unique(body.poly[body.poly_group == list(body.group_names).index("body")])
    skin = skin[skin >= start] - start
    beside = skin[[np.argpartition(((modelled[skin] - point) ** 2).sum(1), 3)[:3] for point in points]]
    weights[wide] = of_base[beside].mean(1)
    around = smooth(weights, neighbours(proxy.mesh.faces, len(weights)), 4, 0.7)
    weights[wide] = (around / np.maximum(around.sum(1, keepdims=True), 1e-9))[wide]
    turned = np.einsum("nij,ni->nj", _limb_turns(body)[binding.corners[:, 0]], offsets)
    placed = (binding.shares[..., None] * corners).sum(1) + turned
    lacks[wide] = _moved(np.linalg.inv(_modelling(body, weights[wide])), points) - placed[wide]
    return weights, lacks


def _moved(moves: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(N, 3), each by its own (4, 4)."""
    return np.einsum("nij,nj->ni", moves[:, :3, :3], points) + moves[:, :3, 3]


def _modelling(body: BodyModel, weights: np.ndarray) -> np.ndarray:
    """(V, 4, 4) from the T-pose to the pose that the base mesh was modelled in, for (V, J) weights."""
    if body.a_pose is None:
        return np.broadcast_to(np.eye(4), (len(weights), 4, 4))
    moves = joint_transforms(axis_angle_to_matrix(body.a_pose), body.joint_template, body.parents)
    return (weights @ moves.reshape(len(moves), 16)).reshape(-1, 4, 4)


@lru_cache(maxsize=4)
def _limb_turns(body: BodyModel) -> np.ndarray:
    """(V, 3, 3) of the base mesh, the same without the shifts."""
    return _modelling(body, body.weights[base_start(body) :])[:, :3, :3]

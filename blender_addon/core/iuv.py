"""IUV: every point of the body's surface as a part and two coordinates, the same in every pose and on every body.

I is one of 24 parts with DensePose's numbers (NAMES); U and V, 0 to 1, are this project's own charts, not DensePose's.
`iuv.npz`, made by `assets/bodies/make_iuv.py`, holds them for the skin's quads of the open body's mesh, which bodies
that are brought in carry too:

part    (Q,) uint8, 1 to 24; 0 in the mouth and behind the eyes
uv      (Q, 4, 2) uint16, corners of the quads; STEPS is 1
joint   (S,) uint8, which of SMPL's 24 joints has each vertex of the skin, in the order of their numbers

The last is for the pictures of parts, which are SMPL's: each joint's skin in one piece.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .body import BodyModel, group_faces
from .errors import AssetError
from .family import joint_owners
from .raster import rasterise

SHIPPED = Path(__file__).with_name("iuv.npz")
STEPS = 65535
NAMES = (
    "",
    "torso back", "torso front", "right hand", "left hand", "left foot", "right foot",
    "right upper leg back", "left upper leg back", "right upper leg front", "left upper leg front",
    "right lower leg back", "left lower leg back", "right lower leg front", "left lower leg front",
    "left upper arm front", "right upper arm front", "left upper arm back", "right upper arm back",
    "left lower arm front", "right lower arm front", "left lower arm back", "right lower arm back",
    "head right", "head left",
)  # fmt: skip
"""Of I; front and back as in the T-pose, palms down."""
HEAD = (23, 24)
LEAD = 0.05


@dataclass(frozen=True, eq=False)
class Charts:
    """One body's outer skin as triangles, each on a chart."""

    triangles: np.ndarray
    """(T, 3) vertices of the body."""
    part: np.ndarray
    """(T,) uint8, 1 to 24."""
    uv: np.ndarray
    """(T, 3, 2) of the corners, 0 to 1."""


@functools.lru_cache(maxsize=1)
def _load() -> tuple:
    """(Q,) part, (Q, 4, 2) uv, (S,) joint. Raises AssetError when the file is not whole."""
    try:
        with np.load(SHIPPED, allow_pickle=False) as file:
            part, uv, joint = file["part"], file["uv"], file["joint"]
    except (OSError, ValueError, KeyError) as error:
        raise AssetError(f"{SHIPPED} cannot be read ({error}). Get this project's files again.") from error
    return part, uv.astype(float) / STEPS, joint


@functools.lru_cache(maxsize=8)
def charts_of(body: BodyModel) -> Charts:
    """Raises AssetError when the body has not the open body's mesh."""
    part, uv, _ = _load()
    if body.poly is None or "body" not in (body.group_names or ()) or len(group_faces(body, "body")) != len(part):
        raise AssetError(
            f"{body.path} has not the mesh that body parts and IUV are known on. "
            "Bring it in with `posewright assets add-body`."
        )
    outer = np.repeat(part > 0, 2)
    halves = [[0, 1, 2], [0, 2, 3]]
    triangles = group_faces(body, "body")[:, halves].reshape(-1, 3).astype(np.int64)
    return Charts(triangles[outer], np.repeat(part, 2)[outer], uv[:, halves].reshape(-1, 3, 2)[outer])


@functools.lru_cache(maxsize=8)
def part_weights(body: BodyModel) -> np.ndarray:
    """(V, 24) how much each of SMPL's joints moves each vertex: fingers are the hands', jaw and eyes the head's.

    Skinning leaves islands, as on the breast; there the joint all around leads by LEAD.

    Raises:
        AssetError: as `charts_of`.
    """
    charts_of(body)
    joints, parts = joint_owners(len(body.parents)), joint_owners(24)
    to_parts = np.zeros((len(body.parents), 24))
    to_parts[joints, parts] = 1
    weights = body.weights @ to_parts
    vertices, joint = np.unique(group_faces(body, "body")), _load()[2]
    led = weights[vertices].argmax(1) != joint
    weights[vertices[led], joint[led]] = weights[vertices[led]].max(1) + LEAD
    return weights


def encode_iuv(charts: Charts, triangle: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Points of the surface, (N,) triangle and (N, 3) shares of its corners -> (N, 3) uint8 I, U, V; 255 is 1."""
    uv = np.einsum("nk,nkc->nc", share, charts.uv[triangle])
    return np.column_stack([charts.part[triangle], np.rint(255 * np.clip(uv, 0, 1))]).astype(np.uint8)


def decode_iuv(charts: Charts, iuv: np.ndarray) -> tuple:
    """The point that an IUV means.

    Args:
        iuv: (N, 3) uint8.
    Returns:
        triangle: (N,) of charts.triangles; -1 where I is none, or U and V lie off its chart.
        share: (N, 3) of its corners.
    """
    triangle, share = np.full(len(iuv), -1), np.zeros((len(iuv), 3))
    for part in np.unique(iuv[:, 0]):
        if part in charts.part:
            own = iuv[:, 0] == part
            table, shares = _chart_table(charts, int(part))
            triangle[own], share[own] = table[iuv[own, 2], iuv[own, 1]], shares[iuv[own, 2], iuv[own, 1]]
    return triangle, share


@functools.lru_cache(maxsize=24)
def _chart_table(charts: Charts, part: int) -> tuple:
    """(256, 256) triangle under each V, U, -1 where none is within two steps; (256, 256, 3) shares."""
    own = np.flatnonzero(charts.part == part)
    corners = 255 * charts.uv[own] + 0.5
    face, share = rasterise(corners, np.ones(corners.shape[:2]), 256, 256)
    triangle = np.where(face < 0, -1, own[face])
    for _ in range(2):  # U and V were rounded, at the rim perhaps outwards
        for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
            beside = np.roll(triangle, shift, axis)
            fill = (triangle < 0) & (beside >= 0)
            triangle[fill], share[fill] = beside[fill], np.roll(share, shift, axis)[fill]
    return triangle, share

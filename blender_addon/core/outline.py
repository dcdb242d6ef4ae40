"""The few vertices of a body that a figure is drawn by: where it ends, where it sits, how stout it is.

A scene is drawn many times faster than it is built because only these are shaped and posed.
"""

import dataclasses
from functools import lru_cache

import numpy as np

from .body import BodyModel
from .poses.grounding import PELVIS, THIGHS
from .posing import pose_body
from .wardrobe.suit import find_places, suit_of, suit_points

POSES, DIRECTIONS, BEND, BEYOND = 120, 32, 0.5, 0.0005
"""How many poses, of joints bent by about BEND radians, are tried; in how many directions each part's farthest vertex
is looked for; and how many metres it has to be beyond those kept already."""
TRUNK = (0, 1, 2, 3, 6, 9, 12, 13, 14, 16, 17)
FEET = (7, 8, 10, 11)


def part_of(body: BodyModel, rows) -> BodyModel:
    """A body of some of the vertices, for `shape_body` and `pose_body`; it has the whole skeleton but no faces.

    Args:
        rows: (n,) vertex numbers.
    """
    return dataclasses.replace(
        body,
        v_template=body.v_template[rows],
        shapedirs=np.ascontiguousarray(body.shapedirs[rows]),
        posedirs=body.posedirs_of(rows),
        carry_corners=None,
        carry_weights=None,
        weights=np.ascontiguousarray(body.weights[rows]),
        vertex_part=None if body.vertex_part is None else body.vertex_part[rows],
        faces=np.zeros((0, 3), np.int32),
        keypoint_regressor=None,
        poly=None,
        poly_uv=None,
        poly_group=None,
        group_names=None,
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Outline:
    """What sticks out of a body, whatever its pose."""

    body: BodyModel
    """Of n vertices of the skin."""
    height: np.ndarray
    """(n,) 0 at the ankles, 1 at the knees, 2 at the hips, 3 at the neck, as `suit.Places` has it."""
    arm: np.ndarray
    """(n,) 0 at the shoulder, 1 at the elbow, 2 at the wrist, below 0 elsewhere."""


@lru_cache(maxsize=4)
def outline_of(body: BodyModel) -> Outline:
    """The farthest vertices of the skin in many directions, over many shapes and poses."""
    parts = _parts(body)
    order = np.argsort(parts, kind="stable")
    present, starts = np.unique(parts[order], return_index=True)
    ends = [*starts[1:], len(order)]
    beside = _beside(body.parents)[np.ix_(present, present)]
    flesh, kept = part_of(body, order), np.zeros(len(order), bool)
    for reach in _reaches(flesh):
        most = np.maximum.reduceat(reach, starts)
        for part, (start, end) in enumerate(zip(starts, ends, strict=True)):
            farthest, known = reach[start:end], reach[start:end][kept[start:end]]
            beyond = (most[part] >= most[beside[part]].max(0)) & (most[part] > known.max(0, initial=-np.inf) + BEYOND)
            kept[start + farthest[:, beyond].argmax(0)] = True
    rows = np.sort(order[kept])
    suit = suit_of(body)
    places = find_places(suit, body.v_template, suit_points(suit, body.v_template))
    template = body.v_template[rows]
    return Outline(part_of(body, rows), places.height(template), places.arm(template))


def _reaches(flesh: BodyModel):
    """(V, DIRECTIONS) how far each vertex is in some directions, for one shape and pose after another."""
    rng = np.random.default_rng(0)  # any poses do; the same ones keep scenes the same
    for _ in range(POSES):
        pose = rng.normal(0, BEND, (len(flesh.parents), 3))
        directions = rng.normal(size=(DIRECTIONS, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        yield pose_body(flesh, rng.normal(size=flesh.shapedirs.shape[-1]), pose, np.zeros(3)).vertices @ directions.T


def _beside(parents) -> np.ndarray:
    """(J, J) bool: the same joint, a parent and its child. What is between two of them sticks out of neither."""
    beside = np.eye(len(parents), dtype=bool)
    beside[np.arange(1, len(parents)), parents[1:]] = True
    return beside | beside.T


def _parts(body: BodyModel) -> np.ndarray:
    """(S,) the joint that each vertex of the skin follows most."""
    return body.weights[: body.skin_vertices].argmax(1)


@lru_cache(maxsize=4)
def trunk_of(body: BodyModel) -> BodyModel:
    """The skin that `measure_skeleton` looks at: the trunk, and under the feet."""
    parts = _parts(body)
    height = body.v_template[: body.skin_vertices, 1]
    soles = np.isin(parts, FEET) & (height < height.min() + 0.03)
    return part_of(body, np.flatnonzero(np.isin(parts, TRUNK) | soles))


@lru_cache(maxsize=4)
def buttocks_of(body: BodyModel) -> tuple:
    """What is sat on: a body of the pelvis' and the thighs' skin, and (n,) bool, which of it are thighs'."""
    parts = _parts(body)
    rows = np.flatnonzero(np.isin(parts, (PELVIS, *THIGHS)))
    return part_of(body, rows), parts[rows] != PELVIS

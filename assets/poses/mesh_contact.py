"""How deep parts of a posed body lie in each other, measured on the mesh: a judge of poses that no sampler asks.

Each part of the body (thigh, forearm, head, ...) is filled out to its convex hull, and vertices of parts that are not
its neighbours are looked for inside. Parts are nearly convex, so that a hull is a little larger than its part: the
measure errs towards finding too much. Folds at a joint do not count.
"""

import functools

import numpy as np
from scipy.spatial import ConvexHull

from blender_addon.core.body import BodyModel, load_body
from blender_addon.core.catalog import library_folder
from blender_addon.core.poses.mannequin import PARENTS
from blender_addon.core.posing import pose_body

DEEP = 0.02
"""Metres; flesh gives way by so much."""
ENOUGH = 5
"""Vertices that have to be so deep: one is a fingertip."""
HANDS = (20, 21)
NEIGHBOURS = 2
"""Parts so few joints apart share folds of skin, and are left out."""
TRUNK = (0, 3, 6, 9, 12, 13, 14)
"""Pelvis to neck and the collars count as neighbours of each other's neighbours: they only bend."""


def default_body() -> BodyModel:
    """The open body."""
    return load_body(library_folder() / "bodies" / "open_body.npz")


def deepest(body: BodyModel, pose, leave_out=()) -> tuple[float, str]:
    """How deep parts of a body in a pose (55, 3) lie in each other: metres, and which.

    The depth that ENOUGH vertices reach or exceed; 0 when there is none.

    Args:
        leave_out: parts that are not looked at, such as HANDS.
    """
    vertices = pose_body(body, np.zeros(2), pose, np.zeros(3)).vertices[: body.skin_vertices]
    parts = {part: rows for part, rows in _parts(body).items() if part not in leave_out}
    worst, names = 0.0, ""
    boxes = {part: (vertices[rows].min(0), vertices[rows].max(0)) for part, rows in parts.items()}
    for part, rows in parts.items():
        planes = None
        for other, other_rows in parts.items():
            if _distance(part, other) <= NEIGHBOURS or (boxes[part][0] > boxes[other][1]).any():
                continue
            if (boxes[other][0] > boxes[part][1]).any():
                continue
            if planes is None:
                planes = ConvexHull(vertices[rows]).equations
            near = vertices[other_rows]
            near = near[((near > boxes[part][0]) & (near < boxes[part][1])).all(1)]
            if len(near) < ENOUGH:
                continue
            depth = np.sort(-(near @ planes[:, :3].T + planes[:, 3]).max(1))[-ENOUGH]
            if depth > worst:
                worst, names = float(depth), f"{body.part_names[other]} in {body.part_names[part]}"
    return worst, names


@functools.lru_cache(maxsize=2)
def _parts_of(key, part_names, labels):
    labels = np.frombuffer(labels, np.int64)
    merged = {22: 20, 23: 21}  # hands are not told from wrists
    labels = np.array([merged.get(label, label) for label in range(len(part_names))])[labels]
    return {int(part): np.flatnonzero(labels == part) for part in np.unique(labels) if (labels == part).sum() > 10}


def _parts(body: BodyModel) -> dict:
    labels = np.asarray(body.vertex_part[: body.skin_vertices], np.int64)
    return _parts_of(str(body.path), body.part_names, labels.tobytes())


@functools.cache
def _distance(one: int, other: int) -> int:
    """Joints between two parts, along the skeleton; the trunk counts as one."""
    path, other_path = _way_up(one), _way_up(other)
    common = next(joint for joint in path if joint in other_path)
    return path.index(common) + other_path.index(common)


def _way_up(joint: int) -> list:
    way = [joint]
    while PARENTS[way[-1]] >= 0:
        way.append(PARENTS[way[-1]])
    limbs = [joint for joint in way if joint not in TRUNK]
    return [*limbs, "trunk"]

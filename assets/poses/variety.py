"""How different poses are, and which of many to keep."""

import numpy as np

from blender_addon.core.poses.mannequin import PARENTS
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.rotations import axis_angle_to_matrix

BODY = 22
BONES = DEFAULT_SKELETON.joints - DEFAULT_SKELETON.joints[list(PARENTS)]


def places(poses) -> np.ndarray:
    """Where poses bring the joints of one adult: (N, 55, 3) axis-angle -> (N, 22, 3) metres, pelvis at 0, Z up."""
    rotations = axis_angle_to_matrix(np.asarray(poses, float)[:, :BODY])
    turned, position = rotations.copy(), np.zeros((len(rotations), BODY, 3))
    for joint in range(1, BODY):
        parent = PARENTS[joint]
        turned[:, joint] = turned[:, parent] @ rotations[:, joint]
        position[:, joint] = position[:, parent] + turned[:, parent] @ BONES[joint]
    return position


def apart(one, others) -> np.ndarray:
    """Mean distance of joints: (22, 3) and (N, 22, 3) -> (N,) metres."""
    return np.linalg.norm(others - one, axis=2).mean(1)


def choose_varied(points, count: int, first: int = 0) -> np.ndarray:
    """Farthest-point sampling: rows of (N, 22, 3) such that each is as far from those before it as any is.

    Returns:
        (count,) rows in the order in which they were chosen.
    """
    points = np.asarray(points, np.float32)
    count = min(count, len(points))
    chosen = np.empty(count, int)
    nearest = np.full(len(points), np.inf, np.float32)
    row = first
    for k in range(count):
        chosen[k] = row
        nearest = np.minimum(nearest, apart(points[row], points))
        row = int(nearest.argmax())
    return chosen


def diversity(points) -> float:
    """Mean distance of joints over all pairs of (N, 22, 3), metres."""
    count = len(points)
    return float(sum(apart(one, points).sum() for one in points) / (count * (count - 1)))


def nearest_distances(points, others) -> np.ndarray:
    """(N,) mean distance of joints from each of (N, 22, 3) to the nearest of (M, 22, 3), metres."""
    return np.array([apart(one, others).min() for one in points])

"""How different poses are, by where their 22 body joints are (`kinematics.body_joints`)."""

import numpy as np


def apart(one, others) -> np.ndarray:
    """Mean distance of joints: (22, 3) and (N, 22, 3) -> (N,) metres."""
    return np.linalg.norm(others - one, axis=2).mean(1)


def diversity(points) -> float:
    """Mean distance of joints over all pairs of (N, 22, 3), metres."""
    count = len(points)
    return float(sum(apart(one, points).sum() for one in points) / (count * (count - 1)))


def nearest_distances(points, others) -> np.ndarray:
    """(N,) mean distance of joints from each of (N, 22, 3) to the nearest of (M, 22, 3), metres."""
    return np.array([apart(one, others).min() for one in points])

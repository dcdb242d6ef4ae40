"""How far the poses of a data set are from each other, measured as docs/poses.md measures the samplers."""

from dataclasses import dataclass

import numpy as np

from assets.poses.kinematics import body_joints
from assets.poses.variety import apart, diversity
from headless.report.histogram import Histogram

TWINS = 0.02
"""Metres: poses nearer than this, in the mean over 22 joints, look the same."""


@dataclass(frozen=True)
class Variety:
    """Of a sample of poses."""

    poses: int
    diversity: float
    """Metres between joints, mean over 22 joints and all pairs."""
    nearest: Histogram
    """Metres from each pose to the one most like it."""
    twins: float
    """Share of poses with another nearer than TWINS."""


def measure_variety(poses: list) -> Variety | None:
    """Of (55, 3) joint rotations, axis-angle; None when there are fewer than two."""
    if len(poses) < 2:
        return None
    position, turned = body_joints(np.array(poses))
    points = facing_alike(position, turned[:, 0])
    nearest = Histogram(np.append(np.linspace(0, 0.3, 13), 10))
    distances = [float(np.delete(apart(one, points), number).min()) for number, one in enumerate(points)]
    nearest.add(*distances)
    return Variety(len(points), diversity(points), nearest, float(np.mean(np.array(distances) < TWINS)))


def facing_alike(position, root) -> np.ndarray:
    """Points (N, 22, 3) in the Z-up world turned about Z until everybody faces -Y; root (N, 3, 3) is the pelvis.

    Of people who face up or down, the head shows the way.
    """
    ahead, head = root[:, :2, 2], root[:, :2, 1]
    away = np.where((np.linalg.norm(ahead, axis=1) > 0.3)[:, None], ahead, head)
    angle = -np.pi / 2 - np.arctan2(away[:, 1], away[:, 0])
    cos, sin, zero, one = np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)
    turn = np.stack([cos, -sin, zero, sin, cos, zero, zero, zero, one], -1).reshape(-1, 3, 3)
    return position @ turn.transpose(0, 2, 1)

"""Upright boxes on the ground: the room that things take, and whether it is free."""

from dataclasses import dataclass

import numpy as np

from .furniture.kinds import furniture_size
from .spec import OccluderSpec

ALONG = np.linspace(0, 1, 5)


@dataclass(frozen=True)
class Box:
    """An upright box, turned about Z."""

    middle: tuple
    """(2,) metres."""
    half: tuple
    """(2,) half its width and depth."""
    low: float
    high: float
    yaw: float

    def local(self, points: np.ndarray) -> np.ndarray:
        """(N, 2 or 3) points as the box has them, about its middle."""
        cosine, sine = np.cos(self.yaw), np.sin(self.yaw)
        offset = points[:, :2] - self.middle
        return np.stack([cosine * offset[:, 0] + sine * offset[:, 1], cosine * offset[:, 1] - sine * offset[:, 0]], 1)

    def gaps(self, points: np.ndarray) -> np.ndarray:
        """(N,) metres from points (N, 3) to the box; 0 inside."""
        outside = np.maximum(np.abs(self.local(points)) - self.half, 0)
        above = np.maximum(np.maximum(points[:, 2] - self.high, self.low - points[:, 2]), 0)
        return np.sqrt((outside**2).sum(1) + above**2)

    @property
    def corners(self) -> np.ndarray:
        """(8, 3)."""
        x, y = self.half
        flat = np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
        cosine, sine = np.cos(self.yaw), np.sin(self.yaw)
        flat = flat @ [[cosine, sine], [-sine, cosine]] + self.middle
        return np.concatenate([np.column_stack([flat, np.full(4, z)]) for z in (self.low, self.high)])

    def meets(self, other: "Box", gap: float = 0.0) -> bool:
        """Whether two boxes come nearer than `gap`, by the theorem of separating axes; corners count as round."""
        if self.low > other.high + gap or other.low > self.high + gap:
            return False
        one, two = self.corners[:4, :2], other.corners[:4, :2]
        for yaw in (self.yaw, other.yaw):
            for axis in ((np.cos(yaw), np.sin(yaw)), (-np.sin(yaw), np.cos(yaw))):
                a, b = one @ axis, two @ axis
                if a.min() > b.max() + gap or b.min() > a.max() + gap:
                    return False
        return True


def box_of(thing: OccluderSpec) -> Box:
    """The room that furniture or a model takes."""
    wide, deep, tall = furniture_size(thing.params)
    x, y, z = thing.position
    return Box((x, y), (wide / 2, deep / 2), z, z + tall, thing.yaw)


def body_gap(box: Box, figure) -> float:
    """Metres from a person to a box, at most; limbs count with their flesh.

    Args:
        figure: `figure.Figure`.
    """
    beads = figure.capsules[:, None, :3] * (1 - ALONG[:, None]) + figure.capsules[:, None, 3:6] * ALONG[:, None]
    inside = box.gaps(beads.reshape(-1, 3)) - np.repeat(figure.capsules[:, 6], len(ALONG))
    return float(min(inside.min(), box.gaps(figure.points).min()))


def far_apart(box: Box, figure, gap: float) -> bool:
    """Whether the circles about both say already that they are more than `gap` apart."""
    reach = float(np.hypot(*box.half)) + figure.radius + gap
    return float(np.hypot(*(figure.place - box.middle))) > reach

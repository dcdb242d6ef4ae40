"""Where a thing may stand: outside of people and of other things, before no lens, in front of nobody altogether."""

from dataclasses import dataclass, field

import numpy as np

from .boxes import Box, body_gap, box_of, far_apart
from .framing import Frame
from .spec import OccluderSpec

MOST_HIDDEN = 0.7
"""Of a person's width times height behind one thing: more would hide the person altogether."""
WIDEST = 0.8
"""Of the picture's width."""
GAP = 0.06
"""Metres between a thing and anything else."""
BEFORE_LENS = 0.4
"""Metres between a thing and the lens."""
OFTEN = frozenset(
    ("barrier", "bollard", "cardboard_boxes", "chair", "fence", "potted_plant", "stool", "suitcase", "traffic_cone")
)
"""Kinds of which there may be several."""
NEAREST = 0.05
"""Metres before the lens where projecting stops."""


@dataclass
class Room:
    """A scene that fills."""

    figures: list
    frame: Frame
    things: list = field(default_factory=list)
    """OccluderSpecs that stand already."""
    most_hidden: float = MOST_HIDDEN

    def takes(self, thing: OccluderSpec, gap: float = GAP, held_by=None) -> bool:
        """Whether there is room for a thing.

        Args:
            held_by: the figure whose hands it is in, which was looked at already.
        """
        if _name(thing) in map(_name, self.things) and thing.kind not in OFTEN:
            return False
        box = box_of(thing)
        if self._before_lens(box) or any(box.meets(box_of(other), gap) for other in self.things):
            return False
        others = (figure for figure in self.figures if figure is not held_by)
        if any(not far_apart(box, figure, gap) and body_gap(box, figure) < gap for figure in others):
            return False
        return not self._hides_all(box)

    def _before_lens(self, box: Box) -> bool:
        lens = np.array([[0.0, 0.0, self.frame.eye]])
        if self.frame.passes(box.high):
            return False
        return float(np.hypot(*np.maximum(np.abs(box.local(lens)) - box.half, 0)[0])) < BEFORE_LENS

    def _hides_all(self, box: Box) -> bool:
        """Compares upright boxes as the camera sees them, in tangents of angles."""
        frame = self.frame
        if frame.steep:
            return False
        left, right, low, high = seen_box(box.corners, frame)
        if right - left > WIDEST * frame.width / frame.focal:
            return True
        for figure in self.figures:
            if figure.place[1] < box.middle[1]:
                continue
            person = seen_box(figure.points, frame)
            across = min(right, person[1]) - max(left, person[0])
            upward = min(high, person[3]) - max(low, person[2])
            whole = (person[1] - person[0]) * (person[3] - person[2])
            if across > 0 and upward > 0 and across * upward > self.most_hidden * whole:
                return True
        return False


def _name(thing: OccluderSpec) -> str:
    return thing.params.get("asset", thing.kind)


def seen_box(points: np.ndarray, frame: Frame) -> tuple:
    """Left, right, lowest, highest of points (N, 3) before a level camera, in tangents of angles."""
    depth = np.maximum(points[:, 1], NEAREST)
    across, upward = points[:, 0] / depth, (points[:, 2] - frame.eye) / depth
    return float(across.min()), float(across.max()), float(upward.min()), float(upward.max())


def stand(params: dict, place, yaw: float, height: float = 0.0) -> OccluderSpec:
    """A thing on the ground at place (2,), or held at some height."""
    position = (round(float(place[0]), 4), round(float(place[1]), 4), round(float(height), 4))
    return OccluderSpec(str(params["kind"]), params, position, round(float(yaw), 4))

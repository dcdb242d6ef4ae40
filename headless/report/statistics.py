"""All that the page shows of a data set, counted picture by picture, in the same memory for ten as for a million."""

import heapq
import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from blender_addon.core.keypoints import KEYPOINT_NAMES
from blender_addon.core.records import people_of
from blender_addon.core.visibility import CAUSES
from headless.coco_entry import is_tiny
from headless.report.histogram import Histogram, Sample, tally
from headless.report.person import COCO, SIDES, UNEXPLAINED, Measured, measure_person

SMALL, LARGE = 32**2, 96**2
"""COCO's bounds of small, medium and large, pixels of the mask."""
SECTORS = 8
"""Of view directions, each of them 45 degrees wide; the first is straight before the chest."""
ELEVATIONS = (-90, -50, -15, 15, 50, 90)
POSES = 400
"""Kept for variety: 80,000 pairs."""
SLOWEST = 5
MOST_PEOPLE = 20
FATES = ("visible", *CAUSES, UNEXPLAINED, "outside")
"""What can become of a keypoint: seen, hidden by one of the causes, or outside the picture."""
LARGEST_SIDE = 100_000


def _heights() -> Histogram:
    return Histogram(np.concatenate([np.geomspace(1 / 32, 1, 11), [1.0001]]))


@dataclass
class Statistics:
    """Running counts of a data set."""

    views: int = 1
    """Pictures of each scene, one after the other; the pose of somebody who is seen again is kept once."""
    crowd_below: float = 0.0
    """The knob: whoever is smaller counts as part of a crowd, and nowhere else."""
    crowded: int = 0
    pictures: int = 0
    sizes: Counter = field(default_factory=Counter)
    """(width, height) -> pictures."""
    people: Histogram = field(default_factory=lambda: Histogram(np.arange(MOST_PEOPLE + 2)))
    """A picture, of whom something shows."""
    unseen: int = 0
    """People of whom no pixel shows."""
    fates: np.ndarray = field(default_factory=lambda: np.zeros((len(KEYPOINT_NAMES), len(FATES)), np.int64))
    """(23, F) keypoints by what became of them."""
    labelled: Histogram = field(default_factory=lambda: Histogram(np.arange(COCO + 2)))
    """COCO's keypoints in the picture, a person."""
    fractions: Histogram = field(default_factory=lambda: Histogram(np.linspace(0, 1, 11)))
    """Share seen of each of COCO's keypoints in the picture."""
    heights: Histogram = field(default_factory=_heights)
    """People's boxes over the picture's height."""
    areas: Histogram = field(default_factory=lambda: Histogram([0, SMALL, LARGE, math.inf]))
    """Pixels of masks."""
    cut: Counter = field(default_factory=Counter)
    """Side of the picture -> people whom it cuts."""
    uncut: int = 0
    """People with every one of COCO's keypoints in the picture."""
    sectors: np.ndarray = field(default_factory=lambda: np.zeros(SECTORS, np.int64))
    elevations: Histogram = field(default_factory=lambda: Histogram(ELEVATIONS))
    sources: Counter = field(default_factory=Counter)
    """Sampler -> poses."""
    poses: Sample = field(default_factory=lambda: Sample(POSES, np.random.default_rng(0)))
    seconds: dict = field(default_factory=dict)
    """Stage -> Histogram of seconds a picture."""
    total: Histogram = field(default_factory=lambda: _seconds())
    """Seconds a picture, all stages."""
    devices: Counter = field(default_factory=Counter)
    """What rendered -> pictures."""
    slowest: list = field(default_factory=list)
    """Heap of (seconds, -index)."""
    scene: int = -1
    """The last one counted."""
    posed: set = field(default_factory=set)
    """Bytes of the poses in it."""

    def add(self, index: int, record: dict) -> None:
        """Count one picture.

        Raises:
            KeyError, TypeError, ValueError: the record is not of our form; nothing of it is counted.
        """
        truth, spec, made = record["truth"], record["spec"], record["made"]
        width, height = (_side(truth[side]) for side in ("width", "height"))
        pairs = list(zip(people_of(spec), truth["persons"], strict=True))
        tiny = [person["area"] > 0 and is_tiny(person, self.crowd_below) for _, person in pairs]
        people = [measure_person(*pair, width, height) for pair, small in zip(pairs, tiny, strict=True) if not small]
        stages = _stages(made.get("seconds"))
        device = f"{made['device']}, Blender {made['blender']}"[:100]
        shown = [person for person in people if person]
        self.pictures += 1
        tally(self.sizes, (width, height))
        self.people.add(len(shown))
        self.unseen += len(people) - len(shown)
        self.crowded += sum(tiny)
        if index // self.views != self.scene:
            self.scene, self.posed = index // self.views, set()
        for person in shown:
            self._add_person(person)
        self._add_times(index, stages, device)

    def _add_person(self, person: Measured) -> None:
        for keypoint, (flag, cause) in enumerate(zip(person.flags, person.causes, strict=True)):
            self.fates[keypoint, FATES.index(("outside", cause, "visible")[flag])] += 1
        self.labelled.add(COCO - person.outside)
        self.fractions.add(*person.fractions)
        self.heights.add(person.height)
        self.areas.add(person.area)
        self.cut.update(person.cut)
        self.uncut += not person.outside
        tally(self.sources, person.source)
        if person.view:
            azimuth, elevation = person.view
            self.sectors[round(azimuth / (360 / SECTORS)) % SECTORS] += 1
            self.elevations.add(elevation)
        if person.pose is not None and person.pose.tobytes() not in self.posed:
            self.poses.add(person.pose)
            if self.views > 1:
                self.posed.add(person.pose.tobytes())

    def _add_times(self, index: int, stages: dict, device: str) -> None:
        tally(self.devices, device)
        if not stages:
            return
        for stage, seconds in stages.items():
            self.seconds.setdefault(stage, _seconds()).add(seconds)
        self.total.add(sum(stages.values()))
        heapq.heappush(self.slowest, (sum(stages.values()), -index))
        if len(self.slowest) > SLOWEST:
            heapq.heappop(self.slowest)

    @property
    def persons(self) -> int:
        """People of whom something shows."""
        return self.labelled.number

    @property
    def flags(self) -> tuple[int, int, int]:
        """How many of COCO's keypoints are 0 outside, 1 hidden, 2 visible."""
        total = self.fates[:COCO].sum(0)
        return int(total[-1]), int(total[1:-1].sum()), int(total[0])

    @property
    def hidden_share(self) -> float | None:
        """Of COCO's keypoints in the picture; what --occlusion asks for."""
        _, hidden, visible = self.flags
        return hidden / (hidden + visible) if hidden + visible else None

    @property
    def causes(self) -> dict[str, int]:
        """What hides the hidden ones of COCO's keypoints."""
        return dict(zip(FATES[1:-1], self.fates[:COCO, 1:-1].sum(0).tolist(), strict=True))

    @property
    def cuts(self) -> dict[str, int]:
        return {side: self.cut[side] for side in SIDES}


STAGES = ("build", "render", "measure")


def _seconds() -> Histogram:
    return Histogram(np.concatenate([[0], np.geomspace(0.01, 36_000, 400)]))


def _stages(seconds) -> dict[str, float]:
    """Of the stages that we know, those that a record gives; none when it has no times."""
    if not isinstance(seconds, dict):
        return {}
    stages = {stage: float(seconds[stage]) for stage in STAGES if stage in seconds}
    if any(not 0 <= value < math.inf for value in stages.values()):
        raise ValueError(f"seconds are {stages}")
    return stages


def _side(value) -> int:
    if not isinstance(value, int) or not 1 <= value <= LARGEST_SIDE:
        raise ValueError(f"a picture's side is {value!r}")
    return value

"""Distributions that are counted as they stream by: a data set of any size takes the same few numbers."""

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

MOST_NAMES = 2000
"""Different names that a tally keeps apart; the files decide how many there are, and memory is ours."""
OTHERS = "others"


@dataclass
class Histogram:
    """Counts between fixed edges. What lies beyond the outer ones counts with the outer bins."""

    edges: np.ndarray
    """(B + 1,) rising."""
    counts: np.ndarray = field(init=False)
    """(B,)"""
    total: float = 0.0
    """Sum of the values."""
    least: float = math.inf
    most: float = -math.inf

    def __post_init__(self):
        self.edges = np.asarray(self.edges, float)
        self.counts = np.zeros(len(self.edges) - 1, np.int64)

    def add(self, *values: float) -> None:
        """Raises ValueError when one is not finite."""
        values = np.asarray(values, float)
        if not np.isfinite(values).all():
            raise ValueError(f"{values[~np.isfinite(values)][0]} is no measurement")
        if len(values):
            bins = np.searchsorted(self.edges, values, side="right") - 1
            np.add.at(self.counts, np.clip(bins, 0, len(self.counts) - 1), 1)
            self.total += float(values.sum())
            self.least, self.most = min(self.least, float(values.min())), max(self.most, float(values.max()))

    @property
    def number(self) -> int:
        return int(self.counts.sum())

    @property
    def shares(self) -> np.ndarray:
        """(B,) of all, 0 when there are none."""
        return self.counts / max(self.number, 1)

    @property
    def mean(self) -> float | None:
        return self.total / self.number if self.number else None

    def quantile(self, share: float) -> float | None:
        """The value that `share` of all lie below, taking them as spread evenly within their bin."""
        if not self.number:
            return None
        below = np.concatenate([[0], np.cumsum(self.counts)])
        wanted = share * self.number
        place = int(np.clip(np.searchsorted(below, wanted, side="right") - 1, 0, len(self.counts) - 1))
        within = (wanted - below[place]) / max(self.counts[place], 1)
        value = self.edges[place] + within * (self.edges[place + 1] - self.edges[place])
        return float(np.clip(value, self.least, self.most))


def tally(counter: Counter, name, number: int = 1) -> None:
    """Count a name that a file brought; when there are too many different ones, the rest go together."""
    counter[name if name in counter or len(counter) < MOST_NAMES else OTHERS] += number


@dataclass
class Sample:
    """So many of the things that stream by, each as likely as any other (reservoir sampling, Vitter's algorithm R)."""

    size: int
    rng: np.random.Generator
    seen: int = 0
    kept: list = field(default_factory=list)

    def add(self, thing) -> None:
        self.seen += 1
        if len(self.kept) < self.size:
            self.kept.append(thing)
        else:
            place = int(self.rng.integers(self.seen))
            if place < self.size:
                self.kept[place] = thing

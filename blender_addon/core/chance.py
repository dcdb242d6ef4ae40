"""Drawing one of several, without the arrays that numpy's `choice` makes of a handful of names."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np


def pick(rng: np.random.Generator, shares: Mapping):
    """A key, as likely as its share of the sum."""
    names = list(shares)
    bounds = list(accumulate(shares.values()))
    return names[bisect(bounds, rng.random() * bounds[-1], hi=len(names) - 1)]


def pick_row(rng: np.random.Generator, weights) -> int:
    """Index into (N,) weights, as likely as its share of the sum."""
    bounds = np.cumsum(weights)
    return int(np.searchsorted(bounds[:-1], rng.random() * bounds[-1], side="right"))


def one_of(rng: np.random.Generator, options: Sequence):
    """Any, all equally likely."""
    return options[int(rng.integers(len(options)))]


def either_side(rng: np.random.Generator) -> int:
    """1 or -1."""
    return 1 if rng.random() < 0.5 else -1

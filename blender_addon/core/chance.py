"""Drawing one of several, without the arrays that numpy's `choice` makes of a handful of names."""

import math
from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np

from .errors import SettingsError


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


def parse_shares(text: str, option: str, names: Sequence, example: str) -> dict:
    """'library:0.5,gmm:0.5' -> {'library': 0.5, 'gmm': 0.5}; shares sum to one, in the order of `names`.

    Args:
        option, example: for messages, as '--pose-mix' and '--pose-mix library:0.5,gmm:0.5'.
    Raises:
        SettingsError: an unknown or repeated name, or a weight that is none.
    """
    weights = {}
    for part in text.split(","):
        name, colon, number = (piece.strip() for piece in part.partition(":"))
        if name not in names:
            raise SettingsError(f"{option}: there is no {name!r}. Choose of {', '.join(names)}, as in {example}.")
        if name in weights:
            raise SettingsError(f"{option} names {name!r} twice. Give it one weight, as in {example}.")
        try:
            weight = float(number) if colon else 1.0
        except ValueError:
            weight = math.nan
        if not (math.isfinite(weight) and weight >= 0):
            raise SettingsError(f"{option}: {number!r} is no weight for {name!r}. Use 0 or more, as in {example}.")
        weights[name] = weight
    total = sum(weights.values())
    if not 0 < total < math.inf:
        raise SettingsError(f"{option} {text}: the weights sum to {total:g}. Give one over 0, as in {example}.")
    return {name: weights[name] / total for name in names if weights.get(name)}

"""A number that is drawn, as a knob says it in words: '2', 'uniform 1.5 5', 'normal 8 1'."""

import math
from dataclasses import dataclass

import numpy as np

from .errors import SettingsError

AS_THE_VIEW = "view"
"""What a knob says that leaves the choice to the named view."""


@dataclass(frozen=True)
class Spread:
    """Evenly between two numbers, or around a mean with a standard deviation."""

    kind: str
    """'uniform' or 'normal'."""
    first: float
    second: float

    def draw(self, rng: np.random.Generator) -> float:
        return float(getattr(rng, self.kind)(self.first, self.second))


def parse_spread(text: str, knob: str, least: float, most: float) -> Spread | None:
    """The words of a knob; None for 'view'.

    Args:
        least, most: what the numbers may be; of a normal one the mean, and its deviation may be no larger than both
            are apart.
    Raises:
        SettingsError: other words, or numbers that are out of range.
    """
    words = text.split()
    if words == [AS_THE_VIEW]:
        return None
    example = f"Use view, a number, 'uniform A B' or 'normal MEAN DEVIATION', within {least:g} to {most:g}."
    kind, numbers = ("uniform", words * 2) if len(words) == 1 else (words[0] if words else "", words[1:])
    try:
        first, second = map(float, numbers)
    except ValueError:
        first = second = math.nan
    whole = kind in ("uniform", "normal") and math.isfinite(first) and math.isfinite(second) and least <= first <= most
    if not whole or not (first <= second <= most if kind == "uniform" else 0 <= second <= most - least):
        raise SettingsError(f"{knob} {text!r} is nothing to draw from. {example}")
    return Spread(kind, first, second)

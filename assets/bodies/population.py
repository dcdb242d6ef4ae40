"""A population to learn shapes from: sex, age, build and ancestry as people have them, heights as they are measured."""

from dataclasses import dataclass

import numpy as np

from blender_addon.core.population import ADULT_HEIGHT, SHRINKING


@dataclass(frozen=True)
class Mix:
    """How a population is put together."""

    child_share: float
    child_years: tuple
    adult_years: tuple
    weight: tuple
    """MakeHuman's slider at 30, of men and women."""
    weight_spread: float


LEARNT = Mix(0.12, (4, 16), (16, 80), (0.46, 0.46), 0.17)
"""Whom the shape space is learnt from; another mix would give shape coefficients another meaning."""
DRAWN = Mix(0.30, (4, 18), (18, 80), (0.58, 0.82), 0.25)
"""Whom pictures show: as stout as people are, as far as the sliders go, and children enough to draw from."""
CHILD_YEARS = np.array([4, 6, 8, 10, 12, 14, 15, 18])
CHILD_HEIGHT = {  # medians of the WHO growth reference, metres
    "male": np.array([1.033, 1.160, 1.273, 1.378, 1.491, 1.632, 1.690, 1.76]),
    "female": np.array([1.027, 1.151, 1.266, 1.386, 1.512, 1.598, 1.617, 1.63]),
}
CHILD_SPREAD = 0.046  # standard deviation of a child's height as a share of it
# Years against MakeHuman's age slider, as calibrated by Anny (NAVER, arXiv:2511.03589).
YEARS, SLIDER = np.array([0, 1, 4, 11, 16, 18, 64, 110]), np.array([0, 0.05, 0.215, 0.415, 0.67, 0.77, 0.83, 1.0])


@dataclass(frozen=True)
class Population:
    """N people."""

    sliders: dict
    """MakeHuman's sliders by name, each (N,); 'height' waits for `with_heights`."""
    sex: np.ndarray
    """(N,) 0 male to 1 female."""
    age: np.ndarray
    """(N,) years."""
    wanted_height: np.ndarray
    """(N,) metres."""


def sample_population(rng: np.random.Generator, count: int, mix: Mix = LEARNT) -> Population:
    """Draw people; `height` sliders are left in the middle."""
    child = rng.random(count) < mix.child_share
    youngest, oldest = mix.adult_years
    years = youngest + (oldest - youngest) * rng.beta(1.1, 1.6, count)
    age = np.where(child, rng.uniform(*mix.child_years, count), years)
    female = rng.random(count) < 0.5
    sex = np.abs(female - np.minimum(np.abs(rng.normal(0, 0.06, count)), 0.4))
    old = np.clip((age - 30) / 50, 0, 1)
    ancestry = rng.dirichlet([0.5, 0.5, 0.5], count).T
    weight = np.where(sex < 0.5, *mix.weight)
    return Population(
        sliders={
            "gender": sex,
            "age": np.interp(age, YEARS, SLIDER),
            "muscle": slider(rng, np.where(child, 0.45, 0.56 - 0.2 * old), 0.15),
            "weight": slider(rng, np.where(child, 0.45, weight + 0.14 * old), mix.weight_spread),
            "height": np.full(count, 0.5),
            "proportions": slider(rng, np.full(count, 0.45), 0.18),
            "cupsize": slider(rng, np.full(count, 0.45), 0.18),
            "firmness": slider(rng, 0.6 - 0.25 * old, 0.13),
            "african": ancestry[0],
            "asian": ancestry[1],
            "caucasian": ancestry[2],
        },
        sex=sex,
        age=age,
        wanted_height=sample_heights(rng, sex, age),
    )


def slider(rng, mean, spread):
    """Normal draws kept inside the slider."""
    return np.clip(rng.normal(mean, spread), 0.02, 0.98)


def sample_heights(rng, sex, age):
    """(N,) metres, for sex (0 male to 1 female) and years."""
    z = np.clip(rng.normal(size=len(sex)), -2.5, 2.5)
    heights = {}
    for name, (mean, spread) in ADULT_HEIGHT.items():
        shrunk = mean - SHRINKING * np.clip(age - 45, 0, None)  # half a centimetre a decade
        child = np.interp(age, CHILD_YEARS, CHILD_HEIGHT[name]) * (1 + CHILD_SPREAD * z)
        heights[name] = np.where(age < 18, child, shrunk + spread * z)
    return np.where(sex < 0.5, heights["male"], heights["female"])


def with_heights(people: Population, measure) -> Population:
    """Set the height slider so that each mesh is as tall as wanted; MakeHuman's height is nearly linear in it.

    Args:
        measure: sliders -> (N,) metres.
    """
    short = measure(people.sliders | {"height": np.full(len(people.sex), 0.25)})
    tall = measure(people.sliders | {"height": np.full(len(people.sex), 0.75)})
    height = np.clip(0.25 + 0.5 * (people.wanted_height - short) / (tall - short), 0.0, 1.0)
    return Population(people.sliders | {"height": height}, people.sex, people.age, people.wanted_height)

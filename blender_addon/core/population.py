"""Who is drawn: shape, sex, age and ancestry of one person. docs/bodies.md tells what the population is made of.

The open body brings a population of its own, whole people whose shape goes with sex, age and ancestry; a licensed body
has shape coefficients only, of adults, so those are drawn and then shifted to the height that people have.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .body import BodyModel
from .chance import one_of

ADULT_AGE = 18
"""Years; who is younger is a child and drawn only where children are asked for."""
OLDEST = 80
ADULT_HEIGHT = {"male": (1.76, 0.075), "female": (1.63, 0.070)}
"""Mean and standard deviation, metres, at 18 to 45 years."""
SHRINKING = 0.0006
"""Metres a year from 45 on."""
TALLEST = 2.5
"""Standard deviations of height; who would be beyond is drawn again."""
JITTER = 0.15
"""Standard deviation of what makes each person differ from the member of the population that it is drawn from."""
SHAPES, MOST, MOST_SHIFTED = 10, 2.0, 3.0
"""A licensed body: how many coefficients are drawn, how large one may be, and how large with the height put right.
Three standard deviations of several at once make the monsters that such data sets are known for."""

MOST_FREE = 3.0
"""How large a coefficient may be where no height is put right."""


@dataclass(frozen=True)
class PersonShape:
    """Whom to make."""

    betas: np.ndarray
    """(b,) shape coefficients."""
    sex: float
    """0 male to 1 female."""
    age: float
    """Years."""
    ancestry: np.ndarray
    """(3,) shares of African, Asian and Caucasian looks; they sum to one."""


def has_children(body: BodyModel) -> bool:
    """Whether a body knows how children are shaped; licensed ones do not."""
    return body.population_age is not None and bool((body.population_age < ADULT_AGE).any())


def sample_shape(rng: np.random.Generator, body: BodyModel, children: float = 0.0) -> PersonShape:
    """Draw one person.

    Args:
        children: chance that it is under ADULT_AGE; without effect on a body that has no children (`has_children`).
    """
    child = rng.random() < children
    if body.population_betas is None:
        return _sample_adult(rng, body)
    rows = np.flatnonzero((body.population_age < ADULT_AGE) == (child and has_children(body)))
    row = int(one_of(rng, rows))
    betas = body.population_betas[row].astype(float)
    ancestry = body.population_ancestry
    return PersonShape(
        betas=betas + _jitter(rng, body, len(betas)),
        sex=float(body.population_sex[row]),
        age=float(body.population_age[row]),
        ancestry=_sample_ancestry(rng) if ancestry is None else np.asarray(ancestry[row], float),
    )


def sample_free_shape(rng: np.random.Generator, body: BodyModel) -> PersonShape:
    """An adult of standard normal coefficients, as SURREAL and RePoGen draw them, but none beyond MOST_FREE.

    Sex, age and ancestry are those of the nearest member of the body's population, so that looks go with the build.
    """
    count = min(SHAPES, body.shapedirs.shape[-1])
    betas = truncated_normal(rng, count, MOST_FREE)
    if body.population_betas is None:
        sex = {"male": 0.0, "female": 1.0}.get(body.sex, float(rng.random() < 0.5))
        return PersonShape(betas, sex, ADULT_AGE + (OLDEST - ADULT_AGE) * rng.beta(1.1, 1.6), _sample_ancestry(rng))
    away = np.linalg.norm(body.population_betas[:, :count] - betas, axis=1)
    row = int(np.where(body.population_age < ADULT_AGE, np.inf, away).argmin())
    ancestry = body.population_ancestry
    return PersonShape(
        betas=betas,
        sex=float(body.population_sex[row]),
        age=float(body.population_age[row]),
        ancestry=_sample_ancestry(rng) if ancestry is None else np.asarray(ancestry[row], float),
    )


def height_distribution(sex: float, age: float) -> tuple:
    """Mean and standard deviation of an adult's height in metres."""
    mean, spread = ADULT_HEIGHT["female" if sex >= 0.5 else "male"]
    return mean - SHRINKING * max(age - 45, 0.0), spread


def _jitter(rng, body, count) -> np.ndarray:
    """(count,) small changes that leave the height as it is."""
    change = JITTER * truncated_normal(rng, count, 2.5)
    _, slope = _stature(body)
    slope = slope[:count]
    return change - slope * (slope @ change) / max(slope @ slope, 1e-12)


def _sample_adult(rng, body: BodyModel) -> PersonShape:
    """Somebody from a body without a population: coefficients near the mean, the height as measured on people."""
    sex = {"male": 0.0, "female": 1.0}.get(body.sex, float(rng.random() < 0.5))
    age = ADULT_AGE + (OLDEST - ADULT_AGE) * rng.beta(1.1, 1.6)
    ancestry = _sample_ancestry(rng)
    mean, spread = height_distribution(sex, age)
    wanted = mean + spread * truncated_normal(rng, 1, TALLEST)[0]
    count = min(SHAPES, body.shapedirs.shape[-1])
    for _ in range(40):
        betas = _with_height(body, truncated_normal(rng, count, MOST), wanted)
        if np.abs(betas).max() <= MOST_SHIFTED:
            break
    return PersonShape(np.clip(betas, -MOST_SHIFTED, MOST_SHIFTED), sex, age, ancestry)


def _with_height(body, betas, wanted) -> np.ndarray:
    """The nearest coefficients that make the body as tall as wanted, metres."""
    _, slope = _stature(body)
    slope = slope[: len(betas)]
    if slope @ slope < 1e-8:  # a body whose coefficients do not change its height
        return betas
    for _ in range(2):  # crown and sole can be other vertices once it is taller
        betas = betas + slope * (wanted - stature(body, betas)) / (slope @ slope)
    return betas


def stature(body: BodyModel, betas) -> float:
    """Height in the T-pose in metres, from sole to crown."""
    rows, _ = _stature(body)
    y = body.v_template[rows, 1] + body.shapedirs[rows, 1, : len(betas)] @ np.asarray(betas, float)
    return float(y.max() - y.min())


@lru_cache(maxsize=4)
def _stature(body: BodyModel) -> tuple:
    """Vertices of the skin near the crown and the soles, and (B,) metres of height that each coefficient adds."""
    y = body.v_template[: body.skin_vertices, 1]
    rows = np.flatnonzero((y > y.max() - 0.03) | (y < y.min() + 0.03))
    crown, sole = int(y.argmax()), int(y.argmin())
    return rows, (body.shapedirs[crown, 1] - body.shapedirs[sole, 1]).astype(float)


def truncated_normal(rng, count: int, most: float) -> np.ndarray:
    """(count,) normal draws, those beyond `most` standard deviations drawn again."""
    values = rng.normal(size=count)
    while (beyond := np.abs(values) > most).any():
        values[beyond] = rng.normal(size=int(beyond.sum()))
    return values


def _sample_ancestry(rng) -> np.ndarray:
    return rng.dirichlet([0.5, 0.5, 0.5])

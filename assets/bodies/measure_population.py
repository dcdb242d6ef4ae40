"""Compare the population's heights and build with published statistics.

python -m assets.bodies.measure_population [BODY]
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assets.bodies.measures import measure
from blender_addon.core.body import BodyModel, load_body
from blender_addon.core.catalog import OPEN_BODY, library_folder
from blender_addon.core.errors import AssetError
from blender_addon.core.population import ADULT_AGE, has_children, sample_shape, stature

PEOPLE, CHILDREN, SEED = 3000, 3000, 1
# Metres. Means of the United States' adults, NHANES 2015-2018 (Fryar et al., Vital and Health Statistics 3(46), 2021),
# 20 years and older; spreads of 6,068 soldiers, ANSUR II (Gordon et al., 2014), who are a little more alike.
ADULTS = {"male": (1.753, 0.069), "female": (1.613, 0.064)}
MEAN_TOLERANCE, SPREAD_TOLERANCE = 0.02, 0.012
# Years -> metres: medians of the WHO growth reference (WHO 2006 at 5, WHO 2007 from then on), whose standard
# deviations are 4 to 5 per cent of the median at all these ages.
CHILD_MEDIAN = {
    "male": {5: 1.100, 7: 1.217, 9: 1.326, 11: 1.431, 13: 1.560, 15: 1.690, 17: 1.752},
    "female": {5: 1.094, 7: 1.208, 9: 1.325, 11: 1.450, 13: 1.564, 15: 1.617, 17: 1.629},
}
CHILD_TOLERANCE, CHILD_SPREAD = 0.025, (0.025, 0.06)
"""Shares of the median: how far off the mean may be, and between what the standard deviation."""
BODY_MASS = {"male": 24.2, "female": 24.4}
"""Mean index of the world's adults in 2014 (NCD-RisC, Lancet 2016), kilograms a square metre."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    who: str
    count: int
    mean: float
    published_mean: float
    spread: float
    published_spread: float

    def __str__(self):
        return (
            f"{self.who:22s} {self.count:5d}  {self.mean * 100:6.1f} {self.published_mean * 100:6.1f} "
            f"{(self.mean - self.published_mean) * 100:+5.1f}   {self.spread * 100:5.1f} "
            f"{self.published_spread * 100:5.1f} {(self.spread - self.published_spread) * 100:+5.1f}"
        )


def measure_adults(body: BodyModel, count: int = PEOPLE) -> list:
    """[Row] of men and women as `sample_shape` draws them."""
    rng = np.random.default_rng(SEED)
    people = [sample_shape(rng, body) for _ in range(count)]
    rows = []
    for name, (mean, spread) in ADULTS.items():
        heights = [stature(body, p.betas) for p in people if (p.sex >= 0.5) == (name == "female") and p.age >= 20]
        if heights:
            rows.append(Row(f"{name}, 20 and older", len(heights), np.mean(heights), mean, np.std(heights), spread))
    return rows


def measure_children(body: BodyModel, count: int = CHILDREN) -> list:
    """[Row] of boys and girls in bands of two years; everybody's height is first moved to the band's middle."""
    rng = np.random.default_rng(SEED)
    people = [sample_shape(rng, body, children=1.0) for _ in range(count)]
    rows = []
    for name, medians in CHILD_MEDIAN.items():
        ages, heights = np.array(list(medians)), np.array(list(medians.values()))
        of_sex = [p for p in people if (p.sex >= 0.5) == (name == "female")]
        for age, median in medians.items():
            band = [p for p in of_sex if abs(p.age - age) <= 1 and ages[0] <= p.age < ADULT_AGE]
            if len({round(p.age, 3) for p in band}) > 2:
                found = [stature(body, p.betas) * median / np.interp(p.age, ages, heights) for p in band]
                rows.append(
                    Row(f"{name}, {age} years", len(found), np.mean(found), median, np.std(found), 0.045 * median)
                )
    return rows


def measure_build(body: BodyModel, count: int = 300) -> dict:
    """name -> (mean, standard deviation) of adults' kilograms a square metre, from the volume of the skin."""
    rng = np.random.default_rng(SEED)
    people = [sample_shape(rng, body) for _ in range(count)]
    found = {}
    for name in BODY_MASS:
        index = [measure(body, p.betas)["mass index"] for p in people if (p.sex >= 0.5) == (name == "female")]
        if index:
            found[name] = float(np.mean(index)), float(np.std(index))
    return found


def main(arguments=None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = library_folder() / "bodies" / f"{OPEN_BODY}.npz"
    parser.add_argument("body", type=Path, nargs="?", default=default)
    options = parser.parse_args(arguments)
    try:
        body = load_body(options.body)
    except AssetError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("height, cm               people    mean  publ.  diff      sd publ.  diff")
    for row in [*measure_adults(body), *(measure_children(body) if has_children(body) else [])]:
        print(row)
    print("\nkilograms a square metre, adults: mean, sd; mean of the world's adults")
    for name, (mean, spread) in measure_build(body).items():
        print(f"{name:22s} {mean:6.1f} {spread:5.1f} {BODY_MASS[name]:7.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

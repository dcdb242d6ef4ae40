"""Clothes cover what they should, and the measure of it notices when they do not."""

import numpy as np
import pytest

from blender_addon.core.ranges import Ranges
from blender_addon.core.wardrobe.cutting import closed, point_normals
from tests.poke_through import KINDS, measure_person, random_person, view_rng

VIEWS, SIZE = 2, 240


def shares_of(person, index):
    return measure_person(person, view_rng(5, index), VIEWS, SIZE)[0]


@pytest.fixture(scope="module")
def people(cast):
    return [random_person(5, index, Ranges(), cast) for index in range(6)]


def test_hardly_anything_shows_through_clothes(people):
    shares = [sum(shares_of(person, index).values()) for index, person in enumerate(people)]
    assert np.mean(shares) < 0.005, shares
    assert max(shares) < 0.03, shares


def test_cloth_that_sinks_into_the_body_is_noticed(people):
    """Sunk 4 cm, trousers and tops show skin, the layer below or a hole nearly everywhere."""
    person = next(person for person in people if {"top", "bottom"} <= {s.name for s in person.surfaces})
    before = sum(shares_of(person, 0).values())
    posed = {}
    for surface in person.surfaces:
        if surface.name in ("top", "bottom"):
            posed[surface.name] = surface.posed
            surface.posed = surface.posed - 0.04 * point_normals(surface.posed, closed(surface.faces))
    shares = shares_of(person, 0)
    for surface in person.surfaces:
        surface.posed = posed.get(surface.name, surface.posed)
    assert set(shares) == set(KINDS)
    assert sum(shares.values()) > before + 0.05, shares

"""Clothes cover what they should, and the measure of it notices when they do not."""

import numpy as np
import pytest

from blender_addon.core.ranges import Ranges
from blender_addon.core.surface import Surface
from blender_addon.core.wardrobe.cutting import closed, point_normals
from blender_addon.core.wardrobe.garment import Garment
from tests.poke_through import KINDS, cover, measure_person, random_person, sunk_under, view_rng

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


def tube(rings):
    """Points and outward quads of rings (along x, radius), 32 points each."""
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    points = [np.stack([np.full(32, x), r * np.cos(turn), r * np.sin(turn)], 1) for x, r in rings]
    number = np.arange(32 * len(rings)).reshape(len(rings), 32)
    beside = np.roll(number, -1, 1)
    faces = np.stack([number[:-1], beside[:-1], beside[1:], number[1:]], -1).reshape(-1, 4)
    return np.concatenate(points), faces


def sleeve(rings):
    points, faces = tube(rings)
    uv, weights = np.zeros((*faces.shape, 2)), np.ones((len(points), 1))
    return Garment("top", points, weights, faces, uv, posed=points, outside=(len(points), len(faces)))


ARM = tube([(x, 0.04) for x in np.arange(0, 0.6, 0.01)])


def test_a_hand_beyond_a_lined_cuff_is_not_covered():
    out, back = np.arange(0, 0.401, 0.01), np.arange(0.40, 0.20, -0.01)
    lined = sleeve([*((x, 0.048) for x in out), *((x, 0.045) for x in back)])
    points, faces = ARM
    covered = cover(points, lined, points, point_normals(points, faces))[0]
    assert covered[(points[:, 0] > 0.05) & (points[:, 0] < 0.35)].all()
    assert not covered[points[:, 0] > 0.405].any()


def test_skin_that_cloth_has_sunk_under_is_told_from_a_gap():
    points, faces = ARM
    skin = Surface("skin", points, np.ones((len(points), 1)), faces, np.zeros((*faces.shape, 2)), posed=points)
    sunk = sunk_under(skin, [sleeve([(x, 0.03) for x in np.arange(0, 0.401, 0.01)])])
    assert sunk[(points[:, 0] > 0.05) & (points[:, 0] < 0.35)].all()
    assert not sunk[points[:, 0] > 0.41].any()  # beyond the sleeve a hole would show
    assert not sunk_under(skin, [sleeve([(x, 0.05) for x in np.arange(0, 0.401, 0.01)])]).any()

"""One person drawn again: nothing else changes, and the same count gives the same person."""

from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.boxes import body_gap, box_of
from blender_addon.core.crowd import capsule_gap
from blender_addon.core.errors import SettingsError
from blender_addon.core.ranges import Ranges
from blender_addon.core.reroll import LOOKS, PLACE, POSE, WHATS, draw_again, figure_of
from blender_addon.core.sample import sample_scene

RANGES = Ranges(persons=(2, 2), occluders=(1, 2), pose_mix="families")


@pytest.fixture(scope="module", params=range(3))
def spec(request, catalog, cast):
    return sample_scene(11, request.param, catalog, RANGES, cast)


@pytest.mark.parametrize("what", WHATS)
def test_the_same_count_gives_the_same_person(spec, cast, what):
    try:
        first = draw_again(spec, 1, what, 1, RANGES, cast)
    except SettingsError as error:
        pytest.skip(f"this scene is full: {error}")
    assert first == draw_again(spec, 1, what, 1, RANGES, cast)
    assert first.persons[1] != spec.persons[1]
    assert first.persons[0] == spec.persons[0]
    assert replace(first, persons=spec.persons, occluders=spec.occluders) == spec


def test_another_pose_stands_where_the_old_one_stood(spec, cast):
    again = draw_again(spec, 0, POSE, 2, RANGES, cast)
    old, new = (figure_of(scene.persons[0], cast) for scene in (spec, again))
    np.testing.assert_allclose(new.place, old.place, atol=0.15)  # turned about it, arms reach elsewhere
    assert again.persons[0].garments == spec.persons[0].garments
    assert new.points[:, 2].min() > -0.06  # bare feet and hems are soft


def test_other_looks_keep_the_soles_on_the_ground(spec, cast):
    again = draw_again(spec, 0, LOOKS, 1, RANGES, cast)
    old, new = (figure_of(scene.persons[0], cast) for scene in (spec, again))
    assert new.spec.pose == old.spec.pose
    assert abs(new.spec.position[2] - old.spec.position[2]) < 0.12
    assert again.occluders == spec.occluders


def test_another_place_is_nobody_elses(spec, cast):
    try:
        again = draw_again(spec, 0, PLACE, 1, RANGES, cast)
    except SettingsError as error:
        pytest.skip(f"this scene is full: {error}")
    mover, other = (figure_of(person, cast) for person in again.persons)
    assert capsule_gap(mover.capsules, other.capsules) > 0
    assert again.persons[0].pose[1:] == spec.persons[0].pose[1:]
    stayed = [thing for thing in again.occluders if thing in spec.occluders]
    assert all(body_gap(box_of(thing), mover) > 0 for thing in stayed)

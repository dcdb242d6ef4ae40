"""People together: apart from one another, in company, and in front of one another when that is asked for."""

import itertools

import numpy as np
import pytest

from blender_addon.core.camera import project
from blender_addon.core.crowd import capsule_gap
from blender_addon.core.errors import SettingsError
from blender_addon.core.figure import sample_figure
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from tests.crowd_oracle import deepest_inside, posed_body

SCENES = 6


@pytest.fixture(scope="module")
def body(cast):
    return cast.bodies["open_body"]


@pytest.fixture(scope="module")
def crowds(body, catalog, cast):
    scenes = [sample_scene(21, index, catalog, Ranges(persons=(8, 8)), cast) for index in range(SCENES)]
    return [(scene, [posed_body(body, spec) for spec in scene.persons]) for scene in scenes]


def test_eight_people_never_pass_through_each_other(crowds, body):
    count = body.skin_vertices
    for _, posed in crowds:
        assert len(posed) == 8
        for one, other in itertools.permutations(posed, 2):
            assert deepest_inside(one.vertices[:count], other.vertices[:count], body.faces) < 0.005


def test_the_check_finds_people_who_do(crowds, body):
    count, posed = body.skin_vertices, crowds[0][1][0]
    moved = posed.vertices[:count] + [0.1, 0, 0]
    assert deepest_inside(moved, posed.vertices[:count], body.faces) > 0.02


def test_many_keep_company_at_natural_distances(crowds):
    nearest = []
    for _, posed in crowds:
        hips = np.array([person.joints[0, :2] for person in posed])
        gaps = np.linalg.norm(hips[:, None] - hips[None], axis=2) + np.eye(len(hips)) * 99
        nearest += list(gaps.min(1))
    assert min(nearest) > 0.2
    assert 0.4 < np.mean(np.array(nearest) < 1.4) < 0.98


def test_everybody_is_in_view(crowds):
    for scene, posed in crowds:
        for person in posed:
            pixels, depth = project(person.joints[:1], scene.camera)
            assert depth[0] > 0.5 and -0.1 < pixels[0, 0] / scene.camera.width < 1.1


def test_a_turned_figure_is_the_same_person_facing_elsewhere(body, catalog, cast):
    figure = sample_figure(np.random.default_rng(3), Ranges(), cast)
    moved = figure.standing(1.5, 4.0, figure.heading + 2.0)
    before, after = posed_body(body, figure.spec), posed_body(body, moved.spec)
    np.testing.assert_allclose(moved.place, [1.5, 4.0], atol=2e-5)
    np.testing.assert_allclose(after.joints[0, :2], moved.hips, atol=2e-5)
    np.testing.assert_allclose(after.vertices[:, 2], before.vertices[:, 2], atol=2e-5)
    extent = after.vertices[: body.skin_vertices, :2]
    assert (extent.min(0) > moved.points[:, :2].min(0) - 0.03).all()
    assert (extent.max(0) < moved.points[:, :2].max(0) + 0.03).all()
    forward = np.cross(after.joints[1] - after.joints[2], [0, 0, 1.0])[:2]
    earlier = np.cross(before.joints[1] - before.joints[2], [0, 0, 1.0])[:2]
    angle = np.arctan2(np.linalg.det([earlier, forward]), earlier @ forward)
    np.testing.assert_allclose(angle, 2.0, atol=1e-3)


def test_limbs_as_capsules_are_apart_by_what_is_between_them():
    one = np.array([[0, 0, 0, 0, 0, 1, 0.1]])
    other = np.array([[0.5, 0, 0, 0.5, 0, 2, 0.15], [0, 3, 0, 1, 3, 0, 0.1]])
    assert capsule_gap(one, other) == pytest.approx(0.25)


def test_human_occluders_stand_in_front_of_the_main_person(body, catalog, cast):
    """In the picture the two overlap, but the one behind is not lost."""
    found = 0
    for index in range(8):
        plain = sample_scene(5, index, catalog, Ranges(persons=(1, 1), occluders=(0, 0)), cast)
        scene = sample_scene(5, index, catalog, Ranges(persons=(1, 1), occluders=(0, 0), human_occluders=1.0), cast)
        assert scene.persons[0] == plain.persons[0]
        if len(scene.persons) == 1:
            continue  # no room, as when the camera is at arm's length
        spans = []
        for spec in scene.persons:
            pixels, _ = project(posed_body(body, spec).vertices[: body.skin_vertices], scene.camera)
            spans.append((np.nanquantile(pixels[:, 0], 0.02), np.nanquantile(pixels[:, 0], 0.98)))
        (left, right), (near_left, near_right) = spans
        shared = min(right, near_right) - max(left, near_left)
        assert scene.persons[1].position[1] < scene.persons[0].position[1]
        found += 0.05 * (right - left) < shared < 0.95 * (right - left)
    assert found >= 4


def test_a_chance_outside_0_to_1_is_refused():
    with pytest.raises(SettingsError, match="--human-occluders"):
        Ranges(human_occluders=1.5).check()

"""Hand edits as specs: the body that the new spec poses is the old one carried along."""

from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.camera import project
from blender_addon.core.errors import SettingsError
from blender_addon.core.moved import moved_camera, moved_person, moved_thing
from blender_addon.core.posing import pose_body
from blender_addon.core.ranges import Ranges
from blender_addon.core.rotations import axis_angle_to_matrix
from blender_addon.core.sample import sample_scene
from blender_addon.core.spec import OccluderSpec


@pytest.fixture(scope="module")
def spec(catalog, cast):
    return sample_scene(3, 0, catalog, Ranges(persons=(1, 1), occluders=(1, 1)), cast)


def motion(rotation=(0, 0, 0), shift=(0, 0, 0), scale=1.0) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = scale * axis_angle_to_matrix(rotation)
    matrix[:3, 3] = shift
    return matrix


@pytest.mark.parametrize(
    "matrix",
    [
        pytest.param(motion(shift=(0.7, -0.4, 0.1)), id="carried"),
        pytest.param(motion((0, 0, 2.5)), id="turned"),
        pytest.param(motion((0.3, -0.2, 1.0), (1, 2, 0)), id="leaning"),
    ],
)
def test_a_moved_body_is_where_it_was_moved_to(spec, body, matrix):
    person = spec.persons[0]

    def posed(of):
        return pose_body(body, np.array(of.betas), np.array(of.pose), np.array(of.position))

    before = posed(person)
    after = posed(moved_person(person, before.joints[0], matrix, "Ann"))
    carried = before.vertices @ matrix[:3, :3].T + matrix[:3, 3]
    np.testing.assert_allclose(after.vertices, carried, atol=2e-5)


def test_who_was_not_moved_keeps_the_spec(spec):
    jitter = motion(shift=(3e-7, 0, 0))
    assert moved_person(spec.persons[0], np.zeros(3), jitter, "Ann") is spec.persons[0]


@pytest.mark.parametrize("matrix", [motion(scale=1.1), np.diag([-1.0, 1, 1, 1])])
def test_a_scaled_or_mirrored_body_is_refused(spec, matrix):
    with pytest.raises(SettingsError, match="Ann is scaled or mirrored"):
        moved_person(spec.persons[0], np.zeros(3), matrix, "Ann")


CHAIR = OccluderSpec("chair", {"kind": "chair", "size": [0.5, 0.5, 0.9]}, (1.0, 2.0, 0.0), 0.5)


def test_a_moved_thing_has_its_new_place_and_turn():
    moved = moved_thing(CHAIR, motion((0, 0, -1.2), (0.5, 3.0, 0.0)), "Chair")
    assert moved == replace(CHAIR, position=(0.5, 3.0, 0.0), yaw=-1.2)
    assert moved_thing(CHAIR, motion((0, 0, 0.5 + 2 * np.pi), (1, 2, 0)), "Chair") == CHAIR


@pytest.mark.parametrize(
    "matrix, words",
    [
        pytest.param(motion((0.2, 0, 0), (1, 2, 0)), "tilted", id="tilted"),
        pytest.param(np.diag([1.0, 1, 2, 1]), "stretched", id="stretched"),
        pytest.param(motion(scale=1.5), "furniture is made to measure", id="scaled"),
    ],
)
def test_what_no_spec_can_tell_of_a_thing_is_refused(matrix, words):
    with pytest.raises(SettingsError, match=words):
        moved_thing(CHAIR, matrix, "Chair")


def test_a_camera_sees_what_it_is_turned_to(spec):
    """Blender's camera at a place and turn of its own, and a point straight before it."""
    matrix = motion((1.2, 0.1, 0.4), (0.3, -0.2, 1.7))
    camera = moved_camera(spec.camera, matrix)
    pixel, depth = project(matrix[:3, 3] - 4 * matrix[:3, 2], camera)
    np.testing.assert_allclose(pixel, [camera.width / 2, camera.height / 2], atol=1e-3)
    assert depth == pytest.approx(4, abs=1e-5)
    above, _ = project(matrix[:3, 3] - 4 * matrix[:3, 2] + 0.1 * matrix[:3, 1], camera)
    assert above[1] < pixel[1] and above[0] == pytest.approx(pixel[0], abs=1e-3)

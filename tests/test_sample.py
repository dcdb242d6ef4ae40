"""Scenes as they are drawn, without Blender."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.camera import project
from blender_addon.core.figure import sample_figure
from blender_addon.core.furniture.kinds import seat_surface
from blender_addon.core.keypoints import KEYPOINT_NAMES
from blender_addon.core.person import make_person
from blender_addon.core.poses.library import make_library
from blender_addon.core.posing import pose_body
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from blender_addon.core.spec import SceneSpec, from_dict, to_dict

COUNT = 8
AIRBORNE = ("families:jump", "families:run")


@pytest.fixture(scope="module")
def body(cast):
    return cast.bodies["open_body"]


@pytest.fixture(scope="module")
def scenes(catalog, cast):
    return [sample_scene(7, index, catalog, Ranges(), cast) for index in range(COUNT)]


def test_the_same_seed_and_index_give_the_same_scene_in_any_order(scenes, body, catalog, cast):
    for index in (5, 0):
        assert sample_scene(7, index, catalog, Ranges(), cast) == scenes[index]
    assert sample_scene(8, 0, catalog, Ranges(), cast) != scenes[0]


def test_scenes_survive_json(scenes):
    for scene in scenes:
        assert from_dict(SceneSpec, json.loads(json.dumps(to_dict(scene), allow_nan=False))) == scene


def test_everyone_wears_something_and_stands_on_the_ground(scenes, body):
    for scene in scenes[:4]:
        for spec in scene.persons:
            kinds = {garment.kind for garment in spec.garments}
            assert "shoes" in kinds and (kinds & {"dress"} or {"top", "bottom"} <= kinds or {"top", "skirt"} <= kinds)
            person = make_person(body, spec)
            outside = [surface.posed for surface in person.surfaces if surface.name == "shoes"]
            lowest = min(points[:, 2].min() for points in (*outside, person.posed.vertices[: body.skin_vertices]))
            grounded = spec.pose_source.startswith("families:") and spec.pose_source not in AIRBORNE
            assert -0.005 < lowest < (0.007 if grounded else 0.7)


def test_the_number_of_people_is_what_was_asked_for(body, catalog, cast):
    for index in range(2):
        assert len(sample_scene(0, index, catalog, Ranges(persons=(4, 4)), cast).persons) == 4


def test_people_are_in_view_and_not_in_one_another(scenes, body):
    seen = 0
    for scene in scenes:
        hips = [posed_body(body, spec).joints[0] for spec in scene.persons]
        for first, second in itertools.combinations(hips, 2):
            assert np.linalg.norm(first[:2] - second[:2]) > 0.3
        pixels, depth = project(np.array(hips), scene.camera)
        seen += int(((depth > 0) & (pixels[:, 0] > -40) & (pixels[:, 0] < scene.camera.width + 40)).sum())
    assert seen >= 0.9 * sum(len(scene.persons) for scene in scenes)


def posed_body(body, spec):
    return pose_body(body, np.array(spec.betas), np.array(spec.pose), np.array(spec.position))


def test_those_who_sit_have_a_seat_under_them(body, catalog, cast):
    found = 0
    for index in range(60):
        scene = sample_scene(3, index, catalog, Ranges(persons=(1, 1), occluders=(0, 0)), cast)
        if scene.persons[0].pose_source == "families:sit":
            found += 1
            (seat,) = scene.occluders
            hips = posed_body(body, scene.persons[0]).joints[0]
            assert np.linalg.norm(np.array(seat.position[:2]) - hips[:2]) < 0.6
            assert 0 < hips[2] - seat_surface(seat.params)[0] < 0.25
    assert found >= 2


def test_left_is_the_persons_own_left(scenes, body):
    """Facing the camera, one's left is on the picture's right; from behind it is on its left."""
    names = list(KEYPOINT_NAMES)
    sides = {+1: 0, -1: 0}
    for scene in scenes:
        for spec in scene.persons:
            posed = posed_body(body, spec)
            points = body.keypoint_regressor @ posed.vertices
            forward = np.cross(points[names.index("left_hip")] - points[names.index("right_hip")], [0, 0, 1.0])
            view = points[names.index("left_hip")] - np.array(scene.camera.position)
            facing = -np.dot(forward[:2], view[:2])
            toes = points[names.index("left_big_toe")] - points[names.index("left_heel")]
            if spec.pose_source in ("families:stand", "families:walk"):
                assert np.dot(forward[:2], toes[:2]) > 0
            pixels, depth = project(points, scene.camera)
            across = pixels[names.index("left_hip"), 0] - pixels[names.index("right_hip"), 0]
            if abs(facing) > 0.3 * np.linalg.norm(forward[:2]) * np.linalg.norm(view[:2]) and depth.min() > 0:
                assert np.sign(across) == np.sign(facing)
                sides[int(np.sign(facing))] += 1
    assert min(sides.values()) >= 2  # both were really met


@pytest.mark.parametrize("heading, elevation", [pytest.param(0.9, 0.0, id="level"), pytest.param(-2.0, 0.5, id="high")])
def test_like_photo_shows_a_fitted_pose_as_its_photo_did(catalog, cast, heading, elevation):
    pose = np.zeros((1, 55, 3))
    pose[0, 0] = [np.pi / 2, 0, 0]
    pose[0, [16, 17], 2] = [-1.2, 1.2]  # arms down
    photos = make_library("photos", pose, [0], [False], [0], [7], ["a.jpg"], "CC0", "test", [heading], [elevation])
    fitted = replace(cast, mix={"library": 1.0}, poses=replace(cast.poses, libraries=(photos,)))
    for index in range(4):
        scene = sample_scene(2, index, catalog, Ranges(persons=(2, 2), like_photo=True), fitted)
        for number, spec in enumerate(scene.persons):
            assert spec.pose_source == "library:a.jpg@7"
            joints = posed_body(cast.bodies["open_body"], spec).joints
            ray = joints[0] - np.array(scene.camera.position)
            across = joints[1] - joints[2]  # from the right hip to the left
            forward = np.arctan2(across[0], -across[1]) - np.pi / 2  # heading, 0 facing -Y
            seen = forward + np.arctan2(ray[0], ray[1])
            off = (seen - heading + np.pi) % (2 * np.pi) - np.pi
            mirrored = (seen + heading + np.pi) % (2 * np.pi) - np.pi  # half of them are
            assert min(abs(off), abs(mirrored)) < 0.02
            if number == 0:
                above = np.arctan2(scene.camera.position[2] - 0.9, np.hypot(ray[0], ray[1]))
                assert abs(above - elevation) < 0.12


def test_hair_that_hangs_is_tied_over_a_hood(cast):
    hooded = 0
    for seed in range(120):
        spec = sample_figure(np.random.default_rng(seed), Ranges(), cast).spec
        collars = [look.params.get("collar") for look in spec.garments if look.kind == "top"]
        if any(collar and collar["kind"] == "hood" for collar in collars):
            hooded += 1
            assert spec.hair.params["tail"] < 0.1 and (spec.hair.params["tail"] or spec.hair.params["sides"] < 0.25)
    assert hooded > 2

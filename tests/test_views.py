"""Named views show people from where their names say, and several views show one scene."""

from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.camera import project
from blender_addon.core.errors import SettingsError
from blender_addon.core.posing import pose_body
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from blender_addon.core.views import VIEWS, parse_views

COUNT = 5
HEADINGS = {"front": (0, 40), "back": (140, 180), "side": (50, 130), "selfie": (0, 45)}
"""Degrees between where the person faces and the camera, least and most."""
ELEVATIONS = {"top": (40, 90), "bottom": (-90, 0), "surveillance": (10, 50), "eye-level": (-12, 16), "sports": (-8, 25)}
"""Degrees over the main person's hips that the camera is at, seen from there."""


def pelvis_and_facing(cast, spec):
    body = cast.bodies[spec.body]
    joints = pose_body(body, np.array(spec.betas), np.array(spec.pose), np.array(spec.position)).joints
    across = joints[1] - joints[2]  # from the right hip to the left
    return joints[0], np.array([across[1], -across[0]])  # forwards, on the ground


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_view_shows_the_main_person_from_where_it_says(name, catalog, cast):
    ranges = Ranges(view=name, persons=(1, 2), pose_mix="families:1").check()
    upright = 0
    for index in range(COUNT):
        scene = sample_scene(4, index, catalog, ranges, cast)
        assert scene == sample_scene(4, index, catalog, ranges, cast)
        pelvis, facing = pelvis_and_facing(cast, scene.persons[0])
        lens = np.array(scene.camera.position) - pelvis
        elevation = np.degrees(np.arctan2(lens[2], np.hypot(*lens[:2])))
        if name in ELEVATIONS:
            low, high = ELEVATIONS[name]
            assert low <= elevation <= high
        if name in HEADINGS and np.linalg.norm(facing) > 0.1 and abs(elevation) < 45:
            turn = np.degrees(np.arccos(facing @ lens[:2] / np.linalg.norm(facing) / np.linalg.norm(lens[:2])))
            low, high = HEADINGS[name]
            upright += low <= turn <= high
        pixels, depth = project(pelvis, scene.camera)
        assert depth > 0.2 and -0.1 < pixels[0] / scene.camera.width < 1.1
        assert (scene.camera.position[2] < 0) == (scene.world.ground_radius == 0)
    assert name not in HEADINGS or upright >= COUNT - 1  # a pose may twist the hips


def test_views_from_above_and_below_are_all_met(catalog, cast):
    """The sphere is even: as many from its upper as from its lower half, and some steep ones."""
    ranges = Ranges(view="sphere", persons=(1, 1), occluders=(0, 0), pose_mix="families:1").check()
    looks = [sample_scene(0, index, catalog, ranges, cast).camera.rotation[2][2] for index in range(24)]
    assert sum(look < -0.6 for look in looks) >= 3 and sum(look > 0.3 for look in looks) >= 3


def test_several_views_show_one_scene(catalog, cast):
    ranges = Ranges(views=3, persons=(2, 3), pose_mix="families:1").check()
    for scene_number in (0, 1):
        first, *others = (sample_scene(5, 3 * scene_number + turn, catalog, ranges, cast) for turn in range(3))
        for other in others:
            own = {"index": first.index, "camera": first.camera, "world": first.world, "development": first.development}
            assert replace(other, **own) == first
            assert np.linalg.norm(np.subtract(other.camera.position, first.camera.position)) > 0.2
            pelvis, _ = pelvis_and_facing(cast, other.persons[0])
            pixels, depth = project(pelvis, other.camera)
            assert depth > 0.2 and -0.1 < pixels[0] / other.camera.width < 1.1
    alone = sample_scene(5, 1, catalog, replace(ranges, views=1), cast)
    assert alone.persons == sample_scene(5, 3, catalog, ranges, cast).persons


@pytest.mark.parametrize("mix, says", [("above", "above"), ("top:x", "'x'"), ("top,top", "twice"), ("top:0", "sum")])
def test_wrong_views_are_refused(mix, says):
    with pytest.raises(SettingsError, match=says) as caught:
        Ranges(view=mix).check()
    assert "--view" in str(caught.value)


def test_views_are_mixed_by_weight():
    assert parse_views("top:1, front:3") == {"front": 0.75, "top": 0.25}
    with pytest.raises(SettingsError, match="--views 0"):
        Ranges(views=0).check()

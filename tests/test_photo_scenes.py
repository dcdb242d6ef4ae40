"""Scenes that are drawn to stand in a photo, without Blender."""

import json
from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.backgrounds import Backgrounds, look_through, photo_folder
from blender_addon.core.camera import project
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.photo_choice import sample_crop
from blender_addon.core.photo_light import HORIZON_BOUNDS
from blender_addon.core.posing import pose_body
from blender_addon.core.presets import make_ranges
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from blender_addon.core.spec import SceneSpec, from_dict, to_dict
from headless.export.licences import assets_of

from .made_backgrounds import encoded, made_photo_pixels

COUNT = 10
ON_PHOTOS = Ranges(backgrounds=1.0, persons=(1, 2))


@pytest.fixture(scope="module")
def with_photos(catalog, tmp_path_factory):
    """The catalog with three photos, which OpenCV's encoder made and nobody decodes."""
    place = tmp_path_factory.mktemp("backgrounds") / "holiday"
    place.mkdir()
    pixels = {}
    for number, size in enumerate(((160, 120), (200, 90), (90, 200))):
        pixels[f"holiday/{number}.jpg"] = made_photo_pixels(*size, number)
        (place / f"{number}.jpg").write_bytes(encoded(pixels[f"holiday/{number}.jpg"]))
    folder = look_through(photo_folder(place, ("CC0", "tests")))[0]
    return replace(catalog, backgrounds=Backgrounds((folder,), lambda photo: pixels[photo.name]))


@pytest.fixture(scope="module")
def scenes(with_photos, cast):
    return [sample_scene(7, index, with_photos, ON_PHOTOS, cast) for index in range(COUNT)]


def test_the_photo_its_part_and_its_light_are_in_the_spec(scenes):
    for scene in scenes:
        photo = scene.world.photo
        assert photo.folder == "holiday" and photo.name.startswith("holiday/") and len(photo.sha256) == 64
        left, top, width, height = photo.crop
        assert width / height == pytest.approx(640 / 480, abs=0.03) and min(left, top) >= 0
        assert HORIZON_BOUNDS[0] <= photo.horizon <= HORIZON_BOUNDS[1]
        assert np.shape(photo.sides) == (6, 3) and np.min(photo.sides) > 0
        assert scene.world.environment == ""
        assert from_dict(SceneSpec, json.loads(json.dumps(to_dict(scene), allow_nan=False))) == scene
    assert len({scene.world.photo.name for scene in scenes}) > 1


def test_the_same_seed_gives_the_same_scene(scenes, with_photos, cast):
    assert sample_scene(7, 4, with_photos, ON_PHOTOS, cast) == scenes[4]


def test_without_photos_nothing_is_drawn_otherwise(with_photos, catalog, cast):
    plain = [sample_scene(7, index, some, Ranges(), cast) for some in (with_photos, catalog) for index in (0, 1)]
    assert plain[:2] == plain[2:]
    assert all(scene.world.photo is None for scene in plain)


def test_the_camera_is_level_and_has_the_horizon_where_the_photo_has_it(scenes):
    for scene in scenes:
        position = np.array(scene.camera.position)
        far = position + [0, 1e5, -position[2]]
        (_, row), _ = project(far, scene.camera)
        assert row / scene.camera.height == pytest.approx(scene.world.photo.horizon, abs=2e-3)
        assert abs(scene.camera.rotation[0][2]) < 1e-6  # not rolled
        assert 0.3 < position[2] < 2.7


@pytest.mark.parametrize("view", ["top", "bottom", "sphere", "surveillance", "selfie", "snapshot"])
def test_steep_views_are_levelled_and_the_person_is_in_the_picture(with_photos, cast, view):
    body = cast.bodies["open_body"]
    for index in range(4):
        scene = sample_scene(11, index, with_photos, replace(ON_PHOTOS, view=view), cast)
        main = scene.persons[0]
        posed = pose_body(body, np.array(main.betas), np.array(main.pose), np.array(main.position))
        pixels, depth = project(posed.vertices[::50], scene.camera)
        inside = ((pixels >= 0) & (pixels <= [640, 480])).all(1)
        assert depth.min() > 0.1
        assert inside.mean() > 0.12
        assert scene.world.ground_radius > np.linalg.norm(np.array(main.position)[:2])


def test_other_views_of_a_scene_have_photos_of_their_own(with_photos, cast):
    scenes = [sample_scene(3, index, with_photos, replace(ON_PHOTOS, views=4), cast) for index in range(4)]
    assert len({scene.world.photo for scene in scenes}) == 4
    assert all(scene.persons == scenes[0].persons for scene in scenes)
    for scene in scenes:
        ahead = np.array(scene.camera.rotation[2]) * [1, 1, 0]
        far = np.array(scene.camera.position) * [1, 1, 0] + ahead / np.linalg.norm(ahead) * 1e5
        (_, row), _ = project(far, scene.camera)
        assert row / scene.camera.height == pytest.approx(scene.world.photo.horizon, abs=2e-3)


def test_without_a_folder_environments_stand_in(catalog, cast):
    assert sample_scene(7, 0, catalog, ON_PHOTOS, cast).world.environment in ("dawn", "noon")


def test_some_pictures_have_photos_the_others_environments(with_photos, cast):
    some = replace(ON_PHOTOS, backgrounds=0.5)
    kinds = [sample_scene(1, index, with_photos, some, cast).world.photo is None for index in range(12)]
    assert 2 < sum(kinds) < 10


def test_blends_come_as_often_as_they_are_asked_for(with_photos, cast):
    mixed = replace(ON_PHOTOS, blend="alpha:0.5,poisson:0.5")
    assert {sample_scene(1, index, with_photos, mixed, cast).world.photo.blend for index in range(8)} == {
        "alpha",
        "poisson",
    }


def test_a_photo_that_cannot_be_opened_is_named(with_photos, cast):
    def broken(photo):
        raise AssetError(f"{photo.path} cannot be decoded.")

    backgrounds = replace(with_photos.backgrounds, look=broken)
    with pytest.raises(AssetError) as caught:
        sample_scene(7, 0, replace(with_photos, backgrounds=backgrounds), ON_PHOTOS, cast)
    assert caught.value.asset in {photo.name for photo in backgrounds.photos}


def test_crops_are_never_stretched_nor_outside(with_photos):
    rng = np.random.default_rng(0)
    for photo in with_photos.backgrounds.photos:
        for form in (0.5, 1.0, 16 / 9):
            for _ in range(20):
                left, top, width, height = sample_crop(rng, photo, form)
                assert 0 <= left <= left + width <= photo.file.width
                assert 0 <= top <= top + height <= photo.file.height
                assert abs(width - height * form) <= 1 + form


def test_licences_go_by_the_folder(scenes):
    listed = {("background", "holiday"): None, ("body", "open_body"): None}
    spec = json.loads(json.dumps(to_dict(scenes[0])))
    assert ("background", "holiday") in assets_of(spec, listed)


@pytest.mark.parametrize("setting", ["backgrounds=1.5", "backgrounds=-1", "blend=paste", "blend=alpha:x"])
def test_knobs_that_make_no_sense_are_refused(setting):
    with pytest.raises(SettingsError, match=r"backgrounds|--blend"):
        make_ranges(None, [setting], {})

"""Presets are plain files with every knob in them; what is no knob, or no value for one, is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.camera import intrinsics, project
from blender_addon.core.errors import SettingsError
from blender_addon.core.population import sample_free_shape
from blender_addon.core.poses.mix import parse_mix
from blender_addon.core.posing import pose_body
from blender_addon.core.presets import FOLDER, KNOBS, load_preset, make_ranges, parse_setting, preset_names
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from blender_addon.core.spread import parse_spread


def test_presets_that_ship_show_every_knob():
    assert "street" in preset_names()
    for name in preset_names():
        assert set(json.loads((FOLDER / f"{name}.json").read_text())) == set(KNOBS)
        Ranges(**load_preset(name)).check()
    assert Ranges(**load_preset("street")) == Ranges()


def test_options_go_before_settings_and_settings_before_the_preset(tmp_path):
    preset = tmp_path / "mine.json"
    preset.write_text('{"samples": 8, "views": 2, "person_share": [1, 2]}')
    ranges = make_ranges(str(preset), ["samples=16", "view=top:1,front:1", "views=3"], {"views": 4, "children": None})
    assert (ranges.samples, ranges.views, ranges.view, ranges.children) == (16, 4, "top:1,front:1", 0.0)
    assert ranges.person_share == (1.0, 2.0) and isinstance(ranges.person_share[0], float)
    assert make_ranges(None, (), {}) == Ranges()


ANCESTORS = ("chen2016", "repogen", "surreal", "synforhpe")


@pytest.fixture(scope="module")
def recipes(catalog, cast):
    """Name -> six scenes of the preset; without photographs, environments stand in for them."""
    scenes = {}
    for name in ANCESTORS:
        ranges = make_ranges(name, (), {})
        own = replace(cast, mix=parse_mix(ranges.pose_mix), poses=replace(cast.poses, simplicity=1.5))
        scenes[name] = [sample_scene(1, index, catalog, ranges, own) for index in range(6)]
    return scenes


@pytest.mark.parametrize("name", ANCESTORS)
def test_ancestors_show_one_person_and_nothing_before_it(recipes, name):
    assert name in preset_names()
    for scene in recipes[name]:
        assert len(scene.persons) == 1
        seats = [thing for thing in scene.occluders if "seat_height" in thing.params]
        assert list(scene.occluders) == seats  # who sits needs one


def middle_and_depth(scene, cast):
    person = scene.persons[0]
    vertices = pose_body(cast.bodies["open_body"], person.betas, person.pose, person.position).vertices
    pixel, depth = project((vertices.min(0) + vertices.max(0)) / 2, scene.camera)
    ray = (vertices.min(0) + vertices.max(0)) / 2 - scene.camera.position
    return pixel / [scene.camera.width, scene.camera.height], np.linalg.norm(ray), depth


def test_surreal_has_its_camera(recipes, cast):
    away = []
    for scene in recipes["surreal"]:
        inner = intrinsics(scene.camera)
        np.testing.assert_allclose(inner, [[600, 0, 160], [0, 600, 120], [0, 0, 1]], atol=0.01)
        middle, distance, _ = middle_and_depth(scene, cast)
        assert np.abs(middle - 0.5).max() < 0.12
        away.append(distance)
    assert 6 < np.mean(away) < 10 and np.ptp(away) > 0.5


def test_repogen_looks_from_everywhere_with_a_right_angle(recipes, cast):
    upward, rolls = [], []
    for scene in recipes["repogen"]:
        assert 2 * np.degrees(np.arctan(256 / intrinsics(scene.camera)[0, 0])) == pytest.approx(90, abs=0.01)
        right, _, forward = np.array(scene.camera.rotation)
        upward.append(forward[2])
        level = np.cross(forward, [0, 0, 1.0])
        rolls.append(np.degrees(np.arccos(np.clip(right @ level / np.linalg.norm(level), -1, 1))))
        _, distance, depth = middle_and_depth(scene, cast)
        assert 1.0 < distance < 5.6 and depth > 0
        assert scene.persons[0].pose_source.startswith("rare")
    assert min(upward) < -0.4 and max(upward) > 0.1
    assert max(rolls) <= 36.1 and max(rolls) > 12


def test_chen_turns_and_tips_its_camera(recipes):
    rolls = [np.arcsin(-scene.camera.rotation[0][2]) for scene in recipes["chen2016"]]
    assert np.degrees(np.std(rolls)) > 4
    sources = {scene.persons[0].pose_source.split(":")[0] for scene in recipes["chen2016"]}
    assert sources <= {"gmm", "library", "families"} and sources & {"gmm", "library"}


def test_synforhpe_shows_fits_as_their_photos_did(recipes):
    assert make_ranges("synforhpe", (), {}).like_photo
    assert {(scene.camera.width, scene.camera.height) for scene in recipes["synforhpe"]} == {(512, 512)}


def test_shapes_by_betas_are_normal_and_no_monsters(recipes, cast):
    betas = np.array([scene.persons[0].betas for name in ("surreal", "repogen") for scene in recipes[name]])
    assert betas.shape[1] == 10 and np.abs(betas).max() <= 3.0
    rng = np.random.default_rng(0)
    drawn = [sample_free_shape(rng, cast.bodies["open_body"]) for _ in range(300)]
    np.testing.assert_allclose(np.std([shape.betas for shape in drawn], 0), 1, atol=0.15)
    assert min(shape.age for shape in drawn) >= 18
    assert 0.2 < np.mean([shape.sex for shape in drawn]) < 0.8


@pytest.mark.parametrize(
    "words, values",
    [("2", (2, 2)), ("uniform -36 36", (-36, 36)), ("uniform 5 5", (5, 5)), ("normal 1 0", (1, 1))],
)
def test_words_become_numbers(words, values):
    spread = parse_spread(words, "roll", -180, 180)
    drawn = [spread.draw(np.random.default_rng(seed)) for seed in range(50)]
    assert values[0] <= min(drawn) <= max(drawn) <= values[1]
    assert parse_spread("view", "roll", -180, 180) is None


@pytest.mark.parametrize(
    "text, says",
    [
        ("roll=wild", "roll 'wild' is nothing to draw from"),
        ("roll=uniform 5 1", "roll 'uniform 5 1'"),
        ("roll=uniform 5", "roll 'uniform 5'"),
        ("roll=normal 0 -1", "roll 'normal 0 -1'"),
        ("roll=normal nan 1", "nothing to draw from"),
        ("roll=1000", "within -180 to 180"),
        ("distance=0", "distance '0'"),
        ("distance=normal 8 inf", "nothing to draw from"),
        ("elevation=91", "elevation"),
        ("azimuth=", "azimuth ''"),
        ("shapes=giants", "Use population or betas"),
        ("focal_spread=2", "focal_spread 2"),
        ("depth_of_field=2", "depth_of_field 2"),
        ("motion_blur=-1", "motion_blur -1"),
        ("distortion=nan", "no value|no chance"),
        ("centred=1", "no value for centred"),
        ("frames=0", "--frames 0"),
    ],
)
def test_what_is_no_camera_is_refused(text, says):
    with pytest.raises(SettingsError, match=says):
        make_ranges(None, [text], {})


@pytest.mark.parametrize(
    "text, says",
    [
        pytest.param("sample=8", "Did you mean samples", id="nearly a knob"),
        pytest.param("zoom=8", "Choose of width", id="no knob"),
        pytest.param("samples", "give a knob and its value", id="no value"),
        pytest.param("samples=8.5", "8.5 is no value for samples", id="half a sample"),
        pytest.param("samples=true", "no value for samples", id="true is no number"),
        pytest.param("rare_extreme=1", "no value for rare_extreme", id="one is not true"),
        pytest.param("persons=3", "no value for persons", id="no list"),
        pytest.param("persons=[]", "no value for persons", id="empty"),
        pytest.param('persons=["a", "b"]', "no value for persons", id="words"),
        pytest.param("persons=[1,2,3]", "no range", id="three ends"),
        pytest.param("focal_mm=[1]", "no lenses", id="no lens"),
        pytest.param("focal_mm=[NaN]", "no lenses", id="not a number"),
        pytest.param("occluders=[5,1]", "no range", id="the wrong way round"),
        pytest.param("person_share=[0,1]", "no range", id="nobody to see"),
    ],
)
def test_what_is_no_setting_is_refused(text, says):
    with pytest.raises(SettingsError, match=says):
        make_ranges(None, [text], {})


@pytest.mark.parametrize(
    "content, says",
    [
        pytest.param(None, "Cannot read", id="missing"),
        pytest.param("{", "not valid JSON", id="broken"),
        pytest.param("[1]", "where an object belongs", id="a list"),
        pytest.param('{"speed": 3}', "no knob 'speed'", id="an unknown knob"),
        pytest.param('{"width": "wide"}', "no value for width", id="a word for a number"),
    ],
)
def test_a_preset_that_cannot_be_used_is_named(tmp_path, content, says):
    path = tmp_path / "mine.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match=says) as caught:
        load_preset(str(path))
    assert "mine.json" in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere", "../street", ""])
def test_only_presets_that_ship_go_by_name(name):
    with pytest.raises(SettingsError, match=r"Choose of .*street"):
        load_preset(name)


def test_a_setting_may_be_a_word():
    assert parse_setting("pose_mix=rare") == {"pose_mix": "rare"}

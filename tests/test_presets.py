"""Presets are plain files with every knob in them; what is no knob, or no value for one, is refused."""

import json

import pytest

from blender_addon.core.errors import SettingsError
from blender_addon.core.presets import FOLDER, KNOBS, load_preset, make_ranges, parse_setting, preset_names
from blender_addon.core.ranges import Ranges


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
    with pytest.raises(SettingsError, match="Choose of street"):
        load_preset(name)


def test_a_setting_may_be_a_word():
    assert parse_setting("pose_mix=rare") == {"pose_mix": "rare"}

from dataclasses import replace
from pathlib import Path

import pytest

from blender_addon import bl_info
from blender_addon.core.catalog import Asset, Catalog
from blender_addon.core.dataset import VERSION, finish_picture, is_finished, open_dataset
from blender_addon.core.errors import SettingsError
from blender_addon.core.ranges import Ranges
from blender_addon.core.records import image_path, read_record, temporary_name
from tests.test_spec import SCENE

VERSIONS = {"posewright": "0.1.0"}


@pytest.fixture
def catalog(tmp_path):
    path = tmp_path / "sky.hdr"
    path.write_bytes(b"#?RADIANCE")
    return Catalog(environments=(Asset("sky", "environment", path, "CC0", "here"),))


def test_the_version_is_one_everywhere():
    root = Path(__file__).resolve().parent.parent
    for name in ("pyproject.toml", "blender_addon/blender_manifest.toml", "Makefile"):
        assert VERSION in (root / name).read_text(), name
    assert ".".join(map(str, bl_info["version"])) == VERSION


def test_the_same_settings_go_on(tmp_path, catalog):
    for _ in range(2):
        open_dataset(tmp_path / "out", 0, Ranges(), "jpg", catalog, VERSIONS)
    assert (tmp_path / "out" / "dataset.json").is_file()


@pytest.mark.parametrize("change, named", [
    (dict(seed=1), "seed"),
    (dict(extension="png"), "format"),
    (dict(ranges=Ranges(samples=3)), "samples"),
])  # fmt: skip
def test_other_settings_are_refused_and_change_nothing(tmp_path, catalog, change, named):
    settings = dict(seed=0, ranges=Ranges(), extension="jpg")
    open_dataset(tmp_path / "out", catalog=catalog, versions=VERSIONS, **settings)
    before = (tmp_path / "out" / "dataset.json").read_bytes()
    with pytest.raises(SettingsError, match=rf"other settings \({named} differs\).*another --out"):
        open_dataset(tmp_path / "out", catalog=catalog, versions=VERSIONS, **{**settings, **change})
    assert (tmp_path / "out" / "dataset.json").read_bytes() == before


def test_an_asset_that_changed_is_another_setting(tmp_path, catalog):
    open_dataset(tmp_path / "out", 0, Ranges(), "jpg", catalog, VERSIONS)
    catalog.environments[0].path.write_bytes(b"#?RADIANCE more")
    with pytest.raises(SettingsError, match="environments differs"):
        open_dataset(tmp_path / "out", 0, Ranges(), "jpg", catalog, VERSIONS)


def test_a_file_where_the_folder_belongs_is_named(tmp_path, catalog):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(SettingsError, match=r"Cannot make .*out"):
        open_dataset(tmp_path / "out", 0, Ranges(), "jpg", catalog, VERSIONS)


def test_records_without_their_description_are_not_added_to(tmp_path, catalog):
    (tmp_path / "out" / "records").mkdir(parents=True)
    (tmp_path / "out" / "records" / "000000.json").write_text("{}")
    with pytest.raises(SettingsError, match=r"no dataset\.json"):
        open_dataset(tmp_path / "out", 0, Ranges(), "jpg", catalog, VERSIONS)


@pytest.mark.parametrize("settings, option", [
    (dict(width=0), "--size"),
    (dict(samples=0), "--samples"),
    (dict(persons=(3, 1)), "--persons"),
    (dict(persons=(0, 1)), "--persons"),
])  # fmt: skip
def test_ranges_name_the_option_to_change(settings, option):
    with pytest.raises(SettingsError, match=option):
        replace(Ranges(), **settings).check()


def test_a_picture_cut_short_is_never_declared_finished(tmp_path):
    import numpy as np

    final = image_path(tmp_path, SCENE.index, "jpg")
    final.parent.mkdir()
    picture = temporary_name(final)
    mask = np.zeros((4, 4), np.uint8)
    picture.write_bytes(b"\xff\xd8 half of a picture")
    with pytest.raises(SettingsError, match="cut short"):
        finish_picture(tmp_path, SCENE, {}, {}, picture, mask, "jpg")
    assert not is_finished(tmp_path, SCENE.index, "jpg")
    assert not final.exists()
    picture.write_bytes(b"\xff\xd8 whole \xff\xd9")
    finish_picture(tmp_path, SCENE, {}, {}, picture, mask, "jpg")
    assert is_finished(tmp_path, SCENE.index, "jpg")
    record = read_record(tmp_path / "records" / "000002.json")
    assert record["made"]["image"] == "images/000002.jpg"

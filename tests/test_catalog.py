import pytest

from blender_addon.core.catalog import asset_folders, load_catalog
from blender_addon.core.errors import AssetError

HDR = b"#?RADIANCE\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "hdri").mkdir()
    return tmp_path


def test_environments_come_sorted_with_what_is_broken_named(folder, open_body_path):
    for name, data in {"b.hdr": HDR, "a.exr": b"v/1\x01", "c.hdr": b"no picture", "notes.txt": b""}.items():
        (folder / "hdri" / name).write_bytes(data)
    catalog = load_catalog([folder])
    assert [asset.name for asset in catalog.environments] == ["a", "b"]
    assert len(catalog.skipped) == 1 and "c.hdr" in catalog.skipped[0]
    assert [asset.name for asset in catalog.bodies] == ["open_body"]


def test_shipped_environments_serve_only_where_a_folder_has_none(folder, tmp_path, open_body_path):
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "city.exr").write_bytes(b"v/1\x01")
    assert [asset.name for asset in load_catalog([folder], shipped).environments] == ["city"]
    (folder / "hdri" / "own.hdr").write_bytes(HDR)
    assert [asset.name for asset in load_catalog([folder], shipped).environments] == ["own"]


@pytest.mark.parametrize("name", ["venice_sunset_1k.hdr", "venice_sunset_16k.hdr", "sunset.hdr"])
def test_photographed_strangers_are_left_out_because_they_have_no_labels(folder, open_body_path, name):
    (folder / "hdri" / name).write_bytes(HDR)
    catalog = load_catalog([folder])
    assert not catalog.environments
    assert "people are in it" in catalog.skipped[0]


def test_the_first_folder_wins(folder, tmp_path, open_body_path):
    other = tmp_path / "other"
    (other / "hdri").mkdir(parents=True)
    for place in (folder, other):
        (place / "hdri" / "same.hdr").write_bytes(HDR)
    assert load_catalog([other, folder]).environment("same").path == other / "hdri" / "same.hdr"


def test_a_missing_folder_and_one_without_rooms_are_named(tmp_path):
    with pytest.raises(AssetError, match=r"No asset folder at .*nowhere"):
        asset_folders([tmp_path / "nowhere"])
    with pytest.raises(AssetError, match="no asset room"):
        asset_folders([tmp_path])


def test_the_environment_variable_is_read(folder, monkeypatch):
    monkeypatch.setenv("POSEWRIGHT_ASSETS", str(folder))
    assert asset_folders()[0] == folder


def test_an_unknown_name_says_where_to_look(folder, open_body_path):
    with pytest.raises(AssetError, match="No environment named 'moon'"):
        load_catalog([folder]).environment("moon")

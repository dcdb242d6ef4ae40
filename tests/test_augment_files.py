"""What augment cannot work with is refused in one line that says why, and nothing is written then."""

import json
import os
import shutil
import struct
import zlib

import numpy as np
import pytest

from blender_addon.core.catalog import Asset, Catalog
from blender_addon.core.dataset import open_dataset
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.png import encode_png
from blender_addon.core.ranges import Ranges
from headless import augment as command
from headless.augment.geometry import Bodies
from headless.augment.library import open_library
from headless.augment.loop import augment, check_folders, left_behind, merged
from headless.augment.options import Options, RenderOptions
from headless.cli import parse
from tests.made_augment import made_library, made_set

OPTIONS = Options(objects=(1, 1), people=0.0)


@pytest.fixture(scope="module")
def bodies(open_body_path):
    return Bodies(Catalog((Asset("open_body", "body", open_body_path, "CC0", ""),)))


@pytest.fixture(scope="module")
def made(tmp_path_factory, body):
    """A data set and a library that nobody changes."""
    folder = tmp_path_factory.mktemp("made")
    made_set(folder / "plain", body, [[(0.0, 3.0, 0.2)], [(0.4, 3.5, 1.0)]])
    made_library(folder / "cutouts", body, people=((1.8, 0.3),), things=((1.5, 1.2),))
    return folder


@pytest.fixture
def work(made, tmp_path):
    shutil.copytree(made, tmp_path / "work")
    return tmp_path / "work"


def run(work, bodies, out="out"):
    return augment(work / "plain", work / out, open_library(work / "cutouts"), bodies, OPTIONS)


def change(path, edit):
    value = json.loads(path.read_text())
    edit(value)
    path.write_text(json.dumps(value))


@pytest.mark.parametrize("options, words", [
    ({"seed": -1}, "--seed -1"),
    ({"objects": (2, 1)}, "--objects 2 1"),
    ({"objects": (-1, 2)}, "--objects -1 2"),
    ({"objects": (0, 99)}, "--objects 0 99"),
    ({"people": 1.5}, "--people 1.5"),
    ({"people": float("nan")}, "--people nan"),
    ({"objects": (0, 0), "people": 0.0}, "pastes nothing"),
])  # fmt: skip
def test_options_that_make_no_sense(options, words):
    with pytest.raises(SettingsError, match=words):
        Options(**options)


def test_the_command_line_knows_every_option(tmp_path):
    words = ["augment", "set", "--out", "new", "--seed", "4", "--objects", "1", "3", "--people", "0.5"]
    parsed = parse([*words, "--cutouts", str(tmp_path), "--count", "10", "5", "--assets", str(tmp_path)])
    assert (parsed.seed, parsed.objects, parsed.people, parsed.count) == (4, (1, 3), 0.5, (10, 5))


PLACES = [
    pytest.param("nowhere", "out", "no data set", id="no such folder"),
    pytest.param("cutouts", "out", "no data set", id="another folder"),
    pytest.param("plain", "plain", "in one another", id="itself"),
    pytest.param("plain", "plain/new", "in one another", id="inside"),
    pytest.param("plain", ".", "in one another", id="around it"),
]


@pytest.mark.parametrize("dataset, out, words", PLACES)
def test_folders_that_cannot_be(made, dataset, out, words):
    with pytest.raises((AssetError, SettingsError), match=words):
        check_folders(made / dataset, made / out)


def test_a_link_does_not_hide_that_it_is_the_same_folder(work):
    (work / "link").symlink_to(work / "plain")
    with pytest.raises(SettingsError, match="in one another"):
        check_folders(work / "plain", work / "link")


def test_a_data_set_without_pictures(work):
    shutil.rmtree(work / "plain/records")
    with pytest.raises(AssetError, match="No records"):
        check_folders(work / "plain", work / "out")


def record_edit(edit):
    return lambda work: change(work / "plain/records/000001.json", edit)


def person(name, value):
    return record_edit(lambda record: record["truth"]["persons"][0].update({name: value}))


FAULTS = [
    pytest.param(lambda w: (w / "plain/records/000001.json").write_text("{"), "000001.json", id="record cut short"),
    pytest.param(lambda w: (w / "plain/images/000001.jpg").unlink(), "Cannot read.*000001.jpg", id="no picture"),
    pytest.param(lambda w: (w / "plain/images/000001.jpg").write_bytes(b"\xff\xd8"), "cut short", id="half a picture"),
    pytest.param(lambda w: (w / "plain/masks/000001.png").unlink(), "Cannot read.*000001.png", id="no mask"),
    pytest.param(record_edit(lambda r: r["spec"].update(index=7)), "picture 7", id="another's record"),
    pytest.param(record_edit(lambda r: r["made"].update(image="../../x.sh")), "'sh'", id="a picture's name"),
    pytest.param(record_edit(lambda r: r["truth"].update(width=10**9)), "1000000000", id="a huge picture"),
    pytest.param(record_edit(lambda r: r["spec"]["persons"][0].update(pose=[])), "whole record", id="no pose"),
    pytest.param(record_edit(lambda r: r["spec"]["persons"][0].update(body="x")), "No body named 'x'", id="no body"),
    pytest.param(person("answers", "zz"), "hexadecimal", id="answers"),
    pytest.param(person("patches", "00000000"), "other patches", id="measured on other patches"),
    pytest.param(record_edit(lambda r: r["truth"]["persons"][0].pop("answers")), "answers", id="made before answers"),
    pytest.param(
        record_edit(lambda r: r["spec"]["persons"][0].update(position=[0.5, 3.5, 1.0])), "keypoints lie", id="moved"
    ),
]


@pytest.mark.parametrize("spoil, words", FAULTS)
def test_broken_records_are_named(work, bodies, spoil, words):
    spoil(work)
    with pytest.raises(AssetError, match=words):
        run(work, bodies)
    assert not (work / "out/records/000001.json").exists()
    assert not (work / "out/annotations").exists()


def picture(work):
    return work / "cutouts/people_00000.png"


def huge(work):
    """A picture whose head claims 60,000 x 60,000 pixels."""
    data = bytearray(picture(work).read_bytes())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    picture(work).write_bytes(bytes(data))


def linked(work):
    picture(work).rename(work / "elsewhere.png")
    picture(work).symlink_to(work / "elsewhere.png")


def described(edit):
    return lambda work: change(work / "cutouts/people_00000.json", edit)


LIBRARY_FAULTS = [
    pytest.param(lambda w: (w / "cutouts/cutouts.json").unlink(), "No cutouts.json", id="no library"),
    pytest.param(lambda w: (w / "cutouts/cutouts.json").write_text("[]"), "object belongs", id="no object"),
    pytest.param(
        lambda w: change(w / "cutouts/cutouts.json", lambda v: v.update(cutouts=9)), "form 1", id="another form"
    ),
    pytest.param(lambda w: [p.unlink() for p in (w / "cutouts").glob("*_*.json")], "No cutouts in", id="empty"),
    pytest.param(lambda w: picture(w).unlink(), "missing", id="no picture"),
    pytest.param(lambda w: picture(w).write_bytes(picture(w).read_bytes()[:-20]), "damaged", id="cut short"),
    pytest.param(lambda w: picture(w).write_bytes(b"no picture"), "damaged", id="no PNG"),
    pytest.param(huge, "damaged", id="a huge picture"),
    pytest.param(linked, "link", id="a link"),
    pytest.param(described(lambda v: v.pop("spec")), "describes no cutout", id="no spec"),
    pytest.param(described(lambda v: v["spec"].update(hat=1)), "hat", id="an unknown field"),
    pytest.param(described(lambda v: v["spec"]["camera"].update(width=10**9)), "1000000000", id="a huge camera"),
    pytest.param(described(lambda v: v["spec"]["camera"].update(focal_mm=float("nan"))), "finite", id="not a number"),
    pytest.param(described(lambda v: v["truth"].update(persons=[])), "0 measured", id="nobody measured"),
    pytest.param(described(lambda v: v["truth"]["persons"][0].pop("keypoints_px")), "keypoints_px", id="no keypoints"),
]


@pytest.mark.parametrize("spoil, words", LIBRARY_FAULTS)
def test_broken_libraries_are_refused_before_anything_is_written(work, bodies, spoil, words):
    spoil(work)
    with pytest.raises(AssetError, match=words):
        run(work, bodies)
    assert not (work / "out").exists()


def test_pixels_of_another_form_are_refused(work, bodies):
    camera = json.loads((work / "cutouts/things_00000.json").read_text())["spec"]["camera"]
    grey = encode_png(np.zeros((camera["height"], camera["width"]), np.uint8))
    (work / "cutouts/things_00000.png").write_bytes(grey)
    with pytest.raises(AssetError, match="picture with alpha"):
        run(work, bodies)


def test_augmented_sets_are_not_augmented_nor_rendered_to(work, bodies):
    run(work, bodies)
    with pytest.raises(SettingsError, match="already"):
        check_folders(work / "out", work / "more")
    with pytest.raises(SettingsError, match="posewright augment"):
        open_dataset(work / "out", 7, Ranges(), "jpg", bodies.catalog, {})


def test_going_on_with_other_settings_is_refused(work, bodies):
    run(work, bodies)
    library = open_library(work / "cutouts")
    with pytest.raises(SettingsError, match="another seed"):
        augment(work / "plain", work / "out", library, bodies, Options(seed=1, objects=(1, 1), people=0.0))
    for path in (work / "cutouts").glob("people*"):
        path.unlink()
    with pytest.raises(SettingsError, match="another cutouts"):
        run(work, bodies)
    with pytest.raises(SettingsError, match="not made by augment"):
        shutil.copytree(work / "plain", work / "rendered")
        run(work, bodies, "rendered")


def test_a_folder_that_cannot_be_written_is_one_line(work, bodies):
    (work / "out").write_text("a file")
    with pytest.raises(SettingsError, match="Cannot write"):
        run(work, bodies)


def test_assets_of_one_name_and_two_contents_are_refused():
    one, other = ({"bodies": [{"name": "a", "licence": "CC0", "sha256": digest}]} for digest in "12")
    assert merged(one, one, "here") == one
    assert len(merged(one, {"bodies": [{"name": "b"}], "looks": [{"name": "c"}]}, "here")["bodies"]) == 2
    with pytest.raises(AssetError, match="another a of the same name"):
        merged(one, other, "here")
    with pytest.raises(AssetError, match="another motion_prior"):
        merged({"motion_prior": "1"}, {"motion_prior": "2"}, "here")
    with pytest.raises(AssetError, match="no name"):
        merged({"bodies": [7]}, one, "here")


def test_passes_are_left_behind_and_named(work, capfd):
    change(work / "plain/dataset.json", lambda value: value.update(passes=["depth"]))
    (work / "plain/depth").mkdir()
    assert left_behind(work / "plain") == ["depth"]
    counts = command.main(work / "plain", work / "out", work / "cutouts", OPTIONS, RenderOptions())
    assert counts["pictures"] == 2
    assert "left behind: depth" in capfd.readouterr().err
    assert json.loads((work / "out/dataset.json").read_text())["passes"] == []
    assert not (work / "out/depth").exists()


def test_an_unknown_blender_is_named(work):
    with pytest.raises(SettingsError, match="/no/blender"):
        command.main(work / "plain", work / "out", None, OPTIONS, RenderOptions(blender="/no/blender"))
    assert not os.path.exists(work / "out")

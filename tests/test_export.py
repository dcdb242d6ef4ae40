"""An export goes on where it was stopped, grows, and refuses what it cannot be made of before it writes anything."""

import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from blender_addon.core.errors import AssetError, SettingsError
from headless.export import LAYOUTS, export
from headless.export.folder import begin
from headless.export.options import TARGETS, Options
from headless.export.source import look_over, open_source, read_pictures, split_of
from tests.made_dataset import edit_record, make_dataset, make_picture
from tests.made_export import (
    ALONE,
    CUT,
    PICTURES,
    complete,
    make_export_set,
    pictures_in,
    tree,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    return make_export_set(tmp_path_factory.mktemp("made"))


@pytest.fixture
def dataset(made, tmp_path) -> Path:
    """A copy that a test may break."""
    return shutil.copytree(made, tmp_path / "set")


# ---- what every target has to do


@pytest.mark.parametrize("target", TARGETS)
def test_same_pictures_give_the_same_bytes(dataset, tmp_path, target):
    for name in ("a", "b"):
        export(dataset, tmp_path / name, Options(target, split=0.6))
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


@pytest.mark.parametrize("target", TARGETS)
def test_an_interrupted_export_goes_on_to_the_same_bytes(dataset, tmp_path, target):
    options = Options(target, split=0.6, shard_size=0.03 if target == "webdataset" else None)
    export(dataset, tmp_path / "whole", options)
    out = tmp_path / "stopped"
    source = open_source(dataset, options.keypoint_set, options.split)
    out.mkdir()
    begin(out, json.loads((tmp_path / "whole/export.json").read_text()))

    def stopping():
        yield from itertools.islice(read_pictures(source), 5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LAYOUTS[target](out, stopping(), look_over(source), options)
    left = tree(out)
    assert len(left) > 1 and not [name for name in left if ".part" in name]
    assert not {"data.yaml", "README.md", "posewright.py", "licenses.json"} & set(left)
    (out / ".000003.99.part.jpg").write_bytes(b"half")  # as a killed run leaves them
    export(dataset, out, options)
    assert tree(out) == tree(tmp_path / "whole")


@pytest.mark.parametrize("target", TARGETS)
def test_an_export_grows_with_its_data_set_and_moves_nothing(dataset, tmp_path, target):
    out = tmp_path / "out"
    export(dataset, out, Options(target, split=0.6))
    before = tree(out)
    make_picture(dataset, 8, [ALONE])
    complete(dataset, 8)
    survey = export(dataset, out, Options(target, split=0.6))
    assert survey.pictures.total() == 9
    after = tree(out)
    kept = [name for name in before if name.endswith((".jpg", ".tar", ".txt"))]
    assert kept and all(after[name] == before[name] for name in kept)
    assert any("000008" in name for name in after) or len([name for name in after if name.endswith(".tar")]) == 3


@pytest.mark.parametrize("target", TARGETS)
def test_a_second_run_writes_no_file_again(dataset, tmp_path, target):
    out = tmp_path / "out"
    export(dataset, out, Options(target))
    dates = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    export(dataset, out, Options(target))
    changed = {path.name for path, date in dates.items() if path.stat().st_mtime_ns != date}
    assert changed <= {"export.json", "licenses.json"}


def test_split_depends_on_the_name_alone_and_keeps_its_share():
    names = [f"{index:06d}" for index in range(20_000)]
    train = [name for name in names if split_of(name, 0.9) == "train"]
    assert abs(len(train) / len(names) - 0.9) < 0.01
    assert set(train) <= {name for name in names if split_of(name, 0.95) == "train"}
    assert [split_of(f"{index:06d}", 0.6) for index in range(4)] == ["train", "val", "val", "train"]
    assert all(split_of(name, 1) == "train" for name in names)


@pytest.mark.parametrize("target", ["coco", "yolo-pose", "mmpose", "hf"])
def test_links_are_the_pictures_themselves(dataset, tmp_path, target):
    out = tmp_path / "out"
    export(dataset, out, Options(target, link=True))
    (linked,) = out.rglob("000003.jpg")
    assert os.path.samefile(linked, dataset / "images/000003.jpg")
    export(dataset, out, Options(target))
    assert not os.path.samefile(linked, dataset / "images/000003.jpg")
    assert linked.read_bytes() == (dataset / "images/000003.jpg").read_bytes()


def test_a_picture_rendered_again_replaces_its_copy(dataset, tmp_path):
    export(dataset, tmp_path / "out", Options("coco"))
    make_picture(dataset, 3, [CUT])
    complete(dataset, 3)
    export(dataset, tmp_path / "out", Options("coco"))
    assert (tmp_path / "out/train/000003.jpg").read_bytes() == (dataset / "images/000003.jpg").read_bytes()


# ---- what cannot be exported


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def resize(path: Path) -> None:
    Image.new("RGB", (8, 8)).save(path)


BROKEN = [
    pytest.param(lambda d: (d / "dataset.json").unlink(), "is no data set", id="no data set"),
    pytest.param(lambda d: (d / "dataset.json").write_text("{}"), "names no assets with licences", id="no catalog"),
    pytest.param(lambda d: (d / "dataset.json").write_text('{"catalog": {"bodies": [{}]}}'), "no assets", id="no name"),
    pytest.param(lambda d: [p.unlink() for p in (d / "records").iterdir()], "No records", id="no records"),
    pytest.param(lambda d: (d / "images/000006.jpg").unlink(), "Cannot read .*--only 6", id="picture missing"),
    pytest.param(lambda d: cut_short(d / "images/000006.jpg"), "cut short.*--only 6", id="picture cut short"),
    pytest.param(lambda d: (d / "images/000006.jpg").write_bytes(b"x"), "is no picture.*--only 6", id="no picture"),
    pytest.param(lambda d: resize(d / "images/000006.jpg"), "its record says.*--only 6", id="picture of another size"),
    pytest.param(lambda d: (d / "masks/000006.png").unlink(), "Cannot read .*--only 6", id="mask missing"),
    pytest.param(lambda d: cut_short(d / "masks/000006.png"), "damaged.*--only 6", id="mask cut short"),
    pytest.param(lambda d: cut_short(d / "records/000006.json"), "not valid JSON.*--only 6", id="record cut short"),
    pytest.param(
        lambda d: edit_record(d, 6, lambda truth: truth.pop("persons")),
        "not a whole record",
        id="record without people",
    ),
    pytest.param(
        lambda d: edit_record(d, 6, lambda t: t["persons"][0].update(keypoints_3d=[[float("nan")] * 3] * 23)),
        "no number.*--only 6",
        id="label that is no number",
    ),
    pytest.param(lambda d: make_picture(d, 6, [ALONE]), "not a whole record", id="record that names no assets"),
    pytest.param(lambda d: complete(d, 6, body="mine"), "names no licence of it", id="asset without a licence"),
    pytest.param(
        lambda d: (d / "records/000006.json").rename(d / "records/6.json"), "no record's name", id="another name"
    ),
]


@pytest.mark.parametrize("breaking, complaint", BROKEN)
@pytest.mark.parametrize("target", ["coco", "webdataset"])
def test_a_broken_data_set_is_refused_before_anything_is_written(dataset, tmp_path, target, breaking, complaint):
    breaking(dataset)
    with pytest.raises(AssetError, match=complaint):
        export(dataset, tmp_path / "out", Options(target))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options, complaint",
    [
        (Options("voc"), "--to voc"),
        (Options("coco", keypoints="halpe"), "--keypoints halpe"),
        (Options("coco", split=0), "--split 0"),
        (Options("coco", split=float("nan")), "--split nan"),
        (Options("coco", split=0.001), "leaves none in train"),
        (Options("coco", shard_size=5), "--shard-size is for webdataset"),
        (Options("webdataset", shard_size=0), "--shard-size 0"),
        (Options("webdataset", link=True), "--link"),
        (Options("coco", commercial=True), "leaves out all 8 pictures: environment yard"),
    ],
)
def test_options_that_cannot_be_are_refused(dataset, tmp_path, options, complaint):
    for index in range(len(PICTURES)):
        complete(dataset, index, environment="yard")
    with pytest.raises(SettingsError, match=complaint):
        export(dataset, tmp_path / "out", options)
    assert not (tmp_path / "out").exists()


def test_permitting_what_is_not_there_is_refused(dataset, tmp_path):
    with pytest.raises(AssetError, match=r"--permitted yrad.*clothes/hat, smpl, yard"):
        export(dataset, tmp_path / "out", Options("coco", commercial=True, permitted=("yrad",)))


def test_a_folder_of_something_else_is_left_as_it_is(dataset, tmp_path):
    out = tmp_path / "out"
    export(dataset, out, Options("coco"))
    before = tree(out)
    other = make_dataset(tmp_path / "other", [[ALONE]])
    described = json.loads((dataset / "dataset.json").read_text())
    (other / "dataset.json").write_text(json.dumps({**described, "seed": 8}))
    complete(other, 0)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.txt").write_text("mine")
    for source, folder, options, complaint in (
        (dataset, out, Options("mmpose"), "to is coco, not mmpose"),
        (dataset, out, Options("coco", split=0.6), "split is 1.0, not 0.6"),
        (other, out, Options("coco"), "of another data set"),
        (dataset, tmp_path / "notes", Options("coco"), "holds something else"),
        (dataset, tmp_path / "notes/a.txt", Options("coco"), "is a file"),
        (dataset, dataset, Options("coco"), "lies in the data set"),
        (dataset, dataset / "export", Options("coco"), "lies in the data set"),
    ):
        with pytest.raises(SettingsError, match=complaint):
            export(source, folder, options)
    assert tree(out) == before and tree(tmp_path / "notes").keys() == {"a.txt"} and not (dataset / "export").exists()


# ---- command line


def test_command_line(dataset, tmp_path):
    def run(*words):
        command = [sys.executable, "-m", "headless.cli", "export", *map(str, words)]
        return subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)

    complete(dataset, 0, body="smpl")
    done = run(dataset, "--to", "yolo-pose", "--out", tmp_path / "out", "--split", 0.6, "--commercial", "--link")
    assert done.returncode == 0, done.stderr
    assert "left out: 1 pictures with body smpl" in done.stderr and done.stdout.endswith("pictures, 7 people\n")
    assert (tmp_path / "out/data.yaml").is_file() and len(pictures_in(tmp_path / "out")) == 7
    done = run(tmp_path, "--to", "coco", "--out", tmp_path / "more")
    assert done.returncode == 1 and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert run(dataset, "--to", "voc", "--out", tmp_path / "more").returncode == 2

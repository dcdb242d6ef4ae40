"""Records, masks and strays: each kind of wrong, missing or needless file of a data set is found and named."""

import json
import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from blender_addon.core.png import encode_png
from blender_addon.core.records import LARGEST_JSON
from headless import validate
from headless.annotate import annotate
from tests.made_dataset import HEIGHT, WIDTH, edit_record, make_dataset
from tests.planted import assert_found, faults_of, make_sound


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return make_sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def out(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "set"))


# ---- records


def edit_whole_record(out, index, change):
    path = out / f"records/{index:06d}.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def test_the_same_scene_under_two_numbers_is_found(out):
    scene = json.loads((out / "records/000001.json").read_text())["spec"]
    edit_whole_record(out, 3, lambda record: record.update(spec={**scene, "index": 3}))
    assert_found(out, "same scenes", "Records 000001 and 000003 describe the same view")


def test_other_views_of_a_scene_are_not_the_same(out):
    scene = json.loads((out / "records/000001.json").read_text())["spec"]
    turn = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]

    def look_from_the_side(record):
        record["spec"] = {**scene, "index": 3, "camera": {**scene["camera"], "rotation": turn}}
        record["truth"]["camera"]["world_to_camera"] = [[*row, 0.0] for row in turn]

    edit_whole_record(out, 3, look_from_the_side)
    annotate(out)
    assert faults_of(out) == {}


def set_truth(index=1, **values):
    return lambda out: edit_record(out, index, lambda truth: truth.update(values))


def set_made(**values):
    return lambda out: edit_whole_record(out, 1, lambda record: record["made"].update(values))


def set_spec(**values):
    return lambda out: edit_whole_record(out, 1, lambda record: record["spec"].update(values))


def set_person(**values):
    return lambda out: edit_record(out, 1, lambda truth: truth["persons"][0].update(values))


def set_camera(**values):
    return lambda out: edit_record(out, 1, lambda truth: truth["camera"].update(values))


def write_record(text):
    return lambda out: (out / "records/000001.json").write_text(text)


def make_giant(out):
    with open(out / "records/000001.json", "wb") as file:
        file.truncate(LARGEST_JSON + 1)


MIRROR = [[-1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
MOVED = [[1.0, 0.0, 0.0, 0.5], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
RECORDS = [
    pytest.param(write_record('{"record": 1'), "not valid JSON", id="cut short"),
    pytest.param(write_record("[" * 10**5), "not valid JSON", id="brackets in brackets"),
    pytest.param(write_record('{"a": 1}'), "not a picture's record", id="another program's"),
    pytest.param(write_record("[]"), "where an object belongs", id="a list"),
    pytest.param(write_record('{"record":1,"spec":[],"truth":5,"made":""}'), "not a whole record", id="of texts"),
    pytest.param(make_giant, "over 64 MB", id="giant"),
    pytest.param(set_spec(index=3), "it is the record of picture 3", id="of another number"),
    pytest.param(set_spec(seed=8), "the seed 8, dataset.json says 7", id="of another seed"),
    pytest.param(set_spec(persons=[]), "0 persons in its scene, 1 measured", id="of other persons"),
    pytest.param(set_made(image="../../secret.jpg"), "names the picture '../../secret.jpg'", id="picture elsewhere"),
    pytest.param(set_made(image="/etc/passwd"), "names the picture '/etc/passwd'", id="picture at the root"),
    pytest.param(set_made(mask="masks/000002.png"), "names the mask", id="mask of another"),
    pytest.param(set_truth(width=10**9), "its width is 1000000000", id="too wide"),
    pytest.param(set_truth(height="120"), "its height is '120'", id="height a text"),
    pytest.param(set_person(keypoints_3d=[[0, 0, 1]] * 17), "keypoints_3d of person 0", id="without feet"),
    pytest.param(set_person(joints_3d=[[0, 0, float("nan")]] * 55), "not finite", id="not finite"),
    pytest.param(set_person(area=None), "area of person 0 is None", id="without area"),
    pytest.param(set_person(bbox="none"), "not a whole record", id="box a text"),
    pytest.param(set_person(on_mask=[0.5] * 23), "on_mask of person 0", id="half on the mask"),
    pytest.param(set_camera(world_to_camera=MIRROR), "no rotation with a shift", id="camera mirrored"),
    pytest.param(set_camera(world_to_camera=MOVED), "world_to_camera is not that of its scene", id="camera moved"),
    pytest.param(set_camera(K=[[99, 0, 80], [0, 150, 60], [0, 0, 1]]), "its K is not that", id="another lens"),
]


@pytest.mark.parametrize("harm, words", RECORDS)
def test_broken_records_are_found(out, harm, words):
    harm(out)
    assert_found(out, "records", words)


def test_records_made_again_make_the_annotations_stale(out):
    edit_record(out, 1, lambda truth: truth["persons"][0]["visible_fraction"].__setitem__(0, 0.123))
    assert_found(out, "labels and records", "stale")
    annotate(out)
    assert faults_of(out) == {}


# ---- masks


def cut(path):
    path.write_bytes(path.read_bytes()[:-200])


def remove(path):
    path.unlink()


def empty(path):
    path.write_bytes(b"")


def paint(number):
    def change(path):
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        mask[:3, :3] = number
        path.write_bytes(encode_png(mask))

    return change


def claim_size(path):
    data = bytearray(path.read_bytes())
    data[16:24] = b"\x00\x00\x80\x00" * 2
    path.write_bytes(data)


MASKS = [
    pytest.param(remove, "has no mask", id="missing"),
    pytest.param(cut, "damaged or cut short", id="cut short"),
    pytest.param(empty, "damaged or cut short", id="empty"),
    pytest.param(paint(2), "has pixels of number 2, but 1 persons", id="somebody who is not there"),
    pytest.param(paint(255), "has pixels of number 255", id="another kind of mask"),
    pytest.param(lambda path: path.write_bytes(encode_png(np.zeros((9, 9), np.uint8))), "is 9x9", id="another size"),
    pytest.param(
        lambda path: cv2.imwrite(str(path), np.zeros((HEIGHT, WIDTH, 3))), "expected (120, 160) uint8", id="in colour"
    ),
    pytest.param(claim_size, "is 32768x32768", id="giant by its head"),
]


def test_mask_whose_person_stands_elsewhere_is_found(out):
    edit_record(out, 1, lambda truth: truth["persons"][0].update(bbox=[1, 2, 3, 4]))
    assert_found(out, "masks", "its record says [1, 2, 3, 4]")


@pytest.mark.parametrize("harm, words", MASKS)
def test_broken_masks_are_found(out, harm, words):
    harm(out / "masks/000001.png")
    assert_found(out, "masks", words)


def test_mask_of_another_rendering_is_found(out):
    paint(1)(out / "masks/000001.png")
    assert_found(out, "labels and records", "pixels of person 0, its record says")


# ---- the folder


STRAYS = [
    pytest.param("images/000009.jpg", "has no record, as after an interrupted run", id="picture"),
    pytest.param("masks/000009.png", "has no record and no picture", id="mask"),
    pytest.param("images/cat.jpg", "belongs to no picture", id="named otherwise"),
    pytest.param("images/1.jpg", "belongs to no picture", id="numbered otherwise"),
    pytest.param("records/000001.json.bak", "belongs to no picture", id="copy of a record"),
    pytest.param("records/1.json", "belongs to no picture", id="record numbered otherwise"),
    pytest.param("images/000001.png", "000001 is there twice", id="second picture"),
    pytest.param("masks/more/x.png", "belongs to no picture", id="folder"),
]


@pytest.mark.parametrize("name, words", STRAYS)
def test_strays_are_found(out, name, words):
    (out / name).parent.mkdir(exist_ok=True)
    shutil.copy(out / "images/000001.jpg", out / name)
    assert_found(out, "folder", words)


def test_picture_whose_record_is_gone_is_found(out):
    (out / "records/000001.json").unlink()
    assert_found(out, "folder", "images/000001.jpg has no record")
    assert_found(out, "labels and records", "000001 is in the annotations only")


def test_files_in_progress_are_a_warning(out):
    (out / "images/.000009.77.part.jpg").write_bytes(b"half")
    (out / "images/.DS_Store").write_bytes(b"")
    report = validate.inspect(out)
    assert report.problems == []
    assert report.warnings.first == ["1 files in progress, or left by a run that was killed."]


DESCRIPTIONS = [
    pytest.param(None, "there is no dataset.json", id="missing"),
    pytest.param("{", "not valid JSON", id="cut short"),
    pytest.param("[]", "holds a list", id="a list"),
    pytest.param('{"dataset": 2, "seed": 7, "ranges": {}, "catalog": {}}', "the form 2, expected 1", id="another form"),
    pytest.param('{"dataset": 1, "seed": "7", "ranges": {}, "catalog": {}}', "its seed is '7'", id="seed a text"),
    pytest.param('{"dataset": 1, "seed": 7}', "it has no ranges; it has no catalog", id="half of it"),
]


@pytest.mark.parametrize("text, words", DESCRIPTIONS)
def test_broken_descriptions_are_found(out, text, words):
    path = out / "dataset.json"
    path.unlink() if text is None else path.write_text(text)
    assert_found(out, "folder", words)


def test_what_is_no_data_set_is_refused_without_a_look(tmp_path):
    (tmp_path / "images").mkdir()
    assert_found(tmp_path, "folder", "is no data set")
    assert_found(tmp_path / "none", "folder", "is no folder")
    (tmp_path / "file").touch()
    assert_found(tmp_path / "file", "folder", "is no folder")


def test_data_set_without_a_picture_is_no_sound_one(tmp_path):
    make_dataset(tmp_path, [])
    assert_found(tmp_path, "folder", "No records")


def test_nothing_is_written(out):
    before = {path: os.stat(path).st_mtime_ns for path in sorted(out.rglob("*"))}
    validate.main(out)
    assert {path: os.stat(path).st_mtime_ns for path in sorted(out.rglob("*"))} == before

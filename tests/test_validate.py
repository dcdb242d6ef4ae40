"""A sound data set passes; each kind of wrong label is found and named. Also test_validate_*.py."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO
from rich.console import Console

from headless import validate
from headless.annotate import annotate, annotations_path
from headless.validate.coco_file import LARGEST_ENTRY, read_coco
from headless.validate.findings import MOST_SHOWN
from headless.validate.mask import distance_to_mask
from headless.validate.person import projection_error
from headless.validate.score import Scorer, self_precision
from tests.made_dataset import make_dataset, project, standing
from tests.planted import assert_found, faults_of, make_sound


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return make_sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def out(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "set"))


def edit_coco(out, change):
    path = annotations_path(out)
    coco = json.loads(path.read_text())
    change(coco)
    path.write_text(json.dumps(coco))


def test_sound_data_set_has_no_fault(out):
    report = validate.inspect(out)
    assert report.problems == [] and report.warnings.number == 0
    assert (report.pictures, report.persons) == (4, 4)
    assert sum(report.flags.values()) == 4 * 17
    assert set(report.flags) == {0, 1, 2} and set(report.causes) == {"person"}


def test_every_check_looked_at_something(out):
    looked = validate.inspect(out).looked
    optional = {"passes"}  # see test_passes.py
    assert set(looked) == set(validate.CHECKS) - optional and min(looked.values()) >= 4


@pytest.mark.parametrize("kind", ["keypoints", "segm"])
def test_truth_against_itself_scores_one(out, kind, capsys):
    coco = COCO(str(annotations_path(out)))
    assert self_precision(coco, kind) == pytest.approx(1)


def test_data_set_without_people_is_sound(tmp_path):
    out = make_dataset(tmp_path, [[], []])
    annotate(out)
    report = validate.inspect(out)
    assert report.problems == [] and report.warnings.first == ["Nobody is in any picture."]


def set_first(**values):
    return lambda coco: coco["annotations"][0].update(values)


def set_extra(**values):
    return lambda coco: coco["annotations"][0]["posewright"].update(values)


def set_keypoint(number, *triplet):
    """Of the first person; a visible one before."""

    def change(coco):
        keypoints = coco["annotations"][0]["keypoints"]
        assert keypoints[3 * number + 2] == 2
        keypoints[3 * number : 3 * number + 3] = triplet

    return change


def move_keypoint(coco):
    keypoints = coco["annotations"][0]["keypoints"]
    assert keypoints[2] == 2
    keypoints[0] += 30


def move_points(coco):
    for point in coco["annotations"][0]["posewright"]["keypoints_3d"]:
        point[2] *= -1


def move_joints(coco):
    for joint in coco["annotations"][0]["posewright"]["joints_3d"]:
        joint[2] += 5


def drop_extras(coco):
    del coco["annotations"][0]["posewright"]


def zoom_camera(coco):
    coco["images"][0]["posewright"]["camera"]["K"][0][0] *= 1.2


def take_outline_of_another(coco):
    coco["annotations"][0]["segmentation"] = coco["annotations"][1]["segmentation"]


def twice(kind):
    return lambda coco: coco[kind].append(coco[kind][0])


LABELS = [
    pytest.param(set_first(id=9), "ids", "without gaps", id="gap in the ids"),
    pytest.param(set_first(id=2), "ids", "Two annotations have the id 2", id="id twice"),
    pytest.param(set_first(id="1"), "ids", "no whole numbers as its ids", id="id a text"),
    pytest.param(twice("annotations"), "ids", "person 0: it is there twice", id="person twice"),
    pytest.param(twice("images"), "ids", "Two images have the id 0", id="image twice"),
    pytest.param(lambda coco: coco["images"][0].update(id=1.5), "ids", "whole number as its id", id="image 1.5"),
    pytest.param(lambda coco: coco["images"].pop(), "ids", "1 annotations belong to no image", id="annotations astray"),
    pytest.param(set_first(image_id=77), "ids", "the first to 77", id="annotation of no image"),
    pytest.param(lambda coco: coco["images"].pop(), "labels and records", "records only", id="picture not annotated"),
    pytest.param(lambda coco: coco["images"][0].update(id=9), "labels and records", "annotations only", id="no record"),
    pytest.param(lambda coco: coco["annotations"].pop(), "labels and records", "its record gives 1", id="person gone"),
    pytest.param(set_extra(pose_source="gmm:1"), "labels and records", "posewright not as in its record", id="stale"),
    pytest.param(set_first(more=1), "labels and records", "more not as in its record", id="field of another's"),
    pytest.param(drop_extras, "form of labels", "not of our form", id="no extras"),
    pytest.param(set_first(bbox=[0, 0, 5]), "form of labels", "bbox: it has the shape (3,)", id="half a box"),
    pytest.param(set_first(area="5"), "form of labels", "area: something in it is no number", id="area a text"),
    pytest.param(set_first(area=None), "form of labels", "area: something in it is no number", id="no area"),
    pytest.param(set_first(area=float("nan")), "form of labels", "area: a number in it is not finite", id="area NaN"),
    pytest.param(set_keypoint(0, float("inf"), 5, 2), "form of labels", "keypoints: a number", id="keypoint infinite"),
    pytest.param(set_first(keypoints=[0] * 50), "form of labels", "expected (51,)", id="keypoints cut short"),
    pytest.param(set_extra(keypoints_3d=[[0, 0, 1]] * 17), "form of labels", "expected (23, 3)", id="no feet in 3D"),
    pytest.param(set_extra(joints_3d=[[0, 0, 1]] * 17), "form of labels", "joints_3d", id="joints of another body"),
    pytest.param(set_extra(occluded_by=[]), "form of labels", "23 causes", id="no causes"),
    pytest.param(set_first(segmentation=[[1, 2, 3, 4, 5, 6]]), "form of labels", "TypeError", id="polygon"),
    pytest.param(set_first(category_id=2), "form of labels", "category 2", id="no person"),
    pytest.param(set_first(bbox=[0.0, 0.0, 5.0, 5.0]), "boxes", "the mask's is", id="box"),
    pytest.param(set_first(bbox=[100.0, 10.0, 61.0, 20.0]), "boxes", "not inside the picture", id="box too far right"),
    pytest.param(set_first(bbox=[-1.0, 10.0, 30.0, 20.0]), "boxes", "not inside the picture", id="box too far left"),
    pytest.param(set_first(bbox=[10.0, 10.0, 0.0, 20.0]), "boxes", "not inside the picture", id="box without width"),
    pytest.param(set_first(area=5.0), "areas and outlines", "area 5, the mask has", id="area"),
    pytest.param(take_outline_of_another, "areas and outlines", "segmentation differs", id="outline of another"),
    pytest.param(set_first(num_keypoints=3), "keypoints", "num_keypoints is 3, not 17", id="count of keypoints"),
    pytest.param(set_keypoint(5, 60, 60, 3), "keypoints", "left_shoulder has the flag 3", id="flag 3"),
    pytest.param(set_keypoint(5, 60, 60, 1.5), "keypoints", "has the flag 1.5", id="flag between"),
    pytest.param(set_keypoint(5, 60, 60, 0), "keypoints", "left_shoulder is marked outside", id="outside, not 0"),
    pytest.param(set_keypoint(5, 160.0, 60, 2), "keypoints", "lies at 160, 60", id="right of the picture"),
    pytest.param(set_keypoint(5, 60, -0.01, 1), "keypoints", "marked inside the picture", id="over the picture"),
    pytest.param(set_extra(visible_fraction=[0.1] * 23), "keypoints", "visible, and 10%", id="hardly seen"),
    pytest.param(set_extra(visible_fraction=[1.5] * 23), "keypoints", "fraction 1.5", id="more than all seen"),
    pytest.param(move_keypoint, "keypoints on masks", "nose is marked visible", id="keypoint off the mask"),
    pytest.param(move_keypoint, "3D points", "differ by 30.0 px", id="keypoint off its 3D point"),
    pytest.param(move_points, "3D points", "differ by inf px", id="behind the camera"),
    pytest.param(zoom_camera, "3D points", "3D points differ by", id="another camera"),
    pytest.param(move_joints, "3D points", "a joint lies 5.00 m from", id="joints elsewhere"),
]  # fmt: skip


@pytest.mark.parametrize("change, check, words", LABELS)
def test_wrong_labels_are_found(out, change, check, words):
    edit_coco(out, change)
    assert_found(out, check, words)


IMAGES = [
    pytest.param({"file_name": "../000000.jpg"}, "is not that of its picture", id="out of the folder"),
    pytest.param({"file_name": "/etc/passwd"}, "is not that of its picture", id="absolute"),
    pytest.param({"file_name": "000001.jpg"}, "is not that of its picture", id="another picture"),
    pytest.param({"file_name": 5}, "TypeError", id="no name"),
    pytest.param({"width": 10**9}, "the size is 1000000000x120", id="giant"),
    pytest.param({"height": 120.0}, "the size is 160x120.0", id="no whole pixels"),
    pytest.param({"posewright": {}}, "KeyError: 'camera'", id="no camera"),
    pytest.param({"posewright": {"camera": {"K": [[1, 2], [3, 4]]}}}, "shape (2, 2)", id="half a camera"),
]


@pytest.mark.parametrize("values, words", IMAGES)
def test_wrong_images_are_found(out, values, words):
    edit_coco(out, lambda coco: coco["images"][0].update(values))
    assert_found(out, "form of labels", words)


def test_a_fault_in_one_label_leaves_the_others_checked(out):
    def change(coco):
        coco["annotations"][0]["bbox"] = "none"
        coco["annotations"][-1]["area"] = 1.0

    edit_coco(out, change)
    faults = faults_of(out)
    assert len(faults["form of labels"]) == len(faults["areas and outlines"]) == 1


FILES = [
    pytest.param(lambda text: text[:-200], "pycocotools cannot load", id="cut short"),
    pytest.param(lambda text: "", "the end where {", id="empty"),
    pytest.param(lambda text: "[]", "where { belongs", id="a list"),
    pytest.param(lambda text: text + "{}", "more follows after its end", id="two files in one"),
    pytest.param(lambda text: text.replace('"images"', '"pictures"'), "it has no 'images'", id="no images"),
    pytest.param(lambda text: text[:-2].rstrip("}") + ',"images":[]}', "'images' twice", id="key twice"),
    pytest.param(lambda text: text.replace('"nose"', '"tail"'), "its categories", id="other keypoints"),
    pytest.param(lambda text: text.replace('"seed":7', '"seed":8', 1), "not those of this data set", id="another seed"),
    pytest.param(lambda text: text.replace('"licenses":[', '"licenses":[{},'), "info and licenses", id="licences"),
    pytest.param(lambda text: '{"images":' + "[" * 10**6, "cannot load", id="brackets in brackets"),
    pytest.param(lambda text: '{"info":"' + "a" * (LARGEST_ENTRY + 2**21) + '"}', "over 16 MB", id="giant text"),
    pytest.param(lambda text: '{"info":' + "9" * 10**5 + "}", "cannot load", id="giant number"),
]


@pytest.mark.parametrize("change, words", FILES)
def test_broken_annotation_files_are_found(out, change, words):
    path = annotations_path(out)
    path.write_text(change(path.read_text()))
    assert_found(out, "annotation file", words)


def test_missing_annotation_file_is_found(out):
    annotations_path(out).unlink()
    assert_found(out, "annotation file", "posewright annotate")


def test_what_pycocotools_cannot_take_is_found(out):
    coco, report = json.loads(annotations_path(out).read_text()), validate.Report()
    scorer = Scorer({"categories": coco["categories"]}, report)
    scorer.add(coco["images"][0], [{"image_id": 0, "category_id": 1}])
    scorer.score()
    assert "pycocotools cannot take them (KeyError" in report.problems[0]


def test_a_crowd_larger_than_coco_counts_scores_one(out):
    coco, report = json.loads(annotations_path(out).read_text()), validate.Report()
    first, crowd = coco["annotations"][0], []
    for number in range(30):
        keypoints = [value + 10 * number * (place % 3 == 0) for place, value in enumerate(first["keypoints"])]
        crowd.append({**first, "id": number + 1, "keypoints": keypoints})
    scorer = Scorer({"categories": coco["categories"]}, report)
    scorer.add(coco["images"][0], crowd)
    scorer.score()
    assert report.problems == [] and report.looked["annotation file"] == 1


def test_labels_that_do_not_score_one_are_found(out):
    coco, report = json.loads(annotations_path(out).read_text()), validate.Report()
    scorer = Scorer({"categories": coco["categories"]}, report)
    scorer.add(coco["images"][1], [{**coco["annotations"][2], "area": 1e11}])  # beyond COCO's largest: not scored
    scorer.score()
    assert "keypoints AP -1.0000, not 1" in report.problems[0]


def test_labels_are_compared_with_records_in_any_order(out):
    edit_coco(out, lambda coco: coco["images"].reverse())
    assert faults_of(out) == {}


def test_places_in_the_file_are_bytes(out):
    """Entries are found again where letters take several bytes, and where a block ends within an entry."""
    edit_coco(out, lambda coco: coco["info"].update(description="ä€𝄞" * 400_000))
    path = annotations_path(out)
    text = json.dumps(json.loads(path.read_text()), ensure_ascii=False, indent=3)
    path.write_text(text, encoding="utf-8")
    coco = read_coco(path, validate.Report())
    wanted = json.loads(text)
    assert coco.read(list(coco.images.values())) == wanted["images"]
    spans = [span for image in wanted["images"] for span in coco.annotations.get(image["id"], [])]
    assert coco.read(spans) == wanted["annotations"]
    assert faults_of(out) == {}


def test_projection_error_is_the_largest_distance():
    points = standing() + [0, 0, 3]
    keypoints = [(x, y, 2) for x, y in project(points)]
    intrinsics = np.array([[150.0, 0, 80], [0, 150, 60], [0, 0, 1]])
    assert projection_error(keypoints, points, intrinsics) == pytest.approx(0, abs=1e-9)
    keypoints[4] = (keypoints[4][0] + 3, keypoints[4][1] + 4, 1)
    keypoints[5] = (0, 0, 0)  # outside: not compared
    assert projection_error(keypoints, points, intrinsics) == pytest.approx(5)


@pytest.mark.parametrize(
    "point, expected",
    [
        pytest.param((5.5, 5.5), 0, id="on it"),
        pytest.param((8.0, 5.5), 2, id="right of it"),
        pytest.param((5.5, 3.0), 2, id="above it"),
        pytest.param((7.5, 8.0), 2.5, id="diagonal"),
        pytest.param((15.0, 5.5), np.inf, id="far away"),
    ],
)
def test_distance_to_mask(point, expected):
    own = np.zeros((20, 20), bool)
    own[5, 5] = True
    assert distance_to_mask(own, *point) == pytest.approx(expected)


def test_main_prints_a_table_and_tells_the_status(out, capsys):
    assert validate.main(out) == 0
    text = capsys.readouterr().out
    assert "keypoints visible" in text and all(check in text for check in validate.CHECKS)
    (out / "images/000001.jpg").unlink()
    assert validate.main(out) == 1
    assert "pictures: Record 000001 has no picture" in capsys.readouterr().out


def test_long_lists_are_cut_and_counted(capsys):
    report = validate.Report()
    for number in range(50):
        report.fault("boxes", f"fault {number}")
    assert len(report.problems) == MOST_SHOWN + 1
    validate.print_report(report, Console())
    text = capsys.readouterr().out
    assert "fault 19" in text and "fault 20" not in text and "boxes: and 30 more" in text


def test_names_out_of_files_cannot_move_the_cursor(capsys):
    report = validate.Report()
    report.fault("boxes", "\x1b[2Jgone\nboxes: [red]no[/red]")
    validate.print_report(report, Console())
    assert "boxes: ?[2Jgone?boxes: [red]no[/red]" in capsys.readouterr().out

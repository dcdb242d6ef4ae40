"""A sound data set passes; each kind of fault is found and named."""

import json

import cv2
import numpy as np
import pytest
from rich.console import Console

from blender_addon.core.keypoints import FLIP_PAIRS
from headless import validate
from headless.annotate import annotate
from tests.made_dataset import SMPLX_LIMBS, edit_record, make_dataset, project, standing

PICTURES = [[(0, 0, 3.0), (0.3, 0, 4.0)], [(-1.2, 0, 2.5)], [], [(0.5, 0, 2.8)]]


@pytest.fixture
def out(tmp_path):
    out = make_dataset(tmp_path / "set", PICTURES)
    annotate(out)
    return out


def edit_coco(out, change):
    path = out / "annotations/person_keypoints.json"
    coco = json.loads(path.read_text())
    change(coco)
    path.write_text(json.dumps(coco))


def test_sound_data_set_has_no_problem(out):
    report = validate.inspect(out)
    assert report.problems == [] and report.warnings == []
    assert (report.pictures, len(report.heights)) == (4, 4)
    assert sum(report.flags.values()) == 4 * 17
    assert set(report.flags) == {0, 1, 2} and set(report.causes) == {"person"}


@pytest.mark.parametrize("kind", ["keypoints", "segm"])
def test_truth_against_itself_scores_one(out, kind):
    coco = validate._load(validate.annotations_path(out), validate.Report())
    assert validate.self_precision(coco, kind) == pytest.approx(1)


def test_data_set_without_people_is_sound(tmp_path):
    out = make_dataset(tmp_path, [[], []])
    annotate(out)
    report = validate.inspect(out)
    assert report.problems == [] and report.warnings == ["Nobody is in any picture."]


def cut(path):
    path.write_bytes(path.read_bytes()[:-200])


def resize(path):
    cv2.imwrite(str(path), cv2.imread(str(path))[:-1])


FILES = [
    pytest.param("images/000001.jpg", lambda path: path.unlink(), "000001.jpg is missing", id="no picture"),
    pytest.param("images/000001.jpg", cut, "cut short", id="picture cut short"),
    pytest.param("images/000001.jpg", resize, "is 160x119, its label says 160x120", id="picture of another size"),
    pytest.param("records/000001.json", lambda path: path.unlink(), "has no record", id="no record"),
    pytest.param("masks/000001.png", lambda path: path.unlink(), "000001.png", id="no mask"),
    pytest.param("annotations/person_keypoints.json", cut, "posewright annotate", id="annotations cut short"),
    pytest.param("annotations/person_keypoints.json", lambda path: path.unlink(), "posewright annotate", id="none"),
]


@pytest.mark.parametrize("name, harm, words", FILES)
def test_broken_files_are_found(out, name, harm, words):
    harm(out / name)
    assert any(words in problem for problem in validate.validate(out))


def set_first(**values):
    return lambda coco: coco["annotations"][0].update(values)


def move_keypoint(coco):
    keypoints = coco["annotations"][0]["keypoints"]
    assert keypoints[2] == 2
    keypoints[0] += 30


LABELS = [
    pytest.param(set_first(id=9), "without gaps", id="gap in the ids"),
    pytest.param(set_first(area=5.0), "area 5", id="area"),
    pytest.param(set_first(bbox=[0.0, 0.0, 5.0, 5.0]), "box", id="box"),
    pytest.param(set_first(num_keypoints=3), "num_keypoints is 3", id="count of keypoints"),
    pytest.param(move_keypoint, "nose is marked visible", id="keypoint off the mask"),
    pytest.param(move_keypoint, "3D points differ by 30.0 px", id="keypoint off its 3D point"),
    pytest.param(lambda coco: coco["images"].pop(), "records only", id="picture not annotated"),
    pytest.param(lambda coco: coco["images"].pop(), "belong to no image", id="annotations astray"),
    pytest.param(lambda coco: coco["annotations"][0].pop("posewright"), "not of our form", id="another program's"),
    pytest.param(
        lambda coco: coco["annotations"][0].update(segmentation=coco["annotations"][1]["segmentation"]),
        "segmentation differs",
        id="outline of somebody else",
    ),
]


@pytest.mark.parametrize("change, words", LABELS)
def test_wrong_labels_are_found(out, change, words):
    edit_coco(out, change)
    assert any(words in problem for problem in validate.validate(out))


def test_exchanged_left_and_right_is_found_in_keypoints(out):
    def exchange(truth):
        for person in truth["persons"]:
            for name in ("keypoints_px", "keypoints_3d", "visible_fraction", "on_mask", "occluded_by"):
                for left, right in FLIP_PAIRS:
                    values = person[name]
                    values[left], values[right] = values[right], values[left]

    for index in range(4):
        edit_record(out, index, exchange)
    annotate(out)
    assert any("Left and right look exchanged on 4 of 4" in problem for problem in validate.validate(out))


def exchanged(points):
    points = points.copy()
    for left, right in FLIP_PAIRS:
        points[[left, right]] = points[[right, left]]
    return points


def joints_of(points):
    joints = np.zeros((55, 3))
    for limb, numbers in SMPLX_LIMBS.items():
        for side, number in zip(("left", "right"), numbers, strict=True):
            joints[number] = points[validate.KEYPOINT_NAMES.index(f"{side}_{limb}")]
    return joints


def test_exchange_in_keypoints_and_joints_alike_is_found_by_handedness():
    points = standing()
    assert not validate.looks_mirrored(points, joints_of(points))
    wrong = exchanged(points)
    assert validate.looks_mirrored(wrong, joints_of(wrong))


def test_exchange_between_keypoints_and_joints_is_found():
    points = standing()
    assert validate.looks_mirrored(points, joints_of(exchanged(points)))


def test_turning_the_body_does_not_mirror_it():
    turn = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0], [0.48, 0.64, 0.6]])
    assert np.linalg.det(turn) == pytest.approx(1)
    points = standing() @ turn.T
    assert not validate.looks_mirrored(points, joints_of(points))
    mirrored = points * [-1, 1, 1]
    assert validate.looks_mirrored(mirrored, joints_of(mirrored))


def test_projection_error_is_the_largest_distance():
    points = standing() + [0, 0, 3]
    keypoints = [(x, y, 2) for x, y in project(points)]
    intrinsics = np.array([[150.0, 0, 80], [0, 150, 60], [0, 0, 1]])
    assert validate.projection_error(keypoints, points, intrinsics) == pytest.approx(0, abs=1e-9)
    keypoints[4] = (keypoints[4][0] + 3, keypoints[4][1] + 4, 1)
    keypoints[5] = (0, 0, 0)  # outside: not compared
    assert validate.projection_error(keypoints, points, intrinsics) == pytest.approx(5)


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
    assert validate.distance_to_mask(own, *point) == pytest.approx(expected)


def test_main_prints_a_table_and_tells_the_status(out, capsys):
    assert validate.main(out) == 0
    assert "keypoints visible" in capsys.readouterr().out
    (out / "images/000001.jpg").unlink()
    assert validate.main(out) == 1
    assert "problem: " in capsys.readouterr().out


def test_long_lists_are_cut(capsys):
    report = validate.Report(problems=[f"fault {number}" for number in range(50)])
    validate.print_report(report, Console())
    text = capsys.readouterr().out
    assert "fault 19" in text and "fault 20" not in text and "and 30 more problems" in text

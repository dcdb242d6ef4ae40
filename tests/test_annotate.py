"""Records become COCO's own form, byte for byte the same, and broken ones are named."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from blender_addon.core.errors import AssetError
from blender_addon.core.keypoints import COCO_NAMES, FEET_NAMES, FLIP_PAIRS, KEYPOINT_NAMES, coco_flags
from headless.annotate import ROOT, annotate, main
from tests.made_dataset import HEIGHT, WIDTH, edit_record, make_dataset, make_picture

ALONE, BEHIND, CUT = (0, 0, 3.0), (0.3, 0, 4.0), (-1.2, 0, 2.5)
HIDDEN = (0, -10, 150.0)  # far away, where ALONE stands before them
PICTURES = [[ALONE, BEHIND], [CUT], [], [ALONE, HIDDEN]]


@pytest.fixture
def out(tmp_path):
    return make_dataset(tmp_path / "set", PICTURES)


def load(out) -> dict:
    return json.loads(annotate(out).read_bytes())


def test_form_is_cocos_own(out):
    coco = load(out)
    assert set(coco) == {"info", "licenses", "categories", "images", "annotations"}
    assert [image["id"] for image in coco["images"]] == [0, 1, 2, 3]
    image = coco["images"][0]
    assert (image["file_name"], image["width"], image["height"]) == ("000000.jpg", WIDTH, HEIGHT)
    (category,) = coco["categories"]
    assert (category["id"], category["name"], len(category["keypoints"])) == (1, "person", 17)
    assert len(category["skeleton"]) == 19
    assert np.min(category["skeleton"]) == 1 and np.max(category["skeleton"]) == 17
    for number, annotation in enumerate(coco["annotations"], 1):
        assert annotation["id"] == number
        assert annotation["category_id"] == 1 and annotation["iscrowd"] == 0
        assert isinstance(annotation["area"], float) and isinstance(annotation["segmentation"]["counts"], str)
        flags = annotation["keypoints"][2::3]
        assert len(annotation["keypoints"]) == 51 and set(flags) <= {0, 1, 2}
        assert annotation["num_keypoints"] == sum(flag > 0 for flag in flags)


def test_extras_are_under_one_name(out):
    coco = load(out)
    assert set(coco["images"][0]["posewright"]) == {"camera", "seed", "index"}
    extras = coco["annotations"][0]["posewright"]
    lengths = {
        name: len(extras[name])
        for name in ("visible_fraction", "occluded_by", "keypoints_3d", "joints_3d", "smpl_joints_3d")
    }
    assert lengths == {
        "visible_fraction": 23,
        "occluded_by": 23,
        "keypoints_3d": 23,
        "joints_3d": 55,
        "smpl_joints_3d": 24,
    }
    assert len(coco["annotations"][0]["foot_kpts"]) == 3 * len(FEET_NAMES)
    assert (extras["person"], extras["pose_source"]) == (0, "families:stand")


def test_pycocotools_loads_it_and_outline_area_and_box_are_the_masks(out):
    coco = COCO(str(annotate(out)))
    assert len(coco.getAnnIds()) == 4  # two, one, none, and one of two: the other hides wholly behind
    for annotation in coco.dataset["annotations"]:
        mask = cv2.imread(str(out / f"masks/{annotation['image_id']:06d}.png"), cv2.IMREAD_UNCHANGED)
        own = mask == annotation["posewright"]["person"] + 1
        np.testing.assert_array_equal(coco.annToMask(annotation), own)
        assert annotation["area"] == own.sum() == coco_mask.area(annotation["segmentation"])
        rows, columns = np.nonzero(own)
        x, y, width, height = annotation["bbox"]
        assert (x, y, x + width - 1, y + height - 1) == (columns.min(), rows.min(), columns.max(), rows.max())


def test_person_without_a_pixel_is_left_out(out):
    coco = load(out)
    assert [a["posewright"]["person"] for a in coco["annotations"] if a["image_id"] == 3] == [0]


def test_keypoints_outside_the_picture_are_zeroed_and_the_rest_kept(out):
    (cut,) = [a for a in load(out)["annotations"] if a["image_id"] == 1]
    triplets = np.array(cut["keypoints"]).reshape(-1, 3)
    outside = triplets[:, 2] == 0
    assert outside.any() and not outside.all()
    assert not triplets[outside].any()
    assert (triplets[~outside, :2] >= 0).all() and (triplets[~outside, :2] < [WIDTH, HEIGHT]).all()


@pytest.mark.parametrize(
    "pixel, fraction, on_mask, expected",
    [
        pytest.param((3.25, 4), 1.0, True, (3.25, 4, 2), id="seen"),
        pytest.param((3, 4), 0.3, True, (3, 4, 2), id="just enough seen"),
        pytest.param((3, 4), 0.29, True, (3, 4, 1), id="too little seen"),
        pytest.param((3, 4), 1.0, False, (3, 4, 1), id="off its mask"),
        pytest.param((0, 0), 1.0, True, (0, 0, 2), id="first corner is inside"),
        pytest.param((10, 4), 1.0, True, (0, 0, 0), id="width is outside"),
        pytest.param((3, 8), 1.0, True, (0, 0, 0), id="height is outside"),
        pytest.param((-0.01, 4), 1.0, True, (0, 0, 0), id="left of the picture"),
        pytest.param(None, 0.0, False, (0, 0, 0), id="behind the camera"),
        pytest.param((None, None), 0.0, False, (0, 0, 0), id="behind the camera, by value"),
    ],
)
def test_coco_flags(pixel, fraction, on_mask, expected):
    np.testing.assert_array_equal(coco_flags([pixel], [fraction], [on_mask], 10, 8), [expected])


def test_names_and_flips():
    assert len(set(KEYPOINT_NAMES)) == 23 and KEYPOINT_NAMES[:17] == COCO_NAMES
    assert len(FLIP_PAIRS) == 11
    for left, right in FLIP_PAIRS:
        assert KEYPOINT_NAMES[left].split("_", 1) == ["left", KEYPOINT_NAMES[right].removeprefix("right_")]


def test_rounding_does_not_push_a_keypoint_over_the_edge(out):
    edit_record(
        out, 0, lambda truth: truth["persons"][0]["keypoints_px"].__setitem__(0, [WIDTH - 0.001, HEIGHT - 0.001])
    )
    x, y, flag = load(out)["annotations"][0]["keypoints"][:3]
    assert flag > 0 and x == WIDTH - 0.01 and y == HEIGHT - 0.01


def test_same_records_give_the_same_bytes_and_leave_the_file_alone(out, tmp_path):
    path = annotate(out)
    data = path.read_bytes()
    os.utime(path, (1, 1))
    assert annotate(out).stat().st_mtime == 1
    # The records of another run of the same pictures, finished in another order.
    other = tmp_path / "other"
    make_dataset(other, [])
    for index in (2, 0, 3, 1):
        make_picture(other, index, PICTURES[index])
    assert annotate(other).read_bytes() == data


def test_unfinished_pictures_are_ignored(out):
    data = annotate(out).read_bytes()
    (out / "records" / ".000009.123.part.json").write_text('{"half')
    (out / "masks" / "000009.png").write_bytes(b"")
    assert annotate(out).read_bytes() == data


def test_no_records_is_an_error(tmp_path):
    with pytest.raises(AssetError, match="posewright render"):
        annotate(tmp_path)


def cut_in_half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_a_byte(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)


@pytest.mark.parametrize(
    "name, harm",
    [
        pytest.param("records/000001.json", cut_in_half, id="record cut short"),
        pytest.param("records/000001.json", lambda path: path.write_text("[]"), id="record of another kind"),
        pytest.param("masks/000001.png", cut_in_half, id="mask cut short"),
        pytest.param("masks/000001.png", flip_a_byte, id="mask damaged"),
        pytest.param("masks/000001.png", lambda path: path.write_bytes(b""), id="mask empty"),
        pytest.param("masks/000001.png", lambda path: path.unlink(), id="mask missing"),
    ],
)
def test_broken_file_is_named_with_its_fix_and_nothing_is_lost(out, name, harm):
    before = annotate(out).read_bytes()
    harm(out / name)
    with pytest.raises(AssetError) as caught:
        annotate(out)
    message = str(caught.value)
    assert str(out / name) in message and "--only 1" in message and "\n" not in message
    assert (out / "annotations/person_keypoints.json").read_bytes() == before
    assert [path.name for path in (out / "annotations").iterdir()] == ["person_keypoints.json"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda truth: truth.pop("width"), id="no width"),
        pytest.param(lambda truth: truth["persons"][0].pop("joints_3d"), id="no joints"),
        pytest.param(lambda truth: truth["persons"][0]["keypoints_px"].pop(), id="too few keypoints"),
        pytest.param(lambda truth: truth["persons"].pop(), id="too few persons"),
        pytest.param(lambda truth: truth["persons"][0].update(area=7), id="mask of another rendering"),
    ],
)
def test_record_that_lacks_something_is_named(out, change):
    edit_record(out, 1, change)
    with pytest.raises(AssetError, match="--only 1"):
        annotate(out)


def test_runs_as_a_file_from_anywhere(out, tmp_path):
    command = [sys.executable, str(ROOT / "headless" / "annotate.py")]
    done = subprocess.run([*command, str(out)], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(out / "annotations/person_keypoints.json")
    done = subprocess.run([*command, str(tmp_path / "none")], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1


def test_main_prints_where(out, capsys):
    assert main([str(out)]) == 0
    assert "person_keypoints.json" in capsys.readouterr().out

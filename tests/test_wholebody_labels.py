"""COCO-WholeBody's fields, boxes of whole people, regions of people too small to label: written, checked, exported."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.wholebody import PARTS, WHOLEBODY_NAMES
from headless import validate
from headless.annotate import annotate, annotations_path
from headless.coco_entry import keypoints_of, part_box
from headless.export import export
from headless.export.keypoint_set import keypoint_set
from headless.export.options import Options
from headless.mask_file import read_mask
from headless.report.survey import survey
from tests.made_dataset import HEIGHT, WIDTH, edit_record, make_dataset
from tests.made_export import CATALOG, complete
from tests.made_wholebody import add_wholebody
from tests.planted import assert_found

NEAR, CUT, TINY, SPECK = (0, 0, 3.0), (-1.2, 0, 2.5), (3.0, -1, 14.0), (-3.5, -1, 15.0)
PICTURES = [[NEAR, TINY, SPECK], [CUT], [], [(0.5, 0, 2.8), (-2.0, 0, 9.0)], [TINY]]
BELOW = 26


def make_set(out: Path, below: int = BELOW, wholebody: bool = True) -> Path:
    make_dataset(out, PICTURES)
    description = json.loads((out / "dataset.json").read_text())
    (out / "dataset.json").write_text(json.dumps({**description, "ranges": {"crowd_below": below}}))
    for index in range(len(PICTURES) if wholebody else 0):
        add_wholebody(out, index)
    annotate(out)
    return out


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return make_set(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def out(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "set"))


def labels(out: Path) -> list[dict]:
    return json.loads(annotations_path(out).read_text())["annotations"]


def people(out: Path) -> list[dict]:
    return [annotation for annotation in labels(out) if not annotation["iscrowd"]]


def crowds(out: Path) -> list[dict]:
    return [annotation for annotation in labels(out) if annotation["iscrowd"]]


def test_a_sound_set_has_no_fault(out):
    report = validate.inspect(out)
    assert report.problems == []
    assert (report.persons, report.crowded) == (4, 3)


def test_each_part_has_its_fields(out):
    for annotation in people(out):
        points = keypoints_of(annotation)
        assert len(annotation["keypoints"]) == 51 and len(points) == len(WHOLEBODY_NAMES)
        for part, place in PARTS.items():
            flat = annotation[f"{part}_kpts"]
            assert [tuple(flat[i : i + 3]) for i in range(0, len(flat), 3)] == points[place]
            assert annotation[f"{part}_valid"] == any(flag > 0 for _, _, flag in points[place])
        assert annotation["num_keypoints"] == sum(flag > 0 for _, _, flag in points[:17])
        extras = annotation["posewright"]
        assert [len(extras[name]) for name in ("keypoints_3d", "joints_3d", "smpl_joints_3d")] == [133, 55, 24]


def test_parts_outside_the_picture_are_not_valid_and_have_no_box(out):
    (cut,) = (annotation for annotation in people(out) if annotation["image_id"] == 1)
    assert cut["lefthand_valid"] and not cut["righthand_valid"]
    assert cut["righthand_box"] == [0, 0, 0, 0] and not any(cut["righthand_kpts"])
    x, y, width, height = cut["lefthand_box"]
    assert 0 <= x < x + width <= WIDTH and 0 <= y < y + height <= HEIGHT


@pytest.mark.parametrize(
    "points, box",
    [
        pytest.param([(20, 20), (30, 60)], [16, 16, 18, 48], id="wider by a tenth of its longer side"),
        pytest.param([(1, 2), (11, 2)], [0, 1, 12, 2], id="as far as the picture goes"),
        pytest.param([(90, 70), None, (120, 75)], [87, 67, 13, 11], id="cut off, one behind the lens"),
    ],
)
def test_part_box(points, box):
    assert part_box(points, 100, 80) == pytest.approx(box)


def test_without_face_and_hands_only_the_feet_have_fields(tmp_path):
    out = make_set(tmp_path / "plain", wholebody=False)
    assert validate.inspect(out).problems == []
    annotation = people(out)[0]
    assert len(annotation["foot_kpts"]) == 18 and annotation["foot_valid"] is True
    assert not any(name.startswith(("face", "lefthand", "righthand")) for name in annotation)
    name_assets(out)
    with pytest.raises(SettingsError, match="Render it with --keypoints wholebody"):
        export(out, tmp_path / "exported", Options("coco", keypoints="wholebody"))


def test_the_whole_persons_box_goes_beyond_the_picture(out):
    (cut,) = (annotation for annotation in people(out) if annotation["image_id"] == 1)
    x, _, width, _ = cut["bbox_full"]
    assert x < 0 < x + width and cut["bbox"][0] == 0
    assert cut["bbox"][2] < width


def test_small_people_share_a_region_of_their_pixels(out):
    found = crowds(out)
    assert [annotation["image_id"] for annotation in found] == [0, 4]
    assert [annotation["posewright"]["persons"] for annotation in found] == [[1, 2], [0]]
    mask = read_mask(out / "masks/000000.png", (HEIGHT, WIDTH), "")
    np.testing.assert_array_equal(coco_mask.decode(found[0]["segmentation"]), mask >= 2)
    assert found[0]["area"] == (mask >= 2).sum() and found[0]["num_keypoints"] == 0
    assert not any(found[0]["keypoints"] + found[0]["face_kpts"] + found[0]["foot_kpts"])
    assert sum(annotation["image_id"] == 0 for annotation in people(out)) == 1


def test_who_is_large_but_hidden_is_no_crowd(out):
    """A hand that shows of somebody near is small, and theirs alone."""
    edit_record(out, 4, lambda truth: truth["persons"][0].update(bbox_full=[10, 10, 40, 90]))
    annotate(out)
    assert [annotation["image_id"] for annotation in crowds(out)] == [0]


def test_without_the_knob_everybody_is_labelled(tmp_path):
    out = make_set(tmp_path / "all", below=0)
    assert not crowds(out) and len(people(out)) == 7


def test_another_knob_counts_at_the_next_annotate(out):
    description = json.loads((out / "dataset.json").read_text())
    (out / "dataset.json").write_text(json.dumps({**description, "ranges": {"crowd_below": 36}}))
    annotate(out)
    assert [annotation["image_id"] for annotation in crowds(out)] == [0, 3, 4]


@pytest.mark.parametrize("value", ["a lot", -1, [3]])
def test_a_knob_that_is_no_number_is_named(out, value):
    description = json.loads((out / "dataset.json").read_text())
    (out / "dataset.json").write_text(json.dumps({**description, "ranges": {"crowd_below": value}}))
    with pytest.raises(AssetError, match="crowd_below"):
        annotate(out)


@pytest.mark.parametrize("kind", ["keypoints", "segm"])
def test_cocos_score_leaves_crowds_out_of_account(out, kind, capsys):
    """Finding the people and not the crowd is right; finding the crowd too is no mistake."""
    coco = COCO(str(annotations_path(out)))
    key = {"keypoints": "keypoints", "segm": "segmentation"}[kind]
    scores = []
    for with_crowd in (False, True):
        found = [
            {"image_id": one["image_id"], "category_id": 1, key: one[key], "score": 0.9 if one["iscrowd"] else 0.8}
            for one in coco.dataset["annotations"]
            if with_crowd or not one["iscrowd"]
        ]
        if kind == "keypoints" and with_crowd:  # a person found inside the region
            for one in found:
                if not any(one[key]):
                    box = next(c["bbox"] for c in crowds(out) if c["image_id"] == one["image_id"])
                    one[key] = [box[0] + box[2] / 2, box[1] + box[3] / 2, 1] * 17
        evaluation = COCOeval(coco, coco.loadRes(found), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        precision = evaluation.eval["precision"][:, :, :, 0, -1]
        scores.append(precision[precision > -1].mean())
    assert scores == pytest.approx([1, 1])


def plant(out, change):
    coco = json.loads(annotations_path(out).read_text())
    change(coco["annotations"])
    annotations_path(out).write_text(json.dumps(coco))


def first(crowd=False, **values):
    def change(annotations):
        next(one for one in annotations if bool(one["iscrowd"]) == crowd).update(values)

    return change


def swap_parts(annotations):
    for name in ("kpts", "valid", "box"):
        one = annotations[0]
        one[f"lefthand_{name}"], one[f"righthand_{name}"] = one[f"righthand_{name}"], one[f"lefthand_{name}"]


FAULTS = [
    pytest.param(first(face_valid=False), "keypoints", "face_valid is False", id="valid is wrong"),
    pytest.param(first(face_valid=1), "form of labels", "face_valid is 1", id="valid is a number"),
    pytest.param(first(lefthand_box=[0, 0, 3, 3]), "boxes", "does not hold its points", id="box elsewhere"),
    pytest.param(first(lefthand_box=[90, 20, 900, 90]), "boxes", "not inside the picture", id="box too large"),
    pytest.param(first(face_kpts=[0] * 203), "form of labels", "face_kpts", id="a number is missing"),
    pytest.param(first(bbox_full=[100, 100, 5, 5]), "boxes", "out of bbox_full", id="whole box elsewhere"),
    pytest.param(first(bbox_full=None), "form of labels", "bbox_full", id="no whole box"),
    pytest.param(swap_parts, "3D points", "their 3D points differ", id="hands exchanged in 2D"),
    pytest.param(first(True, num_keypoints=3), "form of labels", "a crowd has no keypoints", id="crowd counts"),
    pytest.param(first(True, keypoints=[1] * 51), "form of labels", "are not all 0", id="crowd has keypoints"),
    pytest.param(first(True, area=5), "areas and outlines", "area 5", id="crowd's area"),
    pytest.param(first(True, posewright={"persons": []}), "form of labels", "a crowd of", id="crowd of nobody"),
    pytest.param(first(True, posewright={"persons": [0, 1]}), "ids", "there twice", id="crowd has a person"),
    pytest.param(first(True, iscrowd=2), "form of labels", "iscrowd 2", id="neither crowd nor person"),
]


@pytest.mark.parametrize("change, check, words", FAULTS)
def test_a_planted_fault_is_found(out, change, check, words):
    plant(out, change)
    assert_found(out, check, words)


def exchange_hands(truth):
    for person in truth["persons"]:
        for name in ("keypoints_px", "keypoints_3d", "visible_fraction", "on_mask", "occluded_by"):
            person[name][91:] = person[name][112:] + person[name][91:112]


def exchange_fingers(truth):
    for person in truth["persons"]:
        for name in ("keypoints_px", "keypoints_3d", "visible_fraction", "on_mask", "occluded_by"):
            person[name][92:96], person[name][108:112] = person[name][108:112], person[name][92:96]


def mirror_face(truth):
    for person in truth["persons"]:
        for name in ("keypoints_px", "keypoints_3d", "visible_fraction", "on_mask", "occluded_by"):
            left, right = person[name][23:40][::-1], person[name][40:91]
            person[name][23:91] = left + right


@pytest.mark.parametrize(
    "change, words",
    [
        pytest.param(exchange_hands, "its hands lie", id="hands"),
        pytest.param(exchange_fingers, "its fingers lie", id="thumb and little finger"),
        pytest.param(mirror_face, "its face is a mirror image", id="the face's outline"),
    ],
)
def test_exchanged_sides_are_found(out, change, words):
    edit_record(out, 3, change)
    annotate(out)
    assert_found(out, "left and right", words)


def name_assets(out: Path) -> None:
    """As exports want it."""
    description = json.loads((out / "dataset.json").read_text())
    (out / "dataset.json").write_text(json.dumps({**description, "catalog": CATALOG}))
    for index in range(len(PICTURES)):
        complete(out, index)


def test_exports_of_all_133_and_of_crowds(out, tmp_path):
    name_assets(out)
    export(out, tmp_path / "coco", Options("coco", keypoints="wholebody"))
    coco = COCO(str(tmp_path / "coco/annotations/person_keypoints_train.json"))
    assert sum(one["iscrowd"] for one in coco.dataset["annotations"]) == 2
    assert len(coco.loadCats([1])[0]["keypoints"]) == 17, "as COCO-WholeBody's own file"
    assert all(len(keypoints_of(one)) == 133 for one in coco.dataset["annotations"])
    export(out, tmp_path / "yolo", Options("yolo-pose", keypoints="wholebody"))
    lines = [path.read_text().splitlines() for path in sorted((tmp_path / "yolo/labels/train").iterdir())]
    assert [len(each) for each in lines] == [1, 1, 0, 2, 0], "crowds are left out"
    assert {len(line.split()) for each in lines for line in each} == {5 + 3 * 133}
    export(out, tmp_path / "hf", Options("hf", keypoints="wholebody"))
    rows = [json.loads(line) for line in (tmp_path / "hf/train/metadata.jsonl").read_text().splitlines()]
    assert [len(row["objects"]["bbox"]) for row in rows] == [1, 1, 0, 2, 0]
    assert len(rows[0]["objects"]["keypoints"][0]) == 133
    export(out, tmp_path / "mm", Options("mmpose", keypoints="wholebody"))
    config = (tmp_path / "mm/posewright.py").read_text()
    assert "type='CocoWholeBodyDataset'" in config and "CocoWholeBodyMetric" in config
    assert "name='face-67'" in config and "swap='right_pinky_finger4'" in config


def test_the_set_of_133_is_whole():
    keypoints = keypoint_set("wholebody")
    assert len(keypoints.sigmas) == 133 and keypoints.sigmas[91:112] == keypoints.sigmas[112:]
    assert len(keypoints.links) == 19 + 6 + 40
    flip = np.array(keypoints.flip_idx)
    np.testing.assert_array_equal(flip[flip], np.arange(133))
    assert flip[23] == 39 and flip[91] == 112


def test_the_report_counts_crowds_apart(out):
    found = survey(out).statistics
    assert (found.persons, found.crowded) == (4, 3)
    assert found.fates.sum() == 4 * 23

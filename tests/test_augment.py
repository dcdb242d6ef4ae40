"""Cutouts change pictures, masks, boxes and visibility together; the same seed gives the same bytes."""

import json
import re
import shutil

import cv2
import numpy as np
import pytest

from blender_addon.core.camera import intrinsics, project
from blender_addon.core.catalog import Asset, Catalog
from blender_addon.core.keypoints import coco_flags
from blender_addon.core.spec import SceneSpec, from_dict
from blender_addon.core.visibility import SEEN, keypoint_patches, weigh
from headless.augment.geometry import Bodies
from headless.augment.library import open_library, to_linear, to_srgb
from headless.augment.looks import composed
from headless.augment.loop import augment
from headless.augment.options import Options
from headless.report.survey import survey
from headless.validate import validate
from tests.made_augment import FINER, answers_of, draw, made_library, made_set

SCENES = [
    [(0.0, 3.0, 0.2), (0.8, 4.0, 2.5)],
    [(-0.5, 2.8, 3.0)],
    [(0.3, 3.6, -1.0)],
    [(0.0, 3.2, 1.5), (-0.9, 3.9, 0.0)],
    [(0.6, 2.7, -0.4)],
]
OPTIONS = Options(seed=3, objects=(1, 2), people=0.8)


@pytest.fixture(scope="module")
def bodies(open_body_path):
    return Bodies(Catalog((Asset("open_body", "body", open_body_path, "CC0", ""),)))


@pytest.fixture(scope="module")
def plain(tmp_path_factory, body):
    return made_set(tmp_path_factory.mktemp("plain") / "set", body, SCENES)


@pytest.fixture(scope="module")
def library(tmp_path_factory, body):
    return open_library(made_library(tmp_path_factory.mktemp("library"), body))


@pytest.fixture(scope="module")
def pasted(tmp_path_factory, plain, library, bodies):
    out = tmp_path_factory.mktemp("pasted") / "set"
    counts = augment(plain, out, library, bodies, OPTIONS)
    assert counts["pictures"] == len(SCENES) and counts["things"] >= 3 and counts["people"] >= 2, counts
    return out


def records(out) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted((out / "records").iterdir())]


def tree(out) -> dict:
    return {path.relative_to(out): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_what_comes_out_is_a_sound_data_set(pasted):
    assert validate(pasted) == []
    assert survey(pasted).statistics.pictures == len(SCENES)


@pytest.mark.parametrize("edit, check", [
    pytest.param(lambda t: t["persons"][-1]["visible_fraction"].__setitem__(0, 0.123), "answers", id="visibility"),
    pytest.param(lambda t: t["persons"][-1].update(answers="0"), "hexadecimal", id="answers"),
    pytest.param(lambda t: t["persons"].pop(), "persons in its scene", id="who was pasted is not labelled"),
    pytest.param(lambda t: t["persons"][-1].update(area=1), "area|pixels", id="area"),
])  # fmt: skip
def test_faults_in_it_are_found(pasted, tmp_path, edit, check):
    out = tmp_path / "set"
    shutil.copytree(pasted, out)
    path = next(p for p in sorted((out / "records").iterdir()) if any(q["persons"] for q in pasted_on(p)))
    record = json.loads(path.read_text())
    edit(record["truth"])
    path.write_text(json.dumps(record))
    assert any(re.search(check, line) for line in validate(out))


def pasted_on(path) -> list:
    return json.loads(path.read_text())["spec"]["pasted"]


def test_masks_and_boxes_are_of_what_shows_now(plain, pasted):
    changed = 0
    for before, after in zip(records(plain), records(pasted), strict=True):
        mask = cv2.imread(str(pasted / after["made"]["mask"]), cv2.IMREAD_UNCHANGED)
        for number, person in enumerate(after["truth"]["persons"], 1):
            assert person["area"] == (mask == number).sum()
        for old, new in zip(before["truth"]["persons"], after["truth"]["persons"], strict=False):
            assert new["area"] <= old["area"]
            assert np.all(np.array(new["visible_fraction"]) <= np.array(old["visible_fraction"]))
            assert new["keypoints_px"] == old["keypoints_px"]
            changed += new["area"] < old["area"]
    assert changed >= 3


def test_pictures_change_where_something_is_pasted_and_hardly_elsewhere(plain, pasted):
    for record in records(pasted):
        old, new = (cv2.imread(str(out / record["made"]["image"])).astype(int) for out in (plain, pasted))
        inside = np.zeros(old.shape[:2], np.uint8)
        for paste in from_dict(SceneSpec, record["spec"]).pasted:
            inside |= stamp(record, paste) > 0
        apart = cv2.dilate(inside, np.ones((23, 23))) == 0  # JPEG carries a change as far as its blocks go
        assert np.abs(old - new)[apart].mean() < 1.5
        if inside.any():
            assert np.abs(old - new)[inside > 0].mean() > 5


def stamp(record: dict, paste, finer: int = 1) -> np.ndarray:
    """(H, W) alpha from 0 to 255 of a cutout on the picture, by a homography instead of by rays, so much larger."""
    spec = from_dict(SceneSpec, record["spec"])
    alpha = stamp.alphas[paste.cutout]
    larger = np.diag([paste.larger, paste.larger, 1.0])
    onto = intrinsics(spec.camera) @ np.array(paste.turn) @ larger @ np.linalg.inv(intrinsics(paste.camera))
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # OpenCV has (0, 0) in the middle of the first pixel
    onto = np.linalg.inv(half) @ np.diag([finer, finer, 1]) @ onto @ half
    return cv2.warpPerspective(alpha, onto, (spec.camera.width * finer, spec.camera.height * finer))


@pytest.fixture(scope="module", autouse=True)
def alphas(library):
    names = [cutout.name for cutout in (*library.people, *library.things)]
    stamp.alphas = {n: cv2.imread(str(library.folder / f"{n}.png"), cv2.IMREAD_UNCHANGED)[..., 3] for n in names}


def test_visibility_agrees_with_a_picture_drawn_again(pasted, body):
    """A z-buffer of the bodies with the cutouts laid over it, pixel by pixel, as in the independent method."""
    patches, compared, agreed, finer = keypoint_patches(body), 0, 0, FINER
    for record in records(pasted):
        spec = from_dict(SceneSpec, record["spec"])
        index, rest, posed = draw(spec.persons, spec.camera, body, finer)
        index = index.astype(int)
        for paste in spec.pasted:
            index[stamp(record, paste, finer) >= 128] = 99
        for number, one in enumerate(posed, 1):
            person = record["truth"]["persons"][number - 1]
            fraction, _ = weigh(answers_of(number, one, patches, index, rest, spec.camera, finer))
            size = spec.camera.width, spec.camera.height
            ours = coco_flags(person["keypoints_px"], person["visible_fraction"], person["on_mask"], *size)[:, 2]
            theirs = coco_flags(person["keypoints_px"], fraction, person["on_mask"], *size)[:, 2]
            compared += int((ours > 0).sum())
            agreed += int((ours == theirs)[ours > 0].sum())
    assert compared > 100
    assert agreed >= 0.99 * compared


def test_who_is_pasted_stands_where_their_labels_say(pasted, body):
    mirrored = 0
    for record in records(pasted):
        spec = from_dict(SceneSpec, record["spec"])
        mask = cv2.imread(str(pasted / record["made"]["mask"]), cv2.IMREAD_UNCHANGED)
        number = len(spec.persons)
        for paste in spec.pasted:
            if not paste.persons:
                continue
            number += 1
            truth = record["truth"]["persons"][number - 1]
            flip = np.linalg.det(np.array(paste.turn)) < 0
            mirrored += flip
            shoulders = np.array(truth["keypoints_3d"])[[5, 6]]
            inner = intrinsics(spec.camera)
            again = np.array(truth["keypoints_3d"]) @ inner.T
            np.testing.assert_allclose(again[:, :2] / again[:, 2:], np.array(truth["keypoints_px"]), atol=0.1)
            assert np.linalg.norm(shoulders[0] - shoulders[1]) > 0.2
            visible = np.array(truth["visible_fraction"]) > 0.9
            pixels = np.floor(np.array(truth["keypoints_px"])[visible]).astype(int)
            inside = ((pixels >= 0) & (pixels < [spec.camera.width, spec.camera.height])).all(1)
            own = cv2.dilate((mask == number).astype(np.uint8), np.ones((5, 5)))
            assert own[pixels[inside][:, 1], pixels[inside][:, 0]].mean() > 0.9
    assert mirrored


def test_a_mirrored_person_keeps_left_and_right(library, bodies):
    person = library.people[0].spec.persons[0]
    plain = bodies.geometry(person, library.people[0].spec.camera, "coco")
    mirrored = plain.turned(np.diag([-1.0, 1.0, 1.0]))
    np.testing.assert_allclose(mirrored.keypoints[5], plain.keypoints[6] * [-1, 1, 1])
    np.testing.assert_allclose(mirrored.points[9], plain.points[10] * [-1, 1, 1])
    np.testing.assert_allclose(mirrored.turned(np.diag([-1.0, 1.0, 1.0])).points, plain.points)


def test_answers_of_hidden_points_name_the_cutout(pasted):
    causes = {cause for record in records(pasted) for one in record["truth"]["persons"] for cause in one["occluded_by"]}
    assert {"object", "person"} <= causes


def test_same_seed_same_bytes_and_other_seed_others(plain, pasted, library, bodies, tmp_path):
    augment(plain, tmp_path / "again", library, bodies, OPTIONS)
    assert tree(tmp_path / "again") == tree(pasted)
    augment(plain, tmp_path / "other", library, bodies, Options(seed=4, objects=(1, 2), people=0.8))
    assert tree(tmp_path / "other") != tree(pasted)


def test_an_interrupted_run_goes_on(plain, pasted, library, bodies, tmp_path):
    out = tmp_path / "set"
    shutil.copytree(pasted, out)
    for name in ("records/000002.json", "images/000003.jpg", "annotations/person_keypoints.json"):
        (out / name).unlink()
    (out / "images/.000002.99.part.jpg").write_bytes(b"of a run that was killed")
    kept = (out / "images/000001.jpg").stat().st_mtime_ns
    augment(plain, out, library, bodies, OPTIONS)
    assert tree(out) == tree(pasted)
    assert (out / "images/000001.jpg").stat().st_mtime_ns == kept


def test_nothing_pasted_leaves_a_picture_as_it_was(plain, library, bodies, tmp_path):
    augment(plain, tmp_path / "set", library, bodies, Options(objects=(0, 1), people=0.0))
    untouched = [record for record in records(tmp_path / "set") if not record["spec"]["pasted"]]
    assert untouched
    for record in untouched:
        for name in (record["made"]["image"], record["made"]["mask"]):
            assert (tmp_path / "set" / name).read_bytes() == (plain / name).read_bytes()


def test_pngs_stay_pngs(body, library, bodies, tmp_path):
    plain = made_set(tmp_path / "plain", body, SCENES[:1], "png")
    augment(plain, tmp_path / "set", library, bodies, OPTIONS)
    assert validate(tmp_path / "set") == []
    (record,) = records(tmp_path / "set")
    old, new = (cv2.imread(str(out / record["made"]["image"])) for out in (plain, tmp_path / "set"))
    over = sum(stamp(record, paste).astype(int) for paste in from_dict(SceneSpec, record["spec"]).pasted)
    beside = cv2.dilate((over > 0).astype(np.uint8), np.ones((5, 5))) == 0
    assert beside.any() and (old == new)[beside].all()
    assert (old != new)[over >= 255].mean() > 0.9


def test_edges_are_mixed_as_light(pasted):
    paste = next(p for r in records(pasted) for p in from_dict(SceneSpec, r["spec"]).pasted)
    paste = paste.__class__(**{**paste.__dict__, "gain": (1.0, 1.0, 1.0), "noise": 0.0})
    half = np.zeros((2, 2, 5), np.float32)
    half[..., :4] = 0.5  # white, half there
    white, black = np.full((2, 2, 3), 255, np.uint8), np.zeros((2, 2, 3), np.uint8)
    assert (composed(white, half, paste) == 255).all()  # no dark seam
    assert np.abs(composed(black, half, paste).astype(int) - 255 * to_srgb(np.array(0.5))).max() <= 1
    half[..., :3] = 0  # black, half there: nothing of the cutout's colour leaks
    assert (composed(black, half, paste) == 0).all()
    levels = np.linspace(0, 1, 50)
    np.testing.assert_allclose(to_srgb(to_linear(levels)), levels, atol=1e-6)


def test_a_point_that_was_seen_stays_seen_beside_the_cutout(plain, pasted, bodies, body):
    """Only points over a cutout's pixels change their answer."""
    from headless.augment.labels import read_people

    for before, after in zip(records(plain), records(pasted), strict=True):
        spec = from_dict(SceneSpec, after["spec"])
        over = np.zeros((spec.camera.height, spec.camera.width), np.uint8)
        for paste in spec.pasted:
            over |= (stamp(after, paste) > 25).astype(np.uint8)
        over = cv2.dilate(over, np.ones((3, 3), np.uint8), borderValue=1)
        count = len(before["spec"]["persons"])
        same = {"spec": before["spec"], "truth": {"persons": after["truth"]["persons"][:count]}}
        people = zip(read_people(before, bodies, ""), read_people(same, bodies, ""), strict=True)
        for one, other in people:
            pixels, _ = project(one.geometry.points, _at_origin(spec.camera))
            cells = np.floor(pixels).astype(int)
            inside = ((cells >= 0) & (cells < over.shape[::-1])).all(-1)
            beside = inside & (over[np.where(inside, cells[..., 1], 0), np.where(inside, cells[..., 0], 0)] == 0)
            assert (one.answers == other.answers)[beside].all()
            assert ((other.answers != SEEN) >= (one.answers != SEEN)).all()


def _at_origin(camera):
    return camera.__class__(**{**camera.__dict__, "position": (0, 0, 0), "rotation": np.eye(3)})

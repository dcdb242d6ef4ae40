"""Left and right exchanged, in all persons or one, in 2D or 3D, wholly or in part, are found."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.keypoints import FLIP_PAIRS, KEYPOINT_NAMES
from headless.annotate import annotate
from headless.validate.findings import MOST_SHOWN
from headless.validate.sides import exchanged_limbs, looks_mirrored, mirrored_parts
from tests.made_dataset import SMPLX_LIMBS, edit_record, make_dataset, standing
from tests.planted import assert_found, faults_of, make_sound


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return make_sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def out(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "set"))


SIDED = ("keypoints_px", "keypoints_3d", "visible_fraction", "on_mask", "occluded_by")


def exchange(truth, pairs=FLIP_PAIRS, names=SIDED):
    for person in truth["persons"]:
        for name in names:
            for left, right in pairs:
                values = person[name]
                values[left], values[right] = values[right], values[left]


def exchange_joints(truth):
    exchange(truth, SMPLX_LIMBS.values(), ["joints_3d"])


def test_exchange_on_all_persons_is_found(out):
    for index in range(4):
        edit_record(out, index, exchange)
    annotate(out)
    assert_found(out, "left and right", "exchanged on 4 of 4 persons")


def test_exchange_on_a_whole_set_is_said_first(tmp_path):
    out = make_dataset(tmp_path, [[(0, 0, 3.0 + number / 9)] for number in range(MOST_SHOWN + 5)])
    for index in range(MOST_SHOWN + 5):
        edit_record(out, index, exchange)
    annotate(out)
    assert "exchanged on 25 of 25 persons" in faults_of(out)["left and right"][0]


def test_exchange_on_one_person_is_found(out):
    edit_record(out, 1, exchange)
    annotate(out)
    assert_found(out, "left and right", "Picture 000001, person 0: left and right are exchanged")


def test_exchange_of_keypoints_and_joints_alike_is_found_by_the_head_and_feet(out):
    edit_record(out, 1, exchange)
    edit_record(out, 1, exchange_joints)
    annotate(out)
    _, line = faults_of(out)["left and right"]  # one of four persons is a large share, which is said first
    assert "its head is a mirror image" in line and "joints" not in line


def test_exchange_of_one_limb_is_found(out):
    knees = [(KEYPOINT_NAMES.index("left_knee"), KEYPOINT_NAMES.index("right_knee"))]
    edit_record(out, 3, lambda truth: exchange(truth, knees))
    annotate(out)
    assert_found(out, "left and right", "the keypoints of its knees lie at each other's joints")


def test_exchange_in_2d_only_is_found(out):
    edit_record(out, 3, lambda truth: exchange(truth, names=["keypoints_px"]))
    annotate(out)
    assert_found(out, "3D points", "Picture 000003, person 0: keypoints and their 3D points differ")


def exchanged(points):
    points = points.copy()
    for left, right in FLIP_PAIRS:
        points[[left, right]] = points[[right, left]]
    return points


def joints_of(points):
    joints = np.zeros((55, 3))
    for limb, numbers in SMPLX_LIMBS.items():
        for side, number in zip(("left", "right"), numbers, strict=True):
            joints[number] = points[KEYPOINT_NAMES.index(f"{side}_{limb}")]
    return joints


def test_each_sign_of_an_exchange_is_enough():
    points = standing()
    assert not looks_mirrored(points, joints_of(points))
    assert set(exchanged_limbs(points, joints_of(exchanged(points)))) == set(SMPLX_LIMBS)
    assert mirrored_parts(exchanged(points)) == ["head", "left foot", "right foot"]
    assert looks_mirrored(exchanged(points), joints_of(exchanged(points)))


def test_turning_the_body_does_not_mirror_it():
    turn = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0], [0.48, 0.64, 0.6]])
    assert np.linalg.det(turn) == pytest.approx(1)
    points = standing() @ turn.T
    assert not looks_mirrored(points, joints_of(points))
    mirrored = points * [-1, 1, 1]
    assert looks_mirrored(mirrored, joints_of(mirrored))

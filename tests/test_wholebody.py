"""The 133 keypoints: their order is COCO-WholeBody's, their places are right on every body and in every pose."""

from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.errors import AssetError
from blender_addon.core.family import posed_joints, smpl_joints
from blender_addon.core.keypoints import KEYPOINT_NAMES
from blender_addon.core.posing import pose_body, shape_body
from blender_addon.core.visibility import FEW, POINTS, REACH, keypoint_patches
from blender_addon.core.wholebody import PARTS, WHOLEBODY_FLIP_PAIRS, WHOLEBODY_NAMES, locate

AT = {name: number for number, name in enumerate(WHOLEBODY_NAMES)}


@pytest.fixture(scope="module")
def points(body):
    return locate(body, WHOLEBODY_NAMES, body.v_template)


def test_names_are_coco_wholebodys():
    assert len(set(WHOLEBODY_NAMES)) == 133 and WHOLEBODY_NAMES[:23] == KEYPOINT_NAMES
    assert WHOLEBODY_NAMES[23] == "face-0" and WHOLEBODY_NAMES[90] == "face-67"
    assert WHOLEBODY_NAMES[91:97] == (
        "left_hand_root", "left_thumb1", "left_thumb2", "left_thumb3", "left_thumb4", "left_forefinger1",
    )  # fmt: skip
    assert WHOLEBODY_NAMES[112] == "right_hand_root" and WHOLEBODY_NAMES[132] == "right_pinky_finger4"
    assert [place.stop - place.start for place in PARTS.values()] == [6, 68, 21, 21]


def test_flips_exchange_the_persons_sides(points):
    assert len(WHOLEBODY_FLIP_PAIRS) == 61 and len(set(sum(WHOLEBODY_FLIP_PAIRS, ()))) == 122
    left, right = np.array(WHOLEBODY_FLIP_PAIRS).T
    assert (points[left, 0] > 0.002).all()
    np.testing.assert_allclose(points[left] * [-1, 1, 1], points[right], atol=2e-3)
    middle = np.setdiff1d(np.arange(133), [left, right])
    np.testing.assert_allclose(points[middle, 0], 0, atol=1e-3)


def face(points, *numbers):
    return points[[PARTS["face"].start + number for number in numbers]]


def test_the_face_has_its_parts_where_faces_do(points):
    jaw = face(points, *range(17))
    assert (np.diff(jaw[:, 0]) > -1e-3).all(), "from the right ear to the left"
    assert jaw[:, 1].argmin() in (7, 8, 9) and jaw[8, 2] > jaw[0, 2] + 0.04
    brows, eyes = face(points, *range(17, 27)), face(points, *range(36, 48))
    assert brows[:, 1].min() > eyes[:, 1].max() and (np.diff(brows[:, 0]) > 0).all()
    for start in (36, 42):  # a corner, the upper lid, the other corner, the lower lid backwards
        corner, *upper, other = face(points, *range(start, start + 4))
        lower = face(points, start + 5, start + 4)
        assert corner[0] < upper[0][0] < upper[1][0] < other[0]
        assert (np.array(upper)[:, 1] > lower[:, 1] + 0.005).all()
    bridge = face(points, 27, 28, 29, 30)
    assert (np.diff(bridge[:, 1]) < 0).all() and (np.diff(bridge[:, 2]) > 0).all()
    assert bridge[3, 2] == points[PARTS["face"], 2].max(), "nothing is farther forward than the tip of the nose"
    outer, inner = face(points, *range(48, 60)), face(points, *range(60, 68))
    assert outer[:7, 1].min() > outer[8:11, 1].max() and (np.diff(outer[:7, 0]) > 0).all()
    assert inner[1:4, 1].min() >= inner[5:, 1].min() and inner[0, 0] < inner[1, 0] < inner[2, 0] < inner[4, 0]
    assert face(points, 33)[0, 1] > outer[:, 1].max() > outer[:, 1].min() > jaw[8, 1]


@pytest.mark.parametrize("side, sign", [("left", 1), ("right", -1)])
def test_fingers_go_on_from_knuckle_to_tip(points, side, sign):
    hand = points[PARTS[f"{side}hand"]] * [sign, 1, 1]
    root, fingers = hand[0], hand[1:].reshape(5, 4, 3)
    assert np.linalg.norm(root - points[AT[f"{side}_wrist"]] * [sign, 1, 1]) < 0.03
    assert (np.diff(np.linalg.norm(fingers - root, axis=2), axis=1) > 0.01).all()
    assert (np.diff(fingers[1:, 0, 2]) < 0).all(), "in the T-pose the forefinger is the foremost"
    assert fingers[0, 3, 2] > fingers[1, 3, 2] > fingers[4, 3, 2]


def test_an_opened_mouth_opens_the_lips_and_nothing_above(body):
    pose = np.zeros((55, 3))
    pose[22, 0] = 0.3
    shut, opened = (
        locate(body, WHOLEBODY_NAMES, pose_body(body, np.zeros(3), turned, np.zeros(3)).vertices)
        for turned in (pose * 0, pose)
    )
    gap = [float(np.ptp(face(each, 62, 66)[:, 1])) for each in (shut, opened)]
    assert gap[0] < 0.003 < 0.012 < gap[1]
    assert face(opened, 8)[0, 1] < face(shut, 8)[0, 1] - 0.01
    np.testing.assert_allclose(face(opened, *range(17, 36)), face(shut, *range(17, 36)), atol=1e-3)


def test_a_bent_finger_takes_its_points_along(body):
    pose = np.zeros((55, 3))
    pose[26, 2] = -1.0  # the left index's second joint
    straight, bent = (
        locate(body, WHOLEBODY_NAMES, pose_body(body, np.zeros(3), turned, np.zeros(3)).vertices)
        for turned in (pose * 0, pose)
    )
    moved = np.linalg.norm(bent - straight, axis=1)
    assert {WHOLEBODY_NAMES[k] for k in np.flatnonzero(moved > 0.005)} == {"left_forefinger3", "left_forefinger4"}


def test_a_body_without_the_mesh_is_refused_with_what_to_do(body):
    cut = replace(body, poly=None)
    with pytest.raises(AssetError, match="add-body"):
        locate(cut, WHOLEBODY_NAMES, cut.v_template)
    np.testing.assert_allclose(locate(cut, KEYPOINT_NAMES, cut.v_template), body.keypoint_regressor @ body.v_template)
    with pytest.raises(AssetError, match="add-body"):
        keypoint_patches(replace(body, keypoint_regressor=None))


def test_small_patches_are_few_points_near_their_keypoint(body, points):
    patches = keypoint_patches(body, "wholebody")
    assert patches.names == WHOLEBODY_NAMES and patches.vertices.shape == (133, POINTS) and POINTS % FEW == 0
    plain = keypoint_patches(body)
    np.testing.assert_array_equal(patches.vertices[:23], plain.vertices)
    for k in range(23, 133):
        own = np.unique(patches.vertices[k])
        assert len(own) <= (POINTS if WHOLEBODY_NAMES[k].endswith("root") else FEW)
        assert np.linalg.norm(body.v_template[own] - points[k], axis=1).max() < 0.05
    assert len(np.unique(patches.vertices)) < 3 * len(np.unique(plain.vertices)), "each is a ray"


def test_the_next_finger_is_not_near(body, points):
    """Skin of another finger, on its far side, is farther from a finger's patch than what counts as seen."""
    patches = keypoint_patches(body, "wholebody")
    for first, second in (("forefinger", "middle_finger"), ("middle_finger", "ring_finger")):
        ours, theirs = (body.v_template[patches.vertices[AT[f"left_{finger}3"]]] for finger in (first, second))
        across = points[AT[f"left_{first}3"]] - points[AT[f"left_{second}3"]]
        outside = theirs[(theirs - points[AT[f"left_{second}3"]]) @ across < 0]
        apart = np.linalg.norm(ours[:, None] - outside, axis=2)
        assert (apart > REACH["finger"][1]).mean() > 0.9


def test_all_55_joints_and_smpls_24(body):
    rng = np.random.default_rng(2)
    betas, pose = rng.normal(size=5), rng.normal(size=(55, 3)) * 0.3
    posed = pose_body(body, betas, pose, np.array([1.0, 2, 3]))
    joints = posed_joints(body, betas, posed)
    np.testing.assert_array_equal(joints, posed.joints)
    np.testing.assert_array_equal(smpl_joints(joints, posed), posed.joints[[*range(22), 28, 43]])


def test_joints_that_a_body_lacks_go_with_the_one_that_moves_them(body):
    """Of SMPL's skeleton, with hands for its last two joints: the fingers are as far from the hand as at rest."""
    keep = [*range(22), 28, 43]
    small = replace(
        body,
        weights=body.weights[:, keep],
        parents=np.array([*body.parents[:22], 20, 21]),
        joint_template=body.joint_template[keep],
        joint_shapedirs=body.joint_shapedirs[keep],
        pose_joints=body.joint_template,
        pose_joint_shapedirs=body.joint_shapedirs,
    )
    rng = np.random.default_rng(3)
    betas, pose = rng.normal(size=4), rng.normal(size=(24, 3)) * 0.4
    posed = pose_body(small, betas, pose, np.array([0.0, 1, 0]))
    joints = posed_joints(small, betas, posed)
    np.testing.assert_array_equal(joints[:22], posed.joints[:22])
    np.testing.assert_array_equal(smpl_joints(joints, posed), posed.joints)
    _, rest = shape_body(body, betas)
    for finger in (25, 28, 39):
        apart = np.linalg.norm(joints[finger] - posed.joints[22])
        assert apart == pytest.approx(np.linalg.norm(rest[finger] - rest[28]), abs=1e-9)

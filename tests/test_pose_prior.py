"""The pose prior: within what joints can do, on the ground, varied, and the same for the same random numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.core.poses.contact import collides, penetrations
from blender_addon.core.poses.goals import ArmAngles, HandAt, Plan, Step
from blender_addon.core.poses.grounding import ground, is_balanced
from blender_addon.core.poses.limits import (
    HIGH,
    LOW,
    clip,
    from_joint_angles,
    joint_angles,
    mirror_pose,
    within_limits,
)
from blender_addon.core.poses.mannequin import Mannequin, move_arm, move_hip, rotation_vectors, turn_hand
from blender_addon.core.poses.prior import FAMILIES, sample_pose
from blender_addon.core.poses.realise import realise
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON, measure_skeleton
from blender_addon.core.posing import pose_body
from blender_addon.core.rotations import axis_angle_to_matrix

STANDING = ("stand", "reach", "bend", "squat")
LEFT_WRIST, RIGHT_WRIST = 20, 21


@pytest.fixture(scope="module")
def draws():
    return [sample_pose(np.random.default_rng(seed)) for seed in range(250)]


def draw(kind, seed):
    return sample_pose(np.random.default_rng(seed), families={kind: 1.0})


def skin(body, pose):
    """(V, 3) of the mean body in a pose, on the ground."""
    vertices = pose_body(body, np.zeros(2), pose, np.zeros(3)).vertices[: body.skin_vertices]
    return vertices + [0, 0, ground(vertices)]


def part(body, *names):
    return np.isin(np.array(body.part_names)[body.vertex_part][: body.skin_vertices], names)


def wrists(pose):
    """(2, 3) of the default skeleton in a pose, world frame without the root's turn into it."""
    mannequin = Mannequin(DEFAULT_SKELETON)
    mannequin.local[1:] = axis_angle_to_matrix(pose)[1:]
    mannequin.update()
    return mannequin.position[[LEFT_WRIST, RIGHT_WRIST]]


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_family_stays_within_limits(kind):
    for seed in range(6):
        pose = draw(kind, seed).pose
        assert pose.shape == (55, 3) and np.isfinite(pose).all()
        assert within_limits(pose)


def test_same_random_numbers_give_the_same_pose():
    one, other = (sample_pose(np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one.pose, other.pose)
    assert (one.kind, one.detail) == (other.kind, other.detail)


def test_families_come_in_their_shares(draws):
    kinds = [each.kind for each in draws]
    upright = (kinds.count("stand") + kinds.count("walk")) / len(kinds)
    assert 0.4 < upright < 0.62
    assert len(set(kinds)) >= 9
    assert all(each.seat == (each.kind == "sit") for each in draws)


def test_poses_face_minus_y_in_a_world_with_z_up(draws):
    roots = axis_angle_to_matrix(np.array([each.pose[0] for each in draws]))
    up, ahead = roots @ [0, 1, 0], roots @ [0, 0, 1]
    assert np.mean(up[:, 2] > 0.7) > 0.9
    assert np.mean(ahead[:, 1] < -0.5) > 0.9


@pytest.mark.parametrize("kind", STANDING)
def test_both_feet_are_on_the_ground(body, kind):
    feet = [part(body, f"{side}_ankle", f"{side}_foot") for side in ("left", "right")]
    for seed in range(8):
        vertices = skin(body, draw(kind, seed).pose)
        assert max(vertices[foot, 2].min() for foot in feet) < 0.04


@pytest.mark.parametrize("kind", STANDING)
def test_nobody_who_stands_would_fall(body, kind):
    for seed in range(8):
        vertices = skin(body, draw(kind, seed).pose)
        assert is_balanced(vertices, body.faces)


def test_who_sits_on_the_floor_touches_it(body):
    bottom = part(body, "pelvis", "left_hip", "right_hip")
    for seed in range(8):
        assert skin(body, draw("sit_floor", seed).pose)[bottom, 2].min() < 0.03


def test_who_kneels_has_a_knee_on_the_floor(body):
    knees = part(body, "left_knee", "right_knee", "left_hip", "right_hip")
    for seed in range(8):
        assert skin(body, draw("kneel", seed).pose)[knees, 2].min() < 0.03


def test_nobody_stands_like_a_mesh(draws):
    """T-pose: wrists out at the shoulders' height. A-pose: both arms straight, half down, to the sides."""
    for each in draws:
        angles = np.degrees(joint_angles(each.pose))
        left, right = angles[16], angles[17]
        straight = abs(angles[18, 1]) < 15 and abs(angles[19, 1]) < 15
        aside = abs(left[1]) < 15 and abs(right[1]) < 15
        assert not (straight and aside and -60 < left[2] < 25 and -25 < right[2] < 60)


def test_arms_go_everywhere(draws):
    raised = np.array([wrists(each.pose)[:, 1] for each in draws]).ravel()  # over the pelvis
    bent = np.degrees([np.abs(joint_angles(each.pose)[[18, 19], 1]) for each in draws]).ravel()
    assert np.ptp(np.quantile(raised, [0.02, 0.98])) > 0.6
    assert bent.std() > 25
    assert (raised > 0.55).mean() > 0.03 and (raised < 0.1).mean() > 0.3


def test_people_are_not_symmetric(draws):
    poses = np.array([each.pose for each in draws])
    mirrored = np.array([mirror_pose(pose) for pose in poses])
    difference = np.linalg.norm(poses[:, 16:20] - mirrored[:, 16:20], axis=2).mean(1)
    assert np.quantile(difference, 0.1) > 0.1


def test_both_sides_get_their_turn(draws):
    higher = np.array([np.diff(wrists(each.pose)[:, 1])[0] for each in draws])
    assert 0.35 < (higher > 0).mean() < 0.65


def test_fingers_are_never_stiff(draws):
    curl = np.array([np.linalg.norm(each.pose[25:], axis=1).mean() for each in draws])
    assert (curl > 0.05).all() and curl.std() > 0.05


def test_mirrored_twice_is_the_same(draws):
    for each in draws[:20]:
        np.testing.assert_array_equal(mirror_pose(mirror_pose(each.pose)), each.pose)


def test_the_mirror_raises_the_other_hand():
    pose = np.zeros((55, 3))
    pose[16] = [0, 0, np.pi / 3]
    plain, mirrored = wrists(pose), wrists(mirror_pose(pose))
    assert plain[0, 1] > plain[1, 1] + 0.3
    assert mirrored[1, 1] > mirrored[0, 1] + 0.3


def test_the_mirror_moves_every_vertex_to_the_other_side(body):
    """The body is symmetric, so mirrored poses have mirrored joints, the world's X negated."""
    pose = draw("sport", 3).pose
    plain, mirrored = (pose_body(body, np.zeros(2), each, np.zeros(3)).joints for each in (pose, mirror_pose(pose)))
    pairs = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20]
    np.testing.assert_allclose(mirrored[:22], plain[pairs] * [-1, 1, 1], atol=2e-3)


def test_limits_keep_left_and_right_alike(draws):
    for each in draws[:40]:
        assert within_limits(mirror_pose(each.pose))


def test_limits_refuse_a_knee_that_bends_forward():
    pose = np.zeros((55, 3))
    pose[4] = [-1.0, 0, 0]
    assert not within_limits(pose)
    assert within_limits(clip(pose))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 3.0))
def test_clipping_ends_within_limits_and_leaves_good_poses_alone(seed, size):
    pose = np.random.default_rng(seed).normal(0, size, (55, 3))
    clipped = clip(pose)
    assert within_limits(clipped, slack=1e-3)
    np.testing.assert_array_equal(clipped[0], pose[0])
    rotations = axis_angle_to_matrix(clipped)
    np.testing.assert_allclose(axis_angle_to_matrix(clip(clipped)), rotations, atol=2e-3)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_joint_angles_and_back(seed):
    angles = np.random.default_rng(seed).uniform(LOW, HIGH) * 0.9
    angles[0] = 0
    np.testing.assert_allclose(joint_angles(from_joint_angles(angles)), angles, atol=1e-8)


def test_rotation_vectors_invert_at_every_angle():
    axes = np.random.default_rng(0).normal(size=(200, 3))
    vectors = axes / np.linalg.norm(axes, axis=1)[:, None] * np.linspace(0, np.pi - 1e-6, 200)[:, None]
    np.testing.assert_allclose(rotation_vectors(axis_angle_to_matrix(vectors)), vectors, atol=1e-7)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(
    "angles, elbow_to",
    [
        pytest.param((0, 0, 0, 0), (0, -1, 0), id="hanging"),
        pytest.param((90, 0, 0, 0), (0, 0, 1), id="flexion is forward"),
        pytest.param((0, 90, 0, 0), (1, 0, 0), id="abduction is outward"),
    ],
)
def test_arm_angles_mean_the_same_on_both_sides(side, angles, elbow_to):
    mannequin = Mannequin(DEFAULT_SKELETON)
    mannequin.update()
    move_arm(mannequin, side, *np.radians(angles))
    shoulder, elbow = mannequin.position[16 if side > 0 else 17], mannequin.position[18 if side > 0 else 19]
    direction = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
    np.testing.assert_allclose(direction * [side, 1, 1], elbow_to, atol=0.02)


@pytest.mark.parametrize("side", [1, -1])
def test_elbow_knee_wrist_and_forearm_bend_the_human_way(side):
    mannequin = Mannequin(DEFAULT_SKELETON)
    move_hip(mannequin, side, 0, 0, 0, np.pi / 2)
    mannequin.update()
    knee, ankle = mannequin.position[[4, 7] if side > 0 else [5, 8]]
    assert ankle[2] < knee[2] - 0.3  # the shin goes backward
    move_arm(mannequin, side, 0, 0, 0, np.pi / 2)
    elbow, wrist = mannequin.position[[18, 20] if side > 0 else [19, 21]]
    assert wrist[2] > elbow[2] + 0.2  # the forearm forward
    palm = mannequin.turned[20 if side > 0 else 21] @ [0, -1, 0]
    np.testing.assert_allclose(palm * [side, 1, 1], [-1, 0, 0], atol=0.1)  # thumb up
    turn_hand(mannequin, side, np.pi / 2, 0, 0)
    np.testing.assert_allclose(mannequin.turned[20 if side > 0 else 21] @ [0, -1, 0], [0, -1, 0], atol=0.1)  # palm down


def test_the_forearm_takes_half_of_the_hands_turn():
    mannequin = Mannequin(DEFAULT_SKELETON)
    mannequin.update()
    move_arm(mannequin, 1, 0, 0, 0, 0.3)
    turn_hand(mannequin, 1, 1.0, 0, 0)
    assert joint_angles(mannequin.pose())[20, 0] == pytest.approx(0.5, abs=0.02)


def plan(arms, **more):
    legs = Step(0.1, 0.0), Step(0.1, 0.0)
    return realise(Plan(legs=legs, arms=arms, noise=0.0, **more), DEFAULT_SKELETON, np.random.default_rng(0))


HANG = ArmAngles(0.1, 0.2, 0.0, 0.3)


def test_a_hand_reaches_the_place_it_is_asked_to():
    mannequin = plan((HandAt("face", (0, 0, 0.1), (1, -1, 0), (0, 1, 0), (0, 0, -1)), HANG))
    palm = mannequin.point(LEFT_WRIST, 0.8 * mannequin.bones[28] - [0, 0.02, 0])
    assert np.linalg.norm(palm - mannequin.point(15, (0, 0, 0.22))) < 0.05


def test_a_hand_through_the_belly_is_seen():
    assert not collides(plan((HANG, HANG)))
    through = plan((HandAt("belly", (0, 0, -0.12), (1, 0, 0)), HANG))
    assert any("hand_l" in pair for pair in penetrations(through))


def test_a_small_stout_body_gets_poses_of_its_own(body):
    """Hands meet the hips of the body that is passed, whatever its size."""
    row = int(np.argmin(body.population_height[body.population_age > 25]))
    betas = body.population_betas[body.population_age > 25][row]
    rest = pose_body(body, betas, np.zeros((55, 3)), np.zeros(3))
    skeleton = measure_skeleton(rest.joints, rest.shaped[: body.skin_vertices])
    assert skeleton.scale < 0.97
    feet = [part(body, f"{side}_ankle", f"{side}_foot") for side in ("left", "right")]
    for seed in range(5):
        pose = sample_pose(np.random.default_rng(seed), skeleton, {"stand": 1.0}).pose
        vertices = pose_body(body, betas, pose, np.zeros(3)).vertices[: body.skin_vertices]
        vertices = vertices + [0, 0, ground(vertices)]
        assert max(vertices[foot, 2].min() for foot in feet) < 0.04


def test_the_default_skeleton_is_the_open_bodys(body):
    measured = measure_skeleton(body.joint_template, body.v_template[: body.skin_vertices])
    np.testing.assert_allclose(DEFAULT_SKELETON.joints, measured.joints, atol=0.01)
    for name in ("sole", "belly", "back", "chest", "waist", "seat"):
        assert getattr(DEFAULT_SKELETON, name) == pytest.approx(getattr(measured, name), abs=0.015)

"""How bodies come to rest: rolled a little until something carries them, seated, in a jump, or refused."""

import numpy as np
import pytest

from blender_addon.core.poses.contact import centre_of_mass
from blender_addon.core.poses.feelers import IS_SOLE, feel
from blender_addon.core.poses.goals import ArmAngles, HandAt, Plan, Step
from blender_addon.core.poses.grounding import outside
from blender_addon.core.poses.prior import sample_pose
from blender_addon.core.poses.realise import realise
from blender_addon.core.poses.rest import JUMP, JUMPERS, STEEPEST, rest, roll, support
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.poses.validity import Candidate, accept, stand_in
from blender_addon.core.rotations import axis_angle_to_matrix, matrix_to_axis_angle

UPRIGHT = np.array([np.pi / 2, 0, 0])


def standing():
    pose = np.zeros((55, 3))
    pose[0] = UPRIGHT
    pose[16, 2], pose[17, 2] = -1.2, 1.2
    return pose


def tilted(pose, axis, degrees):
    """Turned about an axis of the Z-up world."""
    pose = np.array(pose)
    turn = axis_angle_to_matrix(np.radians(degrees) * np.array(axis, float))
    pose[0] = matrix_to_axis_angle(turn @ axis_angle_to_matrix(pose[0]))
    return pose


def sitting():
    pose = standing()
    pose[[1, 2], 0] = -1.45
    pose[[4, 5], 0] = 1.45
    return pose


def lean(draw):
    """Radians between the pelvis' own up and the world's."""
    return np.arccos(np.clip((axis_angle_to_matrix(draw.pose[0]) @ [0, 1, 0])[2], -1, 1))


def test_who_stands_upright_stays_as_is():
    found = rest(stand_in(standing(), DEFAULT_SKELETON), np.random.default_rng(0))
    assert found.manner == "feet" and not found.seat and found.clearance == 0
    np.testing.assert_allclose(found.turn, np.eye(3), atol=0.06)


@pytest.mark.parametrize("axis", [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)])
def test_a_stiff_body_that_leans_rocks_back_on_to_its_feet(axis):
    draw = accept(Candidate("gmm", "", tilted(standing(), axis, 4.0)), DEFAULT_SKELETON, np.random.default_rng(0))
    assert np.degrees(lean(draw)) < 2.5
    points = feel(stand_in(draw.pose, DEFAULT_SKELETON))
    assert points[IS_SOLE, 1].max() < points[:, 1].min() + 0.05  # the whole of both soles


@pytest.mark.parametrize("axis", [(1, 0, 0), (-1, 0, 0), (0, 1, 0)])
def test_a_stiff_body_that_leans_far_is_refused(axis):
    assert rest(stand_in(tilted(standing(), axis, 35.0), DEFAULT_SKELETON), np.random.default_rng(0)) is None


def test_level_thighs_ask_for_a_seat():
    draw = accept(Candidate("gmm", "", sitting()), DEFAULT_SKELETON, np.random.default_rng(0))
    assert draw.seat and draw.clearance == 0


def test_a_deep_squat_over_the_feet_asks_for_none():
    squat = next(
        draw
        for draw in (sample_pose(np.random.default_rng(seed), families={"squat": 1.0}) for seed in range(50))
        if rest(stand_in(draw.pose, DEFAULT_SKELETON), np.random.default_rng(0))
    )
    assert not rest(stand_in(squat.pose, DEFAULT_SKELETON), np.random.default_rng(0)).seat


@pytest.mark.parametrize("degrees", [80, -85])
def test_who_lies_comes_to_lie_on_what_is_lowest(degrees):
    draw = accept(
        Candidate("rare", "", tilted(standing(), (1, 0, 0), degrees)), DEFAULT_SKELETON, np.random.default_rng(0)
    )
    assert draw is not None and not draw.seat and draw.clearance == 0
    mannequin = stand_in(draw.pose, DEFAULT_SKELETON)
    assert outside(support(feel(mannequin), 0.02), centre_of_mass(mannequin)[[0, 2]]) < 0.05


def test_hanging_toes_and_an_upright_body_are_a_jump():
    pose = standing()
    pose[[1, 2], 0], pose[[4, 5], 0] = -0.8, 0.9
    pose[[7, 8], 0] = 0.7
    draws = [accept(Candidate("gmm", "", pose), DEFAULT_SKELETON, np.random.default_rng(seed)) for seed in range(100)]
    high = [draw.clearance for draw in draws if draw is not None]
    assert all(JUMP[0] <= height <= JUMP[1] for height in high)
    assert 0.5 * JUMPERS < len(high) / 100 < 2 * JUMPERS  # most people keep to the ground
    assert len(set(high)) == len(high)  # it is in the air, and jumps are not all alike


@pytest.mark.parametrize(
    "floor, seat, clearance",
    [
        pytest.param((0.0, False), False, 0.0, id="on its floor"),
        pytest.param((0.0, True), True, 0.0, id="seated"),
        pytest.param((1.4, False), False, 0.0, id="stood on something that is not here"),
    ],
)
def test_what_was_recorded_of_the_floor_is_kept_where_it_can_be(floor, seat, clearance):
    draw = accept(Candidate("library", "", standing(), floor), DEFAULT_SKELETON, np.random.default_rng(0))
    assert (draw.seat, draw.clearance) == (seat, clearance)


def test_a_recorded_jump_keeps_its_height():
    draw = accept(Candidate("library", "", standing(), (0.27, False)), DEFAULT_SKELETON, np.random.default_rng(0))
    assert draw.clearance == 0.27


def test_an_arm_through_the_body_is_refused():
    hang, feet = ArmAngles(0.1, 0.2, 0.0, 0.3), (Step(0.1, 0.0), Step(0.1, 0.0))
    through = HandAt("belly", (0, 0, -0.12), (1, 0, 0))
    for arm, fine in ((hang, True), (through, False)):
        pose = realise(Plan(legs=feet, arms=(arm, hang)), DEFAULT_SKELETON, np.random.default_rng(0)).pose()
        draw = accept(Candidate("gmm", "", pose), DEFAULT_SKELETON, np.random.default_rng(0))
        assert (draw is not None) == fine


def test_stones_come_to_rest_over_what_they_touch():
    """A cloud of points is a stone; it comes to lie with its middle over what touches."""
    stones = [np.random.default_rng(seed).normal(size=(60, 3)) * [0.3, 0.2, 0.5] for seed in range(60)]
    turns = [(stone, turn) for stone in stones if (turn := roll(stone, np.zeros(3), np.pi)) is not None]
    assert len(turns) > 0.7 * len(stones)  # the others went on rolling for too long
    for stone, turn in turns:
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
        assert outside(support(stone @ turn.T), np.zeros(2)) < 0.031
    assert roll(stones[0] * [1, 9, 1], np.zeros(3), STEEPEST["feet"]) is None

"""Ground, seat and balance of posed bodies."""

import numpy as np
import pytest

from blender_addon.core.outline import buttocks_of
from blender_addon.core.poses.grounding import (
    centre_of_volume,
    convex_hull,
    ground,
    is_balanced,
    outside,
    seat_height,
    seat_under,
    support_polygon,
)
from blender_addon.core.poses.prior import sample_pose
from blender_addon.core.posing import pose_body

SQUARE = np.array([[0, 0], [2, 0], [2, 2], [0, 2]], float)


def box(low, high):
    x, y, z = zip(low, high, strict=True)
    corners = np.array([(a, b, c) for a in x for b in y for c in z], float)
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    return corners, np.array([[q[i], q[j], q[k]] for q in quads for i, j, k in ((0, 1, 2), (0, 2, 3))])


def test_ground_puts_the_lowest_point_on_zero():
    points = np.array([[0, 0, -0.3], [1, 0, 2.0]])
    assert (points[:, 2] + ground(points)).min() == 0


def test_hull_of_a_square_with_points_inside_is_the_square():
    inside = np.random.default_rng(0).uniform(0.1, 1.9, (50, 2))
    hull = convex_hull(np.concatenate([SQUARE, inside]))
    assert {tuple(point) for point in hull} == {tuple(point) for point in SQUARE}


@pytest.mark.parametrize(
    "point, distance",
    [((1, 1), 0), ((0, 0), 0), ((3, 1), 1), ((-3, -4), 5)],
)
def test_distance_outside_a_polygon(point, distance):
    assert outside(SQUARE, point) == pytest.approx(distance)


def test_a_footprint_of_one_point_still_has_distances():
    assert outside(np.array([[1.0, 1.0]]), (1, 3)) == pytest.approx(2)


def test_centre_of_a_box():
    vertices, triangles = box((1, 2, 3), (2, 4, 6))
    np.testing.assert_allclose(centre_of_volume(vertices, triangles), [1.5, 3, 4.5])


@pytest.mark.parametrize("shear, stands", [(0.0, True), (0.4, True), (1.5, False)])
def test_a_leaning_tower_falls_when_its_middle_leaves_its_foot(shear, stands):
    vertices, triangles = box((0, 0, 0), (1, 1, 1))
    vertices[:, 0] += shear * vertices[:, 2]
    assert is_balanced(vertices, triangles) == stands


def test_support_is_what_is_near_the_ground():
    vertices = np.array([[0, 0, 1.0], [1, 0, 1.01], [0, 1, 1.02], [9, 9, 1.5]])
    assert support_polygon(vertices).max() == 1


def test_the_seat_is_under_the_hips_at_the_height_of_a_chair(body):
    flesh, thigh = buttocks_of(body)
    for seed in range(6):
        draw = sample_pose(np.random.default_rng(seed), families={"sit": 1.0})
        posed = pose_body(body, np.zeros(2), draw.pose, np.zeros(3))
        lift = ground(posed.vertices[: body.skin_vertices])
        height = seat_height(posed.vertices + [0, 0, lift], body)
        part = pose_body(flesh, np.zeros(2), draw.pose, [0, 0, lift]).vertices
        assert height == pytest.approx(seat_under(part[~thigh], part[thigh]))
        pelvis = posed.joints[0, 2] + lift
        assert 0.3 < height < 0.8
        assert 0.03 < pelvis - height < 0.16


def test_a_t_pose_stands_and_a_tilted_one_falls(body):
    upright = np.zeros((55, 3))
    upright[0] = [np.pi / 2, 0, 0]
    tilted = upright.copy()
    tilted[0] = [np.pi / 2 + 0.5, 0, 0]
    for pose, stands in ((upright, True), (tilted, False)):
        vertices = pose_body(body, np.zeros(2), pose, np.zeros(3)).vertices[: body.skin_vertices]
        assert is_balanced(vertices, body.faces) == stands

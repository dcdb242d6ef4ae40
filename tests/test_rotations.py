import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from blender_addon.core.rotations import axis_angle_to_matrix, matrix_to_axis_angle, turn_about_z


def test_agrees_with_scipy():
    vectors = np.random.default_rng(0).normal(size=(50, 3)) * 1.5
    np.testing.assert_allclose(axis_angle_to_matrix(vectors), Rotation.from_rotvec(vectors).as_matrix(), atol=1e-12)


@pytest.mark.parametrize("vector", [(0, 0, 0), (1e-9, 0, 0), (0, np.pi, 0), (np.pi - 1e-7, 0, 0), (1, -2, 0.5)])
def test_round_trip_gives_the_same_rotation(vector):
    matrix = axis_angle_to_matrix(vector)
    np.testing.assert_allclose(axis_angle_to_matrix(matrix_to_axis_angle(matrix)), matrix, atol=1e-8)


def test_turning_a_root_turns_what_it_carries():
    root = np.array([np.pi / 2, 0, 0])
    turned = axis_angle_to_matrix(turn_about_z(root, np.pi / 2))
    np.testing.assert_allclose(turned @ [0, 0, 1], [1, 0, 0], atol=1e-12)  # faced -Y, now faces +X

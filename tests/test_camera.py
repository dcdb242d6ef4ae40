import numpy as np
import pytest

from blender_addon.core.camera import intrinsics, look_at, project, world_to_camera
from blender_addon.core.spec import CameraSpec

FORWARD = CameraSpec(640, 480, 36.0, (0, 0, 0), ((1, 0, 0), (0, 0, -1), (0, 1, 0)))


@pytest.mark.parametrize("point, pixel", [
    pytest.param((0, 2, 0), (320, 240), id="axis hits the centre"),
    pytest.param((1, 2, 0), (640, 240), id="right is +x"),
    pytest.param((0, 2, -0.5), (320, 400), id="down is +y"),
    pytest.param((0, -2, 0), (np.nan, np.nan), id="behind is NaN"),
])  # fmt: skip
def test_project(point, pixel):
    pixels, _ = project(np.array(point, float), FORWARD)
    np.testing.assert_allclose(pixels, pixel)


def test_depth_is_along_the_axis_and_signed():
    _, depth = project(np.array([(1, 2, 3), (0, -4, 0)], float), FORWARD)
    np.testing.assert_allclose(depth, (2, -4))


@pytest.mark.parametrize("roll", [0.0, 0.4])
def test_look_at_centres_its_target_and_is_a_rotation(roll):
    rotation = look_at((1, -2, 3), (0.5, 4, 1), roll)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    camera = CameraSpec(640, 480, 50.0, (1, -2, 3), tuple(map(tuple, rotation)))
    np.testing.assert_allclose(project(np.array([0.5, 4, 1.0]), camera)[0], (320, 240), atol=1e-9)


def test_without_roll_the_world_stands_upright_in_the_picture():
    camera = CameraSpec(640, 480, 50.0, (0, 0, 1), tuple(map(tuple, look_at((0, 0, 1), (3, 4, 0)))))
    (foot, head), _ = project(np.array([(3, 4, 0), (3, 4, 1.0)]), camera)
    assert head[1] < foot[1]
    assert head[0] == pytest.approx(foot[0], abs=1e-9)


def test_looking_straight_down_is_defined():
    assert np.isfinite(look_at((0, 0, 5), (0, 0, 0))).all()


def test_matrices_reproduce_project():
    camera = CameraSpec(300, 500, 28.0, (1, 2, 3), tuple(map(tuple, look_at((1, 2, 3), (5, 9, 1)))))
    point = np.array([4, 8, 1.5])
    matrix = intrinsics(camera) @ world_to_camera(camera)
    homogeneous = matrix @ np.append(point, 1)
    np.testing.assert_allclose(homogeneous[:2] / homogeneous[2], project(point, camera)[0])

"""What is measured on a scene besides rays: the whole person's box, places on faces, nearness to a mask."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from blender_addon.core.spec import CameraSpec
from blender_addon.scene.person import REST
from blender_addon.scene.truth import MASK_REACH, barycentric, full_box, mask_distances, rest_at

CAMERA = CameraSpec(100, 80, 36.0, (0.0, 0.0, 0.0), ((1, 0, 0), (0, 0, -1), (0, 1, 0)))
"""Looks along +Y; focal length 100 px."""


def surface(*points, faces=((0, 1, 2, -1),)):
    return SimpleNamespace(posed=np.array(points, float), faces=np.array(faces))


@pytest.mark.parametrize(
    "surfaces, box",
    [
        pytest.param([surface((-1, 10, 0), (1, 10, 0), (0, 10, 2))], [40, 20, 20, 20], id="inside"),
        pytest.param([surface((-9, 10, 0), (9, 10, 0), (0, 10, -9))], [-40, 40, 180, 90], id="beyond the edges"),
        pytest.param([surface((1, 10, 0), (1, -1, 5), (2, 10, 1))], [60, 30, 10, 10], id="in part behind the lens"),
        pytest.param([surface((1, -2, 0), (1, -1, 5), (2, -3, 1))], None, id="behind the lens"),
        pytest.param(
            [surface((0, 10, 0), (1, 10, 0), (0, 10, 1), (50, 10, 50)), surface((3, 10, 0), (4, 10, 0), (3, 10, 1))],
            [50, 30, 40, 10],
            id="skin and clothes, but no point without a face",
        ),
    ],
)
def test_the_whole_persons_box(surfaces, box):
    found = full_box(surfaces, CAMERA)
    assert found == (box if box is None else pytest.approx(box))


def test_places_on_faces_are_those_of_the_t_pose():
    """A quad and a triangle that were moved, turned and stretched."""
    rest = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [2, 0, 0]], float)
    posed = rest @ np.array([[0, 0, 2], [0, 3, 0], [1, 0, 0.0]]) + [5, 6, 7]
    mesh = bpy.data.meshes.new("quad")
    mesh.from_pydata(posed.tolist(), [], [(0, 1, 2, 3), (1, 4, 2)])
    mesh.attributes.new(REST, "FLOAT_VECTOR", "POINT").data.foreach_set("vector", rest.ravel())
    wanted = np.array([[0.3, 0.2, 0], [0.1, 0.9, 0], [0.5, 0.5, 0], [1.5, 0.25, 0], [1, 0, 0]])
    moved = wanted @ np.array([[0, 0, 2], [0, 3, 0], [1, 0, 0.0]]) + [5, 6, 7]
    found = rest_at(mesh, np.array([0, 0, 0, 1, 1]), moved)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    beside = rest_at(mesh, np.array([0]), moved[:1] + [0.01, 0, 0])  # a little off the face
    np.testing.assert_allclose(beside, wanted[:1], atol=0.02)


def test_a_triangle_that_is_a_line_has_no_shares():
    line = np.array([[[0, 0, 0], [1, 0, 0], [1, 0, 0]], [[0, 0, 0], [1, 0, 0], [0, 1, 0]]], float)
    found = barycentric(line, np.array([[0.5, 0, 0], [0.25, 0.5, 0]]))
    np.testing.assert_allclose(found, [[-1, -1, -1], [0.25, 0.25, 0.5]])


def test_nearness_to_the_mask():
    own = np.zeros((40, 50), bool)
    own[10:20, 30:35] = True
    pixels = np.array([(32, 15), (30, 10), (28, 15), (37, 21), (27.4, 15), (np.nan, 3), (-50, 12), (32, 45)])
    found = mask_distances(own, pixels)
    np.testing.assert_allclose(found, [0, 0, 2, np.hypot(2, 1), np.inf, np.inf, np.inf, np.inf])
    assert found[2] < MASK_REACH

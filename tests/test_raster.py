"""The z-buffer against what geometry says."""

import numpy as np

from blender_addon.core.raster import rasterise


def test_a_square_of_two_triangles_fills_its_pixels_once():
    square = np.array([[[1.0, 1], [5, 1], [5, 4]], [[1, 1], [5, 4], [1, 4]]])
    face, share = rasterise(square, np.ones((2, 3)), 7, 6)
    expected = np.zeros((6, 7), bool)
    expected[1:4, 1:5] = True
    np.testing.assert_array_equal(face >= 0, expected)
    np.testing.assert_allclose(share[expected].sum(1), 1.0)
    assert set(np.unique(face)) == {-1, 0, 1}


def test_the_nearer_face_hides_the_farther_whatever_their_order():
    whole = np.array([[0.0, 0], [8, 0], [0, 8]])
    corners, depth = np.stack([whole, whole]), np.array([[2.0, 2, 2], [1, 1, 1]])
    assert set(rasterise(corners, depth, 8, 8)[0][np.tril_indices(3)[::-1]]) == {1}
    assert set(rasterise(corners[::-1], depth[::-1], 8, 8)[0][np.tril_indices(3)[::-1]]) == {0}


def test_shares_are_perspective_correct():
    """A face that recedes: the pixel's ray meets it at the point that its shares make."""
    points = np.array([[[-1.0, -1, 2], [1.5, -1, 5], [0, 2, 3]]])
    corners = points[..., :2] / points[..., 2:] * 40 + 32
    face, share = rasterise(corners, points[..., 2], 64, 64)
    y, x = np.nonzero(face == 0)
    met = share[y, x] @ points[0]
    np.testing.assert_allclose(met[:, 0] / met[:, 2] * 40 + 32, x + 0.5, atol=1e-9)
    np.testing.assert_allclose(met[:, 1] / met[:, 2] * 40 + 32, y + 0.5, atol=1e-9)
    assert len(x) > 300


def test_what_is_outside_behind_or_broken_is_left_out():
    corners = np.array(
        [
            [[-9.0, -9], [-5, -9], [-9, -5]],
            [[0, 0], [4, 0], [0, 4]],
            [[np.nan, 0], [4, 0], [0, 4]],
            [[1, 1], [2, 2], [3, 3]],
        ]
    )
    depth = np.array([[1.0, 1, 1], [1, 1, -1], [1, 1, 1], [1, 1, 1]])
    assert (rasterise(corners, depth, 6, 6)[0] == -1).all()
    assert (rasterise(corners[:0], depth[:0], 6, 6)[0] == -1).all()


def test_many_faces_in_several_goes_are_drawn_as_in_one(monkeypatch):
    rng = np.random.default_rng(0)
    centre = rng.uniform(0, 60, (400, 1, 2))
    corners, depth = centre + rng.normal(0, 4, (400, 3, 2)), rng.uniform(1, 3, (400, 3))
    whole = rasterise(corners, depth, 60, 50)
    monkeypatch.setattr("blender_addon.core.raster.AT_ONCE", 500)
    parts = rasterise(corners, depth, 60, 50)
    np.testing.assert_array_equal(whole[0], parts[0])
    np.testing.assert_allclose(whole[1], parts[1])

"""Membranes stretched over a hole, against exact ones and against a direct solver."""

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.linalg

from blender_addon.core.poisson import solve_membrane

ROW, COLUMN = np.mgrid[:90, :70].astype(float)
DISC = (COLUMN - 34) ** 2 + (ROW - 47) ** 2 < 25**2


def test_a_harmonic_function_fills_its_own_hole():
    """x^2 - y^2 has no Laplacian, on the grid too."""
    exact = (((COLUMN - 30) ** 2 - (ROW - 40) ** 2) / 1000)[..., None]
    np.testing.assert_allclose(solve_membrane(exact, DISC), exact, atol=1e-3)


def test_a_screened_one_decays_as_it_should():
    """exp(x / d) solves the five-point equation with 2 cosh(1 / d) - 2 = 1 / reach^2."""
    reach = 6.0
    exact = np.exp((COLUMN - 60) * np.arccosh(1 + 0.5 / reach**2))[..., None]
    np.testing.assert_allclose(solve_membrane(exact, DISC, reach), exact, atol=1e-4)


@pytest.mark.parametrize("reach", [np.inf, 3.0])
def test_as_a_direct_solver_has_it_also_at_the_pictures_edge(reach):
    rng = np.random.default_rng(1)
    inside = rng.random((20, 24)) < 0.7
    inside[:3] = True
    inside[10:] = False
    rim = rng.normal(0, 1, (20, 24, 2))
    numbers = np.full(inside.shape, -1)
    numbers[inside] = np.arange(inside.sum())
    matrix, right = scipy.sparse.lil_matrix((inside.sum(),) * 2), np.zeros((inside.sum(), 2))
    for row, column in np.argwhere(inside):
        here = numbers[row, column]
        matrix[here, here] = 1 / reach**2
        for other in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            if not (0 <= other[0] < 20 and 0 <= other[1] < 24):
                continue
            matrix[here, here] += 1
            if inside[other]:
                matrix[here, numbers[other]] -= 1
            else:
                right[here] += rim[other]
    exact = rim.copy()
    exact[inside] = scipy.sparse.linalg.spsolve(matrix.tocsc(), right)
    np.testing.assert_allclose(solve_membrane(rim, inside, reach), exact, atol=2e-4)


def test_far_from_the_rim_a_screened_membrane_is_flat():
    assert abs(solve_membrane(np.ones((90, 70, 1)), DISC, 3.0)[47, 34, 0]) < 0.01


def test_no_hole_and_nothing_but_a_hole():
    rim = np.random.default_rng(0).random((8, 9, 3))
    np.testing.assert_array_equal(solve_membrane(rim, np.zeros((8, 9), bool)), rim)
    assert np.abs(solve_membrane(rim, np.ones((8, 9), bool))).max() == 0

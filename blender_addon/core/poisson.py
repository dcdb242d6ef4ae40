"""Poisson blending: a correction that takes a cut-out's rim to its surroundings, and fades towards its middle.

Perez, Gangnet and Blake, "Poisson Image Editing" (2003), solve for colours with the cut-out's gradients and the
photo's rim; that is the cut-out plus a membrane stretched over the difference at the rim. A person who stands on grass
would turn green to the bone, so the membrane is a screened one (Bhat et al., "Fourier Analysis of the 2D Screened
Poisson Equation", 2008): it lets go of the rim after some pixels.
"""

import numpy as np

ENOUGH = 1e-5
"""Residual over the right side's, at which the solution stands."""


def solve_membrane(rim: np.ndarray, inside: np.ndarray, reach: float = np.inf) -> np.ndarray:
    """The membrane u with laplace(u) = u / reach^2 inside, and u = rim outside of it.

    Conjugate gradients on the five-point Laplacian. The picture's edge pulls at nothing.

    Args:
        rim: (H, W, C) values; those inside are not looked at.
        inside: (H, W) bool.
        reach: pixels after which the membrane has let go; infinite is Perez' own.
    Returns:
        (H, W, C), `rim` outside.
    """
    inside = np.asarray(inside, bool)
    known = np.where(inside[..., None], 0.0, np.asarray(rim, float))
    if not inside.any():
        return known
    screen = _degree(inside.shape)[..., None] + (0.0 if np.isinf(reach) else 1.0 / reach**2)
    within = inside[..., None]
    held = np.where(within, _neighbours(known), 0.0)  # right side: what the rim pulls with

    def pull(values):
        return np.where(within, screen * values - _neighbours(values), 0.0)

    values = np.zeros_like(known)
    left = held.copy()
    step = left.copy()
    size = (left**2).sum((0, 1))
    goal = ENOUGH**2 * np.maximum(size, 1e-30)
    for _ in range(4 * int(np.sqrt(inside.sum())) + 50):
        if (size <= goal).all():
            break
        pulled = pull(step)
        along = size / np.maximum((step * pulled).sum((0, 1)), 1e-30)
        values += along * step
        left -= along * pulled
        smaller = (left**2).sum((0, 1))
        step = left + smaller / np.maximum(size, 1e-30) * step
        size = smaller
    return known + values


def _neighbours(values: np.ndarray) -> np.ndarray:
    """Sum of the four around each pixel; there is nothing beyond the picture's edge."""
    total = np.zeros_like(values)
    total[1:] += values[:-1]
    total[:-1] += values[1:]
    total[:, 1:] += values[:, :-1]
    total[:, :-1] += values[:, 1:]
    return total


def _degree(shape) -> np.ndarray:
    """(H, W) how many neighbours each pixel has."""
    return _neighbours(np.ones((*shape, 1)))[..., 0]

"""Radial distortion as OpenCV has it: x' = x (1 + k1 r² + k2 r⁴), x over the focal length, r from the principal point.

After Brown, "Close-Range Camera Calibration" (1971). The polynomial may turn back on itself far outside of the picture;
from there on points go straight outwards, so that nothing beside the camera is folded into its picture.
"""

import numpy as np

WIDEST = 20.0
"""Tangent of the farthest angle from the axis that is looked for: 87 degrees."""
TABLE = 20_001
"""Radii from which `undistort` starts: near enough for two steps of Newton's method."""


def fold(coefficients) -> float:
    """The radius from which on (k1, k2) would bring points back inwards; inf where they never do."""
    k1, k2 = coefficients
    roots = np.roots([5 * k2, 3 * k1, 1.0]) if k2 else np.array([-1 / (3 * k1)]) if k1 else np.array([])
    squares = [root.real for root in roots if abs(root.imag) < 1e-12 and root.real > 0]
    return float(np.sqrt(min(squares))) if squares else np.inf


def distorted_radius(radius, coefficients) -> np.ndarray:
    """(...) distance from the axis that a pinhole would show -> that behind the lens."""
    k1, k2 = coefficients
    radius = np.asarray(radius, float)
    inside = np.minimum(radius, fold(coefficients))
    square = inside * inside
    return inside * (1 + square * (k1 + square * k2)) + (radius - inside)


def distort(points, coefficients) -> np.ndarray:
    """Where a lens puts what a pinhole would put elsewhere.

    Args:
        points: (..., 2) over the focal length, from the principal point.
        coefficients: (2,) k1, k2.
    Returns:
        (..., 2) as `points`.
    """
    points = np.asarray(points, float)
    if not len(coefficients):
        return points
    radius = np.linalg.norm(points, axis=-1, keepdims=True)
    return points * (distorted_radius(radius, coefficients) / np.maximum(radius, 1e-12))


def undistort(points, coefficients) -> np.ndarray:
    """The inverse of `distort`, as far out as WIDEST."""
    points = np.asarray(points, float)
    if not len(coefficients):
        return points
    wanted = np.linalg.norm(points, axis=-1, keepdims=True)
    table, turn = np.linspace(0, WIDEST, TABLE), fold(coefficients)
    radius = np.interp(wanted, distorted_radius(table, coefficients), table)
    k1, k2 = coefficients
    for _ in range(2):
        square = radius * radius
        slope = np.where(radius < turn, 1 + square * (3 * k1 + 5 * square * k2), 1.0)
        radius = radius - (distorted_radius(radius, coefficients) - wanted) / np.maximum(slope, 0.05)
    return points * (np.minimum(radius, WIDEST) / np.maximum(wanted, 1e-12))

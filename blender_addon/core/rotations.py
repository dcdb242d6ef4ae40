"""Rotations as axis-angle vectors and matrices."""

import numpy as np


def axis_angle_to_matrix(vector) -> np.ndarray:
    """(..., 3) radians -> (..., 3, 3), by Rodrigues' formula."""
    vector = np.asarray(vector, float)
    angle = np.linalg.norm(vector, axis=-1)[..., None, None]
    x, y, z = np.moveaxis(vector, -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(*vector.shape[:-1], 3, 3)
    # sinc keeps the quotients finite at a zero angle.
    return np.eye(3) + np.sinc(angle / np.pi) * cross + 0.5 * np.sinc(angle / (2 * np.pi)) ** 2 * (cross @ cross)


def matrix_to_axis_angle(matrix) -> np.ndarray:
    """(3, 3) rotation -> (3,) radians, by way of the quaternion, which is exact at half turns too."""
    m = np.asarray(matrix, float)
    squares = np.array(
        [
            1 + m[0, 0] + m[1, 1] + m[2, 2],
            1 + m[0, 0] - m[1, 1] - m[2, 2],
            1 - m[0, 0] + m[1, 1] - m[2, 2],
            1 - m[0, 0] - m[1, 1] + m[2, 2],
        ]
    )
    w, x, y, z = [
        (squares[0], m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]),
        (m[2, 1] - m[1, 2], squares[1], m[0, 1] + m[1, 0], m[0, 2] + m[2, 0]),
        (m[0, 2] - m[2, 0], m[0, 1] + m[1, 0], squares[2], m[1, 2] + m[2, 1]),
        (m[1, 0] - m[0, 1], m[0, 2] + m[2, 0], m[1, 2] + m[2, 1], squares[3]),
    ][int(squares.argmax())]
    axis = np.array([x, y, z]) * (1 if w >= 0 else -1)
    sine = np.linalg.norm(axis)
    return np.zeros(3) if sine == 0 else axis / sine * 2 * np.arctan2(sine, abs(w))


def turn_about_z(root, angle: float) -> np.ndarray:
    """(3,) axis-angle of a root rotation, turned further by `angle` about the world's Z."""
    return matrix_to_axis_angle(axis_angle_to_matrix([0.0, 0.0, angle]) @ axis_angle_to_matrix(root))

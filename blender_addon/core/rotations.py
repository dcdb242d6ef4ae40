"""Rotations as axis-angle vectors and matrices."""

import numpy as np


def axis_angle_to_matrix(vector) -> np.ndarray:
    """(..., 3) radians -> (..., 3, 3), by Rodrigues' formula."""
    vector = np.asarray(vector, float)
    square = (vector * vector).sum(-1)
    angle = np.sqrt(square)
    some = np.maximum(angle, 1e-9)  # keeps the quotients finite at a zero angle
    sine = (np.sin(some) / some)[..., None] * vector
    versine = 2 * (np.sin(some / 2) / some) ** 2
    matrix = (versine[..., None] * vector)[..., :, None] * vector[..., None, :]
    cosine = 1 - versine * square
    for axis, second, third in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        matrix[..., axis, axis] += cosine
        matrix[..., third, second] += sine[..., axis]
        matrix[..., second, third] -= sine[..., axis]
    return matrix


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

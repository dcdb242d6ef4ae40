"""Colours as people see them: OKLab, and giving a picture another colour so that its seams stay seams.

After Björn Ottosson, "A perceptual color space for image processing" (2020).
"""

import numpy as np

TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
"""Linear sRGB to cone responses; their cube roots are what `TO_LAB` takes."""
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
FROM_LMS, FROM_LAB = np.linalg.inv(TO_LMS), np.linalg.inv(TO_LAB)
GREY = 0.03
"""Chroma under which a colour has no hue to speak of."""
LEAST_CONTRAST = 0.35
"""Share of a picture's light and shade that is kept at least, however near black or white its new colour is."""


def srgb_to_linear(color) -> np.ndarray:
    """(..., 3) 0 to 1."""
    color = np.asarray(color, float)
    return np.where(color <= 0.04045, color / 12.92, ((np.maximum(color, 0) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(color) -> np.ndarray:
    """(..., 3) 0 to 1, clipped."""
    color = np.clip(np.asarray(color, float), 0, 1)
    return np.where(color <= 0.0031308, color * 12.92, 1.055 * color ** (1 / 2.4) - 0.055)


def linear_to_oklab(color) -> np.ndarray:
    """(..., 3) linear sRGB -> (..., 3) L, a, b."""
    return np.cbrt(np.asarray(color, float) @ TO_LMS.T) @ TO_LAB.T


def oklab_to_linear(lab) -> np.ndarray:
    """(..., 3) -> (..., 3) linear sRGB, not clipped."""
    return (np.asarray(lab, float) @ FROM_LAB.T) ** 3 @ FROM_LMS.T


def recolouring(samples: np.ndarray, weights: np.ndarray, target) -> tuple:
    """The affine map of OKLab that gives a picture a mean colour, and keeps what differs from it.

    Light and shade stay, compressed where the new colour leaves no room; chroma follows the light, as dyed cloth's
    does; what has another hue than the rest, such as a print, keeps its distance from it.

    Args:
        samples: (N, 3) linear sRGB of the picture, where it is used; weights: (N,) of each.
        target: (3,) sRGB.
    Returns:
        matrix (3, 3) and offset (3,): lab' = matrix @ lab + offset.
    """
    lab = linear_to_oklab(np.maximum(samples, 0))
    mean = np.average(lab, axis=0, weights=weights)
    goal = linear_to_oklab(srgb_to_linear(target))
    order = np.argsort(lab[:, 0])
    share = np.cumsum(weights[order]) / weights.sum()
    low, high = lab[order, 0][np.searchsorted(share, (0.05, 0.95))]
    room = (goal[0] - 0.06) / max(mean[0] - low, 1e-3), (0.97 - goal[0]) / max(high - mean[0], 1e-3)
    contrast = float(np.clip(min(room), LEAST_CONTRAST, 1.0))
    matrix, offset = np.zeros((3, 3)), np.zeros(3)
    matrix[0, 0], offset[0] = contrast, goal[0] - contrast * mean[0]
    turn = _hue_turn(mean[1:], goal[1:])
    # Of each colour, what the mean colour at its lightness does not explain.
    matrix[1:, 1:] = turn
    matrix[1:, 0] = goal[1:] * contrast / max(goal[0], 0.05) - turn @ mean[1:] / max(mean[0], 0.05)
    offset[1:] = goal[1:] * offset[0] / max(goal[0], 0.05)
    return matrix, offset


def _hue_turn(one, other) -> np.ndarray:
    """(2, 2) from one hue to another; none where either is grey."""
    if min(np.hypot(*one), np.hypot(*other)) < GREY:
        return np.eye(2)
    angle = np.arctan2(other[1], other[0]) - np.arctan2(one[1], one[0])
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

"""Pictures in other sizes: every pixel an area's mean when they shrink, a smooth curve through them when they grow."""

import numpy as np


def resample(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    """(h, w, ...) -> (height, width, ...) float, without turning or shifting anything.

    Shrinks by averaging (a triangle as wide as two pixels of the result), grows by Catmull-Rom.
    """
    picture = np.asarray(picture)
    for axis, size in ((0, height), (1, width)):
        if picture.shape[axis] != size:
            picture = _along(picture, axis, size)
    return picture.astype(float)


def _along(picture: np.ndarray, axis: int, size: int) -> np.ndarray:
    """A weighted sum of as many shifted copies as the filter is wide, which needs little memory."""
    length = picture.shape[axis]
    scale = length / size
    middle = (np.arange(size) + 0.5) * scale - 0.5
    shrinks = scale > 1
    reach = scale if shrinks else 2.0
    first = np.floor(middle - reach).astype(int) + 1
    taps = int(np.ceil(2 * reach))
    offsets = first[:, None] + np.arange(taps) - middle[:, None]
    weights = np.maximum(1 - np.abs(offsets) / scale, 0) if shrinks else _catmull_rom(np.abs(offsets))
    weights /= weights.sum(1, keepdims=True)
    shape = [1] * picture.ndim
    shape[axis] = size
    total = 0.0
    for tap in range(taps):
        index = np.clip(first + tap, 0, length - 1)
        total = total + np.take(picture, index, axis) * weights[:, tap].reshape(shape).astype(np.float32)
    return total


def _catmull_rom(x: np.ndarray) -> np.ndarray:
    """Weight at a distance of x pixels, 0 and more."""
    near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))

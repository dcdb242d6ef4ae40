"""Arrays out of JSON that may hold anything."""

import numpy as np


def as_array(value, *shape) -> np.ndarray:
    """value -> float array of that shape.

    Args:
        shape: lengths, or tuples of lengths to choose from.
    Raises:
        ValueError: another shape, something that is no number, or one that is not finite.
    """
    array = np.asarray(value)  # ragged lists raise ValueError here
    if array.dtype.kind not in "iuf" and array.size:
        raise ValueError("something in it is no number")
    allowed = [wanted if isinstance(wanted, tuple) else (wanted,) for wanted in shape]
    if array.ndim != len(shape) or any(n not in lengths for n, lengths in zip(array.shape, allowed, strict=True)):
        raise ValueError(f"it has the shape {array.shape}, expected {shape}")
    array = array.astype(float)
    if not np.isfinite(array).all():
        raise ValueError("a number in it is not finite")
    return array

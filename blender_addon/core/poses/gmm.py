"""A Gaussian mixture over pose features: near what was recorded, but never the same."""

from dataclasses import dataclass

import numpy as np

from ..chance import pick_row
from ..errors import AssetError
from .features import ANGLES, SIZE, from_features
from .limits import HIGH, LOW

MOST_COMPONENTS = 512
FARTHEST = 2.0
"""Deviations along each axis of a component; the tails of a Gaussian are no poses."""


@dataclass(frozen=True)
class Mixture:
    """K Gaussians; see `assets/poses/train_gmm.py`."""

    weights: np.ndarray
    """(K,) shares, sum 1."""
    means: np.ndarray
    """(K, SIZE)"""
    factors: np.ndarray
    """(K, SIZE, R): the covariance of a component is factor @ factor.T."""


def read_mixture(arrays: dict, place) -> Mixture:
    """A mixture from the arrays of a file.

    Args:
        arrays: `gmm_weights` (K,), `gmm_means` (K, SIZE), `gmm_factors` (K, SIZE, R), floats.
    Raises:
        AssetError: they are missing, do not fit each other, or are not finite.
    """
    names = ("gmm_weights", "gmm_means", "gmm_factors")
    found = {name: arrays[name] for name in names if name in arrays}
    shapes = [found[name].shape if name in found else () for name in names]
    count = shapes[0][0] if len(shapes[0]) == 1 else 0
    fits = shapes[1] == (count, SIZE) and len(shapes[2]) == 3 and shapes[2][:2] == (count, SIZE)
    if not fits or not 0 < count <= MOST_COMPONENTS or not 0 < shapes[2][2] <= SIZE:
        expected = f"weights (K,), means (K, {SIZE}), factors (K, {SIZE}, R)"
        raise AssetError(f"{place}: no mixture of poses: expected {expected}, found {shapes}. Train it again.")
    if not all(array.dtype.kind == "f" and np.isfinite(array).all() for array in found.values()):
        raise AssetError(f"{place}: the mixture holds numbers that are not finite. Train it again.")
    weights, means, factors = (found[name].astype(float) for name in names)
    if weights.min() < 0 or weights.sum() <= 0 or np.abs(means).max() > 10 or np.abs(factors).max() > 10:
        raise AssetError(f"{place}: the mixture's shares or angles are no such thing. Train it again.")
    return Mixture(weights / weights.sum(), means, factors)


def sample_gmm(rng: np.random.Generator, mixture: Mixture) -> tuple[np.ndarray, str]:
    """A pose (55, 3) within JOINT_LIMITS, fingers straight, and which component it came from."""
    component = pick_row(rng, mixture.weights)
    spread = np.clip(rng.normal(size=mixture.factors.shape[2]), -FARTHEST, FARTHEST)
    vector = mixture.means[component] + mixture.factors[component] @ spread
    vector[:ANGLES] = np.clip(vector[:ANGLES], LOW[1:22].ravel(), HIGH[1:22].ravel())
    return from_features(vector), f"component {component}"

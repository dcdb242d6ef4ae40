"""PoseGAN's generator in numpy: a small network that makes joint rotations from noise.

Trained in `assets/poses/train_gan.py`. Rotations leave the network as two axes each (Zhou et al., "On the Continuity
of Rotation Representations in Neural Networks", 2019).
"""

from dataclasses import dataclass

import numpy as np

from ..errors import AssetError
from .features import BODY, root_of
from .limits import clip
from .mannequin import rotation_vectors

OUTPUTS = 21 * 6 + 3
"""Two axes a joint, then the up direction in the pelvis' axes."""
SLOPE = 0.2
"""Of the leaky rectifiers."""
MOST_LAYERS, WIDEST = 16, 4096


@dataclass(frozen=True)
class Generator:
    """Fully connected layers with leaky rectifiers between them."""

    weights: tuple
    """Of (inputs, outputs)."""
    biases: tuple
    """Of (outputs,)."""

    @property
    def noise(self) -> int:
        """Length of the normal vector that goes in."""
        return self.weights[0].shape[0]


def read_generator(arrays: dict, place) -> Generator:
    """A generator from the arrays of a file.

    Args:
        arrays: `gan_weight_0` (noise, H), `gan_bias_0` (H,), and so on; floats.
    Raises:
        AssetError: they are missing, do not fit each other, or are not finite.
    """
    count = 0
    while count < MOST_LAYERS and f"gan_weight_{count}" in arrays:
        count += 1
    weights = [arrays[f"gan_weight_{layer}"] for layer in range(count)]
    biases = [arrays.get(f"gan_bias_{layer}", np.zeros(0)) for layer in range(count)]
    fits = count > 0 and all(weight.ndim == 2 and 0 < max(weight.shape) <= WIDEST for weight in weights)
    if fits:
        widths = [weights[0].shape[0]] + [weight.shape[1] for weight in weights]
        fits = widths[-1] == OUTPUTS and all(
            weight.shape == (widths[k], widths[k + 1]) and bias.shape == (widths[k + 1],)
            for k, (weight, bias) in enumerate(zip(weights, biases, strict=True))
        )
    if not fits:
        shapes = [weight.shape for weight in weights]
        raise AssetError(f"{place}: no pose generator: layers {shapes} do not lead to {OUTPUTS}. Train it again.")
    if not all(array.dtype.kind == "f" and np.isfinite(array).all() for array in (*weights, *biases)):
        raise AssetError(f"{place}: the pose generator holds numbers that are not finite. Train it again.")
    return Generator(tuple(w.astype(np.float32) for w in weights), tuple(b.astype(np.float32) for b in biases))


def generate(generator: Generator, noise) -> np.ndarray:
    """(..., noise) -> (..., OUTPUTS)."""
    value = np.asarray(noise, np.float32)
    last = len(generator.weights) - 1
    for layer, (weight, bias) in enumerate(zip(generator.weights, generator.biases, strict=True)):
        value = value @ weight + bias
        if layer < last:
            value = np.where(value > 0, value, SLOPE * value)
    return value


def rotations_of(axes) -> np.ndarray:
    """(..., 6) two axes, any lengths -> (..., 3, 3) whose first columns they are, by Gram and Schmidt."""
    first, second = axes[..., :3], axes[..., 3:]
    first = first / np.maximum(np.linalg.norm(first, axis=-1, keepdims=True), 1e-8)
    second = second - (first * second).sum(-1, keepdims=True) * first
    second = second / np.maximum(np.linalg.norm(second, axis=-1, keepdims=True), 1e-8)
    return np.stack([first, second, np.cross(first, second)], -1)


def sample_gan(rng: np.random.Generator, generator: Generator) -> np.ndarray:
    """A pose (55, 3) within JOINT_LIMITS, fingers straight."""
    output = generate(generator, rng.normal(size=generator.noise)).astype(float)
    pose = np.zeros((55, 3))
    pose[BODY] = rotation_vectors(rotations_of(output[:-3].reshape(21, 6)))
    pose[0] = root_of(output[-3:])
    return clip(pose)

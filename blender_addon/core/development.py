"""What a real camera does to the light that reaches it: exposure, white balance, sensor noise, JPEG.

Noise is that of photons, whose spread grows with the square root of the light, and a floor of the electronics; cameras
make three colours of one value a pixel, which smears it over neighbours (Foi et al., "Practical Poissonian-Gaussian
Noise Modeling and Fitting for Single-Image Raw-Data", 2008).
"""

import numpy as np

from .ranges import Ranges
from .spec import DevelopmentSpec, rounded

GREY = 0.18
FLOOR = 0.25
"""Noise of the electronics over that of photons at middle grey."""
OWN = 0.5
"""Share of noise that each colour has for itself; cameras take the most colourful of it away."""
QUALITY = 92
"""Of JPEGs whose quality is not drawn."""
PLAIN = DevelopmentSpec(0.0, (1.0, 1.0, 1.0), 0.0, 0, QUALITY)


def sample_development(rng: np.random.Generator, ranges: Ranges, step: int = 0) -> DevelopmentSpec:
    """Each effect with its own chance; all are drawn, so that one leaves the others as they were.

    Args:
        step: of a film, whose frames differ in nothing but the grain of the noise.
    """
    draws = rng.random(4)
    stops, warm, tint = float(np.clip(rng.normal(0, 0.35), -1, 1)), rng.normal(0, 0.07), rng.normal(0, 0.02)
    noise = float(np.exp(rng.uniform(np.log(0.01), np.log(0.06))))
    quality, seed = int(rng.integers(55, 97)), int(rng.integers(2**31))
    return DevelopmentSpec(
        exposure=round(stops, 3) if draws[0] < ranges.exposure else 0.0,
        white_balance=rounded(np.exp([warm, tint, -warm]), 4) if draws[1] < ranges.white_balance else (1.0, 1.0, 1.0),
        noise=round(noise, 4) if draws[2] < ranges.noise else 0.0,
        seed=(seed + step) % 2**31,
        quality=quality if draws[3] < ranges.jpeg else QUALITY,
    )


def is_plain(spec: DevelopmentSpec) -> bool:
    """Whether the light stays as it is; the file's quality does not count."""
    return spec.exposure == PLAIN.exposure and spec.white_balance == PLAIN.white_balance and spec.noise == PLAIN.noise


def develop(light: np.ndarray, spec: DevelopmentSpec) -> np.ndarray:
    """(H, W, 3) scene-linear light -> the same as a camera would have counted it, not below 0."""
    light = light * 2.0**spec.exposure * np.array(spec.white_balance)
    if spec.noise:
        grain = np.random.default_rng(spec.seed).standard_normal((4, *light.shape[:2]))
        grain = OWN * grain[:3] + np.sqrt(1 - OWN**2) * grain[3]
        grain = _smeared(np.moveaxis(grain, 0, -1))
        spread = spec.noise * (np.sqrt(GREY * np.maximum(light, 0)) + FLOOR * GREY)
        light = light + grain * spread
    return np.maximum(light, 0)


def _smeared(grain: np.ndarray) -> np.ndarray:
    """Neighbours share noise; its spread stays 1."""
    for axis in (0, 1):
        grain = (np.roll(grain, 1, axis) + 2 * grain + np.roll(grain, -1, axis)) / np.sqrt(6)
    return grain

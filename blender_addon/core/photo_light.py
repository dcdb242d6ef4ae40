"""What a photo tells of the light and the ground that it was taken in, so that a person can be lit to stand in it.

A photo shows a tenth of what is around its camera, so most of this is what is usual, bent a little by what is seen.
The constants are least squares over 384 photos taken inside 16 environments of Poly Haven, where the true light is
known; `python -m headless.measure_photo_light FOLDER` says how far off they are.
Light is given by six sides, as in Valve's ambient cubes (McTaggart, "Half-Life 2 shading", 2004), and one sun.
"""

from dataclasses import dataclass

import numpy as np

from .lighting import LUMINANCE, directions
from .oklab import linear_to_oklab, srgb_to_linear
from .spec import rounded

SIDES = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
"""Right, left, ahead (what the camera looks at), behind it, up and down."""
SIDE_LIGHT = 2.4
"""Light that falls on upright surfaces, over pi, per mean light of the picture, its lower two thirds counted twice."""
BRIGHTEST = 1.2
"""Of that light: white paper in it is as bright as paper gets."""
LEANING = 0.32
"""Logarithm of right over left, per logarithm of the picture's right third over its left one."""
BACKLIT = 0.24, -0.19
"""Slope and offset of the logarithm of ahead over behind, by that of the picture's top over its bottom."""
ABOVE, BELOW = (-0.21, 1.06), (-0.22, -0.72)
"""The same of up and down, over the four sides."""
UNSEEN = 0.3
"""Standard deviation of what the picture does not tell of right over left and of ahead over behind: truly 0.95, but
then light would often come from where the picture shows none."""
GLARE = 20.0
"""What is burnt white was brighter by up to so much."""
SKY_LEAST, SKY_STEP, SKY_SHARE = 0.6, 0.06, 0.12
"""Lightness of sky, its greatest change from one row to the next, and the share of the rows that it fills at least."""
SKY_HORIZON = 0.24, 0.62
HORIZON, HORIZON_SPREAD, HORIZON_BOUNDS = 0.45, 0.06, (0.28, 0.66)
SUN_SIZE = np.radians(3.0)
"""Wider than the real one: its place is a guess, so its shadows are better a little soft."""


@dataclass(frozen=True)
class PhotoLight:
    """Light in a camera's own directions: x to its right, y level ahead, z up. 1 is what a photo shows as white."""

    sides: tuple
    """(6, 3) radiance from SIDES."""
    sun: tuple
    """(3,) light that falls on a surface that faces the sun; zeros for none."""
    sun_towards: tuple
    """(3,) unit vector."""


def estimate_light(rng: np.random.Generator, photo: np.ndarray) -> PhotoLight:
    """The light in a photo.

    Args:
        photo: (h, w, 3) uint8 sRGB, small.
    """
    linear = srgb_to_linear(photo / 255.0)
    falling = side_irradiance(linear)
    falling[:2] *= np.exp(np.array([0.5, -0.5]) * rng.normal(0, UNSEEN))
    falling[2:4] *= np.exp(np.array([0.5, -0.5]) * rng.normal(0, UNSEEN))
    share = sun_share(linear)
    across, along = np.log(falling[0] / falling[1]), np.log(falling[2] / falling[3])
    azimuth = np.arctan2(along, across) + rng.normal(0, 0.3)
    elevation = np.radians(rng.uniform(32, 58))
    towards = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    sun = share * falling[4] / towards[2]
    ambient = np.maximum(falling - sun * np.maximum(SIDES @ towards, 0), 0.3 * falling)
    tints = _tints(linear)
    colours = _cube_radiance(ambient)[:, None] * tints
    return PhotoLight(rounded(colours, 4), rounded(np.pi * sun * tints[4], 4), rounded(towards, 4))


def side_irradiance(linear: np.ndarray) -> np.ndarray:
    """(6,) light that falls on a surface facing each of SIDES, over pi, of a linear (h, w, 3) photo; all over 0."""
    bright = linear @ LUMINANCE
    level = (bright.mean() + bright[len(bright) // 3 :].mean()) / 2
    right_left, top_bottom = _contrasts(linear)
    sides = np.zeros(6)
    sides[:2] = np.array([0.5, -0.5]) * LEANING * right_left
    sides[2:4] = np.array([0.5, -0.5]) * (BACKLIT[0] * top_bottom + BACKLIT[1])
    sides[4] = ABOVE[0] * top_bottom + ABOVE[1]
    sides[5] = BELOW[0] * top_bottom + BELOW[1]
    return min(SIDE_LIGHT * level + 0.004, BRIGHTEST) * np.exp(sides)


def sun_share(linear: np.ndarray) -> float:
    """Share of the light from above that comes from one place: large where a bright ground lies under a sky that is
    hardly brighter, as it does in the sun; none under clouds, and in the dark."""
    height = len(linear)
    ground = (linear[int(0.55 * height) :] @ LUMINANCE).ravel()
    _, top_bottom = _contrasts(linear)
    lit = np.clip((np.quantile(ground, 0.9) - 0.12) / 0.35, 0, 1)
    return float(0.5 * lit * np.clip((1.1 - top_bottom) / 1.2, 0, 1))


def _contrasts(linear: np.ndarray) -> tuple:
    """Logarithms of right over left and of top over bottom thirds, what is burnt white counted as glare."""
    bright = linear @ LUMINANCE
    bright = bright * (1 + GLARE * np.clip((bright - 0.8) / 0.2, 0, 1) ** 2)
    cells = [[part.mean() for part in np.array_split(row, 3, axis=1)] for row in np.array_split(bright, 3, axis=0)]
    cells = np.log(np.array(cells) + 0.01)
    right_left = (cells[:, 2] - cells[:, 0]).mean()
    top_bottom = cells[0].mean() - cells[2].mean()
    return float(np.clip(right_left, -2.5, 2.5)), float(np.clip(top_bottom, -2, 4))


def _tints(linear: np.ndarray) -> np.ndarray:
    """(6, 3) colours of the sides, of luminance 1: the ground's own colour from below, half the picture's from the
    sides; from above nearly white, as the sun makes up for what is blue."""
    whole, low = linear.mean((0, 1)) + 0.005, linear[len(linear) * 2 // 3 :].mean((0, 1)) + 0.005
    chosen = [whole**0.5] * 4 + [whole**0.2, low**0.8]
    return np.array([colour / (colour @ LUMINANCE) for colour in chosen])


def _cube_radiance(falling: np.ndarray) -> np.ndarray:
    """(6,) radiance of the sides whose light, blended by the square of the direction, falls so on SIDES."""
    opposite = np.kron(np.eye(3), np.ones((2, 2)))
    shares = 0.125 * (1 - opposite) + 0.5 * np.eye(6)  # integrals of cosine times square over a half sphere, over pi
    return np.maximum(np.linalg.solve(shares, falling), 0.05 * falling)


def light_environment(sides, width: int = 64) -> np.ndarray:
    """(width / 2, width, 3) radiance of all directions, as `lighting.directions` has them, of six sides (6, 3)."""
    sides = np.asarray(sides, float)
    towards = directions((width // 2, width))
    return np.maximum(towards @ SIDES.T, 0) ** 2 @ sides


def estimate_horizon(rng: np.random.Generator, photo: np.ndarray) -> float:
    """Row of the horizon over the picture's height, of an (h, w, 3) uint8 photo: by where its sky ends, if it has one.

    Without a sky it is drawn, as most photos have it a little above the middle.
    """
    drawn = rng.normal(HORIZON, HORIZON_SPREAD)
    lab = linear_to_oklab(srgb_to_linear(photo / 255.0))
    sky = lab[..., 0] > SKY_LEAST
    sky[1:] &= np.linalg.norm(np.diff(lab, axis=0), axis=2) < SKY_STEP * 72 / len(photo)
    ends = np.cumprod(sky, axis=0).sum(0) / len(photo)
    if np.median(ends) > SKY_SHARE:
        drawn = SKY_HORIZON[0] + SKY_HORIZON[1] * np.quantile(ends, 0.9)
    return float(np.clip(drawn, *HORIZON_BOUNDS))


def ground_albedo(photo) -> tuple:
    """(3,) of a ground that sends up the light that a PhotoSpec has from below."""
    sides = np.array(photo.sides)
    falling = 0.5 * sides[4] + 0.125 * sides[:4].sum(0) + np.array(photo.sun) * max(photo.sun_towards[2], 0) / np.pi
    return tuple(np.clip(sides[5] / np.maximum(falling, 1e-4), 0.02, 0.8).tolist())

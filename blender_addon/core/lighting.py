"""What an environment picture does to a scene: how bright it makes things, and what its ground looks like.

Environments are equirectangular: row 0 of the array is straight down (as Blender stores pixels, bottom row first),
and the middle column looks along +X, as Cycles maps them.
"""

import numpy as np

SMALL = 128
"""Columns of the copy that sums are taken over."""
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
MIDDLE_GREY = 0.18
EYE = 1.6
"""Metres above the ground that environments are photographed from, about."""
STEP, FOREIGN = 0.6, 1.6
"""Differences of logarithms, summed over red, green and blue, that end the ground."""
FARTHEST_REACH = 30.0
PERSON_ALBEDO = 0.4
"""Of skin and clothes, about."""


def shrink(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) radiance -> (SMALL / 2, SMALL, 3), by averaging blocks, so that a tiny sun keeps its energy."""
    height, width = pixels.shape[:2]
    rows = np.linspace(0, height, SMALL // 2 + 1).astype(int)
    columns = np.linspace(0, width, SMALL + 1).astype(int)
    summed = np.add.reduceat(np.add.reduceat(pixels, rows[:-1], 0), columns[:-1], 1)
    return summed / (np.diff(rows)[:, None] * np.diff(columns))[..., None]


def directions(shape) -> np.ndarray:
    """(H, W, 3) unit vectors of an equirectangular picture's pixels, first row straight down, as Cycles maps them."""
    height, width = shape[:2]
    elevation = ((np.arange(height) + 0.5) / height - 0.5) * np.pi
    azimuth = np.pi - (np.arange(width) + 0.5) / width * 2 * np.pi
    azimuth, elevation = np.meshgrid(azimuth, elevation)
    # Cycles: u = -atan2(y, x) / 2 pi + 0.5
    return np.stack([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)], -1)


def irradiance(radiance: np.ndarray, normal) -> np.ndarray:
    """(3,) light that falls on a surface facing `normal`, from an equirectangular (H, W, 3) radiance."""
    towards = directions(radiance.shape)
    height, width = radiance.shape[:2]
    solid_angle = np.sqrt(np.maximum(1 - towards[..., 2] ** 2, 0)) * (np.pi / height) * (2 * np.pi / width)
    weight = np.maximum(towards @ np.asarray(normal, float), 0) * solid_angle
    return (radiance * weight[..., None]).sum((0, 1))


def exposure(radiance: np.ndarray, view) -> float:
    """Factor that exposes a person in this light, seen along `view`, as a camera's meter would.

    The meter weighs the lit person against the backdrop, both in logarithms, so that neither a bright
    sky nor a dark wall decides alone.
    """
    view = np.asarray(view, float)
    lit = irradiance(radiance, -view) @ LUMINANCE * PERSON_ALBEDO / np.pi
    towards = directions(radiance.shape)
    backdrop = radiance[(towards @ view > np.cos(np.radians(40))) & (towards[..., 2] > -0.6)] @ LUMINANCE
    # Highlights count as paper white at most, as on film.
    seen = np.exp(np.log(np.clip(backdrop, 1e-4, 8 * max(np.median(backdrop), 1e-4))).mean())
    return float(MIDDLE_GREY / (max(lit, 1e-4) ** 0.65 * max(seen, 1e-4) ** 0.35))


def ground_gain(radiance: np.ndarray) -> np.ndarray:
    """(3,) factor from the radiance of the photographed ground to its albedo, given the light that falls on it.

    Where the picture's sun is clipped the sum of the light is too small and albedos come out too large;
    the brightest tenth of the ground is then brought down to 0.8.
    """
    gain = np.pi / np.maximum(irradiance(radiance, [0, 0, 1]), 1e-4)
    below = radiance[directions(radiance.shape)[..., 2] < -0.2]
    brightest = np.quantile((below * gain) @ LUMINANCE, 0.9)
    return gain * min(1.0, 0.8 / max(float(brightest), 1e-4))


def floor_reach(radiance: np.ndarray) -> np.ndarray:
    """(W,) metres of bare ground around the photographer, in each direction from the left of the picture to its right.

    Furniture, walls and water's edges are steps in brightness or colour below the horizon. Looking up from one's feet,
    the first step at an angle a below the horizon ends the ground at EYE / tan(a).
    """
    elevation = np.arcsin(directions(radiance.shape)[:, 0, 2])
    rows = np.flatnonzero((elevation > np.radians(-48)) & (elevation < np.radians(-3)))
    blurred = sum(np.roll(radiance[rows], shift, axis=1) for shift in range(-2, 3)) / 5
    colors = np.log(blurred + 0.02 * np.median(blurred) + 1e-6)
    near = colors[: len(rows) // 3]
    foreign = np.abs(colors - np.median(near, axis=(0, 1))).sum(2)
    steps = np.abs(np.diff(colors, axis=0, prepend=colors[:1])).sum(2)
    # Grass and gravel vary by themselves: only more than that counts.
    most_foreign = FOREIGN + 2 * np.median(foreign[: len(near)])
    highest_step = STEP + 3 * np.median(steps[: len(near)])
    ends = (foreign > most_foreign) | (steps > highest_step)
    first = np.where(ends.any(0), ends.argmax(0), len(rows) - 1)
    reach = EYE / np.tan(-elevation[rows[first]])
    window = len(reach) // 20  # what stands to either side counts too
    around = np.stack([np.roll(reach, shift) for shift in range(-window, window + 1)])
    return np.clip(np.quantile(around, 0.35, axis=0), 1.0, FARTHEST_REACH)

"""A rendered person with the tone, the colour, the sharpness and the grain of the photo that it is put into."""

import math

import numpy as np

from .oklab import linear_to_oklab, oklab_to_linear

FLOOR_SHARE, CEILING_SHARE = 0.004, 0.996
"""Quantiles of lightness that count as a photo's black and white."""
TOWARDS = 0.35
"""Share of the way from the person's mean lightness to the photo's that is gone where they differ by more than ROOM."""
ROOM, EXPOSED = 0.12, (0.8, 1.25)
ENDS, MOST_BENT = 0.6, 0.2
"""Share of the way from the person's black and white to the photo's, and most lightness that either may change by."""
VIVID = 0.35, (0.78, 1.15)
"""Power of the photo's chroma over the person's that the person's is changed by, and its bounds."""
COLOURLESS = 0.004, 0.016
"""Mean chroma of OKLab from which on a photo is one in colour; below, the person has none either."""
MOST_BLUR, MOST_GRAIN = 1.6, 0.03
BLURS = np.linspace(0, 3, 31)


def harmonise(person: np.ndarray, alpha: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """Moderately: a person keeps their own colours.

    Args:
        person: (H, W, 3) linear sRGB, display-referred.
        alpha: (H, W) how much of the pixel is the person.
        photo: (H, W, 3) likewise linear.
    Returns:
        (H, W, 3) linear, 0 to 1.
    """
    shown = alpha > 0.5
    if not shown.any():
        return person
    own, around = linear_to_oklab(np.maximum(person, 0)), linear_to_oklab(photo)
    light = own[..., 0]
    mean, goal = light[shown].mean(), around[..., 0].mean()
    nearer = mean + TOWARDS * (goal - mean - np.clip(goal - mean, -ROOM, ROOM))
    light = light * np.clip(nearer / max(mean, 1e-3), *EXPOSED)  # black stays black
    # Haze lifts black, a dim print has no white; but a photo may just show nothing that is black or white.
    black, white = np.quantile(around[..., 0], (FLOOR_SHARE, CEILING_SHARE))
    low, high = np.quantile(light[shown], (0.02, 0.98))
    lift, dip = (min(ENDS * max(gap, 0), MOST_BENT) for gap in (black - low, high - white))
    light = _bent(light, low, high, low + lift, max(high - dip, low + lift))
    chroma = _chroma_gain(np.hypot(own[..., 1], own[..., 2])[shown].mean(), around)
    colour = np.stack([light, own[..., 1] * chroma, own[..., 2] * chroma], -1)
    return np.clip(oklab_to_linear(colour), 0, 1)


def _bent(light, low, high, new_low, new_high):
    """The line that takes low and high to their new places."""
    slope = (new_high - new_low) / max(high - low, 0.05)
    slope = np.clip(slope, 0.5, 1.0)
    return np.maximum((light - (low + high) / 2) * slope + (new_low + new_high) / 2, 0)


def _chroma_gain(own: float, around: np.ndarray) -> float:
    seen = float(np.hypot(around[..., 1], around[..., 2]).mean())
    power, bounds = VIVID
    coloured = np.clip((seen - COLOURLESS[0]) / (COLOURLESS[1] - COLOURLESS[0]), 0, 1)
    return float(np.clip((seen / max(own, 1e-3)) ** power, *bounds) * coloured)


def measure_blur(photo: np.ndarray) -> float:
    """Standard deviation in pixels of the blur of a photo's sharpest edges, 0 to 3.

    A sharp step differs as much from one pixel to the next as from one pair of pixels to the next pair; a soft one
    less. The share tells the blur.

    Args:
        photo: (H, W, 3) sRGB, 0 to 1.
    """
    grey = photo.mean(-1)
    pairs = (grey[:, :-1:2] + grey[:, 1::2])[:, : grey.shape[1] // 2] / 2
    fine, coarse = (np.abs(np.diff(part, axis=1)) for part in (grey, pairs))
    strong = np.quantile(coarse, 0.99)
    if strong < 0.02:
        return 0.0
    share = np.quantile(fine, 0.995) / strong
    return float(np.interp(-share, -_EDGE_SHARES, BLURS))


def _edge_share(blur: float) -> float:
    """Greatest difference of neighbours over that of pairs, of a step seen by square pixels and blurred."""
    spread = math.hypot(blur, 0.45)
    at = np.arange(-24, 25) + 0.5
    step = np.array([0.5 + 0.5 * math.erf(x / (spread * math.sqrt(2))) for x in at])
    pairs = [(step[start:-1:2] + step[start + 1 :: 2][: len(step[start:-1:2])]) / 2 for start in (0, 1)]
    coarse = np.mean([np.abs(np.diff(pair)).max() for pair in pairs])  # of edges on and between pairs
    return float(np.abs(np.diff(step)).max() / coarse)


_EDGE_SHARES = np.array([_edge_share(blur) for blur in BLURS])


def measure_grain(photo: np.ndarray) -> float:
    """Standard deviation of a photo's noise, sRGB 0 to 1, by what is left of its smooth parts after Immerkaer's
    filter ("Fast Noise Variance Estimation", 1996).

    Args:
        photo: (H, W, 3) sRGB, 0 to 1.
    """
    grey = photo.mean(-1)
    rows = grey[:-2] - 2 * grey[1:-1] + grey[2:]
    rest = np.abs(rows[:, :-2] - 2 * rows[:, 1:-1] + rows[:, 2:])
    tall, wide = (side // 16 * 16 for side in rest.shape)
    blocks = rest[:tall, :wide].reshape(tall // 16, 16, wide // 16, 16).mean((1, 3))
    clipped = (grey[1:-1, 1:-1] > 0.98) | (grey[1:-1, 1:-1] < 0.02)
    usable = clipped[:tall, :wide].reshape(tall // 16, 16, wide // 16, 16).mean((1, 3)) < 0.1
    if not usable.any():
        return 0.0
    return float(np.quantile(blocks[usable], 0.1) * math.sqrt(math.pi / 2) / 6)


def smooth(picture: np.ndarray, spread: float) -> np.ndarray:
    """Gaussian blur of (H, W, C), edges repeated."""
    if spread <= 0.05:
        return picture
    reach = max(1, math.ceil(3 * spread))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        padding = [(reach, reach) if axis == k else (0, 0) for k in range(picture.ndim)]
        padded = np.pad(picture, padding, "edge")
        length = picture.shape[axis]
        picture = sum(w * padded.take(range(k, k + length), axis) for k, w in enumerate(weights))
    return picture

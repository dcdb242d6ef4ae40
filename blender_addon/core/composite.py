"""A render with alpha put into a photo, whose own colours stay as they are.

All of it is display-referred: a photo has been through a camera, so the render goes through a camera's contrast too,
before the two meet. Colours mix as light does, in linear sRGB, by premultiplied alpha, so that no dark rim is left.
"""

import numpy as np

from .chance import parse_shares
from .harmonise import MOST_BLUR, MOST_GRAIN, harmonise, measure_blur, measure_grain, smooth
from .oklab import linear_to_srgb, srgb_to_linear
from .poisson import solve_membrane

BLENDS = ("alpha", "poisson")
EXPOSURE = 0.8
RENDER_BLUR = 0.45
"""Of the render's own edges, pixels: Cycles' filter is 1.5 pixels wide."""
DARKEST, BRIGHTEST = 0.12, 1.03
"""Bounds of the shadow's factor: bounce light on the ground is hardly ever seen, noise is."""
CONTRAST = 1.35
"""Power of a shadow's factor: a camera's picture has more contrast than the light, as `film` gives the render."""
UNSEEN = 0.02
"""Of a shadow: what is fainter is noise."""
RIM = 0.035, (2.0, 14.0)
"""Reach of the Poisson correction over the square root of the person's pixels, and its bounds in pixels."""
MOST_CHANGE = 0.16
"""Of it, in sRGB, 0 to 1."""


def parse_blends(text: str) -> dict:
    """'alpha:1,poisson:1' -> name -> share of pictures. Raises SettingsError as `chance.parse_shares`."""
    return parse_shares(text, "--blend", BLENDS, "--blend alpha:0.5,poisson:0.5")


def film(light: np.ndarray) -> np.ndarray:
    """Scene light to display, linear 0 to 1, with a camera's contrast: Narkowicz' fit of the ACES curve (2016)."""
    x = np.maximum(light, 0) * EXPOSURE
    return np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)


def composite(
    light: np.ndarray, alpha: np.ndarray, shadow: np.ndarray, photo: np.ndarray, blend: str, seed: int
) -> np.ndarray:
    """The picture.

    Args:
        light: (H, W, 3) rendered light, premultiplied by alpha.
        alpha: (H, W) how much of the pixel is covered.
        shadow: (H, W, 3) factor on the ground's light.
        photo: (H, W, 3) sRGB, 0 to 1.
        blend: one of BLENDS.
        seed: of the grain.
    Returns:
        (H, W, 3) linear sRGB, 0 to 1; where nothing covers or shades it, the photo's own values.
    """
    alpha = np.clip(np.nan_to_num(alpha), 0, 1)
    colour = _unmixed(np.nan_to_num(light), alpha)
    behind = srgb_to_linear(photo) * _soft_shadow(np.nan_to_num(shadow, nan=1.0), alpha)
    person = harmonise(film(colour), alpha, srgb_to_linear(photo))
    person, alpha = _softened(person, alpha, photo)
    person = linear_to_srgb(person)
    if blend == "poisson":
        person = _poisson(person, alpha, linear_to_srgb(behind))
    person = person + _grain(person, measure_grain(photo), seed)
    cover = alpha[..., None]
    return cover * srgb_to_linear(np.clip(person, 0, 1)) + (1 - cover) * behind


def _unmixed(light: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(H, W, 3) colours without their alpha, spread over what is around the person, so that blurs find no black."""
    weight = np.where(alpha > 0.02, alpha, 0.0)
    colour = np.where(weight[..., None] > 0, light / np.maximum(alpha, 0.02)[..., None], 0)
    mixed, amount = colour * weight[..., None], weight[..., None]
    spread = colour
    for reach in (8.0, 2.5):  # from far to near; the nearest that is there counts
        near = smooth(amount, reach)
        spread = np.where(near > 1e-3, smooth(mixed, reach) / np.maximum(near, 1e-3), spread)
    return np.where(weight[..., None] > 0.3, colour, spread)


def _soft_shadow(shadow: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """(H, W, 3) factor of at most 1, without the sampler's noise; the person itself casts none into its own pixels."""
    open_ground = (1 - alpha)[..., None]
    seen = smooth(open_ground, 1.2)
    calm = smooth(np.clip(shadow, DARKEST, BRIGHTEST) * open_ground, 1.2) / np.maximum(seen, 1e-3)
    darker = 1 - np.where(seen > 1e-2, calm, shadow)
    return (1 - np.maximum(darker - UNSEEN, 0) / (1 - UNSEEN)) ** CONTRAST


def _softened(person: np.ndarray, alpha: np.ndarray, photo: np.ndarray) -> tuple:
    """Person and alpha as sharp as the photo."""
    blur = min(measure_blur(photo), MOST_BLUR)
    more = float(np.sqrt(max(blur**2 - RENDER_BLUR**2, 0)))
    return smooth(person, more), smooth(alpha[..., None], more)[..., 0]


def _poisson(person: np.ndarray, alpha: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """(H, W, 3) sRGB: the person, its rim drawn towards what is behind it."""
    inside = alpha > 0.5
    reach = float(np.clip(RIM[0] * np.sqrt(inside.sum()), *RIM[1]))
    difference = np.clip(smooth(behind, 1.5) - person, -1, 1)
    membrane = solve_membrane(difference, inside, reach)
    return person + MOST_CHANGE * np.tanh(membrane / MOST_CHANGE / 2)


def _grain(person: np.ndarray, amount: float, seed: int) -> np.ndarray:
    """(H, W, 3) noise like the photo's."""
    noise = np.random.default_rng(seed).standard_normal(person.shape)
    noise = 0.6 * noise + 0.8 * noise.mean(-1, keepdims=True) * np.sqrt(3)
    return min(amount, MOST_GRAIN) * noise

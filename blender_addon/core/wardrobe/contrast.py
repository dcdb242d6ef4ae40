"""Cloth that is not taken for skin: plain cloth of the wearer's own colour looks like nothing worn at all."""

from dataclasses import replace

import numpy as np

from ..oklab import linear_to_oklab, linear_to_srgb, oklab_to_linear, srgb_to_linear
from ..spec import LookSpec, rounded

TOO_NEAR = 0.07
"""Distance in OKLab, whose lightness goes from 0 to 1."""
SHIFT = 0.2
"""Of lightness."""
PLAIN = ("plain", "leather")
"""Patterns that show one colour."""
LARGE = ("top", "jacket", "dress", "suit", "bottom", "skirt")


def unlike_skin(garments: tuple, tone) -> tuple:
    """The same LookSpecs, those lighter or darker whose cloth is near the skin's colour.

    Args:
        tone: (3,) of the skin, linear.
    """
    skin = linear_to_oklab(np.array(tone))
    return tuple(_unlike(look, skin) if look.kind in LARGE else look for look in garments)


def _unlike(look: LookSpec, skin) -> LookSpec:
    params = dict(look.params)
    if "fabrics" in params:
        params["fabrics"] = [_recolored(fabric, skin) for fabric in params["fabrics"]]
    elif params.get("recolor"):
        params = _recolored(params, skin)
    return replace(look, params=params)


def _recolored(params: dict, skin) -> dict:
    if params.get("pattern", PLAIN[0]) not in PLAIN or params.get("photo"):
        return params
    lab = linear_to_oklab(srgb_to_linear(params["color"]))
    if np.linalg.norm(lab - skin) > TOO_NEAR:
        return params
    lab[0] = skin[0] + (SHIFT if skin[0] < 0.5 else -SHIFT)
    return params | {"color": list(rounded(linear_to_srgb(oklab_to_linear(lab)), 4))}

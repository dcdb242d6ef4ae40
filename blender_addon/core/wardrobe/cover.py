"""Which of a body's points have cloth between them and what they rest on."""

import numpy as np

PRESSED = 0.004
"""Metres of cloth, with its folds, under a body's weight; however loosely it hangs, the floor flattens it."""


def cloth_under(height, arm, garments) -> np.ndarray:
    """How thick the cloth over the skin is where weight presses it down.

    Args:
        height, arm: (n,) where the points are, in the units of `suit.Places`.
        garments: LookSpecs of `sample_outfit`.
    Returns:
        (n,) metres, 0 where the skin is bare; shoes are solid and not counted.
    """
    covered = np.zeros(len(height), bool)
    for look in garments:
        params = look.params
        if look.kind in ("bottom", "skirt"):
            covered |= (height > params["hem"]) & (height < params["waist"]) & (arm <= 0)
        elif look.kind in ("top", "dress", "suit", "jacket"):
            hem = params["skirt_hem"] if look.kind == "dress" else params["hem"]
            sleeve = 0.0 if params["sleeve"] is None else params["sleeve"]
            covered |= np.where(arm > 0, arm < sleeve, (height > hem) & (height < 3))
    return np.where(covered, PRESSED, 0.0)

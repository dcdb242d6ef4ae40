"""Detail from the photo for a texture that networks have painted: theirs the colours, the photo's what is fine.

The networks even out light and doubt, and blur what they doubt. Where the photo shows a texel well, everything finer
than a few texels is taken from it instead, at whatever resolution the texture has.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from blender_addon.core.body import BodyModel
from warp_net.extract import draw, extract, sample
from warp_net.fits import Fit
from warp_net.silhouette import repair
from warp_net.uv_layout import Layout

COARSE = 5.0
"""Texels of the networks: what is coarser than this is theirs."""
EDGE = 2.0
"""Texels over which detail fades out to where the photo shows nothing."""


@dataclass(frozen=True)
class Shot:
    """A photo and how the networks read it."""

    pixels: np.ndarray
    """(S, S, 3) uint8."""
    mask: np.ndarray
    """(S, S) bool."""
    fit: Fit
    move: np.ndarray
    """(T, T, 2) corrections of places, as shares of the side S."""
    trust: np.ndarray
    """(T, T) in [0, 1]."""


def keep_detail(texture: np.ndarray, shots: list, body: BodyModel, layout: Layout, fine: Layout) -> np.ndarray:
    """The texture in the layout `fine`, with the detail of photos.

    Args:
        texture: (T, T, 3) padded, of `layout`.
        shots: Shot of each photo, the front view first; where several show a texel the first's detail is taken.
    Returns:
        (t, t, 3) padded.
    """
    size = (fine.size, fine.size)
    whole = fine.padded(cv2.resize(texture.astype(np.float32), size, interpolation=cv2.INTER_CUBIC))
    made = whole.copy()
    left = np.ones(size, bool)
    for shot in shots:
        colours, weight = _read(shot, body, layout, fine)
        shown = (weight > 0).astype(np.float32)
        step = fine.size / layout.size
        coarse = _smooth(np.concatenate([colours, whole], -1), shown, COARSE * step)
        # Where light falls off to black, as in a fold, differences count for less: brightness scales them.
        gain = np.clip((coarse[..., 3:] + 0.05) / (coarse[..., :3] + 0.05), 0.5, 1.6)
        wanted = coarse[..., 3:] + gain * (colours - coarse[..., :3])
        share = (_fade(shown, EDGE * step) * np.clip(2.5 * weight, 0, 1) * left)[..., None]
        made += share * (wanted - made)
        left &= weight == 0
    return fine.padded(made)


def _read(shot: Shot, body: BodyModel, layout: Layout, fine: Layout) -> tuple:
    """(t, t, 3) colours where the networks would read them, and (t, t) weights; 0 where not seen or not trusted."""
    view = draw(body, fine, shot.fit)
    size = (fine.size, fine.size)
    move = cv2.resize(layout.padded(shot.move).astype(np.float32), size) * shot.pixels.shape[0]
    trust = cv2.resize(layout.padded(shot.trust).astype(np.float32), size)
    photo, usable = repair(shot.pixels.astype(np.float32) / 255, shot.mask, view.silhouette)
    part = extract(photo, view, None, view.place + move)
    inside = sample(usable.astype(np.float32)[..., None], view.place + move)[..., 0] > 0.5
    return part.texture, part.weight * inside * np.clip(2 * trust - 0.5, 0, 1)


def _smooth(values, shown, spread: float) -> np.ndarray:
    """Mean of what is shown around each texel."""
    total = cv2.GaussianBlur(shown, (0, 0), spread)
    blurred = cv2.GaussianBlur(values * shown[..., None], (0, 0), spread)
    return blurred / np.maximum(total, 1e-3)[..., None]


def _fade(shown, width: float) -> np.ndarray:
    """1 well inside what is shown, 0 at its rim."""
    distance = cv2.distanceTransform((shown > 0).astype(np.uint8), cv2.DIST_L2, 3)
    return np.clip(distance / width, 0, 1)

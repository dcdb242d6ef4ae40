"""Textures completed without learning, which the networks are measured against."""

import cv2
import numpy as np

from warp_net.extract import Extraction
from warp_net.uv_layout import Layout

RADIUS = 3
"""Texels that OpenCV's inpainting looks around."""


def inpainted(part: Extraction, layout: Layout) -> np.ndarray:
    """Everything not seen from what is around it in the layout (Telea 2004). Returns (T, T, 3) in [0, 1]."""
    return _inpaint(part.texture, part.seen, layout)


def mirrored(part: Extraction, layout: Layout) -> np.ndarray:
    """What is not seen from the body's other half, the rest inpainted. Returns (T, T, 3) in [0, 1]."""
    flat = np.where(layout.inside, layout.mirror, 0)
    other = part.texture.reshape(-1, 3)[flat]
    other_seen = part.seen.ravel()[flat] & layout.inside
    texture = np.where(part.seen[..., None], part.texture, other)
    return _inpaint(texture, part.seen | other_seen, layout)


def _inpaint(texture, known, layout: Layout) -> np.ndarray:
    if not known.any():
        return np.full_like(texture, 0.5)
    whole = np.clip(texture * 255 + 0.5, 0, 255).astype(np.uint8)
    # Texels between the islands are unknown too: their black would else run into the body.
    filled = cv2.inpaint(whole, (~known).astype(np.uint8), RADIUS, cv2.INPAINT_TELEA).astype(np.float32) / 255
    return layout.padded(np.where(known[..., None], texture, filled)).astype(np.float32)

"""Photos of garments that tests draw themselves: an outline of one colour on a ground of another."""

import cv2
import numpy as np

RED, WHITE, NAVY = (40, 30, 150), (225, 228, 230), (90, 50, 30)
"""BGR."""


def ground(color=RED, width=300, height=400, seed=0) -> np.ndarray:
    """Cloth with some grain and light from one side: (H, W, 3) uint8."""
    rng = np.random.default_rng(seed)
    light = np.linspace(0.9, 1.1, width)[None, :, None]
    image = np.array(color) * light + rng.normal(0, 3, (height, width, 1))
    return np.clip(np.broadcast_to(image, (height, width, 3)), 0, 255).astype(np.uint8)


T_SHIRT = [(115, 70), (150, 82), (185, 70), (215, 80), (262, 140), (232, 165), (212, 145), (212, 310), (88, 310),
           (88, 145), (68, 165), (38, 140), (85, 80)]  # fmt: skip
TROUSERS = [(95, 50), (205, 50), (225, 360), (170, 360), (150, 160), (130, 360), (75, 360)]
SKIRT = [(105, 80), (195, 80), (250, 300), (50, 300)]


def photo_of(outline, color=WHITE, on=RED, seed=0) -> np.ndarray:
    """A garment of a colour, softly shaded, on a ground."""
    image = ground(on, seed=seed)
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.array(outline, np.int32)], 255, cv2.LINE_AA)
    shade = 1 + 0.03 * np.sin(np.arange(image.shape[0]) / 17.0)[:, None, None]
    cloth = np.clip(np.array(color) * shade, 0, 255)
    share = mask[..., None] / 255
    return np.clip(image * (1 - share) + cloth * share, 0, 255).astype(np.uint8)


def mask_of(outline) -> np.ndarray:
    mask = np.zeros((400, 300), np.uint8)
    cv2.fillPoly(mask, [np.array(outline, np.int32)], 255)
    return mask

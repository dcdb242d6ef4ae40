"""The front neckline in a photo: between it and the back's, a garment shows its inside."""

from dataclasses import dataclass

import cv2
import numpy as np

from assets.wardrobe.outlines import Outline

DEPTHS = np.linspace(0.45, 1.5, 22)
"""Of the front neckline below the shoulders, by half the neck's width."""
POWERS = (1.2, 1.7, 2.4)
CLEAR = 1.8
"""How much stronger a neckline's edge is than the median of curves like it."""


@dataclass(frozen=True)
class Neckline:
    depth: float
    """By half the neck's width."""
    hole: np.ndarray
    """(n, 2) pixels of the photo: what is not the garment's front."""


def find_neckline(photo: np.ndarray, mask: np.ndarray, outline: Outline) -> Neckline | None:
    """The curve from shoulder to shoulder along which colours change most; None where none stands out.

    Args:
        photo: (H, W, 3) uint8.
        mask: (H, W) uint8, 255 on the garment.
    """
    left, right = outline.corners["neck.l"], outline.corners["neck.r"]
    middle, half = (left + right) / 2, (right - left) / 2
    size = np.linalg.norm(half)
    if size < 6:
        return None
    down = np.array([-half[1], half[0]])
    lab = cv2.GaussianBlur(cv2.cvtColor(photo, cv2.COLOR_BGR2LAB), (0, 0), max(size / 25, 1.0)).astype(np.float32)
    lab = lab * np.array([0.7, 1.0, 1.0], np.float32)
    inside = cv2.erode(mask, np.ones((5, 5), np.uint8))
    across = np.linspace(-0.8, 0.8, 41)
    scores = np.zeros((len(POWERS), len(DEPTHS)))
    for row, power in enumerate(POWERS):
        for column, depth in enumerate(DEPTHS):
            curve = _curve(middle, half, down, depth, power, across)
            scores[row, column] = _change(lab, inside, curve, size)
    floor = np.median(scores)
    best = scores.max()
    if best < CLEAR * max(floor, 1.5):
        return None
    row = int(scores.max(1).argmax())
    # A band has an edge on either side: the lower one leaves no inside to be seen.
    top = int(scores[row].argmax())
    deeper = np.flatnonzero((scores[row] > 0.7 * best) & (DEPTHS[top] <= DEPTHS) & (DEPTHS[top] + 0.35 > DEPTHS))
    column = int(deeper.max())
    full = _curve(middle, half, down, DEPTHS[column] + 0.04, POWERS[row], np.linspace(-1, 1, 41))
    above = np.array([right - down * 1.5, left - down * 1.5])
    return Neckline(float(DEPTHS[column]), np.concatenate([full, above]))


def _curve(middle, half, down, depth, power, across):
    fall = depth * (1 - np.abs(across) ** power)
    return middle + across[:, None] * half + fall[:, None] * down


def _change(lab, inside, curve, size) -> float:
    """How much colours change across a curve: the median along it, so that a print's edge does not do."""
    way = np.gradient(curve, axis=0)
    normal = np.stack([-way[:, 1], way[:, 0]], 1) / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
    off = max(size * 0.06, 2.0)
    sides = []
    for sign in (-1, 1):
        places = (curve + sign * off * normal).astype(np.float32)
        sides.append(cv2.remap(lab, places[None, :, 0], places[None, :, 1], cv2.INTER_LINEAR)[0])
        held = cv2.remap(inside, places[None, :, 0], places[None, :, 1], cv2.INTER_NEAREST)[0]
    if (held > 0).mean() < 0.7:
        return 0.0
    return float(np.percentile(np.linalg.norm(sides[1] - sides[0], axis=1), 30))

"""The person's outline in a photo: a mask where none is given, and colours at its edge that hold no background."""

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

ERODE = 0.008
"""Of the picture's longer side: how far inside the mask colours are trusted."""
REACH = 0.035
"""Of the longer side: how far outside the mask a body that is drawn too wide takes colours from inside."""
GROW = 0.06
"""Of the body's height: how far clothes and hair may stand out from the body, for GrabCut."""
GRABCUT_SIDE = 320
"""Pixels: larger photos are cut out at this size."""


def repair(photo: np.ndarray, mask: np.ndarray, silhouette: np.ndarray) -> tuple:
    """Take colours at and beyond the mask's edge from inside it, as iPERCore does between the eroded mask and the body.

    Args:
        photo: (H, W, 3) float32.
        mask: (H, W) bool, the person.
        silhouette: (H, W) bool, the drawn body.
    Returns:
        photo: (H, W, 3) float32; outside of the trusted mask every pixel blends the nearest trusted ones.
        usable: (H, W) bool, where colours are the person's: the mask, and what of the body lies close to it.
    """
    side = max(mask.shape)
    inner = cv2.erode(mask.astype(np.uint8), _disc(max(1, round(ERODE * side)))) > 0
    inner = inner if inner.any() else mask
    if not inner.any():
        return photo, np.zeros(mask.shape, bool)
    distance, (rows, columns) = distance_transform_edt(~inner, return_indices=True)
    filled = photo[rows, columns]
    # One nearest pixel each draws streaks: they are blurred the more the farther out they are.
    soft = cv2.GaussianBlur(filled, (0, 0), max(1.0, 0.006 * side))
    far = np.clip(distance / (0.02 * side), 0, 1)[..., None].astype(np.float32)
    filled = filled * (1 - far) + soft * far
    usable = mask | (silhouette & (distance < REACH * side))
    return np.where(inner[..., None], photo, filled).astype(np.float32), usable


def cut_out(photo: np.ndarray, silhouette: np.ndarray) -> np.ndarray:
    """Where the person is, by GrabCut (Rother et al. 2004) that starts from the drawn body.

    Args:
        photo: (H, W, 3) uint8, RGB.
        silhouette: (H, W) bool, the drawn body; empty gives an empty mask.
    Returns:
        (H, W) bool.
    """
    if not silhouette.any():
        return np.zeros(silhouette.shape, bool)
    scale = min(1.0, GRABCUT_SIDE / max(silhouette.shape))
    size = max(8, round(silhouette.shape[1] * scale)), max(8, round(silhouette.shape[0] * scale))
    small = cv2.resize(np.ascontiguousarray(photo[..., ::-1]), size, interpolation=cv2.INTER_AREA)
    body = cv2.resize(silhouette.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    labels = _seeds(body)
    if not ((labels == cv2.GC_BGD).any() and (labels == cv2.GC_FGD).any()):
        return silhouette.copy()  # nothing around the person to tell it from
    cv2.setRNGSeed(0)
    cv2.grabCut(small, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    person = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    person = _touching(cv2.morphologyEx(person, cv2.MORPH_OPEN, _disc(1)), body)
    full = cv2.resize(person.astype(np.float32), silhouette.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return full > 0.5


def _seeds(body) -> np.ndarray:
    """Sure inside well within the body, sure outside well beyond it, the rest to be found out."""
    rows = np.flatnonzero(body.any(1))
    tall = max(rows[-1] - rows[0], 16)
    outside = distance_transform_edt(body == 0)
    depth = distance_transform_edt(body > 0)
    labels = np.full(body.shape, cv2.GC_PR_BGD, np.uint8)
    labels[body > 0] = cv2.GC_PR_FGD
    labels[depth > max(1.5, 0.02 * tall)] = cv2.GC_FGD
    labels[outside > GROW * tall] = cv2.GC_BGD
    return labels


def _touching(person, body) -> np.ndarray:
    """Pieces that the body reaches; others are background of a like colour."""
    count, pieces = cv2.connectedComponents(person)
    kept = np.zeros(count, bool)
    kept[np.unique(pieces[(body > 0) & (person > 0)])] = True
    kept[0] = False
    return kept[pieces].astype(np.uint8)


def overlap(mask: np.ndarray, silhouette: np.ndarray) -> float:
    """How well a drawn body and a mask agree: the share of the body that is in the mask, times the share of the mask
    that is in the body widened by clothes, 0 to 1. Both (H, W) bool."""
    if not (mask.any() and silhouette.any()):
        return 0.0
    rows = np.flatnonzero(silhouette.any(1))
    wide = cv2.dilate(silhouette.astype(np.uint8), _disc(max(1, round(GROW * max(rows[-1] - rows[0], 16))))) > 0
    return float((mask & silhouette).sum() / silhouette.sum() * (mask & wide).sum() / mask.sum())


def _disc(radius: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))

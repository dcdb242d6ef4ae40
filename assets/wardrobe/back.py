"""The back of a garment of which only the front was photographed: the front's cloth without what is on a front alone.

Necklines, plackets, flies and prints give way to cloth from beside them; plain cloth and all-over patterns stay.
"""

import cv2
import numpy as np

from assets.wardrobe.flat_edges import WIDER, neck_height
from assets.wardrobe.spread import Sheet, filled
from blender_addon.core.wardrobe.flat import CROTCH, HALF_TRUNK
from blender_addon.core.wardrobe.photo_garment import ROLES

OPENS = {"shirt", "jacket"}
"""Kinds with a placket down the front."""
STRANGE = 13.0
"""CIELAB distance from the cloth's colours beyond which something is no fold of it."""
TILE = 28
"""Pixels of half the picture's size that are looked for at once."""
UNLIKE = 0.11
"""Difference of colours, 0 to 1, above which cloth from elsewhere would show as a patch."""
ROUND = 0.62
"""Share of the cloth's width from which on something goes round the garment."""
ALL_OVER = 0.5
"""Share of the cloth's patches that something strange lies in, from which on it is the cloth's own pattern."""


def back_of(front: np.ndarray, known: np.ndarray, sheet: Sheet, kind: str, cut: dict) -> np.ndarray:
    """(H, W, 3) float32 BGR: the back, seen through from the front, so that it meets it at the sides.

    Args:
        front: (H, W, 3) float32, filled beyond the cloth.
        known: (H, W) bool, where the photo shows cloth.
    """
    small = cv2.resize(front, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(known.astype(np.uint8), (small.shape[1], small.shape[0])) > 0
    x, y = (cv2.resize(places.astype(np.float32), (small.shape[1], small.shape[0])) for places in sheet.places())
    gone = _sewn_in_front(x, y, kind, cut)
    strange = _strange(small, inside)
    printed = np.zeros_like(gone)
    if not _all_over(strange, inside):
        printed = _grown(
            _not_round(strange, inside) & (np.abs(x) < (1.0 if ROLES[kind] == "bottom" else 1.3 * HALF_TRUNK)), 5
        )
    gone |= printed
    neck = _neck_hole(inside, x)
    back = _patched(small, gone & inside | neck, inside & ~gone, inside & ~printed)
    back = cv2.resize(back, (front.shape[1], front.shape[0]), interpolation=cv2.INTER_CUBIC)
    replaced = cv2.resize((gone | neck).astype(np.float32), (front.shape[1], front.shape[0]))
    soft = np.clip(cv2.GaussianBlur(replaced, (0, 0), 3) * 2, 0, 1)[..., None]
    return np.clip(front + soft * (back - front), 0, 1).astype(np.float32)


def _sewn_in_front(x, y, kind, cut) -> np.ndarray:
    """(H, W) bool: where necklines, plackets and flies are."""
    across = np.abs(x)
    if ROLES[kind] == "bottom":
        return (across < 0.07) & (y > CROTCH + 0.03)
    gone = np.zeros(x.shape, bool)
    if "neck" in cut:
        low = neck_height(cut) - cut["neck"]["depth"] - (0.08 if kind in OPENS else 0.055)
        gone |= (across < cut["neck"]["width"] * WIDER + 0.03) & (y > low)
    if kind in OPENS:
        gone |= across < 0.035
    if kind == "hoodie":
        gone |= (across < 0.05) & (y > neck_height(cut) - 0.25)
    return gone


def _strange(image, inside) -> np.ndarray:
    """(H, W) bool: pixels whose colour is not the cloth's."""
    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB)
    samples = lab[inside]
    middle = np.median(samples, axis=0)
    for _ in range(3):
        close = np.linalg.norm((samples - middle) * [0.5, 1, 1], axis=1) < STRANGE
        middle = np.median(samples[close], axis=0) if close.any() else middle
    away = np.linalg.norm((lab - middle) * [0.5, 1, 1], axis=2)
    spread = np.median(away[inside])
    marks = (away > max(STRANGE * 0.8, 3.5 * spread)) & inside
    marks = cv2.morphologyEx(marks.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0
    faint = (away > max(STRANGE * 0.4, 2.2 * spread)) & inside & _grown(marks, 25)
    _, labels = cv2.connectedComponents(_grown(faint | marks, 3).astype(np.uint8))
    return np.isin(labels, np.unique(labels[marks])) & (labels > 0)


def _not_round(strange, inside) -> np.ndarray:
    """Without what reaches from side to side: borders and yokes of another cloth go round to the back."""
    joined = cv2.morphologyEx(strange.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    kept = strange.copy()
    for part in range(1, count):
        _, top, width, height, _ = stats[part]
        if width > ROUND * np.median(inside[top : top + height].sum(1)):
            kept &= labels != part
    return kept


def _all_over(strange, inside) -> bool:
    """Whether something strange lies nearly everywhere."""
    patch = max(min(inside.shape) // 14, 4)
    rows, columns = (np.arange(0, size - patch, patch) for size in inside.shape)
    seen = [
        strange[r : r + patch, c : c + patch].any()
        for r in rows
        for c in columns
        if inside[r : r + patch, c : c + patch].mean() > 0.8
    ]
    return bool(seen) and float(np.mean(seen)) > ALL_OVER


def _neck_hole(inside, x) -> np.ndarray:
    """(H, W) bool: above the front's neckline, between the shoulders."""
    rows, _columns = np.nonzero(inside)
    top = rows.min()
    middle = np.abs(x) < 0.8 * HALF_TRUNK
    first = np.where(inside.any(0), inside.argmax(0), inside.shape[0])
    row = np.arange(inside.shape[0])[:, None]
    return middle & (row >= top - 4) & (row < first[None] + 3)


def _grown(mask, size) -> np.ndarray:
    mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return cv2.dilate(mask, np.ones((size, size), np.uint8)) > 0


def _patched(image, gone, known, keep) -> np.ndarray:
    """Each hole filled, a tile at a time, with cloth from the place nearby whose surroundings are most like its own.

    Args:
        keep: (H, W) bool, where the picture stays as it is rather than be filled with what looks unlike it.
    """
    smooth = filled(image, known)
    out = np.where(keep[..., None], image, smooth)
    for top in range(0, gone.shape[0], TILE):
        for left in range(0, gone.shape[1], TILE):
            mask = np.zeros_like(gone)
            tile = np.s_[top : top + TILE, left : left + TILE]
            mask[tile] = gone[tile]
            if mask[tile].sum() < 4:
                continue
            shift = _best_shift(smooth, mask, known)
            if shift is not None:
                _copy(out, smooth, mask, shift)
    return out


def _best_shift(image, mask, known):
    """(rows, columns) to the cloth that fits, or None."""
    ring = (cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0) & ~mask & known
    around, within = (np.argwhere(part) for part in (ring, mask))
    if len(around) < 8:
        return None
    around, within = (part[:: max(len(part) // 150, 1)] for part in (around, within))
    colors = image[tuple(around.T)]

    def cost(shift):
        near, aside = within + shift, around + shift
        if _inside(known, near) < 0.97 or _inside(known, aside) < 0.9:
            return np.inf
        rows, columns = np.clip(aside.T, 0, np.array(known.shape)[:, None] - 1)
        return ((image[rows, columns] - colors) ** 2).mean() + 1e-5 * np.hypot(*shift) / TILE

    best, found = np.inf, (0, 0)
    for step, reach in ((6, 2 * TILE), (2, 4)):
        middle = found
        for down in range(-reach, reach + 1, step):
            for right in range(-reach, reach + 1, step):
                shift = (middle[0] + down, middle[1] + right)
                value = cost(shift)
                if value < best:
                    best, found = value, shift
    return found if best < UNLIKE**2 else None


def _inside(known, places) -> float:
    """Share of (n, 2) rows and columns that are on known cloth."""
    valid = ((places >= 0) & (places < known.shape)).all(1)
    return float(known[tuple(places[valid].T)].sum()) / len(places)


def _copy(out, image, mask, shift) -> None:
    """Paste, with the step in colour at the hole's edge spread out over it."""
    moved = np.roll(image, (-shift[0], -shift[1]), (0, 1))
    ring = (cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~mask
    step = filled(image - moved, ring)
    step = cv2.GaussianBlur(step, (0, 0), 5)
    out[mask] = (moved + step)[mask]

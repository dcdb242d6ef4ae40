"""A garment cut out of a product photo: laid flat on cloth, boards or carpet, or on a hanger.

GrabCut (Rother et al., 2004) seeded by what differs from the photo's border.
"""

import cv2
import numpy as np

from blender_addon.core.errors import AssetError

WORK = 512
"""Pixels of the longer side that segmentation works at."""
SMALLEST, LARGEST = 64, 20_000
"""Pixels of a side; larger ones are scaled down while they are read, if memory allows at all."""
BORDER = 0.05
"""Share of the picture's shorter side that is taken to be background."""
ENOUGH = 8.0
"""Deviations from the ground's colours beyond which more says nothing: flowers on black cloth do, the cloth does."""
STANDS_OUT = 1.8
"""How much more a garment differs from the ground's colours than the ground itself does."""
HANGER = 70.0
"""Distance in 8-bit CIELAB between cloth and a thin thing at its edge that is not of it."""
TONES = 6
"""Colours that the background is described by: cloth with shadows, boards with joints, carpets with a pattern."""


def segment_garment(photo: np.ndarray, sleeved: bool = True) -> np.ndarray:
    """Find the one garment in a photo.

    Args:
        photo: (H, W, 3) uint8, BGR.
        sleeved: whether it may have sleeves, with ground between them and the sides.
    Returns:
        (H, W) uint8, 255 on the garment.
    Raises:
        AssetError: there is none, it fills the frame, or it does not stand out; the message says which.
    """
    height, width = photo.shape[:2]
    if min(height, width) < SMALLEST:
        raise AssetError(f"The picture is {width} x {height} pixels; give one of at least {SMALLEST} each way.")
    scale = min(1.0, WORK / max(height, width))
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else photo
    smooth = cv2.bilateralFilter(small, 7, 30, 5)
    difference = stands_out(smooth)
    mask = _grabbed(smooth, _seeds(smooth, difference, sleeved))
    mask = _one_piece(mask, smooth)
    _check(mask, smooth, difference)
    if scale < 1:
        mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
        mask = np.where(mask > 127, 255, 0).astype(np.uint8)
    return mask


def stands_out(photo: np.ndarray) -> np.ndarray:
    """(H, W) float32: how far each pixel's colour is from the nearest of the border's, in their own deviations."""
    lab = cv2.cvtColor(photo, cv2.COLOR_BGR2LAB).astype(np.float32)
    best = np.full(lab.shape[:2], np.inf, np.float32)
    for centre, spread in _tones(lab[_rim(photo.shape[:2], BORDER)]):
        away = (lab - centre) / np.maximum(spread, [6.0, 2.5, 2.5])
        away[..., 0] *= 0.7  # shadows change lightness, not hue
        best = np.minimum(best, np.linalg.norm(away, axis=2))
    return cv2.GaussianBlur(best, (0, 0), 1.5)


def _tones(samples: np.ndarray) -> list:
    """[(centre (3,), deviations (3,))] of the colours that (n, 3) samples are of, without rare ones."""
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    samples = np.ascontiguousarray(samples[:: max(len(samples) // 20_000, 1)])
    cv2.setRNGSeed(7)
    _, labels, centres = cv2.kmeans(samples, min(TONES, len(samples)), None, criteria, 3, cv2.KMEANS_PP_CENTERS)
    found = []
    for tone, centre in enumerate(centres):
        own = samples[labels[:, 0] == tone]
        if len(own) >= 0.02 * len(samples):  # else a hanger's hook, or a hem that runs out of the frame
            found.append((centre, own.std(0)))
    return found


def _rim(shape, share) -> np.ndarray:
    """(H, W) bool: a frame along the picture's edges."""
    wide = max(int(share * min(shape)), 3)
    rim = np.ones(shape, bool)
    rim[wide:-wide, wide:-wide] = False
    return rim


def _seeds(photo: np.ndarray, difference: np.ndarray, sleeved: bool) -> np.ndarray:
    """(H, W) uint8, GrabCut's four kinds of pixel."""
    level = np.minimum(difference, min(np.percentile(difference, 99), ENOUGH))
    scaled = np.round(255 * level / max(level.max(), 1e-6)).astype(np.uint8)
    otsu, _ = cv2.threshold(scaled, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    likely = (scaled > 0.8 * otsu).astype(np.uint8)
    likely = cv2.morphologyEx(likely, cv2.MORPH_OPEN, _disc(5))
    likely = cv2.morphologyEx(likely, cv2.MORPH_CLOSE, _disc(13))
    likely = _central(likely)
    seeds = np.where(likely, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    core = cv2.erode(likely, _disc(15)) * (scaled > 1.1 * otsu)
    seeds[core > 0] = cv2.GC_FGD
    far = cv2.dilate(likely, _disc(61)) == 0
    seeds[far] = cv2.GC_BGD
    seeds[_rim(seeds.shape, 0.012) & (likely == 0)] = cv2.GC_BGD
    if sleeved:
        seeds[_gaps(likely, photo)] = cv2.GC_BGD
    return seeds


def _gaps(likely: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """(H, W) bool: ground between a sleeve and the side, not what has the ground's colour on the garment's middle."""
    lab = cv2.cvtColor(photo, cv2.COLOR_BGR2LAB).astype(np.float32)
    core = cv2.erode(likely, _disc(21)) > 0
    if core.sum() < 100:
        return np.zeros(likely.shape, bool)
    cloth, ground = (
        np.min([np.linalg.norm(lab - centre, axis=2) for centre, _ in _tones(lab[part])], axis=0)
        for part in (core, _rim(likely.shape, BORDER))
    )
    gaps = ((ground < 0.6 * cloth) & (likely > 0)).astype(np.uint8)
    gaps = cv2.morphologyEx(gaps, cv2.MORPH_OPEN, _disc(3))
    left, _, wide, _ = cv2.boundingRect(likely)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(gaps)
    off = np.abs(centres[:, 0] - left - wide / 2) > 0.2 * wide
    large = stats[:, cv2.CC_STAT_AREA] > 0.0002 * likely.size
    keep = np.flatnonzero(off & large)
    return np.isin(labels, keep[keep > 0])


def ground_within(photo: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(H, W) bool: slivers of ground that a mask kept beside sleeves and along edges, where cloth and ground differ."""
    scale = min(1.0, WORK / max(photo.shape[:2]))
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(mask, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_NEAREST)
    left = _gaps(inside // 255, cv2.bilateralFilter(small, 7, 30, 5)).astype(np.uint8)
    return cv2.resize(cv2.dilate(left, _disc(5)), (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_NEAREST) > 0


def _central(mask: np.ndarray) -> np.ndarray:
    """The connected pieces that matter: the largest near the middle and what is nearly as large."""
    count, labels, stats, centroids = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    height, width = mask.shape
    off = np.abs(centroids[1:] / [width, height] - 0.5).max(1)
    weight = stats[1:, cv2.CC_STAT_AREA] * np.clip(1.4 - 2 * off, 0.1, 1)
    keep = 1 + np.flatnonzero(weight > 0.25 * weight.max())
    return np.isin(labels, keep).astype(np.uint8)


def _grabbed(photo: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """(H, W) uint8 0 or 1."""
    known = np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if not known.any() or known.all():
        raise AssetError("Nothing in the picture differs from its border. Photograph one garment on a plain ground.")
    cv2.setRNGSeed(7)
    cv2.grabCut(photo, seeds, None, np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK)
    return np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)


def _off_the_hanger(mask: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """Without thin parts of another colour than the cloth by them."""
    lab = cv2.cvtColor(photo, cv2.COLOR_BGR2LAB).astype(np.float32)
    body = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _disc(27))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask & (1 - body))
    mask = mask.copy()
    for part in range(1, count):
        own = labels == part
        beside = (cv2.dilate(own.astype(np.uint8), _disc(41)) > 0) & (body > 0)
        if stats[part, cv2.CC_STAT_AREA] > 60 and beside.any():
            away = np.median(lab[own], axis=0) - np.median(lab[beside], axis=0)
            if np.linalg.norm(away) > HANGER:
                mask[own] = 0
    return mask


def _one_piece(mask: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """(H, W) uint8 0 or 255: one solid piece without specks, hooks and threads."""
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _disc(7))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _disc(5))
    mask = _off_the_hanger(mask, photo)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        raise AssetError("Nothing in the picture stands out as a garment. Photograph one on a plain ground.")
    mask = (labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()).astype(np.uint8)
    mask = _filled_holes(mask, photo)
    blurred = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2.0)
    return np.where(blurred > 0.5, 255, 0).astype(np.uint8)


def _filled_holes(mask: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """Holes are prints and shadows, save where the ground shows between a sleeve and the side."""
    lab = cv2.cvtColor(photo, cv2.COLOR_BGR2LAB).astype(np.float32)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    left, _, wide, _ = cv2.boundingRect(mask)
    ground = np.median(lab[mask == 0], axis=0)
    cloth = np.median(lab[mask > 0], axis=0)
    mask = mask.copy()
    for hole in range(1, count):
        x, y, w, h, area = stats[hole]
        if x == 0 or y == 0 or x + w == mask.shape[1] or y + h == mask.shape[0]:
            continue
        own = np.median(lab[labels == hole], axis=0)
        aside = abs(centres[hole][0] - left - wide / 2) > 0.2 * wide  # prints lie nearer the middle
        like_ground = np.linalg.norm(own - ground) < 0.7 * np.linalg.norm(own - cloth)
        if not (aside and like_ground and area > 0.0004 * mask.size):
            mask[labels == hole] = 1
    return mask


def _disc(size: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))


def _check(mask: np.ndarray, photo: np.ndarray, difference: np.ndarray) -> None:
    share = (mask > 0).mean()
    if share < 0.04:
        raise AssetError(f"What stands out covers {share:.1%} of the picture. Photograph the garment from nearer.")
    rim = _rim(mask.shape, 0.006)
    if share > 0.9 or (mask[rim] > 0).mean() > 0.25:
        raise AssetError("The garment runs out of the picture. Photograph it with some ground all round.")
    if np.median(difference[mask > 0]) < STANDS_OUT * np.median(difference[mask == 0]):
        raise AssetError("Nothing in the picture stands out as a garment. Photograph one on a plain ground.")
    lab = cv2.cvtColor(photo, cv2.COLOR_BGR2LAB).astype(np.float32)
    inner = cv2.erode(mask, _disc(7)) > 0
    near = (cv2.dilate(mask, _disc(25)) > 0) & (cv2.dilate(mask, _disc(7)) == 0)
    if near.any() and inner.any() and _apart(lab[inner], lab[near]) < 0.35:
        raise AssetError("The garment's colours are those of the ground it lies on. Photograph it on another one.")
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    length = cv2.arcLength(contours[0], True)
    if length**2 > 160 * cv2.contourArea(contours[0]):
        raise AssetError("What stands out has no garment's outline. Photograph one on a plain ground.")


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """0 to 1: how little two sets of colours overlap, as histograms (total variation)."""
    bins = [np.linspace(0, 256, 17)] * 3
    first, _ = np.histogramdd(one, bins)
    second, _ = np.histogramdd(other, bins)
    return float(np.abs(first / first.sum() - second / second.sum()).sum() / 2)

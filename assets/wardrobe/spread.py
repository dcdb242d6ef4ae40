"""A photo's garment spread flat: warped by thin-plate splines, its light evened out, the gaps filled.

Thin-plate splines after Bookstein (1989). Sleeves are warped by themselves: in photos they turn about the shoulder.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.interpolate import RBFInterpolator

from blender_addon.core.wardrobe.fitting import ramp
from blender_addon.core.wardrobe.flat import ARMPIT, HALF_TRUNK

LARGEST = 1024
"""Pixels of the picture of front and back together."""
MARGIN = 0.03
"""Flat metres round a garment."""
COARSE = 6
"""Pixels between places where a spline is worked out; between them it is straight."""
SMOOTHING = 0.5
SLEEVE = ("over", "under", "cuff")
"""Edges of sleeves."""
EVEN = 0.7
"""Share of the light's slope across a photo that is taken out."""


@dataclass(frozen=True)
class Sheet:
    """Where flat places are in a picture of a garment's front."""

    frame: tuple
    """(4,) left, bottom, right, top, flat metres."""
    width: int
    height: int

    @property
    def stacked(self) -> bool:
        """Whether front and back lie above each other in the whole picture."""
        return self.width > self.height

    def places(self) -> tuple:
        """x (H, W) and y (H, W), flat metres of each pixel's middle."""
        left, bottom, right, top = self.frame
        x = left + (np.arange(self.width) + 0.5) / self.width * (right - left)
        y = top - (np.arange(self.height) + 0.5) / self.height * (top - bottom)
        return np.meshgrid(x, y)


def sheet_for(edges: dict) -> Sheet:
    """The sheet that holds all of a garment's flat edges."""
    points = np.concatenate(list(edges.values()))
    low, high = points.min(0) - MARGIN, points.max(0) + MARGIN
    size = high - low
    room = np.array([LARGEST, LARGEST / 2] if size[0] > size[1] else [LARGEST / 2, LARGEST])
    pixels = np.maximum((size * (room / size).min()).astype(int) // 2 * 2, 16)
    return Sheet(tuple(round(float(v), 4) for v in (*low, *high)), int(pixels[0]), int(pixels[1]))


def photo_places(sheet: Sheet, flat: dict, seen: dict) -> np.ndarray:
    """(H, W, 2) float32: where in the photo each pixel of the sheet is.

    Args:
        flat: edge name -> (n, 2) flat metres.
        seen: the same edges in the photo, pixels.
    """
    x, y = sheet.places()
    step = np.ix_(np.arange(0, sheet.height + COARSE, COARSE).clip(max=sheet.height - 1),
                  np.arange(0, sheet.width + COARSE, COARSE).clip(max=sheet.width - 1))  # fmt: skip
    rough = np.stack([x[step], y[step]], -1)
    if "middle" in flat:
        places = _two_legs(flat, seen, rough)
    else:
        places = _spline(flat, seen, [name for name in flat if not name.startswith(SLEEVE)], rough)
    for side, sign in (("r", 1), ("l", -1)):
        names = [f"{name}.{side}" for name in (*SLEEVE, "armhole")]
        if names[0] in flat:
            own = _spline(flat, seen, names, rough)
            share = ramp(sign * rough[..., 0], HALF_TRUNK - 0.012, HALF_TRUNK + 0.012)
            share = share * ramp(rough[..., 1], ARMPIT - 0.13, ARMPIT - 0.11)
            places = places + share[..., None] * (own - places)
    rows, columns = (np.arange(count, dtype=np.float32) / COARSE for count in (sheet.height, sheet.width))
    return cv2.remap(places.astype(np.float32), *np.meshgrid(columns, rows), cv2.INTER_LINEAR)


def _two_legs(flat, seen, at):
    """Each leg by itself: in photos they are spread, flat they are not."""
    right, left = (
        _spline(flat, seen, ["top", "middle", *(f"{name}.{side}" for name in ("outside", "inside", "hem"))], at)
        for side in "rl"
    )
    return left + ramp(at[..., 0], -0.006, 0.006)[..., None] * (right - left)


def _spline(flat, seen, names, at):
    """A spline from flat places to the photo's, through the edges named."""
    source = np.concatenate([flat[name] for name in names])
    target = np.concatenate([seen[name] for name in names])
    source, first = np.unique(np.round(source, 5), axis=0, return_index=True)
    unit = np.ptp(source, axis=0).max()
    spline = RBFInterpolator(source / unit, target[first], kernel="thin_plate_spline", smoothing=SMOOTHING * 1e-3)
    return spline(at.reshape(-1, 2) / unit).reshape(at.shape)


def evened(photo: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32 BGR in 0 to 1: the garment with its light's slope taken out and nothing brighter than cloth.

    Args:
        photo: (H, W, 3) uint8.
        mask: (H, W) uint8, 255 on the garment.
    """
    image = photo.astype(np.float32) / 255
    inside = mask > 0
    light = np.log(np.maximum(cv2.GaussianBlur(image.mean(2), (0, 0), 3), 0.02))
    rows, columns = np.nonzero(inside)
    terms = np.stack([np.ones(len(rows)), columns / image.shape[1] - 0.5, rows / image.shape[0] - 0.5], 1)
    values, weights = light[inside].astype(float), np.ones(len(rows))
    for _ in range(8):  # a print is no light: what is far off the plane counts little
        plane = np.linalg.lstsq(terms * weights[:, None], values * weights, rcond=None)[0]
        weights = 1 / np.maximum(np.abs(values - terms @ plane) / 0.08, 1.0)
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]]
    slope = plane[1] * (x / image.shape[1] - 0.5) + plane[2] * (y / image.shape[0] - 0.5)
    image = image * np.exp(-EVEN * np.clip(slope, -0.5, 0.5)).astype(np.float32)[..., None]
    bright = float(np.percentile(image[inside].max(1), 97))
    return np.clip(image * min(1.0, 0.93 / bright), 0.015, 0.95)


def filled(image: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Pixels that are not known take the colour of the nearest that are, softened away from them.

    Args:
        image: (H, W, 3) float32.
        known: (H, W) bool.
    """
    away, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colors = np.zeros((labels.max() + 1, 3), np.float32)
    colors[labels[known]] = image[known]
    spread = colors[labels]
    soft = cv2.GaussianBlur(spread, (0, 0), 6)
    share = np.clip(away / 12, 0, 1)[..., None]
    return np.where(known[..., None], image, spread + share * (soft - spread)).astype(np.float32)

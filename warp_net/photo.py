"""A photo as it comes: read with care, checked, cut to a square around the person."""

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from blender_addon.core.body import BodyModel
from blender_addon.core.errors import AssetError
from warp_net.extract import View, draw
from warp_net.fits import Fit
from warp_net.silhouette import cut_out, overlap
from warp_net.uv_layout import Layout

MOST_BYTES, MOST_PIXELS = 100_000_000, 60_000_000
SMALLEST_SIDE = 32
LEAST_TALL = 48
"""Pixels of the longer side of what is seen of the drawn body; less shows no texture."""
LEAST_OVERLAP = 0.35
"""Of mask and drawn body, see `silhouette.overlap`."""
LEAST_COLOUR = 2.0
"""Mean difference of the channels, of 255, under which a photo is grey."""
MOST_ALIKE = 0.95
"""Likeness of the colours inside and around the mask over which nobody stands out from the background."""
MARGIN = 0.14
"""Of the same side, around it in the square."""
LARGEST_SQUARE = 1024


@dataclass(frozen=True)
class Portrait:
    """One person in a square of S pixels."""

    pixels: np.ndarray
    """(S, S, 3) uint8, RGB; black where the square reaches beyond the photo."""
    mask: np.ndarray
    """(S, S) bool."""
    fit: Fit
    """In the square's pixels."""
    view: View
    """The fit drawn."""


def read_photo_file(path) -> np.ndarray:
    """A picture file as (H, W, 3) uint8, RGB, as its camera held it.

    Raises:
        AssetError: missing, broken, too large or too small.
    """
    return np.asarray(_open(path).convert("RGB"))


def read_mask_file(path) -> np.ndarray:
    """A picture file as (H, W) bool, true where it is over half bright or, with transparency, opaque.

    Raises:
        AssetError: as `read_photo_file`.
    """
    picture = _open(path)
    channel = picture.getchannel("A") if picture.mode in ("RGBA", "LA") else picture.convert("L")
    return np.asarray(channel) > 127


def _open(path) -> Image.Image:
    path = Path(path)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise AssetError(f"{path}: over {MOST_BYTES // 10**6} MB. Use a smaller picture.")
        picture = Image.open(io.BytesIO(path.read_bytes()))
        _check_size(path, *picture.size)  # before anything is unpacked
        picture.load()
    except FileNotFoundError:
        raise AssetError(f"{path}: no such picture.") from None
    except (OSError, EOFError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise AssetError(f"{path}: cannot be read as a picture ({error}). Save it as JPEG or PNG again.") from None
    return picture


def _check_size(name, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise AssetError(f"{name}: {width} x {height} pixels. Use one of at most {MOST_PIXELS // 10**6} megapixels.")
    if min(width, height) < SMALLEST_SIDE:
        raise AssetError(f"{name}: {width} x {height} pixels show no person. Use a larger picture.")


def take_portrait(photo, fit: Fit, body: BodyModel, layout: Layout, mask=None) -> Portrait:
    """Check a photo against its fit and cut the person out.

    Args:
        photo: (H, W, 3) uint8, RGB.
        mask: (H, W) bool, the person; None lets GrabCut find it around the drawn body.
    Raises:
        AssetError: the photo is no colour picture or too large, the fit is of another body or another photo, or fit
            and person miss each other.
    """
    photo = _check_photo(photo, fit)
    fit.check(body)
    if mask is not None:
        mask = np.asarray(mask)
        if mask.shape != photo.shape[:2] or mask.dtype != bool:
            raise AssetError(f"The mask is {mask.dtype} {mask.shape}, expected bool {photo.shape[:2]}, as the photo.")
    square, corner, scale = _square_around(fit, body)
    side = round(square * scale)
    moved = fit.moved(scale, -corner * scale, (side, side))
    pixels = _cut(photo, corner, square, side)
    inside = _cut(np.full(photo.shape[:2], 255, np.uint8), corner, square, side) > 127
    view = draw(body, layout, moved)
    silhouette = view.silhouette & inside
    if silhouette.sum() < LEAST_TALL:
        raise AssetError("The fit puts the person outside of the photo. Fit the photo again.")
    if mask is None:
        shown = cut_out(pixels, silhouette) & inside
        _check_contrast(pixels, shown, inside)
    else:
        shown = _cut(mask.astype(np.uint8) * 255, corner, square, side) > 127
    agreement = overlap(shown, silhouette)
    if agreement < LEAST_OVERLAP:
        raise AssetError(
            f"The fitted body and the person in the photo overlap by {100 * agreement:.0f} %, "
            f"{100 * LEAST_OVERLAP:.0f} % are needed. Fit the photo again, or give a mask of the person."
        )
    return Portrait(pixels, shown, moved, view)


def _check_photo(photo, fit: Fit) -> np.ndarray:
    photo = np.asarray(photo)
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3:
        raise AssetError(f"The photo is {photo.dtype} {photo.shape}, expected (H, W, 3) uint8 in colour.")
    _check_size("The photo", photo.shape[1], photo.shape[0])
    if (photo.shape[1], photo.shape[0]) != tuple(int(side) for side in fit.size):
        raise AssetError(
            f"The photo has {photo.shape[1]} x {photo.shape[0]} pixels, the fit was made on "
            f"{int(fit.size[0])} x {int(fit.size[1])}. Give the photo that was fitted."
        )
    sparse = photo[:: max(1, photo.shape[0] // 256), :: max(1, photo.shape[1] // 256)].astype(np.int16)
    if (sparse.max(2) - sparse.min(2)).mean() < LEAST_COLOUR:
        raise AssetError("The photo is grey: it does not show what colours the person has. Use one in colour.")
    return photo


def _square_around(fit: Fit, body: BodyModel) -> tuple:
    """Side and top left corner (2,) in the photo of a square around the body, and what it is scaled by."""
    pixels = fit.project(fit.posed(body).vertices[: body.skin_vertices])
    if not np.isfinite(pixels).all():
        raise AssetError("The fit puts the person behind the camera. Fit the photo again.")
    low, high = np.maximum(pixels.min(0), 0), np.minimum(pixels.max(0), fit.size)  # what the photo cuts off is not seen
    tall = float((high - low).max())
    if (high <= low).any():
        raise AssetError("The fit puts the person outside of the photo. Fit the photo again.")
    if tall < LEAST_TALL:
        raise AssetError(
            f"The fitted body shows {tall:.0f} pixels of itself in a photo of {int(fit.size[0])} x "
            f"{int(fit.size[1])}. Use a photo that shows the person larger, or fit it again."
        )
    square = tall * (1 + 2 * MARGIN)
    corner = np.floor((low + high) / 2 - square / 2)
    return square, corner, min(1.0, LARGEST_SQUARE / square)


def _cut(picture, corner, square: float, side: int) -> np.ndarray:
    """The square at `corner`, `side` pixels wide; black beyond the picture."""
    scale = side / square
    shift = (0.5 - np.asarray(corner)) * scale - 0.5  # pixel centres are at halves
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    if scale < 0.7:  # warpAffine reads single pixels: without this, fine patterns would break up
        picture = cv2.GaussianBlur(picture, (0, 0), 0.4 / scale)
    return cv2.warpAffine(picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=0)


def _check_contrast(pixels, mask, inside) -> None:
    """GrabCut finds something anywhere; a person has other colours than what is around."""
    reach = max(3, pixels.shape[0] // 12)
    around = cv2.dilate(mask.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    ring = around & ~mask & inside
    alike = 1.0
    if mask.any() and ring.any():
        inner, outer = (_histogram(pixels[where]) for where in (mask, ring))
        alike = float(np.sqrt(inner * outer).sum())
    if alike > MOST_ALIKE:
        raise AssetError(
            "Nobody stands out from the background where the fit puts the person. "
            "Give the photo that was fitted, or a mask of the person."
        )


def _histogram(colours) -> np.ndarray:
    """(N, 3) uint8 -> (512,) shares of coarse colours, smoothed a little."""
    bins = (colours >> 5).astype(int) @ [64, 8, 1]
    count = np.bincount(bins, minlength=512).reshape(8, 8, 8).astype(float)
    for axis in range(3):
        padded = np.pad(count, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        low, middle, high = (np.take(padded, np.arange(8) + k, axis) for k in range(3))
        count = 0.25 * low + 0.5 * middle + 0.25 * high
    return count.ravel() / max(count.sum(), 1e-9)

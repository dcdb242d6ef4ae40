"""How a cutout is made to look as if the picture's camera had taken it: light, sharpness, noise.

The picture is one of ours, so its noise and its depth of field are known from its spec and need no estimating.
"""

import cv2
import numpy as np

from blender_addon.core.camera import intrinsics
from blender_addon.core.development import FLOOR, GREY, OWN
from blender_addon.core.spec import CameraSpec, PasteSpec
from headless.augment.library import to_linear, to_srgb
from headless.augment.view import View, look_up, on_cutout, solid, tangents_of

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
MIDDLE = 0.2
"""Mean of the linear light in a picture that is well exposed, as cutouts are."""
BRIGHTER, WARMER = (0.2, 1.6), (0.86, 1.16)
"""Limits of the gain: of all colours, and of one over that."""
TOWARDS, TOWARDS_COLOUR = 0.6, 0.3
"""How much of the surroundings' difference from MIDDLE and from grey is taken over, in logarithms: what is dark or
green about them may be their own colour as well as the light's."""
SOFT = 0.35
"""Pixels, standard deviation: what renderer and JPEG smear beyond a box a pixel."""


def match(paste: PasteSpec, layers: np.ndarray, view: View, away: float) -> tuple:
    """(3,) gain and the blur, pixels, for a cutout that is to go on the picture.

    Args:
        layers: (h, w, 5), as library.pixels_of.
        away: metres to it.
    """
    shown = look_up(layers, on_cutout(tangents_of(view.camera), paste))
    return _gain(shown, view), float(np.hypot(SOFT, _defocus(view.camera, away)))


def _gain(shown: np.ndarray, view: View) -> np.ndarray:
    """(3,) for what is lit as the picture is around it."""
    there, _ = solid(shown)
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    top, left = max(rows[0] - high // 2, 0), max(columns[0] - wide // 2, 0)
    around = view.pixels[top : rows[-1] + high // 2 + 1, left : columns[-1] + wide // 2 + 1]
    around = to_linear(around.reshape(-1, 3).astype(np.float32) / 255).mean(0) + 0.004
    bright = float(around @ LUMINANCE)
    return np.clip((bright / MIDDLE) ** TOWARDS, *BRIGHTER) * np.clip((around / bright) ** TOWARDS_COLOUR, *WARMER)


def _defocus(camera: CameraSpec, away: float) -> float:
    """Pixels, standard deviation of the blur at that distance (thin lens); 0 for a pinhole."""
    if not camera.f_stop or not camera.focus:
        return 0.0
    aperture = camera.focal_mm / 1000 / camera.f_stop
    disc = intrinsics(camera)[0, 0] * aperture * abs(away - camera.focus) / (away * camera.focus)
    return min(disc / 4, 25.0)


def grain(seed: int, shape: tuple) -> np.ndarray:
    """(H, W, 3) noise as cameras have it, smeared over neighbours, with a standard deviation of 1."""
    drawn = np.random.default_rng(seed).standard_normal((*shape, 4)).astype(np.float32)
    mixed = OWN * drawn[..., :3] + np.sqrt(1 - OWN**2) * drawn[..., 3:]
    kernel = np.array([1, 2, 1], np.float32) / np.float32(np.sqrt(6))
    return cv2.sepFilter2D(mixed, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REFLECT)


def softened(layers: np.ndarray, paste: PasteSpec, camera: CameraSpec) -> np.ndarray:
    """layers (h, w, 5) so blurred that single pixels may be looked up for the picture."""
    scale = intrinsics(paste.camera)[0, 0] / (intrinsics(camera)[0, 0] * paste.larger)
    spread = np.sqrt(max((0.5 * scale) ** 2 - 0.25, 0.0) + (paste.blur * scale) ** 2)
    if spread < 0.2:
        return layers
    return cv2.GaussianBlur(layers, (0, 0), spread, borderType=cv2.BORDER_CONSTANT)


def composed(pixels: np.ndarray, shown: np.ndarray, paste: PasteSpec) -> np.ndarray:
    """The picture (H, W, 3) uint8 with a cutout over it, added as light: no dark seam, no leak.

    Args:
        shown: (H, W, 5) the cutout where it is seen, `softened`.
    """
    alpha = shown[..., 3:4]
    behind = to_linear(pixels.astype(np.float32) / 255)
    light = shown[..., :3] * np.array(paste.gain, np.float32)
    if paste.noise:
        spread = paste.noise * (np.sqrt(GREY * light) + FLOOR * GREY)
        light = light + alpha * spread * grain(paste.seed, pixels.shape[:2])
    result = np.rint(255 * to_srgb(light + (1 - alpha) * behind)).astype(np.uint8)
    return np.where(alpha > 1 / 510, result, pixels)

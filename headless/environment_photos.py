"""Photos taken inside environment pictures: free backgrounds without people, whose true light is known."""

import os
from dataclasses import dataclass

os.environ.setdefault("OPENCV_IO_ENABLE_OPENEXR", "1")  # OpenCV reads it when it is imported

import cv2
import numpy as np

from blender_addon.core.errors import AssetError
from blender_addon.core.lighting import LUMINANCE, shrink
from blender_addon.core.oklab import linear_to_srgb


@dataclass(frozen=True)
class EnvironmentPhoto:
    """A photo and what was around its camera."""

    pixels: np.ndarray
    """(H, W, 3) uint8 sRGB."""
    radiance: np.ndarray
    """(64, 128, 3) of all directions, as `lighting.directions` has them, turned so that the camera heads along +Y;
    1 is what the camera shows as white."""
    horizon: float
    """Row of the horizon over the picture's height."""


def read_environment(path) -> np.ndarray:
    """(H, W, 3) radiance, row 0 straight up. Raises AssetError when OpenCV cannot read it."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3:
        raise AssetError(f"{path} cannot be read as an environment. Give .hdr or .exr files.")
    return np.maximum(np.nan_to_num(picture[..., 2::-1].astype(float), posinf=1e5), 0)


def photograph(environment: np.ndarray, heading: float, pitch: float, width: int, height: int, field: float = 65.0):
    """A photo as a camera on a tripod takes it.

    Args:
        environment: (H, W, 3) radiance, row 0 straight up.
        heading: azimuth that the camera looks along, radians, anti-clockwise seen from above.
        pitch: upwards, radians.
        field: of view along the width, degrees.
    """
    focal = width / 2 / np.tan(np.radians(field) / 2)
    column, row = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
    right, ahead, up = column, np.full_like(column, focal), -row
    ahead, up = ahead * np.cos(pitch) - up * np.sin(pitch), ahead * np.sin(pitch) + up * np.cos(pitch)
    azimuth = heading - np.arctan2(right, ahead)
    elevation = np.arctan2(up, np.hypot(right, ahead))
    tall, wide = environment.shape[:2]
    u = ((0.5 - azimuth / (2 * np.pi)) % 1.0) * wide - 0.5
    v = (0.5 - elevation / np.pi) * tall - 0.5
    padded = cv2.copyMakeBorder(environment.astype(np.float32), 0, 0, 1, 1, cv2.BORDER_WRAP)
    seen = cv2.remap(
        padded, (u + 1).astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
    )
    gain = _meter(seen @ LUMINANCE)
    horizon = 0.5 + focal * np.tan(pitch) / height
    small = shrink(environment[::-1] * gain)
    turned = np.roll(small, round((heading - np.pi / 2) / (2 * np.pi) * small.shape[1]), axis=1)
    pixels = np.round(linear_to_srgb(_film(seen * gain)) * 255).astype(np.uint8)
    return EnvironmentPhoto(pixels, turned, float(horizon))


def _meter(luminance: np.ndarray) -> float:
    """Middle grey for the middle of the picture, as cameras weigh it; highlights count as paper white at most."""
    tall, wide = luminance.shape
    weight = np.outer(np.hanning(tall + 2)[1:-1], np.hanning(wide + 2)[1:-1]) + 0.2
    counted = np.clip(luminance, 1e-4, 6 * np.median(luminance) + 1e-4)
    return float(0.15 / np.exp(np.average(np.log(counted), weights=weight)))


def _film(light: np.ndarray) -> np.ndarray:
    """The contrast of a camera's picture: Narkowicz's fit of the ACES curve (2016), middle grey kept."""
    x = light * 0.8
    return np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)

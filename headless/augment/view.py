"""A picture as pasting sees it: where its pixels look, who is on it and how far away."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from blender_addon.core.camera import intrinsics
from blender_addon.core.distortion import undistort
from blender_addon.core.spec import CameraSpec, PasteSpec
from headless.augment.library import SOLID


@dataclass
class View:
    """Changes as things are pasted on it."""

    camera: CameraSpec
    noise: float
    """Of its sensor, as DevelopmentSpec has it."""
    pixels: np.ndarray
    """(H, W, 3) uint8 sRGB."""
    mask: np.ndarray
    """(H, W) uint8 person index, 0 for none."""
    ranges: list
    """Metres from the camera to each person, the first has index 1."""
    nearest: np.ndarray
    """(H, W) metres to what was pasted there, inf where nothing was."""

    @property
    def down(self) -> np.ndarray:
        """(3,) of the world, in the camera's frame."""
        return -np.array(self.camera.rotation)[:, 2]


@lru_cache(maxsize=8)
def tangents_of(camera: CameraSpec, step: int = 1) -> np.ndarray:
    """(H, W, 2) where each step-th pixel's middle looks, over the distance along the axis."""
    rows, columns = np.arange(step // 2, camera.height, step), np.arange(step // 2, camera.width, step)
    pixels = np.stack(np.meshgrid(columns + 0.5, rows + 0.5), -1)
    return pixel_tangents(pixels, camera)


def pixel_tangents(pixels: np.ndarray, camera: CameraSpec) -> np.ndarray:
    """(..., 2) pixels -> (..., 2) where they look."""
    matrix = intrinsics(camera)
    return undistort((pixels - matrix[:2, 2]) / matrix[[0, 1], [0, 1]], camera.distortion)


def on_cutout(tangents: np.ndarray, paste: PasteSpec) -> np.ndarray:
    """Which point of the cutout is seen where.

    Args:
        tangents: (..., 2) of the picture's camera.
    Returns:
        (..., 2) float32 pixels of the cutout; far outside of it for what its camera had behind it.
    """
    turn = np.array(paste.turn)
    local = tangents @ turn[:2] + turn[2]
    depth = np.where(local[..., 2:] > 1e-3, local[..., 2:], np.nan)
    matrix = intrinsics(paste.camera)
    pixels = local[..., :2] / depth / paste.larger * matrix[0, 0] + matrix[:2, 2]
    return np.clip(np.nan_to_num(pixels, nan=-1e4), -1e4, 1e5).astype(np.float32)


def look_up(layers: np.ndarray, places: np.ndarray) -> np.ndarray:
    """layers (h, w, C) at (H, W, 2) pixels, bilinear, 0 outside."""
    x, y = places[..., 0] - 0.5, places[..., 1] - 0.5  # OpenCV has (0, 0) in the middle of the first pixel
    found = cv2.remap(layers, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return found.reshape(*places.shape[:2], -1)


def solid(layers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """layers (..., 5), as library.pixels_of -> (...) bool whether a cutout is there, and whether it is a person."""
    alpha, person = layers[..., 3], layers[..., 4]
    there = alpha >= SOLID
    return there, there & (2 * person >= alpha)

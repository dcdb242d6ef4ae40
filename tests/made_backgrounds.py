"""Photos without people that tests make themselves."""

import struct

import cv2
import numpy as np


def made_photo_pixels(width: int = 160, height: int = 120, seed: int = 0) -> np.ndarray:
    """(H, W, 3) uint8 sRGB: a sky over a meadow, soft blots in both."""
    rng = np.random.default_rng(seed)
    blots = cv2.GaussianBlur(rng.normal(0, 1, (height, width, 3)).astype(np.float32), (0, 0), 3) * 60
    ground = np.arange(height)[:, None, None] > 0.45 * height
    picture = np.where(ground, (96.0, 120.0, 70.0), (150.0, 190.0, 235.0)) + np.where(ground, blots, blots / 4)
    return np.clip(picture, 0, 255).astype(np.uint8)


def encoded(pixels: np.ndarray, ending: str = ".jpg", orientation: int = 0) -> bytes:
    """A picture's file; with an orientation, an Exif segment that holds nothing else."""
    data = cv2.imencode(ending, pixels[..., ::-1] if pixels.ndim == 3 else pixels)[1].tobytes()
    if not orientation:
        return data
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    exif = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]

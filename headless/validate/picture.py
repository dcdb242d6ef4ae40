"""One picture: whole, of its size, something on it, and not there twice."""

import hashlib
import io
import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from blender_addon.core.dataset import ENDINGS
from blender_addon.core.errors import AssetError
from headless.mask_file import whole_png

FORMATS = {"jpg": "JPEG", "png": "PNG"}
LARGEST_FILE = 256 * 2**20
"""Bytes. A lossless picture of 16 bits a channel and 40 million pixels is as large."""
FLAT = 8
"""Grey levels of 255 between the darkest and the brightest hundredth: no more is a blank picture. JPEG's own noise and
a sensor's in the dark stay under it, the dullest fog with a person in it does not."""
MISSING = 128
"""libjpeg's grey where the data ended too soon: all three channels, exactly, block by block to the end."""
BLOCK = 8


def read_picture(path: Path, width: int, height: int) -> np.ndarray:
    """(H, W, 3) uint8.

    Raises:
        AssetError: missing, damaged, cut short, or of another kind or size.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise AssetError(f"{path} is over {LARGEST_FILE >> 20} MB, no picture of ours.")
        data = path.read_bytes()
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}.") from error
    ending = path.suffix[1:]
    # Decoders show the first half of a file cut in two; some say nothing about the rest.
    if not (whole_png(data) if ending == "png" else data.endswith(ENDINGS["jpg"])):
        raise AssetError(f"{path} is damaged or cut short.")
    pixels = _decode(data, ending, path, (width, height))
    if ending == "jpg" and (pixels[-BLOCK:, -BLOCK:] == MISSING).all():
        raise AssetError(f"{path} is cut short: its last part is missing and shows as grey.")
    return pixels


def _decode(data: bytes, ending: str, path: Path, size: tuple[int, int]) -> np.ndarray:
    """The size is looked at before memory is taken for it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is compared below
            with Image.open(io.BytesIO(data), formats=[FORMATS[ending]]) as picture:
                if picture.size != size:
                    found = "{}x{}".format(*picture.size)
                    raise AssetError(f"{path} is {found}, its label says {size[0]}x{size[1]}.")
                if picture.mode != "RGB":
                    raise AssetError(f"{path} is {picture.mode}, expected RGB of 8 bits a channel.")
                return np.asarray(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise AssetError(f"{path} is damaged or no {FORMATS[ending]} ({error}).") from error


def is_blank(pixels: np.ndarray) -> bool:
    """Whether pixels (H, W, 3) uint8 are of one colour, or nearly: all black, a sky and nothing else."""
    for channel in range(3):
        counts = cv2.calcHist([pixels], [channel], None, [256], [0, 256]).ravel().cumsum()
        low, high = np.searchsorted(counts, [0.01 * counts[-1], 0.99 * counts[-1]])
        if high - low > FLAT:
            return False
    return True


def digest(pixels: np.ndarray) -> bytes:
    """The same for the same pixels, whatever file they came in."""
    return hashlib.blake2b(np.ascontiguousarray(pixels), digest_size=16).digest()

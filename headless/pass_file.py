"""Read pictures beside the photo, with OpenCV."""

from pathlib import Path

import cv2
import numpy as np

from blender_addon.core.errors import AssetError
from headless.mask_file import whole_png

FORMS = {
    "parts": (np.uint8, ()),
    "depth": (np.uint16, ()),
    "normals": (np.uint8, (3,)),
    "iuv": (np.uint8, (3,)),
    "flow": (np.uint16, (3,)),
}
"""Name -> kind of numbers and channels, as `blender_addon/core/passes.py` says."""
LARGEST_FILE = 256 * 2**20
"""Bytes."""


def read_pass(path: Path, name: str, shape: tuple[int, int], fix: str = "") -> np.ndarray:
    """The picture as `blender_addon.core.passes` decodes it: red first; I, U, V of iuv.

    Args:
        name: of the pass.
        shape: (H, W) that it should have.
        fix: what to do when it is broken, for the error.
    Raises:
        AssetError: missing, damaged, or of another form or size.
    """
    kind, channels = FORMS[name]
    try:
        data = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else b""
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}. {fix}") from error
    # The size is looked at before memory is taken for it.
    if not whole_png(data) or data[16:24] != b"".join(int(side).to_bytes(4, "big") for side in shape[::-1]):
        raise AssetError(f"{path} is damaged, cut short, or not of {shape[1]}x{shape[0]} pixels. {fix}")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != kind or pixels.shape != (*shape, *channels):
        found = "no picture" if pixels is None else f"{pixels.shape} {pixels.dtype}"
        raise AssetError(f"{path} holds {found}, expected {(*shape, *channels)} {np.dtype(kind)}. {fix}")
    return pixels[..., ::-1] if channels and name != "iuv" else pixels

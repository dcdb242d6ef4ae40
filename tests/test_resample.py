import cv2
import numpy as np
import pytest

from blender_addon.core.resample import resample

from .made_backgrounds import made_photo_pixels

PHOTO = made_photo_pixels(160, 120)


@pytest.mark.parametrize("size", [(60, 80), (37, 50), (240, 320), (120, 160), (50, 300)])
def test_a_ramp_stays_a_ramp(size):
    """Nothing is shifted: pixel centres stay where they are in the picture."""
    row, column = np.mgrid[:120, :160] + 0.5
    height, width = size
    found = resample(np.stack([row / 120, column / 160], -1), height, width)
    wanted = np.stack(
        np.meshgrid((np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width, indexing="ij"), -1
    )
    inner = (slice(max(2, height // 20), -max(2, height // 20)), slice(max(4, width // 20), -max(4, width // 20)))
    np.testing.assert_allclose(found[inner], wanted[inner], atol=2e-3)


def test_shrinking_leaves_no_moire():
    stripes = np.tile(np.array([0.0, 1.0]), (120, 80))[..., None]
    assert np.ptp(resample(stripes, 30, 37)[:, 1:-1]) < 0.02


def test_growing_agrees_with_opencv():
    found = resample(PHOTO, 240, 320)
    assert np.abs(found - cv2.resize(PHOTO, (320, 240), interpolation=cv2.INTER_CUBIC)).mean() < 1

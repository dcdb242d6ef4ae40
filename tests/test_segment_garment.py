"""A garment is cut out of its photo, or the photo is refused."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from assets.wardrobe.segment import segment_garment
from blender_addon.core.errors import AssetError
from tests.made_garments import NAVY, RED, SKIRT, T_SHIRT, TROUSERS, WHITE, ground, mask_of, photo_of


def overlap(one, other):
    one, other = one > 0, other > 0
    return (one & other).sum() / (one | other).sum()


@pytest.mark.parametrize(
    "outline, color, on",
    [
        pytest.param(T_SHIRT, WHITE, RED, id="white T-shirt on red"),
        pytest.param(TROUSERS, NAVY, (190, 205, 210), id="navy trousers on beige"),
        pytest.param(SKIRT, (60, 160, 90), (20, 20, 22), id="green skirt on black"),
        pytest.param(SKIRT, (190, 205, 215), (140, 160, 175), id="beige on darker beige"),
    ],
)
def test_the_garment_alone_is_found(outline, color, on):
    found = segment_garment(photo_of(outline, color, on))
    assert set(np.unique(found)) == {0, 255}
    assert overlap(found, mask_of(outline)) > 0.96


def test_a_print_is_part_of_the_garment():
    photo = photo_of(T_SHIRT)
    cv2.circle(photo, (150, 200), 30, RED, -1)  # as red as the ground
    assert overlap(segment_garment(photo), mask_of(T_SHIRT)) > 0.95


def test_boards_with_joints_are_ground():
    photo = photo_of(SKIRT, NAVY, (170, 190, 200))
    lines = np.zeros(photo.shape[:2], bool)
    lines[:, 148:151] = True
    lines &= mask_of(SKIRT) == 0
    photo[lines] = (90, 100, 110)
    assert overlap(segment_garment(photo), mask_of(SKIRT)) > 0.95


def test_same_photo_same_mask():
    photo = photo_of(T_SHIRT)
    np.testing.assert_array_equal(segment_garment(photo), segment_garment(photo))


def filling():
    image = ground(WHITE)
    image[:] = np.random.default_rng(3).integers(180, 240, image.shape)
    image[150:250] = (40, 40, 200)  # a stripe across the whole frame
    return image


NOTHING = [
    pytest.param(np.full((300, 300, 3), 128, np.uint8), id="grey"),
    pytest.param(np.zeros((300, 300, 3), np.uint8), id="black"),
    pytest.param(ground(), id="ground alone"),
    pytest.param(np.random.default_rng(1).integers(0, 256, (300, 300, 3)).astype(np.uint8), id="noise"),
    pytest.param(np.zeros((20, 30, 3), np.uint8), id="tiny"),
    pytest.param(filling(), id="cloth that runs out of the frame"),
]


@pytest.mark.parametrize("photo", NOTHING)
def test_a_photo_without_a_garment_is_refused(photo):
    with pytest.raises(AssetError):
        segment_garment(photo)


def test_a_dot_is_no_garment():
    photo = ground()
    cv2.circle(photo, (150, 200), 12, WHITE, -1)
    with pytest.raises(AssetError):
        segment_garment(photo)


def test_real_photos_are_cut_out():
    folder = Path(os.environ.get("POSEWRIGHT_SHARED", "/nowhere")) / "cc0" / "garments"
    if not folder.is_dir():
        pytest.skip("no shared photos here")
    names = [line.split("\t")[1] for line in (folder / "labels.tsv").read_text().splitlines()][:3]
    for name in names:
        share = (segment_garment(cv2.imread(str(folder / name))) > 0).mean()
        assert 0.1 < share < 0.7, name

"""The contact sheet shows the pictures asked for, with labels that land where they should."""

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask

from blender_addon.core.errors import AssetError, SettingsError
from headless.annotate import annotate
from headless.preview import GAP, LEFT, RIGHT, draw_person, lay_out, preview
from tests.made_dataset import HEIGHT, WIDTH, make_dataset


@pytest.fixture
def out(tmp_path):
    out = make_dataset(tmp_path / "set", [[(0, 0, 3.0)]] * 7)
    annotate(out)
    return out


def test_sheet_is_a_jpeg_of_the_expected_size(out):
    path = preview(out, columns=3, count=5, tile_width=WIDTH)
    sheet = cv2.imread(str(path))
    assert path == out / "preview.jpg"
    assert sheet.shape[1] == 3 * (WIDTH + GAP) + GAP
    assert 2 * HEIGHT < sheet.shape[0] < 2 * (HEIGHT + 40)


def test_labels_can_be_left_out(out, tmp_path):
    plain = cv2.imread(str(preview(out, tmp_path / "plain.jpg", labels=False, tile_width=WIDTH)))
    drawn = cv2.imread(str(preview(out, tmp_path / "drawn.jpg", tile_width=WIDTH)))
    assert np.abs(plain.astype(int) - drawn).max() > 100


def test_no_more_pictures_than_there_are(out):
    sheet = cv2.imread(str(preview(out, columns=50, count=50, tile_width=WIDTH)))
    assert sheet.shape[1] == 7 * (WIDTH + GAP) + GAP


def annotation(flag: int) -> dict:
    keypoints = np.zeros((17, 3), int)
    keypoints[9], keypoints[10] = (70, 30, flag), (20, 30, flag)  # left and right wrist
    return {
        "keypoints": keypoints.ravel().tolist(),
        "bbox": [10, 10, 80, 80],
        "segmentation": {
            "size": [100, 100],
            "counts": coco_mask.encode(np.zeros((100, 100), np.uint8, order="F"))["counts"],
        },
        "foot_kpts": [0] * 18,
        "iscrowd": 0,
    }


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("flag, colour_inside", [pytest.param(2, True, id="full"), pytest.param(1, False, id="ring")])
def test_keypoints_are_drawn_in_their_sides_colour(flag, colour_inside, scale):
    pixels = np.zeros((100 * scale, 100 * scale, 3), np.uint8)
    draw_person(pixels, annotation(flag), scale)
    for x, colour in ((70, LEFT), (20, RIGHT)):
        near = pixels[30 * scale - 1 : 30 * scale + 1, x * scale - 1 : x * scale + 1].reshape(-1, 3)
        assert (np.abs(near.astype(int) - colour).max() < 40) == colour_inside
        around = pixels[30 * scale - 6 : 30 * scale + 6, x * scale - 6 : x * scale + 6].reshape(-1, 3)
        assert (np.abs(around.astype(int) - colour).max(1) < 80).any()


def test_unlabelled_keypoints_are_not_drawn():
    pixels = np.zeros((100, 100, 3), np.uint8)
    draw_person(pixels, annotation(0), 1)
    assert not pixels[20:40, 15:75].any()


def test_tiles_of_other_sizes_fit():
    tiles = [np.zeros((10, 30, 3), np.uint8), np.zeros((20, 10, 3), np.uint8), np.zeros((5, 5, 3), np.uint8)]
    sheet = lay_out(tiles, 2)
    assert sheet.shape == (2 * (20 + GAP) + GAP, 2 * (30 + GAP) + GAP, 3)
    assert (sheet == 0).all(2).sum() == 300 + 200 + 25


def test_errors_name_the_fix(out, tmp_path):
    with pytest.raises(AssetError, match="posewright annotate"):
        preview(tmp_path)
    with pytest.raises(SettingsError, match="--columns 0"):
        preview(out, columns=0)
    (out / "images/000000.jpg").unlink()
    with pytest.raises(AssetError, match="--only 0"):
        preview(out)

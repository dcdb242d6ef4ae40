"""Photos are judged by their first and last bytes, whatever they are called."""

import struct

import numpy as np
import pytest

from blender_addon.core.errors import AssetError
from blender_addon.core.photo_file import MOST_PIXELS, read_header, upright

from .made_backgrounds import encoded, made_photo_pixels

PHOTO = made_photo_pixels(160, 120)


@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp"])
def test_size_of_each_format_under_any_name(tmp_path, ending):
    path = tmp_path / "photo.jpeg"
    path.write_bytes(encoded(PHOTO, ending))
    found = read_header(path)
    assert (found.width, found.height, found.orientation) == (160, 120, 1)


def test_grey_pictures_have_a_size_too(tmp_path):
    path = tmp_path / "grey.jpg"
    path.write_bytes(encoded(PHOTO[..., 0]))
    assert read_header(path).width == 160


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_as_pillow_turns_it(tmp_path, orientation):
    image = pytest.importorskip("PIL.Image")
    from PIL import ImageOps

    path = tmp_path / "turned.jpg"
    path.write_bytes(encoded(PHOTO, ".jpg", orientation))
    opened = image.open(path)
    wanted = np.asarray(ImageOps.exif_transpose(opened))
    found = read_header(path)
    assert (found.height, found.width) == wanted.shape[:2]
    np.testing.assert_array_equal(upright(np.asarray(opened), found.orientation), wanted)


def test_a_broken_orientation_is_none(tmp_path):
    path = tmp_path / "strange.jpg"
    path.write_bytes(encoded(PHOTO, ".jpg", 6).replace(b"MM\0*\0\0\0\x08", b"MM\0*\xff\xff\xff\xff"))
    assert read_header(path).orientation == 1


def bomb(ending: str) -> bytes:
    """A header that claims far more pixels than there are."""
    data = bytearray(encoded(PHOTO, ending))
    if ending == ".png":
        data[16:24] = struct.pack(">II", 60000, 60000)
    else:
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", 60000, 60000)
    return bytes(data)


@pytest.mark.parametrize(
    "data, says",
    [
        pytest.param(b"", "no JPEG, PNG or WebP", id="empty"),
        pytest.param(b"no picture at all", "no JPEG, PNG or WebP", id="text"),
        pytest.param(b"GIF89a" + bytes(50), "no JPEG, PNG or WebP", id="another format"),
        pytest.param(b"\xff\xd8\xff\xe0", "no JPEG, PNG or WebP", id="a JPEG's first bytes"),
        pytest.param(b"\xff\xd8" + b"\xff" * 5000, "no JPEG, PNG or WebP", id="a JPEG of fill bytes"),
        pytest.param(encoded(PHOTO)[:-2000], "cut short", id="a cut JPEG"),
        pytest.param(encoded(PHOTO, ".png")[:-20], "cut short", id="a cut PNG"),
        pytest.param(encoded(PHOTO, ".webp")[:-20], "cut short", id="a cut WebP"),
        pytest.param(bomb(".jpg"), "60000x60000", id="a JPEG bomb"),
        pytest.param(bomb(".png"), "60000x60000", id="a PNG bomb"),
        pytest.param(encoded(PHOTO[:20, :20]), "20x20", id="tiny"),
    ],
)
def test_what_is_of_no_use_is_named(tmp_path, data, says):
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    with pytest.raises(AssetError, match=says) as caught:
        read_header(path)
    assert str(path) in str(caught.value)


def test_the_most_pixels_are_a_good_cameras():
    assert 24_000_000 < MOST_PIXELS < 100_000_000


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AssetError, match=r"nowhere\.jpg"):
        read_header(tmp_path / "nowhere.jpg")

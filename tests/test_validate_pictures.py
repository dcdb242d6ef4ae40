"""Pictures that are broken, blank or there twice are found."""

import io
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from blender_addon.core.errors import AssetError
from headless.validate.picture import FLAT, is_blank, read_picture
from tests.made_dataset import HEIGHT, WIDTH
from tests.planted import assert_found, faults_of, make_sound


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return make_sound(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def out(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "set"))


def cut(path):
    path.write_bytes(path.read_bytes()[:-200])


def cut_in_the_middle(path):
    """As a file system leaves it that lost the second half and somebody closed the file."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + b"\xff\xd9")


def zero_the_end(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))


def remove(path):
    path.unlink()


def empty(path):
    path.write_bytes(b"")


def resize(path):
    cv2.imwrite(str(path), cv2.imread(str(path))[:-1])


def write_png(path):
    path.write_bytes(cv2.imencode(".png", cv2.imread(str(path)))[1].tobytes())


def make_grey(path):
    cv2.imwrite(str(path), cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))


def make_folder(path):
    path.unlink()
    path.mkdir()


def lead_nowhere(path):
    path.unlink()
    path.symlink_to("nowhere.jpg")


BROKEN = [
    pytest.param(remove, "has no picture", id="missing"),
    pytest.param(cut, "000001.jpg is damaged or cut short", id="cut short"),
    pytest.param(cut_in_the_middle, "its last part is missing and shows as grey", id="cut, with an end put to it"),
    pytest.param(zero_the_end, "cut short", id="zeros at the end"),
    pytest.param(empty, "cut short", id="empty"),
    pytest.param(resize, "is 160x119, its label says 160x120", id="another size"),
    pytest.param(write_png, "cut short", id="a PNG named .jpg"),
    pytest.param(make_grey, "is L, expected RGB", id="without colours"),
    pytest.param(make_folder, "has no picture", id="a folder"),
    pytest.param(lead_nowhere, "has no picture", id="a link to nothing"),
    pytest.param(lambda path: path.write_bytes(b"\xff\xd8\xff\xd9"), "damaged or no JPEG", id="nothing in it"),
    pytest.param(lambda path: path.rename(path.with_suffix(".png")), "damaged or cut short", id="renamed"),
]


@pytest.mark.parametrize("harm, words", BROKEN)
def test_broken_pictures_are_found(out, harm, words):
    harm(out / "images/000001.jpg")
    assert_found(out, "pictures", words)


def test_picture_of_another_kind_than_recorded_is_found(out):
    path = out / "images/000001.jpg"
    write_png(path)
    path.rename(path.with_suffix(".png"))
    assert_found(out, "pictures", "its record says images/000001.jpg")


def png_of(pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def without_chunk(data: bytes, kind: bytes) -> bytes:
    at = data.index(kind) - 4
    return data[:at] + data[at + 12 + int.from_bytes(data[at : at + 4], "big") :]


PNGS = [
    pytest.param(lambda data: data[:-12], "cut short", id="no end"),
    pytest.param(lambda data: data[: len(data) // 2] + b"!" + data[len(data) // 2 + 1 :], "damaged", id="a byte wrong"),
    pytest.param(lambda data: without_chunk(data, b"IDAT"), "damaged or no PNG", id="no pixels, sums right"),
]


@pytest.mark.parametrize("harm, words", PNGS)
def test_broken_pngs_are_found(tmp_path, harm, words):
    pixels = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
    path = tmp_path / "000001.png"
    path.write_bytes(png_of(pixels))
    np.testing.assert_array_equal(read_picture(path, 60, 40), pixels)
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(AssetError, match=words):
        read_picture(path, 60, 40)


def test_the_size_is_compared_before_memory_is_taken(tmp_path):
    data = bytearray(cv2.imencode(".jpg", np.zeros((40, 60, 3), np.uint8))[1].tobytes())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = b"\x2e\xe0\x2e\xe0"  # 12,000 x 12,000 pixels are 432 MB
    path = tmp_path / "000001.jpg"
    path.write_bytes(data)
    with pytest.raises(AssetError, match="is 12000x12000, its label says 60x40"):
        read_picture(path, 60, 40)


def noise(low, high):
    return np.random.default_rng(3).integers(low, high + 1, (HEIGHT, WIDTH, 3), np.uint8)


def with_a_lamp(pixels):
    pixels[50:53, 50:60] = 255
    return pixels


COLOURS = [
    pytest.param(np.zeros((HEIGHT, WIDTH, 3), np.uint8), True, id="black"),
    pytest.param(np.full((HEIGHT, WIDTH, 3), 255, np.uint8), True, id="white"),
    pytest.param(np.full((HEIGHT, WIDTH, 3), (200, 20, 90), np.uint8), True, id="one colour"),
    pytest.param(noise(0, 5), True, id="a sensor in the dark"),
    pytest.param(with_a_lamp(noise(0, 5)), True, id="a lamp in the dark"),
    pytest.param(noise(100, 100 + 2 * FLAT), False, id="fog"),
    pytest.param(np.dstack([noise(0, 99)[..., 0], *2 * [np.zeros((HEIGHT, WIDTH), np.uint8)]]), False, id="red light"),
]


@pytest.mark.parametrize("pixels, blank", COLOURS)
def test_blank_pictures_are_found(out, pixels, blank):
    assert is_blank(pixels) == blank
    cv2.imwrite(str(out / "images/000003.jpg"), pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert any("is blank" in line for line in faults_of(out).get("blank pictures", [])) == blank


def test_the_same_picture_twice_is_found(out):
    shutil.copy(out / "images/000001.jpg", out / "images/000003.jpg")
    assert_found(out, "same pictures", "000003.jpg has the same pixels as picture 000001")


def test_the_same_pixels_in_other_files_are_found(tmp_path):
    out = make_sound(tmp_path, "png")
    assert faults_of(out) == {}
    pixels = cv2.imread(str(out / "images/000001.png"))
    cv2.imwrite(str(out / "images/000003.png"), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert (out / "images/000003.png").read_bytes() != (out / "images/000001.png").read_bytes()
    assert_found(out, "same pictures", "same pixels as picture 000001")

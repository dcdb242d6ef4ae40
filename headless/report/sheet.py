"""Pictures for the page: some of the data set, drawn by lot, plain and with their labels."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from blender_addon.core.dataset import ENDINGS
from blender_addon.core.errors import AssetError
from headless.annotate import picture_entries
from headless.coco_entry import people_in
from headless.preview import draw_person, scaled_picture
from headless.report.drawing import data_address
from headless.show_passes import pass_tiles
from headless.validate.passes import passes_of

WIDTH, TALLEST = 400, 560
"""Pixels on the page."""
PASS_WIDTH = 240
"""Pixels of each pass in its row."""
QUALITY = 82
LARGEST_FILE = 128 * 2**20
"""Bytes of a picture that is opened."""


@dataclass(frozen=True)
class Shown:
    """One picture of the sheet."""

    index: int
    plain: str
    """Data address of the picture."""
    labelled: str
    people: int
    visible: int
    """COCO's keypoints."""
    hidden: int
    width: int
    height: int
    """Pixels on the page."""

    @property
    def alt(self) -> str:
        who = "nobody" if not self.people else "1 person" if self.people == 1 else f"{self.people} people"
        return f"Picture {self.index:06d}: {who}, {self.visible} keypoints visible, {self.hidden} hidden"


def draw_sheet(out: Path, records: list, count: int, rng: np.random.Generator) -> tuple[list[Shown], list[str]]:
    """Up to `count` pictures in the order of their numbers, and a line for each that could not be shown."""
    shown, complaints = [], []
    for place in rng.permutation(len(records)):
        if len(shown) == count or len(complaints) > count:
            break
        try:
            shown.append(_show(Path(out), records[place]))
        except AssetError as error:
            complaints.append(str(error).replace(str(out), Path(out).resolve().name))
    return sorted(shown, key=lambda picture: picture.index), sorted(complaints)


def draw_passes(out: Path, description: dict, sheet: list[Shown]) -> list[tuple[str, str]]:
    """Name and data address of the mask and each pass of the first picture of the sheet that has them whole.

    Args:
        description: dataset.json.
    """
    names = passes_of(description)
    for picture in sheet if names else ():
        try:
            tiles = pass_tiles(Path(out), picture.index, names, PASS_WIDTH)
        except AssetError:  # validate says what is wrong with it
            continue
        return [(f"{name} of {picture.index:06d}", _jpeg(tile)) for name, tile in tiles]
    return []


def _show(out: Path, record: Path) -> Shown:
    """Raises AssetError when the picture, its mask or its record is missing or broken."""
    image, people = picture_entries(out, record)
    _refuse_damaged(out / "images" / image["file_name"], image)
    width = max(min(WIDTH, round(TALLEST * image["width"] / image["height"])), 1)
    plain, scale = scaled_picture(out, image, width)
    labelled = plain.copy()
    for person in people:
        draw_person(labelled, person, scale)
    people = people_in(people)
    flags = [flag for person in people for flag in person["keypoints"][2::3]]
    return Shown(
        image["id"], _jpeg(plain), _jpeg(labelled), len(people), flags.count(2), flags.count(1), width, len(plain)
    )


def _refuse_damaged(path: Path, image: dict) -> None:
    """A picture is opened only when it is whole, and as large as its record says: a file may claim any size."""
    fix = f"Render it again with --only {image['id']}."
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise AssetError(f"{path} is over {LARGEST_FILE >> 20} MB. {fix}")
        if not path.read_bytes().endswith(ENDINGS.get(path.suffix[1:], b"")):
            raise AssetError(f"{path} was cut short. {fix}")
        with Image.open(path, formats=("JPEG", "PNG")) as picture:
            size = picture.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise AssetError(f"Cannot read {path}. {fix}") from error
    if size != (image["width"], image["height"]):
        raise AssetError(f"{path} is {size[0]}x{size[1]}, its record says {image['width']}x{image['height']}. {fix}")


def _jpeg(pixels: np.ndarray) -> str:
    good, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not good:
        raise AssetError("OpenCV cannot write a JPEG here.")
    return data_address(data.tobytes(), "image/jpeg")

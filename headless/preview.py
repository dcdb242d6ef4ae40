"""A contact sheet: pictures of a data set with their labels drawn on.

Left limbs are green, right ones orange, what joins the sides blue.
A full dot is a visible keypoint, a ring a hidden one; of the face and the fingers only the visible ones are drawn.
People too small to label have an outline that is filled with stripes.
Drawn from the COCO file, so what you see is what a training script reads.
"""

import json
from pathlib import Path

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.keypoints import KEYPOINT_NAMES, SKELETON
from blender_addon.core.records import write_bytes_atomically
from blender_addon.core.wholebody import WHOLEBODY_NAMES
from headless.annotate import annotations_path, pictures_of
from headless.coco_entry import keypoints_of

LEFT, RIGHT, MIDDLE = (110, 220, 60), (40, 140, 255), (255, 180, 70)  # blue, green, red
OUTLINE, BOX, INK, PAPER = (255, 255, 255), (235, 235, 235), (70, 70, 70), (255, 255, 255)
GAP, CAPTION = 8, 20
FEET_LIMBS = (("ankle", "heel"), ("ankle", "big_toe"), ("big_toe", "small_toe"))
FIXED_POINT = 4
"""Bits after the point in OpenCV's coordinates: lines start at sixteenths of a pixel."""


def preview(out, sheet=None, columns: int = 4, count: int = 16, labels: bool = True, tile_width: int = 480) -> Path:
    """Write a contact sheet of the data set in the folder `out`.

    Args:
        sheet: where to; None is preview.jpg in `out`.
        count: pictures, spread evenly over the data set.
        tile_width: pixels of each picture on the sheet.
    Raises:
        AssetError: no annotations, or a picture that cannot be read.
        SettingsError: nothing to show, or the sheet cannot be written.
    """
    if min(columns, count, tile_width) < 1:
        raise SettingsError(f"--columns {columns} --count {count} --tile-width {tile_width}: give at least 1 of each.")
    out = Path(out)
    pictures = _spread(_read_coco(out), count)
    tiles = [_tile(out, image, annotations, labels, tile_width) for image, annotations in pictures]
    good, data = cv2.imencode(".jpg", lay_out(tiles, columns), [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not good:
        raise SettingsError(f"A sheet of {len(tiles)} pictures is too large for JPEG. Give a smaller --count.")
    path = Path(sheet) if sheet else out / "preview.jpg"
    write_bytes_atomically(path, data.tobytes())
    return path


def _read_coco(out: Path) -> dict:
    path = annotations_path(out)
    try:
        coco = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise AssetError(f"Cannot read {path} ({error}). Write it with `posewright annotate {out}`.") from error
    return coco


def _spread(coco: dict, count: int) -> list[tuple[dict, list[dict]]]:
    pictures = list(pictures_of(coco))
    chosen = np.unique(np.linspace(0, len(pictures) - 1, min(count, len(pictures))).round().astype(int))
    return [pictures[position] for position in chosen]


def _tile(out: Path, image: dict, annotations: list[dict], labels: bool, width: int) -> np.ndarray:
    """One picture at the sheet's size, its index below."""
    pixels, scale = scaled_picture(out, image, width)
    if labels:
        for annotation in annotations:
            draw_person(pixels, annotation, scale)
    tile = cv2.copyMakeBorder(pixels, 0, CAPTION, 0, 0, cv2.BORDER_CONSTANT, value=PAPER)
    cv2.putText(tile, f"{image['id']:06d}", (1, len(tile) - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)
    return tile


def scaled_picture(out: Path, image: dict, width: int) -> tuple[np.ndarray, float]:
    """A picture (h, width, 3) and how much larger it is. Labels go on it afterwards, so that their lines stay crisp.

    Args:
        image: COCO's entry.
    Raises:
        AssetError: it cannot be read.
    """
    path = out / "images" / image["file_name"]
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise AssetError(f"Cannot read {path}. Render it again with --only {image['id']}.")
    scale = width / pixels.shape[1]
    size = (width, max(round(pixels.shape[0] * scale), 1))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), scale


def lay_out(tiles: list[np.ndarray], columns: int) -> np.ndarray:
    """tiles of (h, w, 3), any sizes -> one sheet (H, W, 3), row by row, no more columns than tiles."""
    columns = min(columns, len(tiles))
    cell = np.max([tile.shape[:2] for tile in tiles], axis=0) + GAP
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * cell[0] + GAP, columns * cell[1] + GAP, 3), PAPER, np.uint8)
    for number, tile in enumerate(tiles):
        top, left = np.array(divmod(number, columns)) * cell + GAP
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return sheet


def draw_person(pixels: np.ndarray, annotation: dict, scale: float) -> None:
    """Draw one annotation on pixels (H, W, 3), which show its picture at `scale`."""
    own = coco_mask.decode(annotation["segmentation"])
    if annotation["iscrowd"]:
        _draw_stripes(pixels, own)
        return
    _draw_outline(pixels, own)
    x, y, width, height = (value * scale for value in annotation["bbox"])
    cv2.rectangle(pixels, (round(x), round(y)), (round(x + width) - 1, round(y + height) - 1), BOX, 1)
    points = keypoints_of(annotation)
    keypoints = dict(zip(KEYPOINT_NAMES, points, strict=False))
    bare = pixels.copy()
    # Lines and dots grow with the person, so that small ones are not painted over.
    thick = 2 if height > 150 else 1
    for start, end in _limbs():
        if keypoints[start][2] and keypoints[end][2]:
            ends = [_fixed(keypoints[name], scale) for name in (start, end)]
            cv2.line(pixels, *ends, _limb_colour(start, end), thick, cv2.LINE_AA, FIXED_POINT)
    for name, keypoint in keypoints.items():
        _draw_keypoint(pixels, bare, keypoint, _colour(name), scale, 2.4 if thick > 1 else 1.7)
    for name, keypoint in zip(WHOLEBODY_NAMES[len(keypoints) :], points[len(keypoints) :], strict=False):
        if keypoint[2] == 2:
            centre, radius = _fixed(keypoint, scale), 18 if thick > 1 else 12
            cv2.circle(pixels, centre, radius, _colour(name), -1, cv2.LINE_AA, FIXED_POINT)


def _limbs() -> list[tuple[str, str]]:
    body = [(KEYPOINT_NAMES[a - 1], KEYPOINT_NAMES[b - 1]) for a, b in SKELETON]
    return body + [(f"{side}_{a}", f"{side}_{b}") for side in ("left", "right") for a, b in FEET_LIMBS]


def _draw_stripes(pixels: np.ndarray, own: np.ndarray) -> None:
    """On own (h, w) 0 or 1, scaled to pixels."""
    own = cv2.resize(own, pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    rows, columns = np.nonzero(own)
    striped = (rows + columns) % 6 < 3
    pixels[rows[striped], columns[striped]] = OUTLINE


def _draw_outline(pixels: np.ndarray, own: np.ndarray) -> None:
    """own (h, w) 0 or 1, scaled to pixels; the staircase of its edge is straightened."""
    own = cv2.resize(own * 255, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 127
    outlines, _ = cv2.findContours(own.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    smooth = [cv2.approxPolyDP(outline, 0.8, closed=True) for outline in outlines]
    cv2.polylines(pixels, smooth, True, OUTLINE, 1, cv2.LINE_AA)


def _draw_keypoint(pixels: np.ndarray, bare: np.ndarray, keypoint, colour, scale: float, radius: float) -> None:
    """A dot, or a ring through which `bare` shows, the picture as it was before limbs were drawn."""
    if not keypoint[2]:
        return
    centre, radius = _fixed(keypoint, scale), round(radius * 2**FIXED_POINT)
    if keypoint[2] == 2:
        cv2.circle(pixels, centre, radius + 14, (255, 255, 255), -1, cv2.LINE_AA, FIXED_POINT)
        cv2.circle(pixels, centre, radius, colour, -1, cv2.LINE_AA, FIXED_POINT)
    else:
        inside = cv2.circle(np.zeros(pixels.shape[:2], np.uint8), centre, radius + 14, 1, -1, cv2.LINE_8, FIXED_POINT)
        pixels[inside == 1] = bare[inside == 1]
        cv2.circle(pixels, centre, radius + 14, colour, 1, cv2.LINE_AA, FIXED_POINT)


def _fixed(keypoint, scale: float) -> tuple[int, int]:
    """OpenCV has (0, 0) in the middle of the first pixel, labels at its corner."""
    return tuple(round((value * scale - 0.5) * 2**FIXED_POINT) for value in keypoint[:2])


def _colour(name: str) -> tuple[int, int, int]:
    return LEFT if name.startswith("left") else RIGHT if name.startswith("right") else MIDDLE


def _limb_colour(start: str, end: str) -> tuple[int, int, int]:
    """Of the side when both ends, or the only one with a side, are on it."""
    colours = {_colour(start), _colour(end)} - {MIDDLE}
    return colours.pop() if len(colours) == 1 else MIDDLE

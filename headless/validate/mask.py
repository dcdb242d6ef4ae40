"""One mask: whole, of its size, with the numbers of its own persons only; labels are compared with it."""

import struct
from pathlib import Path

import numpy as np
from pycocotools import mask as coco_mask

from blender_addon.core.errors import AssetError
from headless.mask_file import read_mask
from headless.validate.findings import Report
from headless.validate.parts import check_full_box

MASK_DISTANCE = 3.0
"""Pixels that a visible keypoint may lie outside its person's mask. Render calls none visible beyond 2.5."""


def check_mask(path: Path, index: int, truth: dict, report: Report) -> np.ndarray | None:
    """(H, W) uint8; None when it cannot be used.

    Args:
        truth: of the picture's record.
    """
    report.look("masks")
    fix = f"Render it again with --only {index}."
    width, height, persons = truth["width"], truth["height"], truth["persons"]
    try:
        _check_size(path, width, height, fix)
        mask = read_mask(path, (height, width), fix)
    except AssetError as error:
        report.fault("masks", str(error))
        return None
    numbers = np.flatnonzero(np.bincount(mask.ravel(), minlength=256))
    strangers = numbers[numbers > len(persons)]
    if len(strangers):
        report.fault("masks", f"{path} has pixels of number {strangers[0]}, but {len(persons)} persons. {fix}")
        return None
    for number, person in enumerate(persons):
        box = box_of(mask == number + 1)
        if person["bbox"] != box:
            text = f"{path} has person {number} in the box {box}, its record says {person['bbox']}. {fix}"
            report.fault("masks", text)
    return mask


def _check_size(path: Path, width: int, height: int, fix: str) -> None:
    """Raises AssetError when the file's head claims another size, before memory is taken for that."""
    try:
        with open(path, "rb") as file:
            head = file.read(24)
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}. {fix}") from error
    if len(head) == 24 and struct.unpack(">II", head[16:]) != (width, height):
        found = "{}x{}".format(*struct.unpack(">II", head[16:]))
        raise AssetError(f"{path} is {found}, its record says {width}x{height}. {fix}")


def check_against_mask(name: str, annotation: dict, own: np.ndarray, report: Report) -> bool:
    """Box, area and outline of one person are those of its pixels `own` (H, W) bool. Whether the outline is."""
    fix = "Run `posewright annotate` again; if it stays, render the picture again with --only."
    report.look("boxes", "areas and outlines")
    check_full_box(name, annotation, report)
    box = box_of(own)
    height, width = own.shape
    x, y, across, down = annotation["bbox"]
    if x < 0 or y < 0 or across <= 0 or down <= 0 or x + across > width or y + down > height:
        report.fault("boxes", f"{name}: box {annotation['bbox']} is not inside the picture. {fix}")
    elif annotation["bbox"] != box:
        report.fault("boxes", f"{name}: box {annotation['bbox']}, the mask's is {box}. {fix}")
    if annotation["area"] != own.sum():
        text = f"{name}: area {annotation['area']:g}, the mask has {own.sum()} pixels. {fix}"
        report.fault("areas and outlines", text)
    # Encoded rather than decoded: counts out of a strange file never reach the C code.
    outline = coco_mask.encode(np.asfortranarray(own, np.uint8))
    if annotation["segmentation"] != {"size": outline["size"], "counts": outline["counts"].decode("ascii")}:
        report.fault("areas and outlines", f"{name}: the segmentation differs from the mask. {fix}")
        return False
    return True


def box_of(own: np.ndarray) -> list[float] | None:
    """own (H, W) bool -> x, y, width, height of the smallest box around it."""
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    if not len(rows):
        return None
    return [float(v) for v in (columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1)]


def distance_to_mask(own: np.ndarray, x: float, y: float) -> float:
    """Pixels from a point to the nearest pixel's square of own (H, W) bool; infinite beyond MASK_DISTANCE."""
    reach = int(MASK_DISTANCE) + 1
    left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
    rows, columns = np.nonzero(own[top : int(y) + reach + 1, left : int(x) + reach + 1])
    if not len(rows):
        return np.inf
    rows, columns = rows + top, columns + left
    off_x = np.maximum(np.maximum(columns - x, x - columns - 1), 0)
    off_y = np.maximum(np.maximum(rows - y, y - rows - 1), 0)
    return float(np.hypot(off_x, off_y).min())

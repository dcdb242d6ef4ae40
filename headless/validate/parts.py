"""COCO-WholeBody's parts of one person: feet, face, hands; each with its keypoints, whether it counts, and its box."""

import numpy as np

from blender_addon.core.wholebody import PARTS
from headless.validate.findings import Report

AGAIN = "Run `posewright annotate` again; if it stays, render the picture again with --only."
ROUNDED = 0.011
"""Pixels. Points and boxes are rounded to 0.01 each for itself."""


def part_shapes(annotation: dict, count: int):
    """(field, shape ...) of the parts that an annotation of `count` keypoints has.

    Raises:
        TypeError: a part's `_valid` is neither true nor false.
        ValueError: it has other parts besides.
    """
    others = [part for part in PARTS if part not in parts_of(count) and f"{part}_kpts" in annotation]
    if others:
        raise ValueError(f"{others[0]}_kpts is there, and {count} keypoints")
    for part in parts_of(count):
        if type(annotation[f"{part}_valid"]) is not bool:
            raise TypeError(f"{part}_valid is {annotation[f'{part}_valid']!r:.40}")
        yield f"{part}_kpts", 3 * (PARTS[part].stop - PARTS[part].start)
        if part != "foot":
            yield f"{part}_box", 4


def parts_of(count: int) -> list[str]:
    """Those among `count` keypoints."""
    return [part for part, place in PARTS.items() if place.stop <= count]


def check_parts(name: str, annotation: dict, width: int, height: int, report: Report) -> None:
    """Boxes hold their parts and lie in the picture. The form has been checked."""
    for part in parts_of(len(annotation["posewright"]["visible_fraction"])):
        points = np.array(annotation[f"{part}_kpts"], float).reshape(-1, 3)
        labelled = points[points[:, 2] > 0, :2]
        valid = annotation[f"{part}_valid"]
        if valid != bool(len(labelled)):
            report.fault("keypoints", f"{name}: {part}_valid is {valid}, {len(labelled)} points are labelled. {AGAIN}")
        if part == "foot":
            continue
        x, y, wide, tall = box = annotation[f"{part}_box"]
        if not valid:
            if any(box):
                report.fault("boxes", f"{name}: {part}_box is {box}, and nothing of it is labelled. {AGAIN}")
        elif x < 0 or y < 0 or wide <= 0 or tall <= 0 or x + wide > width + ROUNDED or y + tall > height + ROUNDED:
            report.fault("boxes", f"{name}: {part}_box {box} is not inside the picture. {AGAIN}")
        elif (np.abs(labelled - [x + wide / 2, y + tall / 2]) > [wide / 2 + ROUNDED, tall / 2 + ROUNDED]).any():
            report.fault("boxes", f"{name}: {part}_box {box} does not hold its points. {AGAIN}")


def check_full_box(name: str, annotation: dict, report: Report) -> None:
    """The box around what shows lies in that of the whole person; pixels at its edge may be covered in part."""
    x, y, wide, tall = annotation["bbox"]
    left, top, across, down = annotation["bbox_full"]
    out = max(left - x, top - y, x + wide - left - across, y + tall - top - down)
    if out > FULL_BOX_ERROR:
        text = f"{name}: box {annotation['bbox']} reaches {out:.1f} px out of bbox_full {annotation['bbox_full']}"
        report.fault("boxes", f"{text}. {AGAIN}")


FULL_BOX_ERROR = 3.0
"""Pixels."""

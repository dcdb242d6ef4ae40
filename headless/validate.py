"""Check a finished data set: files, COCO's form, labels against masks, left against right. Prints what is in it.

posewright validate out/train
"""

import contextlib
import io
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from rich.console import Console
from rich.table import Table

from blender_addon.core.errors import AssetError
from blender_addon.core.keypoints import COCO_NAMES, KEYPOINT_NAMES
from blender_addon.core.records import mask_path
from headless.annotate import annotations_path, pictures_of, read_mask, record_paths, whole_png

MASK_DISTANCE = 3.0
"""Pixels that a visible keypoint may lie outside its person's mask."""
PROJECTION_ERROR = 0.1
"""Pixels between a keypoint and its 3D point, projected. Labels are rounded to 0.01."""
MIRRORED_SHARE = 0.05
"""Of the persons. Single ones are odd poses; an exchange of left and right is all of them."""
MOST_SHOWN = 20
"""Problems or warnings printed; the rest are counted."""

# SMPL-X joints beside the keypoints of the same limb.
LIMB_JOINTS = {
    "shoulder": (16, 17),
    "elbow": (18, 19),
    "wrist": (20, 21),
    "hip": (1, 2),
    "knee": (4, 5),
    "ankle": (7, 8),
}


@dataclass
class Report:
    """What was found in a data set."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    mirrored: list[str] = field(default_factory=list)
    """Persons whose left and right look exchanged."""
    pictures: int = 0
    flags: Counter = field(default_factory=Counter)
    """How many of COCO's keypoints are 0 outside, 1 hidden, 2 visible."""
    causes: Counter = field(default_factory=Counter)
    """What hides the hidden ones."""
    heights: list[float] = field(default_factory=list)
    """Of the persons' boxes, in pixels."""


def validate(out) -> list[str]:
    """Problems of the data set in the folder `out`, a line each; none when it is sound."""
    return inspect(out).problems


def inspect(out) -> Report:
    """Look at everything in the data set once."""
    out = Path(out)
    report = Report()
    coco = _load(annotations_path(out), report)
    if coco is None:
        return report
    _check_files(out, coco.dataset, report)
    _check_ids(coco.dataset, report)
    for image, annotations in pictures_of(coco.dataset):
        report.pictures += 1
        try:
            _check_picture(out, image, report)
            _check_mask(out, image, annotations, report)
            for annotation in annotations:
                _check_person(image, annotation, report)
        except (KeyError, TypeError, ValueError) as error:
            problem = f"Picture {image['id']}: its labels are not of our form ({type(error).__name__}: {error})."
            report.problems.append(f"{problem} Write them again with `posewright annotate {out}`.")
    _judge_sides(report)
    for kind in ("keypoints", "segm"):
        precision = self_precision(coco, kind)
        if precision is not None and abs(precision - 1) > 1e-6:
            report.problems.append(f"The ground truth scored against itself gives {kind} AP {precision:.4f}, not 1.")
    return report


def _load(path: Path, report: Report) -> COCO | None:
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # pycocotools chats
            return COCO(str(path))
    except (OSError, ValueError, KeyError, AssertionError) as error:
        report.problems.append(f"pycocotools cannot load {path} ({error}). Write it with `posewright annotate`.")
        return None


def _check_files(out: Path, dataset: dict, report: Report) -> None:
    """A finished record means a finished picture, and each is in the annotations."""
    recorded = {int(path.stem) for path in record_paths(out)}
    pictured = {int(path.stem): path for path in (out / "images").glob("*.*") if path.stem.isdigit()}
    annotated = {image["id"] for image in dataset["images"]}
    for index in sorted(recorded - set(pictured)):
        report.problems.append(f"Record {index:06d} has no picture. Render it again with --only {index}.")
    for index in sorted(set(pictured) - recorded):
        report.problems.append(
            f"{pictured[index]} has no record, as after an interrupted run. Run the same render command again."
        )
    for index in sorted(recorded ^ annotated):
        where = "records only" if index in recorded else "annotations only"
        report.problems.append(f"Picture {index:06d} is in the {where}. Run `posewright annotate {out}`.")


def _check_ids(dataset: dict, report: Report) -> None:
    numbers = [annotation["id"] for annotation in dataset["annotations"]]
    if numbers != list(range(1, len(numbers) + 1)):
        report.problems.append("The annotations' ids are not 1, 2, 3 … without gaps.")
    images = {image["id"] for image in dataset["images"]}
    if len(images) != len(dataset["images"]):
        report.problems.append("Two images have the same id.")
    strays = sum(annotation["image_id"] not in images for annotation in dataset["annotations"])
    if strays:
        report.problems.append(f"{strays} annotations belong to no image of the file.")
    if not numbers:
        report.warnings.append("Nobody is in any picture.")


def _check_picture(out: Path, image: dict, report: Report) -> None:
    path = out / "images" / image["file_name"]
    if not path.exists():
        report.problems.append(f"{path} is missing. Render it again with --only {image['id']}.")
        return
    data = path.read_bytes()
    # OpenCV shows the first half of a file cut in two without a word.
    whole = whole_png(data) if path.suffix == ".png" else data.endswith(b"\xff\xd9")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if whole else None
    if pixels is None:
        report.problems.append(f"{path} is damaged or cut short. Render it again with --only {image['id']}.")
    elif pixels.shape != (image["height"], image["width"], 3):
        height, width = pixels.shape[:2]
        report.problems.append(f"{path} is {width}x{height}, its label says {image['width']}x{image['height']}.")


def _check_mask(out: Path, image: dict, annotations: list[dict], report: Report) -> None:
    """Outlines, areas and boxes are those of the mask file; visible keypoints lie on it."""
    try:
        mask = read_mask(mask_path(out, image["id"]), (image["height"], image["width"]), "Render it again.")
    except AssetError as error:
        report.problems.append(str(error))
        return
    for annotation in annotations:
        name = _name(annotation)
        own = mask == annotation["posewright"]["person"] + 1
        if not np.array_equal(coco_mask.decode(annotation["segmentation"]).astype(bool), own):
            report.problems.append(f"{name}: the segmentation differs from the mask.")
        if annotation["area"] != own.sum():
            report.problems.append(f"{name}: area {annotation['area']:g}, the mask has {own.sum()} pixels.")
        if annotation["bbox"] != _box(own):
            report.problems.append(f"{name}: box {annotation['bbox']}, the mask's is {_box(own)}.")
        for keypoint, (x, y, flag) in zip(KEYPOINT_NAMES, keypoints_of(annotation), strict=True):
            if flag == 2 and distance_to_mask(own, x, y) > MASK_DISTANCE:
                report.problems.append(
                    f"{name}: {keypoint} is marked visible, {MASK_DISTANCE:g} px or more off the mask."
                )


def _box(own: np.ndarray) -> list[float] | None:
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


def keypoints_of(annotation: dict) -> list[tuple[float, float, int]]:
    """x, y, v of all keypoints, COCO's and the feet."""
    values = annotation["keypoints"] + annotation["posewright"]["feet"]
    return list(zip(values[0::3], values[1::3], values[2::3], strict=True))


def _check_person(image: dict, annotation: dict, report: Report) -> None:
    keypoints, extras = keypoints_of(annotation), annotation["posewright"]
    for (x, y, flag), cause in zip(keypoints[: len(COCO_NAMES)], extras["occluded_by"], strict=False):
        report.flags[flag] += 1
        if flag == 1:
            report.causes[cause or "its mask lies elsewhere"] += 1
        if flag == 0 and (x or y):
            report.problems.append(f"{_name(annotation)}: a keypoint outside the picture is not 0, 0, 0.")
    labelled = sum(flag > 0 for _, _, flag in keypoints[: len(COCO_NAMES)])
    if labelled != annotation["num_keypoints"]:
        report.problems.append(f"{_name(annotation)}: num_keypoints is {annotation['num_keypoints']}, not {labelled}.")
    if labelled == 0:
        report.warnings.append(f"{_name(annotation)}: shows {annotation['area']:g} pixels and no keypoint.")
    report.heights.append(annotation["bbox"][3])
    points = np.array(extras["keypoints_3d"], float)
    off = projection_error(keypoints, points, image["posewright"]["camera"]["K"])
    if off > PROJECTION_ERROR:
        report.problems.append(f"{_name(annotation)}: keypoints and their 3D points differ by {off:.1f} px.")
    if looks_mirrored(points, np.array(extras["joints_3d"], float)):
        report.mirrored.append(_name(annotation))


def projection_error(keypoints, points: np.ndarray, intrinsics) -> float:
    """Largest distance in pixels between labelled keypoints and their points (K, 3) in the camera's frame."""
    labelled = np.array([flag > 0 for _, _, flag in keypoints])
    if not labelled.any():
        return 0.0
    projected = points[labelled] @ np.array(intrinsics, float).T
    off = projected[:, :2] / projected[:, 2:] - np.array(keypoints, float)[labelled, :2]
    return float(np.linalg.norm(off, axis=1).max())


def looks_mirrored(points: np.ndarray, joints: np.ndarray) -> bool:
    """Whether left and right are exchanged.

    Two independent signs: a limb's keypoints lie nearer to the other side's joints, or the body is a mirror image,
    that is, (left × up) points backwards for the head and for both feet.

    Args:
        points: (23, 3) keypoints in a right-handed frame.
        joints: (55, 3) SMPL-X joints in the same frame.
    """
    at = dict(zip(KEYPOINT_NAMES, points, strict=True))
    crossed = sum(
        np.linalg.norm(at[f"left_{limb}"] - joints[right]) < np.linalg.norm(at[f"left_{limb}"] - joints[left])
        for limb, (left, right) in LIMB_JOINTS.items()
    )
    ears, shoulders = (at["left_ear"] + at["right_ear"]) / 2, (at["left_shoulder"] + at["right_shoulder"]) / 2
    signs = [_handedness(at["left_ear"] - at["right_ear"], ears - shoulders, at["nose"] - ears)]
    for side, sign in (("left", 1), ("right", -1)):  # small toes point to the outside
        outward = sign * (at[f"{side}_small_toe"] - at[f"{side}_big_toe"])
        up = at[f"{side}_knee"] - at[f"{side}_ankle"]
        signs.append(_handedness(outward, up, at[f"{side}_big_toe"] - at[f"{side}_heel"]))
    return crossed > len(LIMB_JOINTS) / 2 or sum(sign < 0 for sign in signs) >= 2


def _handedness(left, up, forward) -> float:
    return float(np.cross(left, up) @ forward)


def _judge_sides(report: Report) -> None:
    if len(report.mirrored) > MIRRORED_SHARE * len(report.heights):
        report.problems.append(
            f"Left and right look exchanged on {len(report.mirrored)} of {len(report.heights)} persons, "
            f"first {report.mirrored[0]}."
        )
    else:
        report.warnings += [f"{name}: left and right look exchanged." for name in report.mirrored]


def self_precision(coco: COCO, kind: str) -> float | None:
    """COCOeval's AP of the ground truth taken as detections; None where there is nothing to score.

    Args:
        kind: 'keypoints' or 'segm'.
    """
    key = {"keypoints": "keypoints", "segm": "segmentation"}[kind]
    detections = [
        {"image_id": truth["image_id"], "category_id": truth["category_id"], key: truth[key], "score": 1.0}
        for truth in coco.dataset["annotations"]
        # COCO leaves persons without a keypoint out of the score.
        if truth["image_id"] in coco.imgs and (kind == "segm" or truth["num_keypoints"])
    ]
    if not detections:
        return None
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(coco, coco.loadRes(detections), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0])


def _name(annotation: dict) -> str:
    return f"Picture {annotation['image_id']:06d}, person {annotation['posewright']['person']}"


def print_report(report: Report, console: Console) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    table.add_row("pictures", f"{report.pictures:,}")
    table.add_row("persons", f"{len(report.heights):,}")
    total = sum(report.flags.values())
    for flag, meaning in ((2, "visible"), (1, "hidden"), (0, "outside the picture")):
        table.add_row(f"keypoints {meaning}", _share(report.flags[flag], total))
    for cause, number in report.causes.most_common():
        table.add_row(f"  hidden: {cause}", _share(number, report.flags[1]))
    if report.heights:
        quarters = np.percentile(report.heights, [0, 25, 50, 75, 100])
        table.add_row("persons' heights, px", " · ".join(f"{value:.0f}" for value in quarters) + "  (quartiles)")
    table.add_row("warnings", str(len(report.warnings)))
    table.add_row("problems", str(len(report.problems)))
    console.print(table)
    for title, lines in (("warning", report.warnings), ("problem", report.problems)):
        for line in lines[:MOST_SHOWN]:
            console.print(f"{title}: {line}", soft_wrap=True, markup=False, highlight=False)
        if len(lines) > MOST_SHOWN:
            console.print(f"and {len(lines) - MOST_SHOWN} more {title}s")


def _share(number: int, total: int) -> str:
    return f"{number:,} ({number / total:.1%})" if total else "0"


def main(out: Path) -> int:
    report = inspect(out)
    print_report(report, Console())
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""The gate of a data set: files, COCO's form, labels against records and masks, left against right.

posewright validate out/train

Pictures are looked at one by one. What is kept of each are its numbers, the places of its labels in their file and two
hashes: some 1.2 kB.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from tqdm import tqdm

from blender_addon.core.errors import AssetError
from blender_addon.core.records import image_path, mask_path
from headless.annotate import annotations_path
from headless.validate.findings import CHECKS, Report
from headless.validate.folder import Files, check_strays, list_files, read_description
from headless.validate.labels import check_labels, open_labels
from headless.validate.mask import check_mask
from headless.validate.passes import check_pass_strays, check_passes, passes_of
from headless.validate.picture import digest, is_blank, read_picture
from headless.validate.record import check_record
from headless.validate.score import Scorer
from headless.validate.table import print_report

__all__ = ["CHECKS", "Report", "inspect", "main", "print_report", "validate"]

MIRRORED_SHARE = 0.05
"""Of the persons. More are no accident of some, but the labels' order."""
CHOICES = ("persons", "occluders", "world", "camera")
"""What of a spec makes its picture. Other views of a scene have another camera."""


@dataclass
class Seen:
    """Hashes of what has been looked at -> number of the picture."""

    pixels: dict = field(default_factory=dict)
    scenes: dict = field(default_factory=dict)


def validate(out) -> list[str]:
    """Faults of the data set in the folder `out`, a line each; none when it is sound."""
    return inspect(out).problems


def inspect(out) -> Report:
    """Look at everything in the data set once."""
    out = Path(out)
    report = Report()
    description = read_description(out, report)
    if description is None:
        return report
    files = list_files(out, report)
    check_strays(out, files, report)
    check_pass_strays(out, passes_of(description), files.records, report)
    coco = open_labels(annotations_path(out), out, description.get("seed"), report)
    scorer = Scorer(coco.head, report) if coco else None
    seen = Seen()
    numbers = files.records | (set(coco.images) if coco else set())
    if not numbers:
        report.fault("folder", f"No records under {out / 'records'}. Render first: posewright render --out {out}")
    for index in tqdm(sorted(numbers), "checking", unit="picture", disable=None):
        record = mask = None
        if index in files.records:
            record, mask = _check_files(out, index, files, description, seen, report)
        if coco and _in_both(out, index, files, coco, report):
            check_labels(out, coco, index, record, mask, scorer, report)
    if scorer:
        scorer.score()
    _judge_sides(report)
    return report


def _in_both(out: Path, index: int, files: Files, coco, report: Report) -> bool:
    """Whether a picture is in the annotations; a fault when it is in them only, or not in them."""
    if (index in files.records) != (index in coco.images):
        where = "records only" if index in files.records else "annotations only"
        text = f"Picture {index:06d} is in the {where}. Run `posewright annotate {out}`."
        report.fault("labels and records", text)
    return index in coco.images


def _check_files(out: Path, index: int, files: Files, description: dict, seen: Seen, report: Report):
    """Record, picture and mask of one number. The record and the mask (H, W), each None when it cannot be used."""
    report.pictures += 1
    fix = f"Render it again with --only {index}."
    for there, name, check in ((files.pictures, "picture", "pictures"), (files.masks, "mask", "masks")):
        if index not in there:
            path = out / "masks" / f"{index:06d}.png" if check == "masks" else out / "images" / f"{index:06d}.*"
            report.fault(check, f"Record {index:06d} has no {name}: {path} is missing. {fix}")
    record = check_record(out, index, description.get("seed"), report)
    if record is None:
        return None, None
    truth, scene = record["truth"], {name: record["spec"].get(name) for name in CHOICES}
    report.look("same scenes")
    text = json.dumps(scene, sort_keys=True, allow_nan=True)
    other = seen.scenes.setdefault(hashlib.blake2b(text.encode(), digest_size=16).digest(), index)
    if other != index:
        text = f"Records {other:06d} and {index:06d} describe the same view of the same people."
        report.fault("same scenes", f"{text} {fix}")
    if index in files.pictures:
        picture = image_path(out, index, files.pictures[index])
        if record["made"]["image"] != picture.relative_to(out).as_posix():
            report.fault("pictures", f"{picture} is there, its record says {record['made']['image']}. {fix}")
        _check_picture(picture, index, truth, seen, report)
    mask = check_mask(mask_path(out, index), index, truth, report) if index in files.masks else None
    check_passes(out, index, record, mask, passes_of(description), report)
    return record, mask


def _check_picture(path: Path, index: int, truth: dict, seen: Seen, report: Report) -> None:
    report.look("pictures")
    fix = f"Render it again with --only {index}."
    try:
        pixels = read_picture(path, truth["width"], truth["height"])
    except AssetError as error:
        report.fault("pictures", f"{error} {fix}")
        return
    report.look("blank pictures", "same pictures")
    if is_blank(pixels):
        red, green, blue = pixels.reshape(-1, 3).mean(0).round().astype(int)
        text = f"{path} is blank: hardly anything but the colour {red}, {green}, {blue}."
        report.fault("blank pictures", f"{text} {fix}")
    other = seen.pixels.setdefault(digest(pixels), index)
    if other != index:
        report.fault("same pictures", f"{path} has the same pixels as picture {other:06d}. {fix}")


def _judge_sides(report: Report) -> None:
    if report.mirrored > MIRRORED_SHARE * report.persons:
        report.fault(
            "left and right",
            f"Left and right are exchanged on {report.mirrored:,} of {report.persons:,} persons: mend the order of the "
            "keypoints that the labels were written with.",
            on_top=True,
        )


def main(out: Path) -> int:
    report = inspect(out)
    print_report(report, Console())
    return 1 if report.problems else 0

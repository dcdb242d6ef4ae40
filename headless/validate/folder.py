"""What lies in the folder of a data set: dataset.json, numbered files, and what does not belong."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from blender_addon.core.dataset import DATASET_FORM, ENDINGS
from blender_addon.core.errors import AssetError
from blender_addon.core.passes import PASSES
from blender_addon.core.records import read_json
from headless.validate.findings import Report

NUMBERED = re.compile(r"(\d{6}|[1-9]\d{6,11})\.(\w+)")
"""As records.image_path and its neighbours name files."""
UNFINISHED = re.compile(r"\..+\.\d+\.part(\.\w+)?")
"""As records.temporary_name names them."""


@dataclass
class Files:
    """Numbers of the files that are there."""

    records: set = field(default_factory=set)
    pictures: dict = field(default_factory=dict)
    """number -> ending."""
    masks: set = field(default_factory=set)


def read_description(out: Path, report: Report) -> dict | None:
    """dataset.json; None when the folder is no data set."""
    report.look("folder")
    path = out / "dataset.json"
    if not path.is_file():
        what = "is no data set: there is no dataset.json in it" if out.is_dir() else "is no folder"
        report.fault("folder", f"{out} {what}. Give the --out of render.")
        return None
    try:
        description = read_json(path)
    except AssetError as error:
        report.fault("folder", f"{error} Put back the file that render wrote.")
        return None
    form, seed = description.get("dataset"), description.get("seed")
    wrong = []
    if form != DATASET_FORM:
        wrong.append(f"it has the form {form!r:.40}, expected {DATASET_FORM}")
    if type(seed) is not int or seed < 0:
        wrong.append(f"its seed is {seed!r:.40}")
    objects = ("ranges", "catalog", *({"versions"} & set(description)))
    wrong += [f"it has no {key}" for key in objects if not isinstance(description.get(key), dict)]
    if description.get("format", "jpg") not in tuple(ENDINGS):
        wrong.append(f"its format is {description['format']!r:.40}")
    passes = description.get("passes", [])
    if not isinstance(passes, list) or not all(name in PASSES for name in passes):
        wrong.append(f"its passes are {passes!r:.60}")
    if wrong:
        report.fault("folder", f"{path}: {'; '.join(wrong)}. Put back the file that render wrote.")
    return description


def list_files(out: Path, report: Report) -> Files:
    """The numbers of records, pictures and masks. Names that are none are faults."""
    files, unfinished = Files(), 0
    endings = {"records": ("json",), "masks": ("png",), "images": tuple(ENDINGS)}
    for room in endings:
        for name in _names(out / room):
            report.look("folder")
            if name.startswith("."):  # the system's own, and files in progress
                unfinished += bool(UNFINISHED.fullmatch(name))
                continue
            match = NUMBERED.fullmatch(name)
            if not match or match[2] not in endings[room] or not (out / room / name).is_file():
                report.fault("folder", f"{out / room / name} belongs to no picture. Remove it.")
            elif room == "images":
                _add_picture(out, int(match[1]), match[2], files, report)
            else:
                getattr(files, room).add(int(match[1]))
    if unfinished:
        report.warnings.add(f"{unfinished} files in progress, or left by a run that was killed.")
    return files


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:  # its files are missing one by one
        return []


def _add_picture(out: Path, number: int, ending: str, files: Files, report: Report) -> None:
    other = files.pictures.setdefault(number, ending)
    if other != ending:
        text = f"Picture {number:06d} is there twice in {out / 'images'}, .{other} and .{ending}."
        report.fault("folder", f"{text} Remove the one that its record does not name.")


def check_strays(out: Path, files: Files, report: Report) -> None:
    """Pictures and masks without a record."""
    for number in sorted(set(files.pictures) - files.records):
        path = out / "images" / f"{number:06d}.{files.pictures[number]}"
        report.fault(
            "folder",
            f"{path} has no record, as after an interrupted run. Run the same render command again, or remove it.",
        )
    for number in sorted(files.masks - files.records - set(files.pictures)):
        path = out / "masks" / f"{number:06d}.png"
        report.fault("folder", f"{path} has no record and no picture. Remove it.")

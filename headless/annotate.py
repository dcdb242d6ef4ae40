"""The post-step: records and masks become COCO's keypoint annotations. Needs no Blender, renders nothing.

    python headless/annotate.py out/train

Works through the pictures one at a time, so that a data set may be larger than memory.
The same records give the same bytes.
"""

import argparse
import filecmp
import json
import math
import os
import re
import shutil
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

if not __package__:  # run as a file: Python put headless/ on the path, our packages lie one up
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import numpy as np

from blender_addon.core.errors import AssetError, PosewrightError, SettingsError
from blender_addon.core.keypoints import COCO_NAMES, SKELETON
from blender_addon.core.records import mask_path, people_of, read_json, read_record, temporary_name
from headless.coco_entry import PERSON, crowd_entry, is_tiny, person_entry
from headless.mask_file import read_mask

ROOT = Path(__file__).resolve().parent.parent
LICENCE = {"id": 1, "name": "Synthetic; dataset.json lists the assets with their licences", "url": ""}
CATEGORY = {
    "id": PERSON,
    "name": "person",
    "supercategory": "person",
    "keypoints": list(COCO_NAMES),
    "skeleton": [list(pair) for pair in SKELETON],
}


def annotate(out) -> Path:
    """Write `annotations/person_keypoints.json` of the data set in the folder `out`.

    Persons of whom no pixel shows are left out, those smaller than the knob `crowd_below` share a region `iscrowd`.

    Raises:
        AssetError: there is no record, or a record or mask is missing or broken.
        SettingsError: the file cannot be written.
    """
    out = Path(out)
    records = record_paths(out)
    if not records:
        raise AssetError(f"No records under {out / 'records'}. Render first: posewright render --out {out}")
    path = annotations_path(out)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace_coco(path, out, records)
    except OSError as error:
        raise SettingsError(
            f"Cannot write {path}: {error.strerror}. Free some space or mend the permissions."
        ) from error
    return path


def annotations_path(out) -> Path:
    return Path(out) / "annotations" / "person_keypoints.json"


def record_paths(out) -> list[Path]:
    """Finished records in the order of their pictures; files in progress have other names."""
    found = (Path(out) / "records").glob("*.json")
    return sorted((path for path in found if re.fullmatch(r"\d+", path.stem)), key=lambda path: int(path.stem))


def _replace_coco(path: Path, out: Path, records: list[Path]) -> None:
    written, annotations = temporary_name(path), temporary_name(path.with_suffix(".list"))
    try:
        _write_coco(written, annotations, out, records)
        if not (path.exists() and filecmp.cmp(written, path, shallow=False)):  # else what is made from it stays fresh
            os.replace(written, path)
    finally:
        written.unlink(missing_ok=True)
        annotations.unlink(missing_ok=True)


def _write_coco(path: Path, annotations_file: Path, out: Path, records: list[Path]) -> None:
    """Images go straight to `path`; annotations wait in a file of their own until the images are done."""
    with open(path, "w", encoding="ascii") as file, open(annotations_file, "w+", encoding="ascii") as waiting:
        head = {"info": _info(out), "licenses": [LICENCE], "categories": [CATEGORY]}
        file.write(_json(head)[:-1] + ',"images":[')
        number = 0
        for position, record_file in enumerate(records):
            image, annotations = picture_entries(out, record_file)
            file.write((",\n" if position else "\n") + _json(image))
            for annotation in annotations:
                number += 1
                waiting.write((",\n" if number > 1 else "\n") + _json({"id": number, **annotation}))
        file.write('\n],"annotations":[')
        waiting.seek(0)
        shutil.copyfileobj(waiting, file)
        file.write("\n]}\n")
        file.flush()
        os.fsync(file.fileno())


def _json(value) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _info(out: Path) -> dict:
    """No date: the same records must give the same bytes."""
    made = out / "dataset.json"
    seed = read_json(made).get("seed") if made.exists() else None
    return {
        "description": "People who never existed, rendered by Posewright",
        "contributor": "Posewright",
        "url": "",
        "version": "1.0",
        "posewright": {"seed": seed},
    }


def picture_entries(out, record_file: Path) -> tuple[dict, list[dict]]:
    """COCO's entry of one picture and those of its persons, without ids of their own.

    Raises:
        AssetError: the record or its mask is missing or broken, or they are not of one rendering.
    """
    record = read_record(record_file)
    index = int(record_file.stem)
    fix = f"Render it again with --only {index}."
    try:
        truth, spec, made = record["truth"], record["spec"], record["made"]
        mask_file = mask_path(out, index)
        mask = read_mask(mask_file, (truth["height"], truth["width"]), fix)
        image = _image_entry(index, truth, spec, made)
        persons = list(zip(people_of(spec), truth["persons"], strict=True))
        for number, (_, person) in enumerate(persons):
            _check_area(mask, number, person["area"], f"{mask_file} shows {{}} pixels of person {number}", fix)
        annotations = _annotations(persons, mask, image, crowd_below(Path(out)))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise AssetError(f"{record_file} is not a whole record ({type(error).__name__}: {error}). {fix}") from error
    return image, annotations


def _check_area(mask: np.ndarray, number: int, area: int, found: str, fix: str) -> None:
    pixels = int((mask == number + 1).sum())
    if pixels != area:
        raise AssetError(f"{found.format(pixels)}, its record says {area}. {fix}")


def _annotations(persons: list, mask: np.ndarray, image: dict, below: float) -> list[dict]:
    """Those of a picture's persons (spec, truth): one for each who is large enough, one for all the others."""
    annotations, tiny = [], {}
    for number, (spec, person) in enumerate(persons):
        if not person["area"]:
            continue
        if is_tiny(person, below):
            tiny[number] = person
        else:
            annotations.append(person_entry(spec, person, number, mask == number + 1, image))
    if tiny:
        annotations.append(crowd_entry(tiny, np.isin(mask, [number + 1 for number in tiny]), image))
    return annotations


def crowd_below(out: Path) -> float:
    """The knob of that name that the data set was made with; 0 where nothing is said of it."""
    try:
        stamp = (out / "dataset.json").stat()
    except OSError:
        return 0.0
    return _crowd_below(out / "dataset.json", stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _crowd_below(description: Path, *stamp) -> float:
    """Read once, not for each picture; again when the file has another `stamp`."""
    ranges = read_json(description).get("ranges")
    value = ranges.get("crowd_below", 0) if isinstance(ranges, dict) else 0
    if type(value) not in (int, float) or not 0 <= value < math.inf:
        raise AssetError(f"{description}: crowd_below is {value!r:.40}. Put back the file that render wrote.")
    return float(value)


def _image_entry(index: int, truth: dict, spec: dict, made: dict) -> dict:
    return {
        "id": index,
        "file_name": Path(made["image"]).name,
        "width": truth["width"],
        "height": truth["height"],
        "license": LICENCE["id"],
        "posewright": {"camera": truth["camera"], "seed": spec["seed"], "index": index},
    }


def pictures_of(coco: dict) -> Iterator[tuple[dict, list[dict]]]:
    """(image, its annotations) in the order of the file. Annotations of no image are passed over."""
    by_image = {image["id"]: [] for image in coco["images"]}
    for annotation in coco["annotations"]:
        by_image.get(annotation["image_id"], []).append(annotation)
    for image in coco["images"]:
        yield image, by_image[image["id"]]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the COCO annotations of a rendered data set.")
    parser.add_argument("out", type=Path, help="folder of the data set, the --out of render")
    path = annotate(parser.parse_args(argv).out)
    print(path)
    return 0


def run() -> int | str:
    try:
        return main()
    except PosewrightError as error:  # the user's to mend: one line, no traceback
        return f"error: {error}"


if __name__ == "__main__":
    sys.exit(run())

"""The post-step: records and masks become COCO's keypoint annotations. Needs no Blender, renders nothing.

    python headless/annotate.py out/train

Works through the pictures one at a time, so that a data set may be larger than memory.
The same records give the same bytes.
"""

import argparse
import filecmp
import json
import os
import re
import shutil
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

if not __package__:  # run as a file: Python put headless/ on the path, our packages lie one up
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from blender_addon.core.errors import AssetError, PosewrightError, SettingsError
from blender_addon.core.keypoints import COCO_NAMES, SKELETON, coco_flags
from blender_addon.core.records import mask_path, read_json, read_record, temporary_name

ROOT = Path(__file__).resolve().parent.parent
PERSON = 1
"""COCO's category."""
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

    Persons of whom no pixel shows are left out.

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
        persons = zip(spec["persons"], truth["persons"], strict=True)
        annotations = [
            _person_entry(number, person_spec, person, mask, image, mask_file, fix)
            for number, (person_spec, person) in enumerate(persons)
            if person["area"]
        ]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise AssetError(f"{record_file} is not a whole record ({type(error).__name__}: {error}). {fix}") from error
    return image, annotations


def _image_entry(index: int, truth: dict, spec: dict, made: dict) -> dict:
    return {
        "id": index,
        "file_name": Path(made["image"]).name,
        "width": truth["width"],
        "height": truth["height"],
        "license": LICENCE["id"],
        "posewright": {"camera": truth["camera"], "seed": spec["seed"], "index": index},
    }


def _person_entry(number: int, spec: dict, person: dict, mask: np.ndarray, image: dict, mask_file: Path, fix: str):
    """One COCO annotation. Its mask's pixels are those with the value `number + 1`."""
    outline = coco_mask.encode(np.asfortranarray(mask == number + 1, dtype=np.uint8))
    area = int(coco_mask.area(outline))
    if area != person["area"]:
        raise AssetError(f"{mask_file} shows {area} pixels of person {number}, its record says {person['area']}. {fix}")
    triplets = _triplets(person, image["width"], image["height"])
    body, feet = triplets[: len(COCO_NAMES)], triplets[len(COCO_NAMES) :]
    return {
        "image_id": image["id"],
        "category_id": PERSON,
        "iscrowd": 0,
        "keypoints": [value for triplet in body for value in triplet],
        "num_keypoints": sum(flag > 0 for _, _, flag in body),
        "area": float(area),
        "bbox": [float(value) for value in coco_mask.toBbox(outline)],
        "segmentation": {"size": outline["size"], "counts": outline["counts"].decode("ascii")},
        "posewright": {
            "person": number,
            "pose_source": spec["pose_source"],
            "feet": [value for triplet in feet for value in triplet],
            "visible_fraction": person["visible_fraction"],
            "occluded_by": person["occluded_by"],
            "keypoints_3d": person["keypoints_3d"],
            "joints_3d": person["joints_3d"],
        },
    }


def _triplets(person: dict, width: int, height: int) -> list[tuple[float, float, int]]:
    """x, y, v of each keypoint, to a hundredth of a pixel. Rounding never carries one over the picture's edge."""
    flags = coco_flags(person["keypoints_px"], person["visible_fraction"], person["on_mask"], width, height)
    x = np.minimum(flags[:, 0].round(2), width - 0.01).tolist()
    y = np.minimum(flags[:, 1].round(2), height - 0.01).tolist()
    return [(round(a, 2), round(b, 2), int(flag)) for a, b, flag in zip(x, y, flags[:, 2], strict=True)]


def read_mask(path: Path, shape: tuple[int, int], fix: str) -> np.ndarray:
    """(H, W) uint8, the person's number per pixel, 0 for none.

    Raises:
        AssetError: missing, cut short, damaged, or not of the `shape` (H, W).
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}. {fix}") from error
    if not whole_png(data):
        raise AssetError(f"{path} is damaged or cut short. {fix}")
    mask = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if mask is None or mask.dtype != np.uint8 or mask.shape != shape:
        found = "no picture" if mask is None else f"{mask.shape} {mask.dtype}"
        raise AssetError(f"{path} holds {found}, expected {shape} uint8. {fix}")
    return mask


def whole_png(data: bytes) -> bool:
    """OpenCV fills what is missing of a broken PNG with zeros and says nothing, so look at the checksums."""
    position = 8
    while data[:8] == b"\x89PNG\r\n\x1a\n" and position + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        end = position + 8 + length
        if data[end : end + 4] != struct.pack(">I", zlib.crc32(data[position + 4 : end])):
            return False
        if data[position + 4 : position + 8] == b"IEND":
            return True
        position = end + 4
    return False


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

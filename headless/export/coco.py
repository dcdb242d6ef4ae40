"""COCO's layout: `annotations/person_keypoints_train.json` beside the pictures in `train/`; val likewise.

Format: https://cocodataset.org/#format-data. Each picture's entry is written when it comes, so that a data set may be
larger than memory.
"""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from blender_addon.core.records import temporary_name
from headless.export.folder import place, settle
from headless.export.options import Options
from headless.export.source import Picture, Survey


def annotations_file(out: Path, split: str) -> Path:
    return out / "annotations" / f"person_keypoints_{split}.json"


def write_coco(out: Path, pictures: Iterable[Picture], survey: Survey, options: Options) -> None:
    (out / "annotations").mkdir(exist_ok=True)
    numbers = {licence: number for number, licence in enumerate(sorted(survey.licences, key=str), 1)}
    licences = [
        {"id": number, "name": "; ".join(texts) or "built-in", "url": "", "commercial": commercial}
        for (texts, commercial), number in numbers.items()
    ]
    head = {
        "info": {"description": "People who never existed, rendered by Posewright", "contributor": "Posewright"},
        "licenses": licences,
        "categories": [options.keypoint_set.category],
    }
    with contextlib.ExitStack() as stack:
        add = {split: stack.enter_context(_coco_file(annotations_file(out, split), head)) for split in survey.splits}
        for split in survey.splits:
            (out / split).mkdir(exist_ok=True)
        for picture in pictures:
            place(picture.file, out / picture.split / picture.name, options.link)
            extras = picture.image["posewright"]
            number = numbers[tuple(extras["licences"]), extras["commercial"]]
            add[picture.split]({**picture.image, "license": number}, picture.annotations)


@contextlib.contextmanager
def _coco_file(path: Path, head: dict):
    """A function that takes (image, annotations), and a whole file once all of them have come.

    Annotations wait in a file of their own until the images are done.
    """
    part, waiting_part = temporary_name(path), temporary_name(path.with_suffix(".list"))
    try:
        with open(part, "w", encoding="utf-8") as file, open(waiting_part, "w+", encoding="utf-8") as waiting:
            file.write(compact(head)[:-1] + ',"images":[')
            yield _adder(file, waiting)
            file.write('\n],"annotations":[')
            waiting.seek(0)
            shutil.copyfileobj(waiting, file)
            file.write("\n]}\n")
        settle(part, path)
    finally:
        part.unlink(missing_ok=True)
        waiting_part.unlink(missing_ok=True)


def _adder(file, waiting) -> Callable[[dict, list[dict]], None]:
    images = number = 0

    def add(image: dict, annotations: list[dict]) -> None:
        nonlocal images, number
        file.write((",\n" if images else "\n") + compact(image))
        images += 1
        for annotation in annotations:
            waiting.write((",\n" if number else "\n") + compact({"id": number + 1, **annotation}))
            number += 1

    return add


def compact(value) -> str:
    """The same value, the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)

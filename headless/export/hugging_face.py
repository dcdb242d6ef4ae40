"""Hugging Face's layout: an image folder, `train/000123.jpg` with `train/metadata.jsonl`, and a card, README.md.

A row a picture. `objects` holds lists with an entry for each person. The card names every column's type, as columns of
a picture without people have none of their own. Nothing is null, for the same reason. Regions of people who are too
small to label are left out.
Format: https://huggingface.co/docs/datasets/image_dataset and repository_structure
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from blender_addon.core.errors import SettingsError
from blender_addon.core.keypoints import KEYPOINT_NAMES
from blender_addon.core.records import temporary_name
from blender_addon.core.wholebody import WHOLEBODY_NAMES
from headless.coco_entry import people_in
from headless.export.coco import compact
from headless.export.folder import place, put, settle
from headless.export.keypoint_set import KeypointSet
from headless.export.options import Options
from headless.export.source import TRAIN, Picture, Survey

HF_NAMES = {TRAIN: "train", "val": "validation"}
COMMERCIAL = {True: "yes", False: "no", None: "unknown"}


def write_hf(out: Path, pictures: Iterable[Picture], survey: Survey, options: Options) -> None:
    for split in survey.splits:
        if not survey.people[split]:
            raise SettingsError(
                f"Nobody is in any of the {survey.pictures[split]} pictures of {split}, and the types of "
                "their labels could not be told. Render more, or choose another --split."
            )
    with contextlib.ExitStack() as stack:
        files = {split: stack.enter_context(_rows(out / HF_NAMES[split])) for split in survey.splits}
        for picture in pictures:
            place(picture.file, out / HF_NAMES[picture.split] / picture.name, options.link)
            files[picture.split].write(compact(row_of(picture, options.keypoint_set)) + "\n")
    put(out / "README.md", card(survey, options).encode())


@contextlib.contextmanager
def _rows(folder: Path):
    folder.mkdir(exist_ok=True)
    path = folder / "metadata.jsonl"
    part = temporary_name(path)
    try:
        with open(part, "w", encoding="utf-8") as file:
            yield file
        settle(part, path)
    finally:
        part.unlink(missing_ok=True)


def row_of(picture: Picture, keypoints: KeypointSet) -> dict:
    """Columns as COLUMNS has them; `file_name` becomes the column `image`."""
    image, people = picture.image, people_in(picture.annotations)
    extras, theirs = image["posewright"], [person["posewright"] for person in people]
    return {
        "file_name": picture.name,
        "index": picture.index,
        "width": image["width"],
        "height": image["height"],
        "camera": extras["camera"]["K"],
        "world_to_camera": extras["camera"]["world_to_camera"],
        "distortion": extras["camera"].get("distortion", [0.0] * 4),
        "assets": extras["assets"],
        "licences": extras["licences"],
        "commercial": COMMERCIAL[extras["commercial"]],
        "objects": {
            "person": [one["person"] for one in theirs],
            "bbox": [person["bbox"] for person in people],
            "area": [person["area"] for person in people],
            "keypoints": [[list(map(float, point)) for point in keypoints.points_of(person)] for person in people],
            "visible_fraction": [one["visible_fraction"] for one in theirs],
            "occluded_by": [[cause or "" for cause in one["occluded_by"]] for one in theirs],
            "keypoints_3d": [one["keypoints_3d"] for one in theirs],
            "pose_source": [one["pose_source"] for one in theirs],
            "segmentation": [person["segmentation"]["counts"] for person in people],
        },
    }


COLUMNS = """\
  - name: image
    dtype: image
  - name: index
    dtype: int64
  - name: width
    dtype: int64
  - name: height
    dtype: int64
  - name: camera
    list:
      list: float64
  - name: world_to_camera
    list:
      list: float64
  - name: distortion
    list: float64
  - name: assets
    list: string
  - name: licences
    list: string
  - name: commercial
    dtype: string
  - name: objects
    struct:
    - name: person
      list: int64
    - name: bbox
      list:
        list: float64
    - name: area
      list: float64
    - name: keypoints
      list:
        list:
          list: float64
    - name: visible_fraction
      list:
        list: float64
    - name: occluded_by
      list:
        list: string
    - name: keypoints_3d
      list:
        list:
          list: float64
    - name: pose_source
      list: string
    - name: segmentation
      list: string
"""


def card(survey: Survey, options: Options) -> str:
    """README.md: what the loader reads, then what people read."""
    files = "".join(f"  - split: {HF_NAMES[split]}\n    path: {HF_NAMES[split]}/**\n" for split in survey.splits)
    numbers = "".join(
        f"| {HF_NAMES[split]} | {survey.pictures[split]} | {survey.people[split]} |\n" for split in survey.splits
    )
    assets = "".join(
        f"| {_cell(asset.label)} | {_cell(asset.licence)} | {COMMERCIAL[asset.commercial]} | {number} |\n"
        for asset, number in sorted(survey.assets.items(), key=lambda item: item[0].label)
    )
    return f"""---
pretty_name: Posewright
task_categories:
- keypoint-detection
tags:
- synthetic
- human-pose-estimation
license: other
license_name: licences-of-its-assets
license_link: licenses.json
configs:
- config_name: default
  data_files:
{files}dataset_info:
  features:
{COLUMNS}---

# People who never existed

Rendered by Posewright, with exact labels.

| split | pictures | people |
|---|---|---|
{numbers}
| column | |
|---|---|
| `camera`, `world_to_camera` | 3×3 and 3×4; x right, y down, z forward |
| `distortion` | k1, k2, p1, p2 of OpenCV's model; 0 for a pinhole |
| `objects.bbox` | x, y, width, height in pixels, of what is seen |
| `objects.keypoints` | x, y, v of {", ".join(options.keypoint_set.names)}; v is 0 outside, 1 hidden, 2 visible |
| `objects.visible_fraction`, `objects.occluded_by`, `objects.keypoints_3d` | of {len(KEYPOINT_NAMES)} keypoints, \
COCO's and the feet, or of COCO-WholeBody's {len(WHOLEBODY_NAMES)}; `""` where nothing hides it; metres in the \
camera's frame |
| `objects.segmentation` | COCO's compressed run lengths, for pycocotools with `size` [height, width] |

## Licence

The pictures are their maker's, within the licences of what they were made with. \
Commercial use of all of them: {COMMERCIAL[survey.commercial]}.

| asset | licence | commercial use | pictures |
|---|---|---|---|
{assets}"""


def _cell(text: str) -> str:
    """One line that cannot leave its cell."""
    return " ".join(text.split()).replace("|", "\\|")

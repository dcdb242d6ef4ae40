"""Ultralytics' layout for YOLO-pose: `images/train`, `labels/train` and `data.yaml`; val likewise.

A line a person, `0 cx cy w h` and `x y v` of each keypoint, lengths as shares of the picture's width and height.
v is 0 not labelled (x and y 0 too), 1 hidden, 2 visible. A picture without people has an empty file. Regions of people
who are too small to label are left out, as the form has no word for them.
Format: https://docs.ultralytics.com/datasets/pose/
"""

from collections.abc import Iterable
from pathlib import Path

from headless.coco_entry import people_in
from headless.export.folder import place, put
from headless.export.keypoint_set import KeypointSet
from headless.export.options import Options
from headless.export.source import TRAIN, VAL, Picture, Survey


def write_yolo_pose(out: Path, pictures: Iterable[Picture], survey: Survey, options: Options) -> None:
    for split in survey.splits:
        for room in ("images", "labels"):
            (out / room / split).mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        people = people_in(picture.annotations)
        text = "".join(label_line(person, picture.image, options.keypoint_set) + "\n" for person in people)
        # First: a picture without its labels would be one without people.
        put(out / "labels" / picture.split / f"{picture.file.stem}.txt", text.encode("ascii"))
        place(picture.file, out / "images" / picture.split / picture.name, options.link)
    put(out / "data.yaml", data_yaml(survey, options).encode("ascii"))


def label_line(annotation: dict, image: dict, keypoints: KeypointSet) -> str:
    """One person."""
    width, height = image["width"], image["height"]
    x, y, w, h = annotation["bbox"]
    box = (x + w / 2) / width, (y + h / 2) / height, w / width, h / height
    points = [f"{a / width:.6f} {b / height:.6f} {flag}" for a, b, flag in keypoints.points_of(annotation)]
    return " ".join(["0", *(f"{value:.6f}" for value in box), *points])


def data_yaml(survey: Survey, options: Options) -> str:
    """Without a path of its own, Ultralytics looks beside the file: the folder may be moved."""
    keypoints = options.keypoint_set
    val = VAL if survey.pictures[VAL] else TRAIN
    remark = "" if val == VAL else "  # no --split was given; put pictures to validate on here"
    names = "".join(f"    - {name}\n" for name in keypoints.names)
    return (
        "# People who never existed, rendered by Posewright; licenses.json names the assets' licences\n"
        'path: ""\n'
        f"train: images/{TRAIN}\n"
        f"val: images/{val}{remark}\n"
        f"kpt_shape: [{len(keypoints.names)}, 3]\n"
        f"flip_idx: {keypoints.flip_idx}\n"
        f"names:\n  0: person\nkpt_names:\n  0:\n{names}"
    )

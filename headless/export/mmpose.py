"""MMPose's layout: COCO's, and a config file that mmpose's CocoDataset is made from.

Config: https://mmpose.readthedocs.io/en/latest/advanced_guides/customize_datasets.html
"""

from collections.abc import Iterable
from pathlib import Path

from headless.export.coco import annotations_file, write_coco
from headless.export.folder import put
from headless.export.keypoint_set import KeypointSet
from headless.export.options import Options
from headless.export.source import TRAIN, VAL, Picture, Survey

CONFIG = "posewright.py"
LEFT, RIGHT, MIDDLE = [0, 255, 0], [255, 128, 0], [51, 153, 255]
"""Colours that mmpose draws COCO's people in."""
LOWER = ("hip", "knee", "ankle", "toe", "heel")


def write_mmpose(out: Path, pictures: Iterable[Picture], survey: Survey, options: Options) -> None:
    write_coco(out, pictures, survey, options)
    put(out / CONFIG, config_text(out, survey, options).encode("ascii"))


def config_text(out: Path, survey: Survey, options: Options) -> str:
    """`{{ fileDirname }}` is mmengine's: the folder of the file, wherever it is moved to.

    Names begin with ours, as mmengine refuses two bases that share one.
    """
    val = VAL if survey.pictures[VAL] else TRAIN
    lines = [
        "# MMPose 1.x: a base for your config, beside the model's. Give the data sets its pipelines.",
        "posewright_root = '{{ fileDirname }}/'",
        "",
        *_info_lines(options.keypoint_set),
    ]
    kind = "CocoWholeBody" if options.keypoint_set.parted else "Coco"
    for name, split in (("train", TRAIN), ("val", val)):
        annotations = annotations_file(out, split).relative_to(out).as_posix()
        lines += [
            f"posewright_{name} = dict(",
            f"    type='{kind}Dataset',",
            "    data_root=posewright_root,",
            "    data_mode='topdown',",
            f"    ann_file={annotations!r},",
            f"    data_prefix=dict(img='{split}/'),",
            "    metainfo=dataset_info,",
            *(["    test_mode=True,"] if name == "val" else []),
            ")",
        ]
    annotations = annotations_file(out, val).relative_to(out).as_posix()
    lines.append(f"posewright_evaluator = dict(type='{kind}Metric', ann_file=posewright_root + {annotations!r})")
    return "\n".join(lines) + "\n"


def _info_lines(keypoints: KeypointSet) -> list[str]:
    flip, names = keypoints.flip_idx, keypoints.names
    lines = [f"dataset_info = dict(\n    dataset_name='posewright_{len(names)}',\n    keypoint_info={{"]
    for number, name in enumerate(names):
        part = "lower" if name.endswith(LOWER) else "upper"
        swap = names[flip[number]] if flip[number] != number else ""
        info = f"name={name!r}, id={number}, color={_colour(name)}, type={part!r}, swap={swap!r}"
        lines.append(f"        {number}: dict({info}),")
    lines.append("    },\n    skeleton_info={")
    for number, (start, end) in enumerate(keypoints.links):
        sides = {tuple(_colour(names[start])), tuple(_colour(names[end]))} - {tuple(MIDDLE)}
        colour = list(sides.pop()) if len(sides) == 1 else MIDDLE
        link = (names[start], names[end])
        lines.append(f"        {number}: dict(link={link}, id={number}, color={colour}),")
    lines.append("    },")
    lines.append(f"    joint_weights=[1.0] * {len(names)},")
    lines.append(f"    sigmas={list(keypoints.sigmas)},")
    return [*lines, ")", ""]


def _colour(name: str) -> list[int]:
    return LEFT if name.startswith("left") else RIGHT if name.startswith("right") else MIDDLE

"""`posewright export`: a data set in the form that a training program reads."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from headless.cli_assets import Folder, Names


@dataclass
class Export:
    """Write a data set in the form that a training program reads. Goes on where it was stopped, and can grow."""

    dataset: tyro.conf.Positional[Annotated[Path, tyro.conf.arg(metavar="FOLDER")]]
    """The data set, --out of render."""
    to: Literal["coco", "yolo-pose", "mmpose", "webdataset", "hf"]
    """Form: COCO's folders, Ultralytics, MMPose, tar shards, Hugging Face."""
    out: Folder
    """Where it goes: a new folder, or one to go on with."""
    keypoints: Literal["coco", "coco+feet", "wholebody"] = "coco"
    """COCO's 17, with big toes, small toes and heels 23, or with face and hands 133."""
    split: float = 1.0
    """Share of the pictures for training, the rest for validation. Chosen by their names: more pictures move none."""
    commercial: tyro.conf.FlagCreatePairsOff[bool] = False
    """Leave out pictures made with an asset whose licence does not allow commercial use."""
    permitted: Names = ()
    """Asset that you know to be free for commercial use though its licence does not say so; may be given several
    times."""
    link: tyro.conf.FlagCreatePairsOff[bool] = False
    """Hard links to the pictures instead of copies: no space, but a change to one changes both."""
    shard_size: Annotated[float | None, tyro.conf.arg(metavar="MB", help_behavior_hint="(500)")] = None
    """Of webdataset's shards, at most."""

    def run(self) -> int:
        from headless.export import export
        from headless.export.options import Options

        fields = (self.to, self.keypoints, self.split, self.commercial, self.permitted, self.link, self.shard_size)
        try:
            survey = export(self.dataset, self.out, Options(*fields))
        except KeyboardInterrupt:
            print("stopped; the same command goes on from here", file=sys.stderr)
            return 130
        for asset, number in survey.left_out.most_common():
            print(f"left out: {number} pictures with {asset.label} ({asset.licence})", file=sys.stderr)
        numbers = ", ".join(f"{split} {survey.pictures[split]:,}" for split in survey.splits)
        print(f"{self.out}: {numbers} pictures, {survey.people.total():,} people")
        return 0

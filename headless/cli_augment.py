"""`posewright augment`: cutouts on finished pictures."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from headless.cli_assets import Folder, Folders, NoFile, NoFolder


@dataclass
class Augment:
    """Paste things and people on finished pictures, and bring masks, boxes and visibility up to date.

    Writes a new data set. The same command again goes on where it stopped.
    """

    dataset: tyro.conf.Positional[Annotated[Path, tyro.conf.arg(metavar="FOLDER")]]
    """The data set, --out of render."""
    out: Folder
    """Where the new one goes."""
    seed: int = 0
    """Same seed, same pictures."""
    objects: tuple[int, int] = (0, 2)
    """Fewest and most things pasted on a picture."""
    people: float = 0.3
    """Chance that somebody is pasted on it."""
    cutouts: NoFolder = None
    """Library of cutouts, as another data set's OUT/cutouts. Without it, one is rendered to OUT/cutouts."""
    count: tuple[int, int] = (60, 24)
    """Cutouts of things, five views of each, and of people that such a library has."""
    assets: Folders = ()
    """Asset folder with bodies/, occluders/ and so on, as for render; may be given several times."""
    blender: NoFile = None
    """Blender binary to render cutouts with. Without it, the bpy wheel of this environment."""

    def run(self) -> int:
        from headless import augment

        options = augment.Options(self.seed, self.objects, self.people)
        rendering = augment.RenderOptions(*self.count, self.seed, tuple(self.assets), self.blender)
        try:
            counts = augment.main(self.dataset, self.out, self.cutouts, options, rendering)
        except KeyboardInterrupt:
            print("stopped; the same command goes on from here", file=sys.stderr)
            return 130
        text = f"{counts['pictures']:,} pictures, {counts['things']:,} things and {counts['people']:,} people pasted"
        print(f"{self.out}: {text}; {counts['missed']:,} times no place was found")
        return 0

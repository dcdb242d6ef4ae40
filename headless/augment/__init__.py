"""Paste cutouts of things and people on finished pictures, and bring every label up to date.

posewright augment out/train --out out/train_augmented

The project's first ancestor pasted too, and left its labels as they were: whoever was hidden stayed visible.
"""

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from blender_addon.core.catalog import load_catalog
from blender_addon.core.errors import AssetError, SettingsError
from headless.augment.geometry import Bodies
from headless.augment.library import open_library
from headless.augment.loop import augment, check_folders, left_behind
from headless.augment.options import Options, RenderOptions

__all__ = ["Options", "RenderOptions", "augment", "main"]

SCRIPT = Path(__file__).resolve().parents[1] / "cutouts.py"


def main(dataset: Path, out: Path, cutouts: Path | None, options: Options, rendering: RenderOptions) -> Counter:
    """Everything from the command's options.

    Args:
        cutouts: a library; None makes one in `out`, or goes on with that which is there.
    Raises:
        AssetError, SettingsError: what the user can mend.
    """
    check_folders(dataset, out)
    if cutouts is None:
        cutouts = out / "cutouts"
        render_cutouts(cutouts, rendering)
    library = open_library(cutouts)
    passes = left_behind(dataset)
    if passes:
        print(f"left behind: {', '.join(passes)}, which would not be true of the new pictures", file=sys.stderr)
    return augment(dataset, out, library, Bodies(load_catalog(rendering.assets)), options)


def render_cutouts(folder: Path, options: RenderOptions) -> None:
    """Have Blender render what is missing of a library.

    Raises:
        SettingsError: there is no such Blender binary.
        AssetError: it failed, and has said why.
    """
    words = ["--out", folder, "--people", options.people, "--things", options.things, "--seed", options.seed]
    words += [word for assets in options.assets for word in ("--assets", assets)]
    command = [sys.executable, SCRIPT]
    if options.blender is not None:
        binary = shutil.which(options.blender)
        if binary is None:
            raise SettingsError(f"No Blender at {options.blender}. Check --blender, or leave it out.")
        command = [binary, "-b", "--factory-startup", "--python-exit-code", "1", "-P", SCRIPT, "--"]
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "render.log", "ab") as log:  # Blender chats on stdout
        status = subprocess.run([str(word) for word in (*command, *words)], stdout=log, check=False).returncode
    if status:
        raise AssetError(f"Blender made no cutouts (status {status}); {folder / 'render.log'} has more.")

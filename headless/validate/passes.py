"""Pictures beside the photo: there, whole, and of the persons that the mask shows."""

from pathlib import Path

import numpy as np

from blender_addon.core.errors import AssetError
from blender_addon.core.iuv import NAMES
from blender_addon.core.passes import PART_NAMES, PASSES, decode_flow, pass_path
from headless.pass_file import read_pass
from headless.validate.findings import Report
from headless.validate.folder import NUMBERED

UNEVEN = 0.02
"""How far from 1 the length of a normal may be that was rounded to 8 bits."""


def passes_of(description: dict) -> tuple:
    """Those that a data set's description says there are; what it says else is a fault of its own."""
    named = description.get("passes") or ()
    return tuple(name for name in PASSES if name in named) if isinstance(named, (list, tuple)) else ()


def check_passes(out: Path, index: int, record: dict, mask: "np.ndarray | None", names: tuple, report: Report) -> None:
    """Every pass of one picture.

    Args:
        mask: (H, W) uint8, None when it cannot be used.
    """
    truth = record["truth"]
    fix = f"Render it again with --only {index}."
    made = record["made"].get("passes", {})
    for name in names:
        report.look("passes")
        path = pass_path(out, name, index)
        if not isinstance(made, dict) or made.get(name) != path.relative_to(out).as_posix():
            report.fault("passes", f"Record {index:06d} does not name its {path}. {fix}")
        try:
            pixels = read_pass(path, name, (truth["height"], truth["width"]), fix)
        except AssetError as error:
            report.fault("passes", str(error))
            continue
        wrong = wrong_with(name, pixels, mask)
        if wrong:
            report.fault("passes", f"{path} {wrong}. {fix}")


def wrong_with(name: str, pixels: np.ndarray, mask: "np.ndarray | None") -> str:
    """What is wrong with a pass that has been read, or nothing."""
    if name in ("parts", "iuv"):
        number = pixels if name == "parts" else pixels[..., 0]
        most = len(PART_NAMES) if name == "parts" else len(NAMES) - 1
        if number.max() > most:
            return f"has pixels of part {number.max()}, there are {most}"
        if mask is not None and ((number > 0) != (mask > 0)).any():
            return f"differs from the mask in {np.count_nonzero((number > 0) != (mask > 0))} pixels"
    elif name == "flow":
        if (pixels[..., 2] > 1).any():
            return "has pixels that are neither known nor unknown"
        if mask is not None and (np.nan_to_num(decode_flow(pixels), nan=1.0)[mask == 0] != 0).any():
            return "moves where the mask has nobody"
    else:
        there = pixels > 0 if name == "depth" else pixels.any(-1)
        if mask is not None and not there[mask > 0].all():
            return f"has nothing in {np.count_nonzero(~there & (mask > 0))} pixels of persons"
        if name == "normals":
            length = np.linalg.norm((pixels[there].astype(float) - 128) / 127, axis=-1)
            if (np.abs(length - 1) > UNEVEN).any():
                return "has normals whose length is not 1"
    return ""


def check_pass_strays(out: Path, names: tuple, records: set, report: Report) -> None:
    """Files in the passes' folders that belong to no record."""
    for name in names:
        folder = out / name
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            match = NUMBERED.fullmatch(path.name)
            if path.name.startswith("."):
                continue
            if not match or match[2] != "png" or int(match[1]) not in records:
                report.fault("folder", f"{path} has no record, as after an interrupted run. Remove it.")

"""A data set on one page: pictures with their labels, distributions beside COCO's, assets and licences, timings.

    posewright report out/train

The page is one HTML file without scripts and without anything from outside; the same data set gives the same bytes.
"""

from pathlib import Path

import numpy as np

from blender_addon.core.errors import SettingsError
from blender_addon.core.records import write_bytes_atomically
from headless.annotate import annotations_path
from headless.report.findings import Finding, find
from headless.report.page import fill_page
from headless.report.sheet import Shown, draw_passes, draw_sheet
from headless.report.survey import Survey, survey
from headless.report.variety import Variety, measure_variety

MOST_SHOWN = 48


def report(out, page=None, count: int = 12) -> tuple[Path, list[Finding]]:
    """Write the page about the data set in the folder `out`.

    Args:
        page: where to; None is report.html in `out`.
        count: pictures on its contact sheet.
    Returns:
        where it is, and the warnings on it.
    Raises:
        AssetError: `out` is no data set, or none of its records can be read.
        SettingsError: too many pictures are asked for, or the page cannot be written.
    """
    out = Path(out)
    path = Path(page) if page else out / "report.html"
    if path.is_dir():
        raise SettingsError(f"{path} is a folder. Give --page the HTML file to write.")
    parts = look_over(out, count)
    passes = draw_passes(out, parts[0].description, parts[3])
    write_bytes_atomically(path, fill_page(*parts, passes).encode())
    return path, parts[2]


def look_over(out, count: int = 12) -> tuple[Survey, Variety | None, list[Finding], list[Shown]]:
    """All that goes on the page. Raises as `report` does."""
    if not 0 <= count <= MOST_SHOWN:
        raise SettingsError(
            f"--count {count} is out of range. Use 0 to {MOST_SHOWN} pictures: they are part of the page."
        )
    out = Path(out)
    found = survey(out)
    variety = measure_variety(found.statistics.poses.kept)
    sheet, not_shown = draw_sheet(out, found.records, count, np.random.default_rng(0))
    findings = find(found, variety, annotations_path(out).is_file(), not_shown)
    return found, variety, findings, sheet

"""One walk through a data set's files: every record read once and counted, what is missing or broken noted by name."""

import itertools
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from blender_addon.core.errors import AssetError
from blender_addon.core.records import mask_path, read_json, read_record
from headless.annotate import crowd_below, record_paths
from headless.export.licences import assets_of, read_assets
from headless.report.histogram import tally
from headless.report.statistics import Statistics

MOST_LINES = 12
"""Of one kind that the page shows; the rest are counted."""
UNFINISHED = re.compile(r"\..+\.\d+\.part(\.\w+)?")
"""Files in progress, as `records.temporary_name` makes them."""
NOT_OURS = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError)
"""What comes of reading a record of another form."""


@dataclass
class Lines:
    """Notes of one kind: how many, and the first of them."""

    number: int = 0
    first: list = field(default_factory=list)

    def add(self, line: str) -> None:
        self.number += 1
        if len(self.first) < MOST_LINES:
            self.first.append(line)


@dataclass
class Survey:
    """What was found."""

    name: str
    """Of the folder."""
    description: dict
    """dataset.json."""
    records: list
    """Paths, in the order of their pictures."""
    statistics: Statistics = field(default_factory=Statistics)
    broken: Lines = field(default_factory=Lines)
    no_picture: Lines = field(default_factory=Lines)
    no_mask: Lines = field(default_factory=Lines)
    no_record: Lines = field(default_factory=Lines)
    gaps: Lines = field(default_factory=Lines)
    """Numbers between the first and the last picture that have no record, as ranges."""
    missing: int = 0
    """How many pictures that is."""
    unfinished: int = 0
    """Files in progress."""
    listed: dict = field(default_factory=dict)
    """(kind, name) -> Asset of all that dataset.json lists."""
    used: Counter = field(default_factory=Counter)
    """(kind, name) -> pictures made with it."""
    nameless: int = 0
    """Pictures whose records do not say what they are made with."""
    no_catalog: str = ""
    """Why dataset.json's list of assets could not be read."""


def survey(out) -> Survey:
    """Look at everything in the data set in the folder `out`.

    Raises:
        AssetError: it is no data set, there are no records, or none of them can be read.
    """
    out = Path(out)
    if not (out / "dataset.json").is_file():
        raise AssetError(f"{out} is no data set: there is no dataset.json in it. Give the --out of render.")
    found = Survey(out.resolve().name, read_json(out / "dataset.json"), record_paths(out))
    found.statistics.views = _views(found.description)
    found.statistics.crowd_below = crowd_below(out)
    if not found.records:
        raise AssetError(f"No records under {out / 'records'}. Render first: posewright render --out {out}")
    try:
        found.listed = read_assets(found.description, "dataset.json")
    except (AssetError, *NOT_OURS) as error:
        found.no_catalog = str(error)
    for path in tqdm(found.records, "reading", unit="picture", disable=None):
        _read(out, path, found)
    if not found.statistics.pictures:
        raise AssetError(f"None of the {len(found.records)} records can be read. First: {found.broken.first[0]}")
    _look_for_others(out, found)
    return found


def _views(description: dict) -> int:
    """Pictures of each scene."""
    ranges = description.get("ranges")
    views = ranges.get("views") if isinstance(ranges, dict) else None
    return views if isinstance(views, int) and views > 1 else 1


def _read(out: Path, path: Path, found: Survey) -> None:
    index = int(path.stem)
    fix = f"Render it again with --only {index}."
    try:
        record = read_record(path)
        image = picture_path(out, record)
        found.statistics.add(index, record)
    except AssetError as error:
        found.broken.add(str(error).replace(str(out), found.name))
        return
    except NOT_OURS as error:
        found.broken.add(f"records/{path.name} is not a whole record ({type(error).__name__}: {error}). {fix}"[:300])
        return
    if not os.path.isfile(image):  # also where a name out of a record is too long for a file
        found.no_picture.add(f"images/{image.name} is missing. {fix}")
    if not os.path.isfile(mask_path(out, index)):
        found.no_mask.add(f"masks/{index:06d}.png is missing. {fix}")
    try:
        used = assets_of(record["spec"], found.listed)
    except NOT_OURS:
        found.nameless += 1
        return
    for key in used:
        tally(found.used, key)


def picture_path(out: Path, record: dict) -> Path:
    """Of a record's picture; always in images/, whatever the record says."""
    return out / "images" / Path(record["made"]["image"]).name


def _look_for_others(out: Path, found: Survey) -> None:
    """Pictures without a record, numbers that are missing, and files that a killed run left."""
    indices = [int(path.stem) for path in found.records]
    known = set(indices)
    names = sorted(path.name for path in (out / "images").glob("*.*"))
    for name in names:
        stem = name.partition(".")[0]
        if stem.isdecimal() and int(stem) not in known:
            found.no_record.add(f"images/{name} has no record, as after an interrupted run.")
    for room in ("images", "masks", "records"):
        found.unfinished += sum(bool(UNFINISHED.fullmatch(path.name)) for path in (out / room).glob(".*"))
    for before, after in itertools.pairwise(indices):
        if after - before > 1:
            found.missing += after - before - 1
            found.gaps.add(f"{before + 1}" if after - before == 2 else f"{before + 1} to {after - 1}")

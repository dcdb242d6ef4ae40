"""Who made what pictures are made with: a line for each asset of a catalog, as a table or in Markdown."""

import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_addon.core.catalog import Asset, Catalog
from blender_addon.core.closet import Look
from blender_addon.core.credits import UNKNOWN, read_credit
from blender_addon.core.poses.motion import SHIPPED

COLUMNS = ("kind", "name", "author", "licence", "source")
WIDEST = 50
"""Letters that a column is padded to."""
HEAD = 8192
"""Bytes of a file in which it says who made it."""
AUTHOR = re.compile(r"^[\s#]*(?:author:?|copyright \(c\)(?: [\d, -]+)?)\s+(\S.*)$", re.IGNORECASE | re.MULTILINE)
LICENCE = re.compile(r"^[\s#]*licen[cs]e:?\s+((?:CC|AGPL|GPL|Apache|MIT|Public)\b.*)$", re.IGNORECASE | re.MULTILINE)
"""As MakeHuman and its community write them at the top of .mhclo and .mhmat files."""


@dataclass(frozen=True)
class Line:
    """One asset; every field is text that may be printed."""

    kind: str
    name: str
    author: str
    licence: str
    source: str

    def cells(self) -> tuple:
        return self.kind, self.name, self.author, self.licence, self.source


def credit_lines(catalog: Catalog) -> list[Line]:
    """Of all that a catalog has found, what pictures show most of first."""
    photos = catalog.backgrounds.folders
    assets = (*catalog.bodies, *catalog.environments, *catalog.occluders, *photos, *catalog.pose_libraries)
    looks = (catalog.closet.looks[name] for name in sorted(catalog.closet.looks))
    return [*map(_asset_line, assets), _prior_line(catalog.motion_prior or SHIPPED), *map(_look_line, looks)]


def _prior_line(path: Path) -> Line:
    """Of the recorded poses that samplers learnt from."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return _line("motion", path.stem, None, file["licence"], json.loads(str(file["provenance"])).get("source"))
    except (OSError, EOFError, KeyError, ValueError, AttributeError, zipfile.BadZipFile, zlib.error):
        return _line("motion", path.stem, None, None, path)


def _asset_line(asset: Asset) -> Line:
    return _line(asset.kind, asset.name, asset.author, asset.licence, asset.source)


def _look_line(look: Look) -> Line:
    """What the file itself says of its author and licence is believed before its folder's note."""
    name = look.name.partition("/")[2]
    credit = read_credit(look.path)
    if credit:
        return _line(look.kind, name, credit.author, credit.licence, credit.source)
    if look.path.suffix == ".json":
        facts = _facts(look.path)
        author, licence, source = (facts.get(key) for key in ("author", "licence", "source"))
    else:
        head = _head(look.path)
        author = ", ".join(dict.fromkeys(found.partition(", http")[0].strip() for found in AUTHOR.findall(head)))
        licence, source = next(iter(LICENCE.findall(head)), None), None
    return _line(look.kind, name, author, licence or look.licence, source or look.source)


def _line(*cells) -> Line:
    return Line(*(_printable(cell) or UNKNOWN for cell in cells))


def _printable(text) -> str:
    return "".join(letter for letter in str(text or "") if letter.isprintable())[:200].strip()


def _facts(path: Path) -> dict:
    """Of a garment.json or skin.json, which are small."""
    try:
        facts = json.loads(_head(path, 2**20))
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _head(path: Path, size: int = HEAD) -> str:
    try:
        with open(path, "rb") as file:
            return file.read(size).decode("utf-8", "replace")
    except OSError:
        return ""


def print_credits(catalog: Catalog, markdown: bool) -> None:
    lines = credit_lines(catalog)
    print("\n".join(markdown_table(lines) if markdown else text_table(lines)))


def text_table(lines: list[Line]) -> list[str]:
    """Columns as wide as most of what is in them: nothing is cut, whatever the terminal's width."""
    rows = [COLUMNS, *(line.cells() for line in lines)]
    widths = [min(max(map(len, column)), WIDEST) for column in zip(*rows, strict=True)]
    table = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    nameless = sum(line.author == UNKNOWN for line in lines)
    return [*table, f"{len(lines)} assets, {nameless} of them by nobody who is named"]


def markdown_table(lines: list[Line]) -> list[str]:
    """Lines of text; what Markdown would read as its own is escaped."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(tuple(map(_escaped, line.cells())) for line in lines)]
    return [f"| {' | '.join(row)} |" for row in rows]


def _escaped(cell: str) -> str:
    return re.sub(r"([\\|*_`<>\[\]])", r"\\\1", cell)

"""Who made an asset, as the note beside its file says: NAME.hdr has NAME.hdr.json."""

from dataclasses import dataclass
from pathlib import Path

from .errors import AssetError
from .records import read_json

NOTE = ".json"
"""Follows the asset's whole file name."""
UNKNOWN = "unknown"
LONGEST = 200


@dataclass(frozen=True)
class Credit:
    """Of one asset."""

    author: str
    """Names with commas between them; empty when not known."""
    licence: str
    source: str


def read_credit(path: Path) -> Credit | None:
    """Of an asset's file; None when there is no note. Of a broken one nothing is believed."""
    note = path.with_name(path.name + NOTE)
    if not note.is_file():
        return None
    facts = _facts(note)
    authors = facts.get("authors", {})
    names = authors if isinstance(authors, (dict, list)) else [authors]
    author = ", ".join(filter(None, map(_line, names)))
    return Credit(author[:LONGEST], _line(facts.get("licence")) or UNKNOWN, _line(facts.get("source")) or str(note))


def read_licence(path: Path) -> tuple:
    """(licence, source) that an asset's own description (garment.json, skin.json) states."""
    facts = _facts(path)
    return _line(facts.get("licence")) or UNKNOWN, _line(facts.get("source")) or str(path.parent)


def _facts(path: Path) -> dict:
    """Empty when the file is broken: whoever uses the asset says so."""
    try:
        return read_json(path)
    except AssetError:
        return {}


def _line(text) -> str:
    """Printable, of one line; empty for what is no text."""
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST].strip() if isinstance(text, str) else ""

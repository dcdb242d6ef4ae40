"""A COCO file of any size: where each entry lies in it, so that one is read at a time.

Of a data set of 100,000 pictures the file has about a gigabyte, and Python's objects for it take several.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from headless.validate.findings import Report

LARGEST_ENTRY = 16 * 2**20
"""Bytes. Those of a person have about four thousand."""
BLOCK = 2**20
AGAIN = "Run `posewright annotate` again."
DECODER = json.JSONDecoder()
SPACE = re.compile(r"[ \t\r\n]*")


@dataclass
class CocoFile:
    """What stands in the file; entries themselves are read with `read`."""

    path: Path
    head: dict = field(default_factory=dict)
    """All but images and annotations."""
    images: dict = field(default_factory=dict)
    """id -> (place, length) of its entry, in bytes."""
    annotations: dict = field(default_factory=dict)
    """image id -> [(place, length)] of its persons' entries."""
    number: int = 0
    """Of annotations."""

    def read(self, spans: list) -> list[dict]:
        """The entries at (place, length)."""
        entries = []
        with open(self.path, "rb") as file:
            for place, length in spans:
                file.seek(place)
                entries.append(json.loads(file.read(length)))
        return entries


class Scanner:
    """The values of a JSON file in turn, with their places; holds one of them and a block at most."""

    def __init__(self, file):
        self.file, self.text, self.at, self.start = file, "", 0, 0

    def symbol(self) -> str:
        """The next character that is no space, left where it is; nothing at the end of the file."""
        while True:
            self.at = SPACE.match(self.text, self.at).end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return ""

    def take(self, symbols: str) -> str:
        """One of the characters `symbols`. Raises ValueError for another."""
        found = self.symbol()
        if not found or found not in symbols:
            what = repr(found) if found else "the end"
            raise ValueError(f"byte {self.start + self.at:,}: {what} where {' or '.join(symbols)} belongs")
        self.at += 1
        return found

    def value(self):
        """The next value and its (place, length). Raises ValueError when it is broken or too large."""
        self.symbol()
        while True:
            error = None
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
                if end < len(self.text):  # else a number may go on in the next block
                    break
            except json.JSONDecodeError as found:
                error = found
            if len(self.text) - self.at > LARGEST_ENTRY:
                raise ValueError(f"byte {self.start + self.at:,}: broken, or an entry of over {LARGEST_ENTRY >> 20} MB")
            if not self._more():
                if error:
                    raise ValueError(f"byte {self.start + error.pos:,}: {error.msg}")
                break
        span = (self.start + self.at, end - self.at)
        self.at = end
        return value, span

    def _more(self) -> bool:
        block = self.file.read(BLOCK)
        # Places are bytes, so a byte is a character here; JSON's own signs are the same in UTF-8.
        self.text, self.start, self.at = self.text[self.at :] + block.decode("latin-1"), self.start + self.at, 0
        return bool(block)


def read_coco(path: Path, report: Report) -> CocoFile:
    """Go through the file once; ids that are wrong go to the report.

    Raises:
        ValueError: it is no JSON of COCO's form.
        RecursionError: brackets in brackets in brackets.
        OSError: it cannot be read.
    """
    coco = CocoFile(path)
    with open(path, "rb") as file:
        scanner = Scanner(file)
        for key in _keys(scanner):
            if key in coco.head:
                raise ValueError(f"it has {key!r} twice")
            if key == "images":
                _read_images(coco, scanner, report)
            elif key == "annotations":
                _read_annotations(coco, scanner, report)
            coco.head[key] = None if key in ("images", "annotations") else scanner.value()[0]
        if scanner.symbol():
            raise ValueError(f"byte {scanner.start + scanner.at:,}: more follows after its end")
    missing = {"images", "annotations", "categories"} - set(coco.head)
    if missing:
        raise ValueError(f"it has no {sorted(missing)[0]!r}")
    return coco


def _keys(scanner: Scanner):
    """The keys of an object; whoever asks for the next has read the value."""
    scanner.take("{")
    if scanner.symbol() == "}":
        scanner.take("}")
        return
    while True:
        key, _ = scanner.value()
        if not isinstance(key, str):
            raise ValueError(f"byte {scanner.start + scanner.at:,}: a {type(key).__name__} where a name belongs")
        scanner.take(":")
        yield key
        if scanner.take(",}") == "}":
            return


def _entries(scanner: Scanner):
    scanner.take("[")
    if scanner.symbol() == "]":
        scanner.take("]")
        return
    while True:
        yield scanner.value()
        if scanner.take(",]") == "]":
            return


def _read_images(coco: CocoFile, scanner: Scanner, report: Report) -> None:
    for position, (entry, span) in enumerate(_entries(scanner)):
        number = entry.get("id") if isinstance(entry, dict) else None
        if type(number) is not int or number < 0:
            report.fault("ids", f"Entry {position} of the images has no whole number as its id. {AGAIN}")
        elif number in coco.images:
            report.fault("ids", f"Two images have the id {number}. {AGAIN}")
        else:
            coco.images[number] = span


def _read_annotations(coco: CocoFile, scanner: Scanner, report: Report) -> None:
    ids, in_order = set(), True
    for position, (entry, span) in enumerate(_entries(scanner)):
        number, image = (entry.get(key) for key in ("id", "image_id")) if isinstance(entry, dict) else (None, None)
        coco.number += 1
        if type(number) is not int or type(image) is not int:
            report.fault("ids", f"Entry {position} of the annotations has no whole numbers as its ids. {AGAIN}")
        else:
            if number in ids:
                report.fault("ids", f"Two annotations have the id {number}. {AGAIN}")
            ids.add(number)
            in_order &= number == position + 1
            coco.annotations.setdefault(image, []).append(span)
    if not in_order:
        report.fault("ids", f"The annotations' ids are not 1, 2, 3 … without gaps. {AGAIN}", on_top=True)

"""What the checks found: for each, how many things it looked at and the first of its faults. Counts for the summary."""

from collections import Counter
from dataclasses import dataclass, field

MOST_SHOWN = 20
"""Faults of one check, or warnings, that are kept and printed; the rest are counted."""
MOST_CHARACTERS = 400
"""Of one line: what stands in a broken file may be long."""

CHECKS = {
    "folder": "a data set's, no file is a stray",
    "records": "whole, in their place, camera as scene",
    "pictures": "there, whole, of their size",
    "blank pictures": "none is of one colour, or nearly",
    "same pictures": "no two have the same pixels",
    "same scenes": "no two show one scene from one side",
    "masks": "there, whole, numbers of its persons",
    "passes": "there, whole, of the mask's persons",
    "annotation file": "pycocotools takes it, self score is 1",
    "ids": "in order, none twice, each has its image",
    "form of labels": "all fields, right lengths, all finite",
    "labels and records": "the labels are those of the records",
    "boxes": "inside the picture, tight around the mask",
    "areas and outlines": "those of the mask",
    "keypoints": "flags 0 to 2, inside, counted rightly",
    "keypoints on masks": "visible ones lie on their person",
    "3D points": "fall on the keypoints, joints near them",
    "left and right": "the person's own, in 2D and 3D",
}
"""Check -> what holds when it finds nothing. In the order of the table."""


@dataclass
class Lines:
    """How many there were, and the first of them."""

    number: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, line: str, on_top: bool = False) -> None:
        self.number += 1
        line = line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]}…"
        self.first.insert(0 if on_top else len(self.first), line)
        del self.first[MOST_SHOWN:]


@dataclass
class Report:
    """What was found in a data set. Its size does not grow with the data set's."""

    looked: Counter = field(default_factory=Counter)
    """Check -> how many pictures, persons or files it looked at."""
    faults: dict[str, Lines] = field(default_factory=lambda: {check: Lines() for check in CHECKS})
    warnings: Lines = field(default_factory=Lines)
    pictures: int = 0
    persons: int = 0
    crowded: int = 0
    """Persons in crowds."""
    mirrored: int = 0
    """Persons whose left and right are exchanged."""
    flags: Counter = field(default_factory=Counter)
    """How many of COCO's keypoints are 0 outside, 1 hidden, 2 visible."""
    causes: Counter = field(default_factory=Counter)
    """What hides the hidden ones."""
    heights: Counter = field(default_factory=Counter)
    """Of the persons' boxes, in whole pixels."""

    def look(self, *checks: str, number: int = 1) -> None:
        for check in checks:
            self.looked[check] += number

    def fault(self, check: str, line: str, on_top: bool = False) -> None:
        self.faults[check].add(line, on_top)

    @property
    def problems(self) -> list[str]:
        """A line for each fault, at most MOST_SHOWN of a check and how many more there are."""
        lines = []
        for check, found in self.faults.items():
            lines += found.first
            if found.number > len(found.first):
                lines.append(f"and {found.number - len(found.first):,} more faults: {check}")
        return lines

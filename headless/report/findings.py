"""Warnings: what in a data set's numbers somebody should look at before training on it."""

from dataclasses import dataclass

import numpy as np

from headless.report.charts import SECTOR_NAMES
from headless.report.published import LABELLED_SHARE
from headless.report.statistics import Statistics
from headless.report.survey import MOST_LINES, Survey
from headless.report.variety import TWINS, Variety

ENOUGH_PEOPLE = 40
"""Of fewer, nothing is said about distributions: one of eight alike directions is missing among 40 once in 26 times."""
TOLERANCE = 0.07
"""Between the share of hidden keypoints asked for and reached."""
LEAST_HIDDEN, MOST_HIDDEN = 0.05, 0.6
"""Shares of the keypoints in the picture. Ours to choose: COCO has published none."""
LESS_LABELLED = 0.1
"""Below COCO's share of labelled keypoints."""
MOST_TWINS = 0.2
"""Share of poses with another just like it. A handful is what recorded takes bring with them."""


@dataclass(frozen=True)
class Finding:
    """One warning, or what is broken."""

    text: str
    lines: tuple = ()
    """Files by name, the first of them."""
    more: int = 0
    """How many there are besides."""
    problem: bool = False
    """Files are broken or missing, as against numbers that look odd."""


def find(found: Survey, variety: Variety | None, labels: bool, not_shown: list[str]) -> list[Finding]:
    """Problems first.

    Args:
        labels: whether annotations/person_keypoints.json is there.
        not_shown: a line for each picture drawn for the contact sheet that could not be.
    """
    numbers = found.statistics
    findings = [*_files(found, labels, not_shown), *_licences(found), *_asked(found)]
    if numbers.persons == 0:
        return [*findings, Finding("Nobody shows in any picture.")]
    if numbers.persons < ENOUGH_PEOPLE:
        few = f"Only {numbers.persons} people: too few to judge the distributions below, so nothing is said about them."
        return [*findings, Finding(few)]
    return [*findings, *_visibility(numbers), *_framing(numbers), *_views(numbers), *_poses(variety)]


def _files(found: Survey, labels: bool, not_shown: list[str]) -> list[Finding]:
    kinds = (
        (found.broken, "broken records, left out of every number here"),
        (found.no_picture, "records without a picture"),
        (found.no_mask, "records without a mask"),
        (found.no_record, "pictures without a record; the same render command again makes them whole"),
    )
    findings = [
        Finding(f"Files: {lines.number:,} {what}.", tuple(lines.first), lines.number - len(lines.first), problem=True)
        for lines, what in kinds
        if lines.number
    ]
    news = tuple(line for line in not_shown if line not in found.broken.first)
    if news:
        findings.append(Finding("Not to be shown on the contact sheet:", news, problem=True))
    if not labels:
        text = "There are no COCO annotations yet. Write them with `posewright annotate`."
        findings.append(Finding(text, problem=True))
    if found.missing:
        text = f"Not rendered, or failed, between the first and the last picture: {found.missing:,}."
        findings.append(Finding(text, tuple(found.gaps.first), found.gaps.number - len(found.gaps.first)))
    if found.unfinished:
        text = f"Files in progress, or left by a run that was killed: {found.unfinished}."
        findings.append(Finding(text))
    return findings


def _licences(found: Survey) -> list[Finding]:
    if found.no_catalog:
        return [Finding(f"Licences are not known: {found.no_catalog}", problem=True)]
    findings = []
    used = [found.listed[key] for key in sorted(found.used) if key in found.listed]
    forbidden = [asset.label for asset in used if asset.commercial is False]
    unknown = [asset.label for asset in used if asset.commercial is None]
    strangers = [" ".join(key) for key in sorted(found.used) if key not in found.listed]
    for names, what in (
        (forbidden, "forbids commercial use"),
        (unknown, "does not say whether commercial use is allowed"),
        (strangers, "is not known: dataset.json does not list them"),
    ):
        if names:
            text = f"Assets whose licence {what}: {len(names)}."
            findings.append(Finding(text, tuple(names[:MOST_LINES]), max(len(names) - MOST_LINES, 0)))
    return findings


def occlusion_asked(description: dict) -> float | None:
    """The share of hidden keypoints that the settings ask for; None when they ask for none."""
    ranges = description.get("ranges")
    asked = ranges.get("occlusion") if isinstance(ranges, dict) else None
    return float(asked) if isinstance(asked, (int, float)) and not isinstance(asked, bool) and 0 < asked <= 1 else None


def _asked(found: Survey) -> list[Finding]:
    asked, reached = occlusion_asked(found.description), found.statistics.hidden_share
    if asked is None or reached is None or abs(asked - reached) <= TOLERANCE:
        return []
    text = f"Occlusion {asked:.0%} was asked for, {reached:.1%} was reached: further off than {TOLERANCE:.0%}."
    return [Finding(text)]


def _visibility(numbers: Statistics) -> list[Finding]:
    findings = []
    outside, hidden, visible = numbers.flags
    share, labelled = numbers.hidden_share or 0.0, (hidden + visible) / (outside + hidden + visible)
    if share < LEAST_HIDDEN:
        text = f"Only {share:.1%} of the keypoints in the picture are hidden: little to learn about occlusion from."
        findings.append(Finding(text))
    if share > MOST_HIDDEN:
        findings.append(Finding(f"{share:.0%} of the keypoints in the picture are hidden: more guessing than seeing."))
    if labelled < LABELLED_SHARE - LESS_LABELLED:
        text = f"{labelled:.0%} of the keypoints are in the picture; COCO has {LABELLED_SHARE:.0%} of its own labelled."
        findings.append(Finding(text))
    crowded = numbers.people.counts[2:].sum() > numbers.pictures / 4
    if crowded and not numbers.causes["person"]:
        findings.append(Finding("Nobody ever hides anybody else, though pictures hold several people."))
    if numbers.unseen > 0.1 * (numbers.persons + numbers.unseen):
        findings.append(Finding(f"Of {numbers.unseen:,} people no pixel shows; they have no labels."))
    return findings


def _framing(numbers: Statistics) -> list[Finding]:
    findings = []
    if numbers.uncut > 0.98 * numbers.persons:
        findings.append(Finding("Hardly anybody is cut off by the picture's edge, as people in photographs often are."))
    for name, share in zip(("medium", "large"), numbers.areas.shares[1:], strict=True):
        if share < 0.02:
            findings.append(Finding(f"Hardly anybody is {name} as COCO counts sizes ({share:.1%})."))
    if numbers.cut["top"] > numbers.cut["bottom"]:
        findings.append(Finding("More people are cut off at the top of the picture than at the bottom."))
    return findings


def _views(numbers: Statistics) -> list[Finding]:
    if numbers.sectors.sum() < ENOUGH_PEOPLE:
        return []
    missing = [SECTOR_NAMES[number] for number in np.flatnonzero(numbers.sectors == 0)]
    text = f"Nobody is seen from the {', nor from the '.join(missing)}, of {numbers.sectors.sum():,} people."
    return [Finding(text)] if missing else []


def _poses(variety: Variety | None) -> list[Finding]:
    if variety is None or variety.twins <= MOST_TWINS:
        return []
    text = f"{variety.twins:.0%} of the poses have another within {100 * TWINS:.0f} cm, which looks the same."
    return [Finding(text)]

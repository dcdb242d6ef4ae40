"""The distributions of the page: each a chart, what to look for, what would be wrong, and COCO's figure."""

from dataclasses import dataclass

import numpy as np

from blender_addon.core.keypoints import KEYPOINT_NAMES
from headless.report import drawing, published
from headless.report.drawing import bars, compass, stacks
from headless.report.histogram import Histogram
from headless.report.person import UNEXPLAINED
from headless.report.statistics import FATES, Statistics
from headless.report.variety import TWINS, Variety

CAUSE_NAMES = {"self": "their own body", "person": "somebody else", "object": "a thing", UNEXPLAINED: "other"}
SECTOR_NAMES = ("front", "front left", "left", "back left", "back", "back right", "right", "front right")
ELEVATION_NAMES = ("under the feet", "from below", "level", "from above", "over the head")
FATE_LOOKS = (
    ("visible", drawing.OURS, None),
    ("hidden by own body", drawing.SKY, "..."),
    ("by somebody else", drawing.PINK, "///"),
    ("by a thing", drawing.GREEN, "\\\\\\"),
    ("hidden, other", drawing.COCO, "xx"),
    ("outside", drawing.GREY, None),
)


@dataclass(frozen=True)
class Chart:
    """One distribution."""

    title: str
    picture: str
    """Data address of the SVG."""
    rows: list
    """(name, count, share), the numbers behind the picture."""
    look: str
    """What to look for."""
    wrong: str
    """What would be wrong."""
    coco: str = published.NO_FIGURE
    source: published.Figure | None = None

    @property
    def alt(self) -> str:
        """Bar chart in words, as far as anybody would listen."""
        told = [f"{name} {share:.0%}" for name, _, share in self.rows[:12]]
        return f"{self.title}: {', '.join(told)}{' and so on' if len(self.rows) > 12 else ''}"


def draw_charts(found: Statistics, variety: Variety | None) -> list[Chart]:
    """All that there are numbers for. Nothing is drawn of a data set in which nobody shows."""
    if not found.persons:
        return []
    charts = [
        _flags(found),
        _labelled(found),
        _causes(found),
        _fractions(found),
        _heights(found),
        _sizes(found),
        _people(found),
        _cut(found),
    ]
    if found.sectors.any():
        charts += [_sectors(found), _elevations(found)]
    if variety:
        charts.append(_variety(variety))
    return charts


def draw_times(found: Statistics) -> Chart | None:
    """Seconds a picture; None when no record has times."""
    if not found.total.number:
        return None
    first, last = np.flatnonzero(found.total.counts)[[0, -1]]
    edges = np.unique(np.linspace(first, last + 1, min(last - first + 2, 13)).round().astype(int))
    counts = np.add.reduceat(found.total.counts, edges[:-1])
    names = [f"{found.total.edges[edge]:.3g}" for edge in edges[:-1]]
    rows = _rows([f"from {name} s" for name in names], counts)
    return Chart(
        "Seconds a picture",
        bars(names, _share(counts), "seconds from"),
        rows,
        "One hump, as wide as scenes differ.",
        "A second hump far to the right: some pictures had to wait, or the graphics card was not used for them.",
        coco="",
    )


def _share(counts) -> np.ndarray:
    return np.asarray(counts) / max(int(np.sum(counts)), 1)


def _rows(names, counts) -> list:
    return [
        (str(name), int(count), float(share)) for name, count, share in zip(names, counts, _share(counts), strict=True)
    ]


def _flags(found: Statistics) -> Chart:
    outside, hidden, visible = found.flags
    names, counts = ("visible\nv = 2", "hidden\nv = 1", "outside\nv = 0"), (visible, hidden, outside)
    labelled = published.LABELLED_SHARE
    return Chart(
        "Keypoints by visibility",
        stacks(
            ["this data set", "COCO"],
            [
                ("visible, v = 2", drawing.OURS, None),
                ("hidden, v = 1", drawing.SKY, "..."),
                ("labelled, v = 1 or 2", drawing.COCO, "///"),
                ("not labelled, v = 0", drawing.GREY, None),
            ],
            [[*_share(counts)[:2], 0, _share(counts)[2]], [0, 0, labelled, 1 - labelled]],
        ),
        _rows([name.replace("\n", ", ") for name in names], counts),
        "About as much of the 17 keypoints labelled as in COCO, and a good part of it hidden.",
        "Hardly anything hidden: an estimator would never learn to guess what it cannot see.",
        f"{published.LABELLED.says} {published.NO_SPLIT}",
        published.LABELLED,
    )


def _labelled(found: Statistics) -> Chart:
    names = [str(number) for number in range(18)]
    return Chart(
        "Keypoints in the picture, a person",
        bars(
            names,
            found.labelled.shares,
            "keypoints in the picture, of 17",
            mark=(published.LABELLED_KEYPOINTS, f"COCO's mean, {published.LABELLED_KEYPOINTS:.1f} labelled"),
        ),
        _rows(names, found.labelled.counts),
        f"Mostly whole people, and some of every lesser number. The mean here is {found.labelled.mean:.1f}.",
        "One bar alone at 17: nobody is ever cut off, as people in photographs are.",
        published.LABELLED.says,
        published.LABELLED,
    )


def _causes(found: Statistics) -> Chart:
    names = [CAUSE_NAMES[cause] for cause in found.causes]
    counts = list(found.causes.values())
    return Chart(
        "What hides the hidden keypoints",
        bars(names, _share(counts), "hidden by"),
        _rows(names, counts),
        "All three of body, somebody else and things; “other” is where a keypoint is seen but off its person's mask.",
        "No “somebody else” where pictures hold several people, or much “other”: then masks and keypoints disagree.",
        published.NO_SPLIT,
    )


def _fractions(found: Statistics) -> Chart:
    names = [f"{tenth * 10}" for tenth in range(10)]
    return Chart(
        "How much of a keypoint's surface is seen",
        bars(names, found.fractions.shares, "percent seen, from … to 10 more"),
        _rows([f"{name} to {int(name) + 10} %" for name in names], found.fractions.counts),
        "A high last bar, a lower first one, and something of everything between. Flag 2 begins at 30 %.",
        "Nothing between the ends: visibility would be decided by a point, not measured on a surface.",
    )


def _heights(found: Statistics) -> Chart:
    edges = found.heights.edges
    names = [f"{100 * edge:.0f}" for edge in edges[:-1]]
    return Chart(
        "Height of people in the picture",
        bars(names, found.heights.shares, "box over picture's height, percent from (log scale)"),
        _rows([f"from {name} %" for name in names], found.heights.counts),
        "People of all sizes; the last bar are boxes as high as the picture.",
        "One size alone: an estimator would learn one scale.",
    )


def _sizes(found: Statistics) -> Chart:
    names = ("small\n< 32²", "medium", "large\n> 96²")
    width, height = found.sizes.most_common(1)[0][0]
    return Chart(
        "Size in COCO's classes",
        bars(names, found.areas.shares, "area of the mask, pixels", coco=published.SIZES.values),
        _rows([name.replace("\n", ", ") for name in names], found.areas.counts),
        f"Mostly medium and large people: those are the ones whose keypoints COCO labels. Pictures here are mostly "
        f"{width} × {height}, COCO's are about 640 × 480.",
        "Most people small: COCO's keypoint score does not count them.",
        published.SIZES.says,
        published.SIZES,
    )


def _people(found: Statistics) -> Chart:
    most = max(int(np.flatnonzero(found.people.counts)[-1]), 4)
    names = [str(number) for number in range(most + 1)]
    counts = found.people.counts[: most + 1]
    mark = (published.PEOPLE_A_PICTURE, f"COCO's mean, {published.PEOPLE_A_PICTURE:.1f}")
    return Chart(
        "People in a picture",
        bars(names, _share(counts), "people of whom something shows", mark=mark),
        _rows(names, counts),
        f"What --persons asked for. The mean here is {found.people.mean:.1f}.",
        "One person in every picture: an estimator would not learn to tell people apart.",
        published.PEOPLE.says,
        published.PEOPLE,
    )


def _cut(found: Statistics) -> Chart:
    names = ("no keypoint outside", *(f"reaches the {side}" for side in found.cuts))
    counts = (found.uncut, *found.cuts.values())
    shares = np.array(counts) / found.persons
    short = ("whole", *found.cuts)
    return Chart(
        "Cut off by the picture's edge",
        bars(short, shares, "share of the people; one may reach several edges"),
        [(name, int(count), float(share)) for name, count, share in zip(names, counts, shares, strict=True)],
        "Whole people, and people cut off, at the bottom most of all: photographers keep heads in.",
        "Nobody cut off, or heads cut off more often than feet.",
    )


def _sectors(found: Statistics) -> Chart:
    return Chart(
        "View direction, around the body",
        compass(SECTOR_NAMES, _share(found.sectors)),
        _rows([f"from the {name}" for name in SECTOR_NAMES], found.sectors),
        "Where the camera is, around a chest that faces down the page, left and right the person's own. Dotted: all "
        "eight alike.",
        "A direction that is missing, or left and right very unlike each other.",
        published.NO_VIEWS,
    )


def _elevations(found: Statistics) -> Chart:
    return Chart(
        "View direction, along the spine",
        bars(
            [name.replace(" ", "\n", 1) for name in ELEVATION_NAMES],
            found.elevations.shares,
            "camera seen from the chest",
        ),
        _rows(ELEVATION_NAMES, found.elevations.counts),
        "Mostly level, as photographs are taken, with some of each side. Bounds are ±15° and ±50° from level.",
        "Nothing but level where the settings asked for views from above or below.",
        published.NO_VIEWS,
    )


def _variety(variety: Variety) -> Chart:
    nearest: Histogram = variety.nearest
    names = [f"{100 * edge:.3g}" for edge in nearest.edges[:-1]]
    return Chart(
        "Variety of poses",
        bars(names, nearest.shares, "cm to the pose most like it, from"),
        _rows([f"from {name} cm" for name in names], nearest.counts),
        f"How far each of {variety.poses} poses is from its nearest neighbour: the mean over 22 joints, pelvis on "
        f"pelvis, facing alike. Over all pairs the mean is {100 * variety.diversity:.1f} cm; recorded motion has "
        "15.8 cm (docs/poses.md).",
        f"Much of it in the first bar: poses under {100 * TWINS:.0f} cm apart are the same to the eye. The more "
        "pictures, the nearer neighbours come.",
    )


def keypoint_chart(found: Statistics) -> str:
    """Data address: what became of each of the 23 keypoints."""
    shares = found.fates / np.maximum(found.fates.sum(1, keepdims=True), 1)
    return stacks([name.replace("_", " ") for name in KEYPOINT_NAMES], FATE_LOOKS, shares)


def keypoint_rows(found: Statistics) -> list[dict]:
    """A row for each keypoint: name, count of each fate, share hidden of what is in the picture."""
    rows = []
    for name, counts in zip(KEYPOINT_NAMES, found.fates.tolist(), strict=True):
        inside = sum(counts[:-1])
        rows.append(
            {
                "name": name.replace("_", " "),
                "counts": dict(zip(FATES, counts, strict=True)),
                "hidden": (inside - counts[0]) / inside if inside else None,
            }
        )
    return rows

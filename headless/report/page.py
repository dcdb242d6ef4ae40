"""The page itself: numbers, charts and pictures put into the template. Whatever comes from files is escaped there."""

from pathlib import Path

import jinja2
import markupsafe

from blender_addon.core.dataset import VERSION
from headless.report import published
from headless.report.charts import CAUSE_NAMES, draw_charts, draw_times, keypoint_chart, keypoint_rows
from headless.report.findings import TOLERANCE, Finding, occlusion_asked
from headless.report.sheet import Shown
from headless.report.statistics import FATES, STAGES, Statistics
from headless.report.survey import Survey
from headless.report.variety import Variety

LONGEST = 200
"""Letters of a text out of a file."""
MOST_SETTINGS = 80


def fill_page(
    found: Survey, variety: Variety | None, findings: list[Finding], sheet: list[Shown], passes: list[tuple] = ()
) -> str:
    """The HTML. It asks for nothing from outside itself, and says so to the browser too.

    Args:
        passes: from `sheet.draw_passes`.
    """
    templates = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=templates,
        autoescape=True,
        finalize=_printable,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: "–" if share is None else f"{share:.1%}"
    environment.filters["seconds"] = _seconds
    numbers = found.statistics
    return environment.get_template("page.html").render(
        name=found.name,
        version=VERSION,
        facts=_facts(found),
        findings=findings,
        sheet=sheet,
        passes=passes,
        charts=draw_charts(numbers, variety),
        keypoints=keypoint_rows(numbers) if numbers.persons else [],
        keypoint_picture=keypoint_chart(numbers) if numbers.persons else "",
        fates=["visible", *(f"by {CAUSE_NAMES[fate]}" for fate in FATES[1:-2]), "hidden, other", "outside"],
        sources=[(source, int(count)) for source, count in sorted(numbers.sources.items(), key=_most_first)],
        persons=numbers.persons,
        assets=_assets(found),
        unused=len(found.listed) - sum(key in found.listed for key in found.used),
        nameless=found.nameless,
        times=_times(numbers),
        settings=_settings(found.description.get("ranges")),
        published=published.ALL,
        found=found,
    )


def _most_first(item) -> tuple:
    return -item[1], str(item[0])


def _text(value) -> str:
    """Of a file's value, not too long."""
    return str(value)[:LONGEST]


def _printable(value):
    """For everything that goes into the page: no letters that turn the line round or cannot be written."""
    if not isinstance(value, str) or isinstance(value, markupsafe.Markup) or value.isprintable():
        return value
    return "".join(letter if letter.isprintable() else " " for letter in value)


def _facts(found: Survey) -> list[tuple[str, str]]:
    """Name and value of what stands at the top."""
    numbers, description = found.statistics, found.description
    outside, hidden, visible = numbers.flags
    total = outside + hidden + visible
    sizes = ", ".join(
        f"{width} × {height}" for (width, height), _ in sorted(numbers.sizes.items(), key=_most_first)[:3]
    )
    facts = [
        ("pictures", f"{numbers.pictures:,}"),
        ("people", f"{numbers.persons:,}"),
        *([("people in crowds, not labelled one by one", f"{numbers.crowded:,}")] if numbers.crowded else []),
        ("keypoints", f"{total:,}"),
        *(
            (f"{name}, v = {flag}", f"{number / total:.1%}" if total else "–")
            for flag, name, number in ((2, "visible", visible), (1, "hidden", hidden), (0, "outside", outside))
        ),
    ]
    asked = occlusion_asked(description)
    if numbers.hidden_share is not None:
        reached = f"{numbers.hidden_share:.1%}"
        facts.append(("hidden, of those in the picture", reached))
        if asked is not None:
            facts.append(("occlusion asked for", f"{asked:.0%}, reached {reached} (±{TOLERANCE:.0%} is meant)"))
    versions = description.get("versions")
    if isinstance(versions, dict) and versions:
        facts.append(
            ("made with", ", ".join(f"{_text(name)} {_text(made)}" for name, made in versions.items())[:LONGEST])
        )
    return [*facts, ("seed", _text(description.get("seed", "–"))), ("size, pixels", sizes)]


def _assets(found: Survey) -> list[dict]:
    """What pictures were made with, kind by kind, the most used first."""
    rows = []
    for key, pictures in sorted(found.used.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        asset = found.listed.get(key)
        allowed = {True: "yes", False: "no", None: "not said"}[asset.commercial if asset else None]
        words = (asset.licence, asset.source, asset.author) if asset else ("not listed", "", "")
        licence, source, author = map(_text, words)
        rows.append(
            {"kind": _text(key[0]), "name": _text(key[1]), "licence": licence, "source": source, "author": author}
            | {"allowed": allowed, "pictures": pictures, "share": pictures / found.statistics.pictures}
        )
    return rows


def _times(numbers: Statistics) -> dict | None:
    """None when no record has times."""
    chart = draw_times(numbers)
    if chart is None:
        return None
    stages = [
        (stage, numbers.seconds[stage].mean, numbers.seconds[stage].quantile(0.5), numbers.seconds[stage].most)
        for stage in STAGES
        if stage in numbers.seconds
    ]
    return {
        "chart": chart,
        "stages": stages,
        "mean": numbers.total.mean,
        "median": numbers.total.quantile(0.5),
        "all": numbers.total.total,
        "slowest": [(-index, seconds) for seconds, index in sorted(numbers.slowest, reverse=True)],
        "devices": [(_text(name), count) for name, count in sorted(numbers.devices.items(), key=_most_first)],
    }


def _seconds(value: float) -> str:
    if value < 120:
        return f"{value:.3g} s"
    return f"{value / 60:.1f} min" if value < 7200 else f"{value / 3600:.1f} h"


def _settings(ranges) -> list[tuple[str, str]]:
    """What the data set was drawn from."""
    if not isinstance(ranges, dict):
        return []
    return [(_text(name), _text(_worded(value))) for name, value in list(ranges.items())[:MOST_SETTINGS]]


def _worded(value) -> str:
    """A setting as people write it."""
    if isinstance(value, list):
        return ", ".join(str(item) if isinstance(item, list) else _worded(item) for item in value[:50])
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)

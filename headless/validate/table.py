"""The printed result: a table of the checks, what is in the data set, then each fault."""

import numpy as np
from rich.console import Console
from rich.table import Table

from headless.validate.findings import CHECKS, Report


def print_report(report: Report, console: Console) -> None:
    console.print(_checks(report))
    console.print()
    console.print(_contents(report))
    for title, lines in (("warning", report.warnings), *((f"{name}", found) for name, found in report.faults.items())):
        for line in lines.first:
            # Names out of broken files must not move the terminal's cursor.
            shown = "".join(letter if letter.isprintable() else "?" for letter in line)
            console.print(f"{title}: {shown}", soft_wrap=True, markup=False, highlight=False)
        if lines.number > len(lines.first):
            console.print(f"{title}: and {lines.number - len(lines.first):,} more", highlight=False)


def _checks(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("looked at", justify="right", no_wrap=True)
    table.add_column("faults", justify="right", no_wrap=True)
    table.add_column("what holds", style="dim")
    for check, meaning in CHECKS.items():
        number = report.faults[check].number
        faults = f"[red]{number:,}[/red]" if number else "0" if report.looked[check] else "–"
        table.add_row(check, f"{report.looked[check]:,}", faults, meaning)
    return table


def _contents(report: Report) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    table.add_row("pictures", f"{report.pictures:,}")
    table.add_row("persons", f"{report.persons:,}")
    if report.crowded:
        table.add_row("persons in crowds", f"{report.crowded:,}")
    total = sum(report.flags.values())
    for flag, meaning in ((2, "visible"), (1, "hidden"), (0, "outside the picture")):
        table.add_row(f"keypoints {meaning}", _share(report.flags[flag], total))
    for cause, number in report.causes.most_common():
        table.add_row(f"  hidden: {cause}", _share(number, report.flags[1]))
    if report.heights:
        quarters = np.percentile(list(report.heights.elements()), [0, 25, 50, 75, 100])
        table.add_row("persons' heights, px", " · ".join(f"{value:.0f}" for value in quarters) + "  (quartiles)")
    table.add_row("warnings", f"{report.warnings.number:,}")
    table.add_row("faults", f"{sum(found.number for found in report.faults.values()):,}")
    return table


def _share(number: int, total: int) -> str:
    return f"{number:,} ({number / total:.1%})" if total else "0"

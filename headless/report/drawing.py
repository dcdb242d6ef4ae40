"""Charts as SVG, in colours that colour-blind people tell apart (Okabe and Ito 2008), hatched besides."""

import base64
import io

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

OURS, COCO, SKY, GREEN, PINK, GREY, INK = "#0072B2", "#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#BBBBBB", "#222222"
HATCH = "///"
STYLE = {
    "svg.fonttype": "none",  # text stays text; the browser's own font is no wider than what room is kept for
    "svg.hashsalt": "posewright",  # the same chart, the same bytes
    "font.family": ["sans-serif"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "hatch.linewidth": 0.8,
}
WIDTH = 5.0
"""Inches: charts are shown side by side, and on a phone one below the other."""


def data_address(data: bytes, kind: str) -> str:
    """What stands in for an address where a picture is part of the page."""
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _figure(height: float, left: float, bottom: float, top: float, right: float = 0.1, **projection) -> tuple:
    """A figure with one pair of axes and these margins, inches: to measure them takes as long as the drawing."""
    figure = Figure(figsize=(WIDTH, height))
    size = (WIDTH - left - right) / WIDTH, (height - bottom - top) / height
    return figure, figure.add_axes((left / WIDTH, bottom / height, *size), **projection)


def _svg(figure: Figure) -> str:
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return data_address(stream.getvalue(), "image/svg+xml")


def bars(labels, shares, label: str, coco=None, mark: tuple | None = None) -> str:
    """Shares (N,) side by side.

    Args:
        label: under the axis.
        coco: (N,) COCO's shares beside them.
        mark: (place, text) of a line across, place counted in bars from 0.
    """
    with matplotlib.rc_context(STYLE):
        bottom = 0.7 if any("\n" in name for name in labels) else 0.55
        figure, axes = _figure(3.0, left=0.5, bottom=bottom, top=0.15 if coco is None and not mark else 0.35)
        places = np.arange(len(labels))
        wide = 0.8 if coco is None else 0.4
        left = places if coco is None else places - wide / 2
        drawn = axes.bar(left, shares, wide, color=OURS, label="this data set")
        if len(labels) <= 12:
            axes.bar_label(drawn, [_percent(share) for share in shares], fontsize=8, padding=1)
        if coco is not None:
            other = axes.bar(places + wide / 2, coco, wide, color=COCO, hatch=HATCH, edgecolor=INK, label="COCO")
            axes.bar_label(other, [_percent(share) for share in coco], fontsize=8, padding=1)
        if mark:
            axes.axvline(mark[0], color=COCO, linestyle="--", linewidth=2.5, label=mark[1])
        if coco is not None or mark:
            axes.legend(frameon=False, fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), borderpad=0, ncols=2)
        axes.set_xticks(places, labels, fontsize=9 if len(labels) < 15 else 8)
        axes.set_xlabel(label)
        _shares(axes.yaxis)
        axes.margins(y=0.12)
        return _svg(figure)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share == 0 or share >= 0.01 else "<1%"


def _shares(axis) -> None:
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda share, place: f"{round(100 * share, 1):g}%")
    axis.grid(color="#DDDDDD")


def compass(labels, shares) -> str:
    """Shares (S,) of directions around a person seen from above, the first before the chest, then to their left."""
    with matplotlib.rc_context(STYLE):
        figure, axes = _figure(3.6, left=1.2, bottom=0.45, top=0.45, right=1.2, projection="polar")
        axes.set_theta_zero_location("S")  # the chest faces down the page, so the person's left is at our right
        angles = np.arange(len(shares)) * 2 * np.pi / len(shares)
        axes.bar(angles, shares, 0.94 * 2 * np.pi / len(shares), color=OURS, edgecolor="white")
        names = [f"{name}\n{_percent(share)}" for name, share in zip(labels, shares, strict=True)]
        axes.set_xticks(angles, names, fontsize=9)
        axes.tick_params(axis="x", pad=14)
        for text, angle in zip(axes.get_xticklabels(), angles, strict=True):  # the first is below
            side = np.sin(angle)
            text.set_horizontalalignment("center" if abs(side) < 0.1 else "left" if side > 0 else "right")
        axes.axhline(1 / len(shares), color=INK, linestyle=":", linewidth=1.5)
        axes.set_yticklabels([])
        axes.grid(color="#DDDDDD")
        return _svg(figure)


def stacks(rows, parts, shares) -> str:
    """One bar across for each row, cut into parts.

    Args:
        rows: (R,) names, from the top.
        parts: (P,) of (name, colour, hatch).
        shares: (R, P), each row's sum 1 or 0.
    """
    with matplotlib.rc_context(STYLE):
        figure, axes = _figure(0.95 + 0.21 * (len(rows) + 1), left=1.25, bottom=0.3, top=0.55, right=0.25)
        left = np.zeros(len(rows))
        for (name, colour, hatch), share in zip(parts, np.transpose(shares), strict=True):
            axes.barh(rows, share, 0.84, left=left, color=colour, hatch=hatch, edgecolor="white", lw=0.3, label=name)
            left = left + share
        axes.set_xlim(0, 1)
        axes.tick_params(axis="y", labelsize=9, length=0)
        _shares(axes.xaxis)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        figure.legend(loc="upper center", ncols=3, frameon=False, fontsize=9, borderpad=0.1)
        return _svg(figure)

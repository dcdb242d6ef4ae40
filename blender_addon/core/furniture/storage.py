"""Shelves, cabinets, fridges. Fronts face -Y."""

import itertools

import numpy as np

from . import finishes
from .finishes import choose, uniform
from .solids import box, boxes, moved, rod, roll, rounded_path, tube


def sample_bookshelf(rng) -> dict:
    wood = finishes.any_wood(rng)
    return {
        "width": uniform(rng, 0.6, 1.1),
        "depth": uniform(rng, 0.26, 0.34),
        "height": uniform(rng, 0.9, 1.95),
        "shelves": int(rng.integers(3, 6)),
        "filled": uniform(rng, 0.5, 1.0),
        "materials": {
            "board": wood,
            "back": {**wood, "color": [round(c * 0.8, 4) for c in wood["color"]]},
            "paper": finishes.plain("plastic", (0.68, 0.63, 0.52), 0.8),
            **{f"book{i}": finishes.book_cloth(rng) for i in range(6)},
        },
    }


def bookshelf_parts(params, rng) -> list:
    w, d, h, count = params["width"], params["depth"], params["height"], params["shelves"]
    thick = 0.022
    parts = [box("board", (thick, d, h), (i * (w - thick) / 2, 0, h / 2)) for i in (-1, 1)]
    parts.append(box("back", (w - 2 * thick, 0.006, h - 0.06), (0, d / 2 - 0.005, h / 2 + 0.02), 0.001))
    parts.append(box("board", (w - 2 * thick, 0.016, 0.06), (0, -d / 2 + 0.03, 0.03), 0.002))
    levels = np.append(np.linspace(0.07, h - thick / 2, count + 1), h)
    books = []
    for z, above in itertools.pairwise(levels):
        parts.append(box("board", (w - 2 * thick, d - 0.008, thick), (0, 0, z), 0.002))
        if above < h:
            reach = (w - 2 * thick) * min(1.0, params["filled"] * rng.uniform(0.6, 1.4))
            books += _row_of_books(reach, w / 2 - thick, z + thick / 2, above - z - 2 * thick, d, rng)
    return parts + _book_parts(books, rng)


def _row_of_books(reach, half, z, room, depth, rng) -> list:
    """Places for books: (size (3,), centre (3,), lean). Most upright, one leaning where the row ends."""
    books, x = [], -half + 0.004
    while True:
        thick, tall = rng.uniform(0.014, 0.045), min(room - 0.01, rng.uniform(0.17, 0.29))
        deep = min(depth - 0.05, tall * rng.uniform(0.66, 0.78))
        y = -depth / 2 + 0.015 + deep / 2 + abs(rng.normal(0, 0.008))
        if x + thick + 0.06 > reach - half:
            if x + thick + 0.08 < half and books:
                angle = min(0.22, 0.05 / tall)
                shift, lift = np.sin(angle) * tall / 2 + 0.003, thick * 0.5 * np.sin(angle)
                books.append(((thick, deep, tall), (x + thick / 2 + shift, y, z + tall / 2 + lift), -angle))
            return books
        books.append(((thick, deep, tall), (x + thick / 2, y, z + tall / 2), 0.0))
        x += thick + 0.0015


def _book_parts(books, rng) -> list:
    """Covers of six cloths, pages between them, a band on some spines, which face -Y."""
    sizes, centres = (np.array([book[k] for book in books]) for k in (0, 1))
    turns = np.array([roll(book[2]) for book in books])
    cover, tone = rng.integers(6, size=len(books)), rng.uniform(-0.8, 0.8, len(books))
    zero, half = np.zeros(len(books)), sizes / 2

    def pieces(material, size, offset, chosen, bevel=0.001):
        places = centres + np.einsum("bij,bj->bi", turns, np.stack(offset, -1))
        size = np.stack(size, -1)[chosen]
        return boxes(material, size, places[chosen], bevel, 1, turns[chosen], 2, tone[chosen])

    thick, deep, tall = sizes.T
    parts = [pieces("paper", (thick - 0.005, deep - 0.008, tall - 0.008), (zero, zero + 0.002, zero), cover >= 0)]
    band = tone > 0.25
    if band.any():
        offset = (zero, -half[:, 1] - 0.0007, tall * 0.22)
        parts.append(pieces("paper", (thick * 0.96, zero + 0.002, tall * 0.07), offset, band, 0.0005))
    for k in np.unique(cover):
        of = cover == k
        for side in (-1, 1):
            offset = (side * (half[:, 0] - 0.00125), zero, zero)
            parts.append(pieces(f"book{k}", (zero + 0.0025, deep, tall), offset, of))
        parts.append(pieces(f"book{k}", (thick, zero + 0.006, tall), (zero, 0.002 - half[:, 1], zero), of, 0.0028))
    return parts


def sample_cabinet(rng) -> dict:
    style = choose(rng, ["sideboard", "wardrobe", "filing", "kitchen"])
    sizes = {
        "sideboard": ((1.1, 1.7), (0.38, 0.46), (0.68, 0.85)),
        "wardrobe": ((0.8, 1.2), (0.5, 0.6), (1.7, 2.0)),
        "filing": ((0.4, 0.5), (0.5, 0.62), (0.7, 1.33)),
        "kitchen": ((0.6, 1.2), (0.56, 0.6), (0.86, 0.92)),
    }[style]
    body = finishes.painted_metal(rng) if style == "filing" else finishes.any_wood(rng)
    front = body if style == "filing" or rng.random() < 0.6 else finishes.painted_wood(rng)
    worktop = choose(rng, [finishes.wood, finishes.concrete])(rng) if style == "kitchen" else body
    return {
        "style": style,
        **{name: uniform(rng, *size) for name, size in zip(("width", "depth", "height"), sizes, strict=True)},
        "doors": int(rng.integers(2, 4)),
        "framed": bool(rng.random() < 0.5),
        "materials": {
            "body": body,
            "front": front,
            "top": worktop,
            "handle": finishes.metal(rng),
            "foot": finishes.dark_metal(rng),
        },
    }


def cabinet_parts(params, rng) -> list:
    w, d, h, style = params["width"], params["depth"], params["height"], params["style"]
    foot = {"sideboard": 0.14, "wardrobe": 0.06, "filing": 0.03, "kitchen": 0.10}[style]
    thick = 0.035 if style == "kitchen" else 0.022
    low, high, front = foot, h - thick, -d / 2 + 0.022
    parts = [box("body", (w - 0.004, d - 0.03, high - low), (0, 0.013, (high + low) / 2), 0.003)]
    parts.append(
        box("top", (w + (0.02 if style == "kitchen" else 0.006), d, thick), (0, 0, h - thick / 2), 0.003, 2, along=0)
    )
    if style == "sideboard":
        for i in (-1, 1):
            for j in (-1, 1):
                foot_at, head = (
                    (i * (w / 2 - 0.06), j * (d / 2 - 0.05), 0),
                    (i * (w / 2 - 0.10), j * (d / 2 - 0.08), low + 0.01),
                )
                parts.append(rod("foot", foot_at, head, 0.010, 0.017))
    else:
        parts.append(box("foot", (w - 0.03, d - 0.10, low), (0, 0.02, low / 2), 0.002))
    if style == "filing":
        return parts + drawers(
            "front", "handle", w - 0.01, low + 0.004, high - 0.002, 0, front - 0.004, 4 if h > 1 else 2
        )
    each, top = (w - 0.012) / params["doors"], high
    if style in ("kitchen", "sideboard"):
        top = high - 0.17
        for k in range(params["doors"]):
            x = -w / 2 + 0.006 + (k + 0.5) * each
            parts += drawers("front", "handle", each, top + 0.002, high - 0.002, x, front - 0.004, 1)
    for k in range(params["doors"]):
        x, swing = -w / 2 + 0.006 + (k + 0.5) * each, 1 if k % 2 == 0 else -1
        parts += _door((x, front - 0.004, (low + top) / 2), each - 0.005, top - low - 0.006, params["framed"], swing)
    return parts


def _door(centre, width, height, framed, swing) -> list:
    """A flat or framed door with a bar handle on the side it opens."""
    if framed:
        rail, parts = 0.07, [box("front", (width - 0.12, 0.010, height - 0.12), (0, 0.004, 0), 0.001)]
        parts += [box("front", (rail, 0.02, height), (i * (width - rail) / 2, 0, 0), 0.0025) for i in (-1, 1)]
        parts += [
            box("front", (width - 2 * rail, 0.02, rail), (0, 0, i * (height - rail) / 2), 0.0025) for i in (-1, 1)
        ]
    else:
        parts = [box("front", (width, 0.02, height), (0, 0, 0), 0.002, 2)]
    z = height * 0.5 - 0.18 if height < 1 else 0.0
    parts += bar_handle("handle", (swing * (width / 2 - 0.035), -0.01, z), 0.13, roll(np.pi / 2))
    return moved(parts, centre)


def sample_fridge(rng) -> dict:
    steel = rng.random() < 0.35
    body = (
        {**finishes.metal(rng), "color": [0.5, 0.5, 0.51], "rough": 0.35}
        if steel
        else finishes.painted_metal(rng, wear=(0, 0.12))
    )
    return {
        "width": uniform(rng, 0.55, 0.7),
        "depth": uniform(rng, 0.58, 0.68),
        "height": uniform(rng, 1.2, 1.85),
        "split": uniform(rng, 0.3, 0.68),
        "round": uniform(rng, 0.008, 0.05),
        "side": int(choose(rng, [-1, 1])),
        "materials": {
            "body": body,
            "handle": finishes.metal(rng),
            "seal": finishes.rubber(rng),
            "note": finishes.plastic(rng),
        },
    }


def fridge_parts(params, rng) -> list:
    w, d, h, side, r = params["width"], params["depth"], params["height"], params["side"], params["round"]
    front = -d / 2 + 0.035
    parts = [box("body", (w, d - 0.09, h - 0.03), (0, 0.045, 0.03 + (h - 0.03) / 2), min(r, 0.03), 3)]
    parts.append(box("seal", (w - 0.02, 0.03, h - 0.08), (0, front + 0.045, h / 2 + 0.02), 0.004))
    parts.append(box("seal", (w - 0.05, d - 0.14, 0.04), (0, 0.03, 0.02), 0.004))
    gap = 0.06 + (h - 0.06) * params["split"]
    for low, high, near in ((0.05, gap - 0.004, 1), (gap + 0.004, h, -1)):
        parts.append(box("body", (w, 0.07, high - low), (0, front, (low + high) / 2), max(r * 0.6, 0.008), 3))
        length = min(0.42, (high - low) * 0.5)
        z = (high - 0.06 - length / 2) if near > 0 else (low + 0.06 + length / 2)
        grip = rounded_path(
            [(0, 0.04, -length / 2), (0, -0.02, -length / 2), (0, -0.02, length / 2), (0, 0.04, length / 2)], 0.02
        )
        parts += moved([tube("handle", grip, 0.009)], (side * (w / 2 - 0.05), front - 0.06, z))
    for i in range(int(rng.integers(0, 5))):  # magnets and notes
        centre = (rng.uniform(-0.3, 0.3) * w, front - 0.0355, rng.uniform(gap + 0.15, max(gap + 0.16, h - 0.12)))
        parts.append(box("note", (0.07, 0.001, 0.07 + 0.03 * (i % 2)), centre, 0.0004, turn=roll(rng.normal(0, 0.1))))
    return parts


def drawers(material, handle, width, low, high, x, front, count) -> list:
    """Fronts with a shadow gap and a bar to pull."""
    parts, each = [], (high - low) / count
    for i in range(count):
        z = low + (i + 0.5) * each
        parts.append(box(material, (width - 0.006, 0.019, each - 0.005), (x, front, z), 0.002, along=0))
        parts += bar_handle(handle, (x, front - 0.01, z + each * 0.2), min(0.16, width * 0.4))
    return parts


def bar_handle(material, centre, length, turn=None) -> list:
    bar = [(-length / 2, 0, 0), (-length / 2, -0.03, 0), (length / 2, -0.03, 0), (length / 2, 0, 0)]
    return moved([tube(material, rounded_path(bar, 0.012, 3), 0.005, 8)], centre, turn)

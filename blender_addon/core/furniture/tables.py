"""Tables and desks. Fronts face -Y."""

import numpy as np

from . import finishes
from .finishes import choose, uniform
from .solids import box, lathe, moved, rounded_path, tube, yaw
from .storage import drawers


def _planks(material, length, depth, thick, top, count, rng) -> list:
    """A board, or several side by side with the gaps that glue leaves."""
    width = depth / count
    return [
        box(
            material,
            (length, width - (0.0012 if count > 1 else 0), thick),
            (0, -depth / 2 + (i + 0.5) * width, top - thick / 2 + rng.uniform(-0.0004, 0.0004)),
            0.003,
            2,
            along=0,
        )
        for i in range(count)
    ]


def sample_table(rng) -> dict:
    style = choose(rng, ["legs", "legs", "round", "trestle", "loop"])
    top = finishes.wood(rng) if rng.random() < 0.75 else finishes.painted_wood(rng)
    legs = finishes.dark_metal(rng) if style == "loop" else (top if rng.random() < 0.7 else finishes.any_wood(rng))
    length = uniform(rng, 0.8, 1.2) if style == "round" else uniform(rng, 1.0, 1.9)
    return {
        "style": style,
        "length": length,
        "depth": length if style == "round" else uniform(rng, 0.7, 0.95),
        "height": uniform(rng, 0.72, 0.77),
        "thick": uniform(rng, 0.022, 0.042),
        "leg": uniform(rng, 0.045, 0.08),
        "planks": int(rng.integers(1, 7)),
        "turned": bool(rng.random() < 0.4),
        "materials": {"top": top, "leg": legs},
    }


def table_parts(params, rng) -> list:
    w, d, h, thick, leg = (params[k] for k in ("length", "depth", "height", "thick", "leg"))
    if params["style"] == "round":
        return _pedestal_table(w / 2, h, thick, leg)
    parts, under = _planks("top", w, d, thick, h, params["planks"], rng), h - thick
    x, y = w / 2 - leg, d / 2 - leg
    if params["style"] == "legs":
        for i in (-1, 1):
            for j in (-1, 1):
                if params["turned"]:
                    parts += _turned_leg("leg", (i * x, j * y, 0), under, leg / 2)
                else:
                    parts.append(box("leg", (leg, leg, under), (i * x, j * y, under / 2), 0.004, taper=0.62))
        parts += [box("leg", (2 * x - leg, 0.02, 0.08), (0, j * y, under - 0.04)) for j in (-1, 1)]
        parts += [box("leg", (0.02, 2 * y - leg, 0.08), (i * x, 0, under - 0.04)) for i in (-1, 1)]
    elif params["style"] == "trestle":
        for i in (-1, 1):
            parts.append(box("leg", (leg, leg * 1.8, under - 0.10), (i * (x - 0.12), 0, under / 2), 0.005))
            parts.append(box("leg", (leg * 1.1, d * 0.82, 0.05), (i * (x - 0.12), 0, 0.025), 0.012, 2))
            parts.append(box("leg", (leg * 1.1, d * 0.82, 0.05), (i * (x - 0.12), 0, under - 0.025), 0.012, 2))
        parts.append(box("leg", (2 * x - 0.3, 0.03, 0.11), (0, 0, under * 0.4), 0.005))
    else:  # a frame of flat steel at each end
        for i in (-1, 1):
            for size, centre in (
                ((0.02, 2 * y, leg), (0, 0, leg / 2)),
                ((0.02, 2 * y, leg), (0, 0, under - leg / 2)),
                ((0.02, leg, under - 2 * leg), (0, y - leg / 2, under / 2)),
                ((0.02, leg, under - 2 * leg), (0, leg / 2 - y, under / 2)),
            ):
                parts.append(box("leg", size, (i * (x - 0.08), *centre[1:]), 0.002))
    return parts


def _turned_leg(material, foot, height, radius) -> list:
    """Square where the rails meet it, turned below."""
    block = 0.13
    r, t = radius, (height - block) / 10
    heights = [0, 0.1, 0.6, 0.9, 1.2, 5.5, 8.0, 8.6, 8.9, 9.4, 10]
    widths = [0.55, 0.72, 0.8, 0.5, 0.55, 0.85, 0.98, 0.6, 0.95, 0.95, 0.8]
    profile = [(0, 0), *[(r * a, t * b) for a, b in zip(widths, heights, strict=True)], (0, height - block)]
    top = box(material, (2 * r, 2 * r, block), np.add(foot, (0, 0, height - block / 2)), 0.003, along=2)
    return [lathe(material, profile, foot, 20), top]


def _pedestal_table(radius, h, thick, leg) -> list:
    ease = thick * 0.3
    rim = [(0, h - thick), (radius - ease, h - thick), (radius, h - thick + ease), (radius, h - ease)]
    parts = [lathe("top", [*rim, (radius - ease * 0.4, h - ease * 0.3), (radius - ease, h), (0, h)], sides=72, along=0)]
    column = [
        (0, 0.10),
        (leg, 0.10),
        (leg * 1.2, 0.2),
        (leg * 0.7, 0.3),
        (leg * 0.62, h * 0.7),
        (leg, h - thick - 0.05),
    ]
    parts.append(
        lathe("leg", [*column, (leg * 1.8, h - thick - 0.03), (leg * 1.8, h - thick), (0, h - thick)], sides=28)
    )
    section = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * np.sqrt(0.5)
    for a in np.arange(4) * np.pi / 2 + np.pi / 4:
        out = np.array([np.cos(a), np.sin(a), 0])
        path = [out * leg * 0.5 + (0, 0, 0.17), out * radius * 0.3 + (0, 0, 0.14), out * radius * 0.62 + (0, 0, 0.035)]
        parts.append(
            tube("leg", rounded_path(path, 0.15, 6), np.linspace(0.05, 0.03, 9), section=section, smooth=False)
        )
        parts.append(
            lathe("leg", [(0, 0), (0.022, 0), (0.024, 0.02), (0.018, 0.035), (0, 0.035)], out * radius * 0.6, 12)
        )
    return parts


def sample_desk(rng) -> dict:
    top, metal = finishes.any_wood(rng), rng.random() < 0.45
    return {
        "style": "metal" if metal else "panel",
        "length": uniform(rng, 1.1, 1.6),
        "depth": uniform(rng, 0.58, 0.78),
        "height": uniform(rng, 0.72, 0.76),
        "drawers": int(rng.integers(2, 4)),
        "side": int(choose(rng, [-1, 1])),
        "things": bool(rng.random() < 0.7),
        "materials": {
            "top": top,
            "frame": finishes.painted_metal(rng) if metal else top,
            "drawer": finishes.any_wood(rng) if rng.random() < 0.4 else top,
            "handle": finishes.metal(rng),
            "screen": finishes.plain("plastic", (0.012, 0.012, 0.013), 0.25),
            "paper": finishes.plain("plastic", (0.75, 0.74, 0.7), 0.7),
        },
    }


def desk_parts(params, rng) -> list:
    w, d, h, side = params["length"], params["depth"], params["height"], params["side"]
    parts = [box("top", (w, d, 0.028), (0, 0, h - 0.014), 0.003, 2)]
    under, block = h - 0.028, 0.42
    if params["style"] == "metal":
        for i in (-1, 1):
            x = i * (w / 2 - 0.03)
            parts += [box("frame", (0.04, 0.04, under), (x, j * (d / 2 - 0.03), under / 2)) for j in (-1, 1)]
            parts.append(box("frame", (0.035, d - 0.1, 0.04), (x, 0, under - 0.02)))
        parts.append(box("frame", (w - 0.1, 0.03, 0.05), (0, d / 2 - 0.03, under - 0.03)))
    else:
        parts += [box("frame", (0.025, d - 0.04, under), (i * (w / 2 - 0.02), 0, under / 2)) for i in (-1, 1)]
        parts.append(box("frame", (w - 0.07, 0.018, under * 0.55), (0, d / 2 - 0.06, under * 0.7)))
    x, low = side * (w / 2 - 0.06 - block / 2), 0.05
    parts.append(box("top", (block, d - 0.08, under - low - 0.004), (x, 0.02, (under + low) / 2 - 0.002)))
    parts.append(box("handle", (block - 0.06, d - 0.16, low), (x, 0.02, low / 2)))
    parts += drawers("drawer", "handle", block, low + 0.01, under - 0.01, x, -d / 2 + 0.05, params["drawers"])
    if params["things"]:
        parts += _desk_things(w, d, h, -side, rng)
    return parts


def _desk_things(w, d, h, side, rng) -> list:
    """A screen, a keyboard, a pile of paper."""
    x, turn = side * w * 0.12, yaw(rng.normal(0, 0.12))
    screen = [
        box("screen", (0.54, 0.022, 0.33), (0, 0.06, 0.30), 0.006, 2),
        box("handle", (0.05, 0.018, 0.24), (0, 0.085, 0.13), 0.004),
        box("handle", (0.22, 0.17, 0.012), (0, 0.08, 0.006), 0.004),
        box("screen", (0.44, 0.13, 0.02), (0, -0.17, 0.01), 0.006, 2),
    ]
    parts = moved(screen, (x, 0.05, h), turn)
    for i in range(int(rng.integers(2, 6))):
        centre = (side * w * 0.38, -d * 0.05, h + 0.01 + i * 0.02)
        parts.append(
            box(choose(rng, ["paper", "drawer"]), (0.21, 0.29, 0.019), centre, 0.002, turn=yaw(rng.normal(0, 0.15)))
        )
    return parts

"""Things that are carried and rolled: boxes, suitcases, barrels."""

import numpy as np

from . import finishes
from .finishes import choose, uniform
from .solids import FACING_FRONT, box, lathe, lean, moved, plate, rod, roll, rounded_path, sheet, tube, yaw


def sample_cardboard_boxes(rng) -> dict:
    count = int(rng.integers(1, 5))
    sizes = [[uniform(rng, *r) for r in ((0.42, 0.62), (0.32, 0.45), (0.28, 0.45))] for _ in range(count)]
    sizes.sort(key=lambda size: -size[0] * size[1])
    return {
        "sizes": sizes,
        "open": bool(rng.random() < 0.3),
        "materials": {
            "board": finishes.cardboard(rng),
            "tape": finishes.plain("plastic", (0.33, 0.2, 0.09) if rng.random() < 0.7 else (0.55, 0.52, 0.46), 0.2),
            "print": finishes.plain("plastic", (0.05, 0.035, 0.03), 0.85),
            "label": finishes.plain("plastic", (0.75, 0.74, 0.72), 0.6),
        },
    }


def cardboard_boxes_parts(params, rng) -> list:
    parts, z = [], 0.0
    for i, size in enumerate(params["sizes"]):
        top = i == len(params["sizes"]) - 1
        carton = _carton(*size, opened=params["open"] and top, rng=rng)
        parts += moved(carton, (*rng.normal(0, 0.015, 2), z), yaw(rng.normal(0, 0.09)))
        z += size[2] + 0.001
    return parts


def _carton(w, d, h, opened, rng) -> list:
    """A taped box: sides a little bellied, flaps that meet in the middle, a label and a printed mark."""
    parts = []
    for axis, sign in ((1, -1), (1, 1), (0, -1), (0, 1)):
        span, reach = (w, d / 2) if axis else (d, w / 2)
        u, v = np.linspace(-1, 1, 9)[:, None], np.linspace(0, 1, 7)[None]
        belly = reach - 0.002 + rng.uniform(0.001, 0.008) * (1 - u**4) * np.sin(np.pi * v)
        grid = np.stack([u * span / 2 + 0 * v, -belly, v * h + 0 * u], -1)
        parts += moved(
            [sheet("board", grid, 0.004, tone=rng.uniform(-0.2, 0.2))],
            turn=yaw(np.arctan2(sign, 0) + np.pi / 2 if axis else sign * np.pi / 2),
        )
    parts.append(box("board", (w - 0.006, d - 0.006, 0.005), (0, 0, 0.0025), 0.001))
    if opened:
        for k, (span, reach, flap) in enumerate(
            ((w, d / 2, d / 2), (w, d / 2, d / 2), (d, w / 2, d / 2), (d, w / 2, d / 2))
        ):
            fold = lean(-rng.uniform(0.6, 2.2))
            leaf = moved(
                [box("board", (span - 0.006, 0.004, flap), (0, 0, flap / 2), 0.001, along=0)],
                (0, -reach + 0.002, h),
                None,
            )
            leaf = moved(moved(moved(leaf, (0, reach - 0.002, -h)), turn=fold), (0, -reach + 0.002, h))
            parts += moved(leaf, turn=yaw((0, np.pi, np.pi / 2, -np.pi / 2)[k]))
    else:
        for i in (-1, 1):
            parts.append(
                box(
                    "board", (w - 0.002, d / 2 - 0.002, 0.004), (0, i * d / 4, h - 0.002), 0.0015, along=0, tone=i * 0.1
                )
            )
        parts.append(box("tape", (w + 0.003, 0.05, 0.0008), (0, 0, h + 0.0006), 0.0003))
        parts += [box("tape", (0.0008, 0.05, 0.08), (i * (w / 2 + 0.002), 0, h - 0.04), 0.0003) for i in (-1, 1)]
    front = -d / 2 - 0.0085
    parts.append(
        box("label", (0.14, 0.0008, 0.09), (-w * 0.2, front, h * 0.62), 0.0003, turn=roll(rng.normal(0, 0.03)))
    )
    for k in range(4):
        line, z = 0.10 - 0.022 * k, h * 0.62 + 0.024 - 0.016 * k
        parts.append(box("print", (line, 0.0006, 0.006), (line / 2 - 0.058 - w * 0.2, front - 0.0008, z), 0.0002))
    arrow = (
        np.array([[-0.012, 0], [0.012, 0], [0.012, 0.05], [-0.012, 0.05]]),
        np.array([[-0.03, 0.05], [0.03, 0.05], [0, 0.09]]),
    )
    for x in (w * 0.22, w * 0.22 + 0.08):
        parts += moved(
            [plate("print", outline, 0.0006, 0.0002) for outline in arrow], (x, front + 0.0012, h * 0.5), FACING_FRONT
        )
    return parts


def sample_suitcase(rng) -> dict:
    return {
        "width": uniform(rng, 0.36, 0.5),
        "depth": uniform(rng, 0.22, 0.31),
        "height": uniform(rng, 0.55, 0.78),
        "ribs": int(rng.integers(5, 10)),
        "soft": bool(rng.random() < 0.35),
        "handle_up": uniform(rng, 0.25, 0.40) if rng.random() < 0.6 else 0.03,
        "materials": {
            "shell": finishes.plastic(rng),
            "cloth": {**finishes.upholstery(rng), "surface": "fabric", "rough": 0.9},
            "trim": finishes.rubber(rng),
            "metal": finishes.metal(rng),
        },
    }


def suitcase_parts(params, rng) -> list:
    w, d, h = params["width"], params["depth"], params["height"]
    low, tall = 0.055, h - 0.055
    z, body = low + tall / 2, "cloth" if params["soft"] else "shell"
    parts = [box(body, (w, d / 2 - 0.003, tall), (0, s * d / 4, z), 0.045, 4, tone=0.0) for s in (-1, 1)]
    parts.append(box("trim", (w - 0.012, 0.016, tall - 0.012), (0, 0, z), 0.005, 2))
    if params["soft"]:
        for centre, size in (
            ((0, -d / 2 - 0.012, z - tall * 0.14), (w * 0.8, 0.04, tall * 0.56)),
            ((0, -d / 2 - 0.008, z + tall * 0.32), (w * 0.8, 0.03, tall * 0.2)),
        ):
            parts.append(box("cloth", size, centre, 0.018, 3, tone=0.1))
            rail = [(-size[0] / 2 + 0.015, 0, size[2] / 2 - 0.012), (size[0] / 2 - 0.015, 0, size[2] / 2 - 0.012)]
            parts += moved([tube("trim", rail, 0.004, 6)], np.add(centre, (0, -size[1] / 2 + 0.001, 0)))
    else:
        for x in np.linspace(-w / 2 + 0.07, w / 2 - 0.07, params["ribs"]):
            for s in (-1, 1):
                rib = box(
                    "shell",
                    ((w - 0.14) / params["ribs"] * 0.55, 0.014, tall - 0.09),
                    (x, s * (d / 2 - 0.004), z),
                    0.006,
                    2,
                    tone=0.0,
                )
                parts.append(rib)
    for i in (-1, 1):
        for j in (-1, 1):
            x, y = i * (w / 2 - 0.05), j * (d / 2 - 0.05)
            parts.append(box("trim", (0.05, 0.05, 0.03), (x, y, 0.055), 0.01, 2))
            parts += [
                rod("trim", (x + s * 0.014 - 0.006, y, 0.024), (x + s * 0.014 + 0.006, y, 0.024), 0.024, sides=20)
                for s in (-1, 1)
            ]
    grip = [(-0.08, 0, 0), (-0.08, 0, 0.03), (0.08, 0, 0.03), (0.08, 0, 0)]
    parts.append(tube("trim", rounded_path(np.add(grip, (0, -0.03, h - 0.004)), 0.02), 0.009))
    parts += moved([tube("trim", rounded_path(grip, 0.02), 0.008)], (w / 2 - 0.004, 0, z), roll(np.pi / 2))
    x, y, top = w * 0.2, d / 2 - 0.05, h + params["handle_up"]
    parts += [rod("metal", (i * x, y, h - 0.02), (i * x, y, top), 0.008) for i in (-1, 1)]
    parts.append(box("trim", (2 * x + 0.05, 0.03, 0.03), (0, y, top), 0.012, 3))
    return parts


def sample_barrel(rng) -> dict:
    wooden = rng.random() < 0.5
    signal = choose(rng, list(finishes.SIGNAL.values()))
    return {
        "style": "wood" if wooden else "drum",
        "radius": uniform(rng, 0.26, 0.34) if wooden else 0.29,
        "height": uniform(rng, 0.75, 0.95) if wooden else 0.88,
        "staves": int(rng.integers(18, 26)),
        "materials": {
            "body": finishes.outdoor_wood(rng) if wooden else finishes.painted_metal(rng, signal, (0.4, 1.0)),
            "hoop": {**finishes.dark_metal(rng), "wear": 0.9} if wooden else finishes.metal(rng),
        },
    }


def barrel_parts(params, rng) -> list:
    r, h = params["radius"], params["height"]
    if params["style"] == "drum":
        rim = [(0, 0.012), (r - 0.012, 0.012), (r - 0.010, 0), (r + 0.004, 0), (r + 0.004, 0.016), (r - 0.004, 0.02)]
        for third in (h / 3, 2 * h / 3):
            rim += [
                (r - 0.004, third - 0.03),
                (r + 0.008, third - 0.010),
                (r + 0.008, third + 0.010),
                (r - 0.004, third + 0.03),
            ]
        lid = [(r - 0.004, h - 0.02), (r + 0.004, h - 0.016), (r + 0.004, h), (r - 0.010, h), (r - 0.012, h - 0.014)]
        parts = [lathe("body", [*rim, *lid, (0, h - 0.014)], sides=64)]
        for x, size in ((r * 0.62, 0.035), (-r * 0.62, 0.022)):
            parts.append(
                lathe("hoop", [(size, 0), (size, 0.008), (size * 0.6, 0.010), (0, 0.010)], (x, 0, h - 0.014), 16)
            )
        return parts
    v = np.linspace(0, 1, 9)
    bulge = r * (0.80 + 0.20 * np.sin(np.pi * v) ** 0.9) - 0.011
    parts = []
    for i in range(params["staves"]):
        turn, half = 2 * np.pi * i / params["staves"], np.pi / params["staves"] * 0.985
        angle = turn + np.array([-1, 0, 1])[:, None] * half
        grid = np.stack([np.cos(angle) * bulge, np.sin(angle) * bulge, v * h + 0 * angle], -1)
        parts.append(sheet("body", grid, 0.022, tone=rng.uniform(-1, 1), along=2))
    for share in (0.03, 0.2, 0.36, 0.64, 0.8, 0.97):
        z = np.clip(np.array([share - 0.025, share + 0.025]), 0.001, 0.999)
        out = np.interp(z, v, bulge) + 0.0125
        (a, b), (low, high) = out, z * h
        parts.append(
            lathe("hoop", [(a - 0.002, low), (a + 0.001, low), (b + 0.001, high), (b - 0.002, high)], sides=48)
        )
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    for z in (0.03, h - 0.05):
        disc = plate("body", np.stack([np.cos(angle), np.sin(angle)], -1) * (r * 0.8 - 0.012), 0.02)
        parts += moved([disc], (0, 0, z))
    return parts

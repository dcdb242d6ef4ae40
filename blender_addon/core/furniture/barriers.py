"""What keeps people out: fences, railings, walls, road works. Long things run along X; fronts face -Y."""

import numpy as np

from . import finishes
from .finishes import SIGNAL, choose, uniform
from .solids import FACING_FRONT, box, boxes, lathe, lean, moved, plate, rod, roll, rounded_path, tube, yaw

WHITE = (0.72, 0.72, 0.70)


def sample_fence(rng) -> dict:
    style = choose(rng, ["picket", "boards", "ranch"])
    return {
        "style": style,
        "length": uniform(rng, 1.4, 2.4),
        "height": uniform(rng, 0.85, 1.25) if style != "boards" else uniform(rng, 1.0, 1.6),
        "board": uniform(rng, 0.07, 0.12),
        "gap": uniform(rng, 0.01, 0.06),
        "materials": {"board": finishes.outdoor_wood(rng) if rng.random() < 0.6 else finishes.painted_wood(rng)},
    }


def fence_parts(params, rng) -> list:
    w, h, board, style = params["length"], params["height"], params["board"], params["style"]
    parts = []
    for x in (-w / 2 + 0.05, w / 2 - 0.05, *([0.0] if w > 1.9 else [])):
        parts.append(box("board", (0.09, 0.09, h * 0.97), (x, 0.03, h * 0.485), 0.006, 2))
        parts += moved(
            [plate("board", np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * 0.055, 0.02, 0.008)], (x, 0.03, h * 0.97)
        )
    if style == "ranch":
        for z in np.linspace(0.28, h - 0.08, 3):
            parts.append(box("board", (w, 0.028, 0.13), (0, -0.03, z), 0.004, turn=roll(rng.normal(0, 0.006))))
        return parts
    if style == "boards":
        count = int(h / (board + params["gap"] * 0.4))
        each = (h - 0.05) / count
        for i in range(count):
            parts.append(
                box("board", (w, 0.022, each - 0.006), (rng.normal(0, 0.003), -0.026, 0.05 + (i + 0.5) * each), 0.003)
            )
        return parts
    parts += [box("board", (w, 0.03, 0.07), (0, 0.0, z), 0.004) for z in (h * 0.25, h * 0.78)]
    count = int(w / (board + params["gap"]))
    for x in np.linspace(-w / 2 + board / 2, w / 2 - board / 2, count):
        tall, half = h - 0.04 + rng.normal(0, 0.004), board / 2
        outline = np.array(
            [
                [-half, 0],
                [half, 0],
                [half, tall - half],
                [half * 0.4, tall - half * 0.2],
                [0, tall],
                [-half * 0.4, tall - half * 0.2],
                [-half, tall - half],
            ]
        )
        picket = plate("board", outline, 0.02, 0.003)
        picket.grain = np.roll(picket.grain, -1, axis=1)  # it stands: the grain runs up
        parts += moved([picket], (x, -0.014, 0.04), FACING_FRONT @ yaw(rng.normal(0, 0.006)))
    return parts


def sample_railing(rng) -> dict:
    return {
        "style": choose(rng, ["bars", "rails"]),
        "length": uniform(rng, 1.4, 2.4),
        "height": uniform(rng, 0.9, 1.1),
        "bars": int(rng.integers(9, 16)),
        "round": bool(rng.random() < 0.6),
        "materials": {"metal": choose(rng, [finishes.dark_metal, finishes.metal, finishes.painted_metal])(rng)},
    }


def railing_parts(params, rng) -> list:
    w, h, count = params["length"], params["height"], params["bars"]
    x = w / 2 - 0.03
    posts = np.linspace(-x, x, 2 if w < 1.8 else 3)
    parts = []
    for p in posts:
        parts.append(rod("metal", (p, 0, 0.005), (p, 0, h - 0.01), 0.021, sides=18))
        parts.append(lathe("metal", [(0, 0), (0.055, 0), (0.055, 0.008), (0.027, 0.012), (0.021, 0.03)], (p, 0, 0), 24))
        parts += [
            lathe("metal", [(0.007, 0.008), (0.007, 0.016), (0, 0.018)], (p + dx, dy, 0), 6)
            for dx in (-0.038, 0.038)
            for dy in (-0.02, 0.02)
        ]
    if params["round"]:
        parts.append(
            tube(
                "metal",
                rounded_path(
                    [(-x - 0.06, 0, h - 0.12), (-x - 0.06, 0, h), (x + 0.06, 0, h), (x + 0.06, 0, h - 0.12)], 0.06
                ),
                0.022,
                14,
            )
        )
    else:
        parts.append(box("metal", (w + 0.04, 0.05, 0.022), (0, 0, h), 0.004))
    if params["style"] == "rails":
        return parts + [rod("metal", (-x, 0, z), (x, 0, z), 0.012) for z in np.linspace(0.14, h - 0.14, 5)]
    parts += [box("metal", (2 * x, 0.03, 0.012), (0, 0, z), 0.002) for z in (0.10, h - 0.10)]
    parts += [
        rod("metal", (p, 0, 0.10), (p, 0, h - 0.10), 0.0075, sides=10) for p in np.linspace(-x, x, count + 2)[1:-1]
    ]
    return parts


def sample_low_wall(rng, seat_height=None) -> dict:
    style = choose(rng, ["brick", "stone", "concrete"])
    brick = choose(rng, [(0.30, 0.085, 0.045), (0.36, 0.16, 0.08), (0.22, 0.07, 0.05), (0.42, 0.33, 0.22)])
    block = brick if style == "brick" else choose(rng, [(0.33, 0.29, 0.23), (0.24, 0.235, 0.23), (0.42, 0.36, 0.26)])
    depth, width = uniform(rng, 0.24, 0.36), uniform(rng, 1.2, 2.2)
    height = seat_height or uniform(rng, 0.45, 0.95)
    return {
        "style": style,
        "seat": {"height": height, "depth": depth, "width": width, "front": round(-depth / 2, 4)},
        "materials": {
            "block": finishes.concrete(rng) if style == "concrete" else finishes.plain("stone", block, 0.85, 0.6),
            "mortar": finishes.plain("concrete", (0.36, 0.34, 0.30), 0.95),
            "cap": finishes.concrete(rng),
        },
    }  # fmt: skip


def low_wall_parts(params, rng) -> list:
    seat, style = params["seat"], params["style"]
    w, d, h = seat["width"], seat["depth"], seat["height"]
    cap = 0.05
    parts = [box("cap", (w, d, cap), (0, 0, h - cap / 2), 0.008, 2)]
    w, d, top = w - 0.04, d - 0.05, h - cap
    if style == "concrete":
        parts.append(box("block", (w, d, top), (0, 0, top / 2), 0.012, 2))
        return parts + [
            rod("mortar", (x, y * (d / 2 - 0.004), z), (x, y * (d / 2 + 0.0005), z), 0.014)
            for x in np.linspace(-w * 0.38, w * 0.38, 4) for z in (top * 0.25, top * 0.75) for y in (-1, 1)
        ]  # fmt: skip
    parts.append(box("mortar", (w - 0.012, d - 0.012, top), (0, 0, top / 2), 0.002))
    courses = max(1, round(top / (0.075 if style == "brick" else 0.16)))
    tall, joint = top / courses, 0.010 if style == "brick" else 0.014
    rough, sizes, centres, turns = 0.002 if style == "brick" else 0.008, [], [], []
    for row in range(courses):
        at = -w / 2 - (0.1125 if row % 2 and style == "brick" else 0.0)
        while at < w / 2 - 0.02:
            length = 0.225 if style == "brick" else rng.uniform(0.16, 0.4)
            left, right = max(at, -w / 2), min(at + length, w / 2)
            at += length
            right = w / 2 if w / 2 - right < 0.04 else right
            if right - left >= 0.04:
                sizes.append((right - left - joint, d + rng.normal(0, rough), tall - joint))
                centres.append(((left + right) / 2, rng.normal(0, rough / 2), (row + 0.5) * tall))
                turns.append(yaw(rng.normal(0, 0.004)) @ roll(rng.normal(0, 0.004)))
    bevel, rows = (0.004, 1) if style == "brick" else (0.025, 3)
    return [*parts, boxes("block", sizes, centres, bevel, rows, turns, tone=rng.uniform(-1, 1, len(sizes)))]


def sample_barrier(rng) -> dict:
    style = choose(rng, ["jersey", "plank", "crowd"])
    signal = choose(rng, [SIGNAL["red"], SIGNAL["orange"]])
    return {
        "style": style,
        "length": uniform(rng, 1.2, 2.0),
        "height": uniform(rng, 0.8, 0.95) if style == "jersey" else uniform(rng, 0.95, 1.1),
        "materials": {
            "body": finishes.plastic(rng, choose(rng, [signal, WHITE]))
            if rng.random() < 0.6
            else finishes.concrete(rng),
            "stripes": finishes.plain("stripes", signal, 0.4, 0.6, WHITE),
            "metal": {**finishes.metal(rng), "color": [0.5, 0.51, 0.52], "rough": 0.38},
            "trim": finishes.rubber(rng),
            "lamp": finishes.plain("plastic", (0.75, 0.30, 0.01), 0.15),
        },
    }


def barrier_parts(params, rng) -> list:
    w, h = params["length"], params["height"]
    if params["style"] == "jersey":
        half = np.array([[0.26, 0.0], [0.26, 0.09], [0.13, 0.30], [0.075, 0.95], [0.06, 1.0]]) * (1, h)
        outline = np.concatenate([half, half[::-1] * (-1, 1)])
        return moved([plate("body", outline, w, 0.012)], (-w / 2, 0, 0), np.array([[0, 0, 1.0], [1, 0, 0], [0, 1, 0]]))
    parts = []
    if params["style"] == "plank":
        for z in (h - 0.10, h - 0.42):
            parts.append(box("stripes", (w, 0.025, 0.19), (0, -0.02, z), 0.005, 2))
        for i in (-1, 1):
            x = i * (w / 2 - 0.16)
            parts += [
                box("metal", (0.045, 0.03, h + 0.075), (x, s * 0.13, (h + 0.02) / 2), 0.003, turn=lean(-s * 0.24))
                for s in (-1, 1)
            ]
            parts.append(box("metal", (0.03, 0.40, 0.03), (x, 0, 0.2), 0.003))
            parts.append(
                lathe("trim", [(0.05, 0), (0.055, 0.02), (0.055, 0.05), (0.04, 0.06), (0, 0.06)], (x, 0, h + 0.0), 18)
            )
            parts += moved(
                [lathe("lamp", [(0, -0.025), (0.06, -0.025), (0.07, 0), (0.06, 0.025), (0, 0.025)], sides=24)],
                (x, 0, h + 0.12),
                lean(np.pi / 2),
            )
        return parts
    x, low = w / 2 - 0.02, 0.14
    loop = [(-x, 0, low), (-x, 0, h), (x, 0, h), (x, 0, low)]
    parts.append(tube("metal", rounded_path(loop, 0.14, 6), 0.019, 12))
    parts.append(rod("metal", (-x, 0, low + 0.02), (x, 0, low + 0.02), 0.017))
    for p in np.linspace(-x, x, int(w / 0.12) + 1)[1:-1]:
        parts.append(rod("metal", (p, 0, low + 0.02), (p, 0, h), 0.0075, sides=8))
    for i in (-1, 1):
        foot = [(i * (x - 0.1), -0.3, 0.010), (i * (x - 0.1), 0, low + 0.03), (i * (x - 0.1), 0.3, 0.010)]
        parts.append(tube("metal", rounded_path(foot, 0.05), 0.013))
    return parts


def sample_traffic_cone(rng) -> dict:
    signal = choose(rng, [SIGNAL["orange"], SIGNAL["orange"], SIGNAL["red"], SIGNAL["yellow"]])
    return {
        "height": uniform(rng, 0.45, 0.95),
        "bands": int(rng.integers(1, 3)),
        "dark_base": bool(rng.random() < 0.4),
        "materials": {
            "body": finishes.plastic(rng, signal),
            "band": finishes.plain("plastic", WHITE, 0.35, 0.6),
            "base": finishes.rubber(rng),
        },
    }


def traffic_cone_parts(params, rng) -> list:
    h = params["height"]
    foot, tip, low = h * 0.17, h * 0.033, 0.035
    base = "base" if params["dark_base"] else "body"
    parts = [box(base, (h * 0.5, h * 0.5, low - 0.008), (0, 0, 0.008 + (low - 0.008) / 2), 0.012, 3)]
    parts += [
        box(base, (0.06, 0.06, 0.01), (i * h * 0.18, j * h * 0.18, 0.005), 0.003) for i in (-1, 1) for j in (-1, 1)
    ]
    at = lambda share: foot + (tip - foot) * share  # noqa: E731
    rows = [(foot * 1.14, low - 0.001), (foot * 1.12, low + 0.012), (foot, low + 0.028)]
    rows += [(at(s), low + 0.028 + (h - low - 0.028) * s) for s in np.linspace(0.1, 0.98, 6)]
    parts.append(lathe("body", [*rows, (tip * 0.8, h), (tip * 0.5, h - 0.003), (tip * 0.4, h * 0.9)], sides=40))
    for share, tall in ((0.5, 0.22), (0.22, 0.13))[: params["bands"]]:
        ends = [share, share + tall]
        (a, b), (z0, z1) = [at(s) + 0.0012 for s in ends], [low + 0.028 + (h - low - 0.028) * s for s in ends]
        parts.append(lathe("band", [(a - 0.003, z0), (a, z0), (b, z1), (b - 0.003, z1)], sides=40))
    return parts

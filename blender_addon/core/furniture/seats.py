"""Things to sit on, the front edge of the seat towards -Y.

For each kind: `sample_*(rng, seat_height)` makes every choice, `*_parts(params, rng)` builds it the same way each time.
`seat` in the params is the surface sat on: its height, depth, width and the y of its front edge.
"""

import numpy as np

from . import finishes
from .finishes import choose, uniform
from .solids import box, cushion, lathe, lean, moved, piping, rod, rounded_path, sheet, tube, yaw

SOFA_SHIFT = 0.14
"""A sofa is deep behind its seat: so far its seat moves forward for the whole to stand over the origin."""


def _seat(height, depth, width, front=None) -> dict:
    return {"height": height, "depth": depth, "width": width, "front": round(-depth / 2, 4) if front is None else front}


def sample_chair(rng, seat_height) -> dict:
    style = choose(rng, ["slat", "slat", "spindle", "shell", "shell", "tube", "office"])
    height = seat_height or uniform(rng, 0.43, 0.48)
    if style == "office" and height < 0.36:
        style = "slat"  # there is no room for the spring
    frame = finishes.any_wood(rng)
    seat = finishes.upholstery(rng) if rng.random() < 0.5 else frame
    if style == "shell":
        frame, seat = choose(rng, [finishes.wood, finishes.metal, finishes.dark_metal])(rng), finishes.plastic(rng)
    if style in ("tube", "office"):
        frame, seat = choose(rng, [finishes.metal, finishes.dark_metal])(rng), finishes.upholstery(rng)
    return {
        "style": style,
        "seat": _seat(height, uniform(rng, 0.40, 0.45), uniform(rng, 0.40, 0.48)),
        "back": uniform(rng, 0.38, 0.50),
        "splay": uniform(rng, 0.01, 0.06),
        "slats": int(rng.integers(2, 5)),
        "padded": seat is not frame,
        "arms": bool(rng.random() < 0.35),
        "materials": {"frame": frame, "seat": seat, "foot": finishes.rubber(rng)},
    }


def chair_parts(params, rng) -> list:
    style = params["style"]
    build = {"slat": _slat_chair, "spindle": _spindle_chair, "shell": _shell_chair, "tube": _tube_chair}
    return build.get(style, _office_chair)(params, params["seat"], rng)


def _slat_chair(params, seat, rng) -> list:
    """Joiner's chair: square legs, the rear ones running up into the back."""
    h, d, w = seat["height"], seat["depth"], seat["width"]
    x, top, thick = w / 2 - 0.02, h + params["back"], 0.022
    parts = []
    for side in (-1, 1):
        parts.append(box("frame", (0.036, 0.036, h - thick), (side * x, -d / 2 + 0.025, (h - thick) / 2), taper=0.7))
        parts.append(box("frame", (0.034, 0.04, h), (side * x, d / 2 + 0.005, h / 2), taper=0.75))
        parts.append(
            box("frame", (0.034, 0.034, top - h + 0.02), (side * x, d / 2 + 0.042, (top + h) / 2), turn=lean(0.16))
        )
        parts.append(box("frame", (0.02, d - 0.03, 0.055), (side * x, 0.015, h - thick - 0.03)))
        parts.append(box("frame", (0.018, d - 0.03, 0.024), (side * x, 0.015, h * 0.4)))
    parts += [box("frame", (2 * x, 0.02, 0.055), (0, y, h - thick - 0.03)) for y in (-d / 2 + 0.025, d / 2 + 0.005)]
    parts.append(box("frame", (2 * x, 0.018, 0.024), (0, 0, h * 0.4)))
    if params["padded"]:
        parts.append(cushion("seat", (w, d, 0.036), (0, 0, h - 0.024), 0.016, 0.006, rng=rng))
    else:
        parts.append(box("frame", (w + 0.01, d + 0.01, thick), (0, 0, h - thick / 2), 0.006, 2))
    count = params["slats"]
    for z in np.linspace(h + 0.16, top - 0.05, count):
        y = d / 2 + 0.042 + (z - (top + h) / 2) * np.tan(0.16)
        u = np.linspace(-1, 1, 9)[:, None] * np.ones(2)
        v = np.array([[-0.5, 0.5]]) * (0.085 if z > top - 0.06 else 0.05)
        grid = np.stack([u * x, y + 0.018 * (1 - u**2) + v * 0.16, z + v + 0 * u], -1)
        parts.append(sheet("frame", grid, 0.015))
    return parts


def _spindle_chair(params, seat, rng) -> list:
    """Windsor chair: round legs let into a thick seat, a bowed back."""
    h, d, w = seat["height"], seat["depth"], seat["width"]
    splay, top = 0.04 + params["splay"], h + params["back"]
    parts = [box("frame", (w, d, 0.036), (0, 0, h - 0.018), 0.017, 3, along=0)]
    feet = {}
    for i in (-1, 1):
        for j in (-1, 1):
            foot, head = (
                np.array([i * (w / 2 - 0.04 + splay), j * (d / 2 - 0.03 + splay), 0]),
                np.array([i, j, 0]) * 0.14,
            )
            feet[i, j] = foot, np.add(head, (0, 0, h - 0.02))
            t = np.array([0, 0.25, 0.6, 0.9, 1])[:, None]
            path = (1 - t) * foot + t * feet[i, j][1]
            parts.append(tube("frame", path, np.array([0.011, 0.015, 0.019, 0.013, 0.012]), 12))
    for i in (-1, 1):
        ends = [foot + (head - foot) * 0.42 for foot, head in (feet[i, -1], feet[i, 1])]
        parts.append(rod("frame", ends[0], ends[1], 0.010))
    parts.append(rod("frame", (-w / 2 + 0.06, 0, h * 0.42), (w / 2 - 0.06, 0, h * 0.42), 0.010))
    angle = np.linspace(0, np.pi, 25)
    rise = np.sin(angle) ** 0.7
    bow = np.stack([np.cos(angle) * (w / 2 - 0.02), d / 2 - 0.05 + 0.12 * rise, h - 0.01 + (top - h) * rise], -1)
    parts.append(tube("frame", bow, 0.0115, 10))
    for x in np.linspace(-0.62, 0.62, 7):
        i = int(np.argmin(np.abs(bow[:, 0] - x * (w / 2 - 0.02))))
        parts.append(rod("frame", (x * (w / 2 - 0.06), d / 2 - 0.045, h - 0.01), bow[i], 0.0075, 0.0055, 8))
    return parts


def _shell_chair(params, seat, rng) -> list:
    """A moulded shell, seat and back in one, on four splayed legs."""
    h, d, w = seat["height"], seat["depth"], seat["width"]
    v = np.linspace(0, 1, 25)
    side = np.linspace(-1, 1, 15)[:, None]
    bend = np.clip((v - 0.5) / 0.14, 0, 1)
    bend = bend * bend * (3 - 2 * bend)
    tilt = (
        np.concatenate([[0], np.cumsum(0.5 * (bend[1:] + bend[:-1]))]) / 24
    )  # integral of the bend: how far up the back
    length = d + params["back"]
    y = -d / 2 + length * (v - tilt * 0.80)
    z = h - 0.006 + length * tilt * 0.98 - 0.035 * np.clip(1 - v / 0.12, 0, 1) ** 2
    half = w / 2 * np.interp(v, [0, 0.08, 0.4, 0.7, 0.95, 1], [0.86, 0.96, 1, 0.98, 0.86, 0.72])
    cup = np.abs(side) ** 2.6
    grid = np.stack([side * half, y - cup * bend * 0.075, z + cup * (1 - bend) * 0.035], -1)
    parts = [sheet("seat", grid, 0.008, tone=0.0)]
    for i in (-1, 1):
        for j in (-1, 1):
            top = np.array([i * w * 0.24, j * d * 0.24, h - 0.02])
            foot = np.array([i * (w / 2 - 0.02 + params["splay"]), j * (d / 2 - 0.02 + params["splay"]), 0.0])
            parts.append(rod("frame", foot, top, 0.010, 0.015))
    ring = rounded_path([(-w * 0.27, -d * 0.27, h - 0.035), (w * 0.27, -d * 0.27, h - 0.035)])
    parts += [tube("foot", np.add(ring, (0, shift, 0)), 0.008, 8) for shift in (0, d * 0.54)]
    parts += [
        rod("foot", (i * w * 0.25, -d * 0.27, h - 0.035), (i * w * 0.25, d * 0.27, h - 0.035), 0.008) for i in (-1, 1)
    ]
    return parts


def _tube_chair(params, seat, rng) -> list:
    """Bent steel tube with a seat and a back pad: schools and canteens."""
    h, d, w = seat["height"], seat["depth"], seat["width"]
    top, x = h + params["back"] - 0.04, w / 2 - 0.012
    parts = []
    for side in (-1, 1):
        path = [(side * x, -d / 2 - 0.01, 0.012), (side * x, -d / 2 + 0.03, h - 0.04), (side * x, d / 2, h - 0.04)]
        parts.append(tube("frame", rounded_path([*path, (side * x, d / 2 + 0.09, top)], 0.06, 5), 0.0115))
        rear = rounded_path([(side * x, d / 2 + 0.05, 0.012), (side * x, d / 2 - 0.08, h - 0.05)])
        parts.append(tube("frame", rear, 0.0115))
        parts += [rod("foot", (side * x, y, 0), (side * x, y, 0.03), 0.015) for y in (-d / 2 - 0.009, d / 2 + 0.049)]
    parts += [rod("frame", (-x, y, h - 0.045), (x, y, h - 0.045), 0.009) for y in (-d / 2 + 0.08, d / 2 - 0.09)]
    parts.append(cushion("seat", (w - 0.04, d, 0.04), (0, 0, h - 0.028), 0.018, 0.008, rng=rng))
    turn = lean(0.19)
    parts.append(cushion("seat", (w - 0.03, 0.035, 0.2), (0, d / 2 + 0.06, top - 0.10), 0.016, 0.008, turn, rng))
    return parts


def _office_chair(params, seat, rng) -> list:
    """Five castors, a gas spring, thick pads."""
    h, d, w = seat["height"], seat["depth"], seat["width"]
    low = min(0.085, h * 0.2)
    parts = [
        rod("frame", (0, 0, low - 0.01), (0, 0, h * 0.55), 0.028, sides=20),
        rod("frame", (0, 0, h * 0.5), (0, 0, h - 0.08), 0.016),
    ]
    for angle in np.arange(5) * 2 * np.pi / 5 + 0.3:
        tip = np.array([np.cos(angle) * 0.30, np.sin(angle) * 0.30, low])
        parts.append(
            tube("frame", [(0, 0, low + 0.02), tip * 0.6 + (0, 0, low * 0.45), tip], np.array([0.024, 0.019, 0.014]))
        )
        for side in (-0.014, 0.014):
            hub = tip + np.array([-np.sin(angle), np.cos(angle), 0]) * side + (0, 0, low * 0.35 - low)
            away = np.array([-np.sin(angle), np.cos(angle), 0]) * 0.008
            parts.append(rod("foot", hub - away, hub + away, low * 0.35, sides=18))
        parts.append(rod("foot", tip - (0, 0, low * 0.6), np.add(tip, (0, 0, 0.01)), 0.007))
    parts.append(box("foot", (0.18, 0.24, 0.035), (0, 0.02, h - 0.095), 0.01, 2))
    parts.append(cushion("seat", (w + 0.03, d + 0.02, 0.07), (0, 0.01, h - 0.047), 0.03, 0.012, rng=rng))
    spine = rounded_path([(0, 0.1, h - 0.1), (0, d / 2 + 0.07, h - 0.09), (0, d / 2 + 0.11, h + 0.3)], 0.08, 5)
    parts.append(
        tube(
            "foot",
            spine,
            0.02,
            section=np.array([[1.6, 0.5], [-1.6, 0.5], [-1.6, -0.5], [1.6, -0.5]]) * 0.8,
            smooth=False,
        )
    )
    back = params["back"] + 0.06
    middle = (0, d / 2 + 0.055, h + 0.10 + back / 2)
    parts.append(cushion("seat", (w - 0.02, 0.06, back), middle, 0.028, 0.014, lean(0.12), rng))
    if params["arms"]:
        for side in (-1, 1):
            x = side * (w / 2 + 0.045)
            arm = rounded_path([(side * w * 0.3, 0.05, h - 0.085), (x, 0.05, h - 0.085), (x, 0.04, h + 0.19)], 0.04)
            parts += [tube("frame", arm, 0.013), box("foot", (0.075, 0.25, 0.026), (x, 0, h + 0.2), 0.012, 2)]
    return parts


def sample_stool(rng, seat_height) -> dict:
    style = choose(rng, ["turned", "square", "industrial", "pad"])
    height = seat_height or uniform(rng, 0.43, 0.78)
    size = uniform(rng, 0.32, 0.40)
    frame = {"turned": finishes.any_wood, "square": finishes.any_wood, "pad": finishes.metal}.get(
        style, finishes.painted_metal
    )(rng)
    seat = finishes.upholstery(rng) if style == "pad" or rng.random() < 0.2 else frame
    return {
        "style": style,
        "seat": _seat(height, size, size),
        "legs": int(rng.integers(3, 5)),
        "splay": uniform(rng, 0.02, 0.07),
        "padded": seat is not frame,
        "materials": {"frame": frame, "seat": seat, "foot": finishes.rubber(rng)},
    }


def stool_parts(params, rng) -> list:
    if params["style"] in ("square", "industrial"):
        return _square_stool(params, params["seat"])
    seat, splay = params["seat"], params["splay"]
    h, r = seat["height"], seat["width"] / 2
    thick = min(0.05 if params["padded"] else 0.034, h * 0.4)
    ease = thick * (0.45 if params["padded"] else 0.2)
    turn = np.linspace(0, np.pi / 2, 4)
    low = [(r - ease + ease * np.sin(a), h - thick + ease * (1 - np.cos(a))) for a in turn]
    high = [(r - ease + ease * np.cos(a), h - 0.003 - ease * (1 - np.sin(a))) for a in turn]
    profile = [(0, h - thick), *low, *high, (r * 0.5, h - 0.001), (0, h)]
    parts = [lathe("seat", profile, sides=48, along=0)]
    angles = np.arange(params["legs"]) * 2 * np.pi / params["legs"] + np.pi / 4
    slim = 0.0115 if params["style"] == "pad" else 0.017
    legs = [(np.array([np.cos(a) * (r * 0.8 + splay), np.sin(a) * (r * 0.8 + splay), 0.0]), a) for a in angles]
    for foot, a in legs:
        head = np.array([np.cos(a) * r * 0.62, np.sin(a) * r * 0.62, h - thick + 0.005])
        parts.append(rod("frame", foot, head, slim * (1 if params["style"] == "pad" else 0.75), slim))
    spread = 0.65 * (r * 0.8 + splay) + 0.35 * r * 0.62
    if params["style"] == "pad":
        angle = np.linspace(0, 2 * np.pi, 32, endpoint=False)
        ring = np.stack([np.cos(angle) * spread, np.sin(angle) * spread, 0 * angle + h * 0.35], -1)
        parts.append(tube("frame", ring, 0.008, 8, closed=True))
    else:
        ends = [np.array([np.cos(a) * spread, np.sin(a) * spread, h * 0.35]) for a in angles]
        parts += [rod("frame", a, b, 0.010) for a, b in zip(ends, ends[1:] + ends[:1], strict=True)]
    return parts


def _square_stool(params, seat) -> list:
    h, w, splay = seat["height"], seat["width"], params["splay"]
    metal = params["style"] == "industrial"
    parts = [box("seat", (w, w, 0.03), (0, 0, h - 0.015), 0.013 if metal else 0.005, 3, along=0)]
    slope = (
        np.array([w / 2 - 0.015 + splay, w / 2 - 0.015 + splay, 0]),
        np.array([w / 2 - 0.03, w / 2 - 0.03, h - 0.02]),
    )
    section = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * np.sqrt(0.5)
    at = lambda z: slope[0] + (slope[1] - slope[0]) * z / (h - 0.02)  # noqa: E731
    for turn in (yaw(k * np.pi / 2) for k in range(4)):
        foot, head = turn @ slope[0], turn @ slope[1]
        if metal:  # pressed sheet, wider at the top
            parts.append(tube("frame", [foot, head], np.array([0.016, 0.034]), section=section, smooth=False))
            parts.append(box("foot", (0.03, 0.03, 0.012), np.add(foot, (0, 0, 0.006)), 0.004))
        else:
            parts.append(tube("frame", [foot, head], 0.021, section=section, smooth=False))
        for z, tall in ((h * 0.3, 0.03), (h - 0.065, 0.06)):
            x, y, _ = at(z)
            parts.append(box("frame", (2 * x, 0.006 if metal else 0.018, tall), turn @ (0, y, z), 0.002, turn=turn))
    return parts


def sample_bench(rng, seat_height) -> dict:
    style = choose(rng, ["park", "park", "plain", "slab"])
    height = seat_height or uniform(rng, 0.42, 0.47)
    top = choose(rng, [finishes.outdoor_wood, finishes.painted_wood])(rng)
    return {
        "style": style,
        "seat": _seat(height, uniform(rng, 0.38, 0.46), uniform(rng, 1.2, 1.9)),
        "back": uniform(rng, 0.36, 0.44) if style == "park" else 0.0,
        "arms": bool(rng.random() < 0.6),
        "slats": int(rng.integers(4, 7)) if style == "park" else int(rng.integers(1, 4)),
        "materials": {"board": top, "frame": finishes.concrete(rng) if style == "slab" else finishes.dark_metal(rng)},
    }


def bench_parts(params, rng) -> list:
    seat, style = params["seat"], params["style"]
    h, d, w = seat["height"], seat["depth"], seat["width"]
    count, thick = params["slats"], 0.034 if style == "park" else 0.05
    width = d / count
    jitter = rng.uniform(-0.002, 0.002, count)
    parts = []
    for i in range(count):
        y = -d / 2 + (i + 0.5) * width
        parts.append(box("board", (w, width - 0.011, thick), (jitter[i], y, h - thick / 2), 0.006, 2))
    if style == "plain":
        for x in (-w * 0.36, w * 0.36):
            parts.append(box("board", (0.05, d * 0.86, h - thick), (x, 0, (h - thick) / 2), 0.006, taper=1.12))
        parts.append(box("board", (w * 0.72, 0.04, 0.09), (0, 0, h * 0.55), 0.006))
    elif style == "slab":
        for x in (-w * 0.34, w * 0.34):
            parts.append(box("frame", (0.22, d * 0.9, h - thick), (x, 0, (h - thick) / 2), 0.015, 2, along=2))
    else:
        parts += _park_bench_irons(params, h, d, w, thick)
        tilt = lean(0.24)
        for i in range(3):
            z = h + 0.12 + (params["back"] - 0.16) * i / 2
            y = d / 2 + 0.015 + (z - h) * np.tan(0.24)
            parts.append(box("board", (w, 0.03, 0.085), (jitter[i], y, z), 0.006, 2, turn=tilt))
    return parts


def _park_bench_irons(params, h, d, w, thick) -> list:
    """Cast ends: a front leg, a rear leg that runs up behind the back, a curled arm."""
    bar = (
        np.array(
            [[1.9, 0.62], [1.45, 1], [-1.45, 1], [-1.9, 0.62], [-1.9, -0.62], [-1.45, -1], [1.45, -1], [1.9, -0.62]]
        )
        * 0.011
    )
    parts, under = [], h - thick - 0.012
    for x in (-w / 2 + 0.14, w / 2 - 0.14, *([0.0] if w > 1.6 else [])):
        front = [
            (x, -d / 2 - 0.02, 0.012),
            (x, -d / 2 + 0.06, h * 0.5),
            (x, -d / 2 + 0.03, under),
            (x, d / 2 + 0.03, under),
        ]
        top = h + params["back"]
        rear = [(x, d / 2 + 0.13, 0.012), (x, d / 2 + 0.02, h * 0.55), (x, d / 2 + 0.045, h + 0.05)]
        rear.append((x, d / 2 + 0.04 + params["back"] * np.tan(0.24), top - 0.02))
        parts += [tube("frame", rounded_path(path, 0.09, 6), 1.0, section=bar) for path in (front, rear)]
        parts += [box("frame", (0.07, 0.09, 0.014), (x, y, 0.007), 0.004) for y in (-d / 2 - 0.02, d / 2 + 0.13)]
        parts.append(rod("frame", (x, -d / 2 + 0.05, h * 0.3), (x, d / 2 + 0.06, h * 0.3), 0.009))
        if params["arms"] and x:
            curl = [
                (x, -d / 2 + 0.04, h),
                (x, -d / 2 - 0.01, h + 0.2),
                (x, d / 2 - 0.1, h + 0.21),
                (x, d / 2 + 0.08, h + 0.2),
            ]
            parts.append(tube("frame", rounded_path(curl, 0.1, 6), 1.0, section=bar))
    return parts


def sample_sofa(rng, seat_height, places=None) -> dict:
    places = int(rng.integers(2, 4)) if places is None else places
    height = seat_height or uniform(rng, 0.40, 0.46)
    each, depth = uniform(rng, 0.56, 0.68), uniform(rng, 0.50, 0.58)
    return {
        "style": choose(rng, ["block", "block", "slim"]),
        "seat": _seat(height, depth, round(places * each, 4), round(-depth / 2 - SOFA_SHIFT, 4)),
        "places": places,
        "back": uniform(rng, 0.34, 0.46),
        "arm": uniform(rng, 0.10, 0.2),
        "arm_height": uniform(rng, 0.14, 0.22),
        "leg": uniform(rng, 0.06, 0.16),
        "piped": bool(rng.random() < 0.6),
        "loose": int(rng.integers(0, 1 + min(places, 2))),
        "materials": {
            "cover": finishes.upholstery(rng),
            "leg": choose(rng, [finishes.wood, finishes.metal])(rng),
            "loose": finishes.upholstery(rng),
        },
    }


def sample_armchair(rng, seat_height) -> dict:
    return sample_sofa(rng, seat_height, 1)


def sofa_parts(params, rng) -> list:
    seat = params["seat"]
    h, d, w, arm = seat["height"], seat["depth"], seat["width"], params["arm"]
    leg, pad, back = min(params["leg"], h * 0.35), min(0.15, h * 0.4), params["back"]
    if params["style"] == "slim":
        arm = 0.07
    base, rear, span = h - pad + 0.02, d / 2 + 0.21, w + 2 * arm
    parts = [cushion("cover", (span - 0.01, d + 0.2, base - leg), (0, 0.10, (base + leg) / 2), 0.02, 0.003, rng=rng)]
    turn = lean(0.14)
    parts.append(
        cushion(
            "cover",
            (span - 0.02, 0.13, h + back - leg - 0.03),
            (0, rear - 0.01, (h + back - 0.03 + leg) / 2),
            0.05,
            0.01,
            turn,
            rng,
        )
    )
    for side in (-1, 1):
        x, tall = side * (w / 2 + arm / 2), h + params["arm_height"] - leg
        size, centre = (arm, d + 0.26, tall), (x, 0.11, leg + tall / 2)
        parts.append(cushion("cover", size, centre, min(0.045, arm * 0.4), 0.008, rng=rng))
        if params["piped"]:
            parts += piping("cover", size, centre, min(0.045, arm * 0.4), 1, 0.004)[:1]
        for y in (-d / 2 + 0.05, d / 2 + 0.15):
            parts.append(
                rod("leg", (side * (span / 2 - 0.05), y, 0), (side * (span / 2 - 0.06), y, leg + 0.01), 0.015, 0.022)
            )
    each = w / params["places"]
    for i in range(params["places"]):
        x = -w / 2 + (i + 0.5) * each
        size, centre = (each - 0.006, d + 0.06, pad - 0.02), (x, 0.03, h - pad / 2 - 0.01)
        parts.append(cushion("cover", size, centre, 0.035, 0.02, rng=rng, tone=rng.uniform(-0.15, 0.15)))
        if params["piped"]:
            parts += piping("cover", size, centre, 0.035)
        size, centre = (each - 0.012, 0.15, back), (x + rng.normal(0, 0.004), d / 2 + 0.085, h + back / 2 + 0.03)
        parts.append(cushion("cover", size, centre, 0.055, 0.045, lean(0.2 + rng.normal(0, 0.015)), rng))
        if params["piped"]:
            parts += piping("cover", size, centre, 0.055, 1, turn=lean(0.2))
    for i in range(params["loose"]):
        x, turn = (1 - 2 * i) * (w / 2 - 0.2), lean(0.34) @ yaw(rng.normal(0, 0.25))
        parts.append(cushion("loose", (0.4, 0.07, 0.4), (x, d / 2 - 0.07, h + 0.22), 0.03, 0.06, turn, rng))
    return moved(parts, (0, -SOFA_SHIFT, 0))

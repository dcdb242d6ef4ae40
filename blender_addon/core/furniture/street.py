"""Things that stand in streets. Fronts face -Y."""

import numpy as np

from . import finishes
from .finishes import SIGNAL, choose, uniform
from .solids import FACING_FRONT, box, lathe, lean, moved, plate, rod, rounded_path, sheet, tube, yaw

WHITE = (0.72, 0.72, 0.70)


def sample_bollard(rng) -> dict:
    style = choose(rng, ["steel", "cast", "concrete", "timber"])
    finish = {
        "steel": finishes.metal,
        "cast": finishes.dark_metal,
        "concrete": finishes.concrete,
        "timber": finishes.outdoor_wood,
    }
    return {
        "style": style,
        "radius": uniform(rng, 0.05, 0.085) if style != "concrete" else uniform(rng, 0.11, 0.17),
        "height": uniform(rng, 0.8, 1.15),
        "materials": {
            "body": finish[style](rng),
            "band": finishes.plain("plastic", choose(rng, [WHITE, SIGNAL["red"], SIGNAL["yellow"]]), 0.3),
        },
    }


def bollard_parts(params, rng) -> list:
    r, h, style = params["radius"], params["height"], params["style"]
    if style == "timber":
        cap = plate("body", np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * r, 0.03, 0.022)
        return [
            box("body", (2 * r, 2 * r, h - 0.02), (0, 0, (h - 0.02) / 2), 0.006, 2),
            *moved([cap], (0, 0, h - 0.03)),
            box("band", (2 * r + 0.004, 2 * r + 0.004, 0.06), (0, 0, h - 0.15), 0.005, 2),
        ]
    if style == "concrete":
        profile = [
            (0, 0),
            (r * 1.1, 0),
            (r * 1.1, 0.02),
            (r, h - 0.10),
            (r * 0.93, h - 0.03),
            (r * 0.75, h - 0.008),
            (0, h),
        ]
        return [lathe("body", profile, sides=48)]
    if style == "cast":
        shape = [
            (0, 0),
            (1.6, 0),
            (1.6, 0.08),
            (1.35, 0.1),
            (1.3, 0.16),
            (1.0, 0.2),
            (0.95, 0.72),
            (1.2, 0.75),
            (1.2, 0.78),
            (0.9, 0.81),
        ]
        shape += [(0.8, 0.87), (0.55, 0.885), (0.9, 0.91), (1.05, 0.945), (0.9, 0.975), (0.5, 0.995), (0, 1)]
        return [lathe("body", [(a * r, b * h) for a, b in shape], sides=32)]
    dome = [(r * np.cos(a), h - r * 0.45 + r * 0.45 * np.sin(a)) for a in np.linspace(0, np.pi / 2 - 0.15, 6)]
    parts = [lathe("body", [(0, 0), (r * 1.5, 0), (r * 1.5, 0.012), (r, 0.014), *dome, (0, h)], sides=40)]
    for z in (h * 0.72, h * 0.82):
        parts.append(
            lathe("band", [(r - 0.002, z), (r + 0.001, z), (r + 0.001, z + 0.05), (r - 0.002, z + 0.05)], sides=40)
        )
    return parts


def sample_lamp_post(rng) -> dict:
    classic = rng.random() < 0.5
    pole = finishes.dark_metal if classic else choose(rng, [finishes.dark_metal, finishes.metal])
    return {
        "style": "classic" if classic else "modern",
        "height": uniform(rng, 2.9, 3.8) if classic else uniform(rng, 4.0, 5.2),
        "radius": uniform(rng, 0.045, 0.07),
        "arm": uniform(rng, 0.5, 1.0),
        "materials": {"pole": pole(rng), "glass": finishes.plain("plastic", (0.68, 0.66, 0.58), 0.25)},
    }


def lamp_post_parts(params, rng) -> list:
    r, h = params["radius"], params["height"]
    if params["style"] == "modern":
        parts = [
            lathe(
                "pole",
                [
                    (0, 0),
                    (r * 2.6, 0),
                    (r * 2.6, 0.02),
                    (r * 1.5, 0.022),
                    (r * 1.5, 0.9),
                    (r, 0.96),
                    (r * 0.6, h - 0.1),
                ],
                sides=28,
            )
        ]
        path = [(0, 0, h - 0.12), (0, 0, h), (0, -params["arm"], h + 0.06)]
        parts.append(tube("pole", rounded_path(path, 0.15, 6), r * 0.58, 14))
        head = [
            box("pole", (0.24, 0.55, 0.055), (0, 0, 0.01), 0.025, 3),
            box("glass", (0.17, 0.4, 0.02), (0, -0.02, -0.022), 0.006),
        ]
        parts += moved(head, (0, -params["arm"] - 0.2, h + 0.065), lean(0.0))
        parts.append(box("pole", (0.09, 0.012, 0.35), (0, -r * 1.5, 0.6), 0.004))
        return parts
    shape = [
        (0, 0),
        (3.2, 0),
        (3.2, 0.06),
        (2.6, 0.08),
        (2.4, 0.3),
        (2.0, 0.34),
        (1.4, 0.5),
        (1.7, 0.55),
        (1.7, 0.58),
        (1.1, 0.62),
    ]
    column = [(a * r, b) for a, b in shape] + [
        (r * 0.75, h - 0.75),
        (r * 1.2, h - 0.72),
        (r * 1.2, h - 0.69),
        (r * 0.6, h - 0.66),
        (r * 0.6, h - 0.56),
    ]
    parts = [lathe("pole", column, sides=24), rod("pole", (-0.28, 0, h - 0.80), (0.28, 0, h - 0.80), 0.012)]
    square = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * np.sqrt(0.5)
    straight = [(0, 0, h - 0.54), (0, 0, h - 0.16)]
    parts.append(tube("glass", straight, np.array([0.095, 0.165]), section=square, smooth=False))
    parts.append(
        tube("pole", [(0, 0, h - 0.57), (0, 0, h - 0.54)], np.array([0.07, 0.11]), section=square, smooth=False)
    )
    parts.append(
        tube(
            "pole",
            [(0, 0, h - 0.165), (0, 0, h - 0.145), (0, 0, h - 0.04)],
            np.array([0.2, 0.2, 0.05]),
            section=square,
            smooth=False,
        )
    )
    parts.append(
        lathe("pole", [(0.03, h - 0.05), (0.035, h - 0.03), (0.012, h - 0.02), (0.018, h - 0.008), (0, h)], sides=14)
    )
    for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        parts.append(rod("pole", (i * 0.067, j * 0.067, h - 0.55), (i * 0.117, j * 0.117, h - 0.15), 0.008, sides=8))
    return parts


def sample_bin(rng) -> dict:
    style = choose(rng, ["wheelie", "wheelie", "slatted", "pedal"])
    green = choose(
        rng, [(0.015, 0.06, 0.03), (0.02, 0.02, 0.022), (0.01, 0.04, 0.13), (0.09, 0.09, 0.095), (0.14, 0.07, 0.03)]
    )
    lid = choose(rng, [green, green, SIGNAL["yellow"], SIGNAL["blue"], SIGNAL["red"]])
    return {
        "style": style,
        "height": {
            "wheelie": uniform(rng, 0.92, 1.08),
            "slatted": uniform(rng, 0.75, 0.95),
            "pedal": uniform(rng, 0.45, 0.68),
        }[style],
        "radius": uniform(rng, 0.13, 0.16) if style == "pedal" else uniform(rng, 0.22, 0.27),
        "materials": {
            "body": finishes.plastic(rng, green)
            if style == "wheelie"
            else choose(rng, [finishes.metal, finishes.painted_metal])(rng),
            "lid": finishes.plastic(rng, lid),
            "slat": finishes.outdoor_wood(rng),
            "trim": finishes.rubber(rng),
        },
    }


def bin_parts(params, rng) -> list:
    h, r = params["height"], params["radius"]
    if params["style"] == "wheelie":
        return _wheelie_bin(h, 2 * r, rng)
    if params["style"] == "pedal":
        profile = [(0, 0.02), (r - 0.004, 0.02), (r, 0.03), (r, h - 0.07), (r - 0.004, h - 0.066)]
        dome = [(r - 0.004, h - 0.062), (r + 0.003, h - 0.06), (r + 0.003, h - 0.045)]
        dome += [(r * np.cos(a), h - 0.045 + 0.045 * np.sin(a)) for a in np.linspace(0.15, 1.35, 6)]
        parts = [
            lathe("body", [*profile, *dome, (0, h)], sides=48),
            lathe("trim", [(0, 0), (r + 0.006, 0), (r + 0.006, 0.02), (r - 0.01, 0.028)], sides=40),
        ]
        parts.append(box("trim", (0.07, 0.08, 0.012), (0, -r - 0.03, 0.018), 0.005, 2, turn=lean(0.15)))
        parts.append(box("trim", (0.09, 0.03, 0.05), (0, r - 0.004, h - 0.055), 0.006))
        return parts
    parts = [
        lathe(
            "trim",
            [(0, 0.03), (r - 0.03, 0.03), (r - 0.03, h - 0.03), (r - 0.045, h - 0.03), (r - 0.045, 0.1), (0, 0.1)],
            sides=40,
        )
    ]
    for z in (0.10, h - 0.13):
        parts.append(
            lathe("body", [(r - 0.03, z), (r - 0.008, z), (r - 0.008, z + 0.05), (r - 0.03, z + 0.05)], sides=40)
        )
    parts.append(
        lathe(
            "body",
            [
                (r - 0.06, h - 0.03),
                (r + 0.012, h - 0.03),
                (r + 0.016, h - 0.015),
                (r + 0.006, h),
                (r - 0.05, h - 0.004),
                (r - 0.06, h - 0.03),
            ],
            sides=48,
        )
    )
    count = int(2 * np.pi * r / 0.075)
    for k in range(count):
        turn = yaw(2 * np.pi * k / count)
        centre = turn @ (0, -r + 0.002, h / 2)
        parts.append(box("slat", (0.06, 0.02, h - 0.12), centre, 0.005, 2, turn=turn, tone=rng.uniform(-1, 1)))
    parts += [
        rod(
            "body",
            (np.cos(a) * r * 0.7, np.sin(a) * r * 0.7, 0),
            (np.cos(a) * r * 0.7, np.sin(a) * r * 0.7, 0.04),
            0.02,
        )
        for a in (0.5, 2.6, 4.7)
    ]
    return parts


def _wheelie_bin(h, w, rng) -> list:
    d, low, top = w * 1.1, 0.05, h - 0.07
    body = box("body", (w - 0.02, d - 0.04, top - low), (0, 0, (top + low) / 2), 0.03, 3, taper=0.80, along=2)
    parts = [body, box("body", (w + 0.02, d, 0.045), (0, 0, top - 0.01), 0.012, 2, along=0)]
    u = np.linspace(-1, 1, 11)[:, None]
    v = np.linspace(-1, 1, 9)[None]
    grid = np.stack(
        [
            u * (w / 2 + 0.015) + 0 * v,
            v * (d / 2 + 0.01) - 0.008 + 0 * u,
            top + 0.022 + 0.045 * (1 - u**4) * (1 - v**4),
        ],
        -1,
    )
    parts.append(sheet("lid", grid, 0.012))
    parts.append(box("lid", (w + 0.04, d + 0.03, 0.022), (0, -0.006, top + 0.020), 0.008, 2))
    parts.append(rod("body", (-w * 0.36, d / 2 + 0.05, top - 0.01), (w * 0.36, d / 2 + 0.05, top - 0.01), 0.014))
    parts += [box("body", (0.03, 0.09, 0.05), (i * w * 0.36, d / 2 + 0.01, top - 0.02), 0.008, 2) for i in (-1, 0, 1)]
    parts += [
        box(
            "body",
            (0.03, 0.018, top * 0.5),
            (i * w * 0.25, -d / 2 * 0.90 + 0.013, top * 0.52),
            0.006,
            2,
            turn=lean(-0.05),
        )
        for i in (-1, 1)
    ]
    for i in (-1, 1):
        x = i * (w / 2 - 0.015)
        parts.append(rod("trim", (x - 0.025, d / 2 - 0.06, 0.1), (x + 0.025, d / 2 - 0.06, 0.1), 0.1, sides=32))
        parts.append(rod("body", (x - 0.028, d / 2 - 0.06, 0.1), (x + 0.028, d / 2 - 0.06, 0.1), 0.045, sides=20))
        parts.append(box("body", (0.06, 0.06, 0.06), (i * w * 0.28, -d / 2 + 0.09, 0.03), 0.01))
    return parts


def sample_sign(rng) -> dict:
    style = choose(rng, ["round", "triangle", "octagon", "panel", "board"])
    signal = SIGNAL["red"] if style in ("triangle", "octagon") else choose(rng, [SIGNAL["red"], SIGNAL["blue"]])
    return {
        "style": style,
        "face": uniform(rng, 0.55, 0.75),
        "height": uniform(rng, 0.9, 1.15) if style == "board" else uniform(rng, 2.2, 2.7),
        "mark": choose(rng, ["bar", "arrow", "lines"]),
        "materials": {
            "face": finishes.painted_metal(rng, signal, (0.0, 0.25)),
            "field": finishes.plain("painted_metal", WHITE, 0.35, 0.1, (0.13, 0.05, 0.02)),
            "ink": finishes.plain("plastic", (0.02, 0.02, 0.02), 0.4),
            "pole": {**finishes.metal(rng), "color": [0.45, 0.46, 0.47], "rough": 0.4},
            "frame": finishes.any_wood(rng),
            "chalk": finishes.plain("chalkboard", (0.018, 0.022, 0.02), 0.75, 0.6),
        },
    }


def _polygon(count, radius, start) -> np.ndarray:
    """(count, 2) corners, anti-clockwise; a circle for a large count."""
    angle = start + np.arange(count) * 2 * np.pi / count
    return np.stack([np.cos(angle), np.sin(angle)], -1) * radius


def sign_parts(params, rng) -> list:
    style, size, h = params["style"], params["face"], params["height"]
    if style == "board":
        return _pavement_board(size, h, rng)
    radius = size / 2
    count, start = {"round": (48, 0), "triangle": (3, np.pi / 2), "octagon": (8, np.pi / 8), "panel": (4, np.pi / 4)}[
        style
    ]
    radius *= {"triangle": 1.1, "panel": 1.25}.get(style, 1.0)
    outline = _polygon(count, radius, start)
    if count < 10:
        outline = rounded_path(np.column_stack([np.concatenate([outline, outline[:2]]), np.zeros(count + 2)]), 0.05, 4)[
            1:-1, :2
        ]
    layers = [plate("pole", outline, 0.003)]
    layers += moved([plate("field", outline * 0.995, 0.0015, 0.0005)], (0, 0, 0.003))
    red = style in ("octagon", "round", "panel")
    inner = {"triangle": 0.72, "round": 0.95, "octagon": 0.94, "panel": 0.95}[style]
    if style == "triangle":
        layers += moved([plate("face", outline * 0.97, 0.0012, 0.0005)], (0, 0, 0.0045))
        layers += moved([plate("field", outline * inner, 0.0012, 0.0005)], (0, 0, 0.0056))
    else:
        layers += moved([plate("face", outline * inner, 0.0012, 0.0005)], (0, 0, 0.0045))
    layers += moved(
        _mark("field" if red else "ink", params["mark"], radius),
        (0, -radius * 0.12 if style == "triangle" else 0, 0.0066),
    )
    z = h - radius * (1 if style != "panel" else 0.72)
    parts = moved(layers, (0, -0.05, z), FACING_FRONT)
    tall = h - 0.04 if style != "triangle" else h - 0.15
    parts.append(
        lathe(
            "pole",
            [
                (0, 0),
                (0.10, 0),
                (0.10, 0.012),
                (0.034, 0.016),
                (0.03, 0.05),
                (0.03, tall),
                (0.027, tall + 0.004),
                (0, tall + 0.005),
            ],
            sides=28,
        )
    )
    parts += [box("pole", (0.10, 0.03, 0.03), (0, -0.037, z + dz), 0.004) for dz in (-radius * 0.4, radius * 0.4)]
    return parts


def _mark(material, mark, radius) -> list:
    """A pictogram in the XY plane."""
    r = radius
    if mark == "bar":
        return [
            plate(material, np.array([[-0.62, -0.13], [0.62, -0.13], [0.62, 0.13], [-0.62, 0.13]]) * r, 0.001, 0.0004)
        ]
    if mark == "arrow":
        shaft = np.array([[-0.09, -0.5], [0.09, -0.5], [0.09, 0.1], [-0.09, 0.1]]) * r
        head = np.array([[-0.3, 0.08], [0.3, 0.08], [0, 0.5]]) * r
        return [plate(material, outline, 0.001, 0.0004) for outline in (shaft, head)]
    rows = [(0.22, 0.40), (0.0, 0.5), (-0.22, 0.32)]
    return [
        plate(material, np.array([[-x, z - 0.06], [x, z - 0.06], [x, z + 0.06], [-x, z + 0.06]]) * r, 0.001, 0.0004)
        for z, x in rows
    ]


def _pavement_board(width, h, rng) -> list:
    """Two hinged frames with a chalk board in each."""
    parts = []
    for side in (0, np.pi):
        frame = [box("frame", (0.04, 0.022, h), (i * (width / 2 - 0.02), 0, h / 2), 0.004, 2) for i in (-1, 1)]
        frame += [box("frame", (width - 0.08, 0.022, 0.045), (0, 0, z), 0.004, 2) for z in (h - 0.03, h * 0.18)]
        frame.append(box("chalk", (width - 0.07, 0.008, h * 0.8), (0, 0.002, h * 0.58), 0.001, along=0))
        lines = int(rng.integers(4, 8))
        for k in range(lines):
            x, z = rng.normal(0, 0.02), h * 0.9 - (k + 0.5) * h * 0.68 / lines
            half = width * rng.uniform(0.12, 0.36)
            u = np.linspace(-half, half, 40)
            script = 0.012 * np.sin(u * 170 + k) * (np.sin(u * 53 + k * 2) + 0.6) * (1.8 if k == 0 else 1)
            parts_of_line = np.column_stack([u + x, np.full(40, -0.0035), z + script])
            frame.append(tube("field", parts_of_line, 0.0018, 5))
        moved(frame, (0, 0, -h), None)
        moved(frame, (0, -0.012, 0), lean(0.21))
        parts += moved(frame, (0, 0, 0), yaw(side))
    lowest = min(part.vertices[:, 2].min() for part in parts)
    return moved(parts, (0, 0, -lowest))

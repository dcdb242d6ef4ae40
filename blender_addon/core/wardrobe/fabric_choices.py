"""Colours and cloths to choose from: what dyes, yarns and prints real clothes have."""

import numpy as np

from ..chance import one_of, pick, pick_row

# sRGB. Real wardrobes are mostly dark, white, grey and blue, with a little of everything else.
NEUTRALS = {
    "black": (0.055, 0.055, 0.06),
    "charcoal": (0.17, 0.175, 0.185),
    "grey": (0.47, 0.48, 0.49),
    "light grey": (0.72, 0.72, 0.71),
    "white": (0.90, 0.90, 0.88),
    "cream": (0.87, 0.82, 0.71),
    "beige": (0.74, 0.65, 0.52),
    "camel": (0.63, 0.46, 0.29),
    "brown": (0.30, 0.20, 0.14),
    "navy": (0.09, 0.12, 0.22),
    "olive": (0.32, 0.33, 0.20),
}


COLOURS = {
    "sky": (0.55, 0.71, 0.86),
    "blue": (0.15, 0.29, 0.58),
    "petrol": (0.08, 0.30, 0.35),
    "teal": (0.12, 0.47, 0.46),
    "green": (0.15, 0.36, 0.22),
    "mint": (0.66, 0.84, 0.75),
    "mustard": (0.80, 0.59, 0.16),
    "yellow": (0.93, 0.80, 0.30),
    "orange": (0.85, 0.42, 0.15),
    "rust": (0.58, 0.25, 0.14),
    "coral": (0.90, 0.48, 0.42),
    "red": (0.68, 0.10, 0.12),
    "burgundy": (0.36, 0.07, 0.13),
    "pink": (0.90, 0.66, 0.72),
    "fuchsia": (0.74, 0.18, 0.44),
    "lavender": (0.68, 0.62, 0.83),
    "purple": (0.33, 0.20, 0.44),
}


DENIM = (
    (0.10, 0.14, 0.27),
    (0.16, 0.23, 0.40),
    (0.27, 0.38, 0.55),
    (0.47, 0.58, 0.70),
    (0.07, 0.08, 0.12),
    (0.20, 0.21, 0.23),
)


LEATHERS = ((0.06, 0.05, 0.05), (0.17, 0.10, 0.06), (0.33, 0.19, 0.10), (0.48, 0.30, 0.16))


RUBBERS = ((0.88, 0.88, 0.86), (0.90, 0.88, 0.82), (0.07, 0.07, 0.07), (0.45, 0.40, 0.33))


def between(rng, low, high):
    return float(rng.uniform(low, high))


def shade(rng, color):
    """The same dye on another day."""
    return [min(max(c * rng.uniform(0.9, 1.08) + rng.normal(0, 0.012), 0.03), 0.93) for c in color]


def neutral(rng):
    return shade(rng, one_of(rng, list(NEUTRALS.values())))


def colour(rng):
    return shade(rng, one_of(rng, list(COLOURS.values())))


def some_color(rng, bright=0.5):
    return colour(rng) if rng.random() < bright else neutral(rng)


def away_from(rng, other, bright):
    """A colour that does not look like a mistake beside another: clearly lighter, darker or of another hue."""
    for _ in range(8):
        color = some_color(rng, bright)
        if np.abs(np.array(color) - other).max() > 0.16:
            break
    return color


def seed(rng):
    return int(rng.integers(1 << 20))


def plain_fabric(rng, color, weave, melange=0.0, sheen=0.2):
    return {"pattern": "plain", "color": color, "weave": weave, "melange": melange, "sheen": sheen, "seed": seed(rng)}


def patterned(rng, kind, color, weave):
    """A fabric of a named pattern on a ground colour."""
    base = {"pattern": kind, "color": color, "weave": weave, "sheen": 0.15, "seed": seed(rng)}
    other = away_from(rng, np.array(color), 0.5)
    third = away_from(rng, np.array(other), 0.4)
    if kind == "stripes":
        share = between(rng, 0.12, 0.5)
        layout = [[1 - share, 0], [share, 1]]
        return {
            **base,
            "colors": [other],
            "period": between(rng, 0.012, 0.07),
            "layout": layout,
            "across": bool(rng.random() < 0.75),
        }
    if kind == "plaid":
        layout = [[0.3, 0], [0.05, 2], [0.12, 1], [0.04, 0], [0.12, 1], [0.05, 2], [0.28, 0], [0.04, 1]]
        return {**base, "colors": [other, third], "period": between(rng, 0.05, 0.13), "layout": layout}
    if kind in ("check", "dots"):
        radius = between(rng, 0.12, 0.24)
        return {**base, "colors": [other], "period": between(rng, 0.008, 0.035), "radius": radius}
    if kind == "floral":
        leaf = shade(rng, COLOURS["green"])
        count = int(rng.integers(18, 60))
        return {
            **base,
            "colors": [other, third, leaf, shade(rng, COLOURS["yellow"])],
            "period": between(rng, 0.16, 0.34),
            "count": count,
        }
    if kind == "camouflage":
        tones = [shade(rng, NEUTRALS[name]) for name in ("olive", "brown", "black")]
        return {**base, "color": shade(rng, NEUTRALS["beige"]), "colors": tones, "period": between(rng, 0.3, 0.5)}
    return {**base, "colors": [other], "period": between(rng, 0.3, 0.6)}


def darker(color, factor=0.72):
    return [c * factor for c in color]


def denim(rng):
    color = shade(rng, DENIM[pick_row(rng, [0.25, 0.27, 0.2, 0.12, 0.1, 0.06])])
    return {
        "pattern": "denim",
        "color": color,
        "weave": "twill",
        "sheen": 0.0,
        "fade": between(rng, 0.0, 0.35),
        "seed": seed(rng),
    }


def leather(rng):
    color = shade(rng, one_of(rng, LEATHERS))
    return {
        "pattern": "leather",
        "color": color,
        "weave": "grain",
        "sheen": 0.0,
        "roughness": between(rng, 0.35, 0.6),
        "seed": seed(rng),
    }


def thick_cloth(cloth: dict) -> dict:
    """Two layers, or thick yarn: fewer, wider and softer folds."""
    return {**cloth, "fold_size": 1.6, "wrinkles": 0.75}


def rubber(rng, light):
    color = RUBBERS[pick_row(rng, [0.6, 0.2, 0.1, 0.1] if light else [0.0, 0.0, 0.75, 0.25])]
    return {
        "pattern": "plain",
        "color": shade(rng, color),
        "weave": "smooth",
        "sheen": 0.0,
        "roughness": 0.6,
        "seed": 0,
    }


def fabric(rng, pattern, color, weave):
    if pattern == "denim":
        return denim(rng)
    if pattern == "leather":
        return leather(rng)
    return plain_fabric(rng, color, weave) if pattern == "plain" else patterned(rng, pattern, color, weave)


def chest_print(rng, color):
    """A graphic on the chest."""
    kind = pick(rng, {"letters": 3, "number": 1.5, "shapes": 2, "bar": 1})
    ink = away_from(rng, np.array(color), 0.6)
    width = between(rng, 0.12, 0.30)
    return {"kind": kind, "colors": [ink, away_from(rng, np.array(ink), 0.7)], "width": width, "seed": seed(rng)}

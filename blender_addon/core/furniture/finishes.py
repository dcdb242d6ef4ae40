"""What things are made of: a surface that `scene.solid_materials` knows, in a drawn colour, more or less worn.

A finish is a dictionary of JSON's own types: {'surface', 'color', 'color2', 'rough', 'wear'}. Colours are linear RGB.
"""

import colorsys

WOODS = {
    "pine": (0.52, 0.31, 0.13),
    "oak": (0.37, 0.22, 0.10),
    "beech": (0.50, 0.29, 0.15),
    "teak": (0.26, 0.12, 0.05),
    "walnut": (0.12, 0.058, 0.026),
    "ash": (0.55, 0.40, 0.24),
    "grey": (0.27, 0.24, 0.20),
    "ebony": (0.035, 0.024, 0.018),
}
OUTDOOR_WOODS = ("teak", "grey", "oak", "pine")
SIGNAL = {
    "red": (0.52, 0.015, 0.012),
    "orange": (0.75, 0.10, 0.008),
    "yellow": (0.72, 0.40, 0.012),
    "blue": (0.01, 0.06, 0.35),
}


def uniform(rng, low, high) -> float:
    """A float that survives JSON and reads well in a record."""
    return round(float(rng.uniform(low, high)), 4)


def choose(rng, options):
    """One of the options."""
    return options[int(rng.integers(len(options)))]


def _near(rng, color, spread=0.12) -> list:
    scale = rng.uniform(1 - spread, 1 + spread)
    return [round(min(max(float(c * scale * rng.uniform(0.95, 1.05)), 0.0), 0.85), 4) for c in color]


def _hsv(hue, saturation, value) -> list:
    """Display colour to linear."""
    return [round(c**2.2, 4) for c in colorsys.hsv_to_rgb(hue % 1.0, saturation, value)]


def _finish(surface, color, rough, wear, color2=None) -> dict:
    return {"surface": surface, "color": color, "color2": color2 or color, "rough": rough, "wear": wear}


def wood(rng, kinds=tuple(WOODS), wear=(0.05, 0.4)) -> dict:
    """Oiled or varnished boards."""
    color = _near(rng, WOODS[choose(rng, kinds)])
    return _finish("wood", color, uniform(rng, 0.3, 0.6), uniform(rng, *wear))


def outdoor_wood(rng) -> dict:
    """Boards that have stood in the rain."""
    return {**wood(rng, OUTDOOR_WOODS, (0.3, 0.9)), "rough": uniform(rng, 0.6, 0.85)}


def paint_color(rng) -> list:
    """What shops sell: whites, greys, black, muted colours, now and then a bright one."""
    draw = rng.random()
    if draw < 0.32:
        return _hsv(uniform(rng, 0.08, 0.16), uniform(rng, 0.0, 0.10), uniform(rng, 0.80, 0.92))
    if draw < 0.6:
        return _hsv(uniform(rng, 0.0, 1.0), uniform(rng, 0.0, 0.12), uniform(rng, 0.12, 0.6))
    hue = choose(rng, [0.01, 0.06, 0.11, 0.13, 0.28, 0.42, 0.50, 0.56, 0.60, 0.63]) + uniform(rng, -0.02, 0.02)
    if draw < 0.9:
        return _hsv(hue, uniform(rng, 0.15, 0.45), uniform(rng, 0.3, 0.7))
    return _hsv(hue, uniform(rng, 0.5, 0.8), uniform(rng, 0.45, 0.75))


def painted_wood(rng) -> dict:
    """Paint over boards; the wood shows where it has come off."""
    return _finish(
        "painted_wood", paint_color(rng), uniform(rng, 0.3, 0.6), uniform(rng, 0.1, 0.8), list(WOODS["pine"])
    )


def any_wood(rng) -> dict:
    """Mostly bare, sometimes painted."""
    return painted_wood(rng) if rng.random() < 0.3 else wood(rng)


def metal(rng) -> dict:
    """Bare steel or chrome."""
    color = choose(rng, [(0.6, 0.6, 0.6), (0.45, 0.45, 0.46), (0.72, 0.72, 0.73), (0.34, 0.34, 0.35)])
    return _finish("metal", _near(rng, color, 0.08), uniform(rng, 0.12, 0.42), uniform(rng, 0.1, 0.6))


def painted_metal(rng, color=None, wear=(0.05, 0.6)) -> dict:
    """Powder coat or enamel; rust where it is chipped."""
    color = paint_color(rng) if color is None else _near(rng, color)
    return _finish("painted_metal", color, uniform(rng, 0.25, 0.5), uniform(rng, *wear), [0.13, 0.05, 0.02])


def dark_metal(rng) -> dict:
    """Black or graphite coating, as table legs and street furniture have it."""
    return painted_metal(
        rng, choose(rng, [(0.02, 0.02, 0.02), (0.05, 0.05, 0.055), (0.02, 0.035, 0.025), (0.12, 0.12, 0.125)])
    )


def plastic(rng, color=None) -> dict:
    """Moulded plastic with a fine grain."""
    color = paint_color(rng) if color is None else _near(rng, color)
    return _finish("plastic", color, uniform(rng, 0.28, 0.5), uniform(rng, 0.05, 0.7))


def rubber(rng) -> dict:
    """Castors, feet, tyres."""
    return _finish("plastic", _near(rng, (0.025, 0.025, 0.026)), 0.7, uniform(rng, 0.2, 0.7))


def cloth_color(rng) -> list:
    """Upholstery: greys, beiges, blues, greens, rusts."""
    if rng.random() < 0.35:
        return _hsv(0.09, uniform(rng, 0.02, 0.2), uniform(rng, 0.25, 0.8))
    hue = choose(rng, [0.0, 0.04, 0.08, 0.12, 0.28, 0.42, 0.52, 0.58, 0.62, 0.9])
    return _hsv(hue + uniform(rng, -0.02, 0.02), uniform(rng, 0.2, 0.6), uniform(rng, 0.25, 0.65))


def upholstery(rng) -> dict:
    """Woven cloth, sometimes leather."""
    if rng.random() < 0.25:
        color = _near(
            rng, choose(rng, [(0.03, 0.025, 0.022), (0.13, 0.055, 0.025), (0.24, 0.11, 0.05), (0.5, 0.42, 0.32)])
        )
        return _finish("leather", color, uniform(rng, 0.35, 0.5), uniform(rng, 0.1, 0.7))
    return _finish("fabric", cloth_color(rng), uniform(rng, 0.8, 0.95), uniform(rng, 0.1, 0.6))


def cardboard(rng) -> dict:
    """Brown corrugated board; sometimes white."""
    color = (0.40, 0.25, 0.13) if rng.random() < 0.85 else (0.62, 0.59, 0.53)
    return _finish("cardboard", _near(rng, color, 0.18), 0.85, uniform(rng, 0.2, 0.8))


def book_cloth(rng) -> dict:
    """A book's cover."""
    if rng.random() < 0.3:
        color = _hsv(0.1, uniform(rng, 0.0, 0.15), choose(rng, [0.12, 0.5, 0.85]))
    else:
        hue = choose(rng, [0.0, 0.02, 0.07, 0.12, 0.3, 0.4, 0.52, 0.58, 0.62, 0.66, 0.8])
        color = _hsv(hue + uniform(rng, -0.02, 0.02), uniform(rng, 0.3, 0.75), uniform(rng, 0.2, 0.7))
    return _finish("plastic", color, 0.55, 0.3)


def plain(surface, color, rough=0.8, wear=0.3, color2=None) -> dict:
    """A finish with nothing drawn."""
    return _finish(surface, list(color), rough, wear, None if color2 is None else list(color2))


def pot(rng) -> dict:
    """Terracotta, glazed ceramic or concrete."""
    draw = rng.random()
    if draw < 0.35:
        return _finish("terracotta", _near(rng, (0.40, 0.13, 0.06)), 0.85, uniform(rng, 0.2, 0.9))
    if draw < 0.8:
        return _finish("ceramic", paint_color(rng), uniform(rng, 0.08, 0.4), 0.1)
    return concrete(rng)


def concrete(rng) -> dict:
    """Cast concrete."""
    return _finish("concrete", _near(rng, (0.33, 0.32, 0.295), 0.25), 0.85, uniform(rng, 0.2, 0.9))


def leaf(rng, color=None) -> dict:
    """Green, from fresh to nearly blue."""
    hue, value = uniform(rng, 0.22, 0.33), uniform(rng, 0.24, 0.48)
    color = _hsv(hue, uniform(rng, 0.55, 0.8), value) if color is None else _near(rng, color)
    return _finish("leaf", color, uniform(rng, 0.42, 0.62), uniform(rng, 0.1, 0.6))

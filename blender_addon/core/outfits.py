"""What people wear: which garments go together, their cuts and colours. All of the randomness of clothes is here."""

import numpy as np

from .spec import LookSpec

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


def sample_outfit(rng: np.random.Generator, sex: float, age: float) -> tuple:
    """Clothes for one person, inner layers first: (LookSpec, ...).

    Args:
        sex: 0 male to 1 female.
        age: years.
    """
    female = rng.random() < sex
    warm = rng.random()  # 0 a summer's day, 1 a cold one
    shoes = _shoes(rng, female, age, warm)
    if female and rng.random() < 0.22:
        body = [_dress(rng, warm, age)]
    else:
        bottom = _bottom(rng, female, age, warm)
        top = _top(rng, female, age, warm, _main_color(bottom), bottom.kind == "skirt" or bottom.params["waist"] > 2.31)
        body = [top, bottom] if top.params.get("tucked") else [bottom, top]
    socks = _socks(rng, shoes, body)
    return tuple(_plain_types([*socks, *_with_shoes(rng, body, shoes)]))


SHIN = 0.42
"""Metres from ankle to knee, about."""


def _with_shoes(rng, body, shoes):
    """Trousers end inside high boots, or where low shoes begin; what is inside comes first."""
    long = [look for look in body if look.kind == "bottom" and look.params["hem"] < 0.2]
    if not long:
        return [shoes, *body]
    collar = shoes.params["collar"]
    if collar > 0.04:
        long[0].params.update({"hem": collar / SHIN - 0.12, "ankle_snug": 0.0035, "folds": []})
        return [*body, shoes]
    mouth = min(collar, 0.012)
    long[0].params["hem"] = max(long[0].params["hem"], (mouth - 0.004 + 0.03 * rng.random() ** 2) / SHIN)
    return [shoes, *body]


def _plain_types(looks):
    return [LookSpec(look.kind, _rounded(look.params)) for look in looks]


def _rounded(value):
    """JSON's own types, numbers short enough to read."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return round(float(value), 4)
    return value


def _pick(rng, options: dict):
    """A key by weight."""
    names = list(options)
    share = np.array([options[name] for name in names], float)
    return names[int(rng.choice(len(names), p=share / share.sum()))]


def _between(rng, low, high):
    return float(rng.uniform(low, high))


def _shade(rng, color):
    """The same dye on another day."""
    return [float(np.clip(c * rng.uniform(0.9, 1.08) + rng.normal(0, 0.012), 0.03, 0.93)) for c in color]


def _neutral(rng):
    return _shade(rng, list(NEUTRALS.values())[int(rng.integers(len(NEUTRALS)))])


def _colour(rng):
    return _shade(rng, list(COLOURS.values())[int(rng.integers(len(COLOURS)))])


def _some_color(rng, bright=0.5):
    return _colour(rng) if rng.random() < bright else _neutral(rng)


def _away_from(rng, other, bright):
    """A colour that does not look like a mistake beside another: clearly lighter, darker or of another hue."""
    for _ in range(8):
        color = _some_color(rng, bright)
        if np.abs(np.array(color) - other).max() > 0.16:
            break
    return color


def _main_color(look: LookSpec):
    return np.array(look.params["fabrics"][0]["color"])


def _seed(rng):
    return int(rng.integers(1 << 20))


def _plain(rng, color, weave, melange=0.0, sheen=0.2):
    return {"pattern": "plain", "color": color, "weave": weave, "melange": melange, "sheen": sheen, "seed": _seed(rng)}


def _patterned(rng, kind, color, weave):
    """A fabric of a named pattern on a ground colour."""
    base = {"pattern": kind, "color": color, "weave": weave, "sheen": 0.15, "seed": _seed(rng)}
    other = _away_from(rng, np.array(color), 0.5)
    third = _away_from(rng, np.array(other), 0.4)
    if kind == "stripes":
        share = _between(rng, 0.12, 0.5)
        layout = [[1 - share, 0], [share, 1]]
        return {
            **base,
            "colors": [other],
            "period": _between(rng, 0.012, 0.07),
            "layout": layout,
            "across": bool(rng.random() < 0.75),
        }
    if kind == "plaid":
        layout = [[0.3, 0], [0.05, 2], [0.12, 1], [0.04, 0], [0.12, 1], [0.05, 2], [0.28, 0], [0.04, 1]]
        return {**base, "colors": [other, third], "period": _between(rng, 0.05, 0.13), "layout": layout}
    if kind in ("check", "dots"):
        radius = _between(rng, 0.12, 0.24)
        return {**base, "colors": [other], "period": _between(rng, 0.008, 0.035), "radius": radius}
    if kind == "floral":
        leaf = _shade(rng, COLOURS["green"])
        count = int(rng.integers(18, 60))
        return {
            **base,
            "colors": [other, third, leaf, _shade(rng, COLOURS["yellow"])],
            "period": _between(rng, 0.16, 0.34),
            "count": count,
        }
    if kind == "camouflage":
        tones = [_shade(rng, NEUTRALS[name]) for name in ("olive", "brown", "black")]
        return {**base, "color": _shade(rng, NEUTRALS["beige"]), "colors": tones, "period": _between(rng, 0.3, 0.5)}
    return {**base, "colors": [other], "period": _between(rng, 0.3, 0.6)}


def _darker(color, factor=0.72):
    return [c * factor for c in color]


NECKS = {
    "crew": dict(depth=0.045, back=0.012, width=0.083, power=2.2),
    "round": dict(depth=0.085, back=0.0, width=0.10, power=2.2),
    "v": dict(depth=0.14, back=0.008, width=0.088, power=1.15),
    "scoop": dict(depth=0.125, back=-0.02, width=0.115, power=2.6),
    "collar": dict(depth=0.042, back=0.018, width=0.070, power=1.6),
}


def _top(rng, female, age, warm, below, tuckable):
    kind = _pick(
        rng,
        {
            "t-shirt": 4 * (1.3 - warm),
            "tank": (1.2 if female else 0.6) * max(0.8 - warm, 0),
            "polo": 0.9 * (1.2 - warm) + 0.4 * (age > 40),
            "shirt": 1.6 + 1.0 * (age > 25),
            "long-sleeve": 1.3,
            "sweater": 2.2 * warm,
            "hoodie": 2.0 * warm * (1.4 if age < 40 else 0.5),
            "jacket": 2.2 * warm,
        },
    )
    fitted = _between(rng, 0.3, 1.0) if female else _between(rng, 0.0, 0.6)
    params = _TOPS[kind](rng, female, fitted)
    color = _away_from(rng, below, 0.5 if female else 0.4)
    params["fabrics"] = _top_fabrics(rng, kind, color, female)
    params["style"] = kind
    if kind in ("t-shirt", "tank", "shirt", "polo", "long-sleeve") and tuckable and rng.random() < 0.4:
        params |= {
            "hem": 2.2,
            "gather": 2.3,
            "snug": 0.004,
            "bands": {k: v for k, v in params["bands"].items() if k != "hem"},
        }
    return LookSpec("top", params)


def _common(rng, fitted, **more):
    """Cut of a light top; `fitted` 0 loose to 1 close."""
    base = {
        "hem": _between(rng, 1.84, 1.98),
        "ease": 0.034 - 0.018 * fitted,
        "taper": 0.05 + 0.35 * fitted,
        "shoulder_ease": 0.007,
        "sleeve_ease": 0.017 - 0.009 * fitted,
        "sleeve_taper": 0.14 + 0.2 * fitted,
        "strap": 0.6,
        "snug": 0.012,
        "gather": None,
        "cuff": None,
        "thickness": 0.003,
        "smooth": 6,
        "margin": 0.02,
        "bands": {},
        "folds": _folds(rng, 0.008 - 0.005 * fitted, 0.5),
    }
    return {**base, **more}


def _folds(rng, size, upright):
    """Waves for `fitting.crumple`: [metres, wave vector, phase]; `upright` 1 for folds that run up and down."""
    folds = []
    for _ in range(3):
        turn = rng.normal(0, 0.5)
        wave = 2 * np.pi / rng.uniform(0.07, 0.13)
        level = np.sin(turn) * (1 - upright) + np.cos(turn) * upright
        rise = np.cos(turn) * (1 - upright) + np.sin(turn) * upright
        folds.append(
            [size * rng.uniform(0.5, 1.0), [wave * level, wave * rise, wave * 0.3 * rng.normal()], rng.uniform(0, 6.28)]
        )
    return folds


def _t_shirt(rng, female, fitted):
    neck = NECKS[_pick(rng, {"crew": 3, "round": 1.5 if female else 0.4, "v": 0.8, "scoop": 0.7 if female else 0.0})]
    return _common(
        rng,
        fitted,
        sleeve=_between(rng, 0.32, 0.85),
        neck=dict(neck),
        bands={"neck": 0.019, "hem": 0.022, "sleeve": 0.022},
    )


def _tank(rng, female, fitted):
    neck = dict(NECKS[_pick(rng, {"scoop": 2, "round": 1, "v": 0.5})])
    return _common(
        rng,
        max(fitted, 0.5),
        sleeve=None,
        strap=_between(rng, 0.66, 0.86),
        neck=neck,
        bands={"neck": 0.012, "armhole": 0.01},
    )


def _polo(rng, female, fitted):
    collar = {"kind": "shirt", "height": 0.021, "fall": 0.034}
    bands = {"sleeve": 0.022}
    return _common(
        rng,
        fitted,
        sleeve=_between(rng, 0.4, 0.7),
        neck=dict(NECKS["collar"]),
        collar=collar,
        bands=bands,
        front="polo",
    )


def _shirt(rng, female, fitted):
    collar = {"kind": "shirt", "height": 0.027, "fall": 0.040}
    sleeve, cuff = (1.93, 0.012) if rng.random() < 0.7 else (_between(rng, 0.5, 1.2), None)
    bands = {"sleeve": 0.055 if cuff else 0.025}
    more = dict(sleeve=sleeve, cuff=cuff, neck=dict(NECKS["collar"]), collar=collar, bands=bands, front="buttons")
    return _common(rng, fitted, **more, hem_curve=0.04)


def _long_sleeve(rng, female, fitted):
    neck = NECKS[_pick(rng, {"crew": 2, "round": 1, "v": 0.6})]
    return _common(
        rng, fitted, sleeve=1.95, neck=dict(neck), bands={"neck": 0.018, "hem": 0.02, "sleeve": 0.025}, cuff=0.007
    )


def _sweater(rng, female, fitted):
    neck = dict(NECKS[_pick(rng, {"crew": 2, "v": 0.7, "round": 0.5})])
    turtle = {"kind": "turtle", "height": 0.07, "fall": 0.0} if rng.random() < 0.2 else None
    bands = {"neck": 0.028, "hem": 0.055, "sleeve": 0.06}
    thick = dict(ease=0.036 - 0.012 * fitted, shoulder_ease=0.011, sleeve_ease=0.016, thickness=0.005, smooth=9)
    return _common(
        rng,
        fitted,
        **{**thick, "sleeve": 1.95, "neck": NECKS["crew"] if turtle else neck, "collar": turtle, "bands": bands},
        gather=1.9,
        snug_hem=0.02,
        cuff=0.010,
    ) | {"snug": 0.018}


def _hoodie(rng, female, fitted):
    hood = {"kind": "hood", "height": 0.05, "fall": 0.10}
    bands = {"hem": 0.055, "sleeve": 0.055}
    thick = dict(ease=0.040 - 0.010 * fitted, shoulder_ease=0.013, sleeve_ease=0.020, thickness=0.006, smooth=9)
    front = _pick(rng, {"pouch": 2, "zip": 1})
    return _common(
        rng,
        fitted,
        **{**thick, "sleeve": 1.95, "neck": dict(NECKS["crew"]), "collar": hood, "bands": bands},
        gather=1.9,
        cuff=0.011,
        front=front,
    ) | {"snug": 0.020}


def _jacket(rng, female, fitted):
    collar = (
        {"kind": "stand", "height": 0.05, "fall": 0.0}
        if rng.random() < 0.5
        else {"kind": "shirt", "height": 0.032, "fall": 0.06}
    )
    bands = {"hem": 0.05, "sleeve": 0.045}
    thick = dict(ease=0.042 - 0.010 * fitted, shoulder_ease=0.014, sleeve_ease=0.019, thickness=0.006, smooth=9)
    neck = dict(NECKS["collar"], width=0.085)
    gather = 1.9 if rng.random() < 0.4 else None
    return _common(
        rng,
        fitted,
        **{**thick, "sleeve": 1.97, "neck": neck, "collar": collar, "bands": bands},
        gather=gather,
        cuff=0.014,
        front="zip",
    ) | {"snug": 0.022}


_TOPS = {
    "t-shirt": _t_shirt,
    "tank": _tank,
    "polo": _polo,
    "shirt": _shirt,
    "long-sleeve": _long_sleeve,
    "sweater": _sweater,
    "hoodie": _hoodie,
    "jacket": _jacket,
}


def _top_fabrics(rng, kind, color, female):
    """Main cloth and trim."""
    weave = {"shirt": "plain", "sweater": "coarse", "jacket": "twill"}.get(kind, "knit")
    melange = _between(rng, 0.05, 0.14) if rng.random() < 0.25 else 0.0
    main = _plain(rng, color, weave, melange, sheen=0.35 if weave == "coarse" else 0.2)
    odds = {
        "t-shirt": {
            "stripes": 1.2,
            "floral": 0.6 * female,
            "dots": 0.3 * female,
            "blotches": 0.3,
            "camouflage": 0.12,
            "plain": 7,
        },
        "tank": {"stripes": 1, "floral": 1.0 * female, "plain": 6},
        "shirt": {"plaid": 3, "check": 1.2, "stripes": 1.2, "dots": 0.4, "floral": 0.8, "plain": 5},
        "sweater": {"stripes": 1.3, "plain": 5},
        "long-sleeve": {"stripes": 2, "floral": 0.8 * female, "plain": 5},
        "polo": {"stripes": 1.5, "plain": 5},
        "jacket": {"denim": 1.5, "leather": 1, "camouflage": 0.2, "plain": 5},
        "hoodie": {"plain": 8, "camouflage": 0.2, "blotches": 0.2},
    }[kind]
    pattern = _pick(rng, odds)
    if pattern == "denim":
        main = _denim(rng)
    elif pattern == "leather":
        main = _leather(rng)
    elif pattern != "plain":
        main = _patterned(rng, pattern, color, weave)
    if kind == "shirt" and "across" in main:
        main["across"] = False
    if kind in ("t-shirt", "hoodie") and pattern == "plain" and rng.random() < 0.5:
        main["print"] = _print(rng, color)
    trim_color = color if rng.random() < 0.75 else _away_from(rng, np.array(color), 0.4)
    if pattern in ("denim", "leather", "camouflage"):
        trim_color = main["color"]
    return [main, _plain(rng, _darker(trim_color, 0.88), "rib" if weave != "plain" else "plain", melange)]


def _print(rng, color):
    """A graphic on the chest."""
    kind = _pick(rng, {"letters": 3, "number": 1.5, "shapes": 2, "bar": 1})
    ink = _away_from(rng, np.array(color), 0.6)
    width = _between(rng, 0.12, 0.30)
    return {"kind": kind, "colors": [ink, _away_from(rng, np.array(ink), 0.7)], "width": width, "seed": _seed(rng)}


def _denim(rng):
    color = _shade(rng, DENIM[int(rng.choice(len(DENIM), p=[0.25, 0.27, 0.2, 0.12, 0.1, 0.06]))])
    return {
        "pattern": "denim",
        "color": color,
        "weave": "twill",
        "sheen": 0.0,
        "fade": _between(rng, 0.0, 0.35),
        "seed": _seed(rng),
    }


def _leather(rng):
    color = _shade(rng, LEATHERS[int(rng.integers(len(LEATHERS)))])
    return {
        "pattern": "leather",
        "color": color,
        "weave": "grain",
        "sheen": 0.0,
        "roughness": _between(rng, 0.35, 0.6),
        "seed": _seed(rng),
    }


def _bottom(rng, female, age, warm):
    kind = _pick(
        rng,
        {
            "jeans": 4,
            "trousers": 2 + 1.5 * (age > 35),
            "shorts": 2.2 * (1 - warm) * (1.2 if age < 40 else 0.6),
            "leggings": (1.4 if female else 0.05) * (1.2 if age < 45 else 0.4),
            "joggers": 1.0 * (1.3 if age < 40 else 0.6),
            "skirt": 1.4 * female,
        },
    )
    if kind == "skirt":
        return _skirt(rng, warm, age)
    waist = _between(rng, 2.22, 2.3) if not female else _between(rng, 2.24, 2.38)
    slim = _between(rng, 0.2, 1.0) if female else _between(rng, 0.0, 0.85)
    params = {
        "waist": waist,
        "hem": _between(rng, -0.16, 0.02),
        "hip_ease": 0.007,
        "leg_ease": 0.024 - 0.016 * slim,
        "leg_taper": 0.02 + 0.16 * slim,
        "thickness": 0.003,
        "smooth": 5,
        "margin": 0.02,
        "bands": {"waist": 0.038},
        "style": kind,
        "ankle_snug": None,
        "folds": _folds(rng, 0.008 - 0.006 * slim, 0.1),
    }
    return LookSpec("bottom", _BOTTOMS[kind](rng, params, female))


def _jeans(rng, params, female):
    main = _denim(rng)
    return params | {"fabrics": [main, {**main, "fade": 0.0, "color": _darker(main["color"], 0.9)}], "front": "jeans"}


def _trousers(rng, params, female):
    color = _neutral(rng) if rng.random() < 0.85 else _colour(rng)
    color = color if max(color) < 0.85 else _shade(rng, NEUTRALS["charcoal"])
    cord = rng.random() < 0.12
    main = _plain(rng, color, "cord" if cord else "twill", sheen=0.3 if cord else 0.1)
    return params | {"fabrics": [main, _plain(rng, _darker(color, 0.93), "twill")], "front": "trousers"}


def _shorts(rng, params, female):
    kind = _pick(rng, {"denim": 1, "sport": 1.5, "chino": 1.5})
    color = _some_color(rng, 0.5 if kind == "sport" else 0.15)
    main = _denim(rng) if kind == "denim" else _plain(rng, color, "knit" if kind == "sport" else "twill")
    trim = _plain(rng, _darker(main["color"], 0.9), "rib" if kind == "sport" else "twill")
    hem = _between(rng, 1.02, 1.42) if not female else _between(rng, 1.15, 1.62)
    cut = {"hem": hem, "leg_ease": _between(rng, 0.016, 0.036), "leg_taper": 0.0, "margin": 0.06}
    return params | cut | {"bands": {"waist": 0.038, "hem": 0.022}, "fabrics": [main, trim], "front": "trousers"}


def _leggings(rng, params, female):
    color = (
        _shade(rng, NEUTRALS[_pick(rng, {"black": 4, "charcoal": 1, "navy": 1, "grey": 0.5})])
        if rng.random() < 0.8
        else _colour(rng)
    )
    cut = {
        "hip_ease": 0.004,
        "leg_ease": 0.0035,
        "leg_taper": 1.2,
        "smooth": 3,
        "hem": _pick(rng, {0.06: 3, 0.45: 1, 0.95: 0.6}),
        "thickness": 0.002,
    }
    return params | cut | {"fabrics": [_plain(rng, color, "smooth", sheen=0.1), _plain(rng, color, "rib")]}


def _joggers(rng, params, female):
    color = _neutral(rng)
    main = _plain(rng, color, "knit", _between(rng, 0, 0.12))
    cut = {"hem": 0.02, "leg_ease": _between(rng, 0.016, 0.026), "leg_taper": 0.06, "ankle_snug": 0.009}
    return (
        params
        | cut
        | {"bands": {"waist": 0.04, "hem": 0.05}, "fabrics": [main, _plain(rng, _darker(color, 0.9), "rib")]}
    )


_BOTTOMS = {"jeans": _jeans, "trousers": _trousers, "shorts": _shorts, "leggings": _leggings, "joggers": _joggers}


def _skirt_cut(rng, hem):
    """Flare and folds; long skirts need some flare to walk in."""
    shape = _pick(rng, {"a-line": 3, "flared": 2, "straight": 1 if hem > 1.0 else 0.0})
    flare = {"a-line": _between(rng, 0.12, 0.25), "flared": _between(rng, 0.24, 0.38), "straight": 0.0}[shape]
    size = {"a-line": 0.004, "flared": 0.013, "straight": 0.0}[shape]
    folds = [
        [int(rng.integers(6, 10)), size, _between(rng, 0, 6.28)],
        [int(rng.integers(11, 17)), size * 0.6, _between(rng, 0, 6.28)],
    ]
    return {"flare": flare, "pleats": folds}


def _skirt(rng, warm, age):
    hem = _pick(rng, {1.5: 1.2 if age < 40 else 0.2, 1.2: 2, 0.9: 2, 0.5: 1, 0.15: 0.6}) + _between(rng, -0.08, 0.08)
    pattern = _pick(
        rng,
        {"plain": 4, "denim": 1.2 * (hem > 0.8), "floral": 1.2, "plaid": 1, "dots": 0.6, "leather": 0.4 * (hem > 0.9)},
    )
    color = _some_color(rng, 0.4)
    main = _fabric(rng, pattern, color, "twill")
    params = _skirt_cut(rng, hem) | {
        "waist": _between(rng, 2.32, 2.46),
        "hem": hem,
        "ease": 0.008,
        "band": 0.035,
        "margin": 0.35,
        "thickness": 0.003,
        "fabrics": [main, _plain(rng, _darker(main["color"], 0.9), "twill")],
        "style": "skirt",
    }
    return LookSpec("skirt", params)


def _fabric(rng, pattern, color, weave):
    if pattern == "denim":
        return _denim(rng)
    if pattern == "leather":
        return _leather(rng)
    return _plain(rng, color, weave) if pattern == "plain" else _patterned(rng, pattern, color, weave)


def _dress(rng, warm, age):
    hem = _pick(rng, {1.45: 1 if age < 40 else 0.2, 1.15: 2, 0.9: 2, 0.45: 0.8, 0.12: 0.6}) + _between(rng, -0.08, 0.08)
    sleeve = _pick(rng, {None: 2 * (1.1 - warm), 0.4: 2, 1.3: 0.7, 1.95: 1.6 * warm})
    neck = NECKS[_pick(rng, {"round": 2, "v": 1.5, "scoop": 1.2, "crew": 0.8})]
    color = _some_color(rng, 0.65)
    main = _fabric(
        rng,
        _pick(rng, {"plain": 4, "floral": 3, "dots": 1, "stripes": 0.8, "check": 0.5, "denim": 0.3}),
        color,
        "plain",
    )
    cut = _common(rng, _between(rng, 0.5, 1.0), sleeve=sleeve, neck=dict(neck), strap=_between(rng, 0.68, 0.8))
    params = (
        cut
        | _skirt_cut(rng, hem)
        | {
            "waist": _between(rng, 2.36, 2.5),
            "skirt_hem": hem,
            "band": 0.02,
            "skirt_margin": 0.35,
            "snug": 0.010,
            "cuff": 0.008 if sleeve == 1.95 else None,
            "fabrics": [main, _plain(rng, _darker(main["color"], 0.85), "plain")],
            "style": "dress",
        }
    )
    return LookSpec("dress", params)


def _shoes(rng, female, age, warm):
    kind = _pick(rng, {"sneakers": 5 if age < 50 else 3, "leather": 1.6 + (age > 30), "boots": 1.8 * warm})
    params = {"style": kind, "stripe": False, "cap": False, "heel": 0.0, "thickness": 0.004}
    if kind == "sneakers":
        color = _some_color(rng, 0.35)
        upper = _plain(rng, color, "plain", sheen=0.0) if rng.random() < 0.7 else _leather(rng) | {"color": color}
        trim = _plain(rng, [0.9, 0.9, 0.88] if rng.random() < 0.6 else _away_from(rng, np.array(color), 0.5), "plain")
        cap = bool(rng.random() < 0.2)
        cut = {
            "sole": _between(rng, 0.02, 0.028),
            "collar": _between(rng, -0.012, 0.012),
            "laces": 6,
            "stripe": bool(rng.random() < 0.5 and not cap),
            "cap": cap,
        }
        sole = _rubber(rng, light=True)
    elif kind == "leather":
        upper = _leather(rng) | {"roughness": _between(rng, 0.25, 0.5)}
        trim = _plain(rng, _darker(upper["color"], 0.6), "plain")
        cut = {
            "sole": _between(rng, 0.016, 0.022),
            "heel": 0.009,
            "collar": _between(rng, -0.02, -0.008),
            "laces": int(rng.choice([0, 4, 5])),
        }
        sole = _rubber(rng, light=False)
    else:
        upper = _leather(rng)
        trim = _plain(rng, _darker(upper["color"], 0.7), "plain")
        cut = {
            "sole": _between(rng, 0.024, 0.032),
            "heel": 0.012,
            "collar": _between(rng, 0.06, 0.22 if female else 0.12),
            "laces": int(rng.choice([0, 6])),
        }
        sole = _rubber(rng, light=rng.random() < 0.15)
    fabrics = [fabric | {"wrinkles": 0.12} for fabric in (upper, sole, trim)]
    return LookSpec("shoes", params | cut | {"fabrics": fabrics})


def _rubber(rng, light):
    color = RUBBERS[int(rng.choice(4, p=[0.6, 0.2, 0.1, 0.1] if light else [0.0, 0.0, 0.75, 0.25]))]
    return {
        "pattern": "plain",
        "color": _shade(rng, color),
        "weave": "smooth",
        "sheen": 0.0,
        "roughness": 0.6,
        "seed": 0,
    }


def _socks(rng, shoes, body):
    """Socks that show: none in long boots, seldom under skirts."""
    bare = any(look.kind in ("skirt", "dress") for look in body)
    if shoes.params["style"] == "boots" or rng.random() < (0.55 if bare else 0.1):
        return []
    height = _pick(rng, {0.14: 2, 0.3: 2, 0.55: 0.6})
    color = (
        _shade(rng, NEUTRALS[_pick(rng, {"white": 3, "black": 2, "grey": 1, "navy": 0.5})])
        if rng.random() < 0.85
        else _colour(rng)
    )
    params = {
        "height": height,
        "clearance": 0.0025,
        "thickness": 0.0015,
        "fabrics": [_plain(rng, color, "rib")],
        "style": "socks",
    }
    return [LookSpec("socks", params)]

"""Cuts of trousers, skirts, dresses, shoes and socks."""

import numpy as np

from ..chance import one_of, pick
from ..spec import LookSpec
from .fabric_choices import (
    NEUTRALS,
    away_from,
    between,
    colour,
    darker,
    denim,
    fabric,
    leather,
    neutral,
    plain_fabric,
    rubber,
    shade,
    some_color,
)
from .top_choices import NECKS, fold_waves, top_cut


def sample_bottom(rng, female, age, warm) -> LookSpec:
    """Trousers, shorts or a skirt; `warm` 0 for a summer's day, 1 for a cold one."""
    kind = pick(
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
        return sample_skirt(rng, warm, age)
    waist = between(rng, 2.22, 2.3) if not female else between(rng, 2.24, 2.38)
    slim = between(rng, 0.2, 1.0) if female else between(rng, 0.0, 0.85)
    params = {
        "waist": waist,
        "hem": between(rng, -0.16, 0.02),
        "hip_ease": 0.007,
        "leg_ease": 0.024 - 0.016 * slim,
        "leg_taper": 0.02 + 0.16 * slim,
        "thickness": 0.003,
        "smooth": 5,
        "margin": 0.02,
        "bands": {"waist": 0.038},
        "style": kind,
        "ankle_snug": None,
        "folds": fold_waves(rng, 0.008 - 0.006 * slim, 0.1),
    }
    return LookSpec("bottom", _BOTTOMS[kind](rng, params, female))


def _jeans(rng, params, female):
    main = denim(rng)
    return params | {"fabrics": [main, {**main, "fade": 0.0, "color": darker(main["color"], 0.9)}], "front": "jeans"}


def _trousers(rng, params, female):
    color = neutral(rng) if rng.random() < 0.85 else colour(rng)
    color = color if max(color) < 0.85 else shade(rng, NEUTRALS["charcoal"])
    cord = rng.random() < 0.12
    main = plain_fabric(rng, color, "cord" if cord else "twill", sheen=0.3 if cord else 0.1)
    return params | {"fabrics": [main, plain_fabric(rng, darker(color, 0.93), "twill")], "front": "trousers"}


def _shorts(rng, params, female):
    kind = pick(rng, {"denim": 1, "sport": 1.5, "chino": 1.5})
    color = some_color(rng, 0.5 if kind == "sport" else 0.15)
    main = denim(rng) if kind == "denim" else plain_fabric(rng, color, "knit" if kind == "sport" else "twill")
    trim = plain_fabric(rng, darker(main["color"], 0.9), "rib" if kind == "sport" else "twill")
    front = {"denim": "jeans", "sport": "drawstring", "chino": "trousers"}[kind]
    hem = between(rng, 1.02, 1.42) if not female else between(rng, 1.15, 1.62)
    cut = {"hem": hem, "leg_ease": between(rng, 0.016, 0.036), "leg_taper": 0.0, "margin": 0.06}
    return params | cut | {"bands": {"waist": 0.038, "hem": 0.022}, "fabrics": [main, trim], "front": front}


def _leggings(rng, params, female):
    color = (
        shade(rng, NEUTRALS[pick(rng, {"black": 4, "charcoal": 1, "navy": 1, "grey": 0.5})])
        if rng.random() < 0.8
        else colour(rng)
    )
    cut = {
        "hip_ease": 0.004,
        "leg_ease": 0.0035,
        "leg_taper": 1.2,
        "smooth": 3,
        "hem": pick(rng, {0.06: 3, 0.45: 1, 0.95: 0.6}),
        "thickness": 0.002,
    }
    return params | cut | {"fabrics": [plain_fabric(rng, color, "smooth", sheen=0.1), plain_fabric(rng, color, "rib")]}


def _joggers(rng, params, female):
    color = neutral(rng)
    main = plain_fabric(rng, color, "knit", between(rng, 0, 0.12))
    cut = {"hem": 0.02, "leg_ease": between(rng, 0.016, 0.026), "leg_taper": 0.06, "ankle_snug": 0.009}
    return (
        params
        | cut
        | {"bands": {"waist": 0.04, "hem": 0.05}, "fabrics": [main, plain_fabric(rng, darker(color, 0.9), "rib")]}
        | {"front": "drawstring"}
    )


_BOTTOMS = {"jeans": _jeans, "trousers": _trousers, "shorts": _shorts, "leggings": _leggings, "joggers": _joggers}


def _skirt_cut(rng, hem):
    """Flare and folds; long skirts need some flare to walk in."""
    shape = pick(rng, {"a-line": 3, "flared": 2, "straight": 1 if hem > 1.0 else 0.0})
    flare = {"a-line": between(rng, 0.06, 0.16), "flared": between(rng, 0.16, 0.28), "straight": 0.0}[shape]
    size = {"a-line": 0.004, "flared": 0.013, "straight": 0.0}[shape]
    folds = [
        [int(rng.integers(6, 10)), size, between(rng, 0, 6.28)],
        [int(rng.integers(11, 17)), size * 0.6, between(rng, 0, 6.28)],
    ]
    return {"flare": flare, "pleats": folds}


def sample_skirt(rng, warm, age):
    hem = pick(rng, {1.5: 1.2 if age < 40 else 0.2, 1.2: 2, 0.9: 2, 0.5: 1, 0.15: 0.6}) + between(rng, -0.08, 0.08)
    pattern = pick(
        rng,
        {"plain": 4, "denim": 1.2 * (hem > 0.8), "floral": 1.2, "plaid": 1, "dots": 0.6, "leather": 0.4 * (hem > 0.9)},
    )
    color = some_color(rng, 0.4)
    main = fabric(rng, pattern, color, "twill")
    params = _skirt_cut(rng, hem) | {
        "waist": between(rng, 2.32, 2.46),
        "hem": hem,
        "ease": 0.008,
        "band": 0.035,
        "margin": 0.15,
        "thickness": 0.003,
        "fabrics": [main, plain_fabric(rng, darker(main["color"], 0.9), "twill")],
        "style": "skirt",
    }
    return LookSpec("skirt", params)


def sample_dress(rng, warm, age) -> LookSpec:
    """Top and skirt of one cloth."""
    hem = pick(rng, {1.45: 1 if age < 40 else 0.2, 1.15: 2, 0.9: 2, 0.45: 0.8, 0.12: 0.6}) + between(rng, -0.08, 0.08)
    sleeve = pick(rng, {None: 2 * (1.1 - warm), 0.4: 2, 1.3: 0.7, 1.95: 1.6 * warm})
    neck = NECKS[pick(rng, {"round": 2, "v": 1.5, "scoop": 1.2, "crew": 0.8})]
    color = some_color(rng, 0.65)
    main = fabric(
        rng,
        pick(rng, {"plain": 4, "floral": 3, "dots": 1, "stripes": 0.8, "check": 0.5, "denim": 0.3}),
        color,
        "plain",
    )
    cut = top_cut(rng, between(rng, 0.5, 1.0), sleeve=sleeve, neck=dict(neck), strap=between(rng, 0.68, 0.8))
    params = (
        cut
        | _skirt_cut(rng, hem)
        | {
            "waist": between(rng, 2.36, 2.5),
            "skirt_hem": hem,
            "band": 0.02,
            "skirt_margin": 0.15,
            "snug": 0.010,
            "cuff": 0.008 if sleeve == 1.95 else None,
            "fabrics": [main, plain_fabric(rng, darker(main["color"], 0.85), "plain")],
            "style": "dress",
        }
    )
    return LookSpec("dress", params)


def sample_shoes(rng, female, age, warm) -> LookSpec:
    """Sneakers, leather shoes or boots."""
    kind = pick(rng, {"sneakers": 5 if age < 50 else 3, "leather": 1.6 + (age > 30), "boots": 1.8 * warm})
    params = {"style": kind, "stripe": False, "cap": False, "heel": 0.0, "thickness": 0.004}
    if kind == "sneakers":
        color = some_color(rng, 0.35)
        upper = plain_fabric(rng, color, "plain", sheen=0.0) if rng.random() < 0.7 else leather(rng) | {"color": color}
        trim = plain_fabric(
            rng, [0.9, 0.9, 0.88] if rng.random() < 0.6 else away_from(rng, np.array(color), 0.5), "plain"
        )
        cap = bool(rng.random() < 0.2)
        cut = {
            "sole": between(rng, 0.02, 0.028),
            "collar": between(rng, -0.012, 0.012),
            "laces": 6,
            "stripe": bool(rng.random() < 0.5 and not cap),
            "cap": cap,
        }
        sole = rubber(rng, light=True)
    elif kind == "leather":
        upper = leather(rng) | {"roughness": between(rng, 0.25, 0.5)}
        trim = plain_fabric(rng, darker(upper["color"], 0.6), "plain")
        cut = {
            "sole": between(rng, 0.016, 0.022),
            "heel": 0.009,
            "collar": between(rng, -0.02, -0.008),
            "laces": one_of(rng, (0, 4, 5)),
        }
        sole = rubber(rng, light=False)
    else:
        upper = leather(rng)
        trim = plain_fabric(rng, darker(upper["color"], 0.7), "plain")
        cut = {
            "sole": between(rng, 0.024, 0.032),
            "heel": 0.012,
            "collar": between(rng, 0.06, 0.22 if female else 0.12),
            "laces": one_of(rng, (0, 6)),
        }
        sole = rubber(rng, light=rng.random() < 0.15)
    fabrics = [fabric | {"wrinkles": 0.12} for fabric in (upper, sole, trim)]
    return LookSpec("shoes", params | cut | {"fabrics": fabrics})


def sample_socks(rng, shoes, body):
    """Socks that show: none in long boots, seldom under skirts."""
    bare = any(look.kind in ("skirt", "dress") for look in body)
    if shoes.params["style"] == "boots" or rng.random() < (0.55 if bare else 0.1):
        return []
    height = pick(rng, {0.14: 2, 0.3: 2, 0.55: 0.6})
    color = (
        shade(rng, NEUTRALS[pick(rng, {"white": 3, "black": 2, "grey": 1, "navy": 0.5})])
        if rng.random() < 0.85
        else colour(rng)
    )
    params = {
        "height": height,
        "clearance": 0.0025,
        "thickness": 0.0015,
        "fabrics": [plain_fabric(rng, color, "rib")],
        "style": "socks",
    }
    return [LookSpec("socks", params)]

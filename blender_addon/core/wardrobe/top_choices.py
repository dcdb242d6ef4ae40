"""Cuts of what is worn above the waist."""

import numpy as np

from ..chance import pick
from ..spec import LookSpec
from .fabric_choices import (
    away_from,
    between,
    chest_print,
    darker,
    denim,
    leather,
    patterned,
    plain_fabric,
    thick_cloth,
)

NECKS = {
    "crew": dict(depth=0.045, back=0.012, width=0.083, power=2.2),
    "round": dict(depth=0.085, back=0.0, width=0.10, power=2.2),
    "v": dict(depth=0.14, back=0.008, width=0.088, power=1.15),
    "scoop": dict(depth=0.125, back=-0.02, width=0.115, power=2.6),
    "collar": dict(depth=0.042, back=0.018, width=0.070, power=1.6),
}


def sample_top(rng, female, age, warm, below, tucked_in) -> LookSpec:
    """A top to go with trousers or a skirt.

    Args:
        warm: 0 a summer's day, 1 a cold one.
        below: (3,) colour of what is worn with it.
        tucked_in: chance that a light top is tucked in.
    """
    kind = pick(
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
    fitted = between(rng, 0.3, 1.0) if female else between(rng, 0.0, 0.6)
    params = _TOPS[kind](rng, female, fitted)
    color = away_from(rng, below, 0.5 if female else 0.4)
    params["fabrics"] = _top_fabrics(rng, kind, color, female)
    params["style"] = kind
    if kind in ("t-shirt", "tank", "shirt", "polo", "long-sleeve") and rng.random() < tucked_in:
        params |= {
            "hem": 2.2,
            "gather": 2.3,
            "snug": 0.004,
            "bands": {k: v for k, v in params["bands"].items() if k != "hem"},
        }
    return LookSpec("top", params)


def top_cut(rng, fitted, **more):
    """Cut of a light top; `fitted` 0 loose to 1 close."""
    base = {
        "hem": between(rng, 1.84, 1.98),
        "ease": 0.029 - 0.014 * fitted,
        "taper": 0.10 + 0.32 * fitted,
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
        "folds": fold_waves(rng, 0.008 - 0.005 * fitted, 0.5),
    }
    return {**base, **more}


def fold_waves(rng, size, upright):
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
    neck = NECKS[pick(rng, {"crew": 3, "round": 1.5 if female else 0.4, "v": 0.8, "scoop": 0.7 if female else 0.0})]
    return top_cut(
        rng,
        fitted,
        sleeve=between(rng, 0.32, 0.85),
        neck=dict(neck),
        bands={"neck": 0.019, "hem": 0.022, "sleeve": 0.022},
    )


def _tank(rng, female, fitted):
    neck = dict(NECKS[pick(rng, {"scoop": 2, "round": 1, "v": 0.5})])
    return top_cut(
        rng,
        max(fitted, 0.5),
        sleeve=None,
        strap=between(rng, 0.66, 0.86),
        neck=neck,
        bands={"neck": 0.012, "armhole": 0.01},
    )


def _polo(rng, female, fitted):
    collar = {"kind": "shirt", "height": 0.021, "fall": 0.034}
    bands = {"sleeve": 0.022}
    return top_cut(
        rng,
        fitted,
        sleeve=between(rng, 0.4, 0.7),
        neck=dict(NECKS["collar"]),
        collar=collar,
        bands=bands,
        front="polo",
    )


def _shirt(rng, female, fitted):
    collar = {"kind": "shirt", "height": 0.027, "fall": 0.040}
    sleeve, cuff = (1.93, 0.012) if rng.random() < 0.7 else (between(rng, 0.5, 1.2), None)
    bands = {"sleeve": 0.055 if cuff else 0.025}
    more = dict(sleeve=sleeve, cuff=cuff, neck=dict(NECKS["collar"]), collar=collar, bands=bands, front="buttons")
    return top_cut(rng, fitted, **more, hem_curve=0.04)


def _long_sleeve(rng, female, fitted):
    neck = NECKS[pick(rng, {"crew": 2, "round": 1, "v": 0.6})]
    return top_cut(
        rng, fitted, sleeve=1.95, neck=dict(neck), bands={"neck": 0.018, "hem": 0.02, "sleeve": 0.025}, cuff=0.007
    )


def _sweater(rng, female, fitted):
    neck = dict(NECKS[pick(rng, {"crew": 2, "v": 0.7, "round": 0.5})])
    turtle = {"kind": "turtle", "height": 0.07, "fall": 0.0} if rng.random() < 0.2 else None
    bands = {"neck": 0.028, "hem": 0.055, "sleeve": 0.06}
    thick = dict(ease=0.032 - 0.012 * fitted, shoulder_ease=0.010, sleeve_ease=0.013, thickness=0.005, smooth=9)
    return top_cut(
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
    thick = dict(ease=0.036 - 0.010 * fitted, shoulder_ease=0.010, sleeve_ease=0.014, thickness=0.006, smooth=9)
    front = pick(rng, {"pouch": 2, "zip": 1})
    return top_cut(
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
    thick = dict(ease=0.036 - 0.010 * fitted, shoulder_ease=0.010, sleeve_ease=0.013, thickness=0.006, smooth=9)
    neck = dict(NECKS["collar"], width=0.085)
    gather = 1.9 if rng.random() < 0.4 else None
    return top_cut(
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
    melange = between(rng, 0.05, 0.14) if rng.random() < 0.25 else 0.0
    main = plain_fabric(rng, color, weave, melange, sheen=0.35 if weave == "coarse" else 0.2)
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
    pattern = pick(rng, odds)
    if pattern == "denim":
        main = denim(rng)
    elif pattern == "leather":
        main = leather(rng)
    elif pattern != "plain":
        main = patterned(rng, pattern, color, weave)
    if kind == "shirt" and "across" in main:
        main["across"] = False
    if kind == "t-shirt" and pattern == "plain" and rng.random() < 0.5:
        main["print"] = chest_print(rng, color)
    if kind in ("sweater", "hoodie", "jacket"):
        main = thick_cloth(main)
    trim_color = color if rng.random() < 0.75 else away_from(rng, np.array(color), 0.4)
    if pattern in ("denim", "leather", "camouflage"):
        trim_color = main["color"]
    return [main, plain_fabric(rng, darker(trim_color, 0.88), "rib" if weave != "plain" else "plain", melange)]

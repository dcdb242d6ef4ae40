"""Heads of hair and beards: which people wear which, and the surface that the strands of a look make."""

import numpy as np

from ..chance import pick
from ..closet import EMPTY, Closet
from ..spec import LookSpec
from ..surface import Surface
from .published import hair_mesh
from .scalp import Head
from .skin import join_surfaces
from .strands import beard_strands, scalp_cap, scalp_strands

MALE_STYLES = {
    "buzz": 0.13,
    "crew": 0.20,
    "short": 0.20,
    "side part": 0.13,
    "swept back": 0.08,
    "messy": 0.10,
    "curly": 0.05,
    "medium": 0.03,
    "long": 0.02,
    "bun": 0.01,
}
FEMALE_STYLES = {
    "long": 0.30,
    "medium": 0.17,
    "bob": 0.12,
    "ponytail": 0.16,
    "bun": 0.09,
    "curly": 0.06,
    "pixie": 0.05,
    "fringe": 0.08,
}
DYES = (
    (0.42, 0.30, 0.16),
    (0.40, 0.27, 0.13),
    (0.24, 0.06, 0.020),
    (0.10, 0.03, 0.020),
    (0.16, 0.012, 0.014),
    (0.36, 0.10, 0.17),
    (0.05, 0.06, 0.16),
)
# What a style sets; lengths in metres.
PLAIN = {
    "top": 0.04,
    "sides": 0.02,
    "comb": "down",  # the field along which hair lies on the scalp: down, forward, back, part or tie
    "lift": 0.35,  # 0 flat on the scalp, 1 upright
    "stiff": 0.06,  # length over which gravity bends it
    "volume": 0.012,  # height of the outermost layer
    "wave": 0.0,
    "wave_length": 0.05,
    "clump": 0.5,
    "messy": 0.12,
    "strands": 6500,
    "steps": 7,
    "width": 0.0024,
    "fringe": 0.0,
    "tail": 0.0,  # length of a ponytail; negative, the radius of a bun
}
SHORT = {**PLAIN, "messy": 0.2, "comb": "forward"}
LONG = {
    **PLAIN,
    "comb": "part",
    "lift": 0.45,
    "stiff": 0.04,
    "volume": 0.018,
    "clump": 0.42,
    "messy": 0.06,
    "strands": 4000,
    "steps": 13,
    "width": 0.0023,
}
TIED = {
    **PLAIN,
    "top": 0.3,
    "sides": 0.3,
    "comb": "tie",
    "volume": 0.006,
    "messy": 0.05,
    "lift": 0.12,
    "strands": 3600,
    "steps": 8,
}
BUZZ = {"lift": 0.75, "volume": 0.0, "clump": 0.0, "strands": 9000, "steps": 2, "width": 0.0016}
CREW = {"lift": 0.38, "stiff": 0.15, "volume": 0.006, "strands": 11000, "steps": 4, "width": 0.0019}
CROP = {"lift": 0.3, "volume": 0.011, "clump": 0.6, "strands": 8500, "steps": 5, "width": 0.0022}
CURLY = {
    "lift": 0.6,
    "stiff": 0.05,
    "volume": 0.026,
    "messy": 0.3,
    "clump": 0.75,
    "strands": 3300,
    "steps": 15,
    "width": 0.0021,
}
AFRO = {"lift": 1.0, "stiff": 9.0, "volume": 0.0, "messy": 0.25, "steps": 8, "width": 0.0028}
STYLES = {
    "buzz": {**PLAIN, **BUZZ, "top": 0.007, "sides": 0.005},
    "crew": {**SHORT, **CREW, "top": 0.022, "sides": 0.009},
    "short": {**SHORT, **CROP, "top": 0.045, "sides": 0.02},
    "side part": {**PLAIN, "top": 0.075, "sides": 0.028, "comb": "part", "lift": 0.34, "stiff": 0.035},
    "swept back": {**PLAIN, "top": 0.085, "sides": 0.025, "comb": "back", "lift": 0.24, "messy": 0.08},
    "messy": {**PLAIN, "top": 0.06, "sides": 0.03, "lift": 0.36, "messy": 0.4, "volume": 0.016, "clump": 0.75},
    "pixie": {**PLAIN, "top": 0.075, "sides": 0.04, "comb": "part", "lift": 0.4, "fringe": 0.6},
    "curly": {**PLAIN, **CURLY, "top": 0.085, "sides": 0.06, "wave": 0.005, "wave_length": 0.022},
    "afro": {**PLAIN, **AFRO, "top": 0.05, "sides": 0.04, "wave": 0.004, "wave_length": 0.014},
    "medium": {**LONG, "top": 0.17, "sides": 0.15, "stiff": 0.05, "messy": 0.1},
    "bob": {**LONG, "top": 0.24, "sides": 0.19},
    "fringe": {**LONG, "top": 0.33, "sides": 0.30, "fringe": 1.0},
    "long": {**LONG, "top": 0.46, "sides": 0.42, "steps": 15, "strands": 3700},
    "ponytail": {**TIED, "tail": 0.28},
    "bun": {**TIED, "tail": -0.032},
}


def sample_hair(rng: np.random.Generator, sex: float, age: float, skin: LookSpec, style: str | None = None) -> LookSpec:
    """Draw a head of hair and a beard that go with the skin.

    Args:
        sex: 0 male to 1 female.
        style: one of STYLES instead of a drawn one.
    """
    male = sex < 0.5
    drawn = _sample_style(rng, male, age, skin)
    style = style or drawn
    shape = STYLES.get(style, PLAIN)
    stretch = rng.uniform(0.75, 1.3)
    dyed = rng.random() < (0.015 if male else 0.06)
    color = np.array(DYES[int(rng.integers(len(DYES)))] if dyed else skin.params["hair_color"])
    params = {
        "style": style,
        "color": _numbers(color),
        "tip_color": _numbers(color * rng.uniform(1.0, 1.5) + (0 if male else rng.random() * 0.02)),
        "grey": 0.0 if dyed or (not male and rng.random() < 0.5) else skin.params["grey"],
        "roughness": _between(rng, 0.38, 0.55),
        "parting": _between(rng, -0.035, 0.035),
        "open": _between(rng, -0.022, 0.012),
        "bare": style == "bald",
        **shape,
        "seed": int(rng.integers(2**31)),
    }
    for name in ("top", "sides"):
        params[name] = round(shape[name] * stretch * rng.uniform(0.9, 1.1), 4)
    params["tail"] = round(shape["tail"] * rng.uniform(0.8, 1.3), 4)
    params["volume"] = round(shape["volume"] * rng.uniform(0.7, 1.4), 4)
    params["recession"] = _sample_recession(rng, male, age, style)
    params["front"] = _between(rng, 0.0, 0.7) if style in ("long", "fringe", "medium") else 0.0
    if style in ("long", "medium", "bob", "ponytail", "messy", "side part", "fringe") and rng.random() < 0.5:
        params["wave"] = _between(rng, 0.002, 0.008)
        params["wave_length"] = _between(rng, 0.04, 0.11)
    params["scalp_shade"] = 0.0 if style == "bald" else 0.85
    params["beard"] = _sample_beard(rng, male, age)
    return LookSpec("hair", params)


def _sample_style(rng, male: bool, age: float, skin: LookSpec) -> str:
    chances = dict(MALE_STYLES if male else FEMALE_STYLES)
    tightly_curled = skin.params["natural_hair"] == "black" and skin.params["lightness"] < 48
    if tightly_curled:
        chances["afro"] = 0.3 if male else 0.35
        chances["buzz"] = chances.get("buzz", 0.0) + (0.4 if male else 0.05)
        chances["curly"] += 0.15
        for style in ("side part", "swept back", "messy", "pixie", "fringe", "bob"):
            chances[style] = chances.get(style, 0) * 0.2
    if male and age > 30:
        chances["bald"] = min(0.25, (age - 30) / 130)
    if not male and age > 50:
        chances["long"] *= 0.4
        chances["pixie"] += 0.15
        chances["bob"] += 0.15
        chances["fringe"] *= 0.3
    return pick(rng, {name: max(chance, 0.0) for name, chance in chances.items()})


def _sample_recession(rng, male: bool, age: float, style: str) -> float:
    if not male or age < 25 or style in ("afro", "curly", "medium", "long", "bun"):
        return 0.0
    if rng.random() > min(0.75, (age - 20) / 70):
        return 0.0
    return round(float(np.clip(rng.beta(1.3, 2.2) * (age / 60), 0, 1)), 3)


def _sample_beard(rng, male: bool, age: float) -> dict:
    """Length in metres, 0 for none."""
    if not male or age < 19 or rng.random() > 0.27:
        return {"length": 0.0, "moustache": False}
    length = pick(rng, {0.004: 0.4, 0.008: 0.38, 0.014: 0.16, 0.03: 0.06}) * rng.uniform(0.8, 1.2)
    return {"length": round(length, 4), "moustache": bool(rng.random() < 0.15)}


def _between(rng, low, high) -> float:
    return round(float(rng.uniform(low, high)), 4)


def _numbers(values) -> list:
    return [round(float(min(max(value, 0.0), 1.0)), 5) for value in values]


def hair_surfaces(body, shaped: np.ndarray, look: LookSpec, closet: Closet = EMPTY) -> list[Surface]:
    """Strands, the cap beneath them and the beard as one surface in the rest pose; an empty list for a bare head.

    Published hair is a surface of its own.

    Point attributes: 'strand' 0 at the root to 1 at the tip, 'tone' and 'tone2' random a strand, 0 to 1.
    """
    params = look.params
    if body.poly is None or (params["bare"] and params["beard"]["length"] <= 0):
        return []  # a licensed body's files do not say where its scalp is
    rng = np.random.default_rng(params["seed"])
    head = Head.of(body, shaped, long=max(params["top"], params["tail"]) > 0.12)
    parts, published = [], [hair_mesh(body, shaped, look, closet)] if "asset" in params else []
    if not params["bare"] and not published:
        parts += [scalp_cap(head, params), *scalp_strands(rng, head, params)]
    if params["beard"]["length"] > 0:
        parts.append(beard_strands(rng, head, params))
    return published + ([join_surfaces("hair", parts)] if parts else [])

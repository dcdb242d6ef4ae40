"""What people wear: which garments go together. All of the randomness of clothes starts here."""

import numpy as np

from ..spec import LookSpec
from .bottom_choices import sample_bottom, sample_dress, sample_shoes, sample_socks
from .top_choices import sample_top


def sample_outfit(rng: np.random.Generator, sex: float, age: float) -> tuple:
    """Clothes for one person, inner layers first: (LookSpec, ...).

    Args:
        sex: 0 male to 1 female.
        age: years.
    """
    female = rng.random() < sex
    warm = rng.random()  # 0 a summer's day, 1 a cold one
    shoes = sample_shoes(rng, female, age, warm)
    if female and rng.random() < 0.22:
        body = [sample_dress(rng, warm, age)]
    else:
        bottom = sample_bottom(rng, female, age, warm)
        tucked_in = 0.75 if bottom.kind == "skirt" else 0.4 * (bottom.params["waist"] > 2.31)
        top = sample_top(rng, female, age, warm, _main_color(bottom), tucked_in)
        body = [top, bottom] if top.params.get("tucked") else [bottom, top]
    socks = sample_socks(rng, shoes, body)
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


def _main_color(look: LookSpec):
    return np.array(look.params["fabrics"][0]["color"])


def _plain_types(looks):
    return [LookSpec(look.kind, _rounded(look.params)) for look in looks]


def _rounded(value):
    """JSON's own types, numbers short enough to read."""
    kind = type(value)
    if kind is float:  # by far the commonest first
        return round(value, 4)
    if kind in (str, int, bool) or value is None:
        return value
    if kind is dict:
        return {key: _rounded(item) for key, item in value.items()}
    if kind in (list, tuple):
        return [_rounded(item) for item in value]
    return _rounded(value.tolist())  # numpy's numbers and arrays

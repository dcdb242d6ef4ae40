"""What people wear: which garments go together. All of the randomness of clothes starts here."""

import numpy as np

from ..chance import one_of
from ..spec import LookSpec
from .bottom_choices import sample_bottom, sample_dress, sample_shoes, sample_socks
from .jacket_choices import sample_layers
from .offers import MIDRIFF, choose
from .photo_garment import wear
from .top_choices import sample_top

PUBLISHED = 0.65
"""Share of people who wear published clothes where there are any."""
DEPTH = 50
"""Of built-in clothes among published ones: most of those have it."""
PHOTOGRAPHED = 0.5
"""Share of the others who wear something made from a photo where there is any."""
WHOLE = 0.2
"""Share of those whose published clothes are of one piece, if such fit."""
MIXED = 0.3
"""Chance of each of the others' garments to be a built-in one after all."""


def sample_outfit(rng: np.random.Generator, sex: float, age: float, offers: tuple = (), garments: tuple = ()) -> tuple:
    """Clothes for one person, inner layers first: (LookSpec, ...).

    Args:
        sex: 0 male to 1 female.
        age: years.
        offers: published clothes, from `offers.find_offers`; without any, built-in ones.
        garments: those made from photos, from `photo_garment.find_garments`.
    """
    female = rng.random() < sex
    warm = rng.random()  # 0 a summer's day, 1 a cold one
    if offers and rng.random() < PUBLISHED:
        return tuple(_plain_types(_published_outfit(rng, offers, female, age, warm)))
    shoes = sample_shoes(rng, female, age, warm)
    if garments and rng.random() < PHOTOGRAPHED:
        body = _photographed(rng, garments, female, sex, age, warm)
        return tuple(_plain_types([*sample_socks(rng, shoes, body), *_with_shoes(rng, body, shoes)]))
    if female and rng.random() < 0.22:
        body = [sample_dress(rng, warm, age)]
    else:
        bottom = sample_bottom(rng, female, age, warm)
        tucked_in = 0.75 if bottom.kind == "skirt" else 0.4 * (bottom.params["waist"] > 2.31)
        top = sample_top(rng, female, age, warm, _main_color(bottom), tucked_in)
        worn = sample_layers(rng, female, age, warm, top)
        body = [top, bottom] if top.params.get("tucked") else [bottom, *worn]
    socks = sample_socks(rng, shoes, body)
    return tuple(_plain_types([*socks, *_with_shoes(rng, body, shoes)]))


def _photographed(rng, garments, female, sex, age, warm) -> list:
    """A garment made from a photo, with a built-in one or another of a photo above or below it."""
    roles = ("top", "bottom", "skirt", "dress") if female else ("top", "bottom")
    found = [garment for garment in garments if garment.role in roles]
    if not found:
        bottom = sample_bottom(rng, female, age, warm)
        return [bottom, sample_top(rng, female, age, warm, _main_color(bottom), 0.0)]
    first = one_of(rng, found)
    if first.role == "dress":
        return [wear(rng, first, sex, age)]
    others = [
        garment for garment in found if (garment.role == "top") != (first.role == "top") and garment.role != "dress"
    ]
    second = wear(rng, one_of(rng, others), sex, age) if others and rng.random() < 0.4 else None
    if first.role == "top":
        bottom = second or sample_bottom(rng, female, age, warm)
        return [bottom, wear(rng, first, sex, age)]
    bottom = wear(rng, first, sex, age)
    return [bottom, second or sample_top(rng, female, age, warm, _main_color(bottom), 0.0)]


def _published_outfit(rng, offers, female, age, warm) -> list:
    """Shoes, then a suit, or trousers or a skirt and a top that covers their waist; here and there a built-in one."""

    def published(*roles, fits=lambda offer: True):
        return choose(rng, offers, roles, female, fits) if rng.random() > MIXED else None

    shoes = published("shoes")
    body = [choose(rng, offers, ("suit",), female)] if rng.random() < WHOLE else []
    if not body or body[0] is None:
        lower = ("bottom", "skirt") if female else ("bottom",)
        bottom = published(*lower) or sample_bottom(rng, female, age, warm)
        waist = bottom.params["waist"] - MIDRIFF
        top = published("top", fits=lambda offer: offer.hem < waist)
        top = top or sample_top(rng, female, age, warm, _main_color(bottom), 0.0)
        body = sorted([bottom, top], key=lambda look: look.params.get("depth", DEPTH))
    hat = [choose(rng, offers, ("hat",), female)] if rng.random() < HATS else []
    body += [look for look in hat if look]
    if shoes:  # published ones come with socks
        return [shoes, *body]
    built_in = sample_shoes(rng, female, age, 0.0)  # no boots: published trousers do not end in them
    return [*sample_socks(rng, built_in, body), *_with_shoes(rng, body, built_in)]


HATS = 0.07
SHIN = 0.42
"""Metres from ankle to knee, about."""


def _with_shoes(rng, body, shoes):
    """Trousers end inside high boots, or where low shoes begin; what is inside comes first."""
    collar = shoes.params["collar"]
    reach = max(0.2, collar / SHIN + 0.06)  # leggings to the calf go into high boots as well
    bottoms = [look for look in body if look.kind == "bottom" and "asset" not in look.params]
    long = [look for look in bottoms if look.params["hem"] < reach]
    if not long:
        return [shoes, *body]
    if collar > 0.04:
        long[0].params.update({"hem": collar / SHIN - 0.12, "ankle_snug": 0.0035, "folds": []})
        return [*body, shoes]
    mouth = min(collar, 0.012)
    long[0].params["hem"] = max(long[0].params["hem"], (mouth - 0.004 + 0.03 * rng.random() ** 2) / SHIN)
    return [shoes, *body]


def _main_color(look: LookSpec):
    return np.array(look.params["color"] if "asset" in look.params else look.params["fabrics"][0]["color"])


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

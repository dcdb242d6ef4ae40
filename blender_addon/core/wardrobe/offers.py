"""Which published garments there are to choose from, and which of them people put on together."""

from dataclasses import dataclass

import numpy as np

from ..body import BodyModel
from ..chance import one_of, pick, pick_row
from ..closet import Closet
from ..errors import AssetError
from ..makehuman.pieces import pieces_of
from ..makehuman.proxy import Proxy
from ..spec import LookSpec
from .fabric_choices import DENIM, LEATHERS, between, colour, neutral, shade

OTHER_SEX = 0.12
"""How likely a garment made for the other sex is, to one made for the own."""
KEPT_COLOUR = {"top": 0.25, "bottom": 0.4, "skirt": 0.35, "suit": 0.4, "shoes": 0.45, "hat": 0.4}
"""Share of garments that keep the colours they were published with."""
MIDRIFF = 0.04
"""How far a top has to reach below the waist of what is worn under it, in heights of `suit.Places`."""


@dataclass(frozen=True)
class Offer:
    """One piece of a published outfit. Measures as `pieces.Piece` has them, on the mean body."""

    asset: str
    role: str
    sex: str
    """'male', 'female' or ''."""
    plain: bool
    """It has no colour picture, so it is of one colour."""
    hem: float
    waist: float
    sleeve: float
    sole: float
    collar: float
    depth: int
    """What is worn over what: the higher, the farther out."""


def find_offers(closet: Closet, body: BodyModel) -> tuple:
    """All published clothes: (Offers by name, complaints about those that are broken)."""
    offers, complaints = [], []
    for look in closet.of_kind("clothes"):
        try:
            proxy = closet.proxy(look.name)
            pieces = pieces_of(proxy, body)
        except AssetError as error:
            complaints.append(str(error))
            continue
        for name in proxy.material.missing:
            complaints.append(f"{look.path}: the picture {name} is missing; done without it")
        offers += [_offer(look.name, proxy, pieces[role]) for role in sorted(pieces)]
    return tuple(offers), complaints


def _offer(name: str, proxy: Proxy, piece) -> Offer:
    words = {*proxy.binding.tags, *proxy.binding.path.stem.lower().split("_")}
    sexes = [sex for sex in ("male", "female") if sex in words]
    return Offer(
        asset=name,
        role=piece.role,
        sex=sexes[0] if len(sexes) == 1 else "",
        plain="color" not in proxy.material.pictures,
        hem=round(piece.hem, 3),
        waist=round(piece.waist, 3),
        sleeve=round(piece.sleeve, 3),
        sole=round(piece.sole, 4),
        collar=round(piece.collar, 4),
        depth=proxy.binding.depth,
    )


def choose(rng: np.random.Generator, offers, roles: tuple, female: bool, fits=lambda offer: True) -> LookSpec | None:
    """A published garment of some roles, coloured; None when there is none.

    Args:
        fits: whether an offer goes with what is worn already.
    """
    found = [offer for offer in offers if offer.role in roles and fits(offer)]
    if not found:
        return None
    other = "male" if female else "female"
    offer = found[pick_row(rng, [OTHER_SEX if offer.sex == other else 1.0 for offer in found])]
    return wear(rng, offer)


def wear(rng: np.random.Generator, offer: Offer) -> LookSpec:
    """A published garment in one of the colours such things have."""
    recolor = offer.plain or rng.random() > KEPT_COLOUR[offer.role]
    params = {
        "asset": offer.asset,
        "color": _color(rng, offer.role),
        "recolor": bool(recolor),
        "roughness": between(rng, 0.35, 0.6) if offer.role == "shoes" else between(rng, 0.8, 0.95),
        "style": "published",
        "hem": offer.hem,
        "waist": offer.waist,
        "sleeve": offer.sleeve,
        "sole": offer.sole,
        "collar": offer.collar,
        "depth": offer.depth,
    }
    return LookSpec(offer.role, params)


def _color(rng, role: str) -> list:
    if role == "shoes":
        return shade(rng, one_of(rng, LEATHERS)) if rng.random() < 0.45 else neutral(rng)
    if role in ("bottom", "skirt"):
        kind = pick(rng, {"denim": 0.42, "neutral": 0.5, "colour": 0.08})
        return shade(rng, one_of(rng, DENIM)) if kind == "denim" else (neutral if kind == "neutral" else colour)(rng)
    bright = {"top": 0.42, "suit": 0.2, "hat": 0.15}[role]
    return colour(rng) if rng.random() < bright else neutral(rng)

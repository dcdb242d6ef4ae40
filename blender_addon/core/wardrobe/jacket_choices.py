"""What is worn open over a top: jackets, blazers, cardigans."""

import numpy as np

from ..chance import pick
from ..spec import LookSpec
from .fabric_choices import away_from, between, darker, denim, leather, neutral, plain_fabric, thick_cloth
from .top_choices import NECKS, top_cut

UNDER = ("t-shirt", "shirt", "polo", "long-sleeve", "tank")
"""Tops that go under one; thicker ones fill its sleeves."""
CHANCE = (0.06, 0.5)
"""Of wearing one over such a top, on a summer's day and on a cold one."""
SHORT_SLEEVE = 0.4
"""Of what is under a jacket: nobody sees the rest, and two sleeves on one arm would only rub."""


def sample_layers(rng: np.random.Generator, female, age, warm, top: LookSpec) -> tuple:
    """The top by itself, or the top and an open jacket over it: (LookSpec, ...), inner ones first.

    Args:
        warm: 0 a summer's day, 1 a cold one.
        top: of `sample_top`.
    """
    if top.params["style"] not in UNDER or rng.random() > CHANCE[0] + (CHANCE[1] - CHANCE[0]) * warm:
        return (top,)
    kind = pick(rng, {"open jacket": 3, "blazer": 0.8 + 1.2 * (age > 30), "cardigan": 1.0 + 0.8 * bool(female)})
    jacket = _JACKETS[kind](rng, 0.4 * between(rng, 0.0, 1.0) + 0.3 * bool(female))
    inner = np.array(top.params["fabrics"][0]["color"])
    jacket["fabrics"] = _fabrics(rng, kind, inner)
    under = dict(top.params, folds=[], ease=min(top.params["ease"], 0.02), sleeve_ease=0.009)
    if under["sleeve"] is not None:
        bands = {name: width for name, width in under["bands"].items() if name != "sleeve"}
        under |= {"sleeve": min(under["sleeve"], SHORT_SLEEVE), "cuff": None, "bands": bands}
    return LookSpec("top", under), LookSpec("jacket", {**jacket, "style": kind})


def _cut(rng, fitted, **more):
    base = dict(sleeve=1.93, ease=0.038 - 0.010 * fitted, shoulder_ease=0.013, sleeve_ease=0.016 - 0.004 * fitted)
    base |= {"thickness": 0.005, "smooth": 8, "cuff": 0.018, "taper": 0.08 + 0.15 * fitted}
    return top_cut(rng, fitted, **base | more) | {"snug": 0.03}


def _open_jacket(rng, fitted):
    stand = {"kind": "stand", "height": 0.05, "fall": 0.0}
    collar = stand if rng.random() < 0.5 else {"kind": "shirt", "height": 0.03, "fall": 0.06}
    return _cut(
        rng,
        fitted,
        hem=between(rng, 1.72, 1.98),
        neck=dict(NECKS["collar"], width=0.088),
        collar=collar,
        bands={"hem": 0.045, "sleeve": 0.045, "opening": 0.016},
        opening=[between(rng, 0.02, 0.06), between(rng, 0.05, 0.12)],
        front="pockets",
    )


def _blazer(rng, fitted):
    return _cut(
        rng,
        fitted,
        hem=between(rng, 1.66, 1.8),
        neck=dict(depth=0.27, back=0.02, width=0.088, power=1.1),
        collar={"kind": "lapel", "height": 0.028, "fall": 0.055},
        bands={},
        opening=[0.003, between(rng, 0.02, 0.09)],
        front="blazer",
    )


def _cardigan(rng, fitted):
    return _cut(
        rng,
        fitted,
        hem=between(rng, 1.6, 1.95),
        neck=dict(depth=between(rng, 0.16, 0.26), back=0.014, width=0.088, power=1.15),
        bands={"neck": 0.028, "opening": 0.028, "hem": 0.05, "sleeve": 0.055},
        opening=[0.01, between(rng, 0.03, 0.10)],
        smooth=9,
    )


_JACKETS = {"open jacket": _open_jacket, "blazer": _blazer, "cardigan": _cardigan}


def _fabrics(rng, kind, inner):
    """Main cloth and trim, apart from what is under it."""
    color = neutral(rng) if rng.random() < 0.6 else away_from(rng, inner, 0.4)
    if np.abs(np.array(color) - inner).max() < 0.12:
        color = away_from(rng, inner, 0.4)
    if kind == "cardigan":
        melange = between(rng, 0.0, 0.14)
        return [
            thick_cloth(plain_fabric(rng, color, "coarse", melange, 0.35)),
            plain_fabric(rng, darker(color, 0.9), "rib", melange),
        ]
    main = plain_fabric(rng, color, "twill", sheen=0.15)
    if kind == "open jacket":
        cloth = pick(rng, {"twill": 3, "denim": 1.5, "leather": 1.2})
        main = {"twill": main, "denim": denim(rng), "leather": leather(rng)}[cloth]
    main = thick_cloth(main)
    return [main, {**main, "color": darker(main["color"], 0.88), "fade": 0.0}]

"""Feet and shins alone, measured for shoes: enough to set a person on the ground without dressing it."""

import dataclasses
from functools import lru_cache

import numpy as np

from ..body import BodyModel
from ..outline import part_of
from ..posing import shape_body
from .fitting import Fit
from .shoes import SHOE_JOINTS
from .suit import NECK, Places, Suit, suit_of, suit_points

MEASURED = (*SHOE_JOINTS, NECK)
"""Joints that shoes are fitted by; the neck's height is the person's size."""
ABOVE = 0.07
"""Metres of leg measured above the ankles or a boot's shaft."""


@dataclasses.dataclass(frozen=True, eq=False)
class _Feet:
    """What does not depend on the person's shape."""

    body: BodyModel
    """Of n vertices: skin of the feet, and what joints are measured on."""
    suit: Suit
    """Of the same n."""
    shins: BodyModel
    """Of m points of the whole suit, over feet and shins."""


def fit_feet(body: BodyModel, betas, params: dict) -> Fit:
    """A Fit that holds what `shoes.shoe_points` needs of a shaped body, and no more.

    Args:
        betas: (b,).
        params: of the shoes, as high as these the legs are measured.
    """
    feet = _feet_of(body)
    shaped, _ = shape_body(feet.body, betas)
    joints = feet.suit.joint_weights @ shaped
    ground = float(shaped[feet.suit.skin, 1].min())
    ankles = joints[list(SHOE_JOINTS[2:4]), 1].max()
    size = (joints[NECK, 1] - ground) / 1.4  # as Fit has it
    top = float(ankles + max(params["collar"], 0.0) * size + ABOVE)
    places = Places(joints, crotch=top, armpit=top, ground=ground)
    return Fit(feet.suit, places, shaped, np.zeros((0, 3)), shape_body(feet.shins, betas)[0])


@lru_cache(maxsize=4)
def _feet_of(body: BodyModel) -> _Feet:
    whole = suit_of(body)
    needed = whole.joint_weights[list(MEASURED)].any(0) | (body.weights[:, SHOE_JOINTS[2:]].sum(1) > 0.3)
    rows = np.flatnonzero(needed & whole.skin)
    joint_weights = np.zeros((len(whole.joint_weights), len(rows)))
    joint_weights[list(MEASURED)] = whole.joint_weights[list(MEASURED)][:, rows]
    part, none = part_of(body, rows), np.zeros((0, 4), np.int64)
    suit = Suit(
        coarse_faces=None,
        vertices=np.arange(len(rows)),
        faces=none,
        weights=part.weights,
        anchors=none,
        skin=whole.skin[rows],
        skin_faces=none,
        joint_weights=joint_weights,
    )
    return _Feet(part, suit, _shins_of(body, whole))


def _shins_of(body: BodyModel, suit: Suit) -> BodyModel:
    """The suit over feet and shins, as a body: its points are sums of vertices, so they have shapes of their own."""
    legs = np.flatnonzero(suit.weights[:, SHOE_JOINTS].sum(1) > 0.5)
    shapedirs = [suit_points(suit, body.shapedirs[..., k])[legs] for k in range(body.shapedirs.shape[-1])]
    return dataclasses.replace(
        part_of(body, legs[:0]),
        v_template=suit_points(suit, body.v_template)[legs],
        shapedirs=np.stack(shapedirs, -1),
        weights=suit.weights[legs],
    )

"""What of a published outfit can be worn by itself, and where on the body it goes.

MakeHuman publishes whole outfits as one mesh. A T-shirt and the jeans under it are not joined, so each can be worn
with something else; a boiler suit cannot be parted.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..body import BodyModel
from ..wardrobe.suit import ANCHORS, ANKLES, Places, find_places, nearest, suit_of, suit_points
from .proxy import Proxy, base_start, connected_parts, place_points

ROLES = ("top", "bottom", "skirt", "suit", "shoes", "hat")
SMALL = 0.06
"""Share of a mesh under which a part is a button or a buckle and goes with what it is on."""


@dataclass(frozen=True, eq=False)
class Piece:
    """N points, F faces. Heights along the body and the arm are those of `suit.Places`."""

    role: str
    """One of ROLES."""
    rows: np.ndarray
    """(N,) points of the proxy."""
    faces: np.ndarray
    """(F, 4) of these."""
    uv: np.ndarray
    """(F, 4, 2)"""
    template: np.ndarray
    """(N, 3) on the mean body, metres."""
    hem: float
    """Height where it ends below ..."""
    waist: float
    """... and above."""
    sleeve: float
    """How far along the arm it reaches; below 0 it has no sleeves."""
    sole: float
    """Metres under the bare foot."""
    collar: float
    """Metres above the ankle joint; of shoes, without the socks that may come with them."""


@lru_cache(maxsize=128)
def pieces_of(proxy: Proxy, body: BodyModel) -> dict:
    """role -> Piece. One mesh has a suit, or a top and what goes with it, or a single thing.

    Raises:
        AssetError: the body has no mesh that clothes could be put on.
    """
    suit = suit_of(body)
    places = find_places(suit, body.v_template, suit_points(suit, body.v_template))
    points = place_points(proxy, body, body.v_template)
    part = connected_parts(proxy.mesh.faces, len(points))
    role = _roles(places, points, part)[part]
    found = {}
    for name in ROLES:
        if (role == name).any():
            rows = np.flatnonzero(role == name)
            named = "skirt" if name == "bottom" and _joins_legs(places, points, proxy.mesh.faces, rows) else name
            found[named] = _piece(proxy, places, points, part, named, rows)
    return found


@lru_cache(maxsize=128)
def hidden_under(proxy: Proxy, piece: Piece, body: BodyModel) -> np.ndarray:
    """Body vertices that the mesh hides and that are nearer to this piece than to its others."""
    pieces = list(pieces_of(proxy, body).values())
    hidden = base_start(body) + proxy.binding.hides
    if len(pieces) == 1 or not len(hidden):
        return hidden
    points = np.concatenate([each.template for each in pieces])
    owner = np.repeat(np.arange(len(pieces)), [len(each.template) for each in pieces])
    near = nearest(body.v_template[hidden], points, np.arange(len(points)), 1)[:, 0]
    return hidden[owner[near] == pieces.index(piece)]


@lru_cache(maxsize=128)
def anchors_of(piece: Piece, body: BodyModel) -> np.ndarray:
    """(N, K) the skin vertices nearest to each point."""
    return nearest(piece.template, body.v_template, np.flatnonzero(suit_of(body).skin), ANCHORS)


def _roles(places: Places, points: np.ndarray, part: np.ndarray) -> np.ndarray:
    """(P,) the role of each connected part."""
    height = places.height(points)
    spans = np.array([np.quantile(height[part == number], (0.02, 0.98)) for number in range(part.max() + 1)])
    low, high = spans.T
    large = np.bincount(part) > SMALL * len(part)
    if low[large].min() > 2.95:
        return np.full(len(spans), "hat", dtype=object)
    if high[large].max() < 0.9:
        return np.full(len(spans), "shoes", dtype=object)
    if ((low < 1.5) & (high > 2.45) & large).any():
        return np.full(len(spans), "suit", dtype=object)
    return np.where((low + high) / 2 > 2.25, "top", "bottom").astype(object)


def _joins_legs(places: Places, points, faces, rows) -> bool:
    """Whether cloth goes from one leg to the other."""
    below = np.zeros(len(points), bool)
    below[rows] = points[rows, 1] < places.crotch - 0.06
    x = points[faces][..., 0]
    return bool((below[faces].all(1) & (x.min(1) < -1e-3) & (x.max(1) > 1e-3)).any())


def _piece(proxy: Proxy, places: Places, points, part, role: str, rows) -> Piece:
    number = np.full(len(points), -1)
    number[rows] = np.arange(len(rows))
    faces = number[proxy.mesh.faces]
    mine = (faces >= 0).all(1)
    own = points[rows]
    height, arm = places.height(own), places.arm(own)
    body_rows = height[arm < 0] if (arm < 0).any() else height
    ankle = places.joints[list(ANKLES), 1].mean()
    largest = np.bincount(part[rows]).max()
    shoe = own[np.bincount(part[rows])[part[rows]] >= 0.5 * largest]
    return Piece(
        role=role,
        rows=rows,
        faces=faces[mine],
        uv=proxy.mesh.uv[mine],
        template=own,
        hem=float(np.quantile(body_rows, 0.02)),
        waist=float(np.quantile(body_rows, 0.98)),
        sleeve=max(float(arm.max()), -1.0),
        sole=max(float(places.ground - own[:, 1].min()), 0.0),
        collar=float(shoe[:, 1].max() - ankle),
    )

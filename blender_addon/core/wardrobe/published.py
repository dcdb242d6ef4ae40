"""Published garments on a shaped body, as `Garment`s like the built-in ones."""

from functools import lru_cache

import numpy as np

from ..body import BodyModel
from ..closet import Closet
from ..errors import AssetError
from ..makehuman.pieces import Piece, anchors_of, hidden_under, pieces_of
from ..makehuman.proxy import Proxy, base_start, place_points, skin_weights
from ..outline import part_of
from ..posing import shape_body
from ..spec import LookSpec
from ..surface import Pictures
from .cutting import Cloth, fold_hems, neighbours, smooth, subdivide, subdivided_faces
from .fitting import Fit, lift_off, ramp
from .garment import Garment
from .shoes import SHOE_JOINTS

COARSE = 4500
"""Points; meshes of fewer are subdivided once, or their edges would show."""
KEEP_OFF = {"bottom": 0.004, "skirt": 0.006, "suit": 0.006, "top": 0.007}
BARE, DEEP = 0.004, 0.018
"""Metres that cloth is kept off skin that stays in the mesh, and how far it is lifted for that at most."""
LONG = 1.6
"""How far along the arm a sleeve has to reach to end at the wrist."""
STIFF = ("shoes", "hat")
HEM = 0.002
"""Metres of cloth at hems."""


def shoe_outline(body: BodyModel, betas, look: LookSpec, closet: Closet) -> tuple:
    """What the ground needs to know of published shoes: points (N, 3) in the T-pose, weights (N, 6) over SHOE_JOINTS.

    Raises:
        AssetError: as `find_piece`.
    """
    proxy, piece = find_piece(body, look, closet)
    needed, part, weights = _shoe_parts(proxy, piece, body)
    shaped = np.zeros((len(body.v_template), 3))
    shaped[needed] = shape_body(part, betas)[0]
    return place_points(proxy, body, shaped, piece.rows), weights


@lru_cache(maxsize=64)
def _shoe_parts(proxy: Proxy, piece: Piece, body: BodyModel) -> tuple:
    """The body vertices that shoes hang on, (n,) numbers and a body of them; and the shoes' weights."""
    ends = [vertex for scale in proxy.binding.scales if scale for vertex in scale[:2]]
    needed = base_start(body) + np.union1d(proxy.binding.corners[piece.rows], ends).astype(np.int64)
    weights = skin_weights(proxy, body, piece.rows)[:, list(SHOE_JOINTS)]
    return needed, part_of(body, needed), weights / np.maximum(weights.sum(1, keepdims=True), 1e-9)


def find_piece(body: BodyModel, look: LookSpec, closet: Closet) -> tuple:
    """The Proxy that a LookSpec names, and the Piece of it.

    Raises:
        AssetError: the asset is missing or broken, or has no such piece.
    """
    name, role = look.params["asset"], look.kind
    proxy = closet.proxy(name)
    pieces = pieces_of(proxy, body)
    if role not in pieces:
        raise AssetError(
            f"{name} is no {role}; it has {', '.join(pieces)}. Is it the asset that the picture was made with?"
        )
    return proxy, pieces[role]


def published_garment(fit: Fit, body: BodyModel, look: LookSpec, closet: Closet) -> tuple:
    """A Garment on a shaped body, and (V,) bool of the skin that it hides.

    Raises:
        AssetError: as `find_piece`.
    """
    proxy, piece = find_piece(body, look, closet)
    hidden = np.zeros(len(fit.shaped), bool)
    hidden[hidden_under(proxy, piece, body)] = True
    cloth, uv = _cloth(fit, body, proxy, piece)
    outside = len(cloth.points), len(cloth.faces)
    stiff = look.kind in STIFF
    if not stiff:
        cloth = _off_bare_skin(fit, cloth, hidden)
        cloth, source = fold_hems(cloth, HEM)
        uv = np.concatenate([uv, uv[source]])
    faces = cloth.faces.copy()
    faces[faces[:, 3] == faces[:, 2], 3] = -1
    garment = Garment(
        name=look.kind,
        points=cloth.points,
        weights=cloth.weights / cloth.weights.sum(1, keepdims=True),
        faces=faces,
        uv=uv,
        attributes=cloth.attributes,
        pictures=mesh_pictures(proxy, look),
        anchors=None if stiff else cloth.anchors,
        outside=outside,
        thickness=HEM,
        keep_off=0.0 if stiff else KEEP_OFF[look.kind],
        sole_thickness=look.params.get("sole", 0.0),
    )
    return garment, hidden


def _cloth(fit: Fit, body: BodyModel, proxy: Proxy, piece: Piece) -> tuple:
    """Cloth, and (F, 4, 2) texture coordinates."""
    points, weights = place_points(proxy, body, fit.shaped, piece.rows), skin_weights(proxy, body, piece.rows)
    faces, uv, anchors = piece.faces, piece.uv, anchors_of(piece, body)
    if len(points) < COARSE and (faces[:, 2] != faces[:, 3]).all():
        count = len(points)
        points, weights = subdivide(points, faces), np.maximum(subdivide(weights, faces), 0)
        anchors, uv = _finer_anchors(anchors, faces, len(points)), _finer_uv(uv)
        faces = subdivided_faces(faces, count)
    slot, attributes = np.zeros(len(faces), np.int32), _attributes(fit, piece, points)
    return Cloth(points, weights, faces, anchors, slot, attributes), uv


def _off_bare_skin(fit: Fit, cloth: Cloth, hidden) -> Cloth:
    """Cloth lifted a little where it would lie under skin that stays in the mesh: it was made for another pose."""
    move = lift_off(fit, cloth.points, cloth.anchors, BARE)  # of a few millimetres; what is far below is a lining
    move = move - cloth.points
    move *= ((np.linalg.norm(move, axis=1) < DEEP) & ~hidden[cloth.anchors].all(1))[:, None]
    around = smooth(move, neighbours(cloth.faces, len(move)), 2, 0.6)
    own = np.linalg.norm(move, axis=1, keepdims=True) > np.linalg.norm(around, axis=1, keepdims=True)
    return cloth.with_points(cloth.points + np.where(own, move, around))


def _finer_anchors(anchors, faces, count) -> np.ndarray:
    """For the points that subdivision adds on edges and faces: those of a corner of theirs."""
    finer = subdivided_faces(faces, len(anchors))
    found = np.zeros((count, anchors.shape[1]), anchors.dtype)
    owner = np.repeat(anchors[faces.ravel()], 4, 0)
    found[finer.reshape(-1)] = owner
    found[: len(anchors)] = anchors
    return found


def _finer_uv(uv) -> np.ndarray:
    """(F, 4, 2) -> (4 F, 4, 2) in the order of `subdivided_faces`."""
    after = (uv + np.roll(uv, -1, 1)) / 2
    centre = np.repeat(uv.mean(1, keepdims=True), 4, 1)
    return np.stack([uv, after, centre, np.roll(after, 1, 1)], 2).reshape(-1, 4, 2)


def _attributes(fit: Fit, piece: Piece, points) -> dict:
    places = fit.places
    arm, height = places.arm(points), places.height(points)
    skirt = float(piece.role == "skirt")
    waist = ramp(height, piece.waist - 0.08, piece.waist - 0.02) if piece.role in ("bottom", "skirt") else 0.0 * height
    return {
        "wrinkle": np.zeros(len(points)),
        "band": np.maximum(waist, _cuffs(piece, arm)),
        "held": ramp(points[:, 1], places.armpit + 0.02, places.armpit + 0.10) * (1 - ramp(arm, -0.2, 0.2)),
        "free": skirt * ramp(-height, -2.05, -1.8),
    }


def _cuffs(piece: Piece, arm) -> np.ndarray:
    """(N,) 1 where long sleeves end: they stay at the wrist, however the elbow bends."""
    return ramp(arm, piece.sleeve - 0.28, piece.sleeve - 0.06) if piece.sleeve > LONG else np.zeros(len(arm))


def mesh_pictures(proxy: Proxy, look: LookSpec) -> Pictures:
    """What a published mesh is coloured with."""
    material = proxy.material
    return Pictures(
        files=material.pictures,
        color=tuple(look.params["color"]),
        recolor=look.params["recolor"],
        cutout=material.transparent,
        roughness=look.params.get("roughness", 0.85),
        sheen=0.0 if look.kind in STIFF else 0.15,
        asset=look.params["asset"],
    )

"""Built-in clothes: garments on a shaped body, free of any download."""

import numpy as np

from ..closet import EMPTY, Closet
from ..spec import LookSpec
from .cutting import Cloth, closed, cut, fold_hems, hem_rings, point_normals
from .drape import settle_over
from .fitting import Fit, make_fit, ramp
from .flat import flat_attribute
from .garment import Garment
from .garments import make_bottom, make_dress, make_skirt, make_socks, make_top
from .outfits import sample_outfit
from .panels import SEAM, garment_uv, point_attributes
from .photo_garment import picture_of
from .published import published_garment
from .shoes import make_shoes
from .suit import nearest

__all__ = ["GARMENTS", "Garment", "dress", "sample_outfit"]

GARMENTS = {
    "top": make_top,
    "jacket": make_top,
    "bottom": make_bottom,
    "skirt": make_skirt,
    "dress": make_dress,
    "socks": make_socks,
    "shoes": make_shoes,
}
"""LookSpec.kind -> its maker."""

SOCK_SINKS = 0.013
"""Metres."""
KEEP_OFF = {
    "socks": 0.002,
    "bottom": 0.0045,
    "skirt": 0.009,
    "dress": 0.007,
    "top": 0.011,
    "jacket": 0.021,
    "shoes": 0.0,
}


def dress(body, shaped: np.ndarray, garments, closet: Closet = EMPTY) -> tuple:
    """Put clothes on a body in the T-pose.

    Args:
        body: BodyModel.
        shaped: (V, 3) its vertices with shape, without pose.
        garments: LookSpecs of `sample_outfit`.
        closet: where those come from that are no built-in ones.
    Returns:
        one Garment for each LookSpec, in order, and (V,) bool: skin that they hide, which has to be left out of the
        mesh so that nothing pokes through.
    """
    fit = make_fit(body, shaped)
    hidden = np.zeros(len(shaped), bool)
    surfaces = []
    for look in garments:
        if "asset" in look.params:
            garment, covers = published_garment(fit, body, look, closet)
        else:
            cloth, covers = GARMENTS[look.kind](fit, look.params)
            garment = _finish(body, fit, cloth, look)
            if "photo" in look.params:
                garment.photo = picture_of(closet, look.params["photo"])
        garment.over = tuple(_meetings(fit, garment, surfaces))
        _lift_over(garment, surfaces)
        surfaces.append(garment)
        hidden |= covers
    _sink_socks(surfaces)
    return surfaces, hidden


def _sink_socks(surfaces: list) -> None:
    """What of a sock is inside a shoe goes under the skin, which is left out there; a bent ankle would push it out."""
    socks, shoes = ([g for g in surfaces if g.name == name] for name in ("socks", "shoes"))
    for sock in socks if shoes else ():
        points, faces = sock.outside
        cloth, quads = sock.points[:points], closed(sock.faces[:faces])
        beside = nearest(cloth, shoes[0].points, np.arange(len(shoes[0].points)), 1)[:, 0]
        inside = ramp(shoes[0].points[beside, 1] - cloth[:, 1], -0.004, 0.006)
        cloth = cloth - (SOCK_SINKS * inside)[:, None] * point_normals(cloth, quads)
        sock.points = np.concatenate([cloth, hem_rings(cloth, quads, sock.thickness)])


def _lift_over(garment: Garment, inner: list) -> None:
    """Keep a garment in the T-pose off what it is worn over."""
    if not garment.over:
        return
    points, faces = garment.outside
    cloth = garment.points[:points]
    settle_over(garment, inner, cloth, [under.points for under in inner])
    quads = closed(garment.faces[:faces])
    garment.points = np.concatenate([cloth, hem_rings(cloth, quads, garment.thickness)])


def _meetings(fit: Fit, garment: Garment, inner: list):
    """Where a garment lies over others: tops over waists, hems over shoes."""
    if garment.anchors is None:
        return
    for number, under in enumerate(inner):
        low = max(under.points[:, 1].min(), garment.points[:, 1].min()) - 0.02
        high = min(under.points[:, 1].max(), garment.points[:, 1].max()) + 0.02
        torso = (fit.places.arm(garment.points) < -0.1) | (garment.name == "jacket" and under.name == "top")
        rows = np.flatnonzero((garment.points[:, 1] > low) & (garment.points[:, 1] < high) & torso)
        rows = rows[rows < garment.outside[0]]
        others = np.flatnonzero((under.points[:, 1] > low - 0.03) & (under.points[:, 1] < high + 0.03))
        others = others[others < under.outside[0]]
        if len(rows) and len(others):
            below = nearest(garment.points[rows], under.points, others, 1)[:, 0]
            if garment.name == "jacket":  # its sleeves go on where those under it end
                meet = np.linalg.norm(garment.points[rows] - under.points[below], axis=1) < 0.05
                rows, below = rows[meet], below[meet]
            yield rows, below, number


def _finish(body, fit: Fit, cloth: Cloth, look: LookSpec) -> Garment:
    """Seams, hems, texture coordinates: from cloth to a surface."""
    stiff = look.kind == "shoes"
    if not stiff:
        cloth, _ = cut(cloth, fit.places.arm(cloth.attributes["suit"]) - SEAM)
        uv = garment_uv(fit, cloth)
        outside = len(cloth.points), len(cloth.faces)
        cloth, source = fold_hems(cloth, look.params["thickness"])
        uv = np.concatenate([uv, uv[source]])
    else:
        outside = len(cloth.points), len(cloth.faces)
        flat = cloth.points[cloth.faces]
        uv = np.stack([flat[..., 2], flat[..., 1] + np.abs(flat[..., 0])], -1)
    faces = cloth.faces.copy()
    faces[faces[:, 3] == faces[:, 2], 3] = -1
    attributes = point_attributes(fit, cloth, look.kind in ("bottom", "skirt"))
    if "photo" in look.params:
        attributes["flat"] = flat_attribute(body, fit, cloth, look.params)
    return Garment(
        name=look.kind,
        points=cloth.points,
        weights=cloth.weights / cloth.weights.sum(1, keepdims=True),
        faces=faces,
        uv=uv,
        attributes=attributes,
        face_slot=cloth.slot,
        fabrics=_slot_fabrics(look.params),
        anchors=None if stiff else cloth.anchors,
        outside=outside,
        thickness=look.params["thickness"],
        keep_off=0.003 if look.params.get("tucked") else KEEP_OFF[look.kind],
        sole_thickness=look.params.get("sole", 0.0),
    )


def _slot_fabrics(params: dict) -> tuple:
    """Fabrics by material slot; the first also carries the seams of the garment's front and back."""
    main, *others = params["fabrics"]
    return ({**main, "details": params["front"]} if params.get("front") else main, *others)

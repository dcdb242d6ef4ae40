"""The flat side of a match: how a garment's cut follows from its outline, and where its edges lie when flat."""

import numpy as np

from assets.wardrobe.outlines import EDGE_POINTS, Outline
from blender_addon.core.wardrobe.flat import (
    ARMPIT,
    ARMS,
    CROTCH,
    HALF_TRUNK,
    HEIGHTS,
    LEG_WIDTH,
    LEVELS,
    SLEEVE_HALF,
    SLEEVE_MIDDLE,
    arm_place,
    level_height,
)
from blender_addon.core.wardrobe.photo_garment import NECK
from blender_addon.core.wardrobe.top_choices import NECKS

RIDGE = ((0.06, 0.09, 0.12, 0.15, 0.19, 0.235), (1.51, 1.47, 1.443, 1.424, 1.411, 1.40))
"""Height of shoulders by the distance from the middle, flat: tests/test_photo_garment.py measures it on the body."""
ARMPIT_FLAT = ARMPIT - 0.026
WIDER = HALF_TRUNK / ARMS[1]
"""How much wider shoulders are flat than seen from the front."""
WAIST_WIDTH = 0.38
"""Metres across a skirt's waist laid flat."""
DRESS_WAIST = 2.4
"""Level where a dress's skirt is sewn on."""
LOWEST = 1.89
"""Level of a top's hem: built-in ones end above the crotch, and the photo's hem has to be on them."""
SHORT, LONG = (0.3, 1.25), (1.3, 1.96)
HEMS = {
    "trousers": (-0.1, 0.5),
    "jeans": (-0.1, 0.4),
    "shorts": (0.85, 1.7),
    "hoodie": (1.89, 2.05),
    "skirt": (0.3, 1.5),
    "dress": (0.05, 1.5),
}


def cut_of(outline: Outline, kind: str, neck_depth: float | None) -> dict:
    """A garment's cut, as `photo_garment.CUTS` names it, from its outline.

    Args:
        neck_depth: of the front neckline by half the neck's width, where it could be seen.
    """
    if outline.shape == "legs":
        return _legs_cut(outline, kind)
    if outline.shape == "skirt":
        return _skirt_cut(outline)
    cut = _top_cut(outline, kind, neck_depth)
    if kind != "dress":
        return cut
    corner, metres = outline.corners, _chest_scale(outline)
    hem = _clipped(_level(neck_height(cut) - _length(outline, "neck", "hem") * metres), HEMS["dress"])
    drop = max(level_height(DRESS_WAIST) - level_height(hem), 0.1)
    wide = np.linalg.norm(corner["hem.r"] - corner["hem.l"]) * metres / 2
    flare = _clipped((wide - HALF_TRUNK) / (1.57 * drop), (0.0, 0.35))
    del cut["hem"]
    return cut | {"waist": DRESS_WAIST, "skirt_hem": hem, "flare": flare}


def _top_cut(outline, kind, neck_depth) -> dict:
    metres = _chest_scale(outline)
    if kind in ("shirt", "jacket"):
        neck = dict(NECKS["collar"])
    else:
        half = np.linalg.norm(outline.corners["neck.r"] - outline.corners["neck.l"]) / 2 * metres
        neck = dict(NECKS["crew"]) | {"width": _clipped(half, (0.07, 0.115))}
        if neck_depth is not None and kind != "hoodie":
            neck["depth"] = _clipped(0.87 * neck_depth * half + 0.008, (0.035, 0.2))
            neck["power"] = 2.2 if neck["depth"] < 0.12 else 1.7
    neck = {name: _clipped(neck[name], limits) for name, limits in NECK.items()}
    cut = {"neck": neck, "sleeve": None, "strap": 0.7}
    limits = HEMS.get(kind, (LOWEST, 2.15))
    hem = neck_height(cut) - _length(outline, "neck", "hem") * metres
    cut["hem"] = _clipped(_level(hem), limits)
    if outline.shape == "bare":
        half = np.abs(outline.corners["shoulder.r"] - outline.corners["shoulder.l"])[0] / 2 * metres
        cut["strap"] = _clipped(half / HALF_TRUNK, (0.55, 0.9))
        return cut
    long = np.mean([_way(outline.edges[f"over.{side}"]) for side in "lr"]) * metres
    arm = float(np.interp(long, [0, 0.238, 0.492, 1.0], [0, 1, 2, 4]))
    cut["sleeve"] = _clipped(arm, SHORT) if outline.shape == "short" else 1.95 if arm > 1.6 else _clipped(arm, LONG)
    return cut


def _legs_cut(outline, kind) -> dict:
    corner = outline.corners
    metres = (
        2
        * HALF_TRUNK
        / max(np.linalg.norm(corner["hip.r"] - corner["hip.l"]), np.linalg.norm(corner["waist.r"] - corner["waist.l"]))
    )
    long = np.mean([_way(outline.edges[f"outside.{side}"]) for side in "lr"]) * metres
    waist = 2.28
    hem = _clipped(_level(level_height(waist) - long), HEMS[kind])
    return {"waist": waist, "hem": hem}


def _skirt_cut(outline) -> dict:
    corner = outline.corners
    top = np.linalg.norm(corner["waist.r"] - corner["waist.l"])
    metres = WAIST_WIDTH / top
    waist = 2.38
    hem = _clipped(_level(level_height(waist) - _length(outline, "waist", "hem") * metres), HEMS["skirt"])
    drop = level_height(waist) - level_height(hem)
    wide = np.linalg.norm(corner["hem.r"] - corner["hem.l"]) * metres / 2
    return {"waist": waist, "hem": hem, "flare": _clipped((wide - HALF_TRUNK) / (1.57 * drop), (0.0, 0.4))}


def _chest_scale(outline) -> float:
    """Metres a pixel, if the chest is as wide as the flat body's with some room."""
    return 2.1 * HALF_TRUNK / np.linalg.norm(outline.corners["armpit.r"] - outline.corners["armpit.l"])


def _length(outline, above, below) -> float:
    """Pixels between the middles of two pairs of corners."""
    middles = [(outline.corners[f"{name}.l"] + outline.corners[f"{name}.r"]) / 2 for name in (above, below)]
    return float(np.linalg.norm(middles[1] - middles[0]))


def _way(points) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _level(height: float) -> float:
    """The inverse of `flat.level_height`."""
    return float(np.interp(height, [-0.05, *LEVELS, 2.0], [-0.42, 0.0, 1.0, 2.0, 3.0, 4.03]))


def _clipped(value, limits) -> float:
    return round(float(np.clip(value, *limits)), 4)


def neck_height(cut) -> float:
    """Flat height of the neckline's ends on the shoulders."""
    return float(np.interp(cut["neck"]["width"] * WIDER, *RIDGE))


def flat_edges(outline: Outline, cut: dict) -> dict:
    """Edge name -> (EDGE_POINTS, 2) flat metres, as `Outline.edges`; x to the wearer's left, which is the picture's
    right."""
    shape = outline.shape
    if shape == "legs":
        right = _flat_leg(cut, _rise(outline))
    elif shape == "skirt":
        top, low = level_height(cut["waist"]), level_height(cut["hem"])
        wide = HALF_TRUNK + cut["flare"] * (top - low)
        right = {"side": [(HALF_TRUNK, top), (wide, low)], "top": [(0, top), (HALF_TRUNK, top)],
                 "hem": [(0, low), (wide, low)]}  # fmt: skip
    else:
        right = _flat_top(shape, cut) | (_flat_sleeve(cut) if shape != "bare" else {})
    edges = {}
    for name, points in right.items():
        points = np.array(points, float)
        if name == "middle":
            edges[name] = _spaced(points)
        elif points[0, 0] == 0 and name in ("top", "hem"):
            edges[name] = _spaced(np.concatenate([points[:0:-1] * [-1, 1], points[1:]]))
        else:
            edges[f"{name}.r"] = _spaced(points)
            edges[f"{name}.l"] = _spaced(points * [-1, 1])
    return edges


def _flat_top(shape, cut) -> dict:
    neck = cut["neck"]["width"] * WIDER
    top = neck_height(cut)
    low = level_height(cut.get("skirt_hem", cut.get("hem")))
    wide = HALF_TRUNK
    side = [(HALF_TRUNK, ARMPIT_FLAT)]
    if "flare" in cut:
        waist = level_height(cut["waist"])
        wide += cut["flare"] * (waist - low)
        side.append((HALF_TRUNK, waist))
    outer = HALF_TRUNK if shape != "bare" else cut["strap"] * HALF_TRUNK
    slope = [(x, float(np.interp(x, *RIDGE))) for x in np.linspace(neck, max(outer, neck + 0.02), 6)]
    armhole = [slope[-1], (HALF_TRUNK, ARMPIT_FLAT)]
    if shape == "bare":
        armhole.insert(1, (slope[-1][0] + 0.02, 0.4 * slope[-1][1] + 0.6 * ARMPIT_FLAT))
    return {"top": [(0, top), (neck, top)], "slope": slope, "armhole": armhole, "side": [*side, (wide, low)],
            "hem": [(0, low), (wide, low)]}  # fmt: skip


def _flat_sleeve(cut) -> dict:
    end = arm_place(cut["sleeve"])
    along = np.linspace(HALF_TRUNK, end, 8)
    half = np.interp(along - HALF_TRUNK + ARMS[1], *SLEEVE_HALF)
    over = np.stack([along, SLEEVE_MIDDLE + half], 1)
    under = np.stack([along, SLEEVE_MIDDLE - half], 1)
    over[0], under[0] = (HALF_TRUNK, RIDGE[1][-1]), (HALF_TRUNK, ARMPIT_FLAT)
    return {"over": over, "under": under, "cuff": [over[-1], under[-1]]}


def _rise(outline) -> float:
    """How far down the photo's outer seams its crotch is: 0 at the waist, 1 at the hems."""
    corner = outline.corners
    top = (corner["waist.l"] + corner["waist.r"]) / 2
    low = (corner["leg_outside.l"] + corner["leg_outside.r"]) / 2
    return float(np.clip((corner["crotch"] - top) @ (low - top) / ((low - top) @ (low - top)), 0.2, 0.93))


def _flat_leg(cut, rise) -> dict:
    """Clothes' crotches hang lower than bodies' do; so that stripes stay level the photo's stays as low as it is."""
    top, low = level_height(cut["waist"]), level_height(cut["hem"])
    heights = np.linspace(CROTCH - 0.02, low, 6)
    apart = 0.06 * (CROTCH - heights)
    outside = [(HALF_TRUNK, top), (HALF_TRUNK, HEIGHTS[4]), *zip(apart + np.interp(heights, *LEG_WIDTH), heights,
               strict=True)]  # fmt: skip
    crotch = (0.0, min(top - rise * (top - low), CROTCH))
    inside = [crotch, (apart[-1], low)]
    waist = [(0, top), (HALF_TRUNK, top)]
    hem = [outside[-1], inside[-1]]
    return {"top": waist, "middle": [waist[0], crotch], "outside": outside, "inside": inside, "hem": hem}


def _spaced(points) -> np.ndarray:
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0, way[-1], EDGE_POINTS)
    return np.stack([np.interp(at, way, column) for column in points.T], 1)

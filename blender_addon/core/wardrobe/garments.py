"""What each built-in garment is: where it is cut from the suit and how it hangs. One function a garment family."""

from dataclasses import replace

import numpy as np

from .collars import add_collar
from .cutting import Cloth, cut, join, point_normals
from .fitting import Fit, covered, crumple, cut_from_suit, hang_legs, hang_sleeves, hang_trunk, ramp, relax
from .suit import ANKLES, HIPS, KNEES, nearest
from .tubes import hang

MAIN, TRIM = 0, 1
SLIDES = 0.025  # metres that a sleeve may have gone from where it ends in the T-pose
SLEEVE_UNIT = 0.25  # metres between shoulder, elbow and wrist, about


def make_top(fit: Fit, params: dict) -> tuple:
    """T-shirts, shirts, sweaters, tank tops, hoodies: (cloth, hidden (V,))."""
    fields = top_fields(fit, params)
    cloth = cut_from_suit(fit, list(fields.values()))
    cloth = _mark_bands(fit, cloth, fields, params)
    cloth = _hang_top(fit, cloth, params)
    # One sees in, and a sleeve slides down a raised arm.
    wide = {"armhole": 0.055, "sleeve": SLIDES + 2.2 * params["sleeve_ease"] if not params.get("cuff") else 0.0}
    hidden = covered(fit, list(fields.values()), [max(params["margin"], wide.get(name, 0.0)) for name in fields])
    if params.get("collar"):
        cloth = add_collar(fit, cloth, fields["neck"], params["collar"])
    return cloth, hidden


def top_fields(fit: Fit, params: dict) -> dict:
    """Metres inside each hem of a top, by the hem's name."""
    places = fit.places
    hem = max(places.level(params["hem"]), places.crotch + 0.012)
    fields = {"hem": lambda p: p[:, 1] - hem, "neck": neck_field(fit, params["neck"])}
    if params["sleeve"] is None:
        fields["armhole"] = armhole_field(fit, params["strap"])
    else:
        fields["sleeve"] = lambda p: (params["sleeve"] - places.arm(p)) * SLEEVE_UNIT
    if params.get("opening"):
        fields["opening"] = opening_field(fit, params["opening"], hem)
    return fields


def opening_field(fit: Fit, widths: list, hem: float):
    """Metres beside the opening of a jacket down its front; half its width at the chest and at the hem."""
    chest, middle = fit.places.armpit, fit.places.joints[12, 2]

    def field(points):
        down = np.clip((chest - points[:, 1]) / (chest - hem), 0, 1)
        half = (widths[0] + (widths[1] - widths[0]) * down) * fit.size
        return np.abs(points[:, 0]) - half + 4 * np.maximum(middle - points[:, 2], 0)

    return field


def neck_field(fit: Fit, neck: dict):
    """Metres below the edge of a neckline.

    Args:
        neck: depth (metres below the shoulders in front), back (above them behind), width (half of it at the top),
            power (1 a V, 2 round, 4 square).
    """
    size = fit.size
    width = neck["width"] * size
    beside = np.abs(np.abs(fit.points[:, 0]) - width) < 0.012 * size
    beside &= fit.places.arm(fit.points) > -3
    top = fit.points[beside, 1].max()
    middle = fit.places.joints[12, 2]
    front, back = top - neck["depth"] * size, top + neck["back"] * size

    def field(points):
        ahead = ramp(points[:, 2], middle - 0.05 * size, middle + 0.06 * size)
        across = np.minimum((np.abs(points[:, 0]) / width) ** neck["power"], 4)
        edge = back + (front - back) * ahead
        return edge + (top - edge) * across - points[:, 1] + np.maximum(np.abs(points[:, 0]) - width, 0) * 3

    return field


def armhole_field(fit: Fit, strap: float):
    """Metres inside the armholes of a sleeveless top."""
    shoulder = np.abs(fit.places.joints[16:18, 0]).mean()
    top = fit.places.joints[16:18, 1].mean() + 0.05 * fit.size
    bottom = fit.places.armpit - 0.035 * fit.size

    def field(points):
        down = np.clip((top - points[:, 1]) / (top - bottom), 0, 1.6)
        edge = shoulder * (strap + (1.0 - strap) * 0.5 * down**2 + 0.55 * np.maximum(down - 0.75, 0) ** 1.5 * 4)
        return edge - np.abs(points[:, 0])

    return field


def _mark_bands(fit: Fit, cloth: Cloth, fields: dict, params: dict) -> Cloth:
    """Cut bands along hems and give them the second material; attribute `band` is 1 on them."""
    band = np.zeros(len(cloth.points))
    cloth = replace(cloth, attributes={**cloth.attributes, "band": band})
    for name, width in params["bands"].items():
        if name not in fields or width <= 0:
            continue
        cloth, inside = cut(cloth, fields[name](cloth.attributes["suit"]) - width)
        slot = np.where(inside, cloth.slot, TRIM)
        near = fields[name](cloth.attributes["suit"]) < width * 0.999
        band = np.where(near, 1.0, cloth.attributes["band"])
        cloth = replace(cloth, slot=slot, attributes={**cloth.attributes, "band": band})
    return cloth


def _hang_top(fit: Fit, cloth: Cloth, params: dict) -> Cloth:
    suit, places = cloth.attributes["suit"], fit.places
    arm = places.arm(suit)
    on_arm = ramp(arm, 0.1, 0.5)
    low = ramp(-suit[:, 1], -(places.armpit + 0.015), -(places.armpit - 0.07 * fit.size)) * (arm < 0.05)
    normals = point_normals(suit, cloth.faces)
    cloth = cloth.with_points(suit + normals * params["shoulder_ease"])
    gather = (places.level(params["gather"]), params["snug"]) if params.get("gather") is not None else None
    cloth = hang_trunk(fit, cloth, params["ease"], params["taper"], low, gather)
    cloth = hang_sleeves(fit, cloth, params["sleeve_ease"], params["sleeve_taper"], on_arm)
    if params.get("cuff"):
        cloth = _draw_in_cuffs(fit, cloth, params, on_arm)
    tucked = params["snug"] if gather else params["ease"]
    below = ramp(-suit[:, 1], -places.level(2.45), -places.level(2.25))
    clearance = params["shoulder_ease"] + (min(tucked, params["ease"]) * 0.8 - params["shoulder_ease"]) * below
    cloth = relax(fit, cloth, params["smooth"], clearance)
    free = low * ramp(-suit[:, 1], -places.armpit, -places.level(2.2)) * (gather is None)
    return crumple(cloth, params["folds"], np.maximum(free, 0.7 * on_arm) * (1 - cloth.attributes["band"]))


def _draw_in_cuffs(fit, cloth, params, on_arm):
    arm = fit.places.arm(cloth.attributes["suit"])
    tight = ramp(arm, params["sleeve"] - 0.5, params["sleeve"] - 0.12)
    return hang_sleeves(fit, cloth, params["cuff"], 1.0, on_arm * tight)


def make_bottom(fit: Fit, params: dict) -> tuple:
    """Trousers, jeans, shorts, leggings: (cloth, hidden (V,))."""
    fields = bottom_fields(fit, params)
    cloth = cut_from_suit(fit, list(fields.values()))
    cloth = _mark_bands(fit, cloth, fields, params)
    cloth = _hang_bottom(fit, cloth, params)
    return cloth, covered(fit, list(fields.values()), params["margin"])


def bottom_fields(fit: Fit, params: dict) -> dict:
    """Metres inside the waist and the hems."""
    waist, hem = fit.places.level(params["waist"]), fit.places.level(params["hem"])
    arm = fit.places.arm
    return {
        "waist": lambda p: np.minimum(waist - p[:, 1], 0.3 - np.maximum(arm(p), 0)),
        "hem": lambda p: p[:, 1] - hem,
    }


def _hang_bottom(fit: Fit, cloth: Cloth, params: dict) -> Cloth:
    suit, places, size = cloth.attributes["suit"], fit.places, fit.size
    height = suit[:, 1]
    pelvis = ramp(height, places.crotch + 0.005, places.crotch + 0.09 * size)
    legs = ramp(-height, -(places.crotch - 0.0 * size), -(places.crotch - 0.12 * size))
    normals = point_normals(suit, cloth.faces)
    cloth = cloth.with_points(suit + normals * params["hip_ease"])
    cloth = hang_trunk(fit, cloth, params["hip_ease"], 2.0, pelvis)
    cloth = hang_legs(fit, cloth, params["leg_ease"], params["leg_taper"], legs)
    if params.get("ankle_snug"):
        ankle = ramp(-height, -places.level(params["hem"] + 0.32), -places.level(params["hem"] + 0.08))
        cloth = hang_legs(fit, cloth, params["ankle_snug"], 1.0, legs * ankle)
    cloth = relax(fit, cloth, params["smooth"], params["hip_ease"] * 0.8)
    below = 0.35 * legs + 0.65 * ramp(-places.height(suit), -0.8, -0.1)
    cloth = crumple(cloth, params["folds"], below * (1 - cloth.attributes["band"]))
    return keep_apart(cloth)


def keep_apart(cloth: Cloth) -> Cloth:
    """Left and right trouser legs stay on their own sides."""
    side = np.sign(cloth.attributes["suit"][:, 0])
    points = cloth.points.copy()
    points[:, 0] = np.where(
        side * points[:, 0] < 0.002, side * np.minimum(0.002, np.abs(cloth.attributes["suit"][:, 0])), points[:, 0]
    )
    return cloth.with_points(points)


def make_socks(fit: Fit, params: dict) -> tuple:
    """Socks from a shaft's height down into the shoe: (cloth, hidden (V,))."""
    top = fit.places.level(params["height"])
    bottom = fit.places.ground + 0.045 * fit.size
    fields = [lambda p: top - p[:, 1], lambda p: p[:, 1] - bottom]
    cloth = cut_from_suit(fit, fields)
    normals = point_normals(cloth.points, cloth.faces)
    cloth = relax(fit, cloth.with_points(cloth.points + normals * 0.002), 2, params["clearance"])
    ankle = fit.places.joints[list(ANKLES), 1].mean()
    inside = ramp(ankle - cloth.points[:, 1], 0.030 * fit.size, 0.042 * fit.size)  # of any shoe: a heel must not show
    cloth = cloth.with_points(cloth.points - (SINKS * inside)[:, None] * point_normals(cloth.points, cloth.faces))
    return cloth, covered(fit, fields, 0.012)


SINKS = 0.007
"""Metres that a sock gives way where shoes are."""
SKIRT_AROUND = 96
SKIRT_HIDES = 1.75
"""Down to where a skirt hides skin, as `Places.height` has it, or to the crotch: cloth slides off a raised thigh."""


def make_skirt(fit: Fit, params: dict) -> tuple:
    """A tube from the waist down: (cloth, hidden (V,))."""
    waist, hem = fit.places.level(params["waist"]), fit.places.level(params["hem"])
    cloth = _skirt(fit, params, waist, hem)
    margin = params["margin"]
    low = max(hem + margin * (waist - hem), _bare_below(fit))
    hidden = fit.suit.skin & (fit.shaped[:, 1] < waist - 0.015) & (fit.shaped[:, 1] > low)
    hidden &= fit.places.arm(fit.shaped) < 0.0
    return cloth, hidden


def _bare_below(fit: Fit) -> float:
    """Height below which skin under a skirt stays in the mesh."""
    return min(fit.places.level(SKIRT_HIDES), fit.places.crotch - 0.02)


def _skirt(fit: Fit, params: dict, waist: float, hem: float) -> Cloth:
    tube = hang(fit.trunk, params["ease"], -params["flare"])
    snug = fit.trunk.radius + params["ease"]
    loose = ramp(waist - tube.stations, 0.0, 0.16 * fit.size)[:, None]
    tube = replace(tube, radius=snug + (tube.radius - snug) * loose)
    rows = int(np.ceil((waist - hem) / 0.018)) + 1
    heights = np.linspace(waist, hem, rows)
    angles = np.linspace(-np.pi, np.pi, SKIRT_AROUND, endpoint=False)
    station, angle = (grid.ravel() for grid in np.meshgrid(heights, angles, indexing="ij"))
    radius = tube.sample(tube.radius, angle, station)
    radius = radius + _pleats(angle, ramp(waist - station, 0.02, 0.35 * fit.size), params["pleats"])
    points = tube.place(angle, radius, station)
    number = np.arange(len(points)).reshape(rows, SKIRT_AROUND)
    beside = np.roll(number, -1, 1)
    faces = np.stack([number[:-1], number[1:], beside[1:], beside[:-1]], -1).reshape(-1, 4)
    slot = np.where(np.repeat(heights[:-1], SKIRT_AROUND) > waist - params["band"] + 1e-6, TRIM, MAIN)
    core = tube.place(angle, tube.sample(fit.trunk.radius, angle, station), station)
    anchors = nearest(core, fit.shaped, np.flatnonzero(fit.suit.skin & (fit.places.arm(fit.shaped) < 0)), 3)
    return Cloth(
        points,
        _skirt_weights(fit, points),
        faces,
        anchors,
        slot.astype(np.int32),
        {"suit": points, "skirt": np.ones(len(points)), "row": 1.0 + np.repeat(np.arange(rows), SKIRT_AROUND)},
    )


def _pleats(angle, depth, folds):
    """Metres out and in: waves around, each [how many, metres at the hem, phase]."""
    return sum(
        depth * size * np.sin(count * angle + phase + 0.6 * np.sin(angle * 3 + phase)) for count, size, phase in folds
    )


def _skirt_weights(fit: Fit, points: np.ndarray) -> np.ndarray:
    """Spine and pelvis above, the nearer thigh below, between the legs both; shins take over below the knees."""
    joints, size = fit.places.joints, fit.size
    y = points[:, 1]
    width = 0.5 * np.abs(joints[HIPS[0], 0] - joints[HIPS[1], 0]) * 1.6
    left = ramp(points[:, 0], -width, width)
    spine = ramp(y, joints[0, 1], joints[3, 1] + 0.05 * size)
    thigh = ramp(-y, -(joints[0, 1] + 0.06 * size), -(fit.places.crotch - 0.03 * size))
    knee = joints[list(KNEES), 1].mean()
    shin = ramp(-y, -(knee + 0.07 * size), -(knee - 0.09 * size))
    weights = np.zeros((len(points), fit.suit.weights.shape[1]))
    weights[:, 3] = spine
    weights[:, 0] = (1 - spine) * (1 - thigh)
    for side, share in enumerate((left, 1 - left)):
        weights[:, HIPS[side]] = (1 - spine) * thigh * share * (1 - shin)
        weights[:, KNEES[side]] = (1 - spine) * thigh * share * shin
    return weights


def make_dress(fit: Fit, params: dict) -> tuple:
    """A top sewn to a skirt at the waist: (cloth, hidden (V,))."""
    top, covers = make_top(fit, {**params, "gather": params["waist"], "hem": params["waist"]})
    waist = fit.places.level(params["waist"]) + 0.014
    skirt = _skirt(fit, {**params, "ease": params["snug"] + 0.002}, waist, fit.places.level(params["skirt_hem"]))
    _, below = make_skirt_cover(fit, params)
    return join(top, skirt), covers | below


def make_skirt_cover(fit: Fit, params: dict):
    """What the skirt of a dress hides."""
    waist, hem = fit.places.level(params["waist"]) + 0.03, fit.places.level(params["skirt_hem"])
    low = max(hem + params["skirt_margin"] * (waist - hem), _bare_below(fit))
    hidden = fit.suit.skin & (fit.shaped[:, 1] < waist) & (fit.shaped[:, 1] > low) & (fit.places.arm(fit.shaped) < 0)
    return waist, hidden

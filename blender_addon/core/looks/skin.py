"""Skin and eyes: what colour and wear they have, and the body's own mesh with what their shaders need.

Regions of the face are told from the template's shape in head coordinates: metres from the middle between the eyes on
a head whose eyes are 61.6 mm apart (MakeHuman's base mesh), x to the person's left, y up, z forward. Every shape of the
body shares its vertices, so what is found on the template holds for all.
"""

import numpy as np

from ..chance import pick, pick_row
from ..spec import LookSpec
from ..surface import Surface

EYE_DISTANCE = 0.0616
# Hairline: height (head coordinates) at each angle about the vertical, 0 in front, 180 behind; the dip is the sideburn.
HAIRLINE = (
    (0, 0.074), (15, 0.075), (30, 0.079), (42, 0.074), (52, 0.056), (62, 0.040), (70, 0.028), (75, 0.006),
    (79, -0.012), (86, -0.014), (90, 0.0), (103, 0.011), (116, 0.0), (124, -0.030), (140, -0.058), (180, -0.072),
)  # fmt: skip
SCALP_AXIS = -0.065
"""z of the vertical through the middle of the skull, head coordinates."""
# Ellipses (u, v, half width, half height) in the texture space of MakeHuman's base mesh.
EARS_UV = ((0.8504, 0.6275, 0.033, 0.026), (0.8504, 0.3371, 0.033, 0.026))
LIPS_UV = (0.9065, 0.4850, 0.0155, 0.0225)
EYE_RINGS = (0, 5, 8, 11, 14, 17, 20, 23, 26, 32, 42, 56, 75, 95)
"""Degrees from the gaze."""
EYE_SEGMENTS = 24
IRIS_DEGREES = 23.0
"""Where the iris ends and the white begins."""
LASHES = 44
"""On an upper lid; a lower one has half as many."""

# CIE L*a*b* of facial skin under D65 without specular light, after published spectrophotometer surveys: mean, spread.
SKIN_LAB = {
    "african": ((38.0, 7.0), (11.0, 1.6), (17.0, 2.5)),
    "asian": ((60.0, 4.5), (11.0, 1.8), (20.0, 2.2)),
    "caucasian": ((61.5, 4.5), (12.5, 2.2), (18.0, 2.4)),
}
TANNED_SHARE = 0.3
"""Of those counted as caucasian, who also stand for North Africa, the Middle East, South Asia and Latin America."""
# Linear RGB.
HAIR_COLORS = {
    "black": (0.011, 0.009, 0.008),
    "dark brown": (0.027, 0.016, 0.010),
    "brown": (0.065, 0.036, 0.019),
    "light brown": (0.135, 0.078, 0.040),
    "dark blond": (0.235, 0.145, 0.070),
    "blond": (0.420, 0.290, 0.145),
    "red": (0.165, 0.056, 0.020),
}
EYE_COLORS = {
    "dark brown": ((0.030, 0.014, 0.007), (0.055, 0.024, 0.010)),
    "brown": ((0.060, 0.028, 0.012), (0.120, 0.055, 0.020)),
    "hazel": ((0.090, 0.070, 0.028), (0.150, 0.075, 0.022)),
    "green": ((0.090, 0.115, 0.060), (0.150, 0.120, 0.045)),
    "blue": ((0.095, 0.160, 0.240), (0.190, 0.240, 0.290)),
    "grey": ((0.150, 0.180, 0.200), (0.230, 0.240, 0.240)),
}


def sample_skin(rng: np.random.Generator, sex: float, age: float, ancestry) -> LookSpec:
    """Draw skin, eyes, brows and the natural hair colour, which go together.

    Args:
        sex: 0 male to 1 female.
        age: years.
        ancestry: shares of African, Asian and Caucasian, summing to 1.
    """
    shares = np.asarray(ancestry, float) ** 1.5  # skin runs further to either end than an even mix of three means
    shares = shares / shares.sum()
    male = sex < 0.5
    lab = _sample_tone(rng, shares)
    tone = lab_to_linear(lab)
    fair = float(np.clip((lab[0] - 51) / 11, 0, 1))
    natural, hair_color = _sample_hair_color(rng, shares, fair)
    eye_name = _sample_eye_color(rng, shares, natural, fair)
    grey = _sample_grey(rng, age)
    params = {
        "tone": _numbers(tone),
        "lightness": round(float(lab[0]), 2),
        "roughness": _between(rng, 0.42, 0.6),
        "oil": _between(rng, 0.0, 1.0),
        "blush": round(float(rng.beta(2, 3)), 3),
        "freckles": round(float(rng.random() ** 2), 3) if rng.random() < 0.1 + 0.5 * fair * shares[2] else 0.0,
        "mottle": _between(rng, 0.3, 1.0),
        "wrinkles": round(float(np.clip((age - 35) / 45 + rng.normal(0, 0.08), 0, 1)), 3),
        "lip_color": _numbers(_lip_color(rng, tone, lab, male)),
        "natural_hair": natural,
        "hair_color": _numbers(hair_color),
        "grey": grey,
        "brow_color": _numbers(_brow_color(hair_color, grey)),
        "brow_density": _between(rng, 0.75, 1.0) if male else _between(rng, 0.65, 1.0),
        "brow_shape": _between(rng, 0.0, 0.45) if male else _between(rng, 0.35, 1.0),
        "stubble": _sample_stubble(rng, male, age),
        "lashes": _between(rng, 0.4, 0.75) if male else _between(rng, 0.7, 1.0),
        "eye_color": _numbers(np.array(EYE_COLORS[eye_name][0]) * rng.uniform(0.8, 1.2)),
        "eye_inner": _numbers(np.array(EYE_COLORS[eye_name][1]) * rng.uniform(0.8, 1.2)),
        "pupil": _between(rng, 6.5, 10.0),
        "sclera": _numbers(np.array([0.52, 0.47, 0.43]) * rng.uniform(0.85, 1.1)),
        "seed": int(rng.integers(2**16)),
    }
    return LookSpec("skin", params)


def lab_to_linear(lab) -> np.ndarray:
    """CIE L*a*b* (D65) to linear sRGB, kept above black."""
    level = (lab[0] + 16) / 116
    f = np.array([level + lab[1] / 500, level, level - lab[2] / 200])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * (0.9505, 1.0, 1.089)
    matrix = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    return np.clip(matrix @ xyz, 0.004, 0.95)


def _sample_tone(rng, shares) -> np.ndarray:
    """L*, a*, b*: each person's mix of the surveys' means, tan and undertone on top."""
    means = np.array([[axis[0] for axis in SKIN_LAB[name]] for name in SKIN_LAB])
    spreads = np.array([[axis[1] for axis in SKIN_LAB[name]] for name in SKIN_LAB])
    lab = shares @ means + (shares @ spreads) * np.clip(rng.normal(size=3), -2.2, 2.2)
    if rng.random() < TANNED_SHARE * (shares[1] * 0.5 + shares[2]):
        lab += np.array([-11, 0.5, 2.5]) * rng.uniform(0.3, 1.4)
    lab[0] = np.clip(lab[0], 24, 71)
    dark = np.clip((42 - lab[0]) / 18, 0, 1)  # the darkest skins are also the least coloured
    lab[1:] *= 1 - np.array([0.25, 0.45]) * dark
    return lab


def _sample_hair_color(rng, shares, fair) -> tuple:
    pale = shares[2] * (0.15 + 0.85 * fair)
    weights = np.array([0.14, 0.30, 0.23, 0.13, 0.10, 0.07, 0.03]) * pale
    weights[:2] += np.array([0.75, 0.25]) * (1 - pale)
    name = list(HAIR_COLORS)[pick_row(rng, weights)]
    return name, np.array(HAIR_COLORS[name]) * rng.uniform(0.75, 1.3)


def _sample_eye_color(rng, shares, natural: str, fair: float) -> str:
    light_hair = natural in ("light brown", "dark blond", "blond", "red")
    pale = shares[2] * (0.85 if light_hair else 0.5 * fair)
    if rng.random() > pale:
        return "dark brown" if rng.random() < 0.65 else "brown"
    return pick(rng, {"brown": 0.18, "hazel": 0.2, "green": 0.14, "blue": 0.36, "grey": 0.12})


def _sample_grey(rng, age) -> float:
    """Share of hair that has lost its colour."""
    onset = rng.normal(46, 9)
    return round(float(np.clip((age - onset) / 26, 0, 1)), 3)


def _brow_color(hair_color, grey) -> np.ndarray:
    """Brows are darker than blond hair and grey later than the rest."""
    brown = np.array(HAIR_COLORS["dark brown"])
    mixed = np.minimum(np.asarray(hair_color), np.array([0.11, 0.065, 0.036]))
    return 0.6 * mixed + 0.3 * brown + np.array([0.16, 0.155, 0.15]) * max(0.0, grey - 0.45)


def _lip_color(rng, tone, lab, male) -> np.ndarray:
    """Redder and darker than the skin around it; now and then painted."""
    lips = tone * np.array([0.74, 0.43, 0.46]) * rng.uniform(0.8, 1.1)
    if lab[0] < 45:
        lips = tone * np.array([0.86, 0.60, 0.62]) * rng.uniform(0.8, 1.25)
    if not male and rng.random() < 0.3:
        paint = ((0.33, 0.03, 0.04), (0.36, 0.09, 0.10), (0.20, 0.02, 0.035), (0.42, 0.15, 0.15))[int(rng.integers(4))]
        lips = lips + (np.array(paint) - lips) * rng.uniform(0.3, 0.8)
    return lips


def _sample_stubble(rng, male, age) -> float:
    if not male or age < 17:
        return 0.0
    return round(float(rng.beta(1.2, 2.2)), 3)


def _between(rng, low, high) -> float:
    return round(float(rng.uniform(low, high)), 4)


def _numbers(values) -> list:
    return [round(float(value), 5) for value in values]


def skin_surface(body, shaped: np.ndarray, hidden: np.ndarray, lashes: bool = True) -> list[Surface]:
    """The body's skin without what clothes hide, and its eyes.

    Args:
        shaped: (V, 3) vertices of the shaped body in the T-pose.
        hidden: (V,) bool; a face goes when all its corners are hidden.
        lashes: whether the eyes have them.
    """
    if body.poly is None:
        return [_plain_skin(body, shaped, hidden)]
    own = np.asarray(body.poly_group) == list(body.group_names).index("body")
    shown = own & ~np.asarray(hidden)[body.poly].all(1)
    used, faces = np.unique(body.poly[shown], return_inverse=True)
    masks = face_masks(body)
    skin = Surface(
        name="skin",
        points=shaped[used],
        weights=np.asarray(body.weights[used]),
        faces=faces.reshape(-1, 4),
        uv=np.asarray(body.uv)[body.poly_uv[shown]],
        attributes={name: values[used] for name, values in masks.items()},
    )
    return [skin, _eyes(body, shaped, lashes)]


def _plain_skin(body, shaped, hidden) -> Surface:
    """A licensed body's skin: its files say nothing of texture, eyes or face, so all of it is of one tone."""
    shown = body.faces[~np.asarray(hidden)[body.faces].all(1)]
    used, faces = np.unique(shown, return_inverse=True)
    faces = np.concatenate([faces.reshape(-1, 3), np.full((len(shown), 1), -1)], 1)
    blank = np.zeros((len(used), 3))
    corners = shaped[used][np.maximum(faces, 0)]
    return Surface(
        name="skin",
        points=shaped[used],
        weights=np.asarray(body.weights[used]),
        faces=faces,
        uv=corners[..., :2] * 0.5,
        attributes={"face": blank, "flesh": blank.copy()},
    )


def group_vertices(body, name: str) -> np.ndarray:
    """Vertex numbers, ascending, of the polygons of a named group."""
    return np.unique(body.poly[np.asarray(body.poly_group) == list(body.group_names).index(name)])


def head_coordinates(body, points=None) -> np.ndarray:
    """(N, 3) points of the template (all vertices unless given) in head coordinates."""
    template = np.asarray(body.v_template)
    left, right = (template[group_vertices(body, f"helper-{side}-eye")].mean(0) for side in "lr")
    points = template if points is None else points
    return (points - (left + right) / 2) * (EYE_DISTANCE / np.linalg.norm(left - right))


def vertex_uv(body) -> np.ndarray:
    """(V, 2) a texture coordinate of every vertex (at a seam, one of them)."""
    uv = np.zeros((len(body.v_template), 2))
    uv[np.asarray(body.poly).ravel()] = np.asarray(body.uv)[np.asarray(body.poly_uv).ravel()]
    return uv


def _in_ellipse(uv, ellipse) -> np.ndarray:
    """1 at the middle, 0 on the rim, negative outside."""
    u, v, half_u, half_v = ellipse
    return 1 - ((uv[:, 0] - u) / half_u) ** 2 - ((uv[:, 1] - v) / half_v) ** 2


def on_ears(body) -> np.ndarray:
    """(V,) bool."""
    uv = vertex_uv(body)
    head = head_coordinates(body)[:, 1] > -0.2
    return head & np.logical_or(*(_in_ellipse(uv, ear) > 0 for ear in EARS_UV))


def above_hairline(place: np.ndarray, recession: float = 0.0) -> np.ndarray:
    """(N,) metres above the hairline of points in head coordinates; negative on the face and neck.

    Args:
        recession: 0 a full head of hair, 1 a bald crown with a wreath.
    """
    angle = np.degrees(np.arctan2(np.abs(place[:, 0]), place[:, 2] - SCALP_AXIS))
    height = place[:, 1] - np.interp(angle, *np.transpose(HAIRLINE))
    if recession <= 0:
        return height
    # A receding hairline goes up and back over the top, fastest at the temples.
    temples = 0.6 + 0.4 * np.exp(-(((angle - 35) / 20) ** 2))
    back = 0.150 - place[:, 2] - 0.115 * recession * temples - 0.12
    high = place[:, 1] - 0.045
    top = np.where(high > 0, back, np.inf)
    crown = np.hypot(place[:, 0], place[:, 2] + 0.115) - 0.075 * max(0.0, recession - 0.35) / 0.65
    return np.minimum(np.minimum(height, top), np.where(place[:, 1] > 0.05, crown, np.inf))


def _bump(distance, inner, outer) -> np.ndarray:
    """1 up to `inner`, 0 from `outer` on, smooth between."""
    t = np.clip((np.asarray(distance) - inner) / (outer - inner), 0, 1)
    return 1 - t * t * (3 - 2 * t)


def beard_region(place: np.ndarray) -> np.ndarray:
    """(N,) 0 to 1: where a beard grows, of points in head coordinates."""
    x, y, z = np.abs(place[:, 0]), place[:, 1], place[:, 2]
    cheek_line = np.interp(x, (0, 0.012, 0.03, 0.05, 0.065, 0.08), (-0.052, -0.053, -0.058, -0.060, -0.040, -0.005))
    jaw_line = np.interp(z, (-0.075, -0.03, 0.02), (-0.085, -0.125, -0.140))
    up = _bump(y - cheek_line, -0.004, 0.006)
    down = _bump(jaw_line - y, -0.012, 0.006)
    behind = _bump(-z, 0.066, 0.078)
    chin_bald = 1 - 0.75 * _bump(np.hypot((x - 0.014) / 0.012, (y + 0.079) / 0.006), 0.5, 1.1)
    return up * down * behind * chin_bald


def face_masks(body) -> dict:
    """Point attributes 'face' (lips, brows, beard) and 'flesh' (scalp, redness, oil), all 0 to 1."""
    place, uv = head_coordinates(body), vertex_uv(body)
    is_head = place[:, 1] > -0.2
    is_front = is_head & (place[:, 2] > -0.085)
    ears = on_ears(body)
    lips = _bump(-_in_ellipse(uv, LIPS_UV), -0.45, 0.15) * is_front
    beard = np.where(is_front & ~ears, beard_region(place), 0) * (1 - lips)
    scalp = np.where(is_head & ~ears, _bump(-above_hairline(place), -0.004, 0.006), 0)
    face = np.stack([lips, brow_region(place) * is_front, beard], 1)
    flesh = np.stack([scalp, _redness(body, place, ears) * (1 - lips), _oil(place) * is_front], 1)
    return {"face": face, "flesh": flesh}


def brow_line(x, shape=0.5) -> np.ndarray:
    """Height of the brow's middle at distance x from the midline, head coordinates; shape 0 flat to 1 arched."""
    rise = np.interp(x, (0.012, 0.022, 0.036, 0.044, 0.054), (0.0, 0.0025, 0.005, 0.004, -0.002))
    return 0.0155 + rise * (0.55 + 0.75 * shape)


def brow_region(place: np.ndarray) -> np.ndarray:
    """(N,) 0 to 1 under the brows, of points in head coordinates."""
    x, y, z = np.abs(place[:, 0]), place[:, 1], place[:, 2]
    across = _bump(np.abs(y - brow_line(x)), 0.0015, 0.005)
    return across * _bump(x, 0.046, 0.053) * _bump(-x, -0.015, -0.010) * (z > -0.02)


def _redness(body, place, ears) -> np.ndarray:
    """Cheeks, nose, ears, and the joints where skin is thin."""
    x = np.abs(place[:, 0])
    cheeks = _bump(np.hypot(x - 0.042, (place[:, 1] + 0.034) * 1.1), 0.008, 0.030) * (place[:, 2] > -0.04)
    nose = _bump(np.linalg.norm(place - (0, -0.037, 0.042), axis=1), 0.008, 0.026)
    lids = _bump(np.hypot(x - 0.031, place[:, 1] * 1.3), 0.012, 0.022) * (place[:, 2] > -0.02) * 0.5
    red = np.maximum.reduce([cheeks, nose, lids, 0.8 * ears])
    return np.maximum(red, _thin_skin(body))


def _thin_skin(body) -> np.ndarray:
    """Knees, elbows, hands and feet: where two joints' weights meet."""
    weights = np.asarray(body.weights)
    meet = np.zeros(len(weights))
    for joints in ((1, 4), (2, 5), (16, 18), (17, 19)):
        meet = np.maximum(meet, 4 * weights[:, joints[0]] * weights[:, joints[1]])
    hands = weights[:, 20:22].sum(1) + weights[:, -30:].sum(1) if weights.shape[1] > 24 else weights[:, 20:].sum(1)
    feet = weights[:, 7:12:3].sum(1) + weights[:, 8:12:3].sum(1)
    return np.maximum(0.6 * meet, 0.45 * np.clip(hands + feet, 0, 1))


def _oil(place) -> np.ndarray:
    """Forehead, nose and chin shine."""
    x, y = np.abs(place[:, 0]), place[:, 1]
    forehead = _bump(np.hypot(x / 1.6, y - 0.05), 0.012, 0.035)
    ridge = _bump(np.hypot(x * 2, np.clip(np.abs(y + 0.02) - 0.02, 0, None)), 0.008, 0.022)
    chin = _bump(np.hypot(x, y + 0.097), 0.006, 0.02)
    return np.maximum.reduce([forehead, ridge, 0.7 * chin])


def _eyes(body, shaped, lashes: bool) -> Surface:
    """Both eyeballs, finer than MakeHuman's so that the iris is round, with lashes.

    Attributes: 'gaze_angle' radians from the gaze on the eyeballs, 'lash' 1 on lashes.
    """
    parts = []
    for side in "lr":
        parts.append(_eyeball(body, shaped, f"helper-{side}-eye"))
        if lashes:
            parts.append(_lashes(body, shaped, f"helper-{side}-eyelashes-2", LASHES, 1.0))
            parts.append(_lashes(body, shaped, f"helper-{side}-eyelashes-1", LASHES // 2, 0.6))
    return join_surfaces("eyes", parts)


def join_surfaces(name: str, parts: list) -> Surface:
    """One surface of several that carry the same attributes."""
    starts = np.cumsum([0] + [len(part.points) for part in parts])
    return Surface(
        name=name,
        points=np.concatenate([part.points for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
        faces=np.concatenate(
            [np.where(p.faces < 0, -1, p.faces + start) for p, start in zip(parts, starts[:-1], strict=True)]
        ),
        uv=np.concatenate([part.uv for part in parts]),
        attributes={key: np.concatenate([part.attributes[key] for part in parts]) for key in parts[0].attributes},
    )


def _eyeball(body, shaped, group: str) -> Surface:
    own = group_vertices(body, group)
    centre = shaped[own].mean(0)
    radius = np.linalg.norm(shaped[own] - centre, axis=1).mean()
    angle = np.radians(np.repeat(EYE_RINGS, EYE_SEGMENTS))
    turn = np.tile(np.arange(EYE_SEGMENTS) * (2 * np.pi / EYE_SEGMENTS), len(EYE_RINGS))
    # The cornea bulges: 1 mm on a real eye of 12 mm.
    bulge = 1 + 0.055 * _bump(angle, 0.0, np.radians(IRIS_DEGREES * 1.25))
    ray = np.stack([np.sin(angle) * np.cos(turn), np.sin(angle) * np.sin(turn), np.cos(angle)], 1)
    ring, segment = np.divmod(np.arange((len(EYE_RINGS) - 1) * EYE_SEGMENTS), EYE_SEGMENTS)
    following = (segment + 1) % EYE_SEGMENTS
    inner, outer = ring * EYE_SEGMENTS, (ring + 1) * EYE_SEGMENTS
    faces = np.stack([inner + segment, outer + segment, outer + following, inner + following], 1)
    corner_turn = np.stack([segment, segment, segment + 1, segment + 1], 1) / EYE_SEGMENTS
    return Surface(
        name=group,
        points=centre + radius * bulge[:, None] * ray,
        weights=np.repeat(np.asarray(body.weights)[own].mean(0, keepdims=True), len(ray), 0),
        faces=faces,
        uv=np.stack([corner_turn, angle[faces]], 2),
        attributes={"gaze_angle": angle, "lash": np.zeros(len(angle))},
    )


def _lashes(body, shaped, group: str, count: int, length: float) -> Surface:
    """Thin triangles from the lid to the rim of MakeHuman's lash strip."""
    polys = np.asarray(body.poly)[np.asarray(body.poly_group) == list(body.group_names).index(group)]
    lid, tip = _strip_rails(polys, np.asarray(body.v_template), _eye_centre(body, body.v_template, group))
    along = np.linspace(0.03, 0.97, count)
    jitter = np.random.default_rng(len(lid)).uniform(-0.4, 0.4, count) / count
    root, weights = _along(shaped[lid], along), _along(np.asarray(body.weights)[lid], along)
    out = (_along(shaped[tip], along + jitter) - root) * (length * 1.15)
    wide = _along(shaped[lid], along + 0.28 / count) - _along(shaped[lid], along - 0.28 / count)
    points = np.stack([root - wide / 2, root + wide / 2, root + out], 1).reshape(-1, 3)
    faces = np.concatenate([np.arange(3 * count).reshape(-1, 3), np.full((count, 1), -1)], 1)
    return Surface(
        name=group,
        points=points,
        weights=np.repeat(weights, 3, 0),
        faces=faces,
        uv=np.zeros((count, 4, 2)),
        attributes={"gaze_angle": np.full(len(points), np.pi), "lash": np.ones(len(points))},
    )


def _eye_centre(body, vertices, group) -> np.ndarray:
    return np.asarray(vertices)[group_vertices(body, group[: len("helper-x-eye")])].mean(0)


def _strip_rails(polys, template, eye_centre, columns=13) -> tuple:
    """Vertex numbers of a lash strip's edge on the lid and of its free edge, both from corner to corner of the eye."""
    own = np.unique(polys)
    reach = np.linalg.norm(template[own] - eye_centre, axis=1)
    x = template[own, 0]
    column = np.clip(((x - x.min()) / np.ptp(x) * columns).astype(int), 0, columns - 1)
    order = np.lexsort((reach, column))
    first = np.r_[True, np.diff(column[order]) > 0]
    last = np.r_[first[1:], True]
    return own[order[first]], own[order[last]]


def _along(values, t) -> np.ndarray:
    """(N, K) rows of a polyline of equal steps at 0 <= t <= 1."""
    place = np.clip(t, 0, 1) * (len(values) - 1)
    low = np.minimum(place.astype(int), len(values) - 2)
    share = (place - low)[:, None]
    return values[low] * (1 - share) + values[low + 1] * share

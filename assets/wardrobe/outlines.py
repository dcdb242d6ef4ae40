"""Paper patterns: the outline that a kind of garment has, fitted to the mask of a photo, and its landmarks.

A pattern is a few numbers that make polygons. The numbers are those whose polygons cover the mask best (differential
evolution, Storn and Price, 1997); their corners, moved to the corner of the real outline nearby, are the landmarks.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.optimize import differential_evolution
from scipy.spatial import cKDTree

from blender_addon.core.errors import AssetError

RASTER = 80
"""Pixels of the longer side of the garment while patterns are tried."""
SHIFT = 4
"""Bits of a pixel's fraction that cv2.fillPoly takes."""
CROWD, ROUNDS = 60, 130
"""Patterns that are bettered together, and how often."""
LEAST_OVERLAP = 0.8
"""Intersection over union of pattern and mask; below, the mask shows something else."""
UNUSUAL = 0.012
"""By how much a shape has to fit better than one that is named before it."""
NEAR = 0.045
"""Of the garment's size: how far the real outline may be from the pattern's."""
FACING = 0.06
"""Of the garment's size: how far away counts as much as facing the wrong way by a radian."""
EDGE_POINTS = 14
"""Places along an edge that are matched."""
CONCAVE = {"armpit", "crotch"}
SMOOTH = {"shoulder", "elbow_over", "elbow_under", "waist_side", "waist_middle", "hip"}
"""Corners of a pattern where an outline has none to be moved to."""

# Edges of each shape: name -> corners along it. Inner edges are seams, with no outline to be moved to.
TRUNK_EDGES = {
    "top": ("neck.l", "neck.r"),
    "hem": ("hem.l", "hem.r"),
    **{f"slope.{s}": (f"neck.{s}", f"shoulder.{s}") for s in "lr"},
    **{f"armhole.{s}": (f"shoulder.{s}", f"armpit.{s}") for s in "lr"},
    **{f"side.{s}": (f"armpit.{s}", f"waist_side.{s}", f"hem.{s}") for s in "lr"},
}
SLEEVE_EDGES = {
    **{f"over.{s}": (f"shoulder.{s}", f"elbow_over.{s}", f"cuff_over.{s}") for s in "lr"},
    **{f"cuff.{s}": (f"cuff_over.{s}", f"cuff_under.{s}") for s in "lr"},
    **{f"under.{s}": (f"armpit.{s}", f"elbow_under.{s}", f"cuff_under.{s}") for s in "lr"},
}
LEG_EDGES = {
    "top": ("waist.l", "waist.r"),
    "middle": ("waist_middle", "crotch"),
    **{f"outside.{s}": (f"waist.{s}", f"hip.{s}", f"leg_outside.{s}") for s in "lr"},
    **{f"hem.{s}": (f"leg_outside.{s}", f"leg_inside.{s}") for s in "lr"},
    **{f"inside.{s}": ("crotch", f"leg_inside.{s}") for s in "lr"},
}
SKIRT_EDGES = {
    "top": ("waist.l", "waist.r"),
    "hem": ("hem.l", "hem_middle", "hem.r"),
    **{f"side.{s}": (f"waist.{s}", f"hem.{s}") for s in "lr"},
}
EDGES = {
    "short": TRUNK_EDGES | SLEEVE_EDGES,
    "long": TRUNK_EDGES | SLEEVE_EDGES,
    "bare": TRUNK_EDGES,
    "legs": LEG_EDGES,
    "skirt": SKIRT_EDGES,
}


@dataclass(frozen=True)
class Outline:
    """A garment's outline by the pattern of its kind, in pixels of the photo, x right and y down."""

    shape: str
    """'short' or 'long' sleeves, 'bare' arms, 'legs' or 'skirt'."""
    corners: dict
    """name -> (2,); names end in .l and .r as seen in the picture."""
    edges: dict
    """name -> (EDGE_POINTS, 2) from corner to corner, as `EDGES` names them."""
    overlap: float
    """Of the pattern with the mask, 0 to 1."""


def find_outline(mask: np.ndarray, shapes: tuple, hooded: bool = False) -> Outline:
    """The pattern among `shapes` that fits a mask best, and where its corners and edges are.

    Args:
        mask: (H, W) uint8, 255 inside.
        shapes: of `EDGES`, the likeliest first.
        hooded: a hood lies above the neck.
    Raises:
        AssetError: none fits.
    """
    contours, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    contours = [contour[:, 0] for contour in contours if len(contour) > 20]
    x, y, width, height = cv2.boundingRect(np.concatenate(contours))
    scale = RASTER / max(width, height)
    small = _raster([(c - [x, y]) * scale + 3 for c in contours], (int(height * scale) + 7, int(width * scale) + 7))
    box = np.array([width, height]) * scale
    fits = [_fit(small, box, shape, hooded) for shape in shapes]
    best = int(np.argmax([overlap - UNUSUAL * number for number, (overlap, _) in enumerate(fits)]))
    overlap, corners = fits[best]
    if overlap < LEAST_OVERLAP:
        raise AssetError(
            f"The outline in the picture covers only {overlap:.0%} of this kind of garment's. "
            "Check --kind, or photograph the garment from above, spread out."
        )
    corners = {name: (place - 3) / scale + [x, y] for name, place in corners.items()}
    return _on_outline(shapes[best], mask, contours, corners, hooded, overlap)


def _raster(polygons, shape, together=True) -> np.ndarray:
    """(H, W) uint8; one within another is a hole when drawn together, else all are filled."""
    image = np.zeros(shape, np.uint8)
    points = [np.round(np.asarray(polygon) * (1 << SHIFT)).astype(np.int32) for polygon in polygons]
    for group in [points] if together else [[one] for one in points]:
        cv2.fillPoly(image, group, 255, cv2.LINE_8, SHIFT)
    return image


def _fit(mask, box, shape, hooded) -> tuple:
    """(overlap, corner name -> (2,) raster pixels) of the best pattern of one shape."""
    bounds, usual, draw = _PATTERNS[shape]
    bounds, usual = list(bounds), list(usual)
    if hooded:
        bounds[3], usual[3] = (0.10, 0.45), (0.25, 0.3)
        bounds, usual = bounds + _HOOD, usual + [None] * len(_HOOD)
    pulls = np.array([(number, *pull) for number, pull in enumerate(usual) if pull is not None])
    which = pulls[:, 0].astype(int)
    inside = mask > 0
    area = np.count_nonzero(inside)

    def overlap(numbers):
        polygons, _ = draw(numbers, box)
        drawn = _raster([polygon + 3 for polygon in polygons], mask.shape, together=False) > 0
        both = np.count_nonzero(drawn & inside)
        return both / (area + np.count_nonzero(drawn) - both)

    def cost(numbers):
        return -overlap(numbers) + 0.004 * (((numbers[which] - pulls[:, 1]) / pulls[:, 2]) ** 2).sum()

    found = differential_evolution(
        cost, bounds, seed=1, maxiter=ROUNDS, tol=4e-3, polish=False, init=_first_guesses(bounds, usual)
    )
    _, corners = draw(found.x, box)
    return overlap(found.x), {name: place + 3 for name, place in corners.items()}


def _first_guesses(bounds, usual) -> np.ndarray:
    """(CROWD, numbers): about what is usual, and anywhere where nothing is."""
    low, high = np.array(bounds, float).T
    rng = np.random.default_rng(1)
    guesses = rng.uniform(low, high, (CROWD, len(low)))
    for number, pull in enumerate(usual):
        if pull is not None:
            guesses[:, number] = rng.normal(pull[0], pull[1], CROWD)
    return np.clip(guesses, low, high)


def _mirrored(points: dict, centre: np.ndarray, turn: float) -> dict:
    """name -> (x from the middle, y) for the right side -> both sides, turned about the centre."""
    both = {}
    cosine, sine = np.cos(turn), np.sin(turn)
    spin = np.array([[cosine, sine], [-sine, cosine]])
    for name, (x, y) in points.items():
        for side, sign in (("r", 1), ("l", -1)):
            both[f"{name}.{side}"] = np.array([sign * x, y - centre[1]]) @ spin + centre
    return both


def _trunk(numbers, box, names):
    """Corners of a top's trunk, both sides; lengths go by half the chest's width."""
    chest = numbers[2] * box[0]
    centre = np.array([(0.5 + numbers[0]) * box[0], 0.5 * box[1]])
    neck = numbers[4] * chest, numbers[3] * box[1]
    across = numbers[5] * chest
    shoulder = across, neck[1] + max(across - neck[0], 0) * numbers[6]
    armpit = chest, shoulder[1] + numbers[7] * chest
    hem = numbers[8] * chest, numbers[9] * box[1]
    waist = numbers[10] * (chest + hem[0]) / 2, (armpit[1] + hem[1]) / 2
    return _mirrored(dict(zip(names, (neck, shoulder, armpit, waist, hem), strict=True)), centre, numbers[1])


def _sleeved(numbers, box):
    corners = _trunk(numbers, box, ("neck", "shoulder", "armpit", "waist_side", "hem"))
    polygons = [_loop(corners, ("neck", "shoulder", "armpit", "waist_side", "hem"))]
    for side, sign, (angle, length, taper, bend) in (("r", 1, numbers[11:15]), ("l", -1, numbers[15:19])):
        way = np.array([sign * np.cos(angle), np.sin(angle)])
        across = np.array([sign * way[1], -sign * way[0]])
        over, under = corners[f"shoulder.{side}"], corners[f"armpit.{side}"]
        base = np.linalg.norm(under - over) / 2
        start, reach = (over + under) / 2, length * numbers[2] * box[0]
        for name, share, half, off in (("elbow", 0.5, base * (0.45 + 0.5 * taper), bend), ("cuff", 1, base * taper, 0)):
            middle = start + (share * way + off * across) * reach
            corners[f"{name}_over.{side}"] = middle + across * half
            corners[f"{name}_under.{side}"] = middle - across * half
        outline = ("shoulder", "elbow_over", "cuff_over", "cuff_under", "elbow_under", "armpit")
        polygons.append(np.array([corners[f"{name}.{side}"] for name in outline]))
    polygons += _hood(numbers[19:], corners, box)
    return polygons, corners


def _hood(numbers, corners, box) -> list:
    """A hood laid flat above the neck."""
    if not len(numbers):
        return []
    left, right = corners["neck.l"], corners["neck.r"]
    middle, half = (left + right) / 2, (right - left) / 2
    up = np.array([half[1], -half[0]]) / max(np.linalg.norm(half), 1e-6)
    top = middle + up * numbers[0] * box[1]
    return [
        np.array(
            [
                left,
                middle - half * numbers[1] + up * 0.5 * numbers[0] * box[1],
                top - half * numbers[2],
                top + half * numbers[2],
                middle + half * numbers[1] + up * 0.5 * numbers[0] * box[1],
                right,
            ]
        )
    ]


def _bare(numbers, box):
    corners = _trunk(numbers, box, ("neck", "shoulder", "armpit", "waist_side", "hem"))
    return [_loop(corners, ("neck", "shoulder", "armpit", "waist_side", "hem"))], corners


def _loop(corners, names):
    return np.array([corners[f"{name}.r"] for name in names] + [corners[f"{name}.l"] for name in reversed(names)])


def _legs(numbers, box):
    names = ("waist.l", "waist.r", "leg_outside.r", "leg_inside.r", "crotch", "leg_inside.l", "leg_outside.l")
    places = np.asarray(numbers[:14]).reshape(7, 2) * box
    corners = dict(zip(names, places, strict=True))
    corners["waist_middle"] = (places[0] + places[1]) / 2
    corners["hip.l"], corners["hip.r"] = (np.array([numbers[k], numbers[15]]) * box for k in (14, 16))
    outline = [places[0], places[1], corners["hip.r"], *places[2:], corners["hip.l"]]
    return [np.array(outline)], corners


def _skirt(numbers, box):
    names = ("waist.l", "waist.r", "hem.r", "hem.l")
    places = np.asarray(numbers[:8]).reshape(4, 2) * box
    sag = (places[2] + places[3]) / 2 + [0, numbers[8] * box[1]]
    corners = dict(zip(names, places, strict=True)) | {"hem_middle": sag}
    return [np.array([places[0], places[1], places[2], sag, places[3]])], corners


# Each number's bounds, and what it usually is with how far it usually strays; None where anything goes.
_TRUNK = [
    ((-0.15, 0.15), (0.0, 0.08)),  # middle
    ((-0.25, 0.25), (0.0, 0.12)),  # turn
    ((0.16, 0.5), None),  # half the chest
    ((0.0, 0.12), None),  # height of the neck
    ((0.15, 0.62), (0.36, 0.12)),  # neck, by the chest
]
_BODICE = [
    ((0.72, 1.06), (0.90, 0.10)),  # shoulder, by the chest
    ((0.05, 0.6), (0.33, 0.15)),  # slope of the shoulder
    ((0.4, 1.05), (0.75, 0.15)),  # armhole, by the chest
    ((0.8, 1.9), (1.02, 0.15)),  # hem, by the chest
    ((0.75, 1.02), None),
    ((0.75, 1.08), (0.98, 0.08)),  # waist, by chest and hem
]
_STRAPS = [((0.3, 1.0), (0.7, 0.2)), ((0.0, 0.6), None), ((0.3, 1.3), (0.8, 0.25)), *_BODICE[3:]]
_SHORT = [((-0.4, 1.4), (0.8, 0.6)), ((0.15, 1.3), None), ((0.35, 1.1), (0.8, 0.25)), ((-0.1, 0.1), (0, 0.05))]
_LONG = [((-0.2, 1.65), (1.2, 0.5)), ((1.2, 3.4), (2.2, 0.7)), ((0.25, 0.9), (0.5, 0.2)), ((-0.2, 0.3), (0.05, 0.1))]
_HOOD = [(0.12, 0.5), (0.7, 2.0), (0.2, 1.6)]
_LEGS = (
    [(0, 0.5), (0, 0.25), (0.5, 1), (0, 0.25)]  # waist
    + [(0.55, 1.02), (0.5, 1.02), (0.45, 1.0), (0.6, 1.02)]  # right leg
    + [(0.3, 0.7), (0.2, 0.98)]  # crotch
    + [(0.0, 0.55), (0.6, 1.02), (-0.02, 0.45), (0.5, 1.02)]  # left leg
    + [(0.0, 0.5), (0.15, 0.7), (0.5, 1.0)]  # widest of the hips
)
_SKIRT = [(0, 0.5), (0, 0.3), (0.5, 1), (0, 0.3), (0.55, 1.02), (0.6, 1.02), (-0.02, 0.45), (0.6, 1.02), (-0.1, 0.3)]
_PATTERNS = {
    "short": (*zip(*_TRUNK, *_BODICE, *_SHORT, *_SHORT, strict=True), _sleeved),
    "long": (*zip(*_TRUNK, *_BODICE, *_LONG, *_LONG, strict=True), _sleeved),
    "bare": (*zip(*_TRUNK, *_STRAPS, strict=True), _bare),
    "legs": (_LEGS, [None] * 8 + [(0.5, 0.1)] + [None] * 8, _legs),
    "skirt": (_SKIRT, [None] * 8 + [(0.05, 0.1)], _skirt),
}


def _on_outline(shape, mask, contours, corners, hooded, overlap) -> Outline:
    """A pattern moved to the real outline where that is near."""
    every = np.concatenate(contours).astype(float)
    size = np.linalg.norm(np.ptp(every, axis=0))
    turns = np.concatenate([_turns(contour.astype(float), max(int(0.022 * size), 3)) for contour in contours])
    border = _Border(mask, every, size)
    moved = {}
    for name, place in corners.items():
        moved[name] = _moved_corner(name, place, every, turns, size)
        if not name.startswith("neck") and not _within(mask, moved[name]):
            moved[name] = border.nearest(moved[name])
    edges = {}
    for name, along in EDGES[shape].items():
        points = _spaced(np.array([moved[corner] for corner in along]))
        seam = (name.startswith("armhole") and shape != "bare") or (name == "top" and hooded) or name == "middle"
        middle = np.mean([moved[corner] for corner in _part(shape, name)], axis=0)
        edges[name] = points if seam else border.pull(points, middle)
    return Outline(shape, moved, edges, overlap)


def _part(shape, edge) -> set:
    """Corners of the piece that an edge is of: trunk, a sleeve, a leg."""
    kind, _, side = edge.partition(".")
    own = EDGES[shape]
    if shape == "legs":
        return (
            {corner for name, along in own.items() for corner in along if name.endswith(side)}
            if side
            else set(own["top"]) | {"crotch"}
        )
    sleeve = kind in ("over", "under", "cuff")
    group = SLEEVE_EDGES if sleeve else own if shape == "skirt" else TRUNK_EDGES
    return {c for name, along in group.items() for c in along if not sleeve or name.endswith(side)}


class _Border:
    """The points of a mask's border, found by place and by which way is out."""

    def __init__(self, mask, places, size):
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 3)
        rows, columns = places[:, 1].astype(int), places[:, 0].astype(int)
        out = -np.stack([cv2.Sobel(soft, cv2.CV_32F, *way)[rows, columns] for way in ((1, 0), (0, 1))], 1)
        self.out = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
        self.places, self.size, self.mask = places, size, mask
        self.tree = cKDTree(places)
        self.facing = cKDTree(np.concatenate([places, self.out * FACING * size], 1))

    def nearest(self, place) -> np.ndarray:
        return self.places[self.tree.query(place)[1]]

    def pull(self, points, middle) -> np.ndarray:
        """(n, 2) points along an edge moved to the border where that is near and faces as the edge does, or must.

        Args:
            middle: (2,) of the piece that the edge is of.
        """
        way = np.gradient(points, axis=0)
        out = np.stack([-way[:, 1], way[:, 0]], 1)
        out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
        out *= np.where((out * (points - middle)).sum(1) < 0, -1.0, 1.0)[:, None]
        _, row = self.facing.query(np.concatenate([points, out * FACING * self.size], 1))
        away = np.linalg.norm(self.places[row] - points, axis=1)
        outside = ~np.array([_within(self.mask, point) for point in points])
        near = ((away < NEAR * self.size) & ((self.out[row] * out).sum(1) > 0.3)) | outside
        near[[0, -1]] = False
        return points + _eased(np.where(near[:, None], self.places[row] - points, 0.0))


def _within(mask, place) -> bool:
    x, y = np.round(place).astype(int)
    return 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and mask[y, x] > 0


def _turns(contour, step) -> np.ndarray:
    """(N,) how much an outline turns outwards at each of its points, radians; below 0 where it turns inwards."""
    if cv2.contourArea(contour.astype(np.float32), oriented=True) < 0:
        before, after = np.roll(contour, -step, 0) - contour, np.roll(contour, step, 0) - contour
    else:
        before, after = np.roll(contour, step, 0) - contour, np.roll(contour, -step, 0) - contour
    angle = np.arctan2(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0], (before * after).sum(1))
    return np.where(angle < 0, np.pi + angle, angle - np.pi)


def _moved_corner(name, place, contour, turns, size):
    """A corner of the pattern at the outline's corner nearby; where the outline has none there, it stays."""
    kind = name.split(".")[0]
    if kind in SMOOTH:
        return place
    away = np.linalg.norm(contour - place, axis=1) / size
    sharp = -turns if kind in CONCAVE else turns
    best = int(np.argmax(np.minimum(sharp, 1.8) - (away / NEAR) ** 2 - 3 * away))
    sure = kind not in CONCAVE or sharp[best] > 0.5
    return contour[best] if away[best] < 1.2 * NEAR and sure else place


def _spaced(corners: np.ndarray) -> np.ndarray:
    """(EDGE_POINTS, 2) evenly along a line from corner to corner."""
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    at = np.linspace(0, way[-1], EDGE_POINTS)
    return np.stack([np.interp(at, way, column) for column in corners.T], 1)


def _eased(shift: np.ndarray) -> np.ndarray:
    """Shifts along an edge without jumps; the ends stay."""
    for _ in range(1):
        middle = (shift[:-2] + 2 * shift[1:-1] + shift[2:]) / 4
        shift = np.concatenate([shift[:1], middle, shift[-1:]])
    return shift

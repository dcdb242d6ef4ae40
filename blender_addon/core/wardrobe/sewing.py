"""What sewing leaves on a garment: pockets, plackets, flies, zips, cords, as colour and as relief.

Pictures are drawn in metres about one point of the body: the middle of the chest for tops, the hips for trousers.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from .fitting import ramp

SIZE = 768
METRES = 0.72
"""Covered by a picture of one side, both ways."""
BLACK = (0.0, 0.0, 0.0)
THREAD = (0.62, 0.45, 0.22)
"""sRGB; what jeans are sewn with."""
STITCH, THICK = 0.0042, 0.0010
"""Metres: from one stitch to the next, and half the thickness of a thread."""


@dataclass(frozen=True)
class Sheet:
    """One side of a garment, first row at the bottom."""

    color: np.ndarray
    """(SIZE, SIZE, 4) sRGB to mix in, and how much."""
    height: np.ndarray
    """(SIZE, SIZE) metres above the cloth."""


@lru_cache(maxsize=16)
def sewn_picture(kind: str) -> tuple:
    """All that is sewn on a kind of garment; the front is the left half, the back the right one.

    Returns:
        color: (SIZE, 2 SIZE, 4) float32 sRGB to mix in, and how much; nothing at the edges of either half.
        height: (SIZE, 2 SIZE) float32 metres; zero at the edges.
    """
    sides = []
    for draw in DETAILS[kind]:
        sheet = Sheet(np.zeros((SIZE, SIZE, 4), np.float32), np.zeros((SIZE, SIZE), np.float32))
        if draw is not None:
            draw(sheet)
        for edge in (np.s_[:2], np.s_[-2:], np.s_[:, :2], np.s_[:, -2:]):
            sheet.color[edge], sheet.height[edge] = 0, 0
        sides.append(sheet)
    return np.concatenate([s.color for s in sides], 1), np.concatenate([s.height for s in sides], 1)


def _near(points, reach):
    """Pixels about a line of points (x, y): their box, metres to the line, metres along it; x and y of each."""
    points = np.asarray(points, float)
    scale = SIZE / METRES
    low = np.clip(np.floor((points.min(0) - reach) * scale + SIZE / 2).astype(int), 0, SIZE)
    high = np.clip(np.ceil((points.max(0) + reach) * scale + SIZE / 2).astype(int), 0, SIZE)
    x, y = np.meshgrid(*((np.arange(a, b) + 0.5 - SIZE / 2) / scale for a, b in zip(low, high, strict=True)))
    away, along, way = np.full(x.shape, np.inf), np.zeros(x.shape), 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        dx, dy = x1 - x0, y1 - y0
        length = np.hypot(dx, dy)
        share = np.clip(((x - x0) * dx + (y - y0) * dy) / max(length**2, 1e-12), 0, 1)
        here = np.hypot(x - x0 - share * dx, y - y0 - share * dy)
        along = np.where(here < away, way + share * length, along)
        away, way = np.minimum(away, here), way + length
    return np.s_[low[1] : high[1], low[0] : high[0]], away, along, x, y


def _paint(sheet, box, share, ink):
    """Ink over what is there, where `share` is 1."""
    patch = sheet.color[box]
    whole = share + patch[..., 3] * (1 - share)
    mixed = share[..., None] * np.array(ink, np.float32) + (patch[..., 3] * (1 - share))[..., None] * patch[..., :3]
    patch[..., :3] = mixed / np.maximum(whole, 1e-6)[..., None]
    patch[..., 3] = whole


def _seam(sheet, points, deep=0.0007, wide=0.0016, dark=0.4):
    """Two edges of cloth that meet: a groove with no light in it."""
    box, away, *_ = _near(points, 4 * wide)
    share = np.exp(-((away / wide) ** 2))
    sheet.height[box] -= deep * share
    _paint(sheet, box, dark * share, BLACK)


def _row(sheet, points, ink=BLACK, strength=0.3):
    """A row of stitches: it draws the cloth in, each thread lies on top."""
    box, away, along, *_ = _near(points, 0.006)
    _stitch(sheet, box, away, along, ink, strength)


def _stitch(sheet, box, away, along, ink, strength):
    line = np.clip((THICK - away) / 0.0009 + 0.5, 0, 1)
    thread = line * ramp(np.abs(along / STITCH % 1 - 0.5), 0.42, 0.30)
    sheet.height[box] += 0.0005 * thread - 0.0004 * np.exp(-((away / 0.0022) ** 2))
    _paint(sheet, box, strength * (0.35 * line + 0.65 * thread), ink)


def _patch(sheet, outline, rise=0.0012, ink=BLACK, strength=0.3, inset=0.0045):
    """A piece of cloth sewn on top: it stands out, throws a shadow and has a row of stitches inside its edge."""
    box, away, along, x, y = _near([*outline, outline[0]], 0.012)
    inside = np.zeros(x.shape, bool)
    for (x0, y0), (x1, y1) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if y0 != y1:
            inside ^= ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    depth = np.where(inside, away, -away)
    sheet.height[box] += rise * ramp(depth, -0.0010, 0.0010) - 0.0005 * np.exp(-(((depth + 0.002) / 0.0015) ** 2))
    _paint(sheet, box, 0.5 * np.exp(-(((depth + 0.0012) / 0.0017) ** 2)), BLACK)
    _stitch(sheet, box, np.abs(depth - inset), along, ink, strength)


def _opening(sheet, points, ink=BLACK, strength=0.3):
    """A pocket's mouth: a gap under a hemmed edge."""
    box, away, *_ = _near(points, 0.012)
    lip = np.exp(-(((away - 0.004) / 0.0028) ** 2))
    sheet.height[box] += 0.0009 * lip - 0.0020 * np.exp(-((away / 0.0022) ** 2))
    _paint(sheet, box, 0.75 * np.exp(-((away / 0.0020) ** 2)), BLACK)
    for metres in (-0.007, 0.007)[: 1 if ink == BLACK else 2]:
        _row(sheet, _beside(points, metres), ink, strength)


def _beside(points, metres):
    """A line to the left of another."""
    points = np.asarray(points, float)
    way = np.gradient(points, axis=0)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    return points + metres * np.stack([-way[:, 1], way[:, 0]], 1)


def _button(sheet, x, y, radius=0.0055, ink=(0.85, 0.83, 0.78)):
    """A disc with a rim and four holes, and the shadow under it."""
    box, _, _, u, v = _near([(x, y), (x, y)], 2 * radius)
    away = np.hypot(u - x, v - y)
    disc = ramp(away, radius + 0.0006, radius - 0.0006)
    rim = np.exp(-(((away - 0.8 * radius) / (0.18 * radius)) ** 2))
    sheet.height[box] += 0.0016 * disc + 0.0005 * rim
    _paint(sheet, box, 0.6 * np.exp(-((np.maximum(away - radius, 0) / 0.0016) ** 2)), BLACK)
    _paint(sheet, box, 0.95 * disc, ink)
    holes = np.hypot(np.abs(u - x) - 0.28 * radius, np.abs(v - y) - 0.28 * radius)
    _paint(sheet, box, 0.7 * ramp(holes, 0.2 * radius, 0.1 * radius), BLACK)


def _cord(sheet, points, thick=0.0028, ink=(0.8, 0.8, 0.78)):
    """A round cord that lies on the cloth, twisted, with a tip."""
    box, away, along, *_ = _near(points, 4 * thick)
    round_ = np.sqrt(np.maximum(1 - (away / thick) ** 2, 0))
    twist = 0.5 + 0.5 * np.sin(2 * np.pi * (along / 0.004 + away / 0.006))
    sheet.height[box] += thick * round_ * (0.85 + 0.15 * twist)
    _paint(sheet, box, 0.5 * np.exp(-((np.maximum(away - thick, 0) / 0.002) ** 2)), BLACK)
    _paint(sheet, box, ramp(away, thick + 0.0004, thick - 0.0006), ink)
    _paint(sheet, box, 0.3 * (1 - twist) * (away < thick), BLACK)
    tip = along > along.max() - 0.014
    _paint(sheet, box, 0.8 * (away < thick) * tip, (0.3, 0.3, 0.3))


def _teeth(sheet, points, ink=(0.36, 0.36, 0.37)):
    """A zip between two folded edges of cloth."""
    box, away, along, *_ = _near(points, 0.02)
    edge = ramp(away, 0.0045, 0.0065)
    sheet.height[box] += 0.0014 * edge * ramp(away, 0.016, 0.010) - 0.0008 * (1 - edge)
    _paint(sheet, box, 0.75 * (1 - edge), (0.06, 0.06, 0.07))
    tooth = ramp(away, 0.0030, 0.0022) * (0.25 + 0.75 * ramp(np.abs(along / 0.0036 % 1 - 0.5), 0.40, 0.25))
    sheet.height[box] += 0.0012 * tooth
    _paint(sheet, box, 0.9 * tooth, ink)
    _stitch(sheet, box, np.abs(away - 0.0095), along, BLACK, 0.3)


def _buttons(sheet):
    """A shirt's placket down the front and a breast pocket."""
    _patch(sheet, [(-0.017, 0.34), (0.017, 0.34), (0.017, -0.35), (-0.017, -0.35)], 0.0010)
    for k in range(7):
        _button(sheet, 0.0, 0.115 - 0.085 * k)
    _patch(sheet, [(0.055, 0.045), (0.155, 0.045), (0.155, -0.06), (0.105, -0.075), (0.055, -0.06)], 0.0010)
    _row(sheet, [(0.058, 0.026), (0.152, 0.026)])


def _yoke(sheet):
    _seam(sheet, [(-0.3, 0.09), (0.3, 0.09)], dark=0.3)
    _row(sheet, [(-0.3, 0.096), (0.3, 0.096)])
    _seam(sheet, [(0.0, 0.09), (0.0, -0.35)], 0.0012, 0.004, 0.10)  # a pleat that opens downwards


def _polo(sheet):
    _patch(sheet, [(-0.015, 0.34), (0.015, 0.34), (0.015, -0.03), (-0.015, -0.03)], 0.0012)
    _row(sheet, [(-0.013, -0.018), (0.013, -0.018)])
    for k in range(3):
        _button(sheet, 0.0, 0.10 - 0.052 * k)


def _slanted(sheet, top, bottom, width=0.013):
    """Welt pockets of a jacket, from (x, y) to (x, y), on both sides."""
    for side in (-1, 1):
        (x0, y0), (x1, y1) = top, bottom
        outline = [(x0, y0), (x0 + width, y0 + 0.004), (x1 + width, y1 + 0.004), (x1, y1)]
        _patch(sheet, [(side * x, y) for x, y in outline], 0.0018, inset=0.003)
        _seam(sheet, [(side * x0, y0), (side * x1, y1)], 0.0016, 0.0020, 0.75)


def _zip(sheet):
    _teeth(sheet, [(0, 0.35), (0, -0.35)])
    _cord(sheet, [(0, 0.255), (0, 0.228)], 0.0032, (0.30, 0.30, 0.31))
    _slanted(sheet, (0.100, -0.165), (0.150, -0.30))


def _pockets(sheet):
    """The pockets of an open jacket, and the seams of its front."""
    _slanted(sheet, (0.120, -0.15), (0.165, -0.28))
    for side in (-1, 1):
        _seam(sheet, [(side * 0.30, 0.055), (side * 0.02, 0.055)], dark=0.3)
        _row(sheet, [(side * 0.30, 0.049), (side * 0.02, 0.049)])


def _blazer(sheet):
    """Flap pockets, a breast pocket, darts, a button."""
    for side in (-1, 1):
        flap = [(side * x, y) for x, y in ((0.075, -0.195), (0.175, -0.190), (0.178, -0.235), (0.072, -0.240))]
        _patch(sheet, flap, 0.0022, strength=0.12)
        _seam(sheet, [(side * 0.09, 0.0), (side * 0.085, -0.19)], dark=0.2)
    _patch(sheet, [(0.075, 0.020), (0.145, 0.035), (0.147, 0.015), (0.077, 0.000)], 0.0012, strength=0.1)
    _button(sheet, 0.012, -0.135, 0.009, (0.12, 0.1, 0.09))


def _middle_seam(sheet):
    _seam(sheet, [(0, 0.35), (0, -0.35)], dark=0.3)


def _pouch(sheet):
    """The pocket of a hoodie, and its strings."""
    sides = [(0.095, -0.14), (0.155, -0.25), (0.155, -0.335)]
    outline = [*((-x, y) for x, y in sides), *((x, y) for x, y in reversed(sides))]
    _patch(sheet, outline, 0.0025, inset=0.006)
    for side in (-1, 1):
        mouth = [(side * 0.095, -0.14), (side * 0.155, -0.25)]
        _seam(sheet, mouth, 0.0020, 0.0026, 0.75)
        _row(sheet, _beside(mouth, side * -0.022))
        sway = [(side * 0.030, 0.20), (side * 0.036, 0.10), (side * 0.033, 0.03), (side * 0.040, -0.055)]
        _cord(sheet, sway)


def _fly(sheet, ink, strength):
    """A fly that laps to one side, its double row curving to the seam below."""
    _seam(sheet, [(0, 0.3), (0, -0.085)], 0.0014, 0.0020, 0.6)
    turn = np.linspace(0, np.pi / 2, 7)
    for inset in (0.0, 0.006):
        wide = 0.038 - inset
        bend = [(wide * np.cos(t), 0.0 - (0.045 - inset) * np.sin(t)) for t in turn]
        _row(sheet, [(wide, 0.3), *bend], ink, strength)


def _trousers(sheet):
    """A fly, a crease, slanted pockets."""
    _fly(sheet, BLACK, 0.12)
    for side in (-1, 1):
        _opening(sheet, [(side * 0.085, 0.24), (side * 0.112, 0.13), (side * 0.158, -0.02)], strength=0.2)


def _jeans(sheet):
    """Fly, button, curved front pockets and a coin pocket, in yellow thread."""
    _fly(sheet, THREAD, 0.85)
    for side in (-1, 1):
        turn = np.linspace(0, np.pi / 2, 8)
        curve = [(side * (0.165 - 0.10 * np.cos(t)), 0.145 - 0.10 * np.sin(t)) for t in turn]
        _opening(sheet, [(side * 0.065, 0.24), *curve], THREAD, 0.8)
        for x, y in ((0.061, 0.145), (0.160, 0.039)):
            _button(sheet, side * x, y, 0.0035, (0.55, 0.42, 0.28))


def _back_pockets(sheet):
    """Yoke, seat seam and two patch pockets."""
    _seam(sheet, [(0, 0.3), (0, -0.16)], dark=0.45)
    _row(sheet, [(0.006, 0.3), (0.006, -0.14)], THREAD, 0.8)
    yoke = [(-0.22, 0.125), (0, 0.08), (0.22, 0.125)]
    _seam(sheet, yoke, dark=0.4)
    _row(sheet, [(x, y - 0.006) for x, y in yoke], THREAD, 0.8)
    for side in (-1, 1):
        shape = [(0.034, 0.050), (0.150, 0.062), (0.151, -0.055), (0.097, -0.085), (0.043, -0.066)]
        _patch(sheet, [(side * x, y) for x, y in shape], 0.0018, THREAD, 0.85)
        _row(sheet, [(side * 0.037, 0.034), (side * 0.149, 0.046)], THREAD, 0.8)
        bird = ((0.040, -0.018), (0.078, -0.012), (0.096, -0.030), (0.118, -0.010), (0.149, -0.010))
        _row(sheet, [(side * x, y) for x, y in bird], THREAD, 0.8)


def _welt_pockets(sheet):
    """Darts and buttoned slits."""
    _seam(sheet, [(0, 0.3), (0, -0.16)], dark=0.4)
    for side in (-1, 1):
        welt = ((0.05, 0.060), (0.165, 0.066), (0.165, 0.052), (0.05, 0.046))
        _patch(sheet, [(side * x, y) for x, y in welt], 0.0014, inset=0.003)
        _seam(sheet, [(side * 0.05, 0.053), (side * 0.165, 0.059)], 0.0016, 0.0016, 0.7)
        _seam(sheet, [(side * 0.108, 0.25), (side * 0.108, 0.065)], dark=0.2)
        _button(sheet, side * 0.108, 0.036, 0.006, (0.15, 0.14, 0.13))


def _drawstring(sheet):
    """Pockets in the side seams, and a string tied in front."""
    for side in (-1, 1):
        _opening(sheet, [(side * 0.125, 0.16), (side * 0.155, 0.0)], strength=0.2)
        _cord(sheet, [(side * 0.010, 0.20), (side * 0.016, 0.10), (side * 0.026, 0.035)], 0.0024)


def _one_pocket(sheet):
    _patch(sheet, [(0.045, 0.05), (0.150, 0.056), (0.150, -0.06), (0.045, -0.066)], 0.0014)


DETAILS = {
    "buttons": (_buttons, _yoke),
    "polo": (_polo, None),
    "zip": (_zip, None),
    "pouch": (_pouch, None),
    "pockets": (_pockets, _yoke),
    "blazer": (_blazer, _middle_seam),
    "jeans": (_jeans, _back_pockets),
    "trousers": (_trousers, _welt_pockets),
    "drawstring": (_drawstring, _one_pocket),
}
"""What a fabric's `details` names: its front and its back."""

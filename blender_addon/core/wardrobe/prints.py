"""What is put on cloth once: graphics on a chest, and the lines that sewing leaves (plackets, pockets, flies, zips).

Pictures are drawn in metres about one point of the body: the middle of the chest for tops, the hips for trousers.
"""

from itertools import pairwise

import numpy as np

PRINT_SIZE = 256
DETAIL_SIZE = 512
DETAIL_METRES = 0.72
STITCH = 0.0022
"""Metres; half the width of a seam as it shows."""


def _mix(base, color, share):
    """Paint `color` over a picture where `share` (H, W) is 1."""
    return base + share[..., None] * (np.array(color, np.float32) - base)


def print_image(params: dict) -> dict:
    """A graphic that goes on a garment once.

    Args:
        params: kind, colors (two), width in metres, seed.
    Returns:
        color: (H, W, 4) float32 sRGB and alpha, first row at the bottom; transparent at its edges.
        size_m: metres that it covers, both ways.
    """
    rng = np.random.default_rng(params["seed"])
    color = np.zeros((PRINT_SIZE, PRINT_SIZE, 4), np.float32)
    color[..., :3] = params["colors"][0]
    _PRINTS[params["kind"]](rng, color, params["colors"])
    color[:2, :, 3] = color[-2:, :, 3] = color[:, :2, 3] = color[:, -2:, 3] = 0
    return {"color": color, "size_m": params["width"]}


def _paint(color, share, ink):
    """Ink where `share` (H, W) is 1."""
    color[..., :3] = _mix(color[..., :3], ink, share)
    color[..., 3] = np.maximum(color[..., 3], share)


def _print_axes():
    axis = (np.arange(PRINT_SIZE, dtype=np.float32) + 0.5) / PRINT_SIZE
    return np.meshgrid(axis, axis)


def _strokes(color, ends, width, ink):
    """Thick line segments (x0, y0, x1, y1) with round ends."""
    x, y = _print_axes()
    share = np.zeros((PRINT_SIZE, PRINT_SIZE), np.float32)
    for x0, y0, x1, y1 in ends:
        dx, dy = x1 - x0, y1 - y0
        t = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
        near = np.hypot(x - x0 - t * dx, y - y0 - t * dy)
        share = np.maximum(share, np.clip((width - near) * PRINT_SIZE / 2 + 0.5, 0, 1))
    _paint(color, share, ink)


# A glyph is strokes between the points of a grid three wide and five high, numbered from the lower left.
_GLYPHS = (
    "0-12 2-14 12-14",
    "0-12 12-2 2-14",
    "0-12 12-14 6-8",
    "0-2 0-12 12-14 14-2",
    "0-14 2-12",
    "12-14 13-1",
    "0-13 13-2 6-8",
    "0-12 6-2 6-14",
    "12-14 14-0 0-2",
    "0-12 12-7 7-14 14-2",
    "12-7 7-14 7-1",
    "0-2 2-8 8-6 6-12 12-14",
)


def _glyph(name, left, bottom, width, height):
    segments = []
    for stroke in name.split():
        ends = [int(number) for number in stroke.split("-")]
        (x0, y0), (x1, y1) = [(left + n % 3 / 2 * width, bottom + n // 3 / 4 * height) for n in ends]
        segments.append((x0, y0, x1, y1))
    return segments


def _print_letters(rng, color, inks):
    """A word or two that nobody can read."""
    for line in range(int(rng.integers(1, 3))):
        count = int(rng.integers(4, 8))
        step = 0.84 / count
        names = [_GLYPHS[int(k)] for k in rng.integers(0, len(_GLYPHS), count)]
        ends = [
            s
            for k, name in enumerate(names)
            for s in _glyph(name, 0.1 + k * step, 0.55 - 0.32 * line, step * 0.62, 0.22)
        ]
        _strokes(color, ends, 0.017 if line == 0 else 0.012, inks[line % 2])


def _print_number(rng, color, inks):
    names = [_GLYPHS[int(k)] for k in rng.integers(0, len(_GLYPHS), 2)]
    ends = [s for k, name in enumerate(names) for s in _glyph(name, 0.16 + k * 0.40, 0.16, 0.26, 0.66)]
    _strokes(color, ends, 0.052, inks[1])
    _strokes(color, ends, 0.036, inks[0])


def _print_shapes(rng, color, inks):
    x, y = _print_axes()
    for k in range(int(rng.integers(2, 6))):
        u, v = x - rng.uniform(0.3, 0.7), y - rng.uniform(0.3, 0.7)
        radius = rng.uniform(0.1, 0.26)
        ring = np.hypot(u, v) if k % 2 else np.maximum(np.abs(u), np.abs(v)) * 1.1
        share = np.clip((radius - ring) * PRINT_SIZE / 2, 0, 1)
        if rng.random() < 0.4:
            share = share * np.clip((ring - radius * 0.7) * PRINT_SIZE / 2, 0, 1)
        _paint(color, share, inks[k % 2])


def _print_bar(rng, color, inks):
    x, y = _print_axes()
    for k, middle in enumerate((0.5, 0.5 + rng.uniform(0.15, 0.3))):
        _paint(color, (np.abs(y - middle) < (0.09, 0.04)[k]).astype(np.float32) * (np.abs(x - 0.5) < 0.47), inks[k])


_PRINTS = {"letters": _print_letters, "number": _print_number, "shapes": _print_shapes, "bar": _print_bar}


def detail_image(kind: str, back: bool):
    """Seams, pockets and buttons of a garment, seen from the front or from behind.

    Returns:
        (H, W, 4) float32: colour to mix in and how much; covers DETAIL_METRES both ways about the origin, first row at
        the bottom. None where there is nothing.
    """
    draw = _DETAILS.get((kind, back))
    if draw is None:
        return None
    image = np.zeros((DETAIL_SIZE, DETAIL_SIZE, 4), np.float32)
    draw(image)
    return image


def _line(image, points, strength=0.5, width=STITCH):
    """A seam along a polyline of (x, y) metres."""
    _segments(image, list(pairwise(points)), (0.0, 0.0, 0.0), strength, width)


def _segments(image, segments, ink, strength, width):
    scale = DETAIL_SIZE / DETAIL_METRES
    for (x0, y0), (x1, y1) in segments:
        ends = np.array([[x0, y0], [x1, y1]]) * scale + DETAIL_SIZE / 2
        reach = width * scale + 2
        low = np.clip(np.floor(ends.min(0) - reach).astype(int), 0, DETAIL_SIZE)
        high = np.clip(np.ceil(ends.max(0) + reach).astype(int), 0, DETAIL_SIZE)
        if (high <= low).any():
            continue
        x, y = np.meshgrid(np.arange(low[0], high[0]) + 0.5, np.arange(low[1], high[1]) + 0.5)
        d = ends[1] - ends[0]
        t = np.clip(((x - ends[0, 0]) * d[0] + (y - ends[0, 1]) * d[1]) / max(d @ d, 1e-9), 0, 1)
        near = np.hypot(x - ends[0, 0] - t * d[0], y - ends[0, 1] - t * d[1])
        share = np.clip(width * scale / 2 - near + 0.5, 0, 1) * strength
        patch = image[low[1] : high[1], low[0] : high[0]]
        more = share > patch[..., 3]
        patch[more, :3] = ink
        patch[more, 3] = share[more]


def _button(image, x, y, radius=0.0055, ink=(0.85, 0.83, 0.78)):
    _segments(image, [((x, y), (x, y))], (0.1, 0.1, 0.1), 0.6, 2.5 * radius)
    _segments(image, [((x, y), (x, y))], ink, 0.9, 2 * radius)


def _buttons(image):
    """A shirt's placket down the front and a breast pocket."""
    for x in (-0.017, 0.017):
        _line(image, [(x, 0.3), (x, -0.36)], 0.28)
    for k in range(7):
        _button(image, 0.0, 0.115 - 0.085 * k)
    _line(image, [(0.055, 0.045), (0.055, -0.06), (0.105, -0.075), (0.155, -0.06), (0.155, 0.045), (0.055, 0.045)], 0.3)


def _polo(image):
    for x in (-0.015, 0.015):
        _line(image, [(x, 0.3), (x, -0.03)], 0.3)
    _line(image, [(-0.015, -0.03), (0.015, -0.03)], 0.3)
    for k in range(3):
        _button(image, 0.0, 0.10 - 0.055 * k)


def _zip(image):
    for x in (-0.012, 0.012):
        _line(image, [(x, 0.34), (x, -0.36)], 0.4)
    _segments(image, [((0, 0.34), (0, -0.36))], (0.25, 0.25, 0.26), 0.85, 0.007)
    for side in (-1, 1):
        _line(image, [(side * 0.10, -0.17), (side * 0.15, -0.30)], 0.55, 0.004)
        _line(image, [(side * 0.115, -0.165), (side * 0.165, -0.295)], 0.3)


def _pockets(image):
    """The pockets of an open jacket."""
    for side in (-1, 1):
        _line(image, [(side * 0.12, -0.15), (side * 0.165, -0.28)], 0.55, 0.004)
        _line(image, [(side * 0.135, -0.145), (side * 0.18, -0.275)], 0.3)


def _blazer(image):
    """Flap pockets, a breast pocket, a button."""
    for side in (-1, 1):
        flap = [(side * x, y) for x, y in ((0.075, -0.20), (0.175, -0.195), (0.175, -0.24), (0.075, -0.245))]
        _line(image, [*flap, flap[0]], 0.5, 0.003)
        _line(image, [(side * 0.09, 0.0), (side * 0.085, -0.36)], 0.25)  # darts
    _line(image, [(0.075, 0.015), (0.145, 0.03)], 0.55, 0.004)
    _button(image, 0.012, -0.135, 0.009, (0.12, 0.1, 0.09))


def _pouch(image):
    """The pocket of a hoodie, and its strings."""
    _line(
        image,
        [(-0.08, -0.14), (-0.15, -0.25), (-0.15, -0.33), (0.15, -0.33), (0.15, -0.25), (0.08, -0.14), (-0.08, -0.14)],
        0.5,
        0.003,
    )
    for side in (-1, 1):
        _segments(image, [((side * 0.035, 0.12), (side * 0.045, -0.06))], (0.8, 0.8, 0.78), 0.9, 0.006)


def _trousers(image):
    _line(image, [(0, 0.2), (0, -0.07)], 0.4)
    for side in (-1, 1):
        _line(image, [(side * 0.10, 0.16), (side * 0.15, 0.0)], 0.5, 0.003)


def _jeans(image):
    """Fly, front pockets, and stitching in yellow thread."""
    _line(image, [(0, 0.2), (0, -0.08)], 0.5, 0.003)
    _segments(image, [((0.035, 0.2), (0.035, 0.02)), ((0.035, 0.02), (0.0, -0.04))], (0.62, 0.45, 0.22), 0.6, STITCH)
    _button(image, 0.0, 0.125, 0.008, (0.6, 0.5, 0.35))
    for side in (-1, 1):
        turn = np.linspace(0, np.pi / 2, 8)
        curve = [(side * (0.07 + 0.09 * np.sin(t)), 0.05 + 0.085 * np.cos(t)) for t in turn]
        _line(image, curve, 0.6, 0.004)
        outer = [(x, y - 0.007) for x, y in curve]
        _segments(image, list(pairwise(outer)), (0.62, 0.45, 0.22), 0.5, STITCH)


def _back_pockets(image):
    _line(image, [(0, 0.2), (0, -0.12)], 0.5, 0.003)
    _line(image, [(-0.2, 0.115), (0, 0.075), (0.2, 0.115)], 0.45, 0.003)
    for side in (-1, 1):
        shape = [(0.035, 0.05), (0.15, 0.06), (0.15, -0.06), (0.095, -0.085), (0.042, -0.065), (0.035, 0.05)]
        shape = [(side * x, y) for x, y in shape]
        _line(image, shape, 0.5, 0.003)
        _segments(image, list(pairwise(shape)), (0.62, 0.45, 0.22), 0.35, STITCH * 0.7)


def _welt_pockets(image):
    _line(image, [(0, 0.2), (0, -0.12)], 0.4)
    for side in (-1, 1):
        _line(image, [(side * 0.05, 0.05), (side * 0.16, 0.05)], 0.5, 0.004)


def _welt_seam(image):
    """The middle seam of a jacket's back."""
    _line(image, [(0, 0.3), (0, -0.36)], 0.35)


def _yoke(image):
    _line(image, [(-0.3, 0.10), (0.3, 0.10)], 0.3)


_DETAILS = {
    ("buttons", False): _buttons,
    ("buttons", True): _yoke,
    ("pockets", False): _pockets,
    ("blazer", False): _blazer,
    ("blazer", True): _welt_seam,
    ("polo", False): _polo,
    ("zip", False): _zip,
    ("pouch", False): _pouch,
    ("jeans", False): _jeans,
    ("jeans", True): _back_pockets,
    ("trousers", False): _trousers,
    ("trousers", True): _welt_pockets,
}

"""Graphics that are printed on a chest once."""

import numpy as np

PRINT_SIZE = 256


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

"""Cloth as pictures: a tile of colour and of height for every fabric, and prints that go on once.

A fabric is a dictionary of JSON's types: `pattern` and its colours (sRGB, 0 to 1), `seed` for what is irregular.
Everything tiles: what leaves at the right comes in at the left.
"""

import numpy as np

SIZE = 256
HEIGHT_SIZE = 0.1
"""Metres; threads repeat sooner than patterns do."""


def fabric_image(params: dict) -> dict:
    """One tile of cloth.

    Returns:
        color: (H, W, 3) float32, sRGB as displayed, 0 to 1; first row at the bottom.
        height: (H, W) float32, metres.
        size_m: metres that the tile of colour covers, both ways.
        height_size_m: metres that the tile of height covers.
    """
    rng = np.random.default_rng(params.get("seed", 0))
    color, size_m = _PATTERNS[params["pattern"]](rng, params)
    height = _WEAVES[params.get("weave", "plain")](HEIGHT_SIZE)
    if params.get("melange"):
        color = color * (1 + params["melange"] * _threads(rng))[..., None]
    return {
        "color": np.clip(color, 0, 1).astype(np.float32),
        "height": height.astype(np.float32),
        "size_m": size_m,
        "height_size_m": HEIGHT_SIZE,
    }


def _grid():
    """(x, y) in [0, 1), each (SIZE, SIZE)."""
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE
    return np.meshgrid(axis, axis)


def noise(rng, scale: float, size=SIZE, aspect=1.0) -> np.ndarray:
    """Smooth noise that tiles: (size, size), mean 0, deviation 1.

    Args:
        scale: waves a tile.
        aspect: above 1 the noise is longer upwards than across.
    """
    frequency = np.fft.fftfreq(size, 1 / size)
    across, along = np.meshgrid(np.fft.rfftfreq(size, 1 / size) / aspect, frequency * aspect)
    spectrum = np.fft.rfft2(rng.standard_normal((size, size), dtype=np.float32))
    field = np.fft.irfft2(spectrum * np.exp(-(across**2 + along**2) / (2 * scale**2)), s=(size, size))
    return (field - field.mean()) / (field.std() + 1e-9)


def _threads(rng):
    """Fine speckle, longer along the thread: mélange yarn."""
    grain = rng.standard_normal((SIZE, SIZE), dtype=np.float32)
    return (grain + np.roll(grain, 1, 0) + np.roll(grain, 2, 0) + 0.5 * np.roll(grain, 1, 1)) / 2.2


def _flat(color):
    return np.broadcast_to(np.array(color, np.float32), (SIZE, SIZE, 3)).copy()


def _mix(base, color, share):
    """Paint `color` over a picture where `share` (H, W) is 1."""
    return base + share[..., None] * (np.array(color, np.float32) - base)


def _plain(rng, params):
    return _flat(params["color"]), 0.1


def _stripes(rng, params):
    """`layout` lists [share of the period, colour number]; `period` is in metres; `across` is for horizontal ones."""
    x, y = _grid()
    way = y if params.get("across", True) else x
    colors = [params["color"], *params["colors"]]
    shares = np.array([share for share, _ in params["layout"]], float)
    edges = np.cumsum(shares) / shares.sum()
    which = np.searchsorted(edges, (way * 4) % 1.0, side="right").clip(0, len(shares) - 1)
    palette = np.array([colors[number] for _, number in params["layout"]], np.float32)
    return palette[which], params["period"] * 4


def _plaid(rng, params):
    """Tartan: the same stripes both ways; where a warp and a weft thread differ, twill shows half of each."""
    stripes, size_m = _stripes(rng, {**params, "across": True})
    over = ((np.arange(SIZE)[:, None] + np.arange(SIZE)) // 2 % 2).astype(np.float32)[..., None]
    warp, weft = stripes, stripes.transpose(1, 0, 2)
    soft = 0.5 + (over - 0.5) * 0.35
    return warp * soft + weft * (1 - soft), size_m


def _check(rng, params):
    """Gingham: full, half and no colour."""
    x, y = _grid()
    a, b = (x * 8 % 1) < 0.5, (y * 8 % 1) < 0.5
    share = (a.astype(np.float32) + b) / 2
    return _mix(_flat(params["color"]), params["colors"][0], share), params["period"] * 8


def _dots(rng, params):
    x, y = _grid()
    color = _flat(params["color"])
    for shift in (0.0, 0.5):
        u, v = (x * 4 + shift) % 1 - 0.5, (y * 4 + shift) % 1 - 0.5
        color = _mix(color, params["colors"][0], _disc(u, v, params.get("radius", 0.18)))
    return color, params["period"] * 4


def _disc(u, v, radius, soft=0.03):
    return np.clip((radius - np.hypot(u, v)) / soft + 0.5, 0, 1)


def _floral(rng, params):
    """Flowers and leaves thrown on the tile, wrapped round its edges."""
    color = _flat(params["color"])
    palette = params["colors"]
    for k in range(params.get("count", 22)):
        petals = int(rng.integers(4, 7))
        color = _stamp(rng, color, palette, petals if k % 3 else 0)
    return color, params["period"]


def _stamp(rng, color, palette, petals):
    """One flower, or a leaf when `petals` is 0, at a random place of the tile."""
    half = int(rng.uniform(11, 26))
    axis = np.arange(-half, half + 1, dtype=np.float32) / half
    u, v = np.meshgrid(axis, axis)
    turn = rng.uniform(0, 2 * np.pi)
    u, v = u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    soft = 2.0 / half
    row, column = rng.integers(0, SIZE, 2)
    rows, columns = (row + np.arange(-half, half + 1)) % SIZE, (column + np.arange(-half, half + 1)) % SIZE
    patch = color[np.ix_(rows, columns)]
    paint = palette[int(rng.integers(len(palette)))]
    if petals:
        edge = 0.62 + 0.3 * np.cos(petals * angle)
        patch = _mix(patch, paint, np.clip((edge - radius) / soft, 0, 1))
        shade = np.clip((edge * 0.55 - radius) / (2 * soft), 0, 1) * 0.45
        patch = _mix(patch, np.array(paint) * 0.6, shade)
        patch = _mix(patch, palette[-1], np.clip((0.2 - radius) / soft, 0, 1))
    else:
        leaf = np.clip((0.32 * (1 - u**2) - np.abs(v)) / soft, 0, 1)
        patch = _mix(patch, palette[max(len(palette) - 2, 0)], leaf)
    color[np.ix_(rows, columns)] = patch
    return color


def _camouflage(rng, params):
    color = _flat(params["color"])
    for paint in params["colors"]:
        color = _mix(color, paint, (noise(rng, 5.0) > 0.55).astype(np.float32))
    return color, params["period"]


def _denim(rng, params):
    """Indigo warp over pale weft in a twill, slubs along the warp."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    twill = ((rows + columns) % 4 == 0).astype(np.float32)
    slub = noise(rng, 60.0, aspect=6.0) * 0.06 + noise(rng, 12.0, aspect=4.0) * 0.03
    base = _flat(params["color"])
    pale = np.array(params["color"]) * 0.5 + 0.42
    return _mix(base, pale, np.clip(0.12 + 0.30 * twill + slub, 0, 1)), 0.12


def _leather(rng, params):
    return _flat(params["color"]) * (1 + 0.05 * noise(rng, 9.0) + 0.03 * noise(rng, 60.0))[..., None], 0.12


def _blotches(rng, params):
    """Tie-dye and other soft colour changes."""
    share = np.clip(noise(rng, 2.5) * 0.4 + 0.5, 0, 1)
    return _mix(_flat(params["color"]), params["colors"][0], share), params["period"]


_PATTERNS = {
    "plain": _plain,
    "stripes": _stripes,
    "plaid": _plaid,
    "check": _check,
    "dots": _dots,
    "floral": _floral,
    "camouflage": _camouflage,
    "denim": _denim,
    "leather": _leather,
    "blotches": _blotches,
}


def _count(size_m, pitch):
    """Whole number of threads in a tile, at most one in four pixels."""
    return int(np.clip(round(size_m / pitch), 1, SIZE // 4))


def _weave_plain(size_m):
    x, y = _grid()
    n = _count(size_m, 0.0014)
    return 0.00008 * np.sin(2 * np.pi * n * x) * np.sin(2 * np.pi * n * y)


def _weave_knit(size_m):
    """Columns of V-shaped stitches."""
    x, y = _grid()
    n = _count(size_m, 0.0022)
    column = np.abs((x * n) % 1 - 0.5) * 2
    return 0.00016 * np.sin(np.pi * column) * (0.7 + 0.3 * np.sin(2 * np.pi * (n * y * 1.0 + column * 0.5)))


def _weave_coarse(size_m):
    """Thick yarn: sweaters."""
    x, y = _grid()
    n = _count(size_m, 0.0055)
    column = np.abs((x * n) % 1 - 0.5) * 2
    return 0.0007 * np.sin(np.pi * column) * (0.65 + 0.35 * np.sin(2 * np.pi * (n * y + column * 0.5)))


def _weave_rib(size_m):
    x, _ = _grid()
    return 0.0006 * np.sin(2 * np.pi * _count(size_m, 0.005) * x)


def _weave_cord(size_m):
    x, _ = _grid()
    return 0.0006 * np.abs(np.sin(np.pi * _count(size_m, 0.004) * x))


def _weave_twill(size_m):
    x, y = _grid()
    n = _count(size_m, 0.0020)
    return 0.0001 * np.sin(2 * np.pi * n * (x + y))


def _weave_grain(size_m):
    """Leather: its own seed, so that the height of a hide does not depend on its colour."""
    rng = np.random.default_rng(7)
    return -0.00012 * np.abs(noise(rng, 40.0)) + 0.00006 * noise(rng, 12.0)


def _weave_smooth(size_m):
    return np.zeros((SIZE, SIZE), np.float32)


_WEAVES = {
    "plain": _weave_plain,
    "knit": _weave_knit,
    "coarse": _weave_coarse,
    "rib": _weave_rib,
    "cord": _weave_cord,
    "twill": _weave_twill,
    "grain": _weave_grain,
    "smooth": _weave_smooth,
}

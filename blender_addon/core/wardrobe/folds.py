"""Folds of cloth: a tile of them as heights and as normals, and where on a garment they run which way.

Cloth does not wrinkle as noise does. Folds are long, run across what is squeezed and away from what pulls, taper at
both ends and fork. One tile holds such folds, all lying along its rows; a garment lays it on in three ways at once:
`creases` across limbs and waist, `pull` in rays about armpits and crotch, `drape` down from where cloth hangs.
"""

from functools import lru_cache

import numpy as np

from .cutting import Cloth
from .fabrics import noise
from .fitting import Fit, ramp

FAMILIES = ("creases", "pull", "drape")
"""Attributes of `fold_attributes`, and the ways in which folds run."""
TILE = 512
TILE_METRES = 0.42
"""Covered by a tile of folds, both ways."""
# Folds a tile, their length and their width (half, at half height) in metres, height in metres, share that fork.
MANNERS = {
    "soft": dict(count=58, length=(0.08, 0.20), width=(0.0050, 0.0105), height=(0.0012, 0.0042), fork=0.3),
    "crisp": dict(count=78, length=(0.05, 0.15), width=(0.0030, 0.0070), height=(0.0012, 0.0042), fork=0.45),
    "stiff": dict(count=46, length=(0.07, 0.15), width=(0.0050, 0.0100), height=(0.0018, 0.0052), fork=0.35),
}
"""How cloths fold: knits roundly, thin weaves sharply and often, denim and leather in few thick folds."""
WEAVES = {"knit": "soft", "coarse": "soft", "rib": "soft", "plain": "crisp", "smooth": "crisp"}
"""Weave -> manner; others are stiff."""


@lru_cache(maxsize=8)
def fold_tile(manner: str) -> np.ndarray:
    """(TILE, TILE) float32 metres, tiling both ways; folds lie along the rows. The same every time."""
    shape = MANNERS[manner]
    rng = np.random.default_rng(sorted(MANNERS).index(manner))
    height = 0.0005 * noise(rng, 5.0, TILE, 0.5).astype(float)  # nothing lies quite flat
    for _ in range(shape["count"]):
        middle = rng.uniform(0, TILE, 2)
        length, width, tall = (rng.uniform(*shape[name]) for name in ("length", "width", "height"))
        course = _course(rng, length)
        _lay(height, middle, length, width, tall, course)
        if rng.random() < shape["fork"]:  # a second fold leaves the first at an angle
            lean = rng.choice([-1, 1]) * rng.uniform(0.25, 0.55)
            start = rng.uniform(-0.3, 0.3) * length
            _lay(height, middle, 0.7 * length, 0.8 * width, 0.8 * tall, _branch(course, start, lean), start)
    for axis in (0, 1, 0, 1):
        height = (np.roll(height, 1, axis) + 2 * height + np.roll(height, -1, axis)) / 4
    return height.astype(np.float32)


@lru_cache(maxsize=8)
def fold_picture(manner: str) -> np.ndarray:
    """(TILE, TILE, 4) float32, tiling both ways: how a fold's normal leans along the rows and across them (minus the
    slope of `fold_tile`), zero, and its height in metres."""
    height = fold_tile(manner)
    lean = [(np.roll(height, 1, axis) - np.roll(height, -1, axis)) * (TILE / TILE_METRES / 2) for axis in (1, 0)]
    return np.stack([*lean, np.zeros_like(height), height], -1)


def _course(rng, length):
    """How far a fold strays across its direction, metres, at each place along it."""
    lean, bend, phase = rng.normal(0, 0.16), rng.normal(0, 0.16), rng.uniform(0, 2 * np.pi)
    return lambda along: lean * along + bend * length * 0.25 * np.sin(4.5 * along / length + phase)


def _branch(course, start, lean):
    return lambda along: course(along) + lean * np.maximum(along - start, 0)


def _lay(height, middle, length, width, tall, course, start=None):
    """Add one fold to the tile where it is higher than what lies there; beside its crest cloth dips a little."""
    pixel = TILE_METRES / TILE
    first = -length / 2 if start is None else start
    along = np.arange(int(first / pixel), int((first + length) / pixel) + 1) * pixel
    share = np.clip((along - first) / length, 0, 1)
    taper = np.sin(np.pi * (share if start is None else share**0.5)) ** 1.2  # a branch is highest near its trunk
    stray = course(along)
    reach = 6 * width
    rows = np.arange(int((stray.min() - reach) / pixel), int((stray.max() + reach) / pixel) + 1)
    away = (rows[:, None] * pixel - stray) / (width * (0.6 + 0.4 * taper))
    crest = np.exp(1 - np.sqrt(1 + (1.6 * away) ** 2))  # sharper than a bell, rounder than an edge
    dip = 0.3 * np.exp(-(((np.abs(away) - 2.4) / 0.9) ** 2))
    columns = np.rint(along / pixel).astype(int)
    place = np.ix_((rows + int(middle[0])) % TILE, (columns + int(middle[1])) % TILE)
    here, fold = height[place], tall * taper * crest
    lift = np.maximum(fold - np.maximum(here, 0), 0) + 0.25 * np.clip(here, 0, fold)
    height[place] = here + lift - tall * taper * dip


def fold_attributes(fit: Fit, cloth: Cloth) -> dict:
    """`creases`, `pull` and `drape`: each (N, 3), metres along and across folds, and how strong they are, 0 to 1.

    The coordinates are mixes of places in the T-pose, so that they have no seam. Where a mix hardly changes along a
    fold, the fold is only longer.
    """
    suit, places, size = cloth.attributes["suit"], fit.places, fit.size
    skirt = cloth.attributes.get("skirt", np.zeros(len(suit)))
    arm, height = places.arm(suit), places.height(suit)
    on_arm = ramp(arm, 0.0, 0.25)
    leg = (1 - ramp(suit[:, 1], places.crotch - 0.10 * size, places.crotch - 0.02 * size)) * (1 - skirt)
    x, y, z = suit.T
    limb = np.stack([y + 0.6 * z, x + np.sign(x) * (0.5 * y + 0.55 * z)], 1)
    aslant = 0.22 * x + leg * (0.35 * np.abs(x) + 0.25 * z)
    level = np.stack([x + 0.7 * z, y + aslant + 0.45 * z], 1)
    crease = np.where((on_arm > 0)[:, None], limb, level)
    trunk = (1 - on_arm) * (1 - leg) * (1 - ramp(height, 2.62, 2.85))
    calm = 0.62 + 0.38 * np.sin(23 * x + 17 * y + 2 * np.sin(19 * z - 11 * y))  # cloth is not folded alike all over
    crease_share = calm * np.maximum.reduce([on_arm, leg, 0.9 * trunk]) * (1 - 0.8 * skirt * ramp(-height, -2.1, -1.9))
    drape, hang = _drape(fit, suit, height, arm, skirt)
    pull, rays = _pull(fit, suit, skirt)
    return {
        "creases": np.column_stack([crease, crease_share]),
        "pull": np.column_stack([pull, rays]),
        "drape": np.column_stack([drape, hang]),
    }


STEEPEST = 3.0
"""Most that a coordinate of folds may change a metre: where it does more, cloth was pressed flat."""


def fold_frames(posed: np.ndarray, faces: np.ndarray, attributes: dict) -> dict:
    """Which way normals lean: of each family in `attributes`, how its two coordinates change over the posed cloth.

    Args:
        posed: (N, 3).
        faces: (F, 4), a triangle has -1 last.
        attributes: of `fold_attributes`; families that are missing are left out.
    Returns:
        `creases_along`, `creases_across` and so on: each (N, 3), the gradient in the surface, a metre a metre.
    """
    families = [name for name in FAMILIES if name in attributes]
    if not families:
        return {}
    quads = np.where(faces < 0, faces[:, :1], faces)  # a triangle's second diagonal is its third side
    a, b = (posed[quads[:, k + 2]] - posed[quads[:, k]] for k in (0, 1))
    normal = np.cross(a, b)
    area = np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    up, side = np.cross(b, normal) / area, np.cross(normal, a) / area  # gradients times the face's area, twice
    corners = quads.ravel()
    weight = np.maximum(np.bincount(corners, np.repeat(area[:, 0], 4), len(posed)), 1e-12)
    frames = {}
    for name in families:
        for column, way in enumerate(("along", "across")):
            value = attributes[name][:, column]
            first, second = (value[quads[:, k + 2]] - value[quads[:, k]] for k in (0, 1))
            change = np.repeat(first[:, None] * up + second[:, None] * side, 4, axis=0)
            total = np.stack([np.bincount(corners, part, len(posed)) for part in change.T], 1) / weight[:, None]
            length = np.linalg.norm(total, axis=1, keepdims=True)
            frames[f"{name}_{way}"] = total * np.minimum(STEEPEST / np.maximum(length, 1e-12), 1)
    return frames


def _drape(fit: Fit, suit, height, arm, skirt) -> tuple:
    """Folds that run down: on skirts, on the sides of loose tops, on trouser legs a little."""
    centre = fit.trunk.centre(np.clip(suit[:, 1], fit.places.crotch, fit.places.armpit))
    across, ahead = suit[:, 0] - centre[:, 0], suit[:, 2] - centre[:, 1]
    angle = np.hypot(np.arctan2(across, ahead), 0.15)  # turns round in front, along the folds, where it hardly shows
    radius = 0.14 * fit.size
    coordinates = np.stack([suit[:, 1] + 0.3 * across, radius * angle + 0.45 * across + 0.12 * suit[:, 1]], 1)
    below = ramp(-suit[:, 1], -(fit.places.armpit + 0.02), -(fit.places.armpit - 0.16 * fit.size))
    loose = below * (arm < 0.02)
    return coordinates, np.where(skirt > 0.5, ramp(-height, -2.45, -1.9), 0.55 * loose)


def _pull(fit: Fit, suit, skirt) -> tuple:
    """Rays about the armpits and, on trousers, about the crotch."""
    places, size = fit.places, fit.size
    x, y, z = suit.T
    shoulder = np.abs(places.joints[16:18, 0]).mean()
    side = np.sign(x)
    inwards, up = shoulder - 0.03 * size - np.abs(x), y - places.armpit
    armpit, armpit_share = _rays(inwards, up, 0.19 * size)
    armpit_share = armpit_share * ramp(inwards, -0.10 * size, -0.02 * size)
    armpit_share = armpit_share * ramp(np.abs(x), 0.0, 0.05 * size)  # left and right differ: none where they meet
    out, above = np.abs(x), y - places.crotch
    crotch, crotch_share = _rays(out, above, 0.22 * size)
    crotch_share = crotch_share * ramp(out, 0.004, 0.02) * (1 - skirt)
    upper = (y > (places.armpit + places.crotch) / 2)[:, None]
    rays = np.where(upper, armpit, crotch)
    rays[:, 1] += 0.13 * side + 0.4 * z  # so that neither left and right nor front and back are alike
    return rays, np.where(upper[:, 0], armpit_share, crotch_share)


def _rays(along, across, reach) -> tuple:
    """((N, 2) metres along and across rays, (N,) how strong), about (0, 0) and none behind it."""
    radius = np.hypot(along, across)
    turn = np.arctan2(across, along)
    share = ramp(radius, 0.008, 0.04) * (1 - ramp(radius, 0.35 * reach, reach)) * ramp(np.cos(turn), -0.6, 0.0)
    return np.stack([radius, 0.11 * turn], 1), share


def manner_of(fabric: dict) -> str:
    """How a fabric folds, one of MANNERS."""
    return WEAVES.get(fabric.get("weave", "plain"), "stiff")

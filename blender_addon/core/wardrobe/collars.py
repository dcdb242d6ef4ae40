"""What stands on a neckline: shirt collars, stand-up collars, rolled necks, hoods that lie on the back."""

import numpy as np

from .cutting import Cloth, boundary_edges, join, plain_cloth
from .fitting import Fit, lift_off, ramp
from .suit import NECK, nearest

HEAD = 15
AROUND = 76


def add_collar(fit: Fit, cloth: Cloth, neck_field, collar: dict) -> Cloth:
    """Sew a collar to a top.

    Args:
        neck_field: metres below the neckline.
        collar: kind, height and fall in metres.
    """
    loop = _neck_loop(cloth, neck_field)
    closed = collar["kind"] in ("turtle", "hood")
    base, weights, front = _around(cloth, loop, closed)
    points = _rings(fit, base, front, collar)
    rings, count = points.shape[:2]
    number = np.arange(rings * count).reshape(rings, count)
    if closed:
        beside = np.roll(number, -1, 1)
    else:
        number, beside = number[:, :-1], number[:, 1:]
    faces = np.stack([number[:-1], beside[:-1], beside[1:], number[1:]], -1).reshape(-1, 4)
    flat = points.reshape(-1, 3)
    skin = np.flatnonzero(fit.suit.skin & (fit.shaped[:, 1] > fit.places.armpit))
    anchors = nearest(flat, fit.shaped, skin, fit.suit.anchors.shape[1])
    flat = lift_off(fit, flat, anchors, 0.004)
    slot = 1 if collar["kind"] == "turtle" else 0
    piece = plain_cloth(flat, np.tile(weights, (rings, 1)), faces, anchors, slot, suit=flat, band=np.ones(len(flat)))
    return join(cloth, piece)


def _neck_loop(cloth, neck_field):
    """Border points of the neckline in order, anti-clockwise seen from above; if it is whole, the first again last."""
    rim, _ = boundary_edges(cloth.faces)
    on_neck = (np.abs(neck_field(cloth.attributes["suit"])) < 0.006)[rim].all(1)
    following = dict(rim[on_neck].tolist())
    best = []
    while following:
        loop = [next(iter(following.keys() - set(following.values())), next(iter(following)))]
        while loop[-1] in following:
            loop.append(following.pop(loop[-1]))
        best = max(best, loop, key=len)
    return np.array(best)


def _around(cloth, loop, closed):
    """Evenly spaced points of the neckline from the front and back to it: (points, weights, 1 in front to 0 behind)."""
    points, weights = cloth.points[loop], cloth.weights[loop]
    if loop[0] == loop[-1]:  # else it is open in front and begins there
        start = int(np.argmax(points[:-1, 2] - 3 * np.abs(points[:-1, 0])))
        order = np.roll(np.arange(len(loop) - 1), -start)
        order = np.append(order, order[0])
        points, weights = points[order], weights[order]
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    gap = 0.0 if closed else 0.006
    at = np.linspace(gap, way[-1] - gap, AROUND + 1)[: AROUND if closed else AROUND + 1]
    base = np.stack([np.interp(at, way, column) for column in points.T], 1)
    mixed = np.stack([np.interp(at, way, column) for column in weights.T], 1)
    front = np.abs(at / way[-1] - 0.5) * 2
    return base, mixed / mixed.sum(1, keepdims=True), front


def _rings(fit, base, front, collar):
    """(R, A, 3) points of the collar from the neckline on."""
    joints = fit.places.joints
    up = joints[HEAD] - joints[NECK]
    up = up / np.linalg.norm(up) + [0, 0.6, 0]
    up /= np.linalg.norm(up)
    out = base - base.mean(0)
    out -= (out @ up)[:, None] * up
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    profile = _PROFILES[collar["kind"]](front, collar["height"] * fit.size, collar["fall"] * fit.size)
    return np.stack([base + across[:, None] * out + rise[:, None] * up for across, rise in profile])


def _shirt(front, height, fall):
    """A band, and the leaf folded over it, longest at the points in front."""
    tip = ramp(front, 0.72, 1.0)
    leaf = fall * (1 + 0.75 * tip)
    one = np.ones_like(front)
    stand = height * (1 - 0.25 * tip)
    return [
        (-0.006 * one, -0.010 * one),
        (-0.003 * one, 0.5 * stand),
        (-0.005 * one, stand),
        (-0.002 * one, stand + 0.004),
        (0.004 * one, stand + 0.001),
        (0.010 * one + 0.003 * tip, stand - 0.5 * leaf),
        (0.017 * one + 0.012 * tip, stand - leaf),
    ]


def _lapel(front, height, fall):
    """A collar that runs on into lapels: they lie on the chest, and end where the jacket is buttoned."""
    chest = ramp(front, 0.30, 0.45)
    notch = 1 - 0.55 * np.exp(-(((front - 0.42) / 0.035) ** 2))
    leaf = fall * (1 + 0.5 * chest) * notch * (1 - 0.9 * ramp(front, 0.62, 1.0))
    stand = height * (1 - 0.75 * chest)
    over = 0.004 + 0.004 * chest
    return [
        (-0.006 + 0 * front, -0.008 + 0 * front),
        (-0.002 + 0 * front, 0.6 * stand),
        (0.0 * front, stand),
        (over, stand + 0.003),
        (over + 0.35 * leaf, stand - 0.35 * leaf),
        (over + 0.65 * leaf, stand - 0.75 * leaf),
    ]


def _stand(front, height, fall):
    one = np.ones_like(front)
    rise = [(-0.006, -0.010), (0.0, 0.004), (0.001, 0.35 * height), (0.003, 0.7 * height), (0.007, height)]
    return [(out * one, up * one) for out, up in rise]


def _turtle(front, height, fall):
    one = np.ones_like(front)
    inner = [(-0.006 * one, -0.010 * one), (-0.003 * one, 0.5 * height * one), (-0.004 * one, height * one)]
    return inner + [
        (0.001 * one, (height + 0.005) * one),
        (0.006 * one, height * one),
        (0.009 * one, 0.4 * height * one),
    ]


def _hood(front, height, fall):
    """Rolls outwards all round and lies on the back."""
    back = ramp(front, 0.85, 0.15)
    wide, low = 0.22 + 0.78 * back, 0.20 + 0.80 * back
    roll = [(-0.008, -0.010), (0.010, 0.022), (0.028, 0.036), (0.050, 0.026), (0.066, -0.004)]
    hang = [(0.072, -0.40 * fall), (0.064, -0.75 * fall), (0.044, -0.95 * fall), (0.02, -0.9 * fall)]
    rings = [(out * wide, np.where(rise > 0, rise * (0.25 + 0.75 * back), rise)) for out, rise in roll]
    return rings + [(out * wide, drop * low - 0.008) for out, drop in hang]


_PROFILES = {"shirt": _shirt, "stand": _stand, "turtle": _turtle, "hood": _hood, "lapel": _lapel}

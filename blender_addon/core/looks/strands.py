"""Strands: thousands of thin ribbons that grow from the scalp, fall, bend round the body and clump.

Ribbons are opaque quads: no alpha, no particles, the same in every Blender. Beneath them lies a cap of the same colour,
so that no skin shines through. A strand is K steps; all strands take each step together, which keeps numpy fast.
Places are in head coordinates of `core.looks.skin` (metres, x left, y up, z forward, from between the eyes).
"""

import numpy as np

from ..surface import Surface
from .scalp import Head, at, flat, scatter, unit
from .skin import above_hairline, beard_region

HEAD, NECK, CHEST = 15, 12, 9
"""SMPL joints that hair hangs on."""
FRONT_REACH = 0.024
"""Height above the eyes where a fringe is cut."""


def scalp_strands(rng, head: Head, params) -> list:
    """The ribbons of everything on the scalp, and of a tail or bun."""
    quads = head.quads[(above_hairline(head.place[head.quads].reshape(-1, 3)).reshape(-1, 4) > -0.004).any(1)]
    picked, shares = scatter(rng, head.shaped, quads, params["strands"])
    place = at(head.place, quads[picked], shares)
    level = above_hairline(place, params["recession"])
    keep = level > 0.004 * rng.random(len(level)) ** 2
    picked, shares, place, level = picked[keep], shares[keep], place[keep], level[keep]
    roots = at(head.shaped, quads[picked], shares)
    normals = unit(at(head.normals, quads[picked], shares))
    strands = _grow(rng, head, params, roots, normals, place, level)
    parts = [_ribbons(rng, head, params, strands)]
    if params["comb"] == "tie":
        parts.append(_ribbons(rng, head, params, _tail(rng, head, params)))
    return parts


def _tie_point(head, params) -> np.ndarray:
    """Where a ponytail or bun is bound, head coordinates."""
    return np.array([0, 0.055, -0.172]) if params["tail"] > 0 else np.array([0, 0.085, -0.150])


def _comb(params, place, normals) -> np.ndarray:
    """(N, 3) unit direction in which hair lies at the root."""
    x, y, z = place.T
    whorl = np.array([0.012, 0.105, -0.115])
    down = place - whorl + np.array([0, -0.02, 0])
    side = _side(params, place)
    zero, one = np.zeros_like(x), np.ones_like(x)
    top = np.clip((y - 0.05) / 0.04, 0, 1)[:, None]
    sides = np.stack([zero, -one, -0.6 * one], 1)
    if params["comb"] == "tie":
        way = _tie_point(None, params) - place
    elif params["comb"] == "forward":
        way = top * np.stack([0.25 * x / 0.07, zero, one], 1) + (1 - top) * np.stack(
            [zero, -one, 0.1 - 0.8 * (z < -0.03)], 1
        )
        way = np.where(z[:, None] < -0.12, down, way)
    elif params["comb"] == "back":
        way = top * np.stack([0.3 * x / 0.07, 0.15 * one, -one], 1) + (1 - top) * sides
    elif params["comb"] == "part":
        # The front goes back before it goes aside, or it would hang over the eyes.
        back = -0.35 - 1.3 * np.clip((z + 0.02) / 0.05, 0, 1)
        way = top * np.stack([side, -0.2 * one, back], 1) + (1 - top) * sides
        fringe = (params["fringe"] > 0) & (z > -0.045) & (y > 0.045) & (np.abs(x) < 0.062)
        way = np.where(fringe[:, None], np.stack([0.3 * x / 0.05, zero, one], 1), way)
    else:
        way = unit(down) + 0.3 * (1 - top) * sides
    return flat(way, normals)


def _lengths(rng, params, place, level) -> np.ndarray:
    """(N,) metres: the top's and the sides' length, shorter at the hairline."""
    top = np.clip((place[:, 1] - 0.02) / 0.07, 0, 1)
    top = top * top * (3 - 2 * top)
    length = params["sides"] + (params["top"] - params["sides"]) * top
    if params["top"] < 0.12:  # short cuts fade out towards the neck and the ears
        length = length * np.clip(0.35 + level / 0.03, 0.35, 1)
    return length * rng.uniform(0.8, 1.1, len(place))


def _grow(rng, head, params, roots, normals, place, level) -> np.ndarray:
    """(N, K + 1, 3) strands."""
    count, steps = len(roots), params["steps"]
    length = _lengths(rng, params, place, level) * head.size
    if params["comb"] == "tie":
        goal = head.origin + head.size * _tie_point(head, params)
        arc = np.linalg.norm(goal - roots, axis=1)
        length = arc * 1.12 + 0.004
    step = (length / steps)[:, None]
    comb = _comb(params, place, normals)
    wild = rng.normal(0, 0.6 * params["messy"], (count, 3)) + params["messy"] * _swirl(place, params["seed"])
    way = unit(comb * (1 - params["lift"]) + normals * params["lift"] + wild)
    layer = ((0.001 + params["volume"] * rng.random(count) ** 0.7) * head.size).astype(np.float32)
    step, way = step.astype(np.float32), way.astype(np.float32)
    bend = 1 - np.exp(-step / params["stiff"])
    down = np.array([0, -1, 0], np.float32)
    drift = _drift(rng, params, place)
    points, slow = [roots], np.ones_like(step)
    for k in range(steps):
        end = points[-1] + step * slow * way
        if params["comb"] == "tie":
            way = unit(way + 1.2 * (k + 1) / steps * unit(goal - end))
        end, touch, away = push_out(head, end, layer * min(1.0, (k + 1) / 3))
        end = _off_the_face(head, end, place, params)
        points.append(end)
        # What lies on top of the shoulders goes no further, or its ends would stand out over the arms.
        level = np.clip(2.5 * away[:, 1] - 1, 0, 1) * (head.local(end)[:, 1] < -0.12)
        slow = 1 - 0.7 * (touch * level)[:, None]
        ahead = unit(end - points[-2])
        pull = down + touch[:, None] * drift
        if params["comb"] == "tie":
            continue
        way = unit(ahead * (1 - bend) + (pull + 0.6 * comb * touch[:, None] * (k < 4)) * bend)
        inward = np.minimum((way * away).sum(1), 0) * touch
        way = unit(way - inward[:, None] * away)
    strands = np.stack(points, 1)
    strands = _clumped(rng, strands, params, _side(params, place))
    strands = _waved(rng, strands, params, head)
    strands = _cut_fringe(rng, head, strands, params)
    return strands[~_before_the_neck(head, strands)]


def _swirl(place, seed) -> np.ndarray:
    """(N, 3) a smooth random direction field of a few centimetres' grain: cowlicks and tufts."""
    phase = np.random.default_rng(seed).uniform(0, 6.28, (2, 3))
    waves = [
        np.sin(grain * place[:, [1, 2, 0]] + phase[k] + np.cos(grain * place)) for k, grain in enumerate((70, 190))
    ]
    return 0.8 * waves[0] + 0.6 * waves[1]


def _drift(rng, params, place) -> np.ndarray:
    """(N, 3) where hair slides that lies on the shoulders: behind them, or a share of it before them."""
    front = (rng.random(len(place)) < params["front"]) & (place[:, 2] > -0.10)
    z = np.where(front, 0.9, -0.9)
    return np.stack([-0.1 * np.sign(place[:, 0]), np.zeros(len(place)), 1.3 * z], 1).astype(np.float32)


def push_out(head, points, layer) -> tuple:
    """Points moved to at least `layer` above the skin; (N,) 1 where they touched, and (N, 3) the way out."""
    distance, away = head.field(points)
    short = np.clip(layer - distance, 0, 0.05)
    touch = np.clip((layer + 0.008 - distance) / 0.008, 0, 1)
    return points + short[:, None] * away, touch, away


def _off_the_face(head, points, place, params) -> np.ndarray:
    """Hair that hangs before the face is moved aside and back; only a fringe may stay, above the brows."""
    local = head.local(points)
    x, y, z = local.T
    side = _side(params, place)
    reach = (
        np.interp(y, (-0.20, -0.15, -0.06, 0.0, 0.035, 0.06, 0.08), (0.2, 0.0, -0.022, -0.018, 0.0, 0.045, 0.2))
        + params["open"]
    )
    z = np.minimum(z, reach + 0.012 * np.abs(np.sin(9e3 * place[:, 0])))
    half = 0.066 * np.sqrt(np.clip(1 - ((y + 0.02) / 0.125) ** 2, 0, 1))
    half = np.maximum(half, 0.05 * (y < -0.05)) * np.clip((z + 0.055) / 0.04, 0, 1)  # nor under the chin
    x = np.where((x * side < half) & (y < 0.06), side * half, x)
    moved = head.origin + np.stack([x, y, z], 1) * head.size
    return moved if not params["fringe"] else np.where((y > FRONT_REACH)[:, None], points, moved)


def _before_the_neck(head, strands) -> np.ndarray:
    """(N,) strands that cross the throat, as no hair does that falls from the head."""
    x, y, z = np.moveaxis(head.local(strands), 2, 0)
    return ((np.abs(x) < 0.042) & (y < -0.09) & (y > -0.27) & (z > -0.045)).any(1)


def _side(params, place) -> np.ndarray:
    """(N,) 1 for strands that fall to the person's left, -1 to the right."""
    return np.where(place[:, 0] > params["parting"] * (place[:, 2] > -0.12), 1.0, -1.0)


def _clumped(rng, strands, params, side) -> np.ndarray:
    """Strands gather towards the nearest of a few leaders on the same side, more at the tip."""
    if params["clump"] <= 0:
        return strands
    count, nodes = strands.shape[:2]
    leaders = rng.choice(count, max(1, count // 12), replace=False)
    middle = strands[:, nodes // 2] + 0.5 * strands[:, 0]
    middle[:, 0] += 0.1 * side
    middle = middle.astype(np.float32)
    score = middle @ (-2 * middle[leaders].T) + (middle[leaders] ** 2).sum(1)
    leader = leaders[score.argmin(1)]
    along = np.linspace(0, 1, nodes)[None, :, None]
    pull = params["clump"] * along**1.3 * rng.uniform(0.4, 1.0, (count, 1, 1))
    near = np.linalg.norm(strands[leader] - strands, axis=2).max(1) < 0.03 + 0.2 * params["clump"] * params["tail"]
    return strands + (pull * near[:, None, None]) * (strands[leader] - strands)


def _waved(rng, strands, params, head) -> np.ndarray:
    """Waves or curls about each strand's way, in step within a neighbourhood."""
    count, nodes = strands.shape[:2]
    along = np.linspace(0, 1, nodes)
    tangent = unit(np.gradient(strands, axis=1))
    side = unit(np.cross(tangent, strands - (head.origin + np.array([0, 0, -0.07]))[None, None]))
    out = np.cross(side, tangent)
    length = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(1, keepdims=True)
    fray = rng.normal(0, 0.02, (count, 1, 2)) * (along**1.5)[None, :, None] * params["messy"] * length[:, :, None]
    strands = strands + fray[..., :1] * side + fray[..., 1:] * out
    if params["wave"] <= 0:
        return strands
    wave_length = np.maximum(params["wave_length"] * rng.uniform(0.8, 1.25, (count, 1)), 4.5 * length / nodes)
    turns = 2 * np.pi * along[None] * length / wave_length
    phase = 25 * strands[:, 0] @ np.array([[1.0], [0.6], [0.8]]) + rng.uniform(0, 1.6, (count, 1))
    grow = np.minimum(1, along * length / 0.03) * params["wave"] * rng.uniform(0.6, 1.3, (count, 1))
    return (
        strands
        + (grow * np.sin(turns + phase))[..., None] * side
        + (0.6 * grow * np.cos(turns + phase))[..., None] * out
    )


def _cut_fringe(rng, head, strands, params) -> np.ndarray:
    """Strands that would reach the eyes end above them, as scissors would have it."""
    count, nodes = strands.shape[:2]
    local = head.local(strands.reshape(-1, 3)).reshape(count, nodes, 3)
    x, y, z = np.moveaxis(local, 2, 0)
    low = params["fringe"] > 0 or (params["comb"] in ("forward", "down") and params["wave"] == 0)
    edge = (FRONT_REACH if low else 0.052) + rng.uniform(-0.003, 0.006, (count, 1))
    before_face = (np.abs(x) < 0.062) & (z > -0.015) & (y < edge)
    end = np.where(before_face.any(1), before_face.argmax(1) - 1, nodes - 1).clip(1)
    place_at = np.linspace(0, 1, nodes)[None] * end[:, None]
    low = np.minimum(place_at.astype(int), nodes - 2)
    share = (place_at - low)[..., None]
    rows = np.arange(count)[:, None]
    return strands[rows, low] * (1 - share) + strands[rows, low + 1] * share


def _tail(rng, head, params) -> np.ndarray:
    """(N, K + 1, 3) strands that hang from the tie, or wind round it as a bun."""
    tie = head.origin + head.size * _tie_point(head, params)
    if params["tail"] < 0:
        return _bun(rng, tie + head.size * np.array([0, 0.006, -0.014]), -params["tail"] * head.size)
    count, steps = 700, 16
    spread = rng.normal(0, 1, (count, 3)) * np.array([0.007, 0.007, 0.003])
    end = tie + spread
    length = params["tail"] * rng.uniform(0.75, 1.05, count)[:, None] * head.size
    step = length / steps
    way = unit(np.array([0, 0.25, -1.0]) + rng.normal(0, 0.22, (count, 3)))
    points = [end]
    for _ in range(steps):
        end = points[-1] + step * way
        end = push_out(head, end, 0.006)[0]
        ahead = unit(end - points[-1])
        points.append(end)
        way = unit(ahead * 0.72 + 0.28 * (np.array([0, -1.0, 0]) + 0.35 * (tie - end) * np.array([1, 0, 0]) / 0.05))
    strands = _clumped(rng, np.stack(points, 1), params, np.zeros(count))
    return _waved(rng, strands, params, head)


def _bun(rng, centre, radius) -> np.ndarray:
    """Strands wound round a ball."""
    count, steps = 520, 12
    axis = unit(np.array([0, 0.35, -1.0]))
    across = np.array([1.0, 0, 0])
    third = np.cross(axis, across)
    latitude = rng.uniform(-0.6, 1.45, (count, 1))
    start = rng.uniform(0, 2 * np.pi, (count, 1))
    turn = start + np.linspace(0, 2.0, steps + 1)[None]
    latitude = latitude + 0.25 * np.sin(2 * turn + 3 * start)
    size = radius * rng.uniform(0.88, 1.03, (count, 1)) * (1 + 0.05 * np.sin(5 * latitude))
    ring = np.cos(latitude)
    return centre + size[..., None] * (
        (ring * np.cos(turn))[..., None] * across
        + (ring * np.sin(turn))[..., None] * third
        + (0.8 * np.sin(latitude))[..., None] * axis
    )


def _ribbons(rng, head, params, strands) -> Surface:
    """Tapered ribbons that face away from the skin, each turned a little of its own."""
    count, nodes = strands.shape[:2]
    free, _, away = push_out(head, strands[:, 1:].reshape(-1, 3), 0.0012)
    strands = np.concatenate([strands[:, :1], free.reshape(count, nodes - 1, 3)], 1)
    away = away.reshape(count, nodes - 1, 3)
    away = np.concatenate([away[:, :1], away], 1).reshape(-1, 3)
    tangent = unit(np.gradient(strands, axis=1)).reshape(-1, 3)
    away = unit(away + np.repeat(rng.normal(0, 0.35, (count, 3)), nodes, 0))
    side = unit(np.cross(tangent, away)).reshape(count, nodes, 3)
    along = np.linspace(0, 1, nodes)
    width = params["width"] * head.size * (1 - 0.8 * along**2.5) * rng.uniform(0.6, 1.3, (count, 1))
    offset = 0.5 * width[..., None] * side
    points = np.stack([strands - offset, strands + offset], 2).reshape(-1, 3)
    return Surface(
        name="hair",
        points=points,
        weights=_hanging_weights(head, points),
        faces=_ribbon_faces(count, nodes),
        uv=_ribbon_uv(count, nodes),
        attributes={
            "strand": np.tile(np.repeat(along, 2), count),
            "tone": np.repeat(rng.random(count), 2 * nodes),
            "tone2": np.repeat(rng.random(count), 2 * nodes),
        },
    )


def _ribbon_faces(count, nodes) -> np.ndarray:
    start = 2 * (np.arange(count)[:, None] * nodes + np.arange(nodes - 1)[None]).reshape(-1, 1)
    return (start + np.array([0, 1, 3, 2])).astype(np.int32)


def _ribbon_uv(count, nodes) -> np.ndarray:
    low = np.tile(np.arange(nodes - 1) / (nodes - 1), count)
    high = low + 1 / (nodes - 1)
    zero, one = np.zeros_like(low), np.ones_like(low)
    return np.stack(
        [np.stack([zero, low], 1), np.stack([one, low], 1), np.stack([one, high], 1), np.stack([zero, high], 1)], 1
    )


def _hanging_weights(head, points) -> np.ndarray:
    """(N, J) the head's, below the chin more and more the neck's and the chest's: long hair rests on the back."""
    y = (points[:, 1] - head.origin[1]) / head.size
    on_head = np.clip((y + 0.15) / 0.08, 0, 1)
    on_chest = np.clip((-0.13 - y) / 0.10, 0, 1)
    on_neck = np.clip(1 - on_head - on_chest, 0, 1)
    weights = np.zeros((len(points), head.joints), np.float32)
    for joint, share in ((HEAD, on_head), (NECK, on_neck), (CHEST, on_chest)):
        weights[:, joint] = share / (on_head + on_neck + on_chest)
    return weights


def scalp_cap(head, params) -> Surface:
    """The scalp again, a little above the skin and sinking into it at the hairline; each quad in 3 x 3."""
    quads = head.quads[(above_hairline(head.place[head.quads].reshape(-1, 3)).reshape(-1, 4) > -0.002).any(1)]
    n = 3
    t = np.arange(n + 1) / n
    u, v = np.meshgrid(t, t, indexing="ij")
    shares = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], -1).reshape(-1, 4)
    place = np.einsum("pk,qkc->qpc", shares, head.place[quads]).reshape(-1, 3)
    points = np.einsum("pk,qkc->qpc", shares, head.shaped[quads]).reshape(-1, 3)
    normals = unit(np.einsum("pk,qkc->qpc", shares, head.normals[quads]).reshape(-1, 3))
    level = above_hairline(place, params["recession"])
    thick = min(0.0035, 0.0004 + 0.25 * params["volume"]) if params["top"] > 0.012 else 0.0004
    ragged = (
        0.0025
        * np.sin(900 * place[:, 0] + 3 * np.sin(700 * place[:, 1]))
        * np.sin(800 * place[:, 2] + 500 * place[:, 1])
    )
    height = np.clip((level + ragged - 0.006) * 0.4, -0.002, thick) * head.size
    grid = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    small = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], -1).reshape(-1, 4)
    faces = (np.arange(len(quads))[:, None, None] * (n + 1) ** 2 + small[None]).reshape(-1, 4)
    faces = faces[(height[faces] > -0.0019 * head.size).any(1)]
    used, faces = np.unique(faces, return_inverse=True)
    points = points[used] + height[used, None] * normals[used]
    return Surface(
        name="cap",
        points=points,
        weights=_hanging_weights(head, points),
        faces=faces.reshape(-1, 4).astype(np.int32),
        uv=np.tile(np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]]), (len(faces.reshape(-1, 4)), 1, 1)),
        attributes={
            "strand": np.full(len(used), 0.0),
            "tone": np.full(len(used), 0.3),
            "tone2": np.full(len(used), 0.4),
        },
    )


def beard_strands(rng, head, params) -> Surface:
    """Short strands on cheeks and chin, downwards."""
    place = head.place
    near = head.quads[
        (np.abs(place[head.quads, 0]) < 0.09).all(1)
        & (place[head.quads, 1] < 0.0).all(1)
        & (place[head.quads, 2] > -0.09).all(1)
    ]
    outer = near[(head.normals[near] * (place[near] - np.array([0, -0.07, -0.06]))).sum(2).min(1) > 0]
    if params["beard"]["moustache"]:
        outer = outer[(np.abs(place[outer, 0]) < 0.04).all(1) & (place[outer, 1] > -0.08).all(1)]
    picked, shares = scatter(rng, head.shaped, outer, 5000 if params["beard"]["moustache"] else 12000)
    spot = at(place, outer[picked], shares)
    share = beard_region(spot) * (1 - lips_region(spot))
    if params["beard"]["moustache"]:
        share = share * (spot[:, 1] > -0.066) * (np.abs(spot[:, 0]) < 0.03)
    keep = rng.random(len(spot)) < share * 1.3 - 0.3
    picked, shares, spot = picked[keep], shares[keep], spot[keep]
    roots = at(head.shaped, outer[picked], shares)
    normals = unit(at(head.normals, outer[picked], shares))
    steps = 3
    down = flat(
        np.stack(
            [0.25 * np.sign(spot[:, 0]) * (spot[:, 1] > -0.07), -np.ones(len(spot)), 0.15 * np.ones(len(spot))], 1
        ),
        normals,
    )
    way = unit(down + 0.3 * normals + 0.25 * _swirl(spot, params["seed"]) + rng.normal(0, 0.12, (len(spot), 3)))
    chin = 0.55 + 0.65 * np.clip((-0.05 - spot[:, 1]) / 0.05, 0, 1)
    longest = min(params["beard"]["length"], 0.008) if params["beard"]["moustache"] else params["beard"]["length"]
    length = longest * head.size * chin * rng.uniform(0.7, 1.1, len(spot))
    along = np.linspace(0, 1, steps + 1)[None, :, None]
    fall = np.array([0, -0.35, 0.0])
    strands = roots[:, None] + length[:, None, None] * (along * way[:, None] + along**2 * fall)
    ribbons = _ribbons(rng, head, {**params, "width": 0.0019}, strands)
    ribbons.attributes["tone"] *= 0.4  # beards are darker than the hair above
    return ribbons


def lips_region(place: np.ndarray) -> np.ndarray:
    """(N,) bool-like: on or within the lips, of points in head coordinates."""
    x, y = place[:, 0] / 0.027, (place[:, 1] + 0.0655) / 0.011
    return (x**2 + y**2 < 1).astype(float) * (place[:, 2] > 0.0)

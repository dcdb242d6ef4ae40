"""Plants in pots, hedges and bushes. Leaves are real geometry: they hide limbs as leaves do, in part."""

import numpy as np

from . import finishes
from .finishes import choose, uniform
from .solids import blade, box, cushion, lathe, leaf_cloud, tube

UP = np.array([0.0, 0.0, 1.0])
SOIL = finishes.plain("soil", (0.035, 0.022, 0.014), 0.95)
BARK = finishes.plain("bark", (0.11, 0.075, 0.045), 0.9)


def sample_potted_plant(rng) -> dict:
    style = choose(rng, ["rubber", "snake", "palm", "bushy"])
    tall = {"rubber": (0.6, 1.2), "snake": (0.45, 0.9), "palm": (0.6, 1.0), "bushy": (0.6, 1.2)}[style]
    return {
        "style": style,
        "pot": choose(rng, ["tapered", "cylinder", "box"]),
        "pot_radius": uniform(rng, 0.14, 0.21),
        "pot_height": uniform(rng, 0.24, 0.42),
        "plant_height": uniform(rng, *tall),
        "leaves": int(rng.integers(14, 28)),
        "materials": {"pot": finishes.pot(rng), "soil": SOIL, "leaf": finishes.leaf(rng), "stem": BARK},
    }


def potted_plant_parts(params, rng) -> list:
    parts = _pot(params)
    build = {"rubber": _rubber_plant, "snake": _snake_plant, "palm": _palm}.get(params["style"], _small_tree)
    return parts + build(params, params["pot_height"] - 0.03, rng)


def _pot(params) -> list:
    r, h = params["pot_radius"], params["pot_height"]
    soil = lathe("soil", [(r * 0.93, h - 0.05), (r * 0.5, h - 0.028), (0, h - 0.025)], sides=24)
    if params["pot"] == "box":
        parts = [box("pot", (2 * r, 0.02, h), (0, s * (r - 0.01), h / 2), 0.006, 2) for s in (-1, 1)]
        parts += [box("pot", (0.02, 2 * r - 0.04, h), (s * (r - 0.01), 0, h / 2), 0.006, 2) for s in (-1, 1)]
        return [*parts, box("soil", (2 * r - 0.04, 2 * r - 0.04, h - 0.04), (0, 0, (h - 0.04) / 2 + 0.005))]
    foot = r * (0.70 if params["pot"] == "tapered" else 0.97)
    lip = h * 0.16 if params["pot"] == "tapered" else 0.0
    outer = [(0, 0), (foot - 0.008, 0), (foot, 0.008)]
    if lip:  # the collar of a flower pot
        outer += [(r * 0.92, h - lip), (r, h - lip + 0.004)]
    rim = [(r, h - 0.008), (r - 0.006, h), (r - 0.014, h), (r - 0.02, h - 0.007), (r - 0.025, h * 0.7)]
    return [lathe("pot", [*outer, *rim], sides=40), soil]


def _arch(start, direction, length, droop, count=9) -> np.ndarray:
    """(count, 3) path that sets out one way and sinks under its weight."""
    t = np.linspace(0, 1, count)[:, None]
    return start + direction * t * length - UP * droop * length * t**2


def _rubber_plant(params, low, rng) -> list:
    """Upright stems with large oval leaves on stalks."""
    parts, tall, leaves = [], params["plant_height"], params["leaves"]
    stems = 1 + leaves % 3
    for s in range(stems):
        lean = rng.normal(0, 0.08, 2) * tall
        base = np.array([*rng.normal(0, 0.02, 2) * stems, low])
        height = tall * rng.uniform(0.8, 1.0) - 0.15
        t = np.linspace(0, 1, 7)[:, None]
        stem = base + t * [*lean, height] + np.sin(t * 5 + s) * [0.012, 0.012, 0]
        parts.append(tube("stem", stem, np.linspace(0.012, 0.005, 7), 8))
        for i in range(leaves // stems):
            share = 0.15 + 0.85 * (i + 0.5) / (leaves // stems)
            at = base + share * np.array([*lean, height])
            angle, rise = i * 2.4 + s, rng.uniform(0.15, 0.7) + 0.5 * share
            away = np.array([np.cos(angle), np.sin(angle), rise])
            away /= np.linalg.norm(away)
            length = rng.uniform(0.19, 0.29) * (1.1 - 0.4 * share)
            stalk = at + away * 0.05
            parts.append(tube("leaf", [at, stalk], 0.003, 6))
            path = _arch(stalk, away, length, rng.uniform(0.2, 0.6))
            width = 0.5 * length * np.sin(np.pi * np.linspace(0.02, 1, 9) ** 0.8) ** 0.75
            parts.append(blade("leaf", path, UP + 0.3 * rng.normal(size=3), width, 0.22, rng.uniform(-0.6, 0.6)))
    return parts


def _snake_plant(params, low, rng) -> list:
    """Stiff upright swords."""
    parts = []
    for i in range(params["leaves"]):
        angle, radius = i * 2.4, params["pot_radius"] * 0.55 * np.sqrt((i + 0.5) / params["leaves"])
        out = np.array([np.cos(angle), np.sin(angle), 0])
        length = params["plant_height"] * rng.uniform(0.55, 1.0)
        path = _arch(out * radius + UP * low, UP + out * rng.uniform(0.02, 0.28), length, 0.02, 10)
        path += np.sin(np.linspace(0, 4, 10) + i)[:, None] * out * 0.012
        width = rng.uniform(0.045, 0.065) * np.interp(np.linspace(0, 1, 10), [0, 0.4, 0.8, 1], [0.6, 1, 0.7, 0.02])
        facing = out + 0.5 * rng.normal(size=3) * [1, 1, 0]
        parts.append(blade("leaf", path, facing, width, 0.35, rng.uniform(-0.6, 0.6)))
    return parts


def _palm(params, low, rng) -> list:
    """Arching fronds with many leaflets."""
    parts, positions, directions, normals, lengths = [], [], [], [], []
    for i in range(params["leaves"] // 2 + 3):
        angle = i * 2.4
        out = np.array([np.cos(angle), np.sin(angle), 0])
        rise = rng.uniform(1.0, 3.2)
        away = (out + UP * rise) / np.hypot(1, rise)
        length = params["plant_height"] * rng.uniform(0.8, 1.05)
        path = _arch(out * 0.02 + UP * low, away, length, rng.uniform(0.1, 0.35), 16)
        parts.append(tube("leaf", path, np.linspace(0.006, 0.002, 16), 6, tone=0.5))
        at = np.linspace(0.3, 1, 22)
        tangent = np.gradient(path, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        for side in (-1, 1):
            spots = np.stack([np.interp(at, np.linspace(0, 1, 16), path[:, k]) for k in range(3)], -1)
            ahead = np.stack([np.interp(at, np.linspace(0, 1, 16), tangent[:, k]) for k in range(3)], -1)
            across = np.cross(ahead, UP) * side
            across /= np.linalg.norm(across, axis=1, keepdims=True)
            leaf = ahead * 0.75 + across - UP * 0.25 + rng.normal(0, 0.08, ahead.shape)
            positions.append(spots)
            directions.append(leaf / np.linalg.norm(leaf, axis=1, keepdims=True))
            normals.append(np.cross(across, ahead) * side)
            lengths.append(0.3 * params["plant_height"] * np.sin(np.pi * (0.12 + 0.8 * (at - 0.3))))
    lengths = np.concatenate(lengths) * rng.uniform(0.85, 1.1, len(lengths) * 22)
    tone = rng.uniform(-0.5, 0.5, len(lengths))
    normals = np.concatenate(normals)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    positions, directions = np.concatenate(positions), np.concatenate(directions)
    return [*parts, leaf_cloud("leaf", positions, directions, normals, lengths, 0.03 + 0 * lengths, tone)]


def _small_tree(params, low, rng) -> list:
    """A ficus: thin trunk, twigs, a loose crown of small leaves."""
    tall, spread = params["plant_height"], params["plant_height"] * 0.30
    crown = np.array([0, 0, low + tall - spread])
    t = np.linspace(0, 1, 8)[:, None]
    trunk = t * (crown - [0, 0, low]) + [0, 0, low] + np.sin(t * 6) * [0.02, 0.012, 0]
    parts = [tube("stem", trunk, np.linspace(0.017, 0.009, 8), 9)]
    twigs = []
    for _ in range(26):
        start = trunk[int(rng.integers(3, 8))]
        end = crown + _on_sphere(rng, 1)[0] * spread * rng.uniform(0.5, 1.0)
        middle = (start + end) / 2 + UP * 0.04
        twig = np.stack([start, middle, end])
        parts.append(tube("stem", twig, np.array([0.005, 0.0035, 0.0015]), 5))
        twigs.append(start + (end - start) * rng.uniform(0.35, 1.08, (34, 1)) + rng.normal(0, 0.045, (34, 3)))
    spots = np.concatenate(twigs)
    return [*parts, _foliage("leaf", rng, spots, spots - trunk[4], 0.062, 0.034)]


def _on_sphere(rng, count) -> np.ndarray:
    points = rng.normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _foliage(material, rng, positions, outward, length, width):
    """Leaves that face outward and up, hanging a little."""
    count = len(positions)
    outward = outward / np.linalg.norm(outward, axis=1, keepdims=True)
    normals = outward + 0.5 * UP + rng.normal(0, 0.45, (count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    along = 0.5 * outward - 0.35 * UP + rng.normal(0, 0.7, (count, 3))
    along -= normals * (along * normals).sum(1, keepdims=True)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    size = rng.uniform(0.65, 1.2, count)
    return leaf_cloud(material, positions, along, normals, size * length, size * width, rng.uniform(-1, 1, count))


def sample_hedge(rng) -> dict:
    shade = finishes.leaf(rng)
    return {
        "style": choose(rng, ["clipped", "loose"]),
        "length": uniform(rng, 1.1, 2.0),
        "depth": uniform(rng, 0.4, 0.7),
        "height": uniform(rng, 0.7, 1.4),
        "leaf": uniform(rng, 0.045, 0.065),
        "materials": {
            "leaf": shade,
            "core": finishes.plain("soil", [c * 0.25 for c in shade["color"]], 0.95),
            "stem": BARK,
        },
    }


def hedge_parts(params, rng) -> list:
    """Leaves all over a clipped block, a dark middle that stops light, stems below."""
    size = np.array([params["length"], params["depth"], params["height"]])
    loose = 0.07 if params["style"] == "loose" else 0.03
    half = size / 2 - 0.04 - loose
    middle = np.array([0, 0, size[2] / 2 + 0.03])
    core = cushion("core", 2 * half - (0.05, 0.05, 0.10), middle, 0.08, 0.01, rng=rng, inner=10)
    core.vertices += rng.normal(0, 0.012, core.vertices.shape).astype(np.float32)
    areas = np.array([half[1] * half[2], half[0] * half[2], half[0] * half[1]]) * 4
    count = int(2.2 * areas.sum() * 2 / (params["leaf"] ** 2 * 0.6))
    axis = rng.choice(3, count, p=areas / areas.sum())
    spots, outward = rng.uniform(-1, 1, (count, 3)), np.zeros((count, 3))
    sign = np.where(rng.random(count) < 0.5, -1.0, 1.0)
    spots[np.arange(count), axis], outward[np.arange(count), axis] = sign, sign
    spots = spots[(axis != 2) | (sign > 0)]  # none under it
    outward = outward[(axis != 2) | (sign > 0)]
    waves = sum(np.sin(spots * half @ rng.normal(0, 7, 3) + k) for k in range(5)) / 5
    depth = (waves - 0.3) * loose + rng.normal(0, loose * 0.35, len(spots))
    positions = spots * half + outward * depth[:, None] + middle
    parts = [core, _foliage("leaf", rng, positions, outward, params["leaf"], params["leaf"] * 0.55)]
    for x in np.linspace(-half[0] * 0.85, half[0] * 0.85, max(3, int(size[0] * 4))):
        foot = np.array([x, rng.normal(0, 0.05), 0])
        parts.append(tube("stem", [foot, np.add(foot, (rng.normal(0, 0.05), 0, 0.3))], 0.012, 7))
    return parts


def sample_bush(rng) -> dict:
    shade = finishes.leaf(rng)
    bloom = choose(rng, [(0.6, 0.05, 0.15), (0.75, 0.7, 0.65), (0.35, 0.08, 0.45), (0.75, 0.4, 0.02)])
    return {
        "radius": uniform(rng, 0.35, 0.7),
        "height": uniform(rng, 0.6, 1.3),
        "lobes": int(rng.integers(5, 11)),
        "leaf": uniform(rng, 0.055, 0.085),
        "flowers": int(rng.integers(25, 90)) if rng.random() < 0.35 else 0,
        "materials": {
            "leaf": shade,
            "core": finishes.plain("soil", [c * 0.25 for c in shade["color"]], 0.95),
            "stem": BARK,
            "flower": finishes.plain("leaf", bloom, 0.6),
        },
    }


def bush_parts(params, rng) -> list:
    """Several rounded clumps grown together."""
    r, h = params["radius"], params["height"]
    parts, spots, outward = [], [], []
    for i in range(params["lobes"]):
        share = np.sqrt((i + 0.5) / params["lobes"])
        size = np.array([0.5 * r, 0.5 * r, 0.3 * h]) * rng.uniform(0.8, 1.1)
        centre = np.array([np.cos(i * 2.4) * r * 0.55 * share, np.sin(i * 2.4) * r * 0.55 * share, 0])
        centre[2] = (h - size[2] - 0.03) * (1 - 0.45 * share**2) * rng.uniform(0.85, 1.0)
        centre[2] = max(centre[2], size[2] * 0.95)
        count = int(1.7 * 12 * size[0] * size[2] / (params["leaf"] ** 2 * 0.55))
        away = _on_sphere(rng, count)
        spots.append(centre + away * size * np.clip(rng.normal(0.92, 0.10, (count, 1)), 0.5, 1.12))
        outward.append(away / size * size.mean() + 0.2 * UP)
        parts.append(cushion("core", size * 1.45, centre, 0.6, 0.02, rng=rng))
        parts.append(tube("stem", [centre * (0.3, 0.3, 0), centre * (0.6, 0.6, 0.5), centre], 0.011, 7))
    spots, outward = np.concatenate(spots), np.concatenate(outward)
    above = spots[:, 2] > 0.04
    spots, outward = spots[above], outward[above]
    parts.append(_foliage("leaf", rng, spots, outward, params["leaf"], params["leaf"] * 0.6))
    if params["flowers"]:
        pick = rng.choice(len(spots), params["flowers"], replace=False)
        at = np.repeat(spots[pick] + 0.02 * UP, 5, axis=0) + rng.normal(0, 0.008, (params["flowers"] * 5, 3))
        parts.append(_foliage("flower", rng, at, np.repeat(outward[pick], 5, axis=0), 0.03, 0.028))
    return parts

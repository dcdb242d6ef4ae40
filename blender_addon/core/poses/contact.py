"""Where a mannequin touches: itself, the floor, the ground under its weight. Limbs are capsules."""

import numpy as np

from .goals import Kneel, Plan, Step, Swing
from .mannequin import (
    ANKLE,
    ELBOW,
    FOOT,
    HEAD,
    HIP,
    KNEE,
    NECK,
    PELVIS,
    SHOULDER,
    SPINE1,
    SPINE2,
    SPINE3,
    WRIST,
    Mannequin,
)

HEEL_BEHIND = 0.045
"""Of the ankle, metres."""
# Name: joint, offset, joint, offset, radius. Metres of an adult; offsets are for the left and follow the joint's axes.
# Radii are a little less than the body's: skin gives way, and a hand may rest on what it touches.
TRUNK = {
    "head": (HEAD, (0, 0.02, 0.03), HEAD, (0, 0.09, 0.025), 0.075),
    "chest": (SPINE3, (0.07, 0.02, 0.03), SPINE3, (-0.07, 0.02, 0.03), 0.095),
    "belly": (SPINE1, (0.045, 0.0, 0.035), SPINE1, (-0.045, 0.0, 0.035), 0.085),
    "pelvis": (PELVIS, (0.07, -0.01, 0.0), PELVIS, (-0.07, -0.01, 0.0), 0.09),
}
LIMBS = {
    "upper_arm": (SHOULDER, (0.14, 0, 0), ELBOW, (0, 0, 0), 0.033),
    "forearm": (ELBOW, (0.05, 0, 0), WRIST, (0, 0, 0), 0.03),
    "hand": (WRIST, (0.03, 0, 0), WRIST, (0.13, 0, 0), 0.018),
    "buttock": (HIP, (0.02, -0.02, 0), HIP, (0.02, -0.17, 0.01), 0.062),  # beside it hands hang
    "thigh": (HIP, (0.015, -0.15, 0.015), KNEE, (0, 0.03, 0), 0.052),
    "shin": (KNEE, (0, -0.04, -0.01), ANKLE, (0, 0.02, 0), 0.038),
    "foot": (ANKLE, (0, -0.04, 0.0), FOOT, (0, 0.0, 0.03), 0.03),
}
TOUCHING = (
    [(limb, part) for limb in ("hand", "forearm") for part in TRUNK]
    + [("upper_arm", part) for part in ("head", "chest", "belly", "pelvis")]
    + [("thigh", "chest"), ("thigh", "belly"), ("shin", "pelvis"), ("foot", "pelvis")]
    + [(limb, leg) for limb in ("hand", "forearm") for leg in ("buttock", "thigh", "shin")]
)
"""Pairs on the same side, or with the trunk."""
ACROSS = [(limb, leg) for limb in ("hand", "forearm") for leg in ("thigh", "shin")] + [
    ("hand", "hand"), ("hand", "forearm"), ("forearm", "forearm"), ("hand", "upper_arm"), ("thigh", "thigh"),
    ("shin", "shin"), ("thigh", "shin"), ("foot", "shin"), ("foot", "foot"), ("foot", "thigh"),
]  # fmt: skip
"""Pairs of a left limb with a right one; both ways round."""


def _capsules():
    rows = dict(TRUNK)
    for name, (a, offset_a, b, offset_b, radius) in LIMBS.items():
        for side, suffix in ((1, "_l"), (-1, "_r")):
            mirror = np.array([side, 1, 1])
            rows[name + suffix] = (a[side], offset_a * mirror, b[side], offset_b * mirror, radius)
    order = {name: index for index, name in enumerate(rows)}
    pairs = set()
    for limb, part in TOUCHING:
        for suffix in ("_l", "_r"):
            pairs.add((order[limb + suffix], order[part] if part in TRUNK else order[part + suffix]))
    for one, other in ACROSS:
        pairs |= {(order[one + "_l"], order[other + "_r"]), (order[one + "_r"], order[other + "_l"])}
    pairs = np.array(sorted(tuple(sorted(pair)) for pair in pairs))
    columns = list(zip(*rows.values(), strict=True))
    return (
        list(order),
        np.array(columns[0]),
        np.array(columns[1], float),
        np.array(columns[2]),
        np.array(columns[3], float),
        np.array(columns[4]),
        np.unique(pairs, axis=0),
    )


NAMES, START, START_OFFSET, END, END_OFFSET, RADIUS, PAIRS = _capsules()


HANDS = [row for row, name in enumerate(NAMES) if name.startswith("hand")]
MAY_SINK = np.array([0.012 if name.startswith("hand") else 0.06 for name in NAMES[len(TRUNK) :]])
"""How far each limb's capsule may be under the floor: it is thicker than an instep or a heel, but not than a hand."""


BETWEEN_PEOPLE = (
    (SPINE1, SPINE3, 0.11), (SPINE3, NECK, 0.08), (SHOULDER[1], SHOULDER[-1], 0.07),
    (SHOULDER[1], ELBOW[1], 0.05), (SHOULDER[-1], ELBOW[-1], 0.05), (HIP[1], KNEE[1], 0.07), (HIP[-1], KNEE[-1], 0.07),
)  # fmt: skip
"""Joint, joint, metres of radius: flesh that one's own limbs may press into, and other people's may not."""


def capsule_ends(position, turned, scale: float = 1.0):
    """The capsules' axes.

    Args:
        position: (..., J, 3) joints; turned: (..., J, 3, 3) their rotations from the rest pose.
        scale: `Skeleton.scale`.
    Returns:
        start, end: (..., C, 3).
    """
    start = position[..., START, :] + (turned[..., START, :, :] @ (START_OFFSET * scale)[..., None])[..., 0]
    return start, position[..., END, :] + (turned[..., END, :, :] @ (END_OFFSET * scale)[..., None])[..., 0]


def mannequin_capsules(mannequin: Mannequin, turn, place) -> np.ndarray:
    """A mannequin's limbs in another frame.

    Args:
        turn: (3, 3) from the mannequin's frame to that one.
        place: (3,) where its pelvis joint is there, metres.
    Returns:
        (C, 7) start, end, radius.
    """
    skeleton, position = mannequin.skeleton, mannequin.position
    first, last, thick = (np.array(column) for column in zip(*BETWEEN_PEOPLE, strict=True))
    radius = np.concatenate([RADIUS, thick]) * skeleton.scale
    radius[len(RADIUS)] = max(radius[len(RADIUS)], (skeleton.belly + skeleton.back) / 2)  # stout people
    start, end = capsule_ends(mannequin.position, mannequin.turned, mannequin.skeleton.scale)
    end[HANDS] += 0.5 * (end[HANDS] - start[HANDS])  # fingertips may touch their owner, and nobody else
    start, end = np.concatenate([start, position[first]]), np.concatenate([end, position[last]])
    start, end = ((ends - position[PELVIS]) @ turn.T + place for ends in (start, end))
    return np.column_stack([start, end, radius])


def segment_distance(p, q, r, s):
    """Distances between segments p-q and r-s, each (N, 3); after Ericson, "Real-Time Collision Detection", 5.1.9."""
    d1, d2, between = q - p, s - r, p - r
    a, e, f = (d1 * d1).sum(1) + 1e-12, (d2 * d2).sum(1) + 1e-12, (d2 * between).sum(1)
    c, b = (d1 * between).sum(1), (d1 * d2).sum(1)
    along = np.clip((b * f - c * e) / np.maximum(a * e - b * b, 1e-12), 0, 1)
    other = np.clip((b * along + f) / e, 0, 1)
    along = np.clip((b * other - c) / a, 0, 1)
    gap = between + d1 * along[:, None] - d2 * other[:, None]
    return np.sqrt((gap * gap).sum(1))


def penetrations(mannequin: Mannequin) -> dict:
    """Pairs of limbs that share space: {(name, name): metres}."""
    start, end = capsule_ends(mannequin.position, mannequin.turned, mannequin.skeleton.scale)
    i, j = PAIRS.T
    depth = (RADIUS[i] + RADIUS[j]) * mannequin.skeleton.scale - segment_distance(start[i], end[i], start[j], end[j])
    return {(NAMES[i[k]], NAMES[j[k]]): float(depth[k]) for k in np.flatnonzero(depth > 0)}


def collides(mannequin: Mannequin, press: float = 0.0) -> bool:
    """Whether limbs go deeper into each other than `press` metres."""
    return any(depth > press for depth in penetrations(mannequin).values())


def lowest_points(mannequin: Mannequin):
    """(L,) height of each limb's underside over the floor; the trunk may well be sat on."""
    start, end = capsule_ends(mannequin.position, mannequin.turned, mannequin.skeleton.scale)
    return (np.minimum(start[:, 1], end[:, 1]) - RADIUS * mannequin.skeleton.scale)[len(TRUNK) :]


def floats(mannequin: Mannequin, plan: Plan) -> bool:
    """Whether a part is under the floor, or a foot that should stand does not reach it."""
    if any(isinstance(leg, Swing) for leg in plan.legs) and not any(
        isinstance(leg, (Step, Kneel)) for leg in plan.legs
    ):
        return False
    scale = mannequin.skeleton.scale
    if np.any(lowest_points(mannequin) < -MAY_SINK * scale):
        return True
    return any(
        isinstance(leg, Step) and leg.lift == 0 and _sole(mannequin, side) > 0.03 * scale
        for side, leg in zip((1, -1), plan.legs, strict=True)
    )


def _sole(mannequin, side):
    """Height of the lowest of heel and ball."""
    body, scale = mannequin.skeleton, mannequin.skeleton.scale
    down = body.joints[ANKLE[side]][1] - body.sole
    heel = mannequin.point(ANKLE[side], (0, -down, -HEEL_BEHIND * scale))
    ball = mannequin.point(ANKLE[side], mannequin.bones[FOOT[side]] * [1, 0, 1] - [0, down, 0])
    return min(heel[1], ball[1])


SEGMENTS = {HEAD: 0.08, PELVIS: 0.14, SPINE2: 0.14, SPINE3: 0.15}
SEGMENTS |= {
    j: m for pair, m in zip((SHOULDER, ELBOW, WRIST), (0.016, 0.021, 0.012), strict=True) for j in pair.values()
}
SEGMENTS |= {j: m for pair, m in zip((HIP, KNEE, ANKLE), (0.081, 0.084, 0.025), strict=True) for j in pair.values()}
SEGMENTS |= dict.fromkeys(FOOT.values(), 0.007)
MASSES = np.array([SEGMENTS.get(joint, 0.0) for joint in range(55)])
MASSES = MASSES / MASSES.sum()
"""Share of the body's mass at each joint, from de Leva's segments."""


def centre_of_mass(mannequin) -> np.ndarray:
    forward = mannequin.turned[SPINE2] @ np.array([0, 0, 0.02 * mannequin.skeleton.scale])
    return MASSES @ mannequin.position + forward


def support(mannequin, side, leg) -> np.ndarray:
    """(3,) the middle of what a leg rests on."""
    if isinstance(leg, Kneel):
        return 0.7 * mannequin.position[KNEE[side]] + 0.3 * mannequin.position[ANKLE[side]]
    share = 0.45 if abs(getattr(leg, "pitch", 0)) < 0.3 else (0.95 if leg.pitch > 0 else 0.0)
    return (1 - share) * mannequin.position[ANKLE[side]] + share * mannequin.position[FOOT[side]]


def falls(mannequin: Mannequin, plan: Plan) -> bool:
    """Whether a plan that balances ended with its mass too far from what it stands on."""
    if plan.weight is None:
        return False
    left, right = (support(mannequin, side, leg) for side, leg in zip((1, -1), plan.legs, strict=True))
    off = plan.weight * left + (1 - plan.weight) * right - centre_of_mass(mannequin)
    return float(np.hypot(off[0], off[2])) > 0.06 * mannequin.skeleton.scale

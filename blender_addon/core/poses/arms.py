"""What people do with their arms while the rest of them stands or sits: arrangements by name, each with its variation.

Every function returns goals for (left, right); the sampler mirrors whole poses, so what is drawn here for one side
happens on both.
"""

import numpy as np

from ..chance import either_side, pick, pick_row
from .goals import ArmAngles, HandAt

DEGREE = np.pi / 180


def spread(rng, *values, by=0.025):
    """A point near the one given."""
    return tuple(float(v) for v in np.array(values) + rng.normal(0, by, len(values)))


def angle(rng, mean, sd, low=-180.0, high=180.0) -> float:
    """Degrees in, radians out; normal, cut at two and a half deviations and at the bounds."""
    value = mean + sd * np.clip(rng.normal(), -2.5, 2.5)
    return float(np.clip(value, low, high) * DEGREE)


def hang(rng):
    return ArmAngles(
        flexion=angle(rng, 4, 9),
        abduction=angle(rng, 9, 3, 5, 20),
        rotation=angle(rng, -4, 11),
        elbow=angle(rng, 17, 8, 4, 45),
        pronation=angle(rng, 22, 16),
        wrist=angle(rng, 6, 9),
        deviation=angle(rng, -3, 5),
        hand=pick(rng, {"relaxed": 0.8, "fist": 0.12, "flat": 0.08}),
    )


def carry(rng):
    """A bag or a case in the hand."""
    return ArmAngles(
        angle(rng, 2, 7),
        angle(rng, 10, 3, 6, 20),
        angle(rng, 0, 8),
        angle(rng, 10, 5, 3, 30),
        angle(rng, 8, 12),
        hand="fist",
    )


def on_hip(rng):
    if rng.random() < 0.7:  # thumb behind
        fingers, palm = spread(rng, -0.25, -0.35, 0.9, by=0.12), (-1, 0, -0.1)
    else:
        fingers, palm = spread(rng, -0.2, -0.6, -0.7, by=0.12), (-1, -0.1, 0.2)
    return HandAt(
        "waist", spread(rng, 0.015, 0.0, 0.02, by=0.012), spread(rng, 1, 0, -0.45, by=0.15), fingers, palm, "flat"
    )


def in_pocket(rng):
    place = spread(rng, 0.03, -0.02, 0.075, by=0.012)
    return HandAt("pocket", place, spread(rng, 0.6, 0, -1, by=0.15), (-0.15, -1, 0.2), (-1, 0, -0.5), "flat")


def phone_at_ear(rng):
    elbow = spread(rng, 0.5, -1, 0.3, by=0.2)
    return HandAt(
        "ear",
        spread(rng, 0.04, -0.02, 0.03, by=0.01),
        elbow,
        spread(rng, -0.05, 1, -0.35, by=0.1),
        (-1, 0, 0.1),
        "phone",
    )


def at_face(rng):
    if rng.random() < 0.55:  # chin
        place, fingers = spread(rng, 0.015, -0.07, 0.02, by=0.012), spread(rng, -0.6, 0.7, -0.3, by=0.15)
        return HandAt("face", place, spread(rng, 0.4, -1, 0.2, by=0.15), fingers, (-0.5, 0.3, -1), "phone")
    place, fingers = spread(rng, 0.07, 0.03, -0.02, by=0.015), spread(rng, -0.2, 0.9, -0.3, by=0.15)
    return HandAt("face", place, spread(rng, 0.6, -1, 0.3, by=0.2), fingers, (-0.8, 0, -0.6), "relaxed")


def in_hair(rng):
    fingers = spread(rng, -0.7, 0.1, -0.6, by=0.15)
    return HandAt(
        "crown", spread(rng, 0.02, 0.01, 0.02, by=0.02), spread(rng, 1, 0.1, 0.3, by=0.15), fingers, (-0.5, -1, -0.1)
    )


def shading_eyes(rng):
    return HandAt(
        "face", spread(rng, 0.03, 0.13, 0.03, by=0.01), (1, -0.3, 0.4), (-0.95, 0.15, 0.1), (0, -1, -0.3), "flat"
    )


def holding(rng):
    """A cup, a bottle, a lead: forearm forward."""
    place = rng.uniform([-0.12, -0.3, 0.2], [0.1, -0.12, 0.34])
    return HandAt(
        "shoulder",
        tuple(place),
        spread(rng, 0.35, -1, -0.3, by=0.15),
        spread(rng, -0.35, 0.15, 0.9, by=0.2),
        (-1, 0.0, -0.2),
        "grip",
    )


def reading(rng):
    """A telephone held up to be looked at."""
    place = rng.uniform([-0.12, -0.2, 0.22], [0.0, -0.05, 0.33])
    return HandAt(
        "shoulder",
        tuple(place),
        spread(rng, 0.3, -1, -0.1, by=0.12),
        spread(rng, -0.45, 0.75, 0.4, by=0.1),
        (-0.35, 0.35, -0.8),
        "phone",
    )


def drinking(rng):
    return HandAt(
        "face",
        spread(rng, 0.06, -0.03, 0.08, by=0.015),
        spread(rng, 0.8, -0.7, 0.3, by=0.2),
        (-0.8, 0.5, 0.1),
        (-0.5, 0, -0.9),
        "grip",
    )


def waving(rng):
    place = rng.uniform([0.1, 0.02, 0.08], [0.3, 0.35, 0.3])
    return HandAt(
        "shoulder",
        tuple(place),
        spread(rng, 0.6, -1, -0.1, by=0.2),
        spread(rng, 0.15, 1, 0.05, by=0.2),
        (-0.1, 0, 1),
        "spread",
    )


def pointing(rng):
    direction = rng.uniform([-0.15, -0.15, 0.35], [0.8, 0.5, 1.0])
    direction = direction / np.linalg.norm(direction)
    far = rng.uniform(0.5, 0.6)
    return HandAt("shoulder", tuple(direction * far), (0.5, -1, 0), tuple(direction), (-0.4, -0.9, 0.0), "point")


def gesturing(rng):
    place = rng.uniform([-0.14, -0.3, 0.2], [0.16, 0.0, 0.36])
    fingers, palm = rng.uniform([-0.8, -0.3, 0.4], [0.3, 0.6, 1.0]), rng.uniform([-1.0, -0.7, -0.3], [-0.1, 0.8, 0.2])
    hand = pick(rng, {"relaxed": 0.6, "flat": 0.2, "spread": 0.1, "point": 0.1})
    return HandAt("shoulder", tuple(place), spread(rng, 0.5, -1, -0.3, by=0.2), tuple(fingers), tuple(palm), hand)


def crossed(rng):
    low, elbow = rng.normal(0, 0.02), (1, -0.9, 0.5)
    under = HandAt(
        "chest", spread(rng, -0.125, -0.06 + low, 0.0, by=0.008), elbow, (-1, 0.3, -0.35), (-0.1, 0.2, -1), "flat"
    )
    place = spread(rng, -0.12, -0.04 + low, 0.085, by=0.01)
    return HandAt("chest", place, elbow, (-0.9, 0.3, -0.35), (-0.1, 0, -1), "relaxed", press=0.035), under


def together(rng):
    """Hands folded before the body, anywhere from the lap to the chest."""
    height = rng.uniform(-0.2, 0.04)
    ahead = 0.05 + 0.5 * max(0.0, height + 0.12) + abs(rng.normal(0, 0.02))
    elbow = (1, -0.6, -0.5)
    down = -0.8 + 3.0 * max(0.0, height + 0.15)
    right = HandAt("belly", (0.035, height, ahead), elbow, (-0.6, down, 0.35), (-0.4, 0.2, -1), "grip")
    left = HandAt("belly", (0.02, height + 0.01, ahead + 0.045), elbow, (-0.7, down, 0.3), (-0.4, 0.1, -1), "grip")
    return left, right


def behind_back(rng):
    low = rng.uniform(-0.2, -0.1)
    right = HandAt("small_of_back", (0.03, low, -0.055), (0.9, 0, -0.9), (-0.7, -0.75, -0.1), (0.1, 0, -1), "relaxed")
    left = HandAt("small_of_back", (0.03, low + 0.01, -0.09), (0.9, 0, -0.9), (-0.8, -0.6, -0.1), (0.1, 0, -1), "grip")
    return left, right


def behind_head(rng):
    def one():
        elbow = spread(rng, 1, 0.15, 0.25, by=0.15)
        return HandAt("nape", spread(rng, 0.02, 0.03, -0.035, by=0.01), elbow, (-0.9, 0.2, -0.3), (-0.2, 0, 1), "flat")

    return one(), one()


def two_handed(rng):
    """A telephone, a camera, a tray: both hands before the chest."""
    place = rng.uniform([0.0, -0.25, 0.12], [0.0, 0.12, 0.3])
    wide = pick(rng, {0.05: 0.5, 0.09: 0.3, 0.17: 0.2})

    def one():
        offset = spread(rng, wide, place[1], place[2], by=0.012)
        fingers, palm = ((-0.45, 0.7, 0.5), (-0.6, 0.2, -0.7)) if wide < 0.06 else ((-0.2, 0.25, 1), (-1, 0.35, 0))
        return HandAt("sternum", offset, spread(rng, 0.7, -1, -0.1, by=0.15), fingers, palm, "grip")

    return one(), one()


def apart(*makers):
    """Left and right each by their own maker."""
    return lambda rng: tuple(maker(rng) for maker in makers)


def free_arm(rng):
    """An arm that balances: anywhere out to the side and forward."""
    return ArmAngles(
        angle(rng, 18, 22),
        angle(rng, 42, 16, 12, 85),
        angle(rng, -5, 15),
        angle(rng, 42, 20, 8, 100),
        angle(rng, 15, 20),
    )


def raised_arm(rng):
    direction = np.array(spread(rng, 0.45, 1, 0.12, by=0.2))
    place = direction / np.linalg.norm(direction) * rng.uniform(0.42, 0.64)
    hand = pick(rng, {"fist": 0.45, "spread": 0.3, "relaxed": 0.25})
    return HandAt("shoulder", tuple(place), spread(rng, 1, -0.3, 0.1, by=0.15), tuple(direction), (-0.3, 0, 1), hand)


def on_own_knee(rng):
    return HandAt(
        "knee", spread(rng, 0.0, 0.01, 0.05, by=0.01), (1, -0.4, -0.2), (-0.2, -1, 0.15), (0, 0, -1), "relaxed"
    )


def on_own_thigh(rng):
    return HandAt(
        "thigh", spread(rng, -0.01, 0.03, 0.037, by=0.012), (1, -0.2, -0.5), (-0.45, -1, 0), (-0.1, 0, -1), "relaxed"
    )


def elbow_on_knee(rng):
    return HandAt(
        "knee",
        spread(rng, -0.09, -0.11, 0.07, by=0.015),
        (1, 0.4, -0.2),
        (-0.6, -0.6, 0.3),
        (-0.6, -0.4, -0.7),
        "relaxed",
    )


STANDING = (  # weight, name, maker, where the person looks
    (20, "arms_down", apart(hang, hang), ""),
    (8, "carry", apart(carry, hang), ""),
    (6, "hand_on_hip", apart(on_hip, hang), ""),
    (5, "hands_on_hips", apart(on_hip, on_hip), ""),
    (5, "hand_in_pocket", apart(in_pocket, hang), ""),
    (5, "hands_in_pockets", apart(in_pocket, in_pocket), ""),
    (7, "arms_crossed", crossed, ""),
    (7, "hands_together", together, ""),
    (4, "hands_behind", behind_back, ""),
    (2, "hands_behind_head", behind_head, ""),
    (5, "telephoning", apart(phone_at_ear, hang), ""),
    (2, "telephoning", apart(phone_at_ear, on_hip), ""),
    (5, "reading_phone", apart(reading, hang), "hand_l"),
    (6, "two_handed", two_handed, "hand_l"),
    (4, "holding", apart(holding, hang), ""),
    (2, "holding", apart(holding, holding), "hand_l"),
    (2, "drinking", apart(drinking, hang), ""),
    (4, "hand_at_face", apart(at_face, hang), ""),
    (2, "hand_in_hair", apart(in_hair, hang), ""),
    (1, "shading_eyes", apart(shading_eyes, on_hip), ""),
    (5, "waving", apart(waving, hang), ""),
    (4, "pointing", apart(pointing, hang), "hand_l"),
    (2, "pointing", apart(pointing, on_hip), "hand_l"),
    (6, "talking", apart(gesturing, gesturing), ""),
    (5, "talking", apart(gesturing, hang), ""),
)
ONE_FREE = (
    (4, "", apart(hang), ""),
    (1, "", apart(gesturing), ""),
    (1, "", apart(holding), ""),
    (1, "", apart(free_arm), ""),
)
WALKING = (
    (5, "carry", apart(carry, hang), ""),
    (3, "reading_phone", apart(reading, hang), "hand_l"),
    (3, "telephoning", apart(phone_at_ear, hang), ""),
    (3, "holding", apart(holding, hang), ""),
    (2, "waving", apart(waving, hang), ""),
    (2, "two_handed", two_handed, ""),
    (2, "talking", apart(gesturing, hang), ""),
)
SQUATTING = (
    (3, "hands_on_knees", apart(on_own_knee, on_own_knee), ""),
    (4, "over_knees", apart(elbow_on_knee, elbow_on_knee), ""),
    (2, "talking", apart(gesturing, elbow_on_knee), ""),
    (2, "pointing", apart(pointing, on_own_knee), "hand_l"),
    (1, "working", apart(holding, on_own_knee), "hand_l"),
    (1, "two_handed", two_handed, "hand_l"),
)
ON_ONE_KNEE = (
    (3, "hand_on_knee", apart(on_own_knee, hang), ""),
    (2, "over_knee", apart(elbow_on_knee, on_own_thigh), ""),
    (3, "working", apart(holding, gesturing), "hand_l"),
    (2, "reading_phone", apart(on_own_knee, reading), "hand_r"),
    (2, "two_handed", two_handed, "hand_l"),
    (1, "pointing", apart(on_own_knee, pointing), "hand_r"),
)
KNEELING = (
    (3, "on_thighs", apart(on_own_thigh, on_own_thigh), ""),
    (3, "working", apart(holding, holding), "hand_l"),
    (2, "hands_together", together, ""),
    (2, "talking", apart(gesturing, on_own_thigh), ""),
)
FREE = (
    (4, "balancing", apart(free_arm, free_arm), ""),
    (2, "talking", apart(gesturing, free_arm), ""),
    (1, "holding", apart(holding, free_arm), ""),
    (1, "raised", apart(raised_arm, free_arm), ""),
)
CHEERING = ((3, "cheering", apart(raised_arm, raised_arm), ""), (1, "cheering", apart(raised_arm, free_arm), ""))


def gaze_ahead(rng, nod=2.0):
    """Head goal: mostly ahead, now and then well to one side."""
    turn = angle(rng, 0, 14) if rng.random() < 0.65 else angle(rng, either_side(rng) * 40, 14, -68, 68)
    return angle(rng, nod, 8), angle(rng, 0, 4), turn


def draw_arms(rng, choices=STANDING):
    """(name, (left, right), gaze) of one arrangement."""
    _, name, maker, gaze = choices[pick_row(rng, [choice[0] for choice in choices])]
    return name, maker(rng), gaze if rng.random() < 0.8 else ""

"""Sitting: on a seat, or on the floor."""

import numpy as np

from ..chance import pick
from .arms import (
    angle,
    apart,
    at_face,
    crossed,
    draw_arms,
    elbow_on_knee,
    gaze_ahead,
    gesturing,
    holding,
    on_own_knee,
    on_own_thigh,
    phone_at_ear,
    reading,
    spread,
    two_handed,
    waving,
)
from .goals import AnkleAt, HandAt, Plan, Step


def sit(rng):
    """On a chair, a bench, a stool; the pelvis rests at the seat's height."""
    height = float(np.clip(rng.normal(0.44, 0.03), 0.37, 0.52)) if rng.random() < 0.88 else rng.uniform(0.6, 0.72)
    posture = pick(rng, {"upright": 0.5, "leaning_back": 0.28, "hunched": 0.22})
    pitch, bend = {"upright": (-4, 8), "leaning_back": (-20, 14), "hunched": (16, 30)}[posture]
    legs = _seated_legs(rng, height)
    if posture == "hunched":
        name, arms, gaze = draw_arms(rng, HUNCHED)
    else:
        name, arms, gaze = draw_arms(rng, SEATED)
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, pitch, 5), angle(rng, 0, 1.5), angle(rng, 0, 4)),
        spine=(angle(rng, bend, 7, -5, 60), angle(rng, 0, 4), angle(rng, 0, 9)),
        head=gaze_ahead(rng, 4),
        gaze=gaze,
        height=height,
    )
    return f"{posture},{name}", plan


def _seated_legs(rng, height):
    reach = 0.44 if height < 0.55 else 0.34
    low = max(0.0, height - 0.47)  # a bar stool has a foot rail
    wide = float(np.clip(rng.normal(0.13, 0.05), 0.06, 0.26))
    kind = pick(rng, {"flat": 0.58, "crossed": 0.13, "over": 0.13, "figure_four": 0.06, "stretched": 0.1})

    def foot(x, z):
        heel = angle(rng, 24, 10, 8, 42) if z < 0.36 else 0.0
        return Step(x, z, angle(rng, 10, 8), heel, lift=low, bend=0.1, splay=angle(rng, 3, 5))

    right = foot(wide, reach + rng.normal(0, 0.06))
    if kind == "flat":
        return foot(wide + rng.normal(0, 0.015), reach + rng.normal(0, 0.07)), right
    if kind == "crossed":
        point = (-0.07, 0.105 + low, reach + 0.19)
        return AnkleAt(point, (0.75, 0.7, 1), 0.5, 0.2), Step(-0.05, reach + 0.01, 0.2, 0.0, lift=low, splay=0.3)
    if kind == "over":
        right = Step(-0.02, reach - 0.06, 0.0, lift=low, splay=-0.15)
        point = (-0.16 + rng.normal(0, 0.015), height - 0.13, reach + 0.14 + rng.normal(0, 0.02))
        return AnkleAt(point, (-0.15, 1, 0.5), angle(rng, 32, 8), 0.1, press=0.04), right
    if kind == "figure_four":
        right = Step(wide - 0.02, reach, angle(rng, 8, 5), lift=low)
        return AnkleAt((-wide - 0.06, height + 0.19, 0.36), (1, 0.35, 0.5), 0.3, 0.3, press=0.03), right
    left = Step(wide, 0.66 + rng.normal(0, 0.04), angle(rng, 12, 8), angle(rng, -24, 6), lift=low, bend=0.15)
    return left, (
        Step(wide, 0.6 + rng.normal(0, 0.05), angle(rng, 12, 8), angle(rng, -20, 6), lift=low, bend=0.15)
        if rng.random() < 0.4
        else right
    )


def sit_on_floor(rng):
    """Cross-legged, knees up, or with legs stretched out; often propped up on a hand."""
    kind = pick(rng, {"tailor": 0.34, "knees_up": 0.28, "one_up": 0.2, "stretched": 0.18})
    wide = rng.uniform(0.08, 0.16)
    up = Step(wide, rng.uniform(0.45, 0.6), angle(rng, 6, 6), bend=0.2, splay=angle(rng, 4, 4))
    folded = AnkleAt((-0.02, 0.075, 0.185), (1, 0.8, 0.35), 0.5, 0.45)
    long = Step(wide, 0.84, angle(rng, 14, 8), angle(rng, -62, 6), bend=0.2)
    legs = {
        "tailor": (AnkleAt((-0.04, 0.095, 0.3), (1, 0.75, 0.4), 0.5, 0.45), folded),
        "knees_up": (up, Step(wide, up.z + rng.normal(0, 0.05), angle(rng, 6, 6), bend=0.2, splay=angle(rng, 4, 4))),
        "one_up": (up, folded if rng.random() < 0.5 else long),
        "stretched": (long, Step(wide, 0.83, angle(rng, 14, 8), angle(rng, -62, 6), bend=0.2)),
    }[kind]
    propped = {"tailor": 0.2, "knees_up": 0.4, "one_up": 0.6, "stretched": 0.85}[kind]
    lean = rng.random() < propped
    if lean:
        name, arms, gaze = draw_arms(rng, PROPPED)
    else:
        name, arms, gaze = draw_arms(rng, HUGGING if kind == "knees_up" else ON_FLOOR)
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, -22 if lean else -13, 4), angle(rng, 0, 1.5), angle(rng, 0, 3)),
        spine=(angle(rng, 10 if lean else 24, 6, -5, 60), angle(rng, 0, 4), angle(rng, 0, 7)),
        head=gaze_ahead(rng, 3),
        gaze=gaze,
        height=-0.02 if kind == "stretched" else -0.033,  # flesh spreads, and the pelvis tips back
    )
    return f"{kind},{name}", plan


def floor_beside(rng):
    """Propped up on the hand beside and behind the hips."""
    fingers = spread(rng, 1, 0, -0.6, by=0.2)
    target = spread(rng, 0.27, 0.06, -0.34, by=0.025)
    return HandAt("floor", target, spread(rng, 0.4, 0, -1, by=0.1), fingers, (0, -1, 0), "flat")


def in_lap(rng):
    right = HandAt(
        "belly", spread(rng, 0.03, -0.05, 0.09, by=0.01), (1, -0.3, -0.5), (-0.9, -0.35, 0.3), (0, 0.3, -1), "relaxed"
    )
    left = HandAt(
        "belly", spread(rng, 0.02, -0.03, 0.125, by=0.01), (1, -0.3, -0.5), (-0.9, -0.4, 0.3), (0, 0.2, -1), "relaxed"
    )
    return left, right


def at_table(rng):
    def one():
        return HandAt(
            "shoulder",
            spread(rng, -0.06, -0.26, 0.34, by=0.03),
            (1, -0.7, 0),
            spread(rng, -0.6, -0.05, 0.9, by=0.15),
            (-0.15, -1, 0),
        )

    return one(), one()


def hugging_shins(rng):
    right = HandAt("shin", (-0.06, 0.08, 0.09), (1, 0, 0), (-1, -0.2, 0.1), (0, 0, -1), "relaxed")
    left = HandAt("shin", (-0.05, 0.11, 0.12), (1, 0, 0), (-1, -0.2, 0.1), (0, 0, -1), "grip")
    return left, right


SEATED = (
    (4, "on_thighs", apart(on_own_thigh, on_own_thigh), ""),
    (2, "on_knees", apart(on_own_knee, on_own_knee), ""),
    (4, "in_lap", in_lap, ""),
    (3, "reading_phone", apart(reading, on_own_thigh), "hand_l"),
    (3, "two_handed", two_handed, "hand_l"),
    (4, "at_table", at_table, ""),
    (2, "holding", apart(holding, on_own_thigh), ""),
    (2, "hand_at_face", apart(at_face, on_own_thigh), ""),
    (2, "telephoning", apart(phone_at_ear, on_own_thigh), ""),
    (3, "talking", apart(gesturing, on_own_thigh), ""),
    (2, "talking", apart(gesturing, gesturing), ""),
    (1, "arms_crossed", crossed, ""),
    (1, "waving", apart(waving, on_own_thigh), ""),
)
HUNCHED = (
    (4, "over_knees", apart(elbow_on_knee, elbow_on_knee), ""),
    (1, "on_knees", apart(on_own_knee, on_own_knee), ""),
    (1, "hand_at_face", apart(at_face, elbow_on_knee), ""),
)
PROPPED = (
    (4, "propped", apart(floor_beside, floor_beside), ""),
    (2, "propped", apart(on_own_thigh, floor_beside), ""),
    (4, "propped", apart(on_own_knee, floor_beside), ""),
    (2, "propped", apart(gesturing, floor_beside), ""),
    (2, "propped", apart(holding, floor_beside), ""),
    (1, "propped", apart(waving, floor_beside), ""),
)
HUGGING = (
    (4, "hugging_shins", hugging_shins, ""),
    (2, "on_knees", apart(on_own_knee, on_own_knee), ""),
    (2, "reading_phone", two_handed, "hand_l"),
)
ON_FLOOR = (
    (3, "on_knees", apart(on_own_knee, on_own_knee), ""),
    (3, "in_lap", in_lap, ""),
    (3, "two_handed", two_handed, "hand_l"),
    (2, "talking", apart(gesturing, on_own_thigh), ""),
    (2, "holding", apart(holding, on_own_knee), "hand_l"),
)

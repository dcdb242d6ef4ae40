"""Play: throwing, kicking, rackets and bats, standing ready, riding boards and skis, cheering."""

import numpy as np

from ..chance import pick_row
from .arms import CHEERING, FREE, angle, draw_arms, gaze_ahead, spread
from .goals import ArmAngles, HandAt, Plan, Step, Swing


def throw(rng):
    """From the arm drawn back to the follow-through; the left arm throws, the right foot is in front."""
    t = rng.random()
    legs = (
        Step(0.1, -rng.uniform(0.15, 0.32), angle(rng, 35, 10), angle(rng, 10 + 35 * t, 5), bend=0.25),
        Step(0.1, rng.uniform(0.2, 0.38), angle(rng, 8, 6), bend=angle(rng, 18, 6, 5)),
    )
    back, over, past = np.array([0.3, 0.22, -0.22]), np.array([0.22, 0.42, 0.2]), np.array([-0.15, -0.05, 0.5])
    place = back + (over - back) * 2 * t if t < 0.5 else over + (past - over) * (2 * t - 1)
    fingers = (0.2, 0.9, -0.6 + 1.6 * t)
    thrower = HandAt(
        "shoulder", spread(rng, *place, by=0.035), (1, -0.4 + 0.4 * t, 0.1), fingers, (-0.2, 0.3, 1), "grip"
    )
    other = HandAt(
        "shoulder",
        spread(rng, 0.15, 0.12 - 0.35 * t, 0.42 - 0.2 * t, by=0.06),
        (0.7, -1, 0),
        (0.1, 0.3, 1),
        (-0.5, -0.7, 0.3),
    )
    turn = 38 - 70 * t
    plan = Plan(
        legs=legs,
        arms=(thrower, other),
        pelvis=(angle(rng, 2 + 14 * t, 4), angle(rng, 0, 2), angle(rng, turn * 0.45, 5)),
        spine=(angle(rng, -8 + 28 * t, 5), angle(rng, -8 + 14 * t, 4), angle(rng, turn * 0.6, 6)),
        head=(angle(rng, 0, 6), angle(rng, 0, 4), angle(rng, 0, 10)),
        weight=0.75 - 0.6 * t,
    )
    return "throw", plan


def kick(rng):
    """The left leg kicks; arms out for balance, the opposite one in front."""
    t = rng.random()
    leg = Swing(
        angle(rng, -28 + 95 * t, 6),
        angle(rng, 12, 5),
        angle(rng, 12, 6),
        angle(rng, 85 - 72 * t, 7, 5),
        angle(rng, 32, 7),
    )
    arms = (
        ArmAngles(angle(rng, 15 - 50 * t, 8), angle(rng, 40, 10), angle(rng, 0, 8), angle(rng, 35, 12, 6)),
        ArmAngles(angle(rng, -20 + 75 * t, 8), angle(rng, 45, 12), angle(rng, 0, 8), angle(rng, 35, 12, 6)),
    )
    plan = Plan(
        legs=(leg, Step(0.03, 0.0, angle(rng, 12, 8), angle(rng, 6, 5, 0), bend=angle(rng, 18, 6, 6))),
        arms=arms,
        pelvis=(angle(rng, 6 - 18 * t, 4), angle(rng, 7, 3), angle(rng, 16 - 34 * t, 5)),
        spine=(angle(rng, 6 + 12 * t, 5), angle(rng, -8, 3), angle(rng, -22 + 42 * t, 6)),
        head=(angle(rng, 16, 6), angle(rng, 0, 4), angle(rng, 0, 8)),
        weight=0.0,
    )
    return "kick", plan


def racket(rng):
    """Tennis and its kin: the left hand plays, from the backswing over the hit to the end of the stroke, or a serve."""
    wide = rng.uniform(0.14, 0.24)
    serve = rng.random() < 0.35
    t = rng.random()
    if serve:
        place = np.array([0.22, 0.2, -0.12]) * (1 - t) + np.array([0.1, 0.62, 0.14]) * t
        elbow, fingers, turn = (1, 0.1, 0.1), (0.1, 1, -0.1), 25 - 30 * t
        other = HandAt(
            "shoulder", spread(rng, 0.1, 0.45 - 0.6 * t, 0.3, by=0.05), (1, -0.5, 0), (0.1, 1 - t, 0.4), (-0.3, 0.3, -1)
        )
    else:
        place = np.array([0.5, -0.12, -0.12]) * (1 - t) + np.array([-0.12, 0.08, 0.45]) * t
        elbow, fingers, turn = (0.6, -1, -0.3), (0.8 - 1.4 * t, 0.25, 0.3 + 0.6 * t), 45 - 75 * t
        other = ArmAngles(angle(rng, 35, 14), angle(rng, 35, 12), angle(rng, 0, 10), angle(rng, 60, 18))
    legs = (
        Step(wide, -rng.uniform(0.0, 0.25), angle(rng, 22, 10), angle(rng, 20, 12, 0), bend=angle(rng, 30, 10, 8)),
        Step(wide, rng.uniform(0.0, 0.25), angle(rng, 12, 8), bend=angle(rng, 28, 10, 8)),
    )
    palm = (-0.6, 0.1, 1) if not serve else (-0.4, -0.2, 1)
    plan = Plan(
        legs=legs,
        arms=(HandAt("shoulder", spread(rng, *place, by=0.04), elbow, fingers, palm, "fist"), other),
        pelvis=(angle(rng, 8, 4), angle(rng, 0, 3), angle(rng, turn * 0.45, 5)),
        spine=(angle(rng, -6 if serve else 10, 6), angle(rng, -6 if serve else 3, 4), angle(rng, turn * 0.6, 6)),
        head=(angle(rng, -18 if serve else 4, 7), angle(rng, 0, 4), angle(rng, 0, 12)),
        weight=rng.uniform(0.3, 0.6),
    )
    return "serve" if serve else "racket", plan


def bat(rng):
    """Both hands on one grip: a baseball bat at the shoulder, through the swing, or a golf club."""
    golf = rng.random() < 0.25
    wide = rng.uniform(0.17, 0.26)
    t = rng.random()
    if golf:
        place, turn, bend = np.array([0.0, -0.62, 0.36]), rng.uniform(-8, 8), 28
    else:
        place = np.array([0.26, 0.0, 0.12]) * (1 - t) + np.array([-0.2, -0.1, 0.42]) * t
        place, turn, bend = place + np.array([0, 0, 0.12 * np.sin(np.pi * t)]), 40 - 85 * t, 12

    def grip(x, dy, mirrored):
        offset = (-(place[0] + x) if mirrored else place[0] + x, place[1] + dy, place[2])
        elbow = (0.7, -0.55, 0) if not golf else (0.4, -1, 0)
        return HandAt(
            "sternum", offset, elbow, (-0.5, -0.8, 0.6) if golf else (-0.7, 0.3, 0.6), (-1, -0.1, -0.3), "fist"
        )

    legs = tuple(Step(wide, rng.normal(0, 0.03), angle(rng, 14, 7), bend=angle(rng, 24, 8, 8)) for _ in range(2))
    plan = Plan(
        legs=legs,
        arms=(grip(0.03, 0.045, False), grip(0.0, -0.035, True)),
        pelvis=(angle(rng, 12 if not golf else 18, 3), 0.0, angle(rng, turn * 0.4, 4)),
        spine=(angle(rng, bend, 5), angle(rng, 0, 4), angle(rng, turn * 0.6, 5)),
        head=(
            angle(rng, 10 if not golf else 35, 6),
            angle(rng, 0, 4),
            angle(rng, -30, 15) if not golf else angle(rng, 0, 8),
        ),
        weight=0.6 - 0.25 * t,
    )
    return "golf" if golf else "bat", plan


def ready(rng):
    """Low and wide, hands before the body: a goalkeeper, a fielder, a player waiting."""
    wide = rng.uniform(0.2, 0.32)
    legs = tuple(
        Step(wide, s * rng.uniform(-0.03, 0.1), angle(rng, 16, 7), bend=angle(rng, 50, 14, 20), splay=angle(rng, 4, 4))
        for s in (1, -1)
    )

    def arm():
        place = rng.uniform([0.0, -0.36, 0.22], [0.18, -0.08, 0.4])
        return HandAt(
            "shoulder",
            tuple(place),
            spread(rng, 0.8, -0.8, -0.1, by=0.15),
            (-0.1, 0.5, 1),
            (-0.6, -0.2, 0.7),
            "spread" if wide > 0.27 else "relaxed",
        )

    plan = Plan(
        legs=legs,
        arms=(arm(), arm()),
        pelvis=(angle(rng, 26, 6), 0.0, angle(rng, 0, 5)),
        spine=(angle(rng, 14, 6), angle(rng, 0, 4), angle(rng, 0, 7)),
        head=(angle(rng, -2, 6), angle(rng, 0, 4), angle(rng, 0, 15)),
        weight=rng.uniform(0.4, 0.6),
    )
    return "ready", plan


def ride(rng):
    """On a board sideways, or on skis: knees bent, arms out."""
    if rng.random() < 0.6:
        wide = rng.uniform(0.22, 0.36)
        legs = tuple(
            Step(wide, rng.normal(0, 0.02), angle(rng, 14, 9), bend=angle(rng, 52, 18, 15, 90), splay=angle(rng, -4, 6))
            for _ in range(2)
        )
        _, arms, _ = draw_arms(rng, FREE)
        head = (angle(rng, 6, 6), angle(rng, 0, 5), angle(rng, 52, 12, 20, 68))
        turn, name = angle(rng, 18, 9), "board"
    else:
        legs = tuple(
            Step(rng.uniform(0.07, 0.13), s * rng.uniform(0, 0.08), angle(rng, 2, 3), bend=angle(rng, 58, 10, 30))
            for s in (1, -1)
        )
        arms = tuple(
            HandAt(
                "shoulder", spread(rng, 0.12, -0.3, 0.3, by=0.04), (0.8, -0.6, -0.6), (-0.2, 0.1, 1), (-1, 0, 0), "fist"
            )
            for _ in range(2)
        )
        head, turn, name = gaze_ahead(rng, 2), angle(rng, 0, 5), "ski"
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, 18, 6), angle(rng, 0, 3), turn * 0.4),
        spine=(angle(rng, 16, 7), angle(rng, 0, 6), turn * 0.6),
        head=head,
        weight=rng.uniform(0.38, 0.62),
    )
    return name, plan


def catch(rng):
    """Both hands up to a ball, overhead or before the chest; sometimes stretched for a flying disc."""
    height, far = rng.uniform(-0.05, 0.5), rng.uniform(0.26, 0.4)
    aside = rng.normal(0, 0.08)

    def one(mirror):
        offset = spread(rng, 0.11 + mirror * aside, height, far * (1 - 0.5 * max(height, 0)), by=0.02)
        return HandAt("sternum", offset, (1, -0.5, 0.1), (-0.15, 1, 0.3), (-0.6, -0.1, 0.8), "spread")

    lift = angle(rng, 26, 10, 8) if height > 0.35 else 0.0
    legs = tuple(
        Step(rng.uniform(0.1, 0.18), s * rng.uniform(0, 0.16), angle(rng, 12, 7), lift, bend=angle(rng, 16, 9, 4))
        for s in (1, -1)
    )
    plan = Plan(
        legs=legs,
        arms=(one(1), one(-1)),
        pelvis=(angle(rng, 4, 4), 0.0, angle(rng, 0, 6)),
        spine=(angle(rng, 4 - 14 * max(height, 0), 5), angle(rng, 0, 4), angle(rng, 0, 7)),
        gaze="hand_l",
        weight=rng.uniform(0.4, 0.6),
    )
    return "catch", plan


def cheer(rng):
    legs = tuple(
        Step(rng.uniform(0.08, 0.2), s * rng.uniform(0, 0.1), angle(rng, 12, 8), bend=angle(rng, 6, 4, 1))
        for s in (1, -1)
    )
    name, arms, _ = draw_arms(rng, CHEERING)
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, 1, 3), angle(rng, 0, 2), angle(rng, 0, 8)),
        spine=(angle(rng, -5, 5), angle(rng, 0, 5), angle(rng, 0, 8)),
        head=gaze_ahead(rng, -8),
        weight=rng.uniform(0.3, 0.7),
    )
    return name, plan


SPORTS = ((16, throw), (12, kick), (18, racket), (16, bat), (12, ready), (14, ride), (8, catch), (8, cheer))


def sport(rng):
    return SPORTS[pick_row(rng, [weight for weight, _ in SPORTS])][1](rng)

"""The families of poses: what the whole body is doing. Each returns a Plan; see pose_goals for the terms."""

import numpy as np

from ..chance import one_of, pick
from .arms import (
    CHEERING,
    DEGREE,
    FREE,
    KNEELING,
    ON_ONE_KNEE,
    ONE_FREE,
    SQUATTING,
    WALKING,
    angle,
    draw_arms,
    gaze_ahead,
    spread,
)
from .goals import ArmAngles, HandAt, Kneel, Plan, Step, Swing


def stand(rng):
    """Weight on one leg more often than on both."""
    name, arms, gaze = draw_arms(rng)
    wide = float(np.clip(rng.normal(0.105, 0.03), 0.065, 0.2))
    if rng.random() < 0.6:
        weight, roll = rng.uniform(0.03, 0.22), -angle(rng, 5, 2, 1, 9)  # on the right: its hip is high
        free = Step(
            wide + rng.uniform(0, 0.08),
            rng.uniform(-0.02, 0.17),
            angle(rng, 20, 9, -5, 42),
            bend=0.1,
            splay=angle(rng, 4, 6),
        )
        if rng.random() < 0.2:
            free = Step(
                wide + 0.02, rng.uniform(-0.2, 0.0), angle(rng, 12, 9, -5, 35), pitch=angle(rng, 22, 8, 5, 40), bend=0.2
            )
        legs = free, Step(wide, 0.0, angle(rng, 9, 6, -5, 25), bend=angle(rng, 3, 2, 1, 9))
    else:
        weight, roll = rng.uniform(0.38, 0.62), angle(rng, 0, 1.2)
        stagger = rng.normal(0, 0.05)
        legs = tuple(Step(wide, s * stagger, angle(rng, 10, 7, -5, 30), bend=angle(rng, 4, 3, 1, 12)) for s in (1, -1))
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, 3, 3), roll, angle(rng, 0, 6)),
        spine=(angle(rng, 3, 5, -8, 20), -1.3 * roll + angle(rng, 0, 2), angle(rng, 0, 7)),
        head=gaze_ahead(rng),
        gaze=gaze,
        weight=weight,
    )
    return name, plan


def walk(rng):
    """One instant of a gait cycle; the left leg's phase runs from heel strike (0) over toe off (0.62) to the next."""
    phase = rng.random()
    stride = rng.normal(0.62, 0.09)
    legs = tuple(_gait_step((phase + shift) % 1.0, stride) for shift in (0.0, 0.5))
    lead = np.cos(2 * np.pi * (phase - 0.02))  # 1 when the left foot is in front
    swing = rng.uniform(10, 26)
    name, arms, gaze = "arms_swinging", None, ""
    if rng.random() < 0.3:
        name, arms, gaze = draw_arms(rng, WALKING)
    arms = arms or tuple(
        ArmAngles(
            flexion=angle(rng, 3 - s * lead * swing, 4),
            abduction=angle(rng, 9, 3, 5, 18),
            rotation=angle(rng, -4, 7),
            elbow=angle(rng, 22 - s * lead * 9, 6, 6, 60),
            pronation=angle(rng, 20, 12),
            wrist=angle(rng, 5, 7),
            hand=pick(rng, {"relaxed": 0.85, "fist": 0.15}),
        )
        for s in (1, -1)
    )
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, 5, 2), angle(rng, 3, 1) * np.sin(2 * np.pi * phase), -angle(rng, 6, 2) * lead),
        spine=(angle(rng, 2, 3), 0.0, angle(rng, 12, 3) * lead),
        head=gaze_ahead(rng, 4),
        gaze=gaze,
        noise=0.8,
    )
    return name, plan


GAIT = np.array(
    [  # phase, foot ahead of the pelvis in strides, pitch in degrees, lift in metres, knee at least
        (0.00, 0.50, -18, 0.000, 6),
        (0.10, 0.34, 0, 0.000, 14),
        (0.30, 0.02, 0, 0.000, 6),
        (0.46, -0.26, 8, 0.000, 6),
        (0.60, -0.46, 46, 0.000, 30),
        (0.70, -0.42, 58, 0.045, 40),
        (0.80, -0.08, 28, 0.090, 40),
        (0.90, 0.30, -6, 0.060, 20),
        (1.00, 0.50, -18, 0.000, 6),
    ]
)


def _gait_step(phase, stride):
    ahead, pitch, lift, knee = (float(np.interp(phase, GAIT[:, 0], GAIT[:, k])) for k in (1, 2, 3, 4))
    return Step(0.055, ahead * stride, 0.11, pitch * DEGREE, lift, knee * DEGREE)


RUN = np.array(
    [  # phase, hip flexion, knee flexion, plantar flexion; degrees
        (0.00, 33, 18, 2),
        (0.12, 22, 42, -16),
        (0.34, -16, 20, 26),
        (0.46, -8, 70, 22),
        (0.60, 22, 108, 10),
        (0.75, 48, 92, 4),
        (0.90, 46, 38, 2),
        (1.00, 33, 18, 2),
    ]
)


def run(rng):
    phase, effort = rng.random(), rng.uniform(0.75, 1.15)
    legs = []
    for shift in (0.0, 0.5):
        hip, knee, ankle = (np.interp((phase + shift) % 1.0, RUN[:, 0], RUN[:, k]) * effort for k in (1, 2, 3))
        legs.append(Swing(angle(rng, hip, 3), angle(rng, 2, 2), 0.02, angle(rng, knee, 4, 4), angle(rng, ankle, 3)))
    lead = np.cos(2 * np.pi * (phase - 0.93))
    swing = rng.uniform(24, 40) * effort
    arms = tuple(
        ArmAngles(
            flexion=angle(rng, -6 - s * lead * swing, 4),
            abduction=angle(rng, 14, 4, 6, 26),
            rotation=angle(rng, -18 + s * lead * 8, 7),
            elbow=angle(rng, 88, 13, 50, 118),
            pronation=angle(rng, 12, 12),
            hand=pick(rng, {"fist": 0.55, "relaxed": 0.35, "flat": 0.1}),
        )
        for s in (1, -1)
    )
    flying = min((phase + 0.66) % 0.5, 0.5 - (phase + 0.66) % 0.5) < 0.09
    plan = Plan(
        legs=tuple(legs),
        arms=arms,
        pelvis=(angle(rng, 9, 3), angle(rng, 0, 3), -angle(rng, 8, 2) * lead),
        spine=(angle(rng, 6, 4), 0.0, angle(rng, 18, 4) * lead),
        head=gaze_ahead(rng, 4),
        clearance=float(rng.uniform(0.0, 0.02)) if flying else 0.0,  # higher looks hung up in a still picture
    )
    return "", plan


def reach(rng):
    """A shelf, a branch, a strap, a door: one hand far out, or both."""
    wide = rng.uniform(0.08, 0.15)
    kind = one_of(rng, ("up", "out", "forward"))
    direction = {"up": (0.15, 1, 0.35), "out": (1, 0.25, 0.35), "forward": (0.1, 0.05, 1)}[kind]
    direction = np.array(spread(rng, *direction, by=0.22))
    direction /= np.linalg.norm(direction)
    far = rng.uniform(0.58, 0.66)
    hand = pick(rng, {"grip": 0.45, "relaxed": 0.35, "flat": 0.2})
    palm = {"up": (-0.2, 0, 1), "out": (0, -0.5, 1), "forward": (-0.7, -0.6, 0)}[kind]

    def arm():
        elbow = spread(rng, 0.8, -0.6, 0.2, by=0.15)
        return HandAt("shoulder", tuple(direction * far), elbow, tuple(direction + rng.normal(0, 0.1, 3)), palm, hand)

    both = kind != "out" and rng.random() < 0.4
    other = arm() if both else draw_arms(rng, ONE_FREE)[1][0]
    tiptoe = kind == "up" and rng.random() < 0.35
    pitch = angle(rng, 28, 8, 12, 42) if tiptoe else 0.0
    legs = (
        Step(wide, rng.uniform(0, 0.18), angle(rng, 10, 6), pitch, bend=0.08),
        Step(wide, -rng.uniform(0, 0.12), angle(rng, 12, 6), pitch, bend=0.12),
    )
    lean = {"up": (-2, -6), "out": (2, 12), "forward": (9, 3)}[kind]
    plan = Plan(
        legs=legs,
        arms=(arm(), other),
        pelvis=(angle(rng, lean[0] * 0.7, 3), angle(rng, 0, 2), angle(rng, 0 if both else -8, 6)),
        spine=(angle(rng, lean[0], 6), angle(rng, 0 if both else lean[1], 4), angle(rng, 0 if both else -9, 7)),
        gaze="hand_l" if rng.random() < 0.8 else "",
        head=gaze_ahead(rng, -8),
        weight=rng.uniform(0.45, 0.75),
    )
    return kind, plan


def bend(rng):
    """Picking up, leaning on the knees, bending over a table."""
    kind = pick(rng, {"floor": 0.5, "on_knees": 0.22, "table": 0.28})
    lift = rng.uniform(0, 60)  # from the back, or with the knees
    pitch, back, knee = {
        "floor": (66 - 0.4 * lift, 46 - 0.3 * lift, 28 + lift),
        "on_knees": (34, 24, 26),
        "table": (26, 20, 12),
    }[kind]
    wide = rng.uniform(0.09, 0.17)
    legs = tuple(
        Step(wide, s * rng.uniform(0.02, 0.17), angle(rng, 12, 7), bend=angle(rng, knee, 9, 4), splay=angle(rng, 6, 5))
        for s in (1, -1)
    )
    left, right = _bending_arm(rng, kind, wide), _bending_arm(rng, kind, wide)
    if kind == "floor" and rng.random() < 0.3:
        right = ArmAngles(angle(rng, pitch * 0.5, 12), angle(rng, 14, 6, 4), angle(rng, 0, 10), angle(rng, 30, 15, 5))
    elif kind != "on_knees" and rng.random() < 0.3:
        right = _bending_arm(rng, "on_knees", wide)
    return kind, Plan(
        legs=legs,
        arms=(left, right),
        pelvis=(angle(rng, pitch, 7), angle(rng, 0, 2), angle(rng, 0, 5)),
        spine=(angle(rng, back, 7, 0, 85), angle(rng, 0, 5), angle(rng, 0, 7)),
        gaze="hand_l" if kind != "on_knees" else "",
        head=(angle(rng, 12, 12), angle(rng, 0, 5), angle(rng, 0, 20)),
        weight=rng.uniform(0.42, 0.62),
    )


def _bending_arm(rng, kind, wide):
    if kind == "floor":
        target = spread(rng, 0.03 + wide * 0.3, rng.uniform(0.05, 0.3), 0.44, by=0.05)
        return HandAt("floor", target, (0.7, 0.2, -0.5), (-0.2, -0.9, 0.35), (-0.8, 0, -0.3), "grip")
    if kind == "on_knees":
        target = spread(rng, 0.01, -0.07, 0.02, by=0.012)
        return HandAt("thigh", target, (1, 0.1, -0.2), (-0.35, -0.9, 0.1), (0, 0, -1), "flat")
    target = spread(rng, 0.12, rng.uniform(0.75, 1.0), 0.52, by=0.05)
    return HandAt("floor", target, (0.9, -0.4, -0.3), (-0.2, -0.15, 1), (-0.3, -1, 0), "relaxed")


def squat(rng):
    """Heels up or flat, hands between, on or over the knees."""
    heels = angle(rng, 30, 9, 14, 45)
    wide, depth = rng.uniform(0.1, 0.17), rng.uniform(115, 143)
    legs = (
        Step(wide, 0.06, angle(rng, 18, 8), heels, bend=depth * DEGREE, splay=angle(rng, 8, 6)),
        Step(
            wide, -rng.uniform(-0.02, 0.1), angle(rng, 18, 8), heels + 0.1, bend=depth * DEGREE, splay=angle(rng, 8, 6)
        ),
    )
    name, arms, gaze = draw_arms(rng, SQUATTING)
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, 20, 6), 0.0, angle(rng, 0, 5)),
        spine=(angle(rng, 26, 9, 5), angle(rng, 0, 5), angle(rng, 0, 8)),
        head=gaze_ahead(rng, 12),
        gaze=gaze,
        weight=rng.uniform(0.45, 0.55),
    )
    return name, plan


def kneel(rng):
    """On one knee, or on both."""
    wide = rng.uniform(0.09, 0.13)
    down = Kneel(wide, rng.uniform(-0.12, 0.02), angle(rng, 3, 5), float(rng.random() < 0.6))
    if rng.random() < 0.65:
        legs = Step(wide + 0.03, rng.uniform(0.32, 0.42), angle(rng, 10, 6), bend=0.3, splay=angle(rng, 4, 4)), down
        name, arms, gaze = draw_arms(rng, ON_ONE_KNEE)
    else:
        legs = Kneel(wide, down.z + rng.normal(0, 0.02), angle(rng, 3, 4), down.toes), down
        name, arms, gaze = draw_arms(rng, KNEELING)
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, 6, 4), angle(rng, 0, 2), angle(rng, 0, 5)),
        spine=(angle(rng, 12, 9), angle(rng, 0, 5), angle(rng, 0, 8)),
        head=gaze_ahead(rng, 8),
        gaze=gaze,
    )
    return name, plan


def lunge(rng):
    """A long step: climbing, fencing, stretching, bracing against wind."""
    knee, length = angle(rng, 68, 14, 40, 95), rng.uniform(0.32, 0.5)
    legs = (
        Step(rng.uniform(0.06, 0.14), length, angle(rng, 6, 6), bend=knee),
        Step(rng.uniform(0.06, 0.14), -length * 1.1, angle(rng, 12, 8), angle(rng, 48, 8), bend=0.2),
    )
    name, arms, gaze = draw_arms(rng, FREE)
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, 9, 6), angle(rng, 0, 2), angle(rng, 0, 8)),
        spine=(angle(rng, 7, 8), angle(rng, 0, 5), angle(rng, 0, 10)),
        head=gaze_ahead(rng),
        gaze=gaze,
        weight=rng.uniform(0.55, 0.7),
    )
    return name, plan


def jump(rng):
    tuck = rng.uniform(0, 1)
    legs = tuple(
        Swing(
            angle(rng, 12 + 50 * tuck, 14, -20, 95),
            angle(rng, 8, 6, 0),
            angle(rng, 5, 5),
            angle(rng, 25 + 65 * tuck, 18, 5, 125),
            angle(rng, 30, 8),
        )
        for _ in range(2)
    )
    name, arms, gaze = draw_arms(rng, CHEERING if rng.random() < 0.6 else FREE)
    plan = Plan(
        legs=legs,
        arms=arms,
        pelvis=(angle(rng, 4, 7), angle(rng, 0, 4), angle(rng, 0, 8)),
        spine=(angle(rng, 2, 10), angle(rng, 0, 6), angle(rng, 0, 10)),
        head=gaze_ahead(rng, -4),
        gaze=gaze,
        clearance=float(rng.uniform(0.1, 0.45)),
    )
    return name, plan

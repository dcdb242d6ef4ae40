"""Poses without motion files: people standing, walking, sitting, playing, as photographs of everyday life show them.

A family makes a plan (pose_families, pose_seated, pose_sports), `realise` works it out on a skeleton, and what a body
cannot do (limits, limbs through the body, falling over) is thrown away and drawn again.
"""

import numpy as np

from ..chance import pick
from .contact import collides, falls, floats
from .draw import PoseDraw
from .families import bend, jump, kneel, lunge, reach, run, squat, stand, walk
from .limits import mirror_pose, within_limits
from .mannequin import ELBOW, SHOULDER, SPINE3, WRIST, Mannequin, Skeleton
from .realise import realise
from .seated import sit, sit_on_floor
from .skeleton import DEFAULT_SKELETON
from .sports import sport

FAMILIES = {
    "stand": (0.33, stand),
    "walk": (0.18, walk),
    "sit": (0.14, sit),
    "sport": (0.125, sport),
    "run": (0.04, run),
    "reach": (0.045, reach),
    "bend": (0.045, bend),
    "squat": (0.02, squat),
    "kneel": (0.02, kneel),
    "lunge": (0.015, lunge),
    "sit_floor": (0.03, sit_on_floor),
    "jump": (0.01, jump),
}
"""Kind -> share of the draws, about as in COCO's photographs, and its maker."""

ATTEMPTS = 60


def sample_pose(
    rng: np.random.Generator, skeleton: Skeleton = DEFAULT_SKELETON, families: dict | None = None
) -> PoseDraw:
    """Draw a pose of a family chosen by weight.

    Args:
        skeleton: of the person who will take the pose (`measure_skeleton`); hands then meet that body's hips and knees.
        families: kind -> weight, to ask for others than FAMILIES' shares.
    """
    shares = families or {kind: share for kind, (share, _) in FAMILIES.items()}
    kind = pick(rng, shares)
    for rejected in range(ATTEMPTS):
        detail, plan = FAMILIES[kind][1](rng)
        mannequin = realise(plan, skeleton, rng)
        pose = mannequin.pose()
        if refusal(plan, mannequin, pose) is None:
            pose = mirror_pose(pose) if rng.random() < 0.5 else pose
            return PoseDraw(kind, detail, pose, kind == "sit", plan.clearance, rejected)
    raise RuntimeError(f"no {kind!r} pose in {ATTEMPTS} draws fits the skeleton; is it a person's?")


def refusal(plan, mannequin, pose) -> str | None:
    """Why a worked-out plan is no pose for a person; None when it is one."""
    if not within_limits(pose):
        return "limits"
    if collides(mannequin, max(getattr(limb, "press", 0.0) for limb in (*plan.arms, *plan.legs))):
        return "collision"
    if floats(mannequin, plan):
        return "floating"
    if falls(mannequin, plan):
        return "falling"
    return "modelling" if spreads_arms(mannequin) else None


def spreads_arms(mannequin: Mannequin) -> bool:
    """Whether both arms are straight out or half down to the sides, as meshes are modelled and people never stand."""
    for side in (1, -1):
        shoulder, elbow, wrist = (mannequin.position[joint[side]] for joint in (SHOULDER, ELBOW, WRIST))
        arm = mannequin.turned[SPINE3].T @ (wrist - shoulder)
        length = np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)
        sideways, up, forward = arm * [side, 1, 1] / length
        if sideways < 0.5 or abs(forward) > 0.35 or up > 0.45 or np.linalg.norm(arm) < 0.95 * length:
            return False
    return True

"""What a camera sees of a keypoint, and what hides it, from the first thing hit on the way to each point of its patch.

A patch is the piece of skin around the keypoint. A point counts as seen when the first thing hit is the same
person near that point, where 'near' is measured in the T-pose: a sleeve is near its arm wherever the arm is,
and a hand held before the hip is not near the hip.
"""

from dataclasses import dataclass

import numpy as np

from .body import BodyModel, group_faces

POINTS = 28
"""Of a patch, spread evenly over it."""
# Joint -> radius of the patch about the keypoint and how near a hit must be, metres on an adult of template size.
# The second is a little more than the limb's thickness: its far side is seen through the near side.
REACH = {
    "nose": (0.015, 0.03),
    "eye": (0.015, 0.03),
    "ear": (0.03, 0.045),
    "shoulder": (0.08, 0.17),
    "elbow": (0.055, 0.13),
    "wrist": (0.045, 0.10),
    "hip": (0.10, 0.25),
    "knee": (0.075, 0.16),
    "ankle": (0.055, 0.13),
    "toe": (0.025, 0.08),
    "heel": (0.035, 0.09),
}
NOTHING, OBJECT = -1, 0
"""What a ray hit when it was not person 1, 2, ..."""
CAUSES = ("self", "person", "object")


@dataclass(frozen=True)
class Patches:
    """Which skin belongs to each of the K keypoints of a body model."""

    vertices: np.ndarray
    """(K, POINTS) indices."""
    nearness: np.ndarray
    """(K,) metres."""


def keypoint_patches(body: BodyModel) -> Patches:
    """Patches on the template; the same vertices serve every shape."""
    surface = np.unique(group_faces(body, "body", "helper-l-eye", "helper-r-eye"))
    points = body.v_template[surface].astype(float)
    vertices, nearness = [], []
    for name, weights in zip(body.keypoint_names, body.keypoint_regressor, strict=True):
        radius, near = REACH[name.split("_")[-1]]
        distance = np.linalg.norm(points - weights @ body.v_template, axis=1)
        # A keypoint inside the body (a hip) has its patch on the nearest skin around it.
        inside = np.flatnonzero(distance <= max(radius, 1.3 * distance.min()))
        vertices.append(surface[inside[_spread(points[inside], POINTS)]])
        nearness.append(near)
    return Patches(np.array(vertices), np.array(nearness))


def _spread(points: np.ndarray, count: int) -> np.ndarray:
    """Indices of `count` points far from each other (with repeats when there are fewer), nearest the middle first."""
    chosen = [int(np.linalg.norm(points - points.mean(0), axis=1).argmin())]
    distance = np.linalg.norm(points - points[chosen[0]], axis=1)
    while len(chosen) < count:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return np.array(chosen)


def judge(patches: Patches, person: int, rest: np.ndarray, hit_person: np.ndarray, hit_rest: np.ndarray):
    """Visible share and cause for each keypoint of one person.

    Args:
        person: its number, from 1.
        rest: (V, 3) its body in the T-pose.
        hit_person: (K, POINTS) what the ray to each point met first: NOTHING (the point itself), OBJECT, or a person.
        hit_rest: (K, POINTS, 3) where that was in the T-pose of the person hit.
    Returns:
        fraction: (K,) share of the patch that is seen.
        cause: (K,) the commonest other answer out of CAUSES, None where nothing hides any of it.
    """
    distance = np.linalg.norm(hit_rest - rest[patches.vertices], axis=-1)
    own = hit_person == person
    seen = (hit_person == NOTHING) | (own & (distance < patches.nearness[:, None]))
    votes = np.stack([own & ~seen, (hit_person > OBJECT) & ~own, hit_person == OBJECT], -1).sum(1)
    cause = [CAUSES[int(vote.argmax())] if vote.any() else None for vote in votes]
    return seen.mean(1), cause

"""What a camera sees of a keypoint, and what hides it, from the first thing hit on the way to each point of its patch.

A patch is the piece of skin around the keypoint. A point counts as seen when the first thing hit is the same
person near that point, where 'near' is measured in the T-pose: a sleeve is near its arm wherever the arm is,
and a hand held before the hip is not near the hip.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .body import BodyModel, group_faces
from .errors import AssetError
from .keypoints import KEYPOINT_NAMES
from .wholebody import SETS, locate

POINTS = 28
"""Of a patch, spread evenly over it."""
FEW = 14
"""Different ones on the face and the hands, which have 110 patches; each counts POINTS / FEW times."""
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
    "root": (0.045, 0.10),
    # Near on the face and the hands: the other lip is, the nose before a cheek and the next finger are not.
    "jaw": (0.012, 0.03),
    "brow": (0.012, 0.03),
    "face": (0.008, 0.018),
    "knuckle": (0.014, 0.035),
    "finger": (0.010, 0.020),
}
_SMALL = ("jaw", "brow", "face", "knuckle", "finger")
HEAD = 15
"""SMPL's joint in the middle of the skull."""
NOTHING, OBJECT = -1, 0
"""What a ray hit when it was not person 1, 2, ..."""
CAUSES = ("self", "person", "object")
SEEN, SELF, PERSON, THING = range(4)
"""What the camera meets on its way to a point: the point, or one of CAUSES."""


@dataclass(frozen=True)
class Patches:
    """Which skin belongs to each of the K keypoints of a body model."""

    vertices: np.ndarray
    """(K, POINTS) indices."""
    nearness: np.ndarray
    """(K,) metres."""
    names: tuple = KEYPOINT_NAMES
    """(K,)."""

    @cached_property
    def digest(self) -> str:
        """Tells these patches from others, so that answers kept in a record are never read with the wrong points."""
        return hashlib.blake2b(self.vertices.astype("<i8").tobytes(), digest_size=4).hexdigest()


def keypoint_patches(body: BodyModel, keypoints: str = "coco") -> Patches:
    """Patches on the template; the same vertices serve every shape.

    Args:
        keypoints: one of wholebody.SETS.
    Raises:
        AssetError: the body does not know its keypoints.
    """
    if body.keypoint_regressor is None:
        raise AssetError(f"{body.path}: no keypoints in it. Bring it in with `posewright assets add-body FILE`.")
    surface = np.unique(group_faces(body, "body", "helper-l-eye", "helper-r-eye"))
    points = body.v_template[surface].astype(float)
    names = SETS[keypoints]
    vertices, nearness = [], []
    outward = _outward(body)[surface]
    for name, place in zip(names, locate(body, names, body.v_template), strict=True):
        kind = _kind(name)
        radius, near = REACH[kind]
        distance = np.linalg.norm(points - place, axis=1)
        if kind in ("jaw", "brow", "face"):
            distance[~outward] = np.inf
        # A keypoint inside the body (a hip) has its patch on the nearest skin around it.
        inside = np.flatnonzero(distance <= max(radius, 1.3 * distance.min()))
        count = FEW if kind in _SMALL else POINTS
        vertices.append(np.resize(surface[inside[_spread(points[inside], count)]], POINTS))
        nearness.append(near)
    return Patches(np.array(vertices), np.array(nearness), names)


def _outward(body: BodyModel) -> np.ndarray:
    """(V,) bool: skin that faces away from the head's middle, so no inside of mouth, nostrils and lids."""
    quads = group_faces(body, "body")
    corners = body.v_template[quads]
    turned = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    normals = np.zeros(body.v_template.shape)
    np.add.at(normals, quads, turned[:, None])
    away = body.v_template - body.joint_template[HEAD]
    return (normals * away).sum(1) > 0.25 * np.linalg.norm(normals, axis=1) * np.linalg.norm(away, axis=1)


def _kind(name: str) -> str:
    """Key of REACH."""
    part = name.split("_")[-1]
    if part.startswith("face-"):
        return "jaw" if int(part[5:]) < 17 else "brow" if int(part[5:]) < 27 else "face"
    if part[-1].isdigit():  # the first joint of a finger lies in the palm; the thumb is thick, and nothing beside it
        return "knuckle" if part.endswith("1") or part.startswith("thumb") else "finger"
    return part


def _spread(points: np.ndarray, count: int) -> np.ndarray:
    """Indices of `count` points far from each other (with repeats when there are fewer), nearest the middle first."""
    chosen = [int(np.linalg.norm(points - points.mean(0), axis=1).argmin())]
    distance = np.linalg.norm(points - points[chosen[0]], axis=1)
    while len(chosen) < count:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return np.array(chosen)


def answer(patches: Patches, person: int, rest: np.ndarray, hit_person: np.ndarray, hit_rest: np.ndarray) -> np.ndarray:
    """What the camera meets on its way to each point of one person's patches.

    Args:
        person: its number, from 1.
        rest: (V, 3) its body in the T-pose.
        hit_person: (K, POINTS) what the ray to each point met first: NOTHING (the point itself), OBJECT, or a person.
        hit_rest: (K, POINTS, 3) where that was in the T-pose of the person hit.
    Returns:
        (K, POINTS) uint8 SEEN, SELF, PERSON or THING.
    """
    distance = np.linalg.norm(hit_rest - rest[patches.vertices], axis=-1)
    own = hit_person == person
    seen = (hit_person == NOTHING) | (own & (distance < patches.nearness[:, None]))
    return np.select([seen, own, hit_person > OBJECT], [SEEN, SELF, PERSON], THING).astype(np.uint8)


def weigh(answers: np.ndarray):
    """Visible share and cause for each keypoint of one person.

    Args:
        answers: (K, POINTS) from `answer`.
    Returns:
        fraction: (K,) share of the patch that is seen.
        cause: (K,) the commonest other answer out of CAUSES, None where nothing hides any of it.
    """
    votes = np.stack([answers == code for code in (SELF, PERSON, THING)], -1).sum(1)
    cause = [CAUSES[int(vote.argmax())] if vote.any() else None for vote in votes]
    return (answers == SEEN).mean(1), cause


def judge(patches: Patches, person: int, rest: np.ndarray, hit_person: np.ndarray, hit_rest: np.ndarray):
    """`weigh` what they `answer`."""
    return weigh(answer(patches, person, rest, hit_person, hit_rest))


def pack_answers(answers: np.ndarray) -> str:
    """(K, POINTS) -> hexadecimal digits, two points each, the first in the higher bits."""
    pairs = answers.reshape(-1, 2)
    return "".join(f"{digit:x}" for digit in 4 * pairs[:, 0] + pairs[:, 1])


def unpack_answers(text: str, count: int) -> np.ndarray:
    """The inverse of `pack_answers` for `count` keypoints: (count, POINTS) uint8.

    Raises:
        ValueError: not so many hexadecimal digits.
    """
    if len(text) != count * POINTS // 2 or not set(text) <= set("0123456789abcdef"):
        raise ValueError(f"expected {count * POINTS // 2} hexadecimal digits, found {text!r:.40}")
    digits = np.array([int(letter, 16) for letter in text], np.uint8)
    return np.stack([digits >> 2, digits & 3], -1).reshape(count, POINTS)

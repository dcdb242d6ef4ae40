"""The surface that clothes are cut from: a smooth suit over the body, and places on it by name.

MakeHuman's mesh carries such a suit (the group `helper-tights`); it follows every shape and ships with the open body.
A body without one, such as the licensed SMPL files, is its own suit.
"""

from dataclasses import dataclass

import numpy as np

from ..body import BodyModel
from .cutting import neighbours, smooth, subdivide, subdivided_faces

ANCHORS = 3
REACH = 0.05  # metres; no part of the suit is farther from the skin
# Joints of SMPL's skeleton by number; all files of the family begin with these 22.
HIPS, KNEES, ANKLES, FEET = (1, 2), (4, 5), (7, 8), (10, 11)
NECK, COLLARS, SHOULDERS, ELBOWS, WRISTS = 12, (13, 14), (16, 17), (18, 19), (20, 21)


@dataclass(frozen=True)
class Suit:
    """What does not depend on the person's shape."""

    coarse_faces: np.ndarray | None
    """(C, 4) quads of body vertices to subdivide; None when the faces are body faces already."""
    vertices: np.ndarray
    """(M,) the body vertices that the coarse suit uses."""
    faces: np.ndarray
    """(F, 4) of suit points."""
    weights: np.ndarray
    """(N, J)."""
    anchors: np.ndarray
    """(N, K) nearest skin vertices."""
    skin: np.ndarray
    """(V,) bool: vertices of the skin, as opposed to helpers."""
    skin_faces: np.ndarray
    """(Q, 4) of body vertices."""
    joint_weights: np.ndarray
    """(22, V) rows sum to one: the ring of skin where a joint and its parent share."""


_suits = {}


def suit_of(body: BodyModel) -> Suit:
    """The suit of a body, made once."""
    if id(body) not in _suits:
        _suits.clear()  # one body at a time is in use; holding it keeps its id from being given to another
        _suits[id(body)] = (body, _make_suit(body))
    return _suits[id(body)][1]


def suit_points(suit: Suit, shaped: np.ndarray) -> np.ndarray:
    """(N, 3) the suit on a shaped body."""
    points = shaped[suit.vertices]
    return points if suit.coarse_faces is None else subdivide(points, suit.coarse_faces)


def _make_suit(body: BodyModel) -> Suit:
    if body.group_names and "helper-tights" in body.group_names:
        skin_faces = _group(body, "body")
        quads = _group(body, "helper-tights")
        vertices, coarse = np.unique(quads, return_inverse=True)
        coarse = coarse.reshape(quads.shape)
        faces = subdivided_faces(coarse, len(vertices))
        weights = subdivide(body.weights[vertices], coarse)
        points = subdivide(body.v_template[vertices], coarse)
    else:
        skin_faces = np.concatenate([body.faces, body.faces[:, 2:]], 1)
        hands_and_head = body.weights[:, [15, *range(22, body.weights.shape[1])]].sum(1) > 0.5
        used = skin_faces[~hands_and_head[skin_faces].any(1)]
        vertices, faces = np.unique(used, return_inverse=True)
        coarse, faces = None, faces.reshape(used.shape)
        weights, points = body.weights[vertices], body.v_template[vertices]
    skin = np.zeros(len(body.v_template), bool)
    skin[skin_faces] = True
    weights = smooth(weights, neighbours(faces, len(weights)), 6)
    weights = np.maximum(weights, 0) / np.maximum(weights, 0).sum(1, keepdims=True)
    return Suit(
        coarse_faces=coarse,
        vertices=vertices,
        faces=faces,
        weights=weights,
        anchors=nearest(points, body.v_template, np.flatnonzero(skin), ANCHORS),
        skin=skin,
        skin_faces=skin_faces,
        joint_weights=_joint_weights(body, skin),
    )


def _group(body, name):
    return body.poly[body.poly_group == body.group_names.index(name)]


def _joint_weights(body, skin):
    shared = np.zeros((22, len(skin)))
    for joint in range(1, 22):
        shared[joint] = body.weights[:, joint] * body.weights[:, body.parents[joint]] * skin
    shared[0] = body.weights[:, 0] ** 2 * skin
    return shared / shared.sum(1, keepdims=True)


def nearest(points: np.ndarray, vertices: np.ndarray, candidates: np.ndarray, count: int) -> np.ndarray:
    """(N, count) the nearest of some vertices, by number; exact where they are within REACH in height."""
    candidates = candidates[np.argsort(vertices[candidates, 1])]
    heights = vertices[candidates, 1]
    order = np.argsort(points[:, 1])
    found = np.zeros((len(points), count), np.int64)
    for rows in np.array_split(order, max(len(points) // 150, 1)):
        low = np.searchsorted(heights, points[rows[0], 1] - REACH)
        high = np.searchsorted(heights, points[rows[-1], 1] + REACH)
        low, high = (low, high) if high - low >= count else (0, len(candidates))
        near = candidates[low:high]
        squared = (vertices[near] ** 2).sum(1) - 2 * points[rows] @ vertices[near].T
        found[rows] = near[np.argpartition(squared, count - 1, axis=1)[:, :count]]
    return found


@dataclass(frozen=True)
class Places:
    """Where things are on a shaped body in the T-pose. Left values; the right side mirrors them."""

    joints: np.ndarray
    """(22, 3)."""
    crotch: float
    """Height where the legs part."""
    armpit: float
    """Height of the armpits."""
    ground: float
    """Height of the soles."""

    def arm(self, points: np.ndarray) -> np.ndarray:
        """0 at the shoulder joint, 1 at the elbow, 2 at the wrist; far from all of it below the armpits."""
        stops = [np.abs(self.joints[list(pair), 0]).mean() for pair in (SHOULDERS, ELBOWS, WRISTS)]
        along = _piecewise(np.abs(points[:, 0]), stops, [0.0, 1.0, 2.0])
        below = (self.armpit - 0.07 - points[:, 1]) / 0.02
        return along - np.maximum(below, 0)

    def height(self, points: np.ndarray) -> np.ndarray:
        """0 at the ankles, 1 at the knees, 2 at the hips, 3 at the base of the neck."""
        stops = [self.joints[list(pair), 1].mean() for pair in (ANKLES, KNEES, HIPS)] + [self.joints[NECK, 1]]
        return _piecewise(points[:, 1], stops, [0.0, 1.0, 2.0, 3.0])

    def level(self, height: float) -> float:
        """The inverse of `height`: metres."""
        stops = [self.joints[list(pair), 1].mean() for pair in (ANKLES, KNEES, HIPS)] + [self.joints[NECK, 1]]
        return float(_piecewise(np.array([height]), [0.0, 1.0, 2.0, 3.0], stops)[0])


def _piecewise(values, stops, marks):
    """Linear interpolation that goes on beyond both ends."""
    inside = np.interp(values, stops, marks)
    before = (values - stops[0]) * (marks[1] - marks[0]) / (stops[1] - stops[0])
    after = (values - stops[-1]) * (marks[-1] - marks[-2]) / (stops[-1] - stops[-2])
    return inside + np.minimum(before, 0) + np.maximum(after, 0)


def find_places(suit: Suit, shaped: np.ndarray, points: np.ndarray) -> Places:
    """Measure a shaped body.

    Args:
        shaped: (V, 3) body vertices.
        points: (N, 3) its suit.
    """
    joints = suit.joint_weights @ shaped
    middle = np.abs(points[:, 0]) < 1e-3
    trunk = middle & (points[:, 1] < joints[0, 1]) & (points[:, 1] > joints[KNEES[0], 1])
    shoulder = np.abs(joints[list(SHOULDERS), 0]).mean()
    elbow = np.abs(joints[list(ELBOWS), 0]).mean()
    upper_arm = np.abs(np.abs(points[:, 0]) - (shoulder + 0.3 * (elbow - shoulder))) < 0.03
    upper_arm &= points[:, 1] > joints[9, 1] - 0.1
    return Places(
        joints=joints,
        crotch=float(points[trunk, 1].min()),
        armpit=float(points[upper_arm, 1].min()),
        ground=float(shaped[suit.skin, 1].min()),
    )

"""COCO-WholeBody's 133 keypoints: names, order and where they lie on the open body's mesh.

17 of the body and 6 of the feet (`keypoints.KEYPOINT_NAMES`), 68 of the face, 21 of the left and 21 of the right hand,
as Jin et al. publish them ("Whole-Body Human Pose Estimation in the Wild", 2020). The face has the iBUG order (Sagonas
et al., "300 Faces in-the-Wild Challenge", 2013): it begins at the person's own right ear. docs/keypoints.md shows them.

Face and hands are vertices of MakeHuman's base mesh hm08, chosen once by hand. Added bodies carry that mesh along, so
the same numbers serve every body, and no file holds a regressor of them.
"""

from functools import lru_cache

import numpy as np

from .body import BodyModel
from .errors import AssetError
from .keypoints import FLIP_PAIRS, KEYPOINT_NAMES

FINGERS = ("thumb", "forefinger", "middle_finger", "ring_finger", "pinky_finger")


def _hand_names(side: str) -> tuple:
    return f"{side}_hand_root", *(f"{side}_{finger}{number}" for finger in FINGERS for number in (1, 2, 3, 4))


FACE_NAMES = tuple(f"face-{number}" for number in range(68))
WHOLEBODY_NAMES = (*KEYPOINT_NAMES, *FACE_NAMES, *_hand_names("left"), *_hand_names("right"))
SETS = {"coco": KEYPOINT_NAMES, "wholebody": WHOLEBODY_NAMES}
"""What may be asked for: the first begins the second."""
PARTS = {"foot": slice(17, 23), "face": slice(23, 91), "lefthand": slice(91, 112), "righthand": slice(112, 133)}
"""COCO-WholeBody's names for what it adds to COCO's 17."""

_FACE_PAIRS = (
    *((number, 16 - number) for number in range(8)),
    *((17 + number, 26 - number) for number in range(5)),
    *((31, 35), (32, 34), (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46)),
    *((48, 54), (49, 53), (50, 52), (59, 55), (58, 56), (60, 64), (61, 63), (67, 65)),
)
WHOLEBODY_FLIP_PAIRS = (
    *FLIP_PAIRS,
    *((PARTS["face"].start + left, PARTS["face"].start + right) for right, left in _FACE_PAIRS),
    *zip(range(91, 112), range(112, 133), strict=True),
)
"""(left, right) counted from 0, as FLIP_PAIRS."""

MESH_VERTICES = 19158
"""Of hm08, helpers included."""
# A number for each point, or several whose mean it is; one that stands twice counts twice.
FACE_VERTICES = (
    # jaw, from the right ear round the chin to the left
    (5402,), (859,), (866,), (911, 911, 911, 895), (894,), (892,), (917,), (914, 918), (5225,),
    (7616, 7620), (7619,), (7594,), (7596,), (7613, 7613, 7613, 7597), (7571,), (7564,), (12001,),
    # right brow, left brow
    (255,), (224,), (204, 222), (205, 205, 208), (208, 209, 228),
    (6983, 6984, 7001), (6980, 6980, 6983), (6979, 6996), (6998,), (7024,),
    # bridge of the nose down to its tip, then under the nostrils
    (132,), (131,), (164, 201), (5054,),
    (358,), (314, 359), (343,), (7077, 7120), (7119,),
    # right eye from its outer corner over the upper lid, left eye from its inner one
    (21,), (0, 6), (54,), (66, 69), (47, 50), (36, 41),
    (6850, 6853), (6838,), (6784, 6790), (6805,), (6820, 6825), (6831, 6834),
    # outer edge of the lips from the right corner over the upper lip, then the inner edge
    (425,), (5354,), (450,), (455,), (7210,), (11956,), (7185,), (7166, 7235), (7241,), (492,), (486,), (406, 480),
    (431,), (514,), (520,), (7261,), (7191,), (7236, 7242), (493,), (481, 487),
)  # fmt: skip
"""(68,)."""
FINGER_TIPS = {"l": (9348, 8595, 8787, 8979, 9171), "r": (2680, 1927, 2119, 2311, 2503)}
"""Outermost skin of thumb to pinky."""
_MOST = 8
"""Vertices of a point: a joint's cube has as many corners."""


def locate(body: BodyModel, names: tuple, vertices: np.ndarray) -> np.ndarray:
    """Where keypoints are.

    Args:
        names: one of SETS.
        vertices: (V, 3) of a body that has been posed, or not.
    Returns:
        (K, 3).
    Raises:
        AssetError: the body does not carry the open body's mesh.
    """
    points = body.keypoint_regressor @ vertices
    if len(names) == len(points):
        return points
    corners, shares = landmarks(body)
    return np.concatenate([points, np.einsum("nk,nkd->nd", shares, vertices[corners])])


@lru_cache(maxsize=64)
def landmarks(body: BodyModel) -> tuple:
    """Face and hands of a body.

    Returns:
        corners: (110, 8) vertices, and shares: (110, 8) of each in the point, rows sum to one.
    Raises:
        AssetError: the body does not carry the open body's mesh.
    """
    start = 0 if body.carry_corners is None else len(body.v_template) - len(body.carry_corners)
    if body.poly is None or len(body.v_template) - start != MESH_VERTICES:
        raise AssetError(
            f"{body.path}: no open body's mesh in it, which face and hands are marked on. "
            "Bring the model file in with `posewright assets add-body FILE`, or render with --keypoints coco."
        )
    points = [np.add(vertices, start) for vertices in FACE_VERTICES]
    for side in "lr":
        points.append(_cube(body, f"joint-{side}-hand"))
        for finger, tip in enumerate(FINGER_TIPS[side], 1):
            points += [_cube(body, f"joint-{side}-finger-{finger}-{number}") for number in (1, 2, 3)]
            points.append(np.array([tip + start]))
    corners = np.zeros((len(points), _MOST), int)
    shares = np.zeros((len(points), _MOST))
    for row, vertices in enumerate(points):
        corners[row, : len(vertices)] = vertices
        shares[row, : len(vertices)] = 1 / len(vertices)
    return corners, shares


def _cube(body: BodyModel, group: str) -> np.ndarray:
    """(8,) corners of the little cube that marks a joint; its middle is the joint."""
    return np.unique(body.poly[body.poly_group == body.group_names.index(group)])

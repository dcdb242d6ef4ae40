"""COCO's keypoints: names, order, skeleton and visibility flags. Left and right are the person's own."""

import numpy as np

COCO_NAMES = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip
FEET_NAMES = (
    "left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe", "right_heel",
)  # fmt: skip
"""In the order of COCO-WholeBody."""
KEYPOINT_NAMES = COCO_NAMES + FEET_NAMES

SKELETON = (
    (16, 14), (14, 12), (17, 15), (15, 13), (12, 13), (6, 12), (7, 13), (6, 7), (6, 8), (7, 9),
    (8, 10), (9, 11), (2, 3), (1, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7),
)  # fmt: skip
"""Pairs of keypoint numbers counted from 1, as COCO's categories write them."""

FLIP_PAIRS = tuple(
    (number, KEYPOINT_NAMES.index(name.replace("left_", "right_")))
    for number, name in enumerate(KEYPOINT_NAMES)
    if name.startswith("left_")
)
"""(left, right) counted from 0: what to exchange when a picture is mirrored."""

VISIBLE_ENOUGH = 0.3
"""Share of a keypoint's patch that must be seen for COCO's flag 2, labelled and visible."""


def coco_flags(keypoints_px, visible_fraction, on_mask, width: int, height: int) -> np.ndarray:
    """COCO's triplets.

    Args:
        keypoints_px: (K, 2) pixels; NaN or None behind the camera.
        visible_fraction: (K,) share of each keypoint's patch that the camera sees.
        on_mask: (K,) whether the person's own mask comes up to the keypoint.
    Returns:
        (K, 3) x, y, v: v is 0 (and x = y = 0) outside the picture, 2 when enough is seen, else 1.
    """
    pixels = np.array([(None, None) if pixel is None else pixel for pixel in keypoints_px], float)
    x, y = pixels.T
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)  # NaN compares false
    seen = (np.asarray(visible_fraction, float) >= VISIBLE_ENOUGH) & np.asarray(on_mask, bool)
    flags = np.where(seen, 2, 1)
    return np.where(inside[:, None], np.column_stack([x, y, flags]), 0.0)

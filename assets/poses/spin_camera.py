"""SPIN's camera: weak perspective on a crop of 224 px around a person, and how to find one that was not stored.

[s, tx, ty]: u = 112 s (X + tx) + 112 in the crop; in the photograph, centre + (u - 112) * 200 scale / 224.
"""

import numpy as np

from assets.poses.kinematics import body_joints

CROP_SIDE = 224.0
LIMB_PARTS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
"""Rows of `part`: ankles, knees, hips, wrists, elbows, shoulders."""
LIMB_JOINTS = (8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20)
"""The same as SMPL's joints."""
FEWEST = 4


def to_crop(pixels, center, scale):
    """(N, K, 2) pixels of the photograph -> of the crop. center (N, 2), scale (N,)."""
    side = 200.0 * np.asarray(scale, float).reshape(-1, 1, 1)
    return (np.asarray(pixels, float) - np.asarray(center)[:, None]) * CROP_SIDE / side + CROP_SIDE / 2


def recover_cameras(pose, part, center, scale) -> tuple[np.ndarray, np.ndarray]:
    """Cameras that lay bodies over their 2D joints, by least squares; a mean adult stands for the shape.

    Args:
        pose: (N, 24, 3); part: (N, 24, 3) x, y, confidence; center (N, 2); scale (N,).
    Returns:
        camera: (N, 3), NaN with fewer than FEWEST labelled limb joints or a body that would be upside down.
        miss: (N,) pixels of the crop, mean over labelled limb joints; 0 with too few, infinite where upside down.
    """
    points = body_joints(pose)[0][:, LIMB_JOINTS, :2]
    part = np.asarray(part, float)[:, LIMB_PARTS]
    weight = ((part[..., 2] > 0) & np.isfinite(part).all(2)).astype(float)[..., None]
    scale = np.where(np.asarray(scale, float).ravel() > 0, np.asarray(scale, float).ravel(), np.nan)
    target = (to_crop(np.where(weight > 0, part[..., :2], 0.0), center, scale) - CROP_SIDE / 2) / (CROP_SIDE / 2)
    total = np.maximum(weight.sum(1), 1.0)
    middle, aim = (weight * points).sum(1) / total, (weight * target).sum(1) / total
    spread, away = points - middle[:, None], target - aim[:, None]
    size = (weight * spread * away).sum((1, 2)) / np.maximum((weight * spread**2).sum((1, 2)), 1e-9)
    enough = weight.sum((1, 2)) >= FEWEST
    sound = enough & (size > 1e-3)
    with np.errstate(divide="ignore", invalid="ignore"):
        camera = np.concatenate([size[:, None], aim / size[:, None] - middle], 1)
    error = np.linalg.norm(size[:, None, None] * spread - away, axis=2) * weight[..., 0] * CROP_SIDE / 2
    miss = np.where(enough, np.where(sound, error.sum(1) / total[:, 0], np.inf), 0.0)
    return np.where(sound[:, None], camera, np.nan), miss

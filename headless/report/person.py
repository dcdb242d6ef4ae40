"""What is measured of one person of a record: how large, how much cut off, seen from where, in which pose."""

import math
from dataclasses import dataclass

import numpy as np

from blender_addon.core.keypoints import COCO_NAMES, KEYPOINT_NAMES, coco_flags
from blender_addon.core.visibility import CAUSES

COCO = len(COCO_NAMES)
UNEXPLAINED = "not on its mask"
"""Cause of a hidden keypoint of which enough is seen, though the person's mask does not come up to it."""
SIDES = ("top", "right", "bottom", "left")
AT = {name: number for number, name in enumerate(KEYPOINT_NAMES)}


@dataclass(frozen=True)
class Measured:
    """One person of whom something shows."""

    flags: tuple
    """(23,) COCO's flag of each keypoint: 0 outside the picture, 1 hidden, 2 visible."""
    causes: tuple
    """(23,) what hides the hidden ones: one of CAUSES or UNEXPLAINED, None elsewhere."""
    fractions: tuple
    """Share seen of each of COCO's keypoints that is in the picture."""
    height: float
    """Of the box, over the picture's height."""
    area: int
    """Pixels of the mask."""
    cut: tuple
    """SIDES of the picture that the person's mask reaches."""
    view: tuple | None
    """(azimuth, elevation) of the camera as the chest sees it, degrees; None when there is no telling."""
    pose: np.ndarray | None
    """(55, 3) joint rotations, axis-angle; None when the record has none."""
    source: str
    """Sampler of the pose."""

    @property
    def outside(self) -> int:
        """How many of COCO's keypoints are outside the picture."""
        return self.flags[:COCO].count(0)


def measure_person(spec: dict, truth: dict, width: int, height: int) -> Measured | None:
    """One person; None when no pixel of them shows.

    Args:
        spec: the person's part of the record's spec.
        truth: the person's part of what was measured.
    Raises:
        KeyError, TypeError, ValueError: the record is not of our form.
    """
    if not truth["area"]:
        return None
    if not 0 < truth["area"] <= width * height:
        raise ValueError(f"area {truth['area']!r:.40} is not of a picture of {width}x{height}")
    count = len(KEYPOINT_NAMES)  # face and hands, where there are any, would drown the rest
    fractions = _numbers(truth["visible_fraction"][:count], (count,))
    seen = (truth["keypoints_px"][:count], fractions, truth["on_mask"][:count])
    flags = coco_flags(*seen, width, height)[:, 2].astype(int).tolist()
    given = [cause if cause in CAUSES else None for cause in truth["occluded_by"][:count]]
    causes = [(cause or UNEXPLAINED) if flag == 1 else None for flag, cause in zip(flags, given, strict=True)]
    left, top, wide, tall = _numbers(truth["bbox"], (4,)).tolist()
    reached = (top <= 0, left + wide >= width, top + tall >= height, left <= 0)
    return Measured(
        flags=tuple(flags),
        causes=tuple(causes),
        fractions=tuple(fraction for fraction, flag in zip(fractions[:COCO].tolist(), flags, strict=False) if flag),
        height=tall / height,
        area=int(truth["area"]),
        cut=tuple(side for side, there in zip(SIDES, reached, strict=True) if there),
        view=view_of(_numbers(truth["keypoints_3d"][:count], (count, 3))),
        pose=_numbers(spec["pose"], (55, 3)) if "pose" in spec else None,
        source=str(spec["pose_source"]).partition(":")[0][:60],
    )


def _numbers(values, shape: tuple) -> np.ndarray:
    array = np.array(values, float)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"expected {shape} finite numbers")
    return array


def view_of(points: np.ndarray) -> tuple[float, float] | None:
    """Where the camera is, as seen from the person's chest.

    Args:
        points: (23, 3) keypoints in the camera's frame, the camera at the origin.
    Returns:
        azimuth in degrees: 0 before the chest, 90 at the person's left, ±180 behind;
        elevation: 90 over the head, -90 under the feet, along the spine however the person lies.
        None when shoulders and hips span no frame.
    """
    shoulders, hips = (points[[AT[f"{side}_{part}"] for side in ("left", "right")]] for part in ("shoulder", "hip"))
    middle = (shoulders.mean(0) + hips.mean(0)) / 2
    up = _unit(shoulders.mean(0) - hips.mean(0))
    camera = _unit(-middle)
    if up is None or camera is None:
        return None
    across = shoulders[0] - shoulders[1] + hips[0] - hips[1]
    left = _unit(across - (across @ up) * up)
    if left is None:
        return None
    forward = np.cross(left, up)
    azimuth = math.degrees(math.atan2(camera @ left, camera @ forward))
    return azimuth, math.degrees(math.asin(float(np.clip(camera @ up, -1, 1))))


def _unit(vector: np.ndarray) -> np.ndarray | None:
    length = np.linalg.norm(vector)
    return vector / length if length > 1e-6 else None

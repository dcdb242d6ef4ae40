"""Where a person's keypoints and their patches are before a camera, worked out of its spec again.

Records keep what the camera met on its way to each point of a patch, not where the points are: that follows from the
body, the shape and the pose. What comes out is compared with the record, so a wrong body file is noticed.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from blender_addon.core.body import BodyModel, load_body
from blender_addon.core.camera import intrinsics, to_camera
from blender_addon.core.catalog import Catalog
from blender_addon.core.distortion import distort
from blender_addon.core.errors import AssetError
from blender_addon.core.family import pose_for
from blender_addon.core.poses.limits import MIRRORED_JOINTS
from blender_addon.core.posing import pose_body
from blender_addon.core.spec import CameraSpec, PersonSpec
from blender_addon.core.visibility import Patches, keypoint_patches
from blender_addon.core.wholebody import SETS, WHOLEBODY_FLIP_PAIRS, locate

AGREEMENT = 0.05
"""Pixels, beside a thousandth of the distance to the middle, between a keypoint worked out again and its record's."""


@dataclass(frozen=True)
class Geometry:
    """One person in a camera's frame, metres."""

    keypoints: np.ndarray
    """(K, 3)."""
    points: np.ndarray
    """(K, P, 3) of the patches."""

    def turned(self, turn: np.ndarray) -> "Geometry":
        """After `turn` (3, 3); a mirror exchanges left and right."""
        keypoints, points = self.keypoints @ turn.T, self.points @ turn.T
        if np.linalg.det(turn) < 0:
            order = flip_order(len(keypoints))
            keypoints, points = keypoints[order], points[order]
        return Geometry(keypoints, points)


@dataclass
class Bodies:
    """Bodies by name, read when they are needed."""

    catalog: Catalog

    def __post_init__(self):
        self.model = lru_cache(maxsize=8)(self._model)
        self.patches = lru_cache(maxsize=16)(self._patches)

    def _model(self, name: str) -> BodyModel:
        return load_body(self.catalog.body(name).path)

    def _patches(self, name: str, keypoints: str) -> Patches:
        return keypoint_patches(self.model(name), keypoints)

    def geometry(self, spec: PersonSpec, camera: CameraSpec, keypoints: str) -> Geometry:
        """Raises AssetError when the body is not among the assets."""
        body = self.model(spec.body)
        posed = pose_body(body, np.array(spec.betas), pose_for(body, spec.pose), np.array(spec.position))
        patches = self.patches(spec.body, keypoints)
        places = locate(body, SETS[keypoints], posed.vertices), posed.vertices[patches.vertices]
        return Geometry(*(to_camera(place, camera) for place in places))


def show(points: np.ndarray, camera: CameraSpec) -> np.ndarray:
    """(..., 3) metres in the camera's frame -> (..., 2) pixels, NaN behind the camera."""
    depth = points[..., 2:]
    matrix = intrinsics(camera)
    tangents = points[..., :2] / np.where(depth > 1e-6, depth, np.nan)
    return distort(tangents, camera.distortion) * matrix[[0, 1], [0, 1]] + matrix[:2, 2]


def set_of(count: int) -> str:
    """The set of keypoints that has so many. Raises ValueError when none has."""
    for name, names in SETS.items():
        if len(names) == count:
            return name
    raise ValueError(f"{count} keypoints, expected {' or '.join(str(len(names)) for names in SETS.values())}")


def check_agreement(pixels: np.ndarray, kept: list, camera: CameraSpec, where: str) -> None:
    """Compare keypoints (K, 2) with those of a record.

    Raises:
        AssetError: they differ, so that this is not the body, or not the program, that the record was made with.
    """
    kept = np.array([(None, None) if pixel is None else pixel for pixel in kept], float)
    middle = np.array([camera.width, camera.height]) / 2
    both = np.isfinite(kept).all(-1) & np.isfinite(pixels).all(-1)
    allowed = AGREEMENT + 1e-3 * np.linalg.norm(kept - middle, axis=-1)
    off = np.linalg.norm(kept - pixels, axis=-1)
    if (off[both] > allowed[both]).any():
        raise AssetError(
            f"{where}: its keypoints lie up to {off[both].max():.1f} px from where its body puts them now. "
            "Give the --assets that it was rendered with, or render it again with this version."
        )


def flip_order(count: int) -> np.ndarray:
    """(K,) which keypoint takes each one's place in a mirror."""
    order = np.arange(count)
    for left, right in WHOLEBODY_FLIP_PAIRS:
        if max(left, right) < count:
            order[[left, right]] = right, left
    return order


def joint_order(count: int) -> np.ndarray:
    """(J,) the same for joints of SMPL, SMPL-H or SMPL-X."""
    body = MIRRORED_JOINTS[:22].tolist()
    if count == 24:
        return np.array([*body, 23, 22])
    if count == 52:
        return np.array([*body, *range(37, 52), *range(22, 37)])
    return MIRRORED_JOINTS

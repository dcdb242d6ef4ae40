"""A spec after its people, things or camera were moved by hand.

A body may be carried anywhere: its root turns with it. What stands on the ground keeps standing, so things take a turn
about Z only. What a spec has no word for is refused, so that a record always makes its picture again.
"""

from dataclasses import replace

import numpy as np

from .errors import SettingsError
from .models import model_params
from .rotations import axis_angle_to_matrix, matrix_to_axis_angle
from .spec import CameraSpec, OccluderSpec, PersonSpec, rounded

STILL = 1e-6
"""Metres, and shares of a turn, by which nothing moves: Blender keeps 32 bits."""
STRAIGHT = 1e-4


def is_still(matrix: np.ndarray) -> bool:
    """Whether a (4, 4) motion moves nothing."""
    return bool(np.abs(matrix - np.eye(4)).max() < STILL)


def check_rigid(matrix: np.ndarray, name: str) -> None:
    """Raises SettingsError for a motion (4, 4) that changes size or shape."""
    turn = matrix[:3, :3]
    if np.abs(turn @ turn.T - np.eye(3)).max() > STRAIGHT or np.linalg.det(turn) < 0:
        raise SettingsError(f"{name} is scaled or mirrored, which no body is. Clear its scale with Alt+S.")


def moved_person(spec: PersonSpec, pelvis: np.ndarray, matrix: np.ndarray, name: str) -> PersonSpec:
    """The person carried by `matrix` (4, 4), which maps its places in the world to new ones.

    Args:
        pelvis: (3,) metres, where the spec puts it.
        name: for messages.
    Raises:
        SettingsError: the motion is not rigid.
    """
    check_rigid(matrix, name)
    if is_still(matrix):
        return spec
    resting = pelvis - np.array(spec.position)  # a body turns about it
    pose, position = _carried(spec.pose, spec.position, resting, matrix)
    moved = replace(spec, pose=pose, position=position)
    if spec.next_pose:
        pose, position = _carried(spec.next_pose, spec.next_position, resting, matrix)
        moved = replace(moved, next_pose=pose, next_position=position)
    return moved


def _carried(pose: tuple, position: tuple, resting: np.ndarray, matrix: np.ndarray) -> tuple:
    turn, shift = matrix[:3, :3], matrix[:3, 3]
    root, *limbs = pose
    root = matrix_to_axis_angle(turn @ axis_angle_to_matrix(root))
    return (rounded(root), *limbs), rounded(turn @ (resting + position) + shift - resting, 5)


def moved_thing(spec: OccluderSpec, matrix: np.ndarray, name: str, facts=None) -> OccluderSpec:
    """A thing whose place in the world is `matrix` (4, 4) now.

    Args:
        facts: models.ModelFacts of a model, which may be made larger; furniture is made to measure and may not.
    Raises:
        SettingsError: it is tilted, mirrored or stretched.
    """
    sizes = np.linalg.norm(matrix[:3, :3], axis=0)
    scale = float(sizes.mean())
    if np.abs(sizes / scale - 1).max() > STRAIGHT or np.linalg.det(matrix[:3, :3]) < 0:
        raise SettingsError(f"{name} is stretched or mirrored, which a scene's file cannot tell. Clear its scale.")
    if matrix[2, 2] / scale < 1 - STRAIGHT:
        raise SettingsError(f"{name} is tilted; things stand upright. Clear its rotation, or turn it about Z only.")
    was = spec.params.get("scale", 1.0)
    params = spec.params
    if abs(scale / was - 1) > STRAIGHT:
        if facts is None or "seat" in params:
            kind = "a seat is" if "seat" in params else "furniture is"
            raise SettingsError(f"{name} is scaled; {kind} made to measure. Clear its scale with Alt+S.")
        params = {**params, **model_params(facts, scale)}
    yaw = round(float(np.arctan2(matrix[1, 0], matrix[0, 0])), 4)
    if abs((yaw - spec.yaw + np.pi) % (2 * np.pi) - np.pi) < STRAIGHT:
        yaw = spec.yaw
    position = rounded(matrix[:3, 3], 4)
    if np.abs(np.subtract(position, spec.position)).max() < STRAIGHT:
        position = spec.position
    return replace(spec, params=params, position=position, yaw=yaw)


def moved_camera(spec: CameraSpec, matrix: np.ndarray) -> CameraSpec:
    """A camera whose place in the world is `matrix` (4, 4) now, looking along its own -Z with +Y up, as Blender's.

    Raises:
        SettingsError: it is mirrored.
    """
    turn = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    if np.linalg.det(turn) < 0:
        raise SettingsError("The camera is mirrored. Clear its scale with Alt+S.")
    rotation = np.diag([1.0, -1.0, -1.0]) @ turn.T
    rotation = _orthogonal(rotation)
    far = np.abs(rotation - np.array(spec.rotation)).max() > STILL * 2
    away = np.abs(matrix[:3, 3] - spec.position).max() > STILL * 10
    return replace(
        spec,
        rotation=rounded(rotation, 9) if far else spec.rotation,
        position=rounded(matrix[:3, 3]) if away else spec.position,
    )


def _orthogonal(matrix: np.ndarray) -> np.ndarray:
    """The rotation nearest to a (3, 3) matrix of 32-bit numbers."""
    left, _, right = np.linalg.svd(matrix)
    return left @ right

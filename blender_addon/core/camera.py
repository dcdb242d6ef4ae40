"""Cameras: x right, y down, z forward; pixels with (0, 0) at the image's top-left corner."""

import numpy as np

from .distortion import distort
from .spec import CameraSpec

SENSOR_MM = 36.0


def intrinsics(camera: CameraSpec) -> np.ndarray:
    """(3, 3) camera matrix in pixels. The sensor's 36 mm lie along the longer side of the picture, as in Blender."""
    focal = camera.focal_mm / SENSOR_MM * max(camera.width, camera.height)
    return np.array([[focal, 0, camera.width / 2], [0, focal, camera.height / 2], [0, 0, 1]])


def distortion(camera: CameraSpec) -> list:
    """[k1, k2, p1, p2] as OpenCV takes them; all 0 for a pinhole."""
    return [*(float(value) for value in camera.distortion or (0, 0)), 0.0, 0.0]


def world_to_camera(camera: CameraSpec) -> np.ndarray:
    """(3, 4) such that x_camera = R @ x_world + t."""
    rotation = np.array(camera.rotation, float)
    return np.hstack([rotation, -rotation @ np.array(camera.position, float)[:, None]])


def to_camera(points: np.ndarray, camera: CameraSpec) -> np.ndarray:
    """(..., 3) metres in the world -> (..., 3) metres in the camera's frame."""
    matrix = world_to_camera(camera)
    return np.asarray(points, float) @ matrix[:, :3].T + matrix[:, 3]


def project(points: np.ndarray, camera: CameraSpec):
    """Project world points to pixels, through the lens where it distorts.

    Args:
        points: (..., 3) metres, world frame.
    Returns:
        pixels: (..., 2) NaN behind the camera.
        depth: (...,) metres along the optical axis.
    """
    local = to_camera(points, camera)
    depth = local[..., 2]
    in_front = np.where(depth > 1e-6, depth, np.nan)
    matrix = intrinsics(camera)
    shown = distort(local[..., :2] / in_front[..., None], camera.distortion)
    pixels = shown * matrix[[0, 1], [0, 1]] + matrix[:2, 2]
    return pixels, depth


def look_at(position, target, roll: float = 0.0) -> np.ndarray:
    """(3, 3) rotation, world to camera, of a camera at `position` that looks at `target`, its head up.

    Args:
        roll: turn about the optical axis; positive turns the picture anti-clockwise.
    """
    forward = np.subtract(target, position).astype(float)
    forward /= np.linalg.norm(forward)
    up = np.array([0.0, 0.0, 1.0]) if abs(forward[2]) < 0.9999 else np.array([0.0, 1.0, 0.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    cosine, sine = np.cos(roll), np.sin(roll)
    turn = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
    return turn @ np.stack([right, down, forward])

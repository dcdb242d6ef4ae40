"""From the camera's frame of a photograph to our world: which way is up, where the person faces, what carries them.

A photograph does not say how its camera was tilted, but those who stand do: their weight is over their feet. So a
standing body that seems to fall towards the camera was photographed from above, and the tilt is given back to the
camera as `elevation`. Who does not stand gives no such hint; that camera is taken to have been level.
The camera's frame: x right, y down, z forward. The world: Z up; a level camera at the origin looks along +Y.
"""

from dataclasses import dataclass

import numpy as np

from assets.poses.kinematics import centres_of_mass, walk
from blender_addon.core.poses.facing import twist_about_z
from blender_addon.core.poses.hands import curl_fingers
from blender_addon.core.poses.mannequin import BODY_JOINTS, SMPL_TO_WORLD, Mannequin, rotation_vectors
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.rotations import axis_angle_to_matrix

CAMERA_TO_WORLD = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
"""Of a level camera."""
STEEPEST = np.radians(75)
"""Beyond this a body lies, whatever its camera did."""
FEET, KNEES, HIPS, ANKLES, NECK = (7, 8, 10, 11), (4, 5), (1, 2), (7, 8), 12


@dataclass(frozen=True)
class Views:
    """N people seen."""

    pose: np.ndarray
    """(N, 55, 3) axis-angle, the root in the Z-up world without a turn about Z, hands relaxed."""
    heading: np.ndarray
    """(N,) radians; 0 faces the camera's place, positive turns to the person's left (anti-clockwise from above)."""
    elevation: np.ndarray
    """(N,) radians by which the line of sight to the person looks down."""
    seat: np.ndarray
    """(N,) bool."""
    standing: np.ndarray
    """(N,) bool: `elevation` was read off the body."""


def view_people(pose, rays=None) -> Views:
    """Take poses out of their photographs.

    Args:
        pose: (N, J >= 22, 3) axis-angle, row 0 from the body to the camera's frame; rows past the wrists are not used.
        rays: (N, 3) towards each person, camera's frame; None: in the middle of the picture.
    """
    pose = np.asarray(pose, float)[:, :BODY_JOINTS]
    rays = np.tile([0.0, 0.0, 1.0], (len(pose), 1)) if rays is None else np.asarray(rays, float)
    rotations = axis_angle_to_matrix(pose)
    joints = walk(rotations)[0] @ CAMERA_TO_WORLD.T
    pitch, standing = _camera_pitch(joints)
    level = _about_x(-pitch) @ CAMERA_TO_WORLD
    root, sight = level @ rotations[:, 0], (level @ rays[..., None])[..., 0]
    joints = joints @ _about_x(-pitch).transpose(0, 2, 1)
    away = np.arctan2(sight[:, 0], sight[:, 1])
    yaw = twist_about_z(root @ SMPL_TO_WORLD.T)
    out = np.zeros((len(pose), 55, 3))
    out[:, 1:BODY_JOINTS] = pose[:, 1:]
    out[:, 0] = rotation_vectors(_about_z(-yaw) @ root)
    out[:, 25:] = relaxed_hands()
    return Views(
        pose=out,
        heading=np.angle(np.exp(1j * (yaw + away))),
        elevation=-np.arctan2(sight[:, 2], np.hypot(sight[:, 0], sight[:, 1])),
        seat=_is_seated(joints),
        standing=standing,
    )


def _camera_pitch(joints) -> tuple[np.ndarray, np.ndarray]:
    """How far each camera looked down (N,), 0 where the body does not tell, and whether it told.

    Args:
        joints: (N, 22, 3), world of a level camera.
    """
    feet, hips, neck = joints[:, FEET].mean(1), joints[:, HIPS].mean(1), joints[:, NECK]
    up = centres_of_mass(joints) - feet
    straight = _cosine(hips - feet, neck - hips) > np.cos(np.radians(40))
    long_legs = np.linalg.norm(hips - feet, axis=1) > 0.62  # of 0.86 m
    tilt = np.arctan2(-up[:, 1], up[:, 2])
    upwards = (up[:, 2] > 0) & (np.abs(up[:, 0]) < up[:, 2]) & (np.abs(tilt) < STEEPEST)
    standing = straight & long_legs & upwards
    return np.where(standing, tilt, 0.0), standing


def _is_seated(joints) -> np.ndarray:
    """(N,) thighs about level, shins down, and the weight behind the feet: without a seat they would fall."""
    thighs = joints[:, KNEES] - joints[:, HIPS]
    shins = joints[:, ANKLES] - joints[:, KNEES]
    level = np.abs(thighs[..., 2]) < 0.55 * np.linalg.norm(thighs, axis=2)
    down = shins[..., 2] < -0.6 * np.linalg.norm(shins, axis=2)
    mass, ankles = centres_of_mass(joints)[:, :2], joints[:, ANKLES, :2].mean(1)
    forward = thighs[..., :2].mean(1)
    forward = forward / np.maximum(np.linalg.norm(forward, axis=1, keepdims=True), 1e-9)
    behind = ((ankles - mass) * forward).sum(1) > 0.1
    return level.all(1) & down.all(1) & behind


def _cosine(a, b) -> np.ndarray:
    return (a * b).sum(1) / np.maximum(np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1), 1e-9)


def _about_x(angle) -> np.ndarray:
    return axis_angle_to_matrix(np.asarray(angle)[:, None] * [1.0, 0.0, 0.0])


def _about_z(angle) -> np.ndarray:
    return axis_angle_to_matrix(np.asarray(angle)[:, None] * [0.0, 0.0, 1.0])


def relaxed_hands() -> np.ndarray:
    """(30, 3) axis-angle of hands that hang loose; photographs' keypoints end at the wrists."""
    mannequin = Mannequin(DEFAULT_SKELETON)
    rng = np.random.default_rng(0)
    for side in (1, -1):
        curl_fingers(mannequin, side, "relaxed", rng)
    return rotation_vectors(mannequin.local)[25:]

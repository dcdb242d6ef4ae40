"""Photos of the open body in a texture that is known, drawn without Blender, for the tests of warp_net."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from blender_addon.core.body import BodyModel
from blender_addon.core.rotations import matrix_to_axis_angle
from warp_net.extract import draw, drawn_uv, wear
from warp_net.fits import Fit
from warp_net.uv_layout import Layout

BACKGROUND = (255, 0, 255)
"""No texel of the texture is near it."""


@dataclass(frozen=True)
class MadePhoto:
    pixels: np.ndarray
    mask: np.ndarray
    fit: Fit


def made_texture(layout: Layout) -> np.ndarray:
    """(T, T, 3) float32: colours that change smoothly over the body, left and right alike, far from BACKGROUND."""
    x, y, z = np.moveaxis(layout.position, -1, 0)
    red = 0.35 + 0.2 * np.sin(9 * y)
    green = 0.65 + 0.2 * np.cos(7 * np.abs(x))
    blue = 0.3 + 0.15 * np.sin(10 * z)
    return layout.padded(np.stack([red, green, blue], -1)).astype(np.float32)


def made_fit(body: BodyModel, around: float = 0.0, side: int = 256, betas=(0.0,) * 10) -> Fit:
    """The T-pose with arms half down, 3 m before the camera, turned `around` degrees."""
    pose = np.zeros((55, 3))
    pose[16, 2], pose[17, 2] = -0.8, 0.8
    turn = np.radians(around)
    upside_down = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
    yaw = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    pose[0] = matrix_to_axis_angle(upside_down @ yaw)
    pelvis = body.joint_template[0]
    translation = np.array([0, -0.3, 3.0]) - pelvis
    middle = np.array([side / 2, side / 2])
    return Fit(body.path.stem, pose, np.array(betas), translation, 1.35 * side, middle, np.array([side, side]))


def made_photo(body: BodyModel, layout: Layout, texture, around: float = 0.0, side: int = 256) -> MadePhoto:
    """The body in its texture on BACKGROUND."""
    fit = made_fit(body, around, side)
    view = draw(body, layout, fit)
    worn = wear(layout.padded(texture), drawn_uv(view, layout))
    pixels = np.where(view.silhouette[..., None], worn * 255 + 0.5, BACKGROUND)
    return MadePhoto(np.clip(pixels, 0, 255).astype(np.uint8), view.silhouette, fit)


def write_photo(folder: Path, photo: MadePhoto) -> None:
    """person.png and person_fits.npz, as `posewright assets fit-poses` writes fits."""
    cv2.imwrite(str(folder / "person.png"), photo.pixels[..., ::-1])
    fit = photo.fit
    arrays = {
        "pose": fit.pose[None],
        "betas": fit.betas[None],
        "translation": fit.translation[None],
        "focal": np.array([fit.focal]),
        "centre": fit.centre[None],
        "size": fit.size[None],
        "image": np.array(["person.png"]),
        "bbox": np.array([[0, 0, 10, 10.0]]),
        "body": fit.body,
    }
    np.savez(folder / "person_fits.npz", **arrays)

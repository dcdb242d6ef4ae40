"""How near a texture is to the true one, and what it looks like worn."""

import cv2
import numpy as np

from blender_addon.core.body import BodyModel
from blender_addon.core.camera import SENSOR_MM, look_at
from blender_addon.core.spec import CameraSpec, LookSpec, PersonSpec, rounded
from warp_net.extract import draw, drawn_uv, wear
from warp_net.fits import Fit
from warp_net.make_data import fit_for, flat_pose
from warp_net.uv_layout import Layout

WORN_SIDE = 256
"""Pixels of a view of the body in its texture."""
VIEWS = (30, 120, 210, 300)
"""Degrees round the person."""
BEST = 60.0
"""Decibels given to a perfect match."""


def psnr(made, true, where) -> float:
    """Decibels over the texels or pixels `where` (H, W) bool; both pictures (H, W, 3) in [0, 1]."""
    square = float(np.square(np.asarray(made, float)[where] - np.asarray(true, float)[where]).mean())
    return min(BEST, -10 * np.log10(max(square, 1e-12)))


def ssim(made, true, where) -> float:
    """Structural similarity (Wang et al. 2004, Gaussian window of 1.5) averaged over `where` (H, W) bool.

    Places outside of `where` are made equal beforehand, so that they say nothing of their neighbours.
    """
    a = np.where(where[..., None], made, true).astype(np.float64)
    b = np.asarray(true, np.float64)
    blur = lambda x: cv2.GaussianBlur(x, (11, 11), 1.5)  # noqa: E731
    ma, mb = blur(a), blur(b)
    aa, bb, ab = blur(a * a) - ma * ma, blur(b * b) - mb * mb, blur(a * b) - ma * mb
    c1, c2 = 0.01**2, 0.03**2
    like = (2 * ma * mb + c1) * (2 * ab + c2) / ((ma * ma + mb * mb + c1) * (aa + bb + c2))
    return float(like[where].mean())


def best_gain(made, true, where) -> np.ndarray:
    """`made` times the factor a channel that brings it nearest to `true`: takes exposure and white balance out."""
    a, b = np.asarray(made, float)[where], np.asarray(true, float)[where]
    gain = (a * b).sum(0) / np.maximum((a * a).sum(0), 1e-9)
    return np.clip(made * gain, 0, 1)


def views_around(body: BodyModel, betas) -> list:
    """Fits of the shaped body standing with its limbs spread, seen from VIEWS."""
    none = LookSpec("", {})
    spec = PersonSpec(body.path.stem, 0, 0, tuple(betas), "", 0, rounded(flat_pose()), (0, 0, 0), none, none, ())
    fits = []
    for around in np.radians(VIEWS):
        position = 4.5 * np.array([np.sin(around), -np.cos(around), 0.1])
        rotation = rounded(look_at(position, (0, 0, -0.1)), 9)
        camera = CameraSpec(WORN_SIDE, WORN_SIDE, SENSOR_MM * 4.5 / 2.1, rounded(position), rotation)
        fits.append(fit_for(spec, body, camera))
    return fits


def worn_views(textures: list, body: BodyModel, layout: Layout, fits: list) -> list:
    """Each texture (T, T, 3) as seen in each fit: a list a fit of (pictures a texture (H, W, 3), shown (H, W) bool)."""
    padded = [layout.padded(texture) for texture in textures]
    seen = []
    for fit in fits:
        uv = drawn_uv(draw(body, layout, fit), layout)
        seen.append(([wear(texture, uv) for texture in padded], np.isfinite(uv).all(-1)))
    return seen


def shade(view_fit: Fit, picture: np.ndarray, body: BodyModel, layout: Layout) -> np.ndarray:
    """A worn picture lit from above and in front, so that its shape can be seen; (H, W, 3) in [0, 1] on grey."""
    vertices = view_fit.posed(body).vertices
    view = draw(body, layout, view_fit)
    corners = vertices[layout.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    light = np.clip(0.62 + 0.38 * (normals @ np.array([0.3, -0.6, -0.74])), 0.25, 1.0)
    drawn = view.silhouette
    lit = np.full(picture.shape, 0.82)
    lit[drawn] = picture[drawn] * light[view.face[drawn], None]
    return lit

"""What of a person's texture one photo shows: for every texel its place in the photo, whether it is seen, its colour.

After iPERCore (Liu et al. 2021): the fitted body is drawn face by face in the photo and in the texture's layout. Here
each texel is projected on its own, so that positions are sub-pixel and the depth test is per texel.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from blender_addon.core.body import BodyModel
from blender_addon.core.raster import rasterise
from warp_net.fits import Fit
from warp_net.silhouette import repair
from warp_net.uv_layout import Layout

BEHIND = 0.012
"""Metres by which a texel may lie behind what is drawn and still be what is drawn."""
GRAZING = 0.12
"""Cosine of the viewing angle under which a texel is stretched over too few pixels to be read."""


@dataclass(frozen=True)
class View:
    """A fitted body drawn in its photo of H x W pixels."""

    face: np.ndarray
    """(H, W) int32 triangle of the layout that a pixel shows, -1 none."""
    share: np.ndarray
    """(H, W, 3) of the triangle's corners."""
    place: np.ndarray
    """(T, T, 2) pixels where each texel is, x right, y down; NaN outside of the islands and behind the camera."""
    visible: np.ndarray
    """(T, T) bool: nothing of the body is before it, it faces the camera, and it is in the picture."""
    cosine: np.ndarray
    """(T, T) of the angle between the surface's normal and the line of sight; 0 outside."""

    @property
    def silhouette(self) -> np.ndarray:
        """(H, W) bool: the body's own, without clothes and hair."""
        return self.face >= 0


@dataclass(frozen=True)
class Extraction:
    """Part of a texture."""

    texture: np.ndarray
    """(T, T, 3) float32 in [0, 1], sRGB; 0 where not seen."""
    weight: np.ndarray
    """(T, T) float32 in [0, 1], how squarely a texel is seen; 0 where it is not."""

    @property
    def seen(self) -> np.ndarray:
        """(T, T) bool."""
        return self.weight > 0


def draw(body: BodyModel, layout: Layout, fit: Fit) -> View:
    """Draw a fitted body in its photo."""
    vertices = fit.posed(body).vertices
    width, height = (int(side) for side in fit.size)
    pixels = fit.project(vertices)
    corners, depth = pixels[layout.triangles], vertices[layout.triangles, 2]
    face, share = rasterise(corners, depth, width, height)
    nearest = _drawn_depth(face, share, depth)
    points, normals = layout.points(vertices), layout.normals(vertices)
    place = fit.project(points)
    sight = -points / np.linalg.norm(points, axis=1, keepdims=True)
    cosine = (normals * sight).sum(1)
    shown = (cosine > GRAZING) & _in_front(place, points[:, 2], cosine, nearest)
    grids = np.full((*layout.face.shape, 2), np.nan), np.zeros(layout.face.shape, bool), np.zeros(layout.face.shape)
    for grid, values in zip(grids, (place, shown, cosine), strict=True):
        grid[layout.inside] = values
    return View(face, share, *grids)


def _drawn_depth(face, share, depth) -> np.ndarray:
    """(H, W) metres, infinite where nothing is drawn."""
    drawn = face >= 0
    nearest = np.full(face.shape, np.inf)
    nearest[drawn] = (depth[face[drawn]] * share[drawn]).sum(1)
    return nearest


def _in_front(place, depth, cosine, nearest) -> np.ndarray:
    """(N,) whether texels are the first thing in their pixel, or in one beside it where surfaces slope away."""
    height, width = nearest.shape
    usable = np.isfinite(place).all(1) & (depth > 0)
    x, y = (np.where(usable, place[:, axis], -1.0) for axis in range(2))
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    farthest = cv2.dilate(np.where(np.isfinite(nearest), nearest, 0).astype(np.float32), np.ones((3, 3), np.uint8))
    column, row = np.clip(x.astype(int), 0, width - 1), np.clip(y.astype(int), 0, height - 1)
    here, around = nearest[row, column], farthest[row, column]
    # A slope's depth changes across a pixel: half of the step to the farthest neighbour is allowed, an edge's is not.
    slope = np.clip(around - here, 0, 0.03) * np.clip(1 - cosine, 0, 1)
    open_edge = ~np.isfinite(here) & (around > 0)
    reference = np.where(open_edge, around, here + slope)
    return usable & inside & (depth <= reference + BEHIND)


def extract(photo: np.ndarray, view: View, mask: np.ndarray | None = None, place=None) -> Extraction:
    """Read the texels that a photo shows.

    Args:
        photo: (H, W, 3) uint8, or float in [0, 1].
        mask: (H, W) bool, the person; background next to it never reaches the texture. None trusts the fit alone.
        place: (T, T, 2) pixels to read instead of `view.place`: corrected ones.
    """
    photo = np.asarray(photo, np.float32) / (255 if photo.dtype == np.uint8 else 1)
    usable = np.ones(photo.shape[:2], bool)
    if mask is not None:
        photo, usable = repair(photo, mask, view.silhouette)
    place = view.place if place is None else place
    colours = sample(photo, place)
    reach = sample(usable.astype(np.float32)[..., None], place)[..., 0]
    weight = np.where(view.visible & (reach > 0.5), np.clip(view.cosine, 0, 1), 0).astype(np.float32)
    return Extraction(np.where(weight[..., None] > 0, colours, 0).astype(np.float32), weight)


def sample(picture: np.ndarray, place: np.ndarray) -> np.ndarray:
    """(H, W, C) float32 at (T, T, 2) pixels -> (T, T, C), linear between pixel centres; NaN reads as 0."""
    outside = ~np.isfinite(place).all(-1)
    at = np.where(outside[..., None], 0, place).astype(np.float32) - 0.5
    read = cv2.remap(picture, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    read = read.reshape(*place.shape[:2], picture.shape[2])
    read[outside] = 0
    return read


def merge(parts: list, soft: float = 0.15) -> Extraction:
    """Several photos of one person: each texel from the photo that sees it most squarely.

    Args:
        parts: Extractions, the front view first; of texels seen nearly as well (within `soft` of the weight) the
            first photo's is taken, so that a texture does not flicker between photos.
    """
    if not parts:
        raise ValueError("no photo to merge")
    weights = np.stack([part.weight for part in parts])
    preferred = weights - soft * (np.arange(len(parts)) > 0)[:, None, None]
    best = np.where(weights > 0, preferred, -np.inf).argmax(0)
    weight = np.take_along_axis(weights, best[None], 0)[0]
    textures = np.stack([part.texture for part in parts])
    texture = np.take_along_axis(textures, best[None, ..., None], 0)[0]
    return Extraction(texture, weight)


def frontness(view: View, layout: Layout) -> float:
    """How much of the body's front a photo shows: the mean z of visible texels' T-pose normals; orders `merge`."""
    shown = view.visible & layout.inside
    return float(layout.normal[shown][:, 2].mean()) if shown.any() else -1.0


def drawn_uv(view: View, layout: Layout) -> np.ndarray:
    """(H, W, 2) texture position of each pixel in texels, x right, y down; NaN where no body is drawn."""
    grid = np.full((*view.face.shape, 2), np.nan)
    drawn = view.silhouette
    uv = np.einsum("nk,nkc->nc", view.share[drawn], layout.corner_uv[view.face[drawn]])
    grid[drawn] = np.stack([uv[:, 0], 1 - uv[:, 1]], 1) * layout.size
    return grid


def wear(texture: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """(T, T, C) padded texture seen through (H, W, 2) of `drawn_uv` -> (H, W, C); 0 where no body is drawn."""
    return sample(np.ascontiguousarray(texture, np.float32), uv)

"""How much of the people in a scene cannot be seen, before it is built.

The same question that truth asks of the finished scene, answered with small pictures of bare bodies and things in a
z-buffer: hair and clothes other than skirts are left out, and what is thinner than a pixel may be missed.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .camera import project
from .family import pose_for
from .keypoints import COCO_NAMES, VISIBLE_ENOUGH
from .posing import pose_body
from .raster import rasterise
from .spec import CameraSpec
from .visibility import keypoint_patches

SKIRTS = ("dress", "skirt")
WINDOW = 112
"""Pixels of the longer side of the picture of one person."""
VIEW = 192
"""Of the picture of a thing, which holds all keypoints."""
UNDER_SKIRT = {"knee": 1.35, "ankle": 0.5}
"""Where a skirt's hem has to be lower than, 0 at the ankles and 1 at the knees, for it to hide them."""
THIN = 0.02
"""Metres before a point of skin from where on something counts as before it."""


@dataclass(frozen=True)
class Sight:
    """COCO's keypoints that are in the picture, each with the points of its patch."""

    person: np.ndarray
    """(K,) number of the figure."""
    places: np.ndarray
    """(K, 3) metres, world frame."""
    pixels: np.ndarray
    """(K, P, 2) of the points."""
    depth: np.ndarray
    """(K, P) metres."""
    seen: np.ndarray
    """(K, P) bool, when there are people only."""
    camera: CameraSpec

    def hidden(self, covered: np.ndarray) -> np.ndarray:
        """(K,) bool: which keypoints are labelled as hidden.

        Args:
            covered: (K, P) bool, by things.
        """
        return (self.seen & ~covered).mean(1) < VISIBLE_ENOUGH


@lru_cache(maxsize=8)
def _patches(body):
    patches = keypoint_patches(body)
    rows = [patches.names.index(name) for name in COCO_NAMES]
    return patches.vertices[rows], patches.nearness[rows], body.keypoint_regressor[rows]


def look(figures: list, bodies: dict, camera: CameraSpec) -> Sight:
    """What the camera sees of people when nothing else is there.

    Args:
        figures: `figure.Figure`; bodies: name -> BodyModel.
    """
    posed = [_pose(figure, bodies) for figure in figures]
    drawn = [project(body.vertices, camera) for body in posed]
    found = []
    for number, figure in enumerate(figures):
        body = bodies[figure.spec.body]
        vertices, nearness, regressor = _patches(body)
        places = regressor @ posed[number].vertices
        points, _ = project(places, camera)
        x, y = points.T
        inside = np.flatnonzero((x >= 0) & (x < camera.width) & (y >= 0) & (y < camera.height))
        if len(inside):
            pixels, depth = (values[vertices[inside]] for values in drawn[number])
            seen = _seen(number, figures, bodies, posed, drawn, vertices[inside], nearness[inside], pixels)
            seen &= ~_under_skirt(figure.spec)[inside, None]
            found.append((np.full(len(inside), number), places[inside], pixels, depth, seen))
    if not found:
        shapes = ((0, 3), (0, 1, 2), (0, 1))
        return Sight(np.zeros(0, int), *map(np.zeros, shapes), np.zeros((0, 1), bool), camera)
    return Sight(*(np.concatenate(values) for values in zip(*found, strict=True)), camera)


def _under_skirt(spec) -> np.ndarray:
    """(17,) bool, of a PersonSpec."""
    hems = [look.params.get("skirt_hem", look.params.get("hem")) for look in spec.garments if look.kind in SKIRTS]
    hem = min((value for value in hems if value is not None), default=np.inf)
    return np.array([hem < UNDER_SKIRT.get(name.split("_")[-1], -np.inf) for name in COCO_NAMES])


def covered_by(sight: Sight, points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(K, P) bool: the points that a thing hides.

    Args:
        points: (N, 3) metres, world frame; triangles: (T, 3).
    """
    pixels, depth = project(points, sight.camera)
    low, scale, size = _window(sight.pixels.reshape(-1, 2), VIEW)
    near = (depth[triangles] > 0.05).all(1)
    covered = np.zeros(sight.seen.shape, bool)
    if not near.any():
        return covered
    corners = triangles[near]
    face, share = rasterise((pixels[corners] - low) * scale, depth[corners], *size)
    row, column = _cells(sight.pixels, low, scale, size)
    hit = face[row, column]
    there = (share[row, column] * depth[corners[hit]]).sum(-1)
    return (hit >= 0) & (there < sight.depth - THIN)


def _pose(figure, bodies: dict):
    spec = figure.spec
    body = bodies[spec.body]
    return pose_body(body, np.array(spec.betas), pose_for(body, spec.pose), np.array(spec.position))


def _seen(number: int, figures, bodies, posed, drawn, vertices, nearness, pixels) -> np.ndarray:
    """(K, P) bool: which points of a person's patches no person hides, as `visibility.judge` has it."""
    low, scale, size = _window(pixels.reshape(-1, 2), WINDOW)
    corners, depths, owners = [], [], []
    for other, figure in enumerate(figures):
        faces = bodies[figure.spec.body].faces
        place, depth = drawn[other]
        if other == number or _meets(place, low, scale, size):
            corners.append((place[faces] - low) * scale)
            depths.append(depth[faces])
            owners.append(np.full(len(faces), other))
    starts = np.cumsum([0] + [len(owner) for owner in owners])
    corners, depths, owners = (np.concatenate(values) for values in (corners, depths, owners))
    face, share = rasterise(corners, depths, *size)
    row, column = _cells(pixels, low, scale, size)
    hit = face[row, column]
    there = (share[row, column] * depths[hit]).sum(-1)
    own = (hit >= 0) & (owners[hit] == number)
    before = (hit >= 0) & (there < drawn[number][1][vertices] - THIN)
    first = starts[int((owners[starts[:-1]] == number).argmax())]
    faces = bodies[figures[number].spec.body].faces
    rest = posed[number].shaped
    middles = rest[faces[np.where(own, hit - first, 0)]].mean(-2)
    far = np.linalg.norm(middles - rest[vertices], axis=-1) >= nearness[:, None]
    return ~np.where(own, far & (there < drawn[number][1][vertices] + THIN), before)


def _window(pixels: np.ndarray, longest: int) -> tuple:
    """Corner, scale and (width, height) of a small picture that holds all of the pixels (N, 2)."""
    low, high = np.nanmin(pixels, axis=0), np.nanmax(pixels, axis=0)
    scale = longest / max(float((high - low).max()), 1e-3)
    width, height = np.ceil((high - low) * scale).astype(int) + 1
    return low - 0.5 / scale, scale, (int(width), int(height))


def _cells(pixels, low, scale: float, size: tuple) -> tuple:
    """Row and column of each place in the small picture."""
    cells = np.nan_to_num((pixels - low) * scale).astype(int)
    return np.clip(cells[..., 1], 0, size[1] - 1), np.clip(cells[..., 0], 0, size[0] - 1)


def _meets(place, low, scale: float, size: tuple) -> bool:
    """Whether some of a person's pixels (V, 2) are in the small picture."""
    with np.errstate(invalid="ignore"):
        inside = (place - low) * scale
        return bool(((inside > 0) & (inside < size)).all(1).any())

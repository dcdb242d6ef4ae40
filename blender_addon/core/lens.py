"""What a lens does that a pinhole does not: depth of field, blur of what moves, distortion.

Blender renders what a pinhole sees, a little more of it than will be shown; `warp` bends that to the picture, so that
there are no black borders. Every other picture of the same camera (masks, depth) is bent by the same function.
"""

from dataclasses import replace

import numpy as np

from .camera import SENSOR_MM, intrinsics, project
from .chance import one_of
from .distortion import distorted_radius, fold, undistort
from .poses.contact import NAMES
from .ranges import Ranges
from .spec import CameraSpec, rounded

F_STOPS = (1.8, 8.0)
"""Of lenses that blur what is not in focus; drawn evenly in its logarithm."""
CROPS = (1.0, 1.0, 1.5, 1.5, 2.0)
"""Sensors of cameras: full, APS-C, Four Thirds. The same f-number blurs so many times less on them."""
PHONE_MM, PHONE_STOPS = 30.0, (6.0, 10.0)
"""Shorter lenses are phones': f/1.8 on their sensors is like f/6 and more on a full one, and nearly all is sharp."""
SHARP_REACH, SHARP = 0.3, 0.0035
"""Metres behind what is focused on at which blur may have this share of the picture's longer side: photographers stop
down until a person is sharp."""
NEAREST_FOCUS = 0.25
"""Metres."""
SHUTTERS = (1 / 250, 1 / 30)
"""Seconds; drawn evenly in their logarithm. Shorter ones freeze people."""
WIDE_BEND, LONG_BEND = (-0.18, 0.0), (-0.04, 0.03)
"""By which share the picture's corners are moved: action cameras and phones to zoom lenses."""
SECOND = (-0.35, -0.1)
"""Share of the corners' move that k2 takes back: fish-eyes bend less and less outwards."""
MARGIN = 2
"""Pixels of pinhole picture beyond what is shown, for bilinear interpolation."""


def sample_lens(rng: np.random.Generator, ranges: Ranges, camera: CameraSpec, main, moving: bool) -> CameraSpec:
    """The camera with a lens and a shutter, each effect with its own chance; all are drawn, whichever shows.

    Args:
        main: `figure.Figure` that is focused on.
        moving: whether anybody's next pose is known; else an open shutter would change nothing.
    """
    draws = rng.random(3)
    f_stop, shutter = _sample_stop(rng, camera.focal_mm), float(np.exp(rng.uniform(*np.log(SHUTTERS))))
    bend = float(rng.uniform(*(WIDE_BEND if camera.focal_mm <= PHONE_MM else LONG_BEND)))
    coefficients = _coefficients(bend, float(rng.uniform(*SECOND)), camera)
    if draws[2] < ranges.distortion:
        camera = replace(camera, distortion=coefficients)
    if moving and draws[1] < ranges.motion_blur:
        camera = replace(camera, shutter=round(shutter, 5))
    if draws[0] < ranges.depth_of_field:
        focus = round(_focus_on(main, camera), 3)
        stop = max(f_stop, sharp_stop(camera.focal_mm, focus))
        camera = replace(camera, f_stop=round(stop, 2), focus=focus)
    return camera


def _sample_stop(rng, focal_mm: float) -> float:
    """F-number, as of a sensor of 36 mm."""
    stop, crop = float(np.exp(rng.uniform(*np.log(F_STOPS)))), one_of(rng, CROPS)
    phone = float(rng.uniform(*PHONE_STOPS))
    return phone if focal_mm < PHONE_MM else stop * crop


def _focus_on(main, camera: CameraSpec) -> float:
    """Metres along the axis to the main person's face when it is in the picture, to the trunk when not."""
    middles = (main.capsules[:, :3] + main.capsules[:, 3:6]) / 2
    for name in ("head", "chest", "pelvis"):
        pixel, depth = project(middles[NAMES.index(name)], camera)
        if depth > NEAREST_FOCUS and (pixel >= 0).all() and (pixel < [camera.width, camera.height]).all():
            return float(depth)
    _, depths = project(main.points, camera)
    return max(float(np.median(depths)), NEAREST_FOCUS)


def sharp_stop(focal_mm: float, focus: float) -> float:
    """The widest f-number at which SHARP_REACH metres behind what is in focus are still sharp (thin lens)."""
    focal = focal_mm / 1000
    return focal**2 * SHARP_REACH / (focus * (focus + SHARP_REACH) * SHARP * SENSOR_MM / 1000)


def _coefficients(bend: float, second: float, camera: CameraSpec) -> tuple:
    """(k1, k2) that move the picture's corners by the share `bend`, less `second` of it."""
    corner = float(np.hypot(camera.width, camera.height)) / 2 / intrinsics(camera)[0, 0]
    k1, k2 = bend / corner**2, second * bend / corner**4
    # Very wide lenses: as much as shows the whole corner with something to spare.
    while np.isfinite(fold((k1, k2))) and distorted_radius(fold((k1, k2)), (k1, k2)) < 1.1 * corner:
        k1, k2 = 0.9 * k1, 0.9 * k2
    return rounded([k1, k2])


def is_blurred(camera: CameraSpec) -> bool:
    """Whether a pixel may show several things at once, so that passes need a picture of their own."""
    return camera.f_stop > 0 or camera.shutter > 0


def pinhole_of(camera: CameraSpec) -> CameraSpec:
    """The pinhole camera that is rendered: as many pixels a degree in the middle, and all that the lens shows.

    Its principal point is its middle; depth of field and shutter stay.
    """
    if not camera.distortion:
        return camera
    focal = intrinsics(camera)[0, 0]
    edge = _edge(camera.width, camera.height)
    reach = np.abs(undistort(edge / focal, camera.distortion)).max(0) * focal
    pad = np.maximum(np.ceil(reach - [camera.width / 2, camera.height / 2]).astype(int) + MARGIN, 0)
    width, height = camera.width + 2 * int(pad[0]), camera.height + 2 * int(pad[1])
    focal_mm = focal * SENSOR_MM / max(width, height)
    # The aperture's diameter is focal length over f-number, and has to stay.
    f_stop = camera.f_stop * focal_mm / camera.focal_mm
    return replace(camera, width=width, height=height, focal_mm=focal_mm, f_stop=f_stop, distortion=())


def _edge(width: int, height: int) -> np.ndarray:
    """(N, 2) points on the picture's edge, from its middle."""
    x, y = np.linspace(-width / 2, width / 2, width + 1), np.linspace(-height / 2, height / 2, height + 1)
    sides = [np.stack([x, np.full_like(x, end)], 1) for end in (y[0], y[-1])]
    return np.concatenate([*sides, *(np.stack([np.full_like(y, end), y], 1) for end in (x[0], x[-1]))])


def warp(pixels: np.ndarray, camera: CameraSpec, nearest: bool = False) -> np.ndarray:
    """A picture by `pinhole_of(camera)` as `camera` shows it.

    Args:
        pixels: (H', W') or (H', W', C) of the pinhole's size.
        nearest: takes values as they are, for numbers that mean things; else bilinear, in floats.
    Returns:
        (H, W) or (H, W, C); what has no distortion is returned as it is.
    """
    if not camera.distortion:
        return pixels
    rendered = pinhole_of(camera)
    if pixels.shape[:2] != (rendered.height, rendered.width):
        raise ValueError(f"a picture of {pixels.shape[:2]}, expected {(rendered.height, rendered.width)}")
    focal = intrinsics(camera)[0, 0]
    x, y = np.arange(camera.width) + 0.5 - camera.width / 2, np.arange(camera.height) + 0.5 - camera.height / 2
    place = undistort(np.stack(np.meshgrid(x, y), -1) / focal, camera.distortion) * focal
    column, row = place[..., 0] + rendered.width / 2, place[..., 1] + rendered.height / 2
    if nearest:
        return pixels[
            np.clip(row.astype(int), 0, rendered.height - 1), np.clip(column.astype(int), 0, rendered.width - 1)
        ]
    return _bilinear(pixels, row - 0.5, column - 0.5)


def _bilinear(pixels, row, column) -> np.ndarray:
    """Values between pixel centres, whose row and column are whole numbers."""
    height, width = pixels.shape[:2]
    row, column = np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)
    top, left = np.minimum(row.astype(int), height - 2), np.minimum(column.astype(int), width - 2)
    down, right = (row - top).astype(np.float32), (column - left).astype(np.float32)
    if pixels.ndim == 3:
        down, right = down[..., None], right[..., None]
    upper = pixels[top, left] * (1 - right) + pixels[top, left + 1] * right
    lower = pixels[top + 1, left] * (1 - right) + pixels[top + 1, left + 1] * right
    return upper * (1 - down) + lower * down

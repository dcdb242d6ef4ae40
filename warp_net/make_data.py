"""What a training person is, without Blender: views that flatten the look, photos, perturbed fits, the file of both.

`python -m headless.warp_data` renders them (nothing in this room may import the scene's builders).
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from blender_addon.core.body import BodyModel
from blender_addon.core.camera import SENSOR_MM, intrinsics, look_at, world_to_camera
from blender_addon.core.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from blender_addon.core.spec import CameraSpec, PersonSpec, rounded
from warp_net.extract import Extraction, draw, extract
from warp_net.fits import Fit
from warp_net.uv_layout import Layout

PHOTO_SIDE = 256
"""Pixels of a photo."""
SPLITS = {"train": 0, "validation": 1, "test": 2}
ARM_DOWN, LEG_OUT = np.radians(38), np.radians(13)
FLAT_VIEWS = (
    *((around, 0) for around in range(0, 360, 60)),
    *((around, 45) for around in (30, 150, 270)),
    *((around, -45) for around in (90, 210, 330)),
)
"""Degrees round the person and above it. All are drawn in one picture, which costs little more than one of them."""
FLAT_COLUMNS, FLAT_CELL, FLAT_TALL = 4, 272, 2.2
"""Views beside each other, pixels of each, metres that it shows."""
FLAT_DISTANCE = 120.0
"""Metres: far away, so that the views at the picture's rim look straight at their person too."""
SHARP = 8
"""Power of the viewing angle's cosine by which views are weighed: cloth is not where the skin is, so views that
look along the surface show it in the wrong place."""


@dataclass(frozen=True)
class Photo:
    """One rendered photo of a training person."""

    pixels: np.ndarray
    """(H, W, 3) uint8."""
    mask: np.ndarray
    """(H, W) bool."""
    true: Fit
    fit: Fit
    """A fit as one would have it: somewhat off."""


def flat_pose() -> np.ndarray:
    """(55, 3) arms and legs spread, so that views from all around see every side of them; stands in the world."""
    pose = np.zeros((55, 3))
    pose[0] = np.pi / 2, 0, 0
    pose[1], pose[2] = (0, 0, LEG_OUT), (0, 0, -LEG_OUT)
    pose[16], pose[17] = (0, 0, -ARM_DOWN), (0, 0, ARM_DOWN)
    return pose


def flat_camera() -> CameraSpec:
    """Sees a wall of copies of the person, one a view of FLAT_VIEWS."""
    rows = -(-len(FLAT_VIEWS) // FLAT_COLUMNS)
    width, height = FLAT_COLUMNS * FLAT_CELL, rows * FLAT_CELL
    focal_mm = SENSOR_MM * FLAT_DISTANCE / (FLAT_TALL * max(FLAT_COLUMNS, rows))
    position = (0.0, -FLAT_DISTANCE, 0.0)
    return CameraSpec(width, height, focal_mm, position, rounded(look_at(position, (0.0, 0.0, 0.0)), 9))


def flat_places(middle) -> list:
    """[(turn (3, 3), shift (3,))]: how each copy of a person whose middle is at `middle` (3,) is moved in the world."""
    rows = -(-len(FLAT_VIEWS) // FLAT_COLUMNS)
    places = []
    for number, (around, above) in enumerate(np.radians(FLAT_VIEWS)):
        turn = axis_angle_to_matrix([above, 0.0, 0.0]) @ axis_angle_to_matrix([0.0, 0.0, -around])
        row, column = divmod(number, FLAT_COLUMNS)
        cell = np.array([column - (FLAT_COLUMNS - 1) / 2, 0.0, (rows - 1) / 2 - row]) * FLAT_TALL
        places.append((turn, cell - turn @ middle))
    return places


def flat_cell(number: int) -> tuple:
    """(x, y) pixels of the top left corner of a view."""
    row, column = divmod(number, FLAT_COLUMNS)
    return column * FLAT_CELL, row * FLAT_CELL


def photo_camera(rng: np.random.Generator, points) -> CameraSpec:
    """A lens, a height and a distance that fill the picture with a person.

    Args:
        points: (N, 3) of the person, world frame.
    """
    low, high = points.min(0), points.max(0)
    middle, radius = (low + high) / 2, np.linalg.norm(high - low) / 2
    focal_mm = float(np.exp(rng.uniform(np.log(26), np.log(75))))
    distance = radius * 2 * focal_mm / SENSOR_MM / rng.uniform(0.84, 1.04)
    eye = np.clip(rng.normal(1.45, 0.3) if rng.random() < 0.8 else rng.uniform(0.3, 3.2), 0.15, None)
    lift = np.arcsin(np.clip((eye - middle[2]) / max(distance, 0.1), -0.4, 0.45))
    position = middle + distance * np.array([0, -np.cos(lift), np.sin(lift)])
    position[2] = max(position[2], 0.1)
    aim = middle + rng.normal(0, 0.03, 3) * radius
    rotation = look_at(position, aim, float(rng.normal(0, np.radians(2))))
    return CameraSpec(PHOTO_SIDE, PHOTO_SIDE, round(focal_mm, 3), rounded(position), rounded(rotation, 9))


def fit_for(spec: PersonSpec, body: BodyModel, camera: CameraSpec, turn=None, shift=(0.0, 0.0, 0.0)) -> Fit:
    """The exact fit of a rendered person.

    Args:
        turn, shift: (3, 3) and (3,) that the whole person was moved by in the world, p -> turn p + shift; None: not
            turned.
    """
    matrix, inner = world_to_camera(camera), intrinsics(camera)
    betas, pose = np.array(spec.betas), np.array(spec.pose, float)
    whole = matrix[:, :3] if turn is None else matrix[:, :3] @ turn
    offset = matrix[:, :3] @ np.asarray(shift) + matrix[:, 3]
    pelvis = body.joint_template[0] + body.joint_shapedirs[0, :, : len(betas)] @ betas
    pose[0] = matrix_to_axis_angle(whole @ axis_angle_to_matrix(pose[0]))
    translation = whole @ (pelvis + spec.position) + offset - pelvis  # SMPL turns the root about the pelvis
    size = np.array([camera.width, camera.height])
    return Fit(spec.body, pose, betas, translation, float(inner[0, 0]), inner[:2, 2].copy(), size)


def perturb(rng: np.random.Generator, fit: Fit, body: BodyModel, strength: float = 1.0) -> Fit:
    """A fit that is off as those from keypoints are: joints by some degrees, shape, place, size and lens.

    The focal length is guessed anew and the distance with it, so that the person keeps its size in the picture.
    """
    pose = fit.pose.copy()
    noise = rng.normal(0, np.radians(3.5) * strength, (21, 3))
    noise[[5, 8, 2]] *= 0.5  # the spine's errors add up
    pose[1:22] += noise
    pose[25:] += rng.normal(0, np.radians(6.0) * strength, (30, 3))
    turn = axis_angle_to_matrix(rng.normal(0, np.radians(2.5) * strength, 3))
    pose[0] = matrix_to_axis_angle(turn @ axis_angle_to_matrix(pose[0]))
    betas = fit.betas + rng.normal(0, 0.3 * strength, len(fit.betas)) * (np.arange(len(fit.betas)) < 10)
    zoom = float(np.exp(rng.normal(0, 0.12 * strength)))
    translation = fit.translation * [1, 1, zoom]
    wrong = replace(fit, pose=pose, betas=betas, translation=translation, focal=fit.focal * zoom)
    return _laid_over(wrong, fit, body, rng.normal(0, 0.006 * strength, 2) * max(fit.size))


def _laid_over(fit: Fit, true: Fit, body: BodyModel, miss) -> Fit:
    """Moved so that the body's joints lie over the true ones on the whole, as fits do, but for `miss` (2,) pixels."""
    wanted = true.project(true.posed(body).joints[:22]) + miss
    for _ in range(3):
        joints = fit.posed(body).joints[:22]
        shown = fit.project(joints)
        depth = joints[:, 2].mean()
        ratio = np.sqrt(shown.var(0).sum() / wanted.var(0).sum())
        step = (wanted.mean(0) - shown.mean(0)) * depth / fit.focal
        away = depth * (np.clip(ratio, 0.5, 2.0) - 1)
        view = (shown.mean(0) - fit.centre) / fit.focal * away
        fit = replace(fit, translation=fit.translation + [*(step + view), away])
    return fit


def flatten(body: BodyModel, layout: Layout, fits: list, albedos: list, masks: list) -> Extraction:
    """Views from all around -> the look laid on the body: each texel the mean of its views, the squarest by far most.

    Args:
        fits: Fit of each view; albedos: (H, W, 3) float in [0, 1], sRGB; masks: (H, W) bool.
    """
    total, weights = np.zeros((layout.size, layout.size, 3)), np.zeros((layout.size, layout.size))
    best = np.zeros_like(weights, np.float32)
    for fit, albedo, mask in zip(fits, albedos, masks, strict=True):
        part = extract(albedo.astype(np.float32), draw(body, layout, fit), mask)
        weight = part.weight.astype(float) ** SHARP
        total += part.texture * weight[..., None]
        weights += weight
        best = np.maximum(best, part.weight)
    texture = total / np.maximum(weights, 1e-12)[..., None]
    return Extraction(texture.astype(np.float32), best)


def save_person(path: Path, look: Extraction, photos: list, facts: str) -> None:
    """Write a training person, whole or not at all.

    Args:
        facts: JSON of what was drawn.
    """
    arrays = {
        "facts": np.array(facts),
        "texture": _picture(look.texture, ".png"),
        "known": np.packbits(look.seen),
        "body": np.array(photos[0].true.body),
    }
    for number, photo in enumerate(photos):
        arrays[f"photo{number}"] = _picture(photo.pixels / np.float32(255), ".jpg")
        arrays[f"mask{number}"] = np.packbits(photo.mask)
        for kind, fit in (("true", photo.true), ("fit", photo.fit)):
            for name in ("pose", "betas", "translation", "focal", "centre", "size"):
                arrays[f"{kind}{number}.{name}"] = np.asarray(getattr(fit, name))
    write_arrays(path, arrays)


def write_arrays(path: Path, arrays: dict) -> None:
    """Write an .npz whole or not at all."""
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load_person(path: Path) -> tuple:
    """Extraction and list of Photos, as `save_person` wrote them."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    texture = _decode(arrays["texture"]).astype(np.float32) / 255
    known = np.unpackbits(arrays["known"]).reshape(texture.shape[:2])
    photos, body = [], str(arrays["body"])
    while f"photo{len(photos)}" in arrays:
        number = len(photos)
        pixels = _decode(arrays[f"photo{number}"])
        mask = np.unpackbits(arrays[f"mask{number}"]).reshape(pixels.shape[:2]).astype(bool)
        photos.append(Photo(pixels, mask, _fit(arrays, f"true{number}", body), _fit(arrays, f"fit{number}", body)))
    return Extraction(texture, known.astype(np.float32)), photos


def _fit(arrays, prefix, body) -> Fit:
    fields = {name: arrays[f"{prefix}.{name}"] for name in ("pose", "betas", "translation", "centre", "size")}
    return Fit(body=body, focal=float(arrays[f"{prefix}.focal"]), **fields)


def _picture(pixels, kind) -> np.ndarray:
    """(H, W, 3) in [0, 1] -> the bytes of a picture file."""
    whole = np.clip(np.asarray(pixels) * 255 + 0.5, 0, 255).astype(np.uint8)[..., ::-1]
    options = [cv2.IMWRITE_JPEG_QUALITY, 93] if kind == ".jpg" else []
    if options:  # colours as fine as brightness: a person is small here
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    return cv2.imencode(kind, whole, options)[1].ravel()


def _decode(data) -> np.ndarray:
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])

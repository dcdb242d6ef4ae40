"""Pictures of real bodies and cutouts of them, drawn by a z-buffer instead of Blender: for tests of augment."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from blender_addon.core.camera import SENSOR_MM, intrinsics, look_at, project, to_camera, world_to_camera
from blender_addon.core.cutout_scenes import FORM, file_names
from blender_addon.core.development import PLAIN
from blender_addon.core.family import pose_for, posed_joints, smpl_joints
from blender_addon.core.png import encode_png
from blender_addon.core.posing import pose_body
from blender_addon.core.raster import rasterise
from blender_addon.core.records import write_bytes_atomically, write_json_atomically
from blender_addon.core.rotations import turn_about_z
from blender_addon.core.spec import (
    CameraSpec,
    LookSpec,
    OccluderSpec,
    PersonSpec,
    SceneSpec,
    WorldSpec,
    rounded,
    to_dict,
)
from blender_addon.core.visibility import NOTHING, answer, keypoint_patches, pack_answers, weigh
from headless.validate.mask import box_of, distance_to_mask

SIZE = 160, 120
FINER = 3
"""Times the pictures' size at which visibility is looked up."""
NO_LOOK = LookSpec("none", {})
WORLD = WorldSpec("", 0.0, 1.0, (0.0, 0.0, 1.6), 8.0, 0.8)
UPRIGHT = (np.pi / 2, 0.0, 0.0)
"""Turns the Y-up body into the Z-up world, facing -Y."""


def made_camera(width: int, height: int, focal: float, eye=(0.0, 0.0, 1.5), target=(0.0, 3.0, 1.0)) -> CameraSpec:
    focal_mm = focal / max(width, height) * SENSOR_MM
    return CameraSpec(width, height, round(focal_mm, 4), rounded(eye), rounded(look_at(eye, target), 9))


def made_person(body, x: float, y: float, heading: float = 0.0) -> PersonSpec:
    """Standing on the ground with arms half down."""
    pose = np.zeros((55, 3))
    pose[0] = turn_about_z(UPRIGHT, heading)
    pose[16, 2], pose[17, 2] = -0.9, 0.9
    betas = (0.0,) * body.shapedirs.shape[-1]
    low = pose_body(body, np.array(betas), pose_for(body, pose), np.zeros(3)).vertices[:, 2].min()
    spec = PersonSpec(
        "open_body", 0.5, 30.0, betas, "families:stand", 0, rounded(pose), (0, 0, 0), NO_LOOK, NO_LOOK, ()
    )
    return replace(spec, position=rounded([x, y, -low], 5))


def draw(people: tuple, camera: CameraSpec, body, finer: int = 1):
    """The person index (H, W), the places in the T-pose (H, W, 3), and everybody posed; `finer` times the size."""
    size = camera.height * finer, camera.width * finer
    if not people:
        return np.zeros(size, np.uint8), np.zeros((*size, 3)), []
    posed = [pose_body(body, np.array(s.betas), pose_for(body, s.pose), np.array(s.position)) for s in people]
    corners = [project(one.vertices, camera) for one in posed]
    pixels = np.concatenate([pixel[body.faces] for pixel, _ in corners]) * finer
    depth = np.concatenate([deep[body.faces] for _, deep in corners])
    face, share = rasterise(pixels, depth, size[1], size[0])
    count = len(body.faces)
    index = np.where(face >= 0, face // count + 1, 0).astype(np.uint8)
    rest = np.concatenate([one.shaped[body.faces] for one in posed])[np.maximum(face, 0)]
    return index, (rest * share[..., None]).sum(2), posed


def answers_of(number: int, posed, patches, index, rest, camera: CameraSpec, finer: int) -> np.ndarray:
    """(K, P) from what the pixel over each point of the patches shows."""
    pixels, _ = project(posed.vertices[patches.vertices], camera)
    cells = np.floor(np.nan_to_num(pixels, nan=-1) * finer).astype(int)
    inside = (cells >= 0).all(-1) & (cells < index.shape[::-1]).all(-1)
    columns, rows = (np.where(inside, cells[..., axis], 0) for axis in (0, 1))
    who = np.where(inside, index[rows, columns].astype(int), NOTHING)
    return answer(patches, number, posed.shaped, np.where(who == 0, NOTHING, who), rest[rows, columns])


def made_truth(people: tuple, camera: CameraSpec, body) -> tuple[dict, np.ndarray]:
    """What render.py would have measured, and the person index."""
    patches = keypoint_patches(body)
    index, rest, everybody = draw(people, camera, body, FINER)
    mask = draw(people, camera, body)[0]
    persons = []
    for number, (spec, posed) in enumerate(zip(people, everybody, strict=True), 1):
        answers = answers_of(number, posed, patches, index, rest, camera, FINER)
        fraction, cause = weigh(answers)
        keypoints = body.keypoint_regressor @ posed.vertices
        pixels, _ = project(keypoints, camera)
        joints = posed_joints(body, spec.betas, posed)
        all_pixels, _ = project(posed.vertices, camera)
        own, low, high = mask == number, all_pixels.min(0) - 1, all_pixels.max(0) + 1
        persons.append(
            {
                "keypoints_px": pixels.round(3).tolist(),
                "visible_fraction": fraction.round(3).tolist(),
                "occluded_by": cause,
                "patches": patches.digest,
                "answers": pack_answers(answers),
                "on_mask": [distance_to_mask(own, *pixel) <= 2.5 for pixel in pixels],
                "keypoints_3d": to_camera(keypoints, camera).round(5).tolist(),
                "joints_3d": to_camera(joints, camera).round(5).tolist(),
                "smpl_joints_3d": to_camera(smpl_joints(joints, posed), camera).round(5).tolist(),
                "bbox": box_of(own) and [int(value) for value in box_of(own)],
                "bbox_full": [round(float(value), 2) for value in (*low, *(high - low))],
                "area": int(own.sum()),
            }
        )
    matrices = {"K": intrinsics(camera).tolist(), "world_to_camera": world_to_camera(camera).round(9).tolist()}
    lens = {**matrices, "distortion": [0.0] * 4}
    return {"width": camera.width, "height": camera.height, "camera": lens, "persons": persons}, mask


def painted(mask: np.ndarray, seed: int) -> np.ndarray:
    """(H, W, 3) uint8 in which people have colours of their own; never two the same."""
    rng = np.random.default_rng(seed)
    pixels = np.array([(120, 130, 110), (60, 70, 160), (170, 90, 60), (60, 140, 90)], np.uint8)[mask]
    return pixels + rng.integers(0, 40, (*mask.shape, 1), np.uint8)


def made_set(out: Path, body, scenes: list, image_format: str = "jpg") -> Path:
    """A data set.

    Args:
        scenes: for each picture the (x, y, heading) of its people.
    """
    entry = [{"name": "open_body", "licence": "CC0", "source": "made", "sha256": "0"}]
    catalog = {"bodies": entry, "environments": []}
    description = {"dataset": 1, "seed": 7, "format": image_format, "ranges": {}, "catalog": catalog, "versions": {}}
    write_json_atomically(out / "dataset.json", description)
    camera = made_camera(*SIZE, 130.0)
    for index, places in enumerate(scenes):
        people = tuple(made_person(body, *place) for place in places)
        truth, mask = made_truth(people, camera, body)
        world = replace(WORLD, rotation=index / 10)
        spec = SceneSpec(7, index, people, (), world, camera, replace(PLAIN, noise=0.01 * index), 1)
        image, mask_file = f"images/{index:06d}.{image_format}", f"masks/{index:06d}.png"
        data = cv2.imencode(f".{image_format}", painted(mask, index)[..., ::-1])[1].tobytes()
        write_bytes_atomically(out / image, data)
        write_bytes_atomically(out / mask_file, encode_png(mask))
        made = {"image": image, "mask": mask_file, "blender": "none", "device": "OpenCV", "seconds": {}}
        record = {"record": 1, "spec": to_dict(spec), "truth": truth, "made": made}
        write_json_atomically(out / f"records/{index:06d}.json", record)
    return out


def made_library(folder: Path, body, people=((1.6, 0.4), (2.2, -1.0)), things=((1.5, 0.9), (2.5, 1.4))) -> Path:
    """Cutouts.

    Args:
        people: (metres to them, heading); things: (metres to it, its height).
    """
    entry = [{"name": "open_body", "licence": "CC0", "source": "made", "sha256": "0"}]
    description = {"cutouts": FORM, "seed": 0, "catalog": {"bodies": entry, "environments": []}}
    write_json_atomically(folder / "cutouts.json", description)
    for number, (away, heading) in enumerate(people):
        camera = made_camera(150, 300, 150.0 * away, target=(0.0, away, 0.85))
        spec = SceneSpec(0, number, (made_person(body, 0.0, away, heading),), (), WORLD, camera, PLAIN, 1)
        truth, mask = made_truth(spec.persons, camera, body)
        _write(folder, f"people_{number:05d}", spec, truth, mask > 0, mask)
    for number, (away, height) in enumerate(things):
        camera = made_camera(160, 200, 190.0 * away / 1.5, target=(0.0, away, height / 2))
        params = {"kind": "box", "size": [0.5, 0.3, height]}
        thing = OccluderSpec("box", params, (0.0, away, 0.0), 0.0)
        corners, _ = project(
            np.array([(-0.25, away, 0), (0.25, away, 0), (0.25, away, height), (-0.25, away, height)]), camera
        )
        solid = cv2.fillPoly(np.zeros((200, 160), np.uint8), [np.rint(corners).astype(int)], 1) > 0
        truth, mask = made_truth((), camera, body)
        spec = SceneSpec(0, number, (), (thing,), WORLD, camera, PLAIN, 1)
        _write(folder, f"things_{number:05d}", spec, truth, solid, mask)
    return folder


def _write(folder: Path, name: str, spec: SceneSpec, truth: dict, solid: np.ndarray, mask: np.ndarray) -> None:
    picture, people, description = file_names(folder, name)
    alpha = cv2.blur(solid.astype(np.float32) * 255, (3, 3)).astype(np.uint8)
    pixels = np.dstack([painted(np.full(solid.shape, 2, np.uint8), len(name)), alpha])
    write_bytes_atomically(picture, cv2.imencode(".png", pixels)[1].tobytes())
    write_bytes_atomically(people, encode_png(cv2.dilate(mask, np.ones((3, 3), np.uint8))))
    write_json_atomically(description, {"cutout": FORM, "spec": json.loads(json.dumps(to_dict(spec))), "truth": truth})

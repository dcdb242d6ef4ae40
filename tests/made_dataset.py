"""A small data set in the form that render.py writes: people of thick lines, drawn, not rendered."""

import json
from pathlib import Path

import cv2
import numpy as np

from blender_addon.core.camera import SENSOR_MM
from blender_addon.core.keypoints import COCO_NAMES, KEYPOINT_NAMES, SKELETON
from blender_addon.core.png import encode_png
from blender_addon.core.records import write_bytes_atomically, write_json_atomically

WIDTH, HEIGHT = 160, 120
FOCAL = 150.0
INTRINSICS = [[FOCAL, 0, WIDTH / 2], [0, FOCAL, HEIGHT / 2], [0, 0, 1]]

# Metres in the camera's frame (x right, y down, z away) of someone who faces it: their left is at our right, +x.
MIDDLE = {"nose": (0, -0.65, -0.12)}
LEFT = {
    "eye": (0.03, -0.68, -0.10),
    "ear": (0.07, -0.66, 0.0),
    "shoulder": (0.18, -0.45, 0.0),
    "elbow": (0.24, -0.18, 0.02),
    "wrist": (0.26, 0.05, -0.05),
    "hip": (0.10, 0.05, 0.0),
    "knee": (0.11, 0.45, -0.02),
    "ankle": (0.12, 0.85, 0.0),
    "big_toe": (0.12, 0.92, -0.2),
    "small_toe": (0.17, 0.92, -0.17),
    "heel": (0.12, 0.92, 0.05),
}
SMPLX_LIMBS = {
    "hip": (1, 2),
    "knee": (4, 5),
    "ankle": (7, 8),
    "shoulder": (16, 17),
    "elbow": (18, 19),
    "wrist": (20, 21),
}


def standing() -> np.ndarray:
    """(23, 3) keypoints of someone of 1.7 m around the origin."""
    sides = {"left": np.array([1, 1, 1]), "right": np.array([-1, 1, 1])}
    points = {f"{side}_{name}": np.array(at) * turn for side, turn in sides.items() for name, at in LEFT.items()}
    return np.array([{**MIDDLE, **points}[name] for name in KEYPOINT_NAMES], float)


def make_dataset(out: Path, pictures: list[list[tuple]], image_format: str = "jpg") -> Path:
    """Write images, masks and records.

    Args:
        pictures: for each picture the positions (x, y, z) in metres of its people, in the camera's frame.
    """
    write_json_atomically(out / "dataset.json", {"dataset": 1, "seed": 7, "ranges": {}, "catalog": {}, "versions": {}})
    for index, positions in enumerate(pictures):
        make_picture(out, index, positions, image_format)
    return out


def make_picture(out: Path, index: int, positions: list[tuple], image_format: str = "jpg") -> None:
    points = [standing() + np.array(position, float) for position in positions]
    mask = draw_mask(points)
    image = f"images/{index:06d}.{image_format}"
    pixels = np.array([(90, 120, 100), (40, 60, 200), (200, 120, 40), (60, 180, 220)], np.uint8)[mask]
    pixels += np.random.default_rng(index).integers(0, 24, pixels.shape, np.uint8)  # as a photo is never of one colour
    write_bytes_atomically(out / image, cv2.imencode(f".{image_format}", pixels)[1].tobytes())
    write_bytes_atomically(out / f"masks/{index:06d}.png", encode_png(mask))
    record = {
        "record": 1,
        "spec": made_spec(index, len(positions)),
        "truth": {
            "width": WIDTH,
            "height": HEIGHT,
            "camera": {"K": INTRINSICS, "world_to_camera": np.eye(3, 4).tolist()},
            "persons": [person_truth(number, person, mask) for number, person in enumerate(points)],
        },
        "made": {
            "image": image,
            "mask": f"masks/{index:06d}.png",
            "blender": "none",
            "device": "OpenCV",
            "seconds": {},
        },
    }
    write_json_atomically(out / f"records/{index:06d}.json", record)


def made_spec(index: int, persons: int) -> dict:
    """What annotate and validate read of a scene, no two alike."""
    rotation = np.eye(3).tolist()
    return {
        "seed": 7,
        "index": index,
        "persons": [{"pose_source": "families:stand"} for _ in range(persons)],
        "world": {"environment": "", "rotation": index / 100},
        "camera": {
            "width": WIDTH,
            "height": HEIGHT,
            "focal_mm": SENSOR_MM * FOCAL / WIDTH,
            "position": [0.0, 0.0, 0.0],
            "rotation": rotation,
        },
    }


def project(points: np.ndarray) -> np.ndarray:
    homogeneous = points @ np.array(INTRINSICS).T
    return homogeneous[:, :2] / homogeneous[:, 2:]


def draw_mask(people: list[np.ndarray]) -> np.ndarray:
    """(H, W) uint8: limbs as thick lines, the nearest person last."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for number in sorted(range(len(people)), key=lambda number: -people[number][:, 2].mean()):
        pixels = [tuple(map(int, pixel)) for pixel in project(people[number])]
        thick = max(int(0.12 * FOCAL / people[number][:, 2].mean()), 3)
        feet = [(15, 17), (15, 19), (16, 20), (16, 22), (17, 18), (20, 21)]
        for start, end in [(a - 1, b - 1) for a, b in SKELETON] + feet:
            cv2.line(mask, pixels[start], pixels[end], number + 1, thick)
        cv2.fillPoly(mask, [np.array([pixels[i] for i in (5, 6, 12, 11)])], number + 1)
    return mask


def person_truth(number: int, points: np.ndarray, mask: np.ndarray) -> dict:
    """What render.py would have measured."""
    own = mask == number + 1
    rows, columns = np.nonzero(own)
    pixels = project(points)
    seen = [_at(mask, pixel) == number + 1 for pixel in pixels]
    near = [_at(cv2.dilate(own.astype(np.uint8), np.ones((5, 5))), pixel) == 1 for pixel in pixels]
    joints = np.tile((points[11] + points[12]) / 2, (55, 1))
    for limb, numbers in SMPLX_LIMBS.items():
        for side, joint in zip(("left", "right"), numbers, strict=True):
            joints[joint] = points[COCO_NAMES.index(f"{side}_{limb}")]
    box = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1] if own.any() else None
    return {
        "keypoints_px": pixels.round(3).tolist(),
        "visible_fraction": [float(value) for value in seen],
        "occluded_by": [None if value else "person" for value in seen],
        "on_mask": near,
        "keypoints_3d": points.round(5).tolist(),
        "joints_3d": joints.round(5).tolist(),
        "smpl_joints_3d": joints[:24].round(5).tolist(),
        "bbox": box and [int(value) for value in box],
        "bbox_full": full_box(points),
        "area": int(own.sum()),
    }


def full_box(points: np.ndarray) -> list:
    """As wide as the thick lines, limbs beyond the picture's edges included."""
    pixels, half = project(points), max(0.12 * FOCAL / points[:, 2].mean(), 3) / 2 + 1
    low, high = pixels.min(0) - half, pixels.max(0) + half
    return [round(float(value), 2) for value in (*low, *(high - low))]


def _at(mask: np.ndarray, pixel) -> int:
    x, y = np.floor(pixel).astype(int)
    return int(mask[y, x]) if 0 <= x < WIDTH and 0 <= y < HEIGHT else 0


def edit_record(out: Path, index: int, change) -> None:
    """Apply `change` to a record's truth, in place."""
    path = out / f"records/{index:06d}.json"
    record = json.loads(path.read_text())
    change(record["truth"])
    path.write_text(json.dumps(record))

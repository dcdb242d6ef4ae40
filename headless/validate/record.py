"""A record's form: enough of it that nothing after this can be surprised."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from blender_addon.core.camera import intrinsics, world_to_camera
from blender_addon.core.dataset import ENDINGS
from blender_addon.core.errors import AssetError
from blender_addon.core.records import image_path, mask_path, people_of, read_record, record_path
from blender_addon.core.visibility import unpack_answers, weigh
from blender_addon.core.wholebody import SETS
from headless.validate.findings import Report
from headless.validate.numbers import as_array

LARGEST_SIDE = 16384
"""Pixels; four times what cameras of phones have. A file that claims more would only fill the memory."""
JOINTS, SMPL_JOINTS = 55, 24
"""SMPL-X's and SMPL's, of every body; the first 22 are the same."""
COUNTS = tuple(len(names) for names in SETS.values())
"""Of keypoints: without face and hands, and with them."""
ROUNDED = 1e-5
"""Records keep the camera to 9 digits, the specs' position and rotation to 6 and 9."""
STRANGE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError)
"""What comes of reading JSON of another form."""


def check_record(out: Path, index: int, seed, report: Report) -> dict | None:
    """The record of a picture, None when it cannot be used.

    Args:
        seed: of dataset.json.
    """
    report.look("records")
    path = record_path(out, index)
    fix = f"Render it again with --only {index}."
    try:
        record = read_record(path)
        wrong = _wrong(record, out, index, seed)
    except AssetError as error:
        report.fault("records", str(error))
        return None
    except STRANGE as error:
        report.fault("records", f"{path} is not a whole record ({type(error).__name__}: {error}). {fix}")
        return None
    if wrong:
        report.fault("records", f"{path}: {wrong}. {fix}")
        return None
    return record


def _wrong(record: dict, out: Path, index: int, seed) -> str:
    """What is wrong with it, or nothing. Raises one of STRANGE for what is not there."""
    spec, truth, made = record["spec"], record["truth"], record["made"]
    if spec["index"] != index:
        return f"it is the record of picture {spec['index']!r}, copied or renamed"
    if spec["seed"] != seed:
        return f"it has the seed {spec['seed']!r}, dataset.json says {seed!r}"
    pictures = [image_path(out, index, ending).relative_to(out).as_posix() for ending in ENDINGS]
    if made["image"] not in pictures:
        return f"it names the picture {made['image']!r}, not {pictures[0]}"
    if made["mask"] != mask_path(out, index).relative_to(out).as_posix():
        return f"it names the mask {made['mask']!r}"
    for side in ("width", "height"):
        if type(truth[side]) is not int or not 0 < truth[side] <= LARGEST_SIDE:
            return f"its {side} is {truth[side]!r}"
    people = len(people_of(spec))
    if len(truth["persons"]) != people:
        return f"{people} persons in its scene, {len(truth['persons'])} measured"
    for number, person in enumerate(truth["persons"]):
        _check_person(person, number)
    return _wrong_camera(truth, spec["camera"])


def _check_person(person: dict, number: int) -> None:
    """Raises one of STRANGE."""
    count = len(person["visible_fraction"])
    for name, *shape in (
        ("visible_fraction", COUNTS),
        ("keypoints_3d", count, 3),
        ("joints_3d", JOINTS, 3),
        ("smpl_joints_3d", SMPL_JOINTS, 3),
    ):
        try:
            as_array(person[name], *shape)
        except ValueError as error:
            raise ValueError(f"{name} of person {number}: {error}") from error
    for name in ("keypoints_px", "occluded_by", "on_mask"):
        if len(person[name]) != count:
            raise ValueError(f"{name} of person {number} has {len(person[name])} entries, expected {count}")
    if not all(type(near) is bool for near in person["on_mask"]):
        raise ValueError(f"on_mask of person {number} holds more than true and false")
    if "answers" in person:  # records had none once
        fraction, cause = weigh(unpack_answers(person["answers"], count))
        if not np.allclose(fraction, person["visible_fraction"], atol=1e-3) or cause != person["occluded_by"]:
            raise ValueError(f"visible_fraction or occluded_by of person {number} is not what its answers come to")
    for name in ("bbox", "bbox_full"):
        if person[name] is not None:
            as_array(person[name], 4)
    if person["area"] and person["bbox_full"] is None:
        raise ValueError(f"bbox_full of person {number} is missing, and pixels of them show")
    if type(person["area"]) is not int:
        raise ValueError(f"area of person {number} is {person['area']!r}")


def _wrong_camera(truth: dict, scene: dict) -> str:
    """scene: the spec's camera."""
    matrix = as_array(truth["camera"]["world_to_camera"], 3, 4)
    inner = as_array(truth["camera"]["K"], 3, 3)
    rotation = matrix[:, :3]
    if not np.allclose(rotation @ rotation.T, np.eye(3), atol=ROUNDED) or np.linalg.det(rotation) < 0:
        return "its world_to_camera is no rotation with a shift"
    camera = SimpleNamespace(**scene)
    if (camera.width, camera.height) != (truth["width"], truth["height"]):
        return f"its scene is {camera.width}x{camera.height}, its picture {truth['width']}x{truth['height']}"
    if not np.allclose(inner, intrinsics(camera), atol=1e-3):
        return "its K is not that of its scene's camera"
    bent = scene.get("distortion") or (0, 0)
    if not np.allclose(as_array(truth["camera"].get("distortion", [0, 0, 0, 0]), 4), [*bent, 0, 0], atol=ROUNDED):
        return "its distortion is not that of its scene's camera"
    if not np.allclose(matrix, world_to_camera(camera), atol=1e-4):
        return "its world_to_camera is not that of its scene's camera"
    return ""

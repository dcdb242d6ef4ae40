"""One person's labels by themselves: form, keypoints, 3D points, left and right."""

import numpy as np

from blender_addon.core.distortion import distort
from blender_addon.core.keypoints import COCO_NAMES, KEYPOINT_NAMES, VISIBLE_ENOUGH
from blender_addon.core.wholebody import WHOLEBODY_NAMES
from headless.coco_entry import PERSON, keypoints_of
from headless.validate.findings import Report
from headless.validate.mask import MASK_DISTANCE, distance_to_mask
from headless.validate.numbers import as_array
from headless.validate.parts import check_parts, part_shapes
from headless.validate.record import COUNTS, JOINTS, SMPL_JOINTS
from headless.validate.sides import LIMB_JOINTS, exchanged_limbs, mirrored_parts

PROJECTION_ERROR = 0.1
"""Pixels between a keypoint and its 3D point, projected. Labels are rounded to 0.01."""
JOINT_DISTANCE = 0.3
"""Metres between a limb's keypoint and its joint; 0.054 is the most among 481 rendered persons, giants are larger."""
AGAIN = "Run `posewright annotate` again; if it stays, render the picture again with --only."


def check_form(annotation: dict) -> None:
    """Raises one of record.STRANGE for a field that is missing or not of its form."""
    if (annotation["category_id"], annotation["iscrowd"]) != (PERSON, 0):
        raise ValueError(f"category {annotation['category_id']!r}, iscrowd {annotation['iscrowd']!r}")
    extras = annotation["posewright"]
    count = len(extras["visible_fraction"])
    if type(extras["person"]) is not int or type(annotation["num_keypoints"]) is not int:
        raise TypeError("person or num_keypoints is no whole number")
    for holder, name, *shape in (
        (annotation, "keypoints", 3 * len(COCO_NAMES)),
        (annotation, "bbox", 4),
        (annotation, "area"),
        (annotation, "bbox_full", 4),
        (extras, "visible_fraction", COUNTS),
        (extras, "keypoints_3d", count, 3),
        (extras, "joints_3d", JOINTS, 3),
        (extras, "smpl_joints_3d", SMPL_JOINTS, 3),
        *((annotation, *field) for field in part_shapes(annotation, count)),
    ):
        try:
            as_array(holder[name], *shape)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    causes = extras["occluded_by"]
    if len(causes) != count or not all(cause is None or isinstance(cause, str) for cause in causes):
        raise ValueError(f"occluded_by holds no {count} causes")
    if set(annotation["segmentation"]) != {"size", "counts"}:
        raise ValueError("segmentation is no run-length code")


def check_person(name: str, annotation: dict, camera, width: int, height: int, report: Report) -> None:
    """All that needs no picture and no mask. The form has been checked.

    Args:
        camera: K (3, 3) and, where the lens bends, its distortion (4,).
    """
    report.look("keypoints", "3D points", "left and right")
    keypoints, extras = keypoints_of(annotation), annotation["posewright"]
    wrong = list(_wrong_keypoints(annotation, keypoints, width, height))
    for problem in wrong:
        report.fault("keypoints", f"{name}: {problem}. {AGAIN}")
    check_parts(name, annotation, width, height, report)
    _count(annotation, keypoints, report)
    if annotation["num_keypoints"] == 0:
        report.warnings.add(f"{name}: shows {annotation['area']:g} pixels and no keypoint.")
    points, joints = np.array(extras["keypoints_3d"], float), np.array(extras["joints_3d"], float)
    off = projection_error(keypoints, points, camera["K"], camera.get("distortion", (0, 0)))
    if off > PROJECTION_ERROR:
        report.fault("3D points", f"{name}: keypoints and their 3D points differ by {off:.1f} px. {AGAIN}")
    limbs = exchanged_limbs(points, joints)
    parts = mirrored_parts(points)
    if limbs or parts:
        report.mirrored += 1
        what = [f"the keypoints of its {limb}s lie at each other's joints" for limb in limbs]
        what += [f"its {part} is a mirror image" for part in parts]
        report.fault("left and right", f"{name}: left and right are exchanged: {', '.join(what)}. {AGAIN}")
    elif joint_distance(points, joints) > JOINT_DISTANCE:
        far = joint_distance(points, joints)
        report.fault("3D points", f"{name}: a joint lies {far:.2f} m from its keypoint. {AGAIN}")


def _wrong_keypoints(annotation: dict, keypoints: list, width: int, height: int):
    """What is wrong with them, a line each."""
    fractions = annotation["posewright"]["visible_fraction"]
    for name, (x, y, flag), fraction in zip(WHOLEBODY_NAMES, keypoints, fractions, strict=False):
        if flag not in (0, 1, 2):
            yield f"{name} has the flag {flag}, not 0, 1 or 2"
        elif flag == 0 and (x or y):
            yield f"{name} is marked outside the picture, and is not 0, 0, 0"
        elif flag and not (0 <= x < width and 0 <= y < height):
            yield f"{name} is marked inside the picture, and lies at {x:g}, {y:g}"
        elif flag == 2 and fraction < VISIBLE_ENOUGH:
            yield f"{name} is marked visible, and {fraction:.0%} of it is seen"
        if not 0 <= fraction <= 1:
            yield f"{name} has the visible fraction {fraction:g}, not 0 to 1"
    labelled = sum(flag > 0 for _, _, flag in keypoints[: len(COCO_NAMES)])
    if labelled != annotation["num_keypoints"]:
        yield f"num_keypoints is {annotation['num_keypoints']}, not {labelled}"


def _count(annotation: dict, keypoints: list, report: Report) -> None:
    """For the summary."""
    report.persons += 1
    report.heights[round(annotation["bbox"][3])] += 1
    causes = annotation["posewright"]["occluded_by"]
    for (_, _, flag), cause in zip(keypoints[: len(COCO_NAMES)], causes, strict=False):
        if flag in (0, 1, 2):
            report.flags[flag] += 1
        if flag == 1:
            shown = cause if cause in (None, "self", "person", "object") else "another cause"
            report.causes[shown or "its mask lies elsewhere"] += 1


def check_on_mask(name: str, annotation: dict, own: np.ndarray, report: Report) -> None:
    """Keypoints that are marked visible lie on own (H, W) bool, or a few pixels off it."""
    report.look("keypoints on masks")
    for keypoint, (x, y, flag) in zip(WHOLEBODY_NAMES, keypoints_of(annotation), strict=False):
        inside = 0 <= x < own.shape[1] and 0 <= y < own.shape[0]
        if flag == 2 and inside and distance_to_mask(own, x, y) > MASK_DISTANCE:
            text = f"{name}: {keypoint} is marked visible, {MASK_DISTANCE:g} px or more off the mask. {AGAIN}"
            report.fault("keypoints on masks", text)


def projection_error(keypoints, points: np.ndarray, camera, distortion=(0, 0)) -> float:
    """Largest distance in pixels between labelled keypoints and their points; infinite when one is behind the lens.

    Args:
        keypoints: x, y, v of each.
        points: (K, 3) metres in the camera's frame.
        camera: (3, 3) its K.
        distortion: k1, k2 and more that are 0.
    """
    labelled = np.array([flag > 0 for _, _, flag in keypoints])
    if not labelled.any():
        return 0.0
    seen = points[labelled]
    if (seen[:, 2] <= 0).any():
        return np.inf
    shown = distort(seen[:, :2] / seen[:, 2:], distortion[:2])
    projected = np.column_stack([shown, np.ones(len(shown))]) @ np.array(camera, float).T
    off = projected[:, :2] - np.array(keypoints, float)[labelled, :2]
    return float(np.linalg.norm(off, axis=1).max())


def joint_distance(points: np.ndarray, joints: np.ndarray) -> float:
    """Metres from the limb's keypoint that is farthest from its joint. points (K, 3), joints (55, 3)."""
    names = [f"{side}_{limb}" for limb in LIMB_JOINTS for side in ("left", "right")]
    numbers = [number for pair in LIMB_JOINTS.values() for number in pair]
    own = points[[KEYPOINT_NAMES.index(name) for name in names]]
    return float(np.linalg.norm(own - joints[numbers], axis=1).max())

"""A picture's region of people who are too small to label: COCO's `iscrowd`, which scores leave out of account."""

import numpy as np

from blender_addon.core.keypoints import COCO_NAMES
from blender_addon.core.wholebody import PARTS
from headless.coco_entry import PERSON
from headless.validate.findings import Report
from headless.validate.mask import check_against_mask
from headless.validate.numbers import as_array


def check_crowd_form(annotation: dict) -> None:
    """Raises one of record.STRANGE for a field that is missing or not of its form."""
    if annotation["category_id"] != PERSON or annotation["num_keypoints"] != 0:
        text = f"category {annotation['category_id']!r}, num_keypoints {annotation['num_keypoints']!r}"
        raise ValueError(f"a crowd has no keypoints, {text}")
    fields = [("keypoints", 3 * len(COCO_NAMES)), ("foot_kpts", 3 * (PARTS["foot"].stop - PARTS["foot"].start))]
    for name, *shape in (*fields, ("bbox", 4), ("bbox_full", 4), ("area",)):
        try:
            as_array(annotation[name], *shape)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    for name in ("keypoints", *(f"{part}_kpts" for part in PARTS)):
        if any(annotation.get(name, ())):
            raise ValueError(f"{name} of a crowd are not all 0")
    persons = annotation["posewright"]["persons"]
    if not persons or len(set(persons)) < len(persons) or {type(number) for number in persons} != {int}:
        raise ValueError(f"a crowd of the persons {persons!r:.40}")
    if set(annotation["segmentation"]) != {"size", "counts"}:
        raise ValueError("segmentation is no run-length code")


def check_crowd(name: str, annotation: dict, mask, report: Report) -> bool:
    """Its outline, area and box are those of its persons' pixels. Whether the outline is. The form has been checked.

    Args:
        mask: (H, W) uint8, None when it cannot be used.
    """
    report.crowded += len(annotation["posewright"]["persons"])
    if mask is None:
        return False
    own = np.isin(mask, [number + 1 for number in annotation["posewright"]["persons"]])
    return check_against_mask(name, annotation, own, report)

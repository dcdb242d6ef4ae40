"""COCO's entry of one person, with COCO-WholeBody's fields, and of a region of people too small to label.

COCO: https://cocodataset.org/#format-data. COCO-WholeBody's fields are those of Jin et al. 2020: `foot_kpts`,
`face_kpts`, `lefthand_kpts` and `righthand_kpts` hold x, y, v like `keypoints`; each part has a `_valid`, and all but
the feet a `_box`.
"""

import numpy as np
from pycocotools import mask as coco_mask

from blender_addon.core.keypoints import COCO_NAMES, coco_flags
from blender_addon.core.wholebody import PARTS

PERSON = 1
"""COCO's category."""
MARGIN = 0.1
"""Share of its longer side by which a part's box is wider than its points: fingers are as thick, cheeks and brows go
on."""


def is_tiny(person: dict, below: float) -> bool:
    """Whether a person of a record is too small to label: the whole of them, not what shows.

    Args:
        below: pixels, the knob `crowd_below`.
    """
    box = person["bbox_full"]
    return box is not None and max(box[2:]) < below


def person_entry(spec: dict, person: dict, number: int, own: np.ndarray, image: dict) -> dict:
    """One annotation.

    Args:
        spec, person: theirs of a record.
        number: in the picture, from 0.
        own: (H, W) bool, their pixels.
        image: COCO's entry of the picture.
    """
    triplets = _triplets(person, image["width"], image["height"])
    body = triplets[: len(COCO_NAMES)]
    return {
        "image_id": image["id"],
        "category_id": PERSON,
        "iscrowd": 0,
        "keypoints": _flat(body),
        "num_keypoints": sum(flag > 0 for _, _, flag in body),
        **_part_fields(triplets, person["keypoints_px"], image),
        **outline_fields(own),
        "bbox_full": person["bbox_full"],
        "posewright": {
            "person": number,
            "pose_source": spec["pose_source"],
            "visible_fraction": person["visible_fraction"],
            "occluded_by": person["occluded_by"],
            "keypoints_3d": person["keypoints_3d"],
            "joints_3d": person["joints_3d"],
            "smpl_joints_3d": person["smpl_joints_3d"],
        },
    }


def crowd_entry(persons: dict, own: np.ndarray, image: dict) -> dict:
    """The one annotation of all who are too small to label in a picture.

    Args:
        persons: number in the picture -> person of the record.
        own: (H, W) bool, the pixels of all of them.
    """
    boxes = np.array([person["bbox_full"] for person in persons.values()])
    low, high = boxes[:, :2].min(0), (boxes[:, :2] + boxes[:, 2:]).max(0)
    count = len(next(iter(persons.values()))["visible_fraction"])
    triplets = [(0.0, 0.0, 0)] * count
    return {
        "image_id": image["id"],
        "category_id": PERSON,
        "iscrowd": 1,
        "keypoints": _flat(triplets[: len(COCO_NAMES)]),
        "num_keypoints": 0,
        **_part_fields(triplets, [None] * count, image),
        **outline_fields(own),
        "bbox_full": [round(float(value), 2) for value in (*low, *(high - low))],
        "posewright": {"persons": sorted(persons)},
    }


def outline_fields(own: np.ndarray) -> dict:
    """Area, box and run lengths of own (H, W) bool."""
    outline = coco_mask.encode(np.asfortranarray(own, np.uint8))
    return {
        "area": float(coco_mask.area(outline)),
        "bbox": [float(value) for value in coco_mask.toBbox(outline)],
        "segmentation": {"size": outline["size"], "counts": outline["counts"].decode("ascii")},
    }


def _part_fields(triplets: list, pixels: list, image: dict) -> dict:
    """COCO-WholeBody's: the feet's always, face and hands where they were measured."""
    fields = {}
    for part, place in PARTS.items():
        if place.stop > len(triplets):
            break
        own = triplets[place]
        valid = any(flag for _, _, flag in own)
        fields[f"{part}_kpts"] = _flat(own)
        fields[f"{part}_valid"] = valid
        if part != "foot":
            fields[f"{part}_box"] = part_box(pixels[place], image["width"], image["height"]) if valid else [0.0] * 4
    return fields


def part_box(pixels: list, width: int, height: int) -> list[float]:
    """[x, y, width, height] around a part's points (x, y), None behind the lens, as far as it is in the picture."""
    points = np.array([point for point in pixels if point is not None], float)
    low, high = points.min(0), points.max(0)
    margin = MARGIN * (high - low).max()
    low, high = np.maximum(low - margin, 0), np.minimum(high + margin, [width, height])
    x, y, right, bottom = np.round([*low, *high], 2).tolist()
    return [x, y, round(right - x, 2), round(bottom - y, 2)]


def _flat(triplets: list) -> list:
    return [value for triplet in triplets for value in triplet]


def _triplets(person: dict, width: int, height: int) -> list[tuple[float, float, int]]:
    """x, y, v of each keypoint, to a hundredth of a pixel. Rounding never carries one over the picture's edge."""
    flags = coco_flags(person["keypoints_px"], person["visible_fraction"], person["on_mask"], width, height)
    x = np.minimum(flags[:, 0].round(2), width - 0.01).tolist()
    y = np.minimum(flags[:, 1].round(2), height - 0.01).tolist()
    return [(round(a, 2), round(b, 2), int(flag)) for a, b, flag in zip(x, y, flags[:, 2], strict=True)]


def keypoints_of(annotation: dict) -> list[tuple[float, float, int]]:
    """x, y, v of all keypoints that an annotation has, in the order of `wholebody.WHOLEBODY_NAMES`."""
    values = list(annotation["keypoints"])
    for part in PARTS:
        values += annotation.get(f"{part}_kpts", [])
    return list(zip(values[0::3], values[1::3], values[2::3], strict=True))


def people_in(annotations: list[dict]) -> list[dict]:
    """Those that are one person each."""
    return [annotation for annotation in annotations if not annotation["iscrowd"]]

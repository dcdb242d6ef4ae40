"""Face and hands for the people of `made_dataset`: a flat face before the nose, hands that hang from the wrists."""

from pathlib import Path

import numpy as np

from blender_addon.core.keypoints import KEYPOINT_NAMES
from blender_addon.core.wholebody import PARTS, WHOLEBODY_FLIP_PAIRS, WHOLEBODY_NAMES
from headless.mask_file import read_mask
from tests.made_dataset import HEIGHT, WIDTH, edit_record, project

FINGER_JOINTS = {"left": (37, 25, 28, 34, 31), "right": (52, 40, 43, 49, 46)}
"""SMPL-X's first joints of thumb, index, middle, ring and pinky."""


def whole(points: np.ndarray) -> np.ndarray:
    """(23, 3) keypoints of somebody -> (133, 3)."""
    at = dict(zip(KEYPOINT_NAMES, points, strict=True))
    face = np.zeros((68, 3))
    for left, right in WHOLEBODY_FLIP_PAIRS:
        if WHOLEBODY_NAMES[left].startswith("face"):
            number = min(left, right) - PARTS["face"].start
            for place, side in ((left, 1), (right, -1)):
                face[place - PARTS["face"].start] = at["nose"] + [side * 0.04, 0.001 * number - 0.02, 0.02]
    middle = (face == 0).all(1)
    face[middle] = at["nose"] + np.outer(np.linspace(-0.02, 0.05, middle.sum()), [0, 1, 0])
    hands = []
    for side in (1, -1):
        wrist = at["left_wrist" if side > 0 else "right_wrist"]
        fingers = [
            wrist + [side * 0.01 * (finger - 2), 0.05 + 0.02 * joint, 0.0] for finger in range(5) for joint in range(4)
        ]
        hands += [wrist, *fingers]
    return np.concatenate([points, face, hands])


def add_wholebody(out: Path, index: int) -> None:
    """Change a record to one that was rendered with --keypoints wholebody."""
    mask = read_mask(out / f"masks/{index:06d}.png", (HEIGHT, WIDTH), "")

    def change(truth):
        for number, person in enumerate(truth["persons"], 1):
            points = whole(np.array(person["keypoints_3d"]))
            pixels = project(points)
            seen, near = np.zeros((2, len(points)), bool)
            for k, (x, y) in enumerate(np.floor(pixels).astype(int)):
                inside = 0 <= x < WIDTH and 0 <= y < HEIGHT
                seen[k] = near[k] = inside and mask[y, x] == number
            joints = np.array(person["joints_3d"])
            for side, part in (("left", "lefthand"), ("right", "righthand")):
                joints[list(FINGER_JOINTS[side])] = points[PARTS[part]][[1, 5, 9, 13, 17]]
            count = len(KEYPOINT_NAMES)
            person["keypoints_px"] += pixels[count:].round(3).tolist()
            person["keypoints_3d"] += points[count:].round(5).tolist()
            person["visible_fraction"] += seen[count:].astype(float).tolist()
            person["occluded_by"] += [None if one else "self" for one in seen[count:]]
            person["on_mask"] += near[count:].tolist()
            person["joints_3d"] = joints.round(5).tolist()

    edit_record(out, index, change)

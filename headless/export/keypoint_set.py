"""What a consumer has to know of the keypoints: names, skeleton, mirror, and how exactly people mark them."""

from dataclasses import dataclass

from blender_addon.core.errors import SettingsError
from blender_addon.core.keypoints import COCO_NAMES, FLIP_PAIRS, KEYPOINT_NAMES, SKELETON

SIGMAS = (
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087,
    0.089, 0.089, 0.068, 0.066, 0.066, 0.092, 0.094, 0.094,
)  # fmt: skip
"""Of COCO's keypoint score, then COCO-WholeBody's for the feet (Jin et al. 2020)."""
FEET_LINKS = (("ankle", "big_toe"), ("ankle", "small_toe"), ("ankle", "heel"))
"""As COCO-WholeBody draws them."""
SETS = ("coco", "coco+feet")


@dataclass(frozen=True)
class KeypointSet:
    """K keypoints in the order of the labels."""

    names: tuple[str, ...]
    links: tuple[tuple[int, int], ...]
    """Pairs counted from 0."""
    sigmas: tuple[float, ...]

    @property
    def flip_idx(self) -> list[int]:
        """(K,) which keypoint each becomes when the picture is mirrored."""
        order = list(range(len(self.names)))
        for left, right in FLIP_PAIRS:
            if left < len(order):
                order[left], order[right] = right, left
        return order

    @property
    def category(self) -> dict:
        """COCO's."""
        return {
            "id": 1,
            "name": "person",
            "supercategory": "person",
            "keypoints": list(self.names),
            "skeleton": [[start + 1, end + 1] for start, end in self.links],
        }

    def label(self, annotation: dict) -> dict:
        """An annotation of `annotate` with these keypoints and no others."""
        keypoints = annotation["keypoints"]
        if len(self.names) > len(COCO_NAMES):
            keypoints = keypoints + annotation["posewright"]["feet"]
        return {**annotation, "keypoints": keypoints, "num_keypoints": sum(flag > 0 for flag in keypoints[2::3])}


def keypoint_set(name: str) -> KeypointSet:
    """Raises SettingsError when there is no such set."""
    if name not in SETS:
        raise SettingsError(f"--keypoints {name}: choose of {', '.join(SETS)}.")
    body = tuple((start - 1, end - 1) for start, end in SKELETON)
    if name == "coco":
        return KeypointSet(COCO_NAMES, body, SIGMAS[: len(COCO_NAMES)])
    feet = tuple(
        (KEYPOINT_NAMES.index(f"{side}_{start}"), KEYPOINT_NAMES.index(f"{side}_{end}"))
        for side in ("left", "right")
        for start, end in FEET_LINKS
    )
    return KeypointSet(KEYPOINT_NAMES, body + feet, SIGMAS)

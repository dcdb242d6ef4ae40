"""What a consumer has to know of the keypoints: names, skeleton, mirror, and how exactly people mark them."""

from dataclasses import dataclass
from itertools import pairwise

from blender_addon.core.errors import SettingsError
from blender_addon.core.keypoints import COCO_NAMES, KEYPOINT_NAMES, SKELETON
from blender_addon.core.wholebody import FINGERS, WHOLEBODY_FLIP_PAIRS, WHOLEBODY_NAMES
from headless.coco_entry import keypoints_of

SIGMAS = (
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087,
    0.089, 0.089, 0.068, 0.066, 0.066, 0.092, 0.094, 0.094,
    0.042, 0.043, 0.044, 0.043, 0.040, 0.035, 0.031, 0.025, 0.020, 0.023, 0.029, 0.032, 0.037, 0.038, 0.043, 0.041,
    0.045, 0.013, 0.012, 0.011, 0.011, 0.012, 0.012, 0.011, 0.011, 0.013, 0.015, 0.009, 0.007, 0.007, 0.007, 0.012,
    0.009, 0.008, 0.016, 0.010, 0.017, 0.011, 0.009, 0.011, 0.009, 0.007, 0.013, 0.008, 0.011, 0.012, 0.010, 0.034,
    0.008, 0.008, 0.009, 0.008, 0.008, 0.007, 0.010, 0.008, 0.009, 0.009, 0.009, 0.007, 0.007, 0.008, 0.011, 0.008,
    0.008, 0.008, 0.01, 0.008,
) + 2 * (
    0.029, 0.022, 0.035, 0.037, 0.047, 0.026, 0.025, 0.024, 0.035, 0.018, 0.024, 0.022, 0.026, 0.017, 0.021, 0.021,
    0.032, 0.02, 0.019, 0.022, 0.031,
)  # fmt: skip
"""Of COCO's keypoint score, then COCO-WholeBody's for feet, face and hands (Jin et al. 2020)."""
FEET_LINKS = (("ankle", "big_toe"), ("ankle", "small_toe"), ("ankle", "heel"))
"""As COCO-WholeBody draws them."""
SETS = ("coco", "coco+feet", "wholebody")


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
        for left, right in WHOLEBODY_FLIP_PAIRS:
            if max(left, right) < len(order):
                order[left], order[right] = right, left
        return order

    @property
    def category(self) -> dict:
        """COCO's; COCO-WholeBody's names the body's keypoints only, as the others have fields of their own."""
        count = len(COCO_NAMES) if self.parted else len(self.names)
        return {
            "id": 1,
            "name": "person",
            "supercategory": "person",
            "keypoints": list(self.names[:count]),
            "skeleton": [[start + 1, end + 1] for start, end in self.links if max(start, end) < count],
        }

    @property
    def parted(self) -> bool:
        """Whether feet, face and hands have fields of their own, as COCO-WholeBody's files have them."""
        return len(self.names) == len(WHOLEBODY_NAMES)

    def label(self, annotation: dict) -> dict:
        """An annotation of `annotate` with these keypoints.

        Raises:
            SettingsError: face and hands are wanted and were not measured.
        """
        points = keypoints_of(annotation)
        if len(points) < len(self.names):
            raise SettingsError(
                "--keypoints wholebody: the data set has no face and hands. Render it with --keypoints wholebody."
            )
        if self.parted or len(self.names) == len(COCO_NAMES):
            return annotation
        kept = {name: value for name, value in annotation.items() if name not in ("foot_kpts", "foot_valid")}
        keypoints = [value for point in points[: len(self.names)] for value in point]
        return {**kept, "keypoints": keypoints, "num_keypoints": sum(flag > 0 for flag in keypoints[2::3])}

    def points_of(self, annotation: dict) -> list[tuple]:
        """(K,) x, y, v of one that `label` made."""
        return keypoints_of(annotation)[: len(self.names)]


def keypoint_set(name: str) -> KeypointSet:
    """Raises SettingsError when there is no such set."""
    if name not in SETS:
        raise SettingsError(f"--keypoints {name}: choose of {', '.join(SETS)}.")
    body = tuple((start - 1, end - 1) for start, end in SKELETON)
    if name == "coco":
        return KeypointSet(COCO_NAMES, body, SIGMAS[: len(COCO_NAMES)])
    if name == "wholebody":
        return KeypointSet(WHOLEBODY_NAMES, body + _feet() + _hands(), SIGMAS)
    return KeypointSet(KEYPOINT_NAMES, body + _feet(), SIGMAS[: len(KEYPOINT_NAMES)])


def _feet() -> tuple:
    return tuple(
        (KEYPOINT_NAMES.index(f"{side}_{start}"), KEYPOINT_NAMES.index(f"{side}_{end}"))
        for side in ("left", "right")
        for start, end in FEET_LINKS
    )


def _hands() -> tuple:
    """Each finger from the wrist, as COCO-WholeBody draws them."""
    chains = (
        [f"{side}_wrist", *(f"{side}_{finger}{number}" for number in (1, 2, 3, 4))]
        for side in ("left", "right")
        for finger in FINGERS
    )
    numbers = ([WHOLEBODY_NAMES.index(name) for name in chain] for chain in chains)
    return tuple(link for chain in numbers for link in pairwise(chain))

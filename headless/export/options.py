"""What may be chosen about an export."""

from dataclasses import dataclass

from blender_addon.core.errors import SettingsError
from headless.export.keypoint_set import KeypointSet, keypoint_set

TARGETS = ("coco", "yolo-pose", "mmpose", "webdataset", "hf")
SHARD_SIZE = 500.0
"""Megabytes: large enough to be read at a stretch, small enough to shuffle by the shard."""


@dataclass(frozen=True)
class Options:
    """Fields as the command line has them."""

    to: str
    keypoints: str = "coco"
    split: float = 1.0
    """Share of the pictures in train; the rest are val. At 1 there is no val."""
    commercial: bool = False
    permitted: tuple[str, ...] = ()
    link: bool = False
    shard_size: float | None = None
    """Megabytes (10^6 bytes); webdataset only."""

    @property
    def keypoint_set(self) -> KeypointSet:
        return keypoint_set(self.keypoints)

    def check(self) -> "Options":
        """Raises SettingsError for what cannot be exported."""
        if self.to not in TARGETS:
            raise SettingsError(f"--to {self.to}: choose of {', '.join(TARGETS)}.")
        keypoint_set(self.keypoints)
        if not 0 < self.split <= 1:  # NaN too
            raise SettingsError(f"--split {self.split:g} is no share for train. Use more than 0, and 1 for no val.")
        if self.shard_size is not None and self.to != "webdataset":
            raise SettingsError(f"--shard-size is for webdataset; {self.to} has no shards. Leave it out.")
        if self.shard_size is not None and not 0 < self.shard_size < 1e9:
            raise SettingsError(f"--shard-size {self.shard_size:g} makes no shard. Give megabytes, as 500.")
        if self.link and self.to == "webdataset":
            raise SettingsError("--link: pictures are copied into webdataset's shards. Leave it out.")
        return self

    def to_dict(self) -> dict:
        """What has to be the same for an export to go on. Copies and links may mix."""
        return {
            "export": 1,
            "to": self.to,
            "keypoints": self.keypoints,
            "split": self.split,
            "commercial": self.commercial,
            "permitted": sorted(self.permitted),
        }

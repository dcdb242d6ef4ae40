"""WebDataset's layout: shards `train-000000.tar` of samples `000123.jpg`, `.json` and `.mask.png`; val likewise.

Each sample's JSON is {"image": COCO's entry, "annotations": [COCO's entries]}. The same pictures give the same bytes.
Format: https://github.com/webdataset/webdataset, tar files whose members of one sample follow each other.
"""

import io
import os
import re
import tarfile
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from blender_addon.core.errors import SettingsError
from blender_addon.core.records import temporary_name
from headless.export.coco import compact
from headless.export.options import SHARD_SIZE, Options
from headless.export.source import Picture, Survey

MEGABYTE = 1_000_000


def write_webdataset(out: Path, pictures: Iterable[Picture], survey: Survey, options: Options) -> None:
    """Pictures that finished shards hold are passed over; others go into new ones, so an export can grow."""
    limit = int((options.shard_size or SHARD_SIZE) * MEGABYTE)
    shards = {split: Shards(out, split, limit) for split in survey.splits}
    try:
        for picture in pictures:
            if not shards[picture.split].holds(picture):
                shards[picture.split].add(picture.file.stem, members_of(picture))
        for split in survey.splits:
            shards[split].close()
    finally:
        for split in survey.splits:
            shards[split].drop()


def members_of(picture: Picture) -> list[tuple[str, bytes]]:
    """(suffix, content) in the order of their names."""
    labels = compact({"image": picture.image, "annotations": picture.annotations})
    members = [
        (picture.name.partition(".")[2], picture.file.read_bytes()),
        ("json", labels.encode()),
        ("mask.png", picture.mask.read_bytes()),
    ]
    return sorted(members)


class Shards:
    """The tar files of one split, one open at a time."""

    def __init__(self, out: Path, split: str, limit: int):
        """Args: limit: bytes of a shard; a sample that is larger has one to itself."""
        self.out, self.split, self.limit = out, split, limit
        self.held: dict[str, Path] = {}
        for path in sorted(out.glob(f"{split}-*.tar")):
            if re.fullmatch(rf"{split}-\d+\.tar", path.name):
                self.held.update(dict.fromkeys(keys_in(path), path))
        self.tar, self.path, self.part = None, None, None

    def holds(self, picture: Picture) -> bool:
        """Raises SettingsError when a shard has the picture as it was before it was rendered again."""
        shard = self.held.get(picture.file.stem)
        if shard and picture.record.stat().st_mtime_ns > shard.stat().st_mtime_ns:
            raise SettingsError(
                f"{shard} holds picture {picture.index:06d} as it was before it was rendered again. "
                "Delete the shard; the same command writes it anew."
            )
        return shard is not None

    def add(self, key: str, members: list[tuple[str, bytes]]) -> None:
        size = sum(tarfile.BLOCKSIZE * (1 + -(-len(data) // tarfile.BLOCKSIZE)) for _, data in members)
        if self.tar and self.tar.offset + size + tarfile.RECORDSIZE > self.limit:
            self.close()
        if not self.tar:
            self._open()
        for suffix, data in members:
            info = tarfile.TarInfo(f"{key}.{suffix}")  # dated 1970 and nobody's, as the class has it
            info.size = len(data)
            self.tar.addfile(info, io.BytesIO(data))

    def _open(self) -> None:
        names = (self.out / f"{self.split}-{number:06d}.tar" for number in count())
        self.path = next(path for path in names if not path.exists())
        self.part = temporary_name(self.path)
        self.tar = tarfile.open(self.part, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 - closed by close, drop

    def close(self) -> None:
        """Finish the open shard, if there is one."""
        if self.tar:
            self.tar.close()
            os.replace(self.part, self.path)
            self.tar = None

    def drop(self) -> None:
        """Throw away a shard that is not finished."""
        if self.tar:
            self.tar.fileobj.close()
            self.part.unlink(missing_ok=True)
            self.tar = None


def keys_in(path: Path) -> list[str]:
    """Samples of a finished shard.

    Raises:
        SettingsError: it is no whole tar file.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            return [member.name.partition(".")[0] for member in tar if member.name.endswith(".json")]
    except (tarfile.TarError, OSError) as error:
        raise SettingsError(
            f"{path} is no whole shard ({error}). Delete it; the same command writes it anew."
        ) from error

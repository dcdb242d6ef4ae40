"""An asset folder that is fetched into: files appear in it whole, or not at all, and nothing beside it."""

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import filelock

from assets.polyhaven.listing import Part
from blender_addon.core.errors import AssetError
from blender_addon.core.records import read_json

SPACE = ".polyhaven"
"""Half files lie in here, of the one run that has the lock."""
LOCK = ".polyhaven.lock"
SPARE = 64 * 2**20
"""Bytes to leave free on the disk."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[Path]:
    """Make the folder and its space for half files; wait while another run has them.

    A killed run leaves its lock open and its half files behind: the next one takes the lock and removes them.

    Raises:
        AssetError: the folder cannot be written.
    """
    space = folder / SPACE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder):
            _remove(space)
            space.mkdir()
            try:
                yield space
            finally:
                _remove(space)
    except OSError as error:
        raise AssetError(f"Cannot write to {folder}: {error.strerror or error}. Choose another --out.") from error


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    lock = filelock.FileLock(folder / LOCK, timeout=0)  # refuses to follow a link
    try:
        lock.acquire()
    except filelock.Timeout:
        print(f"{folder}: waiting for another run that fetches into it", file=sys.stderr)
        lock.acquire(timeout=-1)
    try:
        yield
    finally:
        lock.release()


def _remove(space: Path) -> None:
    """Of a link, the link."""
    if space.is_symlink():
        space.unlink()
    elif space.exists():
        shutil.rmtree(space)


def place(folder: Path, path: str) -> Path:
    """Where `path`, with / between names, is in `folder`.

    Raises:
        AssetError: that is elsewhere, by its name or through a link.
    """
    names = PurePosixPath(path).parts
    if not names or path.startswith("/") or ".." in names or "\\" in path or "\0" in path:
        raise AssetError(f"{path[:80]!r} is not in {folder}. Nothing is written there.")
    target = folder
    for name in names:
        target = target / name
        if target.is_symlink():
            raise AssetError(f"{target} is a link, which may lead anywhere. Put the folder itself there, or remove it.")
    return target


def is_there(target: Path, part: Part) -> bool:
    """Whether the very file is."""
    if not target.is_file() or target.stat().st_size != part.size:
        return False
    with open(target, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == part.md5


def check_room(folder: Path, size: int) -> None:
    """Raises AssetError when the disk has no room for `size` bytes."""
    free = shutil.disk_usage(folder).free
    if size + SPARE > free:
        raise AssetError(f"{size:,} bytes, but {folder} has room for {max(free - SPARE, 0):,}. Free some space.")


def move(half: Path, target: Path) -> None:
    """Give a file that is whole its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(half, target)


def read_note(path: Path) -> dict:
    """Empty when there is none, or a broken one."""
    try:
        return read_json(path)
    except AssetError:
        return {}


def write_note(half: Path, path: Path, note: dict) -> None:
    with open(half, "w", encoding="utf-8") as file:
        json.dump(note, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    move(half, path)

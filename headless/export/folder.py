"""The folder of an export: it belongs to one data set and one set of options, and is only ever added to."""

import filecmp
import json
import os
import re
import shutil
from pathlib import Path

from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.records import read_json, temporary_name, write_bytes_atomically

MANIFEST = "export.json"
PART = re.compile(r"\..+\.\d+\.part(\.\w+)?")
"""Names of files in progress, as `temporary_name` makes them."""


def refuse_other(out: Path, wanted: dict, dataset: Path) -> None:
    """Raise SettingsError when `out` cannot take this export; write nothing."""
    if out.resolve().is_relative_to(dataset.resolve()):
        raise SettingsError(f"--out {out} lies in the data set {dataset}. Choose a folder outside of it.")
    if out.exists() and not out.is_dir():
        raise SettingsError(f"--out {out} is a file. Choose a folder.")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not (out / MANIFEST).is_file():
        raise SettingsError(f"{out} holds something else, no export. Choose another --out.")
    try:
        found = read_json(out / MANIFEST)
    except AssetError as error:
        raise SettingsError(f"{error} Choose another --out.") from error
    for name, value in wanted.items():
        if found.get(name) != value:
            what = f"{name} is {found.get(name)}, not {value}" if name != "dataset" else "of another data set"
            raise SettingsError(
                f"{out} holds another export ({what}). Use the same options to go on with it, or choose another --out."
            )


def begin(out: Path, wanted: dict) -> None:
    """Claim the folder; from then on an interrupted export can be told from other files."""
    if not (out / MANIFEST).exists():
        write_json(out / MANIFEST, wanted)


def finish(out: Path, wanted: dict, pictures: dict) -> None:
    """Say that the export is whole, once all of it is on the disk, and clear away what killed runs left."""
    for left in out.rglob(".*"):
        if PART.fullmatch(left.name):
            left.unlink(missing_ok=True)
    if hasattr(os, "sync"):  # once, as waiting for each of a million files would take hours
        os.sync()
    write_json(out / MANIFEST, {**wanted, "pictures": pictures})


def write_json(path: Path, value) -> None:
    write_bytes_atomically(path, (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode())


def place(source: Path, target: Path, link: bool) -> None:
    """Copy a file, or link it, under its temporary name first. One that is there already, unchanged, stays.

    Raises:
        SettingsError: a link cannot be made between these folders.
    """
    if target.exists() and _same(source, target, link):
        return
    part = temporary_name(target)
    try:
        if link:
            part.unlink(missing_ok=True)
            os.link(source, part)
        else:
            shutil.copyfile(source, part)
            stamp = source.stat()
            os.utime(part, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # by which a later run knows it
        os.replace(part, target)
    except OSError as error:
        if link:
            raise SettingsError(
                f"Cannot link {target} to {source}: {error.strerror}. Leave --link out to copy."
            ) from error
        raise
    finally:
        part.unlink(missing_ok=True)


def _same(source: Path, target: Path, link: bool) -> bool:
    if os.path.samefile(source, target):
        return link
    here, there = source.stat(), target.stat()
    return not link and (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns)


def put(path: Path, data: bytes) -> None:
    """Write a small file under its temporary name, then rename; one that holds just this stays."""
    if path.exists() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return
    part = temporary_name(path)
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def settle(part: Path, path: Path) -> None:
    """Give a finished file its name, unless what has the name is the same: loaders' caches stay fresh."""
    if path.exists() and filecmp.cmp(part, path, shallow=False):
        part.unlink()
    else:
        os.replace(part, path)

"""Folders of photos that people are put into, and which of them are of use."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from .errors import AssetError, SettingsError
from .photo_file import SUFFIXES, PhotoFile, read_header

LARGEST_COCO = 2**30
"""Bytes; COCO's own largest file has 470 million."""
PERSON = "person"


@dataclass(frozen=True)
class Photo:
    """One that may be used."""

    name: str
    """FOLDER/PATH inside it, with slashes."""
    path: Path
    folder: str
    file: PhotoFile


@dataclass(frozen=True)
class PhotoFolder:
    """A folder with photos in it, or in folders in it."""

    name: str
    path: Path
    licence: str
    source: str
    photos: tuple[Photo, ...] = ()
    """Sorted by name; empty until `look_through`."""
    author: str = ""
    kind: str = "background"

    @property
    def sha256(self) -> str:
        """Of the photos' names and sizes in bytes: to read thousands of them through would take longer than a look."""
        lines = (f"{photo.name}\0{photo.path.stat().st_size}\n" for photo in self.photos)
        return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True)
class Backgrounds:
    """What photos there are, and who can open one."""

    folders: tuple[PhotoFolder, ...] = ()
    look: Callable[[Photo], np.ndarray] | None = None
    """-> (h, w, 3) uint8 sRGB, upright, small; Blender's pictures are the scene's to open. Raises AssetError."""

    @cached_property
    def photos(self) -> tuple[Photo, ...]:
        """Of all folders; there may be a hundred thousand."""
        return tuple(photo for folder in self.folders for photo in folder.photos)

    def photo(self, name: str) -> Photo:
        """Raises AssetError when there is none of that name."""
        for folder in self.folders:
            for photo in folder.photos if name.startswith(f"{folder.name}/") else ():
                if photo.name == name:
                    return photo
        raise AssetError(f"No photo named {name!r}. Give --backgrounds the folder that it came from.")


NO_BACKGROUNDS = Backgrounds()


def photo_folder(path, licence: tuple, taken=()) -> PhotoFolder:
    """A folder that nobody has looked through.

    Args:
        licence: licence and source.
        taken: names that other folders have.
    Raises:
        AssetError: there is no such folder.
    """
    path = Path(path)
    if not path.is_dir():
        raise AssetError(f"No folder of photos at {path}. Check --backgrounds.")
    name = base = path.resolve().name or "photos"
    number = 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return PhotoFolder(name, path, *licence)


def look_through(folder: PhotoFolder, people: "People | None" = None) -> tuple:
    """The folder with its photos, judged by their first bytes.

    Links to folders are not followed, names that begin with a dot are passed over.

    Returns:
        the folder, one line for each file that is no photo of use, how many photos `people` does not know, and how
        many it has seen people in.
    """
    photos, skipped, unknown, shown = [], [], 0, 0
    for place, folders, files in os.walk(folder.path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(place, name) for name in sorted(files) if not name.startswith(".")):
            if path.suffix.lower() not in SUFFIXES or not path.is_file():
                continue
            if people and path.name in people.shown:
                shown += 1
                continue
            try:
                name = f"{folder.name}/{path.relative_to(folder.path).as_posix()}"
                name.encode()
                photos.append(Photo(name, path, folder.name, read_header(path)))
                unknown += bool(people) and path.name not in people.known
            except UnicodeEncodeError:
                skipped.append(f"{path!r}: its name is no text")
            except AssetError as error:
                skipped.append(str(error))
    return replace(folder, photos=tuple(sorted(photos, key=lambda photo: photo.name))), skipped, unknown, shown


@dataclass(frozen=True)
class People:
    """Which pictures an annotation file knows, and in which of them it has people; by file name."""

    known: frozenset
    shown: frozenset


def read_people(paths) -> "People | None":
    """From COCO instances or keypoints files. A picture with a person in it, crowds too, is shown.

    Returns:
        what all of them know together; None where there is no file.
    Raises:
        SettingsError: a file cannot be read, is no such file, or knows no category named person.
    """
    found = [_read_people(Path(path)) for path in paths]
    if not found:
        return None
    return People(*(frozenset().union(*sets) for sets in zip(*found, strict=True)))


def _read_people(path: Path) -> tuple:
    """(known, shown)"""
    try:
        if path.stat().st_size > LARGEST_COCO:
            raise SettingsError(f"--without-people {path} is over {LARGEST_COCO >> 30} GB, no annotation file.")
        coco = json.loads(path.read_bytes(), object_hook=_needed)
        person = {entry["id"] for entry in coco["categories"] if entry["name"] == PERSON}
        if not person:
            raise SettingsError(f"--without-people {path} has no category named {PERSON}. Give COCO's own file.")
        names = {entry["id"]: entry["file_name"].replace("\\", "/").rpartition("/")[2] for entry in coco["images"]}
        shown = {names[entry["image_id"]] for entry in coco["annotations"] if entry["category_id"] in person}
    except OSError as error:
        raise SettingsError(f"--without-people: cannot read {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SettingsError(
            f"--without-people {path} is no COCO annotation file ({type(error).__name__}: {error}). "
            "Give one with images, annotations and categories, such as instances_train2017.json."
        ) from error
    return set(names.values()), shown


NEEDED = ("images", "annotations", "categories", "id", "name", "file_name", "image_id", "category_id")


def _needed(entry: dict) -> dict:
    """Outlines and the like are let go while they are read: COCO's file would take 4 GB."""
    return {key: entry[key] for key in NEEDED if key in entry}


def find_backgrounds(folders, people: People | None, say: Callable[[str], None]) -> tuple:
    """Look through folders of photos.

    Args:
        folders: PhotoFolders.
        say: takes a line for people to read.
    Returns:
        the folders that have photos, and a line for each file that is left out.
    Raises:
        AssetError: no photo is left.
    """
    found, skipped, unknown, shown = [], [], 0, 0
    for folder in folders:
        folder, broken, strange, peopled = look_through(folder, people)
        found += [folder] if folder.photos else []
        skipped += broken
        unknown, shown = unknown + strange, shown + peopled
    count = sum(len(folder.photos) for folder in found)
    if not count:
        places = ", ".join(str(folder.path) for folder in folders) or "the asset folders' backgrounds/"
        why = " ".join([*([f"{shown} have people in them."] if shown else []), *skipped[:3]])
        raise AssetError(f"No usable photo in {places}. Give JPEG, PNG or WebP pictures without people. {why}".strip())
    if shown:
        say(f"{shown} photos left out, as --without-people has people in them")
    if unknown:
        say(f"{unknown} of {count} photos are unknown to the file of --without-people, and used")
    return tuple(found), skipped

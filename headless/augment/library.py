"""A library of cutouts, as headless/cutouts.py renders it."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from blender_addon.core.cutout_scenes import FORM, file_names
from blender_addon.core.errors import AssetError
from blender_addon.core.records import read_json
from blender_addon.core.spec import SceneSpec, from_dict
from headless.augment.geometry import set_of
from headless.mask_file import read_mask, whole_png
from headless.validate.numbers import as_array

LARGEST_FILE = 64 * 2**20
LARGEST_SIDE = 8192
NAMED = re.compile(r"(people|things)_\d{5}\.json")
IN_MEMORY = 24
"""Decoded cutouts."""
NOT_OURS = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError)
SOLID = 0.5
"""Alpha from which on a cutout's pixel is the cutout's."""
FIX = "Remove it, its .png and its _people.png, and the same command renders it again."


@dataclass(frozen=True)
class Cutout:
    """What is known of one before its pixels are needed."""

    name: str
    spec: SceneSpec
    truth: dict
    """Of its person, as records keep it; empty for things."""
    sha256: str
    """Of its picture."""

    @property
    def is_person(self) -> bool:
        return bool(self.spec.persons)


@dataclass(frozen=True)
class Library:
    """All cutouts of a folder, sorted by name."""

    folder: Path
    catalog: dict
    """What they were made with, as dataset.json has it."""
    people: tuple[Cutout, ...]
    things: tuple[Cutout, ...]

    @property
    def sha256(self) -> str:
        """The same for the same cutouts."""
        names = "".join(f"{cutout.name} {cutout.sha256}\n" for cutout in (*self.people, *self.things))
        return hashlib.sha256(names.encode()).hexdigest()

    def find(self, name: str) -> Cutout:
        for cutout in (*self.people, *self.things):
            if cutout.name == name:
                return cutout
        raise AssetError(f"No cutout {name} in {self.folder}. Put back the library that the pictures were made with.")


def open_library(folder) -> Library:
    """Read all descriptions and check all files.

    Raises:
        AssetError: it is no library, or something in it is missing, broken, too large, or a link.
    """
    folder = Path(folder)
    head = folder / "cutouts.json"
    if not head.is_file():
        raise AssetError(f"No cutouts.json in {folder}: it is no library of cutouts. Leave --cutouts out to make one.")
    description = read_json(head)
    if description.get("cutouts") != FORM or not isinstance(description.get("catalog"), dict):
        raise AssetError(f"{head} is not of the form {FORM}. Make the library again in another folder.")
    names = sorted(path.stem for path in folder.iterdir() if NAMED.fullmatch(path.name))
    if not names:
        raise AssetError(f"No cutouts in {folder}. Leave --cutouts out to make some.")
    cutouts = [_read(folder, name) for name in names]
    things = tuple(cutout for cutout in cutouts if not cutout.is_person)
    return Library(folder, description["catalog"], tuple(c for c in cutouts if c.is_person), things)


def _read(folder: Path, name: str) -> Cutout:
    picture, people, description = file_names(folder, name)
    for path in (picture, people, description):
        if path.is_symlink() or not path.is_file():
            raise AssetError(f"{path} is missing or a link. {FIX}")
        if path.stat().st_size > LARGEST_FILE:
            raise AssetError(f"{path} is over {LARGEST_FILE >> 20} MB, no cutout of ours. {FIX}")
    try:
        value = read_json(description)
        spec = from_dict(SceneSpec, value["spec"])
        truth = _check(value, spec)
    except NOT_OURS as error:
        raise AssetError(f"{description} describes no cutout ({type(error).__name__}: {error}). {FIX}") from error
    data = picture.read_bytes()
    _check_size(picture, data, spec)
    _check_size(people, people.read_bytes(), spec)
    return Cutout(name, spec, truth, hashlib.sha256(data).hexdigest())


def _check(value: dict, spec: SceneSpec) -> dict:
    """The truth of its person. Raises one of NOT_OURS."""
    if value["cutout"] != FORM or len(spec.persons) > 1 or len(spec.persons) + len(spec.occluders) == 0:
        raise ValueError("another form, or nobody and nothing on it")
    camera = spec.camera
    sides = camera.width, camera.height
    if any(type(side) is not int or not 0 < side <= LARGEST_SIDE for side in sides) or camera.distortion:
        raise ValueError(f"{sides[0]}x{sides[1]} pixels, or a lens that distorts")
    as_array([camera.focal_mm, *camera.position], 4)
    rotation = as_array(camera.rotation, 3, 3)
    if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-5) or camera.focal_mm <= 0:
        raise ValueError("its camera is none")
    people = value["truth"]["persons"]
    if len(people) != len(spec.persons):
        raise ValueError(f"{len(spec.persons)} people, {len(people)} measured")
    for person in people:
        as_array(person["joints_3d"], (24, 52, 55), 3)
        as_array(person["smpl_joints_3d"], 24, 3)
        if set_of(len(person["keypoints_px"])) and not isinstance(person["answers"], str):
            raise TypeError("its answers are no text")
    return people[0] if people else {}


def _check_size(path: Path, data: bytes, spec: SceneSpec) -> None:
    """Before memory is taken for what a head claims."""
    size = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if not whole_png(data) or size != (spec.camera.width, spec.camera.height):
        raise AssetError(f"{path} is damaged, or not of the size that its description says. {FIX}")


@lru_cache(maxsize=IN_MEMORY)
def pixels_of(folder: Path, cutout_name: str, shape: tuple[int, int]) -> np.ndarray:
    """(H, W, 5) float32: linear red, green and blue times alpha, alpha, and the part of alpha that is a person.

    Raises:
        AssetError: a file is broken.
    """
    picture, people, _ = file_names(folder, cutout_name)
    decoded = cv2.imdecode(np.frombuffer(picture.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint8 or decoded.shape != (*shape, 4):
        raise AssetError(f"{picture} holds no picture with alpha, 8 bits a channel. {FIX}")
    index = read_mask(people, shape, FIX)
    alpha = decoded[..., 3:].astype(np.float32) / 255
    linear = to_linear(decoded[..., 2::-1].astype(np.float32) / 255) * alpha
    return np.concatenate([linear, alpha, alpha * (index > 0)[..., None]], -1)


def to_linear(srgb: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1, both in [0, 1]."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """The inverse of `to_linear`."""
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)

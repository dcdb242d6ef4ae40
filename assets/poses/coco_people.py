"""People with keypoints out of a COCO file that may be anybody's: checked, and what is unusable named and counted."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from assets.poses.fit import FEWEST
from blender_addon.core.errors import AssetError

LARGEST_FILE = 2**30
MOST_PEOPLE = 2_000_000
LONGEST_SIDE = 65536
NAMED = 5
"""Complaints of one kind that are spelt out; the rest is counted."""


@dataclass(frozen=True)
class People:
    """N people who can be fitted."""

    keypoints: np.ndarray
    """(N, 17, 3) x, y, v."""
    size: np.ndarray
    """(N, 2) width and height of the picture."""
    bbox: np.ndarray
    """(N, 4) x, y, w, h."""
    focal: np.ndarray
    """(N,) pixels, NaN where the file does not say."""
    centre: np.ndarray
    """(N, 2)."""
    image: np.ndarray
    """(N,) file names."""
    annotation: np.ndarray
    """(N,) ids."""

    def __len__(self) -> int:
        return len(self.keypoints)

    def rows(self, index) -> "People":
        return People(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


def read_people(images, annotations, left_out: Counter, notes: list, known_cameras: bool = True) -> People:
    """Read a COCO keypoint file.

    Args:
        images: folder that the pictures must be in; None does not look.
        left_out: gets reason -> people.
        notes: gets a line for each of the first few things that are wrong.
        known_cameras: use the focal length where the file has one, as ours do.
    Raises:
        AssetError: it is no COCO keypoint file, or nobody in it can be used.
    """
    coco, complaints = _read_json(Path(annotations)), _Complaints(left_out, notes)
    if images is not None and not Path(images).is_dir():
        raise AssetError(f"No folder of pictures at {images}. Give the folder that the annotations' file names lie in.")
    pictures = _read_pictures(coco["images"], images, complaints)
    rows = [_read_person(entry, pictures, complaints) for entry in coco["annotations"]]
    rows = [row for row in rows if row is not None]
    if not rows:
        raise AssetError(
            f"{annotations}: nobody to fit ({dict(sorted(left_out.items()))}). "
            f"People need {FEWEST} labelled keypoints and a picture under {images}."
        )
    keypoints, bbox, number, size, camera, name = zip(*rows, strict=True)
    size, camera = np.array(size, float), np.array(camera, float)
    if not known_cameras:
        camera[:, 0], camera[:, 1:] = np.nan, size / 2
    return People(
        np.array(keypoints), size, np.array(bbox), camera[:, 0], camera[:, 1:], np.array(name), np.array(number)
    )


class _Complaints:
    """Counts people left out; spells out the first few of a kind."""

    def __init__(self, left_out: Counter, notes: list):
        self.left_out, self.notes, self.said = left_out, notes, Counter()

    def person(self, reason: str) -> None:
        self.left_out[reason] += 1

    def say(self, kind: str, line: str) -> None:
        self.said[kind] += 1
        if self.said[kind] <= NAMED:
            self.notes.append(f"{kind}: {line[:200]}")
        elif self.said[kind] == NAMED + 1:
            self.notes.append(f"{kind}: and more")


def _read_json(path: Path) -> dict:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise AssetError(f"{path} is over {LARGEST_FILE >> 20} MB. Split it.")
        coco = json.loads(path.read_bytes())
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise AssetError(f"{path} is not valid JSON ({error}). Download it again.") from None
    lists = isinstance(coco, dict) and all(isinstance(coco.get(key), list) for key in ("images", "annotations"))
    if not lists:
        raise AssetError(f"{path}: expected a COCO keypoint file with lists 'images' and 'annotations'.")
    if len(coco["annotations"]) > MOST_PEOPLE:
        raise AssetError(f"{path}: {len(coco['annotations'])} annotations, at most {MOST_PEOPLE}. Split it.")
    return coco


def _read_pictures(entries: list, folder, complaints: _Complaints) -> dict:
    """Id -> (file name, size, camera) of the pictures that can be used."""
    pictures = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), int):
            complaints.say("image entry without an id", repr(entry))
            continue
        name, size = entry.get("file_name"), (entry.get("width"), entry.get("height"))
        if not _is_inside(name):
            complaints.say("image with a file name that leaves its folder", repr(name))
        elif not all(_is_number(side) and 1 <= side <= LONGEST_SIDE for side in size):
            complaints.say("image without a usable width and height", name)
        elif folder is not None and not (Path(folder) / name).is_file():
            complaints.say("image not in the folder", name)
        else:
            pictures[entry["id"]] = (name, size, _camera(entry, size))
    return pictures


def _is_inside(name) -> bool:
    if not isinstance(name, str) or not name or len(name) > 1024 or "\\" in name or "\0" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and ":" not in path.parts[0]


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e7  # NaN compares false


def _camera(entry: dict, size) -> tuple:
    """Focal length and principal point where the file has them in our own form, else NaN and the middle."""
    try:
        matrix = np.array(entry["posewright"]["camera"]["K"], float)
        focal, x, y = float(matrix[0, 0]), float(matrix[0, 2]), float(matrix[1, 2])
    except (KeyError, TypeError, ValueError, IndexError):
        return (np.nan, size[0] / 2, size[1] / 2)
    sound = 0.1 * max(size) < focal < 100 * max(size) and 0 <= x <= size[0] and 0 <= y <= size[1]
    return (focal, x, y) if sound else (np.nan, size[0] / 2, size[1] / 2)


def _read_person(entry, pictures: dict, complaints: _Complaints) -> tuple | None:
    """One row for People, or None when it cannot be used."""
    if not isinstance(entry, dict):
        complaints.person("annotation is no object")
        return None
    if entry.get("iscrowd"):
        complaints.person("crowd")
        return None
    number, image = entry.get("id"), entry.get("image_id")
    if not isinstance(number, int) or not 0 <= number < 2**62 or not isinstance(image, int):
        complaints.person("annotation without usable ids")
        return None
    if image not in pictures:
        complaints.person("picture missing or unusable")
        return None
    keypoints = _keypoints(entry.get("keypoints"))
    if keypoints is None:
        complaints.person("keypoints are not 17 times x, y, v")
        return None
    name, size, camera = pictures[image]
    if (keypoints[:, 2] > 0).sum() < FEWEST:
        complaints.person(f"fewer than {FEWEST} labelled keypoints")
        return None
    labelled = keypoints[keypoints[:, 2] > 0, :2]
    if np.ptp(labelled, axis=0).max() < 4:
        complaints.person("keypoints all in one place")
        return None
    return keypoints, _box(entry.get("bbox"), labelled), number, size, camera, name


def _keypoints(values) -> np.ndarray | None:
    """(17, 3); COCO's 17 come first where a file has more."""
    if not isinstance(values, list) or len(values) < 51 or len(values) % 3 or len(values) > 3000:
        return None
    if not all(_is_number(value) for value in values[:51]):
        return None
    keypoints = np.array(values[:51], float).reshape(17, 3)
    return keypoints if np.isin(keypoints[:, 2], (0, 1, 2)).all() else None


def _box(values, labelled) -> np.ndarray:
    """The annotation's box, or the one around the keypoints when it is none."""
    if isinstance(values, list) and len(values) == 4 and all(_is_number(value) for value in values):
        box = np.array(values, float)
        if box[2:].min() > 0:
            return box
    low = labelled.min(0)
    return np.concatenate([low, labelled.max(0) - low])

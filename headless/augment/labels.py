"""Labels of a picture on which something was pasted: who is hidden now, by what, and who is new.

A cutout is before everything that it covers, so it is the first thing that the camera meets on its way to every point
that lies behind it: the answers that a record keeps are changed there and weighed again.
"""

from dataclasses import dataclass

import numpy as np

from blender_addon.core.errors import AssetError
from blender_addon.core.records import people_of
from blender_addon.core.spec import CameraSpec, PasteSpec, PersonSpec, from_dict
from blender_addon.core.visibility import PERSON, THING, pack_answers, unpack_answers, weigh
from headless.augment.geometry import Bodies, Geometry, check_agreement, flip_order, joint_order, set_of, show
from headless.augment.view import look_up, on_cutout, pixel_tangents, solid
from headless.validate.mask import box_of, distance_to_mask

MASK_REACH = 2.5
"""Pixels, as scene.truth has it."""


@dataclass
class Labelled:
    """One person with what its labels follow from."""

    truth: dict
    answers: np.ndarray
    """(K, P) of visibility.SEEN, SELF, PERSON, THING."""
    geometry: Geometry
    """In the picture's camera's frame."""

    def hide(self, paste: PasteSpec, layers: np.ndarray, camera: CameraSpec) -> None:
        """After a cutout (h, w, 5) was put before them."""
        pixels = show(self.geometry.points, camera)
        found = look_up(layers, on_cutout(pixel_tangents(np.nan_to_num(pixels, nan=-1e6), camera), paste))
        there, person = solid(found)
        self.answers = np.where(there, np.where(person, PERSON, THING), self.answers).astype(np.uint8)
        fraction, cause = weigh(self.answers)
        self.truth |= {
            "visible_fraction": [round(float(share), 3) for share in fraction],
            "occluded_by": cause,
            "answers": pack_answers(self.answers),
        }

    def mask(self, own: np.ndarray) -> None:
        """After its mask (H, W) bool became another."""
        box = box_of(own)
        pixels = [pixel or (np.nan, np.nan) for pixel in self.truth["keypoints_px"]]
        self.truth |= {
            "bbox": box and [int(value) for value in box],
            "area": int(own.sum()),
            "on_mask": [_is_near(own, *pixel) for pixel in pixels],
        }


def _is_near(own: np.ndarray, x: float, y: float) -> bool:
    inside = -MASK_REACH <= x <= own.shape[1] + MASK_REACH and -MASK_REACH <= y <= own.shape[0] + MASK_REACH
    return bool(inside and distance_to_mask(own, x, y) <= MASK_REACH)


def read_people(record: dict, bodies: Bodies, where: str) -> list[Labelled]:
    """Everybody on a record's picture.

    Raises:
        AssetError: a body is missing or another than that it was made with.
        ValueError, KeyError, TypeError: the record is not of our form.
    """
    camera = from_dict(CameraSpec, record["spec"]["camera"])
    people = []
    for spec, truth in zip(people_of(record["spec"]), record["truth"]["persons"], strict=True):
        person = read_person(from_dict(PersonSpec, spec), camera, truth, len(truth["keypoints_px"]), bodies, where)
        people.append(person)
    return people


def read_person(spec: PersonSpec, camera: CameraSpec, truth: dict, count: int, bodies: Bodies, where: str) -> Labelled:
    """One person of a record or of a cutout, with `count` keypoints, the first of those that the truth has."""
    kept = set_of(len(truth["keypoints_px"]))
    patches = bodies.patches(spec.body, kept)
    if truth["patches"] != patches.digest:
        text = f"{where}: visibility was measured on other patches than this version's."
        raise AssetError(f"{text} Give the --assets that it was rendered with, or render it again.")
    answers = unpack_answers(truth["answers"], len(patches.vertices))
    wanted = set_of(count)
    if count > len(answers):
        raise ValueError(f"{len(answers)} keypoints, {count} are wanted")
    geometry = bodies.geometry(spec, camera, wanted)
    check_agreement(show(geometry.keypoints, camera), truth["keypoints_px"][:count], camera, where)
    return Labelled(dict(truth), answers[:count], geometry)


def turned_person(person: Labelled, paste: PasteSpec, camera: CameraSpec, outline: np.ndarray, digest: str) -> Labelled:
    """Somebody on a cutout as the picture's camera would see them.

    Args:
        person: in the cutout's camera's frame.
        outline: (N, 2) pixels of the picture, all along its edge on the cutout, for the box around all of it.
        digest: of the patches of the picture's keypoints.
    """
    turn = np.array(paste.turn)
    mirrored = np.linalg.det(turn) < 0
    geometry, answers, old = person.geometry.turned(turn), person.answers, person.truth
    if mirrored:
        answers = answers[flip_order(len(answers))]
    fraction, cause = weigh(answers)
    pixels = show(geometry.keypoints, camera)
    points = np.concatenate([outline, show(geometry.points, camera).reshape(-1, 2)])
    points = points[np.isfinite(points).all(1)]
    low, high = points.min(0), points.max(0)
    truth = {
        "keypoints_px": [None if np.isnan(pixel).any() else _rounded(pixel, 3) for pixel in pixels],
        "visible_fraction": _rounded(fraction, 3),
        "occluded_by": cause,
        "patches": digest,
        "answers": pack_answers(answers),
        "keypoints_3d": [_rounded(point, 4) for point in geometry.keypoints],
        "bbox_full": _rounded([*low, *(high - low)], 2),
    }
    for name in ("joints_3d", "smpl_joints_3d"):
        if name in old:
            joints = np.array(old[name], float)
            joints = joints[joint_order(len(joints))] if mirrored else joints
            truth[name] = [_rounded(joint, 4) for joint in joints @ turn.T]
    return Labelled(truth, answers, geometry)


def _rounded(values, digits: int) -> list:
    return [round(float(value), digits) for value in values]

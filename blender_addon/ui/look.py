"""What the camera sees of every keypoint of the scene as it stands, fast enough to follow the mouse."""

from dataclasses import dataclass, replace

import numpy as np

from ..core.camera import project
from ..core.keypoints import coco_flags
from ..core.person import Person
from ..core.spec import SceneSpec
from ..core.visibility import Patches, answer, weigh
from ..core.wholebody import locate
from ..scene.build import BuiltScene
from ..scene.truth import cast_rays
from . import stage
from .standing import read_camera

FEW = 4
"""Rays a keypoint while something is moved."""


@dataclass(frozen=True)
class Seen:
    """One person as it would be labelled."""

    name: str
    """Of its object."""
    names: tuple
    """(K,) of the keypoints."""
    places: np.ndarray
    """(K, 3) metres, world frame."""
    flags: np.ndarray
    """(K,) COCO's: 0 outside the picture, 1 hidden, 2 visible."""
    fraction: np.ndarray
    """(K,) share that the camera sees."""
    cause: tuple
    """(K,) what hides most of the rest, None where nothing does."""


def look(scene, spec: SceneSpec, people: list, patches: dict, rays: int | None = None, read=None) -> list[Seen]:
    """Every person that stands in the scene.

    Args:
        spec: that the scene was built from; people: its persons.
        rays: a keypoint, at most; None for as many as labels take.
        read: stands in for `truth.read_points`, which takes longer than all the rest.
    Raises:
        SettingsError: the scene has no camera that a spec can tell.
    """
    objects = stage.own_objects(scene, "person")
    camera = read_camera(scene, spec.camera)
    standing = [_carried(people[thing[stage.NUMBER]], stage.motion_of(thing)) for thing in objects]
    built = BuiltScene(replace(spec, camera=camera), standing, objects, scene.camera)
    return [_see(built, number, patches, rays, read) for number in range(1, len(objects) + 1)]


def _carried(person: Person, matrix: np.ndarray) -> Person:
    """A person's body where the motion `matrix` (4, 4) has carried it; its surfaces stay behind."""
    turn, shift = matrix[:3, :3], matrix[:3, 3]
    posed = replace(person.posed, vertices=person.posed.vertices @ turn.T + shift)
    return replace(person, posed=posed)


def _see(built: BuiltScene, number: int, patches: dict, rays: int | None, read) -> Seen:
    person, camera = built.people[number - 1], built.spec.camera
    patch: Patches = patches[person.spec.body]
    if rays:
        patch = replace(patch, vertices=patch.vertices[:, :rays])
    vertices = person.posed.vertices
    places = locate(person.body, patch.names, vertices)
    corners, back = np.unique(patch.vertices, return_inverse=True)
    back = back.reshape(patch.vertices.shape)
    hit_person, hit_rest = (found[back] for found in cast_rays(built, vertices[corners], read))
    fraction, cause = weigh(answer(patch, number, person.posed.shaped, hit_person, hit_rest))
    pixels, _ = project(places, camera)
    flags = coco_flags(pixels, fraction, np.ones(len(places), bool), camera.width, camera.height)[:, 2]
    return Seen(built.objects[number - 1].name, patch.names, places, flags.astype(int), fraction, tuple(cause))


def tell(seen: Seen) -> str:
    """One line on what hides a person's keypoints, for the status bar."""
    by_cause = {}
    for name, flag, cause in zip(seen.names, seen.flags, seen.cause, strict=True):
        if flag == 1:
            by_cause.setdefault(cause or "nothing near", []).append(name.replace("_", " "))
    outside = int((seen.flags == 0).sum())
    words = {"self": "their own body", "person": "somebody else", "object": "a thing"}
    parts = [f"hidden by {words.get(cause, cause)}: {_few(names)}" for cause, names in sorted(by_cause.items())]
    if outside:
        parts.append(f"{outside} outside the picture")
    shown = int((seen.flags == 2).sum())
    return f"{seen.name}: {shown} of {len(seen.names)} keypoints visible; " + ("; ".join(parts) or "none is hidden")


def _few(names: list, most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")

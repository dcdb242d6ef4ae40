"""One picture: draw what is pasted on it, paste it, bring its labels up to date."""

import io
from dataclasses import replace

import cv2
import numpy as np
from PIL import Image, JpegImagePlugin

from blender_addon.core.camera import intrinsics
from blender_addon.core.spec import CameraSpec, PasteSpec, from_dict, rounded, to_dict
from headless.augment.geometry import Bodies, set_of, show
from headless.augment.labels import Labelled, read_people, read_person, turned_person
from headless.augment.library import SOLID, Cutout, Library, pixels_of
from headless.augment.looks import composed, match, softened
from headless.augment.options import Options
from headless.augment.place import find_place
from headless.augment.view import View, look_up, on_cutout, solid, tangents_of

AUGMENT = 77
"""Of the random numbers: other than those that scenes are drawn from, for the same seed."""
MOST_PEOPLE = 255
"""Numbers of a mask."""


def paste_on(record: dict, pixels: np.ndarray, mask: np.ndarray, library: Library, bodies: Bodies, options: Options):
    """Paste what the seed says on one picture.

    Args:
        record: a whole one, not changed.
        pixels: (H, W, 3) uint8, mask: (H, W) uint8.
    Returns:
        the record's new 'spec' and 'truth', the new pixels and mask; and how often no place was found.
    """
    spec, truth = record["spec"], record["truth"]
    where = f"Record {spec['index']:06d}"
    people = read_people(record, bodies, where)
    ranges = [float(np.linalg.norm(person.geometry.keypoints, axis=1).mean()) for person in people]
    camera, noise = from_dict(CameraSpec, spec["camera"]), float(spec["development"]["noise"])
    view = View(camera, noise, pixels, mask.copy(), ranges, np.full(mask.shape, np.inf))
    rng = np.random.default_rng([options.seed, AUGMENT, spec["index"]])
    pasted, missed = [], 0
    for is_person in _draw(rng, options):
        found = find_place(rng, library, is_person, view) if len(people) < MOST_PEOPLE else None
        if found is None:
            missed += 1
            continue
        cutout, paste, away = found
        pasted.append(apply(rng, cutout, paste, away, library, bodies, people, view))
    for number, person in enumerate(people, 1):
        if pasted:
            person.mask(view.mask == number)
    spec = {**spec, "pasted": [to_dict(paste) for paste in pasted]}
    return spec, {**truth, "persons": [person.truth for person in people]}, view.pixels, view.mask, missed


def _draw(rng: np.random.Generator, options: Options) -> list[bool]:
    """Whether each of what is to be pasted is a person."""
    wanted = [False] * int(rng.integers(options.objects[0], options.objects[1] + 1))
    if rng.random() < options.people:
        wanted.insert(int(rng.integers(len(wanted) + 1)), True)
    return wanted


def apply(rng, cutout: Cutout, paste: PasteSpec, away: float, library: Library, bodies, people: list, view: View):
    """Put one cutout on the view and before the people; returns its PasteSpec with its looks matched.

    Args:
        people: of the picture; who is on the cutout is added.
        away: metres to it.
    """
    camera = view.camera
    layers = softened(pixels_of(library.folder, paste.cutout, (paste.camera.height, paste.camera.width)), paste, camera)
    gain, blur = match(paste, layers, view, away)
    look = {"gain": rounded(gain, 4), "blur": round(blur, 3), "noise": view.noise, "seed": int(rng.integers(2**31))}
    paste = replace(paste, **look)
    layers = softened(pixels_of(library.folder, paste.cutout, (paste.camera.height, paste.camera.width)), paste, camera)
    shown = look_up(layers, on_cutout(tangents_of(camera), paste))
    there, person = solid(shown)
    for other in people:
        other.hide(paste, layers, camera)
    view.pixels = composed(view.pixels, shown, paste)
    view.nearest[there] = away
    view.mask[there] = 0
    if cutout.is_person:
        people.append(_arrived(cutout, paste, library, bodies, people, camera))
        view.ranges.append(away)
        view.mask[person] = len(people)
    return paste


def _arrived(cutout: Cutout, paste: PasteSpec, library: Library, bodies: Bodies, people: list, camera) -> Labelled:
    """Who is on the cutout, in the picture, with as many keypoints as the others have."""
    count = len(people[0].answers)
    spec = cutout.spec.persons[0]
    person = read_person(spec, cutout.spec.camera, cutout.truth, count, bodies, f"Cutout {cutout.name}")
    digest = bodies.patches(spec.body, set_of(count)).digest
    return turned_person(person, paste, camera, _outline(paste, library, camera), digest)


def _outline(paste: PasteSpec, library: Library, camera: CameraSpec) -> np.ndarray:
    """(N, 2) pixels of the picture where the edge of a cutout's person is; it may be outside."""
    layers = pixels_of(library.folder, paste.cutout, (paste.camera.height, paste.camera.width))
    contours, _ = cv2.findContours((layers[..., 4] >= SOLID).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    matrix = intrinsics(paste.camera)
    places = np.concatenate([np.zeros((0, 2)), *(contour[:, 0] + 0.5 for contour in contours)])
    rays = np.column_stack([(places - matrix[:2, 2]) / matrix[0, 0] * paste.larger, np.ones(len(places))])
    return show(rays @ np.array(paste.turn).T, camera)


def encoded(pixels: np.ndarray, like: bytes) -> bytes:
    """(H, W, 3) uint8 in the form of another picture: a PNG, or a JPEG with its tables, so as good and as bad."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(like)) as source:
        if source.format == "PNG":
            return cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()
        sampling = JpegImagePlugin.get_sampling(source)
        tables = source.quantization
    Image.fromarray(pixels).save(buffer, "JPEG", qtables=tables, subsampling=sampling if sampling >= 0 else 2)
    return buffer.getvalue()

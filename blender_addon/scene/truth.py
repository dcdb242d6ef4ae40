"""Labels of the scene as it stands: rays are cast in it, not in the spec."""

import bpy
import numpy as np
from mathutils import Vector

from ..core.camera import intrinsics, project, to_camera, world_to_camera
from ..core.visibility import NOTHING, OBJECT, answer, pack_answers, weigh
from .build import BuiltScene

BEYOND = 0.02
"""Metres a ray goes on past its point: skin under clothes is cut away, so the point itself may be missing."""
MASK_REACH = 2.5
"""Pixels. The person's own mask must come this near to a keypoint that is called visible."""


def measure(built: BuiltScene, patches: dict, mask: np.ndarray) -> dict:
    """The truth of one picture, as records keep it.

    Args:
        patches: body name -> visibility.Patches.
        mask: (H, W) uint8 person index, from the same render.
    """
    camera = built.spec.camera
    bpy.context.view_layer.update()
    return {
        "width": camera.width,
        "height": camera.height,
        "camera": {
            "K": intrinsics(camera).tolist(),
            "world_to_camera": np.round(world_to_camera(camera), 9).tolist(),
        },
        "persons": [_measure_person(built, number, patches, mask) for number in range(1, len(built.people) + 1)],
    }


def _measure_person(built: BuiltScene, number: int, patches: dict, mask: np.ndarray) -> dict:
    camera, person = built.spec.camera, built.people[number - 1]
    posed, patch = person.posed, patches[person.spec.body]
    keypoints = person.body.keypoint_regressor @ posed.vertices
    pixels, _ = project(keypoints, camera)
    hit_person, hit_rest = cast_rays(built, posed.vertices[patch.vertices])
    answers = answer(patch, number, posed.shaped, hit_person, hit_rest)
    fraction, cause = weigh(answers)
    own = mask == number
    return {
        "keypoints_px": [None if np.isnan(pixel).any() else _rounded(pixel, 3) for pixel in pixels],
        "visible_fraction": _rounded(fraction, 3),
        "occluded_by": cause,
        "patches": patch.digest,
        "answers": pack_answers(answers),
        "on_mask": [bool(reach <= MASK_REACH) for reach in mask_distances(own, pixels)],
        "keypoints_3d": [_rounded(point, 4) for point in to_camera(keypoints, camera)],
        "joints_3d": [_rounded(point, 4) for point in to_camera(posed.joints, camera)],
        "bbox": tight_box(own),
        "area": int(own.sum()),
    }


def cast_rays(built: BuiltScene, targets: np.ndarray):
    """What the camera meets first on its way to each target.

    Args:
        targets: (K, P, 3) metres, world frame.
    Returns:
        hit_person: (K, P) NOTHING, OBJECT, or the person's number.
        hit_rest: (K, P, 3) the place in the T-pose of what was hit; zeros where it was no person.
    """
    scene, graph = bpy.context.scene, bpy.context.evaluated_depsgraph_get()
    numbers = {person.name: number for number, person in enumerate(built.objects, 1)}
    rests = [_rest_of_faces(person) for person in built.objects]
    origin = Vector(built.spec.camera.position)
    who = np.full(targets.shape[:2], NOTHING)
    rest = np.zeros(targets.shape)
    for place in np.ndindex(who.shape):
        ray = Vector(targets[place]) - origin
        hit, _, _, face, thing, _ = scene.ray_cast(graph, origin, ray.normalized(), distance=ray.length + BEYOND)
        if hit:
            who[place] = numbers.get(thing.name, OBJECT)
            if who[place] > OBJECT:
                rest[place] = rests[who[place] - 1][face]
    return who, rest


def _rest_of_faces(person) -> np.ndarray:
    """(F, 3) middle of each face in the T-pose."""
    mesh = person.data
    rest = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.attributes["rest"].data.foreach_get("vector", rest)
    corners = np.empty(len(mesh.loops), np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    starts = np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("loop_start", starts)
    totals = np.diff(np.append(starts, len(corners)))
    return np.add.reduceat(rest.reshape(-1, 3)[corners], starts) / totals[:, None]


def mask_distances(own: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """(K,) from each pixel position (K, 2) to the nearest pixel's square of the mask (H, W), inf when there is none."""
    rows, columns = np.nonzero(own)
    distances = np.full(len(pixels), np.inf)
    if len(rows):
        for k, (x, y) in enumerate(pixels):
            across = np.maximum(np.abs(columns + 0.5 - x) - 0.5, 0)
            along = np.maximum(np.abs(rows + 0.5 - y) - 0.5, 0)
            distances[k] = np.sqrt((across**2 + along**2).min())
    return distances


def tight_box(own: np.ndarray):
    """[x, y, width, height] in pixels around the mask, None when it is empty."""
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    if not len(rows):
        return None
    left, top = int(columns[0]), int(rows[0])
    return [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1]


def _rounded(values, digits: int) -> list:
    return [round(float(value), digits) for value in values]

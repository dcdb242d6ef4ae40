"""Labels of the scene as it stands: rays are cast in it, not in the spec."""

import bpy
import numpy as np
from mathutils import Vector

from ..core.camera import distortion, intrinsics, project, to_camera, world_to_camera
from ..core.family import posed_joints, smpl_joints
from ..core.visibility import NOTHING, OBJECT, answer, pack_answers, weigh
from ..core.wholebody import locate
from .build import BuiltScene

BEYOND = 0.02
"""Metres a ray goes on past its point: skin under clothes is cut away, so the point itself may be missing."""
MASK_REACH = 2.5
"""Pixels. The person's own mask must come this near to a keypoint that is called visible."""
NEAREST = 0.01
"""Metres before the lens where the picture begins, as `build_camera` has it."""


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
            "distortion": distortion(camera),
        },
        "persons": [_measure_person(built, number, patches, mask) for number in range(1, len(built.people) + 1)],
    }


def _measure_person(built: BuiltScene, number: int, patches: dict, mask: np.ndarray) -> dict:
    camera, person = built.spec.camera, built.people[number - 1]
    posed, patch = person.posed, patches[person.spec.body]
    keypoints = locate(person.body, patch.names, posed.vertices)
    pixels, _ = project(keypoints, camera)
    places, back = np.unique(patch.vertices, return_inverse=True)  # patches overlap, small ones repeat their points
    back = back.reshape(patch.vertices.shape)
    hit_person, hit_rest = (found[back] for found in cast_rays(built, posed.vertices[places]))
    answers = answer(patch, number, posed.shaped, hit_person, hit_rest)
    fraction, cause = weigh(answers)
    joints = posed_joints(person.body, person.spec.betas, posed)
    own = mask == number
    return {
        "keypoints_px": [None if np.isnan(pixel).any() else _rounded(pixel, 3) for pixel in pixels],
        "visible_fraction": _rounded(fraction, 3),
        "occluded_by": cause,
        "patches": patch.digest,
        "answers": pack_answers(answers),
        "on_mask": [bool(reach <= MASK_REACH) for reach in mask_distances(own, pixels)],
        "keypoints_3d": [_rounded(point, 4) for point in to_camera(keypoints, camera)],
        "joints_3d": [_rounded(point, 4) for point in to_camera(joints, camera)],
        "smpl_joints_3d": [_rounded(point, 4) for point in to_camera(smpl_joints(joints, posed), camera)],
        "bbox": tight_box(own),
        "bbox_full": full_box(person.surfaces, camera),
        "area": int(own.sum()),
    }


def cast_rays(built: BuiltScene, targets: np.ndarray, read=None):
    """What the camera meets first on its way to each target.

    Args:
        targets: (N, 3) metres, world frame.
    Returns:
        hit_person: (N,) NOTHING, OBJECT, or the person's number.
        hit_rest: (N, 3) the place in the T-pose of what was hit; zeros where it was no person.
    """
    scene, graph = bpy.context.scene, bpy.context.evaluated_depsgraph_get()
    numbers = {person.name: number for number, person in enumerate(built.objects, 1)}
    origin = Vector(built.spec.camera.position)
    who = np.full(len(targets), NOTHING)
    places, faces = np.zeros(targets.shape), np.zeros(len(targets), int)
    for row, target in enumerate(targets):
        ray = Vector(target) - origin
        hit, where, _, face, thing, _ = scene.ray_cast(graph, origin, ray.normalized(), distance=ray.length + BEYOND)
        if hit:
            who[row], faces[row], places[row] = numbers.get(thing.name, OBJECT), face, where
    rest = np.zeros(targets.shape)
    for number in np.unique(who[who > OBJECT]):
        thing = built.objects[number - 1]
        # Who was moved by hand has a mesh that was not.
        inverse = np.linalg.inv(np.array(thing.evaluated_get(graph).matrix_world))
        own = places[who == number] @ inverse[:3, :3].T + inverse[:3, 3]
        rest[who == number] = rest_at(thing.data, faces[who == number], own, read or read_points)
    return who, rest


def read_points(mesh) -> tuple:
    """(V, 3) and (V, 3) where a person's points are, in its own frame, and where they are in the T-pose."""
    posed, rest = np.empty((2, 3 * len(mesh.vertices)), np.float32)
    mesh.vertices.foreach_get("co", posed)
    mesh.attributes["rest"].data.foreach_get("vector", rest)
    return posed.reshape(-1, 3), rest.reshape(-1, 3)


def rest_at(mesh, faces: np.ndarray, places: np.ndarray, read=read_points) -> np.ndarray:
    """(N, 3) the T-pose places of points (N, 3) on faces (N,) of a person's mesh."""
    corners = np.array([_corners(mesh.polygons[face]) for face in faces.tolist()])  # (N, 4), a triangle's last twice
    posed, rest = (points[corners].astype(float) for points in read(mesh))
    halves = np.stack([barycentric(posed[:, half], places) for half in ([0, 1, 2], [0, 2, 3])], 1)  # (N, 2, 3)
    better = halves.min(2).argmax(1)
    own = np.array([[0, 1, 2], [0, 2, 3]])[better]
    shares = np.clip(halves[np.arange(len(faces)), better], 0, 1)
    shares /= shares.sum(1, keepdims=True)
    return np.einsum("nk,nkd->nd", shares, rest[np.arange(len(faces))[:, None], own])


def _corners(polygon) -> tuple:
    corners = tuple(polygon.vertices)
    return corners if len(corners) == 4 else (*corners, corners[-1])


def barycentric(triangles: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(N, 3) shares of the corners of triangles (N, 3, 3) in points (N, 3) beside them; -1 each where one is a line."""
    across, along, to = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0], points - triangles[:, 0]
    normal = np.cross(across, along)
    area = (normal**2).sum(1)
    second = (np.cross(to, along) * normal).sum(1)
    third = (np.cross(across, to) * normal).sum(1)
    flat = area < 1e-24
    shares = np.stack([area - second - third, second, third], 1) / np.where(flat, 1, area)[:, None]
    return np.where(flat[:, None], -1.0, shares)


def mask_distances(own: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """(K,) from each pixel position (K, 2) to the nearest pixel's square of the mask (H, W), inf beyond MASK_REACH."""
    distances = np.full(len(pixels), np.inf)
    reach = int(MASK_REACH) + 2
    for k, (x, y) in enumerate(pixels):
        if not (-reach < x < own.shape[1] + reach and -reach < y < own.shape[0] + reach):  # NaN compares false
            continue
        left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
        rows, columns = np.nonzero(own[top : int(y) + reach + 1, left : int(x) + reach + 1])
        if len(rows):
            across = np.maximum(np.abs(columns + left + 0.5 - x) - 0.5, 0)
            along = np.maximum(np.abs(rows + top + 0.5 - y) - 0.5, 0)
            nearest = np.sqrt((across**2 + along**2).min())
            distances[k] = nearest if nearest <= MASK_REACH else np.inf
    return distances


def tight_box(own: np.ndarray):
    """[x, y, width, height] in pixels around the mask, None when it is empty."""
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    if not len(rows):
        return None
    left, top = int(columns[0]), int(rows[0])
    return [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1]


def full_box(surfaces: list, camera):
    """[x, y, width, height] in pixels around all of a person, clothes and hair too, whatever hides it or cuts it off.

    It may reach beyond the picture. What lies behind the lens is not in it; None when everything does.
    """
    points = np.concatenate([surface.posed[np.unique(surface.faces[surface.faces >= 0])] for surface in surfaces])
    pixels, depth = project(points, camera)
    pixels = pixels[depth > NEAREST]
    pixels = pixels[np.isfinite(pixels).all(1)]
    if not len(pixels):
        return None
    low, high = pixels.min(0), pixels.max(0)
    return _rounded([*low, *(high - low)], 2)


def _rounded(values, digits: int) -> list:
    return [round(float(value), digits) for value in values]

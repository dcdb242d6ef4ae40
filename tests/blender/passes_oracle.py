"""Passes once more, without Blender: every person's mesh drawn by the numpy z-buffer, from the record alone."""

from dataclasses import dataclass, replace

import numpy as np

from blender_addon.core.camera import intrinsics, project, to_camera
from blender_addon.core.person import make_person
from blender_addon.core.raster import rasterise
from blender_addon.core.spec import SceneSpec


@dataclass
class Drawn:
    """What each pixel shows at its middle."""

    mask: np.ndarray
    """(H, W) the person's number, 0 where there is none."""
    surface: np.ndarray
    """(H, W) index into `names`, -1 where there is no person."""
    names: list
    depth: np.ndarray
    """(H, W) metres, inf where there is no person."""
    normals: np.ndarray
    """(H, W, 3) of the flat triangles, in the camera's frame, towards the camera."""
    position: np.ndarray
    """(H, W, 3) world."""
    flow: np.ndarray
    """(H, W, 2) pixels to where each point is in the next frame."""


def draw(spec: SceneSpec, body) -> Drawn:
    """All people of the scene; nothing else is drawn."""
    camera = spec.camera
    height, width = camera.height, camera.width
    shape = (height, width)
    names, found = [], Drawn(
        np.zeros(shape, int), np.full(shape, -1), [], np.full(shape, np.inf), np.zeros((*shape, 3)),
        np.zeros((*shape, 3)), np.zeros((*shape, 2)),
    )  # fmt: skip
    for number, one in enumerate(spec.persons, 1):
        person = make_person(body, one)
        after = replace(one, pose=one.next_pose, position=one.next_position) if one.next_pose else one
        later = make_person(body, after)
        for surface, after in zip(person.surfaces, later.surfaces, strict=True):
            _draw_surface(found, surface, after, camera, number, len(names))
            names.append(surface.name)
    found.names = names
    return found


def _draw_surface(found: Drawn, surface, after, camera, number: int, which: int) -> None:
    first, second = surface.faces[:, :3], surface.faces[surface.faces[:, 3] >= 0][:, [0, 2, 3]]
    triangles = np.concatenate([first, second])
    pixels, depth = project(surface.posed, camera)
    face, share = rasterise(pixels[triangles], depth[triangles], camera.width, camera.height)
    corners = triangles[face]
    position = np.einsum("hwk,hwkc->hwc", share, surface.posed[corners])
    here = to_camera(position, camera)[..., 2]
    own = (face >= 0) & (here < found.depth)
    later = np.einsum("hwk,hwkc->hwc", share, after.posed[corners])
    local = to_camera(surface.posed, camera)[corners]
    flat = np.cross(local[..., 1, :] - local[..., 0, :], local[..., 2, :] - local[..., 0, :])
    flat /= np.maximum(np.linalg.norm(flat, axis=-1, keepdims=True), 1e-12)
    flat *= np.where((flat * to_camera(position, camera)).sum(-1, keepdims=True) > 0, -1, 1)
    found.mask[own], found.surface[own] = number, which
    found.depth[own], found.position[own], found.normals[own] = here[own], position[own], flat[own]
    found.flow[own] = (project(later, camera)[0] - project(position, camera)[0])[own]


def ground_depth(camera) -> np.ndarray:
    """(H, W) metres along the axis to the plane z = 0, inf above the horizon; of a camera without distortion."""
    matrix = intrinsics(camera)
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rays = np.stack([(x - matrix[0, 2]) / matrix[0, 0], (y - matrix[1, 2]) / matrix[1, 1], np.ones_like(x)], -1)
    down = rays @ np.array(camera.rotation)[:, 2]
    return np.where(down < 0, -camera.position[2] / np.minimum(down, -1e-12), np.inf)

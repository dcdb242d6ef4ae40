"""Pictures beside the photo: each pixel of a person is found on that person's mesh, and read off there."""

from dataclasses import dataclass, replace

import bpy
import numpy as np
from mathutils.bvhtree import BVHTree

from ..core.camera import project, to_camera
from ..core.closet import EMPTY, Closet
from ..core.iuv import HEAD, charts_of, encode_iuv, part_weights
from ..core.motion import is_moving
from ..core.passes import PART_NAMES
from ..core.passes_surface import (
    carried,
    corner_shares,
    face_normals,
    facing,
    in_face,
    triangles_of,
    unit,
    vertex_normals,
)
from ..core.person import Person, make_person
from . import compat
from .build import BuiltScene
from .render import Layers
from .world import RIM

ON_GROUND = 1e-4
"""Metres: the ground is flat, so what lies this near to it needs no looking up."""
ON_HEAD = ("hair", "hat")
"""Surfaces that belong to the head however far they hang down."""
HEAD_PART = 1 + PART_NAMES.index("head")


@dataclass(frozen=True)
class Shown:
    """What the pixels of one person show, on its mesh of all surfaces."""

    person: Person
    pixels: np.ndarray
    """(N,) flat indices of the picture."""
    points: np.ndarray
    """(V, 3) metres, world frame."""
    triangles: np.ndarray
    """(N, 3) corners of the triangle that each pixel shows."""
    share: np.ndarray
    """(N, 3) of its corners."""
    normals: np.ndarray
    """(V, 3) unit, outwards."""

    @property
    def corners(self) -> np.ndarray:
        """(N, 3, 3)."""
        return self.points[self.triangles]


def draw_passes(built: BuiltScene, layers: Layers, wanted: tuple, closet: Closet = EMPTY) -> dict:
    """The passes of a picture.

    Args:
        layers: from `render` of the same scene, with positions.
        wanted: out of `passes.PASSES`.
        closet: of the catalog that the scene was built from.
    Returns:
        name -> values, as `passes.pass_file` takes them: parts (H, W) uint8, depth (H, W) metres,
        normals (H, W, 3) in the camera's frame, iuv (H, W, 3) uint8, flow (H, W, 2) pixels; NaN where there is none.
    Raises:
        AssetError: a body whose parts are not known.
    """
    layers = _without_rim(built, layers)
    of_people = bool({"parts", "iuv", "normals", "flow"} & set(wanted))
    people = [show(built, layers, number) for number in range(1, len(built.people) + 1)] if of_people else []
    people = [shown for shown in people if len(shown.pixels)]
    drawn = {}
    if "depth" in wanted:
        drawn["depth"] = to_camera(layers.position, built.spec.camera)[..., 2]
    if "normals" in wanted:
        drawn["normals"] = _draw_normals(built, layers, people)
    if "flow" in wanted:
        drawn["flow"] = _draw_flow(built, layers.mask.shape, people, closet)
    if "parts" in wanted or "iuv" in wanted:
        drawn |= _draw_body(layers.mask.shape, people)
    return {name: drawn[name] for name in wanted}


def _without_rim(built: BuiltScene, layers: Layers) -> Layers:
    """The ground ends where half of it shows: further out Cycles has it in one pixel and not in the next. Under a
    photo it only catches shadows, and nobody knows what is really there."""
    world = built.spec.world
    radius = 0.0 if world.photo else world.ground_radius * sum(RIM) / 2
    ground = (np.abs(layers.position[..., 2]) < ON_GROUND) & (layers.mask == 0)
    beyond = ground & (np.hypot(layers.position[..., 0], layers.position[..., 1]) > radius)
    return replace(layers, position=np.where(beyond[..., None], np.float32(np.nan), layers.position))


def show(built: BuiltScene, layers: Layers, number: int) -> Shown:
    """Find each pixel of person `number` on its mesh."""
    person, surfaces = built.people[number - 1], built.people[number - 1].surfaces
    starts = np.cumsum([0] + [len(surface.points) for surface in surfaces[:-1]])
    faces = [np.where(s.faces >= 0, s.faces + start, -1) for s, start in zip(surfaces, starts, strict=True)]
    points = np.concatenate([surface.posed for surface in surfaces])
    pixels = np.flatnonzero(layers.mask == number)
    places = layers.position.reshape(-1, 3)[pixels].astype(float)
    # Not FromPolygons: a head of hair is a hundred thousand points, and lists of them take a second.
    tree = BVHTree.FromObject(built.objects[number - 1], bpy.context.evaluated_depsgraph_get())
    own = np.concatenate(faces)[_find(tree, places)]
    triangles, share = in_face(places, points, own)
    return Shown(person, pixels, points, triangles, share, vertex_normals(points, triangles_of(np.concatenate(faces))))


def _find(tree, places: np.ndarray) -> np.ndarray:
    """(N,) the face nearest to each place (N, 3)."""
    find = tree.find_nearest
    return np.fromiter((find(place)[2] for place in places.tolist()), np.int64, len(places))


def _nearest(points: np.ndarray, triangles: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(N,) the triangle nearest to each place (N, 3)."""
    return _find(BVHTree.FromPolygons(points.tolist(), triangles.tolist(), all_triangles=True), places)


def _draw_body(shape: tuple, people: list) -> dict:
    """Parts and IUV, both of the body's point at or under what is seen."""
    parts, iuv = np.zeros(shape, np.uint8), np.zeros((*shape, 3), np.uint8)
    for shown in people:
        body = shown.person.body
        charts = charts_of(body)
        on_head = _on_head(shown)
        triangle, share = _body_points(shown, charts, on_head)
        part = carried(part_weights(body), charts.triangles[triangle], share).argmax(1) + 1
        parts.flat[shown.pixels] = np.where(on_head, HEAD_PART, part)
        iuv.reshape(-1, 3)[shown.pixels] = encode_iuv(charts, triangle, share)
    return {"parts": parts, "iuv": iuv}


def _on_head(shown: Shown) -> np.ndarray:
    """(N,) bool."""
    of_point = [np.full(len(surface.points), surface.name in ON_HEAD) for surface in shown.person.surfaces]
    return np.concatenate(of_point)[shown.triangles[:, 0]]


def _body_points(shown: Shown, charts, on_head: np.ndarray) -> tuple:
    """The body's skin nearest in the T-pose, where a sleeve is nearest to its arm: (N,) of the charts' triangles and
    (N, 3) shares."""
    shaped = shown.person.posed.shaped
    rest = carried(np.concatenate([s.points for s in shown.person.surfaces]), shown.triangles, shown.share)
    triangle = np.zeros(len(rest), np.int64)
    heads = np.flatnonzero(np.isin(charts.part, HEAD))
    for own, usable in ((~on_head, np.arange(len(charts.part))), (on_head, heads)):
        if own.any():
            triangle[own] = usable[_nearest(shaped, charts.triangles[usable], rest[own])]
    return triangle, corner_shares(rest, shaped[charts.triangles[triangle]])


def _draw_flow(built: BuiltScene, shape: tuple, people: list, closet: Closet) -> np.ndarray:
    """(H, W, 2) where each point goes until the next frame; the world and the camera stand still."""
    flow, camera = np.zeros((*shape, 2)), built.spec.camera
    for shown in people:
        if is_moving(shown.person.spec):
            later = _next_points(shown.person, closet)
            now, then = (carried(points, shown.triangles, shown.share) for points in (shown.points, later))
            flow.reshape(-1, 2)[shown.pixels] = project(then, camera)[0] - project(now, camera)[0]
    return flow


def _next_points(person: Person, closet: Closet) -> np.ndarray:
    """(V, 3) of all surfaces in the next frame, as that frame will be built: cloth settles anew in it."""
    spec = person.spec
    after = replace(spec, pose=spec.next_pose, position=spec.next_position)
    return np.concatenate([surface.posed for surface in make_person(person.body, after, closet).surfaces])


def _draw_normals(built: BuiltScene, layers: Layers, people: list) -> np.ndarray:
    """(H, W, 3) of the meshes, without the bumps that are painted on them; NaN where there is nothing."""
    position = layers.position.reshape(-1, 3).astype(float)
    normals = np.full(position.shape, np.nan)
    towards = np.array(built.spec.camera.position) - position
    for shown in people:
        smooth = unit(carried(shown.normals, shown.triangles, shown.share))
        normals[shown.pixels] = facing(smooth, face_normals(shown.corners), towards[shown.pixels])
    things = np.flatnonzero(np.isfinite(position[:, 0]) & (layers.mask.ravel() == 0))
    ground = np.abs(position[things, 2]) < ON_GROUND
    normals[things[ground]] = [0.0, 0.0, 1.0]
    rest = things[~ground]
    if len(rest):
        normals[rest] = _thing_normals(built, position[rest], towards[rest])
    return (normals @ np.array(built.spec.camera.rotation).T).reshape(layers.position.shape)


def _thing_normals(built: BuiltScene, places: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """(N, 3) of all that is in the scene besides people, at places (N, 3) on it."""
    people = {person.name for person in built.objects}
    corners, normals = [np.zeros((0, 3, 3))], [np.zeros((0, 3, 3))]
    for instance in bpy.context.evaluated_depsgraph_get().object_instances:
        thing = instance.object
        if thing.type == "MESH" and thing.name not in people:
            corner, normal = _mesh_corners(thing.data, np.array(instance.matrix_world))
            if _reaches(corner, places):
                corners.append(corner)
                normals.append(normal)
    corners, normals = np.concatenate(corners), np.concatenate(normals)
    if not len(corners):
        return np.full(places.shape, np.nan)
    own = _nearest(corners.reshape(-1, 3), np.arange(3 * len(corners)).reshape(-1, 3), places)
    smooth = np.einsum("nk,nkc->nc", corner_shares(places, corners[own]), normals[own])
    return facing(unit(smooth), face_normals(corners[own]), towards)


def _reaches(corners: np.ndarray, places: np.ndarray) -> bool:
    """Whether any of the places (N, 3) lies in the box around the triangles (T, 3, 3)."""
    if not len(corners):
        return False
    low, high = corners.min((0, 1)) - ON_GROUND, corners.max((0, 1)) + ON_GROUND
    return bool(((places >= low) & (places <= high)).all(1).any())


def _mesh_corners(mesh, to_world: np.ndarray) -> tuple:
    """(T, 3, 3) corners of a mesh's triangles in the world, and the normals there."""
    mesh.calc_loop_triangles()
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    vertices, loops = (np.empty(3 * len(mesh.loop_triangles), np.int32) for _ in range(2))
    mesh.loop_triangles.foreach_get("vertices", vertices)
    mesh.loop_triangles.foreach_get("loops", loops)
    turn = np.linalg.inv(to_world[:3, :3])  # of normals: the transposed inverse, written for rows
    corners = points.reshape(-1, 3)[vertices] @ to_world[:3, :3].T + to_world[:3, 3]
    return corners.reshape(-1, 3, 3), (compat.corner_normals(mesh)[loops] @ turn).reshape(-1, 3, 3)

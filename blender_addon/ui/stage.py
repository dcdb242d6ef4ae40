"""The add-on's part of a Blender scene: a collection of its own, beside what is the user's, and what stands in it."""

import zlib
from contextlib import contextmanager

import bpy
import numpy as np
from mathutils import Matrix

from ..core.spec import SceneSpec
from ..scene.build import BuiltScene, build_scene
from ..scene.motion import FRAME, NEXT
from ..scene.render import set_up
from . import studio

OURS = "posewright"
"""Custom property of all that the add-on made; of objects it tells what they are: person, thing, camera, world."""
NUMBER = "posewright_number"
"""Of a person or a thing, in the spec."""
HOME, SHAPE = "posewright_home", "posewright_shape"
"""Where a spec puts an object, and a checksum of its mesh."""
KEPT = "posewright_kept"
"""Custom property of our collection: the user's camera and world, to be given back."""
KINDS = ("objects", "meshes", "materials", "cameras", "lights", "worlds", "images", "node_groups", "shape_keys")


def own_collection(scene):
    """Ours in this scene, or None."""
    return next((child for child in scene.collection.children if OURS in child), None)


def own_objects(scene, kind: str) -> list:
    """Ours of a kind, in the spec's order; copies that the user made follow their originals."""
    collection = own_collection(scene)
    things = [] if collection is None else [thing for thing in collection.all_objects if thing.get(OURS) == kind]
    return sorted(things, key=lambda thing: (thing.get(NUMBER, 0), thing.name))


def build(spec: SceneSpec, catalog, bodies: dict, scene) -> BuiltScene:
    """Put what the spec tells in the place of what stood there, as headless/render.py would build it.

    Raises:
        AssetError: as `build_scene`; all is then as it was.
    """
    old, before = own_collection(scene), _inventory()
    users = (scene.camera, scene.world) if old is None else _kept(old)
    was = scene.camera, scene.world
    collection = bpy.data.collections.new("Posewright")
    collection[OURS] = "collection"
    scene.collection.children.link(collection)
    try:
        built = build_scene(spec, catalog, bodies, scene, studio.dressed)
    except BaseException:
        _adopt(scene, collection, before)
        scene.camera, scene.world = was
        _discard(collection)
        raise
    _adopt(scene, collection, before)
    _keep(collection, *users)
    _name_parts(built, collection)
    if old is not None:
        _discard(old)
    collection.name = "Posewright"
    set_up(scene, spec.samples, spec.index)
    scene.frame_current = FRAME
    return built


def clear(scene) -> None:
    """Remove what the add-on made and give the user's camera and world back."""
    collection = own_collection(scene)
    if collection is not None:
        scene.camera, scene.world = _kept(collection)
        _discard(collection)


def _inventory() -> dict:
    return {kind: {block.as_pointer() for block in getattr(bpy.data, kind)} for kind in KINDS}


def _adopt(scene, collection, before: dict) -> None:
    """Mark all that is new, and move new objects to our collection."""
    for kind in KINDS:
        if kind == "shape_keys":
            continue
        for block in getattr(bpy.data, kind):
            if block.as_pointer() not in before[kind]:
                block[OURS] = block.get(OURS, "made")
    for thing in list(scene.collection.objects):
        if thing.as_pointer() not in before["objects"]:
            collection.objects.link(thing)
            scene.collection.objects.unlink(thing)


def _keep(collection, camera, world) -> None:
    for name, block in (("camera", camera), ("world", world)):
        if block is not None and OURS not in block:
            collection[f"{KEPT}_{name}"] = block  # a user of it, so that saving does not lose it


def _kept(collection) -> tuple:
    return collection.get(f"{KEPT}_camera"), collection.get(f"{KEPT}_world")


def _name_parts(built: BuiltScene, collection) -> None:
    """Tell every object what it is of the spec, and people where their feet are, so that they turn about them."""
    people = {thing.as_pointer(): number for number, thing in enumerate(built.objects)}
    things = 0
    for thing in collection.objects:
        if thing.as_pointer() in people:
            number = people[thing.as_pointer()]
            thing[OURS], thing[NUMBER] = "person", number
            x, y, _ = built.people[number].posed.joints[0]
            set_origin(thing, Matrix.Translation((x, y, 0.0)))
        elif thing == built.camera:
            thing[OURS] = "camera"
        elif thing.name.startswith("Posewright"):
            thing[OURS] = "world"
            thing.hide_select = True
        else:
            thing[OURS], thing[NUMBER] = "thing", things
            things += 1
        _remember(thing)
    if things != len(built.spec.occluders):
        raise RuntimeError(f"{things} objects stand there, the spec has {len(built.spec.occluders)} things")


def set_origin(thing, place: Matrix) -> None:
    """Let a mesh object that stands at the world's origin turn about another place; nothing moves."""
    thing.data.transform(place.inverted(), shape_keys=True)
    thing.data.update()
    thing.matrix_basis = place @ thing.matrix_basis
    _remember(thing)


def _remember(thing) -> None:
    """As the spec has it."""
    thing[HOME] = [value for row in thing.matrix_basis for value in row]
    if thing.type == "MESH":
        thing[SHAPE] = shape_of(thing.data)


def home_of(thing) -> np.ndarray:
    """(4, 4) where the spec put an object."""
    return np.array(thing[HOME], float).reshape(4, 4)


def place_of(thing) -> np.ndarray:
    """(4, 4) where it is now; the object itself may not have been told yet."""
    return np.array(thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world, float)


def motion_of(thing) -> np.ndarray:
    """(4, 4) that carries points from where the spec put an object to where it is now."""
    return place_of(thing) @ np.linalg.inv(home_of(thing))


def shape_of(mesh) -> int:
    """Tells a mesh from an edited one; 31 bits, which custom properties hold."""
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    return zlib.crc32(points.tobytes()) & 0x7FFFFFFF


def _discard(collection) -> None:
    """Remove our objects and what only they used; what is the user's in our collection goes back to the scene's."""
    theirs = [thing for thing in collection.all_objects if OURS not in thing]
    scenes = [scene for scene in bpy.data.scenes if collection.name in scene.collection.children]
    for thing in theirs:
        for scene in scenes:
            if thing.name not in scene.collection.objects:
                scene.collection.objects.link(thing)
    bpy.data.batch_remove([thing for thing in collection.all_objects if OURS in thing])
    bpy.data.collections.remove(collection)
    for kind in ("meshes", "cameras", "lights", "worlds", "materials", "node_groups", "images"):
        unused = [block for block in getattr(bpy.data, kind) if OURS in block and not block.users]
        if kind == "images":  # loaded ones serve the next scene
            unused = [image for image in unused if image.source != "FILE"]
        bpy.data.batch_remove(unused)
    bpy.data.batch_remove([key for key in bpy.data.shape_keys if not key.users and NEXT in key.key_blocks])


@contextmanager
def plain_settings(scene):
    """No border, compositor or sequencer while a picture is rendered, whatever the user has set up."""
    wanted = {"use_border": False, "use_compositing": False, "use_sequencer": False, "resolution_percentage": 100}
    was = {name: getattr(scene.render, name) for name in wanted}
    try:
        for name, value in wanted.items():
            setattr(scene.render, name, value)
        yield
    finally:
        for name, value in was.items():
            setattr(scene.render, name, value)

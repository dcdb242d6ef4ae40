"""What stands in the scene now: the spec with all that was moved by hand, and the objects that it tells of."""

from dataclasses import dataclass, replace

import bpy
import numpy as np
from mathutils import Matrix

from ..core.camera import SENSOR_MM
from ..core.errors import SettingsError
from ..core.lens import pinhole_of
from ..core.lighting import exposure
from ..core.models import ModelFacts
from ..core.moved import moved_camera, moved_person, moved_thing
from ..core.person import Person
from ..core.resample import resample
from ..core.spec import CameraSpec, SceneSpec, WorldSpec
from ..scene.build import BuiltScene, find_skin_map
from ..scene.motion import move_person
from ..scene.person import build_person
from ..scene.photo_background import PhotoBackdrop, read_photo
from ..scene.world import GROUND, environment_light
from . import stage, studio

SAME = 1e-5
"""Share by which a lens may differ and be the same one in 32 bits."""


@dataclass
class Standing:
    """A scene as it is."""

    spec: SceneSpec
    """As it is, not as it was built."""
    people: list
    """Blender's objects, in the order of `spec.persons`; things likewise."""
    things: list
    origins: list
    """Number in the built spec of everybody in `people`."""
    strangers: list
    """Names of objects that show in pictures and are in no spec: the user's own."""


def read_standing(scene, built: SceneSpec, pelvises: list, models: tuple, catalog) -> Standing:
    """What stands there, compared with the spec that it was built from.

    Args:
        pelvises: (3,) of each person, where the spec puts it.
        models: ModelFacts of what may have been made larger.
    Raises:
        SettingsError: something was done by hand that no spec can tell.
    """
    people, things = stage.own_objects(scene, "person"), stage.own_objects(scene, "thing")
    _check_whole(scene, [*people, *things])
    if not people:
        raise SettingsError("Nobody is left in the scene. Undo, or press Randomize.")
    facts = {model.name: model for model in models}
    origins = [thing[stage.NUMBER] for thing in people]
    persons = tuple(
        moved_person(built.persons[number], pelvises[number], stage.motion_of(thing), thing.name)
        for number, thing in zip(origins, people, strict=True)
    )
    occluders = tuple(_moved(built.occluders[thing[stage.NUMBER]], thing, facts) for thing in things)
    camera = read_camera(scene, built.camera)
    if built.world.photo and camera != built.camera:
        raise SettingsError("The camera was moved, and the photo behind shows one side only. Undo, or press Build.")
    world = _read_world(scene, built.world, camera, catalog)
    spec = replace(built, persons=persons, occluders=occluders, camera=camera, world=world)
    return Standing(spec, people, things, origins, _strangers(scene))


def _moved(spec, thing, facts: dict):
    model: ModelFacts | None = facts.get(spec.params.get("asset"))
    return moved_thing(spec, stage.place_of(thing), thing.name, model)


def _check_whole(scene, things: list) -> None:
    """Raises SettingsError where a mesh is no longer what the spec tells of, or is hidden."""
    seen = {thing.name for thing in scene.objects if thing.visible_get()}
    for thing in things:
        if thing.hide_render or thing.name not in seen:
            raise SettingsError(f"{thing.name} is hidden. Show it with Alt+H, or delete it with X.")
        if thing.mode != "OBJECT":
            raise SettingsError(f"{thing.name} is being edited. Press Tab to leave Edit Mode.")
        if thing.modifiers or stage.shape_of(thing.data) != thing[stage.SHAPE]:
            raise SettingsError(
                f"The mesh of {thing.name} was changed, of which labels know nothing. Undo, or press Build."
            )


def read_camera(scene, built: CameraSpec) -> CameraSpec:
    """The scene's camera.

    Raises:
        SettingsError: it is none that a spec can tell.
    """
    camera = scene.camera
    if camera is None or camera.type != "CAMERA":
        raise SettingsError("The scene has no camera. Undo, or press Build.")
    data, render = camera.data, scene.render
    if data.type != "PERSP" or data.shift_x or data.shift_y or data.sensor_fit != "AUTO":
        raise SettingsError(f"{camera.name} is no plain perspective camera: type, shift or sensor fit was changed.")
    if render.pixel_aspect_x != render.pixel_aspect_y:
        raise SettingsError("Pixels are not square. Set both aspects to 1 in the output properties.")
    pinhole = pinhole_of(built)
    focal = data.lens / data.sensor_width * SENSOR_MM
    changes = {}
    if abs(focal / pinhole.focal_mm - 1) > SAME:
        changes["focal_mm"] = float(f"{focal:.7g}")
    if (render.resolution_x, render.resolution_y) != (pinhole.width, pinhole.height):
        changes |= {"width": render.resolution_x, "height": render.resolution_y}
    if changes and built.distortion:
        raise SettingsError("This camera's lens bends lines; its focal length and size stay. Undo, or press Build.")
    moved = moved_camera(replace(built, **changes), stage.place_of(camera))
    return replace(moved, **_focus(data, built))


def _focus(data, built: CameraSpec) -> dict:
    """Depth of field, as fields of CameraSpec that differ."""
    if not data.dof.use_dof:
        return {"f_stop": 0.0, "focus": 0.0} if built.f_stop else {}
    if data.dof.focus_object:
        raise SettingsError("The camera focuses on an object. Clear it and give a distance.")
    now, was = (data.dof.aperture_fstop, data.dof.focus_distance), (built.f_stop, built.focus)
    if np.allclose(now, was, rtol=SAME):
        return {}
    return {"f_stop": float(f"{now[0]:.6g}"), "focus": float(f"{now[1]:.6g}")}


def _read_world(scene, built: WorldSpec, camera: CameraSpec, catalog) -> WorldSpec:
    """The same light on a camera that looks elsewhere: a spec's brightness is that of what the camera sees."""
    parts = stage.own_objects(scene, "world")
    for thing in parts:
        if np.abs(stage.motion_of(thing) - np.eye(4)).max() > SAME:
            raise SettingsError(f"{thing.name} was moved; it belongs under the camera. Undo, or press Build.")
    if built.photo:
        if not any(thing.name.startswith(GROUND) for thing in parts):
            raise SettingsError("The ground is gone, which catches the shadows. Undo, or press Build.")
        return built
    strength = _strength(scene)
    radiance = environment_light(str(catalog.environment(built.environment).path))
    cosine, sine = np.cos(built.rotation), np.sin(built.rotation)
    x, y, _ = camera.rotation[2]
    flat = np.array([cosine * x + sine * y, -sine * x + cosine * y, 0.0])
    if strength is not None and np.linalg.norm(flat) > 0:
        brightness = strength / exposure(radiance, flat / np.linalg.norm(flat))
        if abs(brightness / built.brightness - 1) > SAME:
            built = replace(built, brightness=float(f"{brightness:.6g}"))
    if not any(thing.name.startswith(GROUND) for thing in parts):
        built = replace(built, ground_radius=0.0)
    return built


def _strength(scene) -> float | None:
    """Of the sky."""
    if scene.world is None or stage.OURS not in scene.world:
        raise SettingsError("The scene has another world than Posewright's. Undo, or press Build.")
    nodes = [node for node in scene.world.node_tree.nodes if node.type == "BACKGROUND"]
    return nodes[0].inputs["Strength"].default_value if nodes else None


def _strangers(scene) -> list:
    """Raises SettingsError when one would be taken for a person."""
    found = []
    for thing in scene.objects:
        if stage.OURS in thing or thing.hide_render or thing.type in ("CAMERA", "EMPTY", "LATTICE", "ARMATURE"):
            continue
        if thing.pass_index:
            raise SettingsError(f"{thing.name} has a pass index, which is for people. Set it to 0 in its properties.")
        found.append(thing.name)
    return sorted(found)


def settle(scene, standing: Standing, bodies: dict, catalog) -> list[Person]:
    """Let the objects be what the spec tells: moved people are dressed anew where they are, copies count.

    Returns:
        the people of `standing.spec`.
    """
    people = [studio.dressed(bodies[spec.body], spec, catalog.closet) for spec in standing.spec.persons]
    for number, (thing, person) in enumerate(zip(standing.people, people, strict=True)):
        if not np.allclose(stage.motion_of(thing), np.eye(4), atol=SAME) or thing.data.users > 1:
            _dress_again(scene, thing, person)
        thing[stage.NUMBER], thing.pass_index = number, number + 1
    for number, thing in enumerate(standing.things):
        thing[stage.NUMBER] = number
        thing[stage.HOME] = stage.place_of(thing).ravel().tolist()
    bpy.context.view_layer.update()
    return people


def _dress_again(scene, thing, person: Person) -> None:
    """Another mesh for a person's object, where its spec puts it; materials stay."""
    skin_map = find_skin_map(person.body.path)
    made = build_person(person, thing.name, thing.pass_index, scene.collection, skin_map)
    if person.spec.next_pose and thing.data.shape_keys:
        move_person(made, person)
    new, old = made.data, thing.data
    for slot, material in enumerate(old.materials):
        made_for = new.materials[slot]
        new.materials[slot] = material
        if made_for is not None and not made_for.users:
            bpy.data.materials.remove(made_for)
    bpy.data.objects.remove(made)
    thing.data = new
    new[stage.OURS] = "made"
    if not old.users:
        bpy.data.meshes.remove(old)
    thing.parent = None
    thing.constraints.clear()
    thing.matrix_basis = Matrix()
    x, y, _ = person.posed.joints[0]
    stage.set_origin(thing, Matrix.Translation((x, y, 0.0)))


def as_built(scene, spec: SceneSpec, people: list, things: list, catalog) -> BuiltScene:
    """For `truth.measure` and `render`."""
    backdrop = _backdrop(spec, catalog) if spec.world.photo else None
    return BuiltScene(spec, people, things, scene.camera, backdrop)


def _backdrop(spec: SceneSpec, catalog) -> PhotoBackdrop:
    """The photo of a spec, as `build_photo_world` cuts it."""
    wanted = spec.world.photo
    left, top, width, height = wanted.crop
    crop = read_photo(catalog.backgrounds.photo(wanted.name))[top : top + height, left : left + width]
    return PhotoBackdrop(wanted, np.clip(resample(crop, spec.camera.height, spec.camera.width) / 255, 0, 1))

"""A whole scene from its spec. Nothing is chosen here."""

from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ..core.catalog import Catalog
from ..core.errors import blaming
from ..core.person import Person, make_person
from ..core.spec import SceneSpec
from .camera import build_camera
from .models import build_model
from .motion import move_person
from .occluders import build_occluder
from .person import build_person
from .photo_background import PhotoBackdrop, build_photo_world
from .world import build_world, clear_world


@dataclass
class BuiltScene:
    """A scene that can be rendered and measured."""

    spec: SceneSpec
    people: list[Person]
    objects: list
    """The people's Blender objects, in the spec's order; person i has pass index i + 1."""
    camera: object
    backdrop: PhotoBackdrop | None = None
    """What the render is put into."""


def build_scene(spec: SceneSpec, catalog: Catalog, bodies: dict, scene, dress=make_person) -> BuiltScene:
    """Fill an empty Blender scene.

    Args:
        bodies: name -> BodyModel, those that the spec names.
        dress: stands in for `make_person` where people are kept.

    Raises:
        AssetError: an asset that the spec names is missing or broken.
    """
    camera = build_camera(spec.camera, scene)
    backdrop = _build_surroundings(spec, catalog, scene)
    for thing in spec.occluders:
        if thing.kind == "model":
            with blaming(thing.params["asset"]):
                build_model(catalog.occluder(thing.params["asset"]), thing, scene.collection)
        else:
            build_occluder(thing.params, thing.position, thing.yaw, collection=scene.collection)
    people = [dress(bodies[person.body], person, catalog.closet) for person in spec.persons]
    objects = [
        build_person(person, f"Posewright Person {i}", i, scene.collection, find_skin_map(person.body.path))
        for i, person in enumerate(people, 1)
    ]
    _let_move(spec, people, objects)
    return BuiltScene(spec, people, objects, camera, backdrop)


def _build_surroundings(spec: SceneSpec, catalog: Catalog, scene) -> PhotoBackdrop | None:
    if spec.world.photo:
        name = spec.world.photo.name
        with blaming(name):
            return build_photo_world(spec, catalog.backgrounds.photo(name), scene)
    with blaming(spec.world.environment):
        build_world(spec.world, catalog.environment(spec.world.environment).path, spec.camera.rotation[2], scene)


def _let_move(spec: SceneSpec, people: list, objects: list) -> None:
    """Where the shutter is open long enough to see it."""
    if spec.camera.shutter:
        for thing, person in zip(objects, people, strict=True):
            move_person(thing, person)


def differs_in_view_only(spec: SceneSpec, other: SceneSpec) -> bool:
    """Whether two pictures show the same people and things."""
    ground = replace(other.world, ground_radius=spec.world.ground_radius)
    same = {"index": spec.index, "camera": spec.camera, "development": spec.development}
    return replace(other, world=ground, **same) == spec


def look_again(built: BuiltScene, spec: SceneSpec, catalog: Catalog, scene) -> BuiltScene:
    """Another view of a scene that stands: people and things stay, camera and light are set anew.

    Args:
        spec: one that `differs_in_view_only` from that of `built`.
    Raises:
        AssetError: as `build_scene`.
    """
    bpy.data.batch_remove([built.camera.data, built.camera])
    clear_world(scene)
    camera = build_camera(spec.camera, scene)
    backdrop = _build_surroundings(spec, catalog, scene)
    _let_move(spec, built.people, built.objects)
    return replace(built, spec=spec, camera=camera, backdrop=backdrop)


def find_skin_map(body_path) -> "Path | None":
    """The masks that lie beside a body file."""
    path = Path(body_path)
    beside = path.with_name(f"{path.stem}_skin.png")
    return beside if beside.is_file() else None


def clear_scene() -> None:
    """Remove all that a scene left behind, keeping loaded pictures, models and pattern materials for the next one."""
    kept = {image.name for image in bpy.data.images if image.source == "FILE"}
    for blocks in (
        bpy.data.objects,
        [mesh for mesh in bpy.data.meshes if not mesh.use_fake_user],
        [material for material in bpy.data.materials if not material.use_fake_user],
        bpy.data.cameras,
        bpy.data.lights,
        bpy.data.worlds,
        [image for image in bpy.data.images if image.name not in kept and image.type != "RENDER_RESULT"],
    ):
        bpy.data.batch_remove(list(blocks))
    bpy.data.batch_remove([key for key in bpy.data.shape_keys if not key.users])  # 3.4 leaves those of lost meshes

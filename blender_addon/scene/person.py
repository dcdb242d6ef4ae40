"""One person as one Blender mesh: skin, eyes, garments and hair, a material slot each."""

import bpy
import numpy as np

from ..core.errors import blaming
from ..core.person import Person
from ..core.surface import Surface
from ..core.wardrobe.folds import fold_frames
from ..core.wardrobe.garment import Garment
from .cloth_materials import cloth_material
from .mesh import fill_mesh, set_attribute, set_uv
from .picture_materials import picture_material
from .skin_materials import eye_material, hair_material, skin_material

REST = "rest"
"""Point attribute: place in the T-pose, by which truth tells one part of a person from another."""


def build_person(person: Person, name: str, pass_index: int, collection, skin_map=None) -> "bpy.types.Object":
    """Make the mesh in world coordinates.

    Args:
        pass_index: value of the person in the index pass, from 1.
        skin_map: picture of masks in the body's texture space, or None.
    """
    mesh = bpy.data.meshes.new(name)
    surfaces = person.surfaces
    starts = np.cumsum([0] + [len(surface.points) for surface in surfaces[:-1]])
    faces = np.concatenate([_shifted(surface.faces, start) for surface, start in zip(surfaces, starts, strict=True)])
    fill_mesh(mesh, np.concatenate([surface.posed for surface in surfaces]), faces)
    set_uv(mesh, faces, np.concatenate([surface.uv for surface in surfaces]))
    _set_attributes(mesh, surfaces)
    slots = _add_materials(mesh, person, skin_map)
    mesh.polygons.foreach_set("material_index", slots)
    mesh.update(calc_edges=True)
    built = bpy.data.objects.new(name, mesh)
    built.pass_index = pass_index
    collection.objects.link(built)
    return built


def _shifted(faces: np.ndarray, start: int) -> np.ndarray:
    return np.where(faces >= 0, faces + start, -1)


def _set_attributes(mesh, surfaces: list) -> None:
    rest = np.concatenate([surface.points for surface in surfaces])
    set_attribute(mesh, REST, rest)
    given = [s.attributes | fold_frames(s.posed, s.faces, s.attributes) for s in surfaces]
    names = sorted({name for attributes in given for name in attributes})
    for name in names:
        shape = next(attributes[name].shape[1:] for attributes in given if name in attributes)
        empty = (np.zeros((len(s.points), *shape)) for s in surfaces)
        parts = [attributes.get(name, zeros) for attributes, zeros in zip(given, empty, strict=True)]
        set_attribute(mesh, name, np.concatenate(parts))


def _add_materials(mesh, person: Person, skin_map) -> np.ndarray:
    """Append each surface's materials; returns (F,) the slot of every face."""
    slots = []
    for surface in person.surfaces:
        first = len(mesh.materials)
        with blaming(_asset_of(surface)):
            for material in _materials(surface, person, skin_map):
                mesh.materials.append(material)
        own = np.zeros(len(surface.faces), np.int32) if surface.face_slot is None else surface.face_slot
        slots.append(own + first)
    return np.concatenate(slots).astype(np.int32)


def _asset_of(surface: Surface) -> str:
    """Whose pictures it shows, empty where they are our own."""
    if surface.pictures:
        return surface.pictures.asset
    photo = surface.photo if isinstance(surface, Garment) else None
    return photo.parent.name if photo else ""


def _materials(surface: Surface, person: Person, skin_map) -> list:
    if surface.name == "skin":
        return [skin_material(person.spec.skin, skin_map, person.spec.hair, surface)]
    if surface.name == "eyes":
        return [eye_material(person.spec.skin, surface)]
    if surface.pictures:
        return [picture_material(surface)]
    if surface.name == "hair":
        return [hair_material(person.spec.hair)]
    return [cloth_material(surface.name, fabric, surface.photo) for fabric in surface.fabrics]

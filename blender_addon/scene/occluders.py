"""Furniture, street things and plants: one mesh object each, from the params that `core.furniture.kinds` draws."""

import bpy
import numpy as np

from ..core.furniture.kinds import furniture_parts
from .mesh import fill_mesh, set_attribute
from .solid_materials import make_material


def build_occluder(params: dict, location, yaw: float, pass_index: int = 0, collection=None):
    """Build one thing where it stands.

    Args:
        location: (3,) of the point on the ground under its middle.
        yaw: about Z; at 0 its front faces -Y.
        pass_index: value of the object index pass.
    """
    parts = furniture_parts(params)
    slots = sorted({part.material for part in parts})
    mesh = _joined_mesh(params["kind"], parts, slots)
    for k, name in enumerate(slots):
        seed = (params["seed"] + 7919 * k) % 9973
        mesh.materials.append(make_material(f"{params['kind']} {name}", params["materials"][name], seed))
    thing = bpy.data.objects.new(params["kind"], mesh)
    thing.location = location
    thing.rotation_euler = (0.0, 0.0, yaw)
    thing.pass_index = pass_index
    (collection or bpy.context.scene.collection).objects.link(thing)
    return thing


def _joined_mesh(name: str, parts: list, slots: list):
    """All parts as one mesh, with the attributes that the materials read."""
    first = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    faces = [np.where(part.faces < 0, -1, part.faces + start) for part, start in zip(parts, first, strict=True)]
    mesh = bpy.data.meshes.new(name)
    fill_mesh(mesh, _joined(parts, "vertices"), np.concatenate(faces))
    slot = np.array([slots.index(part.material) for part in parts], np.int32)
    mesh.polygons.foreach_set("material_index", np.repeat(slot, [len(part.faces) for part in parts]))
    mesh.polygons.foreach_set("use_smooth", _joined(parts, "smooth"))
    set_attribute(mesh, "grain", _joined(parts, "grain"))
    set_attribute(mesh, "tone", _joined(parts, "tone"))
    mesh.attributes.new("edge", "FLOAT", "FACE").data.foreach_set("value", _joined(parts, "edge"))
    mesh.update(calc_edges=True)
    return mesh


def _joined(parts: list, field: str) -> np.ndarray:
    return np.concatenate([getattr(part, field) for part in parts])

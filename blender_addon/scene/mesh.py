"""Meshes from arrays, through foreach_set: a hundred times faster than from_pydata."""

import numpy as np

from . import compat


def fill_mesh(mesh, points: np.ndarray, faces: np.ndarray) -> None:
    """Fill an empty mesh.

    Args:
        points: (N, 3) metres.
        faces: (F, 4) indices; a triangle has -1 last.
    """
    corners = (faces >= 0).sum(1)
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", points.astype(np.float32).ravel())
    mesh.loops.add(int(corners.sum()))
    mesh.loops.foreach_set("vertex_index", faces[faces >= 0].astype(np.int32))
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.concatenate([[0], np.cumsum(corners)[:-1]]).astype(np.int32))
    compat.set_loop_totals(mesh.polygons, corners.astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))


def set_uv(mesh, faces: np.ndarray, uv: np.ndarray) -> None:
    """uv (F, 4, 2): texture coordinates a corner."""
    layer = mesh.uv_layers.new(name="UVMap")
    layer.data.foreach_set("uv", uv[faces >= 0].astype(np.float32).ravel())


def set_attribute(mesh, name: str, values: np.ndarray) -> None:
    """values (N,) or (N, 3): a value a point, for shaders to read by name (not `crease`, which Blender keeps)."""
    vector = values.ndim == 2
    attribute = mesh.attributes.new(name, "FLOAT_VECTOR" if vector else "FLOAT", "POINT")
    attribute.data.foreach_set("vector" if vector else "value", values.astype(np.float32).ravel())

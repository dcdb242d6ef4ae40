"""Published models as Blender meshes with their materials, kept from picture to picture."""

import bpy
import numpy as np

from ..core.catalog import Asset
from ..core.cutouts import without_holes
from ..core.gltf import Material, Model, Piece, load_gltf
from ..core.models import standing_point
from ..core.spec import OccluderSpec
from . import compat
from .mesh import fill_mesh, set_uv
from .nodes import add_node, set_shader
from .picture_materials import load_picture

KEPT = 32
"""Models that stay in memory; of more, those go that were used longest ago."""
FILE = "posewright_model"
"""Custom property of a kept mesh: what it was made from."""
USED = "posewright_used"
"""Custom property of a kept mesh: when it was last used, in meshes."""
BLACK = 0.03
"""Of 1: JPEGs have no alpha, and where one was lost their cut-out surfaces are black."""


def build_model(asset: Asset, thing: OccluderSpec, collection):
    """Put a model where it stands.

    Raises:
        AssetError: it is broken.
    """
    built = bpy.data.objects.new("model", _mesh(asset))
    built.location = thing.position
    built.rotation_euler = (0.0, 0.0, thing.yaw)
    built.scale = (thing.params["scale"],) * 3
    collection.objects.link(built)
    return built


def _mesh(asset: Asset):
    """The model's mesh, made when it is first asked for."""
    kept = [mesh for mesh in bpy.data.meshes if FILE in mesh]
    mesh = next((mesh for mesh in kept if mesh[FILE] == str(asset.path)), None)
    if mesh is None:
        kept.sort(key=lambda mesh: mesh[USED])
        for old in kept[: max(len(kept) + 1 - KEPT, 0)]:
            _forget(old)
        mesh = _make_mesh(load_gltf(asset.path), asset.name)
        mesh[FILE], mesh.use_fake_user = str(asset.path), True
    mesh[USED] = 1 + max((other[USED] for other in bpy.data.meshes if USED in other), default=0)
    return mesh


def _forget(mesh) -> None:
    """Remove a mesh that stands in no scene, with its materials and their pictures."""
    if mesh.users > 1:  # the fake one counts
        return
    materials = list(mesh.materials)
    nodes = [node for material in materials for node in material.node_tree.nodes if node.type == "TEX_IMAGE"]
    images = {node.image for node in nodes}
    bpy.data.batch_remove([mesh, *materials])
    bpy.data.batch_remove([image for image in images if image.users == 0])


def _make_mesh(model: Model, name: str):
    """One mesh over the origin, standing on z = 0, a slot for each material."""
    pieces = [_cut(piece) for piece in model.pieces]
    pieces = [piece for piece in pieces if len(piece.triangles)] or list(model.pieces)
    starts = np.cumsum([0] + [len(piece.points) for piece in pieces[:-1]])
    corners = np.concatenate([piece.triangles + start for piece, start in zip(pieces, starts, strict=True)])
    materials = list(dict.fromkeys(piece.material for piece in pieces))
    slot = np.repeat([materials.index(piece.material) for piece in pieces], [len(piece.triangles) for piece in pieces])
    solid = (corners != np.roll(corners, 1, axis=1)).all(1)  # Blender takes no triangle of two corners
    corners, slot = corners[solid], slot[solid]
    faces = np.column_stack([corners, np.full(len(corners), -1)])
    mesh = bpy.data.meshes.new(name)
    points = np.concatenate([piece.points for piece in pieces]) - standing_point(model)
    fill_mesh(mesh, points, faces)
    uv = np.concatenate([np.zeros((len(piece.points), 2)) if piece.uv is None else piece.uv for piece in pieces])
    set_uv(mesh, faces, uv[faces])
    mesh.polygons.foreach_set("material_index", slot.astype(np.int32))
    for material in materials:
        mesh.materials.append(_make_material(material))
    mesh.update(calc_edges=True)
    compat.set_normals(mesh, np.concatenate([_normals(piece) for piece in pieces]))
    return mesh


def _normals(piece: Piece) -> np.ndarray:
    """(N, 3) the file's, or (0, 0, 0), which leaves a point's to Blender."""
    return np.zeros((len(piece.points), 3)) if piece.normals is None else piece.normals


def _cut(piece: Piece) -> Piece:
    material = piece.material
    if material.alpha_mode == "OPAQUE" or material.base_picture is None:
        return piece
    cutoff = min(material.alpha_cutoff, 1.0) if material.alpha_mode == "MASK" else 0.5
    return without_holes(piece, _alpha(load_picture(material.base_picture, "sRGB")), cutoff)


def _alpha(image) -> np.ndarray:
    """(H, W) alpha of a picture, first row at the bottom; of one that has none, 0 where it is black."""
    width, height = image.size
    values = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(values)
    values = values.reshape(height, width, 4)
    alpha = values[..., 3]
    return alpha if _has_alpha(image) else (values[..., :3].max(-1) > BLACK).astype(np.float32)


def _has_alpha(image) -> bool:
    return image.file_format == "PNG" and image.depth in (16, 32, 64)


def _make_material(surface: Material):
    material = bpy.data.materials.new(f"model {surface.name}")
    material.use_nodes = True
    material.use_fake_user = True  # as the mesh
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    *color, alpha = surface.base_color
    values = {"base_color": tuple(color), "roughness": surface.roughness, "metallic": surface.metallic}
    if surface.base_picture:
        node = _picture(tree, surface.base_picture, "sRGB")
        values["base_color"] = _tinted(tree, node.outputs["Color"], color)
        if surface.alpha_mode != "OPAQUE" and _has_alpha(node.image):
            values["alpha"] = _times(tree, node.outputs["Alpha"], alpha)
    if surface.alpha_mode == "BLEND" and "alpha" not in values:
        values["alpha"] = alpha
    if surface.rough_picture:
        channels = add_node(
            tree, "ShaderNodeSeparateColor", {0: _picture(tree, surface.rough_picture, "Non-Color").outputs["Color"]}
        )
        values["roughness"] = _times(tree, channels.outputs["Green"], surface.roughness)
        values["metallic"] = _times(tree, channels.outputs["Blue"], surface.metallic)
    if surface.normal_picture:
        color = _picture(tree, surface.normal_picture, "Non-Color").outputs["Color"]
        inputs = {"Strength": abs(surface.normal_scale), "Color": color}
        values["normal"] = add_node(tree, "ShaderNodeNormalMap", inputs, uv_map="UVMap").outputs[0]
    set_shader(tree, shader, **values)
    return material


def _picture(tree, path, colorspace: str):
    node = add_node(tree, "ShaderNodeTexImage", {0: add_node(tree, "ShaderNodeUVMap", uv_map="UVMap").outputs[0]})
    node.image = load_picture(path, colorspace)
    return node


def _times(tree, value, factor: float):
    """A socket times a number."""
    if factor == 1:
        return value
    return add_node(tree, "ShaderNodeMath", {0: value, 1: factor}, operation="MULTIPLY").outputs[0]


def _tinted(tree, color, factor):
    if tuple(factor) == (1, 1, 1):
        return color
    return add_node(tree, "ShaderNodeMixRGB", {0: 1.0, 1: color, 2: (*factor, 1.0)}, blend_type="MULTIPLY").outputs[0]

"""Published pictures as Blender materials: recoloured, cut out by their alpha, with their own folds and shadows."""

from functools import lru_cache
from pathlib import Path

import bpy
import numpy as np

from ..core.errors import AssetError
from ..core.oklab import FROM_LAB, FROM_LMS, TO_LAB, TO_LMS, recolouring, srgb_to_linear
from ..core.surface import Pictures, Surface
from ..core.whole import check_whole
from .nodes import add_node, set_shader

AO_SHARE = 0.6
"""How much of a baked shadow is kept: the scene casts its own."""
SAMPLES = 4000
"""Places where a picture's colours are looked at."""


def picture_material(surface: Surface) -> "bpy.types.Material":
    """A material by the surface's texture coordinates.

    Raises:
        AssetError: a picture cannot be read.
    """
    pictures = surface.pictures
    material = bpy.data.materials.new(surface.name)
    material.use_nodes = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    uv = add_node(tree, "ShaderNodeUVMap", uv_map="UVMap").outputs[0]
    color, alpha = picture_color(tree, uv, surface)
    if pictures.path("ao"):
        shade = _picture(tree, uv, pictures.path("ao"), "Non-Color").outputs["Color"]
        color = add_node(tree, "ShaderNodeMixRGB", {0: AO_SHARE, 1: color, 2: shade}, blend_type="MULTIPLY").outputs[0]
    rough = pictures.roughness
    if pictures.path("roughness"):
        rough = _picture(tree, uv, pictures.path("roughness"), "Non-Color").outputs["Color"]
    set_shader(tree, shader, base_color=color, roughness=rough, sheen=pictures.sheen, specular=0.3)
    if alpha is not None:
        set_shader(tree, shader, alpha=alpha)
    normal = _normal(tree, uv, pictures)
    if normal is not None:
        set_shader(tree, shader, normal=normal)
    return material


def picture_color(tree, uv, surface: Surface) -> tuple:
    """Sockets of colour, and of alpha or None. Raises AssetError when the picture cannot be read."""
    pictures = surface.pictures
    path, holes = pictures.path("color"), None
    if pictures.path("alpha"):
        holes = _picture(tree, uv, pictures.path("alpha"), "Non-Color").outputs["Color"]
    if path is None:
        plain = add_node(tree, "ShaderNodeRGB").outputs[0]
        plain.default_value = (*srgb_to_linear(pictures.color), 1.0)
        return plain, holes
    node = _picture(tree, uv, path, "sRGB")
    color = node.outputs["Color"]
    if pictures.recolor:
        samples, weights = _look_at(node.image, surface, pictures.cutout)
        color = _mapped(tree, color, *recolouring(samples, weights, pictures.color))
    return color, holes or (node.outputs["Alpha"] if pictures.cutout else None)


def load_picture(path: Path, colorspace: str) -> "bpy.types.Image":
    """A picture from a file, loaded once a session.

    Raises:
        AssetError: it cannot be read.
    """
    check_whole(path)
    try:
        image = bpy.data.images.load(str(path), check_existing=True)
    except RuntimeError as error:
        raise AssetError(f"{path}: cannot be read as a picture ({str(error).strip()}). Get the asset again.") from None
    if min(image.size) == 0:
        raise AssetError(f"{path}: cannot be read as a picture. Get the asset again.")
    image.colorspace_settings.name = colorspace
    return image


def _picture(tree, uv, path: Path, colorspace: str):
    node = add_node(tree, "ShaderNodeTexImage", {"Vector": uv})
    node.image = load_picture(path, colorspace)
    return node


def _look_at(image, surface: Surface, cutout: bool) -> tuple:
    """(N, 3) linear colours of the picture, evenly over the faces that show it, and (N,) the area of each."""
    real = np.where(surface.faces < 0, surface.faces[:, 2:3], surface.faces)
    corners = surface.points[real]
    area = np.linalg.norm(np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]), axis=1) + 1e-9
    step = max(len(area) // SAMPLES, 1)
    side = max(int(np.sqrt(SAMPLES / len(area))), 1)
    u, v = (axis.ravel() for axis in np.meshgrid(*[(np.arange(side) + 0.5) / side] * 2))
    shares = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], 1)
    place = np.einsum("sk,fkc->fsc", shares, surface.uv[::step]).reshape(-1, 2)
    weights = np.repeat(area[::step], side * side)
    width, height = image.size
    column = np.clip((place[:, 0] % 1.0) * width, 0, width - 1).astype(int)
    row = np.clip((place[:, 1] % 1.0) * height, 0, height - 1).astype(int)
    found = _pixels(image.filepath)[row, column]
    if cutout:
        weights = weights * (found[:, 3] + 1e-3)
    return srgb_to_linear(found[:, :3] / 255.0), weights


@lru_cache(maxsize=8)
def _pixels(filepath: str) -> np.ndarray:
    """(H, W, 4) uint8 of a loaded picture, as its file has them."""
    image = next(image for image in bpy.data.images if image.filepath == filepath)
    width, height = image.size
    values = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(values)
    return (values.reshape(height, width, 4) * 255 + 0.5).astype(np.uint8)


def _mapped(tree, color, matrix, offset):
    """A colour socket taken through OKLab by an affine map."""
    roots = _vector(tree, [_power(tree, value, 1 / 3) for value in _product(tree, color, TO_LMS)])
    mapped = _product(tree, roots, FROM_LAB @ matrix @ TO_LAB, FROM_LAB @ offset)
    cubes = _vector(tree, [_power(tree, value, 3.0) for value in mapped])
    return _vector(tree, [_clip(tree, value) for value in _product(tree, cubes, FROM_LMS)])


def _product(tree, vector, matrix, offset=(0.0, 0.0, 0.0)) -> list:
    """Three sockets: matrix @ vector + offset."""
    found = []
    for row, add in zip(matrix, offset, strict=True):
        dot = add_node(tree, "ShaderNodeVectorMath", {0: vector, 1: tuple(row)}, operation="DOT_PRODUCT")
        value = dot.outputs["Value"]
        if add:
            value = add_node(tree, "ShaderNodeMath", {0: value, 1: float(add)}, operation="ADD").outputs[0]
        found.append(value)
    return found


def _power(tree, value, exponent: float):
    """Of what is not negative."""
    least = add_node(tree, "ShaderNodeMath", {0: value, 1: 0.0}, operation="MAXIMUM").outputs[0]
    return add_node(tree, "ShaderNodeMath", {0: least, 1: exponent}, operation="POWER").outputs[0]


def _clip(tree, value):
    """No surface reflects more light than falls on it, and none reflects nothing."""
    return add_node(tree, "ShaderNodeClamp", {0: value, 1: 0.002, 2: 0.9}).outputs[0]


def _vector(tree, values: list):
    return add_node(tree, "ShaderNodeCombineXYZ", dict(enumerate(values))).outputs[0]


def _normal(tree, uv, pictures: Pictures):
    """Socket of the folds that the asset brings, or None."""
    if pictures.path("normal"):
        color = _picture(tree, uv, pictures.path("normal"), "Non-Color").outputs["Color"]
        return add_node(tree, "ShaderNodeNormalMap", {"Strength": 1.0, "Color": color}, uv_map="UVMap").outputs[0]
    if pictures.path("bump"):
        height = _picture(tree, uv, pictures.path("bump"), "Non-Color").outputs["Color"]
        return add_node(tree, "ShaderNodeBump", {"Strength": 0.6, "Distance": 0.004, "Height": height}).outputs[0]
    return None

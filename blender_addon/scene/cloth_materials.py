"""Cloth and leather as Blender materials: pictures of `core.wardrobe.fabrics`, folds, prints."""

import hashlib
import json
from pathlib import Path

import bpy
import numpy as np

from ..core.wardrobe.fabrics import fabric_image
from ..core.wardrobe.folds import TILE_METRES, fold_tile, manner_of
from ..core.wardrobe.prints import DETAIL_METRES, detail_image, print_image
from . import compat
from .nodes import add_node
from .photo_materials import photo_color


def cloth_material(name: str, params: dict, photo: Path | None = None):
    """One fabric's material; the mesh brings UVs in metres, `rest`, and the attributes of `core.wardrobe.panels`.

    Args:
        photo: picture of the garment spread flat, for fabrics with `photo`; None shows their plain colour.
    Raises:
        AssetError: the picture cannot be read.
    """
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    tile = fabric_image(params)
    key = hashlib.sha1(json.dumps(params, sort_keys=True).encode()).hexdigest()[:16]
    uv = add_node(tree, "ShaderNodeUVMap", uv_map="UVMap").outputs[0]
    color = _picture(tree, _scaled(tree, uv, 1 / tile["size_m"]), f"{key}.color", tile["color"], "sRGB").outputs[
        "Color"
    ]
    if params.get("photo") and photo is not None:
        color = photo_color(tree, params["photo"], photo)
    color = _worn(tree, color, params.get("fade", 0.0))
    folds = _folds(tree, params)
    color = _shaded(tree, _uneven(tree, color), folds)
    if params.get("print"):
        color = _printed(tree, color, params["print"], key)
    if params.get("details"):
        color = _sewn(tree, color, params["details"])
    tree.links.new(color, compat.principled_input(shader, "base_color"))
    compat.set_principled(
        shader,
        roughness=params.get("roughness", 0.9),
        specular=0.25 if "roughness" not in params else 0.5,
        sheen=0.5 * params.get("sheen", 0.0),
    )
    normal = _weave(tree, uv, tile, key)
    tree.links.new(_folded(tree, normal, folds), compat.principled_input(shader, "normal"))
    return material


def _scaled(tree, vector, scale):
    return add_node(
        tree,
        "ShaderNodeVectorMath",
        {0: vector, 1: (scale,) * 3 if np.isscalar(scale) else scale},
        operation="MULTIPLY",
    ).outputs[0]


def _attribute(tree, name):
    return add_node(tree, "ShaderNodeAttribute", attribute_name=name)


def _math(tree, operation, *values):
    return add_node(tree, "ShaderNodeMath", dict(enumerate(values)), operation=operation).outputs[0]


def _mix(tree, factor, a, b, blend="MIX"):
    return add_node(tree, "ShaderNodeMixRGB", {0: factor, 1: a, 2: b}, blend_type=blend).outputs[0]


def _image(name, pixels, colorspace, exact=False):
    """A picture from an array (H, W, 1, 3 or 4) in 0 to 1, made once a session; `exact` keeps floats of any size."""
    if name in bpy.data.images:
        return bpy.data.images[name]
    height, width, channels = pixels.shape
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., : max(channels, 3)] = pixels
    image = bpy.data.images.new(name, width, height, alpha=channels == 4, float_buffer=exact)
    image.colorspace_settings.name = colorspace
    image.pixels.foreach_set(rgba.ravel())
    image.update()
    image.pack()
    return image


def _picture(tree, vector, name, pixels, colorspace, extension="REPEAT"):
    node = add_node(tree, "ShaderNodeTexImage", {"Vector": vector}, extension=extension)
    node.image = _image(name, pixels, colorspace)
    return node


def _worn(tree, color, fade):
    """Denim is paler on thighs and knees."""
    if not fade:
        return color
    share = _math(tree, "MULTIPLY", _attribute(tree, "wear").outputs["Fac"], fade)
    return _mix(tree, share, color, (0.62, 0.66, 0.72, 1.0))


def _uneven(tree, color):
    """Nothing is dyed, washed and lit quite evenly."""
    rest = _attribute(tree, "rest").outputs["Vector"]
    noise = add_node(tree, "ShaderNodeTexNoise", {"Vector": rest, "Scale": 9.0, "Detail": 3.0}).outputs[0]
    tone = add_node(tree, "ShaderNodeMapRange", {0: noise, 1: 0.3, 2: 0.7, 3: 0.93, 4: 1.05}).outputs[0]
    return _mix(tree, 1.0, color, tone, "MULTIPLY")


def _printed(tree, color, design, key):
    """A graphic once on the chest: `print` is metres from its middle, third coordinate positive in front."""
    where = _attribute(tree, "print").outputs["Vector"]
    picture = print_image(design)
    centred = add_node(
        tree,
        "ShaderNodeVectorMath",
        {0: _scaled(tree, where, 1 / picture["size_m"]), 1: (0.5, 0.5, 0.0)},
        operation="ADD",
    ).outputs[0]
    node = _picture(tree, centred, f"{key}.print", picture["color"], "sRGB", "CLIP")
    ahead = add_node(tree, "ShaderNodeSeparateXYZ", {0: where}).outputs[2]
    share = _math(tree, "MULTIPLY", node.outputs["Alpha"], _math(tree, "GREATER_THAN", ahead, 0.0))
    return _mix(tree, share, color, node.outputs["Color"])


def _sewn(tree, color, kind):
    """Seams, pockets, buttons; other pictures in front and behind."""
    where = _attribute(tree, "print").outputs["Vector"]
    vector = _scaled(tree, where, 1 / DETAIL_METRES)
    centred = add_node(tree, "ShaderNodeVectorMath", {0: vector, 1: (0.5, 0.5, 0.0)}, operation="ADD").outputs[0]
    side = add_node(tree, "ShaderNodeSeparateXYZ", {0: where}).outputs[2]
    for back in (False, True):
        pixels = detail_image(kind, back)
        if pixels is None:
            continue
        node = _picture(tree, centred, f"{kind}.{back}", pixels, "sRGB", "CLIP")
        here = _math(tree, "LESS_THAN" if back else "GREATER_THAN", side, 0.0)
        color = _mix(tree, _math(tree, "MULTIPLY", node.outputs["Alpha"], here), color, node.outputs["Color"])
    return color


def _weave(tree, uv, tile, key):
    """Bumps of threads and yarn."""
    height = tile["height"]
    low, high = float(height.min()), float(height.max())
    if high - low < 1e-7:
        return None
    pixels = ((height - low) / (high - low))[..., None]
    vector = _scaled(tree, uv, 1 / tile["height_size_m"])
    node = _picture(tree, vector, f"{key}.height", pixels, "Non-Color")
    bump = {"Strength": 1.0, "Distance": high - low, "Height": node.outputs["Color"]}
    return add_node(tree, "ShaderNodeBump", bump).outputs[0]


def _folds(tree, params):
    """Metres of folds: across what is squeezed, in rays from what pulls, down where cloth hangs."""
    tile, manner = fold_tile(manner_of(params)), manner_of(params)
    image = _image(f"folds.{manner}", tile[..., None], "Non-Color", exact=True)
    squeezed = _attribute(tree, "wrinkle").outputs["Fac"]
    limits = {"creases": (0.35, 2.4), "pull": (0.6, 1.8), "drape": (1.2, 1.2)}
    total = 0.0
    for name, (least, most) in limits.items():
        where = _attribute(tree, name).outputs["Vector"]
        node = add_node(tree, "ShaderNodeTexImage", {"Vector": _scaled(tree, where, 1 / TILE_METRES)})
        node.image, node.interpolation = image, "Cubic"
        share = add_node(tree, "ShaderNodeMapRange", {0: squeezed, 1: 0.0, 2: 1.0, 3: least, 4: most}).outputs[0]
        share = _math(tree, "MULTIPLY", share, add_node(tree, "ShaderNodeSeparateXYZ", {0: where}).outputs[2])
        total = _math(tree, "MULTIPLY_ADD", node.outputs["Color"], share, total)
    return _math(tree, "MULTIPLY", total, params.get("wrinkles", 1.0))


def _shaded(tree, color, folds):
    """Light hardly reaches the bottom of a fold."""
    tone = add_node(tree, "ShaderNodeMapRange", {0: folds, 1: -0.002, 2: 0.004, 3: 0.72, 4: 1.06}).outputs[0]
    return _mix(tree, 1.0, color, tone, "MULTIPLY")


def _folded(tree, normal, folds):
    """The normal of folded cloth, its threads on top."""
    inputs = {"Strength": 1.0, "Distance": 1.0, "Height": folds}
    if normal is not None:
        inputs["Normal"] = normal
    return add_node(tree, "ShaderNodeBump", inputs).outputs[0]

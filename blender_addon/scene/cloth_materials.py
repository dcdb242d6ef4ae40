"""Cloth and leather as Blender materials: pictures of `core.wardrobe`, folds from a normal map, what is sewn."""

import hashlib
import json
from pathlib import Path

import bpy
import numpy as np

from ..core.wardrobe.fabrics import fabric_image
from ..core.wardrobe.folds import FAMILIES, TILE_METRES, fold_picture, manner_of
from ..core.wardrobe.prints import print_image
from ..core.wardrobe.sewing import METRES, sewn_picture
from . import compat
from .nodes import add_node
from .photo_materials import photo_color

STRENGTH = {"creases": (0.35, 2.2), "pull": (0.30, 0.75), "drape": (1.2, 1.2)}
"""Of each family of folds where nothing squeezes the cloth, and where it is squeezed most."""
SEAM_DEEP = 0.0007
"""Metres."""
SEAMLESS = ("smooth", "coarse", "rib")
"""Weaves of what has no seams that show: soles, knitwear and its bands, socks."""


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
    normal, lift = _folded(tree, params)
    color = _shaded(tree, _uneven(tree, color), lift)
    if params.get("print"):
        color = _printed(tree, color, params["print"], key)
    relief = [_weave(tree, uv, tile, key)]
    if params.get("weave") not in SEAMLESS:
        relief.append(_seamed(tree))
    if params.get("details"):
        color, raised = _sewn(tree, color, params["details"])
        relief.append(raised)
    tree.links.new(color, compat.principled_input(shader, "base_color"))
    compat.set_principled(
        shader,
        roughness=params.get("roughness", 0.9),
        specular=0.25 if "roughness" not in params else 0.5,
        sheen=0.5 * params.get("sheen", 0.0),
    )
    tree.links.new(_raised(tree, normal, relief), compat.principled_input(shader, "normal"))
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
    """Seams, pockets, buttons, other ones in front and behind: (the colour with them, metres that they stand out)."""
    pixels, height = sewn_picture(kind)
    where = _attribute(tree, "print").outputs["Vector"]
    across, up, ahead = add_node(tree, "ShaderNodeSeparateXYZ", {0: where}).outputs[:3]
    half, edge = METRES / 2, 0.25 / pixels.shape[0]
    u = add_node(tree, "ShaderNodeMapRange", {0: across, 1: -half, 2: half, 3: edge, 4: 0.5 - edge}).outputs[0]
    u = _math(tree, "MULTIPLY_ADD", _math(tree, "LESS_THAN", ahead, 0.0), 0.5, u)
    v = _math(tree, "MULTIPLY_ADD", up, 1 / METRES, 0.5)
    vector = add_node(tree, "ShaderNodeCombineXYZ", {0: u, 1: v}).outputs[0]
    ink = _picture(tree, vector, f"{kind}.sewn", pixels, "sRGB", "CLIP")
    color = _mix(tree, ink.outputs["Alpha"], color, ink.outputs["Color"])
    low, high = float(height.min()), float(height.max())
    raised = _picture(tree, vector, f"{kind}.relief", ((height - low) / (high - low))[..., None], "Non-Color", "EXTEND")
    return color, _math(tree, "MULTIPLY", raised.outputs["Color"], high - low)


def _seamed(tree):
    """Metres at the seams down the sides: a groove."""
    away = _math(tree, "ABSOLUTE", _attribute(tree, "seam").outputs["Fac"])
    return add_node(tree, "ShaderNodeMapRange", {0: away, 1: 0.0, 2: 0.003, 3: -SEAM_DEEP, 4: 0.0}).outputs[0]


def _weave(tree, uv, tile, key):
    """Metres of threads and yarn, or None where there are none."""
    height = tile["height"]
    low, high = float(height.min()), float(height.max())
    if high - low < 1e-7:
        return None
    pixels = ((height - low) / (high - low))[..., None]
    vector = _scaled(tree, uv, 1 / tile["height_size_m"])
    node = _picture(tree, vector, f"{key}.height", pixels, "Non-Color")
    return _math(tree, "MULTIPLY", node.outputs["Color"], high - low)


def _raised(tree, normal, relief):
    """The normal with fine relief on top: a list of metres or None."""
    heights = [height for height in relief if height is not None]
    if not heights:
        return normal
    total = heights[0]
    for height in heights[1:]:
        total = _math(tree, "ADD", total, height)
    bump = {"Strength": 1.0, "Distance": 1.0, "Height": total, "Normal": normal}
    return add_node(tree, "ShaderNodeBump", bump).outputs[0]


def _folded(tree, params):
    """(normal, metres) of folds: across what is squeezed, in rays from what pulls, down where cloth hangs.

    A normal map holds how folds lean along and across themselves; the mesh brings what those directions are in its
    pose (`core.wardrobe.folds.fold_frames`). A Normal Map node would need three sets of texture coordinates, whose
    tangents cost more than they save: most of a second for each person and frame.
    """
    manner, size = manner_of(params), params.get("fold_size", 1.0)
    image = _image(f"folds.{manner}", fold_picture(manner), "Non-Color", exact=True)
    image.alpha_mode = "CHANNEL_PACKED"
    squeezed = _attribute(tree, "wrinkle").outputs["Fac"]
    lean, total = None, 0.0
    for name in FAMILIES:
        where = _attribute(tree, name).outputs["Vector"]
        node = add_node(tree, "ShaderNodeTexImage", {"Vector": _scaled(tree, where, 1 / (TILE_METRES * size))})
        node.image, node.interpolation = image, "Cubic"
        least, most = (params.get("wrinkles", 1.0) * share for share in STRENGTH[name])
        share = add_node(tree, "ShaderNodeMapRange", {0: squeezed, 1: 0.0, 2: 1.0, 3: least, 4: most}).outputs[0]
        share = _math(tree, "MULTIPLY", share, add_node(tree, "ShaderNodeSeparateXYZ", {0: where}).outputs[2])
        slope = add_node(tree, "ShaderNodeSeparateXYZ", {0: node.outputs["Color"]})
        for part, way in zip(slope.outputs, ("along", "across"), strict=False):
            direction = _attribute(tree, f"{name}_{way}").outputs["Vector"]
            much = _math(tree, "MULTIPLY", part, share)
            much = add_node(tree, "ShaderNodeCombineXYZ", {0: much, 1: much, 2: much}).outputs[0]
            lean = _vector(tree, "MULTIPLY_ADD", direction, much, (0.0, 0.0, 0.0) if lean is None else lean)
        total = _math(tree, "MULTIPLY_ADD", node.outputs["Alpha"], share, total)
    turn = {"vector_type": "VECTOR", "convert_from": "OBJECT", "convert_to": "WORLD"}
    lean = add_node(tree, "ShaderNodeVectorTransform", {0: lean}, **turn).outputs[0]
    normal = _vector(tree, "ADD", add_node(tree, "ShaderNodeNewGeometry").outputs["Normal"], lean)
    return _vector(tree, "NORMALIZE", normal), _math(tree, "MULTIPLY", total, size)


def _vector(tree, operation, *values):
    return add_node(tree, "ShaderNodeVectorMath", dict(enumerate(values)), operation=operation).outputs[0]


def _shaded(tree, color, folds):
    """Light hardly reaches the bottom of a fold."""
    tone = add_node(tree, "ShaderNodeMapRange", {0: folds, 1: -0.002, 2: 0.004, 3: 0.72, 4: 1.06}).outputs[0]
    return _mix(tree, 1.0, color, tone, "MULTIPLY")

"""Cloth that is a photo: the picture of a garment spread flat, front and back, by the attribute `flat`."""

from pathlib import Path

from .nodes import add_node
from .picture_materials import load_picture

SEAM = 0.05
"""How far ahead or behind, of 1, front and back run into each other at seams."""


def photo_color(tree, layout: dict, path: Path):
    """A socket with the photo's colour.

    Args:
        layout: `frame` and `stacked`, as `core.wardrobe.photo_garment.PhotoGarment` has them.
        path: of the picture.
    Raises:
        AssetError: it cannot be read.
    """
    left, bottom, right, top = layout["frame"]
    across, up = 1 / (right - left), 1 / (top - bottom)
    where = add_node(tree, "ShaderNodeAttribute", attribute_name="flat").outputs["Vector"]
    image = load_picture(path, "sRGB")
    # The picture's first row is its top one: a stacked front is the upper half, v from 0.5 to 1.
    share = (1.0, 0.5) if layout["stacked"] else (0.5, 1.0)
    starts = ((0.0, 0.5), (0.0, 0.0)) if layout["stacked"] else ((0.0, 0.0), (0.5, 0.0))
    colors = []
    for start in starts:
        scale = (across * share[0], up * share[1], 0.0)
        shift = (start[0] - left * scale[0], start[1] - bottom * scale[1], 0.0)
        vector = add_node(tree, "ShaderNodeVectorMath", {0: where, 1: scale, 2: shift}, operation="MULTIPLY_ADD")
        node = add_node(tree, "ShaderNodeTexImage", {"Vector": vector.outputs[0]}, extension="EXTEND")
        node.image = image
        colors.append(node.outputs["Color"])
    ahead = add_node(tree, "ShaderNodeSeparateXYZ", {0: where}).outputs[2]
    in_front = add_node(tree, "ShaderNodeMapRange", {0: ahead, 1: -SEAM, 2: SEAM, 3: 0.0, 4: 1.0}).outputs[0]
    return add_node(tree, "ShaderNodeMixRGB", {0: in_front, 1: colors[1], 2: colors[0]}).outputs[0]

"""Skin, eyes and hair: a Principled BSDF each, coloured by the look and by the attributes of core.looks."""

from pathlib import Path

import bpy

from ..core.spec import LookSpec
from ..core.surface import Surface
from . import compat
from .picture_materials import picture_color

PUPIL_EDGE = 0.02
"""Radians over which the rims in the eye are blurred."""
IRIS = 0.4
"""Radians from the gaze where the iris ends."""


def skin_material(
    look: LookSpec, skin_map=None, hair: LookSpec | None = None, surface: Surface | None = None
) -> "bpy.types.Material":
    """Skin with lips, brows, beard shadow and blush.

    Args:
        skin_map: picture from `assets.bodies.skin_maps`, or None: lips and brows come from the mesh, softer.
        hair: darkens the scalp and beard under the strands.
        surface: of the skin; one with pictures is coloured by them.
    Raises:
        AssetError: a picture cannot be read.
    """
    params = look.params
    tree = _Tree("skin")
    face, flesh = tree.attribute("face"), tree.attribute("flesh")
    lips, brow, lines = _skin_masks(tree, face, skin_map, params["brow_shape"])
    painted = surface is not None and surface.pictures is not None
    color = picture_color(tree.tree, tree.uv(), surface)[0] if painted else _flesh_color(tree, params, flesh)
    if not params.get("dressed"):  # a photo's texture has its own lips and stubble
        color = tree.mix(tree.multiply(lips, 0.3 if painted else 0.85), color, params["lip_color"])
        color = _hairs_color(tree, params, color, face, flesh, hair)
    density = 0.0 if params.get("brow_mesh") or params.get("dressed") else params["brow_density"]
    color = tree.mix(tree.multiply(brow, density), color, params["brow_color"])
    color = tree.mix(tree.multiply(lines, 0.75), color, [c * 0.12 for c in params["tone"]])
    tree.link(color, "base_color")
    oily = tree.multiply(tree.channel(flesh, 2), -0.16 * params["oil"])
    rough = tree.add(oily, params["roughness"])
    tree.link(tree.add(rough, tree.multiply(lips, -0.12)), "roughness")
    tree.set(specular=0.35)
    tree.bump(tree.noise(900, detail=1.0), 0.12 + 0.2 * params["wrinkles"], 0.0008)
    return tree.material


def _skin_masks(tree, face, skin_map, brow_shape) -> tuple:
    """Sockets of lips, brows and dark lines."""
    if skin_map is None:
        return tree.channel(face, 0), tree.multiply(tree.channel(face, 1), 0.8), 0.0
    image = tree.image(Path(skin_map))
    color, line = image.outputs["Color"], image.outputs["Alpha"]
    brow = tree.blend(brow_shape, tree.channel(color, 1), tree.channel(color, 2))
    return tree.channel(color, 0), tree.ramp(brow, -0.1, 0.5), line


def _flesh_color(tree, params, flesh):
    """Tone, blotches, blood under thin skin, freckles."""
    tone = params["tone"]
    blotch = tree.ramp(tree.noise(30, detail=3.0), 0.35, 0.65)
    lighter = [c * (1 + 0.10 * params["mottle"]) for c in tone]
    darker = [c * (1 - k * params["mottle"]) for c, k in zip(tone, (0.10, 0.17, 0.20), strict=True)]
    color = tree.mix(blotch, lighter, darker)
    blood = [tone[0] * 0.98, tone[1] * 0.68, tone[2] * 0.66]
    color = tree.mix(tree.multiply(tree.channel(flesh, 1), 0.25 + 0.75 * params["blush"]), color, blood)
    if params["freckles"] > 0:
        spots = tree.ramp(tree.noise(420, detail=0.0), 0.60, 0.68)
        spots = tree.multiply(spots, params["freckles"] * 0.55)
        color = tree.mix(spots, color, [tone[0] * 0.62, tone[1] * 0.45, tone[2] * 0.36])
    return color


def _hairs_color(tree, params, color, face, flesh, hair):
    """The shadow of hair roots and stubble."""
    roots = tree.noise(1500, detail=0.0)
    stubble = params["stubble"]
    if hair is not None:
        stubble = max(stubble, 0.8 * hair.params["beard"]["length"] / 0.01)
        if hair.params["scalp_shade"] > 0:
            shade = tree.multiply(tree.channel(flesh, 0), hair.params["scalp_shade"])
            color = tree.mix(shade, color, [c * 0.8 for c in hair.params["color"]])
    if stubble > 0:
        closed = max(0.0, min(stubble, 1.0) - 0.35)  # a beard shows no skin between its roots
        shade = tree.multiply(tree.channel(face, 2), tree.ramp(roots, 0.25 - closed, 0.75 - closed))
        dark = [0.35 * h + 0.22 * t for h, t in zip(params["hair_color"], params["tone"], strict=True)]
        color = tree.mix(tree.multiply(shade, min(0.9, stubble)), color, dark)
    return color


def eye_material(look: LookSpec, surface: Surface) -> "bpy.types.Material":
    """Eyeballs from a picture, or by the angle from the gaze; and the lashes.

    Raises:
        AssetError: the picture cannot be read.
    """
    params = look.params
    tree = _Tree("eyes")
    color = picture_color(tree.tree, tree.uv(), surface)[0] if surface.pictures else _iris_and_white(tree, params)
    lash = tree.attribute("lash").outputs[2]
    color = tree.mix(lash, color, [c * 0.3 for c in params["brow_color"]])
    tree.link(color, "base_color")
    tree.link(tree.add(tree.multiply(lash, 0.5), 0.08), "roughness")
    tree.set(specular=0.6)
    return tree.material


def _iris_and_white(tree, params):
    """Pupil, iris with fibres and a dark rim, veined white."""
    angle = tree.attribute("gaze_angle").outputs[2]
    pupil = params["pupil"] * 3.14159 / 180
    fibres = tree.noise_uv((60, 5, 1))
    iris = tree.mix(tree.ramp(angle, pupil, pupil + 0.6 * (IRIS - pupil)), params["eye_inner"], params["eye_color"])
    iris = tree.mix(tree.multiply(fibres, 0.7), iris, [c * 0.25 for c in params["eye_color"]])
    iris = tree.mix(tree.ramp(angle, IRIS - 0.10, IRIS), iris, [c * 0.12 for c in params["eye_color"]])
    color = tree.mix(tree.ramp(angle, pupil - PUPIL_EDGE, pupil + PUPIL_EDGE), (0.002, 0.002, 0.002), iris)
    white = tree.mix(
        tree.ramp(angle, 0.6, 1.2),
        params["sclera"],
        [params["sclera"][0] * 0.9, params["sclera"][1] * 0.55, params["sclera"][2] * 0.5],
    )
    return tree.mix(tree.ramp(angle, IRIS - 0.01, IRIS + 0.05), color, white)


def hair_material(look: LookSpec) -> "bpy.types.Material":
    """Strands that shine along their length, darker at the root, each a little different."""
    params = look.params
    tree = _Tree("hair")
    along = tree.attribute("strand").outputs[2]
    tone = tree.attribute("tone").outputs[2]
    color = tree.mix(tree.ramp(along, 0.1, 1.0), params["color"], params["tip_color"])
    color = tree.mix(tone, tree.scale(color, 0.7), tree.scale(color, 1.3))
    # A ribbon is wider than a hair: dark lines along it, other ones on each.
    lines = tree.noise_uv((9, 1.2, 1), tree.multiply(tone, 90))
    color = tree.mix(tree.ramp(lines, 0.62, 0.35), color, tree.scale(color, 0.45))
    if params["grey"] > 0:
        # A ribbon stands for some twenty hairs, so the shares of white ones lie round the mean.
        spread = 0.7 * params["grey"] * (1 - params["grey"]) + 0.05
        silver = tree.attribute("tone2").outputs[2]
        silver = tree.add(tree.multiply(silver, 2 * spread), params["grey"] - spread)
        color = tree.mix(silver, color, (0.44, 0.43, 0.415))
    color = tree.mix(tree.ramp(along, 0.0, 0.3), tree.scale(color, 0.6), color)
    tree.link(color, "base_color")
    # Roots and the cap under them lie in the dark and do not shine.
    shine = tree.ramp(along, 0.0, 0.4)
    tree.link(tree.add(0.95, tree.multiply(shine, params["roughness"] - 0.95)), "roughness")
    tree.link(tree.multiply(shine, 0.22), "specular")
    tree.set(anisotropic=0.6)
    tangent = tree.new("ShaderNodeTangent", direction_type="UV_MAP", uv_map="UVMap")
    tree.tree.links.new(tangent.outputs[0], tree.shader.inputs["Tangent"])
    return tree.material


class _Tree:
    """A material under construction; values may be sockets, numbers or colours."""

    def __init__(self, name: str):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.shader = next(node for node in self.tree.nodes if node.type == "BSDF_PRINCIPLED")
        self._channels = {}
        self._uv = None

    def new(self, kind: str, **properties):
        node = self.tree.nodes.new(kind)
        for name, value in properties.items():
            setattr(node, name, value)
        return node

    def set(self, **values) -> None:
        compat.set_principled(self.shader, **values)

    def link(self, value, name: str) -> None:
        self._feed(compat.principled_input(self.shader, name), value)

    def attribute(self, name: str):
        return self.new("ShaderNodeAttribute", attribute_name=name)

    def channel(self, source, index: int):
        """One component of a colour socket, or of an attribute node."""
        socket = source.outputs[0] if hasattr(source, "outputs") else source
        key = socket.node.name, socket.name
        if key not in self._channels:
            node = self.new("ShaderNodeSeparateXYZ")
            self.tree.links.new(socket, node.inputs[0])
            self._channels[key] = node
        return self._channels[key].outputs[index]

    def image(self, path: Path):
        image = bpy.data.images.load(str(path), check_existing=True)
        image.colorspace_settings.name = "Non-Color"
        image.alpha_mode = "CHANNEL_PACKED"
        return self.new("ShaderNodeTexImage", image=image)

    def uv(self):
        if self._uv is None:
            self._uv = self.new("ShaderNodeUVMap", uv_map="UVMap")
        return self._uv.outputs[0]

    def noise(self, scale: float, detail: float):
        node = self.new("ShaderNodeTexNoise")
        node.inputs["Scale"].default_value = scale
        node.inputs["Detail"].default_value = detail
        self.tree.links.new(self.uv(), node.inputs["Vector"])
        return node.outputs[0]

    def noise_uv(self, scale: tuple, offset=0.0):
        """Noise stretched along one texture axis, moved along both by `offset`."""
        stretched = self.new("ShaderNodeVectorMath", operation="MULTIPLY_ADD")
        stretched.inputs[1].default_value = scale
        self.tree.links.new(self.uv(), stretched.inputs[0])
        self._feed(stretched.inputs[2], offset)
        node = self.new("ShaderNodeTexNoise")
        node.inputs["Scale"].default_value = 1.0
        self.tree.links.new(stretched.outputs[0], node.inputs["Vector"])
        return node.outputs[0]

    def multiply(self, a, b):
        return self._math("MULTIPLY", a, b)

    def add(self, a, b):
        return self._math("ADD", a, b)

    def _math(self, operation, a, b):
        node = self.new("ShaderNodeMath", operation=operation)
        self._feed(node.inputs[0], a)
        self._feed(node.inputs[1], b)
        return node.outputs[0]

    def ramp(self, value, low: float, high: float):
        """0 at `low`, 1 at `high`, smooth between."""
        node = self.new("ShaderNodeMapRange", interpolation_type="SMOOTHSTEP")
        self._feed(node.inputs[0], value)
        ends = (low, high, 0.0, 1.0) if low < high else (high, low, 1.0, 0.0)
        for socket, end in zip(node.inputs[1:5], ends, strict=True):
            socket.default_value = end
        return node.outputs[0]

    def blend(self, share, a, b):
        """Numbers: a at share 0, b at 1."""
        return self.add(self.multiply(a, 1 - share), self.multiply(b, share))

    def mix(self, share, a, b):
        """Colours: a at share 0, b at 1."""
        node = self.new("ShaderNodeMix", data_type="RGBA")
        self._feed(node.inputs[0], share)
        self._feed(node.inputs[6], a)
        self._feed(node.inputs[7], b)
        return node.outputs[2]

    def scale(self, color, factor: float):
        node = self.new("ShaderNodeVectorMath", operation="SCALE")
        self._feed(node.inputs[0], color)
        node.inputs["Scale"].default_value = factor
        return node.outputs[0]

    def bump(self, height, strength: float, distance: float) -> None:
        node = self.new("ShaderNodeBump")
        node.inputs["Strength"].default_value = strength
        node.inputs["Distance"].default_value = distance
        self._feed(node.inputs["Height"], height)
        self.link(node.outputs[0], "normal")

    def _feed(self, socket, value) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif isinstance(value, (int, float)):
            socket.default_value = value if socket.type == "VALUE" else (value,) * len(socket.default_value)
        else:
            socket.default_value = (*value, 1.0)[: len(socket.default_value)]

"""Light, background and ground of a spec."""

import functools
from dataclasses import replace

import bpy
import numpy as np

from ..core.catalog import Catalog
from ..core.errors import AssetError
from ..core.lighting import exposure, floor_reach, ground_gain, shrink
from ..core.spec import WorldSpec
from . import compat

RINGS = 48
"""Corners of the ground's disc."""
RIM = (0.6, 0.98)
"""Shares of the ground's radius between which it gives way to the picture behind."""
GROUND, SUN = "Posewright Ground", "Posewright Sun"


def shipped_environments() -> str:
    """Folder of the environments that come with this Blender (Poly Haven, CC0)."""
    return bpy.utils.system_resource("DATAFILES", path="studiolights/world")


def load_environment(path) -> "bpy.types.Image":
    """Raises AssetError when Blender cannot decode the file."""
    try:
        image = bpy.data.images.load(str(path), check_existing=True)
    except RuntimeError as error:
        raise AssetError(f"{path} cannot be read as a picture ({error}).".replace("\n", " ")) from error
    if not image.has_data and not len(image.pixels):
        bpy.data.images.remove(image)
        raise AssetError(f"{path} cannot be decoded. Download it again, or take it out of the folder.")
    return image


@functools.lru_cache(maxsize=256)
def environment_light(path: str) -> np.ndarray:
    """(64, 128, 3) radiance of an environment, small, first row straight down."""
    image = load_environment(path)
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    width, height = image.size
    radiance = shrink(pixels.reshape(height, width, -1)[..., :3].astype(float))
    if not np.isfinite(radiance).all() or radiance.max() <= 0:
        raise AssetError(f"{path} holds no light (all black, or not numbers). Take it out of the folder.")
    return radiance


def look_at_environments(catalog: Catalog) -> Catalog:
    """Open every environment: those that cannot be used are left out and noted, the others learn where their floor is.

    Raises:
        AssetError: none is left.
    """
    usable, broken = [], []
    for asset in catalog.environments:
        try:
            reach = floor_reach(environment_light(str(asset.path)))
            usable.append(replace(asset, floor=tuple(round(float(metres), 1) for metres in reach)))
        except AssetError as error:
            broken.append(str(error))
    if not usable:
        raise AssetError(
            "No usable environment. Put .hdr or .exr files under hdri/ in a folder given with --assets. "
            + " ".join([*catalog.skipped, *broken])
        )
    return replace(catalog, environments=tuple(usable), skipped=[*catalog.skipped, *broken])


def build_world(spec: WorldSpec, path, view, scene) -> None:
    """Light the scene with the environment at `path` and lay the ground that it shows.

    Args:
        view: (3,) unit direction that the camera looks along.
    """
    image = load_environment(path)
    radiance = environment_light(str(path))
    # The spec turns the environment by +rotation, so the environment sees the view turned back.
    cosine, sine = np.cos(spec.rotation), np.sin(spec.rotation)
    seen = [cosine * view[0] + sine * view[1], -sine * view[0] + cosine * view[1], 0.0]
    strength = exposure(radiance, np.array(seen) / np.linalg.norm(seen)) * spec.brightness
    build_sky(image, spec.rotation, strength, scene)
    if spec.ground_radius:
        _build_ground(spec, image, ground_gain(radiance), scene)


def clear_world(scene) -> None:
    """Take away what `build_world` or `build_photo_world` made."""
    things = [thing for thing in scene.objects if thing.name.split(".")[0] in (GROUND, SUN)]
    materials = [material for thing in things if thing.type == "MESH" for material in thing.data.materials]
    bpy.data.batch_remove([*materials, *(thing.data for thing in things), *things, scene.world])


def build_sky(image, rotation: float, strength: float, scene) -> None:
    """Light from all around, of an equirectangular picture turned about Z."""
    world = bpy.data.worlds.new("Posewright World")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    nodes.clear()
    output, background = nodes.new("ShaderNodeOutputWorld"), nodes.new("ShaderNodeBackground")
    background.inputs["Strength"].default_value = strength
    incoming = nodes.new("ShaderNodeTexCoord").outputs["Generated"]
    links.new(_environment(nodes, links, image, rotation, incoming), background.inputs["Color"])
    links.new(background.outputs[0], output.inputs["Surface"])
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = min(image.size[0], 1024)
    scene.world = world


def _build_ground(spec: WorldSpec, image, gain, scene) -> None:
    """A disc whose albedo is the photographed ground, projected from where the photographer stood."""
    mesh = ground_disc(spec.ground_radius)
    mesh.materials.append(_ground_material(spec, image, gain))
    scene.collection.objects.link(bpy.data.objects.new(mesh.name, mesh))


def ground_disc(radius: float):
    """A flat mesh around the origin."""
    angles = np.linspace(0, 2 * np.pi, RINGS, endpoint=False)
    corners = np.stack([np.cos(angles), np.sin(angles), np.zeros(RINGS)], 1) * radius
    mesh = bpy.data.meshes.new(GROUND)
    mesh.from_pydata(corners.tolist(), [], [list(range(RINGS))])
    return mesh


def _ground_material(spec: WorldSpec, image, gain):
    material = bpy.data.materials.new(GROUND)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    position = nodes.new("ShaderNodeNewGeometry").outputs["Position"]
    offset = _vector_math(nodes, links, "SUBTRACT", position, spec.projection_centre)
    seen = _environment(nodes, links, image, spec.rotation, offset)
    albedo = _vector_math(nodes, links, "MULTIPLY", seen, tuple(gain))
    albedo = _vector_math(nodes, links, "MINIMUM", albedo, (0.9, 0.9, 0.9))
    surface = nodes.new("ShaderNodeBsdfPrincipled")
    compat.set_principled(surface, roughness=spec.ground_roughness, specular=0.15)
    links.new(_speckled(nodes, links, albedo, position), surface.inputs["Base Color"])
    rim = _rim(nodes, links, position, spec.ground_radius)
    mix, output = nodes.new("ShaderNodeMixShader"), nodes.new("ShaderNodeOutputMaterial")
    links.new(rim, mix.inputs[0])
    links.new(surface.outputs[0], mix.inputs[1])
    links.new(nodes.new("ShaderNodeBsdfTransparent").outputs[0], mix.inputs[2])
    links.new(mix.outputs[0], output.inputs["Surface"])
    return material


def _speckled(nodes, links, albedo, position):
    """Fine grain, which a photograph of 1,000 pixels all around cannot hold."""
    noise = nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = 60.0
    noise.inputs["Detail"].default_value = 6.0
    links.new(position, noise.inputs["Vector"])
    spread = nodes.new("ShaderNodeMapRange")
    spread.inputs["To Min"].default_value, spread.inputs["To Max"].default_value = 0.72, 1.28
    links.new(noise.outputs[0], spread.inputs["Value"])
    return _vector_math(nodes, links, "MULTIPLY", albedo, spread.outputs[0])


def _rim(nodes, links, position, radius: float):
    """0 on the ground, 1 at its edge, where the picture behind takes over."""
    length = nodes.new("ShaderNodeVectorMath")
    length.operation = "LENGTH"
    links.new(position, length.inputs[0])
    fade = nodes.new("ShaderNodeMapRange")
    fade.inputs["From Min"].default_value, fade.inputs["From Max"].default_value = RIM[0] * radius, RIM[1] * radius
    links.new(length.outputs["Value"], fade.inputs["Value"])
    return fade.outputs[0]


def _environment(nodes, links, image, rotation: float, direction):
    """Output of an environment texture that is turned by `rotation` about Z and looked up along `direction`."""
    turn = nodes.new("ShaderNodeMapping")
    turn.inputs["Rotation"].default_value = (0.0, 0.0, -rotation)
    texture = nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    links.new(direction, turn.inputs["Vector"])
    links.new(turn.outputs[0], texture.inputs["Vector"])
    return texture.outputs["Color"]


def _vector_math(nodes, links, operation: str, first, second):
    """Each operand is a socket or a constant (3,)."""
    node = nodes.new("ShaderNodeVectorMath")
    node.operation = operation
    for socket, value in zip(node.inputs, (first, second), strict=False):
        if isinstance(value, tuple):
            socket.default_value = value
        else:
            links.new(value, socket)
    return node.outputs["Vector"]

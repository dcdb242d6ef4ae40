"""Photos as backgrounds: opening them, lighting the scene as they are lit, catching shadows for them."""

import functools
from dataclasses import dataclass

import bpy
import numpy as np

from ..core.backgrounds import Photo
from ..core.composite import composite
from ..core.errors import AssetError
from ..core.oklab import linear_to_srgb
from ..core.photo_file import upright
from ..core.photo_light import SUN_SIZE, ground_albedo, light_environment
from ..core.resample import resample
from ..core.spec import PhotoSpec, SceneSpec
from .world import GROUND, SUN, build_sky, ground_disc

SMALL = 192
"""Pixels of the longer side of what the light is read from."""


@dataclass(frozen=True)
class PhotoBackdrop:
    """A photo that waits for the render that is put into it."""

    spec: PhotoSpec
    pixels: np.ndarray
    """(H, W, 3) sRGB 0 to 1, the picture's size."""

    def put_in(self, rendered: np.ndarray) -> np.ndarray:
        """rendered (H, W, 7) light by alpha, alpha, shadow -> (H, W, 3) linear sRGB, as it is to be shown."""
        light, alpha, shadow = rendered[..., :3], rendered[..., 3], rendered[..., 4:]
        return composite(light, alpha, shadow, self.pixels, self.spec.blend, self.spec.seed)


def look_at_photo(photo: Photo) -> np.ndarray:
    """(h, w, 3) uint8 sRGB, upright and small. Raises AssetError when Blender cannot decode the file."""
    return _small_photo(photo)


@functools.lru_cache(maxsize=256)
def _small_photo(photo: Photo) -> np.ndarray:
    pixels = read_photo(photo)
    scale = min(SMALL / max(pixels.shape[:2]), 1)
    height, width = (max(round(side * scale), 1) for side in pixels.shape[:2])
    return np.clip(np.rint(resample(pixels, height, width)), 0, 255).astype(np.uint8)


@functools.lru_cache(maxsize=1)
def read_photo(photo: Photo) -> np.ndarray:
    """(H, W, 3) uint8 sRGB, upright, row 0 at the top.

    Raises:
        AssetError: Blender cannot decode it, or it is not what its header said, or it can be seen through.
    """
    fix = "Copy it again, or take it out of the folder."
    try:
        image = bpy.data.images.load(str(photo.path))
    except RuntimeError as error:
        raise AssetError(f"{photo.path} cannot be read as a picture ({error}).".replace("\n", " ")) from error
    try:
        width, height = image.size
        pixels = np.empty(len(image.pixels), np.float32)
        if not len(pixels):
            raise AssetError(f"{photo.path} cannot be decoded. {fix}")
        image.pixels.foreach_get(pixels)
        is_linear = image.is_float  # Blender's way with 16 bits a channel
    finally:
        bpy.data.images.remove(image)
    pixels = pixels.reshape(height, width, -1)[::-1]
    if pixels.shape[2] == 4 and pixels[..., 3].min() < 0.99:
        raise AssetError(f"{photo.path} can be seen through in places. Take it out of the folder.")
    colour = linear_to_srgb(pixels[..., :3]) if is_linear else pixels[..., :3]
    colour = upright(np.clip(np.rint(colour * 255), 0, 255).astype(np.uint8), photo.file.orientation)
    if colour.shape[:2] != (photo.file.height, photo.file.width):
        raise AssetError(f"{photo.path} has not the size that its header tells. {fix}")
    return colour


def build_photo_world(spec: SceneSpec, photo: Photo, scene) -> PhotoBackdrop:
    """Light the scene as the photo of the spec is lit, and lay a ground that catches shadows.

    Raises:
        AssetError: as `read_photo`.
    """
    wanted, camera = spec.world.photo, spec.camera
    left, top, width, height = wanted.crop
    crop = read_photo(photo)[top : top + height, left : left + width]
    if crop.shape[:2] != (height, width):
        raise AssetError(f"{photo.path} is not the photo that it was: it has no part {wanted.crop}.")
    pixels = np.clip(resample(crop, camera.height, camera.width) / 255, 0, 1)
    view = np.array(camera.rotation[2])
    heading = float(np.arctan2(-view[0], view[1]))
    build_sky(_light_image(wanted), heading, 1.0, scene)
    _build_sun(wanted, heading, scene)
    _build_catcher(wanted, spec.world.ground_radius, scene)
    return PhotoBackdrop(wanted, pixels)


def _light_image(photo: PhotoSpec):
    light = light_environment(photo.sides)
    height, width = light.shape[:2]
    image = bpy.data.images.new("Posewright Photo Light", width, height, float_buffer=True)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = light
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    return image


def _build_sun(photo: PhotoSpec, heading: float, scene) -> None:
    colour = np.array(photo.sun)
    if colour.max() <= 0:
        return
    lamp = bpy.data.lights.new(SUN, "SUN")
    lamp.energy, lamp.color, lamp.angle = float(colour.max()), tuple(colour / colour.max()), SUN_SIZE
    x, y, z = photo.sun_towards
    cosine, sine = np.cos(heading), np.sin(heading)
    towards = np.array([cosine * x - sine * y, sine * x + cosine * y, z])
    sun = bpy.data.objects.new(SUN, lamp)
    # A lamp shines along its -Z.
    sun.rotation_euler = (float(np.arccos(np.clip(towards[2], -1, 1))), 0.0, float(np.arctan2(towards[0], -towards[1])))
    scene.collection.objects.link(sun)


def _build_catcher(photo: PhotoSpec, radius: float, scene) -> None:
    """The ground, of which only shadows are seen; its colour is what bounces off it."""
    material = bpy.data.materials.new(GROUND)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    surface, output = nodes.new("ShaderNodeBsdfDiffuse"), nodes.new("ShaderNodeOutputMaterial")
    surface.inputs["Color"].default_value = (*ground_albedo(photo), 1.0)
    links.new(surface.outputs[0], output.inputs["Surface"])
    mesh = ground_disc(radius)
    mesh.materials.append(material)
    ground = bpy.data.objects.new(GROUND, mesh)
    ground.is_shadow_catcher = True
    scene.collection.objects.link(ground)

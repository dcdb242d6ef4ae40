"""Cycles: settings, devices, and a render whose picture and passes come from the same samples."""

from pathlib import Path

import bpy
import numpy as np

from ..core.comments import without_comments
from ..core.development import PLAIN, develop, is_plain
from ..core.errors import SettingsError
from ..core.exr import find_pass, read_exr
from ..core.records import temporary_name
from ..core.spec import DevelopmentSpec
from . import compat

GPU_KINDS = ("OPTIX", "CUDA", "HIP", "ONEAPI", "METAL")
"""In order of preference."""
WITHOUT_DENOISER = 3
"""Times as many samples where this Blender cannot denoise."""


def choose_device(wanted: str) -> str:
    """Set Cycles' device; returns what is used, such as 'OPTIX NVIDIA H200' or 'CPU'.

    Args:
        wanted: 'auto', 'cpu', or one of GPU_KINDS in any case.
    Raises:
        SettingsError: a device was asked for that is not here.
    """
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    wanted = wanted.upper()
    if wanted != "CPU":
        for kind in GPU_KINDS if wanted == "AUTO" else (wanted,):
            names = _use_devices(kind)
            if names:
                scene.cycles.device = "GPU"
                return f"{kind} {', '.join(names)}"
        if wanted != "AUTO":
            raise SettingsError(f"--device {wanted.lower()}: Blender sees no such device. Use --device auto or cpu.")
    scene.cycles.device = "CPU"
    return "CPU"


def _use_devices(kind: str) -> list:
    preferences = bpy.context.preferences.addons["cycles"].preferences
    try:
        preferences.compute_device_type = kind
    except TypeError:  # this build of Blender does not know the kind at all
        return []
    compat.refresh_devices(preferences)
    names = []
    for device in preferences.devices:
        device.use = device.type == kind
        if device.use:
            names.append(device.name)
    return names


def set_up(scene, samples: int, seed: int = 0) -> None:
    """Settings of Cycles and of the picture, the same in every version as far as it can be.

    Args:
        seed: of the paths; pictures with the same one have their noise in the same places.
    """
    cycles = scene.cycles
    scene.render.engine = "CYCLES"
    scene.render.use_persistent_data = True
    scene.render.use_file_extension = False
    scene.render.dither_intensity = 1.0
    scene.render.film_transparent = False
    cycles.use_denoising = compat.can_denoise()
    cycles.samples = samples if cycles.use_denoising else samples * WITHOUT_DENOISER
    cycles.use_adaptive_sampling = True
    cycles.adaptive_threshold = 0.02
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 6, 3, 3
    cycles.transmission_bounces, cycles.transparent_max_bounces = 2, 8
    cycles.sample_clamp_indirect = 4.0
    cycles.sample_clamp_direct = 0.0 if cycles.use_denoising else 8.0  # sparks that nothing would smooth away
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.seed = seed % 2**31
    if cycles.use_denoising:
        compat.set_denoiser(cycles)
    compat.set_view_transform(scene)
    layer = scene.view_layers[0]
    layer.use_pass_object_index = True


def render(scene, picture: Path, development: DevelopmentSpec = PLAIN) -> np.ndarray:
    """Render once; write the picture (jpg or png by its name) and return the person-index mask.

    Returns:
        (H, W) uint8, 0 where there is no person, else the object's pass index. Not anti-aliased.
    """
    bpy.ops.render.render(write_still=False, scene=scene.name)
    result = bpy.data.images["Render Result"]
    settings = scene.render.image_settings
    passes = temporary_name(picture.with_suffix(".exr"))
    try:
        compat.set_multilayer_exr(settings)
        _save(result, passes, scene)
        channels = read_exr(passes)
    finally:
        passes.unlink(missing_ok=True)
    if is_plain(development):
        _save_picture(result, scene, picture, development.quality)
    else:
        light = np.stack([find_pass(channels, f"Combined.{channel}") for channel in "RGB"], -1)
        image = _image_of(develop(light, development))
        _save_picture(image, scene, picture, development.quality)
        bpy.data.images.remove(image)
    return np.rint(find_pass(channels, "IndexOB.X", "Object Index.X")).astype(np.uint8)


def _image_of(light: np.ndarray):
    """(H, W, 3) scene-linear light as one of Blender's pictures."""
    height, width = light.shape[:2]
    image = bpy.data.images.new("Posewright Picture", width, height, float_buffer=True)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = light[::-1]
    image.pixels.foreach_set(pixels.ravel())
    return image


def _save_picture(image, scene, picture: Path, quality: int) -> None:
    settings = scene.render.image_settings
    compat.set_still_image(settings)
    settings.file_format = "PNG" if picture.suffix == ".png" else "JPEG"
    settings.color_mode = "RGB"
    settings.color_depth = "8"
    settings.quality = quality
    _save(image, picture, scene)
    picture.write_bytes(without_comments(picture.read_bytes()))


def _save(result, path: Path, scene) -> None:
    try:
        result.save_render(str(path), scene=scene)
    except RuntimeError as error:
        reason = str(error).splitlines()[0].removeprefix("Error: ").strip()
        raise SettingsError(f"Cannot write {path}: {reason}. Free some space or choose another --out.") from error
    if not path.is_file() or path.stat().st_size == 0:
        raise SettingsError(f"Blender could not write {path}. Free some space or choose another --out.")

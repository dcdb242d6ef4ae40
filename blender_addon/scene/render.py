"""Cycles: settings, devices, and a render whose picture and passes come from the same samples."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ..core.comments import without_comments
from ..core.development import PLAIN, develop, is_plain
from ..core.errors import SettingsError
from ..core.exr import find_pass, read_exr
from ..core.lens import is_blurred, warp
from ..core.records import temporary_name
from ..core.spec import CameraSpec, DevelopmentSpec
from . import compat
from .camera import blur, sharpen

GPU_KINDS = ("OPTIX", "CUDA", "HIP", "ONEAPI", "METAL")
"""In order of preference."""
FARTHEST = 1e9
"""Metres. Cycles writes 1e10 as the depth of what is not there."""
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


@dataclass(frozen=True)
class Layers:
    """What each pixel shows at its middle: Cycles' first path goes there, and these passes are that path's alone."""

    mask: np.ndarray
    """(H, W) uint8 person index, 0 where there is no person. Not anti-aliased."""
    position: np.ndarray | None
    """(H, W, 3) float32 metres, world frame; NaN where there is nothing. None when not asked for."""


def render(
    scene,
    picture: Path,
    development: DevelopmentSpec = PLAIN,
    camera: CameraSpec | None = None,
    with_position: bool = False,
    backdrop=None,
) -> Layers:
    """Render once; write the picture (jpg or png by its name) and return what its pixels show.

    Only a camera that blurs has what its pixels show from a second render, of one path a pixel.

    Args:
        camera: the scene's; None is one without blur or distortion.
        with_position: whether places are wanted too.
        backdrop: PhotoBackdrop that the render is put into; None where the scene has its own surroundings.
    """
    layer = scene.view_layers[0]
    layer.use_pass_z = layer.use_pass_position = with_position
    scene.render.film_transparent = layer.cycles.use_pass_shadow_catcher = backdrop is not None
    if camera is not None:
        blur(scene, camera)
    passes = temporary_name(picture.with_suffix(".exr"))
    channels = _render_passes(scene, passes)
    distorted = camera is not None and bool(camera.distortion)
    if is_plain(development) and not distorted and backdrop is None:
        _save_picture(bpy.data.images["Render Result"], scene, picture, development.quality)
    else:
        light = _stacked(channels, *LIGHT, *(() if backdrop is None else MATTE))
        light = warp(light, camera) if distorted else light
        if backdrop is not None:
            light = backdrop.put_in(light)
            compat.set_plain_view(scene)  # a photo has been developed
        image = _image_of(develop(light, development))
        _save_picture(image, scene, picture, development.quality)
        bpy.data.images.remove(image)
    if camera is not None and is_blurred(camera):
        with _sharpened(scene):
            channels = _render_passes(scene, passes)
    return _layers(channels, camera, with_position)


LIGHT = ("Combined.R", "Combined.G", "Combined.B")
MATTE = ("Combined.A", ".Shadow Catcher.R", ".Shadow Catcher.G", ".Shadow Catcher.B")


def _stacked(channels: dict, *names: str) -> np.ndarray:
    """(H, W, C)"""
    return np.stack([find_pass(channels, name) for name in names], -1)


def _render_passes(scene, path: Path) -> dict:
    """Render; the channels of `read_exr`, by way of the file `path`."""
    bpy.ops.render.render(write_still=False, scene=scene.name)
    try:
        compat.set_multilayer_exr(scene.render.image_settings)
        _save(bpy.data.images["Render Result"], path, scene)
        return read_exr(path)
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _sharpened(scene):
    """The camera as a pinhole, everything frozen at the spec's pose, one path a pixel that goes no further."""
    wanted = (
        (scene.cycles, "samples", 1),
        (scene.cycles, "use_denoising", False),
        (scene.cycles, "max_bounces", 0),
    )
    kept = [getattr(thing, name) for thing, name, _ in wanted]
    sharpen(scene)  # `render` blurs anew
    try:
        for thing, name, value in wanted:
            setattr(thing, name, value)
        yield
    finally:
        for (thing, name, _), value in zip(wanted, kept, strict=True):
            setattr(thing, name, value)


def _layers(channels: dict, camera: CameraSpec | None, with_position: bool) -> Layers:
    """As the camera shows them: a distorting one has whole pixels moved, never mixed."""
    mask = np.rint(find_pass(channels, "IndexOB.X", "Object Index.X")).astype(np.uint8)
    position = None
    if with_position:
        position = np.stack([find_pass(channels, f"Position.{axis}") for axis in "XYZ"], -1)
        nothing = find_pass(channels, "Depth.Z", "Depth.V") > FARTHEST
        position = np.where(nothing[..., None], np.float32(np.nan), position)
    if camera is not None and camera.distortion:
        mask = warp(mask, camera, nearest=True)
        position = None if position is None else warp(position, camera, nearest=True)
    return Layers(mask, position)


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

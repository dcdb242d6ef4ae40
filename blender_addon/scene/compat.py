"""Every difference between Blender 3.4 and 5.2 that the project meets. Nothing else asks for the version."""

import bpy
import numpy as np

# Our name for an input of Principled BSDF -> its names, oldest first.
PRINCIPLED = {
    "base_color": ("Base Color",),
    "metallic": ("Metallic",),
    "roughness": ("Roughness",),
    "ior": ("IOR",),
    "alpha": ("Alpha",),
    "normal": ("Normal",),
    "subsurface": ("Subsurface", "Subsurface Weight"),
    "subsurface_radius": ("Subsurface Radius",),
    "specular": ("Specular", "Specular IOR Level"),
    "sheen": ("Sheen", "Sheen Weight"),
    "coat": ("Clearcoat", "Coat Weight"),
    "coat_roughness": ("Clearcoat Roughness", "Coat Roughness"),
    "transmission": ("Transmission", "Transmission Weight"),
    "anisotropic": ("Anisotropic",),
    "emission": ("Emission", "Emission Color"),
    "emission_strength": ("Emission Strength",),
}


def principled_input(node, name: str):
    """The socket of a Principled BSDF node that goes by our `name` in this Blender."""
    for label in PRINCIPLED[name]:
        if label in node.inputs:
            return node.inputs[label]
    raise KeyError(f"Principled BSDF has no input for {name!r} in Blender {bpy.app.version_string}")


def set_principled(node, **values) -> None:
    """Set inputs of a Principled BSDF node by our names; colours are (3,) or (4,), numbers are numbers."""
    for name, value in values.items():
        socket = principled_input(node, name)
        if socket.type == "RGBA" and len(value) == 3:
            value = (*value, 1.0)
        socket.default_value = value


def can_denoise() -> bool:
    """Whether this build carries OpenImageDenoise. 5.2 from Debian renders on without it, silently; 3.4 raises."""
    import _cycles

    return bool(_cycles.with_openimagedenoise)


def set_denoiser(cycles) -> None:
    """OpenImageDenoise, fast: its default costs more than 16 samples of path tracing."""
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter = "FAST"
    if hasattr(cycles, "denoising_quality"):  # from 4.2
        cycles.denoising_quality = "BALANCED"


def refresh_devices(preferences) -> None:
    """Fill `preferences.devices`; `get_devices` is an old name."""
    getattr(preferences, "refresh_devices", preferences.get_devices)()


def set_view_transform(scene) -> None:
    """Filmic, which every version has, so that the same scene gives the same picture in all of them."""
    scene.display_settings.display_device = "sRGB"
    scene.view_settings.view_transform = "Filmic"
    scene.view_settings.look = "Medium High Contrast"
    scene.view_settings.exposure, scene.view_settings.gamma = 0.0, 1.0


def set_plain_view(scene) -> None:
    """Values are shown as they are; `set_view_transform` takes it back."""
    scene.view_settings.view_transform = "Standard"
    scene.view_settings.look = "None"


def set_still_image(settings) -> None:
    """Before any picture format: 5.0 asks for the kind of medium first."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"


def set_multilayer_exr(settings) -> None:
    """Uncompressed 32-bit float passes in one part."""
    if hasattr(settings, "media_type"):
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth = "32"
    settings.exr_codec = "NONE"
    if hasattr(settings, "use_exr_interleave"):  # from 5.0
        settings.use_exr_interleave = True


def set_normals(mesh, normals) -> None:
    """Normals of points (N, 3) of a published mesh; (0, 0, 0) leaves one to Blender. 4.0 and older smooth for them."""
    if hasattr(mesh, "use_auto_smooth"):
        mesh.use_auto_smooth = True
    mesh.normals_split_custom_set_from_vertices(normals.tolist())


def set_loop_totals(polygons, totals) -> None:
    """Corners of each face; from 4.1 Blender works them out from where the next face starts."""
    if bpy.app.version < (4, 1):
        polygons.foreach_set("loop_total", totals)


def centre_shutter(scene) -> None:
    """Let the shutter be open as long before a frame as after it; from 4.2 this is no matter of Cycles alone."""
    for settings in (scene.render, scene.cycles):
        if hasattr(settings, "motion_blur_position"):
            settings.motion_blur_position = "CENTER"


def corner_normals(mesh) -> np.ndarray:
    """(L, 3) normal at each face's corners, sharp edges as they are; before 4.1 they have to be worked out first."""
    if bpy.app.version < (4, 1):
        mesh.calc_normals_split()
    normals = np.empty(3 * len(mesh.loops), np.float32)
    if hasattr(mesh, "corner_normals"):
        mesh.corner_normals.foreach_get("vector", normals)
    else:
        mesh.loops.foreach_get("normal", normals)
    return normals.reshape(-1, 3)


def coloured_shader():
    """The built-in shader of points with a colour each, for a region's pixels; 4.0 dropped the old name."""
    import gpu

    return gpu.shader.from_builtin("SMOOTH_COLOR" if bpy.app.version >= (4, 0) else "2D_SMOOTH_COLOR")


def blend_relative() -> set:
    """Option of a path property that may begin with //; 4.5 warns without it, older ones do not know it."""
    return {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5) else set()

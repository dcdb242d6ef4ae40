"""The camera of a spec as a Blender camera: a pinhole, and the blur of lens and shutter, which can be taken away."""

import bpy
import numpy as np
from mathutils import Matrix

from ..core.camera import SENSOR_MM
from ..core.lens import pinhole_of
from ..core.spec import MOTION_STEP, CameraSpec
from . import compat


def build_camera(spec: CameraSpec, scene) -> "bpy.types.Object":
    """Make `spec` the scene's camera, blur included, and set the picture's size.

    With distortion this is `lens.pinhole_of(spec)`, whose picture `lens.warp` bends to that of `spec`.
    """
    pinhole = pinhole_of(spec)
    data = bpy.data.cameras.new("Posewright Camera")
    data.sensor_fit = "AUTO"  # the sensor's width lies along the longer side of the picture
    data.sensor_width = SENSOR_MM
    data.lens = pinhole.focal_mm
    data.clip_start, data.clip_end = 0.01, 1000.0
    camera = bpy.data.objects.new(data.name, data)
    # Blender's camera looks along -Z with +Y up; ours along +Z with +Y down.
    turned = np.array(spec.rotation).T @ np.diag([1.0, -1.0, -1.0])
    camera.matrix_world = Matrix.Translation(spec.position) @ Matrix(turned.tolist()).to_4x4()
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = pinhole.width, pinhole.height
    scene.render.resolution_percentage = 100
    scene.render.pixel_aspect_x = scene.render.pixel_aspect_y = 1.0
    blur(scene, spec)
    return camera


def blur(scene, spec: CameraSpec) -> None:
    """Give the scene's camera the depth of field and the shutter of `spec`, from `build_camera`.

    The shutter's middle is the moment of the pose: an annotator puts a keypoint on the middle of its streak. People
    move whom `motion.move_person` made to.
    """
    sharpen(scene)
    pinhole = pinhole_of(spec)
    if pinhole.f_stop:
        lens = scene.camera.data.dof
        lens.use_dof = True
        lens.focus_object = None
        lens.focus_distance = pinhole.focus
        lens.aperture_fstop = pinhole.f_stop
        lens.aperture_blades = 0
        lens.aperture_ratio = 1.0
    if pinhole.shutter:
        scene.render.use_motion_blur = True
        scene.render.motion_blur_shutter = pinhole.shutter / MOTION_STEP  # frames, which are a step apart
        compat.centre_shutter(scene)


def sharpen(scene) -> None:
    """Make the scene's camera a pinhole that stands open for no time, for pictures in which a pixel is one thing."""
    scene.camera.data.dof.use_dof = False
    scene.render.use_motion_blur = False

"""The camera of a spec as a Blender camera."""

import bpy
import numpy as np
from mathutils import Matrix

from ..core.camera import SENSOR_MM
from ..core.spec import CameraSpec


def build_camera(spec: CameraSpec, scene) -> "bpy.types.Object":
    """Make `spec` the scene's camera and set the picture's size."""
    data = bpy.data.cameras.new("Posewright Camera")
    data.sensor_fit = "AUTO"  # the sensor's width lies along the longer side of the picture
    data.sensor_width = SENSOR_MM
    data.lens = spec.focal_mm
    data.clip_start, data.clip_end = 0.01, 1000.0
    camera = bpy.data.objects.new(data.name, data)
    # Blender's camera looks along -Z with +Y up; ours along +Z with +Y down.
    turned = np.array(spec.rotation).T @ np.diag([1.0, -1.0, -1.0])
    camera.matrix_world = Matrix.Translation(spec.position) @ Matrix(turned.tolist()).to_4x4()
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = spec.width, spec.height
    scene.render.resolution_percentage = 100
    scene.render.pixel_aspect_x = scene.render.pixel_aspect_y = 1.0
    return camera

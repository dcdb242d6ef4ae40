"""The panel in the 3D view's sidebar and its operators."""

import bpy

from .operators import POSEWRIGHT_OT_new_scene
from .panels import POSEWRIGHT_PT_scene

classes = (POSEWRIGHT_OT_new_scene, POSEWRIGHT_PT_scene)


def register():
    for cls in classes:
        bpy.utils.register_class(cls)


def unregister():
    for cls in reversed(classes):
        bpy.utils.unregister_class(cls)

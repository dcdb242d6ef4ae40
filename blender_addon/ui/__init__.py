"""The panel in the 3D view's sidebar: the same scenes as headless/render.py, seen before a thousand are rendered."""

import bpy
from bpy.props import PointerProperty

from . import batch, errands, label_operators, overlay, panels, person_operators, scene_operators, studio
from .knobs import POSEWRIGHT_PG_knobs
from .preferences import POSEWRIGHT_AP_preferences
from .properties import POSEWRIGHT_PG_person, POSEWRIGHT_PG_settings

classes = (
    POSEWRIGHT_PG_knobs,
    POSEWRIGHT_PG_person,
    POSEWRIGHT_PG_settings,
    POSEWRIGHT_AP_preferences,
    *scene_operators.CLASSES,
    *person_operators.CLASSES,
    *label_operators.CLASSES,
    *batch.CLASSES,
    *errands.CLASSES,
    *panels.CLASSES,
)


def register():
    for cls in classes:
        bpy.utils.register_class(cls)
    bpy.types.Scene.posewright = PointerProperty(type=POSEWRIGHT_PG_settings)
    overlay.register()
    batch.register()


def unregister():
    batch.unregister()
    errands.unregister()
    overlay.unregister()
    studio.forget()
    del bpy.types.Scene.posewright
    for cls in reversed(classes):
        bpy.utils.unregister_class(cls)

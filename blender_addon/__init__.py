"""Posewright: photographs of people that never existed, with exact labels. Importing `core` needs no Blender."""

bl_info = {
    "name": "Posewright",
    "author": "The Posewright developers",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "3D View > Sidebar > Posewright",
    "description": "Synthetic people with exact labels for human pose estimation",
    "category": "Render",
}


def register():
    from .ui import register as register_ui  # bpy is there only inside Blender

    register_ui()


def unregister():
    from .ui import unregister as unregister_ui

    unregister_ui()

"""What the sidebar's Posewright tab shows."""

import bpy

from .operators import POSEWRIGHT_OT_new_scene


class POSEWRIGHT_PT_scene(bpy.types.Panel):
    bl_label = "Scene"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Posewright"

    def draw(self, context):
        self.layout.operator(POSEWRIGHT_OT_new_scene.bl_idname, icon="OUTLINER_OB_ARMATURE")

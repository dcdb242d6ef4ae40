"""What the sidebar's Posewright tab shows, in the order of work."""

import bpy
from bpy.types import Panel

from ..core.presets import KNOBS
from . import batch, errands, studio
from .preferences import asset_folders, preferences, venv_python
from .properties import OWN, folder_of

SHOWN = ("persons", "pose_mix", "bodies", "children", "shapes", "occluders", "occlusion", "human_occluders",
         "backgrounds", "blend", "view", "views", "width", "height", "focal_mm", "elevation", "azimuth", "roll",
         "distance", "depth_of_field", "motion_blur", "distortion", "keypoints", "crowd_below", "samples")  # fmt: skip
"""Knobs that have a place of their own; the others are under More Knobs."""


class Tab:
    """What all parts share."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Posewright"

    def start(self, context):
        """A column in Blender's own two-column form, the settings, and the knobs."""
        self.layout.use_property_split = True
        self.layout.use_property_decorate = False
        settings = context.scene.posewright
        return self.layout.column(), settings, settings.knobs


class POSEWRIGHT_PT_scene(Tab, Panel):
    bl_label = "Scene"

    def draw(self, context):
        column, settings, _ = self.start(context)
        row = column.row(align=True)
        row.operator("posewright.randomize", icon="FILE_REFRESH")
        row.operator("posewright.previous", text="", icon="TRIA_LEFT")
        row.operator("posewright.next", text="", icon="TRIA_RIGHT")
        column.prop(settings, "seed")
        column.prop(settings, "index")
        row = column.row(align=True)
        row.operator("posewright.rebuild", icon="SCENE_DATA")
        row.operator("posewright.remove", icon="X")
        column.prop(settings, "here")
        column.prop(settings, "preset")
        if settings.preset == OWN:
            column.label(text=settings.file or "no file yet", icon="FILE")
        row = column.row(align=True)
        row.operator("posewright.load_preset", text="Load", icon="FILEBROWSER")
        row.operator("posewright.save_preset", text="Save", icon="FILE_TICK")


class POSEWRIGHT_PT_more(Tab, Panel):
    bl_label = "More Knobs"
    bl_parent_id = "POSEWRIGHT_PT_scene"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        column, _, knobs = self.start(context)
        for knob in KNOBS:
            if knob not in SHOWN:
                column.prop(knobs, knob)


class POSEWRIGHT_PT_people(Tab, Panel):
    bl_label = "People"

    def draw(self, context):
        column, settings, knobs = self.start(context)
        for knob in ("persons", "pose_mix", "bodies", "shapes", "children"):
            column.prop(knobs, knob)
        column.prop(settings, "poses")
        for number, person in enumerate(settings.people):
            box = column.box().column(align=True)
            box.label(text=person.about, icon="OUTLINER_OB_ARMATURE")
            box.label(text=person.outfit, icon="MATCLOTH")
            row = box.row(align=True)
            for what, label in (("pose", "Pose"), ("looks", "Looks"), ("place", "Place")):
                again = row.operator("posewright.reroll", text=label, icon="FILE_REFRESH")
                again.person, again.what = number, what


class POSEWRIGHT_PT_world(Tab, Panel):
    bl_label = "World"

    def draw(self, context):
        column, settings, knobs = self.start(context)
        for knob in ("occluders", "occlusion", "human_occluders", "backgrounds"):
            column.prop(knobs, knob)
        column.prop(settings, "photos")
        column.prop(knobs, "blend")
        if settings.spec:
            column.label(text=f"Behind: {settings.world}", icon="WORLD")


class POSEWRIGHT_PT_camera(Tab, Panel):
    bl_label = "Camera"

    def draw(self, context):
        column, _, knobs = self.start(context)
        for knob in ("view", "views", "focal_mm", "elevation", "azimuth", "roll", "distance"):
            column.prop(knobs, knob)
        column.separator()
        for knob in ("depth_of_field", "motion_blur", "distortion"):
            column.prop(knobs, knob)


class POSEWRIGHT_PT_labels(Tab, Panel):
    bl_label = "Labels"

    def draw(self, context):
        column, settings, knobs = self.start(context)
        column.prop(settings, "overlay")
        column.prop(knobs, "keypoints")
        column.prop(knobs, "crowd_below")
        column.prop(settings, "passes")


class POSEWRIGHT_PT_render(Tab, Panel):
    bl_label = "Render"

    def draw(self, context):
        column, settings, knobs = self.start(context)
        size = column.column(align=True)
        size.prop(knobs, "width")
        size.prop(knobs, "height")
        column.prop(knobs, "samples")
        if hasattr(preferences(), "bl_rna"):
            column.prop(preferences(), "device")
        column.prop(settings, "format")
        column.prop(settings, "hand_folder")
        column.operator("posewright.label", icon="RENDER_STILL")


class POSEWRIGHT_PT_batch(Tab, Panel):
    bl_label = "Batch"

    def draw(self, context):
        column, settings, _ = self.start(context)
        inputs = column.column()
        inputs.enabled = not batch.is_running()
        inputs.prop(settings, "count")
        inputs.prop(settings, "start")
        inputs.prop(settings, "folder")
        if settings.folder.startswith("//") and not bpy.data.filepath:
            inputs.label(text=str(folder_of(settings.folder)), icon="FILE_FOLDER")
        row = column.row(align=True)
        row.operator("posewright.start_batch", icon="PLAY")
        row.operator("posewright.cancel_batch", icon="CANCEL")
        if settings.said:
            if hasattr(column, "progress"):  # from 4.0
                column.progress(factor=settings.done / 100, text=f"{settings.done:.0f} %")
            else:
                column.prop(settings, "done", slider=True)
            column.label(text=settings.said)


class POSEWRIGHT_PT_assets(Tab, Panel):
    bl_label = "Assets"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        column, _, _ = self.start(context)
        for folder in asset_folders():
            column.label(text=str(folder), icon="FILE_FOLDER")
        found = studio.found()
        if found is None:
            column.label(text="Nobody has looked yet", icon="INFO")
        else:
            self.tell(column, found)
        column.operator("posewright.look_for_assets", icon="VIEWZOOM")
        row = column.row(align=True)
        for what, label in (("polyhaven", "Poly Haven"), ("makehuman", "MakeHuman")):
            row.operator("posewright.fetch", text=f"Fetch {label}", icon="IMPORT").what = what
        if not venv_python():
            column.label(text="No virtual environment: no fetching, no COCO file", icon="ERROR")
        for line in errands.said[-3:]:
            column.label(text=line)

    def tell(self, column, found) -> None:
        rows = (
            ("Bodies", found.bodies, "the open body ships"),
            ("Environments", found.environments, "put .hdr files under hdri/"),
            ("Models", found.occluders, "built-in furniture stands in"),
            ("Pose libraries", found.pose_libraries, "built-in poses stand in"),
            ("Published looks", found.closet.looks, "built-in clothes and hair stand in"),
        )
        for name, items, instead in rows:
            column.label(text=f"{name}: {len(items) or 'none, ' + instead}", icon="CHECKMARK" if items else "DOT")
        for line in found.skipped[:4]:
            column.label(text=f"Left out: {line}", icon="ERROR")
        if len(found.skipped) > 4:
            column.label(text=f"and {len(found.skipped) - 4} more left out", icon="ERROR")


CLASSES = (
    POSEWRIGHT_PT_scene,
    POSEWRIGHT_PT_more,
    POSEWRIGHT_PT_people,
    POSEWRIGHT_PT_world,
    POSEWRIGHT_PT_camera,
    POSEWRIGHT_PT_labels,
    POSEWRIGHT_PT_render,
    POSEWRIGHT_PT_batch,
    POSEWRIGHT_PT_assets,
)

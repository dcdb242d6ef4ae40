"""Scenes: drawn from a seed and a number, stepped through, taken away; and the presets that they are drawn from."""

import json
from pathlib import Path

import bpy
from bpy.props import IntProperty, StringProperty
from bpy.types import Operator
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..core.errors import PosewrightError
from ..core.presets import KNOBS
from ..core.ranges import Ranges
from ..core.records import write_bytes_atomically
from . import overlay, stage, studio
from .properties import LARGEST, OWN, keep_spec, ranges_of, use_preset


def can_build(cls, context) -> bool:
    """Poll of all that builds."""
    if context.mode != "OBJECT":
        cls.poll_message_set("Leave Edit or Pose mode first: press Tab")
        return False
    return True


def target_scene(context):
    """Where to build: a scene of ours, the user's when that is asked for, else a new one with the same settings."""
    scene = context.scene
    if scene.posewright.here or stage.own_collection(scene) is not None:
        return scene
    made = bpy.data.scenes.new("Posewright")
    copy_settings(scene.posewright, made.posewright)
    context.window.scene = made
    return made


def copy_settings(given, taking) -> None:
    """All that the user may set."""
    taking.preset = given.preset  # fills the knobs, which come after it
    for name in ("file", "base", "seed", "index", "poses", "photos", "overlay", "passes", "format", "hand_folder",
                 "folder", "count", "start"):  # fmt: skip
        setattr(taking, name, getattr(given, name))
    for knob in KNOBS:
        setattr(taking.knobs, knob, getattr(given.knobs, knob))


def build_numbered(context, ranges: Ranges) -> None:
    """Build picture `index` of data set `seed` of the current scene's settings.

    Raises:
        PosewrightError: it cannot be built; the scenes are as they were.
    """
    settings, was = context.scene.posewright, context.scene

    def use(spec, catalog, bodies):
        scene = target_scene(context)
        try:
            stage.build(spec, catalog, bodies, scene)
        except PosewrightError:
            if scene != was:
                context.window.scene = was
                bpy.data.scenes.remove(scene)
            raise
        keep_spec(scene.posewright, spec)

    studio.use_scene(settings, ranges, use)
    look_through_camera(context)
    overlay.refresh(context.scene)


def look_through_camera(context) -> None:
    """In every 3D view of the window; there is none without a screen."""
    if context.screen is None:
        return
    for area in context.screen.areas:
        if area.type == "VIEW_3D":
            area.spaces.active.region_3d.view_perspective = "CAMERA"


class Building:
    """What operators that build a numbered picture share; `place` says which."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return can_build(cls, context)

    def execute(self, context):
        settings = context.scene.posewright
        was = settings.seed, settings.index
        try:
            ranges = ranges_of(settings)
            settings.seed, settings.index = self.place(settings, ranges)
            build_numbered(context, ranges)
        except PosewrightError as error:
            settings.seed, settings.index = was
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class POSEWRIGHT_OT_randomize(Building, Operator):
    """Build another scene: the seed goes up by one, the index back to the first picture"""

    bl_idname = "posewright.randomize"
    bl_label = "Randomize"

    def place(self, settings, ranges):
        return (settings.seed + bool(settings.spec)) % LARGEST, 0


class POSEWRIGHT_OT_next(Building, Operator):
    """Build the next picture of this data set"""

    bl_idname = "posewright.next"
    bl_label = "Next"

    def place(self, settings, ranges):
        return settings.seed, settings.index + 1


class POSEWRIGHT_OT_previous(Building, Operator):
    """Build the picture before this one in the data set"""

    bl_idname = "posewright.previous"
    bl_label = "Previous"

    @classmethod
    def poll(cls, context):
        if context.scene.posewright.index == 0:
            cls.poll_message_set("This is the data set's first picture")
            return False
        return can_build(cls, context)

    def place(self, settings, ranges):
        return settings.seed, settings.index - 1


class POSEWRIGHT_OT_rebuild(Building, Operator):
    """Build the picture of this seed and index as headless/render.py would; what was done by hand is undone"""

    bl_idname = "posewright.rebuild"
    bl_label = "Build"

    def place(self, settings, ranges):
        return settings.seed, settings.index


class POSEWRIGHT_OT_new_scene(Building, Operator):
    """Build a numbered picture of the street preset in a new scene"""

    bl_idname = "posewright.new_scene"
    bl_label = "New Random Scene"

    seed: IntProperty(name="Seed", description="Same seed, same data set", min=0)
    index: IntProperty(name="Index", description="Number of the picture in its data set", min=0)

    def execute(self, context):
        was, made = context.scene, bpy.data.scenes.new("Posewright")
        context.window.scene = made
        made.posewright.here = True
        done = super().execute(context)
        made.posewright.here = False
        if done == {"CANCELLED"}:
            context.window.scene = was
            bpy.data.scenes.remove(made)
        return done

    def place(self, settings, ranges):
        return self.seed, self.index


class POSEWRIGHT_OT_remove(Operator):
    """Take away what Posewright built in this scene; the camera and world that were there before come back"""

    bl_idname = "posewright.remove"
    bl_label = "Remove"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        if stage.own_collection(context.scene) is None:
            cls.poll_message_set("Nothing of Posewright's stands in this scene")
            return False
        return can_build(cls, context)

    def execute(self, context):
        stage.clear(context.scene)
        context.scene.posewright.spec = ""
        context.scene.posewright.people.clear()
        overlay.refresh(context.scene)
        return {"FINISHED"}


class POSEWRIGHT_OT_load_preset(Operator, ImportHelper):
    """Fill the knobs from a preset of yours"""

    bl_idname = "posewright.load_preset"
    bl_label = "Load Preset"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def execute(self, context):
        settings = context.scene.posewright
        try:
            use_preset(settings, self.filepath)
        except PosewrightError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        settings.preset, settings.file = OWN, Path(self.filepath).name
        return {"FINISHED"}


class POSEWRIGHT_OT_save_preset(Operator, ExportHelper):
    """Write every knob into a file; `posewright render --preset FILE` and this seed make the same pictures"""

    bl_idname = "posewright.save_preset"
    bl_label = "Save Preset"

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def execute(self, context):
        try:
            write_preset(self.filepath, ranges_of(context.scene.posewright))
        except PosewrightError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"Saved {self.filepath}")
        return {"FINISHED"}


def write_preset(path, ranges: Ranges) -> None:
    """One knob a line, as those that ship. Raises SettingsError when it cannot be written."""
    lines = [f" {json.dumps(knob)}: {json.dumps(value)}" for knob, value in ranges.to_dict().items()]
    write_bytes_atomically(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


CLASSES = (
    POSEWRIGHT_OT_randomize,
    POSEWRIGHT_OT_next,
    POSEWRIGHT_OT_previous,
    POSEWRIGHT_OT_rebuild,
    POSEWRIGHT_OT_new_scene,
    POSEWRIGHT_OT_remove,
    POSEWRIGHT_OT_load_preset,
    POSEWRIGHT_OT_save_preset,
)

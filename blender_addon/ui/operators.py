"""What the panel's buttons do."""

import bpy
from bpy.props import IntProperty

from ..core.cast import load_cast
from ..core.catalog import load_catalog
from ..core.errors import PosewrightError
from ..core.ranges import Ranges
from ..core.sample import sample_scene
from ..scene.build import build_scene
from ..scene.render import set_up
from ..scene.world import look_at_environments, shipped_environments


class POSEWRIGHT_OT_new_scene(bpy.types.Operator):
    """Build a random picture as a new scene: what headless/render.py makes of the same seed and index"""

    bl_idname = "posewright.new_scene"
    bl_label = "New Random Scene"
    bl_options = {"REGISTER", "UNDO"}

    seed: IntProperty(name="Seed", description="Same seed, same data set", min=0)
    index: IntProperty(name="Index", description="Number of the picture in its data set", min=0)

    @classmethod
    def poll(cls, context):
        if context.mode != "OBJECT":
            cls.poll_message_set("Leave Edit or Pose mode first")
            return False
        return True

    def execute(self, context):
        try:  # everything that can fail runs before the file is touched
            catalog = look_at_environments(load_catalog((), shipped_environments()))
            cast = load_cast(catalog, Ranges())
            spec = sample_scene(self.seed, self.index, catalog, Ranges(), cast)
        except PosewrightError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        scene = bpy.data.scenes.new("Posewright")
        context.window.scene = scene
        build_scene(spec, catalog, cast.bodies, scene)
        set_up(scene, spec.samples)
        return {"FINISHED"}

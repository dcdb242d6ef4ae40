"""One person of the scene drawn again."""

from bpy.props import EnumProperty, IntProperty
from bpy.types import Operator

from ..core.errors import PosewrightError, SettingsError
from ..core.reroll import draw_again
from . import overlay, stage, studio
from .label_operators import standing_of
from .properties import keep_spec, ranges_of
from .scene_operators import can_build


class POSEWRIGHT_OT_reroll(Operator):
    """Draw one thing of one person again; everybody and everything else stays"""

    bl_idname = "posewright.reroll"
    bl_label = "Draw Again"
    bl_options = {"REGISTER", "UNDO"}

    person: IntProperty(name="Person", description="Number in the scene, from 0", min=0)
    what: EnumProperty(
        name="What",
        items=[
            ("pose", "Pose", "Another pose at the same place; what the person sat on or held goes with the old one"),
            ("looks", "Looks", "Other skin, hair and clothes of somebody of the same sex, age and build"),
            ("place", "Place", "Another place in view, turned any way"),
        ],
    )

    @classmethod
    def description(cls, context, properties):
        return {item.identifier: item.description for item in cls.bl_rna.properties["what"].enum_items}.get(
            properties.what, cls.__doc__
        )

    @classmethod
    def poll(cls, context):
        if not context.scene.posewright.spec:
            cls.poll_message_set("Nobody is in the scene yet: press Randomize")
            return False
        return can_build(cls, context)

    def execute(self, context):
        scene, settings = context.scene, context.scene.posewright
        try:
            ranges = ranges_of(settings)
            catalog, cast = studio.open_studio(settings, ranges)
            spec = standing_of(scene, catalog, cast.bodies, cast.models).spec
            if self.person >= len(spec.persons):
                raise SettingsError(f"There is no person {self.person + 1} in the scene.")
            rolls = [entry.rerolls for entry in settings.people]
            rolls += [0] * (len(spec.persons) - len(rolls))
            rolls[self.person] += 1
            spec = draw_again(spec, self.person, self.what, rolls[self.person], ranges, cast)
            stage.build(spec, catalog, cast.bodies, scene)
        except PosewrightError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        keep_spec(settings, spec, tuple(rolls))
        overlay.refresh(scene)
        return {"FINISHED"}


CLASSES = (POSEWRIGHT_OT_reroll,)

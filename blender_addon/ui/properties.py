"""What the panel keeps in a scene, and so in the .blend: settings, the spec of what stands there, who is in it."""

import json
from pathlib import Path

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from bpy.types import PropertyGroup

from ..core.errors import PosewrightError
from ..core.passes import PASSES
from ..core.presets import load_preset, preset_names
from ..core.ranges import Ranges
from ..core.spec import SceneSpec, from_dict, to_dict
from ..scene import compat
from .knobs import POSEWRIGHT_PG_knobs, fill, read_ranges

OWN = "OWN"
"""The preset that is a file of the user's."""
LARGEST = 2**31 - 1


def _choose_preset(self, context):
    if self.preset != OWN:
        use_preset(self, self.preset)


class POSEWRIGHT_PG_person(PropertyGroup):
    """One person of the scene, as the panel lists it."""

    about: StringProperty()
    outfit: StringProperty()
    rerolls: IntProperty()
    """How often any of them was drawn again."""


class POSEWRIGHT_PG_settings(PropertyGroup):
    preset: EnumProperty(
        name="Preset",
        description="Recipe that the knobs below start from",
        items=[(name, name, "Ships with Posewright") for name in preset_names()] + [(OWN, "File", "One of yours")],
        default="street",
        update=_choose_preset,
    )
    file: StringProperty(name="File", description="Where the preset came from")
    base: StringProperty(default="{}")
    """Knobs of the preset, JSON."""
    knobs: PointerProperty(type=POSEWRIGHT_PG_knobs)
    seed: IntProperty(name="Seed", description="Same seed, same data set", min=0, max=LARGEST)
    index: IntProperty(name="Index", description="Number of the picture in its data set", min=0, max=LARGEST)
    here: BoolProperty(
        name="In This Scene",
        description="Build beside what is in this scene instead of opening a new one; what is yours stays",
    )
    spec: StringProperty()
    """Of what stands there, JSON; empty where nothing does."""
    world: StringProperty()
    """Name of the environment or the photo that it shows."""
    people: CollectionProperty(type=POSEWRIGHT_PG_person)
    poses: StringProperty(
        name="AMASS Takes",
        description="Folder of motion files to draw poses from",
        subtype="DIR_PATH",
        options=compat.blend_relative(),
    )
    photos: StringProperty(
        name="Photos",
        description="Folder of photos to put people into",
        subtype="DIR_PATH",
        options=compat.blend_relative(),
    )
    overlay: BoolProperty(
        name="Overlay",
        description="Show skeletons and keypoints as they would be labelled: filled is visible, hollow is hidden",
        update=lambda self, context: overlay_switched(context.scene),
    )
    passes: EnumProperty(
        name="Passes",
        description="Pictures beside the photo; the mask of persons is always there",
        items=[(name, name, "", 2**place) for place, name in enumerate(PASSES)],
        options={"ENUM_FLAG"},
    )
    format: EnumProperty(
        name="Format", description="Of the pictures", items=[("jpg", "JPEG", "Small"), ("png", "PNG", "Lossless")]
    )
    hand_folder: StringProperty(
        name="Folder",
        description="Where Render & Label puts pictures; each seed has a data set of its own in it",
        subtype="DIR_PATH",
        default="//posewright_by_hand",
        options=compat.blend_relative(),
    )
    folder: StringProperty(
        name="Folder",
        description="Of the data set; the same settings and folder go on where it stopped",
        subtype="DIR_PATH",
        default="//posewright_batch",
        options=compat.blend_relative(),
    )
    count: IntProperty(name="Pictures", description="How many to render, from Start on", default=100, min=1)
    start: IntProperty(name="Start", description="Number of the first picture", min=0)
    done: FloatProperty(name="Done", subtype="PERCENTAGE", min=0, max=100, options={"SKIP_SAVE"})
    said: StringProperty(options={"SKIP_SAVE"})
    """What the batch said last."""


def overlay_switched(scene) -> None:
    from .overlay import switched  # it needs the settings, which are made here

    switched(scene)


def use_preset(settings, name: str) -> None:
    """Fill the knobs.

    Raises:
        SettingsError: as `load_preset`.
    """
    values = load_preset(name)
    settings.base = json.dumps(values)
    fill(settings.knobs, values)


def ranges_of(settings) -> Ranges:
    """Raises SettingsError when the knobs make no sense."""
    base = {
        knob: tuple(value) if isinstance(value, list) else value for knob, value in json.loads(settings.base).items()
    }
    return read_ranges(settings.knobs, base)


def spec_of(settings) -> SceneSpec | None:
    """Of what stands in the scene."""
    if not settings.spec:
        return None
    try:
        return from_dict(SceneSpec, json.loads(settings.spec))
    except (TypeError, ValueError, KeyError) as error:
        raise PosewrightError(
            f"The scene was built by another version of Posewright ({error}). Press Randomize or Build."
        ) from error


def keep_spec(settings, spec: SceneSpec, rerolls: tuple = ()) -> None:
    """Write a spec into the scene, and what the panel shows of it.

    Args:
        rerolls: of each person; none begins to count anew.
    """
    settings.spec = json.dumps(to_dict(spec))
    settings.world = spec.world.photo.name if spec.world.photo else spec.world.environment
    settings.people.clear()
    for number, person in enumerate(spec.persons):
        entry = settings.people.add()
        who = "woman" if person.sex >= 0.5 else "man"
        if person.age < 18:
            who = "girl" if person.sex >= 0.5 else "boy"
        entry.name = f"Person {number + 1}"
        entry.about = f"{number + 1}: {who} of {person.age:.0f}, {_pose(person.pose_source)}"
        entry.outfit = ", ".join(look.params.get("asset", look.kind) for look in person.garments) or "no clothes"
        entry.rerolls = rerolls[number] if number < len(rerolls) else 0


def _pose(source: str) -> str:
    """'families:sit' is 'sit', 'library:TAKE@FRAME' is 'library'."""
    sampler, _, detail = source.partition(":")
    return detail if sampler == "families" else sampler


def folder_of(text: str) -> Path:
    """The folder that a property names; what is relative to a file that is not saved goes into the home folder."""
    if text.startswith("//") and not bpy.data.filepath:
        return Path.home() / text[2:]
    return Path(bpy.path.abspath(text))

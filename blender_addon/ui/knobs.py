"""The knobs of a preset as Blender's properties: one for each field of `Ranges`, made when the add-on registers."""

import contextlib
import json
from dataclasses import fields

import numpy as np
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, IntVectorProperty, StringProperty
from bpy.types import PropertyGroup

from ..core.errors import SettingsError
from ..core.presets import KNOBS, check_knob
from ..core.ranges import SHAPES, Ranges
from ..core.views import VIEWS
from ..core.wholebody import SETS

ABOUT = {
    "width": "Pixels of the picture",
    "height": "Pixels of the picture",
    "samples": "Paths traced a pixel: more is cleaner and slower",
    "persons": "Fewest and most people in a picture",
    "pose_mix": "Samplers of poses and their weights: families, library, gmm, gan, rare",
    "children": "Chance that a person is under 18",
    "bodies": "Names of body files, as a list; each person has one of them",
    "shapes": "How people are built: as people are, or by ten normal shape coefficients",
    "human_occluders": "Chance that somebody more stands in front of the main person on purpose",
    "occluders": "Fewest and most things that stand about, seats not counted; without effect where occlusion is set",
    "occlusion": "Share of the keypoints in the picture that are to be hidden; 0 leaves it to the things about",
    "focal_mm": "Lenses to pick from, millimetres on a sensor of 36, as a list",
    "view": "Named views and their weights, as snapshot:0.7,top:0.3",
    "views": "Pictures of each scene, from different sides",
    "frames": "Pictures of each scene, 1/30 s apart, while people move; needs a folder of AMASS takes",
    "depth_of_field": "Chance that only what is as far as the main person is sharp",
    "motion_blur": "Chance that the shutter is open for long enough to show how people move",
    "distortion": "Chance that the lens bends straight lines",
    "person_share": "The main person's height over the picture's, least and most",
    "backgrounds": "Share of pictures whose people are put into a photo of the folder below",
    "keypoints": "What is labelled",
    "crowd_below": "People smaller than this many pixels become the picture's one crowd region",
}
CHANCES = ("children", "human_occluders", "occlusion", "depth_of_field", "motion_blur", "distortion", "exposure",
           "white_balance", "noise", "jpeg", "backgrounds")  # fmt: skip
CHOICES = {"keypoints": tuple(SETS), "shapes": SHAPES}
SUGGESTIONS = {
    "view": tuple(VIEWS),
    "pose_mix": ("families", "library", "gmm", "gan", "rare", KNOBS["pose_mix"]),
    "blend": ("alpha", "poisson"),
}
LABELS = {
    "persons": "Count", "pose_mix": "Pose Mix", "bodies": "Bodies", "occluders": "Things", "focal_mm": "Lenses",
    "human_occluders": "Somebody in Front", "keypoints": "Keypoints", "width": "Width", "height": "Height",
    "backgrounds": "In Photos",
}  # fmt: skip


def _property(knob: str, default):
    """A definition for an annotation; what Blender has no property for is written as JSON."""
    given = {
        "name": LABELS.get(knob, knob.replace("_", " ").title()),
        "description": ABOUT.get(knob, "Knob of the preset; docs/recipes.md explains it"),
    }
    if knob in CHOICES:
        return EnumProperty(items=[(name, name, "") for name in CHOICES[knob]], default=default, **given)
    if isinstance(default, bool):
        return BoolProperty(default=default, **given)
    if isinstance(default, int):
        size = {"subtype": "PIXEL"} if knob in ("width", "height", "crowd_below") else {}
        return IntProperty(default=default, min=0, **size, **given)
    if isinstance(default, float):
        share = {"max": 1.0, "subtype": "FACTOR"} if knob in CHANCES else {}
        return FloatProperty(default=default, min=0.0, **share, **given)
    if is_pair(default):
        return IntVectorProperty(default=default, size=2, min=0, **given)
    if knob in SUGGESTIONS:
        given |= {"search": lambda self, context, text: SUGGESTIONS[knob], "search_options": {"SUGGESTION"}}
    return StringProperty(default=as_text(default), **given)


def is_pair(default) -> bool:
    return isinstance(default, tuple) and len(default) == 2 and all(type(item) is int for item in default)


def as_text(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class POSEWRIGHT_PG_knobs(PropertyGroup):
    """Filled by `fill`, read by `read_ranges`."""

    __annotations__ = {field.name: _property(field.name, field.default) for field in fields(Ranges)}


def fill(knobs, values: dict) -> None:
    """Show the knobs of a preset; those that it does not name get their defaults."""
    for knob, default in KNOBS.items():
        value = values.get(knob, default)
        is_text = type(knobs.bl_rna.properties[knob]).__name__ == "StringProperty"
        setattr(knobs, knob, as_text(value) if is_text else value)


def read_ranges(knobs, base: dict) -> Ranges:
    """What the panel asks for.

    Args:
        base: knobs of the preset that the panel was filled from. Blender keeps floats in 32 bits; one that was not
            changed is taken from here, exactly.
    Raises:
        SettingsError: a knob's text is no value for it, or what `Ranges.check` raises.
    """
    return Ranges(**{knob: _read(knobs, knob, base.get(knob, default)) for knob, default in KNOBS.items()}).check()


def _read(knobs, knob: str, wanted):
    shown = getattr(knobs, knob)
    if isinstance(wanted, float):
        return wanted if np.float32(wanted) == np.float32(shown) else float(f"{shown:.6g}")
    if isinstance(wanted, tuple) and not isinstance(shown, str):
        return tuple(shown)
    if not isinstance(shown, str) or isinstance(KNOBS[knob], str):
        return shown
    with contextlib.suppress(ValueError):
        return check_knob(knob, json.loads(shown), LABELS.get(knob, knob))
    example = json.dumps(KNOBS[knob])
    raise SettingsError(f"{LABELS.get(knob, knob)}: {shown!r} is no list. Give something like {example}.")

"""Render & Label: the picture, the record and the COCO entry of the scene as it stands."""

import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
from bpy.types import Operator

from ..core.dataset import VERSION, finish_picture, open_dataset
from ..core.errors import PosewrightError, SettingsError
from ..core.ranges import Ranges
from ..core.records import image_path, read_record, record_path, temporary_name
from ..core.spec import SceneSpec, from_dict
from ..scene.build import BuiltScene
from ..scene.passes import draw_passes
from ..scene.render import choose_device, render, set_up
from ..scene.truth import measure
from . import overlay, stage, studio
from .preferences import headless_folder, preferences, venv_python
from .properties import folder_of, keep_spec, ranges_of, spec_of
from .scene_operators import can_build
from .standing import Standing, as_built, read_standing, settle

LABELS_MOST = 120
"""Seconds that writing the labels may take."""


def standing_of(scene, catalog, bodies: dict, models: tuple) -> Standing:
    """The scene as it stands.

    Raises:
        PosewrightError: nothing stands there, or no spec can tell it.
    """
    built = spec_of(scene.posewright)
    if built is None or stage.own_collection(scene) is None:
        raise SettingsError("Nothing stands in the scene. Press Randomize.")
    bpy.context.view_layer.update()
    pelvises = [studio.dressed(bodies[person.body], person, catalog.closet).posed.joints[0] for person in built.persons]
    return read_standing(scene, built, pelvises, models, catalog)


def settle_scene(scene, ranges: Ranges) -> tuple[BuiltScene, Standing, dict]:
    """Make the scene's spec tell what stands there.

    Returns:
        the scene as it can be rendered and measured, what was found, and the patches.
    """
    settings = scene.posewright
    catalog, cast = studio.open_studio(settings, ranges)
    standing = standing_of(scene, catalog, cast.bodies, cast.models)
    patches = studio.patches_of(cast.bodies, ranges.keypoints)
    people = settle(scene, standing, cast.bodies, catalog)
    rolls = [entry.rerolls for entry in settings.people]
    keep_spec(settings, standing.spec, tuple(rolls[number] for number in standing.origins if number < len(rolls)))
    return as_built(scene, standing.spec, people, standing.people, catalog), standing, patches


class POSEWRIGHT_OT_label(Operator):
    """Render the scene as it stands and write picture, record and COCO labels of exactly what is seen"""

    bl_idname = "posewright.label"
    bl_label = "Render & Label"
    bl_options = {"REGISTER", "UNDO"}

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
            built, standing, patches = settle_scene(scene, ranges)
            out = folder_of(settings.hand_folder) / f"seed_{built.spec.seed}"
            catalog, _ = studio.open_studio(settings, ranges)
            _open(out, built.spec.seed, ranges, settings, catalog)
            number = free_number(out, built.spec)
            path = render_by_hand(scene, out, number, built, standing, patches)
            said = write_labels(out)
        except PosewrightError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        overlay.refresh(scene)
        self.report({"WARNING" if said else "INFO"}, f"Wrote {path}. {said}".strip())
        return {"FINISHED"}


def _open(out: Path, seed: int, ranges: Ranges, settings, catalog) -> None:
    """A data set of pictures made by hand: of the knobs only those matter that labels depend on."""
    made_by = Ranges(keypoints=ranges.keypoints, crowd_below=ranges.crowd_below)
    open_dataset(out, seed, made_by, settings.format, catalog, versions(), tuple(sorted(settings.passes)))


def versions() -> dict:
    return {"posewright": VERSION, "blender": bpy.app.version_string, "numpy": np.__version__}


def free_number(out: Path, spec: SceneSpec) -> int:
    """The picture's own number unless another picture has it; then the first one that is free."""
    path = record_path(out, spec.index)
    if not path.exists() or from_dict(SceneSpec, read_record(path)["spec"]) == spec:
        return spec.index
    taken = {int(found.stem) for found in path.parent.glob("*.json") if found.stem.isdigit()}
    return next(number for number in range(len(taken) + 1) if number not in taken)


def render_by_hand(scene, out: Path, number: int, built: BuiltScene, standing: Standing, patches: dict) -> Path:
    """Render, measure and finish one picture of the scene as it stands; returns the picture's file."""
    settings = scene.posewright
    spec = replace(built.spec, index=number)
    built = replace(built, spec=spec)
    final = image_path(out, number, settings.format)
    final.parent.mkdir(parents=True, exist_ok=True)
    picture = temporary_name(final)
    passes = tuple(sorted(settings.passes))
    started = time.perf_counter()
    try:
        with stage.plain_settings(scene), own_device(preferences().device) as device:
            set_up(scene, spec.samples, number)
            layers = render(scene, picture, spec.development, spec.camera, bool(passes), built.backdrop)
        rendered = time.perf_counter()
        drawn = draw_passes(built, layers, passes) if passes else {}
        truth = measure(built, patches, layers.mask)
        seconds = {"render": round(rendered - started, 3), "measure": round(time.perf_counter() - rendered, 3)}
        made = {"blender": bpy.app.version_string, "device": device, "seconds": seconds, "by_hand": True}
        if standing.strangers:
            made["not_in_spec"] = standing.strangers
        finish_picture(out, spec, truth, made, picture, layers.mask, settings.format, drawn)
    finally:
        picture.unlink(missing_ok=True)
    return final


@contextmanager
def own_device(wanted: str):
    """Render with a device of `choose_device`, whose name this gives; Blender's own choice comes back."""
    addon = bpy.context.preferences.addons.get("cycles")
    if wanted == "cpu" or addon is None:
        yield choose_device(wanted)
        return
    cycles = addon.preferences
    kind, used = cycles.compute_device_type, [(device, device.use) for device in cycles.devices]
    try:
        yield choose_device(wanted)
    finally:
        cycles.compute_device_type = kind
        for device, use in used:
            device.use = use


def write_labels(out: Path) -> str:
    """The COCO file of a data set, by the virtual environment's Python; returns what the user has to know."""
    python = venv_python()
    if not python:
        return "No COCO labels yet: name the virtual environment's Python in the add-on's preferences."
    command = [python, str(headless_folder() / "annotate.py"), str(out)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=LABELS_MOST)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"No COCO labels: {error}. Check the Python in the add-on's preferences."
    if done.returncode:
        last = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        return f"No COCO labels: {last}"
    return ""


CLASSES = (POSEWRIGHT_OT_label,)

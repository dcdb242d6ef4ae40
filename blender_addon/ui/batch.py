"""A data set rendered by a Blender in the background, with what the panel has been set to."""

import atexit
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import bpy
from bpy.types import Operator

from ..core.errors import PosewrightError
from . import child as children
from .child import Child
from .preferences import asset_folders, headless_folder, preferences, venv_python
from .properties import folder_of, ranges_of
from .scene_operators import write_preset

EVERY = 0.5
"""Seconds between looks at its log."""
COUNTED = re.compile(r"(\d+)/(\d+) pictures")
RUNNING_NOW = "A batch is running: wait for it, or press Cancel"

_child: Child | None = None
_scene = ""
_preset: Path | None = None
_asked = 0.0


def is_running() -> bool:
    return _child is not None


def batch_command(settings, preset: Path, binary: str = "") -> list:
    """What renders the data set of the panel's settings.

    Args:
        preset: file of every knob.
        binary: Blender's; the wheel has none, and Python itself runs the script.
    """
    script = headless_folder() / "render.py"
    start = [sys.executable, script]
    if binary:
        start = [binary, "-b", "--factory-startup", "--python-exit-code", "1", "-P", script, "--"]
    options = ["--preset", preset, "--seed", settings.seed, "--start", settings.start, "--count", settings.count]
    options += ["--out", folder_of(settings.folder), "--device", preferences().device, "--format", settings.format]
    for folder in asset_folders():
        options += ["--assets", folder]
    if settings.poses:
        options += ["--poses", bpy.path.abspath(settings.poses)]
    if settings.photos:
        options += ["--backgrounds", bpy.path.abspath(settings.photos)]
    if settings.passes:
        options += ["--passes", ",".join(sorted(settings.passes))]
    return [str(word) for word in (*start, *options)]


class POSEWRIGHT_OT_start_batch(Operator):
    """Render the data set in the background; the same settings and folder go on where it stopped"""

    bl_idname = "posewright.start_batch"
    bl_label = "Start"

    @classmethod
    def poll(cls, context):
        if is_running():
            cls.poll_message_set(RUNNING_NOW)
            return False
        return True

    def execute(self, context):
        settings = context.scene.posewright
        try:
            start(context.scene, ranges_of(settings))
        except (PosewrightError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class POSEWRIGHT_OT_cancel_batch(Operator):
    """Stop the batch; finished pictures stay, and Start goes on from there"""

    bl_idname = "posewright.cancel_batch"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context):
        if not is_running():
            cls.poll_message_set("No batch is running")
            return False
        return True

    def execute(self, context):
        cancel()
        return {"FINISHED"}


def start(scene, ranges) -> None:
    """Start the batch of a scene's settings.

    Raises:
        SettingsError: the preset cannot be written.
        OSError: Blender cannot be started.
    """
    global _child, _scene, _preset
    number, name = tempfile.mkstemp(prefix="posewright_", suffix=".json")
    os.close(number)
    _preset = Path(name)
    settings = scene.posewright
    try:
        write_preset(_preset, ranges)
        _child = Child(batch_command(settings, _preset, bpy.app.binary_path), children.environment(venv_python()))
    except BaseException:
        _preset.unlink(missing_ok=True)
        raise
    _scene = scene.name
    settings.done, settings.said = 0.0, "Starting Blender in the background"
    if not bpy.app.timers.is_registered(_watch):
        bpy.app.timers.register(_watch, first_interval=EVERY, persistent=True)


def cancel() -> None:
    global _asked
    if _child is not None:
        _asked = time.monotonic()
        _child.stop()


def _watch():
    """Timer: bring the panel up to date; ends with the batch."""
    if _child is None:
        return None
    running = _child.is_running
    if running and _child.stopped and time.monotonic() - _asked > children.PATIENCE:
        _child.process.terminate()
    scene = bpy.data.scenes.get(_scene)
    if scene is not None:
        settings = scene.posewright
        settings.done, settings.said = progress_of(_child.lines(), settings.done)
        if not running:
            settings.said = _last_words(_child, settings)
    _redraw()
    if running:
        return EVERY
    _end()
    return None


def progress_of(lines: list, before: float) -> tuple:
    """Percent done, and the last line, of what render.py has said."""
    for line in reversed(lines):
        counted = COUNTED.search(line)
        if counted:
            return 100.0 * int(counted[1]) / max(int(counted[2]), 1), line[counted.start() :]
    return before, (lines or ["Starting Blender in the background"])[-1]


def _last_words(child: Child, settings) -> str:
    out = folder_of(settings.folder)
    if child.process.returncode == 0:
        settings.done = 100.0
        return f"Done: {out}"
    if child.stopped:
        return "Cancelled; Start goes on from here"
    said = [line for line in child.lines() if line.startswith("error")] or child.lines() or ["it said nothing"]
    return f"Failed: {said[-1]}"


def _end() -> None:
    global _child
    if _child is not None:
        _child.kill()
    _child = None
    if _preset is not None:
        _preset.unlink(missing_ok=True)


def _redraw() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


CLASSES = (POSEWRIGHT_OT_start_batch, POSEWRIGHT_OT_cancel_batch)


def register() -> None:
    atexit.register(_end)


def unregister() -> None:
    atexit.unregister(_end)
    if bpy.app.timers.is_registered(_watch):
        bpy.app.timers.unregister(_watch)
    _end()

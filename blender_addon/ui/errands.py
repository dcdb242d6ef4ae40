"""Check and fetch: `posewright doctor` and `posewright assets fetch` of the virtual environment, run beside Blender."""

import bpy
from bpy.props import EnumProperty
from bpy.types import Operator

from ..core.errors import PosewrightError
from . import child as children
from . import studio
from .child import Child
from .preferences import ROOT, asset_folders, preferences, venv_python
from .properties import ranges_of

EVERY = 0.5
NO_PYTHON = "Name the virtual environment's Python in the add-on's preferences (`make setup` makes one)"

_errand: Child | None = None
_what = ""
said: list = []
"""Lines of the errand that ran last."""


def is_running() -> bool:
    return _errand is not None


def _run(what: str, command: list) -> None:
    global _errand, _what
    surroundings = children.environment(venv_python())
    if (ROOT / "headless").is_dir():  # a checkout, which the virtual environment need not know
        surroundings["PYTHONPATH"] = str(ROOT)
    _errand, _what = Child(command, surroundings), what
    said[:] = [f"{what} …"]
    bpy.app.timers.register(_watch, first_interval=EVERY, persistent=True)


def _watch():
    global _errand
    if _errand is None:
        return None
    said[:] = _errand.lines()[-24:] or said
    running = _errand.is_running
    if not running:
        _errand.kill()
        _errand = None
        if _what == "Fetching":
            studio.forget()
    preferences().found = "\n".join(said)
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            area.tag_redraw()
    return EVERY if running else None


class POSEWRIGHT_OT_check(Operator):
    """Say what is here, what is missing and how to mend it: `posewright doctor`"""

    bl_idname = "posewright.check"
    bl_label = "Check"

    @classmethod
    def poll(cls, context):
        if is_running():
            cls.poll_message_set("Wait for what is running")
            return False
        return True

    def execute(self, context):
        if not venv_python():
            preferences().found = "\n".join(own_check(context))
            return {"FINISHED"}
        command = [venv_python(), "-m", "headless.cli", "doctor"]
        command += ["--blender", bpy.app.binary_path] if bpy.app.binary_path else []
        for folder in asset_folders():
            command += ["--assets", str(folder)]
        try:
            _run("Checking", command)
        except OSError as error:
            self.report({"ERROR"}, f"{venv_python()} does not start: {error.strerror}. Check it in the preferences.")
            return {"CANCELLED"}
        return {"FINISHED"}


def own_check(context) -> list[str]:
    """What can be said without the virtual environment."""
    lines = [f"Blender {bpy.app.version_string}"]
    try:
        settings = context.scene.posewright
        catalog, _ = studio.open_studio(settings, ranges_of(settings))
        lines.append(f"{len(catalog.bodies)} bodies, {len(catalog.environments)} environments")
        lines += [f"note: left out: {line}" for line in catalog.skipped[:8]]
        lines.append("Ready to render.")
    except PosewrightError as error:
        lines += [f"error: {error}", "Not ready to render."]
    return [*lines, f"note: no COCO labels, no fetching. {NO_PYTHON}."]


class POSEWRIGHT_OT_fetch(Operator):
    """Download free assets into the project's library, with the virtual environment's Python"""

    bl_idname = "posewright.fetch"
    bl_label = "Fetch"

    what: EnumProperty(
        name="What",
        items=[
            ("polyhaven", "Poly Haven", "20 environments and 20 models, CC0, about 80 MB"),
            ("makehuman", "MakeHuman", "Clothes, hair and skins, CC0, 280 MB"),
        ],
    )

    @classmethod
    def poll(cls, context):
        if is_running():
            cls.poll_message_set("Wait for what is running")
            return False
        if not venv_python():
            cls.poll_message_set(NO_PYTHON)
            return False
        return True

    def execute(self, context):
        try:
            _run("Fetching", [venv_python(), "-m", "headless.cli", "assets", "fetch", self.what])
        except OSError as error:
            self.report({"ERROR"}, f"{venv_python()} does not start: {error.strerror}. Check it in the preferences.")
            return {"CANCELLED"}
        return {"FINISHED"}


class POSEWRIGHT_OT_look_for_assets(Operator):
    """Look through the asset folders again"""

    bl_idname = "posewright.look_for_assets"
    bl_label = "Look Again"

    def execute(self, context):
        studio.forget()
        settings = context.scene.posewright
        try:
            studio.open_studio(settings, ranges_of(settings))
        except PosewrightError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


CLASSES = (POSEWRIGHT_OT_check, POSEWRIGHT_OT_fetch, POSEWRIGHT_OT_look_for_assets)


def unregister() -> None:
    global _errand
    if bpy.app.timers.is_registered(_watch):
        bpy.app.timers.unregister(_watch)
    if _errand is not None:
        _errand.kill()
        _errand = None

"""What belongs to the machine rather than to a picture: asset folders, the virtual environment's Python, the device."""

import os
from dataclasses import dataclass
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy.types import AddonPreferences

from ..scene.render import GPU_KINDS

ADDON = __package__.rpartition(".")[0]
"""The add-on's own name, which is another one where it is installed as an extension."""
ROOT = Path(__file__).resolve().parents[2]
"""Of a checkout; from the zip it is the folder of all add-ons."""


class POSEWRIGHT_AP_preferences(AddonPreferences):
    bl_idname = ADDON

    folders: StringProperty(
        name="Asset Folders",
        description=f"Folders with hdri/, bodies/, wardrobe/ and so on; several are separated by '{os.pathsep}'",
    )
    python: StringProperty(
        name="Python",
        description="Of the virtual environment that `make setup` made; it writes the COCO labels and fetches assets",
        subtype="FILE_PATH",
    )
    device: EnumProperty(
        name="Device",
        description="What renders",
        items=[("auto", "Fastest There Is", ""), ("cpu", "CPU", "")]
        + [(kind.lower(), kind.title() if len(kind) > 5 else kind, "") for kind in GPU_KINDS],
        default="auto",
    )
    found: StringProperty(options={"HIDDEN", "SKIP_SAVE"})
    """What Check said."""

    def draw(self, context):
        column = self.layout.column()
        column.prop(self, "folders")
        column.prop(self, "python")
        column.prop(self, "device")
        column.operator("posewright.check", icon="CHECKMARK")
        for line in self.found.splitlines():
            wrong = line.startswith(("error", "note", "Not"))
            column.label(text=line, icon="ERROR" if wrong else "NONE")


@dataclass
class Defaults:
    """Stands in where the add-on runs without being enabled, as in tests."""

    folders: str = ""
    python: str = ""
    device: str = "auto"
    found: str = ""


_DEFAULTS = Defaults()


def preferences():
    addon = bpy.context.preferences.addons.get(ADDON)
    return addon.preferences if addon and addon.preferences else _DEFAULTS


def asset_folders() -> tuple:
    """Paths that the user named."""
    return tuple(
        Path(bpy.path.abspath(part.strip())) for part in preferences().folders.split(os.pathsep) if part.strip()
    )


def venv_python() -> str:
    """The virtual environment's Python, empty where there is none."""
    named = preferences().python or os.environ.get("POSEWRIGHT_PYTHON", "")
    if named:
        return bpy.path.abspath(named)
    own = ROOT / ".venv" / "bin" / "python"
    return str(own) if own.is_file() else ""


def headless_folder() -> Path:
    """Where the programs lie: inside the add-on from the zip, beside it in a checkout."""
    inside = Path(__file__).resolve().parents[1] / "headless"
    return inside if inside.is_dir() else ROOT / "headless"

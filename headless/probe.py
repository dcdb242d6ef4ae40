"""Runs inside a Blender and says what it can do, as one line of JSON. `doctor` starts it."""

import json
import platform
from pathlib import Path

import bpy

MARK = "POSEWRIGHT_PROBE "
"""Blender prints lines of its own; ours starts with this."""


def probe() -> dict:
    """Versions, denoiser and Cycles' devices of this Blender."""
    found = {
        "blender": bpy.app.version_string,
        "python": platform.python_version(),
        "numpy": _numpy_version(),
        "environments": _shipped_environments(),
        "cycles": False,
        "denoiser": False,
        "devices": {},
    }
    try:
        import _cycles
    except ImportError:
        return found
    return found | {"cycles": True, "denoiser": bool(_cycles.with_openimagedenoise), "devices": _devices()}


def _numpy_version() -> str | None:
    try:
        import numpy
    except ImportError:
        return None
    return numpy.__version__


def _shipped_environments() -> int:
    folder = bpy.utils.system_resource("DATAFILES", path="studiolights/world")
    return len(list(Path(folder).glob("*.exr"))) if folder else 0


def _devices() -> dict:
    """{'CPU': [names], 'OPTIX': [names], …}: what this machine has and this Blender can use."""
    addon = bpy.context.preferences.addons.get("cycles")
    if addon is None:
        return {}
    preferences = addon.preferences
    kinds = [kind for kind, *_ in preferences.get_device_types(bpy.context) if kind != "NONE"]
    names = {"CPU": {device.name for device in preferences.get_devices_for_type("CPU")}}
    for kind in kinds:
        names[kind] = {device.name for device in preferences.get_devices_for_type(kind) if device.type == kind}
    return {kind: sorted(found) for kind, found in names.items() if found}


if __name__ == "__main__":
    print("\n" + MARK + json.dumps(probe()), flush=True)

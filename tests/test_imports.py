"""Imports go one way: headless and ui -> scene -> core. What runs in Blender imports nothing that Blender lacks."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BLENDERS_OWN = {"_cycles", "addon_utils", "blf", "bmesh", "bpy", "bpy_extras", "gpu", "gpu_extras", "mathutils"}
STANDARD = set(sys.stdlib_module_names)
BLENDER_SCRIPTS = {"headless/cutouts.py", "headless/render.py", "headless/probe.py"}
"""Headless programs that run inside Blender; the others run in the virtual environment."""
OUTSIDE = {"assets", "warp_net", "pose_net", "headless", "tests"}

# Which rooms a room may import. Rooms of the add-on are written with a dot.
CORE, SCENE, UI = "blender_addon.core", "blender_addon.scene", "blender_addon.ui"
TOOLS = {"assets", "warp_net", "pose_net"}
MAY_IMPORT = {
    CORE: {CORE},
    SCENE: {CORE, SCENE},
    UI: {CORE, SCENE, UI},
    "blender_addon": {CORE, SCENE, UI, "blender_addon"},
    "blender script": {CORE, SCENE},
    "headless": {CORE, SCENE, "headless", *TOOLS},
    "assets": {CORE, *TOOLS},
    "warp_net": {CORE, *TOOLS},
    "pose_net": {CORE, *TOOLS},
}
# Third-party packages of the rooms that run in Blender; the virtual environment's rooms may import any.
PACKAGES = {
    CORE: {"numpy"},
    SCENE: {"numpy", *BLENDERS_OWN},
    UI: {"numpy", *BLENDERS_OWN},
    "blender_addon": {"numpy", *BLENDERS_OWN},
    "blender script": {"numpy", *BLENDERS_OWN},
}


def violations(root: Path) -> list[str]:
    """A line for each import that breaks the rules, in every room of the tree."""
    files = [
        path for room in ("blender_addon", "headless", *sorted(TOOLS)) for path in sorted((root / room).rglob("*.py"))
    ]
    return [line for path in files for line in violations_of(path, path.relative_to(root).as_posix())]


def violations_of(path: Path, name: str) -> list[str]:
    room = room_of(name)
    found = []
    for line, module, relative in imports(ast.parse(path.read_text("utf-8"), name), name):
        reason = broken_rule(room, module, relative)
        if reason:
            found.append(f"{name}:{line} imports {module}: {reason}")
    return found


def room_of(name: str) -> str:
    """'blender_addon/core/body.py' -> 'blender_addon.core'."""
    if name in BLENDER_SCRIPTS:
        return "blender script"
    parts = Path(name).parts
    return ".".join(parts[:2]) if parts[0] == "blender_addon" and len(parts) > 2 else parts[0]


def imports(tree: ast.AST, name: str):
    """(line, full module name, whether it was written relatively) of each import, those inside functions too."""
    package = Path(name).with_suffix("").parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, False
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}", bool(node.level)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "importlib.import_module"):
            for name_given in node.args[:1]:
                yield node.lineno, getattr(name_given, "value", "a computed name"), False


def broken_rule(room: str, module: str, relative: bool) -> str | None:
    parts = module.split(".")
    in_addon = room.startswith("blender_addon")
    if parts[0] != "blender_addon" and parts[0] not in OUTSIDE:
        if relative:
            return "it lies outside the package"
        if parts[0] in STANDARD or room not in PACKAGES or parts[0] in PACKAGES[room]:
            return None
        return f"{room} may use only the standard library and {', '.join(sorted(PACKAGES[room]))}"
    if in_addon and not relative:
        return "the add-on is installed under other names, so it imports itself relatively"
    if relative and not in_addon:
        return "only the add-on imports relatively"
    target = ".".join(parts[:2]) if ".".join(parts[:2]) in MAY_IMPORT else parts[0]
    if target in MAY_IMPORT[room]:
        return None
    return f"{room} may import {', '.join(sorted(MAY_IMPORT[room]))}"


def test_the_tree_keeps_the_rules():
    assert violations(ROOT) == []


def test_the_check_sees_every_room():
    """Renaming a room must not switch the check off."""
    assert all((ROOT / room).is_dir() for room in ("blender_addon/core", "blender_addon/scene", "headless", "assets"))


BROKEN = [
    pytest.param("blender_addon/core/body.py", "import bpy", id="core and bpy"),
    pytest.param("blender_addon/core/body.py", "def f():\n    import mathutils", id="inside a function"),
    pytest.param("blender_addon/core/body.py", "import torch.nn", id="core and torch"),
    pytest.param("blender_addon/core/body.py", "from ..scene import person", id="core and scene"),
    pytest.param("blender_addon/core/body.py", "from ..scene.person import build", id="core and a part of scene"),
    pytest.param("blender_addon/core/body.py", "from .. import scene", id="core and scene, by the package"),
    pytest.param("blender_addon/core/body.py", "from blender_addon.core import spec", id="absolute inside the add-on"),
    pytest.param("blender_addon/core/body.py", "from ...assets import bodies", id="out of the add-on"),
    pytest.param("blender_addon/core/body.py", "from assets.bodies import open_body", id="add-on and assets"),
    pytest.param("blender_addon/core/body.py", "__import__('torch')", id="by call"),
    pytest.param("blender_addon/scene/person.py", "from ..ui import panels", id="scene and ui"),
    pytest.param("blender_addon/scene/person.py", "import cv2", id="scene and OpenCV"),
    pytest.param("blender_addon/scene/person.py", "from smplx import SMPLX", id="scene and smplx"),
    pytest.param("blender_addon/__init__.py", "import anny", id="add-on and anny"),
    pytest.param("headless/render.py", "from pycocotools import mask", id="render and pycocotools"),
    pytest.param("headless/render.py", "from headless.annotate import annotate", id="render and what needs OpenCV"),
    pytest.param("headless/render.py", "from blender_addon.ui import panels", id="render and ui"),
    pytest.param("headless/probe.py", "import tyro", id="probe and tyro"),
    pytest.param("headless/cli.py", "from .annotate import annotate", id="relative outside the add-on"),
    pytest.param("headless/cli.py", "import blender_addon.ui.panels", id="headless and ui"),
    pytest.param("assets/bodies/bake.py", "from blender_addon.scene import person", id="assets and scene"),
    pytest.param("assets/bodies/bake.py", "from headless.cli import main", id="assets and headless"),
]


@pytest.mark.parametrize("name, source", BROKEN)
def test_a_broken_rule_is_caught(tmp_path, name, source):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(source)
    (found,) = violations(tmp_path)
    assert found.startswith(f"{name}:")


KEPT = [
    pytest.param("blender_addon/core/body.py", "import json\nimport numpy as np\nfrom .spec import to_dict", id="core"),
    pytest.param(
        "blender_addon/scene/person.py", "import bpy, _cycles\nfrom ..core.spec import PersonSpec", id="scene"
    ),
    pytest.param("blender_addon/scene/person.py", "from ..core import spec\nfrom . import compat", id="by the package"),
    pytest.param("blender_addon/ui/panels.py", "from ..scene.person import build\nimport blf", id="ui"),
    pytest.param("blender_addon/__init__.py", "from .ui import panels\nfrom . import ui", id="add-on"),
    pytest.param("headless/render.py", "import bpy\nfrom blender_addon.scene.render import render", id="render"),
    pytest.param("headless/cli.py", "import tyro\nfrom headless.annotate import annotate", id="headless"),
    pytest.param("assets/bodies/bake.py", "import anny, torch\nfrom blender_addon.core.body import load", id="assets"),
]


@pytest.mark.parametrize("name, source", KEPT)
def test_a_kept_rule_is_not(tmp_path, name, source):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert violations(tmp_path) == []

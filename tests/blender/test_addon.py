"""The add-on zip in a real Blender: it installs, registers, and its button builds the scene that the script builds."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.blender

CHECK = """
import sys
import bpy
try:
    bpy.ops.preferences.addon_install(filepath=ZIP, overwrite=True)
    bpy.ops.preferences.addon_enable(module="posewright")
    assert bpy.ops.posewright.new_scene.poll()
    assert bpy.ops.posewright.new_scene(seed=5, index=1) == {"FINISHED"}
    scene = bpy.data.scenes["Posewright"]
    people = [thing for thing in scene.objects if thing.pass_index > 0]
    assert people and scene.camera and scene.world
    bpy.ops.preferences.addon_disable(module="posewright")
    print("PEOPLE", len(people))
except BaseException as error:
    print("FAILED", repr(error))
"""


def test_the_zip_installs_and_builds_a_scene(tmp_path, open_body_path):
    blender = os.environ.get("BLENDER") or shutil.which("blender")
    if not blender:
        pytest.skip("no blender binary on PATH: apt-get install blender python3-numpy")
    packed = tmp_path / "posewright.zip"
    made = subprocess.run([sys.executable, "-m", "headless.make_zip", "--out", str(packed)], cwd=ROOT)
    assert made.returncode == 0
    assert {name.split("/")[0] for name in zipfile.ZipFile(packed).namelist()} == {"posewright"}
    assert packed.stat().st_size < 60e6
    script = tmp_path / "check.py"
    script.write_text(f"ZIP = {str(packed)!r}\n{CHECK}")
    environment = {**os.environ, "BLENDER_USER_SCRIPTS": str(tmp_path / "scripts"), "HOME": str(tmp_path)}
    (tmp_path / "scripts" / "addons").mkdir(parents=True)
    command = [blender, "-b", "--factory-startup", "-P", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert "PEOPLE" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]

"""The add-on zip in Blender: it installs and registers, its button builds a scene, its script renders a data set."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from headless.make_zip import make_zip

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.blender

CHECK = """
import sys
import bpy
try:
    if bpy.app.version >= (4, 2):
        bpy.ops.preferences.addon_install(filepath=ZIP, overwrite=True, target="DEFAULT")
    else:
        bpy.ops.preferences.addon_install(filepath=ZIP, overwrite=True)
    bpy.ops.preferences.addon_enable(module="posewright")
    assert bpy.ops.posewright.new_scene.poll()
    assert bpy.ops.posewright.new_scene(seed=5, index=1) == {"FINISHED"}
    scene = bpy.data.scenes["Posewright"]
    people = [thing for thing in scene.objects if thing.pass_index > 0]
    assert people and scene.camera and scene.world
    for name in dir(bpy.ops.posewright):
        assert getattr(bpy.ops.posewright, name).get_rna_type().description, name
    bpy.ops.preferences.addon_disable(module="posewright")
    assert not hasattr(bpy.types.Scene, "posewright")
    print("PEOPLE", len(people))
except BaseException as error:
    print("FAILED", repr(error))
"""


@pytest.fixture(scope="module")
def packed(tmp_path_factory, open_body_path):
    return make_zip(tmp_path_factory.mktemp("zip") / "posewright.zip")


@pytest.fixture
def blender():
    found = os.environ.get("BLENDER") or shutil.which("blender")
    if not found:
        pytest.skip("no blender binary on PATH: apt-get install blender python3-numpy")
    return found


def test_the_zip_installs_and_builds_a_scene(tmp_path, packed, blender):
    assert {name.split("/")[0] for name in zipfile.ZipFile(packed).namelist()} == {"posewright"}
    assert packed.stat().st_size < 60e6
    script = tmp_path / "check.py"
    script.write_text(f"ZIP = {str(packed)!r}\n{CHECK}")
    environment = {**os.environ, "BLENDER_USER_SCRIPTS": str(tmp_path / "scripts"), "HOME": str(tmp_path)}
    (tmp_path / "scripts" / "addons").mkdir(parents=True)
    command = [blender, "-b", "--factory-startup", "-P", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert "PEOPLE" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_zip_brings_all_that_the_batch_runs(tmp_path, packed, blender):
    """Its own copy of the script, without a checkout beside it; the labels by this Python."""
    zipfile.ZipFile(packed).extractall(tmp_path / "as_installed")
    script = tmp_path / "as_installed" / "posewright" / "headless" / "render.py"
    words = [
        "--count",
        1,
        "--size",
        64,
        64,
        "--samples",
        1,
        "--persons",
        1,
        1,
        "--device",
        "cpu",
        "--out",
        tmp_path / "out",
    ]
    command = [blender, "-b", "--factory-startup", "--python-exit-code", 1, "-P", script, "--", *words]
    environment = {**os.environ, "POSEWRIGHT_PYTHON": sys.executable, "POSEWRIGHT_ASSETS": ""}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "out" / "annotations" / "person_keypoints.json").is_file()


def test_blenders_own_check_passes_the_extension(packed):
    """`blender --command extension validate` runs this file; it is in the wheel too."""
    import bpy

    found = Path(bpy.utils.system_resource("SCRIPTS"), "addons_core/bl_pkg/cli/blender_ext.py")
    if not found.is_file():
        pytest.skip("this bpy has no extensions: before 4.2")
    done = subprocess.run([sys.executable, str(found), "validate", str(packed)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "error" not in (done.stdout + done.stderr).lower()

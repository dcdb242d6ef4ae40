"""The panel in a real window, worked with the mouse: Blender under Xvfb, on a machine without a screen."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from headless.make_zip import make_zip

DRIVE = Path(__file__).with_name("panel_drive.py")
NEEDED = {"blender": "blender python3-numpy", "Xvfb": "xvfb", "xdotool": "xdotool", "import": "imagemagick"}
PATIENCE = 900
"""Seconds for all of it."""
pytestmark = pytest.mark.blender


@pytest.fixture
def screen():
    """Display of an X server of our own."""
    missing = [package for program, package in NEEDED.items() if not shutil.which(program)]
    if missing:
        pytest.skip(f"no window to be had: apt-get install {' '.join(missing)}")
    read, write = os.pipe()
    size = ["-screen", "0", "1280x800x24", "+extension", "GLX", "-noreset"]
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), *size], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with open(read) as told:  # to its end: a server that may not finish its line dies of it
        number = told.readline().strip()
    if not number:
        pytest.skip("Xvfb does not start")
    yield f":{number}"
    server.terminate()
    server.wait(10)


@pytest.fixture
def told(screen, tmp_path, open_body_path) -> dict:
    """What the driver told of each step; the pictures are in `tmp_path / 'shots'`."""
    addons = tmp_path / "scripts" / "addons"
    addons.mkdir(parents=True)
    zipfile.ZipFile(make_zip(tmp_path / "posewright.zip")).extractall(addons)
    shots = Path(os.environ.get("POSEWRIGHT_SHOTS") or tmp_path / "shots")
    shots.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "DISPLAY": screen,
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "BLENDER_USER_SCRIPTS": str(tmp_path / "scripts"),
        "POSEWRIGHT_PYTHON": sys.executable,
    }
    blender = os.environ.get("BLENDER") or "blender"
    command = [blender, "--factory-startup", "--window-geometry", "0", "0", "1280", "800", "-P", DRIVE, "--", shots]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, timeout=PATIENCE)
    lines = [line.split(" ", 2) for line in done.stdout.splitlines() if line.startswith("DRIVE ")]
    found = {name: json.loads(facts) for _, name, facts in lines}
    assert "end" in found, done.stdout[-1500:] + done.stderr[-3000:]
    return found


def test_the_whole_way_through_the_panel(told):
    assert told["randomize"]["people"] == ["Posewright Person 1", "Posewright Person 2"]
    assert told["move"]["after"][0] > told["move"]["before"][0] + 0.05
    assert told["undo"]["undone"] == pytest.approx(told["move"]["before"], abs=1e-5)
    assert told["undo"]["redone"] == pytest.approx(told["move"]["after"], abs=1e-5)
    assert told["label"] == {"records": ["000000.json"], "coco": 1}
    assert "/40 pictures" in told["batch"]["said"] and 0 < told["batch"]["done"] < 100
    assert told["cancel"]["said"].startswith("Cancelled") and told["cancel"]["records"] >= 1

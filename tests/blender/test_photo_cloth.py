"""A garment's photo really rendered: the right way round in front, its other half behind, plain where it is missing."""

import json
import subprocess
import sys
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.blender
RED, GREEN, BLUE = (200, 20, 20), (20, 180, 20), (20, 20, 200)

DRAW = """
import json, sys
from pathlib import Path
import bpy
import numpy as np
from blender_addon.core.errors import AssetError
from blender_addon.scene.cloth_materials import cloth_material
from blender_addon.scene.mesh import fill_mesh, set_attribute, set_uv
from tests.blender.white_stage import CORNERS, FACES, render_square

for job in json.loads(sys.argv[1]):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    corners, faces = CORNERS, FACES
    mesh = bpy.data.meshes.new("made")
    fill_mesh(mesh, corners, faces)
    set_uv(mesh, faces, np.zeros((1, 4, 2)))
    set_attribute(mesh, "flat", corners[:, [0, 2, 1]] + [0, 1.0, job["ahead"]])
    try:
        mesh.materials.append(cloth_material("made", job["fabric"], Path(job["photo"]) if job["photo"] else None))
    except AssetError as error:
        print("REFUSED", error)
        continue
    render_square(mesh, job["out"], 32, 8)
"""


def hue(image):
    """0, 1 or 2: the channel that is strongest in the mean."""
    return int(np.asarray(image)[..., :3].reshape(-1, 3).mean(0).argmax())


@pytest.mark.parametrize("stacked", [True, False])
def test_front_and_back_show_their_halves_unmirrored(tmp_path, stacked):
    front = np.full((40, 40, 3), RED, np.uint8)
    front[:, 20:] = GREEN
    front[:20, 20:] = BLUE  # the upper right quarter, as seen
    back = np.full((40, 40, 3), BLUE, np.uint8)
    iio.imwrite(tmp_path / "made.png", np.concatenate([front, back], 0 if stacked else 1))
    photo = {"name": "made", "frame": [-1.0, 0.0, 1.0, 2.0], "stacked": stacked}
    fabric = {"pattern": "plain", "color": [0.1, 0.6, 0.1], "weave": "smooth", "seed": 0, "photo": photo}
    jobs = [
        {"fabric": fabric, "photo": str(tmp_path / "made.png"), "ahead": 0.8, "out": str(tmp_path / "front.png")},
        {"fabric": fabric, "photo": str(tmp_path / "made.png"), "ahead": -0.8, "out": str(tmp_path / "back.png")},
        {"fabric": fabric, "photo": None, "ahead": 0.8, "out": str(tmp_path / "plain.png")},
    ]
    draw(jobs)
    seen = iio.imread(tmp_path / "front.png")
    assert [hue(seen[4:28, 3:13]), hue(seen[20:28, 19:29]), hue(seen[4:12, 19:29])] == [0, 1, 2]
    assert hue(iio.imread(tmp_path / "back.png")) == 2
    assert hue(iio.imread(tmp_path / "plain.png")) == 1


def test_a_broken_picture_is_refused(tmp_path):
    (tmp_path / "made.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    photo = {"name": "made", "frame": [-1.0, 0.0, 1.0, 2.0], "stacked": True}
    fabric = {"pattern": "plain", "color": [0.1, 0.6, 0.1], "weave": "smooth", "seed": 0, "photo": photo}
    assert "REFUSED" in draw([{"fabric": fabric, "photo": str(tmp_path / "made.png"), "ahead": 1.0, "out": "none"}])


def draw(jobs: list) -> str:
    done = subprocess.run([sys.executable, "-c", DRAW, json.dumps(jobs)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout

"""Published pictures in a real render: recoloured, cut out, and done without where they are missing."""

import json
import subprocess
import sys
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.blender

DRAW = """
import json, sys
from pathlib import Path
import bpy
import numpy as np
from blender_addon.core.errors import AssetError
from blender_addon.core.surface import Pictures, Surface
from blender_addon.scene.mesh import fill_mesh, set_uv
from blender_addon.scene.picture_materials import picture_material
from tests.blender.white_stage import CORNERS, FACES, render_square

for job in json.loads(sys.argv[1]):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    corners, faces = CORNERS, FACES
    uv = np.array([[[0, 0], [1, 0], [1, 1], [0, 1.0]]])
    files = {kind: Path(path) for kind, path in job["files"].items()}
    pictures = Pictures(files, tuple(job["color"]), job["recolor"], job["cutout"], 1.0)
    surface = Surface("made", corners, np.ones((4, 1)), faces, uv, pictures=pictures)
    mesh = bpy.data.meshes.new("made")
    fill_mesh(mesh, corners, faces)
    set_uv(mesh, faces, uv)
    try:
        mesh.materials.append(picture_material(surface))
    except AssetError as error:
        print("REFUSED", error)
        continue
    render_square(mesh, job["out"], 48, 16)
"""


def draw(jobs: list) -> str:
    done = subprocess.run([sys.executable, "-c", DRAW, json.dumps(jobs)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_pictures_are_recoloured_cut_out_and_done_without(tmp_path):
    pixels = np.full((64, 64, 4), (60, 100, 200, 255), np.uint8)
    pixels[:, 28:36] = (20, 40, 100, 255)  # a seam down the middle
    pixels[:32, :16, 3] = 0  # a hole at the top left
    cloth, broken = tmp_path / "cloth.png", tmp_path / "broken.png"
    iio.imwrite(cloth, pixels)
    broken.write_bytes(cloth.read_bytes()[:60])
    lace = tmp_path / "lace.png"
    iio.imwrite(lace, np.repeat(np.array([[0], [255]], np.uint8), 32, 0).repeat(64, 1))  # see-through at the top
    red = {"color": [0.7, 0.15, 0.15], "recolor": True, "cutout": True, "files": {"color": str(cloth)}}
    jobs = {
        "red": red,
        "own": {**red, "recolor": False, "cutout": False},
        "plain": {**red, "files": {}},
        "lace": {**red, "files": {"alpha": str(lace), "roughness": str(lace)}},
        "broken": {**red, "files": {"color": str(broken)}},
    }
    said = draw([{**job, "out": str(tmp_path / f"{name}.drawn.png")} for name, job in jobs.items()])
    assert said.count("REFUSED") == 1 and "broken.png: cannot be read as a picture" in said
    red, own, plain, lace = (
        iio.imread(tmp_path / f"{name}.drawn.png")[..., :3] / 255 for name in jobs if name != "broken"
    )
    # In white light from everywhere a surface shows its own colour; a little more, as it shines.
    np.testing.assert_allclose(plain[30, 10], [0.7, 0.15, 0.15], atol=0.09)
    np.testing.assert_allclose(own[30, 10], np.array([60, 100, 200]) / 255, atol=0.09)
    assert red[30, 10, 0] > 0.55 and red[30, 10, 1:].max() < 0.35
    assert red[40, 24].sum() < 0.75 * red[40, 10].sum()  # the seam stays a seam
    assert lace[8, 24].min() > 0.95 and lace[40, 24, 1] < 0.3
    assert red[8, 4].min() > 0.95 and own[8, 4].max() < 0.9  # through the hole one sees the white

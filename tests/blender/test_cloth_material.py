"""Folds and sewn details really rendered: slopes face the light that comes from their side, in front and not behind."""

import json
import subprocess
import sys
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from blender_addon.core.wardrobe.folds import TILE, fold_tile

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.blender
SIDE = 64
SUNS = {"left": (np.pi / 2, 0, -0.9), "right": (np.pi / 2, 0, 0.9), "above": (0.7, 0, 0), "below": (2.44, 0, 0)}

DRAW = """
import json, sys
import bpy
import numpy as np
from blender_addon.core.wardrobe.folds import TILE_METRES, fold_frames
from blender_addon.core.wardrobe.sewing import METRES
from blender_addon.scene.cloth_materials import cloth_material
from blender_addon.scene.mesh import fill_mesh, set_attribute, set_uv
from tests.blender.white_stage import CORNERS, FACES, render_square

for job in json.loads(sys.argv[1]):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh = bpy.data.meshes.new("made")
    fill_mesh(mesh, CORNERS, FACES)
    set_uv(mesh, FACES, np.zeros((1, 4, 2)))
    upright = np.column_stack([CORNERS[:, [0, 2]] / 2, np.ones(4)])  # one tile or picture fills the square
    creases = {"creases": upright * [TILE_METRES, TILE_METRES, job["folds"]]}
    for name, values in (creases | fold_frames(CORNERS, FACES, creases)).items():
        set_attribute(mesh, name, values)
    set_attribute(mesh, "wrinkle", np.full(4, 0.5))
    set_attribute(mesh, "print", upright * [METRES, METRES, job["ahead"]])
    mesh.materials.append(cloth_material("made", job["fabric"]))
    render_square(mesh, job["out"], job["side"], 16, job["sun"])
"""


def lit(tmp_path, suns, folds, ahead=1.0, **fabric) -> list:
    """Luminance (SIDE, SIDE), first row at the bottom, of a square of cloth under each sun."""
    fabric = {"pattern": "plain", "color": [0.5, 0.5, 0.5], "weave": "smooth", "seed": 0, **fabric}
    jobs = [
        {
            "fabric": fabric,
            "folds": folds,
            "ahead": ahead,
            "sun": SUNS[sun],
            "side": SIDE,
            "out": str(tmp_path / f"{sun}.png"),
        }
        for sun in suns
    ]
    done = subprocess.run([sys.executable, "-c", DRAW, json.dumps(jobs)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return [iio.imread(job["out"])[::-1, :, 1].astype(float) for job in jobs]


def test_slopes_of_folds_face_the_light_from_their_side(tmp_path):
    tile = fold_tile("crisp").reshape(SIDE, TILE // SIDE, SIDE, TILE // SIDE).mean((1, 3))
    tile = np.roll(tile, (SIDE // 2, SIDE // 2), (0, 1))  # the attribute is zero in the middle
    up, across = ((np.roll(tile, -1, axis) - np.roll(tile, 1, axis)) for axis in (0, 1))
    left, right, above, below = lit(tmp_path, ("left", "right", "above", "below"), 1.0)
    assert np.corrcoef((left - right).ravel(), across.ravel())[0, 1] > 0.6
    assert np.corrcoef((below - above).ravel(), up.ravel())[0, 1] > 0.6


@pytest.mark.parametrize("ahead, raised", [(1.0, True), (-1.0, False)])
def test_a_pouch_stands_out_in_front_and_not_behind(tmp_path, ahead, raised):
    above, below = lit(tmp_path, ("above", "below"), 0.0, ahead, details="pouch")
    change = np.abs((above - above.mean()) - (below - below.mean()))
    assert change.max() > 5 if raised else change.max() < 2

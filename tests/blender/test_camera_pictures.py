"""Lens and shutter really rendered: where a streak's middle is, how wide a blurred point is, what a lens bends."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.blender

DRAW = r"""
import json, sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, ROOT)
import bpy
import numpy as np
from blender_addon.core.camera import look_at, project
from blender_addon.core.exr import find_pass, read_exr
from blender_addon.core.lens import pinhole_of, warp
from blender_addon.core.spec import CameraSpec
from blender_addon.scene import compat
from blender_addon.scene.build import clear_scene
from blender_addon.scene.camera import blur, build_camera, sharpen
from blender_addon.scene.mesh import fill_mesh
from blender_addon.scene.motion import move_points
from blender_addon.scene.render import choose_device, set_up, _save

TURN = tuple(map(tuple, look_at((0, 0, 0), (0, 1, 0)).tolist()))
PLAIN = CameraSpec(160, 120, 30.0, (0.0, 0.0, 0.0), TURN)
FACES = np.array([[0, 1, 2, 3]])


def square(middle, side):
    x, y, z = middle
    points = side * np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1.0]]) + [x, y, z]
    mesh = bpy.data.meshes.new("square")
    fill_mesh(mesh, points, FACES)
    mesh.update(calc_edges=True)
    material = bpy.data.materials.new("light")
    material.use_nodes = True
    nodes = material.node_tree.nodes
    nodes.clear()
    light, out = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
    light.inputs["Strength"].default_value = 1.0
    material.node_tree.links.new(light.outputs[0], out.inputs[0])
    mesh.materials.append(material)
    made = bpy.data.objects.new("square", mesh)
    bpy.context.scene.collection.objects.link(made)
    return made, points


def picture(spec):
    "(H, W) light as the camera of the spec shows it."
    scene = bpy.context.scene
    set_up(scene, 48, 1)
    scene.cycles.use_denoising = scene.cycles.use_adaptive_sampling = False
    bpy.ops.render.render(write_still=False, scene=scene.name)
    compat.set_multilayer_exr(scene.render.image_settings)
    path = Path(OUT) / "light.exr"
    _save(bpy.data.images["Render Result"], path, scene)
    return warp(find_pass(read_exr(path), "Combined.R"), spec)


def moments(light):
    rows, columns = np.indices(light.shape) + 0.5
    total = light.sum()
    middle = (columns * light).sum() / total, (rows * light).sum() / total
    spread = np.sqrt(((columns - middle[0]) ** 2 * light).sum() / total)
    edge = float(min(light[:, [0, -1]].min(), light[[0, -1]].min()))
    return {"middle": middle, "spread": spread, "total": float(total), "edge": edge}


found = {}


def look(name, spec, middle, side=0.02, way=None, sky=0.0):
    clear_scene()
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (sky, sky, sky, 1)
    bpy.context.scene.world = world
    made, points = square(middle, side)
    if way is not None:
        move_points(made, points + way)
    build_camera(spec, bpy.context.scene)
    found[name] = moments(picture(spec))
    found[name]["projected"] = project(np.array(middle), spec)[0].tolist()


bpy.ops.wm.read_factory_settings(use_empty=True)
choose_device("cpu")
place, way = (0.1, 2.0, -0.1), np.array([0.3, 0.0, 0.0])
look("still", PLAIN, place, 0.06, way)
look("moving", replace(PLAIN, shutter=1 / 30), place, 0.06, way)
look("half", replace(PLAIN, shutter=1 / 60), place, 0.06, way)
scene = bpy.context.scene
keys = len(bpy.data.shape_keys)
blur(scene, replace(PLAIN, shutter=1 / 30)); sharpen(scene)
found["sharpened"] = moments(picture(PLAIN))
found["keys left"] = keys
long = replace(PLAIN, focal_mm=85.0, f_stop=1.0, focus=2.0)
look("focused", long, (0.0, 2.0, 0.0))
look("behind", long, (0.0, 3.0, 0.0))
look("stopped", replace(long, f_stop=16.0), (0.0, 3.0, 0.0))
bent = replace(PLAIN, focal_mm=18.0, distortion=(-0.2, 0.04))
look("bent", bent, (1.1, 2.0, -0.6), 0.05)
look("bent and blurred", replace(bent, f_stop=0.1, focus=2.0), (0.0, 3.0, 0.0))
look("straight and blurred", replace(bent, f_stop=0.1, focus=2.0, distortion=()), (0.0, 3.0, 0.0))
look("sky", bent, (0.0, 2.0, 0.0), sky=0.5)
pinhole = pinhole_of(bent)
found["sizes"] = [[pinhole.width, pinhole.height], [scene.render.resolution_x, scene.render.resolution_y]]
print("FOUND", json.dumps(found))
"""


@pytest.fixture(scope="module", params=["wheel", "binary"])
def found(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("camera")
    script = folder / "draw.py"
    script.write_text(f"ROOT, OUT = {str(ROOT)!r}, {str(folder)!r}\n" + DRAW)
    command = [sys.executable, script]
    if request.param == "binary":
        blender = os.environ.get("BLENDER") or shutil.which("blender")
        if not blender:
            pytest.skip("no blender binary on PATH: apt-get install blender python3-numpy")
        command = [blender, "-b", "--factory-startup", "-P", script]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert "FOUND" in done.stdout, done.stderr[-2000:] + done.stdout[-2000:]
    return json.loads(done.stdout.split("FOUND")[1].strip().splitlines()[0])


def test_a_streaks_middle_is_where_the_pose_is(found):
    for name in ("still", "moving", "half"):
        np.testing.assert_allclose(found[name]["middle"], found[name]["projected"], atol=0.4)


def test_a_streak_is_as_long_as_the_way_while_the_shutter_is_open(found):
    focal = 30 / 36 * 160
    own = found["still"]["spread"]
    for name, seconds in (("moving", 1 / 30), ("half", 1 / 60)):
        length = 0.3 * seconds * 30 / 2.0 * focal  # pixels, of even light
        assert found[name]["spread"] == pytest.approx(np.hypot(own, length / np.sqrt(12)), rel=0.05)
        assert found[name]["total"] == pytest.approx(found["still"]["total"], rel=0.03)


def test_sharpened_nothing_moves_and_nothing_is_left_behind(found):
    assert found["sharpened"]["spread"] == pytest.approx(found["still"]["spread"], rel=0.01)
    assert found["keys left"] == 1  # of the scene that stands


def test_a_point_out_of_focus_is_as_wide_as_a_thin_lens_makes_it(found):
    focal_m, focal = 0.085, 85 / 36 * 160
    sides = {name: 2 * 0.02 / depth * focal / np.sqrt(12) for name, depth in (("focused", 2.0), ("behind", 3.0))}
    pixel = found["focused"]["spread"] ** 2 - sides["focused"] ** 2  # a pixel is a spot of its own
    assert 0 < pixel < 1
    circle = focal_m**2 / 1.0 / 2.0 * (3.0 - 2.0) / 3.0 / 0.036 * 160  # across; focused at 2 m, stands at 3 m
    for name, stop in (("behind", 1), ("stopped", 16)):
        wanted = np.sqrt((circle / stop / 4) ** 2 + sides["behind"] ** 2 + pixel)
        assert found[name]["spread"] == pytest.approx(wanted, rel=0.05)


def test_a_bent_picture_shows_things_where_they_are_projected(found):
    np.testing.assert_allclose(found["bent"]["middle"], found["bent"]["projected"], atol=0.4)
    assert found["sizes"][0] == found["sizes"][1] and found["sizes"][0][0] > 160


def test_a_lens_that_bends_blurs_as_much_as_one_that_does_not(found):
    bent, straight = found["bent and blurred"]["spread"], found["straight and blurred"]["spread"]
    assert bent == pytest.approx(straight, rel=0.06)


def test_there_is_no_border(found):
    assert found["sky"]["edge"] == pytest.approx(0.5, rel=0.01)

"""The panel's operators on the bpy wheel: the same specs and scenes as headless/render.py, hand edits, presets."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import bpy
import cv2
import numpy as np
import pytest

import blender_addon
from blender_addon.core.presets import KNOBS, load_preset
from blender_addon.core.ranges import Ranges
from blender_addon.core.spec import SceneSpec, from_dict
from blender_addon.ui import batch, overlay, stage
from blender_addon.ui.properties import ranges_of, spec_of
from headless.validate import validate

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.blender


@pytest.fixture
def panel(open_body_path, tmp_path):
    """Settings of the scene in a fresh Blender; few pixels."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    settings = bpy.context.scene.posewright
    settings.knobs.width, settings.knobs.height, settings.knobs.samples = 96, 96, 1
    settings.knobs.persons, settings.knobs.occluders = (1, 1), (1, 1)
    settings.knobs.noise = 0.0
    settings.seed, settings.hand_folder = 5, str(tmp_path / "hand")
    yield settings
    blender_addon.unregister()
    bpy.ops.wm.read_factory_settings(use_empty=True)


def now():
    return bpy.context.scene.posewright


def record_in(folder: Path) -> dict:
    (path,) = folder.glob("seed_*/records/*.json")
    return json.loads(path.read_text())


def test_untouched_knobs_are_the_defaults_exactly(panel):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert ranges_of(now()) == Ranges()


@pytest.mark.parametrize("name", ["chen2016", "street", "surreal"])
def test_a_preset_arrives_as_it_is_written(panel, name):
    panel.preset = name
    assert ranges_of(panel) == Ranges(**load_preset(name)).check()


def test_every_knob_has_a_property(panel):
    assert set(KNOBS) <= set(panel.knobs.bl_rna.properties.keys())


def test_a_knob_that_makes_no_sense_is_refused(panel):
    panel.knobs.focal_mm = "wide"
    with pytest.raises(RuntimeError, match="Lenses: 'wide' is no list"):
        bpy.ops.posewright.randomize()
    assert not panel.spec and stage.own_collection(bpy.context.scene) is None


def test_the_panel_and_the_script_make_the_same_picture(panel, tmp_path):
    """Spec for spec; pictures and masks but for the last bit of a coordinate."""
    panel.index = 1
    bpy.ops.posewright.rebuild()
    bpy.ops.posewright.save_preset(filepath=str(tmp_path / "mine.json"))
    bpy.ops.posewright.label()
    out = tmp_path / "script"
    script = [sys.executable, ROOT / "headless" / "render.py", "--preset", tmp_path / "mine.json", "--seed", 5]
    words = [*script, "--only", 1, "--out", out, "--device", "cpu"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ours, theirs = record_in(tmp_path / "hand"), json.loads((out / "records/000001.json").read_text())
    assert ours["spec"] == theirs["spec"]
    pairs = [[folder / f"masks/{1:06d}.png" for folder in (tmp_path / "hand/seed_5", out)]]
    pairs += [[folder / f"images/{1:06d}.jpg" for folder in (tmp_path / "hand/seed_5", out)]]
    (mask, other_mask), (picture, other) = ([cv2.imread(str(path)).astype(int) for path in pair] for pair in pairs)
    assert (mask != other_mask).mean() < 0.002
    assert np.abs(picture - other).mean() < 1.5
    for person, other_person in zip(ours["truth"]["persons"], theirs["truth"]["persons"], strict=True):
        np.testing.assert_allclose(person["keypoints_3d"], other_person["keypoints_3d"], atol=1e-3)


def test_what_is_moved_by_hand_is_what_is_labelled(panel, tmp_path):
    """Everybody turns, the camera too; the record's scene, built anew, has the same keypoints and the same mask."""
    bpy.ops.posewright.randomize()
    scene = bpy.context.scene
    built = spec_of(now())
    (thing,) = stage.own_objects(scene, "person")
    thing.location.x += 0.2
    thing.rotation_euler.z = 0.8
    scene.camera.location.z += 0.15
    bpy.ops.posewright.label()
    assert validate(tmp_path / "hand/seed_5") == []
    record = record_in(tmp_path / "hand")
    spec = from_dict(SceneSpec, record["spec"])
    assert record["made"]["by_hand"] is True and spec != built
    moved = np.subtract(spec.camera.position, built.camera.position)
    np.testing.assert_allclose(moved, [0, 0, 0.15], atol=1e-5)
    assert spec.persons[0].pose[1:] == built.persons[0].pose[1:]
    mask = cv2.imread(str(tmp_path / "hand/seed_5/masks/000000.png"), -1)

    now().spec = ""  # built from the record alone
    stage.clear(scene)
    from blender_addon.ui import studio
    from blender_addon.ui.properties import keep_spec

    catalog, cast = studio.open_studio(now(), ranges_of(now()))
    stage.build(spec, catalog, cast.bodies, scene)
    keep_spec(now(), spec)
    now().hand_folder = str(tmp_path / "again")
    bpy.ops.posewright.label()
    again = record_in(tmp_path / "again")
    assert again["spec"] == record["spec"]
    for one, other in zip(record["truth"]["persons"], again["truth"]["persons"], strict=True):
        np.testing.assert_allclose(one["keypoints_3d"], other["keypoints_3d"], atol=1e-3)
    assert (cv2.imread(str(tmp_path / "again/seed_5/masks/000000.png"), -1) != mask).mean() < 0.003


@pytest.mark.parametrize(
    "change, words",
    [
        pytest.param(lambda thing: setattr(thing, "scale", (1.2, 1.2, 1.2)), "is scaled", id="scaled"),
        pytest.param(lambda thing: setattr(thing, "hide_render", True), "is hidden", id="hidden"),
        pytest.param(lambda thing: thing.modifiers.new("Twist", "SIMPLE_DEFORM"), "mesh", id="bent"),
        pytest.param(lambda thing: setattr(thing.data.vertices[7].co, "x", 3.0), "mesh", id="edited"),
    ],
)
def test_what_no_spec_can_tell_is_refused(panel, change, words):
    bpy.ops.posewright.randomize()
    (thing,) = stage.own_objects(bpy.context.scene, "person")
    change(thing)
    with pytest.raises(RuntimeError, match=words):
        bpy.ops.posewright.label()
    assert not Path(now().hand_folder).exists()


def test_drawing_one_thing_again_leaves_the_rest(panel):
    panel.knobs.persons = (2, 2)
    bpy.ops.posewright.randomize()
    before = spec_of(now())
    bpy.ops.posewright.reroll(person=1, what="looks")
    after = spec_of(now())
    assert after.persons[0] == before.persons[0]
    changed, was = after.persons[1], before.persons[1]
    assert (changed.pose, changed.betas, changed.age) == (was.pose, was.betas, was.age)
    assert (changed.skin, changed.garments) != (was.skin, was.garments)
    same = {"persons": before.persons, "occluders": before.occluders}
    assert replace(after, **same) == before


def test_what_is_the_users_stays(panel):
    """Built in their scene, built again and taken away: their camera, world, cube and material are there."""
    scene = bpy.context.scene
    data = bpy.data.meshes.new("Mine")
    mine = bpy.data.objects.new("Mine", data)
    camera = bpy.data.objects.new("My Camera", bpy.data.cameras.new("My Camera"))
    for thing in (mine, camera):
        scene.collection.objects.link(thing)
    scene.camera, scene.world = camera, bpy.data.worlds.new("My World")
    panel.here = True
    for _ in range(2):
        bpy.ops.posewright.next()
    assert bpy.context.scene == scene and scene.camera != camera
    assert len(stage.own_objects(scene, "camera")) == 1
    bpy.ops.posewright.remove()
    assert scene.camera == camera and scene.world.name == "My World"
    assert {thing.name for thing in scene.objects} == {"Mine", "My Camera"}
    assert not [mesh for mesh in bpy.data.meshes if mesh.users == 0 and stage.OURS in mesh]


def test_a_saved_file_opens_with_its_scene(panel, tmp_path):
    bpy.ops.posewright.randomize()
    now().overlay = True
    spec, seen = now().spec, overlay.seen_in(bpy.context.scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
    assert now().spec == spec
    overlay.refresh(bpy.context.scene)
    (again,) = overlay.seen_in(bpy.context.scene)
    np.testing.assert_allclose(again.places, seen[0].places, atol=1e-5)


def test_the_overlay_follows_what_is_moved(panel):
    bpy.ops.posewright.randomize()
    scene = bpy.context.scene
    now().overlay = True
    (before,) = overlay.seen_in(scene)
    (thing,) = stage.own_objects(scene, "person")
    thing.location.x += 0.25
    bpy.context.view_layer.update()  # as Blender does while the mouse moves; the handler does the rest
    (after,) = overlay.seen_in(scene)
    np.testing.assert_allclose(after.places - before.places, np.tile([0.25, 0, 0], (23, 1)), atol=1e-5)


def test_a_wall_before_the_lens_hides_everybody(panel):
    """A thing of the user's counts as an object."""
    bpy.ops.posewright.randomize()
    scene = bpy.context.scene
    now().overlay = True
    eye = scene.camera.matrix_world
    corners = [eye @ corner for corner in map(_vector, ((-9, -9, -0.2), (9, -9, -0.2), (9, 9, -0.2), (-9, 9, -0.2)))]
    wall = bpy.data.meshes.new("Wall")
    wall.from_pydata(corners, [], [(0, 1, 2, 3)])
    scene.collection.objects.link(bpy.data.objects.new("Wall", wall))
    bpy.context.view_layer.update()
    overlay.refresh(scene)
    (seen,) = overlay.seen_in(scene)
    assert not (seen.flags == 2).any()
    assert {cause for cause, flag in zip(seen.cause, seen.flags, strict=True) if flag} == {"object"}


def _vector(values):
    from mathutils import Vector

    return Vector(values)


def test_the_batch_asks_for_what_the_panel_shows(panel, tmp_path):
    """The command's own parser reads it back."""
    from headless.render import make_parser

    panel.count, panel.start, panel.folder, panel.passes = 7, 3, str(tmp_path / "batch"), {"depth", "parts"}
    bpy.ops.posewright.save_preset(filepath=str(tmp_path / "mine.json"))
    words = batch.batch_command(panel, tmp_path / "mine.json", "blender")
    options = make_parser().parse_args(words[words.index("--") + 1 :])
    assert (options.seed, options.start, options.count, options.passes) == (5, 3, 7, "depth,parts")
    assert Ranges(**load_preset(options.preset)) == ranges_of(panel)
    assert options.out == tmp_path / "batch"


LINES = ["Blender 4.5", "2/8 pictures · 3.0 s each · 0 min 18 s left"]


@pytest.mark.parametrize(
    "lines, percent, words",
    [
        pytest.param(LINES, 25.0, "2/8", id="counted"),
        pytest.param([*LINES, "left out: a.hdr"], 25.0, "2/8", id="talk after the count"),
        pytest.param(["Blender 4.5"], 12.5, "Blender 4.5", id="before the first"),
        pytest.param([], 12.5, "Starting", id="silent"),
    ],
)
def test_progress_is_read_from_what_the_script_says(lines, percent, words):
    done, said = batch.progress_of(lines, 12.5)
    assert done == percent and words in said

"""The whole way from command to labels, on the bpy wheel and on Debian's Blender: few pixels, one sample."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from headless.validate import validate

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "headless" / "render.py"
SMALL = ["--size", "128", "96", "--samples", "1", "--seed", "5", "--device", "cpu"]
pytestmark = pytest.mark.blender


def command(*options, blender=None):
    start = [blender, "-b", "--factory-startup", "-P", SCRIPT, "--"] if blender else [sys.executable, SCRIPT]
    return [str(part) for part in (*start, *options)]


def run(*options, blender=None):
    environment = {**os.environ, "POSEWRIGHT_PYTHON": sys.executable}
    return subprocess.run(command(*options, blender=blender), capture_output=True, text=True, env=environment)


def labels(out: Path) -> dict:
    """Everything in a data set that is a label, by name."""
    found = {"annotations": (out / "annotations" / "person_keypoints.json").read_bytes()}
    for path in sorted((out / "records").iterdir()):
        record = json.loads(path.read_text())
        found[path.name] = json.dumps([record["spec"], record["truth"]])
    for path in sorted((out / "masks").iterdir()):
        found[f"mask {path.name}"] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def dataset(tmp_path_factory, open_body_path):
    out = tmp_path_factory.mktemp("data") / "whole"
    done = run("--count", 4, "--out", out, *SMALL)
    assert done.returncode == 0, done.stderr
    assert "4/4 pictures" in done.stderr
    return out


def test_pictures_masks_and_labels_are_there(dataset):
    annotations = json.loads((dataset / "annotations" / "person_keypoints.json").read_text())
    assert [image["id"] for image in annotations["images"]] == [0, 1, 2, 3]
    for image in annotations["images"]:
        picture = cv2.imread(str(dataset / "images" / image["file_name"]))
        assert picture.shape == (96, 128, 3)
        assert picture.std() > 5  # neither black nor white
    assert len(annotations["annotations"]) >= 4
    assert not list(dataset.rglob("*.part*"))


def test_the_data_set_passes_its_own_checks(dataset):
    """COCO loads, scores AP 1.0 against itself; visible keypoints lie on masks; boxes, sizes, left and right."""
    assert validate(dataset) == []


def test_projection_agrees_with_blenders_own(dataset):
    """`world_to_camera_view` in a scene that was built from a record of the data set."""
    code = f"""
import json, sys
sys.path.insert(0, {str(ROOT)!r})
import bpy, numpy as np
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector
from blender_addon.core.camera import project
from blender_addon.core.spec import SceneSpec, from_dict
from blender_addon.scene.camera import build_camera
worst = 0
for index in range(4):
    data = json.load(open({str(dataset)!r} + f"/records/{{index:06d}}.json"))
    spec = from_dict(SceneSpec, data["spec"])
    camera = build_camera(spec.camera, bpy.context.scene)
    bpy.context.view_layer.update()
    for x in np.random.default_rng(0).normal([0, 6, 1], [2, 1, 1], (50, 3)):
        u, v, depth = world_to_camera_view(bpy.context.scene, camera, Vector(x))
        pixel, ours = project(x, spec.camera)
        worst = max(worst, np.abs(pixel - [u * spec.camera.width, (1 - v) * spec.camera.height]).max())
print("WORST", worst)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    worst = float(done.stdout.split("WORST")[1])
    assert worst < 0.01


def test_a_killed_and_sharded_run_equals_an_uninterrupted_one(dataset, tmp_path):
    out = tmp_path / "pieces"
    assert run("--count", 1, "--start", 2, "--out", out, *SMALL).returncode == 0
    process = subprocess.Popen(command("--count", 4, "--out", out, *SMALL), stderr=subprocess.DEVNULL)
    first = out / "records" / "000000.json"
    while not first.exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for path in [*out.glob("images/[0-9]*"), *out.glob("masks/[0-9]*")]:
        assert cv2.imread(str(path)) is not None, path
    resumed = run("--count", 4, "--out", out, *SMALL)
    assert resumed.returncode == 0, resumed.stderr
    assert labels(out) == labels(dataset)


def test_a_second_run_renders_nothing_and_only_renders_one(dataset):
    before = {path: path.stat().st_mtime_ns for path in dataset.glob("images/*")}
    kept = labels(dataset)
    again = run("--count", 4, "--out", dataset, *SMALL)
    assert again.returncode == 0
    assert {path: path.stat().st_mtime_ns for path in dataset.glob("images/*")} == before
    assert run("--only", 1, "--out", dataset, *SMALL).returncode == 0
    changed = [path.name for path in dataset.glob("images/*") if path.stat().st_mtime_ns != before[path]]
    assert changed == ["000001.jpg"]
    assert labels(dataset) == kept


def test_a_view_of_a_scene_that_stands_equals_the_same_scene_built_anew(tmp_path):
    views = ["--views", 2, "--view", "front:1,bottom:1", *SMALL]
    both, second = tmp_path / "both", tmp_path / "second"
    assert run("--count", 2, "--out", both, *views).returncode == 0
    assert run("--only", 1, "--out", second, *views).returncode == 0
    (record, alone) = (json.loads((out / "records" / "000001.json").read_text()) for out in (both, second))
    first = json.loads((both / "records" / "000000.json").read_text())
    assert record["spec"] == alone["spec"] and record["truth"] == alone["truth"]
    assert record["spec"]["persons"] == first["spec"]["persons"] and record["truth"] != first["truth"]
    for name in ("images/000001.jpg", "masks/000001.png"):
        assert (both / name).read_bytes() == (second / name).read_bytes()


def test_what_the_camera_makes_of_the_light_changes_no_label(tmp_path):
    plain, strong = tmp_path / "plain", tmp_path / "strong"
    off = [word for knob in ("exposure", "white_balance", "noise", "jpeg") for word in ("--set", f"{knob}=0")]
    assert run("--only", 3, "--out", plain, *SMALL, *off).returncode == 0
    on = ["--set", "noise=1", "--set", "exposure=1", "--set", "white_balance=1"]
    assert run("--only", 3, "--out", strong, *SMALL, *on).returncode == 0
    records = [json.loads((out / "records" / "000003.json").read_text()) for out in (plain, strong)]
    assert records[0]["truth"] == records[1]["truth"]
    assert records[0]["spec"]["development"]["noise"] == 0 < records[1]["spec"]["development"]["noise"]
    pictures = [cv2.imread(str(out / "images" / "000003.jpg")).astype(float) for out in (plain, strong)]
    assert 1 < np.abs(pictures[0] - pictures[1]).mean() < 80  # the same scene still
    assert np.corrcoef(*(cv2.blur(picture, (9, 9)).ravel() for picture in pictures))[0, 1] > 0.8


def test_debians_blender_makes_the_same_data_set(dataset, tmp_path):
    blender = os.environ.get("BLENDER") or shutil.which("blender")
    if not blender:
        pytest.skip("no blender binary on PATH: apt-get install blender python3-numpy")
    out = tmp_path / "binary"
    done = run("--count", 2, "--out", out, *SMALL, blender=blender)
    assert done.returncode == 0, done.stderr
    for index in range(2):
        ours, theirs = (json.loads((folder / "records" / f"{index:06d}.json").read_text()) for folder in (dataset, out))
        assert ours["spec"] == theirs["spec"]
        for mine, other in zip(ours["truth"]["persons"], theirs["truth"]["persons"], strict=True):
            np.testing.assert_allclose(np.array(mine["joints_3d"]), np.array(other["joints_3d"]), atol=1e-3)
            assert abs(mine["area"] - other["area"]) <= 0.02 * mine["area"] + 10


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(tmp_path):
    """A limit on the size of files stands for the full disk; it reaches Blender's own writers too."""

    def no_large_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))

    out = tmp_path / "out"
    environment = {**os.environ, "POSEWRIGHT_PYTHON": sys.executable}
    full = command("--count", 1, "--out", out, "--size", 640, 480, "--samples", 1, "--device", "cpu")
    done = subprocess.run(full, capture_output=True, text=True, env=environment, preexec_fn=no_large_files)
    assert done.returncode not in (0, None)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("error: ")
    assert not list(out.glob("records/*")) and not list(out.glob("images/[0-9]*"))


def test_poses_from_motion_files(tmp_path, open_body_path):
    """AMASS v1 as it is published; a broken file among good ones is named and left out."""
    motion = tmp_path / "motion" / "CMU" / "01"
    motion.mkdir(parents=True)
    poses = np.zeros((20, 156))
    poses[:, 0] = np.pi / 2  # Z up
    poses[:, 47] = -1.2  # left shoulder about Z: the arm hangs
    poses[:, 50] = 1.2
    still = {"trans": np.zeros((20, 3)), "betas": np.zeros(16), "gender": b"male", "mocap_framerate": 120.0}
    np.savez(motion / "01_01_poses.npz", poses=poses, **still)
    whole = (motion / "01_01_poses.npz").read_bytes()
    (motion / "01_02_poses.npz").write_bytes(whole[: len(whole) // 2])
    out = tmp_path / "out"
    done = run("--count", 1, "--out", out, "--poses", tmp_path / "motion", *SMALL)
    assert done.returncode == 0, done.stderr
    assert "left out:" in done.stderr and "01_02_poses.npz" in done.stderr
    (record,) = (json.loads(path.read_text()) for path in (out / "records").iterdir())
    assert all(
        person["pose_source"].startswith("library:CMU/01/01_01_poses.npz@") for person in record["spec"]["persons"]
    )


@pytest.mark.parametrize("options, message", [
    (["--count", "0"], "--count 0"),
    (["--count", "-3"], "--count -3"),
    (["--size", "0", "480"], "--size 0 480"),
    (["--persons", "3", "1"], "--persons 3 1"),
    (["--assets", "/nowhere"], "/nowhere"),
    (["--poses", "/nowhere"], "/nowhere"),
    (["--poses", str(ROOT / "docs")], "--poses"),
    (["--device", "optix"], "optix"),
    (["--colour", "red"], "--colour"),
    (["--out", "/proc/nowhere"], "/proc/nowhere"),
    (["--samples", "5"], "other settings"),
])  # fmt: skip
def test_bad_input_is_one_line_that_says_how_to_mend_it(dataset, options, message):
    before = labels(dataset)
    done = run("--count", "1", "--out", dataset, *SMALL, *options)
    assert done.returncode not in (0, None)
    assert message in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.strip().splitlines()[-1].count(".") >= 1
    assert labels(dataset) == before


def test_one_broken_environment_is_named_left_out_and_the_rest_serve(tmp_path):
    hdri = tmp_path / "assets" / "hdri"
    hdri.mkdir(parents=True)
    (hdri / "cut.hdr").write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 4 +X 8\n")
    (hdri / "text.hdr").write_bytes(b"no picture")
    alone = run("--count", 1, "--out", tmp_path / "out", "--assets", tmp_path / "assets", *SMALL)
    assert alone.returncode != 0
    assert "cut.hdr" in alone.stderr and "text.hdr" in alone.stderr
    assert "No usable environment" in alone.stderr
    sky = np.full((64, 128, 3), 0.5, np.float32)
    cv2.imwrite(str(hdri / "sky.hdr"), sky)
    helped = run("--count", 1, "--out", tmp_path / "out", "--assets", tmp_path / "assets", *SMALL)
    assert helped.returncode == 0, helped.stderr
    assert helped.stderr.count("left out:") == 2

"""Passes of real renders against an independent truth, and what must not change them."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.spatial import cKDTree

from blender_addon.core.camera import project
from blender_addon.core.iuv import charts_of, decode_iuv
from blender_addon.core.passes import (
    DEEPEST,
    PART_NAMES,
    PASSES,
    decode_depth,
    decode_flow,
    decode_normals,
    pass_path,
)
from blender_addon.core.passes_surface import carried
from blender_addon.core.posing import pose_body
from blender_addon.core.spec import SceneSpec, from_dict
from headless.pass_file import read_pass
from headless.validate import validate

from .passes_oracle import draw, ground_depth

ROOT = Path(__file__).resolve().parents[2]
SIZE = (320, 240)
SCENE = ["--size", *map(str, SIZE), "--samples", "1", "--seed", "5", "--device", "cpu", "--persons", "2", "2"]
SCENE += ["--set", "occluders=[0,0]", "--pose-mix", "library:1", "--set", "view=front"]
CLEAR = {"depth_of_field": 0, "motion_blur": 0, "distortion": 0}
pytestmark = pytest.mark.blender


def run(out: Path, *options, **knobs) -> subprocess.CompletedProcess:
    chosen = [word for name, value in {**CLEAR, **knobs}.items() for word in ("--set", f"{name}={value}")]
    command = [sys.executable, ROOT / "headless" / "render.py", "--out", out, *SCENE, *chosen, *options]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True)


def passes_of(out: Path, index: int) -> dict:
    return {name: read_pass(pass_path(out, name, index), name, SIZE[::-1]) for name in PASSES}


def spec_of(out: Path, index: int) -> SceneSpec:
    return from_dict(SceneSpec, json.loads((out / f"records/{index:06d}.json").read_text())["spec"])


@pytest.fixture(scope="module")
def dataset(tmp_path_factory, open_body_path):
    out = tmp_path_factory.mktemp("passes") / "plain"
    done = run(out, "--count", 2, "--passes", ",".join(PASSES))
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module", params=[0, 1])
def picture(request, dataset, body):
    """(spec, mask, passes, what the z-buffer says, where both show the same firm surface)."""
    spec = spec_of(dataset, request.param)
    mask = cv2.imread(str(dataset / f"masks/{request.param:06d}.png"), cv2.IMREAD_UNCHANGED)
    truth = draw(spec, body)
    hair = np.isin(truth.surface, [k for k, name in enumerate(truth.names) if name == "hair"])
    return spec, mask, passes_of(dataset, request.param), truth, (mask == truth.mask) & (mask > 0) & ~hair


def test_the_data_set_is_sound(dataset):
    assert validate(dataset) == []


def test_people_are_where_they_are(picture):
    _, mask, _, truth, same = picture
    hair = np.isin(truth.surface, [k for k, name in enumerate(truth.names) if name == "hair"])
    assert same.sum() > 1000
    assert (mask == truth.mask)[~hair].mean() > 0.995


def test_depth_of_people_and_ground(picture):
    spec, mask, passes, truth, same = picture
    depth = decode_depth(passes["depth"])
    off = np.abs(depth - truth.depth)[same]
    assert np.median(off) < 0.001 and np.quantile(off, 0.98) < 0.005
    ground = (mask == 0) & (passes["depth"] > 0) & (passes["depth"] < DEEPEST)
    assert ground.sum() > 500
    wanted = ground_depth(spec.camera)[ground]
    np.testing.assert_allclose(depth[ground], wanted, atol=0.001 + 2e-5 * wanted.max() ** 2)


def test_normals_of_people_and_ground(picture):
    spec, mask, passes, truth, same = picture
    normals = decode_normals(passes["normals"])
    angle = np.degrees(np.arccos(np.clip((normals * truth.normals).sum(-1)[same], -1, 1)))
    assert np.median(angle) < 6 and np.quantile(angle, 0.9) < 20  # smooth ones against flat triangles
    ground = (mask == 0) & (passes["depth"] > 0)
    up = np.array(spec.camera.rotation)[:, 2]
    assert ((normals[ground] * up).sum(-1) > np.cos(np.radians(0.5))).all()


def test_iuv_leads_to_the_skin_that_is_seen(picture, body):
    spec, _, passes, truth, same = picture
    charts = charts_of(body)
    for number, person in enumerate(spec.persons, 1):
        skin = np.isin(truth.surface, [k for k, name in enumerate(truth.names) if name == "skin"])
        own = same & skin & (truth.mask == number)
        assert own.sum() > 100
        triangle, share = decode_iuv(charts, passes["iuv"][own])
        assert (triangle >= 0).mean() > 0.999
        posed = pose_body(body, np.array(person.betas), np.array(person.pose), np.array(person.position)).vertices
        places = carried(posed, charts.triangles[triangle], share)
        off = np.linalg.norm(places - truth.position[own], axis=1)
        assert np.median(off) < 0.002 and np.quantile(off, 0.95) < 0.006


def test_parts_are_those_of_the_nearest_skin(picture, body):
    spec, _, passes, truth, same = picture

    charts = charts_of(body)
    outer = np.unique(charts.triangles)
    numbers = np.array([PART_NAMES.index(body.part_names[part]) + 1 for part in body.vertex_part])
    for number, person in enumerate(spec.persons, 1):
        own = same & (truth.mask == number)
        posed = pose_body(body, np.array(person.betas), np.array(person.pose), np.array(person.position)).vertices
        _, nearest = cKDTree(posed[outer]).query(truth.position[own], workers=1)
        assert (passes["parts"][own] == numbers[outer[nearest]]).mean() > 0.85


def test_flow_leads_to_the_next_frame(picture):
    spec, mask, passes, truth, same = picture
    assert all(person.next_pose for person in spec.persons)
    flow = decode_flow(passes["flow"])
    skin = np.isin(truth.surface, [k for k, name in enumerate(truth.names) if name in ("skin", "eyes")]) & same
    off = np.linalg.norm(flow - truth.flow, axis=-1)
    assert np.median(np.linalg.norm(truth.flow[skin], axis=-1)) > 0.02  # somebody moves
    assert np.median(off[skin]) < 0.02 and np.quantile(off[skin], 0.99) < 0.1
    assert np.median(off[same]) < 0.02 and np.quantile(off[same], 0.95) < 0.3  # cloth settles anew in each frame
    assert (flow[mask == 0] == 0).all()


def test_flow_is_that_of_the_skin_vertices(dataset, body):
    """Where a visible vertex is, the flow is the way to where it will be."""
    worst = []
    for index in range(2):
        spec, passes = spec_of(dataset, index), passes_of(dataset, index)
        flow, depth = decode_flow(passes["flow"]), decode_depth(passes["depth"])
        for person in spec.persons:
            now, then = (
                pose_body(body, np.array(person.betas), np.array(pose), np.array(place)).vertices
                for pose, place in ((person.pose, person.position), (person.next_pose, person.next_position))
            )
            pixels, far = project(now[: body.skin_vertices], spec.camera)
            after, _ = project(then[: body.skin_vertices], spec.camera)
            inside = ((pixels >= 0) & (pixels < SIZE)).all(1)
            column, row = pixels[inside].astype(int).T
            seen = np.abs(depth[row, column] - far[inside]) < 0.004
            worst.append(np.linalg.norm(flow[row, column] - (after - pixels)[inside], axis=1)[seen])
    off = np.concatenate(worst)
    assert len(off) > 300 and np.median(off) < 0.1


def test_blur_changes_no_label(dataset, tmp_path):
    """Depth of field and motion blur smear the photo; masks and passes are those of a pinhole that stands still."""
    done = run(tmp_path / "blur", "--count", 2, "--passes", ",".join(PASSES), depth_of_field=1, motion_blur=1)
    assert done.returncode == 0, done.stderr
    for index in range(2):
        camera = spec_of(tmp_path / "blur", index).camera
        assert camera.f_stop > 0 and camera.shutter > 0
        for name in ("masks", *PASSES):
            path = f"{name}/{index:06d}.png"
            assert (tmp_path / "blur" / path).read_bytes() == (dataset / path).read_bytes(), path


def test_a_lens_that_distorts_has_its_labels_moved_too(tmp_path, body):
    done = run(tmp_path / "bent", "--count", 1, "--passes", ",".join(PASSES), distortion=1, view="selfie")
    assert done.returncode == 0, done.stderr
    spec, passes = spec_of(tmp_path / "bent", 0), passes_of(tmp_path / "bent", 0)
    assert any(spec.camera.distortion)
    mask = cv2.imread(str(tmp_path / "bent/masks/000000.png"), cv2.IMREAD_UNCHANGED)
    truth = draw(spec, body)
    hair = np.isin(truth.surface, [k for k, name in enumerate(truth.names) if name == "hair"])
    same = (mask == truth.mask) & (mask > 0) & ~hair
    assert same.sum() > 1000 and (mask == truth.mask)[~hair].mean() > 0.99
    off = np.abs(decode_depth(passes["depth"]) - truth.depth)[same]
    assert np.median(off) < 0.002  # whole pixels are moved: up to 0.7 of one off
    assert np.median(np.linalg.norm(decode_flow(passes["flow"]) - truth.flow, axis=-1)[same]) < 0.05


def test_passes_change_neither_picture_nor_label(dataset, tmp_path):
    done = run(tmp_path / "bare", "--count", 1)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bare/images/000000.jpg").read_bytes() == (dataset / "images/000000.jpg").read_bytes()
    assert (tmp_path / "bare/masks/000000.png").read_bytes() == (dataset / "masks/000000.png").read_bytes()
    bare, full = (json.loads((out / "records/000000.json").read_text()) for out in (tmp_path / "bare", dataset))
    assert bare["spec"] == full["spec"] and bare["truth"] == full["truth"]


@pytest.mark.parametrize("passes, message", [("depth,smell", "Choose from"), ("depth", "passes differs")])
def test_other_passes_are_refused(dataset, passes, message):
    done = run(dataset, "--count", 1, "--passes", passes)
    assert done.returncode not in (0, None) and message in done.stderr and "Traceback" not in done.stderr


def test_a_lost_pass_is_made_again(dataset):
    path = pass_path(dataset, "normals", 1)
    before = path.read_bytes()
    path.unlink()
    assert run(dataset, "--count", 2, "--passes", ",".join(PASSES)).returncode == 0
    assert path.read_bytes() == before

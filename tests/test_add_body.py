"""A published model file becomes a body that poses as smplx has it, wears clothes and is labelled like the open one."""

import pickle

import numpy as np
import pytest
import smplx
import torch
from scipy.sparse import csc_matrix
from scipy.spatial import cKDTree

from assets.bodies import add_body as adding
from assets.bodies import register
from assets.bodies.add_body import add_body
from assets.bodies.body_extras import FACE_VERTICES
from assets.bodies.model_file import find_sex, read_model
from assets.bodies.surface_match import Surface, match, vertex_normals
from blender_addon.core.body import group_faces, load_body
from blender_addon.core.catalog import library_folder
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.family import joint_rows, pose_for, pose_joints, posed_joints
from blender_addon.core.looks.hair import hair_surfaces, sample_hair
from blender_addon.core.looks.skin import sample_skin, skin_surface
from blender_addon.core.outline import part_of
from blender_addon.core.posing import pose_body, shape_body
from blender_addon.core.visibility import keypoint_patches
from blender_addon.core.wardrobe.clothes import dress, sample_outfit
from blender_addon.core.wholebody import PARTS, WHOLEBODY_NAMES, locate
from tests.made_bodies import (
    FACE_NUMBERS,
    model_arrays,
    published_pickle,
    true_points,
    true_vertices,
    uv_layout,
    uv_obj,
)

TOLERANCE = 1e-5  # metres
SEAMS = {24: 686, 55: 838}
"""Texture coordinates that the published layouts have beyond the vertices, 7,576 and 11,313 in all."""
HANDS = {"hands_meanl": np.full(45, 0.1), "hands_meanr": np.full(45, -0.1)}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Small tensors: threads would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def open_body(open_body_path):
    return load_body(open_body_path)


@pytest.fixture(scope="module")
def arrays(open_body):
    return {count: model_arrays(open_body, count, seed=count) for count in (24, 52, 55)}


@pytest.fixture(scope="module")
def added(arrays, tmp_path_factory):
    """SMPL's form as Python 2 pickled it, brought in with its texture coordinates."""
    folder = tmp_path_factory.mktemp("models")
    file, uv = folder / "basicModel_f_lbs_10_207_0_v1.0.0.pkl", folder / "smpl_uv.obj"
    file.write_bytes(published_pickle(arrays[24]))
    uv.write_text(uv_obj(arrays[24], SEAMS[24]))
    return load_body(add_body(file, uv, out=folder / "bodies", progress=False))


@pytest.fixture(scope="module")
def added_x(arrays, tmp_path_factory):
    """SMPL-X's form: ten shapes, then ten expressions, relaxed hands, things that nobody needs."""
    folder = tmp_path_factory.mktemp("models_x")
    shapes = arrays[55]["shapedirs"]
    extra = {"joint2num": np.array({"pelvis": 0}, object), "lmk_faces_idx": np.arange(51), **HANDS}
    extra["shapedirs"] = np.concatenate([shapes, np.ones_like(shapes)], 2)
    np.savez(folder / "SMPLX_MALE.npz", **{**arrays[55], **extra})
    (folder / "uv.obj").write_text(uv_obj(arrays[55], SEAMS[55]))
    return load_body(add_body(folder / "SMPLX_MALE.npz", folder / "uv.obj", out=folder / "bodies", progress=False))


@pytest.fixture(params=[24, 55], ids=["SMPL", "SMPL-X"])
def both(request):
    """(joints, body) of each."""
    return request.param, request.getfixturevalue("added" if request.param == 24 else "added_x")


def oracle(arrays, parents, betas, pose):
    """smplx's own skinning: vertices (V, 3) and joints (J, 3)."""
    count = len(parents)
    tensors = [torch.tensor(np.asarray(arrays[name])).double() for name in ("v_template", "shapedirs")]
    tensors.append(torch.tensor(arrays["posedirs"].reshape(-1, 9 * (count - 1)).T).double())
    tensors += [torch.tensor(arrays["J_regressor"]), torch.tensor(parents), torch.tensor(arrays["weights"])]
    found = smplx.lbs.lbs(torch.tensor(betas)[None], torch.tensor(pose.reshape(1, -1)), *tensors)
    return [value[0].numpy() for value in found]


def check_oracle(body, arrays, betas_count):
    rng = np.random.default_rng(betas_count)
    for _ in range(3):
        betas, pose, shift = rng.normal(size=betas_count), rng.normal(size=(len(body.parents), 3)), rng.normal(size=3)
        vertices, joints = oracle(arrays, body.parents, betas, pose)
        posed = pose_body(body, betas, pose, shift)
        np.testing.assert_allclose(posed.vertices[: len(vertices)], vertices + shift, atol=TOLERANCE)
        np.testing.assert_allclose(posed.joints, joints + shift, atol=TOLERANCE)


def test_an_added_smpl_poses_as_smplx_has_it(added, arrays):
    assert added.kind == "SMPL" and added.posedirs is not None and len(added.posedirs) == len(arrays[24]["v_template"])
    check_oracle(added, arrays[24], 10)


def test_an_added_smplx_poses_as_smplx_has_it(added_x, arrays):
    assert (added_x.kind, added_x.sex) == ("SMPL-X", "male") and added_x.shapedirs.shape[-1] == 10
    check_oracle(added_x, arrays[55], 10)
    np.testing.assert_allclose(added_x.hands_mean[:15], 0.1)


def test_an_added_smplh_poses_as_smplx_has_it(arrays, tmp_path, monkeypatch):
    monkeypatch.setattr(register, "POSE_STEPS", 4)  # the model's own vertices do not depend on how well the mesh lies
    monkeypatch.setattr(register, "STIFFNESS", (3.0,))
    monkeypatch.setattr(adding, "WORST_GAP", 0.2)
    np.savez(tmp_path / "model.npz", **{**arrays[52], **HANDS, "gender": "male"})
    body = load_body(add_body(tmp_path / "model.npz", out=tmp_path / "bodies", progress=False))
    assert (body.kind, body.sex) == ("SMPL-H", "male") and body.shapedirs.shape[-1] == 10
    check_oracle(body, arrays[52], 10)
    np.testing.assert_allclose(body.hands_mean[:15], 0.1)
    assert len(body.joint_names) == 52 and pose_joints(body, np.zeros(10)).shape == (55, 3)


def test_models_are_as_fine_as_the_published_ones(arrays):
    sizes = [(len(arrays[count]["v_template"]), len(arrays[count]["f"])) for count in (24, 52, 55)]
    assert sizes == [(6890, 13776), (6890, 13776), (10475, 20908)] and {n: FACE_VERTICES[n] for n, _ in sizes} == (
        FACE_NUMBERS
    )


def test_texture_coordinates_come_with_the_body(both, arrays):
    """More coordinates than vertices, in another order of faces and corners."""
    count, body = both
    uv, face_uv = uv_layout(arrays[count], SEAMS[count])
    assert len(body.skin_uv) == {24: 7576, 55: 11313}[count]
    np.testing.assert_array_equal(body.face_uv, face_uv)
    np.testing.assert_allclose(body.skin_uv, uv, atol=1e-6)
    np.testing.assert_array_equal(body.faces, arrays[count]["f"])


def test_the_open_bodys_skin_lies_on_the_models(both, arrays):
    count, body = both
    skin = np.unique(group_faces(body, "body"))
    own = len(arrays[count]["v_template"])
    for betas in (np.zeros(10), np.full(10, 1.0)):
        shaped, _ = shape_body(body, betas)
        surface = Surface.of(shaped[:own], arrays[count]["f"].astype(int))
        found = match(surface, shaped[skin], vertex_normals(shaped, group_faces(body, "body"))[skin])
        gap = np.linalg.norm(found.points - shaped[skin], axis=1)
        assert np.median(gap) < 0.001 and np.percentile(gap, 90) < 0.006


def test_each_place_of_the_skin_is_the_persons_own(both, open_body):
    """A finger for that finger, left for left: the made model is a person whom the open body knows."""
    count, body = both
    true = true_vertices(open_body, count, seed=count)
    carried = body.v_template[-len(true) :]
    for joint in (name for name in open_body.joint_names if name[-1] == "3" or "foot" in name or name == "head"):
        led = open_body.weights[:, open_body.joint_names.index(joint)] > 0.6
        assert np.linalg.norm((carried - true)[led].mean(0)) < 0.008, joint
    assert np.percentile(np.linalg.norm(carried - true, axis=1), 95) < 0.02


def test_the_carried_skin_follows_the_model_into_poses(added):
    """Pose corrections included: the gap in the T-pose is the gap in every pose, but for what joints squeeze."""
    rng = np.random.default_rng(2)
    pose = rng.normal(size=(24, 3)) * 0.4
    own = len(added.posedirs)
    posed = pose_body(added, np.zeros(10), pose, np.zeros(3))
    skin = np.unique(group_faces(added, "body")) - own
    shares, corners = added.carry_weights[skin], added.carry_corners[skin]
    for vertices in (posed.shaped, posed.vertices):
        hosts = np.einsum("nk,nkd->nd", shares, vertices[corners])
        gap = np.linalg.norm(vertices[own + skin] - hosts, axis=1)
        assert np.median(gap) < 0.001 and np.percentile(gap, 90) < 0.005


def test_a_part_of_an_added_body_poses_as_the_whole(added):
    """Own and carried vertices, pose corrections included: figures are drawn by a few vertices."""
    rng = np.random.default_rng(6)
    rows = rng.choice(len(added.v_template), 300, replace=False)
    betas, pose = rng.normal(size=10), rng.normal(size=(24, 3)) * 0.5
    whole = pose_body(added, betas, pose, np.zeros(3)).vertices[rows]
    np.testing.assert_allclose(pose_body(part_of(added, rows), betas, pose, np.zeros(3)).vertices, whole, atol=1e-6)


def test_keypoints_are_the_persons(both, open_body):
    """Within what annotators differ by; those of the face are the published vertices themselves."""
    count, body = both
    keypoints = dict(zip(body.keypoint_names, body.keypoint_regressor @ body.v_template, strict=True))
    true = true_points(open_body, count, seed=count)
    for name, place in true.items():
        assert np.linalg.norm(keypoints[name] - place) < (0.02 if name.endswith("hip") else 0.012), name
    for name, vertex in FACE_NUMBERS[len(body.v_template) - len(open_body.v_template)].items():
        np.testing.assert_allclose(keypoints[name], body.v_template[vertex], atol=1e-6)
    for name in keypoints:
        if name.startswith("left_"):
            assert keypoints[name][0] > keypoints[name.replace("left", "right")][0] + 0.03


def test_face_and_hands_are_the_persons(both, open_body):
    count, body = both
    found = locate(body, WHOLEBODY_NAMES, body.v_template)
    true = locate(open_body, WHOLEBODY_NAMES, true_vertices(open_body, count, seed=count))
    off = np.linalg.norm(found - true, axis=1)
    assert off[PARTS["face"]].max() < 0.009 and off[PARTS["face"]].mean() < 0.005
    for hand in ("lefthand", "righthand"):
        assert off[PARTS[hand]].max() < 0.012 and off[PARTS[hand]].mean() < 0.006
    posed = pose_body(body, np.zeros(1), np.full((count, 3), 0.1), np.zeros(3))
    joints = posed_joints(body, np.zeros(1), posed)
    np.testing.assert_array_equal(joints[:22], posed.joints[:22])
    knuckles = locate(body, WHOLEBODY_NAMES, posed.vertices)[[96, 100, 117, 121]]
    assert np.linalg.norm(knuckles - joints[[25, 28, 40, 43]], axis=1).max() < 0.012
    assert keypoint_patches(body, "wholebody").vertices.shape[0] == 133


def test_joints_that_smpl_lacks_come_from_the_open_body(added, open_body):
    whole = pose_joints(added, np.zeros(10))
    np.testing.assert_allclose(whole[joint_rows(24)[:22]], added.joint_template[:22], atol=1e-6)
    names = list(open_body.joint_names)
    fingers = whole[names.index("left_middle1")], whole[names.index("left_middle3")]
    assert 0.02 < np.linalg.norm(fingers[1] - fingers[0]) < 0.1 and fingers[1][0] > fingers[0][0]
    assert np.linalg.norm(whole[0]) > 0.2, "the pelvis of published models is off the origin"


def test_clothes_cover_the_skin_from_outside(both, open_body):
    count, body = both
    rng = np.random.default_rng(4)
    shaped, _ = shape_body(body, rng.normal(size=10) * 0.7)
    outfit = sample_outfit(rng, 1.0, 30.0)
    garments, hidden = dress(body, shaped, outfit)
    _, hidden_open = dress(open_body, open_body.v_template, outfit)
    assert len(garments) == len(outfit)
    skin = np.unique(group_faces(open_body, "body"))
    off = len(shaped) - len(open_body.v_template)
    assert (hidden[off + skin] != hidden_open[skin]).mean() < 0.03, "no more skin shows than on the open body"
    skin = skin + off
    normals = vertex_normals(shaped, group_faces(body, "body"))[skin]
    tops = {garment.name: garment.points[:, 1].max() for garment in garments}
    for garment in garments:
        assert np.isfinite(garment.points).all() and garment.weights.shape[1] == count
        np.testing.assert_allclose(garment.weights.sum(1), 1, atol=1e-4)
        cloth = garment.points[: garment.outside[0]] if garment.anchors is not None else garment.points[:0]
        if garment.name == "socks":  # inside the shoes they are out of the way
            cloth = cloth[cloth[:, 1] > tops["shoes"]]
        _, near = cKDTree(shaped[skin]).query(cloth)
        outward = ((cloth - shaped[skin[near]]) * normals[near]).sum(1)
        assert (outward > -0.001).mean() > 0.99 if len(cloth) else True, garment.name


def test_an_added_body_has_hair_and_a_face(both):
    count, body = both
    rng = np.random.default_rng(4)
    shaped, _ = shape_body(body, np.zeros(10))
    look = sample_skin(rng, 1.0, 30.0, np.array([0.2, 0.3, 0.5]))
    skin, eyes = skin_surface(body, shaped, np.zeros(len(shaped), bool))
    hair = hair_surfaces(body, shaped, sample_hair(rng, 1.0, 30.0, look, "long"))
    for surface in (skin, eyes, *hair):
        assert np.isfinite(surface.points).all() and surface.weights.shape[1] == count
        np.testing.assert_allclose(surface.weights.sum(1), 1, atol=1e-4)
    assert skin.attributes["face"].max(0).min() > 0.5, "lips, brows and beard are found"
    heights = {surface.name: surface.points[:, 1] for surface in (eyes, *hair)}
    assert heights["eyes"].mean() > body.joint_template[15, 1] and heights["hair"].max() > heights["eyes"].max()
    for side in ("left", "right"):  # the pupil looks out where the eye's keypoint is
        point = body.keypoint_regressor[body.keypoint_names.index(f"{side}_eye")] @ body.v_template
        assert cKDTree(eyes.points).query(point)[0] < 0.008
    assert keypoint_patches(body).vertices.shape[0] == 23


def test_parts_sex_licence_and_names_are_kept(added, open_body):
    assert added.sex == "female" and "non-commercial" in added.licence and "basicModel_f" in added.source
    assert added.part_names == open_body.part_names and added.path.stem == "smpl_female"
    assert added.joint_names[-2:] == ("left_hand", "right_hand")
    parts = np.array(added.part_names)[added.vertex_part]
    assert (added.v_template[parts == "left_hand", 0] > added.joint_template[18, 0]).all()
    assert (library_folder() / "bodies" / "open_body_skin.png").exists() == added.path.with_name(
        "smpl_female_skin.png"
    ).exists()
    assert sorted(path.suffix for path in added.path.parent.iterdir()) == [".npz", ".png"], "nothing else is left"


def test_poses_of_55_joints_fit_every_kind(added, open_body):
    pose = np.random.default_rng(0).normal(size=(55, 3))
    smpl = pose_for(added, pose)
    np.testing.assert_array_equal(smpl[:22], pose[:22])
    assert not smpl[22:].any(), "66:72 of a recorded pose are finger joints, not SMPL's hands"
    np.testing.assert_array_equal(pose_for(open_body, pose), pose)
    np.testing.assert_array_equal(joint_rows(52)[22:], np.arange(25, 55))
    with pytest.raises(ValueError, match="55"):
        pose_for(added, pose[:24])


@pytest.mark.parametrize(
    "path, key, sex",
    [
        ("basicModel_f_lbs_10_207_0_v1.0.0.pkl", None, "female"),
        ("basicmodel_m_lbs_10_207_0_v1.1.0.pkl", None, "male"),
        ("SMPL_NEUTRAL.pkl", None, "neutral"),
        ("SMPLX_MALE.npz", None, "male"),
        ("female/model.npz", None, "female"),
        ("model.npz", np.array(b"male"), "male"),
        ("model.npz", None, "neutral"),
    ],
)
def test_the_sex_is_in_the_file_or_its_name(tmp_path, path, key, sex):
    assert find_sex(tmp_path / path, key) == sex


def without(arrays, name):
    return {key: value for key, value in arrays.items() if key != name}


@pytest.mark.parametrize(
    "change, complaint",
    [
        pytest.param(lambda a: without(a, "posedirs"), "found no posedirs, only J_regressor", id="array missing"),
        pytest.param(lambda a: {"poses": np.zeros((5, 156))}, "expected a model of SMPL.*only poses", id="a motion"),
        pytest.param(lambda a: a | {"v_template": a["v_template"] * 100}, "in metres, found", id="centimetres"),
        pytest.param(lambda a: a | {"v_template": a["v_template"][:, [0, 2, 1]]}, "along Y", id="Z up"),
        pytest.param(lambda a: a | {"v_template": a["v_template"] * np.nan}, "20670 are NaN", id="not a number"),
        pytest.param(lambda a: a | {"shapedirs": a["shapedirs"][..., :0]}, r"\(6890, 3, 1\), found", id="no shapes"),
        pytest.param(lambda a: a | {"weights": a["weights"] * 2}, "sum to 1", id="weights too large"),
        pytest.param(lambda a: a | {"f": a["f"] + 9}, "'f' should index", id="faces beyond"),
        pytest.param(lambda a: a | {"shapedirs": a["shapedirs"][:-1]}, r"\(6890, 3, 10\), found", id="V differs"),
        pytest.param(lambda a: a | {"kintree_table": a["kintree_table"][:, :16]}, "found 16.*hand", id="MANO"),
        pytest.param(lambda a: a | {"weights": np.array([print], object)}, "refused", id="code inside"),
    ],
)
@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
def test_a_wrong_file_says_what_was_expected_and_what_was_found(arrays, tmp_path, change, complaint, suffix):
    path = tmp_path / f"wrong{suffix}"
    wrong = change(arrays[24] | {"posedirs": np.zeros((6890, 3, 207), np.int8)})
    if suffix == ".npz":
        np.savez(path, **wrong)
    else:
        path.write_bytes(pickle.dumps(wrong, 2))
    with pytest.raises(AssetError, match=complaint) as caught:
        add_body(path, out=tmp_path / "bodies")
    assert str(path) in str(caught.value) and not (tmp_path / "bodies").exists()


def test_an_npz_may_hold_its_regressor_as_a_pickled_sparse_matrix(arrays, tmp_path):
    light = arrays[24] | {"posedirs": np.zeros((6890, 3, 207), np.int8)}
    np.savez(tmp_path / "m.npz", **light | {"J_regressor": np.array(csc_matrix(arrays[24]["J_regressor"]), object)})
    np.testing.assert_allclose(read_model(tmp_path / "m.npz").regressor, arrays[24]["J_regressor"])


@pytest.mark.parametrize("name", ["open_body", "../evil", "a/b", "", ".hidden", "x" * 65])
def test_names_that_leave_the_folder_are_refused(arrays, tmp_path, name):
    np.savez(tmp_path / "model.npz", **arrays[24])
    with pytest.raises((SettingsError, AssetError)):
        add_body(tmp_path / "model.npz", name=name or " ", out=tmp_path / "bodies", progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    skin_map = tmp_path / "skin.png"
    skin_map.write_bytes(b"png")
    (tmp_path / "bodies").write_text("a file in the folder's place")
    (tmp_path / "out" / "x.npz").mkdir(parents=True)  # what is there already cannot be replaced
    for folder in ("bodies", "out"):
        with pytest.raises(AssetError, match=r"x\.npz: cannot be written .*Make room"):
            adding.save(tmp_path / folder / "x.npz", {"f": np.zeros(3)}, skin_map)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["x.npz"], "nothing half written is left"


def test_what_is_no_person_is_not_brought_in(arrays, tmp_path, monkeypatch):
    monkeypatch.setattr(register, "POSE_STEPS", 4)
    monkeypatch.setattr(register, "STIFFNESS", (3.0,))
    box = dict(arrays[24])
    box["v_template"] = np.random.default_rng(0).uniform(-0.9, 0.9, box["v_template"].shape)
    np.savez(tmp_path / "box.npz", **box | {"posedirs": np.zeros((6890, 3, 207), np.int8)})
    with pytest.raises(AssetError, match="expected a person's body"):
        add_body(tmp_path / "box.npz", out=tmp_path / "bodies", progress=False)
    assert not (tmp_path / "bodies").exists()

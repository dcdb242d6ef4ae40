"""A published model file becomes a body that poses as smplx has it, wears clothes and is labelled like the open one."""

import pickle

import numpy as np
import pytest
import smplx
import torch
from scipy.sparse import csc_matrix

from assets.bodies import add_body as adding
from assets.bodies import register
from assets.bodies.add_body import add_body
from assets.bodies.model_file import find_sex, read_model
from assets.bodies.surface_match import Surface, match, vertex_normals
from assets.bodies.uv_file import read_uv
from blender_addon.core.body import group_faces, load_body
from blender_addon.core.catalog import library_folder
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.family import joint_rows, pose_for, pose_joints
from blender_addon.core.looks.hair import hair_surfaces, sample_hair
from blender_addon.core.looks.skin import sample_skin, skin_surface
from blender_addon.core.outline import part_of
from blender_addon.core.posing import pose_body, shape_body
from blender_addon.core.visibility import keypoint_patches
from blender_addon.core.wardrobe.clothes import dress, sample_outfit
from tests.made_bodies import model_arrays, published_pickle

TOLERANCE = 1e-5  # metres


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
    """SMPL's form as Python 2 pickled it, brought in."""
    folder = tmp_path_factory.mktemp("models")
    file = folder / "basicModel_f_lbs_10_207_0_v1.0.0.pkl"
    file.write_bytes(published_pickle(arrays[24]))
    return load_body(add_body(file, out=folder / "bodies", progress=False))


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


@pytest.mark.parametrize("count, kind", [(52, "SMPL-H"), (55, "SMPL-X")])
def test_the_rest_of_the_family_too(arrays, count, kind, tmp_path, monkeypatch):
    monkeypatch.setattr(register, "POSE_STEPS", 4)  # the model's own vertices do not depend on how well the mesh lies
    monkeypatch.setattr(register, "STIFFNESS", (3.0,))
    monkeypatch.setattr(adding, "WORST_GAP", 0.2)
    extra = {"joint2num": np.array({"pelvis": 0}, object), "lmk_faces_idx": np.arange(51), "gender": "male"}
    hands = {"hands_meanl": np.full(45, 0.1), "hands_meanr": np.full(45, -0.1)}
    shapes = arrays[count]["shapedirs"]
    if count == 55:  # ten shapes, then ten expressions
        extra["shapedirs"] = np.concatenate([shapes, np.ones_like(shapes)], 2)
    np.savez(tmp_path / "model.npz", **{**arrays[count], **hands, **extra})
    body = load_body(add_body(tmp_path / "model.npz", out=tmp_path / "bodies", progress=False))
    assert (body.kind, body.sex) == (kind, "male") and body.shapedirs.shape[-1] == 10
    check_oracle(body, arrays[count], 10)
    np.testing.assert_allclose(body.hands_mean[:15], 0.1)
    assert len(body.joint_names) == count and pose_joints(body, np.zeros(10)).shape == (55, 3)


def test_the_open_bodys_skin_lies_on_the_models(added, arrays):
    quads = group_faces(added, "body")
    skin = np.unique(quads)
    surface = Surface.of(arrays[24]["v_template"], arrays[24]["f"].astype(int))
    for betas in (np.zeros(10), np.full(10, 1.0)):
        shaped, _ = shape_body(added, betas)
        moved = Surface.of(shaped[: len(arrays[24]["v_template"])], arrays[24]["f"].astype(int))
        found = match(moved, shaped[skin], vertex_normals(shaped, quads)[skin])
        gap = np.linalg.norm(found.points - shaped[skin], axis=1)
        assert np.median(gap) < 0.001 and np.percentile(gap, 90) < 0.004
    assert len(surface.faces) > 20_000


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


def test_keypoints_and_joints_are_the_persons(added, open_body, arrays):
    """The made model is a member of the open body's population, so the open body says where they should be."""
    keypoints = dict(zip(added.keypoint_names, added.keypoint_regressor @ added.v_template, strict=True))
    joints = dict(zip(added.joint_names, added.joint_template, strict=True))
    for side in ("left", "right"):
        for name in ("elbow", "wrist", "knee", "ankle", "shoulder"):
            assert np.linalg.norm(keypoints[f"{side}_{name}"] - joints[f"{side}_{name}"]) < 0.06
        assert keypoints[f"{side}_hip"][1] > joints[f"{side}_knee"][1] + 0.2
    whole = pose_joints(added, np.zeros(10))
    rows = joint_rows(24)
    np.testing.assert_allclose(whole[rows[:22]], added.joint_template[:22], atol=1e-6)
    names = list(open_body.joint_names)
    fingers = whole[names.index("left_middle1")], whole[names.index("left_middle3")]
    assert 0.02 < np.linalg.norm(fingers[1] - fingers[0]) < 0.1 and fingers[1][0] > fingers[0][0]


def test_an_added_body_wears_clothes_hair_and_a_face(added):
    rng = np.random.default_rng(4)
    shaped, _ = shape_body(added, rng.normal(size=10) * 0.7)
    outfit = sample_outfit(rng, 1.0, 30.0)
    garments, hidden = dress(added, shaped, outfit)
    assert len(garments) == len(outfit) and hidden.any()
    skin_look = sample_skin(rng, 1.0, 30.0, np.array([0.2, 0.3, 0.5]))
    skin, eyes = skin_surface(added, shaped, hidden)
    hair = hair_surfaces(added, shaped, sample_hair(rng, 1.0, 30.0, skin_look, "long"))
    for surface in (skin, eyes, *hair, *garments):
        assert np.isfinite(surface.points).all() and surface.weights.shape[1] == 24
        np.testing.assert_allclose(surface.weights.sum(1), 1, atol=1e-4)
    assert skin.attributes["face"].max(0).min() > 0.5, "lips, brows and beard are found"
    heights = {surface.name: surface.points[:, 1] for surface in (eyes, *hair)}
    assert heights["eyes"].mean() > added.joint_template[15, 1] and heights["hair"].max() > heights["eyes"].max()
    assert keypoint_patches(added).vertices.shape[0] == 23


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
        pytest.param(lambda a: a | {"weights": a["weights"] * np.nan}, "finite numbers", id="not a number"),
        pytest.param(lambda a: a | {"weights": a["weights"] * 2}, "sum to 1", id="weights too large"),
        pytest.param(lambda a: a | {"f": a["f"] + 9}, "'f' should index", id="faces beyond"),
        pytest.param(lambda a: a | {"shapedirs": a["shapedirs"][:-1]}, r"\(13378, 3, 10\), found", id="V differs"),
        pytest.param(lambda a: a | {"kintree_table": a["kintree_table"][:, :16]}, "found 16.*Hand", id="MANO"),
        pytest.param(lambda a: a | {"weights": np.array([print], object)}, "refused", id="code inside"),
    ],
)
@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
def test_a_wrong_file_says_what_was_expected_and_what_was_found(arrays, tmp_path, change, complaint, suffix):
    path = tmp_path / f"wrong{suffix}"
    wrong = change(arrays[24] | {"posedirs": np.zeros((13378, 3, 207), np.int8)})
    if suffix == ".npz":
        np.savez(path, **wrong)
    else:
        path.write_bytes(pickle.dumps(wrong, 2))
    with pytest.raises(AssetError, match=complaint) as caught:
        add_body(path, out=tmp_path / "bodies")
    assert str(path) in str(caught.value) and not (tmp_path / "bodies").exists()


def test_an_npz_may_hold_its_regressor_as_a_pickled_sparse_matrix(arrays, tmp_path):
    light = arrays[24] | {"posedirs": np.zeros((13378, 3, 207), np.int8)}
    np.savez(tmp_path / "m.npz", **light | {"J_regressor": np.array(csc_matrix(arrays[24]["J_regressor"]), object)})
    np.testing.assert_allclose(read_model(tmp_path / "m.npz").regressor, arrays[24]["J_regressor"])


@pytest.mark.parametrize("name", ["open_body", "../evil", "a/b", "", ".hidden", "x" * 65])
def test_names_that_leave_the_folder_are_refused(arrays, tmp_path, name):
    np.savez(tmp_path / "model.npz", **arrays[24])
    with pytest.raises((SettingsError, AssetError)):
        add_body(tmp_path / "model.npz", name=name or " ", out=tmp_path / "bodies", progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def test_what_is_no_person_is_not_brought_in(arrays, tmp_path, monkeypatch):
    monkeypatch.setattr(register, "POSE_STEPS", 4)
    monkeypatch.setattr(register, "STIFFNESS", (3.0,))
    box = dict(arrays[24])
    box["v_template"] = np.random.default_rng(0).uniform(-0.9, 0.9, box["v_template"].shape)
    np.savez(tmp_path / "box.npz", **box | {"posedirs": np.zeros((13378, 3, 207), np.int8)})
    with pytest.raises(AssetError, match="expected a person's body"):
        add_body(tmp_path / "box.npz", out=tmp_path / "bodies", progress=False)
    assert not (tmp_path / "bodies").exists()


FACES = np.array([[0, 1, 2], [2, 1, 3]])
GOOD = "# uv\nv 0 0 0\nvt 0 0\nvt 1 0\nvt 0 1\nvt 1 1\nvt 0.5 0.5\nf 2/2/1 4/4/1 3/3/1\nf 1/1 2/2 3/5\n"


def test_texture_coordinates_follow_the_models_order_of_faces(tmp_path):
    path = tmp_path / "uv.obj"
    path.write_text(GOOD)
    uv, face_uv = read_uv(path, FACES, 4)
    np.testing.assert_array_equal(face_uv, [[0, 1, 4], [2, 1, 3]])
    np.testing.assert_allclose(uv[4], 0.5)


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        pytest.param("3/5", "3/6", r"uv\.obj:9: texture coordinate 6 of 5", id="texture beyond"),
        pytest.param("3/5", "9/5", r"expected vertices 1 to 4, found 9", id="vertex beyond"),
        pytest.param("3/5", "4/5", r"uv\.obj:9: this face is not the model's", id="another face"),
        pytest.param("3/5", "0/5", r"uv\.obj:9: .*count from 1", id="zero"),
        pytest.param("3/5", "-1/5", r"uv\.obj:9: expected a triangle", id="relative"),
        pytest.param("3/5", "3", r"uv\.obj:9: expected a triangle", id="no texture"),
        pytest.param("3/5", "3/99999999999999999999", r"uv\.obj:9: expected a triangle", id="huge number"),
        pytest.param("3/5", "3/5 1/1", r"uv\.obj:9: expected a triangle", id="a quad"),
        pytest.param("vt 1 0", "vt nan 0", r"uv\.obj:4: expected texture coordinates about", id="not a number"),
        pytest.param("vt 1 0", "vt 1e30 0", r"uv\.obj:4: expected texture coordinates about", id="huge"),
        pytest.param("vt 1 0", "vt one 0", r"uv\.obj:4: expected 'vt u v'", id="text"),
        pytest.param("f 1/1 2/2 3/5\n", "", r"expected the model's 2 faces, found 1", id="a face missing"),
        pytest.param(GOOD, "\0\1\2", r"found 0 and 0", id="no obj"),
    ],
)
def test_a_bad_obj_is_refused_by_line(tmp_path, old, new, complaint):
    path = tmp_path / "uv.obj"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(AssetError, match=complaint):
        read_uv(path, FACES, 4)

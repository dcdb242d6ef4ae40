"""blender_addon.core.body against smplx, and against files that are not what they should be."""

import pickle

import numpy as np
import pytest
import smplx
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.core import body as core
from blender_addon.core import posing
from blender_addon.core.errors import AssetError

TOLERANCE = 1e-5  # metres


@pytest.fixture(scope="module")
def open_body(open_body_path):
    return core.load_body(open_body_path)


@pytest.fixture(scope="module")
def oracle(open_body_path):
    """smplx picks a class by folder and file name; the bake leaves the body where it looks."""
    options = {"num_betas": 20, "use_pca": False, "flat_hand_mean": True, "ext": "npz"}
    return smplx.create(str(open_body_path.parent), model_type="smplx", **options)


def synthetic_arrays(joints=24, vertices=40, betas=10, seed=0):
    """A small body in SMPL's form with every array non-zero."""
    rng = np.random.default_rng(seed)
    parents = np.array([2**32 - 1, *(rng.integers(0, j) for j in range(1, joints))])
    weights = rng.random((vertices, joints)) ** 8
    regressor = rng.random((joints, vertices)) ** 8
    return {
        "v_template": rng.normal(size=(vertices, 3)),
        "shapedirs": rng.normal(size=(vertices, 3, betas)) * 0.05,
        "posedirs": rng.normal(size=(vertices, 3, 9 * (joints - 1))) * 0.01,
        "J_regressor": regressor / regressor.sum(1, keepdims=True),
        "weights": weights / weights.sum(1, keepdims=True),
        "kintree_table": np.stack([parents, np.arange(joints)]),
        "f": rng.integers(0, vertices, (20, 3)),
    }


def write(path, arrays):
    np.savez(path, **arrays)
    return path


def random_person(seed, joints, betas, spread):
    rng = np.random.default_rng(seed)
    return rng.normal(size=betas), rng.normal(size=(joints, 3)) * spread, rng.normal(size=3)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([0.0, 0.3, 1.5]))
def test_poses_the_open_body_as_smplx_does(open_body, oracle, seed, spread):
    betas, pose, translation = random_person(seed, 55, 20, spread)
    parts = {"global_orient": pose[0], "body_pose": pose[1:22], "jaw_pose": pose[22], "leye_pose": pose[23]}
    parts |= {"reye_pose": pose[24], "left_hand_pose": pose[25:40], "right_hand_pose": pose[40:]}
    parts |= {"betas": betas, "transl": translation}
    with torch.no_grad():
        expected = oracle(**{name: torch.tensor(value.reshape(1, -1)).float() for name, value in parts.items()})
    posed = posing.pose_body(open_body, betas, pose, translation)
    np.testing.assert_allclose(posed.vertices, expected.vertices[0].numpy(), atol=TOLERANCE)
    np.testing.assert_allclose(posed.joints, expected.joints[0, :55].numpy(), atol=TOLERANCE)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), joints=st.sampled_from([24, 52, 55]))
def test_poses_any_smpl_form_with_pose_corrections_as_smplx_does(tmp_path_factory, seed, joints):
    arrays = synthetic_arrays(joints, seed=seed)
    body = core.load_body(write(tmp_path_factory.mktemp("body") / "body.npz", arrays))
    betas, pose, translation = random_person(seed, joints, 10, 0.7)
    vertices, moved_joints = smplx.lbs.lbs(
        torch.tensor(betas)[None],
        torch.tensor(pose.reshape(1, -1)),
        *(torch.tensor(arrays[name]) for name in ("v_template", "shapedirs")),
        torch.tensor(arrays["posedirs"].reshape(-1, 9 * (joints - 1)).T),
        torch.tensor(arrays["J_regressor"]),
        torch.tensor(body.parents),
        torch.tensor(arrays["weights"]),
    )
    posed = posing.pose_body(body, betas, pose, translation)
    np.testing.assert_allclose(posed.vertices, vertices[0].numpy() + translation, atol=TOLERANCE)
    np.testing.assert_allclose(posed.joints, moved_joints[0].numpy() + translation, atol=TOLERANCE)
    np.testing.assert_allclose(posing.skin(posed.shaped, body.weights, posed.transforms) + translation, posed.vertices)


def test_no_pose_leaves_the_shape_alone(open_body):
    posed = posing.pose_body(open_body, np.zeros(20), np.zeros((55, 3)), np.zeros(3))
    np.testing.assert_allclose(posed.vertices, open_body.v_template, atol=1e-9)
    np.testing.assert_allclose(posed.transforms, np.tile(np.eye(4), (55, 1, 1)), atol=1e-9)


def test_the_root_turns_about_the_pelvis(open_body):
    pose = np.zeros((55, 3))
    pose[0] = [0, np.pi, 0]
    betas = open_body.population_betas[0]
    posed = posing.pose_body(open_body, betas, pose, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(posed.joints[0], posing.shape_body(open_body, betas)[1][0] + [1, 2, 3], atol=1e-9)


def test_fewer_betas_are_the_first_ones(open_body):
    betas = open_body.population_betas[0]
    padded = np.concatenate([betas[:5], np.zeros(15)])
    np.testing.assert_allclose(
        posing.shape_body(open_body, betas[:5])[0], posing.shape_body(open_body, padded)[0], atol=1e-12
    )


def test_a_wrong_number_of_rotations_or_betas_is_refused(open_body):
    with pytest.raises(ValueError, match="55 joints"):
        posing.pose_body(open_body, np.zeros(20), np.zeros((24, 3)), np.zeros(3))
    with pytest.raises(ValueError, match="20 shapes"):
        posing.shape_body(open_body, np.zeros(21))


def test_unused_columns_are_dropped(open_body, tmp_path):
    assert open_body.shapedirs.shape == (19158, 3, 20) and open_body.posedirs is None
    arrays = synthetic_arrays(joints=55, betas=400)
    body = core.load_body(write(tmp_path / "x.npz", arrays))
    assert body.shapedirs.shape[-1] == 300, "expressions are not shapes"


def test_plain_smpl_files_have_no_extras(tmp_path):
    body = core.load_body(write(tmp_path / "smpl.npz", synthetic_arrays()))
    assert body.kind == "SMPL" and body.parents[0] == -1
    assert body.poly is None and body.uv is None and body.population_betas is None and body.keypoint_names is None


def test_other_arrays_that_smpl_files_carry_do_not_matter(tmp_path):
    """SMPL-X's own .npz keep joint names and part maps as pickled objects."""
    arrays = synthetic_arrays(joints=55) | {"joint2num": np.array({"pelvis": 0}, object), "vt": np.zeros((3, 2))}
    assert core.load_body(write(tmp_path / "SMPLX_NEUTRAL.npz", arrays)).kind == "SMPL-X"


def test_group_faces_are_the_groups_quads(open_body):
    assert len(core.group_faces(open_body, "body")) == 13378
    eyes = core.group_faces(open_body, "helper-l-eye", "helper-r-eye")
    assert len(eyes) == 140 and eyes.min() >= open_body.skin_vertices


class Explosive:
    """Unpickling it would leave a trace."""

    def __reduce__(self):
        return (pytest.fail, ("the file's pickle was run",))


@pytest.mark.parametrize(
    "change, complaint",
    [
        pytest.param({"weights": None}, "no array 'weights'", id="array missing"),
        pytest.param({"weights": np.zeros((41, 24))}, r"\(40, 'J'\), found \(41, 24\)", id="vertices disagree"),
        pytest.param({"posedirs": np.zeros((40, 3))}, "'posedirs' should have shape", id="axes missing"),
        pytest.param({"posedirs": np.zeros((9, 3, 207))}, "'posedirs' .* found 9 rows", id="corrections for some"),
        pytest.param(
            {"carry_corners": np.full((5, 6), 39)}, r"should have shape \(35, 3, ...\)", id="carried, all own"
        ),
        pytest.param({"v_template": np.full((40, 3), np.nan)}, "finite numbers", id="not a number"),
        pytest.param({"v_template": np.full((40, 3), "a")}, "finite numbers", id="text"),
        pytest.param({"f": np.full((20, 3), 40)}, "'f' should index 0 to 39", id="face beyond the vertices"),
        pytest.param({"f": np.zeros((0, 3), int)}, "'f' should", id="no faces"),
        pytest.param({"kintree_table": np.full((2, 24), 23)}, "parents before children", id="circular skeleton"),
        pytest.param({"J_regressor": np.array([Explosive()], object)}, "plain arrays", id="pickle inside"),
    ],
)
def test_broken_arrays_are_named(tmp_path, change, complaint):
    arrays = {name: value for name, value in (synthetic_arrays() | change).items() if value is not None}
    path = write(tmp_path / "broken.npz", arrays)
    with pytest.raises(AssetError, match=complaint) as caught:
        core.load_body(path)
    assert str(path) in str(caught.value)


def test_a_skeleton_that_is_not_smpls_is_refused(tmp_path):
    with pytest.raises(AssetError, match="7 joints"):
        core.load_body(write(tmp_path / "dog.npz", synthetic_arrays(joints=7)))


@pytest.mark.parametrize("keep", [0, 1, 100, 0.3, 0.7, 0.999])
def test_truncated_files_are_refused(open_body_path, tmp_path, keep):
    whole = open_body_path.read_bytes()
    path = tmp_path / "cut.npz"
    path.write_bytes(whole[: keep if isinstance(keep, int) else int(len(whole) * keep)])
    with pytest.raises(AssetError, match=r"cut\.npz"):
        core.load_body(path)


def test_flipped_bytes_are_refused(open_body_path, tmp_path):
    data = bytearray(open_body_path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
    path = tmp_path / "flipped.npz"
    path.write_bytes(data)
    with pytest.raises(AssetError, match=r"flipped\.npz"):
        core.load_body(path)


def test_a_pickle_with_the_wrong_name_is_not_run(tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(pickle.dumps(Explosive()))
    with pytest.raises(AssetError, match=r"model\.npz"):
        core.load_body(path)


def test_missing_and_foreign_files_are_refused(tmp_path):
    with pytest.raises(AssetError, match="no such body"):
        core.load_body(tmp_path / "nothing.npz")
    with pytest.raises(AssetError, match=r"\.pkl"):
        core.load_body(tmp_path / "SMPL_MALE.pkl")

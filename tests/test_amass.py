"""AMASS files: both layouts, exact slices, and what happens to broken ones."""

import io
import zipfile

import numpy as np
import pytest

from blender_addon.core.errors import AssetError
from blender_addon.core.poses.amass import find_takes, open_take, read_frame, read_gender, read_motion
from blender_addon.core.poses.facing import remove_yaw
from blender_addon.core.rotations import axis_angle_to_matrix, turn_about_z


def v1(path, frames=50, **extra):
    """poses[t, c] = t + c / 1000 tells where every number came from."""
    poses = np.arange(frames)[:, None] + np.arange(156) / 1000
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path, **{"poses": poses, "trans": np.zeros((frames, 3)), "betas": np.zeros(16), "gender": b"female", **extra}
    )
    return path


def v2(path, frames=50, **extra):
    columns = {"root_orient": 0, "pose_body": 3, "pose_jaw": 66, "pose_eye": 69, "pose_hand": 75}
    widths = {"root_orient": 3, "pose_body": 63, "pose_jaw": 3, "pose_eye": 6, "pose_hand": 90}
    whole = np.arange(frames)[:, None] + np.arange(165) / 1000
    fields = {name: whole[:, first : first + widths[name]] for name, first in columns.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **{**fields, "poses": -whole, "gender": "male", "mocap_frame_rate": 120.0, **extra})
    return path


def test_v1_slices_are_exact(tmp_path):
    pose, source = read_frame(open_take(v1(tmp_path / "a_poses.npz"), "a_poses.npz"), 0.5)
    frame = int(source.split("@")[1])
    columns = np.arange(156).reshape(52, 3) / 1000 + frame
    np.testing.assert_array_equal(pose[:22], columns[:22])
    np.testing.assert_array_equal(pose[22:25], 0)  # jaw and eyes: fingers must not leak into them
    np.testing.assert_array_equal(pose[25:40], columns[22:37])
    np.testing.assert_array_equal(pose[40:], columns[37:])


def test_v2_prefers_named_fields(tmp_path):
    pose, source = read_frame(open_take(v2(tmp_path / "a_stageii.npz")), 0.3)
    frame = int(source.split("@")[1])
    np.testing.assert_allclose(pose, np.arange(165).reshape(55, 3) / 1000 + frame, atol=1e-12)


def test_v2_without_hands_and_face_leaves_them_at_rest(tmp_path):
    np.savez(tmp_path / "b_stageii.npz", root_orient=np.ones((9, 3)), pose_body=np.ones((9, 63), np.float32))
    pose, _ = read_frame(open_take(tmp_path / "b_stageii.npz"), 0.5)
    assert (pose[:22] == 1).all() and not pose[22:].any()


def test_v2_with_poses_alone(tmp_path):
    np.savez_compressed(tmp_path / "c_stageii.npz", poses=np.tile(np.arange(165.0), (9, 1)))
    pose, _ = read_frame(open_take(tmp_path / "c_stageii.npz"), 0.5)
    np.testing.assert_array_equal(pose, np.arange(165.0).reshape(55, 3))


def test_column_major_arrays_read_the_same(tmp_path):
    poses = np.random.default_rng(0).normal(size=(40, 156))
    np.savez(tmp_path / "c_poses.npz", poses=poses)
    np.savez(tmp_path / "f_poses.npz", poses=np.asfortranarray(poses))
    plain, column_major = (read_frame(open_take(tmp_path / f"{name}_poses.npz"), 0.7)[0] for name in "cf")
    np.testing.assert_array_equal(plain, column_major)


@pytest.mark.parametrize("fraction, frame", [(0.0, 10), (0.5, 50), (1.0, 90)])
def test_the_ends_of_a_take_are_left_alone(tmp_path, fraction, frame):
    _, source = read_frame(open_take(v1(tmp_path / "a_poses.npz", frames=100), "sub/a_poses.npz"), fraction)
    assert source == f"sub/a_poses.npz@{frame}"


def test_a_take_of_one_frame_is_usable(tmp_path):
    assert read_frame(open_take(v1(tmp_path / "a_poses.npz", frames=1)), 0.99)[1].endswith("@0")


def test_takes_are_found_sorted_and_shapes_are_not_takes(tmp_path):
    v2(tmp_path / "CMU" / "02" / "run_stageii.npz")
    v1(tmp_path / "ACCAD" / "walk_poses.npz")
    for name in ("shape.npz", "male_shape.npz", "neutral_stagei.npz"):
        np.savez(tmp_path / "ACCAD" / name, betas=np.zeros(16))
    assert [take.name for take in find_takes(tmp_path)] == ["ACCAD/walk_poses.npz", "CMU/02/run_stageii.npz"]


@pytest.mark.parametrize("gender", ["female", b"female", np.array("female"), np.array(b"female")])
def test_gender_is_text_whatever_it_was_saved_as(tmp_path, gender):
    assert read_gender(open_take(v1(tmp_path / "a_poses.npz", gender=gender))) == "female"


def test_pickled_objects_are_never_opened(tmp_path):
    path = v1(tmp_path / "a_poses.npz", gender=np.array({"female"}, dtype=object))
    take = open_take(path)
    assert read_gender(take) is None
    assert read_frame(take, 0.5)[0].shape == (55, 3)
    np.savez(tmp_path / "b_poses.npz", poses=np.empty((3, 156), object))
    with pytest.raises(AssetError, match="b_poses"):
        open_take(tmp_path / "b_poses.npz")


def test_a_broken_file_among_good_ones_is_named_and_left_out(tmp_path):
    v1(tmp_path / "good_poses.npz")
    whole = v1(tmp_path / "cut_poses.npz").read_bytes()
    (tmp_path / "cut_poses.npz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text_poses.npz").write_text("<html>sign in</html>")
    (tmp_path / "empty_poses.npz").write_bytes(b"")
    np.savez(tmp_path / "other.npz", betas=np.zeros(10))
    skipped = []
    assert [take.name for take in find_takes(tmp_path, skipped)] == ["good_poses.npz"]
    assert len(skipped) == 4
    assert all(any(name in line for line in skipped) for name in ("cut", "text", "empty", "other"))


@pytest.mark.parametrize("make", [lambda folder: None, lambda folder: (folder / "a_poses.npz").write_bytes(b"PK")])
def test_a_folder_without_motion_says_what_to_do(tmp_path, make):
    make(tmp_path)
    with pytest.raises(AssetError, match="--poses"):
        find_takes(tmp_path)


def test_a_missing_folder_says_what_to_do(tmp_path):
    with pytest.raises(AssetError, match="--poses"):
        find_takes(tmp_path / "nowhere")


def test_a_header_that_promises_terabytes_is_refused_unread(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**10, 156)})
    with zipfile.ZipFile(tmp_path / "bomb_poses.npz", "w") as archive:
        archive.writestr("poses.npy", header.getvalue() + bytes(156 * 8))
    with pytest.raises(AssetError, match="promises"):
        open_take(tmp_path / "bomb_poses.npz")


def test_a_file_damaged_after_it_was_found_is_named(tmp_path):
    take = open_take(v1(tmp_path / "a_poses.npz"))
    take.path.write_bytes(take.path.read_bytes()[:2000])
    with pytest.raises(AssetError, match="a_poses"):
        read_frame(take, 0.5)


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    np.savez(tmp_path / "nan_poses.npz", poses=np.full((5, 156), np.nan))
    with pytest.raises(AssetError, match="finite"):
        read_frame(open_take(tmp_path / "nan_poses.npz"), 0.5)


@pytest.mark.parametrize("lean", [0.0, 0.4, 1.5, -1.2])
@pytest.mark.parametrize("yaw", [-3.0, -1.0, 0.5, 2.5])
def test_yaw_is_removed_and_lean_is_kept(lean, yaw):
    pose = np.random.default_rng(1).normal(size=(55, 3))
    pose[0] = [np.pi / 2 + lean, 0, 0]
    turned = pose.copy()
    turned[0] = turn_about_z(pose[0], yaw)
    np.testing.assert_allclose(remove_yaw(turned), pose, atol=1e-9)


def test_without_yaw_people_face_minus_y():
    standing = axis_angle_to_matrix(remove_yaw([[np.pi / 2, 0, 0]])[0])
    np.testing.assert_allclose(standing @ [0, 0, 1], [0, -1, 0], atol=1e-12)


@pytest.mark.parametrize("make, rate_name", [(v1, "mocap_framerate"), (v2, "mocap_frame_rate")])
def test_a_whole_take_is_thinned_to_a_rate_by_its_own_clock(tmp_path, make, rate_name):
    trail = np.arange(60.0)[:, None] * [0.1, 0, 0]
    take = open_take(make(tmp_path / "a_poses.npz", frames=60, trans=trail, **{rate_name: np.array(59.9999)}))
    poses, found, frames, frame_time = read_motion(take, rate=10)
    assert frames.tolist() == list(range(0, 60, 6)) and poses.shape == (10, 55, 3)
    np.testing.assert_allclose(poses[3], read_row(take, 18), atol=1e-12)
    np.testing.assert_array_equal(found, trail)
    assert frame_time == pytest.approx(1 / 60, rel=1e-4)


def read_row(take, frame):
    return read_frame(take, (frame / take.frames - 0.1) / 0.8 + 1e-9)[0]


def test_a_take_that_does_not_tell_its_clock_has_120_frames_a_second(tmp_path):
    path = v1(tmp_path / "a_poses.npz", frames=48)
    poses, _, frames, _ = read_motion(open_take(path), rate=10)
    assert frames.tolist() == [0, 12, 24, 36] and np.isfinite(poses).all()


BAD_TAKES = [
    pytest.param({"trans": np.full((20, 3), np.nan)}, "finite", id="lost"),
    pytest.param({"trans": np.zeros((7, 3))}, "trans", id="a trail of another take"),
    pytest.param({"poses": np.full((20, 156), 1e30)}, "finite", id="absurd turns"),
    pytest.param({"mocap_framerate": np.array(0.0)}, "frames a second", id="no clock"),
    pytest.param({"mocap_framerate": np.array(np.nan)}, "frames a second", id="a clock without time"),
    pytest.param({"mocap_framerate": np.array("fast")}, "one number", id="a clock in words"),
]


@pytest.mark.parametrize("fields, message", BAD_TAKES)
def test_a_take_with_absurd_numbers_is_named(tmp_path, fields, message):
    take = open_take(v1(tmp_path / "bad_poses.npz", frames=20, **fields))
    with pytest.raises(AssetError, match=f"bad_poses.*{message}"):
        read_motion(take)

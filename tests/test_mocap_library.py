"""Libraries from trees of motion files: what is taken, what is left out and said, and what carries a body."""

import numpy as np
import pytest

from assets.poses.floor import carry, rests
from assets.poses.kinematics import body_joints, undersides
from assets.poses.mocap_library import add_poses, find_motion_files, make_mocap_library
from assets.poses.takes import read_frames
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.library import load_library
from blender_addon.core.poses.limits import within_limits
from blender_addon.core.poses.prior import sample_pose
from tests.made_motion import write_amc, write_asf, write_bvh

FREE = "free for any use"


def prior_poses(count, seed=0):
    rng = np.random.default_rng(seed)
    return np.array([sample_pose(rng, families={"stand": 1.0}).pose for _ in range(count)])


def standing(count):
    poses = np.zeros((count, 55, 3))
    poses[:, 0, 0] = np.pi / 2
    poses[:, 16, 2], poses[:, 17, 2] = -1.2, 1.2
    return poses


def sitting():
    poses = standing(1)
    poses[:, [1, 2], 0], poses[:, [4, 5], 0] = -np.pi / 2, np.pi / 2
    return poses


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """One folder with every form, and files that are broken, foreign or no takes."""
    folder = tmp_path_factory.mktemp("motion")
    write_bvh(folder / "bvh" / "stand.bvh", prior_poses(30), axes=np.eye(3))
    write_bvh(folder / "bvh" / "held_out.bvh", prior_poses(20, seed=1))
    write_asf(folder / "acclaim" / "07" / "07.asf")
    rng = np.random.default_rng(0)
    bends = np.cumsum(rng.normal(0, 3, 240)) + 40
    write_amc(folder / "acclaim" / "07" / "07_01.amc", [{"rradius": (abs(bend),)} for bend in bends])
    poses = standing(60)[:, :52].copy()
    poses[:, 18, 1] = -np.linspace(0.1, 1.5, 60)
    poses[:, 22:] = 0.1
    np.savez(folder / "walk_poses.npz", poses=poses.reshape(60, 156), trans=np.zeros((60, 3)), mocap_framerate=30.0)
    np.savez(folder / "shape.npz", betas=np.zeros(16))
    (folder / "bvh" / "cut.bvh").write_bytes((folder / "bvh" / "stand.bvh").read_bytes()[:3000])
    (folder / "page_poses.npz").write_text("<html>sign in</html>")
    np.savez(folder / "foreign.npz", betas=np.zeros(10))
    write_amc(folder / "alone" / "08_01.amc", [{}])
    (folder / "notes.txt").write_text("not a take")
    return folder


def test_every_form_is_taken_and_every_broken_file_is_named(tree):
    library, report = make_mocap_library(tree, "made", 45, np.random.default_rng(0), FREE, progress=False)
    assert set(library.sources) == {
        "acclaim/07/07_01.amc", "bvh/held_out.bvh", "bvh/stand.bvh", "walk_poses.npz",
    }  # fmt: skip
    assert report.takes == 4 and len(report.skipped) == 4
    for name in ("cut.bvh", "page_poses.npz", "foreign.npz", "08_01.amc"):
        assert sum(name in line for line in report.skipped) == 1
    assert len(library) == 45 and library.licence == FREE and "4 takes" in library.provenance
    assert all(within_limits(pose, 0.02) for pose in library.poses.astype(float))


def test_fingers_that_were_recorded_are_kept_and_others_hang_loose(tree):
    library, _ = make_mocap_library(tree, "made", 80, np.random.default_rng(0), FREE, progress=False)
    recorded = np.array([library.sources[source].endswith(".npz") for source in library.source])
    fingers = library.poses[:, 25:].astype(float)
    np.testing.assert_allclose(fingers[recorded], 0.1, atol=1e-3)
    assert (np.abs(fingers[~recorded]).max((1, 2)) > 0.2).all()
    assert len(np.unique(fingers[~recorded], axis=0)) == (~recorded).sum()


def test_the_same_seed_makes_the_same_library(tree):
    one, other = (
        make_mocap_library(tree, "made", 40, np.random.default_rng(7), FREE, progress=False)[0] for _ in range(2)
    )
    np.testing.assert_array_equal(one.poses, other.poses)
    assert [one.label(row) for row in range(40)] == [other.label(row) for row in range(40)]


@pytest.mark.parametrize("pattern", ["held_out", "held_out.bvh", "bvh/held_out.bvh", "bvh/held*"])
def test_takes_are_left_out_by_name(tree, pattern):
    library, _ = make_mocap_library(tree, "made", 40, np.random.default_rng(0), FREE, [pattern], progress=False)
    assert "bvh/held_out.bvh" not in library.sources and "bvh/stand.bvh" in library.sources


def test_the_ends_of_a_take_are_left_alone(tree):
    frames = read_frames(tree / "walk_poses.npz", 30, 1000, np.random.default_rng(0))
    assert frames.frame.min() >= 5 and frames.frame.max() <= 54 and len(frames.frame) >= 40


def test_what_cannot_be_used_at_all_says_why(tmp_path):
    (tmp_path / "a.bvh").write_text("HIERARCHY")
    with pytest.raises(AssetError, match=r"No motion to use.*1 unusable.*a\.bvh"):
        make_mocap_library(tmp_path, "made", 5, np.random.default_rng(0), FREE, progress=False)
    (tmp_path / "a.bvh").unlink()
    with pytest.raises(AssetError, match=r"no \.bvh"):
        make_mocap_library(tmp_path, "made", 5, np.random.default_rng(0), FREE, progress=False)
    with pytest.raises(AssetError, match="No folder"):
        find_motion_files(tmp_path / "nowhere")


def test_a_licence_is_read_from_the_folder_or_asked_for(tmp_path):
    write_bvh(tmp_path / "a.bvh", prior_poses(12))
    with pytest.raises(AssetError, match="--licence"):
        make_mocap_library(tmp_path, "made", 5, np.random.default_rng(0), progress=False)
    (tmp_path / "README.md").write_text("Some walks.")
    with pytest.raises(AssetError, match="--licence"):
        make_mocap_library(tmp_path, "made", 5, np.random.default_rng(0), progress=False)
    (tmp_path / "LICENSE.txt").write_text("CC0 1.0\n")
    library, _ = make_mocap_library(tmp_path, "made", 5, np.random.default_rng(0), progress=False)
    assert library.licence == "CC0 1.0"


def test_a_library_is_written_and_read_back(tree, tmp_path, capsys):
    path = add_poses(tree, "made", 30, FREE, tmp_path / "poses")
    assert path == tmp_path / "poses" / "made.npz" and len(load_library(path)) == 30
    said = capsys.readouterr().out
    assert said.count("skipped ") == 4 and "4 files skipped" in said
    assert [item.name for item in path.parent.iterdir()] == ["made.npz"]


@pytest.mark.parametrize("name", ["", "../made", "a/b", ".made"])
def test_a_library_cannot_leave_its_folder(tree, tmp_path, name):
    with pytest.raises(AssetError, match="called"):
        add_poses(tree, name, 5, FREE, tmp_path)


def test_turns_that_no_joint_does_are_left_out(tmp_path):
    poses = prior_poses(20)
    poses[5:15, 4] = [-2.0, 0, 0]  # knees bent the wrong way
    write_bvh(tmp_path / "a.bvh", poses)
    frames = read_frames(tmp_path / "a.bvh", 30, 1000, np.random.default_rng(0))
    assert not set(frames.frame) & set(range(5, 15)) and frames.dropped == 10
    write_bvh(tmp_path / "b.bvh", poses[5:15])
    with pytest.raises(AssetError, match=r"b\.bvh"):
        read_frames(tmp_path / "b.bvh", 30, 1000, np.random.default_rng(0))


def jump(frames=120, frame_time=1 / 60, top=0.3):
    """Height over a stand: still, a flight under gravity, still."""
    flight = 2 * np.sqrt(2 * top / 9.81)
    time = np.arange(frames) * frame_time - 0.8
    return np.where((time > 0) & (time < flight), 4.905 * time * (flight - time), 0.0)


def carried(height, frame_time=1 / 60):
    poses = standing(len(height))
    hips = -undersides(*body_joints(poses)).min(1) + height
    trail = np.stack([np.zeros_like(height), np.zeros_like(height), hips], 1)
    return poses, carry(poses, hips, trail, np.arange(len(height)), frame_time)


def test_a_jump_has_air_under_it():
    _, found = carried(jump())
    assert found.clearance.max() == pytest.approx(0.3, abs=0.01)
    assert (found.clearance[:45] == 0).all() and (found.clearance[90:] == 0).all()


def test_who_stands_on_something_is_put_on_the_floor():
    raised = np.concatenate([np.zeros(40), np.full(60, 0.5), np.zeros(40)])
    poses, found = carried(raised)
    assert (found.clearance[45:95] == 0).all() and (found.air[45:95] == pytest.approx(0.5))
    seat, held = rests(poses, found, np.arange(140))
    assert not seat.any() and not held.any()


def test_a_floor_at_any_height_is_a_floor():
    _, low = carried(jump())
    _, high = carried(jump() + 3.0)
    np.testing.assert_allclose(high.clearance, low.clearance, atol=1e-9)


def test_who_sits_needs_a_seat_and_who_stands_does_not():
    for pose, sits in ((sitting(), True), (standing(1), False)):
        still = carry(pose, np.zeros(1), np.zeros((1, 3)), np.array([0]), 0.1)
        seat, held = rests(pose, still, np.array([0]))
        assert seat.tolist() == [sits] and not held.any()


def test_who_hangs_is_left_out():
    poses = standing(40)
    poses[:, 16, 2], poses[:, 17, 2] = 1.3, -1.3  # arms up
    poses[20:, [1, 2], 0] = -1.2  # legs forward, feet off the ground, for a second
    hips = np.full(40, 0.9)
    still = carry(poses, hips, np.stack([0 * hips, 0 * hips, hips], 1), np.arange(40), 1 / 20)
    _, held = rests(poses, still, np.arange(40))
    assert held[20:].all() and not held[:20].any()

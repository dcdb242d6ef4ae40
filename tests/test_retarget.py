"""Retargeting: bones of the SMPL-X body point where the recorded ones do, whatever the file's axes and rest pose."""

import numpy as np
import pytest

from assets.poses.asf_amc import read_amc, read_asf
from assets.poses.bvh import read_bvh
from assets.poses.kinematics import body_joints
from assets.poses.measure_retarget import direction_errors
from assets.poses.retarget import retarget, shortest_turn
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.facing import remove_yaw
from blender_addon.core.poses.limits import mirror_pose, within_limits
from blender_addon.core.poses.mannequin import PARENTS
from blender_addon.core.poses.prior import sample_pose
from blender_addon.core.rotations import axis_angle_to_matrix
from tests.made_motion import NAMES, X_UP, Y_UP, Z_UP, world_rotations, write_amc, write_asf, write_bvh

LIMBS = [1, 2, 4, 5, 7, 8, 16, 17, 18, 19, 20, 21]


def prior_poses(count=24, seed=0):
    rng = np.random.default_rng(seed)
    return np.array([sample_pose(rng).pose for _ in range(count)])


def degrees_between(one, other):
    cosine = (np.trace(np.swapaxes(one, -1, -2) @ other, axis1=-2, axis2=-1) - 1) / 2
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


@pytest.mark.parametrize(
    "order, axes, arms_down",
    [
        pytest.param("ZXY", Y_UP, 0.0, id="T-pose, Y up"),
        pytest.param("XYZ", Z_UP, 0.0, id="T-pose, Z up"),
        pytest.param("ZYX", Y_UP, 0.8, id="A-pose"),
        pytest.param("YXZ", X_UP, 1.5, id="arms hang, X up"),
    ],
)
def test_a_pose_written_by_another_rigs_rules_comes_back(tmp_path, order, axes, arms_down):
    poses = prior_poses()
    motion = read_bvh(write_bvh(tmp_path / "a.bvh", poses, order, axes, arms_down), rate=30)
    back = retarget(motion)
    errors = direction_errors(motion, back)
    assert len(errors) == 16
    assert all(angles.max() < 0.01 for name, angles in errors.items() if name not in ("shoulders", "trunk", "neck"))
    assert np.concatenate([errors[name] for name in ("shoulders", "trunk", "neck")]).mean() < 5
    before, after = (np.array([world_rotations(pose) for pose in each]) for each in (poses, back))
    kept = degrees_between(before[:, [0, 9, 15, 7, 8]], after[:, [0, 9, 15, 7, 8]])
    assert kept.max() < 0.01  # pelvis, chest, head and feet
    assert np.median(degrees_between(before[:, LIMBS], after[:, LIMBS])) < 2  # turns about the bones too


def test_poses_that_are_possible_stay_possible(tmp_path):
    poses = prior_poses(30, seed=2)
    back = retarget(read_bvh(write_bvh(tmp_path / "a.bvh", poses, arms_down=0.8), rate=30))
    assert np.mean([within_limits(pose, np.radians(5)) for pose in back]) > 0.8


def test_left_stays_left(tmp_path):
    pose = np.zeros((55, 3))
    pose[0, 0] = np.pi / 2
    pose[16] = [0, 0, 1.2]  # the left arm goes up
    pose[1] = [-1.0, 0, 0]  # the left knee goes forward
    for axes in (Y_UP, Z_UP, X_UP):
        back = retarget(read_bvh(write_bvh(tmp_path / "a.bvh", [pose], axes=axes), rate=30))
        position, _ = body_joints(back)
        assert position[0, 20, 2] > position[0, 21, 2] + 0.4
        assert position[0, 4, 1] < position[0, 5, 1] - 0.2  # towards -Y, where people face
        assert position[0, 20, 0] > 0 > position[0, 21, 0]


def test_a_mirrored_recording_gives_the_mirrored_pose(tmp_path):
    poses = prior_poses(8)
    mirrored = np.array([mirror_pose(pose) for pose in poses])
    one, other = (
        retarget(read_bvh(write_bvh(tmp_path / f"{k}.bvh", each), rate=30)) for k, each in enumerate((poses, mirrored))
    )
    np.testing.assert_allclose(
        axis_angle_to_matrix(np.array([mirror_pose(pose) for pose in one])), axis_angle_to_matrix(other), atol=1e-4
    )


def test_a_straight_limb_takes_its_turn_from_the_recorded_rotation(tmp_path):
    straight = np.zeros((2, 55, 3))
    straight[:, 0, 0] = np.pi / 2
    straight[1, 1] = [0, 0.6, 0]  # one leg turned out, knee straight
    back = retarget(read_bvh(write_bvh(tmp_path / "a.bvh", straight), rate=30))
    np.testing.assert_allclose(back[1, 1], [0, 0.6, 0], atol=0.02)


def test_a_hand_turns_with_forearm_and_wrist_half_each(tmp_path):
    pose = np.zeros((55, 3))
    pose[0, 0], pose[18] = np.pi / 2, [0, -1.2, 0]
    pose[20] = [1.0, 0, 0]  # all of the turn in the wrist, which twists the skin
    back = retarget(read_bvh(write_bvh(tmp_path / "a.bvh", [pose]), rate=30))[0]
    assert np.linalg.norm(back[20]) == pytest.approx(0.5, abs=0.02)
    assert degrees_between(world_rotations(pose)[20], world_rotations(back)[20]) < 0.1


def test_fingers_jaw_and_eyes_are_left_at_rest(tmp_path):
    assert not retarget(read_bvh(write_bvh(tmp_path / "a.bvh", prior_poses(3)), rate=30))[:, 22:].any()


def test_acclaim_takes_point_as_recorded(tmp_path):
    rng = np.random.default_rng(0)
    skeleton = read_asf(write_asf(tmp_path / "07.asf"))
    frames = [
        {"root": (0, 17, 0, *rng.normal(0, 20, 3)), "ltibia": (rng.uniform(0, 120),), "rradius": (rng.uniform(0, 120),)}
        | {name: rng.normal(0, 25, 3) for name in ("lfemur", "rfemur", "lhumerus", "rhumerus")}
        for _ in range(20)
    ]
    motion = read_amc(write_amc(tmp_path / "07_01.amc", frames), skeleton, rate=120)
    errors = direction_errors(motion, retarget(motion))
    limbs = [name for name in errors if name.split()[-1] in ("thigh", "shin", "arm", "forearm", "hand")]
    assert len(limbs) == 10 and all(errors[name].max() < 0.01 for name in limbs)
    assert np.mean([angles.mean() for angles in errors.values()]) < 5


def test_somebody_who_stands_straight_stands_straight(tmp_path):
    skeleton = read_asf(write_asf(tmp_path / "07.asf"))
    femurs = {"lfemur": (0, 0, -20), "rfemur": (0, 0, 20)}  # legs are spread by 20 degrees with all turns zero
    (pose,) = retarget(read_amc(write_amc(tmp_path / "07_01.amc", [femurs]), skeleton))
    position, turned = body_joints(pose[None])
    soles = turned[0, [7, 8]] @ [0, 1, 0]
    np.testing.assert_allclose(soles, [[0, 0, 1]] * 2, atol=0.01)
    toes = turned[0, [7, 8]] @ [0, 0, 1]
    np.testing.assert_allclose(toes, [[0, -1, 0]] * 2, atol=0.01)
    assert abs(position[0, 15, 1]) < 0.1 and position[0, 15, 2] > 0.6


def test_unknown_joints_are_named(tmp_path):
    path = write_bvh(tmp_path / "a.bvh", prior_poses(1))
    path.write_text(path.read_text().replace("LeftForeArm", "Tentacle7"))
    with pytest.raises(AssetError, match=r"a\.bvh.*MotionBuilder.*LeftForeArm is missing"):
        retarget(read_bvh(path))


def test_a_prefix_before_the_names_does_not_matter(tmp_path):
    path = write_bvh(tmp_path / "a.bvh", prior_poses(2))
    plain = retarget(read_bvh(path, rate=30))
    text = path.read_text()
    for name in sorted(NAMES.values()):
        text = text.replace(f" {name}\n", f" mixamorig:{name}\n")
    path.write_text(text)
    np.testing.assert_array_equal(retarget(read_bvh(path, rate=30)), plain)


def test_a_rest_pose_without_an_up_is_refused(tmp_path):
    path = write_bvh(tmp_path / "a.bvh", prior_poses(1))
    lines = path.read_text().splitlines()
    lines = ["OFFSET 10 0 0" if line.split()[:1] == ["OFFSET"] else line for line in lines]
    path.write_text("\n".join(lines))
    with pytest.raises(AssetError, match="rest pose"):
        retarget(read_bvh(path))


def test_a_limb_without_length_is_refused(tmp_path):
    path = write_bvh(tmp_path / "a.bvh", prior_poses(1))
    lines = path.read_text().splitlines()
    knee = next(number for number, line in enumerate(lines) if "LeftLeg" in line)
    lines[knee + 2] = "OFFSET 0 0 0"
    path.write_text("\n".join(lines))
    with pytest.raises(AssetError, match=r"a\.bvh: LeftUpLeg and LeftLeg"):
        retarget(read_bvh(path))


def test_shortest_turns_turn_and_do_not_twist():
    rng = np.random.default_rng(0)
    start, end = rng.normal(size=(2, 50, 3))
    end[0] = -start[0]
    start, end = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (start, end))
    turn = shortest_turn(start, end)
    np.testing.assert_allclose((turn @ start[..., None])[..., 0], end, atol=1e-7)
    across = np.cross(start, end)
    np.testing.assert_allclose((turn @ across[..., None])[..., 0], across, atol=1e-7)


def test_many_poses_are_turned_to_the_front_as_one_is():
    poses = np.random.default_rng(0).normal(0, 1, (20, 55, 3))
    one_by_one = np.array([remove_yaw(pose) for pose in poses])
    np.testing.assert_allclose(axis_angle_to_matrix(remove_yaw(poses)), axis_angle_to_matrix(one_by_one), atol=1e-9)


def test_the_parents_of_the_made_rig_are_joints_of_it():
    assert all(PARENTS[joint] in NAMES for joint in NAMES if joint)

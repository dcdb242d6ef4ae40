"""Choosing frames: variety is kept, crowds are thinned, and the same generator chooses the same."""

import numpy as np
import pytest

from assets.poses.choose import balanced, farthest, pose_features
from blender_addon.core.poses.prior import sample_pose
from blender_addon.core.rotations import turn_about_z


def crowd_and_rare(rng, crowd=1900, rare=100):
    """One dense blob of standing, and a hundred others spread widely."""
    return np.concatenate([rng.normal(0, 0.01, (crowd, 6)), rng.uniform(-1, 1, (rare, 6))])


@pytest.mark.parametrize("choose", [farthest, balanced])
def test_the_usual_do_not_crowd_out_the_rare(choose):
    features = crowd_and_rare(np.random.default_rng(0))
    chosen = choose(features, 100, np.random.default_rng(1))
    assert len(set(chosen.tolist())) == 100
    assert np.mean(chosen >= 1900) > 0.35  # of all they are 5 %


def test_farthest_points_cover_what_was_not_chosen():
    features = np.random.default_rng(0).uniform(size=(3000, 3))
    chosen = features[farthest(features, 100, np.random.default_rng(1))]

    def gap(centres):
        return np.linalg.norm(features[:, None] - centres, axis=2).min(1).max()

    at_random = features[np.random.default_rng(2).permutation(3000)[:100]]
    assert gap(chosen) < 0.7 * gap(at_random)
    apart = np.linalg.norm(chosen[:, None] - chosen, axis=2) + np.eye(100) * 9
    assert apart.min() >= gap(chosen) - 1e-6


def test_a_shorter_choice_begins_a_longer_one():
    features = np.random.default_rng(0).normal(size=(500, 4))
    short, long = (farthest(features, count, np.random.default_rng(3)) for count in (20, 60))
    assert short.tolist() == long[:20].tolist()


@pytest.mark.parametrize("choose", [farthest, balanced])
def test_the_same_generator_chooses_the_same(choose):
    features = np.random.default_rng(0).normal(size=(400, 4))
    one, other = (choose(features, 50, np.random.default_rng(5)).tolist() for _ in range(2))
    assert one == other
    assert one != choose(features, 50, np.random.default_rng(6)).tolist()


@pytest.mark.parametrize("choose", [farthest, balanced])
@pytest.mark.parametrize("count, rows", [(10, 4), (4, 4), (1, 7), (3, 1), (5, 0)])
def test_any_count_is_served_as_far_as_there_are_rows(choose, count, rows):
    chosen = choose(np.zeros((rows, 3)), count, np.random.default_rng(0))
    assert sorted(set(chosen.tolist())) == sorted(chosen.tolist()) and len(chosen) == min(count, rows)


def test_features_do_not_see_where_a_person_faces_but_see_the_pose():
    rng = np.random.default_rng(0)
    poses = np.array([sample_pose(rng).pose for _ in range(6)])
    turned = poses.copy()
    for pose in turned:
        pose[0] = turn_about_z(pose[0], rng.uniform(-3, 3))
    features = pose_features(poses)
    np.testing.assert_allclose(pose_features(turned), features, atol=1e-5)
    apart = np.linalg.norm(features[:, None] - features, axis=2)[~np.eye(6, dtype=bool)]
    assert apart.min() > 0.02


def test_distance_of_features_is_metres_a_joint():
    pose = np.zeros((1, 55, 3))
    pose[0, 0, 0] = np.pi / 2
    raised = pose.copy()
    raised[0, 16, 2] = np.pi / 2  # the left arm up: elbow and wrist move
    between = np.linalg.norm(pose_features(pose) - pose_features(raised))
    upper, whole = 0.252 * np.sqrt(2), 0.478 * np.sqrt(2)
    assert between == pytest.approx(np.sqrt((upper**2 + whole**2) / 10), rel=0.01)

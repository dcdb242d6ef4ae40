"""Samplers of poses and their mixing: what is asked for is drawn, valid, varied, and the same for the same numbers."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.poses.kinematics import body_joints
from assets.poses.make_motion import HELD_OUT
from assets.poses.measure_samplers import END, START, write_into
from assets.poses.mesh_contact import DEEP, deepest
from assets.poses.train_gan import train
from assets.poses.train_gmm import features_of, fit_mixture
from assets.poses.variety import diversity, nearest_distances
from blender_addon.core.body import load_body
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.poses.contact import collides, lowest_points
from blender_addon.core.poses.features import from_features, root_of, to_features, up_of
from blender_addon.core.poses.gan import generate, read_generator, rotations_of
from blender_addon.core.poses.gmm import read_mixture, sample_gmm
from blender_addon.core.poses.goals import ArmAngles, HandAt, Plan, Step
from blender_addon.core.poses.library import make_library
from blender_addon.core.poses.limits import mirror_pose, within_limits
from blender_addon.core.poses.mix import PoseSources, open_sources, parse_mix, propose, sample_mixed
from blender_addon.core.poses.motion import SHIPPED, load_motion, quantise, save_motion
from blender_addon.core.poses.prior import FAMILIES, sample_pose
from blender_addon.core.poses.rare import sample_rare, within_rare_limits
from blender_addon.core.poses.realise import realise
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.poses.validity import PRESS, stand_in
from blender_addon.core.rotations import axis_angle_to_matrix

SAMPLED = ("library", "gmm", "rare", "gan")


def places(poses):
    return body_joints(poses)[0]


@pytest.fixture(scope="module")
def shipped():
    return open_sources(dict.fromkeys(SAMPLED, 0.25))


@pytest.fixture(scope="module")
def families():
    """(120, 55, 3) poses to learn from."""
    return np.array([sample_pose(np.random.default_rng(seed)).pose for seed in range(120)])


def draws(name, count, sources, seed=0):
    rng = np.random.default_rng(seed)
    return [sample_mixed(rng, {name: 1.0}, sources) for _ in range(count)]


# --pose-mix


def test_a_mix_is_read_and_its_shares_sum_to_one():
    assert parse_mix("library:1, gmm:0.5,rare:0.5") == {"library": 0.5, "gmm": 0.25, "rare": 0.25}
    assert parse_mix("families") == {"families": 1.0}
    assert parse_mix("gan:0,rare:3") == {"rare": 1.0}


@pytest.mark.parametrize(
    "text, says",
    [
        pytest.param("mocap:1", "mocap", id="unknown"),
        pytest.param("", "''", id="empty"),
        pytest.param("gmm:-1", "-1", id="negative"),
        pytest.param("gmm:nan", "nan", id="not a number"),
        pytest.param("gmm:inf", "inf", id="infinite"),
        pytest.param("gmm:much", "much", id="a word"),
        pytest.param("gmm:", "''", id="a colon and nothing"),
        pytest.param("gmm:0,rare:0", "sum", id="all zero"),
        pytest.param("gmm:1,gmm:2", "twice", id="repeated"),
        pytest.param("gmm:1e308,gan:1e308", "sum", id="too large together"),
    ],
)
def test_a_wrong_mix_is_refused_with_an_example(text, says):
    with pytest.raises(SettingsError) as caught:
        parse_mix(text)
    assert says in str(caught.value) and "--pose-mix" in str(caught.value)


def test_samplers_come_in_their_shares(shipped):
    mix = parse_mix("families:0.1,library:0.4,gmm:0.2,rare:0.2,gan:0.1")
    rng = np.random.default_rng(0)
    kinds = Counter(sample_mixed(rng, mix, shipped).kind for _ in range(150))
    assert 0.28 < kinds["library"] / 150 < 0.52
    assert all(0.1 < kinds[name] / 150 < 0.3 for name in ("gmm", "rare"))
    assert kinds["gan"] > 4


@pytest.mark.parametrize("name", ["families", *SAMPLED])
def test_same_random_numbers_same_pose(name, shipped):
    one, other = (draws(name, 3, shipped, seed=5) for _ in range(2))
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first.pose, second.pose)
        assert (first.kind, first.detail, first.seat, first.clearance) == (
            second.kind,
            second.detail,
            second.seat,
            second.clearance,
        )


def test_a_part_that_the_prior_lacks_is_named(tmp_path, families):
    path = save_motion(tmp_path / "mine.npz", fit_mixture(features_of(families), components=(2,)))
    assert sample_mixed(np.random.default_rng(0), {"gmm": 1.0}, open_sources({"gmm": 1.0}, motion_path=path)).kind
    with pytest.raises(SettingsError, match="'gan'"):
        open_sources({"gmm": 0.5, "gan": 0.5}, motion_path=path)


def test_families_need_no_file(tmp_path):
    assert open_sources({"families": 1.0}, motion_path=tmp_path / "absent.npz").motion is None


def test_a_sampler_that_finds_nothing_leaves_it_to_the_families():
    """A library whose one pose nobody can take: the hand is behind the belly, through it."""
    hang, through = ArmAngles(0.1, 0.2, 0.0, 0.3), HandAt("belly", (0, 0, -0.12), (1, 0, 0))
    plan = Plan(legs=(Step(0.1, 0.0), Step(0.1, 0.0)), arms=(through, hang))
    pose = realise(plan, DEFAULT_SKELETON, np.random.default_rng(0)).pose()
    library = make_library("bad", pose[None], [0.0], [False], [0], [0], ["a.bvh"], "", "")
    draw = sample_mixed(np.random.default_rng(0), {"library": 1.0}, PoseSources(libraries=(library,)))
    assert draw.kind in FAMILIES and draw.rejected >= 60


# What every sampler promises


@pytest.mark.parametrize("name", SAMPLED)
def test_draws_are_valid(name, shipped):
    for draw in draws(name, 40, shipped):
        assert draw.pose.shape == (55, 3) and np.isfinite(draw.pose).all()
        assert 0 <= draw.clearance <= 0.6 and not (draw.seat and draw.clearance)
        assert abs(np.linalg.norm(up_of(draw.pose[0])) - 1) < 1e-9
        if draw.kind == "rare":
            assert within_rare_limits(draw.pose)
        else:
            assert within_limits(draw.pose, slack=2e-3)
        mannequin = stand_in(draw.pose, DEFAULT_SKELETON)
        assert not collides(mannequin, PRESS + 0.002)
        assert np.isfinite(lowest_points(mannequin)).all()


@pytest.mark.parametrize("name", SAMPLED)
def test_nobody_has_a_turn_about_z_left(name, shipped):
    for draw in draws(name, 10, shipped):
        np.testing.assert_allclose(root_of(up_of(draw.pose[0])), draw.pose[0], atol=1e-6)


@pytest.mark.parametrize("name", SAMPLED)
def test_samplers_differ_from_draw_to_draw(name, shipped):
    assert diversity(places([draw.pose for draw in draws(name, 30, shipped)])) > 0.12


def test_generated_people_are_like_recorded_ones_and_as_varied(shipped):
    some = shipped.motion.library.poses[::3]
    known = places([*some, *map(mirror_pose, some)])
    recorded = diversity(places([draw.pose for draw in draws("library", 60, shipped)]))
    for name in ("gmm", "gan"):
        points = places([draw.pose for draw in draws(name, 60, shipped)])
        assert diversity(points) > 0.7 * recorded
        assert nearest_distances(points, known).mean() < 0.1


def test_shipped_people_do_not_go_through_themselves(shipped, open_body_path):
    """Judged by the mesh, which the samplers do not see."""
    body = load_body(open_body_path)
    deep = [deepest(body, draw.pose)[0] for draw in draws("library", 25, shipped)]
    assert np.mean(np.array(deep) > DEEP) < 0.2


# Rare poses


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1, 4), st.booleans())
def test_rare_poses_keep_their_own_table(seed, simplicity, extreme):
    assert within_rare_limits(sample_rare(np.random.default_rng(seed), simplicity, extreme))


def test_rare_arms_hang_at_rest_and_knees_only_bend_back():
    poses = np.array([sample_rare(np.random.default_rng(seed)) for seed in range(400)])
    np.testing.assert_allclose(np.median(poses[:, 16, 2]), -np.radians(70), atol=0.15)
    np.testing.assert_allclose(np.median(poses[:, 17, 2]), np.radians(70), atol=0.15)
    assert poses[:, 4, 0].min() == 0 and poses[:, 4, 0].max() > 1
    np.testing.assert_allclose(poses[:, 4, 0][poses[:, 4, 0] > 0].std(), 0.3 * np.radians(100), rtol=0.25)
    assert not poses[:, 22:].any()


def test_extreme_poses_are_farther_from_rest_and_simple_ones_nearer():
    def size(**settings):
        poses = [sample_rare(np.random.default_rng(seed), **settings) for seed in range(200)]
        return np.abs(np.array(poses)[:, [1, 2, 4, 5, 18, 19]]).mean()

    assert size(simplicity=3) < size() < size(extreme=True)


@pytest.mark.parametrize("simplicity", [0.5, 0, -1, np.nan, np.inf])
def test_a_simplicity_that_leaves_the_table_is_refused(simplicity):
    with pytest.raises(SettingsError, match="out of range"):
        open_sources({"rare": 1.0}, simplicity=simplicity)


# Libraries


def test_photos_keep_their_viewpoint_and_mirror_it(families):
    count = len(families)
    library = make_library(
        "photos", families, np.zeros(count), np.zeros(count, bool), np.zeros(count, int), np.arange(count), ["a.jpg"],
        "", "", np.full(count, 0.5), np.full(count, 0.2),
    )  # fmt: skip
    sources = PoseSources(libraries=(library,))
    headings = {draw.heading for draw in draws("library", 20, sources)}
    assert headings == {0.5, -0.5}
    assert {draw.elevation for draw in draws("library", 5, sources)} == {0.2}


def test_the_shipped_library_has_no_viewpoint(shipped):
    assert all(draw.heading is None for draw in draws("library", 5, shipped))


# Features, mixture, generator


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3).filter(lambda v: np.linalg.norm(v) > 0.1))
def test_up_and_back(up):
    unit = np.array(up) / np.linalg.norm(up)
    np.testing.assert_allclose(up_of(root_of(up)), unit, atol=1e-6)


def test_features_and_back(families):
    for pose in families[:20]:
        again = from_features(to_features(pose))
        np.testing.assert_allclose(axis_angle_to_matrix(again[1:22]), axis_angle_to_matrix(pose[1:22]), atol=1e-7)
        np.testing.assert_allclose(up_of(again[0]), up_of(pose[0]), atol=1e-7)


def test_a_mixture_stays_near_what_it_learned(families):
    mixture = read_mixture(fit_mixture(features_of(families), components=(2, 4)), "here")
    poses = [sample_gmm(np.random.default_rng(seed), mixture)[0] for seed in range(60)]
    assert all(within_limits(pose) for pose in poses)
    assert nearest_distances(places(poses), places(families)).mean() < 0.2
    assert diversity(places(poses)) > 0.1


def test_a_generator_is_trained_the_same_way_twice_and_runs_in_numpy(families):
    one, other = (train(families[:20], seed=1, steps=2) for _ in range(2))
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])
    generator = read_generator(one, "here")
    output = generate(generator, np.random.default_rng(0).normal(size=(4, generator.noise)))
    assert output.shape == (4, 129)
    turns = rotations_of(output[:, :126].reshape(4, 21, 6).astype(float))
    np.testing.assert_allclose(np.linalg.det(turns), 1, atol=1e-6)


@pytest.mark.parametrize("change", ["shape", "nan", "missing", "objects"])
def test_a_broken_prior_is_refused(change, families, tmp_path):
    arrays = fit_mixture(features_of(families[:60]), components=(1,))
    if change == "shape":
        arrays["gmm_means"] = arrays["gmm_means"][:, :-1]
    elif change == "nan":
        arrays["gmm_factors"] = np.full_like(arrays["gmm_factors"], np.nan)
    elif change == "missing":
        del arrays["gmm_factors"]
    else:
        arrays["gmm_means"] = np.array([[None] * 66])
    path = save_motion(tmp_path / "broken.npz", arrays)
    with pytest.raises(AssetError, match=r"broken\.npz"):
        load_motion(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"not an archive"])
def test_a_file_that_is_no_prior_is_refused(content, tmp_path):
    path = tmp_path / "foreign.npz"
    path.write_bytes(content)
    with pytest.raises(AssetError, match="foreign"):
        load_motion(path)


def test_quantised_poses_are_the_same_to_a_hundredth_of_a_degree(families):
    small = quantise(families) * (np.pi / 32767)
    np.testing.assert_allclose(
        axis_angle_to_matrix(small), axis_angle_to_matrix(families[:, :22]), atol=np.radians(0.02)
    )


def test_the_same_arrays_make_the_same_bytes(families, tmp_path):
    arrays = {"poses": quantise(families), "licence": np.array("x")}
    one, other = (save_motion(tmp_path / name, arrays).read_bytes() for name in ("a.npz", "b.npz"))
    assert one == other


# What ships


def test_what_ships_is_small_says_where_it_is_from_and_holds_nothing_back(shipped):
    motion = shipped.motion
    assert SHIPPED.stat().st_size <= 3_000_000
    notes = json.loads(motion.provenance)
    assert "mocap.cs.cmu.edu" in motion.licence and notes["takes"]
    stems = {source.rsplit("/", 1)[-1].split(".")[0] for source in motion.library.sources}
    assert not stems & set(HELD_OUT)
    assert len(motion.library) > 2000 and motion.library.seat.sum() > 50 and (motion.library.clearance > 0).any()


def test_the_figures_go_between_their_marks(tmp_path):
    page = tmp_path / "poses.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n")
    write_into(page, "| new |")
    assert page.read_text() == f"before\n{START}\n| new |\n{END}\nafter\n"
    page.write_text("no marks")
    with pytest.raises(SettingsError, match="no lines"):
        write_into(page, "| new |")


def test_hands_are_never_stiff(shipped):
    for name in SAMPLED:
        for draw in draws(name, 5, shipped):
            assert np.linalg.norm(draw.pose[25:], axis=1).mean() > 0.03


def test_a_proposal_is_what_the_sampler_drew(shipped):
    assert propose(np.random.default_rng(0), "gmm", shipped).kind == "gmm"
    assert propose(np.random.default_rng(0), "library", shipped).floor is not None

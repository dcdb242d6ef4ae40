"""How a recorded pose goes on: read from takes, kept by libraries, done to the pose that somebody takes."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from assets.poses.mocap_library import make_mocap_library
from blender_addon.core.cast import load_cast
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.family import pose_for
from blender_addon.core.figure import sample_figure
from blender_addon.core.motion import is_moving, moment, next_surfaces
from blender_addon.core.person import make_person
from blender_addon.core.poses.amass import find_takes, open_take, read_clip
from blender_addon.core.poses.library import load_library, make_library, save_library
from blender_addon.core.poses.limits import mirror_pose
from blender_addon.core.poses.motion import load_motion
from blender_addon.core.poses.movement import after, mirrored, movement_between, turned
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.poses.validity import Candidate, accept
from blender_addon.core.posing import pose_body
from blender_addon.core.ranges import Ranges
from blender_addon.core.rotations import axis_angle_to_matrix, turn_about_z
from blender_addon.core.sample import sample_scene
from blender_addon.core.spec import MOTION_STEP
from tests.made_motion import write_bvh

SPEED, SWING = 1.5, 2.0
"""m/s along the way, and rad/s of the left elbow, of those who walk in these tests."""


def walker(time, heading=0.0):
    """(55, 3) and (3,) of somebody who slides ahead with a bending elbow; ahead is -Y at heading 0."""
    pose = np.zeros((55, 3))
    pose[0] = turn_about_z([np.pi / 2, 0, 0], heading)
    pose[[16, 17], 2] = -1.2, 1.2
    pose[18, 1] = -0.2 - SWING * time
    return pose, np.array([np.sin(heading), -np.cos(heading), 0.0]) * SPEED * time + [0, 0, 0.9]


def write_take(path, rate=120.0, seconds=1.0, heading=0.0, **changes):
    frames = [walker(frame / rate, heading) for frame in range(round(seconds * rate))]
    poses = np.array([pose[[*range(22), *range(25, 55)]].ravel() for pose, _ in frames])
    trail = np.array([place for _, place in frames])
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = {"poses": poses, "trans": trail, "mocap_framerate": rate, **changes}
    np.savez(path, **{name: value for name, value in fields.items() if value is not None})
    return open_take(path)


def same_turns(poses, others, atol=1e-6):
    np.testing.assert_allclose(axis_angle_to_matrix(poses), axis_angle_to_matrix(others), atol=atol)


@pytest.mark.parametrize("rate", [120.0, 120.00004577, 60.0, 100.0, 25.0], ids="{:g}".format)
@pytest.mark.parametrize("steps", [1, 4])
def test_a_take_tells_what_follows_by_its_own_clock(tmp_path, rate, steps):
    take = write_take(tmp_path / "a_poses.npz", rate)
    pose, movements, source = read_clip(take, 0.3, steps)
    start = int(source.split("@")[1]) / rate
    assert len(movements) == steps
    for step, movement in enumerate(movements, 1):
        wanted, place = walker(start + step * MOTION_STEP)
        same_turns(after(pose, movement), wanted, atol=2e-4)
        np.testing.assert_allclose(movement.travel, place - walker(start)[1], atol=1e-4)


BROKEN = [
    pytest.param({"mocap_framerate": np.array("fast")}, id="no clock"),
    pytest.param({"trans": None}, id="no way"),
    pytest.param({"trans": np.zeros((7, 3))}, id="another take's way"),
    pytest.param({"trans": np.cumsum(np.full((120, 3), 0.4), 0)}, id="faster than anybody"),
]


@pytest.mark.parametrize("changes", BROKEN)
def test_a_take_that_does_not_tell_stands_still(tmp_path, changes):
    pose, movements, _ = read_clip(write_take(tmp_path / "a_poses.npz", **changes), 0.5)
    assert movements == () and pose.shape == (55, 3)


def test_a_clip_begins_early_enough_to_end(tmp_path):
    take = write_take(tmp_path / "a_poses.npz")
    _, movements, source = read_clip(take, 1.0, 20)
    assert int(source.split("@")[1]) + 20 * 4 <= 119
    assert len(movements) == 20 and np.linalg.norm(movements[-1].travel) == pytest.approx(SPEED * 20 / 30, abs=1e-6)


def test_movements_survive_what_is_done_to_poses():
    """Mirrored, turned or rolled: the pose after the movement is as the later pose mirrored, turned or rolled."""
    rng = np.random.default_rng(0)
    pose, later = rng.normal(0, 0.5, (2, 55, 3))
    movement = movement_between(pose, later, [0.1, -0.2, 0.03])
    same_turns(after(pose, movement), later)
    same_turns(after(mirror_pose(pose), mirrored(movement)), mirror_pose(later))
    np.testing.assert_allclose(mirrored(movement).travel, [-0.1, -0.2, 0.03])
    there, then = pose.copy(), later.copy()
    there[0], then[0] = turn_about_z(pose[0], 0.7), turn_about_z(later[0], 0.7)
    same_turns(after(there, turned(movement, 0.7)), then)
    np.testing.assert_allclose(turned(movement, np.pi / 2, 2.0).travel, [0.4, 0.2, 0.06], atol=1e-12)


def test_whoever_is_accepted_goes_on_facing_ahead():
    pose, place = walker(0.2, heading=2.0)
    later, there = walker(0.2 + MOTION_STEP, heading=2.0)
    candidate = Candidate("library", "", pose, (0.0, False), movements=(movement_between(pose, later, there - place),))
    draw = accept(candidate, DEFAULT_SKELETON, np.random.default_rng(0))
    (movement,) = draw.movements
    np.testing.assert_allclose(movement.travel, [0, -SPEED * MOTION_STEP * DEFAULT_SKELETON.scale, 0], atol=1e-9)
    bend = after(draw.pose, movement)[18, 1] - draw.pose[18, 1]
    assert bend == pytest.approx(-SWING * MOTION_STEP, abs=1e-6)


@pytest.fixture(scope="module")
def walking(catalog, tmp_path_factory):
    """A cast of one take of somebody who walks."""
    folder = tmp_path_factory.mktemp("takes")
    write_take(folder / "walk_poses.npz", seconds=3.0, heading=-1.0)
    takes = replace(catalog, takes=find_takes(folder))
    return takes, load_cast(takes, Ranges(pose_mix="library").check())


def test_people_in_scenes_go_the_way_they_face(walking, body):
    catalog, cast = walking
    for index in range(2):
        scene = sample_scene(3, index, catalog, Ranges(persons=(2, 2), pose_mix="library:1"), cast)
        for spec in scene.persons:
            assert is_moving(spec)
            now, then = (
                pose_body(body, spec.betas, pose_for(body, pose), position)
                for pose, position in ((spec.pose, spec.position), (spec.next_pose, spec.next_position))
            )
            across = now.joints[1] - now.joints[2]
            ahead = np.array([across[1], -across[0], 0]) / np.hypot(*across[:2])
            way = then.joints[0] - now.joints[0]
            assert way @ ahead > 0.95 * np.linalg.norm(way)
            assert np.linalg.norm(way) == pytest.approx(SPEED * MOTION_STEP, rel=0.3)
            assert np.linalg.norm(then.joints[20] - now.joints[20]) < 0.2  # nobody jumps


def test_next_surfaces_are_those_of_the_next_pose(walking, body):
    catalog, cast = walking
    spec = sample_scene(3, 1, catalog, Ranges(persons=(1, 1), pose_mix="library:1"), cast).persons[0]
    person = make_person(body, spec)
    then = make_person(body, replace(spec, pose=spec.next_pose, position=spec.next_position))
    moved = next_surfaces(person)
    assert [len(points) for points in moved] == [len(surface.points) for surface in person.surfaces]
    for surface, points, wanted in zip(person.surfaces, moved, then.surfaces, strict=True):
        off = np.linalg.norm(points - wanted.posed, axis=1)
        assert np.quantile(off, 0.9) < (1e-5 if surface.name in ("skin", "eyes") else 0.02)
        assert np.linalg.norm(points - surface.posed, axis=1).max() < 0.3
    still = replace(person, spec=replace(spec, next_pose=(), next_position=()))
    assert all(points is surface.posed for points, surface in zip(next_surfaces(still), still.surfaces, strict=True))


def test_frames_are_one_motion_seen_by_one_camera(walking):
    catalog, _ = walking
    ranges = Ranges(frames=4, persons=(1, 2), pose_mix="library:1", motion_blur=1.0, noise=1.0).check()
    cast = load_cast(catalog, ranges)
    clip = [sample_scene(9, index, catalog, ranges, cast) for index in range(4, 8)]
    for now, then in itertools.pairwise(clip):
        assert (now.camera, now.world, now.occluders) == (then.camera, then.world, then.occluders)
        assert now.development.seed != then.development.seed
        assert replace(now.development, seed=0) == replace(then.development, seed=0)
        for before, later in zip(now.persons, then.persons, strict=True):
            assert (before.next_pose, before.next_position) == (later.pose, later.position)
            assert before.garments == later.garments
    first = sample_scene(9, 1, catalog, replace(ranges, frames=1), cast).persons[0]
    assert (first.pose, first.position) == (clip[0].persons[0].pose, clip[0].persons[0].position)


@pytest.mark.parametrize(
    "knobs, says",
    [
        ({"frames": 3}, "stand still"),
        ({"frames": 3, "pose_mix": "library:1,gmm:1"}, "stand still"),
        ({"frames": 3, "views": 2, "pose_mix": "library"}, "cannot both"),
        ({"frames": 0}, "--frames 0"),
    ],
)
def test_frames_of_what_stands_still_are_refused(knobs, says):
    with pytest.raises(SettingsError, match=says):
        Ranges(**knobs).check()


def test_frames_without_takes_are_refused(catalog):
    with pytest.raises(SettingsError, match="--poses FOLDER"):
        load_cast(catalog, Ranges(frames=3, pose_mix="library").check())


@pytest.mark.parametrize("kind", ["npz", "bvh"])
def test_libraries_keep_how_their_poses_go_on(tmp_path, kind, cast):
    rate = 30.0
    if kind == "npz":
        write_take(tmp_path / "takes" / "walk_poses.npz", rate, seconds=2.0, heading=1.0)
    else:
        frames = [walker(frame / rate, heading=1.0) for frame in range(60)]
        to_smpl = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
        trail = np.array([place for _, place in frames]) @ to_smpl.T
        write_bvh(tmp_path / "takes" / "walk.bvh", [pose for pose, _ in frames], trail=trail)
    rng = np.random.default_rng(0)
    library, _ = make_mocap_library(tmp_path / "takes", "walks", 20, rng, "CC0", rate=10, progress=False)
    again = load_library(save_library(tmp_path / "walks.npz", library))
    assert len(again) >= 10
    for row in range(len(again)):
        movement = again.movement(row)
        np.testing.assert_allclose(movement.travel, [0, -SPEED * MOTION_STEP, 0], atol=4e-3)
        assert movement.turns[18, 1] == pytest.approx(-SWING * MOTION_STEP, abs=2e-3)
        assert np.abs(np.delete(movement.turns, 18, 0)).max() < 3e-3
    recorded = replace(cast, mix={"library": 1.0}, poses=replace(cast.poses, libraries=(again,)))
    figure = sample_figure(np.random.default_rng(1), Ranges(), recorded)
    assert is_moving(moment(figure.spec, figure.heading, figure.movements))


def library_with(**arrays):
    pose = np.zeros((2, 55, 3), np.float32)
    pose[:, 0, 0] = np.pi / 2
    return make_library("made", pose, [0, 0], [False] * 2, [0, 0], [0, 1], ["a"], "CC0", "test", **arrays)


BAD = [
    pytest.param({"turns": np.zeros((2, 55, 3))}, "travel", id="no way"),
    pytest.param({"turns": np.zeros((2, 22, 3)), "travel": np.zeros((2, 3))}, "turns", id="too few joints"),
    pytest.param({"turns": np.full((2, 55, 3), 9.0), "travel": np.zeros((2, 3))}, "1/30 s", id="a spin"),
    pytest.param({"turns": np.zeros((2, 55, 3)), "travel": np.full((2, 3), np.inf)}, "1/30 s", id="infinitely far"),
    pytest.param({"turns": np.full((2, 55, 3), np.nan), "travel": np.zeros((2, 3))}, "same poses", id="half unknown"),
]


@pytest.mark.parametrize("arrays, says", BAD)
def test_libraries_with_impossible_motion_are_refused(arrays, says):
    with pytest.raises(AssetError, match=says):
        library_with(**arrays)


def test_libraries_of_old_have_no_motion_and_some_rows_may_have_none(tmp_path):
    assert library_with().movement(0) is None
    turns, travel = np.zeros((2, 55, 3)), np.zeros((2, 3))
    turns[1], travel[1] = np.nan, np.nan
    library = load_library(save_library(tmp_path / "made.npz", library_with(turns=turns, travel=travel)))
    assert library.movement(0) is not None and library.movement(1) is None


def test_the_prior_that_ships_moves():
    library = load_motion().library
    movements = [library.movement(row) for row in range(len(library))]
    known = [movement for movement in movements if movement is not None]
    assert len(known) > 0.99 * len(library)
    way = np.linalg.norm([movement.travel for movement in known], axis=1)
    assert np.median(way) < 0.03 and 0.05 < np.quantile(way, 0.99) < 0.15  # metres in 1/30 s: some run
    turns = np.linalg.norm([movement.turns for movement in known], axis=2)
    assert turns.max() <= 1.75 and np.median(turns[:, 18]) > 0.01

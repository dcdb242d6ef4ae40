"""Lenses: distortion against OpenCV's, pictures without borders, blur that a camera could make."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from blender_addon.core.camera import intrinsics, look_at, project, to_camera
from blender_addon.core.distortion import distort, distorted_radius, fold, undistort
from blender_addon.core.figure import sample_figure
from blender_addon.core.lens import is_blurred, pinhole_of, sample_lens, sharp_stop, warp
from blender_addon.core.posing import pose_body
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from blender_addon.core.spec import CameraSpec

TURN = tuple(map(tuple, look_at((0.3, -4.0, 1.5), (0, 0, 1), 0.2).tolist()))
BARREL, PINCUSHION, WAVE = (-0.25, 0.06), (0.05, -0.01), (-0.3, 0.02)


def camera_with(coefficients, width=320, height=240, focal_mm=22.0) -> CameraSpec:
    return CameraSpec(width, height, focal_mm, (0.3, -4.0, 1.5), TURN, distortion=coefficients)


@pytest.mark.parametrize("coefficients", [(), BARREL, PINCUSHION], ids=["none", "barrel", "pincushion"])
def test_projection_is_opencvs(coefficients):
    camera = camera_with(coefficients)
    points = np.random.default_rng(0).uniform([-1.5, -1, 0], [1.5, 1, 2], (200, 3))
    ours, _ = project(points, camera)
    given = np.array([*(coefficients or (0, 0)), 0, 0, 0], float)
    theirs, _ = cv2.projectPoints(to_camera(points, camera), np.zeros(3), np.zeros(3), intrinsics(camera), given)
    np.testing.assert_allclose(ours, theirs[:, 0], atol=1e-6)


@pytest.mark.parametrize("coefficients", [BARREL, PINCUSHION, WAVE, ()])
def test_distortion_is_undone(coefficients):
    points = np.random.default_rng(1).uniform(-0.7, 0.7, (300, 2))
    np.testing.assert_allclose(undistort(distort(points, coefficients), coefficients), points, atol=1e-9)


@pytest.mark.parametrize("coefficients", [BARREL, PINCUSHION, WAVE, (-0.2, 0.0), (0.0, 0.0), (0.1, 0.0)])
def test_what_lies_farther_out_is_shown_farther_out(coefficients):
    """A polynomial that turns back would bring people beside the camera into its picture."""
    radius = np.linspace(0, 15, 3000)
    assert (np.diff(distorted_radius(radius, coefficients)) > 0).all()


def test_the_fold_is_where_the_polynomial_turns():
    radius = np.linspace(0, 3, 30001)
    shown = radius * (1 + radius**2 * (WAVE[0] + radius**2 * WAVE[1]))
    assert fold(WAVE) == pytest.approx(radius[np.argmax(shown[:20000])], abs=1e-3)
    assert fold(PINCUSHION) > 2 and np.isinf(fold((0.1, 0.02)))


@pytest.mark.parametrize("coefficients", [BARREL, PINCUSHION], ids=["barrel", "pincushion"])
def test_a_warped_picture_shows_each_point_where_it_is_projected(coefficients):
    """The pinhole's picture holds its own pixels' places; warped, each pixel says where it looks."""
    camera = camera_with(coefficients)
    pinhole = pinhole_of(camera)
    assert intrinsics(pinhole)[0, 0] == pytest.approx(intrinsics(camera)[0, 0])
    rows, columns = np.indices((pinhole.height, pinhole.width)) + 0.5
    shown = warp(np.stack([columns, rows], -1), camera)
    focal = intrinsics(camera)[0, 0]
    place = (shown - [pinhole.width / 2, pinhole.height / 2]) / focal
    pixels = distort(place, coefficients) * focal + [camera.width / 2, camera.height / 2]
    expected = np.stack(np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5), -1)
    np.testing.assert_allclose(pixels, expected, atol=1e-3)


@pytest.mark.parametrize("coefficients", [BARREL, PINCUSHION], ids=["barrel", "pincushion"])
def test_warping_is_opencvs_and_leaves_no_border(coefficients):
    camera = camera_with(coefficients)
    pinhole = pinhole_of(camera)
    noise = np.random.default_rng(2).uniform(0.5, 1, (pinhole.height, pinhole.width, 3)).astype(np.float32)
    picture = cv2.GaussianBlur(noise, (0, 0), 2)
    grid = np.stack(np.meshgrid(np.arange(camera.width), np.arange(camera.height)), -1).reshape(-1, 1, 2) + 0.5
    middle = np.array([[pinhole.width / 2, pinhole.height / 2]])
    matrix, given = intrinsics(camera), np.array([*coefficients, 0, 0, 0], float)
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-10)
    rays = cv2.undistortPointsIter(grid.astype(float), matrix, given, np.eye(3), np.eye(3), criteria)[:, 0]
    place = (rays * matrix[0, 0] + middle - 0.5).reshape(camera.height, camera.width, 2).astype(np.float32)
    theirs = cv2.remap(picture, place, None, cv2.INTER_LINEAR, borderValue=(-9, -9, -9))
    ours = warp(picture, camera)
    assert ours.shape == (camera.height, camera.width, 3) and ours.min() > 0.5 and theirs.min() > 0.5
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_labels_are_moved_whole():
    camera = camera_with(BARREL)
    pinhole = pinhole_of(camera)
    mask = np.zeros((pinhole.height, pinhole.width), np.uint8)
    mask[:, ::2] = 7
    assert set(np.unique(warp(mask, camera, nearest=True))) == {0, 7}
    with pytest.raises(ValueError, match="expected"):
        warp(mask[:-1], camera)
    plain = replace(camera, distortion=())
    assert warp(mask, plain) is mask and pinhole_of(plain) is plain


@pytest.mark.parametrize("focal_mm", [8.0, 19.0, 35.0, 200.0])
def test_every_lens_that_is_drawn_can_be_shown(focal_mm, main):
    """All of the picture looks somewhere before its fold, and the picture to render stays a picture."""
    ranges = Ranges(distortion=1.0, depth_of_field=0, motion_blur=0)
    bends = []
    for seed in range(15):
        camera = sample_lens(np.random.default_rng(seed), ranges, camera_with((), focal_mm=focal_mm), main, False)
        corner = np.hypot(camera.width, camera.height) / 2 / intrinsics(camera)[0, 0]
        assert undistort(np.array([corner, 0.0]), camera.distortion)[0] < fold(camera.distortion)
        pinhole = pinhole_of(camera)
        assert camera.width <= pinhole.width < 2.2 * camera.width
        bends.append(distort(np.array([corner, 0.0]), camera.distortion)[0] / corner - 1)
    assert -0.2 < min(bends) < max(bends) < 0.04 and np.ptp(bends) > 0.005


@pytest.fixture(scope="module")
def recorded(cast):
    return replace(cast, mix={"library": 1.0})


@pytest.fixture(scope="module")
def scenes(catalog, recorded):
    ranges = Ranges(depth_of_field=1.0, motion_blur=1.0, distortion=1.0, persons=(1, 2)).check()
    return [sample_scene(21, index, catalog, ranges, recorded) for index in range(6)]


@pytest.fixture(scope="module")
def main(cast):
    return sample_figure(np.random.default_rng(0), Ranges(), cast).standing(0.0, 1.0, 0.0)


def test_the_main_person_is_in_focus(scenes, cast):
    for scene in scenes:
        person, camera = scene.persons[0], scene.camera
        joints = pose_body(cast.bodies[person.body], person.betas, person.pose, person.position).joints[:22]
        _, depths = project(joints, camera)
        assert depths.min() - 0.2 < camera.focus < depths.max() + 0.2
        assert 1.5 < camera.f_stop < 40 and is_blurred(camera)


def test_a_person_is_never_drowned_in_blur(scenes):
    """Thin lens: the circle of what lies 0.3 m behind the focus, in shares of the sensor."""
    for camera in (scene.camera for scene in scenes):
        focal, behind = camera.focal_mm / 1000, camera.focus + 0.3
        circle = focal**2 / (camera.f_stop * (camera.focus - focal)) * 0.3 / behind
        assert circle / 0.036 < 0.0045
    assert sharp_stop(85, 2.0) > sharp_stop(50, 2.0) > sharp_stop(50, 4.0)


def test_the_shutter_opens_where_somebody_is_known_to_move(scenes):
    for scene in scenes:
        moving = any(person.next_pose for person in scene.persons)
        assert (1 / 251 < scene.camera.shutter < 1 / 29) == moving
    assert sum(scene.camera.shutter > 0 for scene in scenes) >= 5


def test_each_effect_comes_by_its_own_chance_and_changes_no_other(catalog, recorded, scenes):
    off = Ranges(depth_of_field=0, motion_blur=0, persons=(1, 2)).check()
    for index in (0, 3):
        plain = sample_scene(21, index, catalog, off, recorded)
        assert not is_blurred(plain.camera) and plain.camera.distortion == ()
        lens = {"f_stop": 0.0, "focus": 0.0, "shutter": 0.0, "distortion": ()}
        assert replace(scenes[index], camera=replace(scenes[index].camera, **lens)) == plain
        bent = sample_scene(21, index, catalog, replace(off, distortion=1.0), recorded)
        assert bent.camera == replace(plain.camera, distortion=scenes[index].camera.distortion)


def test_pictures_without_a_lens_are_most_of_them(catalog, cast):
    still = replace(cast, mix={"families": 1.0})
    ranges = Ranges(persons=(1, 1), occluders=(0, 0))
    cameras = [sample_scene(5, index, catalog, ranges, still).camera for index in range(20)]
    assert 0 < sum(camera.f_stop > 0 for camera in cameras) < 12
    assert not any(camera.shutter or camera.distortion for camera in cameras)

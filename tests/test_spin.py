"""SPIN's files, made here in the forms that are published, and what becomes of them."""

import io
import zipfile

import numpy as np
import pytest

from assets.poses.kinematics import body_joints
from assets.poses.spin import read_spin, spin_library
from assets.poses.spin_camera import LIMB_JOINTS, LIMB_PARTS, recover_cameras
from assets.poses.viewpoint import view_people
from blender_addon.core.camera import look_at, project
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.limits import within_limits
from blender_addon.core.poses.prior import sample_pose
from blender_addon.core.rotations import axis_angle_to_matrix, matrix_to_axis_angle, turn_about_z
from blender_addon.core.spec import CameraSpec

COUNT = 6
FACING = matrix_to_axis_angle(np.diag([1.0, -1, -1]))
"""Root of someone upright who faces SPIN's camera: half a turn about X."""


def camera_looking_down(elevation: float, distance: float) -> CameraSpec:
    """A camera on a circle round (0, distance, 1): at 0 it is level and looks along +Y."""
    target = np.array([0, distance, 1.0])
    position = target - distance * np.array([0, np.cos(elevation), -np.sin(elevation)])
    return CameraSpec(320, 240, 300.0, tuple(position), tuple(map(tuple, look_at(position, target))))


def stand_in_scene(pose, distance: float) -> np.ndarray:
    """(22, 3) joints of a pose whose root is in the world, the pelvis at (0, distance, 1)."""
    return body_joints(pose[None])[0][0] + [0, distance, 1.0]


def bone_angles(pixels) -> np.ndarray:
    """Directions in the picture of limbs and trunk; NaN for those that point at the camera."""
    pairs = [(1, 4), (4, 7), (2, 5), (5, 8), (16, 18), (18, 20), (17, 19), (19, 21), (0, 12), (1, 2), (16, 17)]
    bones = np.array([pixels[b] - pixels[a] for a, b in pairs])
    long = np.linalg.norm(bones, axis=1) > 0.3 * np.linalg.norm(bones, axis=1).max()
    return np.where(long, np.arctan2(bones[:, 1], bones[:, 0]), np.nan)


@pytest.fixture(scope="module")
def people():
    """(pose in the world, elevation of the camera) of people of all kinds, each with the pose as SPIN would have it."""
    rng = np.random.default_rng(5)
    made = []
    for kind in ("stand", "walk", "sit", "sport", "reach", "kneel"):
        pose = sample_pose(rng, families={kind: 1}).pose
        pose[0] = turn_about_z(pose[0], rng.uniform(-np.pi, np.pi))
        elevation = float(rng.uniform(-0.3, 0.7))
        spin = pose[:24].copy()
        spin[22:] = rng.normal(0, 0.2, (2, 3))
        to_camera = np.array(camera_looking_down(elevation, 60.0).rotation)
        spin[0] = matrix_to_axis_angle(to_camera @ axis_angle_to_matrix(pose[0]))
        made.append((pose, elevation, spin))
    return made


def arrays_of(people, **more) -> dict:
    """A data set npz as SPIN publishes them, everyone's body known."""
    spin = np.array([person[2] for person in people])
    part = np.zeros((len(people), 24, 3))
    for row, pose in enumerate(spin):
        joints = body_joints(pose[None])[0][0]
        part[row, LIMB_PARTS, :2] = 300 + 150 * joints[list(LIMB_JOINTS), :2]
        part[row, LIMB_PARTS, 2] = 1
    return {
        "imgname": np.array([f"images/{row:03d}.jpg" for row in range(len(people))]),
        "center": np.full((len(people), 2), 310.0),
        "scale": np.full(len(people), 1.8),
        "part": part,
        "openpose": np.zeros((len(people), 25, 3)),
        "pose": spin.reshape(-1, 72),
        "shape": np.zeros((len(people), 10)),
        "has_smpl": np.ones(len(people)),
        "gender": np.array(["m"] * len(people)),
    } | more


@pytest.mark.parametrize("row", range(COUNT))
def test_a_photograph_comes_back(people, row):
    """Known body and camera -> SPIN -> library -> our camera: the same directions of limbs in the picture."""
    pose, elevation, spin = people[row]
    before, _ = project(stand_in_scene(pose, 60.0), camera_looking_down(elevation, 60.0))
    views = view_people(spin[None])
    back = views.pose[0].copy()
    back[0] = turn_about_z(back[0], views.heading[0])
    after, _ = project(stand_in_scene(back, 60.0), camera_looking_down(views.elevation[0], 60.0))
    apart = np.angle(np.exp(1j * (bone_angles(before) - bone_angles(after))))
    assert np.nanmax(np.abs(np.degrees(apart))) < 3
    assert np.isfinite(apart).sum() >= 5


def test_who_stands_tells_how_the_camera_was_tilted(people):
    for pose, elevation, spin in people[:2]:
        views = view_people(spin[None])
        assert views.standing[0] and abs(views.elevation[0] - elevation) < np.radians(12)
        upright = axis_angle_to_matrix(views.pose[0, 0]) @ [0, 1, 0]
        assert abs(upright[2] - (axis_angle_to_matrix(pose[0]) @ [0, 1, 0])[2]) < 0.1


def test_who_faces_the_camera_has_no_heading_and_their_left_is_positive():
    pose = np.zeros((2, 24, 3))
    pose[0, 0] = FACING
    turned = axis_angle_to_matrix(FACING) @ axis_angle_to_matrix([0, np.pi / 2, 0])  # to their own left
    pose[1, 0] = matrix_to_axis_angle(turned)
    views = view_people(pose)
    np.testing.assert_allclose(views.heading, [0, np.pi / 2], atol=1e-6)
    faces = axis_angle_to_matrix(turn_about_z(views.pose[1, 0], views.heading[1])) @ [0, 0, 1]
    assert faces[0] > 0.9  # in the world they look along +X, the right of our picture
    assert np.abs(views.pose[:, 0] - [np.pi / 2, 0, 0]).max() < 0.12  # but for a few degrees of balance


def test_someone_at_the_edge_of_the_picture_is_turned_by_the_line_of_sight():
    pose = np.zeros((1, 24, 3))
    pose[0, 0] = FACING
    views = view_people(pose, np.array([[1.0, 0, 1.0]]))
    assert views.heading[0] == pytest.approx(np.pi / 4, abs=0.01)


def test_only_those_who_need_it_get_a_seat(people):
    assert view_people(np.array([person[2] for person in people])).seat.tolist() == [False, False, True] + [False] * 3


def write(path, arrays):
    np.savez(path, **arrays)
    return path


def published(tmp_path, people) -> list:
    """The four forms: (file, training set or None)."""
    arrays = arrays_of(people)
    pose, betas = arrays["pose"], arrays["shape"]
    training = write(tmp_path / "training.npz", {key: arrays[key] for key in ("imgname", "center", "scale", "part")})
    np.save(tmp_path / "coco_fits.npy", np.hstack([pose, betas]).astype(np.float32))
    final = {"pose": pose, "betas": betas, "valid_fit": np.ones(len(people), bool)}
    results = {"pred_joints": np.zeros((len(people), 14, 3)), "pose": pose, "betas": betas}
    results["camera"] = np.tile([0.9, 0.01, 0.02], (len(people), 1))
    return [
        (write(tmp_path / "h36m.npz", arrays), None),
        (tmp_path / "coco_fits.npy", training),
        (write(tmp_path / "final.npz", final), training),
        (write(tmp_path / "results.npz", results), None),
    ]


def test_every_published_form_gives_the_same_poses(tmp_path, people):
    libraries = [spin_library(*form) for form in published(tmp_path, people)]
    kinds = [fits.kind for _, fits in libraries]
    assert kinds == ["data set", "static fits", "final fits", "results"]
    for library, fits in libraries:
        assert len(library) == COUNT and not fits.skipped
        np.testing.assert_allclose(library.poses, libraries[0][0].poses, atol=1e-5)
        np.testing.assert_allclose(library.heading, libraries[0][0].heading, atol=1e-5)
        assert all(within_limits(pose, 1e-3) for pose in library.poses)
        assert not library.clearance.any() and np.abs(library.poses[:, 22:25]).max() == 0
    assert libraries[2][0].label(3) == "images/003.jpg@3"
    np.testing.assert_allclose(libraries[3][1].camera[:, 0], 0.9)


def test_a_camera_that_was_not_stored_is_found(people):
    arrays = arrays_of(people)
    given = (arrays[key] for key in ("part", "center", "scale"))
    camera, miss = recover_cameras(arrays["pose"].reshape(-1, 24, 3), *given)
    # 150 px a metre in the photograph, 360 px of it in the crop; 10 px from its middle
    np.testing.assert_allclose(camera[:, 0], 150 / 180, rtol=1e-6)
    np.testing.assert_allclose(camera[:, 1:], -10 / 150, atol=1e-6)
    assert miss.max() < 1e-6


def test_bad_fits_are_left_out_and_counted(tmp_path, people):
    arrays = arrays_of(people, reprojection_loss=np.array([1.0, 1, 1, 1, 100, 1]))
    arrays["pose"][0, 5] = np.nan
    arrays["shape"][1, 0] = 3.1
    arrays["has_smpl"][2] = 0
    arrays["pose"][3, 3 * 4] = -1.2  # a knee bent forwards by 70 degrees
    library, fits = spin_library(write(tmp_path / "bad.npz", arrays))
    assert fits.row.tolist() == [5] and len(library) == 1
    assert sum(fits.skipped.values()) == 5 and len(fits.skipped) == 5


def test_bodies_that_do_not_lie_on_their_keypoints_are_left_out(tmp_path, people):
    file, training = published(tmp_path, people)[2]
    arrays = dict(np.load(training))
    arrays["part"][2, :, 1] *= -1  # upside down
    fits = read_spin(file, write(tmp_path / "other.npz", arrays))
    assert 2 not in fits.row and fits.skipped["the body does not lie on the keypoints"] == 1


def npy_header(shape) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return file.getvalue()


def make_bad(tmp_path, people, what):
    arrays = arrays_of(people)
    path = tmp_path / "bad.npz"
    if what == "truncated":
        whole = write(path, arrays).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif what == "no archive":
        path.write_bytes(b"PK\3\4 something else")
    elif what == "motion":
        write(path, {"poses": np.zeros((4, 156)), "trans": np.zeros((4, 3))})
    elif what == "pickled":
        write(path, arrays | {"pose": np.array([{"x": 1}, None], object)})
    elif what == "wrong columns":
        write(path, arrays | {"pose": np.zeros((COUNT, 66))})
    elif what == "too few shapes":
        write(path, arrays | {"shape": np.zeros((COUNT - 1, 10))})
    elif what == "no bodies":
        write(path, {key: arrays[key] for key in ("imgname", "center", "scale", "part")})
    elif what == "all bad":
        write(path, arrays | {"has_smpl": np.zeros(COUNT)})
    elif what == "huge":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("pose.npy", npy_header((10**9, 72)))
            archive.writestr("betas.npy", npy_header((10**9, 10)))
    return path


BAD = [
    "truncated",
    "no archive",
    "motion",
    "pickled",
    "wrong columns",
    "too few shapes",
    "no bodies",
    "all bad",
    "huge",
]


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_spin_file_is_refused_by_name(tmp_path, people, what):
    with pytest.raises(AssetError, match=r"bad\.npz"):
        spin_library(make_bad(tmp_path, people, what))


@pytest.mark.parametrize("what", ["pickled", "short", "other columns"])
def test_bad_static_fits_are_refused(tmp_path, what):
    path = tmp_path / "bad_fits.npy"
    if what == "pickled":
        np.save(path, np.array([{"pose": 1}], object))
    elif what == "short":
        path.write_bytes(npy_header((1000, 82)) + b"\0" * 100)
    else:
        np.save(path, np.zeros((5, 85)))
    with pytest.raises(AssetError, match="bad_fits"):
        spin_library(path)


def test_a_training_set_of_other_length_is_refused(tmp_path, people):
    file, _ = published(tmp_path, people)[2]
    short = write(tmp_path / "short.npz", {k: v[:4] for k, v in dict(np.load(tmp_path / "training.npz")).items()})
    with pytest.raises(AssetError, match="4 rows"):
        spin_library(file, short)

"""Fits of bodies to keypoints: what must hold of each, on people whose truth is known."""

import json
from collections import Counter

import numpy as np
import pytest
import torch

from assets.poses.coco_people import read_people
from assets.poses.fit import FEWEST, LIMBS, Effort, fit_people, flip_limb, keypoints_of
from assets.poses.fit_camera import State
from assets.poses.fit_library import fit_poses
from assets.poses.fit_prior import ANGLES, load_prior
from assets.poses.measure_fit import aligned_error
from assets.poses.torch_body import KeypointBody, angles_to_rotations
from assets.poses.viewpoint import view_people
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.library import load_library
from blender_addon.core.poses.limits import HIGH, LOW, joint_angles, within_limits
from blender_addon.core.poses.prior import sample_pose
from blender_addon.core.posing import pose_body
from blender_addon.core.rotations import axis_angle_to_matrix, matrix_to_axis_angle, turn_about_z

SIZE = (320, 240)
FOCAL = 280.0
QUICK = Effort(starts=2, steps=60, flip_steps=15, last_steps=50)
TO_CAMERA = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
HEADINGS = (0.3, 2.8, -1.4)
"""Towards the camera, away from it, sideways."""


@pytest.fixture(scope="module")
def prior():
    return load_prior(None, draws=120)


@pytest.fixture(scope="module")
def truth(body):
    """Three people before a level camera: keypoints (3, 17, 3), joints (3, 22, 3)."""
    rng = np.random.default_rng(2)
    keypoints, joints = [], []
    for number, (kind, heading) in enumerate(zip(("stand", "walk", "stand"), HEADINGS, strict=True)):
        pose = sample_pose(rng, families={kind: 1}).pose
        pose[0] = matrix_to_axis_angle(TO_CAMERA @ axis_angle_to_matrix(turn_about_z(pose[0], heading)))
        posed = pose_body(body, body.population_betas[number], pose, np.array([0.2, 0.1, 3.5]))
        points = body.keypoint_regressor[:17] @ posed.vertices
        pixels = points[:, :2] / points[:, 2:] * FOCAL + np.array(SIZE) / 2
        keypoints.append(np.c_[pixels, np.full(17, 2.0)])
        joints.append(posed.joints[:22])
    return np.array(keypoints), np.array(joints)


@pytest.fixture(scope="module")
def fits(truth, body, prior):
    return fit_people(truth[0], np.tile(SIZE, (3, 1)), body, prior, effort=QUICK)


def test_the_short_cut_to_keypoints_agrees_with_skinning(body):
    rng = np.random.default_rng(0)
    model = KeypointBody(body)
    for row in range(4):
        pose = sample_pose(rng).pose
        pose[22:] = 0
        posed = pose_body(body, body.population_betas[row], pose, np.zeros(3))
        angles = torch.tensor(joint_angles(pose)[None, 1:22], dtype=torch.float32)
        root = torch.tensor(axis_angle_to_matrix(pose[None, :1]), dtype=torch.float32)
        betas = torch.tensor(body.population_betas[row : row + 1], dtype=torch.float32)
        points, joints, _ = model(torch.cat([root, angles_to_rotations(angles)], 1), betas)
        np.testing.assert_allclose(points[0], body.keypoint_regressor[:17] @ posed.vertices, atol=1e-5)
        np.testing.assert_allclose(joints[0], posed.joints[:22], atol=1e-5)


def test_keypoints_are_met(truth, fits):
    assert fits.error.max() < 4
    apart = np.linalg.norm(fits.keypoints - truth[0][..., :2], axis=2)
    assert apart.mean() < 4 and apart.max() < 12


def test_left_and_right_front_and_back_are_not_exchanged(truth, fits):
    joints = truth[1]
    for left, right in ((1, 2), (16, 17)):
        found, wanted = fits.joints[:, left] - fits.joints[:, right], joints[:, left] - joints[:, right]
        cosine = (found * wanted).sum(1) / np.linalg.norm(found, axis=1) / np.linalg.norm(wanted, axis=1)
        assert cosine.min() > 0.8
    off = view_people(fits.pose).heading - HEADINGS
    assert np.abs(np.angle(np.exp(1j * off))).max() < 0.5


def test_fits_keep_joint_limits_and_shapes_of_people(fits):
    assert all(within_limits(pose, 1e-3) for pose in fits.pose)
    assert np.abs(fits.betas).max() <= 2.5
    assert (fits.translation[:, 2] > 1).all() and (fits.translation[:, 2] < 10).all()


def test_the_written_pose_is_the_body_that_was_fitted(body, fits):
    for row in range(3):
        posed = pose_body(body, fits.betas[row], fits.pose[row], fits.translation[row])
        points = body.keypoint_regressor[:17] @ posed.vertices
        pixels = points[:, :2] / points[:, 2:] * fits.focal[row] + np.array(SIZE) / 2
        np.testing.assert_allclose(pixels, fits.keypoints[row], atol=0.05)


def test_the_same_keypoints_give_the_same_fit(truth, body, prior):
    short = Effort(starts=2, steps=8, flip_steps=4, last_steps=4)
    once, again = (fit_people(truth[0], np.tile(SIZE, (3, 1)), body, prior, effort=short) for _ in range(2))
    np.testing.assert_array_equal(once.pose, again.pose)
    np.testing.assert_array_equal(once.betas, again.betas)


@pytest.mark.parametrize("what", ["not finite", "too few", "no people", "16 keypoints"])
def test_what_cannot_be_fitted_is_refused(truth, body, prior, what):
    keypoints = truth[0][:1].copy()
    if what == "not finite":
        keypoints[0, 3, 0] = np.nan
    elif what == "too few":
        keypoints[0, FEWEST - 1 :, 2] = 0
    elif what == "no people":
        keypoints = keypoints[:0]
    else:
        keypoints = keypoints[:, :16]
    with pytest.raises(ValueError):
        fit_people(keypoints, np.tile(SIZE, (len(keypoints), 1)), body, prior)


def test_a_flipped_limb_looks_the_same_and_leaves_the_others_alone(body):
    """Orthographically the picture of a flipped arm is the same; from afar nearly so."""
    model, angles = KeypointBody(body), torch.zeros(1, 21, 3)
    angles[0, 15] = torch.tensor([0.0, -0.6, -0.7])  # the left upper arm: down and forward
    place = torch.tensor([[0.0, 0.0, np.log(60.0)]])
    root = torch.diag(torch.tensor([1.0, -1.0, -1.0]))[None]
    state = State(root, angles, torch.zeros(1, model.betas), place.float())
    flipped = flip_limb(model, state, LIMBS[0], "both")
    (_, before, _), (_, after, _) = keypoints_of(model, state), keypoints_of(model, flipped)
    np.testing.assert_allclose(before[..., :2], after[..., :2], atol=0.01)
    elbow, shoulder = 18, 16
    forward = [float(joints[0, elbow, 2] - joints[0, shoulder, 2]) for joints in (before, after)]
    assert forward[0] < -0.05 and forward[1] == pytest.approx(-forward[0], abs=0.01)
    others = [joint for joint in range(22) if joint not in (18, 20)]
    np.testing.assert_allclose(before[:, others], after[:, others], atol=1e-4)


def test_the_prior_prefers_poses_of_people(prior):
    rng = np.random.default_rng(9)
    poses = np.array([joint_angles(sample_pose(rng).pose)[1:22].ravel() for _ in range(10)])
    scattered = rng.uniform(LOW[1:22], HIGH[1:22], (10, 21, 3)).reshape(10, ANGLES)
    energy = [prior.energy(torch.tensor(angles, dtype=torch.float32)) for angles in (poses, scattered)]
    assert energy[0].max() < energy[1].min()


def test_the_prior_is_kept_and_a_broken_one_made_anew(tmp_path):
    made = load_prior(tmp_path, draws=40)
    kept = load_prior(tmp_path, draws=40)
    assert torch.equal(made.means, kept.means) and torch.equal(made.whitening, kept.whitening)
    path = tmp_path / "fit_prior.npz"
    path.write_bytes(path.read_bytes()[:1000])
    assert torch.equal(load_prior(tmp_path, draws=40).means, made.means)


def coco_file(tmp_path, keypoints, images=None, more=()):
    """Pictures 0, 1, ... with one person each, and what else is given."""
    folder = tmp_path / "photos"
    folder.mkdir(exist_ok=True)
    entries = [{"id": row, "file_name": f"{row}.jpg", "width": 320, "height": 240} for row in range(len(keypoints))]
    people = [
        {"id": 100 + row, "image_id": row, "keypoints": points.ravel().tolist(), "bbox": [0, 0, 0, 0]}
        for row, points in enumerate(keypoints)
    ]
    for entry in entries:
        (folder / entry["file_name"]).write_bytes(b"a picture; nobody looks")
    path = tmp_path / "keypoints.json"
    path.write_text(json.dumps({"images": entries + list(images or ()), "annotations": people + list(more)}))
    return folder, path


def test_aligned_error_forgives_place_size_and_turn_but_no_mirror():
    points = np.random.default_rng(0).normal(size=(17, 3))
    turned = 1.7 * points @ axis_angle_to_matrix([0.3, -1.0, 2.0]).T + [1, 2, 3]
    assert aligned_error(points, turned) < 1e-6
    assert aligned_error(points * [-1, 1, 1], points) > 100
    moved = points.copy()
    moved[:, 0] += np.tile([0.01, -0.01], 9)[:17]
    assert 5 < aligned_error(moved, points) < 11


def test_photographs_become_a_library_and_fits(tmp_path, truth, body, prior):
    folder, path = coco_file(tmp_path, truth[0])
    (folder / "2.jpg").unlink()
    report = fit_poses(folder, path, tmp_path / "out" / "mine.npz", body, prior, QUICK)
    library, fits = load_library(report.library), np.load(report.fits, allow_pickle=False)
    assert len(library) == report.people == 2
    assert [library.label(row) for row in range(2)] == ["0.jpg@100", "1.jpg@101"]
    assert report.left_out == {"picture missing or unusable": 1} and "2.jpg" in str(report)
    assert np.abs(np.angle(np.exp(1j * (library.heading - HEADINGS[:2])))).max() < 0.5
    assert np.isfinite(library.elevation).all()
    assert fits["pose"].shape == (2, 55, 3) and fits["image"].tolist() == ["0.jpg", "1.jpg"]
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["mine.npz", "mine_fits.npz"]


def test_stopped_work_goes_on(tmp_path, truth, body, prior):
    """A run that cannot write its library leaves its parts; the next takes them up, but for a broken one."""
    folder, path = coco_file(tmp_path, truth[0][:1])
    short = Effort(starts=1, steps=40, flip_steps=0, last_steps=30)
    out = tmp_path / "mine.npz"
    out.mkdir()  # in the library's way
    with pytest.raises(AssetError, match=r"mine\.npz"):
        fit_poses(folder, path, out, body, prior, short)
    (part,) = tmp_path.glob(".mine.*.parts/*.npz")
    with pytest.raises(AssetError):
        mark_part(part)
        fit_poses(folder, path, out, body, prior, short)
    assert np.load(part)["error"][0] == 1.25
    part.write_bytes(part.read_bytes()[:200])
    out.rmdir()
    fit_poses(folder, path, out, body, prior, short)
    assert np.load(tmp_path / "mine_fits.npz")["error"][0] != 1.25
    assert not part.parent.exists()


def mark_part(part):
    """As if the fit had come out otherwise."""
    columns = dict(np.load(part))
    np.savez(part, **columns | {"error": np.array([1.25])})


GOOD = [50.0, 60.0, 2] * 8 + [90.0, 20.0, 1] * 9
HOSTILE = {
    "crowd": {"id": 1, "image_id": 0, "iscrowd": 1, "keypoints": GOOD},
    "annotation is no object": [1, 2],
    "annotation without usable ids": {"id": -4, "image_id": 0, "keypoints": GOOD},
    "picture missing or unusable": {"id": 1, "image_id": 77, "keypoints": GOOD},
    "keypoints are not 17 times x, y, v": {"id": 1, "image_id": 0, "keypoints": [float("nan"), *GOOD[1:]]},
    "fewer than 8 labelled keypoints": {"id": 1, "image_id": 0, "keypoints": [0] * 51},
    "keypoints all in one place": {"id": 1, "image_id": 0, "keypoints": [5, 5, 2] * 17},
}


@pytest.mark.parametrize("reason", HOSTILE)
def test_people_who_cannot_be_used_are_counted_by_reason(tmp_path, truth, reason):
    folder, path = coco_file(tmp_path, truth[0][:1], more=[HOSTILE[reason]])
    left_out = Counter()
    assert len(read_people(folder, path, left_out, [])) == 1
    assert left_out == {reason: 1}


@pytest.mark.parametrize(
    "change",
    [{"file_name": "../../etc/passwd"}, {"file_name": "/etc/passwd"}, {"file_name": 7}, {"width": "9"}, {"height": -1}],
)
def test_pictures_outside_the_folder_or_of_no_size_are_not_used(tmp_path, truth, change):
    image = {"id": 9, "file_name": "0.jpg", "width": 320, "height": 240} | change
    person = {"id": 5, "image_id": 9, "keypoints": GOOD}
    folder, path = coco_file(tmp_path, truth[0][:1], [image], [person])
    left_out, notes = Counter(), []
    assert len(read_people(folder, path, left_out, notes)) == 1
    assert left_out == {"picture missing or unusable": 1} and len(notes) == 1


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"images": []}', "[" * 100_000, '{"images": [], "annotations": []}'])
def test_what_is_no_coco_file_is_refused_by_name(tmp_path, text):
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(AssetError, match=r"bad\.json"):
        read_people(None, path, Counter(), [])


def test_our_own_pictures_tell_their_focal_length(tmp_path, truth):
    camera = {"camera": {"K": [[400, 0, 150], [0, 400, 120], [0, 0, 1]]}}
    image = {"id": 9, "file_name": "0.jpg", "width": 320, "height": 240, "posewright": camera}
    folder, path = coco_file(tmp_path, truth[0][:1], [image], [{"id": 5, "image_id": 9, "keypoints": GOOD}])
    people = read_people(folder, path, Counter(), [])
    assert np.isnan(people.focal[0]) and people.focal[1] == 400 and people.centre[1].tolist() == [150, 120]
    assert np.isnan(read_people(folder, path, Counter(), [], known_cameras=False).focal).all()

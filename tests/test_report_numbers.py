"""What the report counts: views, cuts and poses of people, and running histograms that stay as small as they began."""

import json
import pickle
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.core.keypoints import KEYPOINT_NAMES
from blender_addon.core.records import read_record
from headless.annotate import record_paths
from headless.report.findings import find
from headless.report.histogram import MOST_NAMES, Histogram, Sample, tally
from headless.report.person import measure_person, view_of
from headless.report.statistics import FATES, SECTORS, Statistics
from headless.report.survey import survey
from headless.report.variety import measure_variety
from tests.made_dataset import HEIGHT, WIDTH, edit_record, make_dataset, standing
from tests.made_export import ALONE, BEHIND, CUT


@pytest.fixture
def out(tmp_path):
    return make_dataset(tmp_path / "set", [[ALONE, BEHIND]])


def turned(degrees: float, up: float = 0.0) -> np.ndarray:
    """Someone 3 m before the camera, turned to their left, then tipped forwards; 0 faces the camera."""
    yaw, pitch = np.radians(degrees), np.radians(up)
    about_y = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    points = standing() - [0, -0.2, 0]  # around the chest
    return points @ (about_x @ about_y).T + [0, 0, 3.0]


@pytest.mark.parametrize(
    "degrees, tipped, azimuth, elevation",
    [
        pytest.param(0, 0, 0, 0, id="faces us"),
        pytest.param(180, 0, 180, 0, id="from behind"),
        pytest.param(90, 0, -90, 0, id="turned to their left shows their right"),
        pytest.param(-90, 0, 90, 0, id="turned to their right shows their left"),
        pytest.param(0, 60, 0, 60, id="bows, seen over the head"),
        pytest.param(0, -60, 0, -60, id="leans back, seen from the feet"),
    ],
)
def test_view_is_where_the_camera_is_around_the_chest(degrees, tipped, azimuth, elevation):
    found = view_of(turned(degrees, tipped))
    assert (found[0] - azimuth + 180) % 360 - 180 == pytest.approx(0, abs=1)
    assert found[1] == pytest.approx(elevation, abs=1)


def test_no_view_of_a_body_without_extent():
    assert view_of(np.zeros((len(KEYPOINT_NAMES), 3))) is None
    assert view_of(np.ones((len(KEYPOINT_NAMES), 3))) is None


def test_people_cut_off_are_told_by_the_edges_they_reach(tmp_path):
    out = make_dataset(tmp_path / "set", [[ALONE], [CUT], [(0, 0, 40.0)]])
    records = map(read_record, record_paths(out))
    whole, cut, far = (
        measure_person(record["spec"]["persons"][0], record["truth"]["persons"][0], WIDTH, HEIGHT) for record in records
    )
    assert whole.cut == () and whole.outside == 0
    assert "left" in cut.cut and "right" not in cut.cut and cut.outside == 3
    assert far.height < 0.1 < whole.height


def test_poses_and_views_make_warnings_when_there_are_enough_people(tmp_path):
    out = make_dataset(tmp_path / "set", [[ALONE, BEHIND]] * 30)
    for path in record_paths(out):
        record = json.loads(path.read_text())
        for person in record["spec"]["persons"]:
            person["pose"] = np.zeros((55, 3)).tolist()
        path.write_text(json.dumps(record))
    found = survey(out)
    variety = measure_variety(found.statistics.poses.kept)
    assert variety.poses == 60 and variety.twins == 1 and variety.diversity == 0
    text = " ".join(finding.text for finding in find(found, variety, True, []))
    assert "Nobody is seen from the front left, nor from the left" in text and "the front," not in text
    assert "100% of the poses have another within 2 cm" in text
    assert "Hardly anybody is cut off" in text and "Hardly anybody is large" in text
    assert "Only" not in text


def test_somebody_seen_again_in_another_view_of_the_scene_is_one_pose(tmp_path):
    out = make_dataset(tmp_path / "set", [[ALONE]] * 6)
    for number, path in enumerate(record_paths(out)):
        record = json.loads(path.read_text())
        record["spec"]["persons"][0]["pose"] = np.full((55, 3), number // 3 / 10).tolist()
        path.write_text(json.dumps(record))
    assert survey(out).statistics.poses.seen == 6
    description = json.loads((out / "dataset.json").read_text())
    (out / "dataset.json").write_text(json.dumps({**description, "ranges": {"views": 3}}))
    assert survey(out).statistics.poses.seen == 2


def test_variety_does_not_depend_on_where_people_face():
    rng = np.random.default_rng(3)
    poses = rng.normal(0, 0.3, (12, 55, 3))
    poses[:, 0] = [np.pi / 2, 0, 0]  # upright in the Z-up world
    upright = measure_variety(list(poses))
    poses[::2, 0] = np.array([1, 1, 1]) * 2 * np.pi / 3 / np.sqrt(3)  # the same, turned a quarter about Z
    assert measure_variety(list(poses)).diversity == pytest.approx(upright.diversity, rel=1e-6)
    assert upright.diversity > 0.02


@given(st.lists(st.floats(-5, 15), min_size=1, max_size=60))
def test_histogram_counts_everything_and_knows_the_mean(values):
    histogram = Histogram([0, 1, 2, 5, 10])
    for value in values:
        histogram.add(value)
    assert histogram.number == len(values) and histogram.shares.sum() == pytest.approx(1)
    assert histogram.mean == pytest.approx(np.mean(values), abs=1e-9)
    assert min(values) <= histogram.quantile(0.5) <= max(values)


def test_quantiles_come_near_the_true_ones():
    values = np.random.default_rng(1).gamma(2, 2, 4000)
    histogram = Histogram(np.linspace(0, 40, 201))
    histogram.add(*values)
    for share in (0.1, 0.5, 0.9):
        assert histogram.quantile(share) == pytest.approx(np.quantile(values, share), abs=0.2)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_histogram_refuses_what_is_no_measurement(value):
    histogram = Histogram([0, 1])
    with pytest.raises(ValueError, match="no measurement"):
        histogram.add(0.5, value)
    assert histogram.number == 0


def test_sample_is_bounded_and_fair():
    kept = np.zeros(20)
    for seed in range(800):
        sample = Sample(5, np.random.default_rng(seed))
        for thing in range(20):
            sample.add(thing)
        assert len(sample.kept) == 5
        kept[sample.kept] += 1
    assert abs(kept / 800 - 0.25).max() < 0.06  # 4 standard deviations


def test_counts_take_the_same_memory_however_many_pictures(out):
    record = read_record(record_paths(out)[0])
    statistics, sizes = Statistics(), []
    for index in range(600):
        statistics.add(index, record)
        if index in (199, 599):
            sizes.append(len(pickle.dumps(statistics)))
    assert statistics.pictures == 600 and sizes[1] < sizes[0] + 200
    assert statistics.fates.shape == (23, len(FATES)) and statistics.sectors.shape == (SECTORS,)


def test_names_out_of_files_cannot_fill_the_memory():
    counter = Counter()
    for number in range(MOST_NAMES + 500):
        tally(counter, f"name {number}")
    assert len(counter) == MOST_NAMES + 1 and counter.total() == MOST_NAMES + 500


def test_a_record_that_is_refused_leaves_no_trace(out):
    edit_record(out, 0, lambda truth: truth["persons"][1].update(bbox=[0, 0, 1]))
    statistics = Statistics()
    before = pickle.dumps(statistics)
    with pytest.raises(ValueError, match="finite numbers"):
        statistics.add(0, read_record(record_paths(out)[0]))
    assert pickle.dumps(statistics) == before

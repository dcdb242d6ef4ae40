"""Published models as things: measured, hashed, sat upon; broken ones are named."""

from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import Asset, load_catalog
from blender_addon.core.cutouts import without_holes
from blender_addon.core.dataset import open_dataset
from blender_addon.core.errors import AssetError
from blender_addon.core.gltf import Material, Piece
from blender_addon.core.models import look_at_models, model_facts, model_hash, model_shape
from blender_addon.core.ranges import Ranges
from blender_addon.core.records import read_json
from blender_addon.core.sitting import place_seat, sample_seat
from headless.credits import credit_lines

from .made_models import stool_boxes, write_model


def asset(path):
    return Asset(path.stem, "occluder", path, "CC0", "made")


def facts_of(folder, name, boxes):
    return model_facts(asset(write_model(folder, name, boxes)))


def test_a_model_stands_on_its_lowest_point_wherever_its_origin_is(tmp_path):
    path = write_model(tmp_path, boxes=[((4, -2, 7), (5, 1, 9))])
    points, _ = model_shape(asset(path))
    np.testing.assert_allclose(points.min(0), [-0.5, -1, 0], atol=1e-6)
    np.testing.assert_allclose(points.max(0), [0.5, 1, 3], atol=1e-6)
    assert model_facts(asset(path)).size == (1, 2, 3)


@pytest.mark.parametrize("size", [0.001, 100.0], ids=["millimetres", "kilometres"])
def test_what_was_exported_in_other_units_is_refused(tmp_path, size):
    with pytest.raises(AssetError, match="in metres"):
        facts_of(tmp_path, "odd", [((0, 0, 0), (size, size, size))])


def test_a_stool_can_be_sat_upon(tmp_path):
    seat = facts_of(tmp_path, "stool", stool_boxes(0.45, 0.4)).seat
    assert seat.height == pytest.approx(0.45, abs=1e-4)
    assert seat.front == pytest.approx(-0.2, abs=0.02) and seat.depth == pytest.approx(0.4, abs=0.03)
    assert seat.turn == 0 and seat.places == pytest.approx([0], abs=0.02) and seat.give == 0


def sofa(front: float):
    """In glTF's frame: a seat before a back and between arms; front 1 faces glTF's front, +Z, -1 away from it."""
    low, high = sorted((-0.3 * front, 0.4 * front))
    back = sorted((-0.5 * front, -0.3 * front))
    boxes = [((-0.9, 0, low), (0.9, 0.44, high)), ((-1.1, 0, back[0]), (1.1, 0.9, back[1]))]
    return [*boxes, ((-1.1, 0, low), (-0.9, 0.65, high)), ((0.9, 0, low), (1.1, 0.65, high))]


@pytest.mark.parametrize("front, turn", [(1, 0.0), (-1, np.pi)])
def test_one_sits_with_the_back_to_the_back_of_a_sofa(tmp_path, front, turn):
    seat = facts_of(tmp_path, f"sofa{front}", sofa(front)).seat
    assert seat.turn == pytest.approx(turn, abs=1e-4)
    assert seat.height == pytest.approx(0.44, abs=1e-3) and seat.depth == pytest.approx(0.7, abs=0.05)
    assert min(seat.places) > -0.75 and max(seat.places) < 0.75 and len(seat.places) > 5


@pytest.mark.parametrize(
    "boxes",
    [
        pytest.param([((0, 0, 0), (1.2, 0.8, 0.7))], id="a table is too high"),
        pytest.param([((0, 0, 0), (1.0, 0.1, 1.0))], id="a rug is too low"),
        pytest.param([((0, 0, 0), (0.2, 0.45, 0.2))], id="a post is too narrow"),
        pytest.param([((0, 0, 0), (1, 0.45, 1)), ((0, 1.2, 0), (1, 1.24, 1))], id="something is over it"),
    ],
)
def test_what_cannot_be_sat_upon_is_not(tmp_path, boxes):
    assert facts_of(tmp_path, "thing", boxes).seat is None


def test_a_seat_of_the_right_height_is_taken_and_scaled_by_little(tmp_path):
    stool = facts_of(tmp_path, "stool", stool_boxes(0.45))
    sitter = np.array([[0, 0.1, 0.9]])
    taken = {}
    for height in (0.42, 0.44, 0.46, 0.49):
        drawn = [
            sample_seat(np.random.default_rng(seed), height, (stool,), sitter, np.zeros(2), 0.3) for seed in range(12)
        ]
        taken[height] = [params for params in drawn if params["kind"] == "model"]
    assert not taken[0.42] and not taken[0.49]
    assert taken[0.44] and taken[0.46]
    for height in (0.44, 0.46):
        for params in taken[height]:
            assert params["seat"]["height"] == pytest.approx(height, abs=1e-3) and abs(params["scale"] - 1) <= 0.04
            thing = place_seat(params, (2.0, 3.0), 0.3)
            assert np.linalg.norm(np.array(thing.position[:2]) - (2.0, 3.0)) < 0.15


def test_nobody_sits_down_through_an_arm(tmp_path):
    model = facts_of(tmp_path, "sofa", sofa(1))
    arm = np.array([[x, -0.05, 0.5] for x in np.linspace(-1.2, 1.2, 400)])  # a rod through both arms
    drawn = [sample_seat(np.random.default_rng(seed), 0.44, (model,), arm, np.zeros(2), 0.0) for seed in range(10)]
    assert not any(params["kind"] == "model" for params in drawn)


def test_the_hash_covers_buffers_and_pictures(tmp_path):
    path = write_model(tmp_path)
    known = {model_hash(path)}
    for name in ("stool_1k.bin", "textures/wood.png"):
        file = path.parent / name
        file.write_bytes(file.read_bytes() + b"\0")
        known.add(model_hash(path))
    path.write_text(path.read_text() + " ")
    known.add(model_hash(path))
    assert len(known) == 4


@pytest.fixture
def stocked(tmp_path, catalog):
    """A catalog with one sound and one broken model."""
    write_model(tmp_path, "good_1k")
    write_model(tmp_path, "bad_1k", change=lambda model: model.update(nodes=[{"mesh": 7}]))
    found = load_catalog([tmp_path])
    return replace(catalog, occluders=found.occluders, skipped=[])


def test_broken_models_are_named_and_left_out_before_the_first_picture(stocked):
    assert [found.name for found in stocked.occluders] == ["bad_1k", "good_1k"]
    cast = load_cast(stocked, Ranges())
    assert [facts.name for facts in cast.models] == ["good_1k"]
    assert [found.name for found in stocked.occluders] == ["good_1k"]
    assert len(stocked.skipped) == 1 and "bad_1k.gltf" in stocked.skipped[0]


def test_a_data_set_describes_its_models(stocked, tmp_path):
    load_cast(stocked, Ranges())
    open_dataset(tmp_path / "out", 0, Ranges(), "jpg", stocked, {})
    (described,) = read_json(tmp_path / "out" / "dataset.json")["catalog"]["occluders"]
    assert described["name"] == "good_1k" and described["sha256"] == model_hash(stocked.occluders[0].path)
    assert described["licence"] and described["source"]
    assert any(line.name == "good_1k" for line in credit_lines(stocked))


def test_looking_at_models_reads_each_once(stocked, monkeypatch):
    look_at_models(stocked.occluders)
    monkeypatch.setattr("blender_addon.core.models.load_gltf", None)  # would fail if it were called
    found = look_at_models(tuple(asset for asset in stocked.occluders if asset.name == "good_1k"))
    assert len(found.facts) == 1


def test_holes_of_a_picture_become_holes_of_the_mesh():
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    normals, halves = np.tile([0.0, 0, 1], (4, 1)), np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    card = Piece(points, halves, normals, points[:, :2], Material())
    y, x = np.mgrid[0:200, 0:200]
    alpha = (np.hypot(x - 99.5, y - 99.5) < 60).astype(np.float32)  # a disc
    cut = without_holes(card, alpha)
    a, b, c = cut.points[cut.triangles].transpose(1, 0, 2)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    assert area == pytest.approx(np.pi * 0.3**2, rel=0.04)
    assert np.hypot(*(cut.points[:, :2] - 0.5).T).max() < 0.33
    np.testing.assert_allclose(cut.points[:, :2], cut.uv)
    np.testing.assert_allclose(cut.normals, [[0, 0, 1]] * len(cut.points))

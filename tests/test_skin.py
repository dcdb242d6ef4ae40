"""Skin: who gets which tone, and whether the body's mesh arrives whole; the masks of assets.bodies.skin_maps."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.body import load_body
from blender_addon.core.looks.skin import (
    above_hairline,
    beard_region,
    face_masks,
    group_vertices,
    head_coordinates,
    lab_to_linear,
    sample_skin,
    skin_surface,
)
from blender_addon.core.posing import shape_body
from blender_addon.core.spec import LookSpec, from_dict

BODY = Path(__file__).parents[1] / "assets" / "library" / "bodies" / "open_body.npz"
ANCESTRIES = {"african": (1, 0, 0), "asian": (0, 1, 0), "caucasian": (0, 0, 1)}
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])

needs_body = pytest.mark.skipif(not BODY.is_file(), reason="no open body: run `make assets`")


@pytest.fixture(scope="module")
def body():
    return load_body(BODY)


def draw(seed, sex=0.0, age=30.0, ancestry=(1 / 3, 1 / 3, 1 / 3)):
    return sample_skin(np.random.default_rng(seed), sex, age, ancestry)


@pytest.mark.parametrize(
    "lab, linear",
    [
        pytest.param((100, 0, 0), (0.95, 0.95, 0.95), id="white is kept below one"),
        pytest.param((53.39, 0, 0), (0.2140, 0.2140, 0.2140), id="middle grey"),
        pytest.param((53.24, 80.09, 67.20), (0.95, 0.004, 0.004), id="red"),
    ],
)
def test_lab_to_linear(lab, linear):
    np.testing.assert_allclose(lab_to_linear(np.array(lab, float)), linear, atol=4e-3)


def test_same_stream_same_skin_and_json_keeps_it():
    look = draw(3)
    assert look == draw(3) != draw(4)
    assert from_dict(LookSpec, json.loads(json.dumps(asdict(look)))) == look


def test_tones_span_the_human_range():
    looks = [draw(seed, ancestry=share) for seed in range(150) for share in ANCESTRIES.values()]
    luminance = np.array([np.dot(look.params["tone"], LUMINANCE) for look in looks])
    assert luminance.max() / luminance.min() > 8
    assert luminance.min() > 0.02 and luminance.max() < 0.5


def test_every_tone_is_a_skin():
    for seed in range(100):
        for share in ANCESTRIES.values():
            red, green, blue = draw(seed, ancestry=share).params["tone"]
            assert red > green > blue > 0


def test_ancestry_orders_tones():
    mean = {
        name: np.mean([draw(s, ancestry=a).params["lightness"] for s in range(80)]) for name, a in ANCESTRIES.items()
    }
    assert mean["african"] < mean["asian"] - 10
    assert mean["african"] < mean["caucasian"] - 10


def test_only_grown_men_have_stubble():
    assert all(draw(seed, sex=1.0).params["stubble"] == 0 for seed in range(40))
    assert all(draw(seed, sex=0.0, age=8).params["stubble"] == 0 for seed in range(40))
    assert any(draw(seed, sex=0.0).params["stubble"] > 0.3 for seed in range(40))


def test_hair_greys_with_age():
    young, old = ([draw(seed, age=age).params["grey"] for seed in range(40)] for age in (20, 75))
    assert max(young) == 0
    assert np.mean(old) > 0.7


@needs_body
def test_faces_and_weights_are_whole(body):
    shaped, _ = shape_body(body, np.asarray(body.population_betas[3], float))
    for surface in skin_surface(body, shaped, np.zeros(len(shaped), bool)):
        assert surface.faces.max() == len(surface.points) - 1
        assert surface.uv.shape == (len(surface.faces), 4, 2)
        np.testing.assert_allclose(surface.weights.sum(1), 1, atol=1e-5)
        assert all(len(values) == len(surface.points) for values in surface.attributes.values())
        assert all(np.isfinite(values).all() for values in surface.attributes.values())


@needs_body
def test_hidden_skin_is_left_out(body):
    shaped, _ = shape_body(body, np.asarray(body.population_betas[3], float))
    hidden = shaped[:, 1] < 0
    skin, _ = skin_surface(body, shaped, hidden)
    whole, _ = skin_surface(body, shaped, np.zeros(len(shaped), bool))
    assert len(skin.faces) < len(whole.faces)
    assert (skin.points[skin.faces][..., 1] >= 0).any(1).all()


@needs_body
def test_iris_looks_ahead_on_a_round_eye(body):
    shaped, _ = shape_body(body, np.asarray(body.population_betas[5], float))
    eyes = skin_surface(body, shaped, np.zeros(len(shaped), bool))[1]
    ball = eyes.attributes["lash"] == 0
    for side in "lr":
        own = shaped[group_vertices(body, f"helper-{side}-eye")]
        near = ball & (np.linalg.norm(eyes.points - own.mean(0), axis=1) < 0.03)
        angle, points = eyes.attributes["gaze_angle"][near], eyes.points[near] - own.mean(0)
        pupil = points[angle < 0.01].mean(0)
        assert pupil[2] / np.linalg.norm(pupil) > 0.999
        outer = np.linalg.norm(points[angle > 1], axis=1)
        np.testing.assert_allclose(outer, outer.mean(), rtol=1e-3)


@needs_body
def test_regions_lie_where_they_belong(body):
    place = head_coordinates(body)
    masks = face_masks(body)
    lips, brows, beard = masks["face"].T
    scalp = masks["flesh"][:, 0]
    assert abs(place[lips > 0.5][:, 0]).max() < 0.04 and (place[lips > 0.5][:, 1] < -0.04).all()
    assert (place[brows > 0.5][:, 1] > 0.005).all() and (place[brows > 0.5][:, 1] < 0.035).all()
    assert (place[beard > 0.5][:, 1] < 0.0).all()
    assert (scalp * beard).max() < 0.3 and (scalp * lips).max() == 0
    assert (above_hairline(place[lips > 0.5]) < 0).all()
    assert beard_region(np.array([[0.0, -0.1, 0.02]]))[0] > 0.5


def test_maps_are_the_same_twice_and_not_drawn_again(tmp_path):
    skin_maps = pytest.importorskip("assets.bodies.skin_maps")
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    assert skin_maps.bake_skin_maps(first) and skin_maps.bake_skin_maps(second)
    assert first.read_bytes() == second.read_bytes()
    before = first.stat().st_mtime_ns
    assert not skin_maps.bake_skin_maps(first)
    assert first.stat().st_mtime_ns == before
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.png", "b.png"]

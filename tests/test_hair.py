"""Hair: grows on the scalp and nowhere else, stays out of the head, and hangs on the skeleton."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.body import load_body
from blender_addon.core.looks.hair import STYLES, hair_surfaces, sample_hair
from blender_addon.core.looks.scalp import vertex_normals
from blender_addon.core.looks.skin import above_hairline, group_vertices, sample_skin
from blender_addon.core.posing import shape_body
from blender_addon.core.spec import LookSpec, from_dict

BODY = Path(__file__).parents[1] / "assets" / "library" / "bodies" / "open_body.npz"
MAX_FACES = 66_000
SKIN = sample_skin(np.random.default_rng(0), 0.0, 30.0, (0.3, 0.3, 0.4))

needs_body = pytest.mark.skipif(not BODY.is_file(), reason="no open body: run `make assets`")


def draw(seed, sex=0.0, age=30.0, style=None, beard=False):
    look = sample_hair(np.random.default_rng(seed), sex, age, SKIN, style)
    if not beard:
        look.params["beard"] = {"length": 0.0, "moustache": False}
    return look


@pytest.fixture(scope="module")
def body():
    return load_body(BODY)


@pytest.fixture(scope="module")
def shaped(body):
    return shape_body(body, np.asarray(body.population_betas[0], float))[0]


def eye_frame(body, shaped):
    left, right = (shaped[group_vertices(body, f"helper-{side}-eye")].mean(0) for side in "lr")
    return (left + right) / 2, np.linalg.norm(left - right)


def test_same_stream_same_hair_and_json_keeps_it():
    look = draw(3, beard=True)
    assert look == draw(3, beard=True) != draw(4, beard=True)
    assert from_dict(LookSpec, json.loads(json.dumps(asdict(look)))) == look


def test_men_and_women_wear_different_hair():
    men, women = (Counter(draw(seed, sex).params["style"] for seed in range(300)) for sex in (0.0, 1.0))
    assert sum(women[style] for style in ("long", "bob", "ponytail", "medium", "fringe")) > 180
    assert sum(men[style] for style in ("buzz", "crew", "short", "side part", "messy")) > 160
    assert women["bald"] == 0


def test_only_older_men_lose_their_hair():
    assert all(draw(seed, 0.0, 20).params["style"] != "bald" for seed in range(100))
    assert all(draw(seed, 0.0, 20).params["recession"] == 0 for seed in range(100))
    assert any(draw(seed, 0.0, 70).params["recession"] > 0.3 for seed in range(100))


def test_only_grown_men_have_beards():
    assert all(draw(seed, 1.0, beard=True).params["beard"]["length"] == 0 for seed in range(60))
    assert all(draw(seed, 0.0, 10, beard=True).params["beard"]["length"] == 0 for seed in range(60))
    assert any(draw(seed, 0.0, beard=True).params["beard"]["length"] > 0 for seed in range(60))


@needs_body
def test_a_bald_head_has_no_surface(body, shaped):
    assert hair_surfaces(body, shaped, draw(1, style="bald")) == []


@needs_body
@pytest.mark.parametrize("style", sorted(STYLES))
def test_surface_is_whole(body, shaped, style):
    (surface,) = hair_surfaces(body, shaped, draw(5, style=style))
    assert np.isfinite(surface.points).all()
    assert surface.faces.min() >= 0 and surface.faces.max() == len(surface.points) - 1
    assert len(surface.faces) <= MAX_FACES
    assert surface.uv.shape == (len(surface.faces), 4, 2)
    np.testing.assert_allclose(surface.weights.sum(1), 1, atol=1e-5)
    for values in surface.attributes.values():
        assert values.shape == (len(surface.points),) and values.min() >= 0 and values.max() <= 1


@needs_body
@pytest.mark.parametrize("style", sorted(STYLES))
def test_hair_keeps_off_the_face_and_out_of_the_head(body, style):
    row = 3 + len(style)  # another shape for each
    shaped, _ = shape_body(body, np.asarray(body.population_betas[row], float))
    (surface,) = hair_surfaces(body, shaped, draw(6, style=style))
    middle, eyes = eye_frame(body, shaped)
    place = (surface.points - middle) / eyes * 0.0616
    before_eyes = (np.abs(place[:, 0]) < 0.045) & (place[:, 1] < 0.012) & (place[:, 1] > -0.10) & (place[:, 2] > -0.01)
    assert before_eyes.mean() < 0.002
    strands = surface.points[surface.attributes["strand"] > 0.05]
    assert inside_head(body, shaped, strands).mean() < 0.01


def inside_head(body, shaped, points, depth=0.002) -> np.ndarray:
    """(N,) deeper than `depth` under the plane of the nearest vertex of the skull."""
    quads = body.poly[np.asarray(body.poly_group) == list(body.group_names).index("body")]
    normals = vertex_normals(shaped, quads)
    middle, _ = eye_frame(body, shaped)
    skull = np.zeros(len(shaped), bool)
    skull[quads] = True
    skull &= above_hairline(shaped - middle) > -0.03
    skull &= (shaped[:, 1] > middle[1] - 0.1) & (np.abs(shaped[:, 0]) < 0.075)
    corner, normal = shaped[skull], normals[skull]
    near = points[(points[:, 1] > middle[1] + 0.03)][::7]
    nearest = ((near**2).sum(1)[:, None] - 2 * near @ corner.T + (corner**2).sum(1)).argmin(1)
    return ((near - corner[nearest]) * normal[nearest]).sum(1) < -depth


@needs_body
def test_roots_lie_on_the_scalp(body, shaped):
    (surface,) = hair_surfaces(body, shaped, draw(8, style="short"))
    cap = surface.attributes["strand"] == 0
    roots = surface.points[cap]
    middle, eyes = eye_frame(body, shaped)
    quads = body.poly[np.asarray(body.poly_group) == list(body.group_names).index("body")]
    skin = shaped[np.unique(quads)]
    skin = skin[skin[:, 1] > middle[1] - 0.15]
    sample = roots[:: max(1, len(roots) // 500)]
    gap = np.linalg.norm(sample[:, None] - skin[None], axis=2).min(1)
    assert gap.max() < 0.02
    for spot in ((0.5, 0, 0.1), (-0.5, 0, 0.1), (0, -0.6, 0.7), (0, -1.05, 0.5)):  # eyes, nose, mouth
        assert np.linalg.norm(roots - (middle + eyes * np.array(spot)), axis=1).min() > 0.04


@needs_body
def test_ears_stay_bare_under_short_hair(body, shaped):
    (surface,) = hair_surfaces(body, shaped, draw(2, style="crew"))
    middle, _ = eye_frame(body, shaped)
    ear_side = shaped[: body.skin_vertices]
    ear = ear_side[
        np.argmax(np.where(np.abs(ear_side[:, 1] - middle[1]) < 0.03, ear_side[:, 0], -1) * (ear_side[:, 0] < 0.12))
    ]
    assert (np.linalg.norm(surface.points - ear, axis=1) < 0.012).mean() < 0.001


@needs_body
def test_long_hair_hangs_on_the_chest_not_on_the_head(body, shaped):
    (surface,) = hair_surfaces(body, shaped, draw(3, 1.0, style="long"))
    middle, _ = eye_frame(body, shaped)
    low = surface.points[:, 1] < middle[1] - 0.3
    assert low.any()
    np.testing.assert_allclose(surface.weights[low, 9], 1, atol=1e-5)
    np.testing.assert_allclose(surface.weights[surface.points[:, 1] > middle[1], 15], 1, atol=1e-5)


@needs_body
def test_the_same_look_grows_the_same_strands(body, shaped):
    first, second = (hair_surfaces(body, shaped, draw(4, style="messy"))[0] for _ in range(2))
    np.testing.assert_array_equal(first.points, second.points)
    np.testing.assert_array_equal(first.faces, second.faces)

"""Everyone is dressed: covered, in cloth that lies outside the body, in shoes that stand flat."""

import json

import numpy as np
import pytest

from blender_addon.core.posing import pose_body, shape_body, skin
from blender_addon.core.spec import LookSpec, PersonSpec, from_dict, to_dict
from blender_addon.core.wardrobe.clothes import dress, sample_outfit
from blender_addon.core.wardrobe.cutting import closed, cut, plain_cloth, point_normals, unique_edges
from blender_addon.core.wardrobe.drape import settle
from blender_addon.core.wardrobe.fitting import make_fit
from blender_addon.core.wardrobe.shoes import RINGS, _upper_rings, collar_height, measure_foot
from blender_addon.core.wardrobe.suit import suit_of

SEEDS = range(8)


def outfit_of(seed, sex=0.5):
    return sample_outfit(np.random.default_rng(seed), sex, 30.0)


@pytest.fixture(scope="module", params=SEEDS)
def dressed(request, body):
    """(outfit, shaped vertices, garments, hidden) of a person of the population."""
    rng = np.random.default_rng(request.param)
    grown_up = np.flatnonzero(body.population_age >= 16)
    row = int(rng.choice(grown_up))
    shaped, _ = shape_body(body, body.population_betas[row])
    outfit = sample_outfit(rng, float(body.population_sex[row]), float(body.population_age[row]))
    return outfit, shaped, *dress(body, shaped, outfit)


def grid_cloth(n=6):
    x, y = np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0))
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], 1)
    number = np.arange(points.shape[0]).reshape(n + 1, n + 1)
    faces = np.stack([number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]], -1).reshape(-1, 4)
    weights = np.stack([points[:, 0] / n, 1 - points[:, 0] / n], 1)
    return plain_cloth(points, weights, faces, np.zeros((len(points), 1), int))


def area(points, faces):
    across = np.cross(points[faces[:, 2]] - points[faces[:, 0]], points[faces[:, 3]] - points[faces[:, 1]])
    same = faces[:, 2] == faces[:, 3]
    a, b, c = (points[faces[same, k]] for k in range(3))
    across[same] = np.cross(b - a, c - a)
    return across[:, 2].sum() / 2


@pytest.mark.parametrize(
    "field, inside",
    [
        pytest.param(lambda p: p[:, 0] - 2.5, 21.0, id="straight"),
        pytest.param(lambda p: p[:, 0] + p[:, 1] - 5.0, 23.5, id="aslant"),
        pytest.param(lambda p: p[:, 0] - 3.0, 18.0, id="along an edge"),
    ],
)
def test_a_cut_keeps_the_area_on_both_sides(field, inside):
    cloth = grid_cloth()
    both, positive = cut(cloth, field(cloth.points))
    assert area(both.points, both.faces) == pytest.approx(36)
    assert area(both.points, both.faces[positive]) == pytest.approx(inside, abs=0.4)
    np.testing.assert_allclose(both.weights.sum(1), 1)


def test_same_seed_same_outfit():
    assert outfit_of(3) == outfit_of(3)
    assert outfit_of(3) != outfit_of(4)


def test_outfits_survive_json():
    for seed in range(60):
        for look in outfit_of(seed):
            assert from_dict(LookSpec, json.loads(json.dumps(to_dict(look)))) == look
    assert PersonSpec.__dataclass_fields__["garments"]


@pytest.mark.parametrize("sex", [0.0, 1.0])
def test_everyone_wears_an_upper_a_lower_and_shoes(sex):
    for seed in range(200):
        kinds = [look.kind for look in outfit_of(seed, sex)]
        whole = "dress" in kinds
        assert whole or ("top" in kinds and ("bottom" in kinds) != ("skirt" in kinds)), kinds
        assert not (whole and ("top" in kinds or "bottom" in kinds)), kinds
        assert kinds.count("shoes") == 1, kinds
        assert sex or not {"skirt", "dress"} & set(kinds)


def test_surfaces_are_whole(dressed, body):
    outfit, _, garments, hidden = dressed
    assert [garment.name for garment in garments] == [look.kind for look in outfit]
    for garment in garments:
        points = len(garment.points)
        assert garment.faces.shape[1] == 4 and garment.faces[:, :3].min() >= 0 and garment.faces.max() < points
        assert garment.uv.shape == (len(garment.faces), 4, 2) and np.isfinite(garment.uv).all()
        assert garment.weights.shape == (points, body.weights.shape[1]) and garment.weights.min() >= 0
        np.testing.assert_allclose(garment.weights.sum(1), 1, atol=1e-6)
        assert garment.face_slot.max() < len(garment.fabrics)
        assert all(len(values) == points and np.isfinite(values).all() for values in garment.attributes.values())
    assert sum(len(garment.faces) for garment in garments) < 60_000
    assert hidden.dtype == bool and hidden.shape == (len(body.v_template),)


def test_nobody_is_naked_from_chest_to_thigh(dressed, body):
    """Skin between the armpits and the upper thighs is hidden, or lies under cloth outside it."""
    _, shaped, garments, hidden = dressed
    fit = make_fit(body, shaped)
    places = fit.places
    part = [body.part_names[p] for p in body.vertex_part]
    torso = np.isin(part, ["pelvis", "left_hip", "right_hip", "spine1", "spine2", "spine3"]) & fit.suit.skin
    torso &= (shaped[:, 1] < places.armpit - 0.045) & (shaped[:, 1] > places.crotch - 0.01)
    bare = np.flatnonzero(torso & ~hidden)
    cloth = np.concatenate([garment.points for garment in garments if garment.name != "shoes"])
    for vertex in bare:
        assert np.linalg.norm(cloth - shaped[vertex], axis=1).min() < 0.05, shaped[vertex]


def test_hands_head_and_face_stay(dressed, body):
    *_, hidden = dressed
    part = np.array([body.part_names[p] for p in body.vertex_part])
    assert not hidden[np.isin(part, ["head", "left_hand", "right_hand"])].any()


def test_cloth_lies_outside_the_body(dressed, body):
    _, shaped, garments, _ = dressed
    suit = suit_of(body)
    normals = point_normals(shaped, suit.skin_faces)
    for garment in garments:
        if garment.anchors is None:
            continue
        rows = np.arange(garment.outside[0])
        if garment.name == "socks":  # what is in the shoes is tucked away
            shoes = next(garment for garment in garments if garment.name == "shoes")
            rows = rows[garment.points[rows, 1] > shoes.points[:, 1].max()]
        anchors = garment.anchors[rows]
        away = garment.points[rows, None] - shaped[anchors]
        nearest = (away**2).sum(2).argmin(1)
        each = np.arange(len(rows))
        height = (away[each, nearest] * normals[anchors[each, nearest]]).sum(1)
        if not len(rows):
            continue
        assert np.percentile(height, 0.5) >= 0.001, garment.name
        assert height.min() > -0.004, garment.name


def test_shoes_stand_flat_below_the_feet(dressed, body):
    _, shaped, garments, _ = dressed
    shoes = garments[[garment.name for garment in garments].index("shoes")]
    foot = shaped[suit_of(body).skin, 1].min()
    sole = shoes.points[:, 1].min()
    assert shoes.sole_thickness == pytest.approx(foot - sole, abs=0.002)
    for side in (1, -1):
        ground = shoes.points[(shoes.points[:, 0] * side > 0) & (shoes.points[:, 1] < sole + 0.001)]
        assert np.ptp(ground[:, 2]) > 0.12


def test_hems_are_alike_on_both_sides(body):
    shaped, _ = shape_body(body, np.zeros(4))
    garments, _ = dress(body, shaped, outfit_of(11))
    for garment in garments:
        if garment.name in ("socks", "bottom", "shoes"):
            low = [garment.points[garment.points[:, 0] * side > 0.02, 1].min() for side in (1, -1)]
            assert low[0] == pytest.approx(low[1], abs=0.012)


@pytest.mark.parametrize("seed", range(3))
def test_cloth_settles_the_same_way_twice_and_keeps_its_lengths(body, seed):
    rng = np.random.default_rng(seed)
    pose = rng.normal(0, 0.25, (55, 3))
    betas = body.population_betas[seed]
    posed = pose_body(body, betas, pose, np.zeros(3))
    settled = []
    for _ in range(2):
        garments, _ = dress(body, posed.shaped, outfit_of(seed))
        for garment in garments:
            garment.posed = skin(garment.points, garment.weights, posed.transforms)
        settle(garments, body, posed, up=(0, 1, 0))
        settled.append(garments)
    for first, second in zip(*settled, strict=True):
        np.testing.assert_array_equal(first.posed, second.posed)
        edges, _ = unique_edges(closed(first.faces))
        rest, now = (np.linalg.norm(p[edges[:, 0]] - p[edges[:, 1]], axis=1) for p in (first.points, first.posed))
        assert np.median(now / np.maximum(rest, 1e-4)) == pytest.approx(1, abs=0.12)


def test_seams_run_down_both_sides_and_inside_the_legs(body):
    shaped, _ = shape_body(body, np.zeros(4))
    fit = make_fit(body, shaped)
    seeds = (seed for seed in range(50) if any(look.params["style"] == "jeans" for look in outfit_of(seed)))
    garments, _ = dress(body, shaped, outfit_of(next(seeds)))
    trousers = next(garment for garment in garments if garment.name == "bottom")
    seam, points = trousers.attributes["seam"], trousers.points
    shin = np.abs(points[:, 1] - fit.places.level(0.7)) < 0.02
    for side in (1, -1):
        leg = shin & (points[:, 0] * side > 0)
        near = leg & (np.abs(seam) < 0.012)
        x = np.abs(points[near, 0])
        middle = np.abs(points[leg, 0]).mean()
        assert x.min() < middle - 0.02 and x.max() > middle + 0.02  # one inside, one outside
        assert (seam[leg & (points[:, 2] > points[leg, 2].mean() + 0.03)] > 0).all()  # ahead


def test_a_sock_goes_inside_its_shoe(body):
    shaped, _ = shape_body(body, np.zeros(4))
    for seed in range(60):
        outfit = [look for look in outfit_of(seed) if look.kind in ("socks", "shoes")]
        if len(outfit) == 2:
            break
    (socks, shoes), _ = dress(body, shaped, outfit)
    top = shoes.points[:, 1].max() - 0.035
    low = socks.points[: socks.outside[0]]
    low = low[(low[:, 0] > 0) & (low[:, 1] < top)]
    wall = shoes.points[(shoes.points[:, 0] > 0) & (np.abs(shoes.points[:, 1] - top) < 0.02)]
    assert len(low) > 20
    assert low[:, 2].min() > wall[:, 2].min() + 0.006  # at the heel
    assert wall[:, 0].min() + 0.006 < low[:, 0].min() and low[:, 0].max() < wall[:, 0].max() - 0.006


@pytest.mark.parametrize("collar", [-0.015, 0.01, 0.15])
def test_a_shoe_is_one_smooth_wall_with_an_even_edge(body, collar):
    """From the sole to the opening nothing sticks out sideways beyond the sole, nor folds back on itself."""
    shaped, _ = shape_body(body, np.zeros(4))
    fit = make_fit(body, shaped)
    foot = measure_foot(fit, 0)
    params = {"sole": 0.024, "heel": 0.0, "collar": collar}
    rings = foot.local(_upper_rings(fit, foot, 0, collar_height(fit, 0, params), params))
    wall = rings[:RINGS]
    assert (np.diff(wall[..., 2], axis=0) >= -1e-6).all()  # ever higher
    assert np.abs(wall[1:, :, 1]).max() <= np.abs(wall[0, :, 1]).max() + 1e-6
    middle = rings[-1, :, :2].mean(0)
    turn = np.unwrap(np.arctan2(rings[-1, :, 1] - middle[1], rings[-1, :, 0] - middle[0]))
    assert (np.diff(turn) > 0).all()  # once round

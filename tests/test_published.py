"""Published looks on people: which are worn together, in which colours, and what they cover."""

import itertools

import numpy as np
import pytest

from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import load_catalog
from blender_addon.core.closet import Closet
from blender_addon.core.errors import AssetError
from blender_addon.core.figure import pose_outline, sample_figure
from blender_addon.core.looks.published import keep_under
from blender_addon.core.oklab import linear_to_oklab, linear_to_srgb, oklab_to_linear, recolouring, srgb_to_linear
from blender_addon.core.person import make_person
from blender_addon.core.ranges import Ranges
from blender_addon.core.spec import LookSpec
from blender_addon.core.surface import Surface
from blender_addon.core.wardrobe.clothes import dress
from blender_addon.core.wardrobe.outfits import sample_outfit

from .made_makehuman import make_clothes
from .shared import shared_folder

BLUE = (0.2, 0.35, 0.6)


@pytest.fixture(scope="module")
def made_cast(tmp_path_factory, body):
    """Everybody's clothes are two made outfits."""
    folder = tmp_path_factory.mktemp("assets") / "wardrobe"
    make_clothes(folder, body, "made_suit01")
    make_clothes(folder, body, "made_shirt01", parts=("top",), tags=("Female",))
    return load_cast(load_catalog([folder.parent]), Ranges())


def cloth_of(color, rng):
    """A picture of dyed cloth with light and shade, and a white print on a tenth of it."""
    shade = np.clip(np.array(color) * rng.uniform(0.6, 1.2, (1000, 1)), 0, 1)
    shade[:100] = 0.9
    return srgb_to_linear(shade)


@pytest.mark.parametrize("target", [(0.8, 0.1, 0.1), (0.06, 0.06, 0.07), (0.88, 0.88, 0.86), (0.3, 0.5, 0.2)])
def test_a_picture_takes_the_colour_and_keeps_its_seams(target):
    samples = cloth_of(BLUE, np.random.default_rng(0))
    matrix, offset = recolouring(samples, np.ones(1000), target)
    before = linear_to_oklab(samples)
    after = before @ matrix.T + offset
    goal = linear_to_oklab(srgb_to_linear(target))
    np.testing.assert_allclose(after.mean(0), goal, atol=1e-6)
    assert np.corrcoef(before[:, 0], after[:, 0])[0, 1] > 0.999  # what was darker is darker
    assert after[:100, 0].mean() > after[100:, 0].mean() + 0.08  # the print is still there
    assert after[:, 0].min() > -0.05 and after[:, 0].max() < 1.2


def test_colours_go_to_oklab_and_back():
    colors = np.random.default_rng(1).uniform(0, 1, (50, 3))
    np.testing.assert_allclose(
        linear_to_srgb(oklab_to_linear(linear_to_oklab(srgb_to_linear(colors)))), colors, atol=1e-9
    )
    np.testing.assert_allclose(linear_to_oklab([1.0, 1.0, 1.0]), [1, 0, 0], atol=1e-6)  # as its author gives it
    np.testing.assert_allclose(linear_to_oklab([1.0, 0.0, 0.0]), [0.628, 0.225, 0.126], atol=1e-3)


def test_published_outfits_are_whole(made_cast):
    """Everybody has one thing above and below the waist, and something on their feet."""
    kinds = set()
    for seed in range(120):
        outfit = sample_outfit(np.random.default_rng(seed), seed % 2, 30.0, made_cast.offers)
        worn = [look.kind for look in outfit]
        assert worn.count("shoes") == 1
        whole = worn.count("suit") + worn.count("dress")
        assert worn.count("top") + whole == 1 and worn.count("bottom") + worn.count("skirt") + whole == 1
        kinds |= {look.params.get("asset") for look in outfit}
    assert {"clothes/made_suit01", "clothes/made_shirt01", None} <= kinds


def test_clothes_go_by_sex_only_loosely(made_cast):
    shirts = [
        sum(
            look.params.get("asset") == "clothes/made_shirt01"
            for seed in range(300)
            for look in sample_outfit(np.random.default_rng(seed), sex, 30.0, made_cast.offers)
        )
        for sex in (0.0, 1.0)
    ]
    assert shirts[1] > 3 * shirts[0] > 0


def test_a_piece_is_dressed_over_the_skin_that_it_hides(made_cast, body):
    look = LookSpec("bottom", {"asset": "clothes/made_suit01", "color": [0.2, 0.3, 0.5], "recolor": True})
    (garment,), hidden = dress(body, body.v_template, [look], made_cast.closet)
    assert hidden.any() and (body.v_template[hidden, 1] < 0).all()
    assert garment.pictures.recolor and garment.pictures.path("color").name == "made_suit01.png"
    assert garment.uv.shape == (*garment.faces.shape, 2)
    np.testing.assert_allclose(garment.weights.sum(1), 1.0)
    assert garment.points[:, 1].max() < 0.1


def test_an_unknown_garment_or_piece_is_named(made_cast, body):
    gone = LookSpec("top", {"asset": "clothes/gone", "color": [0, 0, 0], "recolor": True})
    with pytest.raises(AssetError, match="No look named 'clothes/gone'"):
        dress(body, body.v_template, [gone], made_cast.closet)
    with pytest.raises(AssetError, match="No look named"):
        dress(body, body.v_template, [gone], Closet())
    shirt = LookSpec("bottom", {"asset": "clothes/made_shirt01", "color": [0, 0, 0], "recolor": True})
    with pytest.raises(AssetError, match="is no bottom; it has top"):
        dress(body, body.v_template, [shirt], made_cast.closet)


def test_a_broken_asset_is_left_out_and_named(tmp_path, body):
    good = make_clothes(tmp_path / "wardrobe", body, "made_good01")
    bad = make_clothes(tmp_path / "wardrobe", body, "made_bad01")
    bad.write_text("no .mhclo at all")
    (good.parent / "made_good01.png").unlink()
    catalog = load_catalog([tmp_path])
    cast = load_cast(catalog, Ranges())
    assert {offer.asset for offer in cast.offers} == {"clothes/made_good01"} and all(
        offer.plain for offer in cast.offers
    )
    assert sum("made_bad01" in line for line in catalog.skipped) == 1
    assert sum("made_good01.png is missing" in line for line in catalog.skipped) == 1


def test_a_hat_takes_the_hair_inside_it_away():
    turn = np.linspace(-np.pi, np.pi, 64, endpoint=False)
    rings = [(0.08, 1.72), (0.09, 1.66), (0.13, 1.65)]
    hat = np.concatenate([np.stack([r * np.sin(turn), np.full(64, y), r * np.cos(turn)], 1) for r, y in rings])
    strand = np.array([[0.0, y, 0.1] for y in (1.75, 1.71, 1.60, 1.55, 1.50)])
    faces = np.array([[0, 1, 2, -1], [2, 3, 4, -1]])
    nothing = np.zeros((2, 4, 2))
    hair = Surface("hair", strand, np.ones((5, 1)), faces, nothing)
    keep_under(Surface("hat", hat, np.ones((len(hat), 1)), faces, nothing), [hair])
    assert hair.faces.tolist() == [[2, 3, 4, -1]] and len(hair.uv) == 1


@pytest.fixture(scope="module")
def shared_cast():
    return load_cast(load_catalog([shared_folder() / "cc0"]), Ranges())


@pytest.mark.skipif(shared_folder() is None, reason="no shared assets")
class TestMakeHumansOwn:
    def test_there_are_two_hundred_clearly_different_outfits(self, shared_cast):
        """Other pieces, or the same in colours 0.1 apart in OKLab, which is five times what one just sees."""
        kept = []
        for seed in range(1500):
            outfit = sample_outfit(np.random.default_rng(seed), seed % 2, 30.0, shared_cast.offers)
            published = [look for look in outfit if "asset" in look.params]
            if len(published) < 2 or any("fabrics" in look.params for look in outfit):
                continue
            if not any(alike(published, other) for other in kept):
                kept.append(published)
        assert len(kept) >= 200

    def test_published_people_stand_on_the_ground(self, shared_cast):
        for seed in range(6):
            spec = sample_figure(np.random.default_rng(seed), Ranges(pose_mix="families"), shared_cast).spec
            body = shared_cast.bodies["open_body"]
            clearance = pose_outline(body, spec, shared_cast.closet)[2] + spec.position[2]
            person = make_person(body, spec, shared_cast.closet)
            low = min(
                surface.posed[:, 2].min() for surface in person.surfaces if surface.name in ("skin", "shoes", "bottom")
            )
            assert -0.002 < low - clearance < 0.006


def alike(one: list, other: list) -> bool:
    if [look.params["asset"] + look.kind for look in one] != [look.params["asset"] + look.kind for look in other]:
        return False
    return all(
        a.params["recolor"] == b.params["recolor"]
        and (not a.params["recolor"] or distance(a.params["color"], b.params["color"]) < 0.1)
        for a, b in itertools.zip_longest(one, other)
    )


def distance(one, other) -> float:
    return float(np.linalg.norm(linear_to_oklab(srgb_to_linear(one)) - linear_to_oklab(srgb_to_linear(other))))

"""Fabrics are pictures that tile, the same every time; prints end inside their frame."""

import numpy as np
import pytest

from blender_addon.core.wardrobe.clothes import sample_outfit
from blender_addon.core.wardrobe.fabrics import fabric_image
from blender_addon.core.wardrobe.prints import print_image
from blender_addon.core.wardrobe.sewing import DETAILS, METRES, SIZE, sewn_picture

WHITE, BLUE, RED = [0.9, 0.9, 0.88], [0.1, 0.2, 0.5], [0.6, 0.1, 0.1]
LAYOUT = {"layout": [[0.6, 0], [0.3, 1], [0.1, 2]], "period": 0.05}
FABRICS = [
    pytest.param({"pattern": "plain", "color": WHITE, "weave": "knit", "melange": 0.1}, id="melange knit"),
    pytest.param({"pattern": "stripes", "color": WHITE, "colors": [BLUE, RED], **LAYOUT}, id="stripes across"),
    pytest.param(
        {"pattern": "stripes", "color": WHITE, "colors": [BLUE, RED], "across": False, **LAYOUT}, id="stripes up"
    ),
    pytest.param({"pattern": "plaid", "color": WHITE, "colors": [BLUE, RED], **LAYOUT}, id="tartan"),
    pytest.param({"pattern": "check", "color": WHITE, "colors": [BLUE], "period": 0.02}, id="gingham"),
    pytest.param({"pattern": "dots", "color": WHITE, "colors": [BLUE], "period": 0.02}, id="dots"),
    pytest.param({"pattern": "floral", "color": WHITE, "colors": [BLUE, RED], "period": 0.2}, id="flowers"),
    pytest.param({"pattern": "camouflage", "color": WHITE, "colors": [BLUE, RED], "period": 0.4}, id="camouflage"),
    pytest.param({"pattern": "denim", "color": BLUE, "weave": "twill"}, id="denim"),
    pytest.param({"pattern": "leather", "color": RED, "weave": "grain"}, id="leather"),
    pytest.param({"pattern": "blotches", "color": WHITE, "colors": [BLUE], "period": 0.5}, id="tie-dye"),
]


@pytest.mark.parametrize("params", FABRICS)
def test_colour_and_height_have_their_ranges(params):
    tile = fabric_image(params)
    assert tile["color"].dtype == np.float32 and tile["color"].shape == (*tile["height"].shape, 3)
    assert tile["color"].min() >= 0 and tile["color"].max() <= 1
    assert np.abs(tile["height"]).max() < 0.002
    assert 0.02 < tile["size_m"] < 1.0


@pytest.mark.parametrize("params", FABRICS)
def test_same_parameters_same_cloth(params):
    first, second = fabric_image(params), fabric_image(params)
    np.testing.assert_array_equal(first["color"], second["color"])
    np.testing.assert_array_equal(first["height"], second["height"])


@pytest.mark.parametrize("params", FABRICS)
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("kind", ["color", "height"])
def test_the_far_edge_continues_at_the_near_one(params, axis, kind):
    """The step across the border is like the steps inside, no larger."""
    image = np.moveaxis(fabric_image(params)[kind], axis, 0)
    steps = np.abs(np.diff(image, axis=0)).reshape(len(image) - 1, -1).mean(1)
    across = np.abs(image[0] - image[-1]).mean()
    assert across <= steps.max() * 1.1 + 1e-7


@pytest.mark.parametrize("kind", ["letters", "number", "shapes", "bar"])
def test_a_print_ends_inside_its_frame(kind):
    picture = print_image({"kind": kind, "colors": [BLUE, RED], "width": 0.2, "seed": 4})["color"]
    alpha = picture[..., 3]
    assert alpha.max() > 0.9
    assert max(alpha[0].max(), alpha[-1].max(), alpha[:, 0].max(), alpha[:, -1].max()) == 0


def halves(kind):
    """((colour, height) in front, (colour, height) behind)."""
    color, height = sewn_picture(kind)
    return [(color[:, half], height[:, half]) for half in (np.s_[:SIZE], np.s_[SIZE:])]


def test_sewn_details_are_drawn_for_what_outfits_ask_for():
    fronts = {
        look.params.get("front") for seed in range(150) for look in sample_outfit(np.random.default_rng(seed), 0.5, 30)
    }
    for front in fronts - {None}:
        (color, height), _ = halves(front)
        assert color[..., 3].max() > 0.3 and np.ptp(height) > 0.001, front
    (_, _), (color, height) = halves("zip")
    assert not color.any() and not height.any()


@pytest.mark.parametrize("kind", sorted(DETAILS))
def test_sewn_pictures_are_millimetres_high_and_end_inside_their_halves(kind):
    for color, height in halves(kind):
        assert color.dtype == height.dtype == np.float32
        assert color.min() >= 0 and color.max() <= 1 and np.abs(height).max() < 0.005
        for rim in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
            assert not color[rim].any() and not height[rim].any()
    np.testing.assert_array_equal(sewn_picture(kind)[1], sewn_picture.__wrapped__(kind)[1])


def at(picture, x, y):
    return picture[int((y / METRES + 0.5) * SIZE), int((x / METRES + 0.5) * SIZE)]


@pytest.mark.parametrize("kind", ["jeans", "trousers"])
def test_jeans_have_back_pockets_that_stand_out_alike_on_both_sides(kind):
    """Patches on jeans, welts on trousers: both higher than the cloth above them, left as right."""
    _, (_, height) = halves(kind)
    y = {"jeans": -0.04, "trousers": 0.0583}[kind]
    for x in (-0.08, 0.08):
        assert at(height, x, y) > at(height, x, 0.2) + 0.0005


def test_a_pocket_has_a_shadow_beside_its_edge_and_thread_inside():
    _, (color, height) = halves("jeans")
    row = int((-0.04 / METRES + 0.5) * SIZE)
    strip = np.s_[row, int((0.13 / METRES + 0.5) * SIZE) : int((0.17 / METRES + 0.5) * SIZE)]
    dark = color[strip][:, 3] * (1 - color[strip][:, :3].mean(1))
    assert dark.max() > 0.35 and height[strip].max() > 0.0015 > 0.0003 > height[strip].min()
    pocket = np.s_[row - 20 : row + 20, int((0.04 / METRES + 0.5) * SIZE) : int((0.15 / METRES + 0.5) * SIZE)]
    assert (color[pocket][..., 0] - color[pocket][..., 2]).max() > 0.3  # yellow

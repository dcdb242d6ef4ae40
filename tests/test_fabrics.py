"""Fabrics are pictures that tile, the same every time; prints end inside their frame."""

import numpy as np
import pytest

from blender_addon.core.wardrobe.clothes import sample_outfit
from blender_addon.core.wardrobe.fabrics import fabric_image
from blender_addon.core.wardrobe.prints import detail_image, print_image

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


def test_sewn_details_are_drawn_for_what_outfits_ask_for():
    fronts = {
        look.params.get("front") for seed in range(150) for look in sample_outfit(np.random.default_rng(seed), 0.5, 30)
    }
    for front in fronts - {None}:
        assert detail_image(front, back=False)[..., 3].max() > 0.2
    assert detail_image("zip", back=True) is None

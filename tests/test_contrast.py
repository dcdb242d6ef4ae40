"""Nobody looks undressed by the colour of their clothes."""

import numpy as np
import pytest

from blender_addon.core.looks.skin import sample_skin
from blender_addon.core.oklab import linear_to_oklab, linear_to_srgb, srgb_to_linear
from blender_addon.core.spec import LookSpec
from blender_addon.core.wardrobe.contrast import LARGE, PLAIN, TOO_NEAR, unlike_skin
from blender_addon.core.wardrobe.outfits import sample_outfit


def nearness(look, tone) -> float:
    fabrics = look.params.get("fabrics") or [look.params]
    plain = [fabric["color"] for fabric in fabrics if fabric.get("pattern", "plain") in PLAIN]
    labs = [linear_to_oklab(srgb_to_linear(color)) for color in plain]
    return min((float(np.linalg.norm(lab - linear_to_oklab(np.array(tone)))) for lab in labs), default=np.inf)


def test_plain_cloth_is_never_of_the_skins_colour():
    changed = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        ancestry = np.eye(3)[seed % 3]
        tone = sample_skin(rng, seed % 2, 30.0, ancestry).params["tone"]
        garments = sample_outfit(rng, seed % 2, 30.0)
        others = unlike_skin(garments, tone)
        assert [look.kind for look in others] == [look.kind for look in garments]
        large = [look for look in others if look.kind in LARGE]
        assert all(nearness(look, tone) > TOO_NEAR for look in large)
        changed += others != garments
    assert 3 < changed < 75


@pytest.mark.parametrize("tone", [(0.03, 0.015, 0.01), (0.3, 0.16, 0.1), (0.75, 0.5, 0.38)], ids=str)
def test_published_clothes_too(tone):
    color = list(linear_to_srgb(tone))
    looks = (LookSpec("top", {"color": color, "recolor": True}), LookSpec("shoes", {"color": color, "recolor": True}))
    top, shoes = unlike_skin(looks, tone)
    assert nearness(top, tone) > TOO_NEAR
    assert shoes == looks[1]
    kept = LookSpec("top", {"color": color, "recolor": False})
    assert unlike_skin((kept,), tone) == (kept,)

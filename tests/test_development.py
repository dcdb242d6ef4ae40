"""What a camera makes of light: brighter, warmer, noisier, and the same every time."""

from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.development import PLAIN, develop, is_plain, sample_development
from blender_addon.core.ranges import Ranges

GREY = np.full((200, 200, 3), 0.18)


def test_plain_light_stays_as_it_is():
    assert is_plain(PLAIN) and is_plain(replace(PLAIN, quality=60))
    np.testing.assert_array_equal(develop(GREY, PLAIN), GREY)


def test_a_stop_doubles_the_light_and_white_balance_tints_it():
    np.testing.assert_allclose(develop(GREY, replace(PLAIN, exposure=1.0)), 2 * GREY)
    warm = develop(GREY, replace(PLAIN, white_balance=(1.1, 1.0, 0.9)))
    np.testing.assert_allclose(warm[0, 0], [0.198, 0.18, 0.162])


def test_noise_grows_with_the_light_but_less_than_it_and_is_smeared():
    spec = replace(PLAIN, noise=0.1, seed=3)
    noise = [(develop(level * GREY, spec) / (level * GREY)).std() for level in (1, 16)]
    assert 0.11 < noise[0] < 0.14  # of photons and of the electronics
    assert noise[1] < noise[0] / 3
    grain = develop(GREY, spec)[..., 0] - 0.18
    assert 0.4 < (grain[:, 1:] * grain[:, :-1]).mean() / grain.var() < 0.8
    np.testing.assert_array_equal(develop(GREY, spec), develop(GREY, spec))
    assert (develop(GREY, spec) != develop(GREY, replace(spec, seed=4))).any()
    assert develop(np.zeros((50, 50, 3)), spec).min() >= 0


@pytest.mark.parametrize("knob", ["exposure", "white_balance", "noise", "jpeg"])
def test_each_effect_comes_with_its_own_chance_and_leaves_the_others(knob):
    field = {"jpeg": "quality"}.get(knob, knob)
    off = Ranges(exposure=0, white_balance=0, noise=0, jpeg=0)
    drawn = [sample_development(np.random.default_rng(seed), replace(off, **{knob: 0.5})) for seed in range(200)]
    changed = sum(getattr(spec, field) != getattr(PLAIN, field) for spec in drawn)
    assert 70 < changed < 130
    assert all(replace(spec, **{field: getattr(PLAIN, field), "seed": 0}) == PLAIN for spec in drawn)
    everything = Ranges(exposure=1, white_balance=1, noise=1, jpeg=1)
    for seed in (0, 1):
        alone = sample_development(np.random.default_rng(seed), replace(off, **{knob: 1.0}))
        whole = sample_development(np.random.default_rng(seed), everything)
        assert getattr(alone, field) == getattr(whole, field)

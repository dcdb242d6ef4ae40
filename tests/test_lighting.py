import numpy as np
import pytest

from blender_addon.core.lighting import LUMINANCE, directions, exposure, ground_gain, irradiance, shrink


def test_uniform_light_falls_as_pi_on_every_surface():
    light = np.ones((32, 64, 3))
    for normal in ([0, 0, 1], [0, 1, 0], [0.6, 0, -0.8]):
        np.testing.assert_allclose(irradiance(light, normal), np.pi, rtol=0.01)


def test_rows_start_at_the_ground_and_the_middle_column_is_plus_x():
    towards = directions((32, 64))
    assert towards[0, 0, 2] < -0.99 < 0.99 < towards[-1, 0, 2]
    np.testing.assert_allclose(towards[16, 32], [1, 0, 0], atol=0.06)
    np.testing.assert_allclose(towards[16, 16], [0, 1, 0], atol=0.06)


def test_shrinking_keeps_the_energy_of_a_small_sun():
    picture = np.zeros((512, 1024, 3))
    picture[400, 300] = 1e5
    assert shrink(picture).mean() == pytest.approx(picture.mean())


def test_brighter_light_is_exposed_less_and_a_person_comes_out_the_same():
    light = np.random.default_rng(0).uniform(0.2, 1, (32, 64, 3))
    assert exposure(light * 50, [0, 1, 0]) == pytest.approx(exposure(light, [0, 1, 0]) / 50)


def test_a_lamp_behind_the_camera_counts_more_than_one_behind_the_person():
    light = np.full((32, 64, 3), 0.1)
    towards = directions(light.shape)
    front, back = light.copy(), light.copy()
    front[towards @ [0, -1, 0] > 0.95] = 50
    back[towards @ [0, 1, 0.5] > 1.1] = 50
    assert exposure(front, [0, 1, 0]) < exposure(back, [0, 1, 0])


def test_ground_is_never_whiter_than_paper():
    light = np.full((32, 64, 3), 0.01)
    light[:12] = 5.0  # a floor brighter than its lamps: the sun is clipped
    assert ((light[:12] * ground_gain(light)) @ LUMINANCE).max() <= 0.8 + 1e-6

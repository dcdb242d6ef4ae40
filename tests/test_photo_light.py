"""The light that photos are taken in, from the photos."""

import numpy as np
import pytest

from blender_addon.core.lighting import LUMINANCE, directions, irradiance
from blender_addon.core.oklab import srgb_to_linear
from blender_addon.core.photo_light import (
    SIDES,
    estimate_horizon,
    estimate_light,
    ground_albedo,
    light_environment,
    side_irradiance,
    sun_share,
)
from blender_addon.core.spec import PhotoSpec
from headless.environment_photos import photograph
from headless.measure_photo_light import middle_of_light

from .made_backgrounds import made_photo_pixels

RIGHT, LEFT, AHEAD, BEHIND, UP, DOWN = range(6)


def flat(colour=(120, 120, 120)) -> np.ndarray:
    return np.full((72, 96, 3), colour, np.uint8)


def falling(photo) -> np.ndarray:
    return side_irradiance(srgb_to_linear(photo / 255.0))


def test_a_photo_that_tells_nothing_has_light_from_above():
    sides = falling(flat())
    assert sides[RIGHT] == pytest.approx(sides[LEFT])
    assert sides[UP] > 1.5 * sides[RIGHT] > sides[DOWN]


def test_a_bright_side_is_the_lit_side():
    photo = flat((60, 60, 60))
    photo[:, 70:] = 250
    sides, mirrored = falling(photo), falling(photo[:, ::-1])
    assert sides[RIGHT] > 1.3 * sides[LEFT]
    np.testing.assert_allclose(sides[[LEFT, RIGHT]], mirrored[[RIGHT, LEFT]])


def test_a_bright_sky_lights_from_ahead_and_a_dull_one_from_behind_the_camera():
    glare, dull = flat((70, 70, 70)), flat((150, 150, 150))
    glare[:24] = 255
    dull[:24] = 110
    assert falling(glare)[AHEAD] > falling(glare)[BEHIND]
    assert falling(dull)[AHEAD] < falling(dull)[BEHIND]


def test_night_stays_night_and_snow_does_not_burn():
    night, day, snow = (falling(flat((value,) * 3))[BEHIND] for value in (20, 120, 250))
    assert night < 0.1 * day < 0.1 * snow
    assert snow < 1.6


def test_the_sun_shines_on_a_bright_meadow_not_in_the_dark_nor_under_a_bright_cloud():
    meadow, cloud = flat((190, 200, 150)), flat((120, 120, 120))
    meadow[:24] = (110, 150, 220)
    cloud[:36] = 255
    shares = [sun_share(srgb_to_linear(photo / 255.0)) for photo in (meadow, cloud, flat((30, 30, 30)))]
    assert shares[0] > 0.3 > shares[1] + 0.15
    assert shares[2] == 0


def test_a_green_ground_sends_up_green_light():
    light = estimate_light(np.random.default_rng(0), made_photo_pixels(96, 72))
    down = np.array(light.sides)[DOWN]
    assert down[1] > 1.15 * down[2]


def test_an_environment_of_six_sides_lights_as_it_was_asked_to():
    """The blend by squares is inverted right: what falls on each side is what the photo says, sun and all."""
    photo = flat((110, 110, 110))
    rng = np.random.default_rng(3)
    light = estimate_light(rng, photo)
    radiance = light_environment(light.sides)
    towards = np.array(light.sun_towards)
    found = np.array([irradiance(radiance, side) @ LUMINANCE for side in SIDES]) / np.pi
    found += np.maximum(SIDES @ towards, 0) * (np.array(light.sun) @ LUMINANCE) / np.pi
    wanted = falling(photo)
    assert found[UP] == pytest.approx(wanted[UP], rel=0.15)
    assert found[[RIGHT, LEFT, AHEAD, BEHIND]].mean() == pytest.approx(wanted[:4].mean(), rel=0.25)
    assert np.linalg.norm(towards) == pytest.approx(1, abs=1e-3)


def test_six_sides_are_where_they_are_said_to_be():
    colours = np.eye(6)[:, :3] + 0.0
    for number, side in enumerate(SIDES):
        only = np.zeros((6, 3))
        only[number] = 1
        radiance = light_environment(only)
        towards = directions(radiance.shape)
        brightest = towards.reshape(-1, 3)[radiance.sum(2).argmax()]
        assert brightest @ side > 0.99
    assert colours.shape == (6, 3)


def test_the_same_numbers_give_the_same_light():
    photo = made_photo_pixels(96, 72)
    assert estimate_light(np.random.default_rng(5), photo) == estimate_light(np.random.default_rng(5), photo)


def test_the_ground_sends_up_what_the_photo_has_from_below():
    light = estimate_light(np.random.default_rng(0), made_photo_pixels(96, 72))
    spec = PhotoSpec("a/b", "a", "", (0, 0, 1, 1), "alpha", 0.5, light.sides, light.sun, light.sun_towards, 0)
    albedo = np.array(ground_albedo(spec))
    assert (albedo >= 0.02).all() and (albedo <= 0.8).all()
    above = np.array(light.sides) * [[1], [1], [1], [1], [1], [0]]
    down = irradiance(light_environment(above), [0, 0, 1]) + np.array(light.sun) * light.sun_towards[2]
    np.testing.assert_allclose(albedo * down / np.pi, np.array(light.sides)[DOWN], rtol=0.1)


@pytest.mark.parametrize("row", [0.35, 0.5, 0.6])
def test_the_horizon_is_under_the_sky(row):
    photo = flat((90, 110, 60))
    photo[: int(row * 72)] = (150, 190, 240)
    found = [estimate_horizon(np.random.default_rng(seed), photo) for seed in range(5)]
    assert np.ptp(found) == 0
    assert abs(found[0] - row) < 0.13


def test_without_a_sky_the_horizon_is_drawn_near_the_middle():
    found = [estimate_horizon(np.random.default_rng(seed), flat((90, 60, 40))) for seed in range(40)]
    assert 0.03 < np.std(found) < 0.1 and abs(np.mean(found) - 0.45) < 0.04


def test_photos_of_an_environment_look_where_they_are_pointed():
    """A lamp in the environment's +Y is in the middle of a photo that heads there, and ahead in its light."""
    radiance = np.full((64, 128, 3), 0.2)
    towards = directions((64, 128))[::-1]
    radiance[towards @ [0, 1, 0] > 0.99] = 30
    for heading, side in ((np.pi / 2, 1), (np.pi, 0), (0.0, 0)):
        photo = photograph(radiance, heading, 0.0, 96, 72, 60)
        sign = -1 if heading == 0.0 else 1
        assert middle_of_light(photo.radiance)[side] * sign > 0.5
        if heading == np.pi / 2:
            assert photo.pixels[36, 48].min() > 240 > photo.pixels[36, 5].max()

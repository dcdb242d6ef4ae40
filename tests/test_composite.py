"""A render put into a photo: the photo's own pixels stay, the person belongs there, no rim is left."""

import cv2
import numpy as np
import pytest

from blender_addon.core.composite import BLENDS, CONTRAST, composite, film
from blender_addon.core.harmonise import measure_blur, measure_grain, smooth
from blender_addon.core.oklab import linear_to_oklab, linear_to_srgb, srgb_to_linear

from .made_backgrounds import made_photo_pixels

PHOTO = made_photo_pixels(160, 120, 2) / 255.0


def disc(radius: float = 30.0, soft: float = 0.7) -> np.ndarray:
    row, column = np.mgrid[:120, :160]
    return 0.5 - 0.5 * np.tanh((np.hypot(column - 80, row - 70) - radius) / soft)


def put_in(colour, photo=PHOTO, blend="alpha", shadow=None, alpha=None) -> np.ndarray:
    """sRGB of a disc of that light."""
    alpha = disc() if alpha is None else alpha
    shadow = np.ones_like(photo) if shadow is None else shadow
    light = np.asarray(colour) * alpha[..., None]
    return linear_to_srgb(composite(light, alpha, shadow, photo, blend, 1))


@pytest.mark.parametrize("blend", BLENDS)
def test_away_from_the_person_the_photo_is_untouched(blend):
    away = disc(40) < 1e-3
    np.testing.assert_allclose(put_in([0.3, 0.2, 0.1], blend=blend)[away], PHOTO[away], atol=1e-6)


@pytest.mark.parametrize("blend", BLENDS)
@pytest.mark.parametrize("value", [0.03, 0.35])
def test_a_person_as_bright_as_the_photo_has_no_rim(value, blend):
    """Premultiplied colours that are not taken apart leave a dark line around everybody."""
    shade = float(linear_to_srgb(film(np.full(3, value)))[0])
    photo = np.full((120, 160, 3), shade)
    photo[:10], photo[-10:] = 0.05, 0.95  # black and white somewhere, as in any photo
    found = put_in([value] * 3, photo, blend)[15:105]
    assert np.abs(found - shade).max() < 0.03


def test_a_render_of_a_photos_own_light_keeps_order():
    light = np.linspace(0, 20, 200)
    shown = film(light)
    assert (np.diff(shown) >= 0).all() and shown[0] < 0.01 and shown[-1] == 1
    assert film(np.array(0.18)) == pytest.approx(0.18, abs=0.05)


def test_shadows_darken_the_ground_and_noise_in_them_does_not():
    shadow = np.ones((120, 160, 3))
    shadow[100:, 60:100] = 0.4
    shadow += np.random.default_rng(0).normal(0, 0.01, shadow.shape)
    found = srgb_to_linear(put_in([0.2] * 3, shadow=shadow)) / srgb_to_linear(PHOTO)
    assert found[108:, 70:90].mean() == pytest.approx(0.4**CONTRAST, abs=0.03)
    assert found[:20].min() > 0.99


def test_broken_values_of_the_render_leave_no_hole():
    alpha, shadow = disc(), np.ones_like(PHOTO)
    light = 0.2 * alpha[..., None] * np.ones(3)
    light[70, 80], shadow[5, 5], alpha[70, 85] = np.nan, np.nan, np.nan
    found = composite(light, alpha, shadow, PHOTO, "alpha", 0)
    assert np.isfinite(found).all() and found.min() >= 0 and found.max() <= 1


def chroma(picture, where):
    return np.hypot(*np.moveaxis(linear_to_oklab(srgb_to_linear(picture)), -1, 0)[1:])[where].mean()


def test_a_photo_without_colour_has_people_without_colour():
    grey = np.repeat(PHOTO.mean(-1, keepdims=True), 3, -1)
    middle = disc(20) > 0.99
    assert chroma(put_in([0.4, 0.1, 0.05], grey), middle) < 0.01
    assert chroma(put_in([0.4, 0.1, 0.05]), middle) > 0.05


def test_haze_lifts_a_persons_black_and_a_photo_with_black_in_it_does_not():
    clear = PHOTO.copy()
    clear[:6] = 0.02
    middle = disc(20) > 0.99
    hazy, plain = (put_in([0.002] * 3, photo)[middle].mean() for photo in (0.45 + 0.4 * clear, clear))
    assert hazy > 0.14 > 0.06 > plain


def test_poisson_draws_the_rim_to_the_photo_and_leaves_the_person():
    green = np.full((120, 160, 3), (0.2, 0.6, 0.2)) + 0.05 * PHOTO
    plain, drawn = (put_in([0.5, 0.15, 0.1], green, blend) for blend in BLENDS)
    change = np.abs(plain - drawn).max(-1)
    assert change[70, 80] < 0.01
    assert change[(disc(30) > 0.9) & (disc(27) < 0.1)].mean() > 0.05
    assert change.max() < 0.2
    middle = disc(20) > 0.99
    assert (drawn[middle][:, 0] > drawn[middle][:, 1]).all()  # nobody turns green on grass


def blocks(blur: float) -> np.ndarray:
    """A picture of overlapping rectangles, as sharp as a lens can be, then blurred."""
    rng = np.random.default_rng(4)
    big = np.zeros((480, 640), np.float32)
    for _ in range(60):
        x, y = rng.integers(0, 600, 2).tolist()
        cv2.rectangle(big, (x, y), (x + 80, y + 60), float(rng.random()), -1)
    sharp = cv2.resize(big, (160, 120), interpolation=cv2.INTER_AREA)
    return np.repeat((cv2.GaussianBlur(sharp, (0, 0), blur) if blur else sharp)[..., None], 3, -1)


@pytest.mark.parametrize("blur", [0.0, 0.7, 1.2])
def test_blur_is_measured_to_half_a_pixel(blur):
    assert measure_blur(blocks(blur)) == pytest.approx(blur, abs=0.5)


def test_a_soft_photo_softens_the_person():
    assert measure_blur(blocks(2.0)) > measure_blur(blocks(0.7)) + 0.3
    sharp, soft = (put_in([0.01] * 3, 0.5 + 0.5 * blocks(blur), alpha=disc(30, 0.05)) for blur in (0.0, 2.0))
    edges = [np.abs(np.diff(picture[70, 100:120].mean(-1))).max() for picture in (sharp, soft)]
    assert edges[1] < 0.8 * edges[0]


@pytest.mark.parametrize("amount", [0.0, 0.01, 0.03])
def test_grain_is_measured(amount):
    noise = np.random.default_rng(0).normal(0, amount, PHOTO.shape[:2])[..., None]
    smooth_photo = smooth(PHOTO, 2.0) * 0.8 + 0.1
    assert measure_grain(smooth_photo + noise) == pytest.approx(amount, abs=0.25 * amount + 0.002)


def test_the_same_seed_gives_the_same_grain():
    np.testing.assert_array_equal(put_in([0.2] * 3), put_in([0.2] * 3))

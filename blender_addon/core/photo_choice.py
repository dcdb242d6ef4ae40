"""Which photo a picture is made on, which part of it is shown, and the light that is read out of it."""

import numpy as np

from .backgrounds import Backgrounds, Photo
from .catalog import file_hash
from .chance import one_of, pick
from .composite import parse_blends
from .errors import AssetError, blaming
from .photo_light import estimate_horizon, estimate_light
from .ranges import Ranges
from .spec import PhotoSpec

SMALLEST_CROP = 0.8
"""Of the largest part that has the picture's form; more would leave no surroundings, and blur."""


def sample_photo(
    rng: np.random.Generator, backgrounds: Backgrounds, ranges: Ranges, always: bool = False
) -> "PhotoSpec | None":
    """A photo with its light, or None where the picture has an environment, as all have where there are no photos.

    Args:
        always: whatever the knob says.
    Raises:
        AssetError: the photo cannot be decoded.
    """
    if (rng.random() >= ranges.backgrounds and not always) or not backgrounds.photos:
        return None
    photo = one_of(rng, backgrounds.photos)
    crop = sample_crop(rng, photo, ranges.width / ranges.height)
    blend = pick(rng, parse_blends(ranges.blend))
    with blaming(photo.name):
        small = _cut(backgrounds.look(photo), photo, crop)
        try:
            sha256 = file_hash(photo.path)
        except OSError as error:
            raise AssetError(f"Cannot read {photo.path}: {error.strerror}.") from error
    light = estimate_light(rng, small)
    return PhotoSpec(
        name=photo.name,
        folder=photo.folder,
        sha256=sha256,
        crop=crop,
        blend=blend,
        horizon=round(estimate_horizon(rng, small), 4),
        sides=light.sides,
        sun=light.sun,
        sun_towards=light.sun_towards,
        seed=int(rng.integers(2**31)),
    )


def sample_crop(rng: np.random.Generator, photo: Photo, form: float) -> tuple:
    """(left, top, width, height) in pixels, of the picture's own form: nothing is stretched.

    Args:
        form: width over height.
    """
    share = rng.uniform(SMALLEST_CROP, 1.0)
    width = max(round(min(photo.file.width, photo.file.height * form) * share), 1)
    height = max(round(width / form), 1)
    height = min(height, photo.file.height)
    left = int(rng.integers(photo.file.width - width + 1))
    top = int(rng.integers(photo.file.height - height + 1))
    return left, top, width, height


def _cut(small: np.ndarray, photo: Photo, crop: tuple) -> np.ndarray:
    """The crop of a small copy of the photo."""
    rows, columns = small.shape[0] / photo.file.height, small.shape[1] / photo.file.width
    left, top, width, height = crop
    top, left = int(top * rows), int(left * columns)
    return small[top : top + max(int(height * rows), 8), left : left + max(int(width * columns), 8)]

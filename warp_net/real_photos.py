"""Real photographs and their fits, for training with the re-rendering loss: nobody knows these people's textures."""

from pathlib import Path

import numpy as np
from tqdm import tqdm

from blender_addon.core.body import BodyModel
from blender_addon.core.errors import AssetError
from warp_net.extract import draw, drawn_uv
from warp_net.fits import fit_of, read_fits
from warp_net.photo import read_photo_file, take_portrait
from warp_net.samples import prepare_photo, relative, to_square
from warp_net.uv_layout import Layout


def prepare_real(folder, body: BodyModel, layout: Layout) -> list:
    """Everyone in a folder of photos that has a `*_fits.npz` of `posewright assets fit-poses` in it.

    Returns:
        people as `samples.prepare` has them; their photos have `uv` (S, S, 2) and no truth.
    Raises:
        AssetError: no fits in the folder, or nobody can be used.
    """
    folder = Path(folder)
    files = sorted(folder.glob("*_fits.npz"))
    if not files:
        raise AssetError(f"No *_fits.npz in {folder}. Fit the photos: posewright assets fit-poses.")
    people, reasons = [], []
    for path in files:
        columns = read_fits(path)
        for row, name in enumerate(tqdm(columns["image"], desc="real photos", unit="", disable=None)):
            try:
                photo = read_photo_file(folder / Path(str(name)).name)
                people.append(_prepare(photo, fit_of(columns, row), body, layout))
            except AssetError as error:
                reasons.append(f"{name}: {error}")
    if not people:
        raise AssetError(f"Nobody in {folder} can be used. {' '.join(reasons[:3])}")
    return people


def _prepare(photo, fit, body: BodyModel, layout: Layout) -> dict:
    portrait = take_portrait(photo, fit, body, layout)
    pixels, mask, fit = to_square(portrait.pixels, portrait.mask, portrait.fit)
    drawn = prepare_photo(pixels, mask, fit, body, layout)
    uv = drawn_uv(draw(body, layout, fit), layout)
    drawn["uv"] = relative(uv, (layout.size, layout.size)).astype(np.float16)
    nothing = np.zeros((3, layout.size, layout.size), np.uint8)
    return {"texture": nothing, "known": layout.inside, "photos": [drawn]}

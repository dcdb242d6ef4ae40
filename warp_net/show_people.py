"""Draw people from photos in new poses and views:

python -m warp_net.show_people --photos FOLDER --fits NAME_fits.npz --out sheet.jpg --count 12

Each is worn in the spread pose from in front and behind, and in the poses of two others from the same fits.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from blender_addon.core.body import BodyModel, load_body
from blender_addon.core.catalog import OPEN_BODY, library_folder
from blender_addon.core.errors import AssetError, PosewrightError
from warp_net.fits import Fit, fit_of, read_fits
from warp_net.measures import WORN_SIDE, shade, views_around, worn_views
from warp_net.photo import read_photo_file, take_portrait
from warp_net.photo_to_texture import photo_to_texture
from warp_net.texture_net import TRAINED_SIZE, TextureNet, load_net
from warp_net.uv_layout import build_layout

SIZE = 512
COLUMNS = 2
"""People beside each other on the sheet."""


def show_person(photo, fit: Fit, others: list, body: BodyModel, net: TextureNet, with_photo: bool) -> np.ndarray:
    """(H, W, 3) uint8: views of one person side by side.

    Args:
        others: fits whose poses are put on.
        with_photo: begins with the photo.
    Raises:
        AssetError: as `photo_to_texture`.
    """
    texture = photo_to_texture(photo, fit, body, size=SIZE, net=net).astype(np.float32) / 255
    layout = build_layout(body, SIZE)
    front, _, back, _ = views_around(body, fit.betas)
    fits = [front, back, *(in_pose_of(fit, other, body) for other in others)]
    worn = worn_views([texture], body, layout, fits)
    cells = [shade(view, pictures[0], body, layout) for view, (pictures, _) in zip(fits, worn, strict=True)]
    if with_photo:
        portrait = take_portrait(photo, fit, body, build_layout(body, TRAINED_SIZE))
        small = cv2.resize(portrait.pixels, (WORN_SIDE, WORN_SIDE), interpolation=cv2.INTER_AREA)
        cells = [small / 255.0, *cells]
    return np.clip(np.concatenate(cells, 1) * 255 + 0.5, 0, 255).astype(np.uint8)


def in_pose_of(fit: Fit, other: Fit, body: BodyModel) -> Fit:
    """This person as the other one stands before its camera, filling a square picture."""
    size = np.array([WORN_SIDE, WORN_SIDE])
    posed = Fit(fit.body, other.pose, fit.betas, np.zeros(3), 2.0 * WORN_SIDE, size / 2, size)
    points = posed.posed(body).vertices[: body.skin_vertices]
    low, high = points.min(0), points.max(0)
    distance = 2.0 * 1.15 * float((high - low)[:2].max()) + (high - low)[2] / 2
    return replace(posed, translation=np.array([0, 0, distance]) - (low + high) / 2)


def show_people(photos, fits, out, count: int, net: TextureNet, with_photos: bool) -> list:
    """Write the sheet, the largest people first; returns a line for each who could not be shown.

    Raises:
        AssetError: nobody could be.
    """
    body = load_body(library_folder() / "bodies" / f"{OPEN_BODY}.npz")
    columns = read_fits(fits)
    areas = columns["bbox"][:, 2] * columns["bbox"][:, 3] if "bbox" in columns else np.zeros(len(columns["image"]))
    everyone = [fit_of(columns, row) for row in range(len(areas))]
    cells, reasons = [], []
    for row in tqdm(np.argsort(-areas, kind="stable"), desc="people", disable=None):
        others = [everyone[(row + step) % len(everyone)] for step in (5, 11)]
        name = Path(str(columns["image"][row])).name
        try:
            photo = read_photo_file(Path(photos) / name)
            cells.append(show_person(photo, everyone[row], others, body, net, with_photos))
        except AssetError as error:
            reasons.append(f"{name}: {error}")
        if len(cells) == count:
            break
    if not cells:
        raise AssetError(f"Nobody in {fits} can be shown. {' '.join(reasons[:3])}")
    cells += [np.full_like(cells[0], 209)] * (-len(cells) % COLUMNS)
    rows = [np.concatenate(cells[at : at + COLUMNS], 1) for at in range(0, len(cells), COLUMNS)]
    cv2.imwrite(str(out), np.concatenate(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
    return reasons


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder of the photos")
    parser.add_argument("--fits", type=Path, required=True, help="NAME_fits.npz")
    parser.add_argument("--out", type=Path, required=True, help="picture to write")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--with-photos", action="store_true", help="begin each row with the photo")
    parser.add_argument("--weights", type=Path, help="other weights than those that ship")
    options = parser.parse_args(arguments)
    try:
        net = load_net(options.weights)
        reasons = show_people(options.photos, options.fits, options.out, options.count, net, options.with_photos)
        print(*reasons, options.out, sep="\n")
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

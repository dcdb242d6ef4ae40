"""A person's photo becomes a skin:

python -m warp_net.photo_to_texture PHOTO --fit NAME_fits.npz --out assets/library/skins/NAME

The fits are those of `posewright assets fit-poses`. The skin is a folder with NAME.png in the body's texture layout
and skin.json, which says what body it is for, that the person is dressed, and where it comes from.
"""

import argparse
import json
import os
import re
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np

from blender_addon.core.body import BodyModel, load_body
from blender_addon.core.catalog import OPEN_BODY, library_folder
from blender_addon.core.errors import AssetError, PosewrightError, SettingsError
from warp_net.extract import frontness
from warp_net.fits import Fit, read_fit
from warp_net.photo import read_mask_file, read_photo_file, take_portrait
from warp_net.samples import prepare_photo, to_square
from warp_net.sharpen import Shot, keep_detail
from warp_net.texture_net import TRAINED_SIZE, TextureNet, load_net, paint
from warp_net.uv_layout import Layout, build_layout

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
SIZES = (256, 512, 1024)
LEAST_SEEN = 0.03
"""Of the body's texels; with fewer nothing of the person is known."""


def photo_to_texture(
    photo: np.ndarray,
    fit: Fit,
    body: BodyModel,
    mask: np.ndarray | None = None,
    others: list | tuple = (),
    size: int = 512,
    net: TextureNet | None = None,
) -> np.ndarray:
    """The whole texture of a person who is seen in a photo, clothes, hair and all.

    Args:
        photo: (H, W, 3) uint8, RGB, as large as the one that was fitted.
        fit: where the body is in it.
        body: the body that the texture is for; the networks know the open body's layout.
        mask: (H, W) bool, true on the person; None lets GrabCut find it.
        others: (photo, fit, mask or None) of the same person in the same clothes. Photos merge by what they show most
            squarely, those from the front first.
        size: texels of a side, 256, 512 or 1024. The networks work at 256; detail is carried over from the photo where
            it is seen.
        net: trained networks of `texture_net.load_net`; None loads those that ship.
    Returns:
        (size, size, 3) uint8, sRGB, without the photo's light as far as the networks can tell; islands are padded, so
        that sampling between texels shows no background. Row 0 is v = 1.
    Raises:
        AssetError: a photo is grey, huge or tiny; a fit is of another body or photo, or misses the person; a mask has
            another size; hardly anything of the person is seen; the body has another texture layout; no weights.
        ValueError: another size.
    """
    if size not in SIZES:
        raise ValueError(f"a texture of {size} texels, expected one of {SIZES}")
    if body.path.stem != OPEN_BODY:
        raise AssetError(
            f"{body.path.name} has a texture layout that the networks do not know. Fit the photo with {OPEN_BODY}."
        )
    layout = build_layout(body, TRAINED_SIZE)
    given = [(photo, fit, mask), *others]
    portraits = [take_portrait(one, at, body, layout, outline) for one, at, outline in given]
    portraits.sort(key=lambda portrait: -frontness(portrait.view, layout))
    net = net or load_net()
    texture, shots = _run(net, portraits, body, layout)
    texture = keep_detail(texture, shots, body, layout, build_layout(body, size))
    return np.clip(texture * 255 + 0.5, 0, 255).astype(np.uint8)


def _run(net: TextureNet, portraits: list, body: BodyModel, layout: Layout) -> tuple:
    """(T, T, 3) padded texture, and a Shot of each portrait."""
    prepared = [prepare_photo(*to_square(p.pixels, p.mask, p.fit), body, layout) for p in portraits]
    texture, seen, read = paint(net, prepared, layout)
    if seen < LEAST_SEEN:
        raise AssetError(f"The photo shows {100 * seen:.1f} % of the person's surface. Use one that shows more.")
    return texture, [Shot(p.pixels, p.mask, p.fit, *how) for p, how in zip(portraits, read, strict=True)]


def save_skin(folder, texture: np.ndarray, body: str, licence: str, source: str) -> Path:
    """Write a skin, NAME/NAME.png and NAME/skin.json, whole or not at all.

    Args:
        folder: .../skins/NAME, which is not there yet.
        texture: (T, T, 3) uint8.
    Returns:
        the picture.
    Raises:
        SettingsError: the name cannot be one, the folder is there already, or it cannot be written.
    """
    folder = Path(folder)
    if not NAME.fullmatch(folder.name):
        raise SettingsError(f"--out {folder}: a skin's name has letters, digits, - and _, at most 64.")
    if folder.exists():
        raise SettingsError(f"{folder} is there already. Choose another --out, or remove it.")
    facts = {"picture": f"{folder.name}.png", "body": body, "dressed": True, "licence": licence, "source": source}
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        temporary.mkdir(parents=True)
        data = cv2.imencode(".png", np.ascontiguousarray(texture[..., ::-1]))[1]
        (temporary / f"{folder.name}.png").write_bytes(data.tobytes())
        (temporary / "skin.json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
        os.replace(temporary, folder)
    except OSError as error:
        raise SettingsError(f"Cannot write {folder}: {error.strerror}. Choose another --out.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder / f"{folder.name}.png"


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path)
    parser.add_argument("--fit", type=Path, required=True, help="NAME_fits.npz that the photo is in")
    parser.add_argument("--person", type=int, default=0, help="which person of the photo, largest first (0)")
    parser.add_argument("--mask", type=Path, help="picture that is white on the person; GrabCut finds it without")
    parser.add_argument("--also", type=Path, nargs="+", default=[], help="more photos of the person, in the same fits")
    parser.add_argument("--out", type=Path, required=True, help="folder of the skin to make, skins/NAME")
    parser.add_argument("--size", type=int, default=512, choices=SIZES, help="texels of a side (512)")
    parser.add_argument("--weights", type=Path, help="other weights than those that ship")
    parser.add_argument("--licence", default="as the photograph", help="kept with the skin")
    parser.add_argument("--source", help="kept with the skin; the photo's name if not given")
    try:
        print(make_skin(parser.parse_args(arguments)))
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def make_skin(options) -> Path:
    """What `main` does, as parsed options have it; returns the picture."""
    if options.out.exists():
        raise SettingsError(f"{options.out} is there already. Choose another --out, or remove it.")
    body = load_body(library_folder() / "bodies" / f"{OPEN_BODY}.npz")
    photo = read_photo_file(options.photo)
    mask = read_mask_file(options.mask) if options.mask else None
    fit = read_fit(options.fit, options.photo.name, options.person)
    others = [(read_photo_file(path), read_fit(options.fit, path.name), None) for path in options.also]
    net = load_net(options.weights)
    texture = photo_to_texture(photo, fit, body, mask, others, options.size, net)
    return save_skin(options.out, texture, OPEN_BODY, options.licence, options.source or options.photo.name)


if __name__ == "__main__":
    sys.exit(main())

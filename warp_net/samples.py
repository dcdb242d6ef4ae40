"""Training people as arrays that batches are made of: drawn once, kept beside the set, flipped and recoloured."""

import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from blender_addon.core.body import BodyModel
from blender_addon.core.errors import AssetError
from warp_net.extract import draw, drawn_uv
from warp_net.make_data import load_person, write_arrays
from warp_net.networks import PHOTO_SIDE
from warp_net.silhouette import repair
from warp_net.texture_space import TextureSpace
from warp_net.uv_layout import Layout

VERSION = 1
"""Of what `prepare` keeps."""


def prepare(folder, body: BodyModel, layout: Layout) -> list:
    """Draw every person of a folder of `headless.warp_data`; what was drawn before is read.

    Returns:
        a dictionary a person: texture (3, T, T) uint8, known (T, T) bool, and lists, one item a photo, of what
        `prepare_photo` gives.
    Raises:
        AssetError: the folder holds no people.
    """
    folder = Path(folder)
    paths = sorted(folder.glob("[0-9]*.npz"))
    if not paths:
        raise AssetError(f"No training people in {folder}. Make some: python -m headless.warp_data --out FOLDER")
    kept = folder / f"prepared_{layout.size}_v{VERSION}"
    kept.mkdir(exist_ok=True)
    people = []
    for path in tqdm(paths, desc="people read", unit="", disable=None):
        arrays = _read(kept / path.name)
        if arrays is None:
            arrays = _draw_person(path, body, layout)
            write_arrays(kept / path.name, arrays)
        people.append(_grouped(arrays))
    return people


def _draw_person(path: Path, body: BodyModel, layout: Layout) -> dict:
    look, photos = load_person(path)
    if look.texture.shape[0] != layout.size:
        raise AssetError(f"{path}: a texture of {look.texture.shape[0]} texels, expected {layout.size}. Make it again.")
    arrays = {"texture": (look.texture.transpose(2, 0, 1) * 255 + 0.5).astype(np.uint8), "known": look.seen}
    for number, photo in enumerate(photos):
        drawn = prepare_photo(photo.pixels, photo.mask, photo.fit, body, layout)
        view = draw(body, layout, photo.true)
        drawn["true_place"] = relative(view.place, photo.true.size).astype(np.float16)
        drawn["true_visible"] = view.visible
        drawn["true_uv"] = relative(drawn_uv(view, layout), (layout.size, layout.size)).astype(np.float16)
        arrays |= {f"{name}{number}": values for name, values in drawn.items()}
    return arrays


def prepare_photo(pixels, mask, fit, body: BodyModel, layout: Layout) -> dict:
    """What the networks look at of one square photo.

    Args:
        pixels: (S, S, 3) uint8; mask: (S, S) bool.
    Returns:
        picture (8, S, S) uint8, as `networks.PHOTO_CHANNELS` has it; repaired (3, S, S) uint8, without background;
        usable (S, S) bool; place (T, T, 2) float16 in [-1, 1], 0 where not visible; weight (T, T) uint8.
    """
    view = draw(body, layout, fit)
    repaired, usable = repair(pixels.astype(np.float32) / 255, mask, view.silhouette)
    where = np.zeros((*mask.shape, 3))
    drawn = view.silhouette
    corners = layout.triangles[view.face[drawn]]
    where[drawn] = np.einsum("nk,nkc->nc", view.share[drawn], body.v_template[corners])
    place = np.where(view.visible[..., None], relative(view.place, fit.size), 0)
    layers = [
        pixels,
        255 * mask[..., None],
        np.clip(where * 100 + 128, 0, 255) * drawn[..., None],
        255 * drawn[..., None],
    ]
    return {
        "picture": np.concatenate(layers, -1).astype(np.uint8).transpose(2, 0, 1),
        "repaired": (repaired * 255 + 0.5).astype(np.uint8).transpose(2, 0, 1),
        "usable": usable,
        "place": place.astype(np.float16),
        "weight": (np.where(view.visible, np.clip(view.cosine, 0, 1), 0) * 255).astype(np.uint8),
    }


def relative(pixels, size) -> np.ndarray:
    """(..., 2) pixels -> [-1, 1] from edge to edge, as grid_sample has it."""
    return np.asarray(pixels) / np.asarray(size, float) * 2 - 1


def to_square(photo, mask, fit) -> tuple:
    """Photo, mask and fit resized so that the photo is PHOTO_SIDE square; it must be square already."""
    scale = PHOTO_SIDE / photo.shape[0]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(photo, (PHOTO_SIDE, PHOTO_SIDE), interpolation=way)
    small_mask = cv2.resize(mask.astype(np.uint8), (PHOTO_SIDE, PHOTO_SIDE), interpolation=cv2.INTER_AREA) > 0
    return small, small_mask, fit.moved(scale, (0, 0), (PHOTO_SIDE, PHOTO_SIDE))


def _read(path: Path) -> dict | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error):
        return None


def _grouped(arrays: dict) -> dict:
    photos, number = [], 0
    while f"picture{number}" in arrays:
        ending = str(number)
        photos.append({name[:-1]: values for name, values in arrays.items() if name.endswith(ending)})
        number += 1
    return {"texture": arrays["texture"], "known": arrays["known"], "photos": photos}


def make_batch(people: list, chosen: list, device) -> dict:
    """Tensors of some people, each with one photo or two.

    Args:
        chosen: (person, first photo, second photo or None) each.
    Returns:
        texture (B, 3, T, T), known (B, 1, T, T); and for photos a list of two dictionaries of batched tensors, of
        which the second's weights are 0 where there is no second photo.
    """
    batch = {
        "texture": _stack([people[person]["texture"] for person, _, _ in chosen], device) / 255,
        "known": _stack([people[person]["known"][None] for person, _, _ in chosen], device),
        "photos": [],
    }
    for which in (1, 2):
        if which == 2 and all(choice[2] is None for choice in chosen):
            break
        photos = [people[c[0]]["photos"][c[1] if which == 1 or c[2] is None else c[2]] for c in chosen]
        batch["photos"].append({name: _stack([photo[name] for photo in photos], device) for name in photos[0]})
        drawn = batch["photos"][-1]
        for name in ("picture", "repaired", "weight"):
            drawn[name] = drawn[name] / 255
        for name in ("usable", "weight", "true_visible"):
            if name in drawn:
                drawn[name] = drawn[name][:, None]
        if which == 2:
            present = torch.tensor([float(choice[2] is not None) for choice in chosen], device=device)
            drawn["weight"] = drawn["weight"] * present[:, None, None, None]
    return batch


def _stack(arrays, device) -> Tensor:
    return torch.tensor(np.stack(arrays), device=device).float()


def flip(space: TextureSpace, batch: dict) -> dict:
    """The batch in a mirror: photos the other way round, left and right of the bodies exchanged."""
    turned = {name: space.pick(batch[name], space.mirror) for name in ("texture", "known")}
    turned["photos"] = []
    for photo in batch["photos"]:
        new = {name: photo[name].flip(-1) for name in ("picture", "repaired", "usable")}
        drawn = new["picture"][:, 7:8]
        x = new["picture"][:, 4:5]  # where on the T-pose; 128 is the middle, and 0 where nothing is drawn
        new["picture"] = torch.cat([new["picture"][:, :4], (256 / 255 - x) * drawn, new["picture"][:, 5:]], 1)
        new["weight"] = space.pick(photo["weight"], space.mirror)
        for name in ("place", "true_place"):
            if name in photo:
                places = photo[name].permute(0, 3, 1, 2).flatten(2)[..., space.mirror].view(len(drawn), 2, *space.shape)
                new[name] = torch.stack([-places[:, 0], places[:, 1]], -1)
        if "true_visible" in photo:
            new["true_visible"] = space.pick(photo["true_visible"], space.mirror)
        turned["photos"].append(new)  # `true_uv` has no mirror image: the layout's halves are not mirrored
    return turned


def recolour(batch: dict, rng: np.random.Generator) -> None:
    """Turn, strengthen and brighten the colours of each person, in photos and texture alike; in place."""
    matrices, shifts = zip(*(_colour_change(rng) for _ in range(len(batch["texture"]))), strict=True)
    like = batch["texture"]
    matrix = torch.tensor(np.stack(matrices), dtype=like.dtype, device=like.device)
    shift = torch.tensor(np.stack(shifts), dtype=like.dtype, device=like.device)[..., None, None]
    change = lambda colours: (torch.einsum("bij,bjhw->bihw", matrix, colours) + shift).clamp(0, 1)  # noqa: E731
    batch["texture"] = change(batch["texture"])
    for photo in batch["photos"]:
        photo["repaired"] = change(photo["repaired"])
        photo["picture"] = torch.cat([change(photo["picture"][:, :3]), photo["picture"][:, 3:]], 1)


def _colour_change(rng) -> tuple:
    """A turn of the hue about grey, mostly a small one so that skin stays skin; saturation, brightness."""
    angle = rng.normal(0, 0.15) if rng.random() < 0.6 else rng.uniform(-np.pi, np.pi)
    grey = np.full((3, 3), 1 / 3)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    hue = np.cos(angle) * np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * grey
    vivid = rng.uniform(0.7, 1.25)
    contrast = rng.uniform(0.8, 1.1)
    matrix = contrast * (vivid * hue + (1 - vivid) * grey)
    return matrix, np.full(3, rng.uniform(-0.06, 0.1))

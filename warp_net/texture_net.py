"""Both networks as one: photos of a person in, its texture out; and the file of their weights."""

import io
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import nn

from blender_addon.core.errors import AssetError
from warp_net.networks import RefineNet, WarpNet, candidates
from warp_net.samples import make_batch
from warp_net.texture_space import TextureSpace, read_photo, texture_space
from warp_net.uv_layout import Layout

TRAINED_SIZE = 256
"""Texels of a side that the networks work at."""
SHIPPED = Path(__file__).parent / "weights" / "texture_net.npz"
SECOND = 0.15
"""How much more squarely a second photo has to see a texel to be taken before the first."""
MOST_BYTES = 50_000_000


class TextureNet(nn.Module):
    """WarpNet, then RefineNet."""

    def __init__(self):
        super().__init__()
        self.warp, self.refine = WarpNet(), RefineNet()

    def forward(self, space: TextureSpace, photos: list, texture=None, swap=None) -> dict:
        """Args:
            photos: a dictionary a photo, the front view first: picture (B, 8, S, S), repaired
                (B, 3, S, S), usable (B, 1, S, S), place (B, T, T, 2), weight (B, 1, T, T), as `samples` has them.
            texture, swap: in training only: (B, 3, T, T) colours taken instead of those read, where swap (B, 1, 1, 1)
                is 1; so one person can be shown as another was seen.
        Returns:
            texture (B, 3, T, T) in [0, 1]; own (B, 3, T, T) and weight (B, 1, T, T), what was read; and lists of a
            tensor a photo: places (B, T, T, 2), trusts (B, 1, T, T) logits.
        """
        places, trusts, reads, weights = [], [], [], []
        for photo in photos:
            shown = (photo["weight"] > 0).float()
            partial = read_photo(photo["repaired"], photo["place"]) * shown
            place, trust = self.warp(space, photo["picture"], partial, shown, photo["place"])
            usable = (read_photo(photo["usable"], place) > 0.5).float()
            places.append(place)
            trusts.append(trust)
            weights.append(photo["weight"] * usable)
            reads.append(read_photo(photo["repaired"], place) * (weights[-1] > 0))
        own, weight, trust, other, other_weight = _merged(reads, weights, [t.sigmoid() for t in trusts])
        if swap is not None:
            own = own * (1 - swap) + texture * swap
            trust = trust * (1 - swap) + swap
        own, weight = own * (weight > 0), weight * space.inside
        colours, every = candidates(space, own, weight, other, other_weight)
        made = self.refine(space, colours, every, trust * (weight > 0))
        made = made if self.training else made.clamp(0, 1)
        return {"texture": made, "own": own, "weight": weight, "places": places, "trusts": trusts}


def _merged(reads, weights, trusts) -> tuple:
    """At each texel the best photo's reading, weight and trust, and the second best's reading and weight."""
    own, weight, trust = reads[0], weights[0], trusts[0]
    other, other_weight = torch.zeros_like(own), torch.zeros_like(weight)
    for read, new_weight, new_trust in zip(reads[1:], weights[1:], trusts[1:], strict=True):
        first = (new_weight - SECOND > weight) | ((weight == 0) & (new_weight > 0))
        second = ~first & (new_weight > other_weight)
        other = torch.where(first, own, torch.where(second, read, other))
        other_weight = torch.where(first, weight, torch.where(second, new_weight, other_weight))
        own, weight, trust = (
            torch.where(first, new, old) for new, old in ((read, own), (new_weight, weight), (new_trust, trust))
        )
    return own, weight, trust, other, other_weight


def paint(net: TextureNet, prepared: list, layout: Layout) -> tuple:
    """Run the networks on one person.

    Args:
        prepared: of each photo what `samples.prepare_photo` gives, the front view first.
    Returns:
        texture (T, T, 3) in [0, 1], padded; the share of the body's texels that photos show; and for each photo the
        corrections (T, T, 2) of places, as shares of its side, and trust (T, T) in [0, 1].
    """
    device = next(net.parameters()).device
    person = {"texture": np.zeros((3, *layout.face.shape), np.uint8), "known": layout.inside, "photos": prepared}
    photos = [make_batch([person], [(0, number, None)], device)["photos"][0] for number in range(len(prepared))]
    with torch.no_grad():
        result = net(texture_space(layout).to(device), photos)
    seen = float((result["weight"] > 0).sum()) / layout.inside.sum()
    read = [
        ((place - photo["place"])[0].cpu().numpy() / 2, trust[0, 0].sigmoid().cpu().numpy())
        for place, photo, trust in zip(result["places"], photos, result["trusts"], strict=True)
    ]
    return layout.padded(result["texture"][0].permute(1, 2, 0).cpu().numpy()), seen, read


def save_weights(path: Path, net: TextureNet) -> None:
    """Half-precision arrays in an .npz, whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: value.detach().cpu().numpy().astype(np.float16) for name, value in net.state_dict().items()}
    whole = io.BytesIO()
    np.savez_compressed(whole, **arrays)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part")
    try:
        temporary.write_bytes(whole.getvalue())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load_net(path=None, device="cpu") -> TextureNet:
    """The trained networks, ready to use.

    Args:
        path: `.npz` of `save_weights`; None takes those that ship.
    Raises:
        AssetError: the file is missing, broken, or of other networks.
    """
    path = Path(path or SHIPPED)
    net = TextureNet()
    wanted = net.state_dict()
    arrays = _read_weights(path)
    if sorted(arrays) != sorted(wanted) or any(arrays[name].shape != tuple(wanted[name].shape) for name in wanted):
        raise AssetError(f"{path} holds the weights of other networks. Train again, or get the file that ships.")
    if not all(np.isfinite(values).all() for values in arrays.values()):
        raise AssetError(f"{path} holds weights that are not finite. Get the file again.")
    net.load_state_dict({name: torch.tensor(values.astype(np.float32)) for name, values in arrays.items()})
    return net.to(device).eval()


def _read_weights(path: Path) -> dict:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise AssetError(f"{path}: too large for the weights of these networks. Get the file again.")
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise AssetError(f"{path}: no such weights. Train some: python -m warp_net.train, or get the file.") from None
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise AssetError(f"{path}: expected weights, found a broken file ({error}). Get it again.") from None

"""What a good texture is: near the truth, seen or not, alike in structure, real in patches, right in the photo."""

import pickle
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from blender_addon.core.errors import AssetError

VGG_LAYERS = (64, 64, "pool", 128, 128, "pool", 256, 256, 256, 256, "pool", 512, 512, 512, 512, "pool", 512)
"""VGG19 (Simonyan and Zisserman 2014) as far as conv5_1."""
VGG_TAPS = (1, 6, 11, 20, 29)
"""relu1_1 to relu5_1, in the numbering of torchvision's `features`."""
VGG_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)
MOST_BYTES = 1_000_000_000
LIGHT_CELLS = 32
"""Of a picture's side: light is the mean of five by five of them, for photos whose light is unknown."""


def texture_error(made: Tensor, true: Tensor, known: Tensor, seen: Tensor, unseen_weight: float = 1.5) -> Tensor:
    """Mean absolute error over known texels, those that no photo shows counting more.

    Args:
        made, true: (B, 3, T, T); known, seen: (B, 1, T, T).
    """
    weight = known * (1 + (unseen_weight - 1) * (seen == 0))
    return ((made - true).abs() * weight).sum() / (3 * weight.sum()).clamp(min=1)


def square_error(made: Tensor, true: Tensor, known: Tensor) -> Tensor:
    """Root of the mean square over known texels of each texture, averaged: what PSNR is made of."""
    square = ((made - true).square() * known).sum((1, 2, 3)) / (3 * known.sum((1, 2, 3))).clamp(min=1)
    return (square + 1e-5).sqrt().mean()


def structure_error(made: Tensor, true: Tensor, known: Tensor, scales: int = 3) -> Tensor:
    """Differences of neighbours, and from the second scale on local contrast; stands in for VGG where there is none."""
    total = made.new_zeros(())
    for scale in range(scales):
        for axis in (-1, -2):
            both = known.narrow(axis, 1, known.shape[axis] - 1) * known.narrow(axis, 0, known.shape[axis] - 1)
            miss = (made.diff(dim=axis) - true.diff(dim=axis)).abs() * both
            total = total + miss.sum() / (3 * both.sum()).clamp(min=1)
        if scale:
            total = total + 0.2 * _unlikeness(made, true, known)
        share = F.avg_pool2d(known, 2)
        made, true = (F.avg_pool2d(picture * known, 2) / share.clamp(min=0.25) for picture in (made, true))
        known = (share == 1).float()
    return total / scales


def _unlikeness(made, true, known, window: int = 7) -> Tensor:
    """1 - SSIM (Wang et al. 2004) over windows that are known."""
    mean = lambda x: F.avg_pool2d(x, window, 1)  # noqa: E731
    a, b = mean(made), mean(true)
    aa, bb, ab = mean(made * made) - a * a, mean(true * true) - b * b, mean(made * true) - a * b
    like = (2 * a * b + 1e-4) * (2 * ab + 9e-4) / ((a * a + b * b + 1e-4) * (aa.clamp(min=0) + bb.clamp(min=0) + 9e-4))
    whole = (mean(known) > 0.99).float()
    return ((1 - like) * whole).sum() / (3 * whole.sum()).clamp(min=1)


def place_error(place: Tensor, true: Tensor, both: Tensor) -> Tensor:
    """How far corrected places are from the true ones, in units of half the picture.

    Args:
        place, true: (B, T, T, 2); both: (B, 1, T, T) texels that fit and truth see.
    """
    miss = ((place - true).nan_to_num(0.0).square().sum(-1) + 1e-6).sqrt()
    return (miss * both[:, 0]).sum() / both.sum().clamp(min=1)


def photo_error(worn: Tensor, photo: Tensor, shown: Tensor) -> Tensor:
    """Error of a texture seen through the body in its photo; light that changes slowly over the picture is let be.

    Args:
        worn, photo: (B, 3, H, W); shown: (B, 1, H, W), where the body is seen.
    """
    cell = photo.shape[-1] // LIGHT_CELLS
    sums = [F.avg_pool2d(F.avg_pool2d(picture * shown, cell), 5, 1, 2) for picture in (photo, worn)]
    light = (sums[0] + 0.02) / (sums[1] + 0.02)  # the share that is shown cancels out
    light = F.interpolate(light, size=photo.shape[2:], mode="bilinear", align_corners=False)
    return ((worn * light.clamp(0.1, 10) - photo).abs() * shown).sum() / (3 * shown.sum()).clamp(min=1)


def judged_real(score: Tensor) -> Tensor:
    """LSGAN: the judge's patches should read 1."""
    return (score - 1).square().mean()


def judged_made(score: Tensor) -> Tensor:
    return score.square().mean()


class Vgg19(nn.Module):
    """Features of VGG19 from a file of its weights, as torchvision publishes them (vgg19-dcbb9e9d.pth)."""

    def __init__(self, path):
        """Raises AssetError when the file is not such a one; it is read with weights_only."""
        super().__init__()
        steps, inputs = [], 3
        for outputs in VGG_LAYERS:
            if outputs == "pool":
                steps.append(nn.MaxPool2d(2))
            else:
                steps += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
                inputs = outputs
        self.features = nn.Sequential(*steps)
        self.load_state_dict(_read_vgg(Path(path), self.state_dict()))
        self.requires_grad_(False)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None])
        self.register_buffer("spread", torch.tensor([0.229, 0.224, 0.225])[:, None, None])

    def forward(self, made: Tensor, true: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] each -> how unlike they look."""
        x = (torch.cat([made, true]) - self.mean) / self.spread
        total = made.new_zeros(())
        for number, step in enumerate(self.features):
            x = step(x)
            if number in VGG_TAPS:
                one, other = x.chunk(2)
                total = total + VGG_WEIGHTS[VGG_TAPS.index(number)] * (one - other).abs().mean()
        return total


def _read_vgg(path: Path, wanted: dict) -> dict:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise AssetError(f"{path}: too large for VGG19's weights. Choose vgg19-dcbb9e9d.pth.")
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        raise AssetError(f"{path} cannot be read as weights ({str(error).splitlines()[0]}).") from None
    chosen = {name: state[name] for name in wanted if isinstance(state, dict) and name in state}
    if any(name not in chosen or chosen[name].shape != wanted[name].shape for name in wanted):
        raise AssetError(f"{path} does not hold VGG19's weights. Choose torchvision's vgg19-dcbb9e9d.pth.")
    return chosen

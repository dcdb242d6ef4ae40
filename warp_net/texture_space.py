"""A body's texture layout as tensors: what lies where on the body, what mirrors what, and colours carried along it."""

import functools

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from warp_net.uv_layout import Layout

COARSE = 64
"""Side of the grid on which colours are carried over the body's surface."""
NEAR, HALF, FAR = 0.035, 0.05, 0.25
"""Metres over which colours carry: along the surface, to the other half and side, over the limb."""
FAINT = 1e-2, 1e-3, 1e-4, 1e-7
"""How much less counts what is only near on the other half, far, far on the other half, anywhere: of what is near
enough nothing farther is noticed."""
CONSTANTS = 6
"""Channels of `TextureSpace.constants`."""


class TextureSpace(nn.Module):
    """Constants of one layout with T x T texels. Channels come first: textures are (B, C, T, T)."""

    def __init__(self, layout: Layout):
        super().__init__()
        self.size = layout.size
        self.shape = layout.size, layout.size
        inside = torch.tensor(layout.inside)
        for name in ("mirror", "opposite", "nearest"):
            index = torch.tensor(np.maximum(getattr(layout, name), 0).astype(np.int64).ravel())
            self.register_buffer(name, index, persistent=False)
        self.register_buffer("inside", inside[None, None].float(), persistent=False)
        geometry = np.concatenate([layout.position, layout.normal], -1).astype(np.float32).transpose(2, 0, 1)
        self.register_buffer("constants", torch.tensor(geometry)[None], persistent=False)
        self._add_coarse()

    def _add_coarse(self) -> None:
        """Kernels between the texels of a coarser grid."""
        step = self.size // COARSE
        share = F.avg_pool2d(self.inside, step)
        middle = F.avg_pool2d(self.constants * self.inside, step) / share.clamp(min=1e-6)
        rows = torch.nonzero(share.view(-1) > 0)[:, 0]
        points = middle.view(CONSTANTS, -1)[:3, rows].T
        folded = points * torch.tensor([1.0, 1.0, 0.3])
        folded[:, 0] = folded[:, 0].abs()
        near, half = (torch.cdist(each, each).square() for each in (points, folded))
        kernel = (-near / NEAR**2).exp() + FAINT[0] * (-half / HALF**2).exp() + FAINT[3]
        kernel = kernel + FAINT[1] * (-near / FAR**2).exp() + FAINT[2] * (-half / FAR**2).exp()
        self.register_buffer("kernel", kernel, persistent=False)
        self.register_buffer("coarse_rows", rows, persistent=False)
        taken = torch.cdist(_grid(COARSE), _grid(COARSE)[rows]).argmin(1)
        self.register_buffer("coarse_nearest", taken, persistent=False)

    def pick(self, values: Tensor, index: Tensor) -> Tensor:
        """(B, C, T, T) values of the texels `index` (T * T,), such as `mirror`."""
        return values.flatten(2)[..., index].view(values.shape) * self.inside

    def padded(self, values: Tensor) -> Tensor:
        """(B, C, T, T) with texels outside the islands as their nearest inside."""
        return values.flatten(2)[..., self.nearest].view(values.shape)

    def carried(self, texture: Tensor, weight: Tensor) -> Tensor:
        """Colours of seen texels carried to all others by how near they are on the body; smooth.

        Args:
            texture: (B, C, T, T); weight: (B, 1, T, T) 0 where not seen.
        Returns:
            (B, C, T, T); zeros when nothing is seen.
        """
        step = self.size // COARSE
        sums = F.avg_pool2d(torch.cat([texture * weight, weight], 1), step).flatten(2)[..., self.coarse_rows]
        spread = sums @ self.kernel
        colours = spread[:, :-1] / spread[:, -1:].clamp(min=1e-12)
        grid = colours[..., self.coarse_nearest].view(len(texture), -1, COARSE, COARSE)
        return F.interpolate(grid, scale_factor=step, mode="bilinear", align_corners=False) * self.inside


@functools.lru_cache(maxsize=2)
def texture_space(layout: Layout) -> TextureSpace:
    """The same one for the same layout: its kernels take a while."""
    return TextureSpace(layout)


def _grid(side: int) -> Tensor:
    line = torch.arange(side, dtype=torch.float32)
    return torch.stack(torch.meshgrid(line, line, indexing="ij"), -1).view(-1, 2)


def read_photo(photo: Tensor, place: Tensor) -> Tensor:
    """(B, C, H, W) at (B, T, T, 2) places in [-1, 1] (left to right, top to bottom edge) -> (B, C, T, T)."""
    return F.grid_sample(photo, place, mode="bilinear", padding_mode="border", align_corners=False)


def wear_texture(texture: Tensor, uv: Tensor) -> Tensor:
    """(B, C, T, T) padded textures seen through (B, H, W, 2) of [-1, 1], NaN for no body -> (B, C, H, W)."""
    drawn = torch.isfinite(uv).all(-1)[:, None]
    return F.grid_sample(texture, uv.nan_to_num(0.0), align_corners=False) * drawn

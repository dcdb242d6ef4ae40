"""WarpNet corrects where a texture is read in the photo; RefineNet completes and cleans what was read.

Both are small enough to be trained on a processor: they think on a grid of 64 x 64, and what is sharp in a texture is
carried over from sharp sources rather than drawn. Gated convolutions after Yu et al., "Free-Form Image Inpainting with
Gated Convolution" (2019).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from warp_net.texture_space import CONSTANTS, TextureSpace, read_photo

PHOTO_SIDE = 256
"""Pixels of the square crop around the person that the networks see."""
PHOTO_CHANNELS = 8
"""Of `WarpNet`'s picture: photo 3, mask 1, body drawn by the fit: where on the T-pose 3, drawn or not 1."""
GRID = 64
"""Side of the grid of texels that both networks work on."""
FARTHEST = 0.12
"""Of half the picture: the largest correction of a position, 15 pixels of 256."""
CANDIDATES = ("own", "other", "mirror", "opposite", "both", "carried")
"""Where a texel's colour may come from: this texel, this one in another photo, the body's other half, its other side,
the other side of the other half, and its surroundings on the body."""


class Gated(nn.Module):
    """A convolution that decides for each place what of itself to let through."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, 2 * outputs, kernel, stride, (kernel - stride + 1) // 2)
        self.norm = nn.GroupNorm(4, outputs)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.conv(x).chunk(2, 1)
        return F.silu(self.norm(value)) * torch.sigmoid(gate)


class Level(nn.Module):
    """Twice the resolution, joined with what was there on the way down."""

    def __init__(self, deep: int, skip: int, outputs: int):
        super().__init__()
        self.narrow = nn.Conv2d(deep, skip, 1)
        self.join = Gated(2 * skip, outputs)

    def forward(self, deep: Tensor, skip: Tensor) -> Tensor:
        wide = F.interpolate(self.narrow(deep), scale_factor=2, mode="bilinear", align_corners=False)
        return self.join(torch.cat([wide, skip], 1))


class WarpNet(nn.Module):
    """Photo, partial texture and body -> corrections of the places where texels are read, and how far to trust them."""

    def __init__(self):
        super().__init__()
        self.start = nn.Conv2d(PHOTO_CHANNELS * 64, 48, 1)
        self.down1, self.down2, self.down3 = Gated(48, 48), Gated(48, 64, 4, 2), Gated(64, 96, 4, 2)
        self.deep = Gated(96, 96)
        self.up2, self.up1 = Level(96, 64, 64), Level(64, 48, 48)
        self.photo_flow = nn.Conv2d(48, 2, 3, padding=1)
        self.texture = nn.Sequential(Gated(48 + 4 + CONSTANTS + 2, 32), Gated(32, 32))
        self.texture_flow = nn.Conv2d(32, 3, 3, padding=1)
        for head in (self.photo_flow, self.texture_flow):  # begins as no correction at all
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)

    def forward(self, space: TextureSpace, picture: Tensor, partial: Tensor, seen: Tensor, place: Tensor) -> tuple:
        """Args:
            picture: (B, 8, S, S) of PHOTO_CHANNELS; partial: (B, 3, T, T); seen: (B, 1, T, T).
            place: (B, T, T, 2) in [-1, 1]; 0 where not seen.
        Returns:
            place: (B, T, T, 2), corrected.
            trust: (B, 1, T, T) logits of a texel being what the photo shows there.
        """
        first = self.down1(self.start(F.pixel_unshuffle(picture, 8)))  # (B, 48, 32, 32)
        second = self.down2(first)  # (B, 64, 16, 16)
        photo = self.up1(self.up2(self.deep(self.down3(second)), second), first)
        seen_part = F.adaptive_avg_pool2d(seen, GRID)
        where = F.adaptive_avg_pool2d(torch.cat([place.permute(0, 3, 1, 2) * seen, partial * seen], 1), GRID)
        where = where / seen_part.clamp(min=1e-3)
        coarse = where[:, :2].permute(0, 2, 3, 1)
        features = read_photo(photo, coarse) * (seen_part > 0)
        body = F.adaptive_avg_pool2d(space.constants, GRID).expand(len(picture), -1, -1, -1)
        features = self.texture(torch.cat([features, where[:, 2:], seen_part, body, where[:, :2]], 1))
        own = self.texture_flow(features)  # (B, 3, 64, 64)
        own = F.interpolate(own, size=space.size, mode="bilinear", align_corners=False)
        flow = read_photo(self.photo_flow(photo), place) + own[:, :2]
        return place + FARTHEST * torch.tanh(flow).permute(0, 2, 3, 1), own[:, 2:]


class Attention(nn.Module):
    """Every place looks at every other, knowing where on the body both are, folded left on right and front on back."""

    def __init__(self, channels: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(4, channels)
        self.ask, self.offer = (nn.Conv2d(channels + 2 * CONSTANTS, channels, 1) for _ in range(2))
        self.value, self.out = nn.Conv2d(channels, channels, 1), nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor, body: Tensor) -> Tensor:
        """x (B, C, S, S), body (B, CONSTANTS, S, S)."""
        known = torch.cat([self.norm(x), body, body.abs()], 1)
        ask, offer, value = (
            part.flatten(2).unflatten(1, (self.heads, -1)).transpose(2, 3)
            for part in (self.ask(known), self.offer(known), self.value(x))
        )
        looked = F.scaled_dot_product_attention(ask, offer, value)  # (B, heads, S * S, C / heads)
        return x + self.out(looked.transpose(2, 3).flatten(1, 2).view(x.shape))


class RefineNet(nn.Module):
    """Candidates for every texel -> the whole texture: a mixture of them, evenly lit, plus what is missing."""

    def __init__(self):
        super().__init__()
        count = len(CANDIDATES)
        self.start = Gated(4 * count + CONSTANTS + 2, 48)
        self.down1, self.down2 = Gated(48, 64, 4, 2), Gated(64, 96, 4, 2)
        self.deep1, self.look, self.deep2 = Gated(96, 96), Attention(96), Gated(96, 96)
        self.up2, self.up1 = Level(96, 64, 64), Level(64, 48, 48)
        self.head = nn.Conv2d(48, count + 6 + 48, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, space: TextureSpace, colours: Tensor, weights: Tensor, trust: Tensor) -> Tensor:
        """Args:
            colours: (B, 6, 3, T, T) of CANDIDATES; weights: (B, 6, 1, T, T), 0 where a candidate has no colour.
            trust: (B, 1, T, T) in [0, 1].
        Returns:
            (B, 3, T, T) in about [0, 1].
        """
        count, step = len(CANDIDATES), space.size // GRID
        shown = (weights > 0).float()
        parts = torch.cat([(colours * shown).flatten(1, 2), weights.flatten(1, 2), trust], 1)
        parts, shares = F.avg_pool2d(parts, step), F.avg_pool2d(shown.flatten(1, 2), step)
        means = parts[:, : 3 * count].unflatten(1, (count, 3)) / shares[:, :, None].clamp(min=1e-3)
        inside = F.avg_pool2d(space.inside, step)
        body = (F.avg_pool2d(space.constants, step) / inside.clamp(min=1e-3)).expand(len(colours), -1, -1, -1)
        given = [means.flatten(1, 2), parts[:, 3 * count :], body, inside.expand(len(colours), -1, -1, -1)]
        first = self.start(torch.cat(given, 1))  # (B, 48, 64, 64)
        second = self.down1(first)  # (B, 64, 32, 32)
        deep = self.down2(second)  # (B, 96, 16, 16)
        deep = deep + self.deep1(deep)
        deep = self.look(deep, F.adaptive_avg_pool2d(body, deep.shape[2:]))
        deep = deep + self.deep2(deep)
        head = self.head(self.up1(self.up2(deep, second), first))
        smooth = F.interpolate(head[:, : count + 6], scale_factor=step, mode="bilinear", align_corners=False)
        fine = F.pixel_shuffle(head[:, count + 6 :], 4)
        fine = F.interpolate(fine, scale_factor=step // 4, mode="nearest") if step > 4 else fine
        logits = smooth[:, :count] + self._preference(weights[:, :, 0])
        mixed = (colours * logits.softmax(1)[:, :, None]).sum(1)
        return mixed * smooth[:, count : count + 3].exp() + smooth[:, count + 3 :] + fine

    @staticmethod
    def _preference(weights: Tensor) -> Tensor:
        """(B, 6, T, T): before anything is learnt a seen texel is kept, then come those that mirror it."""
        order = torch.tensor([6.0, 3.0, 3.0, 1.0, 1.0, 0.0], device=weights.device)[:, None, None]
        return torch.where(weights > 0, order + weights.clamp(min=1e-3).log(), torch.full_like(weights, -30.0))


def candidates(space: TextureSpace, own: Tensor, weight: Tensor, other: Tensor, other_weight: Tensor) -> tuple:
    """What a texel may be coloured by.

    Args:
        own: (B, 3, T, T); weight: (B, 1, T, T), 0 where not seen; other, other_weight: of a second photo, or zeros.
    Returns:
        colours (B, 6, 3, T, T) and weights (B, 6, 1, T, T) in the order of CANDIDATES.
    """
    both = torch.cat([own, weight], 1)
    mirror, opposite = space.pick(both, space.mirror), space.pick(both, space.opposite)
    crossed = space.pick(opposite, space.mirror)
    carried = space.carried(own, weight)
    every = [own, other, mirror[:, :3], opposite[:, :3], crossed[:, :3], carried]
    sure = space.inside.expand_as(weight)
    weights = [weight, other_weight, mirror[:, 3:], opposite[:, 3:], crossed[:, 3:], sure]
    return torch.stack(every, 1), torch.stack(weights, 1)


class PatchJudge(nn.Module):
    """Which patches of a texture look made: LSGAN's discriminator (Mao et al. 2017)."""

    def __init__(self):
        super().__init__()
        steps = []
        for inputs, outputs in ((3 + CONSTANTS, 32), (32, 48), (48, 64)):
            steps += [nn.Conv2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(0.2)]
        self.steps = nn.Sequential(*steps, nn.Conv2d(64, 1, 3, padding=1))

    def forward(self, space: TextureSpace, texture: Tensor) -> Tensor:
        """(B, 3, T, T) -> (B, 1, T/8, T/8)."""
        body = space.constants.expand(len(texture), -1, -1, -1)
        return self.steps(torch.cat([texture * space.inside, body], 1))

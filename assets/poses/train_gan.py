"""PoseGAN: learn to make poses like a library's: `python -m assets.poses.train_gan LIBRARY --out FILE`.

A Wasserstein GAN with gradient penalty (Gulrajani et al., 2017). The generator makes rotations as two axes a joint and
the up direction; the critic sees rotation matrices and where they bring the joints, so that small turns near the trunk
weigh as much as they move the hands. Fully connected and small: Blender runs the generator in numpy.
"""

import argparse
import copy
import itertools
import sys

import numpy as np
import torch
from torch import nn
from tqdm import trange

from blender_addon.core.errors import PosewrightError
from blender_addon.core.poses.features import up_of
from blender_addon.core.poses.gan import OUTPUTS, SLOPE
from blender_addon.core.poses.library import load_library
from blender_addon.core.poses.limits import clip, mirror_pose
from blender_addon.core.poses.mannequin import PARENTS
from blender_addon.core.poses.motion import save_motion
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.rotations import axis_angle_to_matrix

NOISE, WIDTH, CRITIC_WIDTH = 32, 256, 256
STEPS, BATCH, CRITIC_STEPS = 4000, 128, 3
PENALTY = 10.0
AVERAGING = 0.998
"""The generator that is kept is a running average of those on the way."""


def layers(*widths) -> nn.Sequential:
    """Fully connected, leaky rectifiers between."""
    stack = []
    for inputs, outputs in itertools.pairwise(widths):
        stack += [nn.Linear(inputs, outputs), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*stack[:-1])


def rotations_of(axes):
    """(B, J, 6) -> (B, J, 3, 3), as gan.rotations_of."""
    first = nn.functional.normalize(axes[..., :3], dim=-1)
    second = axes[..., 3:]
    second = nn.functional.normalize(second - (first * second).sum(-1, keepdim=True) * first, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], -1)


BONES = torch.tensor(DEFAULT_SKELETON.joints - DEFAULT_SKELETON.joints[list(PARENTS)], dtype=torch.float32)


def evidence(rotations, up):
    """What the critic sees: rotations (B, 21, 3, 3) and up (B, 3) -> (B, 189 + 63 + 3)."""
    turned, position = [torch.eye(3).expand(len(rotations), 3, 3)], [torch.zeros(len(rotations), 3)]
    for joint in range(1, 22):
        parent = PARENTS[joint]
        position.append(position[parent] + turned[parent] @ BONES[joint])
        turned.append(turned[parent] @ rotations[:, joint - 1])
    places = torch.stack(position[1:], 1)
    return torch.cat([rotations.flatten(1), 3 * places.flatten(1), 2 * up], 1)


def make(generator, noise):
    """(B, NOISE) -> what the critic sees."""
    output = generator(noise)
    return evidence(rotations_of(output[:, :-3].view(-1, 21, 6)), nn.functional.normalize(output[:, -3:], dim=-1))


def training_set(poses):
    """(N, 55, 3) -> what the critic sees of them and of their mirror images, (2N, 255)."""
    poses = [clip(pose) for pose in np.asarray(poses, float)]
    both = np.array(poses + [mirror_pose(pose) for pose in poses])
    rotations = torch.tensor(axis_angle_to_matrix(both[:, 1:22]), dtype=torch.float32)
    return evidence(rotations, torch.tensor(np.array([up_of(pose[0]) for pose in both]), dtype=torch.float32))


def train(poses, seed: int = 0, steps: int = STEPS, watch=None) -> dict:
    """A generator of poses like those given, as arrays for gan.read_generator.

    Args:
        poses: (N, 55, 3) axis-angle; each is as likely as the next.
        watch: called now and then with (step, estimate of the Wasserstein distance).
    """
    torch.set_num_threads(1)  # sums come out the same however many cores there are
    torch.manual_seed(seed)  # the layers' first weights
    random = torch.Generator().manual_seed(seed)
    real = training_set(poses)
    centre, scale = real.mean(0), real.std(0).clamp_min(0.05)
    generator = layers(NOISE, WIDTH, WIDTH, WIDTH, OUTPUTS)
    critic = layers(real.shape[1], CRITIC_WIDTH, CRITIC_WIDTH, CRITIC_WIDTH, 1)
    kept = copy.deepcopy(generator)
    rate = 4e-4
    critic_way = torch.optim.Adam(critic.parameters(), lr=2 * rate, betas=(0.0, 0.9))
    way = torch.optim.Adam(generator.parameters(), lr=rate, betas=(0.0, 0.9))
    for step in trange(steps, desc="PoseGAN", disable=None, mininterval=5):
        for group, base in ((way, rate), (critic_way, 2 * rate)):
            group.param_groups[0]["lr"] = base * min(1.0, 2 * (1 - step / steps))
        for _ in range(CRITIC_STEPS):
            rows = torch.randint(len(real), (BATCH,), generator=random)
            true = (real[rows] - centre) / scale
            with torch.no_grad():
                made = (make(generator, torch.randn(BATCH, NOISE, generator=random)) - centre) / scale
            distance = critic(true).mean() - critic(made).mean()
            loss = PENALTY * _steepness(critic, true, made, random) - distance
            critic_way.zero_grad()
            loss.backward()
            critic_way.step()
        made = (make(generator, torch.randn(BATCH, NOISE, generator=random)) - centre) / scale
        way.zero_grad()
        (-critic(made).mean()).backward()
        way.step()
        with torch.no_grad():
            for old, new in zip(kept.parameters(), generator.parameters(), strict=True):
                old.lerp_(new, 1 - AVERAGING)
        if watch and step % 500 == 499:
            watch(step + 1, float(distance))
    return to_arrays(kept)


def _steepness(critic, true, made, random):
    """Mean squared distance of the critic's slope from one, between true and made poses."""
    share = torch.rand(len(true), 1, generator=random)
    between = (share * true + (1 - share) * made).requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return ((slope.norm(dim=1) - 1) ** 2).mean()


def to_arrays(generator) -> dict:
    """Half precision, (inputs, outputs)."""
    linear = [layer for layer in generator if isinstance(layer, nn.Linear)]
    arrays = {}
    for index, layer in enumerate(linear):
        arrays[f"gan_weight_{index}"] = layer.weight.detach().numpy().T.astype(np.float16)
        arrays[f"gan_bias_{index}"] = layer.bias.detach().numpy().astype(np.float16)
    return arrays


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", help="pose library (.npz)")
    parser.add_argument("--out", required=True, help="motion prior to write, for --motion-prior")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        library = load_library(options.library)
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    arrays = train(library.poses, options.seed, options.steps)
    notes = {"licence": np.array(library.licence), "provenance": np.array(f"PoseGAN of {library.name}")}
    print(save_motion(options.out, arrays | notes))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Train the networks: `python -m warp_net.train --data out/warp --out out/warp_net --minutes 60 --seed 0`.

The same command goes on from the last checkpoint. A GPU is used where there is one. The learning rate falls to its end
over the minutes (or steps) given, whatever the machine.
"""

import argparse
import ast
import copy
import os
import pickle
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from blender_addon.core.body import load_body
from blender_addon.core.catalog import OPEN_BODY, library_folder
from blender_addon.core.errors import AssetError, PosewrightError, SettingsError
from warp_net import losses
from warp_net.networks import PatchJudge
from warp_net.samples import flip, make_batch, prepare, recolour
from warp_net.texture_net import TRAINED_SIZE, TextureNet, save_weights
from warp_net.texture_space import texture_space, wear_texture
from warp_net.uv_layout import build_layout

RATE, LAST_RATE = 1.5e-3, 2e-5
MEAN_OVER = 0.99
"""Of the running mean of weights, which is what is saved."""
SWAPPED, FLIPPED, TWO_PHOTOS = 0.4, 0.5, 0.6
"""Chances that a person is seen as another was; that a batch is mirrored; that a second photo, if any, is shown."""
WEIGHTS = {"texture": 1.0, "square": 1.0, "structure": 0.7, "place": 4.0, "trust": 0.02, "photo": 0.15, "judge": 0.02}
"""Of the losses."""


@dataclass
class TrainConfig:
    """What a run is made of."""

    data: Path
    """Folder of `headless.warp_data`, with train/."""
    out: Path
    """Folder of the checkpoint and the weights."""
    minutes: float = 60.0
    """Of training, all runs of this command together."""
    steps: int = 0
    """If not 0, so many steps instead of minutes: then a run can be repeated exactly."""
    batch: int = 4
    seed: int = 0
    warm_up: float = 0.6
    """Share of the run after which patches are judged too."""
    save_every: float = 3.0
    """Minutes between checkpoints."""
    vgg: Path | None = None
    """File of VGG19's weights for a perceptual loss; without it structure is compared directly."""
    real: Path | None = None
    """Folder of `warp_net.real_photos`: photographs that join with the re-rendering loss alone."""


class Training:
    """All that a checkpoint holds, and one step of it."""

    def __init__(self, config: TrainConfig, device: str):
        self.config, self.device = config, device
        torch.manual_seed(config.seed)
        self.body = load_body(library_folder() / "bodies" / f"{OPEN_BODY}.npz")
        self.layout = build_layout(self.body, TRAINED_SIZE)
        self.space = texture_space(self.layout).to(device)
        self.net, self.judge = TextureNet().to(device), PatchJudge().to(device)
        self.mean = copy.deepcopy(self.net).requires_grad_(False)
        self.adam = torch.optim.AdamW(self.net.parameters(), RATE, betas=(0.9, 0.98), weight_decay=1e-3)
        self.judge_adam = torch.optim.Adam(self.judge.parameters(), 4e-4, betas=(0.5, 0.99))
        self.vgg = losses.Vgg19(config.vgg).to(device) if config.vgg else None
        self.rng = np.random.default_rng(config.seed)
        self.step, self.spent = 0, 0.0

    @property
    def share(self) -> float:
        """How much of the run is done."""
        if self.config.steps:
            return self.step / self.config.steps
        return self.spent / (60 * self.config.minutes)

    def learn(self, people: list, real: list) -> dict:
        """One step; returns the losses."""
        rate = LAST_RATE + (RATE - LAST_RATE) * 0.5 * (1 + np.cos(np.pi * min(self.share, 1)))
        for group in self.adam.param_groups:
            group["lr"] = float(rate) * min(1.0, (self.step + 1) / 50)  # a plain float: checkpoints hold nothing else
        self.net.train()
        batch = self.draw(people)
        parts, made, true = self.compare(batch)
        if real and self.step % 4 == 3:
            parts["photo"] = parts.get("photo", 0.0) + self.compare_real(real)
        if self.share > self.config.warm_up:
            parts["judge"] = losses.judged_real(self.judge(self.space, made))
        total = sum(WEIGHTS[name] * value for name, value in parts.items())
        self.adam.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.adam.step()
        if "judge" in parts:
            self._teach_judge(made.detach(), true)
        self._keep_mean()
        self.step += 1
        return {name: float(value.detach()) for name, value in parts.items()}

    def draw(self, people: list) -> dict:
        """A random batch."""
        chosen = []
        for person in self.rng.choice(len(people), self.config.batch, replace=len(people) < self.config.batch):
            photos = self.rng.permutation(len(people[person]["photos"]))
            second = int(photos[1]) if len(photos) > 1 and self.rng.random() < TWO_PHOTOS else None
            chosen.append((int(person), int(photos[0]), second))
        batch = make_batch(people, chosen, self.device)
        if self.rng.random() < FLIPPED:
            batch = flip(self.space, batch)
        recolour(batch, self.rng)
        return batch

    def compare(self, batch: dict) -> tuple:
        """Losses, the textures made and the true ones of a batch."""
        swap, look = self._swap(batch)
        result = self.net(self.space, batch["photos"], look, swap)
        texture, known = batch["texture"], batch["known"]
        texture = texture.roll(1, 0) * swap + texture * (1 - swap)
        known = known.roll(1, 0) * swap + known * (1 - swap)
        made, seen = result["texture"], (result["weight"] > 0).float()
        parts = {
            "texture": losses.texture_error(made, texture, known, seen),
            "square": losses.square_error(made, texture, known),
            "structure": self.vgg(made, texture) if self.vgg else losses.structure_error(made, texture, known),
        }
        for photo, place, trust in zip(batch["photos"], result["places"], result["trusts"], strict=True):
            fitted = (photo["weight"] > 0).float()
            right = photo["true_visible"] * fitted
            parts["place"] = parts.get("place", 0.0) + losses.place_error(place, photo["true_place"], right)
            unsure = torch.nn.functional.binary_cross_entropy_with_logits(trust, right, reduction="none")
            parts["trust"] = parts.get("trust", 0.0) + (unsure * fitted).sum() / fitted.sum().clamp(min=1)
        first = batch["photos"][0]
        if "true_uv" in first and not swap.any():
            worn = wear_texture(self.space.padded(made), first["true_uv"])
            shown = torch.isfinite(first["true_uv"]).all(-1)[:, None].float() * first["usable"]
            parts["photo"] = losses.photo_error(worn, first["repaired"], shown)
        return parts, made, torch.where(known > 0, texture, made.detach())

    def _swap(self, batch: dict) -> tuple:
        """(B, 1, 1, 1), 1 for those who are shown as another was seen, and their look in some light."""
        count = len(batch["texture"])
        swap = torch.tensor(self.rng.random(count) < SWAPPED if self.rng.random() < 0.7 else np.zeros(count))
        towards = torch.tensor(self.rng.normal(0, 0.22, (count, 3)), dtype=torch.float32, device=self.device)
        tint = torch.tensor(self.rng.normal(0.85, 0.12, (count, 3, 1, 1)), dtype=torch.float32, device=self.device)
        light = torch.einsum("bi,ihw->bhw", towards, self.space.constants[0, 3:])[:, None]
        look = (batch["texture"].roll(1, 0) * (tint + light).clamp(min=0.1)).clamp(0, 1)
        return swap.float().to(self.device)[:, None, None, None], look

    def compare_real(self, real: list) -> Tensor:
        """Re-rendering error of photographs, whose textures nobody knows."""
        chosen = self.rng.choice(len(real), self.config.batch)
        photo = make_batch(real, [(int(row), 0, None) for row in chosen], self.device)["photos"][0]
        made = self.net(self.space, [photo])["texture"]
        shown = torch.isfinite(photo["uv"]).all(-1)[:, None].float() * photo["usable"]
        return losses.photo_error(wear_texture(self.space.padded(made), photo["uv"]), photo["repaired"], shown)

    def _teach_judge(self, made: Tensor, true: Tensor) -> None:
        self.judge_adam.zero_grad()
        real = losses.judged_real(self.judge(self.space, true))
        (real + losses.judged_made(self.judge(self.space, made))).backward()
        self.judge_adam.step()

    def _keep_mean(self) -> None:
        share = min(MEAN_OVER, self.step / (self.step + 20))
        with torch.no_grad():
            for kept, new in zip(self.mean.parameters(), self.net.parameters(), strict=True):
                kept.lerp_(new, 1 - share)

    def state(self) -> dict:
        modules = {name: getattr(self, name).state_dict() for name in MODULES}
        return modules | {"step": self.step, "spent": self.spent, "rng": str(self.rng.bit_generator.state)}

    def restore(self, state: dict) -> None:
        for name in MODULES:
            getattr(self, name).load_state_dict(state[name])
        self.step, self.spent = state["step"], state["spent"]
        self.rng.bit_generator.state = ast.literal_eval(state["rng"])


MODULES = ("net", "mean", "judge", "adam", "judge_adam")


def train(config: TrainConfig) -> Path:
    """Train until the minutes or steps are over; returns the file of weights.

    Raises:
        AssetError: no data, or a checkpoint that cannot be read.
        SettingsError: a setting out of range.
    """
    if config.minutes <= 0 or config.steps < 0 or config.batch < 1 or config.seed < 0:
        raise SettingsError("--minutes is above 0, --batch 1 or more, --steps and --seed 0 or more.")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    run = Training(config, device)
    people = prepare(config.data / "train", run.body, run.layout)
    real = _real_photos(config.real, run)
    config.out.mkdir(parents=True, exist_ok=True)
    checkpoint, weights = config.out / "checkpoint.pt", config.out / "texture_net.npz"
    if checkpoint.is_file():
        run.restore(_read_checkpoint(checkpoint))
    print(f"{len(people)} people on {device}, {run.step} steps done", file=sys.stderr)
    with _log(config.out) as log:
        try:
            _go(run, people, real, log, lambda: save(run, checkpoint, weights))
        finally:  # stopped or done
            save(run, checkpoint, weights)
    return weights


def _go(run: Training, people: list, real: list, log, keep) -> None:
    """Learn until the run is over; `keep()` is called every few minutes."""
    saved, means = time.monotonic(), {}
    with tqdm(total=100, desc="training", disable=None, bar_format=BAR) as bar:
        while run.share < 1:
            began = time.monotonic()
            for name, value in run.learn(people, real).items():
                means[name] = 0.95 * means.get(name, value) + 0.05 * value
            run.spent += time.monotonic() - began
            bar.n = min(100, round(100 * run.share, 1))
            bar.set_postfix_str(" ".join(f"{name} {value:.4f}" for name, value in means.items()))
            if time.monotonic() - saved > 60 * run.config.save_every:
                keep()
                saved = time.monotonic()
                figures = " ".join(f"{name} {value:.4f}" for name, value in means.items())
                print(f"step {run.step}, {run.spent / 60:.1f} min: {figures}", file=log, flush=True)


BAR = "{desc}: {percentage:5.1f}%|{bar}| {elapsed} {postfix}"


def _log(out: Path):
    return open(out / "train.log", "a", encoding="utf-8")


def _real_photos(folder, run: Training) -> list:
    if folder is None:
        return []
    from warp_net.real_photos import prepare_real

    return prepare_real(folder, run.body, run.layout)


def save(run: Training, checkpoint: Path, weights: Path) -> None:
    """Checkpoint and weights, each whole or not at all."""
    temporary = checkpoint.with_name(f".{checkpoint.name}.{os.getpid()}.part")
    try:
        torch.save(run.state(), temporary)
        os.replace(temporary, checkpoint)
    finally:
        temporary.unlink(missing_ok=True)
    save_weights(weights, run.mean)


def _read_checkpoint(path: Path) -> dict:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        reason = str(error).splitlines()[0]
        raise AssetError(f"{path} cannot be read ({reason}). Delete it to begin again.") from None


def main(arguments=None) -> int:
    default = TrainConfig(Path(), Path())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of headless.warp_data")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoint.pt and texture_net.npz")
    for name in ("minutes", "steps", "batch", "seed", "warm_up", "save_every"):
        value = getattr(default, name)
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value, help=f"({value})")
    parser.add_argument("--vgg", type=Path, help="vgg19-dcbb9e9d.pth, for a perceptual loss")
    parser.add_argument("--real", type=Path, help="folder of warp_net.real_photos")
    try:
        print(train(TrainConfig(**vars(parser.parse_args(arguments)))))
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How well the light of a photo is guessed: photos are taken inside environments, whose true light is known.

python -m headless.measure_photo_light FOLDER_OF_HDRIS [--photos 24]

For each environment: the angle between where most light comes from and where it is guessed to come from, beside that
of a lamp that hangs straight above; how often the lit side, right or left, is the right one; how many stops the light
on people's sides is off, and by how much rows of the horizon are missed, beside those of no guess at all.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from blender_addon.core.errors import AssetError, PosewrightError
from blender_addon.core.lighting import LUMINANCE, directions, irradiance
from blender_addon.core.oklab import srgb_to_linear
from blender_addon.core.photo_light import HORIZON, SIDES, estimate_horizon, side_irradiance
from headless.environment_photos import EnvironmentPhoto, photograph, read_environment

SIZE = 96, 72
PITCHES, FIELDS = (-0.2, 0.12), (45, 75)
LEANS = np.log(1.5)
"""Of right over left, from which on a side counts as the lit one."""


@dataclass(frozen=True)
class Guess:
    """One photo's light, true and guessed."""

    angle: float
    """Degrees between the middles of the light."""
    above: float
    """Degrees between the true one and straight up."""
    sides: np.ndarray
    """(2, 6) logarithms of the light that falls on SIDES: true, guessed."""
    horizon: tuple
    """Rows over height: true, guessed."""


def main(argv: list) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="of .hdr or .exr environments")
    parser.add_argument("--photos", type=int, default=24, help="taken in each (24)")
    options = parser.parse_args(argv)
    paths = sorted(path for path in options.folder.glob("*") if path.suffix.lower() in (".hdr", ".exr"))
    if not paths:
        raise AssetError(f"No .hdr or .exr file in {options.folder}.")
    print(f"{'environment':28} {'angle':>6} {'above':>6} {'side':>9} {'stops':>6} {'level':>6} {'horizon':>8}")
    everything = []
    for number, path in enumerate(tqdm(paths, "measuring", disable=None)):
        guesses = measure(read_environment(path), options.photos, number)
        everything += guesses
        print(row(path.stem, guesses))
    print(row("all", everything))
    print(blind(everything))
    return 0


def blind(guesses: list[Guess]) -> str:
    """How far off the same light and the same horizon for all photos would be."""
    flat = [guess.horizon[0] - HORIZON for guess in guesses]
    true = np.array([guess.sides[0] for guess in guesses]) / np.log(2)
    shape = true - true.mean(1, keepdims=True)
    stops, rows = (np.sqrt(np.mean(np.square(off))) for off in (shape - shape.mean(0), flat))
    return f"without looking: side 50%, {stops:.2f} stops, horizon {rows:.3f}"


def measure(environment: np.ndarray, count: int, seed: int) -> list[Guess]:
    """Photos all around, at random pitches and fields of view."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        heading = 2 * np.pi * (number + rng.random()) / count
        photo = photograph(environment, heading, rng.uniform(*PITCHES), *SIZE, rng.uniform(*FIELDS))
        found.append(judge(photo))
    return found


def judge(photo: EnvironmentPhoto) -> Guess:
    true = np.array([irradiance(photo.radiance, side) @ LUMINANCE for side in SIDES]) / np.pi
    guessed = side_irradiance(srgb_to_linear(photo.pixels / 255.0))
    middle = middle_of_light(photo.radiance)
    lean = SIDES.T @ guessed
    lean /= np.linalg.norm(lean)
    angles = [float(np.degrees(np.arccos(np.clip(middle @ other, -1, 1)))) for other in (lean, [0, 0, 1])]
    rng = np.random.default_rng(0)
    horizon = photo.horizon, estimate_horizon(rng, photo.pixels)
    return Guess(*angles, np.log(np.array([true, guessed])), horizon)


def middle_of_light(radiance: np.ndarray) -> np.ndarray:
    """(3,) unit vector: the mean direction that light comes from."""
    towards = directions(radiance.shape)
    across = np.sqrt(np.maximum(1 - towards[..., 2:] ** 2, 0))  # pixels are smaller near the poles
    middle = (towards * across * (radiance @ LUMINANCE)[..., None]).sum((0, 1))
    return middle / np.linalg.norm(middle)


def row(name: str, guesses: list[Guess]) -> str:
    sides = np.array([guess.sides for guess in guesses]) / np.log(2)
    lean = (sides[..., 0] - sides[..., 1]) * np.log(2)
    told = np.abs(lean[:, 0]) > LEANS
    right = (np.sign(lean[:, 0]) == np.sign(lean[:, 1]))[told]
    level = sides.mean(2)
    shape = sides - level[..., None]
    horizon = np.array([guess.horizon for guess in guesses])
    lit = f"{right.mean():4.0%}/{told.sum():<4}" if told.any() else "-"
    return (
        f"{name:28.28} {np.median([guess.angle for guess in guesses]):6.1f} "
        f"{np.median([guess.above for guess in guesses]):6.1f} {lit:>9} "
        f"{np.sqrt(((shape[:, 0] - shape[:, 1]) ** 2).mean()):6.2f} {np.mean(level[:, 1] - level[:, 0]):+6.2f} "
        f"{np.sqrt(((horizon[:, 0] - horizon[:, 1]) ** 2).mean()):8.3f}"
    )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)

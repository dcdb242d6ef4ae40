"""The motion prior: recorded poses, a mixture and a generator learned from them, in one small file.

poses       (N, 22, 3) int16, axis-angle, π is 32767; body joints, rows as in a pose library (see library.py)
clearance   (N,) float16; seat (N,) bool; source, frame (N,); sources (S,) text: as in a pose library
turns       (N, 22, 3) int8, axis-angle, one radian is 127; optional, as is
travel      (N, 3) float16, NaN where it is not known how a pose goes on: as in a pose library
gmm_*       see gmm.read_mixture
gan_*       see gan.read_generator
licence     text
provenance  text, JSON: the command, the takes used and those held out
Any of the three parts may be missing; a mix that asks for it is refused then.
"""

import functools
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import AssetError
from .gan import Generator, read_generator
from .gmm import Mixture, read_mixture
from .library import DAMAGE, PoseLibrary, make_library

SHIPPED = Path(__file__).with_name("motion.npz")
QUANTUM = np.pi / 32767
TURN_STEPS = 127
"""In a radian; in 1/30 s no joint turns by more than one (`movement.FASTEST`)."""
LARGEST = 64 * 2**20
"""Bytes; more is no motion prior."""


@dataclass(frozen=True)
class MotionPrior:
    """What a file holds; None for what it does not."""

    name: str
    library: PoseLibrary | None
    mixture: Mixture | None
    generator: Generator | None
    licence: str
    provenance: str


def load_motion(path=None) -> MotionPrior:
    """Read a motion prior; nothing in it is unpickled.

    Args:
        path: None is the one that ships.
    Raises:
        AssetError: it is missing, damaged, or not a motion prior.
    """
    return _load(Path(path) if path else SHIPPED)


@functools.lru_cache(maxsize=4)
def _load(path: Path) -> MotionPrior:
    arrays = _read(path)
    licence, provenance = (str(arrays.get(name, "")) for name in ("licence", "provenance"))
    library = _library(path, arrays, licence, provenance) if "poses" in arrays else None
    mixture = read_mixture(arrays, path) if "gmm_weights" in arrays else None
    generator = read_generator(arrays, path) if "gan_weight_0" in arrays else None
    if library is None and mixture is None and generator is None:
        raise AssetError(f"{path}: no motion prior, found {sorted(arrays)}. Make one with assets.poses.make_motion.")
    return MotionPrior(path.stem, library, mixture, generator, licence, provenance)


def _read(path: Path) -> dict:
    try:
        if path.stat().st_size > LARGEST:
            raise AssetError(f"{path}: {path.stat().st_size} bytes, expected {LARGEST} at most. Is it a motion prior?")
        with np.load(path, allow_pickle=False) as file:
            known = [name for name in file.files if name.startswith(("gmm_", "gan_")) or name in _LIBRARY + _MOVEMENTS]
            return {name: file[name] for name in known}
    except FileNotFoundError:
        raise AssetError(
            f"No motion prior at {path}. Make it with assets.poses.make_motion, or check the path."
        ) from None
    except (*DAMAGE, AttributeError) as error:
        raise AssetError(f"{path}: not a whole motion prior ({error}). Make it again from its source.") from None


_MOVEMENTS = ("turns", "travel")
_LIBRARY = ("poses", "clearance", "seat", "source", "frame", "sources", "licence", "provenance")


def _library(path, arrays, licence, provenance) -> PoseLibrary:
    missing = [name for name in _LIBRARY if name not in arrays]
    small = arrays["poses"]
    if missing or small.dtype != np.int16 or small.ndim != 3 or small.shape[1:] != (22, 3):
        found = missing or f"poses {small.shape} of {small.dtype}"
        raise AssetError(f"{path}: expected poses (N, 22, 3) int16 with their sources, found {found}. Make it again.")
    poses = np.zeros((len(small), 55, 3), np.float32)
    poses[:, :22] = small * QUANTUM
    fields = {name: arrays[name] for name in ("clearance", "seat", "source", "frame", "sources")}
    if "turns" in arrays or "travel" in arrays:
        fields |= _movements(path, arrays, len(small))
    return make_library(path.stem, poses, licence=licence, provenance=provenance, **fields)


def _movements(path, arrays, count: int) -> dict:
    turns, travel = (arrays.get(name, np.zeros(0)) for name in ("turns", "travel"))
    if (turns.dtype, turns.shape, travel.dtype, travel.shape) != (np.int8, (count, 22, 3), np.float16, (count, 3)):
        found = f"{turns.shape} of {turns.dtype} and {travel.shape} of {travel.dtype}"
        raise AssetError(
            f"{path}: expected turns ({count}, 22, 3) int8 and travel ({count}, 3) float16, found {found}. "
            "Make it again."
        )
    whole = np.zeros((count, 55, 3), np.float32)
    whole[:, :22] = turns / TURN_STEPS
    whole[np.isnan(travel).any(1)] = np.nan
    return {"turns": whole, "travel": travel.astype(np.float32)}


def quantise_turns(turns) -> np.ndarray:
    """(N, 55, 3) of `movement.Movement`, fingers aside, NaN where unknown -> (N, 22, 3) int8."""
    turns = np.nan_to_num(np.asarray(turns, float)[:, :22])
    return np.clip(np.round(turns * TURN_STEPS), -127, 127).astype(np.int8)


def quantise(poses) -> np.ndarray:
    """(N, 55, 3) axis-angle, fingers aside -> (N, 22, 3) int16; turns over π are written the short way round."""
    turns = np.asarray(poses, float)[:, :22]
    length = np.linalg.norm(turns, axis=2, keepdims=True)
    shorter = np.where(length > np.pi, turns * (1 - 2 * np.pi / np.maximum(length, 1e-9)), turns)
    return np.round(np.clip(shorter / QUANTUM, -32767, 32767)).astype(np.int16)


def save_motion(path, arrays: dict) -> Path:
    """Write arrays as the file describes them, under a temporary name, then rename. Same arrays, same bytes."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part.npz")
    try:
        np.savez_compressed(temporary, **{name: arrays[name] for name in sorted(arrays)})
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path

"""Make the motion prior that ships, from CMU's motion capture, by one command:

python -m assets.poses.make_motion FOLDER --out blender_addon/core/poses/motion.npz

Same files, same command, same bytes (on one machine: networks are trained in it, in about five minutes).
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assets.poses.mocap_library import find_motion_files, make_mocap_library
from assets.poses.takes import read_frames
from assets.poses.train_gan import STEPS
from assets.poses.train_gan import train as train_gan
from assets.poses.train_gmm import features_of, fit_mixture
from blender_addon.core.errors import AssetError, PosewrightError
from blender_addon.core.poses.library import PoseLibrary
from blender_addon.core.poses.limits import clip
from blender_addon.core.poses.motion import SHIPPED, quantise, quantise_turns, save_motion
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.poses.validity import Candidate, accept

HELD_OUT = ("01_04", "01_13", "02_02", "02_08", "16_58", "26_01", "143_32")
"""Takes that no part of the prior sees, whatever format they come in: what samplers are measured against."""
RATE = 20.0
"""Frames a second that are looked at."""
KEPT = 4500
"""Poses that ship: as many from each cluster as from any other, not by how long people stood still."""
LICENCE = (
    "CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu): free for any use; the motion data itself may not be "
    "resold. The database was created with funding from NSF EIA-0196217."
)


def held_out_poses(folder) -> np.ndarray:
    """(N, 55, 3) of the takes that the prior has not seen.

    Raises:
        AssetError: there are none.
    """
    files = [path for path in find_motion_files(folder) if path.stem in HELD_OUT]
    if not files:
        raise AssetError(f"None of the takes {', '.join(HELD_OUT)} is under {folder}. Point --mocap at CMU's files.")
    skeletons, rng = {}, np.random.default_rng(0)
    return np.concatenate([read_frames(path, RATE, 10**6, rng, skeletons).poses for path in files])


def settle(library: PoseLibrary, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What every sampler's poses have to pass: those of a library that do, brought to rest.

    Returns:
        poses: (N, 55, 3), fingers and eyes at rest.
        rows: (N,) of the library.
    """
    rng = np.random.default_rng([seed, 1])
    poses, rows = [], []
    for row in tqdm(range(len(library)), desc="poses brought to rest", disable=None):
        floor = float(library.clearance[row]), bool(library.seat[row])
        draw = accept(Candidate("library", "", clip(library.poses[row]), floor), DEFAULT_SKELETON, rng)
        if draw is not None:
            poses.append(np.where(np.arange(55)[:, None] < 22, draw.pose, 0.0))
            rows.append(row)
    return np.array(poses), np.array(rows)


def library_arrays(library: PoseLibrary, poses, rows) -> dict:
    """Arrays for motion.load_motion: the poses, and what the library says of these rows."""
    return {
        "poses": quantise(poses),
        "clearance": library.clearance[rows].astype(np.float16),
        "seat": library.seat[rows],
        "source": library.source[rows].astype(np.uint16),
        "frame": library.frame[rows].astype(np.uint32),
        "sources": np.array(library.sources),
        "turns": quantise_turns(library.turns[rows]),
        "travel": library.travel[rows].astype(np.float16),
    }


def make_arrays(folder, seed: int = 0, steps: int = STEPS, kept: int = KEPT) -> dict:
    """Everything in the file but licence and provenance.

    Raises:
        AssetError: too few poses can be used.
    """
    rng = np.random.default_rng([seed, 0])
    library, report = make_mocap_library(folder, "motion", kept, rng, LICENCE, HELD_OUT, RATE, "balanced")
    for line in report.skipped:
        print(f"skipped {line}", file=sys.stderr)
    poses, rows = settle(library, seed)
    if len(rows) < 100:
        raise AssetError(f"{folder}: only {len(rows)} poses come to rest. Give it more motion.")
    arrays = library_arrays(library, poses, rows) | fit_mixture(features_of(poses), seed)
    return arrays | train_gan(poses, seed, steps)


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="folder of ASF/AMC and BVH files")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=STEPS, help=f"of PoseGAN's training ({STEPS})")
    options = parser.parse_args(arguments)
    try:
        held = sorted(path.name for path in find_motion_files(options.folder) if path.stem in HELD_OUT)
        arrays = make_arrays(options.folder, options.seed, options.steps)
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    notes = {
        "made by": "python -m assets.poses.make_motion, CMU's files",
        "seed": options.seed,
        "steps": options.steps,
        "source": "mocap.cs.cmu.edu",
        "takes": arrays["sources"].tolist(),
        "held out": held,
    }
    arrays |= {"licence": np.array(LICENCE), "provenance": np.array(json.dumps(notes))}
    path = save_motion(options.out, arrays)
    print(f"{path}: {len(arrays['poses'])} poses, {len(arrays['gmm_weights'])} components, {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

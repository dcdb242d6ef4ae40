"""Seconds to index a large AMASS tree: `python -m assets.poses.measure_index` makes one of 10,000 small takes."""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from blender_addon.core.poses.amass import find_takes, read_frame


def make_tree(folder: Path, count: int, rng: np.random.Generator) -> None:
    """Half of v1 and half of v2, in folders of a hundred."""
    for number in tqdm(range(count), desc="writing takes", unit="take", disable=None):
        place = folder / f"set{number % 7}" / f"subject{number // 100:03d}"
        place.mkdir(parents=True, exist_ok=True)
        frames = int(rng.integers(20, 60))
        poses = rng.normal(0, 0.3, (frames, 165))
        common = {"trans": np.zeros((frames, 3)), "betas": np.zeros(16), "gender": "female"}
        if number % 2:
            np.savez(place / f"{number}_poses.npz", poses=poses[:, :156], mocap_framerate=120.0, **common)
        else:
            parts = {"root_orient": poses[:, :3], "pose_body": poses[:, 3:66], "pose_hand": poses[:, 75:]}
            np.savez(place / f"{number}_stageii.npz", mocap_frame_rate=120.0, **parts, **common)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    count = parser.parse_args().count
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        make_tree(Path(folder), count, rng)
        before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        takes = find_takes(folder)
        seconds = time.perf_counter() - start
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"{len(takes)} takes indexed in {seconds:.1f} s, {grown:.0f} MiB more memory at the most")
        start = time.perf_counter()
        for _ in range(200):
            read_frame(takes[int(rng.integers(len(takes)))], float(rng.random()))
        print(f"{(time.perf_counter() - start) / 200 * 1000:.1f} ms to read a frame of any of them")


if __name__ == "__main__":
    main()

"""How good fits are, on rendered people whose truth is known.

    python -m assets.poses.measure_fit --persons 100 --out out/fit_check

Renders a small data set (or takes one with --data), gives the fit its COCO keypoints and picture sizes and nothing
else, and compares. A run that was stopped goes on. The criterion is on people with at least 12 labelled keypoints;
figures for all who can be fitted (8 or more) stand beside it.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch

from assets.poses.coco_people import read_people
from assets.poses.fit import Fits, fit_people
from assets.poses.fit_camera import CROP, labelled_boxes
from assets.poses.fit_prior import load_prior, shipped_motion
from assets.poses.torch_body import JOINTS
from blender_addon.core.body import load_body
from blender_addon.core.catalog import OPEN_BODY, library_folder
from blender_addon.core.errors import AssetError, PosewrightError
from blender_addon.core.records import write_json_atomically

ROOT = Path(__file__).resolve().parents[2]
ENOUGH = 12
"""Labelled keypoints of those whom the criterion is about."""
BATCH = 50
SPARE = 1.15
"""Pictures for each person wanted: some show too little of theirs."""


def render_people(out: Path, persons: int, seed: int) -> None:
    """Render single people, small and grainy: only their labels are looked at."""
    command = [sys.executable, str(ROOT / "headless" / "render.py"), "--out", str(out), "--seed", str(seed)]
    command += ["--count", str(int(np.ceil(persons * SPARE))), "--size", "320", "240", "--samples", "2"]
    command += ["--persons", "1", "1"]
    status = subprocess.run(command, check=False, env={"POSEWRIGHT_PYTHON": sys.executable, **os.environ}).returncode
    if status:
        raise AssetError(f"Rendering into {out} ended with status {status}. See {out / 'render.log'}.")


def read_truth(path: Path, numbers) -> tuple[np.ndarray, np.ndarray]:
    """(N, 17, 3) keypoints and (N, 22, 3) joints, metres, world frame, of annotations by id."""
    with open(path, encoding="ascii") as file:
        found = {entry["id"]: entry["posewright"] for entry in json.load(file)["annotations"]}
    keypoints = np.array([found[int(number)]["keypoints_3d"][:17] for number in numbers], float)
    return keypoints, np.array([found[int(number)]["joints_3d"][:JOINTS] for number in numbers], float)


def aligned_error(points, truth) -> float:
    """Mean distance after the best similarity transform (Procrustes), in millimetres; (K, 3) metres each."""
    a, b = points - points.mean(0), truth - truth.mean(0)
    left, sizes, right = np.linalg.svd(a.T @ b)
    sizes = sizes * [1, 1, np.sign(np.linalg.det(left @ right))]
    turn = left @ np.diag([1, 1, np.sign(np.linalg.det(left @ right))]) @ right
    return float(np.linalg.norm(sizes.sum() / (a * a).sum() * a @ turn - b, axis=1).mean() * 1000)


def fit_in_batches(people, body, prior) -> tuple[Fits, float]:
    """Fits, and seconds of wall time a person. Focal lengths are guessed from the picture's size."""
    started, done = time.perf_counter(), []
    for start in range(0, len(people), BATCH):
        rows = people.rows(slice(start, start + BATCH))
        done.append(fit_people(rows.keypoints, rows.size, body, prior, boxes=rows.bbox))
        print(f"\rfitted {start + len(rows)} of {len(people)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    whole = {name: np.concatenate([getattr(fits, name) for fits in done]) for name in Fits.__dataclass_fields__}
    return Fits(**whole), (time.perf_counter() - started) / len(people)


def errors_2d(fits: Fits, people) -> np.ndarray:
    """(N,) mean over labelled keypoints, pixels of a crop whose longer side, the box's, is 256."""
    labelled = people.keypoints[..., 2] > 0
    miss = np.linalg.norm(fits.keypoints - people.keypoints[..., :2], axis=2)
    side = labelled_boxes(people.keypoints, people.bbox)[:, 2:].max(1)
    return (miss * labelled).sum(1) / labelled.sum(1) * CROP / side


def measure(data: Path, persons: int | None, prior) -> dict:
    """Figures of one data set, ready for JSON."""
    path, left_out = data / "annotations" / "person_keypoints.json", Counter()
    people = read_people(None, path, left_out, [], known_cameras=False)
    people = people.rows(_first(people, persons))
    body = load_body(library_folder() / "bodies" / f"{OPEN_BODY}.npz")
    fits, seconds = fit_in_batches(people, body, prior)
    keypoints, joints = read_truth(path, people.annotation)
    columns = {
        "2D error, px of a 256 px crop": errors_2d(fits, people),
        "PA-MPJPE of 22 body joints, mm": np.array(list(map(aligned_error, fits.joints, joints))),
        "PA-MPJPE of 17 keypoints, mm": np.array(list(map(aligned_error, fits.keypoints_3d, keypoints))),
    }
    enough = (people.keypoints[..., 2] > 0).sum(1) >= ENOUGH
    groups = {f"{ENOUGH} or more labelled keypoints": enough, "all fitted": np.ones(len(people), bool)}
    return {
        "groups": {
            group: {"people": int(rows.sum()), **{name: _figures(column[rows]) for name, column in columns.items()}}
            for group, rows in groups.items()
        },
        "seconds a person": round(seconds, 3),
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
        "left out": dict(sorted(left_out.items())),
    }


def _first(people, persons: int | None) -> np.ndarray:
    """Rows up to where there are `persons` with enough keypoints; all rows if None."""
    before = np.cumsum((people.keypoints[..., 2] > 0).sum(1) >= ENOUGH)
    last = len(people) if persons is None else int(np.searchsorted(before, persons)) + 1
    return np.arange(min(last, len(people)))


def _figures(values) -> dict:
    if not len(values):
        return {}
    figures = {"mean": values.mean(), "median": np.median(values), "p95": np.quantile(values, 0.95)}
    return {name: round(float(value), 2) for name, value in figures.items()}


def report(result: dict) -> str:
    lines = []
    for group, figures in result["groups"].items():
        lines.append(f"{figures['people']} people, {group}")
        for name, values in figures.items():
            if isinstance(values, dict) and values:
                lines.append(f"  {name}: mean {values['mean']}, median {values['median']}, p95 {values['p95']}")
    lines.append(f"{result['seconds a person']} s a person, {result['threads']} threads on {result['cores']} cores")
    lines += [f"left out: {count}, {reason}" for reason, count in result["left out"].items()]
    return "\n".join(lines)


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(prog="measure_fit", description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--persons", type=int, default=100, help="people with 12 or more labelled keypoints (100)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures and fit_report.json")
    parser.add_argument("--data", type=Path, help="a rendered data set to use instead; all its people are fitted")
    parser.add_argument("--seed", type=int, default=8755)
    parser.add_argument(
        "--learn-from",
        type=Path,
        action="append",
        default=[],
        help="pose library for the prior, besides the shipped one",
    )
    options = parser.parse_args(argv)
    if options.data is None:
        render_people(options.out / "data", options.persons, options.seed)
    prior = load_prior(library_folder() / "cache", (*shipped_motion(), *options.learn_from))
    result = measure(options.data or options.out / "data", None if options.data else options.persons, prior)
    write_json_atomically(options.out / "fit_report.json", result)
    print(report(result))
    return 0


def run() -> int | str:
    try:
        return main()
    except PosewrightError as error:  # the user's to mend: one line, no traceback
        return f"error: {error}"
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run())

"""How good each sampler of poses is, on the same footing: `python -m assets.poses.measure_samplers --mocap FOLDER`.

Prints a table in markdown; with --write it is put into docs/poses.md too.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assets.poses.kinematics import body_joints
from assets.poses.make_motion import held_out_poses
from assets.poses.mesh_contact import DEEP, HANDS, deepest, default_body
from assets.poses.variety import diversity, nearest_distances
from blender_addon.core.errors import PosewrightError, SettingsError
from blender_addon.core.poses.limits import mirror_pose
from blender_addon.core.poses.mix import SAMPLERS, open_sources, sample_mixed

START, END = "<!-- figures -->", "<!-- end of figures -->"
HEAD = (
    "| sampler | diversity, m | to held-out motion, m | self-penetration | hands aside | rejected | poses a second |\n"
    "|---|---|---|---|---|---|---|\n"
)


def measure(sampler: str, count: int, held_out, body, seed: int, motion_prior=None) -> dict:
    """Figures of one sampler over `count` draws for one adult.

    Args:
        held_out: (M, 22, 3) joints of real motion that no sampler has seen, and of its mirror image.
    """
    sources = open_sources({sampler: 1.0}, motion_path=motion_prior)
    rng = np.random.default_rng(seed)
    started = time.process_time()
    draws = [sample_mixed(rng, {sampler: 1.0}, sources) for _ in range(count)]
    seconds = time.process_time() - started
    poses = np.array([draw.pose for draw in draws])
    rejected = sum(draw.rejected for draw in draws)
    return figures(poses, held_out, body) | {
        "rejected": f"{rejected / (rejected + count):.0%}",
        "rate": f"{count / seconds:.0f}",
    }


def figures(poses, held_out, body) -> dict:
    """Those that any set of poses (N, 55, 3) has."""
    points = body_joints(poses)[0]
    poses = tqdm(poses, desc="penetration", disable=None, leave=False)
    deep = np.array([(deepest(body, pose)[0], deepest(body, pose, HANDS)[0]) for pose in poses])
    through, limbs = (deep > DEEP).mean(0)
    return {
        "diversity": f"{diversity(points):.3f}",
        "distance": f"{nearest_distances(points, held_out).mean():.3f}" if held_out is not None else "-",
        "penetration": f"{through:.1%}",
        "limbs": f"{limbs:.1%}",
        "rejected": "-",
        "rate": "-",
    }


def table(rows: dict) -> str:
    """Markdown of {sampler: figures}."""
    order = ("diversity", "distance", "penetration", "limbs", "rejected", "rate")
    return HEAD + "\n".join(f"| {name} | " + " | ".join(row[key] for key in order) + " |" for name, row in rows.items())


def write_into(path: Path, text: str) -> None:
    """Put the table between the page's marks.

    Raises:
        SettingsError: the page has no such marks.
    """
    page = path.read_text("utf-8")
    if START not in page or END not in page:
        raise SettingsError(f"{path} has no lines {START} and {END} to put the table between. Add them.")
    before, rest = page.split(START, 1)
    after = rest.split(END, 1)[1]
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(f"{before}{START}\n{text}\n{END}{after}", "utf-8")
    temporary.replace(path)


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mocap", type=Path, required=True, help="folder of CMU's files, for the held-out takes")
    parser.add_argument("--count", type=int, default=300, help="draws of each sampler (300)")
    parser.add_argument("--samplers", nargs="+", default=list(SAMPLERS), choices=SAMPLERS)
    parser.add_argument("--motion-prior", help="another one than the one that ships")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path, nargs="?", const=Path("docs/poses.md"), help="page to put the table into")
    options = parser.parse_args(arguments)
    try:
        body, real = default_body(), held_out_poses(options.mocap)
        known = body_joints(np.concatenate([real, [mirror_pose(pose) for pose in real]]))[0]
        rows = {}
        for sampler in options.samplers:
            rows[sampler] = measure(sampler, options.count, known, body, options.seed, options.motion_prior)
            print(sampler, rows[sampler], file=sys.stderr)
        chosen = np.random.default_rng(options.seed).permutation(len(real))[: options.count]
        rows["held-out motion itself"] = figures(real[chosen], None, body)
        print(table(rows))
        if options.write:
            write_into(options.write, table(rows))
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

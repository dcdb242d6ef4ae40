"""How much of people is hidden, by what was asked: `python -m headless.measure_occlusion --occlusion 0 0.2 0.3`.

Renders a tiny data set for each setting, which goes on where it stopped, and reads the truth out of its records.
"""

import argparse
import sys
from pathlib import Path

if not __package__:  # run as a file
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from blender_addon.core.errors import PosewrightError
from blender_addon.core.records import read_record
from blender_addon.core.visibility import CAUSES
from headless import render
from headless.annotate import record_paths
from headless.report.person import COCO, UNEXPLAINED, measure_person

TINY = ("--size", "128", "96", "--samples", "1", "--device", "cpu")
NOTHING = "none"
"""The setting without any thing but seats: what people hide of themselves and of each other."""


def render_setting(out: Path, asked: str, pictures: int, more: list) -> int:
    """Render one data set; 0 when it is whole."""
    knob = ["--set", "occluders=[0,0]"] if asked == NOTHING else ["--occlusion", asked]
    words = ["--out", str(out), "--count", str(pictures), *TINY, *knob, *more]
    return render.main(render.make_parser().parse_args(words))


def measure(out: Path) -> dict:
    """{'pictures', 'people', 'hidden': share, 'spread': its standard deviation over pictures, 'unseen': people of whom
    no pixel shows, cause: share of the keypoints that it hides}."""
    shares, flags, causes, people, unseen = [], [], [], 0, 0
    for path in record_paths(out):
        record = read_record(path)
        truth = record["truth"]
        found = [
            measure_person(spec, person, truth["width"], truth["height"])
            for spec, person in zip(record["spec"]["persons"], truth["persons"], strict=True)
        ]
        unseen += found.count(None)
        own = [person for person in found if person]
        people += len(own)
        inside = [flag for person in own for flag in person.flags[:COCO] if flag]
        flags += inside
        causes += [cause for person in own for cause in person.causes[:COCO] if cause]
        if inside:
            shares.append(np.mean(np.array(inside) == 1))
    found = {"pictures": len(shares), "people": people, "unseen": unseen, "spread": float(np.std(shares))}
    found["hidden"] = float(np.mean(np.array(flags) == 1))
    return found | {cause: causes.count(cause) / len(flags) for cause in (*CAUSES, UNEXPLAINED)}


def main(argv) -> int:
    parser = argparse.ArgumentParser(description="How much of people is hidden, by what was asked.", allow_abbrev=False)
    parser.add_argument("--occlusion", nargs="+", default=[NOTHING, "0", "0.2", "0.3", "0.4", "0.5"], metavar="X")
    parser.add_argument("--pictures", type=int, default=60, help="of each setting")
    parser.add_argument("--out", type=Path, default=Path("out/occlusion"), metavar="FOLDER")
    options, more = parser.parse_known_args(argv)
    print(f"{'asked':>6} {'reached':>8} {'over pictures':>14} {'people':>7} {'unseen':>7}  hidden by", flush=True)
    for asked in options.occlusion:
        out = options.out / f"asked_{asked}"
        status = render_setting(out, asked, options.pictures, more)
        if status:
            return status
        found = measure(out)
        by = ", ".join(f"{cause} {found[cause]:.3f}" for cause in (*CAUSES, UNEXPLAINED))
        reached, spread = f"{found['hidden']:.3f}", f"±{found['spread']:.3f}"
        people = f"{found['people']:7d} {found['unseen']:7d}"
        print(f"{asked:>6} {reached:>8} {spread:>14} {people}  {by}", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except PosewrightError as error:
        sys.exit(f"error: {error}")

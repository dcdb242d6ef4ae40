"""How long people take to draw and to pose, on one core: `python -m headless.measure_sampling --scenes 50`.

Needs numpy and the open body alone, so `blender -b -P headless/measure_sampling.py -- --scenes 50` says the same of
any Blender. Times are of the processor, so that other work on the machine counts little.
"""

import argparse
import contextlib
import itertools
import os
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is imported

import numpy as np

if not __package__:  # run by Blender or as a file
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from blender_addon.core import figure, sample
from blender_addon.core.cast import Cast, load_cast
from blender_addon.core.catalog import Asset, Catalog, library_folder
from blender_addon.core.errors import PosewrightError
from blender_addon.core.person import make_person
from blender_addon.core.posing import pose_body
from blender_addon.core.ranges import Ranges

STAGES = {
    "shape": (figure, ("sample_shape", "shape_body", "pose_joints", "measure_skeleton")),
    "looks": (figure, ("sample_skin", "sample_hair", "sample_outfit")),
    "pose": (figure, ("sample_mixed",)),
    "ground": (figure, ("pose_outline", "_seat_height", "stand_in", "mannequin_capsules")),
    "seat": (figure, ("sample_seat",)),
    "place": (sample, ("sample_frame", "place_figures", "place_occluders")),
    "world": (sample, ("_sample_backdrop", "_sample_world")),
}
"""Stage -> the module that calls its functions, and these."""
REPEATS = 5
"""Times that each scene is drawn: other work on a shared machine slows single ones down."""


def measure_posing(body, repeats: int = 20) -> dict:
    """{what: milliseconds} of `pose_body`, the fastest of some: of this body, and as if it had pose corrections."""
    rng = np.random.default_rng(0)
    size = 9 * (len(body.parents) - 1)
    corrections = rng.normal(0, 1e-3, (len(body.v_template), 3, size)).astype(np.float32)
    bodies = {"posed": body, f"posed with {size} pose corrections": replace(body, posedirs=corrections)}
    found = {}
    for name, model in bodies.items():
        times = []
        for _ in range(repeats + 1):
            pose = rng.normal(0, 0.3, (len(body.parents), 3))
            start = time.process_time()
            pose_body(model, body.population_betas[0], pose, np.zeros(3))
            times.append(1e3 * (time.process_time() - start))
        found[name] = min(times[1:])
    return found


def measure_scenes(cast: Cast, catalog: Catalog, ranges: Ranges, count: int) -> dict:
    """{stage: (count,) milliseconds} of `sample_scene`, 'all' among them.

    Each scene is drawn REPEATS times and its fastest counts; the very first, which fills caches, is 'start'.
    """
    start = time.process_time()
    sample.sample_scene(0, count, catalog, ranges, cast)
    found = {"start": np.array([1e3 * (time.process_time() - start)]), "all": np.zeros(count)}
    found |= {stage: np.zeros(count) for stage in STAGES}
    with contextlib.ExitStack() as stack:
        spent = dict.fromkeys(STAGES, 0.0)
        for stage, (module, names) in STAGES.items():
            for name in names:
                stack.enter_context(_timed(module, name, stage, spent))
        for index, repeat in itertools.product(range(count), range(REPEATS)):
            spent.update(dict.fromkeys(STAGES, 0.0))
            start = time.process_time()
            sample.sample_scene(0, index, catalog, ranges, cast)
            took = 1e3 * (time.process_time() - start)
            if repeat == 0 or took < found["all"][index]:
                found["all"][index] = took
                for stage in STAGES:
                    found[stage][index] = 1e3 * spent[stage]
    return found


@contextlib.contextmanager
def _timed(module, name: str, stage: str, spent: dict):
    """Add up the seconds that a module's calls of one function take; a name that is not there counts nothing."""
    function = getattr(module, name, None)
    if function is None:
        yield
        return

    def timed(*args, **options):
        start = time.process_time()
        try:
            return function(*args, **options)
        finally:
            spent[stage] += time.process_time() - start

    setattr(module, name, timed)
    try:
        yield
    finally:
        setattr(module, name, function)


def measure_people(cast: Cast, ranges: Ranges, count: int) -> dict:
    """Build people as they are rendered, and measure how far above the height they are meant to have (the ground, but
    for those who jump or run) the lowest of each is: {'on shoes', 'otherwise', 'clothed', 'time'}.

    on shoes: (n,) metres, the lowest of skin and shoes of those whose shoes carry them; otherwise: (m,) the same of
    the others, who have cloth under them; clothed: (n + m,) with all garments that do not hang free, which the ground
    would press flat; time: (count,) seconds of `make_person`.
    """
    found = {"on shoes": [], "otherwise": [], "clothed": [], "time": []}
    for index in range(count):
        spec = figure.sample_figure(np.random.default_rng([1, index]), ranges, cast).spec
        body = cast.bodies[spec.body]
        clearance = figure.pose_outline(body, spec)[2] + spec.position[2]
        start = time.process_time()
        person = make_person(body, spec)
        found["time"].append(time.process_time() - start)
        low = {surface.name: surface.posed[:, 2].min() - clearance for surface in person.surfaces}
        low["skin"] = person.posed.vertices[: body.skin_vertices, 2].min() - clearance  # under clothes as well
        found["on shoes" if low["shoes"] < low["skin"] + 0.002 else "otherwise"].append(min(low["shoes"], low["skin"]))
        found["clothed"].append(min(low[name] for name in ("skin", "shoes", "bottom", "top", "socks") if name in low))
    return {name: np.array(values) for name, values in found.items()}


def main(argv) -> int:
    parser = argparse.ArgumentParser(description="How long people take to draw and to pose.", allow_abbrev=False)
    parser.add_argument("--scenes", type=int, default=50, help="how many scenes to draw")
    parser.add_argument("--persons", type=int, default=3, help="people in each")
    parser.add_argument("--people", type=int, default=0, help="how many people to build, to see how they stand")
    parser.add_argument("--body", type=Path, default=library_folder() / "bodies" / "open_body.npz")
    parser.add_argument("--pose-mix", default=Ranges.pose_mix, help="samplers of poses and their weights")
    options = parser.parse_args(argv)
    sky = Asset("sky", "environment", options.body, "CC0", "", (9.0,) * 128)
    catalog = Catalog((Asset(options.body.stem, "body", options.body, "", ""),), (sky,))
    persons = (options.persons, options.persons)
    ranges = Ranges(persons=persons, bodies=(options.body.stem,), pose_mix=options.pose_mix).check()
    cast = load_cast(catalog, ranges)
    body = cast.bodies[options.body.stem]
    print(f"numpy {np.__version__}, {len(body.v_template)} vertices, {len(body.parents)} joints")
    for name, took in measure_posing(body).items():
        print(f"{name:40s} {took:8.1f} ms")
    print(f"{options.scenes} scenes of {options.persons}            mean   median      p95 ms")
    for stage, took in measure_scenes(cast, catalog, ranges, options.scenes).items():
        print(f"    {stage:20s} {took.mean():8.1f} {np.median(took):8.1f} {np.quantile(took, 0.95):8.1f}")
    if options.people:
        print_people(measure_people(cast, ranges, options.people))
    return 0


def print_people(found: dict) -> None:
    print(f"make_person {found.pop('time').mean():.2f} s; millimetres above the ground:")
    for name, height in found.items():
        if len(height):
            least, half, most = 1e3 * np.quantile(height, (0, 0.5, 1))
            print(f"    {name:20s} {len(height):4d} people {least:8.1f} {half:8.1f} {most:8.1f}  least, median, most")


def run() -> int | str:
    """Blender exits 0 on an uncaught exception; give shells a real status."""
    try:
        return main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
    except PosewrightError as error:
        return f"error: {error}"
    except Exception:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    sys.exit(run())

"""How long pictures beside the photo take: `python -m headless.measure_passes --scenes 3`.

Also `blender -b -P headless/measure_passes.py -- --scenes 3`. Times are of the processor, so that other work on the
machine counts little.
"""

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

if not __package__:  # run by Blender or as a file
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bpy
import numpy as np

from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import load_catalog
from blender_addon.core.errors import PosewrightError
from blender_addon.core.passes import PASSES, pass_file
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from blender_addon.scene.build import build_scene, clear_scene
from blender_addon.scene.passes import draw_passes
from blender_addon.scene.render import choose_device, render, set_up
from blender_addon.scene.world import look_at_environments, shipped_environments


def measure_passes(scenes: int, seed: int, ranges: Ranges) -> tuple:
    """({what: [seconds a picture]}, [pixels of people]); 'all' is all of them at once, each with its file."""
    catalog = look_at_environments(load_catalog([], shipped_environments()))
    cast = load_cast(catalog, ranges)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    choose_device("cpu")
    scene = bpy.context.scene
    times, people = {what: [] for what in ("render", *PASSES, "all")}, []
    for index in range(scenes):
        spec = sample_scene(seed, index, catalog, ranges, cast)
        clear_scene()
        built = build_scene(spec, catalog, cast.bodies, scene)
        set_up(scene, ranges.samples, index)
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            layers = render(scene, Path(folder) / "picture.jpg", spec.development, spec.camera, True)
            times["render"].append(time.process_time() - start)
        people.append(np.count_nonzero(layers.mask))
        draw_passes(built, layers, PASSES)  # tables that are kept are made here
        for what in (*PASSES, "all"):
            start = time.process_time()
            for name, values in draw_passes(built, layers, PASSES if what == "all" else (what,)).items():
                pass_file(name, values)
            times[what].append(time.process_time() - start)
    return times, people


def main(arguments) -> int:
    parser = argparse.ArgumentParser(prog="measure_passes", description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--scenes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--size", type=int, nargs=2, default=(640, 480), metavar=("W", "H"))
    parser.add_argument("--samples", type=int, default=1)
    options = parser.parse_args(arguments)
    width, height = options.size
    ranges = Ranges(width=width, height=height, samples=options.samples).check()
    times, people = measure_passes(options.scenes, options.seed, ranges)
    print(f"{options.scenes} pictures of {width}x{height}, {np.mean(people):,.0f} pixels of people each")
    for what, seconds in times.items():
        print(f"{what:8} {np.mean(seconds):6.2f} s  (most {max(seconds):.2f})")
    return 0


def run() -> int:
    """Blender exits 0 on an uncaught exception; give shells a real status."""
    try:
        return main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except Exception:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    sys.exit(run())

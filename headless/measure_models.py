"""What a published model costs the first time and the tenth: `python -m headless.measure_models --assets FOLDER`.

Processor time of putting each model into an empty scene, as pictures do one after another. No time is judged here.
"""

import argparse
import sys
import time
from pathlib import Path

if not __package__:  # run as a file
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bpy

from blender_addon.core.catalog import load_catalog
from blender_addon.core.errors import AssetError, PosewrightError
from blender_addon.core.models import look_at_models, model_params
from blender_addon.core.placing import stand
from blender_addon.scene.build import clear_scene
from blender_addon.scene.models import build_model

USES = 10


def measure(facts) -> list:
    """Milliseconds of each use."""
    thing, times = stand(model_params(facts), (0.0, 0.0), 0.0), []
    for _ in range(USES):
        clear_scene()
        started = time.process_time()
        build_model(facts.asset, thing, bpy.context.scene.collection)
        times.append(1e3 * (time.process_time() - started))
    return times


def main(argv) -> int:
    parser = argparse.ArgumentParser(description="What models cost when they are used again.", allow_abbrev=False)
    parser.add_argument("--assets", type=Path, action="append", default=[], metavar="FOLDER")
    found = look_at_models(load_catalog(parser.parse_args(argv).assets).occluders)
    for line in found.skipped:
        print(f"left out: {line}", file=sys.stderr)
    if not found.facts:
        raise AssetError("No model under occluders/ of the asset folders. Give a folder that has some with --assets.")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    print(f"{'model':40} {'first ms':>9} {'tenth ms':>9} {'ratio':>8}")
    for facts in found.facts:
        first, *_, tenth = measure(facts)
        print(f"{facts.name:40} {first:9.1f} {tenth:9.2f} {first / max(tenth, 1e-3):8.0f}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except PosewrightError as error:
        sys.exit(f"error: {error}")

"""Render cutouts, things and people with alpha, for `posewright augment`. The same command again goes on.

blender -b -P headless/cutouts.py -- --people 24 --things 60 --out out/cutouts
.venv/bin/python headless/cutouts.py --people 24 --things 60 --out out/cutouts      (with the bpy wheel)
"""

import argparse
import json
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # Blender does not look beside the script

import bpy  # noqa: E402
import numpy as np  # noqa: E402

from blender_addon.core.cast import load_cast  # noqa: E402
from blender_addon.core.catalog import load_catalog  # noqa: E402
from blender_addon.core.comments import without_comments  # noqa: E402
from blender_addon.core.cutout_scenes import FORM, KINDS, cutout_name, file_names, sample_cutout, widened  # noqa: E402
from blender_addon.core.dataset import VERSION, describe_catalog  # noqa: E402
from blender_addon.core.errors import PosewrightError, SettingsError  # noqa: E402
from blender_addon.core.exr import find_pass, read_exr  # noqa: E402
from blender_addon.core.png import encode_png  # noqa: E402
from blender_addon.core.progress import Progress  # noqa: E402
from blender_addon.core.ranges import Ranges  # noqa: E402
from blender_addon.core.records import (  # noqa: E402
    read_json,
    temporary_name,
    write_bytes_atomically,
    write_json_atomically,
)
from blender_addon.core.spec import to_dict  # noqa: E402
from blender_addon.core.visibility import keypoint_patches  # noqa: E402
from blender_addon.scene import compat  # noqa: E402
from blender_addon.scene.build import build_scene, clear_scene  # noqa: E402
from blender_addon.scene.render import choose_device, set_up  # noqa: E402
from blender_addon.scene.truth import measure  # noqa: E402
from blender_addon.scene.world import GROUND, look_at_environments, shipped_environments  # noqa: E402

WIDER = 1.3
"""Times that a cutout's picture grows when something on it reaches over its edge."""
GROWTHS = 4


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cutouts.py", description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="FOLDER", help="the library of cutouts")
    add("--people", type=int, default=24, metavar="N", help="cutouts of one person each (24)")
    add("--things", type=int, default=60, metavar="N", help="cutouts of things, five views of each (60)")
    add("--seed", type=int, default=0, metavar="S", help="same seed, same cutouts (0)")
    add("--size", type=int, default=768, metavar="N", help="pixels of the longer side (768)")
    add("--samples", type=int, default=32, metavar="N", help="paths a pixel (32)")
    add("--assets", type=Path, action="append", default=[], metavar="FOLDER", help="asset folder; may be repeated")
    add("--device", default="auto", help="what renders (auto)")
    return parser


def main(options) -> int:
    if min(options.people, options.things, options.seed) < 0 or options.people + options.things < 1:
        raise SettingsError("--people, --things and --seed count from 0; ask for one cutout at least.")
    if not 64 <= options.size <= 4096:
        raise SettingsError(f"--size {options.size} is no size of a cutout. Use 64 to 4096 pixels.")
    ranges = Ranges(samples=options.samples, persons=(1, 1)).check()
    catalog = look_at_environments(load_catalog(options.assets, shipped_environments()))
    cast = load_cast(catalog, ranges)
    for line in catalog.skipped:
        say(f"left out: {line}")
    open_library(options, describe_catalog(catalog))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    choose_device(options.device)
    patches = {name: keypoint_patches(body, "wholebody") for name, body in cast.bodies.items()}  # serve both sets
    wanted = [(kind, number) for kind in KINDS for number in range(getattr(options, kind))]
    todo = [(kind, number) for kind, number in wanted if not is_there(options.out, cutout_name(kind, number))]
    with Progress(len(wanted), len(wanted) - len(todo), stream=sys.stderr) as progress:
        for kind, number in todo:
            spec = sample_cutout(options.seed, kind, number, catalog, ranges, cast, options.size)
            make_cutout(options.out, cutout_name(kind, number), spec, catalog, cast, patches)
            progress.step()
    return 0


def open_library(options, catalog: dict) -> None:
    """Begin a library, or go on with one made from the same settings.

    Raises:
        SettingsError: the folder holds something else, or cannot be written.
    """
    description = options.out / "cutouts.json"
    wanted = {"cutouts": FORM, "seed": options.seed, "size": options.size, "samples": options.samples}
    wanted = json.loads(json.dumps({**wanted, "catalog": catalog}))
    if description.exists():
        found = read_json(description)
        different = [name for name, value in wanted.items() if found.get(name) != value]
        if different:
            raise SettingsError(
                f"{options.out} was made with other settings ({different[0]} differs). Use the same ones to go on "
                "with it, or another folder."
            )
    elif any(options.out.glob("*.json")):
        raise SettingsError(f"{options.out} holds something else than cutouts. Choose another folder.")
    else:
        write_json_atomically(description, {**wanted, "versions": {"posewright": VERSION}})


def is_there(folder: Path, name: str) -> bool:
    """The description is written last, so it stands for the whole; its files may have been removed by hand."""
    return all(path.is_file() for path in file_names(folder, name))


def make_cutout(folder: Path, name: str, spec, catalog, cast, patches: dict) -> None:
    """Render one cutout; what reaches over the picture's edge would have a hard edge, so it is shown smaller then."""
    scene = bpy.context.scene
    for _ in range(GROWTHS):
        clear_scene()
        built = build_scene(spec, catalog, cast.bodies, scene)
        set_up(scene, spec.samples, spec.index)
        scene.render.film_transparent = True
        for thing in scene.objects:
            if thing.name.split(".")[0] == GROUND:
                thing.visible_camera = False
        picture, index, touches = render_with_alpha(scene, folder / f"{name}.png")
        if not touches:
            break
        spec = widened(spec, WIDER)
    truth = measure(built, patches, index)
    final, people, description = file_names(folder, name)
    write_bytes_atomically(final, picture)
    write_bytes_atomically(people, encode_png(index))
    write_json_atomically(description, {"cutout": FORM, "spec": to_dict(spec), "truth": truth})


def render_with_alpha(scene, path: Path):
    """Render once.

    Returns:
        the bytes of a PNG, red, green, blue and alpha; (H, W) uint8 person index; whether anything is at the edge.
    """
    bpy.ops.render.render(write_still=False, scene=scene.name)
    result, settings = bpy.data.images["Render Result"], scene.render.image_settings
    passes, picture = temporary_name(path.with_suffix(".exr")), temporary_name(path)
    passes.parent.mkdir(parents=True, exist_ok=True)
    try:
        compat.set_multilayer_exr(settings)
        settings.color_mode = "RGBA"
        result.save_render(str(passes), scene=scene)
        channels = read_exr(passes)
        compat.set_still_image(settings)
        settings.file_format, settings.color_mode, settings.color_depth = "PNG", "RGBA", "8"
        result.save_render(str(picture), scene=scene)
        data = picture.read_bytes()
    except (RuntimeError, OSError) as error:
        raise SettingsError(f"Cannot write {path} ({error}). Free some space or choose another folder.") from error
    finally:
        passes.unlink(missing_ok=True)
        picture.unlink(missing_ok=True)
    alpha = find_pass(channels, "Combined.A")
    touches = max(alpha[0].max(), alpha[-1].max(), alpha[:, 0].max(), alpha[:, -1].max()) > 0.02
    index = np.rint(find_pass(channels, "IndexOB.X", "Object Index.X")).astype(np.uint8)
    return without_comments(data), index, bool(touches)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def script_args(argv: list) -> list:
    """Our part of the command line: all of it under the wheel, what follows `--` under a Blender binary."""
    if Path(argv[0]).name == Path(__file__).name:
        return argv[1:]
    return argv[argv.index("--") + 1 :] if "--" in argv else []


def run() -> int:
    """Blender exits 0 on an uncaught exception; give shells and CI a real status."""
    try:
        return main(make_parser().parse_args(script_args(sys.argv)))
    except PosewrightError as error:  # the user's to mend: one line, no traceback
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        say("stopped; the same command goes on from here")
        return 130
    except SystemExit as stop:  # argparse has said why
        return stop.code or 0
    except Exception:
        traceback.print_exc(file=sys.stderr)
        return 1


if __name__ == "__main__":
    status = run()
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(status)

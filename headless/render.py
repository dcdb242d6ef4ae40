"""Render a data set; the same command again goes on where it stopped.

blender -b -P headless/render.py -- --count 1000 --out out/train --seed 0
.venv/bin/python headless/render.py --count 1000 --out out/train --seed 0      (with the bpy wheel)
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # Blender does not look beside the script

import bpy  # noqa: E402
import numpy  # noqa: E402

from blender_addon.core.backgrounds import Backgrounds, find_backgrounds, read_people  # noqa: E402
from blender_addon.core.cast import Cast, load_cast  # noqa: E402
from blender_addon.core.catalog import Catalog, background_folder, load_catalog  # noqa: E402
from blender_addon.core.dataset import VERSION, finish_picture, is_finished, open_dataset  # noqa: E402
from blender_addon.core.errors import PosewrightError, SettingsError  # noqa: E402
from blender_addon.core.passes import PASSES, parse_passes  # noqa: E402
from blender_addon.core.population import has_children  # noqa: E402
from blender_addon.core.poses.amass import find_takes  # noqa: E402
from blender_addon.core.poses.motion import load_motion  # noqa: E402
from blender_addon.core.presets import make_ranges, preset_names  # noqa: E402
from blender_addon.core.progress import Progress  # noqa: E402
from blender_addon.core.ranges import Ranges  # noqa: E402
from blender_addon.core.records import image_path, temporary_name  # noqa: E402
from blender_addon.core.redraw import use_first_sound  # noqa: E402
from blender_addon.core.sample import sample_scene  # noqa: E402
from blender_addon.core.visibility import keypoint_patches  # noqa: E402
from blender_addon.core.wholebody import SETS  # noqa: E402
from blender_addon.scene.build import build_scene, clear_scene, differs_in_view_only, look_again  # noqa: E402
from blender_addon.scene.passes import draw_passes  # noqa: E402
from blender_addon.scene.photo_background import look_at_photo  # noqa: E402
from blender_addon.scene.render import GPU_KINDS, choose_device, render, set_up  # noqa: E402
from blender_addon.scene.truth import measure  # noqa: E402
from blender_addon.scene.world import look_at_environments, shipped_environments  # noqa: E402


def make_parser() -> argparse.ArgumentParser:
    """Cycles reads what follows `--` too, so options are never abbreviated and none begins like one of its own."""
    default = Ranges()
    parser = argparse.ArgumentParser(prog="render.py", description=__doc__.splitlines()[0], allow_abbrev=False)
    add = parser.add_argument
    add("--count", type=int, default=8, metavar="N", help="pictures to make, from --start (8)")
    add("--start", type=int, default=0, metavar="I", help="number of the first picture, for shards (0)")
    add("--only", type=int, metavar="I", help="make this one picture, again if it is there")
    add("--seed", type=int, default=0, metavar="S", help="same seed, same data set (0)")
    add("--out", type=Path, default=Path("out/dataset"), metavar="FOLDER", help="where it goes (out/dataset)")
    add("--preset", metavar="NAME", help=f"knobs from a file: {', '.join(preset_names())}, or a .json of yours")
    add("--set", action="append", default=[], metavar="KNOB=VALUE", help="any knob of a preset; may be repeated")
    add("--size", type=int, nargs=2, metavar=("W", "H"), help="pixels (640 480)")
    add("--samples", type=int, metavar="N", help=f"paths a pixel ({default.samples})")
    add("--persons", type=int, nargs=2, metavar=("A", "B"), help="people a picture (1 3)")
    add("--device", default="auto", choices=["auto", "cpu", *map(str.lower, GPU_KINDS)], help="what renders (auto)")
    add("--body", action="append", default=[], metavar="NAME", help="body file; may be repeated (open_body)")
    add("--children", type=float, metavar="P", help="chance of a person under 18 (0)")
    add("--assets", type=Path, action="append", default=[], metavar="FOLDER", help="asset folder; may be repeated")
    add("--poses", type=Path, metavar="FOLDER", help="AMASS motion files to draw poses from")
    add("--pose-mix", metavar="MIX", help=f"samplers and weights ({default.pose_mix}; with --poses, library)")
    add("--motion-prior", type=Path, metavar="FILE", help="of gmm, gan and library, instead of the one that ships")
    add("--rare-simplicity", type=float, metavar="X", help="of rare poses (1.5)")
    add("--rare-extreme", action="store_true", help="rare poses spread up to their limits")
    add("--like-photo", action="store_true", help="show fitted poses as their photos did")
    add("--view", metavar="MIX", help=f"named views and weights ({default.view})")
    add("--views", type=int, metavar="K", help="pictures of each scene, from other sides (1)")
    add("--keypoints", metavar="SET", help=f"what is labelled: {', '.join(SETS)} (coco)")
    add("--frames", type=int, metavar="K", help="pictures of each scene, 1/30 s apart; with --poses (1)")
    add("--human-occluders", type=float, metavar="P", help="chance of somebody in front (0)")
    add("--occlusion", type=float, metavar="X", help="share of keypoints to hide (0: as things happen to stand)")
    add("--backgrounds", type=Path, action="append", default=[], metavar="FOLDER", help="photos to put people into")
    add("--without-people", type=Path, action="append", default=[], metavar="FILE", help="COCO file: who is in which")
    add("--blend", metavar="MIX", help=f"how they are put into photos: alpha, poisson ({default.blend})")
    add("--format", default="jpg", choices=["jpg", "png"], help="of the pictures (jpg)")
    add("--passes", default="", metavar="NAMES", help=f"pictures beside the photo: some of {','.join(PASSES)} (none)")
    return parser


def script_args(argv: list) -> list:
    """Our part of the command line: all of it under the wheel, what follows `--` under a Blender binary."""
    if Path(argv[0]).name == Path(__file__).name:
        return argv[1:]
    return argv[argv.index("--") + 1 :] if "--" in argv else []


def check(options) -> Ranges:
    """Raises SettingsError for what cannot be rendered."""
    if options.count < 1:
        raise SettingsError(f"--count {options.count} makes no picture. Use 1 or more.")
    if options.start < 0 or options.seed < 0 or (options.only or 0) < 0:
        raise SettingsError("--start, --only and --seed count from 0.")
    given = {name: getattr(options, name) for name in OPTIONS}
    given |= {name: True if getattr(options, name) else None for name in ("rare_extreme", "like_photo")}
    width, height = options.size or (None, None)
    given |= {"width": width, "height": height, "bodies": tuple(options.body) or None}
    given["persons"] = tuple(options.persons) if options.persons else None
    if options.poses and not options.pose_mix:
        given["pose_mix"] = "library"
    ranges = make_ranges(options.preset, options.set, given)
    if options.backgrounds and not ranges.backgrounds and not any("backgrounds" in text for text in options.set):
        ranges = replace(ranges, backgrounds=1.0)
    return ranges


OPTIONS = (
    "samples",
    "children",
    "pose_mix",
    "rare_simplicity",
    "human_occluders",
    "occlusion",
    "view",
    "views",
    "frames",
    "keypoints",
    "blend",
)
"""Knobs that have options of their own name."""


def find_assets(options, ranges: Ranges) -> Catalog:
    """The catalog without what is broken, each named on stderr.

    Raises:
        AssetError: nothing is left of a kind that is needed.
    """
    catalog = load_catalog(options.assets, shipped_environments())
    if options.motion_prior:
        load_motion(options.motion_prior)  # refused here rather than at the first picture
        catalog.motion_prior = options.motion_prior
    if options.poses:
        catalog.takes = find_takes(options.poses, catalog.skipped)
    try:
        catalog = look_at_environments(catalog)
        if ranges.backgrounds:
            catalog.backgrounds = _find_photos(options, catalog)
    finally:
        for line in catalog.skipped:
            say(f"left out: {line}")
        if len(catalog.skipped) > 1:
            say(f"{len(catalog.skipped)} files left out")
    return catalog


def _find_photos(options, catalog: Catalog) -> Backgrounds:
    folders = list(catalog.backgrounds.folders)
    for folder in options.backgrounds:
        folders.append(background_folder(folder, folders))
    if not folders:
        say("no photos to put people into: environments stand in; give a folder with --backgrounds")
        return catalog.backgrounds
    found, skipped = find_backgrounds(folders, read_people(options.without_people), say)
    catalog.skipped.extend(skipped)
    return Backgrounds(found, look_at_photo)


def main(options) -> int:
    ranges = check(options)
    options.passes = parse_passes(options.passes)
    catalog = find_assets(options, ranges)
    known = len(catalog.skipped)
    cast = load_cast(catalog, ranges)
    for line in catalog.skipped[known:]:
        say(f"assets: {line}")
    grown = [name for name, body in cast.bodies.items() if not has_children(body)]
    if ranges.children and grown:
        say(f"no children: {', '.join(grown)} knows adults only, and has them instead")
    open_dataset(options.out, options.seed, ranges, options.format, catalog, versions(), options.passes)
    indices = [options.only] if options.only is not None else range(options.start, options.start + options.count)
    todo = [
        i
        for i in indices
        if options.only is not None or not is_finished(options.out, i, options.format, options.passes)
    ]
    with chatter_to(options.out / "render.log"):
        device = choose_device(options.device)
        say(f"Blender {bpy.app.version_string} renders on {device}")
        if todo:
            render_all(todo, len(indices), options, ranges, catalog, cast, device)
    return annotate(options.out)


def versions() -> dict:
    return {
        "posewright": VERSION,
        "blender": bpy.app.version_string,
        "numpy": numpy.__version__,
    }


def render_all(todo: list, total: int, options, ranges: Ranges, catalog: Catalog, cast: Cast, device: str) -> None:
    """Each picture in turn; only a finished one has a record."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    choose_device(options.device)
    patches = {name: keypoint_patches(body, ranges.keypoints) for name, body in cast.bodies.items()}
    drawn = rejected = 0
    built, broken = None, {}

    def draw(attempt: int):
        return sample_scene(options.seed, index, catalog, ranges, cast, attempt)

    def use(spec):
        nonlocal built
        last, built = built, None  # what stands may fall half-way
        built = render_one(spec, last, options, catalog, cast, patches, device)

    with Progress(total, total - len(todo), stream=TERMINAL) as progress:
        for index in todo:
            use_first_sound(index, draw, use, broken, say)
            drawn += len(built.spec.persons)
            rejected += sum(person.pose_rejected for person in built.spec.persons)
            progress.step()
    say(f"{drawn} people posed; {rejected} poses that their bodies could not do were drawn again")
    if broken:
        say(f"{len(broken)} broken files left out while rendering; their pictures were drawn again with others")


def render_one(spec, last, options, catalog: Catalog, cast: Cast, patches: dict, device: str):
    """Render, measure, finish one picture.

    Args:
        last: BuiltScene that stands there; another view of it is not built again.
    Returns:
        what stands there now.
    """
    started = time.perf_counter()
    scene = bpy.context.scene
    if last and differs_in_view_only(spec, last.spec):
        built = look_again(last, spec, catalog, scene)
    else:
        clear_scene()
        built = build_scene(spec, catalog, cast.bodies, scene)
    set_up(scene, spec.samples, spec.index)
    built_at = time.perf_counter()
    final = image_path(options.out, spec.index, options.format)
    final.parent.mkdir(parents=True, exist_ok=True)
    picture = temporary_name(final)
    try:
        layers = render(scene, picture, spec.development, spec.camera, bool(options.passes), built.backdrop)
        rendered_at = time.perf_counter()
        passes = draw_passes(built, layers, options.passes, catalog.closet) if options.passes else {}
        drawn_at = time.perf_counter()
        truth = measure(built, patches, layers.mask)
        made = {
            "blender": bpy.app.version_string,
            "device": device,
            "seconds": {
                "build": round(built_at - started, 3),
                "render": round(rendered_at - built_at, 3),
                "measure": round(time.perf_counter() - drawn_at, 3),
            },
        }
        if passes:
            made["seconds"]["passes"] = round(drawn_at - rendered_at, 3)
        finish_picture(options.out, spec, truth, made, picture, layers.mask, options.format, passes)
    finally:
        picture.unlink(missing_ok=True)
    return built


def annotate(out: Path) -> int:
    """Write the COCO file with the virtual environment's Python, which has pycocotools; Blender's has not."""
    python = os.environ.get("POSEWRIGHT_PYTHON") or ROOT / ".venv" / "bin" / "python"
    if not shutil.which(str(python)):
        say(f"No labels yet: run `make setup`, then `.venv/bin/posewright annotate {out}`.")
        return 0
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    return subprocess.run([str(python), str(ROOT / "headless" / "annotate.py"), str(out)], env=environment).returncode


TERMINAL = None
"""Where our own lines go while stdout and stderr belong to the log."""


def say(line: str) -> None:
    print(line, file=TERMINAL or sys.stderr, flush=True)


@contextlib.contextmanager
def chatter_to(log: Path):
    """Send what Blender prints, from C too, to a log; our own lines still reach the terminal."""
    global TERMINAL
    kept, own = [os.dup(1), os.dup(2)], TERMINAL
    TERMINAL = os.fdopen(os.dup(2), "w", encoding="utf-8")
    with open(log, "ab") as file:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, copy in enumerate(kept, 1):
            os.dup2(copy, number)
            os.close(copy)
        TERMINAL.close()
        TERMINAL = own


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
        traceback.print_exc(file=TERMINAL or sys.stderr)
        return 1


if __name__ == "__main__":
    status = run()
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(status)

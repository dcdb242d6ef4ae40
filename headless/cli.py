"""The command `posewright`: one subcommand a purpose. Each says what it does with --help."""

import contextlib
import dataclasses
import io
import itertools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from blender_addon.core.errors import PosewrightError, SettingsError
from headless.cli_assets import Assets, Folder, Folders, Names, NoFile, NoFolder
from headless.cli_augment import Augment
from headless.cli_export import Export
from headless.cli_report import Report

ABOUT = "Photographs of people who never existed, with exact labels, to train human pose estimators."
ROOT = Path(__file__).resolve().parent.parent
DataSet = tyro.conf.Positional[Annotated[Path, tyro.conf.arg(metavar="FOLDER")]]


@dataclass
class Render:
    """Render pictures of people with exact labels.

    The same command again goes on where it stopped. Runs that share --seed and --out may each take a range of
    pictures with --start and --count.
    """

    out: Folder = Path("out/dataset")
    """Folder of the data set."""
    count: int = 8
    """Pictures to make, from --start on."""
    start: int = 0
    """Number of the first picture, to share the work among runs."""
    only: Annotated[int | None, tyro.conf.arg(metavar="INT", help_behavior_hint="")] = None
    """Render this one picture, again if it is there."""
    seed: int = 0
    """The same seed gives the same data set."""
    preset: Annotated[str | None, tyro.conf.arg(metavar="NAME", help_behavior_hint="")] = None
    """A recipe: street (as without any), or a .json file of yours. The options below change single knobs of it."""
    set: Annotated[tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="KNOB=VALUE")] = ()
    """Change any knob of the preset, as --set occluders=[0,6]; may be given several times."""
    size: Annotated[tuple[int, int] | None, tyro.conf.arg(metavar="W H", help_behavior_hint="")] = None
    """Pixels of each picture. (640 480)"""
    samples: Annotated[int | None, tyro.conf.arg(metavar="INT", help_behavior_hint="")] = None
    """Paths a pixel: more is cleaner and slower. (32)"""
    persons: Annotated[tuple[int, int] | None, tyro.conf.arg(metavar="A B", help_behavior_hint="")] = None
    """Fewest and most people in a picture. (1 3)"""
    device: Literal["auto", "cpu", "optix", "cuda", "hip", "oneapi", "metal"] = "auto"
    """What renders; auto takes the fastest there is."""
    assets: Folders = ()
    """Asset folder with hdri/, bodies/ and so on; may be given several times."""
    body: Names = ()
    """Body file of the library; may be given several times, and each person has one of them. Without it, the open
    body."""
    children: Annotated[float | None, tyro.conf.arg(metavar="P", help_behavior_hint="")] = None
    """Chance that a person is under 18. (0)"""
    poses: NoFolder = None
    """Folder of AMASS motion files to draw poses from."""
    pose_mix: Annotated[str | None, tyro.conf.arg(metavar="MIX", help_behavior_hint="")] = None
    """Samplers of poses with weights: families (built in), library (recorded or fitted), gmm, gan (learnt), rare.
    Without it families:0.5,library:0.3,gmm:0.12,gan:0.08, and with --poses library alone."""
    motion_prior: NoFile = None
    """What gmm, gan and library draw from, as train_gmm and train_gan write it, instead of the one that ships."""
    rare_simplicity: Annotated[float | None, tyro.conf.arg(metavar="X", help_behavior_hint="")] = None
    """Limits of rare poses are divided by it; 1 is the widest. (1.5)"""
    rare_extreme: tyro.conf.FlagCreatePairsOff[bool] = False
    """Rare poses spread evenly up to their limits."""
    like_photo: tyro.conf.FlagCreatePairsOff[bool] = False
    """Show poses that were fitted to photos from where their photos were taken."""
    view: Annotated[str | None, tyro.conf.arg(metavar="MIX", help_behavior_hint="")] = None
    """From where pictures are taken, with weights: snapshot, eye-level, perimeter, front, back, side, top, bottom,
    sphere, surveillance, selfie, sports. (snapshot)"""
    views: Annotated[int | None, tyro.conf.arg(metavar="K", help_behavior_hint="")] = None
    """Pictures of each scene, from different sides: as many numbers in a row show the same people. (1)"""
    frames: Annotated[int | None, tyro.conf.arg(metavar="K", help_behavior_hint="")] = None
    """Pictures of each scene, 1/30 s apart, while people move as in their takes. Needs --poses. (1)"""
    keypoints: Annotated[Literal["coco", "wholebody"] | None, tyro.conf.arg(help_behavior_hint="(coco)")] = None
    """What is labelled: COCO's 17 keypoints and 6 of the feet, or COCO-WholeBody's 133 with face and hands."""
    human_occluders: Annotated[float | None, tyro.conf.arg(metavar="P", help_behavior_hint="")] = None
    """Chance that somebody more stands in front of the main person, on purpose. (0)"""
    occlusion: Annotated[float | None, tyro.conf.arg(metavar="X", help_behavior_hint="")] = None
    """Share of the keypoints in the picture that are to be hidden, by whatever, as 0.3. (0: as things stand)"""
    backgrounds: Folders = ()
    """Photos to put people into instead of environments, JPEG, PNG or WebP, folders in it too; may be given several
    times."""
    without_people: Annotated[tuple[Path, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="FILE")] = ()
    """COCO annotations (instances or keypoints) of these photos: those with people in them are left out."""
    blend: Annotated[str | None, tyro.conf.arg(metavar="MIX", help_behavior_hint="")] = None
    """How people are put into photos, with weights: alpha, poisson. (alpha)"""
    format: Literal["jpg", "png"] = "jpg"
    """Of the pictures."""
    passes: Annotated[str, tyro.conf.arg(metavar="NAMES", help_behavior_hint="")] = ""
    """Pictures beside the photo, some of parts,depth,normals,iuv,flow; the mask of persons is always there. (none)"""
    blender: NoFile = None
    """Blender binary to render with. Without it, the bpy wheel of this environment."""

    def run(self) -> int:
        return wait_for(render_command(self))


@dataclass
class Annotate:
    """Write the COCO annotations of a data set again, from its records. Renders nothing."""

    out: DataSet
    """The data set, --out of render."""

    def run(self) -> int:
        from headless.annotate import annotate

        print(annotate(self.out))
        return 0


@dataclass
class Validate:
    """Check pictures, labels and masks of a data set, and print what is in it. Status 1 when something is wrong."""

    out: DataSet
    """The data set, --out of render."""

    def run(self) -> int:
        from headless import validate

        return validate.main(self.out)


@dataclass
class Preview:
    """Make a contact sheet: pictures with their labels drawn on."""

    out: DataSet
    """The data set, --out of render."""
    sheet: NoFile = None
    """The JPEG to write; preview.jpg in the data set if not given."""
    columns: int = 4
    """Pictures a row."""
    count: int = 16
    """Pictures on the sheet, spread evenly over the data set."""
    labels: bool = True
    """Draw skeletons, boxes and outlines."""
    tile_width: int = 480
    """Pixels of each picture on the sheet."""

    def run(self) -> int:
        from headless.preview import preview

        print(preview(self.out, self.sheet, self.columns, self.count, self.labels, self.tile_width))
        return 0


@dataclass
class Doctor:
    """Say what is here, what is missing and how to mend it. Status 1 when nothing could be rendered."""

    blender: NoFile = None
    """Blender binary to look at; the `blender` on the path if not given."""
    assets: Folders = ()
    """Asset folder; may be given several times."""
    out: Folder = Path("out")
    """Where pictures would go."""

    def run(self) -> int:
        from headless import doctor

        return doctor.main(self.out, self.blender, self.assets)


Command = (
    Annotated[Render, tyro.conf.subcommand("render")]
    | Annotated[Annotate, tyro.conf.subcommand("annotate")]
    | Annotated[Validate, tyro.conf.subcommand("validate")]
    | Annotated[Preview, tyro.conf.subcommand("preview")]
    | Annotated[Report, tyro.conf.subcommand("report")]
    | Annotated[Augment, tyro.conf.subcommand("augment")]
    | Annotated[Export, tyro.conf.subcommand("export")]
    | Annotated[Assets, tyro.conf.subcommand("assets")]
    | Annotated[Doctor, tyro.conf.subcommand("doctor")]
)


def render_command(options: Render) -> list[str]:
    """The child process that renders. Only what differs from the defaults is passed on.

    Raises:
        SettingsError: there is no such Blender binary.
    """
    script = str(ROOT / "headless" / "render.py")
    if options.blender is None:
        return [sys.executable, script, *render_options(options)]
    binary = shutil.which(options.blender)
    if binary is None:
        raise SettingsError(f"No Blender at {options.blender}. Check --blender, or leave it out to use the bpy wheel.")
    return [binary, "-b", "--factory-startup", "--python-exit-code", "1", "-P", script, "--", *render_options(options)]


def render_options(options: Render) -> list[str]:
    """As render.py's argparse reads them."""
    words = []
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        if field.name == "blender" or value == field.default:
            continue
        option = "--" + field.name.replace("_", "-")
        if field.name in ("assets", "backgrounds", "body", "set", "without_people"):
            words += [word for item in value for word in (option, str(item))]
        elif value is True:
            words.append(option)
        else:
            values = value if isinstance(value, tuple) else (value,)
            words += [option, *map(str, values)]
    return words


def wait_for(command: list[str]) -> int:
    """Run `command` to its end and return its exit status. Ctrl+C reaches it too: let it stop in its own way."""
    # render.py writes the labels with this Python, whatever Blender it runs in.
    environment = {"POSEWRIGHT_PYTHON": sys.executable, **os.environ}
    with subprocess.Popen(command, env=environment) as child:
        while True:
            try:
                status = child.wait()
            except KeyboardInterrupt:
                continue
            return status if status >= 0 else 128 - status


def parse(argv: list[str]):
    """The subcommand with its options.

    Raises:
        SystemExit: 0 after --help, 2 after one line on what is wrong with the options.
    """
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            return tyro.cli(
                Command,
                prog="posewright",
                description=ABOUT,
                args=argv,
                config=(tyro.conf.OmitArgPrefixes, tyro.conf.OmitSubcommandPrefixes),
            )
    except SystemExit as stop:
        if stop.code:
            print(f"error: {_first_words(complaint.getvalue())}. See posewright --help.", file=sys.stderr)
        raise


def _first_words(box: str) -> str:
    """What tyro's box says between its title and the first rule or bullet; terminals without Unicode get hyphens."""
    lines = [line.strip(" │") for line in box.splitlines()]
    below_title = itertools.dropwhile(lambda line: not line.startswith(("╭", "---")), lines)
    words = list(itertools.takewhile(lambda line: line and line[0] not in "─-•*╰", list(below_title)[1:]))
    return " ".join(words or lines).rstrip(".:")


def main(argv: list[str]) -> int:
    return parse(argv).run()


def run() -> int | str:
    try:
        return main(sys.argv[1:])
    except PosewrightError as error:  # the user's to mend: one line, no traceback
        return f"error: {error}"
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run())

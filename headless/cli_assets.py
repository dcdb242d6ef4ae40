"""`posewright assets`: what pictures are made with, and how more is added."""

import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from blender_addon.core.errors import AssetError

ROOT = Path(__file__).resolve().parent.parent
File = tyro.conf.Positional[Annotated[Path, tyro.conf.arg(metavar="PATH")]]
Folder = Annotated[Path, tyro.conf.arg(metavar="FOLDER")]
Folders = Annotated[tuple[Path, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="FOLDER")]
Names = Annotated[tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="NAME")]
NoFolder = Annotated[Path | None, tyro.conf.arg(metavar="FOLDER", help_behavior_hint="")]
NoFile = Annotated[str | None, tyro.conf.arg(metavar="FILE", help_behavior_hint="")]
NoName = Annotated[str | None, tyro.conf.arg(metavar="TEXT", help_behavior_hint="")]


@dataclass
class List:
    """List what pictures can be made with: bodies, environments, models, pose libraries and looks, with licence."""

    assets: Folders = ()
    """Asset folder; may be given several times. Without any, POSEWRIGHT_ASSETS."""

    def run(self) -> int:
        list_assets(self.assets)
        return 0


@dataclass
class Build:
    """Build the open body and its skin maps into assets/library. What is up to date stays."""

    def run(self) -> int:
        return build_assets()


@dataclass
class AddBody:
    """Add a body of the SMPL family: a model file becomes bodies/NAME.npz in the library, with clothes and hair.

    Render with it by --body NAME. README says where to get the files; they are licensed.
    """

    file: File
    """SMPL, SMPL-H or SMPL-X model, .npz or .pkl."""
    uv: NoFile = None
    """The .obj with the model's texture coordinates."""
    name: NoName = None
    """Of the body; its kind and sex if not given, as smplx_female."""

    def run(self) -> int:
        from assets.bodies.add_body import add_body

        print(add_body(self.file, self.uv, self.name))
        return 0


@dataclass
class AddPoses:
    """Make a pose library of motion capture or of SPIN's fits: poses/NAME.npz in the library, used from then on."""

    source: File
    """Folder of .bvh, .asf with .amc, or AMASS .npz files; or one file of SPIN's, .npz or .npy."""
    name: Annotated[str, tyro.conf.arg(metavar="NAME")]
    """Of the library."""
    count: int = 3000
    """Poses to choose, for variety. SPIN's are all kept."""
    licence: NoName = None
    """Under which the poses may be used, if no licence file in the folder says so."""
    leave_out: Annotated[tuple[str, ...], tyro.conf.UseAppendAction, tyro.conf.arg(metavar="TAKE")] = ()
    """A take to leave out, such as 02_01 or 02_*; may be given several times."""
    training: NoFile = None
    """SPIN: the data set file whose rows final fits follow."""
    seed: int = 0
    """The same seed chooses the same poses."""

    def run(self) -> int:
        if not self.source.exists():
            raise AssetError(f"Nothing at {self.source}. Give a folder of motion files, or a file of SPIN's.")
        if self.source.is_dir():
            from assets.poses.mocap_library import add_poses

            add_poses(self.source, self.name, self.count, self.licence, poses_folder(), self.seed, self.leave_out)
        else:
            from assets.poses.spin import add_spin

            add_spin(self.source, self.name, poses_folder(), self.training)
        return 0


@dataclass
class FitPoses:
    """Fit bodies to photos with COCO keypoints: a pose library, and the fits themselves beside it.

    Goes on where it was stopped.
    """

    images: File
    """Folder of the photos."""
    annotations: File
    """COCO keypoint file."""
    name: Annotated[str, tyro.conf.arg(metavar="NAME")] = "fitted"
    """Of the library."""
    licence: NoName = None
    """Of the photos."""

    def run(self) -> int:
        from assets.poses.fit_library import add_fits

        print(add_fits(self.images, self.annotations, self.name, poses_folder(), self.licence))
        return 0


@dataclass
class Credits:
    """List every asset with its author, licence and source, to go with pictures that are published."""

    assets: Folders = ()
    """Asset folder; may be given several times. Without any, POSEWRIGHT_ASSETS."""
    markdown: tyro.conf.FlagCreatePairsOff[bool] = False
    """Write a Markdown table instead."""

    def run(self) -> int:
        from headless.credits import print_credits

        print_credits(find_assets(self.assets), self.markdown)
        return 0


@dataclass
class FetchMakeHuman:
    """MakeHuman's own clothes, hair and skins: CC0, 280 MB."""

    def run(self) -> int:
        from assets.makehuman_pack import MAKEHUMAN, fetch_pack
        from blender_addon.core.catalog import library_folder

        print(fetch_pack(MAKEHUMAN, library_folder()))
        return 0


@dataclass
class FetchPolyHaven:
    """Environments and models of Poly Haven: CC0, about 2 MB each at 1k.

    Goes on where it was stopped; what is there stays. Status 1 when something could not be had.
    """

    hdris: int = 20
    """Environments to fetch."""
    models: int = 20
    """Models to fetch, which stand about and hide parts of people."""
    resolution: Literal["1k", "2k", "4k", "8k"] = "1k"
    """Of environments, and of the models' pictures."""
    categories: Annotated[str | None, tyro.conf.arg(metavar="A,B", help_behavior_hint="")] = None
    """Take only what is in all of these. Categories that only the other kind has do not count."""
    format: Literal["hdr", "exr"] = "hdr"
    """Of environments."""
    seed: int = 0
    """The same seed chooses the same assets; a larger number adds to them."""
    out: NoFolder = None
    """Asset folder to add to; the project's own library if not given."""
    api: Annotated[str, tyro.conf.arg(metavar="URL")] = "https://api.polyhaven.com"
    """Where the API is; another one has to serve the files itself."""

    def run(self) -> int:
        from assets.polyhaven.fetch import Order, fetch_polyhaven
        from assets.polyhaven.web import Web
        from blender_addon.core.catalog import library_folder

        categories = tuple(name.strip() for name in (self.categories or "").split(",") if name.strip())
        order = Order(self.hdris, self.models, self.resolution, self.format, categories, self.seed)
        out = self.out or library_folder()
        done = fetch_polyhaven(order, out, Web(self.api))
        for line in (*done.notes, *(f"left out: {line}" for line in done.failed)):
            print(line)
        counts = f"{len(done.new)} fetched ({done.size / 1e6:.1f} MB), {len(done.there)} there already"
        print(f"{out}: {counts}, {len(done.failed)} left out. Powered by Poly Haven, https://polyhaven.com")
        return 1 if done.failed else 0


@dataclass
class Fetch:
    """Download free assets into assets/library."""

    what: (
        Annotated[FetchMakeHuman, tyro.conf.subcommand("makehuman")]
        | Annotated[FetchPolyHaven, tyro.conf.subcommand("polyhaven")]
    )

    def run(self) -> int:
        return self.what.run()


@dataclass
class AddGarment:
    """Make clothes of product photos: wardrobe/NAME/ in the library, worn from then on.

    A photo shows one garment's front on a ground of another colour, laid flat or on a hanger, upright. One that cannot
    be cut out of its ground says so, and nothing is written.
    """

    photo: File
    """Picture of one garment, or a folder of them with --labels."""
    kind: Annotated[str | None, tyro.conf.arg(metavar="KIND", help_behavior_hint="")] = None
    """t-shirt, longsleeve, shirt, hoodie, jacket, trousers, jeans, shorts, skirt or dress."""
    labels: NoFile = None
    """For a folder: table with a kind, a tab and a file's name in each line. Goes on where it was stopped."""
    name: NoName = None
    """Of the garment; the photo's if not given."""
    licence: NoName = None
    """Under which the photo may be used."""
    source: NoName = None
    """Where the photo is from."""
    out: NoFolder = None
    """Asset folder to add to; the project's own library if not given."""

    def run(self) -> int:
        from assets.wardrobe.add_garment import add_folder, add_garment
        from blender_addon.core.catalog import library_folder

        wardrobe = (self.out or library_folder()) / "wardrobe"
        origin = self.licence or "unknown", self.source or "unknown"
        if self.photo.is_dir():
            if self.labels is None or self.kind or self.name:
                raise AssetError(f"{self.photo} is a folder: give --labels, and neither --kind nor --name.")
            made, left_out = add_folder(self.photo, Path(self.labels), wardrobe, *origin)
            for line in left_out:
                print(f"left out: {line}")
            print(f"{len(made)} garments in {wardrobe}")
            return 0 if made else 1
        if self.kind is None or self.labels is not None:
            raise AssetError(f"Say what {self.photo} shows, as --kind t-shirt. --labels goes with a folder.")
        garment = add_garment(self.photo, self.kind, wardrobe, self.name, *origin)
        print(f"{garment.kind}: {wardrobe / garment.name}")
        return 0


@dataclass
class Assets:
    """List assets, build those that come with the project, fetch free ones, or add your own."""

    action: (
        Annotated[List, tyro.conf.subcommand("list")]
        | Annotated[Credits, tyro.conf.subcommand("credits")]
        | Annotated[Build, tyro.conf.subcommand("build")]
        | Annotated[Fetch, tyro.conf.subcommand("fetch")]
        | Annotated[AddBody, tyro.conf.subcommand("add-body")]
        | Annotated[AddPoses, tyro.conf.subcommand("add-poses")]
        | Annotated[FitPoses, tyro.conf.subcommand("fit-poses")]
        | Annotated[AddGarment, tyro.conf.subcommand("add-garment")]
    )

    def run(self) -> int:
        return self.action.run()


def poses_folder() -> Path:
    from blender_addon.core.catalog import library_folder

    return library_folder() / "poses"


def list_assets(folders: tuple[Path, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    from blender_addon.core.models import look_at_models

    catalog = find_assets(folders)
    table = Table("kind", "name", "licence", "source", box=None, pad_edge=False)
    things = look_at_models(catalog.occluders)
    others = (*(facts.asset for facts in things.facts), *catalog.backgrounds.folders)
    for asset in (*catalog.bodies, *catalog.environments, *others, *catalog.pose_libraries):
        table.add_row(asset.kind, asset.name, asset.licence, asset.source)
    for look in (catalog.closet.looks[name] for name in sorted(catalog.closet.looks)):
        table.add_row(look.kind, look.name.partition("/")[2], look.licence, look.source)
    Console().print(table)
    for line in (*catalog.skipped, *things.skipped):
        print(f"left out: {line}")


def find_assets(folders: tuple[Path, ...]):
    """The catalog that rendering with the bpy wheel would use."""
    from blender_addon.core.catalog import load_catalog

    return load_catalog(folders, _wheel_environments())


def _wheel_environments() -> Path | None:
    """Where the bpy wheel keeps Blender's own environments; found without the seconds that importing it takes."""
    wheel = importlib.util.find_spec("bpy")
    folders = wheel.submodule_search_locations if wheel else []
    return next((found for place in folders for found in Path(place).glob("*/datafiles/studiolights/world")), None)


def build_assets() -> int:
    """Each builder looks itself whether its file is up to date."""
    bodies = ROOT / "assets" / "library" / "bodies"
    for module, name in (("open_body", "open_body.npz"), ("skin_maps", "open_body_skin.png")):
        command = [sys.executable, "-m", f"assets.bodies.{module}", "--out", str(bodies / name)]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        if status:
            return status
    return 0

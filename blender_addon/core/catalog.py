"""What there is to build with: asset folders first, then the project's own library, then what Blender ships."""

import hashlib
import os
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .backgrounds import NO_BACKGROUNDS, Backgrounds, PhotoFolder, photo_folder
from .closet import EMPTY, MESHES, PAINTS, Closet, find_looks
from .credits import read_credit
from .errors import AssetError
from .poses.library import read_origin

OPEN_BODY = "open_body"
ENVIRONMENT_SUFFIXES = (".exr", ".hdr")
FIRST_BYTES = {".exr": (b"v/1\x01",), ".hdr": (b"#?RADIANCE", b"#?RGBE")}
# The rooms of an asset folder, as each source publishes them.
ROOMS = ("backgrounds", "bodies", "hdri", "makehuman", "occluders", "poses", "textures", "wardrobe", *MESHES, *PAINTS)
# Photographed strangers would be people without labels.
SHOW_PEOPLE = ("sunset", "venice_sunset")
SHIPPED_LICENCE = ("CC0", "Poly Haven, shipped with Blender")
SHIPPED_AUTHOR = "Greg Zaal"
"""As Blender's own licence file says."""


@dataclass(frozen=True)
class Asset:
    """One file that a picture can be made with."""

    name: str
    kind: str
    path: Path
    licence: str
    source: str
    floor: tuple = ()
    """Environments: metres of bare ground in each direction, as `lighting.floor_reach`; empty when not looked at."""
    author: str = ""
    """Empty when not known."""


@dataclass
class Catalog:
    """Everything found, sorted by name, and what had to be left out."""

    bodies: tuple[Asset, ...] = ()
    environments: tuple[Asset, ...] = ()
    pose_libraries: tuple[Asset, ...] = ()
    occluders: tuple[Asset, ...] = ()
    """glTF files in Poly Haven's layout."""
    motion_prior: Path | None = None
    """File of --motion-prior; None is the one that ships."""
    takes: tuple = ()
    """Motion takes (amass.Take) of --poses."""
    closet: Closet = EMPTY
    """Published clothes, hair, skins and eyes."""
    backgrounds: Backgrounds = NO_BACKGROUNDS
    """Folders of photos; nobody has looked through them yet."""
    skipped: list = field(default_factory=list)
    """One line for each asset that is broken."""

    def environment(self, name: str) -> Asset:
        return _named(self.environments, name, "environment")

    def occluder(self, name: str) -> Asset:
        return _named(self.occluders, name, "model")

    def body(self, name: str) -> Asset:
        return _named(self.bodies, name, "body")


def library_folder() -> Path:
    """`library/` inside the add-on when it is installed from the zip, else `assets/library/` of the checkout."""
    addon = Path(__file__).resolve().parents[1]
    inside = addon / "library"
    return inside if inside.is_dir() else addon.parent / "assets" / "library"


def asset_folders(given=()) -> list:
    """The folders to look in, first come first served.

    Raises:
        AssetError: a folder that was asked for is missing, or holds none of the rooms.
    """
    asked = [Path(folder) for folder in given]
    if not asked:
        asked = [Path(part) for part in os.environ.get("POSEWRIGHT_ASSETS", "").split(os.pathsep) if part]
    for folder in asked:
        if not folder.is_dir():
            raise AssetError(f"No asset folder at {folder}. Check --assets or POSEWRIGHT_ASSETS.")
        if not any((folder / room).is_dir() for room in ROOMS):
            raise AssetError(f"{folder} holds no asset room. Put files under one of {', '.join(ROOMS)} in it.")
    return [*asked, library_folder()]


def load_catalog(folders=(), shipped_environments=None) -> Catalog:
    """Look for assets without reading more than their first bytes.

    Args:
        folders: asset folders; none means POSEWRIGHT_ASSETS.
        shipped_environments: folder of Blender's own environments, used when no other folder has any.
    Raises:
        AssetError: a folder is missing, or there is no body.
    """
    skipped, bodies, environments, libraries, occluders, looks = [], {}, {}, {}, {}, {}
    photos = []
    for folder in asset_folders(folders):
        for path in _files(folder / "bodies", (".npz",)):
            bodies.setdefault(path.stem, Asset(path.stem, "body", path, *_body_licence(path)))
        _add_libraries(libraries, skipped, folder / "poses")
        _add_environments(environments, skipped, folder / "hdri", _licence(folder))
        for path in sorted((folder / "occluders").glob("*/*.gltf")):
            occluders.setdefault(path.stem, _credited("occluder", path, _licence(folder)))
        looks = find_looks(folder, _licence) | looks
        if (folder / "backgrounds").is_dir():
            photos.append(background_folder(folder / "backgrounds", photos))
    if not environments and shipped_environments:
        _add_environments(environments, skipped, Path(shipped_environments), SHIPPED_LICENCE)
    if not bodies:
        raise AssetError(f"No body under {library_folder() / 'bodies'}. Run `make assets` to build the open body.")
    found = _sorted(bodies), _sorted(environments), _sorted(libraries), _sorted(occluders)
    return Catalog(*found, closet=Closet(looks), backgrounds=Backgrounds(tuple(photos)), skipped=skipped)


def background_folder(path, others=()) -> PhotoFolder:
    """A folder of photos with the licence that it, or the folder that it is in, has in its LICENSE.txt.

    Args:
        others: PhotoFolders, whose names it must not have.
    Raises:
        AssetError: there is no such folder.
    """
    path = Path(path)
    own, around = _licence(path), _licence(path.resolve().parent)
    named = own if own[0] != "unknown" or path.name != "backgrounds" else around
    return photo_folder(path, named, [other.name for other in others])


def file_hash(path) -> str:
    """SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def _add_libraries(libraries: dict, skipped: list, folder: Path) -> None:
    """Fits lie beside their library as NAME_fits.npz and are none."""
    for path in _files(folder, (".npz",)):
        if path.stem.endswith("_fits"):
            continue
        try:
            libraries.setdefault(path.stem, Asset(path.stem, "poses", path, *read_origin(path)))
        except AssetError as error:
            skipped.append(str(error))


def _add_environments(environments: dict, skipped: list, folder: Path, licence: tuple) -> None:
    for path in _files(folder, ENVIRONMENT_SUFFIXES):
        with open(path, "rb") as file:
            head = file.read(16)
        if re.sub(r"_\d+k$", "", path.stem) in SHOW_PEOPLE:
            if licence != SHIPPED_LICENCE:
                skipped.append(f"{path}: people are in it, who would have no labels")
        elif head.startswith(FIRST_BYTES[path.suffix.lower()]):
            environments.setdefault(path.stem, _credited("environment", path, licence))
        else:
            skipped.append(f"{path}: not a {path.suffix[1:]} picture")


def _credited(kind: str, path: Path, licence: tuple) -> Asset:
    """As the note beside the file says, else with its folder's licence and source."""
    credit = read_credit(path)
    if credit:
        return Asset(path.stem, kind, path, credit.licence, credit.source, author=credit.author)
    return Asset(path.stem, kind, path, *licence, author=SHIPPED_AUTHOR if licence == SHIPPED_LICENCE else "")


def _files(folder: Path, suffixes: tuple) -> list:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes and path.is_file())


def _licence(folder: Path) -> tuple:
    """What the folder's LICENSE.txt is named, or its first line: sources publish files without a licence inside."""
    note = folder / "LICENSE.txt"
    if note.is_file():
        lines = note.read_text("utf-8", "replace").splitlines()
        named = next((line for line in lines[:20] if line.strip().startswith(("CC", "Apache", "MIT"))), "")
        return (named or (lines[0] if lines else "unknown")).strip()[:200], str(folder)
    return "unknown", str(folder)


def _body_licence(path: Path) -> tuple:
    """What the file says of itself."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return tuple(str(file[name])[:200] for name in ("licence", "source"))
    except (OSError, EOFError, KeyError, ValueError, AttributeError, zipfile.BadZipFile, zlib.error):
        return "as its publisher says", str(path.parent)


def _sorted(assets: dict) -> tuple:
    return tuple(assets[name] for name in sorted(assets))


def _named(assets: tuple, name: str, kind: str) -> Asset:
    for asset in assets:
        if asset.name == name:
            return asset
    raise AssetError(f"No {kind} named {name!r} in the asset folders. Point --assets at the folder it came from.")

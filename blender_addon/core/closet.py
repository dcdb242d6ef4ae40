"""Looks that lie in asset folders: published clothes, hair, brows, lashes, skins and eyes, by name."""

from dataclasses import dataclass, field
from pathlib import Path

from .credits import read_licence
from .errors import AssetError, blaming
from .looks.photo_skin import read_skin
from .makehuman.mhmat import Material, read_mhmat
from .makehuman.proxy import Proxy, load_proxy

MESHES = ("clothes", "hair", "eyebrows", "eyelashes")
"""Folders whose things are meshes bound by a .mhclo; also the kinds of such assets."""
PAINTS = ("skins", "eyes")
"""Folders of .mhmat files for the body's own surfaces."""


@dataclass(frozen=True)
class Look:
    """One asset."""

    name: str
    """Kind and file name, as 'clothes/fedora'."""
    path: Path
    root: Path
    """The folder that all of its files have to lie in."""
    licence: str
    source: str

    @property
    def kind(self) -> str:
        return self.name.partition("/")[0]


@dataclass(frozen=True)
class Closet:
    """Looks by name; files are read when they are first used."""

    looks: dict = field(default_factory=dict)
    """name -> Look."""

    def __getitem__(self, name: str) -> Look:
        """Raises AssetError when nothing goes by that name."""
        if name not in self.looks:
            raise AssetError(f"No look named {name!r} in the asset folders. Point --assets at the folder it came from.")
        return self.looks[name]

    def of_kind(self, kind: str) -> list:
        """Looks of a kind, by name."""
        return [self.looks[name] for name in sorted(self.looks) if self.looks[name].kind == kind]

    def proxy(self, name: str) -> Proxy:
        """Raises AssetError when the asset is missing or broken."""
        look = self[name]
        with blaming(name):
            return load_proxy(look.path, look.root)

    def material(self, name: str) -> Material:
        """Of a skin or of eyes. Raises AssetError as `proxy` does."""
        look = self[name]
        with blaming(name):
            return read_skin(look.path)[0] if look.path.suffix == ".json" else read_mhmat(look.path, look.root)


GARMENTS = "garments"
"""Kind of the garments that photos were made into: folders of their own under `wardrobe`."""
EMPTY = Closet()


def find_looks(folder: Path, licence_of) -> dict:
    """Everything laid out as MakeHuman publishes it, and what photos were made into: name -> Look.

    Args:
        folder: an asset folder, or a folder of MakeHuman's data.
        licence_of: function of a folder -> its licence and source; what photos were made into states its own.
    """
    found = {}
    for root in (folder / "wardrobe", folder / "makehuman", folder):
        for kind in (*MESHES, *PAINTS):
            suffix = ".mhclo" if kind in MESHES else ".mhmat"
            for path in _published(root / kind, suffix):
                name = f"{kind}/{path.stem}"
                found.setdefault(name, Look(name, path, root, *licence_of(root)))
    for path in sorted((folder / "skins").glob("*/skin.json")):
        name = f"skins/{path.parent.name}"
        found.setdefault(name, Look(name, path, path.parent, *read_licence(path)))
    for path in sorted((folder / "wardrobe").glob("*/garment.json")):
        name = f"{GARMENTS}/{path.parent.name}"
        found.setdefault(name, Look(name, path, path.parent, *read_licence(path)))
    return found


def _published(folder: Path, suffix: str) -> list:
    """Files one or two folders down, sorted; skins' and eyes' pictures lie in folders of their own."""
    if not folder.is_dir():
        return []
    return sorted(path for pattern in ("*", "*/*") for path in folder.glob(pattern + suffix) if path.is_file())

"""MakeHuman's own CC0 assets, downloaded: `posewright assets fetch makehuman`."""

import shutil
import stat
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pooch
from tqdm import tqdm

from blender_addon.core.closet import MESHES, PAINTS
from blender_addon.core.errors import AssetError

AGENT = "Posewright (synthetic people for pose estimation)"
KEPT = (".mhclo", ".mhmat", ".obj", ".png", ".jpg", ".jpeg", ".txt", ".json")
"""Suffixes of the files that are used."""
LARGEST_FILE, LARGEST_PACK, MOST_FILES = 128 * 2**20, 2 * 2**30, 20_000
"""Bytes of a file, bytes of all, files."""
SECONDS = 60
"""Without an answer."""


@dataclass(frozen=True)
class Pack:
    """A zip of assets in MakeHuman's layout."""

    name: str
    urls: tuple
    """The same file in several places, tried in turn."""
    sha256: str
    licence: str
    """The first line of the folder's LICENSE.txt."""


MAKEHUMAN = Pack(
    name="makehuman",
    urls=tuple(
        f"https://{host}.makehumancommunity.org/asset_packs/makehuman_system_assets/makehuman_system_assets_cc0.zip"
        for host in ("files", "files2")
    ),
    sha256="b542127a8e25547c7c29c19f2d1d2adb9a664c80396ecd694095dbc8028a0107",
    licence="CC0 1.0, MakeHuman system assets, https://static.makehumancommunity.org/assets/assetpacks.html",
)


def fetch_pack(pack: Pack, library: Path) -> Path:
    """Download a pack and lay it out in `library`/NAME; one that is there stays as it is.

    Args:
        library: an asset folder.
    Returns:
        the pack's folder.
    Raises:
        AssetError: no place has the file that the hash is of, or its content is not as it should be; nothing is left.
    """
    folder = library / pack.name
    if folder.exists():
        return folder
    library.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=library, prefix=f".{pack.name}-") as space:
        archive = _download(pack, Path(space))
        unpacked = Path(space) / "unpacked"
        _unpack(archive, unpacked)
        if not any((unpacked / room).is_dir() for room in (*MESHES, *PAINTS)):
            raise AssetError(f"{pack.urls[0]}: none of {', '.join((*MESHES, *PAINTS))} in it. Is it the right pack?")
        note = unpacked / "LICENSE.txt"
        if not note.exists():
            note.write_text(pack.licence + "\n")
        unpacked.rename(folder)
    return folder


def _download(pack: Pack, space: Path) -> Path:
    """The file that the hash is of, from the first place that has it."""
    loader = pooch.HTTPDownloader(progressbar=True, timeout=SECONDS, headers={"User-Agent": AGENT})
    failures = []
    for url in pack.urls:
        try:
            return Path(pooch.retrieve(url, f"sha256:{pack.sha256}", "pack.zip", space, downloader=loader))
        except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong hash is a ValueError
            failures.append(f"{url}: {_first_line(error)}")
    raise AssetError(f"Could not fetch {pack.name}: " + "; ".join(failures) + ". Try again later.")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _unpack(archive: Path, folder: Path) -> None:
    """Write what is used of a zip, nowhere but under `folder`."""
    try:
        with zipfile.ZipFile(archive) as file:
            chosen = [info for info in file.infolist() if _is_kept(info)]
            if len(chosen) > MOST_FILES or sum(info.file_size for info in chosen) > LARGEST_PACK:
                raise AssetError(f"{archive.name}: more than any pack holds ({LARGEST_PACK:,} bytes). Nothing is kept.")
            for info in tqdm(chosen, desc="unpacking", unit="file", disable=None):
                _write(file, info, folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise AssetError(f"{archive.name}: a broken zip ({_first_line(error)}). Nothing is kept.") from None


def _is_kept(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and PurePosixPath(info.filename).suffix.lower() in KEPT


def _write(file: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path) -> None:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    drive = ":" in info.filename
    if path.is_absolute() or ".." in path.parts or drive or stat.S_ISLNK(info.external_attr >> 16):
        raise AssetError(f"The pack holds {info.filename!r}, which would be written elsewhere. Nothing is kept.")
    if info.file_size > LARGEST_FILE:
        raise AssetError(f"The pack holds {info.filename!r} of {info.file_size:,} bytes. Nothing is kept.")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with file.open(info) as source, open(target, "wb") as out:
        shutil.copyfileobj(source, out)

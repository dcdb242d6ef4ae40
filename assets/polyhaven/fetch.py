"""Environments and models of Poly Haven in an asset folder, each whole and with a note of its author and licence."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from assets.polyhaven.folder import check_room, is_there, locked, move, place, read_note, write_note
from assets.polyhaven.listing import (
    HDRIS,
    ID,
    KINDS,
    MODELS,
    ROOMS,
    Listed,
    Part,
    read_categories,
    read_listing,
    read_parts,
)
from assets.polyhaven.web import Web
from blender_addon.core.catalog import SHOW_PEOPLE
from blender_addon.core.credits import NOTE
from blender_addon.core.errors import AssetError, PosewrightError, SettingsError

LICENCE = "CC0 1.0"
"""Of everything that Poly Haven publishes: https://polyhaven.com/license."""
PAGE = "https://polyhaven.com/a/"
AT_ONCE = 4
"""Assets; more would be impolite."""


@dataclass(frozen=True)
class Order:
    """What to fetch.

    Raises:
        SettingsError: a number or a name cannot be.
    """

    hdris: int = 20
    models: int = 20
    resolution: str = "1k"
    picture: str = "hdr"
    """Format of environments, hdr or exr."""
    categories: tuple = ()
    """Each kind has to be in all of those that it knows."""
    seed: int = 0

    def __post_init__(self):
        if min(self.hdris, self.models) < 0 or self.hdris + self.models == 0:
            raise SettingsError(f"--hdris {self.hdris} and --models {self.models}: say how many of either to fetch.")
        if self.picture not in ("hdr", "exr") or not ID.fullmatch(self.resolution):
            raise SettingsError(f"--format {self.picture}, --resolution {self.resolution}: give hdr or exr, 1k or 2k.")


@dataclass
class Fetched:
    """What a run did."""

    new: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    """Assets that were whole already."""
    failed: list[str] = field(default_factory=list)
    """A line each."""
    notes: list[str] = field(default_factory=list)
    """What was not as asked for, but is no fault."""
    size: int = 0
    """Bytes that came."""


def fetch_polyhaven(order: Order, folder: Path, web: Web) -> Fetched:
    """Fetch what is missing into an asset folder; what is there with the right hash stays, what fails is named.

    Raises:
        AssetError: the API does not answer as it should, no asset is of these categories, or the folder cannot be
            written. Nothing is written then.
    """
    done = Fetched()
    wanted = choose(order, web, done)
    with locked(folder) as space, _progress() as bar, ThreadPoolExecutor(AT_ONCE) as pool:
        job = _Job(order, folder, space, web, bar)
        try:
            running = {pool.submit(job.fetch, asset): asset for asset in wanted}
            for number, future in enumerate(as_completed(running), 1):
                _note_result(done, running[future], future)
                bar.set_description(f"{number} of {len(wanted)} assets")
        except BaseException:
            web.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    done.size = job.size
    for lines in (done.new, done.there, done.failed):
        lines.sort()
    return done


def _progress() -> tqdm:
    """Of bytes; more are expected with each asset that is begun."""
    return tqdm(total=0, desc="Poly Haven", unit="B", unit_scale=True, disable=None)


def _note_result(done: Fetched, asset: Listed, future) -> None:
    try:
        (done.new if future.result() else done.there).append(asset.id)
    except PosewrightError as error:
        done.failed.append(str(error) if str(error).startswith(f"{asset.id}:") else f"{asset.id}: {error}")
    except OSError as error:
        where = error.filename2 or error.filename or "its files"
        done.failed.append(f"{asset.id}: cannot write {where}: {error.strerror or error}. Make room, or mend it.")


def choose(order: Order, web: Web, done: Fetched) -> list[Listed]:
    """Assets to fetch. The same order of the same list chooses the same ones, and more adds to them.

    Raises:
        AssetError: the API does not answer as it should, or has none of these categories.
    """
    counts = {HDRIS: order.hdris, MODELS: order.models}
    kinds = [kind for kind in KINDS if counts[kind]]
    known = {kind: _known_categories(kind, order.categories, web) for kind in kinds}
    unknown = [name for name in order.categories if not any(name in names for names in known.values())]
    if unknown:
        offered = "; ".join(f"{kind}: {', '.join(known[kind][:40])}" for kind in kinds)
        raise AssetError(f"No category {', '.join(map(repr, unknown))} at {web.api}. There are, of {offered}.")
    chosen = []
    for kind in kinds:
        names = tuple(name for name in order.categories if name in known[kind])
        query = {"type": kind} | ({"categories": ",".join(names)} if names else {})
        listed, refused = read_listing(web.read_json("/assets", **query), kind)
        done.failed += refused
        listed = [asset for asset in listed if asset.id not in SHOW_PEOPLE]
        where = f"{kind} in {' and '.join(names)}" if names else kind
        if not listed:
            raise AssetError(f"{web.api} lists no {where}. Ask for fewer --categories.")
        if order.categories and len(names) < len(order.categories):
            done.notes.append(f"{kind}: of the categories, they have {' and '.join(names) or 'none: any are taken'}")
        if len(listed) < counts[kind]:
            done.notes.append(f"only {len(listed)} {where}")
        chosen += sorted(listed, key=lambda asset: _rank(asset.id, order.seed))[: counts[kind]]
    return chosen


def _known_categories(kind: str, asked: tuple, web: Web) -> list[str]:
    return read_categories(web.read_json(f"/categories/{kind}"), kind) if asked else []


def _rank(name: str, seed: int) -> bytes:
    """A shuffled place that stays the same when Poly Haven publishes more, as no generator's draw would."""
    return hashlib.sha256(f"{seed}/{name}".encode()).digest()


class _Job:
    """One run's workers share it."""

    def __init__(self, order: Order, folder: Path, space: Path, web: Web, bar: tqdm):
        self.order, self.folder, self.space, self.web, self.bar = order, folder, space, web, bar
        self.size = 0
        self._counting = threading.Lock()

    def fetch(self, asset: Listed) -> bool:
        """False when it is there.

        Raises:
            AssetError: it cannot be had as the API describes it. What came whole stays for the next time.
            OSError: it cannot be written.
        """
        room = ROOMS[asset.kind] + (f"/{asset.id}" if asset.kind == MODELS else "")
        suffix = self.order.picture if asset.kind == HDRIS else "gltf"
        opened = f"{asset.id}_{self.order.resolution}.{suffix}"
        note_path = place(self.folder, f"{room}/{opened}{NOTE}")
        note = read_note(note_path)
        if asset.files_hash and note.get("files_hash") == asset.files_hash and self._is_whole(room, opened, note):
            return False
        parts = read_parts(self.web.read_json(f"/files/{asset.id}"), asset, self.order.resolution, self.order.picture)
        missing = [part for part in parts if not is_there(place(self.folder, f"{room}/{part.path}"), part)]
        self._expect(sum(part.size for part in missing))
        half = self.space / f"{asset.kind}-{asset.id}"
        for part in missing:  # the file that names the others comes last: it is found when all are there
            self.web.save(part.url, part.size, part.md5, half, self._count)
            move(half, place(self.folder, f"{room}/{part.path}"))
        described = describe(asset, self.order.resolution, parts)
        if note != described:
            write_note(half, note_path, described)
        return bool(missing)

    def _is_whole(self, room: str, opened: str, note: dict) -> bool:
        """As the note of an earlier run says; the API need not be asked."""
        files = note.get("files")
        if not isinstance(files, dict) or opened not in files:
            return False
        try:
            return all(
                is_there(place(self.folder, f"{room}/{path}"), Part(path, "", facts["md5"], facts["size"]))
                for path, facts in files.items()
            )
        except (AssetError, KeyError, TypeError):  # no note of ours
            return False

    def _expect(self, size: int) -> None:
        """Raises AssetError when the disk has no room for so much more."""
        check_room(self.folder, size)
        with self._counting:
            self.bar.total += size

    def _count(self, size: int) -> None:
        with self._counting:
            self.size += size
            self.bar.update(size)


def describe(asset: Listed, resolution: str, parts: tuple) -> dict:
    """What is kept of an asset beside it; `core.credits` reads some of it."""
    return {
        "id": asset.id,
        "name": asset.name,
        "authors": asset.authors,
        "licence": LICENCE,
        "source": PAGE + asset.id,
        "categories": list(asset.categories),
        **({"dimensions": list(asset.dimensions)} if asset.dimensions else {}),
        "resolution": resolution,
        "files_hash": asset.files_hash,
        "files": {part.path: {"md5": part.md5, "size": part.size} for part in parts},
    }

"""A pose library out of a tree of motion files: AMASS .npz, BVH, ASF/AMC, mixed as they come."""

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assets.poses.choose import METHODS, pose_features
from assets.poses.takes import read_frames, relax_hands
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.amass import is_shape
from blender_addon.core.poses.library import PoseLibrary, library_name, make_library, save_library

CANDIDATES = 20
"""Frames to choose from for each that is kept; more would fill the memory on whole archives and change little."""
FEWEST = 12
"""Frames that a take may always offer."""
LICENCE_NAMES = ("licence*", "license*", "copying*", "readme*")
LONGEST_LICENCE = 4000


@dataclass
class Report:
    """What became of a tree."""

    takes: int = 0
    candidates: int = 0
    clipped: int = 0
    dropped: int = 0
    skipped: tuple = ()
    """A line for each file that was not used."""


def find_motion_files(folder, leave_out=()) -> list:
    """Files under a folder that look like takes, sorted by name.

    Args:
        leave_out: patterns of names, relative to the folder or alone, with or without their ending: '02_03', '01/*'.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise AssetError(
            f"No folder of motion files at {folder}. Name a folder with .bvh, .amc and .asf, or AMASS .npz."
        )
    found = []
    for path in sorted(folder.rglob("*")):
        suffix = path.suffix.lower()
        if suffix in (".bvh", ".amc") or (suffix == ".npz" and not is_shape(path.name)):
            name = path.relative_to(folder).as_posix()
            names = (name, path.name, path.stem, name.removesuffix(path.suffix))
            if not any(fnmatch(part, pattern) for part in names for pattern in leave_out) and path.is_file():
                found.append(path)
    return found


def make_mocap_library(
    folder, name, count, rng, licence=None, leave_out=(), rate=10.0, method="farthest", progress=True
) -> tuple[PoseLibrary, Report]:
    """Choose poses for variety from all takes under a folder.

    Args:
        count: poses to keep.
        rng: np.random.Generator; the same one gives the same library.
        licence: text; read from a licence file in the folder when None.
        leave_out: takes that are not to be used, as in `find_motion_files`.
        rate: frames a second of a take that are looked at.
        method: 'farthest' or 'balanced', as in `choose`.
    Raises:
        AssetError: nothing usable, no licence, or an unknown method.
    """
    folder = Path(folder)
    if method not in METHODS:
        raise AssetError(f"No way to choose poses is called {method}. Take one of {', '.join(METHODS)}.")
    licence = licence or find_licence(folder)
    files = find_motion_files(folder, leave_out)
    takes, sources, report = _gather(folder, files, count, rng, rate, progress)
    if not takes:
        broken = report.skipped
        why = f"{len(broken)} unusable, the first: {broken[0]}" if broken else "no .bvh, .amc or .npz"
        raise AssetError(f"No motion to use under {folder} ({why}). Point add-poses at unpacked motion files.")
    poses, clearance, seat, frame, turns, travel = (np.concatenate(column) for column in list(zip(*takes, strict=True)))
    source = np.repeat(np.arange(len(takes)), [len(take[0]) for take in takes])
    rows = np.sort(METHODS[method](pose_features(poses), count, rng))
    used, source = np.unique(source[rows], return_inverse=True)
    relax_hands(chosen := poses[rows], rng)
    provenance = (
        f"Posewright add-poses from {len(used)} takes of {folder.name}, {rate:g} frames a second, the middle 80 %, "
        f"{len(rows)} of {len(poses)} poses chosen ({method})."
    )
    names = [sources[take] for take in used]
    library = make_library(
        name, chosen.astype(np.float16), clearance[rows], seat[rows], source, frame[rows], names, licence, provenance,
        turns=turns[rows].astype(np.float16), travel=travel[rows].astype(np.float16),
    )  # fmt: skip
    return library, report


def _gather(folder, files, count, rng, rate, progress):
    """[(poses, clearance, seat, frame, turns, travel)] of takes that could be read, their names, and the report."""
    quota = max(FEWEST, CANDIDATES * count // max(len(files), 1))
    takes, sources, report, skipped, skeletons = [], [], Report(), [], {}
    for path in tqdm(files, desc="takes", unit="take", disable=None if progress else True):
        name = path.relative_to(folder).as_posix()
        stream = np.random.default_rng([int(rng.integers(2**32)), len(files)])
        try:
            frames = read_frames(path, rate, quota, stream, skeletons)
        except AssetError as error:
            skipped.append(str(error))
            continue
        takes.append(
            (frames.poses.astype(np.float32), frames.clearance, frames.seat, frames.frame, frames.turns, frames.travel)
        )
        sources.append(name)
        report.takes += 1
        report.candidates += len(frames.poses)
        report.clipped += frames.clipped
        report.dropped += frames.dropped
    report.skipped = tuple(skipped)
    return takes, sources, report


def _moving(library: PoseLibrary) -> int:
    return 0 if library.turns is None else int(np.isfinite(library.turns).all((1, 2)).sum())


def find_licence(folder) -> str:
    """The text of a licence file, or of a readme that speaks of one.

    Raises:
        AssetError: there is none.
    """
    for pattern in LICENCE_NAMES:
        for path in sorted(Path(folder).iterdir()) if Path(folder).is_dir() else ():
            if fnmatch(path.name.lower(), pattern) and path.suffix.lower() in ("", ".txt", ".md") and path.is_file():
                text = path.read_bytes()[: 4 * LONGEST_LICENCE].decode("utf-8", "replace").strip()
                if pattern != "readme*" or any(word in text.lower() for word in ("licen", "permission", "free for")):
                    return text[:LONGEST_LICENCE]
    raise AssetError(f"No LICENSE.txt in {folder} says how its motion may be used. Say it with --licence.")


def add_poses(
    folder, name, count=3000, licence=None, out="assets/library/poses", seed=0, leave_out=(), rate=10.0,
    method="farthest",
) -> Path:  # fmt: skip
    """Make a library and write it to OUT/NAME.npz, telling what was kept and what was skipped.

    Raises:
        AssetError: as `make_mocap_library`.
    """
    path = Path(out) / f"{library_name(name)}.npz"
    rng = np.random.default_rng(seed)
    library, report = make_mocap_library(folder, name, count, rng, licence, leave_out, rate, method)
    save_library(path, library)
    for line in report.skipped:
        print(f"skipped {line}")
    print(
        f"{path}: {len(library)} poses of {len(library.sources)} takes, chosen from {report.candidates} "
        f"({report.dropped} impossible or held by what is not there left out, {report.clipped} brought back into "
        f"joint limits), {_moving(library)} with how they go on, {int(library.seat.sum())} on seats, "
        f"{int((library.clearance > 0).sum())} in the air; "
        f"{report.takes} takes read, {len(report.skipped)} files skipped"
    )
    return path

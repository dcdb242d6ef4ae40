"""Pose libraries: one `.npz` of poses that were recorded or fitted, with where each came from and its licence.

poses       (N, 55, 3) float16 or float32, axis-angle, SMPL-X order; row 0 turns SMPL's Y-up body into the Z-up
            world so that it faces -Y (no turn about Z is left in it)
clearance   (N,) metres from the lowest point of the body to the floor it moved on
seat        (N,) bool, whether something has to be under the hips
source      (N,) index into `sources`
frame       (N,) frame of the source, or row of a file of fits
sources     (S,) text, relative file names with forward slashes
licence     text
provenance  text: what made the file, and from what
heading     (N,) radians, optional: the turn about Z that shows the person as the photo did; NaN without a photo
elevation   (N,) radians, optional: of the photo's camera, positive when it looks down; NaN without a photo
turns       (N, 55, 3) floats, optional: what each joint turns by in the next 1/30 s (spec.MOTION_STEP), axis-angle in
            its own frame, as movement.Movement has it; NaN where the pose is from no motion
travel      (N, 3) metres, optional: the way of the pelvis in that time, the person facing -Y
"""

import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import AssetError
from .movement import Movement

MOST_POSES = 5_000_000
LARGEST_TURN = 2 * np.pi
"""Radians; a longer axis-angle is no pose."""
OPTIONAL = ("heading", "elevation", "turns", "travel")
DAMAGE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class PoseLibrary:
    """N poses in memory; fields as in the file."""

    name: str
    poses: np.ndarray
    clearance: np.ndarray
    seat: np.ndarray
    source: np.ndarray
    frame: np.ndarray
    sources: tuple
    licence: str
    provenance: str
    heading: np.ndarray
    elevation: np.ndarray
    turns: np.ndarray | None = None
    """None where no pose of the library is from a motion; as is `travel`."""
    travel: np.ndarray | None = None

    def movement(self, row: int) -> Movement | None:
        """How one pose goes on; None where that is not known."""
        if self.turns is None or not np.isfinite(self.turns[row]).all():
            return None
        return Movement(self.turns[row].astype(float), self.travel[row].astype(float))

    def __len__(self) -> int:
        return len(self.poses)

    def label(self, row: int) -> str:
        """'relative/path.npz@frame' of one pose."""
        return f"{self.sources[int(self.source[row])]}@{int(self.frame[row])}"


def library_name(name: str) -> str:
    """The name, when a file can have it.

    Raises:
        AssetError: it holds more than letters, digits, - _ and dots inside.
    """
    if not name or not all(letter.isalnum() or letter in "-_." for letter in name) or name.startswith("."):
        raise AssetError(f"A library cannot be called {name!r}: take letters, digits, - and _.")
    return name


def make_library(
    name, poses, clearance, seat, source, frame, sources, licence, provenance, heading=None, elevation=None,
    turns=None, travel=None,
) -> PoseLibrary:  # fmt: skip
    """A library from arrays; those without a photo have NaN as heading and elevation, those without motion as turns.

    Raises:
        AssetError: an array does not fit, or holds what no pose can be.
    """
    unknown = np.full(len(poses), np.nan)
    library = PoseLibrary(
        name=str(name),
        poses=np.asarray(poses),
        clearance=np.asarray(clearance, float),
        seat=np.asarray(seat, bool),
        source=np.asarray(source),
        frame=np.asarray(frame),
        sources=tuple(str(item) for item in sources),
        licence=str(licence),
        provenance=str(provenance),
        heading=unknown if heading is None else np.asarray(heading, float),
        elevation=unknown if elevation is None else np.asarray(elevation, float),
        turns=None if turns is None else np.asarray(turns),
        travel=None if travel is None else np.asarray(travel),
    )
    _check(library)
    _check_motion(library)
    return library


def _check(library: PoseLibrary) -> None:
    def complain(what):
        raise AssetError(f"Pose library {library.name}: {what}. Make it again from its source.")

    count = len(library.poses)
    if library.poses.shape != (count, 55, 3) or library.poses.dtype.kind != "f":
        complain(f"expected poses (N, 55, 3) of floats, found {library.poses.shape} of {library.poses.dtype}")
    if not 0 < count <= MOST_POSES:
        complain(f"{count} poses, expected 1 to {MOST_POSES}")
    for field in ("clearance", "seat", "source", "frame", "heading", "elevation"):
        if getattr(library, field).shape != (count,):
            complain(f"'{field}' should have shape ({count},), found {getattr(library, field).shape}")
    lengths = np.linalg.norm(np.asarray(library.poses, np.float32), axis=2)
    if not np.isfinite(lengths).all() or lengths.max() > LARGEST_TURN:
        complain("poses hold numbers that no joint turns by")
    if not np.isfinite(library.clearance).all() or np.abs(library.clearance).max() > 10:
        complain("clearances hold numbers that are no metres over a floor")
    for field in ("source", "frame"):
        if getattr(library, field).dtype.kind not in "iu" or getattr(library, field).min() < 0:
            complain(f"'{field}' should count from 0")
    if library.source.max() >= len(library.sources):
        complain(f"'source' names {library.source.max() + 1} sources of {len(library.sources)}")
    if np.isinf(library.heading).any() or np.isinf(library.elevation).any():
        complain("headings hold infinite numbers")


def _check_motion(library: PoseLibrary) -> None:
    if library.turns is None and library.travel is None:
        return
    for field, shape in (("turns", (len(library), 55, 3)), ("travel", (len(library), 3))):
        values = getattr(library, field)
        if values is None or values.shape != shape or values.dtype.kind != "f":
            found = "none" if values is None else f"{values.shape} of {values.dtype}"
            raise AssetError(
                f"Pose library {library.name}: expected {field} {shape} of floats, found {found}. Make it again."
            )
        if np.nanmax(np.abs(np.asarray(values, np.float32)), initial=0.0) > np.pi:
            raise AssetError(f"Pose library {library.name}: {field} hold what no body does in 1/30 s. Make it again.")
    if not np.array_equal(np.isnan(library.turns).any((1, 2)), np.isnan(library.travel).any(1)):
        raise AssetError(f"Pose library {library.name}: turns and travel are not of the same poses. Make it again.")


def save_library(path, library: PoseLibrary) -> Path:
    """Write under a temporary name, then rename."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part.npz")
    arrays = {name: getattr(library, name) for name in ("clearance", "seat", "source", "frame", "heading", "elevation")}
    arrays["poses"] = library.poses
    arrays["sources"] = np.array(library.sources)
    if library.turns is not None:
        arrays |= {"turns": library.turns, "travel": library.travel}
    try:
        np.savez_compressed(temporary, licence=library.licence, provenance=library.provenance, **arrays)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def read_origin(path) -> tuple:
    """(licence, provenance) of a pose library, without its poses.

    Raises:
        AssetError: it is no pose library.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return tuple(str(file[name])[:200] for name in ("licence", "provenance"))
    except (*DAMAGE, AttributeError) as error:
        raise AssetError(f"{path}: not a whole pose library ({error}). Make it again from its source.") from None


def load_library(path) -> PoseLibrary:
    """Read a pose library; nothing in it is unpickled.

    Raises:
        AssetError: it is missing, damaged, or not a pose library.
    """
    path = Path(path)
    needed = ("poses", "clearance", "seat", "source", "frame", "sources", "licence", "provenance")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in (*needed, *OPTIONAL) if name in file.files}
    except FileNotFoundError:
        raise AssetError(f"No pose library at {path}. Check --poses.") from None
    except (*DAMAGE, AttributeError) as error:
        raise AssetError(f"{path}: not a whole pose library ({error}). Make it again from its source.") from None
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise AssetError(
            f"{path}: no pose library, '{missing[0]}' is not in it; found {sorted(arrays)}. "
            "Make one with `posewright assets add-poses`."
        )
    if arrays["sources"].dtype.kind != "U" or arrays["licence"].dtype.kind != "U":
        raise AssetError(f"{path}: sources and licence should be text. Make it again from its source.")
    return make_library(path.stem, **arrays)

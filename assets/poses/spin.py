"""SPIN's files become a pose library: what was fitted to photographs, seen as the photographs saw it.

Kolotouros et al., "Learning to Reconstruct 3D Human Pose and Shape via Model-fitting in the Loop" (2019). Four forms:

data set      npz  imgname, center, scale, part ...; pose (N, 72), shape (N, 10), has_smpl where bodies are known
static fits   npy  (N, 82): pose 72, betas 10; rows follow the data set of the same name
final fits    npz  pose (N, 72), betas (N, 10), valid_fit; rows follow the *training* npz
results       npz  pred_joints, pose (N, 72), betas (N, 10), camera (N, 3) of eval.py --result_file

SPIN's bodies stand in a camera's frame (x right, y down, z forward) that looks straight at the person; `viewpoint`
turns them up. Joints 22 and 23, SMPL's hands, are dropped: SMPL-X's hands are other joints.
"""

import math
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assets.poses.spin_camera import CROP_SIDE, recover_cameras
from assets.poses.viewpoint import view_people
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.library import LARGEST_TURN, PoseLibrary, library_name, make_library, save_library
from blender_addon.core.poses.limits import HIGH, LOW, clip, joint_angles

MOST_ROWS = 2_000_000
LARGEST_ARRAY = 2**31
WORST_LOSS = 100.0
"""SPIN's own threshold on the reprojection loss of a fit."""
LOSSES = ("reprojection_loss", "opt_joint_loss")
WORST_MISS = 0.12 * CROP_SIDE
"""Pixels of the 224 px crop by which a recovered camera may miss the limbs on average."""
WORST_BETA = 3.0
BEYOND_LIMITS = np.radians(30)
"""A joint that is further out than this is a broken fit; others are put back within their limits."""
LICENCE = "SPIN's fits: for research only"
DAMAGE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error, SyntaxError)


@dataclass(frozen=True)
class SpinFits:
    """The bodies of one file, those that are good."""

    kind: str
    """'data set', 'static fits', 'final fits' or 'results'."""
    pose: np.ndarray
    """(N, 24, 3) axis-angle, as in the file."""
    betas: np.ndarray
    """(N, 10)."""
    camera: np.ndarray
    """(N, 3) s, tx, ty of the 224 px crop; NaN where it is neither stored nor can be recovered."""
    row: np.ndarray
    """(N,) of the file."""
    image: tuple
    """(N,) the photographs' names; the file's own name where it does not say."""
    skipped: Counter = field(default_factory=Counter)
    """Reason -> rows."""


def spin_library(path, training=None) -> tuple[PoseLibrary, SpinFits]:
    """A pose library of a SPIN file, and what it was made from.

    Args:
        training: the data set npz whose rows the fits follow; names the photographs and shows which fits miss them.
    Raises:
        AssetError: the file is damaged, foreign, or holds no good fit.
    """
    fits = read_spin(path, training)
    views = view_people(fits.pose)
    angles = np.array([joint_angles(pose) for pose in tqdm(views.pose, desc="poses", disable=None)])[:, 1:22]
    beyond = np.maximum(LOW[1:22] - angles, angles - HIGH[1:22]).max((1, 2))
    good = beyond <= BEYOND_LIMITS
    fits.skipped["beyond joint limits"] += int((~good).sum())
    fits = _kept(fits, good, Path(path))
    sources, source = np.unique(fits.image, return_inverse=True)
    library = make_library(
        Path(path).stem,
        np.array([clip(pose) for pose in views.pose[good]], np.float32),
        np.zeros(good.sum()),
        views.seat[good],
        source,
        fits.row,
        tuple(sources),
        LICENCE,
        f"{Path(path).name}, SPIN {fits.kind}",
        views.heading[good],
        views.elevation[good],
    )
    return library, fits


def add_spin(path, name: str, out, training=None) -> Path:
    """Make a library of a SPIN file and write it to OUT/NAME.npz, telling what was left out.

    Raises:
        AssetError: as `spin_library`, or the name cannot be one.
    """
    path = Path(path)
    target = Path(out) / f"{library_name(name)}.npz"
    library, fits = spin_library(path, None if training is None else Path(training))
    save_library(target, replace(library, name=name))
    for reason, count in sorted(fits.skipped.items()):
        if count:
            print(f"left out: {count}, {reason}")
    print(f"{target}: {len(library)} poses of {len(library.sources)} photos, from SPIN {fits.kind}")
    return target


def read_spin(path, training=None) -> SpinFits:
    """The good bodies of a SPIN file of any form. Arguments and errors as `spin_library`."""
    path = Path(path)
    kind, arrays = _read_fits(path)
    count = len(arrays["pose"])
    followed = arrays if kind == "data set" else {}
    if training is not None:
        followed = _read_training(Path(training), count, path)
    images = tuple(_text(name) for name in followed["imgname"]) if "imgname" in followed else (path.name,) * count
    pose, betas = arrays["pose"].astype(float).reshape(count, 24, 3), arrays["betas"].astype(float)
    camera = arrays.get("camera", np.full((count, 3), np.nan)).astype(float)
    skipped, good = Counter(), np.ones(count, bool)

    def refuse(bad, reason):
        skipped[reason] += int((good & bad).sum())
        good[bad] = False

    refuse(~(np.isfinite(pose).all((1, 2)) & np.isfinite(betas).all(1)), "not finite")
    refuse(np.linalg.norm(pose, axis=2).max(1) > LARGEST_TURN, "turns that no joint makes")
    for name in ("has_smpl", "valid_fit"):
        if name in arrays:
            refuse(~(arrays[name].ravel() >= 0.5), f"{name} is 0")
    refuse(np.abs(betas).max(1) > WORST_BETA, f"a shape beyond {WORST_BETA:g}")
    for name in LOSSES:
        if name in arrays:
            refuse(~(arrays[name].ravel() < WORST_LOSS), f"reprojection loss of {WORST_LOSS:g} or more")
    if "part" in followed and np.isnan(camera).all():
        rows = np.flatnonzero(good)
        camera[rows], miss = recover_cameras(pose[rows], *(followed[key][rows] for key in ("part", "center", "scale")))
        missing = np.zeros(count, bool)
        missing[rows] = miss > WORST_MISS
        refuse(missing, "the body does not lie on the keypoints")
    return _kept(SpinFits(kind, pose, betas, camera, np.arange(count), images, skipped), good, path)


def _kept(fits: SpinFits, good, path: Path) -> SpinFits:
    if not good.any():
        raise AssetError(f"{path}: no good fit among {len(good)} rows ({dict(+fits.skipped)}). Choose another file.")
    image = tuple(name for name, keep in zip(fits.image, good, strict=True) if keep)
    arrays = (array[good] for array in (fits.pose, fits.betas, fits.camera, fits.row))
    return SpinFits(fits.kind, *arrays, image, +fits.skipped)


def _read_fits(path: Path) -> tuple[str, dict]:
    """The kind of the file, and its arrays with SPIN's several names made one."""
    if path.suffix == ".npy":
        rows = _read_npy(path)
        return "static fits", {"pose": rows[:, :72], "betas": rows[:, 72:]}
    names = ("pose", "shape", "betas", "has_smpl", "valid_fit", "camera", "imgname", "part", "center", "scale", *LOSSES)
    arrays = read_arrays(path, names)
    if "betas" not in arrays and "shape" in arrays:
        arrays["betas"] = arrays["shape"]
    if "pose" not in arrays or "betas" not in arrays:
        hint = (
            "It is a data set without bodies: give the fits, and this file as --with."
            if "imgname" in arrays
            else ("Choose a data set, static fits, final fits or results of SPIN.")
        )
        raise AssetError(f"{path}: no SPIN bodies in it, found {sorted(arrays) or 'none of its arrays'}. {hint}")
    if "valid_fit" in arrays:
        kind = "final fits"
    elif "camera" in arrays:
        kind = "results"
    else:
        kind = "data set"
    _check_rows(path, arrays, len(arrays["pose"]))
    return kind, arrays


def _read_training(path: Path, count: int, fits: Path) -> dict:
    arrays = read_arrays(path, ("imgname", "part", "center", "scale"))
    missing = {"imgname", "part", "center", "scale"} - set(arrays)
    if missing:
        raise AssetError(f"{path}: no SPIN data set, {sorted(missing)[0]!r} is not in it. Give the training npz.")
    if len(arrays["imgname"]) != count:
        raise AssetError(
            f"{path} has {len(arrays['imgname'])} rows, {fits} has {count}. Give the data set that the fits follow."
        )
    _check_rows(path, arrays, count)
    return arrays


_COLUMNS = {"pose": (72,), "betas": (10,), "shape": (10,), "camera": (3,), "center": (2,), "part": (24, 3)}


def _check_rows(path: Path, arrays: dict, count: int) -> None:
    """Every array has a row for each body, of numbers, in SPIN's columns."""
    for name, array in arrays.items():
        wanted = (count, *_COLUMNS.get(name, ()))
        flat = name not in _COLUMNS and array.shape in ((count,), (count, 1))
        if not flat and array.shape != wanted:
            raise AssetError(f"{path}: {name!r} should be {wanted}, found {array.shape}. It is no file of SPIN's.")
        if array.dtype.kind not in ("SU" if name == "imgname" else "biuf"):
            raise AssetError(f"{path}: {name!r} holds {array.dtype}, no {'text' if name == 'imgname' else 'numbers'}.")


def _read_npy(path: Path) -> np.ndarray:
    try:
        rows = np.load(path, mmap_mode="r", allow_pickle=False)  # a file shorter than it says is refused here
    except DAMAGE as error:
        raise AssetError(f"{path}: not a whole .npy file of numbers ({error}). Download it again.") from None
    if not isinstance(rows, np.ndarray) or rows.ndim != 2 or rows.shape[1] != 82 or rows.dtype.kind != "f":
        found = f"{rows.shape} of {rows.dtype}" if isinstance(rows, np.ndarray) else "an archive"
        raise AssetError(f"{path}: expected static fits (N, 82) of floats, found {found}. Choose SPIN's *_fits.npy.")
    if not 0 < len(rows) <= MOST_ROWS:
        raise AssetError(f"{path}: {len(rows)} rows, expected 1 to {MOST_ROWS}. Choose SPIN's *_fits.npy.")
    return np.array(rows)


def read_arrays(path: Path, names: tuple) -> dict:
    """Those of the named arrays that an npz has; the others stay unread, and nothing is unpickled.

    Raises:
        AssetError: the file is damaged, or an array is pickled or larger than any of SPIN's.
    """
    if path.suffix != ".npz":
        raise AssetError(f"{path}: SPIN's files are .npz and .npy, found {path.suffix or 'no extension'}.")
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
            return {name: _read_member(archive, name) for name in names if f"{name}.npy" in members}
    except DAMAGE as error:
        raise AssetError(f"{path}: not a whole .npz archive of arrays ({error}). Download it again.") from None


def _read_member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """One array; its header is believed only if the archive holds as many bytes, and they are not too many."""
    info = archive.getinfo(f"{name}.npy")
    with archive.open(info) as file:
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, _, dtype = read(file)
        if dtype.hasobject:
            raise ValueError(f"{name} holds pickled objects")
        size = math.prod(shape) * dtype.itemsize
        rows = shape[0] if shape else 0
        if size > LARGEST_ARRAY or not 0 < rows <= MOST_ROWS or file.tell() + size != info.file_size:
            raise ValueError(f"{name} of shape {shape} is not the {info.file_size} bytes that are there, or too much")
    with archive.open(info) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _text(name) -> str:
    """A photograph's name as libraries have them: relative, forward slashes."""
    name = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
    return name.replace("\\", "/").lstrip("/")

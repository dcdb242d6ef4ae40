"""Motion files of the AMASS archive: find takes, read single frames and what follows them.

Two layouts are in use: v1 (`*_poses.npz`) has `poses` (T, 156) of SMPL-H, v2 (`*_stageii.npz`) named fields of SMPL-X.
Some files hold pickled objects beside the motion; only the arrays that are needed are opened, and nothing is unpickled.
"""

import itertools
import math
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import AssetError
from ..spec import MOTION_STEP
from .movement import is_possible, movement_between, movements_of, pose_at, rows_around

# Arrays that make a pose, and how many columns each has.
SMPLH = {"poses": 156}
SMPLX_WHOLE = {"poses": 165}
SMPLX_NAMED = {"root_orient": 3, "pose_body": 63}
SMPLX_OPTIONAL = {"pose_jaw": 3, "pose_eye": 6, "pose_hand": 90}
FIRST_JOINT = {"root_orient": 0, "pose_body": 1, "pose_jaw": 22, "pose_eye": 23, "pose_hand": 25}

ENDS = 0.1
"""Share of a take left alone at either end: calibration poses live there."""
MOST_FRAMES = 2_000_000
"""Over four hours at 120 Hz: more is no take but a damaged or hostile header."""
LARGEST_ARRAY = 2 * 1024**3
"""Bytes of one array in memory."""
LARGEST_NUMBER = 1000.0
"""Of a turn in radians or a place in metres."""
DAMAGE = (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a broken archive raises (RuntimeError: encrypted, or an unknown compression)."""


@dataclass(frozen=True)
class Take:
    """One motion file that can be read."""

    path: Path
    name: str
    """Relative to the folder that was searched, with forward slashes."""
    frames: int
    fields: tuple
    """(name, columns) of the arrays that make its poses."""


def find_takes(folder, skipped: list | None = None) -> tuple:
    """Takes under a folder, sorted by name. Reads headers only, not the motion.

    Args:
        skipped: gets one line for each broken file, which is left out.
    Raises:
        AssetError: there is no usable file at all.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise AssetError(f"No folder of motion files at {folder}. Point --poses at an unpacked AMASS data set.")
    takes, broken = [], []
    for path in sorted(folder.rglob("*.npz")):
        if is_shape(path.name) or not path.is_file():
            continue
        try:
            takes.append(open_take(path, path.relative_to(folder).as_posix()))
        except AssetError as error:
            broken.append(str(error))
    if skipped is not None:
        skipped.extend(broken)
    if not takes:
        found = f"{len(broken)} broken, the first: {broken[0]}" if broken else "no *_poses.npz or *_stageii.npz"
        raise AssetError(f"No motion to use under {folder} ({found}). Point --poses at an unpacked AMASS data set.")
    return tuple(takes)


def is_shape(name: str) -> bool:
    """AMASS keeps a subject's shape beside the motion."""
    return name == "shape.npz" or name.endswith(("_shape.npz", "_stagei.npz"))


def open_take(path, name: str | None = None) -> Take:
    """Check one file's headers.

    Raises:
        AssetError: the file is damaged, or holds no motion.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
            fields = _layout(archive, members)
            shapes = {field: _header(archive, field)[0] for field in fields}
    except DAMAGE as error:
        raise AssetError(f"{path}: not a whole motion file ({error}). Unpack or download it again.") from None
    if not fields:
        raise AssetError(
            f"{path}: no AMASS motion: expected `poses` with 156 or 165 columns, or `root_orient` and `pose_body`. "
            "Move it out of the folder of motion files."
        )
    frames = {shape[0] for shape in shapes.values()}
    wrong = [f"{field} {shapes[field]}" for field, columns in fields.items() if shapes[field][1:] != (columns,)]
    if wrong or len(frames) != 1:
        raise AssetError(f"{path}: arrays do not fit each other: {', '.join(wrong) or shapes}. Download it again.")
    if not 0 < min(frames) <= MOST_FRAMES:
        raise AssetError(f"{path}: {min(frames)} frames; expected 1 to {MOST_FRAMES}. Download it again.")
    return Take(path, name or path.name, frames.pop(), tuple(fields.items()))


def _layout(archive, members) -> dict:
    """Array name -> columns of the layout that the file has, named fields preferred; empty when it has none."""

    def has(names):
        return all(f"{name}.npy" in members for name in names)

    if has(SMPLX_NAMED):
        return SMPLX_NAMED | {name: columns for name, columns in SMPLX_OPTIONAL.items() if has((name,))}
    if not has(SMPLH):
        return {}
    shape = _header(archive, "poses")[0]
    return next((layout for layout in (SMPLH, SMPLX_WHOLE) if shape[1:] == (layout["poses"],)), {})


def _header(archive, field):
    """(shape, fortran order, dtype) of an array of two axes.

    Raises:
        ValueError: not numbers, or the header promises more than the archive holds.
    """
    with archive.open(f"{field}.npy") as file:
        shape, fortran, dtype = _read_header(file)
        start = file.tell()
    size = math.prod(shape) * dtype.itemsize
    if dtype.kind != "f" or len(shape) != 2:
        raise ValueError(f"{field} is {shape} of {dtype}, expected frames by columns of floats")
    if start + size != archive.getinfo(f"{field}.npy").file_size:
        raise ValueError(f"{field} promises {size} bytes, the archive does not hold them")
    return shape, fortran, dtype


def _read_header(file):
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"npy version {version} is not known")
    return read(file)


def read_frame(take: Take, fraction: float):
    """One pose of a take.

    Args:
        fraction: where in the middle 80 % of the take, 0 to 1.
    Returns:
        pose: (55, 3) axis-angle in SMPL-X order, Z up; jaw, eyes and hands zero where the file has none.
        source: 'relative/path.npz@frame'.
    """
    frame = _frame_at(take, fraction)
    ((pose,), _) = _read_rows(take, [frame])
    return pose, f"{take.name}@{frame}"


def read_clip(take: Take, fraction: float, steps: int = 1):
    """One pose of a take and how it goes on.

    Args:
        fraction: as in `read_frame`; a clip of several steps begins earlier where the take would end before it.
        steps: of MOTION_STEP to look ahead.
    Returns:
        pose, source: as of `read_frame`.
        movements: tuple of `steps` Movements from the pose, at most as far as the take's end; empty where the file
            does not tell its clock or the way of the root, or the body jumps about as recordings do that lost it.
    """
    frame = _frame_at(take, fraction)
    stride = _stride(take)
    if stride is None:
        (pose, source) = read_frame(take, fraction)
        return pose, (), source
    if steps > 1:
        frame = max(0, min(frame, take.frames - 1 - math.ceil(steps * stride)))
    times = np.minimum(frame + stride * np.arange(steps + 1), take.frames - 1)
    rows = rows_around(times, take.frames - 1)
    poses, trail = _read_rows(take, rows, with_trail=True)
    clip = [pose_at(time, rows, poses, trail) for time in times]
    movements = tuple(movement_between(clip[0][0], pose, place - clip[0][1]) for pose, place in clip[1:])
    pairs = itertools.pairwise(clip)
    if not all(is_possible(movement_between(a, b, q - p), MOTION_STEP) for (a, p), (b, q) in pairs):
        movements = ()
    return clip[0][0], movements, f"{take.name}@{frame}"


def read_next(take: Take, frames) -> list:
    """How poses of a take go on for one MOTION_STEP.

    Args:
        frames: numbers, rising.
    Returns:
        a Movement for each in the take's world, None where it is not known, as of `read_clip`.
    """
    stride = _stride(take)
    known = [] if stride is None else [frame for frame in frames if frame + stride <= take.frames - 1]
    if not known:
        return [None] * len(frames)
    rows = sorted({*known, *rows_around(np.array(known) + stride, take.frames - 1)})
    poses, trail = _read_rows(take, rows, with_trail=True)
    return movements_of(frames, known, stride, rows, poses, trail)


def _frame_at(take: Take, fraction: float) -> int:
    inside = ENDS + (1 - 2 * ENDS) * min(max(fraction, 0.0), 1.0)
    return min(int(inside * take.frames), take.frames - 1)


def _stride(take: Take) -> float | None:
    """Frames in MOTION_STEP; None where the file tells no clock, or no way of the root."""
    try:
        with zipfile.ZipFile(take.path) as archive:
            if _header(archive, "trans")[0] != (take.frames, 3):
                return None
            return MOTION_STEP * _frame_rate(archive)
    except DAMAGE:
        return None


def _read_rows(take: Take, frames: list, with_trail: bool = False):
    """Poses (T, 55, 3) of some frames, in order, and the root's places (T, 3), zeros when not asked for."""
    try:
        with zipfile.ZipFile(take.path) as archive:
            rows = {field: _rows(archive, field, frames) for field, _ in take.fields}
            trail = _rows(archive, "trans", frames) if with_trail else np.zeros((len(frames), 3))
    except DAMAGE as error:
        raise AssetError(
            f"{take.path}: frame {frames[0]} cannot be read ({error}). Download the file again, or move it away."
        ) from None
    poses = np.array([_assemble({field: row[k] for field, row in rows.items()}) for k in range(len(frames))])
    if not (np.isfinite(poses).all() and np.isfinite(trail).all()):
        raise AssetError(f"{take.path}: frame {frames[0]} holds numbers that are not finite. Move the file away.")
    return poses, trail


def _rows(archive, field, frames) -> np.ndarray:
    """Some rows, in order, in the memory of these: what lies between is unpacked and dropped."""
    shape, fortran, dtype = _header(archive, field)
    with archive.open(f"{field}.npy") as file:
        _read_header(file)
        if fortran:
            whole = np.frombuffer(_exactly(file, math.prod(shape) * dtype.itemsize), dtype)
            return whole.reshape(shape, order="F")[frames].astype(float)
        size, rows, at = shape[1] * dtype.itemsize, [], 0
        for frame in frames:
            file.seek((frame - at) * size, 1)
            rows.append(np.frombuffer(_exactly(file, size), dtype).astype(float))
            at = frame + 1
        return np.array(rows)


def _exactly(file, size) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise EOFError("it ends too early")
    return data


def _assemble(rows: dict) -> np.ndarray:
    pose = np.zeros((55, 3))
    if "poses" not in rows:
        for field, row in rows.items():
            joints = row.reshape(-1, 3)
            pose[FIRST_JOINT[field] : FIRST_JOINT[field] + len(joints)] = joints
        return pose
    joints = rows["poses"].reshape(-1, 3)
    if len(joints) == 55:
        return joints
    pose[:22], pose[25:] = joints[:22], joints[22:]  # SMPL-H has no jaw and eyes between body and hands
    return pose


def read_motion(take: Take, rate: float = 10.0):
    """Poses of a whole take at a lower rate, and where it went.

    Args:
        rate: frames a second to keep at most.
    Returns:
        poses: (T, 55, 3) axis-angle in SMPL-X order, Z up.
        trail: (F, 3) metres, the root's place in every frame of the file; zeros where the file has none.
        frames: (T,) which of the F frames the poses are.
        frame_time: seconds.
    Raises:
        AssetError: the file is damaged, or holds numbers that are not finite.
    """
    try:
        with zipfile.ZipFile(take.path) as archive:
            frame_time = 1 / _frame_rate(archive)
            frames = np.arange(0, take.frames, max(1, round(1 / (rate * frame_time))))
            rows = {field: _array(archive, field)[frames].astype(float) for field, _ in take.fields}
            trail = _array(archive, "trans").astype(float) if "trans.npy" in archive.namelist() else None
    except DAMAGE as error:
        raise AssetError(f"{take.path}: cannot be read ({error}). Download the file again, or move it away.") from None
    if trail is None:
        trail = np.zeros((take.frames, 3))
    if trail.shape != (take.frames, 3):
        raise AssetError(f"{take.path}: `trans` is {trail.shape}, expected ({take.frames}, 3). Download it again.")
    poses = np.array([_assemble({field: row[k] for field, row in rows.items()}) for k in range(len(frames))])
    if not (np.abs(poses).max() <= LARGEST_NUMBER and np.abs(trail).max() <= LARGEST_NUMBER):
        raise AssetError(f"{take.path}: holds numbers that are not finite, or no pose's. Move the file away.")
    return poses, trail, frames, frame_time


def _array(archive, field) -> np.ndarray:
    """A whole array of two axes."""
    shape, fortran, dtype = _header(archive, field)
    if math.prod(shape) * dtype.itemsize > LARGEST_ARRAY:
        raise ValueError(f"{field} is too large for a take: {shape} of {dtype}")
    with archive.open(f"{field}.npy") as file:
        _read_header(file)
        data = np.frombuffer(_exactly(file, math.prod(shape) * dtype.itemsize), dtype)
    return data.reshape(shape, order="F" if fortran else "C")


def _frame_rate(archive) -> float:
    """Frames a second; v1 and v2 spell it differently, and a few files do not say."""
    for name in ("mocap_frame_rate", "mocap_framerate"):
        if f"{name}.npy" in archive.namelist():
            with archive.open(f"{name}.npy") as file:
                shape, _, dtype = _read_header(file)
                if math.prod(shape) != 1 or dtype.kind not in "fiu":
                    raise ValueError(f"{name} is {shape} of {dtype}, expected one number")
                rate = float(np.frombuffer(_exactly(file, dtype.itemsize), dtype)[0])
            if not 1 <= rate <= 10_000:
                raise ValueError(f"{name} is {rate}, expected 1 to 10000 frames a second")
            return rate
    return 120.0


def read_gender(take: Take) -> str | None:
    """What the file says of its subject, as text; None where it says nothing that can be read without unpickling."""
    try:
        with zipfile.ZipFile(take.path) as archive, archive.open("gender.npy") as file:
            shape, _, dtype = _read_header(file)
            if dtype.kind not in "SU" or math.prod(shape) != 1 or dtype.itemsize > 256:
                return None
            value = np.frombuffer(_exactly(file, dtype.itemsize), dtype)[0]
    except DAMAGE:
        return None
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)

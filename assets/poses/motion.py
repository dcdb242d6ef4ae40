"""A recorded motion as its file tells it: a skeleton of the file's own and how it turned."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_addon.core.errors import AssetError

LARGEST_FILE = 512 * 1024**2
MOST_FRAMES = 2_000_000
MOST_JOINTS = 1000
DEEPEST = 200
"""Joints from the root to a tip; a spine of more is no body."""
LONGEST = 1e5
"""Of an offset or a place in any unit that is used for people (millimetres give the largest numbers)."""
LARGEST_TURN = 1e5
"""Degrees. Recorders count full turns on, but not for ever."""


@dataclass(frozen=True)
class Motion:
    """Frames of one take, in the file's own units and axes."""

    path: Path
    names: tuple
    """(J,) of the joints, parents first; the tip of a chain is called PARENT_end."""
    parents: np.ndarray
    """(J,) -1 at the root."""
    offsets: np.ndarray
    """(J, 3) from the parent with all turns zero; the root's is 0."""
    turned: np.ndarray
    """(T, J, 3, 3) world rotations; all turns zero gives the identity."""
    position: np.ndarray
    """(T, J, 3) world."""
    frames: np.ndarray
    """(T,) frame numbers in the file, from 0."""
    trail: np.ndarray
    """(F, 3) where the root was at every frame of the file, sampled or not."""
    frame_time: float
    """Seconds."""


def make_motion(path, names, parents, offsets, local, frames, trail, frame_time) -> Motion:
    """Forward kinematics of (T, J, 3, 3) local rotations."""
    turned = np.empty_like(local)
    position = np.empty((*local.shape[:2], 3))
    turned[:, 0], position[:, 0] = local[:, 0], trail[frames]
    for joint in range(1, len(names)):
        parent = parents[joint]
        turned[:, joint] = turned[:, parent] @ local[:, joint]
        position[:, joint] = position[:, parent] + turned[:, parent] @ offsets[joint]
    names, parents = tuple(names), np.asarray(parents)
    return Motion(Path(path), names, parents, offsets, turned, position, frames, trail, frame_time)


def choose_frames(count: int, frame_time: float, rate: float, wanted=None) -> np.ndarray:
    """(T,) frames of a take of `count`: evenly at most `rate` a second, or those of `wanted` (rising) that exist."""
    if wanted is None:
        return np.arange(0, count, max(1, round(1 / (rate * frame_time))))
    wanted = np.asarray(wanted, int)
    return wanted[wanted < count]


def turns(axis: str, degrees) -> np.ndarray:
    """Rotations about one axis, 'x', 'y' or 'z': (T,) degrees -> (T, 3, 3)."""
    angle = np.radians(np.asarray(degrees, float))
    c, s = np.cos(angle), np.sin(angle)
    first = "xyz".index(axis)
    second, third = (first + 1) % 3, (first + 2) % 3
    matrices = np.zeros((*angle.shape, 3, 3))
    matrices[..., first, first] = 1
    matrices[..., second, second] = matrices[..., third, third] = c
    matrices[..., third, second], matrices[..., second, third] = s, -s
    return matrices


def read_lines(path) -> list:
    """The lines of a text file.

    Raises:
        AssetError: it is missing, too large, or not text.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise AssetError(f"{path}: larger than {LARGEST_FILE // 1024**2} MiB, so no take. Cut it into takes.")
        data = path.read_bytes()
    except OSError as error:
        raise AssetError(f"{path}: cannot be read ({error.strerror}). Check the path.") from None
    if b"\0" in data[:65536]:
        raise AssetError(f"{path}: not text, so no BVH, ASF or AMC file. Move it out of the folder of motion files.")
    return data.decode("latin-1").splitlines()


def complain(path, line: int, expected: str, found: str):
    """Raise for one place in a text file; `line` counts from 1."""
    found = repr(found if len(found) < 60 else found[:57] + "...")
    raise AssetError(f"{path}, line {line}: expected {expected}, found {found}. Download the file again or mend it.")


def read_numbers(path, line: int, words, count: int, largest: float, what: str) -> list:
    """`count` numbers no larger than `largest`, or a complaint."""
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(abs(number) <= largest for number in numbers):  # NaN fails the comparison
        complain(path, line, f"{count} numbers up to {largest:g} for {what}", " ".join(words))
    return numbers

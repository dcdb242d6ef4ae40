"""Acclaim's pair of files: an .asf skeleton and .amc motions of it.

A bone of the skeleton has a direction, a length, axes of its own ("axis") and those turns about them that it can do
("dof"). Its turn acts at its near end, so here the near end is the joint, and carries the bone's name.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assets.poses.motion import (
    DEEPEST,
    LARGEST_TURN,
    LONGEST,
    MOST_FRAMES,
    MOST_JOINTS,
    Motion,
    choose_frames,
    complain,
    make_motion,
    read_lines,
    read_numbers,
    turns,
)

CMU_FRAME_TIME = 1 / 120
"""The format does not say; nearly all of CMU's files have 120 frames a second."""
DOFS = {f"{kind}{axis}" for kind in "rt" for axis in "xyz"} | {"l"}
SECTIONS = (
    "version", "name", "units", "documentation", "root", "bonedata", "hierarchy", "skin",
)  # fmt: skip


@dataclass(frozen=True)
class Skeleton:
    """An .asf file."""

    path: Path
    names: tuple
    """(B,) root first, parents before children."""
    parents: tuple
    """(B,) -1 at the root."""
    bones: np.ndarray
    """(B, 3) from the near end of a bone to the far end; 0 for the root."""
    axes: np.ndarray
    """(B, 3, 3) the bone's own axes in the world, all turns zero."""
    dofs: tuple
    """(B,) of tuples such as ('rx', 'rz'): what the numbers of an .amc line are."""
    degrees: bool
    unit: float
    """What a number of the file has to be divided by to get inches."""


def read_asf(path) -> Skeleton:
    """A skeleton.

    Raises:
        AssetError: the file is damaged or no ASF; the message has the line.
    """
    path = Path(path)
    sections = _sections(path, read_lines(path))
    for needed in ("root", "bonedata", "hierarchy"):
        if needed not in sections:
            complain(path, 1, f"a section :{needed}", ", ".join(sections) or "no section at all")
    unit, degrees = _read_units(path, sections.get("units", []))
    bones = {"root": _read_root(path, sections["root"], degrees)}
    bones |= _read_bones(path, sections["bonedata"], degrees)
    names, parents = _read_hierarchy(path, sections["hierarchy"], bones)
    columns = list(zip(*(bones[name] for name in names), strict=True))
    return Skeleton(path, names, parents, np.array(columns[0]), np.array(columns[1]), columns[2], degrees, unit)


def _sections(path, lines) -> dict:
    """Name -> [(line number, words)]."""
    sections, name = {}, None
    for number, line in enumerate(lines, 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0].startswith(":"):
            name = words[0][1:].lower()
            if name not in SECTIONS or name in sections:
                complain(path, number, f"a section of its own, one of {', '.join(SECTIONS)}", words[0])
            sections[name] = []
            words = words[1:]
            if not words:
                continue
        if name is None:
            complain(path, number, "a section such as :version before anything else", line)
        sections[name].append((number, words))
    return sections


def _read_units(path, rows):
    unit, degrees = 1.0, True
    for number, words in rows:
        if words[0] == "length":
            (unit,) = read_numbers(path, number, words[1:], 1, LONGEST, "the unit of length")
            if unit <= 0:
                complain(path, number, "a unit of length above 0", words[1])
        if words[0] == "angle":
            if len(words) != 2 or words[1] not in ("deg", "rad"):
                complain(path, number, "angle deg or angle rad", " ".join(words))
            degrees = words[1] == "deg"
    return unit, degrees


def _read_root(path, rows, degrees):
    order, axes, orientation = None, "XYZ", [0.0] * 3
    for number, words in rows:
        if words[0] == "order":
            order = _dofs(path, number, words[1:])
        elif words[0] == "axis":
            axes = words[1] if len(words) == 2 else ""
        elif words[0] == "orientation":
            orientation = read_numbers(path, number, words[1:], 3, LARGEST_TURN, "the root's orientation")
    if not order:
        complain(path, rows[0][0] if rows else 1, "the root's order of channels", "none")
    return np.zeros(3), _axes(path, rows[0][0], orientation, axes, degrees), order


def _dofs(path, number, words) -> tuple:
    dofs = tuple(word.lower() for word in words)
    if not dofs or not set(dofs) <= DOFS or len(set(dofs)) != len(dofs):
        complain(path, number, f"different channels out of {', '.join(sorted(DOFS))}", " ".join(words))
    return dofs


def _axes(path, number, angles, order, degrees):
    """Turns about X first for 'XYZ', all about axes that stand still."""
    if sorted(order.upper()) != ["X", "Y", "Z"]:
        complain(path, number, "an order of axes such as XYZ", order)
    matrix = np.eye(3)
    for angle, axis in zip(angles, order.lower(), strict=True):
        matrix = turns(axis, angle if degrees else np.degrees(angle)) @ matrix
    return matrix


def _read_bones(path, rows, degrees) -> dict:
    bones, bone, start = {}, None, 0
    for number, words in rows:
        if words[0] == "begin":
            bone, start = {}, number
        elif bone is None:
            complain(path, number, "begin", " ".join(words))
        elif words[0] == "end":
            name, made = _make_bone(path, start, bone, degrees)
            if name in bones or len(bones) >= MOST_JOINTS:
                complain(path, start, f"at most {MOST_JOINTS} bones, each with a name of its own", name)
            bones[name], bone = made, None
        elif words[0].startswith("("):
            continue  # further limits
        else:
            bone[words[0]] = (number, words[1:])
    if bone is not None:
        complain(path, rows[-1][0], "end of a bone", "the end of the section")
    return bones


def _make_bone(path, start, bone, degrees):
    for needed in ("name", "direction", "length", "axis"):
        if needed not in bone or not bone[needed][1]:
            complain(path, start, f"a bone with {needed}", ", ".join(bone) or "nothing")
    direction = np.array(read_numbers(path, bone["direction"][0], bone["direction"][1], 3, 10, "a direction"))
    (length,) = read_numbers(path, bone["length"][0], bone["length"][1], 1, LONGEST, "a length")
    number, words = bone["axis"]
    angles = read_numbers(path, number, words[:3], 3, LARGEST_TURN, "a bone's axis")
    axes = _axes(path, number, angles, words[3] if len(words) == 4 else "", degrees)
    dofs = _dofs(path, *bone["dof"]) if "dof" in bone else ()
    norm = np.linalg.norm(direction)
    if norm < 1e-6 and length > 0:
        complain(path, bone["direction"][0], "a direction that points somewhere", " ".join(bone["direction"][1]))
    return bone["name"][1][0], (direction / max(norm, 1e-6) * length, axes, dofs)


def _read_hierarchy(path, rows, bones):
    """Bones in an order in which parents come first."""
    children, parent_of = {}, {}
    for number, words in rows:
        if words[0] in ("begin", "end"):
            continue
        for word in words:
            if word not in bones:
                complain(path, number, "bones of :bonedata in the hierarchy", word)
        for word in words[1:]:
            if word in parent_of or word == "root":
                complain(path, number, "one parent for each bone", word)
            parent_of[word] = words[0]
        children.setdefault(words[0], []).extend(words[1:])
    names, depth = ["root"], {"root": 0}
    for name in names:
        for child in children.get(name, ()):
            names.append(child)
            depth[child] = depth[name] + 1
            if depth[child] > DEEPEST:
                complain(path, rows[-1][0], f"a skeleton at most {DEEPEST} bones deep", child)
    if len(names) != len(bones):
        lost = sorted(set(bones) - set(names))
        complain(path, rows[-1][0] if rows else 1, "every bone below the root", f"no way from the root to {lost[0]}")
    return tuple(names), tuple(names.index(parent_of[name]) if name != "root" else -1 for name in names)


def read_amc(path, skeleton: Skeleton, rate: float = 10.0, frame_time: float = CMU_FRAME_TIME, wanted=None) -> Motion:
    """Frames of an .amc file.

    Args:
        rate: how many frames a second to keep at most; the others are checked but for their numbers.
        wanted: numbers of the frames to keep instead, those after the end left out.
    Raises:
        AssetError: the file is damaged, no AMC, or moves another skeleton; the message has the line.
    """
    path = Path(path)
    degrees, first, rows = _read_body(path, read_lines(path))
    order = _bone_order(path, first, rows, skeleton)
    block = len(order) + 1
    _check_blocks(path, first, rows, order, block)
    if len(rows) % block:
        complain(path, first + len(rows), f"{len(order)} bones in each frame", "the end of the file")
    count = len(rows) // block
    if count > MOST_FRAMES:
        complain(path, first, f"at most {MOST_FRAMES} frames", str(count))
    frames = choose_frames(count, frame_time, rate, wanted)
    numbers = {
        name: _numbers(path, first, rows, np.arange(count) if name == "root" else frames, block, index + 1, skeleton)
        for index, name in enumerate(order)
    }
    return _make_motion(path, skeleton, numbers, frames, frame_time, degrees)


def _read_body(path, lines):
    """(whether angles are degrees, index of the first line of frame 1, lines from there)."""
    degrees, specified = True, False
    for index, line in enumerate(lines):
        word = line.strip().upper()
        if word == ":FULLY-SPECIFIED":
            specified = True
        elif word in (":DEGREES", ":RADIANS"):
            degrees = word == ":DEGREES"
        elif word and not word.startswith(("#", ":")):
            if not specified:
                complain(path, index + 1, ":FULLY-SPECIFIED before the first frame", line)
            if word != "1":
                complain(path, index + 1, "frame 1", line)
            end = len(lines)
            while not lines[end - 1].strip():
                end -= 1
            return degrees, index, lines[index:end]
    return complain(path, max(len(lines), 1), "frame 1", "the end of the file")


def _bone_order(path, first, rows, skeleton) -> list:
    """Bones of the first frame; the others have to name the same ones in the same order."""
    order = []
    for number, line in enumerate(rows[1:], first + 2):
        name = line.split(None, 1)[0] if line.strip() else ""
        if name.isdecimal():
            break
        if name not in skeleton.names or name in order:
            complain(path, number, f"a bone of {skeleton.path.name}, once in a frame", name)
        order.append(name)
    missing = [name for name, dofs in zip(skeleton.names, skeleton.dofs, strict=True) if dofs and name not in order]
    if missing:
        complain(path, first + 1, f"a line for {missing[0]}, which {skeleton.path.name} lets move", "none in frame 1")
    return order


def _check_blocks(path, first, rows, order, block):
    for index, line in enumerate(rows):
        frame, place = divmod(index, block)
        name = order[place - 1] if place else str(frame + 1)
        if line.split(None, 1)[:1] != [name]:
            complain(path, first + index + 1, name if place else f"frame {name}", line)


def _numbers(path, first, rows, frames, block, index, skeleton):
    """(T, d) numbers of one bone."""
    name = rows[index].split(None, 1)[0]
    dofs = skeleton.dofs[skeleton.names.index(name)]
    lines = [rows[frame * block + index].split()[1:] for frame in frames]
    for frame, words in zip(frames, lines, strict=True):
        if len(words) != len(dofs):
            complain(path, first + frame * block + index + 1, f"{len(dofs)} numbers for {name}", " ".join(words))
    try:
        numbers = np.array(lines, float).reshape(len(frames), len(dofs))
        sane = (np.abs(numbers) <= LARGEST_TURN).all(1)
    except ValueError:
        sane = np.zeros(len(frames), bool)
    for frame, words in ((frames[i], lines[i]) for i in np.flatnonzero(~sane)):
        read_numbers(path, first + frame * block + index + 1, words, len(dofs), LARGEST_TURN, name)
    return numbers


def _make_motion(path, skeleton, numbers, frames, frame_time, degrees) -> Motion:
    names, parents, offsets = list(skeleton.names), list(skeleton.parents), [np.zeros(3)]
    offsets += [skeleton.bones[parent] for parent in parents[1:]]
    local = np.tile(np.eye(3), (len(frames), len(names), 1, 1))
    trail = np.zeros((len(numbers["root"]), 3))
    for joint, (name, dofs, axes) in enumerate(zip(skeleton.names, skeleton.dofs, skeleton.axes, strict=True)):
        for column, dof in enumerate(dofs if name in numbers else ()):
            values = numbers[name][:, column]
            if dof[0] == "r":
                angles = values[frames] if name == "root" else values
                local[:, joint] = turns(dof[1], angles if degrees else np.degrees(angles)) @ local[:, joint]
            elif name == "root" and dof[0] == "t":
                trail[:, "xyz".index(dof[1])] = values
        local[:, joint] = axes @ local[:, joint] @ axes.T
    for joint, name in enumerate(skeleton.names):
        if joint not in parents:  # the far end of the last bone of a chain
            names.append(f"{name}_end")
            parents.append(joint)
            offsets.append(skeleton.bones[joint])
    tips = np.tile(np.eye(3), (len(frames), len(names) - local.shape[1], 1, 1))
    local = np.concatenate([local, tips], 1)
    return make_motion(path, names, parents, np.array(offsets), local, frames, trail, frame_time)

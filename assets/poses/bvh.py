"""BVH motion files: a skeleton as nested braces, then a line of numbers a frame.

Channels may come in any order, each joint its own. A joint's rotation is the product of its channels from left to
right. Only the root travels: positions that other joints carry are read over, as bones keep their lengths.
"""

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

ROTATIONS = {"xrotation": "x", "yrotation": "y", "zrotation": "z"}
POSITIONS = {"xposition": 0, "yposition": 1, "zposition": 2}


def read_bvh(path, rate: float = 10.0, wanted=None) -> Motion:
    """Frames of a BVH file.

    Args:
        rate: how many frames a second to keep at most.
        wanted: numbers of the frames to keep instead, those after the end left out.
    Raises:
        AssetError: the file is damaged or no BVH; the message has the line.
    """
    path = Path(path)
    lines = read_lines(path)
    names, parents, offsets, channels, line = _read_hierarchy(path, lines)
    count, frame_time, line = _read_head(path, lines, line)
    numbers = _read_rows(path, lines, line, count, channels)
    frames = choose_frames(count, frame_time, rate, wanted)
    local, trail = _unpack(numbers, channels, frames)
    return make_motion(path, names, parents, offsets, local, frames, trail, frame_time)


def _read_hierarchy(path, lines):
    """Joints, parents first, without recursion: a bomb of braces fills a list and is refused."""
    words = ((number, word) for number, line in enumerate(lines, 1) for word in line.split())
    _expect(path, words, "HIERARCHY", len(lines))
    _expect(path, words, "ROOT", len(lines))
    names, parents, offsets, channels, open_joints, number = [], [], [], [], [], 1
    keyword = "ROOT"
    while True:
        name = _name(path, words, keyword, len(lines), names[open_joints[-1]] if open_joints else "")
        if len(open_joints) >= DEEPEST or len(names) >= MOST_JOINTS:
            complain(path, number, f"at most {MOST_JOINTS} joints, {DEEPEST} deep", name)
        if name in names:
            complain(path, number, "joints with names of their own", name)
        parents.append(open_joints[-1] if open_joints else -1)
        names.append(name)
        open_joints.append(len(names) - 1)
        offsets.append(_offset(path, words, name, len(lines)))
        channels.append(() if keyword == "END" else _channels(path, words, name, len(lines)))
        number, word = _next(path, words, len(lines), "JOINT, End Site or }")
        while word == "}":
            open_joints.pop()
            if not open_joints:
                offsets[0] = [0.0, 0.0, 0.0]
                return names, parents, np.array(offsets), channels, number
            number, word = _next(path, words, len(lines), "JOINT, End Site or }")
        keyword = word.upper()
        if keyword not in ("JOINT", "END"):
            complain(path, number, "JOINT, End Site or }", word)


def _next(path, words, last, expected):
    found = next(words, None)
    if found is None:
        complain(path, last, expected, "the end of the file")
    return found


def _expect(path, words, expected, last):
    number, word = _next(path, words, last, expected)
    if word.upper() != expected:
        complain(path, number, expected, word)


def _name(path, words, keyword, last, parent):
    """A name may have blanks in it; the brace ends it."""
    parts = []
    while True:
        number, word = _next(path, words, last, "a joint's name and {")
        if word == "{":
            break
        parts.append(word)
        if len(parts) > 10:
            complain(path, number, "{ after a joint's name", " ".join(parts))
    if keyword == "END":
        return f"{parent}_end"
    if not parts:
        complain(path, number, f"a name after {keyword}", "{")
    return " ".join(parts)


def _offset(path, words, name, last):
    _expect(path, words, "OFFSET", last)
    found = [_next(path, words, last, f"the offset of {name}") for _ in range(3)]
    return read_numbers(path, found[0][0], [word for _, word in found], 3, LONGEST, f"the offset of {name}")


def _channels(path, words, name, last):
    _expect(path, words, "CHANNELS", last)
    number, count = _next(path, words, last, f"how many channels {name} has")
    if not count.isdecimal() or not int(count) <= 6:
        complain(path, number, f"0 to 6 channels for {name}", count)
    channels = []
    for _ in range(int(count)):
        number, word = _next(path, words, last, f"{count} channels for {name}")
        channel = word.lower()
        if (channel not in ROTATIONS and channel not in POSITIONS) or channel in channels:
            complain(path, number, f"{count} different channels for {name}, such as Zrotation", word)
        channels.append(channel)
    return tuple(channels)


def _read_head(path, lines, line):
    """(frames, seconds a frame, index of the first line of numbers); `line` closed the skeleton."""
    heads = [(number, text.split()) for number, text in enumerate(lines[line : line + 50], line + 1) if text.split()]
    wanted = (("MOTION",), ("FRAMES:",), ("FRAME", "TIME:"))
    for found, words in zip([*heads, *[(len(lines), ["the end of the file"])] * 3], wanted, strict=False):
        if tuple(word.upper() for word in found[1][: len(words)]) != words:
            complain(path, found[0], " ".join(words), " ".join(found[1]))
    (_, _), (at, frames), (last, times) = heads[:3]
    (count,) = read_numbers(path, at, frames[1:], 1, MOST_FRAMES, "Frames:")
    (seconds,) = read_numbers(path, last, times[2:], 1, 10, "Frame Time:")
    if count != int(count) or count < 1:
        complain(path, at, f"1 to {MOST_FRAMES} frames", frames[1])
    if seconds < 1e-4:
        complain(path, last, "a frame time from 0.0001 to 10 seconds", times[2])
    return int(count), seconds, last


def _read_rows(path, lines, line, count, channels):
    """(F, C) numbers."""
    rows = [(number, text) for number, text in enumerate(lines[line:], line + 1) if text and not text.isspace()]
    if len(rows) != count:
        complain(path, rows[-1][0] if rows else line, f"{count} frames as promised", f"{len(rows)} lines of numbers")
    columns = [name for joint in channels for name in joint]
    largest = np.where([name in ROTATIONS for name in columns], LARGEST_TURN, LONGEST)
    numbers = np.empty((count, len(columns)))
    for row, (number, text) in enumerate(rows):
        words = text.split()
        if len(words) != len(columns):
            complain(path, number, f"{len(columns)} numbers, one a channel", f"{len(words)} numbers")
        try:
            numbers[row] = words
        except ValueError:
            read_numbers(path, number, words, len(columns), LARGEST_TURN, "a frame")
    absurd = np.argwhere(~(np.abs(numbers) <= largest))
    if len(absurd):
        row, column = absurd[0]
        complain(path, rows[row][0], f"numbers up to {largest[column]:g}", rows[row][1].split()[column])
    return numbers


def _unpack(numbers, channels, frames):
    """(T, J, 3, 3) local rotations of some frames, and (F, 3) the root's places in all."""
    local = np.tile(np.eye(3), (len(frames), len(channels), 1, 1))
    trail, column = np.zeros((len(numbers), 3)), 0
    for joint, names in enumerate(channels):
        for name in names:
            if name in ROTATIONS:
                local[:, joint] = local[:, joint] @ turns(ROTATIONS[name], numbers[frames, column])
            elif joint == 0:
                trail[:, POSITIONS[name]] = numbers[:, column]
            column += 1
    return local, trail

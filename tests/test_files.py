"""Files of a data set: records, masks, passes."""

import json
import struct

import cv2
import numpy as np
import pytest

from blender_addon.core import records
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.exr import find_pass, read_exr
from blender_addon.core.png import encode_png


def test_a_png_holds_its_pixels():
    pixels = np.arange(256, dtype=np.uint8).reshape(8, 32)
    decoded = cv2.imdecode(np.frombuffer(encode_png(pixels), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(decoded, pixels)


def test_a_failed_write_leaves_what_was_there_and_no_half_file(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    records.write_bytes_atomically(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(records.os, "fsync", full)
    with pytest.raises(SettingsError, match=r"a\.json: No space left"):
        records.write_bytes_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    "text", [b"", b'{"record": 1', b"[]", b'{"record": 1}', b'{"record":9,"spec":1,"truth":1,"made":1}']
)
def test_a_broken_record_is_named_with_its_fix(tmp_path, text):
    path = tmp_path / "000012.json"
    path.write_bytes(text)
    with pytest.raises(AssetError, match=r"000012\.json.*--only 12"):
        records.read_record(path)


def test_json_that_no_loader_would_take_is_refused(tmp_path):
    with pytest.raises(ValueError):
        records.write_json_atomically(tmp_path / "a.json", {"x": float("nan")})


def exr(width=3, height=2, names=("A.IndexOB.X", "A.Z"), compression=0):
    """A file as Blender writes it: channels one after the other in each row."""
    channels = b"".join(name.encode() + b"\0" + struct.pack("<iB3xii", 2, 0, 1, 1) for name in names) + b"\0"
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    attributes = [
        ("channels", "chlist", channels),
        ("compression", "compression", bytes([compression])),
        ("dataWindow", "box2i", window),
    ]
    head = b"v/1\x01" + struct.pack("<I", 2)
    for name, kind, value in attributes:
        head += name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<I", len(value)) + value
    head += b"\0"
    values = np.arange(height * len(names) * width, dtype="<f4").reshape(height, -1)
    size = values[0].nbytes
    offsets = [len(head) + 8 * height + row * (8 + size) for row in range(height)]
    rows = b"".join(struct.pack("<iI", row, size) + values[row].tobytes() for row in range(height))
    return head + struct.pack(f"<{height}Q", *offsets) + rows


def test_exr_channels_come_back_in_place(tmp_path):
    path = tmp_path / "a.exr"
    path.write_bytes(exr())
    channels = read_exr(path)
    np.testing.assert_array_equal(find_pass(channels, "IndexOB.X", "Object Index.X"), [[0, 1, 2], [6, 7, 8]])
    np.testing.assert_array_equal(channels["A.Z"], [[3, 4, 5], [9, 10, 11]])


@pytest.mark.parametrize("data", [
    pytest.param(b"", id="empty"),
    pytest.param(b"\x89PNG" + bytes(100), id="another format"),
    pytest.param(exr()[:-5], id="cut short"),
    pytest.param(exr()[:40], id="cut in the header"),
    pytest.param(exr(compression=3), id="compressed"),
    pytest.param(exr(width=10**6, height=10**6 % 7 + 1)[:400], id="absurd size"),
])  # fmt: skip
def test_a_broken_exr_is_named(tmp_path, data):
    path = tmp_path / "a.exr"
    path.write_bytes(data)
    with pytest.raises(AssetError, match=r"a\.exr is not an uncompressed"):
        read_exr(path)


def test_a_missing_pass_says_what_is_there():
    with pytest.raises(AssetError, match=r"IndexOB.X.*V.Depth"):
        find_pass({"V.Depth": np.zeros((1, 1))}, "IndexOB.X")


def test_same_value_same_bytes(tmp_path):
    for name in "ab":
        records.write_json_atomically(tmp_path / name, {"b": [1, 2.5], "a": "é"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert json.loads((tmp_path / "a").read_text("utf-8")) == {"b": [1, 2.5], "a": "é"}

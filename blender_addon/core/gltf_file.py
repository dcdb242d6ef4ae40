"""The outside of a glTF 2.0 file: its JSON, the files that it names, and the arrays in its buffers.

Everything in such a file may be a lie: what is read here is checked against the buffer, the folder and the limits
below before it is used. Format: Khronos, "glTF 2.0 Specification" (2021).
"""

import json
import math
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote_to_bytes

import numpy as np

from .errors import AssetError
from .picture_file import picture_size

LARGEST_JSON = 16 * 2**20
LARGEST_BUFFER = 512 * 2**20
LARGEST_PICTURE = 128 * 2**20
MOST_PIXELS = 8192 * 8192
MOST_VERTICES = 2_000_000
MOST_ITEMS = 100_000
"""Nodes, meshes, accessors and so on."""
COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
FIX = "Get the model again, or take it out of the folder."


@dataclass
class Document:
    """An open file; nothing of it is believed yet."""

    path: Path
    json: dict
    files: list = field(default_factory=list)
    """Paths of what it names, each once, in the order met."""
    buffers: dict = field(default_factory=dict)
    """Number -> bytes, once read."""

    def fail(self, place: str, what: str, fix: str = FIX) -> NoReturn:
        raise AssetError(f"{self.path}: {place} {what}. {fix}")

    def items(self, name: str) -> list:
        """A top-level list, empty when it is not there."""
        return self.listed(self.json, name, name)

    def listed(self, holder: dict, key: str, place: str) -> list:
        """A list, empty when it is not there."""
        found = holder.get(key, [])
        if not isinstance(found, list):
            self.fail(place, f"is a {type(found).__name__}, not a list")
        if len(found) > MOST_ITEMS:
            self.fail(place, f"has {len(found)} entries, more than {MOST_ITEMS}")
        return found

    def item(self, name: str, number) -> dict:
        """One object of a top-level list, by the number that something else gave."""
        held = self.items(name)
        if type(number) is not int or not 0 <= number < len(held):
            self.fail(f"{name}[{number!r:.20}]", f"is named but there are {len(held)} of them")
        return self.an_object(held[number], f"{name}[{number}]")

    def an_object(self, value, place: str) -> dict:
        if not isinstance(value, dict):
            self.fail(place, f"is {value!r:.40}, not an object")
        return value

    def whole(self, holder: dict, key: str, place: str, default=None, least: int = 0, most: int = 2**40) -> int:
        """A whole number between bounds."""
        value = holder.get(key, default)
        if type(value) is not int or not least <= value <= most:
            self.fail(f"{place}.{key}", f"is {value!r:.40}, expected a whole number of {least} to {most}")
        return value

    def numbers(self, holder: dict, key: str, place: str, default: tuple) -> np.ndarray:
        """(len(default),) finite numbers."""
        value = holder.get(key, list(default))
        good = isinstance(value, list) and len(value) == len(default) and all(map(_is_number, value))
        if not good:
            self.fail(f"{place}.{key}", f"is {value!r:.60}, expected {len(default)} finite numbers")
        return np.array(value, float)

    def number(self, holder: dict, key: str, place: str, default: float, least: float, most: float) -> float:
        value = holder.get(key, default)
        if not _is_number(value) or not least <= value <= most:
            self.fail(f"{place}.{key}", f"is {value!r:.40}, expected a number of {least:g} to {most:g}")
        return float(value)

    def beside(self, uri, place: str) -> Path:
        """The file in this model's folder that a `uri` names.

        Raises:
            AssetError: it lies elsewhere, or is no file.
        """
        folder = Path(os.path.abspath(self.path)).parent
        name = self._name_of(uri, place)
        try:
            found = (folder / name).resolve(strict=True)
            if not stat.S_ISREG(found.stat().st_mode):
                self.fail(f"{place}.uri", f"{name!r} is no file")
            inside = found.is_relative_to(folder.resolve())
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: symlinks in a circle, before 3.13
            self.fail(f"{place}.uri", f"{name!r:.200} cannot be opened ({error.__class__.__name__})")
        if not inside:
            self.fail(f"{place}.uri", f"{name!r} leads out of the model's folder", "Take the model out of the folder.")
        if found not in self.files:
            self.files.append(found)
        return found

    def _name_of(self, uri, place: str) -> str:
        if not isinstance(uri, str) or not uri:
            self.fail(f"{place}.uri", f"is {uri!r:.40}, expected a file's name", SEPARATE)
        if uri.lower().startswith("data:"):
            self.fail(f"{place}.uri", "holds the data itself", SEPARATE)
        try:
            name = unquote_to_bytes(uri).decode("utf-8")
        except UnicodeError:
            self.fail(f"{place}.uri", f"{uri!r:.200} is no text")
        outside = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", name) or name.startswith(("/", "~"))
        if outside or ".." in name.split("/") or "\\" in name or not name.isprintable():
            self.fail(f"{place}.uri", f"{name!r:.200} leads out of the model's folder", "Do not use the model.")
        return name

    def picture(self, uri, place: str) -> Path:
        """A JPEG or PNG of a size that can be loaded."""
        path = self.beside(uri, place)
        if path.stat().st_size > LARGEST_PICTURE:
            self.fail(f"{place}.uri", f"{path.name} is over {LARGEST_PICTURE >> 20} MB")
        try:
            width, height = picture_size(path)
        except AssetError as error:
            raise AssetError(f"{self.path}: {place}: {error}") from None
        if width * height > MOST_PIXELS:
            self.fail(f"{place}.uri", f"{path.name} has {width}x{height} pixels, more than {MOST_PIXELS}")
        return path

    def array(self, number, place: str, kinds: tuple, widths: tuple, most: int) -> np.ndarray:
        """An accessor's values.

        Args:
            kinds: of COMPONENTS, those that may be; widths: of WIDTHS.
            most: of values.
        Returns:
            (N, width), as stored; whole numbers that stand for shares are divided already.
        """
        accessor = self.item("accessors", number)
        place = f"{place} (accessors[{number}])"
        if "sparse" in accessor:
            self.fail(place, "is sparse, which is not read", "Export the model without sparse accessors.")
        kind, shape = accessor.get("componentType"), accessor.get("type")
        if type(kind) is not int or kind not in kinds or shape not in widths:
            wanted = f"{' or '.join(widths)} of {' or '.join(map(str, kinds))}"
            self.fail(place, f"holds {shape!r:.20} of {kind!r:.20}, expected {wanted}")
        count = self.whole(accessor, "count", place, least=1, most=most)
        values = self._read(accessor, place, np.dtype(COMPONENTS[kind]), count, WIDTHS[shape])
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            self.fail(place, "holds values that are no numbers")
        if accessor.get("normalized") is True and values.dtype.kind in "iu":
            return values / np.float32(np.iinfo(values.dtype).max)
        return values

    def _read(self, accessor: dict, place: str, dtype, count: int, width: int) -> np.ndarray:
        view = self.item("bufferViews", accessor.get("bufferView"))
        data = self._buffer(view.get("buffer"))
        item = width * dtype.itemsize
        stride = self.whole(view, "byteStride", place, default=item, least=item, most=252)
        start = self.whole(view, "byteOffset", place, default=0)
        length = self.whole(view, "byteLength", place, least=1)
        offset = self.whole(accessor, "byteOffset", place, default=0)
        if start + length > len(data):
            self.fail(place, f"ends at byte {start + length} of a buffer of {len(data)}")
        if offset + stride * (count - 1) + item > length:
            self.fail(place, f"needs {offset + stride * (count - 1) + item} bytes of a view of {length}")
        strides = (stride, dtype.itemsize)
        return np.ndarray((count, width), dtype, data, start + offset, strides).astype(dtype.newbyteorder("="))

    def _buffer(self, number) -> bytes:
        described = self.item("buffers", number)
        if number not in self.buffers:
            place = f"buffers[{number}]"
            wanted = self.whole(described, "byteLength", place, least=1, most=LARGEST_BUFFER)
            path = self.beside(described.get("uri"), place)
            size = path.stat().st_size
            if size < wanted:
                self.fail(place, f"should have {wanted} bytes, but {path.name} has {size}")
            if sum(map(len, self.buffers.values())) + wanted > LARGEST_BUFFER:
                self.fail(place, f"makes more than {LARGEST_BUFFER >> 20} MB together with the others")
            with open(path, "rb") as file:
                self.buffers[number] = file.read(wanted)
        return self.buffers[number]


SEPARATE = "Export the model as .gltf with separate .bin and textures."


def open_document(path) -> Document:
    """Read the JSON of a .gltf file.

    Raises:
        AssetError: it cannot be read, is too large, is no glTF 2 or needs an extension.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file:
            text = file.read(LARGEST_JSON + 1)
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}. {FIX}") from error
    if len(text) > LARGEST_JSON:
        raise AssetError(f"{path} is over {LARGEST_JSON >> 20} MB of JSON, too much for a model. {SEPARATE}")
    try:
        value = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise AssetError(f"{path} is no JSON ({str(error)[:120]}). {FIX}") from None
    document = Document(path, {})
    document.json = document.an_object(value, "the file")
    asset = document.an_object(document.json.get("asset"), "asset")
    version = asset.get("version")
    if not isinstance(version, str) or not version.startswith("2."):
        document.fail("asset.version", f"is {version!r:.20}, only 2.0 is read", "Export the model as glTF 2.0.")
    needed = document.items("extensionsRequired")
    if needed:
        names = ", ".join(f"{name!s:.60}" for name in needed[:5])
        document.fail("extensionsRequired", f"asks for {names}, none of which is read", "Export the model without.")
    return document


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"it holds {name}")


def _is_number(value) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # whole numbers beyond any float
        return False

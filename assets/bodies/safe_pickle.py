"""Read the pickles that body models are published as, without running anything that is in them.

A pickle is a program: it names functions and calls them. Here every name it may use is in the table below, and each
stands for a plain container or for a stand-in that only keeps what it is given. numpy's, scipy's and chumpy's own
classes are never touched: the arrays are made from the stand-ins once the pickle is read.
"""

import io
import pickle
import re
from pathlib import Path

import numpy as np

from blender_addon.core.errors import AssetError

LARGEST_FILE = 2**30
LARGEST_ARRAY = 2**30
"""Bytes. SMPL-X's largest array, its pose corrections, has 120 million."""


class StandIn:
    """Keeps what a pickle says about an object: the arguments that it is made from and its state."""

    def __init__(self, *arguments):
        self.arguments, self.state = arguments, None

    def __setstate__(self, state):
        self.state = state


class PickledDtype(StandIn):
    """numpy.dtype('f8', ...), then a state whose second item is the byte order."""

    def dtype(self) -> np.dtype:
        code = _text(self.arguments[0]) if self.arguments else ""
        order = _text(self.state[1]) if isinstance(self.state, tuple) and len(self.state) > 1 else "="
        if not _PLAIN.fullmatch(code) or order not in ("<", ">", "=", "|"):
            raise AssetError(f"an array of the type {code!r}, expected numbers")
        return np.dtype(code).newbyteorder(order if order != "|" else "=")


_PLAIN = re.compile(r"[<>=|]?(?:[biuf][1248]?|[SU]\d{0,4}|\?)")
"""Types of numbers and text as numpy writes them; no objects, no structures."""


class PickledArray(StandIn):
    """An array whose state is (version, shape, type, Fortran order, bytes)."""

    def array(self) -> np.ndarray:
        if not isinstance(self.state, tuple) or len(self.state) != 5:
            raise AssetError("an array without contents")
        _, shape, dtype, fortran, content = self.state
        return _array(content, dtype, shape, "F" if fortran else "C")


class PickledBuffer(StandIn):
    """An array of pickle protocol 5: (bytes, type, shape, order)."""

    def array(self) -> np.ndarray:
        if len(self.arguments) != 4:
            raise AssetError("an array without contents")
        return _array(*self.arguments)


class PickledScalar(StandIn):
    """numpy.core.multiarray.scalar(type, bytes)."""

    def array(self) -> np.ndarray:
        return _array(self.arguments[1], self.arguments[0], (), "C")


class PickledSparse(StandIn):
    """A scipy matrix in compressed columns or rows, or as triplets; the state is its attributes."""

    columns_first = True

    def array(self) -> np.ndarray:
        if not isinstance(self.state, dict):
            raise AssetError("a sparse matrix without contents")
        shape = tuple(int(side) for side in self.state.get("_shape", ()))
        if len(shape) != 2 or min(shape) < 1 or shape[0] * shape[1] * 8 > LARGEST_ARRAY:
            raise AssetError(f"a sparse matrix of shape {shape}")
        rows, columns, values = self._triplets(shape)
        good = len(rows) == len(columns) == len(values)
        if not good or (len(rows) and (rows.min() < 0 or columns.min() < 0)):
            raise AssetError("a sparse matrix whose indices do not fit it")
        dense = np.zeros(shape)
        try:
            np.add.at(dense, (rows, columns), values)
        except IndexError:
            raise AssetError("a sparse matrix whose indices do not fit it") from None
        return dense

    def _triplets(self, shape) -> tuple:
        values = to_array(self.state.get("data"))
        if "coords" in self.state:
            return *(to_array(side).astype(int) for side in self.state["coords"]), values
        if "row" in self.state:
            return to_array(self.state["row"]).astype(int), to_array(self.state["col"]).astype(int), values
        inner, starts = (to_array(self.state.get(name)).astype(int) for name in ("indices", "indptr"))
        counts = np.diff(starts)
        if len(counts) != shape[1 if self.columns_first else 0] or (counts < 0).any() or counts.sum() > len(values):
            raise AssetError("a sparse matrix whose indices do not fit it")
        outer = np.repeat(np.arange(len(counts)), counts)
        inner, values = inner[: len(outer)], values[: len(outer)]
        return (inner, outer, values) if self.columns_first else (outer, inner, values)


class PickledSparseRows(PickledSparse):
    columns_first = False


class Chumpy(StandIn):
    """A node of chumpy, the library that SMPL was written with: a value, or a choice from another node."""

    kind = ""

    def array(self) -> np.ndarray:
        state = self.state if isinstance(self.state, dict) else {}
        if "x" in state:
            return to_array(state["x"])
        if self.kind.endswith("Select") and {"a", "idxs", "preferred_shape"} <= set(state):
            flat, chosen = to_array(state["a"]).ravel(), to_array(state["idxs"]).astype(int).ravel()
            shape = tuple(int(side) for side in state["preferred_shape"])
            if len(chosen) and (chosen.min() < 0 or chosen.max() >= len(flat)):
                raise AssetError("a chumpy selection beyond its array")
            return flat[chosen].reshape(shape)
        raise AssetError(f"an array that {self.kind} would have to work out")


class _Encoded(StandIn):
    """_codecs.encode(text, 'latin1'), or bytes(): how Python 3 writes bytes into protocols below 3."""

    def content(self) -> bytes:
        return _bytes(self.arguments[0]) if self.arguments else b""


def _reconstructed(kind=None, *_):
    """copy_reg._reconstructor(class, object, None), and numpy's function of the same purpose: an empty instance."""
    return kind() if isinstance(kind, type) and issubclass(kind, StandIn) else StandIn()


def _sparse_names() -> dict:
    names = {}
    for form, kind in (("csc", PickledSparse), ("csr", PickledSparseRows), ("coo", PickledSparse)):
        for module in (f"scipy.sparse.{form}", f"scipy.sparse._{form}"):
            names |= {(module, f"{form}_{noun}"): kind for noun in ("matrix", "array")}
    return names


_CORES = ("numpy.core", "numpy._core")
_ADMITTED = {
    ("numpy", "dtype"): PickledDtype,
    ("numpy", "ndarray"): PickledArray,
    ("numpy.matrixlib.defmatrix", "matrix"): PickledArray,
    **{(f"{core}.multiarray", "_reconstruct"): _reconstructed for core in _CORES},
    **{(f"{core}.multiarray", "scalar"): PickledScalar for core in _CORES},
    **{(f"{core}.numeric", "_frombuffer"): PickledBuffer for core in _CORES},
    **_sparse_names(),
    **{(module, "_reconstructor"): _reconstructed for module in ("copy_reg", "copyreg")},
    **{(m, n): k for m in ("builtins", "__builtin__") for n, k in (("set", set), ("object", StandIn), ("dict", dict))},
    **{(module, "bytes"): _Encoded for module in ("builtins", "__builtin__")},
    ("collections", "OrderedDict"): dict,
    ("_codecs", "encode"): _Encoded,
}
"""(module, name) as the pickle writes them -> what they stand for. Exact names: nothing is looked up or imported."""
_KEYS = (str, int, float, bytes, bool, type(None), StandIn)
"""What a dictionary or set may be keyed by; nested tuples could make hashing take for ever."""


class _Reader(pickle._Unpickler):  # the one in Python: its memory follows the file's, the one in C trusts indices
    dispatch = dict(pickle._Unpickler.dispatch)

    def find_class(self, module, name):
        if (module, name) in _ADMITTED:
            return _ADMITTED[module, name]
        if module.split(".")[0] == "chumpy" and name.isidentifier():
            return type("Chumpy", (Chumpy,), {"kind": f"{module}.{name}"})
        raise AssetError(f"the name {module}.{name}, which no body model needs")

    def persistent_load(self, pid):
        raise AssetError("a reference to something outside the file")

    def get_extension(self, code):
        raise AssetError("an extension code")

    def load_build(self):
        target, state = self.stack[-2], self.stack.pop()
        if not isinstance(target, StandIn):
            raise AssetError(f"a state for a {type(target).__name__}")
        target.__setstate__(state)

    def load_reduce(self):
        arguments, function = self.stack.pop(), self.stack[-1]
        self.stack[-1] = self._call(function, arguments, {})

    def load_newobj(self):
        arguments, kind = self.stack.pop(), self.stack.pop()
        self.append(self._call(kind, arguments, {}))

    def load_newobj_ex(self):
        options, arguments, kind = self.stack.pop(), self.stack.pop(), self.stack.pop()
        self.append(self._call(kind, arguments, options))

    def _instantiate(self, kind, arguments):
        self.append(self._call(kind, tuple(arguments), {}))

    def _call(self, function, arguments, options):
        if function is set and len(arguments) == 1 and isinstance(arguments[0], list):
            return set(_checked_keys(arguments[0]))
        if function is dict and len(arguments) < 2:
            return dict(_checked_items(arguments[0])) if arguments else {}
        stand_in = function is _reconstructed or (isinstance(function, type) and issubclass(function, StandIn))
        if not stand_in or options or not isinstance(arguments, tuple):
            raise AssetError("a call that no body model needs")
        return function(*arguments)

    def load_setitems(self):
        items, self.stack[-1] = self.pop_mark(), _a(dict, self.stack[-1])
        for key, value in zip(_checked_keys(items[::2]), items[1::2], strict=True):
            self.stack[-1][key] = value

    def load_setitem(self):
        value, key = self.stack.pop(), self.stack.pop()
        _a(dict, self.stack[-1])[_checked_keys([key])[0]] = value

    def load_appends(self):
        items = self.pop_mark()
        _a(list, self.stack[-1]).extend(items)

    def load_append(self):
        value = self.stack.pop()
        _a(list, self.stack[-1]).append(value)

    def load_additems(self):
        items = self.pop_mark()
        _a(set, self.stack[-1]).update(_checked_keys(items))

    def load_dict(self):
        items = self.pop_mark()
        self.append(dict(zip(_checked_keys(items[::2]), items[1::2], strict=True)))

    def load_bytearray8(self):
        size = int.from_bytes(self.read(8), "little")
        content = self.read(min(size, LARGEST_ARRAY))
        if len(content) != size:
            raise AssetError("bytes that are not there")
        self.append(bytearray(content))

    def load_frozenset(self):
        self.append(frozenset(_checked_keys(self.pop_mark())))

    dispatch |= {
        pickle.BUILD[0]: load_build,
        pickle.REDUCE[0]: load_reduce,
        pickle.NEWOBJ[0]: load_newobj,
        pickle.NEWOBJ_EX[0]: load_newobj_ex,
        pickle.SETITEMS[0]: load_setitems,
        pickle.SETITEM[0]: load_setitem,
        pickle.APPENDS[0]: load_appends,
        pickle.APPEND[0]: load_append,
        pickle.ADDITEMS[0]: load_additems,
        pickle.DICT[0]: load_dict,
        pickle.FROZENSET[0]: load_frozenset,
        pickle.BYTEARRAY8[0]: load_bytearray8,
    }


def _a(kind, value):
    if type(value) is not kind:
        raise AssetError(f"contents of a {kind.__name__} for a {type(value).__name__}")
    return value


def _checked_keys(keys: list) -> list:
    for key in keys:
        if not isinstance(key, _KEYS):
            raise AssetError(f"a {type(key).__name__} as a key")
    return keys


def _checked_items(items) -> list:
    if isinstance(items, dict):
        return list(items.items())
    pairs = [tuple(pair) for pair in _a(list, items) if isinstance(pair, (list, tuple)) and len(pair) == 2]
    _checked_keys([pair[0] for pair in pairs])
    return pairs


def read_pickle(path) -> dict:
    """The dictionary of a model's `.pkl`; its arrays wait in stand-ins for `to_array`.

    Raises:
        AssetError: the file is missing, too large, broken, or asks for anything that a model does not need.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise AssetError(f"{path}: {path.stat().st_size:,} bytes; no body model is larger than {LARGEST_FILE:,}.")
        content = path.read_bytes()
    except OSError as error:
        raise AssetError(f"{path}: cannot be read ({error.strerror}). Check the path.") from None
    data = loads(content, str(path))
    if not isinstance(data, dict):
        raise AssetError(f"{path}: expected a dictionary of arrays, found {_kind(data)}. Choose a body model.")
    return {key: value for key, value in data.items() if isinstance(key, str)}


def loads(content: bytes, where: str):
    """What a pickle holds: containers, numbers, text and stand-ins. Text of Python 2 is read as latin1."""
    try:
        return _Reader(io.BytesIO(content), encoding="latin1").load()
    except AssetError as error:
        raise AssetError(
            f"{where}: refused, the pickle holds {error}. Nothing of it was run; get the file from its authors."
        ) from None
    except RecursionError:
        raise AssetError(f"{where}: refused, the pickle is nested too deeply.") from None
    except Exception as error:  # a broken pickle can fail in any way at all
        reason = str(error) or type(error).__name__
        raise AssetError(f"{where}: expected a whole pickle, found a broken one ({reason}). Get it again.") from None


def to_array(value) -> np.ndarray:
    """The plain array of a stand-in, a number or a list of numbers.

    Raises:
        AssetError: it is none; the message says what it is, for the caller to name the place.
    """
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, StandIn) and hasattr(value, "array"):
        return value.array()
    if isinstance(value, (bool, int, float, str)):
        return np.array(value)
    if isinstance(value, (list, tuple)) and all(isinstance(item, (bool, int, float)) for item in value):
        return np.array(value)
    raise AssetError(f"{_kind(value)} where an array should be")


def _kind(value) -> str:
    return getattr(value, "kind", "") or type(value).__name__


def _array(content, dtype, shape, order) -> np.ndarray:
    if not isinstance(dtype, PickledDtype) or not isinstance(shape, tuple):
        raise AssetError("an array without a type or a shape")
    sides = [int(side) for side in shape if isinstance(side, int) and side >= 0]
    if isinstance(content, (list, tuple)) or len(sides) != len(shape) or len(sides) > 4:
        raise AssetError("an array of objects, expected numbers")
    dtype, content = dtype.dtype(), _bytes(content)
    size = dtype.itemsize
    for side in sides:
        size *= side
    if size != len(content) or size > LARGEST_ARRAY:
        raise AssetError(f"{len(content):,} bytes for an array of shape {shape}")
    order = "F" if order == "F" else "C"
    return np.frombuffer(content, dtype).reshape(sides, order=order).astype(dtype.newbyteorder("="))


def _bytes(content) -> bytes:
    """Python 2's text is Python 3's bytes."""
    if isinstance(content, _Encoded):
        return content.content()
    if isinstance(content, str):
        return content.encode("latin1")
    if isinstance(content, (bytes, bytearray)):
        return bytes(content)
    raise AssetError(f"{type(content).__name__} where an array's bytes should be")


def _text(value) -> str:
    return value.decode("latin1") if isinstance(value, bytes) else str(value)

"""The restricted unpickler reads what model files hold, and runs nothing."""

import collections
import os
import pickle
import subprocess

import numpy as np
import pytest
from scipy import sparse

from assets.bodies.safe_pickle import loads, read_pickle, to_array
from blender_addon.core.errors import AssetError
from tests.made_bodies import chumpy_node, fake_chumpy


def stream(module: str, name: str, *arguments) -> bytes:
    """Protocol 2: the call module.name(*arguments), as the value of a key that a model has."""
    body = pickle.dumps(arguments, 2)[2:-1]
    return b"\x80\x02}U\x0av_templatec" + f"{module}\n{name}\n".encode() + body + b"Rs."


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.arange(12, dtype=np.uint32).reshape(4, 3)),
        np.arange(6, dtype=">i2").reshape(1, 2, 3),
        np.array([True, False]),
        np.zeros((0, 3)),
        np.float32(2.5) * np.ones(()),
    ],
    ids=str,
)
def test_arrays_come_back_as_they_were(protocol, array):
    read = to_array(loads(pickle.dumps({"a": array}, protocol), "here")["a"])
    np.testing.assert_array_equal(read, array)
    assert read.shape == array.shape and read.dtype.kind == array.dtype.kind


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("form", ["csc", "csr", "coo"])
def test_sparse_matrices_come_back_dense(protocol, form):
    dense = np.arange(20.0).reshape(4, 5) * (np.arange(20).reshape(4, 5) % 3 == 0)
    read = to_array(loads(pickle.dumps(getattr(sparse, f"{form}_matrix")(dense), protocol), "here"))
    np.testing.assert_array_equal(read, dense)


@pytest.mark.parametrize("old, new", [("scipy.sparse._csc", "scipy.sparse.csc"), ("numpy.core", "numpy._core")])
def test_modules_are_known_by_old_and_new_names(old, new):
    content = pickle.dumps(sparse.csc_matrix(np.eye(3)), 2).replace(f"c{old}".encode(), f"c{new}".encode())
    np.testing.assert_array_equal(to_array(loads(content, "here")), np.eye(3))


@pytest.mark.parametrize("protocol", [0, 1, 2, 4])
def test_chumpys_nodes_give_their_arrays(protocol):
    with fake_chumpy() as (ch, reordering):
        values = chumpy_node(ch.Ch, x=np.arange(12.0).reshape(3, 4))
        chosen = chumpy_node(reordering.Select, a=values, idxs=np.array([0, 1, 4, 5]), preferred_shape=(2, 2))
        content = pickle.dumps({"x": values, "y": chosen}, protocol)
    read = loads(content, "here")
    np.testing.assert_array_equal(to_array(read["x"]), np.arange(12.0).reshape(3, 4))
    np.testing.assert_array_equal(to_array(read["y"]), [[0, 1], [4, 5]])


def test_chumpys_sums_are_read_over_but_are_no_arrays():
    with fake_chumpy() as (ch, _):
        content = pickle.dumps(chumpy_node(ch.MatVecMult, mtx=None), 2)
    with pytest.raises(AssetError, match=r"chumpy\.ch\.MatVecMult"):
        to_array(loads(content, "here"))


def test_python_2s_containers_and_text():
    content = b"(dp0\nS'bs_style'\np1\nS'lbs'\np2\nsS's'\nc__builtin__\nset\n((lI1\naI2\natRsS'n'\nNs."
    assert loads(content, "here") == {"bs_style": "lbs", "s": {1, 2}, "n": None}
    assert loads(pickle.dumps(collections.OrderedDict(a=(1, [2.5]))), "here") == {"a": (1, [2.5])}


HOSTILE = {
    "os.system": ("os", "system", "touch CAUGHT"),
    "posix.system": ("posix", "system", "touch CAUGHT"),
    "subprocess": ("subprocess", "Popen", ["touch", "CAUGHT"]),
    "eval": ("builtins", "eval", "open('CAUGHT','w')"),
    "python 2's eval": ("__builtin__", "eval", "open('CAUGHT','w')"),
    "exec": ("builtins", "exec", "open('CAUGHT','w')"),
    "getattr": ("builtins", "getattr", "x", "upper"),
    "import": ("builtins", "__import__", "antigravity"),
    "open": ("io", "open", "CAUGHT", "w"),
    "numpy.load": ("numpy", "load", "evil.npy", None, True),
    "numpy.memmap": ("numpy", "memmap", "CAUGHT", "uint8", "w+"),
    "numpy.f2py": ("numpy.f2py", "compile", "end"),
    "numpy.testing's runner": ("numpy.testing._private.utils", "runstring", "open('CAUGHT','w')", {}),
    "a path through numpy": ("numpy", "core.multiarray._reconstruct", 1),
    "a path to os": ("numpy.core.multiarray", "os.system", "touch CAUGHT"),
    "a name beside an admitted one": ("numpy.core.multiarray", "fromfile", "/etc/passwd"),
    "a module within an admitted one": ("scipy.sparse.csc.os", "system", "touch CAUGHT"),
    "scipy's loader": ("scipy.sparse", "load_npz", "evil.npz"),
    "chumpy's neighbour": ("chumpyevil", "Ch"),
    "a path through chumpy": ("chumpy.ch", "os.system", "touch CAUGHT"),
    "a dictionary's class method": ("builtins", "dict.fromkeys", [1]),
    "much memory": ("builtins", "bytearray", 2**40),
    "a set of what cannot be hashed soon": ("builtins", "set", ((1, 2),)),
    "a code object": ("types", "CodeType"),
    "functools": ("functools", "partial", print),
    "operator": ("operator", "attrgetter", "system"),
    "another pickle": ("pickle", "loads", b"cos\nsystem\n(S'touch CAUGHT'\ntR."),
}


@pytest.mark.parametrize("call", HOSTILE.values(), ids=HOSTILE)
def test_nothing_else_is_called(tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.pkl"
    path.write_bytes(stream(*call))
    with pytest.raises(AssetError, match=r"model\.pkl: refused.*Nothing of it was run"):
        read_pickle(path)
    assert [found.name for found in tmp_path.iterdir()] == ["model.pkl"]


class Runs:
    """What most hostile pickles are."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(6))
def test_code_hidden_in_an_array_of_objects_does_not_run(tmp_path, monkeypatch, protocol):
    monkeypatch.chdir(tmp_path)
    for function, argument in ((os.system, "touch CAUGHT"), (subprocess.call, ["touch", "CAUGHT"])):
        content = pickle.dumps({"weights": np.array([Runs(function, argument), 1], object)}, protocol)
        with pytest.raises(AssetError, match="refused"):
            loads(content, "here")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"(S'touch CAUGHT'\nios\nsystem\n.", id="INST"),
        pytest.param(b"(cos\nsystem\nS'touch CAUGHT'\no.", id="OBJ"),
        pytest.param(b"\x80\x02cos\nsystem\nU\x0ctouch CAUGHT\x85\x81.", id="NEWOBJ"),
        pytest.param(b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0ctouch CAUGHT\x85R.", id="STACK_GLOBAL"),
        pytest.param(b"Psomewhere\n.", id="persistent id"),
        pytest.param(b"\x80\x02\x82\x01.", id="extension code"),
        pytest.param(b"\x80\x02cnumpy\nndarray\n}U\x08__init__Nsb.", id="state for a class"),
        pytest.param(b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n}U\x08__code__Nsb.", id="state for a function"),
        pytest.param(b"\x80\x02c__builtin__\nset\n}U\x01aNsb.", id="state for a builtin"),
        pytest.param(b"\x80\x02}(I1\nI2\n\x86I3\nu.", id="a tuple as a key"),
        pytest.param(b"\x80\x02U\x01aK\x01a.", id="appending to text"),
        pytest.param(b"\x80\x05\x96" + (2**50).to_bytes(8, "little") + b"x.", id="more bytes than there are"),
    ],
)
def test_every_way_to_call_is_shut(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssetError):
        loads(content, "here")
    assert not list(tmp_path.iterdir())


def raw_array(dtype: str, shape, content, state=None) -> bytes:
    """An array whose parts do not fit, with the opcodes that numpy writes."""
    state = state or (3, "<", None, None, None, -1, -1, 0)
    parts = [pickle.dumps(value, 2)[2:-1] for value in (shape, content, state)]
    kind = b"cnumpy\ndtype\nU" + bytes([len(dtype)]) + dtype.encode() + b"K\x00K\x01\x87R" + parts[2] + b"b"
    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    return b"\x80\x02" + empty + b"(K\x01" + parts[0] + kind + b"\x89" + parts[1] + b"tb."


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(raw_array("f8", (2**40,), "abc"), id="far too few bytes"),
        pytest.param(raw_array("f8", (-1,), "abcdefgh"), id="a negative side"),
        pytest.param(raw_array("f8", (1, 1, 1, 1, 1), "abcdefgh"), id="too many sides"),
        pytest.param(raw_array("O8", (1,), "abcdefgh"), id="pointers made of bytes"),
        pytest.param(raw_array("V8", (1,), "abcdefgh"), id="a structure"),
        pytest.param(raw_array("f8", (1,), ["a"]), id="a list"),
        pytest.param(raw_array("f8,O", (1,), "abcdefgh" * 2), id="fields"),
    ],
)
def test_arrays_that_lie_are_refused(content):
    with pytest.raises((AssetError, TypeError)):
        to_array(loads(content, "here"))


def test_a_type_whose_state_claims_to_hold_objects_stays_a_number():
    """numpy's own unpickling takes the flags of a type from the file."""
    read = to_array(loads(raw_array("f8", (1,), "\0" * 8, (3, "<", None, None, None, 8, 8, 63)), "here"))
    assert read.dtype == np.float64 and not read.dtype.hasobject and read[0] == 0


@pytest.mark.parametrize("indices", [[0, 9], [0, -1]])
def test_sparse_indices_beyond_the_matrix_are_refused(indices):
    matrix = sparse.csc_matrix(np.eye(2))
    matrix.indices = np.array(indices, np.int32)
    with pytest.raises(AssetError, match="do not fit"):
        to_array(loads(pickle.dumps(matrix), "here"))


def test_a_sparse_matrix_of_great_shape_takes_no_memory():
    matrix = sparse.csc_matrix(np.eye(2))
    matrix._shape = (10**9, 10**9)
    with pytest.raises(AssetError, match="shape"):
        to_array(loads(pickle.dumps(matrix), "here"))


@pytest.mark.parametrize("content", [b"", b"not a pickle", b"\x80\x02}", b"\x80\x63.", b"(" * 100 + b"t" * 99 + b"."])
def test_broken_pickles_say_so(tmp_path, content):
    path = tmp_path / "cut.pkl"
    path.write_bytes(content)
    with pytest.raises(AssetError, match=r"cut\.pkl"):
        read_pickle(path)


def test_what_is_no_dictionary_is_no_model(tmp_path):
    path = tmp_path / "list.pkl"
    path.write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(AssetError, match="expected a dictionary"):
        read_pickle(path)
    with pytest.raises(AssetError, match="cannot be read"):
        read_pickle(tmp_path / "missing.pkl")

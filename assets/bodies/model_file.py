"""Model files of the SMPL family as their authors publish them, `.npz` or `.pkl`, read and checked."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assets.bodies.safe_pickle import LARGEST_ARRAY, loads, read_pickle, to_array
from blender_addon.core.body import KINDS
from blender_addon.core.errors import AssetError

LARGEST_MESH = 100_000
"""Vertices; SMPL-X has 10,475."""
FARTHEST = 10.0
"""Metres from the origin to any vertex or shape offset; people are smaller."""
_REQUIRED = ("v_template", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table", "f")
_OPTIONAL = ("hands_meanl", "hands_meanr")
_SHAPE_COLUMNS = {"old": 10, "new": 300}  # of SMPL-X; the face's expressions follow in the same array
_SEXES = {"m": "male", "male": "male", "f": "female", "female": "female", "neutral": "neutral", "n": "neutral"}

LICENCES = {
    "SMPL": "SMPL model licence: non-commercial research only, https://smpl.is.tue.mpg.de/modellicense.html",
    "SMPL-H": "SMPL+H (MANO) licence: non-commercial research only, https://mano.is.tue.mpg.de/license.html",
    "SMPL-X": "SMPL-X model licence: non-commercial research only, https://smpl-x.is.tue.mpg.de/modellicense.html",
}


@dataclass(frozen=True)
class ModelFile:
    """A model of the SMPL family. V vertices, J joints, B shape coefficients."""

    path: Path
    sex: str
    """male, female or neutral."""
    v_template: np.ndarray
    """(V, 3) metres."""
    shapedirs: np.ndarray
    """(V, 3, B); SMPL-X's expressions are left out."""
    posedirs: np.ndarray
    """(V, 3, 9 * (J - 1))."""
    regressor: np.ndarray
    """(J, V)."""
    weights: np.ndarray
    """(V, J)."""
    kintree: np.ndarray
    """(2, J)."""
    faces: np.ndarray
    """(F, 3)."""
    hands_mean: np.ndarray | None
    """(2, 45) axis-angle of the relaxed left and right hand."""

    @property
    def kind(self) -> str:
        return KINDS[len(self.regressor)]

    @property
    def joints(self) -> np.ndarray:
        """(J, 3) of the template."""
        return self.regressor @ self.v_template


def read_model(path) -> ModelFile:
    """Read and check a published model file.

    Raises:
        AssetError: it is missing, broken, hostile or no model of the family; says what was expected and what found.
    """
    path = Path(path)
    readers = {".npz": _read_npz, ".pkl": read_pickle}
    if path.suffix.lower() not in readers:
        raise AssetError(
            f"{path}: expected a .npz or .pkl model file, found {path.suffix or 'no extension'}. Choose one."
        )
    raw = readers[path.suffix.lower()](path)
    missing = [name for name in _REQUIRED if name not in raw]
    if missing:
        raise AssetError(
            f"{path}: expected a model of SMPL, SMPL-H or SMPL-X with {', '.join(_REQUIRED)}; "
            f"found no {', '.join(missing)}, only {', '.join(sorted(raw)[:12]) or 'nothing'}."
        )
    arrays = {name: _number_array(path, name, raw[name]) for name in (*_REQUIRED, *_OPTIONAL) if name in raw}
    return _checked(path, arrays, find_sex(path, raw.get("gender", raw.get("sex"))))


def find_sex(path: Path, key=None) -> str:
    """From the file's own word, else from its name: basicModel_f_lbs, SMPLX_MALE, female/model.npz."""
    words = re.split(r"[^a-z]+", f"{'' if key is None else _word(key)} {path.stem} {path.parent.name}".lower())
    return next((_SEXES[word] for word in words if word in _SEXES), "neutral")


def _word(value) -> str:
    try:
        value = to_array(value)
    except AssetError:
        return ""
    return value.item().decode("latin1") if value.dtype.kind == "S" and value.ndim == 0 else str(value)


def _read_npz(path: Path) -> dict:
    """The members that are wanted; one that is an object is read by the restricted unpickler."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
            wanted = [name for name in (*_REQUIRED, *_OPTIONAL, "gender", "sex") if f"{name}.npy" in sizes]
            too_large = [name for name in wanted if sizes[f"{name}.npy"] > LARGEST_ARRAY]
            if too_large:
                raise AssetError(f"{path}: '{too_large[0]}' is larger than any body's. Choose a body model.")
            found = {name: _read_npy(path, name, archive.read(f"{name}.npy")) for name in wanted}
            others = {Path(name).stem: None for name in sizes if Path(name).stem not in found}
            return found if set(_REQUIRED) <= set(found) else others | found
    except FileNotFoundError:
        raise AssetError(f"{path}: no such file. Check the path.") from None
    except (OSError, EOFError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise AssetError(
            f"{path}: expected a whole .npz archive, found a broken one ({error}). Get it again."
        ) from None


def _read_npy(path: Path, name: str, content: bytes):
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in read_header:
        raise ValueError(f"'{name}' is of an unknown version {version}")
    shape, _, dtype = read_header[version](file)
    if not dtype.hasobject:
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    value = loads(content[file.tell() :], f"{path}: '{name}'")
    inside = getattr(value, "state", None)  # an array of one object: its state ends in a list of that object
    if shape == () and isinstance(inside, tuple) and isinstance(inside[-1], list) and len(inside[-1]) == 1:
        return inside[-1][0]
    raise AssetError(f"{path}: '{name}' is an array of objects, expected numbers. Get the file again.")


def _number_array(path: Path, name: str, value) -> np.ndarray:
    try:
        array = to_array(value)
    except (AssetError, RecursionError, ValueError, TypeError) as error:
        raise AssetError(
            f"{path}: '{name}' should be an array of numbers, found {error}. Get the file again."
        ) from None
    if array.dtype.kind not in "iuf":
        raise AssetError(f"{path}: '{name}' should hold finite numbers, found {array.dtype}. Get the file again.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise AssetError(f"{path}: '{name}' should hold finite numbers, {bad} are NaN or infinite. Get the file again.")
    return array


def _checked(path: Path, arrays: dict, sex: str) -> ModelFile:
    """The arrays fit each other, or AssetError says which does not."""
    template, kintree = arrays["v_template"], arrays["kintree_table"]
    if template.ndim != 2 or template.shape[1] != 3 or not 100 <= len(template) <= LARGEST_MESH:
        raise AssetError(f"{path}: 'v_template' should be of shape (V, 3), found {template.shape}. Get the file again.")
    vertices, joints = len(template), kintree.shape[-1]
    if joints not in KINDS:
        kinds = ", ".join(f"{count} ({name})" for count, name in KINDS.items())
        raise AssetError(
            f"{path}: expected {kinds} joints, found {joints}. Choose a body; hand and animal models are none."
        )
    columns = 9 * (joints - 1)
    if arrays["posedirs"].shape == (columns, 3 * vertices):
        arrays["posedirs"] = arrays["posedirs"].T.reshape(vertices, 3, columns)
    if arrays["shapedirs"].ndim == 2:
        arrays["shapedirs"] = arrays["shapedirs"][:, :, None]
    shapes = max(arrays["shapedirs"].shape[-1], 1)
    for name, shape in {
        "kintree_table": (2, joints),
        "weights": (vertices, joints),
        "J_regressor": (joints, vertices),
        "posedirs": (vertices, 3, columns),
        "shapedirs": (vertices, 3, shapes),
        "f": (len(arrays["f"]), 3),
    }.items():
        if arrays[name].shape != shape:
            raise AssetError(f"{path}: '{name}' should be of shape {shape}, found {arrays[name].shape}. Get it again.")
    _check_values(path, arrays)
    if joints == 55:
        shapes = _SHAPE_COLUMNS["new" if shapes >= 400 else "old"] if shapes != 300 else 300
    means = [arrays.get(name) for name in _OPTIONAL]
    return ModelFile(
        path=path,
        sex=sex,
        v_template=template.astype(np.float64),
        shapedirs=arrays["shapedirs"][..., : min(shapes, 300)].astype(np.float32),
        posedirs=arrays["posedirs"].astype(np.float32),
        regressor=arrays["J_regressor"].astype(np.float64),
        weights=arrays["weights"].astype(np.float64),
        kintree=kintree.astype(np.int64),
        faces=arrays["f"].astype(np.int32),
        hands_mean=np.stack(means) if all(mean is not None and mean.shape == (45,) for mean in means) else None,
    )


def _check_values(path: Path, arrays: dict) -> None:
    """Indices in range, metres of a person's size, weights that share out one."""
    faces, count = arrays["f"], len(arrays["v_template"])
    if not len(faces) or faces.min() < 0 or faces.max() >= count:
        raise AssetError(f"{path}: 'f' should index vertices 0 to {count - 1}, found others. Get the file again.")
    for name in ("v_template", "shapedirs", "posedirs"):
        far = float(np.abs(arrays[name]).max())
        if far > FARTHEST:
            raise AssetError(f"{path}: '{name}' should be in metres, found {far:.4g}. Get the file again.")
    height = float(np.ptp(arrays["v_template"][:, 1]))
    if not 0.5 < height < 2.6:
        raise AssetError(f"{path}: expected a person standing along Y in metres, found {height:.2f} m. Get it again.")
    for name in ("weights", "J_regressor"):
        off = float(np.abs(arrays[name].sum(1) - 1).max())
        if off > 0.01 or np.abs(arrays[name]).max() > 10:
            raise AssetError(f"{path}: rows of '{name}' should sum to 1, found one off by {off:.3g}. Get it again.")
    parents = arrays["kintree_table"][0].astype(np.int64)
    if (parents[1:] < 0).any() or (parents[1:] >= np.arange(1, len(parents))).any():
        raise AssetError(f"{path}: 'kintree_table' should list parents before children. Get the file again.")

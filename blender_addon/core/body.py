"""Bodies in SMPL form: what a model file holds, and how it is read.

After Loper et al., "SMPL: A Skinned Multi-Person Linear Model" (2015); `smplx` is the oracle in the tests.
Canonical frame: Y up, facing +Z, the person's left at +X; metres, radians. Arrays keep the names they have in the file.
"""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import AssetError

HOSTS = 6
"""How many of an added body's own vertices one that was carried over hangs on."""
KINDS = {24: "SMPL", 52: "SMPL-H", 55: "SMPL-X"}
_EXPRESSIONS_FROM = 300
"""SMPL-X's `shapedirs` go on with the face's expressions here; bodies shaped for us leave the face alone."""

_FEW_SHAPES = 32
"""More are kept in single precision, 300 shapes would else take a quarter of a gigabyte."""


@dataclass(frozen=True, eq=False)  # compared and hashed as an object, so that what is worked out of it can be cached
class BodyModel:
    """One model file. V vertices, J joints, B shape coefficients; what a plain SMPL file does not hold is None."""

    path: Path
    v_template: np.ndarray
    """(V, 3) the mean body in the T-pose."""
    shapedirs: np.ndarray
    """(V, 3, B) what one unit of each shape coefficient adds; zeros at the end and expressions are dropped."""
    posedirs: np.ndarray | None
    """(P, 3, 9 * (J - 1)) float32, pose-dependent corrections of the first P vertices, the model's own; those carried
    over to an added body follow them. None when the file's are all zero."""
    weights: np.ndarray
    """(V, J) skinning weights, rows sum to one."""
    parents: np.ndarray
    """(J,) index of each joint's parent; -1 at the root."""
    joint_template: np.ndarray
    """(J, 3) joints of the mean body."""
    joint_shapedirs: np.ndarray
    """(J, 3, B) what one unit of each shape coefficient adds to the joints."""
    faces: np.ndarray
    """(F, 3) triangles of the skin."""
    joint_names: tuple | None = None
    """(J,)."""
    a_pose: np.ndarray | None = None
    """(J, 3) axis-angle of the pose that the mesh was modelled in, arms half down: garments fit best there."""
    hands_mean: np.ndarray | None = None
    """(30, 3) axis-angle of the left, then the right hand's joints when the hands are relaxed."""
    poly: np.ndarray | None = None
    """(Q, 4) every quad of the modelled mesh: skin, eyes, teeth and the helpers that clothes are made on."""
    poly_uv: np.ndarray | None = None
    """(Q, 4) rows of `uv`."""
    uv: np.ndarray | None = None
    """(T, 2) texture coordinates."""
    poly_group: np.ndarray | None = None
    """(Q,) index into `group_names`."""
    group_names: tuple | None = None
    keypoint_names: tuple | None = None
    """(K,) COCO's 17, then the feet's 6."""
    keypoint_regressor: np.ndarray | None = None
    """(K, V) weights over vertices."""
    part_names: tuple | None = None
    vertex_part: np.ndarray | None = None
    """(V,) index into `part_names`."""
    population_betas: np.ndarray | None = None
    """(N, B) shapes of people to draw from."""
    population_sex: np.ndarray | None = None
    """(N,) 0 male to 1 female."""
    population_age: np.ndarray | None = None
    """(N,) years."""
    population_height: np.ndarray | None = None
    """(N,) metres, in the T-pose."""
    population_ancestry: np.ndarray | None = None
    """(N, 3) shares of African, Asian and Caucasian looks; rows sum to one."""
    carry_corners: np.ndarray | None = None
    """(V - P, 6) an added body: the model's own vertices that each vertex of the open body's mesh hangs on ..."""
    carry_weights: np.ndarray | None = None
    """(V - P, 6) ... and its share in each."""
    pose_joints: np.ndarray | None = None
    """(55, 3) all of SMPL-X's joints on an added body's mean: its own, and those that it lacks as the open body has
    them. The open body and SMPL-X have no need of it."""
    pose_joint_shapedirs: np.ndarray | None = None
    """(55, 3, B) what one unit of each shape coefficient adds to them."""
    skin_uv: np.ndarray | None = None
    """(S, 2) an added body's own texture layout, from its publisher's .obj; `uv` is the layout of `poly`."""
    face_uv: np.ndarray | None = None
    """(F, 3) rows of `skin_uv` for `faces`."""
    sex: str | None = None
    """An added body's: male, female or neutral. The open body's is in its population."""
    licence: str | None = None
    source: str | None = None

    @property
    def kind(self) -> str:
        """The SMPL family member whose skeleton this is."""
        return KINDS[len(self.parents)]

    @property
    def skin_vertices(self) -> int:
        """The skin is vertices 0 to here; helpers for clothes, hair and joints follow."""
        return int(self.faces.max()) + 1

    def with_carried(self, own) -> np.ndarray:
        """(P, 3) moves of the model's own vertices -> (V, 3), those of the vertices that hang on them included."""
        if self.carry_corners is None:
            return own
        carried = sum(self.carry_weights[:, k, None] * own[self.carry_corners[:, k]] for k in range(HOSTS))
        return np.concatenate([own, carried])

    def posedirs_of(self, rows) -> "np.ndarray | None":
        """(n, 3, 9 * (J - 1)) pose corrections of some vertices, carried ones included."""
        if self.posedirs is None or self.carry_corners is None:
            return None if self.posedirs is None else np.ascontiguousarray(self.posedirs[rows])
        own = np.arange(len(self.posedirs))[:, None].repeat(HOSTS, 1)
        corners = np.concatenate([own, self.carry_corners])[rows]
        shares = np.concatenate([np.eye(1, HOSTS).repeat(len(own), 0), self.carry_weights])[rows].astype(np.float32)
        return sum(shares[:, k, None, None] * self.posedirs[corners[:, k]] for k in range(HOSTS))


def load_body(path) -> BodyModel:
    """Read a `.npz` of SMPL, SMPL-H, SMPL-X or the open body; nothing in it is ever unpickled."""
    path = Path(path)
    arrays = _read_arrays(path)
    _check(path, arrays)
    shapedirs = arrays["shapedirs"][..., :_EXPRESSIONS_FROM]
    shapedirs = shapedirs[..., : _used_columns(shapedirs)]
    if shapedirs.shape[-1] <= _FEW_SHAPES:
        shapedirs = shapedirs.astype(np.float64)
    regressor = arrays["J_regressor"].astype(np.float64)
    used = np.flatnonzero(regressor.any(0))  # a few hundred vertices decide all joints
    posedirs = arrays.get("posedirs")
    return BodyModel(
        path=path,
        v_template=arrays["v_template"].astype(np.float64),
        shapedirs=shapedirs,
        posedirs=posedirs.astype(np.float32) if posedirs is not None and posedirs.any() else None,
        weights=arrays["weights"].astype(np.float64),
        parents=_parents(path, arrays["kintree_table"]),
        joint_template=regressor @ arrays["v_template"],
        joint_shapedirs=np.tensordot(regressor[:, used], shapedirs[used], 1),
        faces=arrays["f"].astype(np.int32),
        **_extras(arrays, shapedirs.shape[-1]),
    )


def _read_arrays(path: Path) -> dict:
    """The arrays that we know; SMPL's own files hold others, some of them pickled, that stay unread."""
    if path.suffix != ".npz":
        raise AssetError(f"{path}: a body is a .npz file, found {path.suffix or 'no extension'}. {_CONVERT}")
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in (*_SHAPES, *_TEXTS) if name in file.files}
    except FileNotFoundError:
        raise AssetError(f"{path}: no such body file. Run `make assets` to build the open body.") from None
    except (ValueError, AttributeError) as error:  # an object array; a pickle or a single array under this name
        raise AssetError(f"{path}: expected plain arrays, found something else ({error}). {_CONVERT}") from None
    except (OSError, EOFError, KeyError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise AssetError(
            f"{path}: expected a whole .npz archive, found a broken one ({error}). "
            "Delete it and run `make assets`, or download it again."
        ) from None


_CONVERT = "Bring a published model file in with `posewright assets add-body FILE`."


def _check(path: Path, arrays: dict) -> None:
    """Every array that is there fits the others, or AssetError says which does not."""
    sizes = {"G": len(arrays.get("group_names", ())), "parts": len(arrays.get("part_names", ()))}
    for name, shape in _SHAPES.items():
        if name in arrays:
            _check_array(path, name, arrays[name], shape, sizes)
        elif name in _REQUIRED:
            raise AssetError(
                f"{path}: no array '{name}', found {sorted(arrays)}. Choose an SMPL, SMPL-H or SMPL-X model file."
            )
    if sizes["J"] not in KINDS:
        raise AssetError(f"{path}: {sizes['J']} joints, expected one of {KINDS}. Choose a model of the SMPL family.")
    carried = sizes["V"] - sizes.get("E", 0)
    if "posedirs" in arrays and sizes["P"] != carried:
        raise AssetError(f"{path}: 'posedirs' should have shape ({carried}, 3, ...), found {sizes['P']} rows.")
    for name, side in _INDEXES.items():
        index = arrays.get(name)
        if index is not None and (index.size == 0 or index.min() < 0 or index.max() >= sizes.get(side, 0)):
            raise AssetError(
                f"{path}: '{name}' should index 0 to {sizes.get(side, 0) - 1}, found others. Get the file again."
            )


def _check_array(path: Path, name: str, array: np.ndarray, shape: tuple, sizes: dict) -> None:
    """Finite numbers in the right shape; a side met for the first time is noted in `sizes`."""
    if array.dtype.kind not in "iuf" or (array.dtype.kind == "f" and not np.isfinite(array).all()):
        raise AssetError(f"{path}: '{name}' should hold finite numbers, found {array.dtype}. Get the file again.")
    fits = array.ndim == len(shape) and all(
        length == (side if isinstance(side, int) else sizes.setdefault(side, length))
        for side, length in zip(shape, array.shape, strict=True)
    )
    if not fits:
        expected = tuple(sizes.get(side, side) for side in shape)
        raise AssetError(f"{path}: '{name}' should have shape {expected}, found {array.shape}. Get the file again.")


# Sides by letter: V vertices, J joints, B betas, and so on; the first array that has a letter decides its length.
_SHAPES = {
    "v_template": ("V", 3),
    "weights": ("V", "J"),
    "shapedirs": ("V", 3, "B"),
    "posedirs": ("P", 3, "rotations"),
    "J_regressor": ("J", "V"),
    "kintree_table": (2, "J"),
    "f": ("F", 3),
    "a_pose": ("J", 3),
    "hands_meanl": (45,),
    "hands_meanr": (45,),
    "poly": ("Q", 4),
    "poly_uv": ("Q", 4),
    "poly_group": ("Q",),
    "uv": ("T", 2),
    "keypoint_regressor": ("K", "V"),
    "vertex_part": ("V",),
    "carry_corners": ("E", HOSTS),
    "carry_weights": ("E", HOSTS),
    "pose_joints": (55, 3),
    "pose_joint_shapedirs": (55, 3, "B"),
    "skin_uv": ("S", 2),
    "face_uv": ("F", 3),
    "population_betas": ("N", "population B"),
    **{f"population_{name}": ("N",) for name in ("sex", "age", "height", "african", "asian", "caucasian")},
}
_REQUIRED = ("v_template", "weights", "shapedirs", "J_regressor", "kintree_table", "f")
_INDEXES = {
    "f": "V",
    "poly": "V",
    "poly_uv": "T",
    "poly_group": "G",
    "vertex_part": "parts",
    "carry_corners": "P",
    "face_uv": "S",
}
_NAMES = ("joint_names", "group_names", "keypoint_names", "part_names")
_TEXTS = (*_NAMES, "sex", "licence", "source")


def _used_columns(shapedirs) -> int:
    """Number of columns up to the last that is not all zero; at least one."""
    used = np.flatnonzero(shapedirs.any((0, 1)))
    return int(used[-1]) + 1 if len(used) else 1


def _parents(path: Path, kintree) -> np.ndarray:
    """(J,) parents, in an order where each comes before its children; SMPL writes the root's as 2**32 - 1."""
    parents = kintree[0].astype(np.int64).copy()
    parents[0] = -1
    if (parents[1:] < 0).any() or (parents >= np.arange(len(parents))).any():
        raise AssetError(f"{path}: 'kintree_table' should list parents before children, found {parents.tolist()}.")
    return parents


def _extras(arrays: dict, betas: int) -> dict:
    """What our own files hold beyond SMPL's."""
    plain = ("a_pose", "poly", "poly_uv", "uv", "poly_group", "keypoint_regressor", "vertex_part")
    plain += ("carry_corners", "carry_weights", "pose_joints", "skin_uv", "face_uv")
    plain += tuple(f"population_{name}" for name in ("sex", "age", "height"))
    extras = {name: arrays[name] for name in plain if name in arrays}
    extras |= {name: tuple(str(item) for item in arrays[name]) for name in _NAMES if name in arrays}
    extras |= {name: str(arrays[name]) for name in ("sex", "licence", "source") if name in arrays}
    if "hands_meanl" in arrays and "hands_meanr" in arrays:
        extras["hands_mean"] = np.concatenate([arrays["hands_meanl"], arrays["hands_meanr"]]).reshape(30, 3)
    if "pose_joint_shapedirs" in arrays:
        extras["pose_joint_shapedirs"] = arrays["pose_joint_shapedirs"][..., :betas]
    if "population_betas" in arrays:
        extras["population_betas"] = arrays["population_betas"][:, :betas]
    ancestries = [arrays.get(f"population_{name}") for name in ("african", "asian", "caucasian")]
    if all(share is not None for share in ancestries):
        extras["population_ancestry"] = np.stack(ancestries, axis=1)
    return extras


def group_faces(body: BodyModel, *names: str) -> np.ndarray:
    """(Q, 4) quads of the named groups of the modelled mesh, such as 'helper-tights'."""
    return body.poly[np.isin(body.poly_group, [body.group_names.index(name) for name in names])]

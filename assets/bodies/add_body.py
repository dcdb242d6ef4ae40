"""Bring in a licensed body: a model file of SMPL, SMPL-H or SMPL-X becomes a body that can be dressed and labelled.

posewright assets add-body FILE [--uv OBJ] [--name NAME]
"""

import argparse
import contextlib
import hashlib
import os
import re
import shutil
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np

from assets.bodies.body_extras import carry_mesh, extra_arrays
from assets.bodies.model_file import LICENCES, ModelFile, read_model
from assets.bodies.register import OpenSkin
from assets.bodies.uv_file import read_uv
from blender_addon.core.body import load_body
from blender_addon.core.catalog import OPEN_BODY, library_folder
from blender_addon.core.errors import AssetError, SettingsError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
WORST_GAP = 0.03
"""Metres. 99 of 100 places of the open body's skin must come nearer than this to the model's, or it is no person."""


def add_body(file, uv=None, name: str | None = None, out=None, progress: bool = True) -> Path:
    """Read a model, carry the open body's mesh over to it and write the body file.

    Args:
        file: `.npz` or `.pkl` of SMPL (24 joints), SMPL-H (52) or SMPL-X (55).
        uv: the `.obj` with the model's own texture coordinates, if any.
        name: of the body in the catalog; by default its kind and sex, such as smplx_female.
        out: folder for the file; by default `bodies/` of the library.
    Returns:
        the file written, NAME.npz; NAME_skin.png lies beside it.
    Raises:
        AssetError: a file is missing, broken, hostile or does not fit; nothing has been written then.
        SettingsError: the name cannot be one.
    """
    model = read_model(file)
    name = name or f"{model.kind.replace('-', '').lower()}_{model.sex}"
    out = Path(out) if out is not None else library_folder() / "bodies"
    if not NAME.fullmatch(name) or name == OPEN_BODY:
        raise SettingsError(f"--name {name!r}: use letters, digits, - and _, at most 64, and not {OPEN_BODY}.")
    layout = {}
    if uv is not None:
        layout["skin_uv"], layout["face_uv"] = read_uv(uv, model.faces, len(model.v_template))
    open_path = library_folder() / "bodies" / f"{OPEN_BODY}.npz"
    open_skin = _open_skin(open_path)
    carried = carry_mesh(open_skin, model, progress)
    _check_fit(model, carried)
    with np.load(open_path, allow_pickle=False) as open_file:
        open_regressor = open_file["J_regressor"]
    arrays = extra_arrays(open_skin.body, model, carried, open_regressor)
    path = out / f"{name}.npz"
    save(path, {**arrays, **layout, **_origin(model)}, open_path.with_name(f"{OPEN_BODY}_skin.png"))
    return path


@lru_cache(maxsize=1)  # what lies open is looked for once, however many bodies are brought in
def _open_skin(path: Path) -> OpenSkin:
    return OpenSkin.of(load_body(path))


def _check_fit(model: ModelFile, carried) -> None:
    gap = float(np.percentile(carried.skin_gap, 99))
    if gap > WORST_GAP:
        raise AssetError(
            f"{model.path}: expected a person's body in a T-pose, Y up, facing +Z; the open body's skin could not be "
            f"laid over this one ({gap * 1000:.0f} mm off). Choose a model file of the SMPL family."
        )


def _origin(model: ModelFile) -> dict:
    digest = hashlib.sha256(model.path.read_bytes()).hexdigest()
    return {
        "sex": model.sex,
        "licence": LICENCES[model.kind],
        "source": f"{model.kind}, {model.path.name}, sha256 {digest}; helpers by MakeHuman (CC0)",
    }


def save(path: Path, arrays: dict, skin_map: Path) -> None:
    """Single precision for what is not counted; both files beside, then renamed, so that nobody reads half of one.

    Args:
        skin_map: the open body's brows, lips and nails, which the carried skin shares with its texture space.
    Raises:
        AssetError: the folder cannot be written to; nothing is left there then.
    """
    # Rounding the template would show in the oracle's fifth decimal of a metre only after many joints: 32 bits will do.
    small = {key: a.astype(np.float32) if getattr(a, "dtype", None) == np.float64 else a for key, a in arrays.items()}
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    temporary_map = temporary.with_suffix(".png")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(temporary, **small)
        if skin_map.is_file():
            shutil.copyfile(skin_map, temporary_map)
        temporary.replace(path)
        if temporary_map.is_file():
            temporary_map.replace(path.with_name(f"{path.stem}_skin.png"))
    except OSError as error:
        raise AssetError(
            f"{path}: cannot be written ({error.strerror}). Make room, or let {path.parent} be written to."
        ) from None
    finally:
        _remove(temporary, temporary_map)


def _remove(*files: Path) -> None:
    for file in files:
        with contextlib.suppress(OSError):  # the folder itself may not be one; the first error has been told
            file.unlink(missing_ok=True)


def main(arguments=None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--uv", type=Path)
    parser.add_argument("--name")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    try:
        print(add_body(options.file, options.uv, options.name, options.out))
    except (AssetError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

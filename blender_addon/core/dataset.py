"""A data set's folder: what it is made from, and which pictures are finished."""

import os
from pathlib import Path

import numpy as np

from .catalog import Catalog, file_hash
from .errors import AssetError, SettingsError
from .models import model_hash
from .passes import pass_file, pass_path
from .png import encode_png
from .poses.motion import SHIPPED
from .ranges import Ranges
from .records import (
    RECORD_FORM,
    image_path,
    mask_path,
    read_json,
    record_path,
    write_bytes_atomically,
    write_json_atomically,
)
from .spec import SceneSpec, to_dict

VERSION = "0.1.0"
"""Of Posewright; the same in pyproject.toml, blender_manifest.toml and bl_info, which cannot read it from here."""
DATASET_FORM = 1
ENDINGS = {"jpg": b"\xff\xd9", "png": b"IEND\xaeB`\x82"}


def open_dataset(
    out, seed: int, ranges: Ranges, extension: str, catalog: Catalog, versions: dict, passes: tuple = ()
) -> None:
    """Begin a data set, or go on with one made from the same settings.

    Args:
        versions: program -> version, kept for people; going on with another version is allowed.
        passes: out of `passes.PASSES`.
    Raises:
        SettingsError: the folder cannot be written, or holds something else.
    """
    out = Path(out)
    wanted = {
        "dataset": DATASET_FORM,
        "seed": seed,
        "format": extension,
        "passes": list(passes),
        "ranges": ranges.to_dict(),
        "catalog": describe_catalog(catalog),
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"Cannot make {out}: {error.strerror}. Choose another --out.") from error
    description = out / "dataset.json"
    if description.exists():
        _compare(description, wanted)
    elif any(out.glob("records/*.json")):
        raise SettingsError(f"{out} holds records but no dataset.json. Choose another --out.")
    else:
        write_json_atomically(description, {**wanted, "versions": versions})
    if not os.access(out, os.W_OK):
        raise SettingsError(f"{out} cannot be written. Change its permissions or choose another --out.")


def describe_catalog(catalog: Catalog) -> dict:
    """All that pictures may be made with: names, licences, sources, hashes."""
    return {
        "bodies": [_describe_asset(asset) for asset in catalog.bodies],
        "environments": [_describe_asset(asset) for asset in catalog.environments],
        "occluders": [{**_describe_asset(asset), "sha256": model_hash(asset.path)} for asset in catalog.occluders],
        "poses": [_describe_asset(asset) for asset in catalog.pose_libraries],
        "motion_prior": file_hash(catalog.motion_prior or SHIPPED),
        "takes": [take.name for take in catalog.takes],
        "looks": [_describe_asset(look) for _, look in sorted(catalog.closet.looks.items())],
        **_describe_backgrounds(catalog.backgrounds),
    }


def _describe_backgrounds(backgrounds) -> dict:
    """Folders that pictures may show; each picture's record names its photo. Nothing where there are none."""
    folders = [folder for folder in backgrounds.folders if folder.photos]
    described = [
        {
            "name": folder.name,
            "licence": folder.licence,
            "source": folder.source,
            "sha256": folder.sha256,
            "photos": len(folder.photos),
        }
        for folder in folders
    ]
    return {"backgrounds": described} if described else {}


def _describe_asset(asset) -> dict:
    facts = {"name": asset.name, "licence": asset.licence, "source": asset.source, "sha256": file_hash(asset.path)}
    return facts | ({"author": asset.author} if getattr(asset, "author", "") else {})


def _compare(description: Path, wanted: dict) -> None:
    try:
        found = read_json(description)
    except AssetError as error:
        raise SettingsError(f"{error} Choose another --out.") from error
    if "augment" in found:
        raise SettingsError(f"{description.parent} was made by `posewright augment`. Render to another --out.")
    wanted = _as_json(wanted)
    found.setdefault("passes", [])  # of data sets made before there were any
    for name, value in wanted.items():
        if found.get(name) != value:
            what = name
            if isinstance(value, dict) and isinstance(found.get(name), dict):
                what = next(key for key in value if found[name].get(key) != value[key])
            raise SettingsError(
                f"{description.parent} was made with other settings ({what} differs). "
                "Use the same options to go on with it, or choose another --out."
            )


def _as_json(value):
    """Tuples as the lists they come back as."""
    if isinstance(value, dict):
        return {name: _as_json(item) for name, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, (list, tuple)) else value


def is_finished(out, index: int, extension: str, passes: tuple = ()) -> bool:
    """A record is written last, so it stands for the whole picture; its files may still have been removed by hand."""
    paths = (record_path(out, index), image_path(out, index, extension), mask_path(out, index))
    return all(path.is_file() for path in (*paths, *(pass_path(out, name, index) for name in passes)))


def finish_picture(
    out,
    spec: SceneSpec,
    truth: dict,
    made: dict,
    picture: Path,
    mask: np.ndarray,
    extension: str,
    passes: "dict | None" = None,
) -> None:
    """Give the picture, its mask and its passes their names, then write the record that declares them finished.

    Args:
        picture: the rendered file under its temporary name, in the folder of its final one.
        passes: name -> values, from `scene.passes.draw_passes`.
    Raises:
        SettingsError: a file is incomplete, as on a full disk.
    """
    with open(picture, "rb") as file:
        file.seek(-min(16, picture.stat().st_size), os.SEEK_END)
        if not file.read().endswith(ENDINGS[extension]):
            raise SettingsError(f"{picture} was cut short. Is the disk full? Free some space and run again.")
    final = image_path(out, spec.index, extension)
    write_bytes_atomically(mask_path(out, spec.index), encode_png(mask))
    files = {"image": final.relative_to(out).as_posix(), "mask": mask_path(out, spec.index).relative_to(out).as_posix()}
    if passes:
        files["passes"] = {}
        for name, values in passes.items():
            path = pass_path(out, name, spec.index)
            write_bytes_atomically(path, pass_file(name, values))
            files["passes"][name] = path.relative_to(out).as_posix()
    os.replace(picture, final)
    record = {"record": RECORD_FORM, "spec": to_dict(spec), "truth": truth, "made": {**files, **made}}
    write_json_atomically(record_path(out, spec.index), record)
    for folder in (final.parent, *(pass_path(out, name, spec.index).parent for name in passes or ())):
        for left in folder.glob(f".{spec.index:06d}.*.part.*"):  # of a run that was killed at this picture
            left.unlink(missing_ok=True)

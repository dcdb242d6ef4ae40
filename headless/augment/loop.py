"""A whole data set: every finished picture of one folder, with cutouts, in another."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
from tqdm import tqdm

from blender_addon.core.catalog import file_hash
from blender_addon.core.dataset import DATASET_FORM, ENDINGS, VERSION, is_finished
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.png import encode_png
from blender_addon.core.records import (
    image_path,
    mask_path,
    read_json,
    read_record,
    record_path,
    write_bytes_atomically,
    write_json_atomically,
)
from headless.annotate import annotate, record_paths
from headless.augment.geometry import Bodies
from headless.augment.library import NOT_OURS, Library
from headless.augment.options import Options
from headless.augment.picture import encoded, paste_on
from headless.mask_file import read_mask
from headless.validate.picture import read_picture
from headless.validate.record import LARGEST_SIDE


def check_folders(dataset, out) -> None:
    """Raises AssetError or SettingsError when the one is no data set to paste on, or the other is no place for it."""
    dataset, out = Path(dataset), Path(out)
    description = dataset / "dataset.json"
    if not description.is_file():
        raise AssetError(f"{dataset} is no data set: there is no dataset.json in it. Give the --out of render.")
    found = read_json(description)
    if found.get("dataset") != DATASET_FORM or not isinstance(found.get("catalog"), dict):
        raise AssetError(f"{description} is not of the form {DATASET_FORM}. Put back the file that render wrote.")
    if "augment" in found:
        raise SettingsError(f"{dataset} has cutouts on it already. Augment the data set that it was made from.")
    one, other = dataset.resolve(), out.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise SettingsError(f"--out {out} and {dataset} lie in one another. Choose an --out beside it.")
    if not record_paths(dataset):
        raise AssetError(f"No records under {dataset / 'records'}. Render first: posewright render --out {dataset}")


def augment(dataset, out, library: Library, bodies: Bodies, options: Options) -> Counter:
    """Paste cutouts on all pictures of the data set; goes on where it was stopped.

    Returns:
        how many pictures, things, people, and how often no place was found.
    Raises:
        AssetError: something in the data set or the library is missing or broken.
        SettingsError: as `check_folders`, or the out folder was made with other settings or cannot be written.
    """
    dataset, out = Path(dataset), Path(out)
    check_folders(dataset, out)
    description = read_json(dataset / "dataset.json")
    _open(out, dataset, description, library, options)
    counts = Counter()
    for path in tqdm(record_paths(dataset), "pasting", unit="picture", disable=None):
        counts += _finish(dataset, out, path, library, bodies, options)
    annotate(out)
    return counts


def left_behind(dataset) -> list[str]:
    """Pictures beside the photos that would not be true of the new ones."""
    passes = read_json(Path(dataset) / "dataset.json").get("passes")
    return [str(name) for name in passes] if isinstance(passes, list) else []


def _open(out: Path, dataset: Path, description: dict, library: Library, options: Options) -> None:
    """Begin the new data set, or go on with one made from the same. Raises SettingsError."""
    made = {
        "source": file_hash(dataset / "dataset.json"),
        "cutouts": library.sha256,
        "seed": options.seed,
        "objects": list(options.objects),
        "people": options.people,
    }
    path = out / "dataset.json"
    if path.exists():
        found = read_json(path).get("augment")
        if not isinstance(found, dict):
            raise SettingsError(f"{out} holds a data set that was not made by augment. Choose another --out.")
        different = [name for name, value in made.items() if found.get(name) != value]
        if different:
            raise SettingsError(
                f"{out} was made from another {different[0]}. Use the same data set, cutouts and options to go on "
                "with it, or choose another --out."
            )
    elif any(out.glob("records/*.json")):
        raise SettingsError(f"{out} holds records but no dataset.json. Choose another --out.")
    else:
        catalog = merged(description["catalog"], library.catalog, library.folder)
        versions = {**description.get("versions", {}), "augment": VERSION}
        description = {**description, "catalog": catalog, "versions": versions, "passes": [], "augment": made}
        write_json_atomically(path, description)
    if not os.access(out, os.W_OK):
        raise SettingsError(f"{out} cannot be written. Change its permissions or choose another --out.")


def merged(catalog: dict, other: dict, folder) -> dict:
    """What pictures and cutouts were made with, licences and all.

    Raises:
        AssetError: two assets have one name, or a list is not of our form.
    """
    both = dict(catalog)
    for room, listed in sorted(other.items()):
        if not isinstance(listed, list):
            if both.setdefault(room, listed) != listed:
                raise AssetError(f"{folder} was made with another {room}. Leave --cutouts out to make cutouts anew.")
            continue
        known = {_name(item): item for item in both.get(room, [])}
        for item in listed:
            if known.setdefault(_name(item), item) != item:
                text = f"{folder} was made with another {_name(item)} of the same name ({room})."
                raise AssetError(f"{text} Leave --cutouts out to make cutouts with the same --assets.")
        both[room] = [known[name] for name in sorted(known)]
    return both


def _name(item) -> str:
    """Of an asset in a catalog's list. Raises AssetError when it has none."""
    name = item.get("name") if isinstance(item, dict) else item
    if not isinstance(name, str):
        raise AssetError(f"A catalog holds {item!r:.80}, which has no name. Put back the file that render wrote.")
    return name


def _finish(dataset: Path, out: Path, path: Path, library: Library, bodies: Bodies, options: Options) -> Counter:
    """One picture; only a finished one has a record."""
    index = int(path.stem)
    fix = f"Render it again with --only {index}."
    record = read_record(path)
    try:
        spec, truth = record["spec"], record["truth"]
        ending = Path(record["made"]["image"]).suffix[1:]
        width, height = truth["width"], truth["height"]
        if spec["index"] != index or ending not in ENDINGS or not 0 < max(width, height) <= LARGEST_SIDE:
            raise ValueError(f"picture {spec['index']!r}, {ending!r:.20}, {width!r}x{height!r}")
        if is_finished(out, index, ending):
            return _counts(read_record(record_path(out, index)), 0)
        picture = image_path(dataset, index, ending)
        pixels = read_picture(picture, width, height)
        mask = read_mask(mask_path(dataset, index), (height, width), fix)
        spec, truth, pasted, mask, missed = paste_on(record, pixels, mask, library, bodies, options)
    except NOT_OURS as error:
        raise AssetError(f"{path} is not a whole record ({type(error).__name__}: {error}). {fix}") from error
    data = picture.read_bytes()
    write_bytes_atomically(image_path(out, index, ending), encoded(pasted, data) if spec["pasted"] else data)
    write_bytes_atomically(mask_path(out, index), encode_png(np.ascontiguousarray(mask)))
    made = {name: value for name, value in record["made"].items() if name != "passes"}
    finished = {**record, "spec": spec, "truth": truth, "made": made}
    write_json_atomically(record_path(out, index), finished)
    for room in ("images", "masks", "records"):
        for left in (out / room).glob(f".{index:06d}.*.part.*"):  # of a run that was killed at this picture
            left.unlink(missing_ok=True)
    return _counts(finished, missed)


def _counts(record: dict, missed: int) -> Counter:
    pasted = record["spec"]["pasted"]
    people = sum(bool(paste["persons"]) for paste in pasted)
    return Counter(pictures=1, things=len(pasted) - people, people=people, missed=missed)

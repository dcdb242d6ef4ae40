"""The data set that is exported: looked over once as a whole, then handed out picture by picture."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from blender_addon.core.catalog import file_hash
from blender_addon.core.dataset import ENDINGS
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.records import image_path, mask_path, read_json, read_record
from headless.annotate import picture_entries, record_paths
from headless.coco_entry import people_in
from headless.export.keypoint_set import KeypointSet
from headless.export.licences import Asset, assets_of, read_assets

TRAIN, VAL = "train", "val"
FORMATS = {"JPEG": "jpg", "PNG": "png"}


@dataclass(frozen=True)
class Source:
    """A data set and what of it is wanted."""

    folder: Path
    seed: int | None
    sha256: str
    """Of dataset.json."""
    records: list[Path]
    assets: dict[tuple[str, str], Asset]
    keypoints: KeypointSet
    train_share: float
    commercial: bool
    """Whether pictures are left out that could not be sold."""


@dataclass(frozen=True)
class Picture:
    """One picture with its labels."""

    index: int
    split: str
    file: Path
    mask: Path
    record: Path
    image: dict
    """COCO's entry."""
    annotations: list[dict]
    """COCO's entries without ids of their own."""

    @property
    def name(self) -> str:
        return self.file.name


@dataclass
class Survey:
    """What the whole of an export holds."""

    pictures: Counter = field(default_factory=Counter)
    """split -> number."""
    people: Counter = field(default_factory=Counter)
    assets: Counter = field(default_factory=Counter)
    """Asset -> pictures made with it."""
    licences: Counter = field(default_factory=Counter)
    """(texts, commercial) -> pictures under just these licences."""
    left_out: Counter = field(default_factory=Counter)
    """Asset -> pictures that it kept out."""
    pictures_left_out: int = 0

    @property
    def splits(self) -> list[str]:
        return [split for split in (TRAIN, VAL) if self.pictures[split]]

    @property
    def commercial(self) -> bool | None:
        """Of the export: that of its least free picture."""
        return weakest(commercial for _, commercial in self.licences)


def open_source(folder, keypoints: KeypointSet, train_share=1.0, commercial=False, permitted=()) -> Source:
    """Raises AssetError when the folder is no data set with finished pictures."""
    folder = Path(folder)
    description = folder / "dataset.json"
    if not description.is_file():
        raise AssetError(f"{folder} is no data set: there is no dataset.json in it. Give the --out of render.")
    records = record_paths(folder)
    if not records:
        raise AssetError(f"No records under {folder / 'records'}. Render first: posewright render --out {folder}")
    made = read_json(description)
    assets = read_assets(made, description, permitted)
    seed, digest = made.get("seed"), file_hash(description)
    return Source(folder, seed, digest, records, assets, keypoints, train_share, commercial)


def split_of(name: str, train_share: float) -> str:
    """Train or val by the picture's name alone, so that more pictures move none."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    return TRAIN if number < train_share else VAL


def look_over(source: Source) -> Survey:
    """Read every record, mask and picture that an export would take, before any of it is written.

    Raises:
        AssetError: one is missing, damaged, or made with an asset of unknown licence.
        SettingsError: nothing would be left, or nothing in one of the two splits.
    """
    survey = Survey()
    for record in tqdm(source.records, "looking", unit="picture", disable=None):
        used = _assets(record, source)
        barred = _barred(used, source)
        if barred:
            survey.pictures_left_out += 1
            survey.left_out.update(barred)
            continue
        picture = _picture(record, used, source)
        _check_file(picture)
        survey.pictures[picture.split] += 1
        survey.people[picture.split] += len(people_in(picture.annotations))
        survey.assets.update(used)
        survey.licences[_licence(used)] += 1
    _check_left(survey, source)
    return survey


def read_pictures(source: Source) -> Iterator[Picture]:
    """In the order of their numbers, one at a time."""
    for record in tqdm(source.records, "writing", unit="picture", disable=None):
        used = _assets(record, source)
        if not _barred(used, source):
            yield _picture(record, used, source)


def _assets(record: Path, source: Source) -> list[Asset]:
    fix = f"Render it again with --only {int(record.stem)}."
    if record.stem != f"{int(record.stem):06d}":
        raise AssetError(f"{record} has no record's name, {int(record.stem):06d}.json. Remove it.")
    try:
        keys = assets_of(read_record(record)["spec"], source.assets)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise AssetError(f"{record} is not a whole record ({type(error).__name__}: {error}). {fix}") from error
    for kind, name in keys:
        if (kind, name) not in source.assets:
            raise AssetError(
                f"{record} is made with the {kind} {name!r}, and {source.folder / 'dataset.json'} names no licence "
                f"of it. Put back the file that render wrote. {fix}"
            )
    return [source.assets[key] for key in keys]


def _barred(used: list[Asset], source: Source) -> list[Asset]:
    return [asset for asset in used if not asset.commercial] if source.commercial else []


def _licence(used: list[Asset]) -> tuple[tuple[str, ...], bool | None]:
    return tuple(sorted({asset.licence for asset in used})), weakest(asset.commercial for asset in used)


def weakest(permissions) -> bool | None:
    """False if one is False, else None if one is None, else True."""
    permissions = set(permissions)
    return False if False in permissions else None if None in permissions else True


def _picture(record: Path, used: list[Asset], source: Source) -> Picture:
    index, fix = int(record.stem), f"Render it again with --only {int(record.stem)}."
    image, annotations = picture_entries(source.folder, record)
    name = image["file_name"]
    if name not in (f"{record.stem}.{extension}" for extension in FORMATS.values()):
        raise AssetError(f"{record} names the picture {name!r}, expected {record.stem}.jpg or .png. {fix}")
    licences, commercial = _licence(used)
    more = {"assets": [asset.label for asset in used], "licences": list(licences), "commercial": commercial}
    image = {**image, "posewright": {**image["posewright"], **more}}
    annotations = [source.keypoints.label(annotation) for annotation in annotations]
    try:
        json.dumps([image, annotations], allow_nan=False)
    except ValueError as error:
        raise AssetError(f"{record} holds a label that is no number ({error}). {fix}") from error
    extension = name.rpartition(".")[2]
    return Picture(
        index=index,
        split=split_of(record.stem, source.train_share),
        file=image_path(source.folder, index, extension),
        mask=mask_path(source.folder, index),
        record=record,
        image=image,
        annotations=annotations,
    )


def _check_file(picture: Picture) -> None:
    """Raises AssetError when the picture is missing, cut short, or not of the record's form and size."""
    fix = f"Render it again with --only {picture.index}."
    try:
        with Image.open(picture.file) as image:  # reads the header, no pixels
            found = FORMATS.get(image.format), *image.size
        with open(picture.file, "rb") as file:
            file.seek(-min(16, picture.file.stat().st_size), 2)
            ends = file.read()
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise AssetError(f"{picture.file} is no picture ({error}). {fix}") from error
    except OSError as error:
        raise AssetError(f"Cannot read {picture.file}: {error.strerror}. {fix}") from error
    expected = picture.name.rpartition(".")[2], picture.image["width"], picture.image["height"]
    if found != expected:
        raise AssetError(f"{picture.file} is a {found}, its record says {expected}. {fix}")
    if not ends.endswith(ENDINGS[expected[0]]):
        raise AssetError(f"{picture.file} is cut short. {fix}")


def _check_left(survey: Survey, source: Source) -> None:
    total = survey.pictures.total()
    if not total:
        reasons = "; ".join(f"{asset.label} ({asset.licence})" for asset, _ in survey.left_out.most_common(3))
        raise SettingsError(
            f"--commercial leaves out all {survey.pictures_left_out} pictures: {reasons}. "
            "Render without these, or name those that you may use with --permitted."
        )
    empty = [split for split in (TRAIN, VAL) if not survey.pictures[split]]
    if empty and source.train_share < 1:
        raise SettingsError(
            f"--split {source.train_share:g} of {total} pictures leaves none in {empty[0]}. "
            "Render more, choose another share, or leave --split out."
        )

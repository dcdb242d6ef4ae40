"""Photographs with COCO keypoints become a pose library, and a file of fits for what needs shape and camera too.

The file of fits holds, for each of N people (the camera's frame is x right, y down, z forward):

pose         (N, 55, 3) axis-angle, row 0 from the body to the camera's frame
betas        (N, b) of the body named `body`
translation  (N, 3) metres: pose_body(body, betas, pose, translation) is the surface in the camera's frame
focal        (N,) pixels; u = focal * x / z + centre
centre       (N, 2) pixels
size         (N, 2) width and height of the picture
image        (N,) its file name; annotation (N,) the annotation's id; bbox (N, 4) x, y, w, h in pixels
keypoints    (N, 17, 2) pixels, where the fit has them; error (N,) mean miss, pixels of a 256 px crop of the person
"""

import hashlib
import os
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assets.poses.coco_people import People, read_people
from assets.poses.fit import Effort, fit_people
from assets.poses.fit_prior import PosePrior, load_prior, shipped_motion
from assets.poses.viewpoint import view_people
from blender_addon.core.body import BodyModel, load_body
from blender_addon.core.catalog import OPEN_BODY, file_hash, library_folder
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.library import PoseLibrary, library_name, make_library, save_library
from blender_addon.core.poses.limits import within_limits

BATCH = 64
"""People fitted at once: enough to keep a processor busy, and what is lost when the work is stopped."""
MOST_ERROR = 10.0
"""Pixels of a 256 px crop; a mean miss over this is no fit."""
VERSION = 1
COLUMNS = ("pose", "betas", "translation", "focal", "keypoints", "error")
LICENCE = "as the photographs' annotations"


@dataclass
class FitReport:
    """What became of the people in a file of keypoints."""

    library: Path | None = None
    fits: Path | None = None
    people: int = 0
    """In the library."""
    left_out: Counter = field(default_factory=Counter)
    """Reason -> people."""
    notes: list = field(default_factory=list)
    """A line for each of the first few pictures or annotations that cannot be used."""

    def __str__(self) -> str:
        lines = [f"{self.people} people fitted: {self.library}, {self.fits}", *self.notes]
        return "\n".join(lines + [f"left out: {count}, {reason}" for reason, count in sorted(self.left_out.items())])


def fit_poses(
    images, annotations, out, body: BodyModel, prior: PosePrior, effort: Effort | None = None, licence: str = LICENCE
) -> FitReport:
    """Fit everyone in a COCO keypoint file who has enough labelled keypoints. Goes on where it was stopped.

    Args:
        images: folder of the pictures.
        annotations: COCO keypoint JSON.
        out: the library to write, `.npz`; the fits go beside it as `NAME_fits.npz`.
    Raises:
        AssetError: the annotations are unusable, nobody could be fitted, or the output cannot be written.
    """
    out, report, effort = Path(out), FitReport(), effort or Effort()
    if out.suffix != ".npz":
        raise AssetError(f"{out}: a pose library is a .npz file. Name it so.")
    people = read_people(images, annotations, report.left_out, report.notes)
    stamp = _stamp(annotations, body, people, prior, effort)
    parts = out.with_name(f".{out.stem}.{stamp}.parts")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        parts.mkdir(exist_ok=True)
        columns = _fit_parts(people, parts, body, prior, effort)
        good = _choose(columns, report.left_out)
        if not good.any():
            raise AssetError(f"{annotations}: nobody could be fitted ({dict(report.left_out)}). Check the keypoints.")
        columns = {name: values[good] for name, values in columns.items()}
        people = people.rows(good)
        report.library = save_library(out, make_photo_library(out.stem, columns, people, licence))
        report.fits = _save_fits(out.with_name(f"{out.stem}_fits.npz"), columns, people, body)
        report.people = len(people)
        _remove_parts(parts)
    except OSError as error:
        raise AssetError(f"Cannot write {out}: {error.strerror}. Free some space or choose another --out.") from error
    return report


def add_fits(images, annotations, name: str, out, licence: str | None = None) -> FitReport:
    """`fit_poses` with the open body and the pose prior learnt from what ships: OUT/NAME.npz.

    Raises:
        AssetError: as `fit_poses`.
    """
    target = Path(out) / f"{library_name(name)}.npz"
    body = load_body(library_folder() / "bodies" / f"{OPEN_BODY}.npz")
    read_people(images, annotations, Counter(), [])  # complains before the prior is learnt, which takes a while
    prior = load_prior(library_folder() / "cache", shipped_motion())
    return fit_poses(images, annotations, target, body, prior, licence=licence or LICENCE)


def _stamp(annotations, body: BodyModel, people: People, prior: PosePrior, effort: Effort) -> str:
    """Names the parts, so that those of another input or body are never taken up."""
    digest = hashlib.sha256(file_hash(annotations).encode())
    digest.update(f"{VERSION} {BATCH} {effort} {body.source}".encode())
    digest.update(people.annotation.tobytes() + prior.means.numpy().tobytes())
    return digest.hexdigest()[:12]


def _fit_parts(people: People, parts: Path, body: BodyModel, prior: PosePrior, effort: Effort) -> dict:
    """Column -> array over all people; each batch is kept as a file once it is done."""
    done = []
    with tqdm(total=len(people), desc="people", unit="", disable=None) as bar:
        for start in range(0, len(people), BATCH):
            rows = people.rows(slice(start, start + BATCH))
            path = parts / f"{start:08d}.npz"
            columns = _read_part(path, len(rows))
            if columns is None:
                fits = fit_people(
                    rows.keypoints, rows.size, body, prior, rows.focal, rows.centre, rows.bbox, effort=effort
                )
                columns = {name: getattr(fits, name) for name in COLUMNS}
                _write(path, columns)
            done.append(columns)
            bar.update(len(rows))
    return {name: np.concatenate([columns[name] for columns in done]) for name in COLUMNS}


def _read_part(path: Path, count: int) -> dict | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            columns = {name: file[name] for name in COLUMNS}
    except (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None
    return columns if all(len(values) == count for values in columns.values()) else None


def _write(path: Path, arrays: dict) -> None:
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part.npz")
    try:
        np.savez_compressed(temporary, **arrays)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_parts(parts: Path) -> None:
    for path in sorted(parts.glob("[0-9]*.npz")):
        path.unlink()
    if not any(parts.iterdir()):
        parts.rmdir()


def _choose(columns: dict, left_out: Counter) -> np.ndarray:
    """(N,) which fits are good."""
    flat = [columns[name].reshape(len(columns["pose"]), -1) for name in COLUMNS]
    finite = np.isfinite(np.concatenate(flat, 1)).all(1)
    close = columns["error"] <= MOST_ERROR
    able = np.array([within_limits(pose, 1e-3) for pose in columns["pose"]])
    left_out["fit not finite"] += int((~finite).sum())
    left_out[f"fit misses the keypoints by over {MOST_ERROR:g} px of a 256 px crop"] += int((finite & ~close).sum())
    left_out["fit breaks joint limits"] += int((finite & close & ~able).sum())
    for reason in [reason for reason, count in left_out.items() if not count]:
        del left_out[reason]
    return finite & close & able


def make_photo_library(name: str, columns: dict, people: People, licence: str) -> PoseLibrary:
    """The poses as seen along the line of sight to each person."""
    views = view_people(columns["pose"], columns["translation"])
    sources, source = np.unique(people.image, return_inverse=True)
    return make_library(
        name,
        views.pose.astype(np.float32),
        np.zeros(len(people)),
        views.seat,
        source,
        people.annotation,
        tuple(sources),
        licence,
        "fitted by Posewright to COCO keypoints of photographs",
        views.heading,
        views.elevation,
    )


def _save_fits(path: Path, columns: dict, people: People, body: BodyModel) -> Path:
    whole = {name: columns[name].astype(np.float32) for name in COLUMNS}
    fields = ("image", "annotation", "bbox", "centre", "size")
    whole |= {name: getattr(people, name) for name in fields}
    _write(path, whole | {"body": body.path.stem})
    return path

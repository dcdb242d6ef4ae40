"""A person's body as fitted to a photo, and the files that hold such fits (`assets.poses.fit_library` says how)."""

import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from blender_addon.core.body import BodyModel
from blender_addon.core.errors import AssetError
from blender_addon.core.family import pose_for
from blender_addon.core.posing import PosedBody, pose_body

COLUMNS = ("pose", "betas", "translation", "focal", "centre", "size")


@dataclass(frozen=True)
class Fit:
    """One person in one photo. The camera's frame is x right, y down, z forward."""

    body: str
    """Name of the body file that `betas` belong to."""
    pose: np.ndarray
    """(55, 3) axis-angle, SMPL-X's order; row 0 from the body to the camera's frame."""
    betas: np.ndarray
    """(b,)."""
    translation: np.ndarray
    """(3,) metres, added to the posed body as in SMPL."""
    focal: float
    """Pixels: u = focal * x / z + centre."""
    centre: np.ndarray
    """(2,) pixels, the principal point."""
    size: np.ndarray
    """(2,) width and height of the photo that the fit was made on, pixels."""

    def check(self, body: BodyModel) -> "Fit":
        """Raises AssetError when it is of another body or not finite."""
        if self.body != body.path.stem:
            raise AssetError(
                f"The fit is of body {self.body!r}, the texture is for {body.path.stem!r}: their layouts differ. "
                f"Fit the photo with {body.path.stem!r}, or choose the other body."
            )
        numbers = (self.pose, self.betas, self.translation, self.focal, self.centre, self.size)
        if not all(np.isfinite(part).all() for part in numbers):
            raise AssetError("The fit holds numbers that are not finite. Fit the photo again.")
        shapes = np.shape(self.pose), np.shape(self.translation), np.shape(self.centre), np.shape(self.size)
        if shapes != ((55, 3), (3,), (2,), (2,)) or np.ndim(self.betas) != 1:
            raise AssetError(
                f"The fit's pose, translation, centre and size should have shapes (55, 3), (3,), (2,), (2,), "
                f"found {shapes}. Fit the photo again."
            )
        if not 0 < len(self.betas) <= body.shapedirs.shape[-1] or self.focal <= 0 or min(self.size) < 1:
            raise AssetError(
                f"The fit's {len(self.betas)} betas, focal length {self.focal:g} and size {tuple(self.size)} "
                f"do not go with {body.path.name}. Fit the photo again."
            )
        return self

    def posed(self, body: BodyModel) -> PosedBody:
        """In the camera's frame."""
        return pose_body(body, self.betas, pose_for(body, self.pose), self.translation)

    def project(self, points: np.ndarray) -> np.ndarray:
        """(..., 3) camera's frame -> (..., 2) pixels; NaN behind the camera."""
        depth = np.where(points[..., 2:] > 1e-6, points[..., 2:], np.nan)
        return self.focal * points[..., :2] / depth + self.centre

    def moved(self, scale: float, shift, size) -> "Fit":
        """The fit in a resized and cropped picture: old pixels times `scale`, plus `shift` (2,)."""
        centre = np.asarray(self.centre) * scale + np.asarray(shift)
        return replace(self, focal=self.focal * scale, centre=centre, size=np.asarray(size))


def read_fit(path, image: str, person: int = 0) -> Fit:
    """One fit of a `NAME_fits.npz`.

    Args:
        image: the photo's file name in it.
        person: which of the people in that photo, from 0, largest box first.
    Raises:
        AssetError: the file is broken or holds no such person.
    """
    columns = _read(Path(path))
    rows = [row for row, name in enumerate(columns["image"]) if Path(str(name)).name == Path(image).name]
    if not 0 <= person < len(rows):
        raise AssetError(f"{path} holds {len(rows)} people of {Path(image).name}; --person counts from 0.")
    area = columns["bbox"][rows, 2] * columns["bbox"][rows, 3] if "bbox" in columns else np.zeros(len(rows))
    row = rows[int(np.argsort(-area, kind="stable")[person])]
    return fit_of(columns, row)


def fit_of(columns: dict, row: int) -> Fit:
    """Row `row` of arrays as `NAME_fits.npz` holds them."""
    pose, betas, translation, focal, centre, size = (np.asarray(columns[name][row], float) for name in COLUMNS)
    return Fit(str(columns["body"]), pose, betas, translation, float(focal), centre, size)


def read_fits(path) -> dict:
    """Every column of a `NAME_fits.npz`; `fit_of` makes fits of its rows.

    Raises:
        AssetError: the file is missing or broken.
    """
    return _read(Path(path))


def _read(path: Path) -> dict:
    try:
        with np.load(path, allow_pickle=False) as file:
            columns = {name: file[name] for name in (*COLUMNS, "image", "body", "bbox") if name in file.files}
    except FileNotFoundError:
        raise AssetError(f"{path}: no such file of fits. Make one with `posewright assets fit-poses`.") from None
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise AssetError(f"{path}: expected a file of fits, found a broken one ({error}). Fit again.") from None
    missing = [name for name in (*COLUMNS, "image", "body") if name not in columns]
    if missing:
        raise AssetError(f"{path}: no column {missing[0]!r}. Choose the NAME_fits.npz that fit-poses wrote.")
    count = len(columns["pose"])
    if any(len(columns[name]) != count for name in (*COLUMNS, "image")):
        raise AssetError(f"{path}: columns of different lengths. Fit again.")
    return columns

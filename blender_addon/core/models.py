"""Published models as things of a scene: how large they are, where one sits on them, which are sound.

A model stands on its lowest point, its middle over the spec's position, as built-in furniture does.
"""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from .catalog import Asset, file_hash
from .errors import AssetError, blaming
from .gltf import Model, load_gltf
from .seat_surfaces import Seat, find_seat, heights_from_above

SMALLEST, LARGEST = 0.02, 30.0
"""Metres of the longest side: what is smaller was exported in other units, what is larger is no thing."""
IN_MEMORY = 24


@dataclass(frozen=True)
class ModelFacts:
    """What a scene has to know of a model to be drawn."""

    asset: Asset
    size: tuple
    """(3,) metres in x, y and z."""
    seat: Seat | None
    """Where one may sit."""

    @property
    def name(self) -> str:
        return self.asset.name


@dataclass
class Models:
    """Those that are sound."""

    facts: tuple = ()
    skipped: list = field(default_factory=list)
    """One line for each that is not."""


def look_at_models(assets: tuple) -> Models:
    """Open every model and measure it; nothing is refused, what is broken is named."""
    found = Models()
    for asset in assets:
        try:
            found.facts += (model_facts(asset),)
        except AssetError as error:
            found.skipped.append(str(error))
    return found


@lru_cache(maxsize=4096)
def model_facts(asset: Asset) -> ModelFacts:
    """Raises AssetError when the model is broken, or no thing that stands in a scene."""
    points, triangles = model_shape(asset)
    size = np.ptp(points, axis=0)
    if not SMALLEST <= size.max() <= LARGEST:
        raise AssetError(
            f"{asset.path}: it is {size.max():.3g} m large, expected {SMALLEST:g} to {LARGEST:g}. "
            "Export the model in metres, or take it out of the folder."
        )
    return ModelFacts(asset, tuple(round(float(side), 4) for side in size), find_seat(points, triangles))


@lru_cache(maxsize=IN_MEMORY)
def model_shape(asset: Asset) -> tuple:
    """(N, 3) points and (T, 3) triangles of the whole model, standing over the origin on z = 0.

    Raises:
        AssetError: as `gltf.load_gltf`.
    """
    with blaming(asset.name):
        model = load_gltf(asset.path)
    starts = np.cumsum([0] + [len(piece.points) for piece in model.pieces])
    triangles = [piece.triangles + start for piece, start in zip(model.pieces, starts[:-1], strict=True)]
    points = np.concatenate([piece.points for piece in model.pieces])
    return points - standing_point(model), np.concatenate(triangles)


@lru_cache(maxsize=4 * IN_MEMORY)
def model_heights(asset: Asset) -> np.ndarray:
    """(rows, columns) as `heights_from_above`, of the model as it stands. Raises AssetError as `model_shape`."""
    return heights_from_above(*model_shape(asset))


def standing_point(model: Model) -> np.ndarray:
    """(3,) of the model's own frame, which goes on the ground at the spec's position."""
    low = np.min([piece.points.min(0) for piece in model.pieces], axis=0)
    high = np.max([piece.points.max(0) for piece in model.pieces], axis=0)
    return np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])


def model_hash(path) -> str:
    """SHA-256 over a model's own file, its buffers and its pictures, each with its name.

    Raises:
        AssetError: as `gltf.load_gltf`.
    """
    path = Path(path)
    folder = path.resolve().parent
    digest = hashlib.sha256()
    for file in sorted({path.resolve(), *load_gltf(path).files}):
        name = file.relative_to(folder) if file.is_relative_to(folder) else file.name
        digest.update(f"{Path(name).as_posix()} {file_hash(file)}\n".encode())
    return digest.hexdigest()


def model_params(facts: ModelFacts, scale: float = 1.0) -> dict:
    """Of a spec."""
    size = [round(side * scale, 4) for side in facts.size]
    return {"kind": "model", "asset": facts.name, "scale": round(scale, 5), "size": size}

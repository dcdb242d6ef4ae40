"""Every choice that makes a picture. The same (seed, index) and assets give the same scene, whoever asks."""

from dataclasses import dataclass

import numpy as np

from .camera import look_at
from .cast import Cast
from .catalog import Catalog
from .chance import pick_row
from .crowd import place_figures, place_in_front
from .figure import sample_figure
from .framing import Frame, sample_frame
from .lighting import EYE
from .occluders import place_occluders, place_seat
from .ranges import Ranges
from .spec import CameraSpec, SceneSpec, WorldSpec, rounded

# One stream a purpose, so that changing one thing leaves the others as they were.
FRAME, PERSON, PLACE, OCCLUDERS, WORLD, GROUND = range(6)
UNKNOWN_ROOM = 8.0
"""Metres, where nobody has looked at an environment."""


def stream(seed: int, index: int, *purpose: int) -> np.random.Generator:
    """The random numbers of one purpose in one picture."""
    return np.random.default_rng([seed, index, *purpose])


def sample_scene(seed: int, index: int, catalog: Catalog, ranges: Ranges, cast: Cast) -> SceneSpec:
    """Draw picture `index` of the data set `seed`.

    Args:
        cast: bodies and poses, from `load_cast` of the same catalog and ranges.
    """
    rng = stream(seed, index, FRAME)
    count = int(rng.integers(ranges.persons[0], ranges.persons[1] + 1))
    figures = [sample_figure(stream(seed, index, PERSON, k), ranges, cast) for k in range(count)]
    backdrop = _sample_backdrop(stream(seed, index, WORLD), catalog)
    frame = sample_frame(rng, ranges, figures[0].points, backdrop.room, figures[0].elevation)
    place_rng = stream(seed, index, PLACE)
    figures = place_figures(place_rng, figures, frame, backdrop.room)
    if place_rng.random() < ranges.human_occluders:
        extra = sample_figure(stream(seed, index, PERSON, count), ranges, cast)
        in_front = place_in_front(place_rng, extra, figures, frame)
        figures += [in_front] if in_front else []
    seats = [place_seat(figure.seat, figure.hips, figure.heading) for figure in figures if figure.seat]
    things = place_occluders(stream(seed, index, OCCLUDERS), figures, frame, ranges)
    return SceneSpec(
        seed=seed,
        index=index,
        persons=tuple(figure.spec for figure in figures),
        occluders=(*seats, *things),
        world=_sample_world(stream(seed, index, GROUND), backdrop, frame, figures),
        camera=_camera_spec(frame),
        samples=ranges.samples,
    )


def _camera_spec(frame: Frame) -> CameraSpec:
    position = np.array([0.0, 0.0, frame.eye])
    target = position + [0.0, np.cos(frame.pitch), np.sin(frame.pitch)]
    return CameraSpec(
        width=frame.width,
        height=frame.height,
        focal_mm=round(frame.focal_mm, 3),
        position=rounded(position),
        rotation=rounded(look_at(position, target, frame.roll), 9),
    )


@dataclass(frozen=True)
class Backdrop:
    """An environment, turned."""

    name: str
    rotation: float
    room: float
    """Metres of bare ground before the camera."""


def _sample_backdrop(rng, catalog: Catalog) -> Backdrop:
    """Environments and directions with room for people are likelier."""
    floors = [np.array(asset.floor) if asset.floor else np.array([UNKNOWN_ROOM]) for asset in catalog.environments]
    weights = np.array([np.clip(np.quantile(floor, 0.75), 1, 8) for floor in floors])
    chosen = pick_row(rng, weights)
    floor = floors[chosen]
    weights = np.clip(floor, 1, 12) ** 2
    column = pick_row(rng, weights)
    azimuth = np.pi - (column + rng.random()) / len(floor) * 2 * np.pi  # as `lighting.directions` has them
    rotation = float((np.pi / 2 - azimuth) % (2 * np.pi))  # brings it before the camera, which looks along +Y
    return Backdrop(catalog.environments[chosen].name, round(rotation, 4), float(floor[column]))


def _sample_world(rng, backdrop: Backdrop, frame: Frame, figures: list) -> WorldSpec:
    """The ground is coloured as if the environment's camera had stood near ours, so that horizons agree."""
    eye = frame.eye if 1.2 < frame.eye < 2.0 else EYE
    farthest = max(float(np.linalg.norm(figure.place)) for figure in figures)
    return WorldSpec(
        environment=backdrop.name,
        rotation=backdrop.rotation,
        brightness=round(float(np.exp(rng.normal(0, 0.18))), 4),
        projection_centre=rounded([0.0, rng.uniform(0, 0.25) * min(frame.distance, 6.0), eye]),
        # Past the people and their shadows the picture itself is truer than any ground.
        ground_radius=round(1.4 * farthest + 5.0, 2),
        ground_roughness=round(float(rng.uniform(0.6, 0.95)), 3),
    )

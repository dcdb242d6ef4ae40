"""Every choice that makes a picture. The same (seed, index) and assets give the same scene, whoever asks."""

from dataclasses import dataclass

import numpy as np

from .camera import look_at
from .cast import Cast
from .catalog import Catalog
from .chance import pick_row
from .crowd import place_figures, place_in_front
from .development import sample_development
from .figure import sample_figure
from .framing import Frame
from .lens import sample_lens
from .lighting import EYE
from .motion import is_moving, moment
from .occluders import place_occluders
from .occlusion import hide_share
from .orbit import Stand, sample_stand
from .photo_choice import sample_photo
from .photo_frame import ROOM, frame_before
from .ranges import Ranges
from .sitting import place_seats
from .spec import CameraSpec, PhotoSpec, SceneSpec, WorldSpec, rounded
from .views import choose_view, sample_elevation, sample_heading

# One stream a purpose, so that changing one thing leaves the others as they were.
FRAME, PERSON, PLACE, OCCLUDERS, WORLD, GROUND, DEVELOPMENT, LENS, PHOTO = range(9)
UNKNOWN_ROOM = 8.0
"""Metres, where nobody has looked at an environment."""


def stream(seed: int, index: int, *purpose: int) -> np.random.Generator:
    """The random numbers of one purpose in one picture."""
    return np.random.default_rng([seed, index, *purpose])


def sample_scene(seed: int, index: int, catalog: Catalog, ranges: Ranges, cast: Cast, attempt: int = 0) -> SceneSpec:
    """Draw picture `index` of the data set `seed`.

    With several views of a scene, pictures 0 to `ranges.views` - 1 are of the first scene, and so on; so it is with
    several frames.

    Args:
        cast: bodies and poses, from `load_cast` of the same catalog and ranges.
        attempt: draws another scene, for when those before need a file that is broken.
    """
    given, seed = seed, seed + (attempt << 64)  # as far as no seed goes
    scene, turn = divmod(index, ranges.views * ranges.frames)
    turn, step = (0, turn) if ranges.frames > 1 else (turn, 0)
    rng = stream(seed, scene, FRAME)
    count = int(rng.integers(ranges.persons[0], ranges.persons[1] + 1))
    view = choose_view(rng, ranges)
    figures = [sample_figure(stream(seed, scene, PERSON, k), ranges, cast) for k in range(count)]
    figures = [_turned(rng, figure, view) for figure in figures]
    backdrop = _sample_backdrop(stream(seed, scene, WORLD), catalog)
    photo = sample_photo(stream(seed, scene, PHOTO), catalog.backgrounds, ranges)
    main = figures[0]
    elevation = main.elevation if main.keeps_heading else sample_elevation(rng, view)
    room = ROOM if photo else backdrop.room
    frame = frame_before(photo, rng, ranges, main.points - [*main.place, 0.0], room, view, elevation)
    place_rng = stream(seed, scene, PLACE)
    figures = place_figures(place_rng, figures, frame, room)
    if place_rng.random() < ranges.human_occluders:
        extra = sample_figure(stream(seed, scene, PERSON, count), ranges, cast)
        in_front = place_in_front(place_rng, extra, figures, frame)
        figures += [in_front] if in_front else []
    stand = Stand(frame, (0.0, 0.0), 0.0)
    things = _furnish(stream(seed, scene, OCCLUDERS), figures, stand, ranges, cast)
    if turn:
        rng, photo_rng = stream(seed, scene, FRAME, turn), stream(seed, scene, PHOTO, turn)
        other = photo and sample_photo(photo_rng, catalog.backgrounds, ranges, always=True)  # one shows one side
        found = sample_stand(rng, ranges, choose_view(rng, ranges), figures, things, room, other)
        stand, photo = (found, other) if found else (stand, photo)
    persons = tuple(moment(figure.spec, figure.heading, figure.movements, step) for figure in figures)
    moving = any(is_moving(moment(figure.spec, figure.heading, figure.movements)) for figure in figures)
    return SceneSpec(
        seed=given,
        index=index,
        persons=persons,
        occluders=tuple(things),
        world=_sample_world(stream(seed, scene, GROUND), backdrop, frame, stand.frame, figures, photo),
        camera=sample_lens(stream(seed, scene, LENS, turn), ranges, _camera_spec(stand), figures[0], moving),
        development=sample_development(stream(seed, scene, DEVELOPMENT, turn), ranges, step),
        samples=ranges.samples,
        attempt=attempt,
    )


def _turned(rng, figure, view):
    """A figure that faces the camera as the view has it; who is from a photo is never turned."""
    heading = None if figure.keeps_heading else sample_heading(rng, view)
    return figure if heading is None else figure.standing(*figure.place, heading)


def _furnish(rng, figures: list, stand: Stand, ranges: Ranges, cast: Cast) -> list:
    seats = place_seats(rng, figures)
    if ranges.occlusion:
        return [*seats, *hide_share(rng, figures, stand.frame, _camera_spec(stand), ranges, cast, seats)]
    return [*seats, *place_occluders(rng, figures, stand.frame, ranges, cast.models, seats)]


def _camera_spec(stand: Stand) -> CameraSpec:
    frame = stand.frame
    position = np.array([*stand.place, frame.eye])
    ahead = np.array([-np.sin(stand.yaw), np.cos(stand.yaw)]) * np.cos(frame.pitch)
    return CameraSpec(
        width=frame.width,
        height=frame.height,
        focal_mm=round(frame.focal_mm, 3),
        position=rounded(position),
        rotation=rounded(look_at(position, position + [*ahead, np.sin(frame.pitch)], frame.roll), 9),
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


def _sample_world(
    rng, backdrop: Backdrop, frame: Frame, seen: Frame, figures: list, photo: "PhotoSpec | None"
) -> WorldSpec:
    """The ground is coloured as if the environment's camera had stood near ours, so that horizons agree.

    Args:
        frame: the first view of the scene; seen: this one.
    """
    eye = frame.eye if 1.2 < frame.eye < 2.0 else EYE
    farthest = max(float(np.linalg.norm(figure.place)) for figure in figures)
    if photo:
        return WorldSpec("", 0.0, 1.0, (0.0, 0.0, EYE), round(1.4 * farthest + 12.0, 2), 1.0, photo)
    return WorldSpec(
        environment=backdrop.name,
        rotation=backdrop.rotation,
        brightness=round(float(np.exp(rng.normal(0, 0.18))), 4),
        projection_centre=rounded([0.0, rng.uniform(0, 0.25) * min(frame.distance, 6.0), eye]),
        # Past the people and their shadows the picture itself is truer than any ground.
        ground_radius=0.0 if seen.underground else round(1.4 * farthest + 5.0, 2),
        ground_roughness=round(float(rng.uniform(0.6, 0.95)), 3),
    )

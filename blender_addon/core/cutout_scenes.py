"""What is on a cutout: one thing or one person before a camera, for pasting on finished pictures.

Every choice is made here, in a `SceneSpec` of its own; the same (seed, number) and assets give the same cutout.
Things come in VIEWS views each, as the project's first ancestor had them; people in one.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from .camera import SENSOR_MM, look_at, to_camera
from .cast import Cast
from .catalog import Catalog
from .chance import one_of
from .development import PLAIN
from .figure import sample_figure
from .ranges import Ranges
from .sample import stream
from .sitting import place_seat
from .spec import CameraSpec, OccluderSpec, SceneSpec, WorldSpec, rounded
from .things import sample_thing, thing_shape

FORM = 1
"""Of a library's cutouts.json and of what is beside it."""
KINDS = ("people", "things")
VIEWS = 5
"""Of each thing."""
MARGIN = 1.12
"""Picture over what was drawn of the outline: hair and loose cloth reach beyond it."""
STEEP = 0.2
"""Share of the cutouts that are seen from high above; the others from about eye height, as most pictures."""
PEOPLE_FROM = (0.9, 6.0)
"""Metres between camera and person, drawn evenly in the logarithm; people are pasted at this distance."""
THINGS_FROM = (1.3, 3.5)
"""The same for things, over their size; they may be pasted at another distance."""


def cutout_name(kind: str, number: int) -> str:
    return f"{kind}_{number:05d}"


def file_names(folder, name: str) -> tuple[Path, Path, Path]:
    """The picture with alpha, the person index, and the description that is written last."""
    folder = Path(folder)
    return folder / f"{name}.png", folder / f"{name}_people.png", folder / f"{name}.json"


def sample_cutout(
    seed: int, kind: str, number: int, catalog: Catalog, ranges: Ranges, cast: Cast, size: int
) -> SceneSpec:
    """Draw one cutout.

    Args:
        kind: one of KINDS.
        size: pixels of the longer side.
    """
    rng = stream(seed, KINDS.index(kind), number)
    if kind == "people":
        persons, occluders, points = _sample_person(rng, ranges, cast)
    else:
        persons, occluders, points = _sample_thing(rng, stream(seed, len(KINDS), number // VIEWS), cast.models)
    camera = _frame(points, _sample_eye(rng, float(points[:, 1].mean()), float(points[:, 2].mean())), size)
    world = WorldSpec(
        environment=one_of(rng, catalog.environments).name,
        rotation=round(float(rng.uniform(0, 2 * np.pi)), 4),
        brightness=1.0,
        projection_centre=(0.0, 0.0, 1.6),
        ground_radius=8.0,  # light bounces off it; it does not show
        ground_roughness=0.8,
    )
    return SceneSpec(seed, number, persons, occluders, world, camera, PLAIN, ranges.samples)


def _sample_person(rng, ranges: Ranges, cast: Cast):
    figure = sample_figure(rng, ranges, cast)
    away = float(np.exp(rng.uniform(*np.log(PEOPLE_FROM)))) + figure.radius
    figure = figure.standing(0.0, away, figure.heading)
    seats = (place_seat(figure.seat, figure.hips, figure.heading),) if figure.seat else ()
    points = [figure.points, *(thing_shape(seat, cast.models)[0] for seat in seats)]
    return (figure.spec,), seats, np.concatenate(points)


def _sample_thing(rng, own, models: tuple):
    """own: random numbers that all views of the thing share."""
    params = sample_thing(own, models)
    away = float(rng.uniform(*THINGS_FROM)) * float(np.linalg.norm(params["size"]))
    place, yaw = (0.0, round(max(away, 0.8), 4), 0.0), round(float(rng.uniform(-np.pi, np.pi)), 4)
    thing = OccluderSpec(params["kind"], params, place, yaw)
    return (), (thing,), thing_shape(thing, models)[0]


def _sample_eye(rng, away: float, middle: float) -> np.ndarray:
    """(3,) where the camera stands: over the origin, or nearer and higher."""
    if rng.random() < STEEP:
        angle = np.radians(rng.uniform(20, 60))
        return np.array([0.0, away - away * np.cos(angle), middle + away * np.sin(angle)])
    low = rng.random() < 0.2
    return np.array([0.0, 0.0, rng.uniform(0.4, 1.2) if low else max(rng.normal(1.55, 0.15), 0.4)])


def _frame(points: np.ndarray, eye: np.ndarray, size: int) -> CameraSpec:
    """The camera that shows all points (N, 3) from `eye` (3,), as large as `size` allows.

    What lies behind the lens or beside it at over 60 degrees is left out: nothing is pasted so near.
    """
    target = points.mean(0)
    for _ in range(8):
        camera = CameraSpec(2, 2, SENSOR_MM, rounded(eye), rounded(look_at(eye, target), 9))
        local = to_camera(points, camera)
        seen = np.clip(local[:, :2] / np.maximum(local[:, 2:], 0.05), -1.7, 1.7)
        low, high = seen.min(0), seen.max(0)
        target = eye + np.array(camera.rotation).T @ [*((low + high) / 2), 1.0]
    half = np.maximum((high - low) / 2, 0.01) * MARGIN
    width, height = (max(int(np.ceil(side)), 16) for side in size * half / half.max())
    focal = max(width, height) / 2 / half.max()
    return replace(camera, width=width, height=height, focal_mm=round(float(focal / max(width, height) * SENSOR_MM), 3))


def widened(spec: SceneSpec, times: float) -> SceneSpec:
    """The same seen by a camera that shows so much more around it."""
    camera = spec.camera
    size = {"width": int(camera.width * times), "height": int(camera.height * times)}
    longer = max(size.values()) / max(camera.width, camera.height)
    return replace(spec, camera=replace(camera, **size, focal_mm=round(camera.focal_mm / longer, 3)))

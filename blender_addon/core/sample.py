"""Every choice that makes a picture. The same (seed, index) and assets give the same scene, whoever asks."""

from dataclasses import dataclass, replace

import numpy as np

from .body import BodyModel, pose_body, shape_body, skin
from .camera import look_at
from .catalog import Catalog
from .framing import Frame, sample_frame
from .lighting import EYE
from .looks.hair import sample_hair
from .looks.skin import sample_skin
from .occluders import place_occluders, place_seat, sample_seat
from .poses.amass import read_frame, remove_yaw
from .poses.grounding import seat_height
from .poses.prior import sample_pose
from .poses.skeleton import measure_skeleton
from .ranges import Ranges
from .rotations import turn_about_z
from .spec import CameraSpec, PersonSpec, SceneSpec, WorldSpec
from .wardrobe.clothes import dress, sample_outfit

# One stream a purpose, so that changing one thing leaves the others as they were.
FRAME, PERSON, PLACE, OCCLUDERS, WORLD, GROUND = range(6)
CHILD_AGE = 16
UNKNOWN_ROOM = 8.0
"""Metres, where nobody has looked at an environment."""


@dataclass(frozen=True)
class Figure:
    """A person with the room it takes: the spec, and the posed surface where the spec puts it."""

    spec: PersonSpec
    points: np.ndarray
    """(N, 3) metres, world frame."""
    hips: np.ndarray
    """(2,) on the ground under the pelvis."""
    heading: float
    """Turn about Z; at 0 the person faces -Y."""
    seat: dict | None
    """Parameters of what is sat upon."""

    @property
    def place(self) -> np.ndarray:
        """(2,) middle of the figure on the ground."""
        return (self.points[:, :2].min(0) + self.points[:, :2].max(0)) / 2

    @property
    def radius(self) -> float:
        """Of the circle on the ground about `place` that holds the figure."""
        return float(np.linalg.norm(self.points[:, :2] - self.place, axis=1).max())

    @property
    def height(self) -> float:
        return float(self.points[:, 2].max())

    def at(self, x: float, y: float) -> "Figure":
        """The same figure with its middle at (x, y)."""
        x0, y0, lift = self.spec.position
        shift = np.round(np.array([x, y]) - self.place, 5)
        spec = replace(self.spec, position=(round(x0 + shift[0], 5), round(y0 + shift[1], 5), lift))
        return replace(self, spec=spec, points=self.points + [*shift, 0], hips=self.hips + shift)


def stream(seed: int, index: int, *purpose: int) -> np.random.Generator:
    """The random numbers of one purpose in one picture."""
    return np.random.default_rng([seed, index, *purpose])


def sample_scene(seed: int, index: int, catalog: Catalog, ranges: Ranges, body: BodyModel) -> SceneSpec:
    """Draw picture `index` of the data set `seed`."""
    rng = stream(seed, index, FRAME)
    count = int(rng.integers(ranges.persons[0], ranges.persons[1] + 1))
    figures = [sample_figure(stream(seed, index, PERSON, k), catalog, body) for k in range(count)]
    backdrop = _sample_backdrop(stream(seed, index, WORLD), catalog)
    frame = sample_frame(rng, ranges, figures[0].points, backdrop.room)
    figures = _place_figures(stream(seed, index, PLACE), figures, frame, backdrop.room)
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


def sample_figure(rng: np.random.Generator, catalog: Catalog, body: BodyModel) -> Figure:
    """One person: shape, looks and pose, standing on the ground at the origin with a random heading."""
    row = _sample_shape(rng, body)
    betas = _rounded(body.population_betas[row])
    sex, age = float(body.population_sex[row]), float(body.population_age[row])
    skin_look = sample_skin(rng, sex, age, body.population_ancestry[row])
    spec = PersonSpec(
        body=catalog.bodies[0].name,
        sex=round(sex, 3),
        age=round(age, 1),
        betas=betas,
        pose_source="",
        pose=(),
        position=(0.0, 0.0, 0.0),
        skin=skin_look,
        hair=sample_hair(rng, sex, age, skin_look),
        garments=sample_outfit(rng, sex, age),
    )
    return _pose_figure(rng, spec, catalog, body)


def _sample_shape(rng: np.random.Generator, body: BodyModel) -> int:
    """A row of the body's population: adults, as children take part only where asked for."""
    adults = np.flatnonzero(body.population_age >= CHILD_AGE)
    return int(rng.choice(adults))


def _pose_figure(rng, spec: PersonSpec, catalog: Catalog, body: BodyModel) -> Figure:
    if catalog.poses:
        take = catalog.poses[int(rng.integers(len(catalog.poses)))]
        pose, source = read_frame(take, float(rng.random()))
        pose, sits, clearance = remove_yaw(pose), False, 0.0
    else:
        rest, joints = shape_body(body, np.array(spec.betas))
        draw = sample_pose(rng, measure_skeleton(joints, rest[: body.skin_vertices]))
        pose, source, sits, clearance = draw.pose, f"prior:{draw.kind}", draw.seat, draw.clearance
    heading = _sample_heading(rng)
    pose = np.array(pose, float)
    pose[0] = turn_about_z(pose[0], heading)
    pose = _rounded(pose)
    posed, points = pose_outside(body, spec, np.array(pose))
    lift = round(clearance - float(points[:, 2].min()), 5)
    points = points + [0, 0, lift]
    seat = sample_seat(rng, seat_height(posed.vertices + [0, 0, lift], body)) if sits else None
    spec = replace(spec, pose_source=source, pose=pose, position=(0.0, 0.0, lift))
    return Figure(spec, points, posed.joints[0, :2], heading, seat)


def pose_outside(body: BodyModel, spec: PersonSpec, pose: np.ndarray):
    """The posed body, and (N, 3) its outermost points with the garments': soles touch the ground, not feet."""
    posed = pose_body(body, np.array(spec.betas), pose, np.zeros(3))
    surfaces, _ = dress(body, posed.shaped, spec.garments)
    garments = [skin(surface.points, surface.weights, posed.transforms) for surface in surfaces]
    return posed, np.concatenate([posed.vertices[: body.skin_vertices], *garments])


def _sample_heading(rng) -> float:
    """People are photographed from the front more often than not; 0 faces the camera."""
    if rng.random() < 0.6:
        return float(rng.normal(0, np.radians(35)))
    return float(rng.uniform(-np.pi, np.pi))


def _place_figures(rng, figures: list, frame: Frame, room: float) -> list:
    """The first where the frame wants it, the others in view around it, nobody inside anybody."""
    placed = [figures[0].at(frame.lateral, frame.distance)]
    for figure in figures[1:]:
        spread = 0.6
        while True:
            distance = frame.distance * float(np.exp(rng.uniform(-0.5 * spread, spread)))
            distance = max(min(distance, room * (0.7 + spread)), 0.8 + figure.radius)
            moved = figure.at(frame.lateral_at(rng.uniform(0.03, 0.97), distance), distance)
            if all(np.linalg.norm(moved.place - other.place) > 0.8 * (moved.radius + other.radius) for other in placed):
                placed.append(moved)
                break
            spread += 0.1  # a crowded view grows deeper until there is room
    return placed


def _camera_spec(frame: Frame) -> CameraSpec:
    position = np.array([0.0, 0.0, frame.eye])
    target = position + [0.0, np.cos(frame.pitch), np.sin(frame.pitch)]
    return CameraSpec(
        width=frame.width,
        height=frame.height,
        focal_mm=round(frame.focal_mm, 3),
        position=_rounded(position),
        rotation=_rounded(look_at(position, target, frame.roll), 9),
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
    chosen = int(rng.choice(len(floors), p=weights / weights.sum()))
    floor = floors[chosen]
    weights = np.clip(floor, 1, 12) ** 2
    column = int(rng.choice(len(floor), p=weights / weights.sum()))
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
        projection_centre=_rounded([0.0, rng.uniform(0, 0.25) * min(frame.distance, 6.0), eye]),
        # Past the people and their shadows the picture itself is truer than any ground.
        ground_radius=round(1.4 * farthest + 5.0, 2),
        ground_roughness=round(float(rng.uniform(0.6, 0.95)), 3),
    )


def _rounded(values, digits: int = 6) -> tuple:
    """Nested tuples of floats: short in JSON, and the same after a trip through it."""
    return tuple(_rounded(value, digits) if np.ndim(value) else round(float(value), digits) for value in values)

"""One person as it is drawn: shape, looks and pose, and the room that it takes."""

from dataclasses import dataclass, replace

import numpy as np

from .body import BodyModel
from .catalog import Catalog
from .looks.hair import sample_hair
from .looks.skin import sample_skin
from .occluders import sample_seat
from .poses.amass import read_frame, remove_yaw
from .poses.grounding import seat_height
from .poses.prior import sample_pose
from .poses.skeleton import measure_skeleton
from .posing import pose_body, shape_body, skin
from .rotations import turn_about_z
from .spec import PersonSpec, rounded
from .wardrobe.clothes import dress, sample_outfit

CHILD_AGE = 16


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


def sample_figure(rng: np.random.Generator, catalog: Catalog, body: BodyModel) -> Figure:
    """One person: shape, looks and pose, standing on the ground at the origin with a random heading."""
    row = _sample_shape(rng, body)
    betas = rounded(body.population_betas[row])
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
    pose = rounded(pose)
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

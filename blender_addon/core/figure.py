"""One person as it is drawn: shape, looks and pose, and the room that it takes."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .body import BodyModel
from .cast import Cast
from .closet import EMPTY, Closet
from .family import pose_for, pose_joints
from .looks.hair import sample_hair
from .looks.published import choose_face, choose_hair
from .looks.skin import sample_skin
from .outline import buttocks_of, outline_of, trunk_of
from .population import PersonShape, sample_free_shape, sample_shape
from .poses.contact import mannequin_capsules
from .poses.grounding import seat_under
from .poses.mannequin import SMPL_TO_WORLD
from .poses.mix import sample_mixed
from .poses.prior import FAMILIES
from .poses.skeleton import measure_skeleton
from .poses.validity import stand_in
from .posing import pose_body, shape_body, skin
from .ranges import Ranges
from .rotations import axis_angle_to_matrix, turn_about_z
from .sitting import sample_seat
from .spec import LookSpec, PersonSpec, rounded
from .wardrobe.contrast import unlike_skin
from .wardrobe.cover import cloth_under
from .wardrobe.feet import fit_feet
from .wardrobe.outfits import sample_outfit
from .wardrobe.published import shoe_outline
from .wardrobe.shoes import SHOE_JOINTS, shoe_points

UPRIGHT = 0.5
"""Cosine of how far feet and shins may lean for nothing of a shoe to be lower than its sole."""


@dataclass(frozen=True)
class Figure:
    """A person with the room it takes: the spec, and some of the posed surface where the spec puts it."""

    spec: PersonSpec
    points: np.ndarray
    """(N, 3) metres, world frame."""
    hips: np.ndarray
    """(2,) on the ground under the pelvis."""
    heading: float
    """Turn about Z; at 0 the person faces -Y."""
    seat: dict | None
    """Parameters of what is sat upon."""
    capsules: np.ndarray
    """(C, 7) start, end and radius of the limbs, as `poses.contact` has them."""
    elevation: float | None = None
    """Of the camera whose photo the pose is from, radians, when its view is to be kept; None otherwise."""
    movements: tuple = ()
    """How the pose goes on, as `poses.draw.PoseDraw` has it, of somebody with a heading of 0."""

    @property
    def keeps_heading(self) -> bool:
        """Whether a photo decides which way the person faces."""
        return self.elevation is not None

    @cached_property
    def place(self) -> np.ndarray:
        """(2,) middle of the figure on the ground."""
        return (self.points[:, :2].min(0) + self.points[:, :2].max(0)) / 2

    @cached_property
    def radius(self) -> float:
        """Of the circle on the ground about `place` that holds the figure."""
        return float(np.linalg.norm(self.points[:, :2] - self.place, axis=1).max())

    @cached_property
    def height(self) -> float:
        return float(self.points[:, 2].max())

    def standing(self, x: float, y: float, heading: float) -> "Figure":
        """The same figure with its middle at (x, y), facing that way."""
        return (self if heading == self.heading else self._turned(heading))._at(x, y)

    def capsules_at(self, x: float, y: float, heading: float) -> np.ndarray:
        """(C, 7) `capsules` if it were standing there; crowds try hundreds of places."""
        turn = axis_angle_to_matrix([0.0, 0.0, heading - self.heading])[:2, :2].T
        capsules = self.capsules.copy()
        for columns in (capsules[:, :2], capsules[:, 3:5]):
            columns[:] = (columns - self.place) @ turn + (x, y)
        return capsules

    def _at(self, x: float, y: float) -> "Figure":
        x0, y0, lift = self.spec.position
        shift = np.round(np.array([x, y]) - self.place, 5)
        spec = replace(self.spec, position=(round(x0 + shift[0], 5), round(y0 + shift[1], 5), lift))
        capsules = self.capsules + [*shift, 0, *shift, 0, 0]
        moved = replace(self, spec=spec, points=self.points + [*shift, 0], hips=self.hips + shift, capsules=capsules)
        moved.__dict__.update(place=self.place + shift, radius=self.radius, height=self.height)
        return moved

    def _turned(self, heading: float) -> "Figure":
        turn = axis_angle_to_matrix([0.0, 0.0, heading - self.heading])[:2, :2]
        pivot = self.place
        points, capsules = self.points.copy(), self.capsules_at(*pivot, heading)
        points[:, :2] = (points[:, :2] - pivot) @ turn.T + pivot
        hips = (self.hips - pivot) @ turn.T + pivot
        x, y, lift = self.spec.position
        shift = hips - self.hips  # SMPL turns the root about the pelvis
        root, *limbs = self.spec.pose
        pose = (rounded(turn_about_z(root, heading - self.heading)), *limbs)
        spec = replace(self.spec, pose=pose, position=(*rounded([x + shift[0], y + shift[1]], 5), lift))
        moved = replace(self, spec=spec, points=points, hips=hips, heading=heading, capsules=capsules)
        moved.__dict__.update(place=pivot, radius=self.radius, height=self.height)  # turning about it changes none
        return moved


def sample_figure(rng: np.random.Generator, ranges: Ranges, cast: Cast) -> Figure:
    """One person: shape, looks and pose, standing on the ground at the origin with a random heading."""
    name = ranges.bodies[int(rng.integers(len(ranges.bodies)))]
    body = cast.bodies[name]
    if ranges.shapes == "betas":
        shape = sample_free_shape(rng, body)
    else:
        shape = sample_shape(rng, body, ranges.children)
    face, hair, garments = sample_looks(rng, shape, cast)
    spec = PersonSpec(
        body=name,
        sex=round(shape.sex, 3),
        age=round(shape.age, 1),
        betas=rounded(shape.betas),
        pose_source="",
        pose_rejected=0,
        pose=(),
        position=(0.0, 0.0, 0.0),
        skin=face,
        hair=hair,
        garments=garments,
    )
    return pose_figure(rng, spec, ranges, cast)


def sample_looks(rng: np.random.Generator, shape: PersonShape, cast: Cast) -> tuple:
    """Skin, hair and garments of somebody of that sex, age and ancestry."""
    skin_look = sample_skin(rng, shape.sex, shape.age, shape.ancestry)
    hair = sample_hair(rng, shape.sex, shape.age, skin_look)
    garments = sample_outfit(rng, shape.sex, shape.age, cast.offers, cast.garments)
    garments = unlike_skin(garments, skin_look.params["tone"])
    hair = choose_hair(rng, cast.styles, hair, shape.sex)
    face = choose_face(rng, cast.styles, skin_look, shape.sex, shape.age, shape.ancestry)
    if face.params.get("dressed"):
        garments = ()
    if _hangs(hair) and any(_has_hood(look) for look in garments):
        hair = sample_hair(rng, shape.sex, shape.age, skin_look, "bun")
    return face, hair, garments


def _hangs(hair: LookSpec) -> bool:
    """Whether hair reaches the back, where it would go through a hood; it is in a bun then."""
    tail, sides = hair.params["tail"], hair.params["sides"]
    return tail > 0.1 or (tail == 0 and sides > 0.25)


def _has_hood(look: LookSpec) -> bool:
    collar = look.params.get("collar")
    return isinstance(collar, dict) and collar["kind"] == "hood"


def pose_figure(rng, spec: PersonSpec, ranges: Ranges, cast: Cast) -> Figure:
    """The person of a spec without pose, with one that is drawn, standing on the ground at the origin."""
    body, betas = cast.bodies[spec.body], np.array(spec.betas)
    trunk, _ = shape_body(trunk_of(body), betas)
    skeleton = measure_skeleton(pose_joints(body, betas), trunk)
    skeleton = replace(skeleton, sole=skeleton.sole - _sole_under(spec.garments))
    draw = sample_mixed(rng, cast.mix, cast.poses, skeleton)
    heading, elevation = _sample_heading(rng), None
    if ranges.like_photo and draw.heading is not None:
        heading, elevation = draw.heading, draw.elevation or 0.0
    pose = np.array(draw.pose, float)
    pose[0] = turn_about_z(pose[0], heading)
    source = f"families:{draw.kind}" if draw.kind in FAMILIES else f"{draw.kind}:{draw.detail}"
    spec = replace(spec, pose_source=source.rstrip(":"), pose_rejected=draw.rejected, pose=rounded(pose))
    pelvis, points, lowest = pose_outline(body, spec, cast.closet)
    lift = round(draw.clearance - lowest, 5)
    spec = replace(spec, position=(0.0, 0.0, lift))
    points = points + [0, 0, lift]
    seat = None
    if draw.seat:
        seat = sample_seat(rng, _seat_height(body, spec), cast.models, points, pelvis[:2], heading)
    limbs = mannequin_capsules(stand_in(pose, skeleton), SMPL_TO_WORLD, pelvis + [0, 0, lift])
    return Figure(spec, points, pelvis[:2], heading, seat, limbs, elevation, draw.movements)


def _sole_under(garments: tuple) -> float:
    """Metres of shoe under the feet: poses are worked out in shoes, so that hips and knees reach the ground too."""
    return sum(look.params["sole"] for look in garments if look.kind == "shoes")


def pose_outline(body: BodyModel, spec: PersonSpec, closet: Closet = EMPTY) -> tuple:
    """What the ground and the picture have to know of a person that stands at the origin.

    Args:
        closet: where its looks come from that are no built-in ones.
    Returns:
        pelvis (3,), points (N, 3) that nothing but loose cloth and hair reaches far beyond, and the height of the
        lowest that carries weight: a shoe's sole, or skin less the cloth that is pressed against it.
    """
    outline = outline_of(body)
    betas = np.array(spec.betas)
    posed = pose_body(outline.body, betas, pose_for(body, spec.pose), np.zeros(3))
    skin_low = posed.vertices[:, 2] - cloth_under(outline.height, outline.arm, spec.garments)
    if any(look.kind == "shoes" for look in spec.garments):
        skin_low = skin_low[outline.body.weights[:, SHOE_JOINTS[2:]].sum(1) < 0.5]  # feet are inside
    lowest = skin_low.min()
    points = [posed.vertices]
    for look in spec.garments:
        if look.kind == "shoes":
            moves = posed.transforms[list(SHOE_JOINTS)]
            upright = moves[:, 2, 1].min() > UPRIGHT  # where their own up went
            if "asset" in look.params:
                shoes, weights = shoe_outline(body, betas, look, closet)
            else:
                shoes, weights = shoe_points(fit_feet(body, betas, look.params), look.params, uppers=not upright)
            shoes = skin(shoes, weights, moves)
            lowest = min(lowest, shoes[:, 2].min())
            points.append(shoes[::5])
    return posed.joints[0], np.concatenate(points), float(lowest)


def _seat_height(body: BodyModel, spec: PersonSpec) -> float:
    """Metres above the ground of what this person sits on."""
    flesh, thigh = buttocks_of(body)
    vertices = pose_body(flesh, np.array(spec.betas), pose_for(body, spec.pose), np.array(spec.position)).vertices
    return seat_under(vertices[~thigh], vertices[thigh])


def _sample_heading(rng) -> float:
    """People are photographed from the front more often than not; 0 faces the camera."""
    if rng.random() < 0.6:
        return float(rng.normal(0, np.radians(35)))
    return float(rng.uniform(-np.pi, np.pi))

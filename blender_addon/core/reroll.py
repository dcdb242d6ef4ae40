"""One person of a scene drawn again: the pose, the looks or the place. Everybody and everything else stays."""

from dataclasses import replace

import numpy as np

from .boxes import body_gap, box_of
from .camera import SENSOR_MM, project
from .cast import Cast
from .crowd import CLOTHES, capsule_gap
from .errors import SettingsError
from .family import pose_joints
from .figure import Figure, pose_figure, pose_outline, sample_looks
from .motion import moment
from .outline import trunk_of
from .placing import GAP
from .population import PersonShape, sample_shape
from .poses.contact import mannequin_capsules
from .poses.mannequin import SMPL_TO_WORLD
from .poses.skeleton import measure_skeleton
from .poses.validity import stand_in
from .posing import shape_body
from .ranges import Ranges
from .rotations import axis_angle_to_matrix, turn_about_z
from .sample import PERSON, stream
from .sitting import place_seat
from .spec import OccluderSpec, PersonSpec, SceneSpec, rounded

POSE, LOOKS, PLACE = "pose", "looks", "place"
WHATS = (POSE, LOOKS, PLACE)
TRIES = 60
TOUCHING = 0.03
"""Metres: what is nearer to somebody is sat upon or held."""
SHOWN = 0.4
"""Of a person's points that have to be in the picture at a new place."""
DISTANCES = (0.6, 1.7)
"""Of a new place, over those of the old one."""
STEEP = 0.5
"""Of a view's direction that is level; with less the camera looks down, and new places are about the old one."""


def draw_again(spec: SceneSpec, number: int, what: str, count: int, ranges: Ranges, cast: Cast) -> SceneSpec:
    """The scene with another pose, looks or place of person `number`.

    Args:
        what: one of WHATS.
        count: of times that this was done, from 1; the same one gives the same person.
    Raises:
        SettingsError: there is no room for it.
    """
    rng = stream(spec.seed, spec.index, PERSON, number, 1 + WHATS.index(what), count)
    if what == LOOKS:
        persons = list(spec.persons)
        persons[number] = _other_looks(rng, spec, number, cast)
        return replace(spec, persons=tuple(persons))
    return (_other_pose if what == POSE else _other_place)(rng, spec, number, ranges, cast)


def figure_of(spec: PersonSpec, cast: Cast) -> Figure:
    """The room that a person takes who stands somewhere."""
    body, betas, position = cast.bodies[spec.body], np.array(spec.betas), np.array(spec.position)
    pelvis, points, _ = pose_outline(body, spec, cast.closet)
    trunk, _ = shape_body(trunk_of(body), betas)
    skeleton = measure_skeleton(pose_joints(body, betas), trunk)
    limbs = mannequin_capsules(stand_in(np.array(spec.pose), skeleton), SMPL_TO_WORLD, pelvis + position)
    return Figure(spec, points + position, pelvis[:2] + position[:2], _heading(spec), None, limbs)


def _heading(spec: PersonSpec) -> float:
    """Which way somebody faces; 0 is -Y."""
    x, y, _ = axis_angle_to_matrix(spec.pose[0]) @ [0.0, 0.0, 1.0]
    return float(np.arctan2(x, -y))


def _belongings(figure: Figure, things: tuple) -> list:
    """Numbers of the things that somebody sits on or holds."""
    return [number for number, thing in enumerate(things) if body_gap(box_of(thing), figure) < TOUCHING]


def _other_pose(rng, spec: SceneSpec, number: int, ranges: Ranges, cast: Cast) -> SceneSpec:
    """The first of some poses for which there is room; what the person sat on or held goes."""
    old = figure_of(spec.persons[number], cast)
    own = _belongings(old, spec.occluders)
    things = [thing for k, thing in enumerate(spec.occluders) if k not in own]
    others = [figure_of(person, cast) for k, person in enumerate(spec.persons) if k != number]
    bare = replace(old.spec, pose=(), pose_source="", position=(0.0, 0.0, 0.0), next_pose=(), next_position=())
    for _ in range(TRIES // 4):
        figure = pose_figure(rng, bare, ranges, cast).standing(*old.place, old.heading)
        seat = [place_seat(figure.seat, figure.hips, figure.heading)] if figure.seat else []
        if _is_free(figure, others, things) and all(_stands_free(thing, others, things) for thing in seat):
            return _with(spec, number, moment(figure.spec, figure.heading, figure.movements), (*seat, *things))
    raise SettingsError(f"No pose found for person {number + 1} that has room. Press again, or move somebody.")


def _other_looks(rng, spec: SceneSpec, number: int, cast: Cast) -> PersonSpec:
    """Skin, hair and clothes of somebody of the same sex and age; soles still touch the ground."""
    person = spec.persons[number]
    body = cast.bodies[person.body]
    ancestry = sample_shape(rng, body).ancestry
    face, hair, garments = sample_looks(
        rng, PersonShape(np.array(person.betas), person.sex, person.age, ancestry), cast
    )
    old = figure_of(person, cast)
    if _belongings(old, spec.occluders):  # a seat was chosen for these shoes
        shoes = tuple(look for look in person.garments if look.kind == "shoes")
        garments = tuple(look for look in garments if look.kind != "shoes") + shoes
        return replace(person, skin=face, hair=hair, garments=garments)
    changed = replace(person, skin=face, hair=hair, garments=garments)
    lowest = [pose_outline(body, worn, cast.closet)[2] for worn in (person, changed)]
    x, y, z = person.position
    lift = round(lowest[0] - lowest[1], 5)
    if person.next_pose:
        u, v, w = person.next_position
        changed = replace(changed, next_position=(u, v, round(w + lift, 5)))
    return replace(changed, position=(x, y, round(z + lift, 5)))


def _other_place(rng, spec: SceneSpec, number: int, ranges: Ranges, cast: Cast) -> SceneSpec:
    """Anywhere in view where there is room; what the person sits on or holds comes along."""
    old = figure_of(spec.persons[number], cast)
    own = _belongings(old, spec.occluders)
    things = [thing for k, thing in enumerate(spec.occluders) if k not in own]
    others = [figure_of(person, cast) for k, person in enumerate(spec.persons) if k != number]
    for _ in range(TRIES):
        x, y = _draw_place(rng, spec, old)
        turn = float(rng.uniform(-np.pi, np.pi))
        figure = old.standing(x, y, old.heading + turn)
        carried = [_carried(spec.occluders[k], old.place, (x, y), turn) for k in own]
        if (
            _shows(figure, spec)
            and _is_free(figure, others, things)
            and all(_stands_free(thing, others, things) for thing in carried)
        ):
            kept = list(spec.occluders)
            for k, thing in zip(own, carried, strict=True):
                kept[k] = thing
            return _with(spec, number, _moving_on(old.spec, figure.spec, turn), tuple(kept))
    raise SettingsError(f"No other place found for person {number + 1}. Press again, or move things away.")


def _draw_place(rng, spec: SceneSpec, old: Figure) -> tuple:
    """x, y on the ground."""
    camera = spec.camera
    eye, ahead = np.array(camera.position), np.array(camera.rotation[2])
    if np.linalg.norm(ahead[:2]) < STEEP:
        return tuple(old.place + rng.uniform(-1.5, 1.5, 2))
    focal = camera.focal_mm / SENSOR_MM * max(camera.width, camera.height)
    column = rng.uniform(0.08, 0.92)
    ray = np.array([(column - 0.5) * camera.width / focal, 0.0, 1.0]) @ np.array(camera.rotation)
    away = np.linalg.norm(old.place - eye[:2]) * rng.uniform(*DISTANCES)
    return tuple(eye[:2] + ray[:2] / np.linalg.norm(ray[:2]) * away)


def _carried(thing: OccluderSpec, pivot, place, turn: float) -> OccluderSpec:
    cosine, sine = np.cos(turn), np.sin(turn)
    x, y = np.subtract(thing.position[:2], pivot)
    position = (place[0] + cosine * x - sine * y, place[1] + sine * x + cosine * y, thing.position[2])
    return replace(thing, position=rounded(position, 4), yaw=round(thing.yaw + turn, 4))


def _moving_on(was: PersonSpec, spec: PersonSpec, turn: float) -> PersonSpec:
    """Somebody who moves goes on as before, turned."""
    if not was.next_pose:
        return spec
    matrix = axis_angle_to_matrix([0.0, 0.0, turn])
    step = matrix @ np.subtract(was.next_position, was.position)
    root, *limbs = was.next_pose
    return replace(
        spec,
        next_pose=(rounded(turn_about_z(root, turn)), *limbs),
        next_position=rounded(np.add(spec.position, step), 5),
    )


def _shows(figure: Figure, spec: SceneSpec) -> bool:
    pixels, depth = project(figure.points, spec.camera)
    if depth.min() < 0.3:
        return False
    inside = ((pixels >= 0) & (pixels < [spec.camera.width, spec.camera.height])).all(1)
    return float(inside.mean()) > SHOWN


def _is_free(figure: Figure, others: list, things: list) -> bool:
    """Whether nobody and nothing is where the figure would be."""
    if any(capsule_gap(figure.capsules, other.capsules) < CLOTHES for other in others):
        return False
    return all(body_gap(box_of(thing), figure) >= GAP for thing in things)


def _stands_free(thing: OccluderSpec, others: list, things: list) -> bool:
    box = box_of(thing)
    return not any(box.meets(box_of(other)) for other in things) and all(
        body_gap(box, other) >= GAP for other in others
    )


def _with(spec: SceneSpec, number: int, person: PersonSpec, things: tuple) -> SceneSpec:
    persons = list(spec.persons)
    persons[number] = person
    return replace(spec, persons=tuple(persons), occluders=things)

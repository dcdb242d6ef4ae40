"""Where people and their surfaces are a moment later."""

from dataclasses import replace

import numpy as np

from .family import pose_for
from .person import Person
from .poses.movement import after, turned
from .posing import pose_body, skin
from .spec import PersonSpec, rounded


def is_moving(spec: PersonSpec) -> bool:
    """Whether the pose is from a motion that goes on."""
    return bool(spec.next_pose)


def next_surfaces(person: Person) -> list:
    """Each surface's points at the person's next pose, `spec.MOTION_STEP` later.

    Cloth that has settled keeps how far it hangs from where skinning alone would put it: settling it anew would let
    every fold jump.

    Returns:
        [(N, 3)] metres, world frame, in the order of `person.surfaces`; as they are where there is no next pose.
    """
    spec = person.spec
    if not is_moving(spec):
        return [surface.posed for surface in person.surfaces]
    position = np.array(spec.next_position)
    later = pose_body(person.body, np.array(spec.betas), pose_for(person.body, spec.next_pose), position)
    moved = []
    for surface in person.surfaces:
        now = skin(surface.points, surface.weights, person.posed.transforms) + np.array(spec.position)
        then = skin(surface.points, surface.weights, later.transforms) + position
        moved.append(surface.posed + (then - now))
    return moved


def moment(spec: PersonSpec, heading: float, movements: tuple, step: int = 0) -> PersonSpec:
    """A person some steps of `spec.MOTION_STEP` on, with the pose that comes next.

    Args:
        spec: as it stands, with a heading (radians).
        movements: of `poses.draw.PoseDraw`, from the spec's pose on; who has none stays as it is.
        step: at most one less than there are movements.
    """
    if not movements:
        return spec
    places = [_place(spec, turned(movement, heading)) for movement in movements[max(step - 1, 0) : step + 1]]
    if step:
        (pose, position), (next_pose, next_position) = places
        return replace(spec, pose=pose, position=position, next_pose=next_pose, next_position=next_position)
    ((next_pose, next_position),) = places
    return replace(spec, next_pose=next_pose, next_position=next_position)


def _place(spec: PersonSpec, movement) -> tuple:
    """Pose and position after a movement."""
    return rounded(after(spec.pose, movement)), rounded(np.array(spec.position) + movement.travel, 5)

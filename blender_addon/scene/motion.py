"""People who move while the shutter is open: a shape key that carries every point on from frame to frame.

Frames are `spec.MOTION_STEP` apart; the spec's pose is at frame 1, which is the current one of a new scene.
"""

import numpy as np

from ..core.motion import is_moving, next_surfaces
from ..core.person import Person

NEXT = "next"
"""The shape key."""
FRAME = 1


def move_person(built, person: Person) -> None:
    """Let a person's mesh move evenly from its pose to its next one, and as evenly before it.

    Args:
        built: the object of `person.build_person`; one that moves already, or has no next pose, stays as it is.
    """
    if is_moving(person.spec) and not built.data.shape_keys:
        move_points(built, np.concatenate(next_surfaces(person)))


def move_points(built, points: np.ndarray) -> None:
    """Let a mesh object's points go evenly to `points` (N, 3), its own frame, in the frame after FRAME."""
    built.shape_key_add(name="now", from_mix=False)
    key = built.shape_key_add(name=NEXT, from_mix=False)
    key.data.foreach_set("co", points.astype(np.float32).ravel())
    key.slider_min, key.slider_max = -1.0, 1.0
    # A driver this simple needs no Python to run, and is the same in every version; actions are not.
    driver = key.driver_add("value").driver
    driver.expression = f"frame - {FRAME}"

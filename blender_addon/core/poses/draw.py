"""What every sampler of poses hands over."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PoseDraw:
    """One pose that a person can take."""

    kind: str
    """What people do in it: a key of `prior.FAMILIES`, or the sampler's own word, such as 'library' or 'rare'."""
    detail: str
    """More of the same for people who read records: what the arms or the game are, or 'TAKE@FRAME'."""
    pose: np.ndarray
    """(55, 3) axis-angle; the first turns SMPL's Y-up body into the Z-up world, facing -Y. SMPL-X joint order."""
    seat: bool
    """Whether there has to be something under the hips."""
    clearance: float
    """Metres between the lowest point and the ground: 0 but for jumps and running strides."""
    rejected: int
    """Draws of the same sampler that were thrown away before this one."""
    heading: float | None = None
    """Turn about Z that shows the person as its photo did, 0 facing the camera; None where there was no photo."""
    elevation: float | None = None
    """Of the photo's camera over the person, radians, positive looking down; None where there was no photo."""
    movements: tuple = ()
    """`movement.Movement` from this pose to where its motion is 1, 2, ... `spec.MOTION_STEP` later; empty where the
    source is no motion."""

"""A surface that hangs on the body: skin, a garment, hair. The one form in which looks reach Blender."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Surface:
    """A mesh in the rest pose of a shaped body, with what is needed to pose it and to colour it."""

    name: str
    points: np.ndarray
    """(N, 3) metres, T-pose of the shaped body, SMPL frame (Y up). By these, visibility knows a sleeve from its arm."""
    weights: np.ndarray
    """(N, J) skin weights, rows sum to 1."""
    faces: np.ndarray
    """(F, 4) quads, anti-clockwise from outside; a triangle has -1 last."""
    uv: np.ndarray
    """(F, 4, 2) texture coordinates a corner; for garments in metres of cloth, so that patterns keep their size."""
    attributes: dict = field(default_factory=dict)
    """Per-point values for shaders: name -> (N,) or (N, 3) float."""
    face_slot: np.ndarray | None = None
    """(F,) index into the material slots; None for a single one."""
    posed: np.ndarray | None = None
    """(N, 3) metres, world frame, once posed."""

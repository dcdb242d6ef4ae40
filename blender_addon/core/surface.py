"""A surface that hangs on the body: skin, a garment, hair. The one form in which looks reach Blender."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Pictures:
    """Pictures that colour a surface by its texture coordinates."""

    files: dict
    """'color', 'normal', 'ao', 'bump', 'roughness', 'alpha' -> Path, those that there are."""
    color: tuple
    """(3,) sRGB: what the colour picture's mean becomes, or the whole surface's where there is none."""
    recolor: bool
    """Whether the colour picture is given that colour; else it is shown as it is."""
    cutout: bool
    """Whether the colour picture's alpha cuts holes."""
    roughness: float
    sheen: float = 0.0
    asset: str = ""
    """Whose they are, as specs name it."""

    def path(self, kind: str) -> Path | None:
        return self.files.get(kind)


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
    pictures: Pictures | None = None
    """What it is coloured with; None leaves that to its kind."""

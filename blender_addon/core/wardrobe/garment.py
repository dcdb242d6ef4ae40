"""A garment as a surface: cloth on a body, with what lets it settle once posed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..surface import Surface


@dataclass
class Garment(Surface):
    """Cloth on a body, with what lets it settle once posed."""

    fabrics: tuple = ()
    """Of each material slot, as `fabrics.fabric_image` takes them."""
    anchors: np.ndarray | None = None
    """(N, K) body vertices near each point; None where the thing is stiff, as shoes are."""
    outside: tuple = (0, 0)
    """How many of the points and faces are cloth as it was cut; turned-in hems follow."""
    thickness: float = 0.0
    """Metres."""
    keep_off: float = 0.0
    """Metres between skin and posed cloth, at least; inner layers lie closer than outer ones."""
    sole_thickness: float = 0.0
    """Metres of shoe under the foot."""
    photo: Path | None = None
    """Picture of the garment spread flat, which the fabrics with `photo` show by the attribute `flat`; None: plain."""
    over: tuple = ()
    """((n,) points of this garment, (n,) points of another under them, its place in the outfit), a triple for each."""

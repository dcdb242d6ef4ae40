"""Named views: from where, how near and through which lens pictures of one kind are taken.

An elevation is the angle over the person's middle from which the camera looks at it; a heading of 0 faces the camera.
Surveillance cameras hang 3 to 6 m high and look down by 20 to 45 degrees; the sphere is RePoGen's, who found that
estimators fail where pictures are rare: from above and below (Purkrabek and Matas, 2024).
"""

from dataclasses import dataclass, replace

import numpy as np

from .chance import either_side, parse_shares, pick
from .spread import Spread, parse_spread

STEEPEST = 89.0
"""Degrees; straight over somebody's head there is no left and right."""
EXAMPLE = "--view snapshot:0.7,surveillance:0.2,top:0.1"


@dataclass(frozen=True)
class View:
    """What None leaves open is drawn as for snapshots."""

    elevation: tuple | None = None
    """Least and most, degrees, evenly by the area of the sphere; None draws the height of the photographer's eye."""
    heading: tuple | None = None
    """Turn of the person and its standard deviation, degrees; the turn is to either side."""
    around: bool = False
    """The person faces any way, all ways equally often."""
    focal_mm: tuple | None = None
    share: tuple | None = None
    """The person's height over the picture's, least and most."""
    head: bool = False
    """Aims at the head, not at the middle of the body."""
    nearest: float = 0.9
    """Metres from the person's middle."""
    level: bool = False
    """Never rolled."""
    elevations: Spread | None = None
    """Degrees, drawn instead of `elevation`; so are the next two."""
    azimuth: Spread | None = None
    """Degrees that the person is turned out of facing the camera."""
    roll: Spread | None = None
    """Degrees."""
    distance: Spread | None = None
    """Metres from the person's middle, whatever size that makes it and however small the room is; no lens is changed
    for it."""
    centred: bool = False
    """The main person's middle is the picture's."""


VIEWS = {
    "snapshot": View(),
    "eye-level": View(elevation=(-3, 8), level=True),
    "perimeter": View(elevation=(-5, 25), around=True, share=(0.35, 0.9)),
    "front": View(heading=(0, 12)),
    "back": View(heading=(180, 15)),
    "side": View(heading=(90, 12)),
    "top": View(elevation=(50, 85), around=True, share=(0.3, 1.2)),
    "bottom": View(elevation=(-75, -25), around=True, share=(0.4, 1.2)),
    "sphere": View(elevation=(-90, 90), around=True, share=(0.3, 1.2)),
    "surveillance": View(elevation=(18, 45), around=True, focal_mm=(20.0, 24.0, 28.0), share=(0.12, 0.5), level=True),
    "selfie": View((0, 28), heading=(0, 14), focal_mm=(24.0, 26.0, 28.0), share=(1.7, 3.0), head=True, nearest=0.55),
    "sports": View(elevation=(0, 16), around=True, focal_mm=(135.0, 200.0, 300.0), share=(0.35, 1.0), level=True),
}  # fmt: skip


def sample_elevation(rng: np.random.Generator, view: View):
    """Radians, or None where the eye's height decides."""
    if view.elevations:
        return float(np.radians(np.clip(view.elevations.draw(rng), -STEEPEST, STEEPEST)))
    if view.elevation is None:
        return None
    low, high = np.sin(np.radians(view.elevation))
    return float(np.arcsin(rng.uniform(low, high)))


def sample_heading(rng: np.random.Generator, view: View):
    """Radians, or None where the person stays as it was turned."""
    if view.azimuth:
        heading = np.radians(view.azimuth.draw(rng))
        return float((heading + np.pi) % (2 * np.pi) - np.pi)
    if view.around:
        return float(rng.uniform(-np.pi, np.pi))
    if view.heading is None:
        return None
    turn, spread = np.radians(view.heading)
    heading = turn * either_side(rng) + rng.normal(0, spread)
    return float((heading + np.pi) % (2 * np.pi) - np.pi)


def parse_views(text: str) -> dict:
    """'top:1,front:3' -> name -> share of pictures. Raises SettingsError as `chance.parse_shares`."""
    return parse_shares(text, "--view", tuple(VIEWS), EXAMPLE)


def choose_view(rng: np.random.Generator, ranges) -> View:
    """One of the mix that the knob `view` names, as the knobs about views change it.

    Where there is one only, nothing is drawn.
    """
    shares = parse_views(ranges.view)
    view = VIEWS[pick(rng, shares) if len(shares) > 1 else next(iter(shares))]
    given = {name: spread for name, spread in parse_spreads(ranges).items() if spread}
    return replace(view, centred=ranges.centred, **given)


def parse_spreads(ranges) -> dict:
    """Field of View -> Spread or None, from the knobs `elevation`, `azimuth`, `roll` and `distance`.

    Raises:
        SettingsError: as `spread.parse_spread`.
    """
    return {
        "elevations": parse_spread(ranges.elevation, "elevation", -90, 90),
        "azimuth": parse_spread(ranges.azimuth, "azimuth", -360, 360),
        "roll": parse_spread(ranges.roll, "roll", -180, 180),
        "distance": parse_spread(ranges.distance, "distance", 0.5, 100),
    }

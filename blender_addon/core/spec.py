"""The description of one picture: every choice made, nothing left for Blender to decide.

Specs are frozen and made of JSON's own types (numbers, strings, tuples, dictionaries of these), so that
`from_dict(SceneSpec, json.loads(json.dumps(to_dict(spec)))) == spec` holds exactly.
Lengths in metres, angles in radians, world frame with Z up, pixels with (0, 0) at the image's top-left corner.
"""

import dataclasses
import types
import typing
from dataclasses import dataclass

import numpy as np

MOTION_STEP = 1 / 30
"""Seconds between a person's pose and its next one."""


@dataclass(frozen=True)
class LookSpec:
    """A thing worn or grown: one garment, a head of hair, a skin. `kind` names the maker, `params` are its choices."""

    kind: str
    params: dict


@dataclass(frozen=True)
class PersonSpec:
    """One human."""

    body: str
    """Name of the body file in the catalog."""
    sex: float
    """0 male to 1 female, as the shape was drawn."""
    age: float
    """Years."""
    betas: tuple
    """(B,) shape coefficients."""
    pose_source: str
    """Where the pose came from: 'families:sit', 'library:TAKE@FRAME', 'gmm:3' and so on."""
    pose_rejected: int
    """Draws that this skeleton could not do, before this one."""
    pose: tuple
    """(55, 3) joint rotations in SMPL-X order, axis-angle, parent frame; the first turns the Y-up body into the Z-up
    world."""
    position: tuple
    """(3,) translation added to the posed body, as in SMPL."""
    skin: LookSpec
    hair: LookSpec
    garments: tuple[LookSpec, ...]
    next_pose: tuple = ()
    """(55, 3) as `pose`, MOTION_STEP seconds later; empty where the source is no motion."""
    next_position: tuple = ()
    """(3,) as `position`, at that time."""


@dataclass(frozen=True)
class OccluderSpec:
    """One thing that stands in the scene."""

    kind: str
    params: dict
    position: tuple
    """(3,) of the point on the ground under its centre."""
    yaw: float
    """Rotation about Z; at 0 its front faces -Y."""


@dataclass(frozen=True)
class PhotoSpec:
    """A photo that people are put into, and the light that they are put into it with.

    Directions are the camera's: x to its right, y level ahead, z up. Light is 1 where a photo shows white.
    """

    name: str
    """FOLDER/PATH inside it."""
    folder: str
    """Name of its folder in the catalog."""
    sha256: str
    """Of its file."""
    crop: tuple
    """(4,) left, top, width and height in pixels of the upright photo; scaled to the picture's size."""
    blend: str
    """One of `composite.BLENDS`."""
    horizon: float
    """Row of the horizon over the crop's height."""
    sides: tuple
    """(6, 3) radiance from the right, the left, ahead, behind, above and below."""
    sun: tuple
    """(3,) light that falls on what faces the sun; zeros for none."""
    sun_towards: tuple
    """(3,) unit vector."""
    seed: int
    """Of the grain."""


@dataclass(frozen=True)
class WorldSpec:
    """Light, background and ground."""

    environment: str
    """Name of an environment in the catalog; empty where there is a photo instead."""
    rotation: float
    """Of the environment about Z."""
    brightness: float
    """Factor on the normalised brightness; 1 is a well exposed picture."""
    projection_centre: tuple
    """(3,) where the environment's camera is taken to have stood; the ground is coloured from there."""
    ground_radius: float
    """Where the real ground ends and the environment's own begins; 0 is no ground, for a camera that looks up
    through it."""
    ground_roughness: float
    photo: PhotoSpec | None = None


@dataclass(frozen=True)
class CameraSpec:
    """A camera whose principal point is the picture's middle; a pinhole unless the last fields say otherwise."""

    width: int
    height: int
    focal_mm: float
    """On a sensor whose longer side is 36 mm."""
    position: tuple
    """(3,)"""
    rotation: tuple
    """(3, 3) world to camera, rows x right, y down, z forward (OpenCV)."""
    f_stop: float = 0.0
    """Of the aperture, for depth of field; 0 is a pinhole, to which all is sharp."""
    focus: float = 0.0
    """Metres along the optical axis to what is sharp."""
    shutter: float = 0.0
    """Seconds that it stands open, for motion blur, the pose in their middle; 0 freezes all that moves."""
    distortion: tuple = ()
    """(2,) k1, k2 of OpenCV's radial model; empty is none."""


@dataclass(frozen=True)
class DevelopmentSpec:
    """What the camera makes of the light."""

    exposure: float
    """Stops that the picture is too bright; negative is too dark."""
    white_balance: tuple
    """(3,) factors on red, green and blue light."""
    noise: float
    """Standard deviation at middle grey, as a share of it."""
    seed: int
    """Of the noise."""
    quality: int
    """Of the JPEG, 1 to 100."""


@dataclass(frozen=True)
class PasteSpec:
    """A cutout put on the finished picture by `posewright augment`."""

    cutout: str
    """Its name in the library."""
    sha256: str
    """Of its file there."""
    persons: tuple[PersonSpec, ...]
    """Who is on it, in the world that it was rendered in."""
    occluders: tuple[OccluderSpec, ...]
    environment: str
    """What lit it."""
    camera: CameraSpec
    """That it was rendered with."""
    turn: tuple
    """(3, 3) the cutout's camera's frame to the picture's camera's; a determinant of -1 is a mirror."""
    larger: float
    """Times that it is shown larger than it would be there; 1 for people, whose 3D labels hold in the picture."""
    gain: tuple
    """(3,) on its linear red, green and blue."""
    blur: float
    """Pixels of the picture, standard deviation."""
    noise: float
    """As DevelopmentSpec has it."""
    seed: int
    """Of the noise."""


@dataclass(frozen=True)
class SceneSpec:
    """One picture."""

    seed: int
    index: int
    persons: tuple[PersonSpec, ...]
    occluders: tuple[OccluderSpec, ...]
    world: WorldSpec
    camera: CameraSpec
    development: DevelopmentSpec
    samples: int
    """Paths a pixel."""
    attempt: int = 0
    """Scenes that were drawn for this picture before, and needed a file that is broken."""
    pasted: tuple[PasteSpec, ...] = ()
    """What was put on it afterwards, the first one first."""


def to_dict(spec) -> dict:
    """Nested dictionaries and tuples, ready for json.dumps."""
    return dataclasses.asdict(spec)


def from_dict(cls, data: dict):
    """The inverse of `to_dict` after a trip through JSON (lists become tuples again).

    Raises:
        TypeError: a field is missing or unknown.
    """
    hints = typing.get_type_hints(cls)
    unknown = set(data) - set(hints)
    if unknown:
        raise TypeError(f"{cls.__name__} has no field {sorted(unknown)[0]!r}")
    return cls(**{name: _value(hints[name], value) for name, value in data.items()})


def _value(hint, value):
    if isinstance(hint, types.UnionType):  # X | None
        return None if value is None else _value(typing.get_args(hint)[0], value)
    if dataclasses.is_dataclass(hint):
        return from_dict(hint, value)
    if typing.get_origin(hint) is tuple:
        return tuple(from_dict(typing.get_args(hint)[0], item) for item in value)
    if hint is dict:
        return value
    return _frozen(value)


def _frozen(value):
    """Lists within lists as tuples; those that hold no list are copied whole."""
    if not isinstance(value, (list, tuple)):
        return value
    if value and isinstance(value[0], (list, tuple)):
        return tuple(_frozen(item) for item in value)
    return tuple(value)


def rounded(values, digits: int = 6) -> tuple:
    """Nested tuples of floats: short in JSON, and the same after a trip through it."""
    return _frozen(np.round(np.asarray(values, float), digits).tolist())

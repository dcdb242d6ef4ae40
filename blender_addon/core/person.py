"""A person from its spec: every surface of it, posed, still without Blender."""

from dataclasses import dataclass

import numpy as np

from .body import BodyModel
from .closet import EMPTY, Closet
from .family import pose_for
from .looks.hair import hair_surfaces
from .looks.published import keep_under, painted_skin
from .posing import PosedBody, pose_body, skin
from .spec import PersonSpec
from .surface import Surface
from .wardrobe.clothes import dress
from .wardrobe.drape import settle

GROUND_GAP = 0.001
"""Metres."""


@dataclass
class Person:
    """What the scene is built from and what its truth is measured on."""

    spec: PersonSpec
    body: BodyModel
    posed: PosedBody
    surfaces: list[Surface]
    """Skin and eyes, garments in the spec's order, hair; each with `posed` filled in."""


def make_person(body: BodyModel, spec: PersonSpec, closet: Closet = EMPTY) -> Person:
    """Shape, dress and pose one person.

    Args:
        closet: where looks come from that are no built-in ones.
    Raises:
        AssetError: such a look is missing or broken.
    """
    posed = pose_body(body, np.array(spec.betas), pose_for(body, spec.pose), np.array(spec.position))
    garments, hidden = dress(body, posed.shaped, spec.garments, closet)
    hair = hair_surfaces(body, posed.shaped, spec.hair, closet)
    for hat in garments:
        if hat.name == "hat":
            keep_under(hat, hair)
    surfaces = [
        *painted_skin(body, posed.shaped, hidden, spec.skin, closet),
        *garments,
        *hair,
    ]
    for surface in surfaces:
        surface.posed = skin(surface.points, surface.weights, posed.transforms) + np.array(spec.position)
    settle(garments, body, posed)
    for garment in garments:  # cloth under a knee lies on the ground
        garment.posed[:, 2] = np.maximum(garment.posed[:, 2], GROUND_GAP)
    return Person(spec, body, posed, surfaces)

"""A thing to put into a scene: built-in furniture or a published model, drawn and as triangles."""

from functools import lru_cache

import numpy as np

from .chance import one_of, pick_row
from .furniture.kinds import FURNITURE_KINDS, furniture_parts, sample_furniture
from .furniture.solids import yaw
from .models import ModelFacts, model_params, model_shape
from .spec import OccluderSpec

MODEL = "model"
"""Kind of what is no built-in furniture."""
MODEL_SHARE = 0.6
"""Of things, where there are models to choose from."""
LEAST_FACE = 0.08
"""Square metres, width times height; what shows less hides nobody and is drawn as seldom as if it were so small."""


def sample_thing(rng: np.random.Generator, models: tuple, kinds=FURNITURE_KINDS, largest: float = np.inf) -> dict:
    """Parameters of one thing.

    Args:
        models: ModelFacts.
        kinds: of furniture, where it is no model.
        largest: metres of the longest side of a model.
    """
    fitting = [facts for facts in models if max(facts.size) <= largest]
    if fitting and rng.random() < MODEL_SHARE:
        faces = [np.clip(max(facts.size[:2]) * facts.size[2], LEAST_FACE / 4, 4 * LEAST_FACE) for facts in fitting]
        return model_params(fitting[pick_row(rng, faces)])
    return sample_furniture(rng, one_of(rng, kinds))


def thing_shape(thing: OccluderSpec, models: tuple) -> tuple:
    """(N, 3) points in the world and (T, 3) triangles of a thing that stands.

    Args:
        models: ModelFacts, the thing's own among them.
    """
    if thing.kind == MODEL:
        points, triangles = model_shape(_named(models, thing.params["asset"]).asset)
        points = points * thing.params["scale"]
    else:
        points, triangles = _furniture_shape(_Frozen(thing.params))
    return points @ yaw(thing.yaw).T + np.array(thing.position), triangles


def _named(models: tuple, name: str) -> ModelFacts:
    return next(facts for facts in models if facts.name == name)


class _Frozen:
    """Parameters of one drawing as a key, by their identity: a dictionary has no hash."""

    def __init__(self, params: dict):
        self.params = params

    def __hash__(self):
        return id(self.params)

    def __eq__(self, other):
        return self.params is other.params


@lru_cache(maxsize=8)
def _furniture_shape(frozen: _Frozen) -> tuple:
    parts = furniture_parts(frozen.params)
    starts = np.cumsum([0] + [len(part.vertices) for part in parts])
    points = np.concatenate([part.vertices for part in parts]).astype(float)
    triangles = []
    for part, start in zip(parts, starts[:-1], strict=True):
        faces = part.faces
        triangles += [faces[:, :3] + start, faces[faces[:, 3] >= 0][:, [0, 2, 3]] + start]
    return points, np.concatenate(triangles)

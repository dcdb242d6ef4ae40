"""Model files in the form that the SMPL family is published in, made from the open body: other vertices, other faces,
another person in a slightly different T-pose, and pose corrections. Nothing of a licensed file is in them."""

import pickle
import sys
import types
from contextlib import contextmanager

import numpy as np
from scipy.optimize import nnls
from scipy.sparse import csc_matrix
from scipy.spatial import cKDTree

from blender_addon.core.body import group_faces
from blender_addon.core.posing import pose_body

KEPT = {24: [*range(22), 28, 43], 52: [*range(22), *range(25, 55)], 55: [*range(55)]}
"""Rows of SMPL-X's joints that each family member has; SMPL's hands are at the middle fingers' knuckles."""


def merged_joint(joint: int, count: int) -> int:
    """The joint of a smaller skeleton that moves what a joint of SMPL-X moves."""
    if count == 55 or joint < 22:
        return joint
    if joint < 25:
        return 15
    return joint - 3 if count == 52 else 22 + (joint >= 40)


def model_arrays(body, count=24, betas=10, seed=0, row=3) -> dict:
    """A model with `count` joints as its `.npz` would hold it."""
    rng = np.random.default_rng(seed)
    pose = np.zeros((55, 3))
    pose[[16, 17], 2] = -0.06, 0.06
    pose[25:37, 2], pose[40:52, 2] = -0.12, 0.12
    person = pose_body(body, body.population_betas[row], pose, np.array([0.0, -0.2, 0.01]))
    quads = group_faces(body, "body")
    order = rng.permutation(len(quads))
    average = quads[order]  # one vertex in the middle of each quad: the dual mesh
    faces = _dual_faces(quads, np.argsort(order))
    template = _strange(person.vertices[average].mean(1), seed)
    weights = np.zeros((len(average), count))
    for joint in range(55):
        weights[:, merged_joint(joint, count)] += body.weights[average, joint].mean(1)
    joints = _strange(person.joints, seed)[KEPT[count]]
    regressor = np.stack([_regressor_row(template, joint) for joint in joints])
    parents = [-1] + [_kept_parent(body.parents, joint, count) for joint in KEPT[count][1:]]
    bends = rng.normal(size=(count - 1, 3, 9)) * 0.004
    return {
        "v_template": template,
        "shapedirs": body.shapedirs[average].mean(1)[..., :betas],
        "posedirs": np.einsum("vj,jdr->vdjr", weights[:, 1:], bends).reshape(len(average), 3, -1).astype(np.float32),
        "J_regressor": regressor,
        "weights": weights / weights.sum(1, keepdims=True),
        "kintree_table": np.array([[2**32 - 1, *parents[1:]], range(count)], np.uint32),
        "f": faces.astype(np.uint32),
    }


def _strange(points, seed) -> np.ndarray:
    """Centimetres of smooth unlikeness to everybody that the open body can be, the same on both sides."""
    rng = np.random.default_rng([seed, 1])
    waves, phases = rng.normal(size=(3, 3, 3)) * 14, rng.uniform(0, 6.28, (3, 3))
    folded = np.stack([points[:, 0] ** 2 * 3, points[:, 1], points[:, 2]], 1)
    moves = 0.003 * np.sin(np.einsum("nd,kad->nka", folded, waves) + phases).sum(1)
    moves[:, 0] *= np.tanh(points[:, 0] / 0.05)
    return points + moves


def _kept_parent(parents, joint, count):
    parent = parents[joint]
    while parent not in KEPT[count]:
        parent = parents[parent]
    return KEPT[count].index(parent)


def _dual_faces(quads, number) -> np.ndarray:
    """Triangles of the polygon of quads round each inner vertex."""
    after = {}
    for quad, corners in enumerate(quads):
        for k in range(4):
            after.setdefault(corners[k], {})[corners[(k + 1) % 4]] = (quad, corners[k - 1])
    faces = []
    for turns in after.values():
        start = at = next(iter(turns))
        ring = []
        while at in turns and len(ring) < len(turns):
            quad, at = turns[at]
            ring.append(number[quad])
        if at == start and len(ring) == len(turns) > 2:
            faces += [(ring[0], ring[k], ring[k + 1]) for k in range(1, len(ring) - 1)]
    return np.array(faces)


def _regressor_row(template, joint) -> np.ndarray:
    """Convex weights of the skin around that give the joint."""
    _, near = cKDTree(template).query(joint, k=400)
    chosen = near[::4]
    offset = template[chosen] - joint
    found, _ = nnls(np.vstack([offset.T, np.full(len(chosen), 1.0)]), np.array([0, 0, 0, 1.0]))
    row = np.zeros(len(template))
    row[chosen] = found / found.sum()
    return row


@contextmanager
def fake_chumpy():
    """Classes whose pickles name chumpy's globals, as the published files do; gone again afterwards."""
    ch, reordering = types.ModuleType("chumpy.ch"), types.ModuleType("chumpy.reordering")
    for module, names in ((ch, ("Ch", "MatVecMult")), (reordering, ("Select", "transpose"))):
        for name in names:
            setattr(module, name, type(name, (), {"__module__": module.__name__, "__qualname__": name}))
    modules = {"chumpy": types.ModuleType("chumpy"), "chumpy.ch": ch, "chumpy.reordering": reordering}
    sys.modules.update(modules)
    try:
        yield ch, reordering
    finally:
        for name in modules:
            del sys.modules[name]


def chumpy_node(kind, **state):
    node = kind()
    node.__dict__.update(state | {"_dirty_vars": {"x"}, "_status": "new", "dterms": ("x",)})
    return node


def published_pickle(arrays: dict, protocol=2) -> bytes:
    """As Python 2 wrote SMPL's: chumpy nodes for weights and shapes, a sparse regressor, things that nobody needs."""
    arrays = dict(arrays)
    shapes = np.asarray(arrays["shapedirs"])
    with fake_chumpy() as (ch, reordering):
        longer = np.concatenate([shapes, shapes], 2)
        chosen = np.arange(longer.size).reshape(longer.shape)[..., : shapes.shape[2]].ravel()
        arrays |= {
            "weights": chumpy_node(ch.Ch, x=arrays["weights"]),
            "shapedirs": chumpy_node(
                reordering.Select, a=chumpy_node(ch.Ch, x=longer), idxs=chosen, preferred_shape=shapes.shape
            ),
            "J": chumpy_node(reordering.transpose, a=chumpy_node(ch.MatVecMult, mtx=csc_matrix(np.eye(3)))),
            "J_regressor": csc_matrix(arrays["J_regressor"]),
            "v_template": np.asfortranarray(arrays["v_template"]),
            "bs_style": "lbs",
            "bs_type": "lrotmin",
            "pose_training_info": {"gender": "female", "weights": [1.0, 2.0]},
            "vert_sym_idxs": np.arange(len(arrays["v_template"])),
        }
        return pickle.dumps(arrays, protocol)

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

from blender_addon.core.posing import pose_body
from tests.made_meshes import SKIN, eye_front, eyeball, skin_mesh

KEPT = {24: [*range(22), 28, 43], 52: [*range(22), *range(25, 55)], 55: [*range(55)]}
"""Rows of SMPL-X's joints that each family member has; SMPL's hands are at the middle fingers' knuckles."""

FACE_NUMBERS = {
    6890: {"nose": 332, "right_eye": 6260, "left_eye": 2800, "right_ear": 4071, "left_ear": 583},
    10475: {"nose": 9120, "right_eye": 9929, "left_eye": 9448, "right_ear": 616, "left_ear": 6},
}
"""The published meshes' vertices for COCO's points of the face, written down once more to be checked against."""


def merged_joint(joint: int, count: int) -> int:
    """The joint of a smaller skeleton that moves what a joint of SMPL-X moves."""
    if count == 55 or joint < 22:
        return joint
    if joint < 25:
        return 15
    return joint - 3 if count == 52 else 22 + (joint >= 40)


def made_person(body, count, row=3):
    """The member of the open body's population that a model is made of: flat hands, fingers spread, pelvis off the
    origin, arms level."""
    pose = np.zeros((55, 3))
    pose[[16, 17], 2] = -0.06, 0.06
    for first, sign in ((25, 1), (40, -1)):
        pose[[first, first + 6, first + 9], 1] = np.array([-0.1, 0.14, 0.06]) * sign
        pose[first + 12, 0] = -0.5  # the thumb, into the palm's plane
    shift = {24: (-0.002, -0.22, 0.028), 52: (-0.002, -0.22, 0.028), 55: (0.003, -0.35, 0.012)}[count]
    return pose_body(body, body.population_betas[row], pose, np.array(shift))


def true_points(body, count, seed=0, row=3) -> dict:
    """Keypoint -> (3,) where the person of `model_arrays` has it, by the open body's own regressor."""
    person = made_person(body, count, row)
    return dict(zip(body.keypoint_names, _strange(body.keypoint_regressor @ person.vertices, seed), strict=True))


def true_vertices(body, count, seed=0, row=3) -> np.ndarray:
    """(V, 3) the open body as the person of `model_arrays`."""
    return _strange(made_person(body, count, row).vertices, seed)


def model_arrays(body, count=24, betas=10, seed=0, row=3) -> dict:
    """A model with `count` joints as its `.npz` would hold it."""
    rng = np.random.default_rng(seed)
    person, mesh = made_person(body, count, row), skin_mesh(body, SKIN[count])
    template, quads = person.vertices[mesh.quads].mean(1), mesh.quads
    shapes, weights = body.shapedirs[quads].mean(1)[..., :betas], _weights(body, quads, count)
    faces, fronts = mesh.faces, [eye_front(body, person.vertices, side) for side in "lr"]
    if count == 55:
        template, shapes, weights, faces = _with_eyeballs(body, person, template, shapes, weights, faces)
    else:
        template[mesh.eyes] = fronts
    order = _published_order(body, person, mesh, template, rng)
    template = _strange(template, seed)[order]
    joints = _strange(person.joints, seed)[KEPT[count]]
    parents = [-1] + [_kept_parent(body.parents, joint, count) for joint in KEPT[count][1:]]
    bends = rng.normal(size=(count - 1, 3, 9)) * 0.004
    weights = weights[order] / weights[order].sum(1, keepdims=True)
    return {
        "v_template": template,
        "shapedirs": shapes[order],
        "posedirs": np.einsum("vj,jdr->vdjr", weights[:, 1:], bends).reshape(len(order), 3, -1).astype(np.float32),
        "J_regressor": np.stack([_regressor_row(template, joint) for joint in joints]),
        "weights": weights,
        "kintree_table": np.array([[2**32 - 1, *parents[1:]], range(count)], np.uint32),
        "f": np.argsort(order)[faces].astype(np.uint32),
    }


def _weights(body, quads, count) -> np.ndarray:
    weights = np.zeros((len(quads), count))
    for joint in range(55):
        weights[:, merged_joint(joint, count)] += body.weights[quads, joint].mean(1)
    return weights


def _with_eyeballs(body, person, template, shapes, weights, faces) -> tuple:
    """SMPL-X's eyes are spheres of their own behind the skin."""
    ball, triangles = eyeball()
    for side, joint in (("l", 23), ("r", 24)):
        centre = person.joints[joint]
        radius = eye_front(body, person.vertices, side)[2] - centre[2]
        faces = np.concatenate([faces, triangles + len(template)])
        template = np.concatenate([template, centre + radius * ball])
        shapes = np.concatenate(
            [shapes, np.repeat(body.joint_shapedirs[joint][None, :, : shapes.shape[2]], len(ball), 0)]
        )
        weights = np.concatenate([weights, np.eye(1, 55, joint).repeat(len(ball), 0)])
    return template, shapes, weights, faces


def _published_order(body, person, mesh, template, rng) -> np.ndarray:
    """(V,) which vertex comes where: by chance, but nose, eyes and ears have the numbers that are published."""
    skin = len(mesh.quads)
    order = np.concatenate([rng.permutation(skin), np.arange(skin, len(template))])
    keypoints = dict(zip(body.keypoint_names, body.keypoint_regressor @ person.vertices, strict=True))
    tree = cKDTree(template[:skin])
    for name, number in FACE_NUMBERS[len(template)].items():
        if name.endswith("eye") and skin < len(template):
            vertex = skin + (len(template) - skin) // 2 * (name == "right_eye")  # the first of an eyeball is its front
        elif name.endswith("eye"):
            vertex = mesh.eyes[int(name == "right_eye")]
        else:
            vertex = tree.query(keypoints[name])[1]
        at = int(np.flatnonzero(order == vertex)[0])
        order[[at, number]] = order[[number, at]]
    return order


def uv_layout(arrays: dict, seams: int) -> tuple:
    """(T, 2) texture coordinates and (F, 3) rows of it for the model's faces.

    Args:
        seams: texture coordinates more than there are vertices.
    """
    rng = np.random.default_rng(seams)
    face_uv, count = arrays["f"].astype(int), len(arrays["v_template"])
    face_uv.ravel()[rng.choice(face_uv.size, seams, replace=False)] = count + np.arange(seams)
    return rng.uniform(0, 1, (count + seams, 2)), face_uv


def uv_obj(arrays: dict, seams: int) -> str:
    """`uv_layout` as a published `.obj`: faces in an order of their own, their corners turned."""
    rng = np.random.default_rng(seams)
    uv, face_uv = uv_layout(arrays, seams)
    pairs = np.stack([arrays["f"].astype(int), face_uv], -1) + 1
    turns = (np.arange(3) + rng.integers(0, 3, (len(pairs), 1))) % 3
    pairs = rng.permutation(np.take_along_axis(pairs, turns[..., None], 1))
    lines = ["v {:.6f} {:.6f} {:.6f}".format(*point) for point in arrays["v_template"].tolist()]
    lines += ["vt {:.6f} {:.6f}".format(*point) for point in uv.tolist()]
    lines += ["f {}/{} {}/{} {}/{}".format(*face) for face in pairs.reshape(-1, 6).tolist()]
    return "\n".join(lines) + "\n"


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


def _regressor_row(template, joint) -> np.ndarray:
    """Convex weights of the skin around that give the joint."""
    _, near = cKDTree(template).query(joint, k=300)
    chosen = near[::3]
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

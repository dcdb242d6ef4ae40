"""What makes a model of the SMPL family a body that can be dressed and labelled: the open body's whole mesh carried
over to it, and with it the helpers for clothes and hair, the texture space, and COCO's keypoints."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, vstack
from scipy.spatial import cKDTree

from assets.bodies.model_file import ModelFile
from assets.bodies.register import OpenSkin, beside, register
from assets.bodies.skeleton import JOINT_NAMES, PART_OF_JOINT
from assets.bodies.surface_match import Surface, match, vertex_normals
from blender_addon.core.body import HOSTS, BodyModel, group_faces
from blender_addon.core.family import joint_owners, joint_rows

FACE_VERTICES = {
    6890: {"nose": 332, "right_eye": 6260, "left_eye": 2800, "right_ear": 4071, "left_ear": 583},
    10475: {"nose": 9120, "right_eye": 9929, "left_eye": 9448, "right_ear": 616, "left_ear": 6},
}
"""Number of vertices -> COCO's points of the face on the meshes of SMPL and SMPL-H, and of SMPL-X."""
_WITH_SKIN = ("helper-tights", "helper-hair", "helper-l-eyelashes", "helper-r-eyelashes")
"""Helpers that move with the skin under them; the others are hard, or have weights of their own."""


@dataclass(frozen=True)
class Carried:
    """The open body's mesh on a model's surface."""

    vertices: np.ndarray
    """(E, 3) in the model's T-pose."""
    hosts: csr_matrix
    """(E, V) how much each vertex moves with the model's own."""
    corners: np.ndarray
    """(E, HOSTS) own vertices that pose corrections come from."""
    shares: np.ndarray
    """(E, HOSTS)."""
    weights: np.ndarray
    """(E, J)."""
    skin_gap: np.ndarray
    """(S,) metres between the carried skin and the model's."""


def carry_mesh(open_skin: OpenSkin, model: ModelFile, progress=True) -> Carried:
    """Lay the open body over the model and hang every vertex on the model's own."""
    body = open_skin.body
    surface = Surface.of(model.v_template, model.faces)
    marks = {name: model.v_template[v] for name, v in FACE_VERTICES.get(len(model.v_template), {}).items()}
    rows = joint_rows(len(model.regressor))
    vertices = register(open_skin, surface, model.joints, rows, marks, progress)
    if len(model.regressor) == 55:
        _place_eyes(body, model, vertices)
    normals = vertex_normals(vertices, open_skin.quads)
    outer = np.flatnonzero(open_skin.outer)
    found = match(surface, vertices[outer], normals[outer])
    corners, shares = _tables(vertices, outer, found, _free(body))
    hosts = _hosts(body, open_skin, vertices, outer, found, len(model.v_template))
    gap = np.linalg.norm(found.points - vertices[outer], axis=1)[open_skin.firm[outer]]
    return Carried(vertices, hosts, corners, shares, _weights(body, model, hosts), gap)


def _place_eyes(body, model, vertices) -> None:
    """SMPL-X's eyes turn about joints at their middle: the eyeballs go there, with their lashes; in place."""
    for side, joint in (("l", 23), ("r", 24)):
        eye = np.unique(group_faces(body, f"helper-{side}-eye"))
        lashes = np.unique(group_faces(body, f"helper-{side}-eyelashes-1", f"helper-{side}-eyelashes-2"))
        off = model.joints[joint] - vertices[eye].mean(0)
        if np.linalg.norm(off) < 0.02:
            vertices[np.concatenate([eye, lashes])] += off


def _free(body) -> np.ndarray:
    """(V,) bool: hangs free of the skin, so that the skin's pose corrections are not its own."""
    free = np.zeros(len(body.v_template), bool)
    free[np.unique(group_faces(body, "helper-skirt"))] = True
    return free


def _tables(vertices, outer, found, free) -> tuple:
    """(E, HOSTS) corners and shares: the triangle under open skin, the triangles of the two nearest for the rest."""
    distance, near = cKDTree(vertices[outer]).query(vertices, k=2, workers=1)
    closeness = 1 / np.maximum(distance, 1e-4)
    closeness /= closeness.sum(1, keepdims=True)
    closeness[outer], near[outer, 0] = (1, 0), np.arange(len(outer))
    closeness[free] = 0
    shares = found.weights[near] * closeness[..., None]
    return found.corners[near].reshape(-1, HOSTS).astype(np.int32), shares.reshape(-1, HOSTS).astype(np.float32)


def _hosts(body, open_skin, vertices, outer, found, count) -> csr_matrix:
    """(E, count) rows sum to one."""
    rows = np.repeat(np.arange(len(outer)), 3)
    on_skin = coo_matrix((found.weights.ravel(), (rows, found.corners.ravel())), (len(outer), count)).tocsr()
    others = np.setdiff1d(np.arange(len(vertices)), outer)
    off_skin = beside(vertices[others], vertices[outer]) @ on_skin
    order = np.argsort(np.concatenate([outer, others]))
    return vstack([on_skin, off_skin]).tocsr()[order]


def _weights(body, model, hosts) -> np.ndarray:
    """(E, J) the model's where the skin leads, else the open body's on the joints that there are."""
    own = np.zeros((len(body.v_template), len(model.regressor)))
    for joint, owner in enumerate(joint_owners(len(model.regressor))):
        own[:, owner] += body.weights[:, joint]
    names = [name for name in body.group_names if name == "body" or name.startswith(_WITH_SKIN)]
    led = np.unique(group_faces(body, *names))
    own[led] = (hosts @ model.weights)[led]
    own = np.maximum(own, 0)
    return own / own.sum(1, keepdims=True)


def extra_arrays(body: BodyModel, model: ModelFile, carried: Carried, open_regressor: np.ndarray) -> dict:
    """Every array of the added body's file: the model's own vertices first, then the carried ones.

    Args:
        body: the open body.
        open_regressor: (55, E) its joints.
    """
    count, joints = len(model.v_template), len(model.regressor)
    shapedirs = np.asarray(carried.hosts @ model.shapedirs.reshape(count, -1)).reshape(-1, *model.shapedirs.shape[1:])
    weights = np.concatenate([model.weights, carried.weights])
    names = {24: [*JOINT_NAMES[:22], "left_hand", "right_hand"], 52: [*JOINT_NAMES[:22], *JOINT_NAMES[25:]]}
    parts = {24: np.arange(24), 52: np.array([*range(22)] + [22] * 15 + [23] * 15), 55: PART_OF_JOINT}[joints]
    return {
        "v_template": np.concatenate([model.v_template, carried.vertices]),
        "shapedirs": np.concatenate([model.shapedirs, shapedirs]).astype(np.float32),
        "posedirs": model.posedirs,
        "carry_corners": carried.corners,
        "carry_weights": carried.shares,
        "J_regressor": np.pad(model.regressor, ((0, 0), (0, len(carried.vertices)))),
        "weights": weights,
        "kintree_table": model.kintree,
        "f": model.faces,
        "joint_names": np.array(names.get(joints, JOINT_NAMES)),
        "part_names": np.array(body.part_names),
        "vertex_part": parts[weights.argmax(1)].astype(np.int8),
        "poly": body.poly + count,
        **{name: getattr(body, name) for name in ("poly_uv", "uv", "poly_group")},
        "group_names": np.array(body.group_names),
        "keypoint_names": np.array(body.keypoint_names),
        "keypoint_regressor": keypoint_regressor(body, count),
        **_pose_arrays(body, model, carried, open_regressor, shapedirs),
    }


def keypoint_regressor(body: BodyModel, count: int) -> np.ndarray:
    """(K, V) COCO's keypoints on the carried mesh, as the open body has them; those of the face by number if known."""
    regressor = np.pad(body.keypoint_regressor, ((0, 0), (count, 0)))
    for name, vertex in FACE_VERTICES.get(count, {}).items():
        regressor[body.keypoint_names.index(name)] = np.eye(1, regressor.shape[1], vertex)[0]
    return regressor.astype(np.float32)


def _pose_arrays(body, model, carried, open_regressor, shapedirs) -> dict:
    """The 55 joints that poses are made for, and the poses that came with the two files."""
    rows = joint_rows(len(model.regressor))
    joints = open_regressor @ carried.vertices
    directions = np.tensordot(open_regressor, shapedirs, 1)
    joints[rows[rows >= 0]] = model.joints[rows >= 0]
    directions[rows[rows >= 0]] = np.tensordot(model.regressor, model.shapedirs, 1)[rows >= 0]
    arrays = {"pose_joints": joints, "pose_joint_shapedirs": directions.astype(np.float32)}
    arrays["a_pose"] = np.where(rows[:, None] < 0, 0, body.a_pose[rows])
    if model.hands_mean is not None:
        arrays |= {"hands_meanl": model.hands_mean[0], "hands_meanr": model.hands_mean[1]}
    return arrays

"""Lay the open body over another body: the same person in MakeHuman's mesh, helpers for clothes and hair included.

First as the model it is (shape coefficients and joint rotations, by gradient descent on joints and on the nearest
surface), then vertex by vertex, each moved to the other's surface as smoothly as that allows, in the manner of
Amberg et al., "Optimal Step Nonrigid ICP" (2007).
"""

from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree
from smplx.lbs import batch_rigid_transform, batch_rodrigues
from tqdm import trange

from assets.bodies.surface_match import NORMAL_METRES, Surface, match, seen_from_outside, vertex_normals
from blender_addon.core.body import BodyModel, group_faces
from blender_addon.core.looks.skin import group_vertices, on_ears

JOINT_STEPS, POSE_STEPS = 30, 120
STIFFNESS = (300.0, 60.0, 12.0, 3.0, 1.0)
SEEN_ENOUGH = 0.06
EYE_REGION = 0.024
"""Metres round an eye's centre where lids and eyeball move together, led by what is around them."""
# How far joints of the same name may lie apart in two skeletons, metres; limbs agree best.
_JOINT_SPREAD = {"knee": 0.01, "ankle": 0.01, "elbow": 0.01, "wrist": 0.01, "shoulder": 0.015, "foot": 0.03}
_OTHER_JOINTS, _FINGER_JOINTS = 0.05, 0.006


@dataclass(frozen=True)
class OpenSkin:
    """What of the open body is looked at."""

    body: BodyModel
    quads: np.ndarray
    """(Q, 4) of the group `body`."""
    skin: np.ndarray
    """(S,) its vertices."""
    outer: np.ndarray
    """(V,) bool: skin that lies open, so that it has a counterpart on any body."""
    firm: np.ndarray
    """(V,) bool: of those, away from eyes and ears, whose forms differ from model to model."""

    @classmethod
    def of(cls, body: BodyModel):
        quads = group_faces(body, "body")
        skin = np.unique(quads)
        shut = np.concatenate([quads, group_faces(body, "helper-l-eye", "helper-r-eye")])
        outer = np.zeros(len(body.v_template), bool)
        outer[skin] = seen_from_outside(body.v_template, shut)[skin] > SEEN_ENOUGH
        firm = outer & ~on_ears(body)
        for side in "lr":
            centre = body.v_template[group_vertices(body, f"helper-{side}-eye")].mean(0)
            firm &= np.linalg.norm(body.v_template - centre, axis=1) > EYE_REGION
        return cls(body, quads, skin, outer, firm)


def register(open_skin: OpenSkin, surface: Surface, joints: np.ndarray, rows: np.ndarray, marks: dict, progress=True):
    """(V, 3) the open body's vertices where they lie on the other body.

    Args:
        surface: the other body's skin in its T-pose.
        joints: (J, 3) of the other body.
        rows: (J,) which of the open body's 55 joints each is; -1 for one that it does not have.
        marks: keypoint name -> (3,) place on the other body, where they are known.
    """
    with _one_thread():
        posed = _fit_pose(open_skin, surface, joints, rows, marks, progress)
    return _fit_surface(open_skin, surface, posed)


@contextmanager
def _one_thread():
    """Tensors are small: threads would mostly wait for each other, at twice the time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _fit_pose(open_skin: OpenSkin, surface: Surface, joints, rows, marks, progress) -> np.ndarray:
    """(V, 3) the open body with the shape and the joint rotations that come nearest."""
    body = open_skin.body
    own = np.flatnonzero(open_skin.firm)
    own = own[np.linspace(0, len(own) - 1, 4000).astype(int)]
    goal = _Goals(body, joints, rows, marks)
    whole, model = _Torch(body), _Torch(body, np.concatenate([own, goal.used]))
    betas = torch.zeros(body.shapedirs.shape[-1], requires_grad=True)
    pose = torch.zeros(55, 3, requires_grad=True)
    shift = torch.tensor(joints[0] - body.joint_template[0], dtype=torch.float32, requires_grad=True)
    optimizer = torch.optim.Adam(
        [{"params": [betas], "lr": 0.06}, {"params": [pose], "lr": 0.012}, {"params": [shift], "lr": 0.004}]
    )
    for step in trange(POSE_STEPS, desc="fit the open body", disable=not progress, leave=False):
        optimizer.zero_grad()
        vertices, moved = model(betas, pose, shift)
        loss = goal.loss(vertices[len(own) :], moved) + _prior(betas, pose)
        if step >= JOINT_STEPS:
            if (step - JOINT_STEPS) % 8 == 0:
                with torch.no_grad():
                    now = whole(betas, pose, shift)[0].numpy().astype(float)
                there, back = _pairs(open_skin, surface, now, own)
            loss = loss + _surface_loss(vertices, *there) + 0.5 * _surface_loss(vertices, *back)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return whole(betas, pose, shift)[0].numpy().astype(np.float64)


class _Torch:
    """The open body in torch, or some of its vertices."""

    def __init__(self, body: BodyModel, rows=slice(None)):
        arrays = body.v_template[rows], body.shapedirs[rows], body.weights[rows]
        arrays += (body.joint_template, body.joint_shapedirs)
        tensors = [torch.as_tensor(np.asarray(array), dtype=torch.float32) for array in arrays]
        self.template, self.dirs, self.weights, self.joints, self.joint_dirs = tensors
        self.parents = torch.as_tensor(body.parents)

    def __call__(self, betas, pose, shift):
        """(V, 3) vertices and (55, 3) joints."""
        shaped = self.template + self.dirs @ betas
        joints, moves = batch_rigid_transform(
            batch_rodrigues(pose)[None], (self.joints + self.joint_dirs @ betas)[None], self.parents
        )
        blended = (self.weights @ moves[0].reshape(-1, 16)).reshape(-1, 4, 4)
        return (blended[:, :3, :3] @ shaped[..., None])[..., 0] + blended[:, :3, 3] + shift, joints[0] + shift


class _Goals:
    """Joints and marks that have to meet."""

    def __init__(self, body: BodyModel, joints, rows, marks):
        names = [body.joint_names[row] for row in rows[rows >= 0]]
        spread = [_FINGER_JOINTS if name[-1] in "123" else _spread(name) for name in names]
        self.rows = torch.as_tensor(rows[rows >= 0])
        self.joints = torch.as_tensor(joints[rows >= 0], dtype=torch.float32)
        self.sharpness = 1 / torch.tensor(spread) ** 2
        chosen = [body.keypoint_names.index(name) for name in marks]
        regressor = body.keypoint_regressor[chosen] if chosen else np.zeros((0, len(body.v_template)))
        self.used = np.flatnonzero(regressor.any(0))
        self.regressor = torch.as_tensor(regressor[:, self.used], dtype=torch.float32)
        self.marks = torch.as_tensor(np.array(list(marks.values())).reshape(-1, 3), dtype=torch.float32)

    def loss(self, marked, joints):
        off = ((joints[self.rows] - self.joints) ** 2).sum(1)
        loss = (off * self.sharpness).mean()
        if len(self.marks):
            loss = loss + ((self.regressor @ marked - self.marks) ** 2).sum(1).mean() / 0.006**2
        return loss


def _spread(name: str) -> float:
    return next((spread for word, spread in _JOINT_SPREAD.items() if name.endswith(word)), _OTHER_JOINTS)


_STIFF = torch.ones(55)
_STIFF[[3, 6, 9, 12, 13, 14, 15, 22, 23, 24]] = 30.0  # backs, necks and jaws bend little between two T-poses


def _prior(betas, pose):
    return 0.02 * (betas**2).mean() + 1.0 * (_STIFF[:, None] * pose**2).mean()


def _pairs(open_skin, surface, vertices, own) -> tuple:
    """From some of the open body to the surface and back: (rows of `own`, goals, normals at the goals, trust)."""
    normals = vertex_normals(vertices, open_skin.quads)[own]
    vertices = vertices[own]
    found = match(surface, vertices, normals)
    there = np.arange(len(own)), found.points, found.normals, _trust(vertices, normals, found.points, found.normals)
    spots, facing = (values[:: max(len(surface.faces) // 4000, 1)] for values in surface.samples())
    tree = cKDTree(np.concatenate([vertices, NORMAL_METRES * normals], 1))
    _, near = tree.query(np.concatenate([spots, NORMAL_METRES * facing], 1), workers=1)
    return there, (near, spots, facing, _trust(vertices[near], normals[near], spots, facing))


def _trust(points, normals, goals, goal_normals, reach=0.08):
    facing = np.clip(((normals * goal_normals).sum(1) - 0.4) / 0.3, 0, 1)
    return facing * (np.linalg.norm(points - goals, axis=1) < reach)


def _surface_loss(vertices, own, goals, normals, trust):
    """Mostly the distance from the tangent plane, so that the surfaces may slide."""
    goals, normals, trust = (torch.as_tensor(a, dtype=torch.float32) for a in (goals, normals, trust))
    off = vertices.index_select(0, torch.as_tensor(own)) - goals
    squared = (off * normals).sum(1) ** 2 + 0.15 * (off**2).sum(1)
    return 6.0 * (trust * squared / (squared + 0.02**2)).mean() / 0.01 * 0.02


def _fit_surface(open_skin: OpenSkin, surface: Surface, posed: np.ndarray) -> np.ndarray:
    """Move the skin on to the surface, ever less stiffly; helpers follow the skin beside them."""
    skin, quads = open_skin.skin, open_skin.quads
    local = np.full(len(posed), -1)
    local[skin] = np.arange(len(skin))
    bending = _bending(local[quads], len(skin))
    firm = open_skin.firm[skin]
    moved = posed.copy()
    for stiffness in STIFFNESS:
        normals = vertex_normals(moved, quads)[skin]
        found = match(surface, moved[skin], normals)
        trust = firm * _trust(moved[skin], normals, found.points, found.normals, reach=0.03)
        # The goal's tangent plane counts fully, the place on it a little: skin may slide, not drift.
        goal = moved[skin] + 0.3 * (found.points - moved[skin])
        goal += 0.7 * ((found.points - moved[skin]) * found.normals).sum(1, keepdims=True) * found.normals
        system = diags(trust + 1e-6) + stiffness * bending
        moved[skin] = posed[skin] + splu(system.tocsc()).solve(trust[:, None] * (goal - posed[skin]))
    helpers = np.setdiff1d(np.arange(len(posed)), skin)
    moved[helpers] += (
        beside(posed[helpers], posed[skin][open_skin.outer[skin]]) @ ((moved - posed)[skin][open_skin.outer[skin]])
    )
    return moved


def _bending(quads: np.ndarray, count: int):
    """(S, S) sparse: the square of the graph's Laplacian, which measures how unevenly neighbours move."""
    edges = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = np.concatenate([edges, edges[:, ::-1]])
    graph = coo_matrix((np.ones(len(edges)), edges.T), (count, count)).tocsr()
    graph.data[:] = 1
    degree = np.asarray(graph.sum(1)).ravel()
    laplacian = diags(np.ones(count)) - diags(1 / np.maximum(degree, 1)) @ graph
    return laplacian.T @ laplacian


def beside(points: np.ndarray, skin: np.ndarray, count: int = 24):
    """(N, S) sparse weights of the nearest skin, smooth from point to point; rows sum to one."""
    distance, near = cKDTree(skin).query(points, k=count, workers=1)
    width = np.maximum(0.5 * distance[:, -1:], 0.004)
    weights = np.exp(-0.5 * ((distance - distance[:, :1]) / width) ** 2)
    weights *= np.clip((distance[:, -1:] - distance) / np.maximum(distance[:, -1:] - distance[:, :1], 1e-9), 0.02, 1)
    weights /= weights.sum(1, keepdims=True)
    rows = np.repeat(np.arange(len(points)), count)
    return coo_matrix((weights.ravel(), (rows, near.ravel())), (len(points), len(skin))).tocsr()

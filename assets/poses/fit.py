"""A photograph's keypoints become a body: pose, shape and camera, by descent, many people at a time.

After Bogo et al., "Keep it SMPL" (2016): robust reprojection, a mixture as pose prior, bounds on shape; besides, hard
joint limits, several ways to face, and limbs tried the other way round in depth, which one picture cannot tell apart.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from assets.poses.fit_camera import (
    Sight,
    State,
    guess_focal,
    join,
    labelled_boxes,
    make_sight,
    rigid_starts,
    translation_of,
)
from assets.poses.fit_prior import PosePrior
from assets.poses.torch_body import JOINTS, KeypointBody, angles_to_rotations, rotation_matrices
from blender_addon.core.body import BodyModel
from blender_addon.core.poses.contact import MASSES
from blender_addon.core.poses.limits import HIGH, LOW, from_joint_angles, joint_angles
from blender_addon.core.poses.mannequin import PARENTS, rotation_vectors

FEWEST = 8
"""Labelled keypoints; with fewer a pose is a guess."""
EXACT = 2.5
"""Pixels of the crop by which a label is expected to miss."""
WILD = 18.0, 9.0
"""Errors over EXACT beyond which a label is taken for wrong, early and late."""
MOST_BETA = 2.5
UPRIGHT = 0.6
"""Radians from upright at which the weak pull to stand straight costs as much as one standard deviation."""
RATES = {"turn": 0.04, "angles": 0.05, "betas": 0.08, "place": 0.02}
BALANCED = 0.2, 6.0
"""Radians by which weight may lean over the feet, as the tilt of cameras makes it seem; beyond so many times that it is
no longer held against a body: it sits or lies."""
FEET = (7, 8, 10, 11)
LIMBS = ((16, 18, 20), (17, 19, 21), (1, 4, 7), (2, 5, 8))
"""Joints of arms and legs: where the upper bone starts, where the lower one does, where it ends."""


@dataclass(frozen=True)
class Effort:
    """How long to look."""

    starts: int = 6
    steps: int = 160
    """For each start."""
    flip_steps: int = 60
    last_steps: int = 160


@dataclass(frozen=True)
class Fits:
    """N people."""

    pose: np.ndarray
    """(N, 55, 3) axis-angle; row 0 turns the body into the camera's frame (x right, y down, z forward)."""
    betas: np.ndarray
    """(N, b)."""
    translation: np.ndarray
    """(N, 3) metres, camera's frame; added to the posed body, as in SMPL."""
    focal: np.ndarray
    """(N,) pixels."""
    keypoints: np.ndarray
    """(N, 17, 2) pixels, where the fit has COCO's keypoints."""
    keypoints_3d: np.ndarray
    """(N, 17, 3) metres, camera's frame."""
    joints: np.ndarray
    """(N, 22, 3) metres, camera's frame."""
    error: np.ndarray
    """(N,) mean miss of the labelled keypoints, pixels of a crop of 256."""
    energy: np.ndarray
    """(N,)."""


def fit_people(
    keypoints,
    sizes,
    body: BodyModel,
    prior: PosePrior,
    focals=None,
    centres=None,
    boxes=None,
    effort: Effort | None = None,
) -> Fits:
    """Fit people, each on their own; the same input gives the same fits.

    Args:
        keypoints: (N, 17, 3) x, y in pixels and COCO's v; v of 0 is not looked at.
        sizes: (N, 2) width and height of each one's picture.
        focals: (N,) pixels where known, NaN or None where not.
        centres: (N, 2) principal points; the middle of the picture if None.
        boxes: (N, 4) x, y, w, h of the people; the box around the keypoints if None.
        effort: how long to look; `Effort()` if None.
    Raises:
        ValueError: arrays that do not fit, numbers that are not finite, or someone with too few keypoints.
    """
    keypoints, sizes = np.asarray(keypoints, float), np.asarray(sizes, float)
    _check(keypoints, sizes)
    focals = guess_focal(sizes) if focals is None else np.where(np.isnan(focals), guess_focal(sizes), focals)
    centres = sizes / 2 if centres is None else np.asarray(centres, float)
    model, effort = KeypointBody(body), effort or Effort()
    sight = make_sight(keypoints, centres, focals, labelled_boxes(keypoints, boxes))
    state, energy = _search(model, prior, sight, effort)
    return _finish(model, state, energy, sight, keypoints, focals, centres)


def _check(keypoints, sizes) -> None:
    count = len(keypoints)
    if keypoints.shape != (count, 17, 3) or sizes.shape != (count, 2) or not count:
        raise ValueError(f"keypoints {keypoints.shape} and sizes {sizes.shape}, expected (N, 17, 3) and (N, 2)")
    if not (np.isfinite(keypoints).all() and np.isfinite(sizes).all() and sizes.min() > 0):
        raise ValueError("keypoints and sizes should be finite, sizes above 0")
    fewest = int((keypoints[..., 2] > 0).sum(1).min())
    if fewest < FEWEST:
        raise ValueError(f"someone has {fewest} labelled keypoints; a fit needs {FEWEST}")


def _search(model: KeypointBody, prior: PosePrior, sight: Sight, effort: Effort) -> tuple[State, Tensor]:
    """Several starts, then flips of the best, then all that helped at once."""
    poses = prior.means.view(-1, JOINTS - 1, 3).clamp(*_limits())
    states = rigid_starts(model, sight, poses, prior.constants, effort.starts)
    states, energy = descend(model, prior, sight.rows(_tile(sight, effort.starts)), states, effort.steps)
    best, energy = _best_of(states, energy, effort.starts)
    if effort.flip_steps:
        flips = [flip_limb(model, best, limb, bones) for limb in LIMBS for bones in ("upper", "lower", "both")]
        flips += [flip_trunk(model, best), flip_lean(model, best)]
        tried, cost = descend(model, prior, sight.rows(_tile(sight, len(flips))), join(flips), effort.flip_steps)
        again, _ = descend(model, prior, sight, best, effort.flip_steps)
        mixed = _take_better_limbs(best, energy, tried, cost)
        one, cost = _best_of(tried, cost, len(flips))
        best = join([again, mixed, one])
        best, energy = descend(model, prior, sight.rows(_tile(sight, 3)), best, effort.last_steps, late=True)
        return _best_of(best, energy, 3)
    return descend(model, prior, sight, best, effort.last_steps, late=True)


def _tile(sight: Sight, times: int) -> Tensor:
    return torch.arange(len(sight.rays)).repeat(times)


def _limits() -> tuple[Tensor, Tensor]:
    return tuple(torch.tensor(side[1:JOINTS], dtype=torch.float32) for side in (LOW, HIGH))


def _best_of(states: State, energy: Tensor, tries: int) -> tuple[State, Tensor]:
    """Of (tries * B) states the best of each person."""
    cost, best = energy.view(tries, -1).min(0)
    count = len(cost)
    return states.rows(best * count + torch.arange(count)), cost


def descend(
    model: KeypointBody, prior: PosePrior, sight: Sight, start: State, steps: int, late: bool = False
) -> tuple[State, Tensor]:
    """Adam with falling steps; after each, joints and shapes are put back within their bounds.

    Returns:
        the states and (B,) their energies.
    """
    low, high = _limits()
    values = {
        "turn": torch.zeros_like(start.place),
        "angles": start.angles.clamp(low, high),
        "betas": start.betas.clone(),
        "place": start.place.clone(),
    }
    for value in values.values():
        value.requires_grad_()
    adam = torch.optim.Adam([{"params": [values[name]], "lr": rate} for name, rate in RATES.items()], betas=(0.9, 0.99))
    largest = 0.4 if late else 1.0
    for step in range(steps):
        share = step / steps
        for group, rate in zip(adam.param_groups, RATES.values(), strict=True):
            group["lr"] = rate * largest * (0.04 + 0.96 * 0.5 * (1 + np.cos(np.pi * share)))
        wild = WILD[1] if late else WILD[0] + (WILD[1] - WILD[0]) * share
        adam.zero_grad()
        energies(model, prior, sight, _state(start.root, values), wild).sum().backward()
        adam.step()
        with torch.no_grad():
            values["angles"].clamp_(low, high)
            values["betas"].clamp_(-MOST_BETA, MOST_BETA)
            values["place"][:, 2].clamp_(np.log(0.3), np.log(100.0))
    with torch.no_grad():
        state = _state(start.root, {name: value.detach() for name, value in values.items()})
        return state, energies(model, prior, sight, state, WILD[1])


def _state(root: Tensor, values: dict) -> State:
    return State(rotation_matrices(values["turn"]) @ root, values["angles"], values["betas"], values["place"])


def energies(model: KeypointBody, prior: PosePrior, sight: Sight, state: State, wild: float) -> Tensor:
    """(B,) how unlikely each state is, in nats: labels, pose, shape, and standing up in the picture."""
    points, joints, _ = keypoints_of(model, state)
    miss = (points[..., :2] / points[..., 2:].clamp(min=0.1) - sight.rays) * sight.scale[:, None, None]
    square = (miss * miss).sum(-1) / EXACT**2
    seen = (sight.weights * square / (1 + square / wild**2)).sum(1)  # Geman-McClure
    tilt = 2 * (1 + state.root[:, 1, 1]) / UPRIGHT**2
    tilt = tilt / (1 + tilt / 4) + _imbalance(joints)
    pose = prior.energy(state.angles.reshape(len(points), -1))
    return 0.5 * (seen + tilt + (state.betas**2).sum(1)) + pose


def _imbalance(joints: Tensor) -> Tensor:
    """(B,) squared lean of the weight over the feet along the line of sight, where labels say nothing of it."""
    up = _MASSES @ joints - joints[:, FEET].mean(1)
    lean = torch.atan2(up[:, 2], up.norm(dim=1)) / BALANCED[0]
    square = lean * lean
    return square / (1 + square / BALANCED[1] ** 2)


_MASSES = torch.tensor(MASSES[:JOINTS], dtype=torch.float32)


def keypoints_of(model: KeypointBody, state: State) -> tuple[Tensor, Tensor, Tensor]:
    """Keypoints (B, 17, 3), joints (B, 22, 3) in the camera's frame, metres, and turned frames (B, 22, 3, 3)."""
    rotations = torch.cat([state.root[:, None], angles_to_rotations(state.angles)], 1)
    points, joints, turned = model(rotations, state.betas)
    shift = translation_of(state.place)[:, None]
    return points + shift, joints + shift, turned


@torch.no_grad()
def flip_limb(model: KeypointBody, state: State, limb: tuple, bones: str) -> State:
    """The same picture with bones of a limb pointing to the camera instead of away from it, or the other way round.

    Args:
        bones: 'upper', 'lower' or 'both'.
    """
    _, joints, turned = keypoints_of(model, state)
    upper, lower, end = limb
    new_upper, new_lower = turned[:, upper], turned[:, lower]
    if bones in ("upper", "both"):
        new_upper = _mirror_in_depth(joints[:, upper], joints[:, lower]) @ new_upper
    if bones in ("lower", "both"):
        new_lower = _mirror_in_depth(joints[:, lower], joints[:, end]) @ new_lower
    angles = state.angles.clone()
    angles[:, upper - 1] = _angles(turned[:, PARENTS[upper]].mT @ new_upper, upper)
    angles[:, lower - 1] = _angles(new_upper.mT @ new_lower, lower)
    return State(state.root, angles.clamp(*_limits()), state.betas, state.place)


@torch.no_grad()
def flip_trunk(model: KeypointBody, state: State) -> State:
    """The trunk leaning to the camera instead of away from it, or the other way round; head and limbs as they were."""
    _, joints, turned = keypoints_of(model, state)
    turn = _mirror_in_depth(joints[:, 0], joints[:, 12])
    angles = state.angles.clone()
    for joint in (1, 2, 12, 16, 17):
        angles[:, joint - 1] = _angles((turn @ turned[:, PARENTS[joint]]).mT @ turned[:, joint], joint)
    return State(turn @ state.root, angles.clamp(*_limits()), state.betas, state.place)


@torch.no_grad()
def flip_lean(model: KeypointBody, state: State) -> State:
    """The whole body leaning the other way."""
    _, joints, _ = keypoints_of(model, state)
    turn = _mirror_in_depth(joints[:, FEET].mean(1), joints[:, 12])
    return State(turn @ state.root, state.angles, state.betas, state.place)


def _mirror_in_depth(start: Tensor, end: Tensor) -> Tensor:
    """(B, 3, 3) the least turn that reflects a bone in the plane across the line of sight."""
    bone = torch.nn.functional.normalize(end - start, dim=1)
    sight = torch.nn.functional.normalize(start, dim=1)
    along = (bone * sight).sum(1, keepdim=True)
    mirrored = bone - 2 * along * sight
    axis = torch.nn.functional.normalize(torch.linalg.cross(bone, mirrored), dim=1)
    return rotation_matrices(axis * torch.arccos((bone * mirrored).sum(1, keepdim=True).clamp(-1, 1)))


def _angles(rotations: Tensor, joint: int) -> Tensor:
    """(B, 3, 3) rotations of one joint -> (B, 3) joint angles."""
    vectors = rotation_vectors(rotations.numpy().astype(float))
    found = np.zeros((len(vectors), 3))
    for row, vector in enumerate(vectors):
        pose = np.zeros((55, 3))
        pose[joint] = vector
        found[row] = joint_angles(pose)[joint]
    return torch.tensor(found, dtype=torch.float32)


def _take_better_limbs(best: State, energy: Tensor, tried: State, cost: Tensor) -> State:
    """Every limb as the cheapest of its flips has it, where that helped; limbs hardly share keypoints."""
    count = len(energy)
    angles = best.angles.clone()
    cost = cost.view(-1, count)[: 3 * len(LIMBS)].view(len(LIMBS), 3, count)
    candidates = tried.angles.view(-1, count, JOINTS - 1, 3)[: 3 * len(LIMBS)].view(len(LIMBS), 3, count, JOINTS - 1, 3)
    for number, limb in enumerate(LIMBS):
        least, which = cost[number].min(0)
        better = torch.nonzero(least < energy)[:, 0]
        for joint in limb:
            angles[better, joint - 1] = candidates[number, which[better], better, joint - 1]
    return State(best.root, angles, best.betas, best.place)


@torch.no_grad()
def _finish(model: KeypointBody, state: State, energy: Tensor, sight: Sight, keypoints, focals, centres) -> Fits:
    points, joints, _ = keypoints_of(model, state)
    points = points.numpy().astype(float)
    pixels = points[..., :2] / np.maximum(points[..., 2:], 0.1) * focals[:, None, None] + centres[:, None]
    pose = np.zeros((len(points), 55, 3))
    pose[:, 1:JOINTS] = state.angles.numpy()
    pose = np.array([from_joint_angles(angles) for angles in pose])
    pose[:, 0] = rotation_vectors(state.root.numpy().astype(float))
    labelled = keypoints[..., 2] > 0
    scale = (sight.scale.numpy() / focals)[:, None]
    miss = np.linalg.norm(pixels - keypoints[..., :2], axis=2) * scale
    return Fits(
        pose=pose,
        betas=state.betas.numpy().astype(float),
        translation=translation_of(state.place).numpy().astype(float),
        focal=np.asarray(focals, float),
        keypoints=pixels,
        keypoints_3d=points,
        joints=joints.numpy().astype(float),
        error=(miss * labelled).sum(1) / labelled.sum(1),
        energy=energy.numpy().astype(float),
    )

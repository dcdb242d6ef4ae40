"""Where a fit begins: what the keypoints say of the camera, the distance and the way a person faces.

The camera's frame: x right, y down, z forward. Pixels become directions, x / z and y / z, by the focal length.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from assets.poses.torch_body import KeypointBody, angles_to_rotations

CROP = 256.0
"""Errors are given in pixels of a crop whose longer side is this."""
FOCAL_OF_SIDE = 0.9
"""Focal length over the picture's longer side where nothing is known: a lens of 32 mm, as telephones and zooms have."""
YAWS = 8
SHOULDERS, HIPS = (5, 6), (11, 12)


@dataclass(frozen=True)
class Sight:
    """What is seen of B people."""

    rays: Tensor
    """(B, 17, 2) keypoints as x / z and y / z."""
    weights: Tensor
    """(B, 17) 1 seen, less when hidden, 0 not labelled."""
    scale: Tensor
    """(B,) pixels of the crop for one unit of `rays`."""

    def rows(self, index) -> "Sight":
        return Sight(self.rays[index], self.weights[index], self.scale[index])


@dataclass(frozen=True)
class State:
    """B people as they are believed to be."""

    root: Tensor
    """(B, 3, 3) body to camera."""
    angles: Tensor
    """(B, 21, 3) joint angles."""
    betas: Tensor
    """(B, b)."""
    place: Tensor
    """(B, 3) x / z, y / z and log z of the body's origin."""

    def rows(self, index) -> "State":
        return State(self.root[index], self.angles[index], self.betas[index], self.place[index])


def join(states) -> State:
    """States of the same people one after the other."""
    fields = ("root", "angles", "betas", "place")
    return State(**{field: torch.cat([getattr(state, field) for state in states]) for field in fields})


def translation_of(place: Tensor) -> Tensor:
    """(B, 3) place -> (B, 3) metres."""
    depth = place[:, 2:].exp()
    return torch.cat([place[:, :2] * depth, depth], 1)


def guess_focal(sizes) -> np.ndarray:
    """(N, 2) width and height -> (N,) pixels."""
    return FOCAL_OF_SIDE * np.asarray(sizes, float).max(1)


def make_sight(keypoints, centres, focals, boxes) -> Sight:
    """Args: keypoints (N, 17, 3) x, y, v; centres (N, 2) principal points; focals (N,); boxes (N, 4) x, y, w, h."""
    rays = (keypoints[..., :2] - centres[:, None]) / focals[:, None, None]
    weights = np.choose(np.clip(keypoints[..., 2], 0, 2).astype(int), [0.0, 0.7, 1.0])
    scale = CROP * focals / np.maximum(boxes[:, 2:].max(1), 1.0)
    rays = np.where(weights[..., None] > 0, rays, 0.0)
    return Sight(*(torch.tensor(array, dtype=torch.float32) for array in (rays, weights, scale)))


def labelled_boxes(keypoints, boxes=None) -> np.ndarray:
    """(N, 4) x, y, w, h around labelled keypoints, and around `boxes` too where given."""
    labelled = keypoints[..., 2:] > 0
    low = np.where(labelled, keypoints[..., :2], np.inf).min(1)
    high = np.where(labelled, keypoints[..., :2], -np.inf).max(1)
    if boxes is not None:
        low, high = np.minimum(low, boxes[:, :2]), np.maximum(high, boxes[:, :2] + boxes[:, 2:])
    return np.concatenate([low, high - low], 1)


def rigid_starts(body: KeypointBody, sight: Sight, poses: Tensor, costs: Tensor, keep: int) -> State:
    """The likeliest ways to stand before the camera, found without any descent.

    Every pose is turned to YAWS directions and laid over the keypoints by least squares. The best pose of each
    direction competes, and the best directions are kept.

    Args:
        poses: (C, 21, 3) joint angles.
        costs: (C,) energy of each to begin with.
    Returns:
        (keep * B): the best of all people, then the second best of all, and so on.
    """
    count, makes = len(sight.rays), len(poses)
    local = angles_to_rotations(poses)
    upright = torch.eye(3).expand(makes, 1, 3, 3)
    points, _, _ = body(torch.cat([upright, local], 1), torch.zeros(makes, body.betas))  # (C, 17, 3)
    roots = _turns(sight)  # (B, Y, 3, 3)
    seen = torch.einsum("byij,ckj->bycki", roots, points)[..., :2]  # (B, Y, C, 17, 2)
    scale, offset, miss = _lay_over(seen, sight)
    cost = miss + costs
    best, pose = cost.min(2)  # (B, Y)
    yaw = best.argsort(dim=1, stable=True)[:, :keep].T.reshape(-1)  # best of all, second best of all, ...
    person = torch.arange(count).repeat(keep)
    pose = pose[person, yaw]
    near, where = scale[person, yaw, pose], offset[person, yaw, pose]
    place = torch.cat([where, -near.log()[:, None]], 1)
    return State(roots[person, yaw], poses[pose].clone(), torch.zeros(len(person), body.betas), place)


def _turns(sight: Sight) -> Tensor:
    """(B, YAWS, 3, 3) body to camera: level, but rolled as the trunk lies in the picture."""
    middle = [_mean(sight, pair) for pair in (SHOULDERS, HIPS)]
    trunk = middle[0][0] - middle[1][0]
    known = middle[0][1] & middle[1][1] & (trunk.norm(dim=1) * sight.scale > 0.1 * CROP)
    roll = torch.where(known, torch.atan2(trunk[:, 0], -trunk[:, 1]), torch.zeros(len(trunk)))
    yaw = torch.arange(YAWS) * (2 * np.pi / YAWS)
    c, s, zero, one = yaw.cos(), yaw.sin(), torch.zeros(YAWS), torch.ones(YAWS)
    about_y = torch.stack([c, zero, s, zero, one, zero, -s, zero, c], 1).view(YAWS, 3, 3)
    c, s, zero, one = roll.cos(), roll.sin(), torch.zeros_like(roll), torch.ones_like(roll)
    about_z = torch.stack([c, -s, zero, s, c, zero, zero, zero, one], 1).view(-1, 1, 3, 3)
    return about_z @ torch.diag(torch.tensor([1.0, -1.0, -1.0])) @ about_y


def _mean(sight: Sight, pair) -> tuple[Tensor, Tensor]:
    weights = (sight.weights[:, pair] > 0).float()
    mean = (sight.rays[:, pair] * weights[..., None]).sum(1) / weights.sum(1, keepdim=True).clamp(min=1)
    return mean, weights.sum(1) > 0


def _lay_over(seen: Tensor, sight: Sight) -> tuple[Tensor, Tensor, Tensor]:
    """Scale and shift (B, Y, C, 17, 2) points over the keypoints: scale (B, Y, C), offset (..., 2), cost (B, Y, C)."""
    weights = sight.weights[:, None, None, :, None]
    rays = sight.rays[:, None, None]
    total = weights.sum(3)
    middle, target = (weights * seen).sum(3) / total, (weights * rays).sum(3) / total
    spread, aim = seen - middle[:, :, :, None], rays - target[:, :, :, None]
    scale = (weights * spread * aim).sum((3, 4)) / (weights * spread * spread).sum((3, 4)).clamp(min=1e-9)
    scale = scale.clamp(1 / 60, 1 / 0.5)  # half a metre to sixty metres away
    offset = target - scale[..., None] * middle
    error = (scale[..., None, None] * spread - aim).norm(dim=-1) * sight.scale[:, None, None, None]
    return scale, offset, (0.5 * weights[..., 0] * (error / START_ERROR).clamp(max=4) ** 2).sum(3)


START_ERROR = 12.0
"""Pixels of the crop by which a pose off the shelf is expected to miss."""

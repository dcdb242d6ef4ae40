"""Choose frames for variety: raw motion is 90 % standing and walking, and neighbours are nearly the same.

The space is where joints are, relative to the pelvis of somebody who faces -Y, on the mean adult's skeleton. Distance
is the mean over joints, so 0.05 is 5 cm a joint.
"""

import numpy as np

from assets.poses.kinematics import body_joints
from blender_addon.core.poses.facing import remove_yaw

FEATURE_JOINTS = [4, 5, 7, 8, 12, 15, 18, 19, 20, 21]
"""Knees, ankles, neck, head, elbows, wrists: what is seen of a pose from afar."""
BATCH = 4096
CLUSTER_SIZE = 12
"""Frames a cluster is to give, on average, when clusters are balanced."""


def pose_features(poses) -> np.ndarray:
    """(N, 55, 3) poses -> (N, 3 K) float32 whose Euclidean distance is a root mean square over joints, metres."""
    features = np.empty((len(poses), len(FEATURE_JOINTS) * 3), np.float32)
    for start in range(0, len(poses), BATCH):
        position, _ = body_joints(remove_yaw(poses[start : start + BATCH]))
        features[start : start + BATCH] = position[:, FEATURE_JOINTS].reshape(len(position), -1)
    return features / np.sqrt(len(FEATURE_JOINTS))


def farthest(features, count: int, rng: np.random.Generator) -> np.ndarray:
    """Farthest-point sampling: each next one is the farthest from all before it.

    Args:
        features: (N, D).
        count: how many, at most N.
    Returns:
        (min(count, N),) rows in the order in which they were chosen, so a shorter choice is a prefix of a longer one.
    """
    features = np.asarray(features, np.float32)
    count = min(count, len(features))
    chosen = np.empty(count, int)
    if not count:
        return chosen
    squares = (features * features).sum(1)
    nearest = np.full(len(features), np.inf, np.float32)
    row = int(rng.integers(len(features)))
    for place in range(count):
        chosen[place] = row
        distance = squares - 2 * (features @ features[row]) + squares[row]
        np.minimum(nearest, distance, out=nearest)
        nearest[row] = -1.0  # never again, even where others are its twins
        row = int(nearest.argmax())
    return chosen


def balanced(features, count: int, rng: np.random.Generator) -> np.ndarray:
    """As many from each cluster as from any other; within a cluster by chance, so that usual frames stay usual.

    Clusters are the frames nearest to each of a few that farthest-point sampling chose.

    Returns:
        (min(count, N),) rows, sorted.
    """
    features = np.asarray(features, np.float32)
    count = min(count, len(features))
    if not count:
        return np.empty(0, int)
    centres = features[farthest(features, max(1, count // CLUSTER_SIZE), rng)]
    labels = np.concatenate(
        [_nearest(features[start : start + BATCH], centres) for start in range(0, len(features), BATCH)]
    )
    queue = rng.permutation(len(features))
    queue = queue[np.argsort(labels[queue], kind="stable")]
    sizes = np.bincount(labels, minlength=len(centres))
    turn = np.arange(len(queue)) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # first of its cluster, second, ...
    order = np.lexsort((rng.permutation(len(queue)), turn))  # ties by chance
    return np.sort(queue[order[:count]])


def _nearest(features, centres):
    return (-2 * features @ centres.T + (centres * centres).sum(1)).argmin(1)


METHODS = {"farthest": farthest, "balanced": balanced}

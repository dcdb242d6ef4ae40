"""Fit a Gaussian mixture to the poses of a library: `python -m assets.poses.train_gmm LIBRARY --out FILE`."""

import argparse
import sys
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from tqdm import tqdm

from blender_addon.core.errors import PosewrightError
from blender_addon.core.poses.features import to_features
from blender_addon.core.poses.library import load_library
from blender_addon.core.poses.limits import clip, mirror_pose
from blender_addon.core.poses.motion import save_motion

COMPONENTS = (16, 32, 48, 64)
SOFTENING = 3e-4
"""Added to variances, radians squared: about one degree, so that joints the recording keeps still move a little."""
KEPT = 32
"""Principal axes of all poses in which mixtures are fitted, of 66; what lies across them is left out."""
MOST_POSES = 9000


def features_of(poses, mirrored: bool = True) -> np.ndarray:
    """(N, 55, 3) -> (N or 2N, 66), the mirror images behind the originals."""
    poses = [clip(pose) for pose in np.asarray(poses, float)]
    both = poses + [mirror_pose(pose) for pose in poses] if mirrored else poses
    return np.array([to_features(pose) for pose in both])


def fit_mixture(features, seed: int = 0, components=COMPONENTS) -> dict:
    """The mixture that BIC prefers, as arrays for gmm.read_mixture.

    Args:
        features: (N, 66).
        components: numbers of components to try; those with fewer than 50 poses each are left out.
    """
    centre = features.mean(0)
    _, _, axes = np.linalg.svd(features - centre, full_matrices=False)
    axes = axes[:KEPT]
    reduced = (features - centre) @ axes.T
    counts = [count for count in components if count * 50 <= len(features)] or [1]
    best, best_score = None, np.inf
    for count in tqdm(counts, desc="mixtures", disable=None):
        mixture = GaussianMixture(count, reg_covar=SOFTENING, max_iter=60, tol=3e-3, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(reduced)
        score = mixture.bic(reduced)
        if score < best_score:
            best, best_score = mixture, score
    return {
        "gmm_weights": best.weights_.astype(np.float32),
        "gmm_means": (centre + best.means_ @ axes).astype(np.float16),
        "gmm_factors": (axes.T @ np.linalg.cholesky(best.covariances_)).astype(np.float16),
    }


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", help="pose library (.npz)")
    parser.add_argument("--out", required=True, help="motion prior to write, for --motion-prior")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        library = load_library(options.library)
        rng = np.random.default_rng(options.seed)
        rows = np.sort(rng.permutation(len(library))[: MOST_POSES // 2])
        arrays = fit_mixture(features_of(library.poses[rows]), options.seed)
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    notes = {"licence": np.array(library.licence), "provenance": np.array(f"mixture of {library.name}")}
    print(f"{save_motion(options.out, arrays | notes)}: {len(arrays['gmm_weights'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())

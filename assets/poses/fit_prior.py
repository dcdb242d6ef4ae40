"""How people hold themselves: a mixture of Gaussians over joint angles, learnt from poses at hand.

The angles are those of `core.poses.limits` (turn about the bone, lean of the bone): a Gaussian over them keeps knees
and elbows bending the right way, and joint limits are plain bounds. Nothing is downloaded: the mixture is learnt from
draws of the hand-made families and from pose libraries, once, and kept beside the other assets.
"""

import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.mixture import GaussianMixture
from torch import Tensor
from tqdm import trange

from assets.poses.torch_body import JOINTS
from blender_addon.core.catalog import file_hash
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.library import load_library
from blender_addon.core.poses.limits import HIGH, LOW, joint_angles
from blender_addon.core.poses.motion import SHIPPED, load_motion
from blender_addon.core.poses.prior import sample_pose

ANGLES = (JOINTS - 1) * 3
DRAWS = 3000
FROM_EACH_LIBRARY = 6000
COMPONENTS = 12
SOFTNESS = np.radians(4.0)
"""Added to every spread: the families leave some angles alone that people do use."""
VERSION = 1
SEED = 3


@dataclass(frozen=True)
class PosePrior:
    """A mixture over the 63 angles of the body's 21 joints."""

    shares: Tensor
    """(C,) sum to one."""
    means: Tensor
    """(C, 63) radians."""
    whitening: Tensor
    """(C, 63, 63): (x - mean) @ whitening has unit covariance."""
    constants: Tensor
    """(C,) what each component's energy starts from: its rarity and its spread; 0 for the lowest."""

    def energy(self, angles: Tensor) -> Tensor:
        """(B, 63) -> (B,): minus the log likelihood under the likeliest component, as in SMPLify."""
        white = torch.einsum("bca,cad->bcd", angles[:, None] - self.means, self.whitening)
        return (0.5 * (white * white).sum(-1) + self.constants).min(1).values


def make_prior(angles, components: int = COMPONENTS) -> PosePrior:
    """Fit the mixture. angles: (N, 63) radians."""
    mixture = GaussianMixture(components, reg_covar=SOFTNESS**2, random_state=SEED, max_iter=60, init_params="kmeans")
    mixture.fit(np.asarray(angles, float))
    order = np.argsort(-mixture.weights_, kind="stable")
    return _prior(mixture.weights_[order], mixture.means_[order], mixture.precisions_cholesky_[order])


def _prior(shares, means, whitening) -> PosePrior:
    constants = -np.log(shares) - np.log(np.diagonal(whitening, axis1=1, axis2=2)).sum(1)
    arrays = (shares, means, whitening, constants - constants.min())
    return PosePrior(*(torch.tensor(np.asarray(array), dtype=torch.float32) for array in arrays))


def shipped_motion() -> tuple:
    """The library of recorded motion that comes with the add-on, where it has been made."""
    return (SHIPPED,) if SHIPPED.is_file() else ()


def load_prior(cache: Path | None, libraries: tuple = (), draws: int = DRAWS) -> PosePrior:
    """The mixture from its cache, or learnt (half a minute) and put there.

    Args:
        cache: a folder such as assets/library/cache; None keeps nothing.
        libraries: paths of pose libraries to learn from besides the hand-made families, such as `shipped_motion()`.
    Raises:
        AssetError: a library is broken.
    """
    stamp = f"{VERSION} {draws} {COMPONENTS} " + " ".join(file_hash(path)[:16] for path in libraries)
    path = None if cache is None else Path(cache) / "fit_prior.npz"
    if path is not None and path.is_file():
        kept = _read(path, stamp)
        if kept is not None:
            return kept
    prior = make_prior(collect_angles(libraries, draws))
    if path is not None:
        _write(path, prior, stamp)
    return prior


def collect_angles(libraries: tuple, draws: int) -> np.ndarray:
    """(N, 63) angles of drawn and recorded poses, within the joints' limits."""
    rng = np.random.default_rng(SEED)
    found = [joint_angles(sample_pose(rng).pose) for _ in trange(draws, desc="poses to learn from", disable=None)]
    for path in libraries:
        library = load_motion(path).library if path == SHIPPED else load_library(path)
        if library is None:  # shipped without its poses
            continue
        rows = rng.permutation(len(library))[:FROM_EACH_LIBRARY]
        found += [joint_angles(pose) for pose in library.poses[np.sort(rows)].astype(float)]
    return np.clip(found, LOW, HIGH)[:, 1:JOINTS].reshape(-1, ANGLES)


def _read(path: Path, stamp: str) -> PosePrior | None:
    """None when it was learnt from something else, or is no mixture: it is made anew then."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["stamp"]) != stamp:
                return None
            shares, means, whitening = (file[name] for name in ("shares", "means", "whitening"))
    except (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None
    count = len(shares)
    whole = means.shape == (count, ANGLES) and whitening.shape == (count, ANGLES, ANGLES)
    return _prior(shares, means, whitening) if whole and np.isfinite(whitening).all() else None


def _write(path: Path, prior: PosePrior, stamp: str) -> None:
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part.npz")
    arrays = {name: getattr(prior, name).numpy() for name in ("shares", "means", "whitening")}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(temporary, stamp=stamp, **arrays)
        os.replace(temporary, path)
    except OSError as error:
        raise AssetError(f"Cannot write {path}: {error.strerror}. Free some space or mend the permissions.") from error
    finally:
        temporary.unlink(missing_ok=True)

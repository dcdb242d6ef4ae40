"""Several samplers of poses mixed by weight, as in `--pose-mix library:0.5,gmm:0.2,rare:0.2,gan:0.1`."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ..chance import parse_shares, pick
from ..errors import SettingsError
from .draw import PoseDraw
from .gan import sample_gan
from .gmm import sample_gmm
from .library_sampler import propose_recorded
from .mannequin import Skeleton
from .motion import MotionPrior, load_motion
from .prior import sample_pose
from .rare import SIMPLICITY, sample_rare
from .skeleton import DEFAULT_SKELETON
from .validity import Candidate, accept

SAMPLERS = ("families", "library", "gmm", "rare", "gan")
EXAMPLE = "--pose-mix library:0.5,gmm:0.2,rare:0.2,gan:0.1"
ATTEMPTS = 60


def parse_mix(text: str) -> dict:
    """'library:0.5,gmm:0.5' -> {'library': 0.5, 'gmm': 0.5}; shares sum to one, in SAMPLERS' order.

    Raises:
        SettingsError: an unknown or repeated sampler, or a weight that is none.
    """
    return parse_shares(text, "--pose-mix", SAMPLERS, EXAMPLE)


@dataclass(frozen=True)
class PoseSources:
    """What the samplers draw from."""

    motion: MotionPrior | None = None
    """Needed for gmm and gan, and for library where there are no libraries of the user's."""
    libraries: tuple = ()
    """PoseLibrary and amass.Take of the user's."""
    simplicity: float = SIMPLICITY
    """Of rare poses: their limits are divided by it."""
    extreme: bool = False
    """Rare poses even over their limits."""
    steps: int = 1
    """Of `spec.MOTION_STEP` for which takes have to tell how they go on."""

    def recorded(self) -> tuple:
        """What library draws from."""
        return self.libraries or ((self.motion.library,) if self.motion and self.motion.library else ())


def check_simplicity(simplicity: float) -> None:
    """Raises SettingsError when rare poses cannot be that simple."""
    if not (math.isfinite(simplicity) and simplicity >= 1):
        raise SettingsError(f"--rare-simplicity {simplicity} is out of range. Use 1 (the whole table) or more, as 1.5.")


def open_sources(
    mix: dict, libraries=(), motion_path=None, simplicity=SIMPLICITY, extreme=False, steps=1
) -> PoseSources:
    """Load what a mix needs, and no more.

    Args:
        motion_path: file of a motion prior; None is the one that ships.
        steps: as in PoseSources.
    Raises:
        AssetError: the motion prior cannot be read.
        SettingsError: the mix asks for a part that the motion prior does not hold, or `simplicity` is no such thing.
    """
    check_simplicity(simplicity)
    needed = "gmm" in mix or "gan" in mix or ("library" in mix and not libraries)
    motion = load_motion(motion_path) if needed else None
    sources = PoseSources(motion, tuple(libraries), simplicity, extreme, steps)
    parts = {
        "library": bool(sources.recorded()),
        "gmm": motion is not None and motion.mixture is not None,
        "gan": motion is not None and motion.generator is not None,
    }
    lacking = [name for name, there in parts.items() if name in mix and not there]
    if lacking:
        raise SettingsError(
            f"--pose-mix asks for {lacking[0]!r}, which the motion prior {motion_path or 'that ships'} does not hold. "
            "Take it out of the mix, or make the prior again with assets.poses.make_motion."
        )
    return sources


def sample_mixed(
    rng: np.random.Generator, mix: dict, sources: PoseSources, skeleton: Skeleton = DEFAULT_SKELETON
) -> PoseDraw:
    """Draw a pose of a sampler chosen by weight.

    What the skeleton cannot do is thrown away and drawn again from the same sampler; one that finds nothing in
    ATTEMPTS draws leaves the word to the families, and the draw's `kind` says so.

    Args:
        mix: sampler -> share, from `parse_mix`.
        sources: from `open_sources`.
        skeleton: of the person who will take the pose.
    """
    name = pick(rng, {name: mix.get(name, 0.0) for name in SAMPLERS})
    rejected = 0
    if name != "families":
        for rejected in range(ATTEMPTS):
            draw = accept(propose(rng, name, sources), skeleton, rng, rejected)
            if draw is not None:
                return draw
        rejected += 1
    draw = sample_pose(rng, skeleton)
    return replace(draw, rejected=draw.rejected + rejected)


def propose(rng: np.random.Generator, name: str, sources: PoseSources) -> Candidate:
    """One draw of a sampler other than families, not yet tried on anybody."""
    if name == "library":
        return propose_recorded(rng, sources.recorded(), sources.steps)
    if name == "gmm":
        pose, detail = sample_gmm(rng, sources.motion.mixture)
        return Candidate("gmm", detail, pose)
    if name == "rare":
        detail = "extreme" if sources.extreme else f"simplicity {sources.simplicity:g}"
        return Candidate("rare", detail, sample_rare(rng, sources.simplicity, sources.extreme))
    return Candidate("gan", "", sample_gan(rng, sources.motion.generator))

"""Who may play in a data set's pictures, in memory: bodies, and what their poses are drawn from."""

from dataclasses import dataclass

from .body import load_body
from .catalog import Catalog
from .poses.library import load_library
from .poses.mix import PoseSources, open_sources, parse_mix
from .ranges import Ranges


@dataclass(frozen=True)
class Cast:
    """Loaded once, used by every picture."""

    bodies: dict
    """Name -> BodyModel, those of `Ranges.bodies`."""
    mix: dict
    """Sampler of poses -> share."""
    poses: PoseSources


def load_cast(catalog: Catalog, ranges: Ranges) -> Cast:
    """Read the files that the settings name.

    Raises:
        AssetError: a body or a pose library is missing or broken.
        SettingsError: the mix of poses asks for what is not there.
    """
    mix = parse_mix(ranges.pose_mix)
    libraries = [load_library(asset.path) for asset in catalog.pose_libraries] if "library" in mix else []
    poses = open_sources(
        mix, (*libraries, *catalog.takes), catalog.motion_prior, ranges.rare_simplicity, ranges.rare_extreme
    )
    return Cast({name: load_body(catalog.body(name).path) for name in ranges.bodies}, mix, poses)

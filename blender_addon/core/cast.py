"""Who may play in a data set's pictures, in memory: bodies, and what their poses are drawn from."""

from dataclasses import dataclass

from .body import load_body
from .catalog import Catalog
from .closet import EMPTY, Closet
from .looks.published import NONE, Styles, find_styles
from .poses.library import load_library
from .poses.mix import PoseSources, open_sources, parse_mix
from .ranges import Ranges
from .wardrobe.offers import find_offers
from .wardrobe.photo_garment import find_garments


@dataclass(frozen=True)
class Cast:
    """Loaded once, used by every picture."""

    bodies: dict
    """Name -> BodyModel, those of `Ranges.bodies`."""
    mix: dict
    """Sampler of poses -> share."""
    poses: PoseSources
    closet: Closet = EMPTY
    """Published looks."""
    offers: tuple = ()
    """Published clothes to choose from."""
    garments: tuple = ()
    """Garments made from photos to choose from."""
    styles: Styles = NONE
    """Published hair, skins, eyes, brows and lashes to choose from."""


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
    bodies = {name: load_body(catalog.body(name).path) for name in ranges.bodies}
    dressed = [body for body in bodies.values() if body.poly is not None]
    if not dressed or not catalog.closet.looks:
        return Cast(bodies, mix, poses, catalog.closet)
    offers, torn = find_offers(catalog.closet, dressed[0])
    styles, lost = find_styles(catalog.closet, dressed[0])
    garments, spoilt = find_garments(catalog.closet)
    catalog.skipped.extend([*torn, *lost, *spoilt])
    return Cast(bodies, mix, poses, catalog.closet, offers, garments, styles)

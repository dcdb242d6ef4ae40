"""Who may play in a data set's pictures, in memory: bodies, and what their poses are drawn from."""

from dataclasses import dataclass

from .body import load_body
from .catalog import Catalog
from .closet import EMPTY, Closet
from .errors import SettingsError
from .looks.published import NONE, Styles, find_styles
from .models import look_at_models
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
    models: tuple = ()
    """Published things (models.ModelFacts) to choose from."""


def load_cast(catalog: Catalog, ranges: Ranges) -> Cast:
    """Read the files that the settings name.

    Raises:
        AssetError: a body or a pose library is missing or broken.
        SettingsError: the mix of poses asks for what is not there.
    """
    mix = parse_mix(ranges.pose_mix)
    clips = ranges.frames > 1
    if clips and not catalog.takes:
        raise SettingsError(f"--frames {ranges.frames} needs people who move. Give AMASS files with --poses FOLDER.")
    wanted = "library" in mix and not clips  # a library knows no more of a motion than its next moment
    libraries = [load_library(asset.path) for asset in catalog.pose_libraries] if wanted else []
    steps = ranges.frames  # the last picture's next pose is one step further on than its own
    poses = open_sources(
        mix, (*libraries, *catalog.takes), catalog.motion_prior, ranges.rare_simplicity, ranges.rare_extreme, steps
    )
    bodies = {name: load_body(catalog.body(name).path) for name in ranges.bodies}
    things = look_at_models(catalog.occluders)
    catalog.occluders = tuple(facts.asset for facts in things.facts)
    catalog.skipped.extend(things.skipped)
    dressed = [body for body in bodies.values() if body.poly is not None]
    if not dressed or not catalog.closet.looks:
        return Cast(bodies, mix, poses, catalog.closet, models=things.facts)
    offers, torn = find_offers(catalog.closet, dressed[0])
    styles, lost = find_styles(catalog.closet, dressed[0])
    garments, spoilt = find_garments(catalog.closet)
    catalog.skipped.extend([*torn, *lost, *spoilt])
    return Cast(bodies, mix, poses, catalog.closet, offers, garments, styles, things.facts)

"""What is loaded once and kept between presses: assets, bodies, poses, patches, and people who have been dressed."""

import json
from collections import OrderedDict
from dataclasses import asdict, replace
from pathlib import Path

import bpy

from ..core.backgrounds import Backgrounds, find_backgrounds
from ..core.body import BodyModel
from ..core.cast import Cast, load_cast
from ..core.catalog import Catalog, background_folder, load_catalog
from ..core.closet import Closet
from ..core.person import Person, make_person
from ..core.poses.amass import find_takes
from ..core.ranges import Ranges
from ..core.redraw import use_first_sound
from ..core.sample import sample_scene
from ..core.spec import PersonSpec
from ..core.visibility import Patches, keypoint_patches
from ..scene.photo_background import look_at_photo
from ..scene.world import look_at_environments, shipped_environments
from .preferences import asset_folders

NOT_OF_THE_CAST = {"width", "height", "samples", "persons", "occluders", "occlusion", "human_occluders", "view",
                   "views", "depth_of_field", "motion_blur", "distortion", "focal_mm", "children"}  # fmt: skip
"""Knobs that are turned often and load nothing."""
MOST_PEOPLE = 48
"""That are kept dressed."""

_catalogs: dict = {}
_casts: dict = {}
_people: OrderedDict = OrderedDict()
_patches: dict = {}
broken: dict = {}
"""Asset -> what is wrong with it, found out while building."""


def forget() -> None:
    """Look for everything again when it is next needed."""
    for kept in (_catalogs, _casts, _people, _patches, broken):
        kept.clear()


def open_studio(settings, ranges: Ranges) -> tuple[Catalog, Cast]:
    """What pictures are made with, as headless/render.py finds it.

    Raises:
        AssetError: there is nothing of a kind that is needed.
        SettingsError: as `load_cast`.
    """
    folders = asset_folders()
    poses, photos = (bpy.path.abspath(text) for text in (settings.poses, settings.photos))
    key = (folders, settings.poses and poses, settings.photos and photos, bool(ranges.backgrounds))
    if key not in _catalogs:
        _catalogs.clear()
        _catalogs[key] = _find_assets(*key)
    knobs = {name: value for name, value in asdict(ranges).items() if name not in NOT_OF_THE_CAST}
    cast_key = (key, json.dumps(knobs, sort_keys=True))
    if cast_key not in _casts:
        _casts.clear()
        catalog = replace(_catalogs[key], skipped=list(_catalogs[key].skipped))
        _casts[cast_key] = catalog, load_cast(catalog, ranges)
    return _casts[cast_key]


def found() -> Catalog | None:
    """What was found when it was last looked for."""
    known = [*(catalog for catalog, _ in _casts.values()), *_catalogs.values()]
    return known[0] if known else None


def _find_assets(folders: tuple, poses: str, photos: str, in_photos: bool) -> Catalog:
    catalog = load_catalog(folders, shipped_environments())
    if poses:
        catalog.takes = find_takes(Path(poses), catalog.skipped)
    catalog = look_at_environments(catalog)
    all_photos = list(catalog.backgrounds.folders)
    if photos:
        all_photos.append(background_folder(Path(photos), all_photos))
    if in_photos and all_photos:
        known, skipped = find_backgrounds(all_photos, None, print)
        catalog.skipped.extend(skipped)
        catalog.backgrounds = Backgrounds(known, look_at_photo)
    return catalog


def use_scene(settings, ranges: Ranges, use) -> None:
    """Draw the picture that the settings name and hand it to `use`, once more with others where a file is broken.

    Args:
        use: function of (SceneSpec, Catalog, bodies).
    Raises:
        PosewrightError: it cannot be drawn.
    """
    catalog, cast = open_studio(settings, ranges)

    def draw(attempt: int):
        return sample_scene(settings.seed, settings.index, catalog, ranges, cast, attempt)

    use_first_sound(settings.index, draw, lambda spec: use(spec, catalog, cast.bodies), broken, print)


def dressed(body: BodyModel, spec: PersonSpec, closet: Closet) -> Person:
    """As `make_person`, kept for when it is asked for again; making one takes a second."""
    key = json.dumps(asdict(spec), sort_keys=True)
    person = _people.pop(key, None) or make_person(body, spec, closet)
    _people[key] = person  # the last one now
    while len(_people) > MOST_PEOPLE:
        _people.popitem(last=False)
    return person


def patches_of(bodies: dict, keypoints: str) -> dict[str, Patches]:
    """Body name -> patches.

    Raises:
        AssetError: a body does not know its keypoints.
    """
    key = (keypoints, tuple(sorted((name, str(body.path)) for name, body in bodies.items())))
    if key not in _patches:
        _patches.clear()
        _patches[key] = {name: keypoint_patches(body, keypoints) for name, body in bodies.items()}
    return _patches[key]

"""What a picture was made with, and what the licences of that allow.

Licences are as `dataset.json` has them, assets as the picture's spec names them.
"""

import re
from dataclasses import dataclass

from blender_addon.core.catalog import file_hash
from blender_addon.core.closet import GARMENTS, MESHES, PAINTS
from blender_addon.core.errors import AssetError
from blender_addon.core.poses.motion import SHIPPED, load_motion
from blender_addon.core.records import people_of

BODY, ENVIRONMENT, LOOK, LIBRARY, TAKE, PRIOR = "body", "environment", "look", "pose library", "take", "motion prior"
ROOMS = {"bodies": BODY, "environments": ENVIRONMENT, "looks": LOOK, "poses": LIBRARY, "takes": TAKE}
"""Lists of dataset.json's catalog -> kind. What other lists hold goes by the list's own name, as `occluder`."""
LOOK_KINDS = (*MESHES, *PAINTS, GARMENTS)
UNKNOWN = "unknown"

FORBIDS = re.compile(r"non[- ]?commercial|\bnc\b|\b(not|no)\b[^.;]{0,20}\bcommercial|without commercial")
NARROW = re.compile(r"research (use |purposes? )?only|academic|educational|personal use|editorial|for research")
ALLOWS = re.compile(
    r"\bcc0\b|public domain|\bcc[- ]by(-sa| sa)?\b(?![- ]n[cd])|\bmit\b|\bapache\b|\bbsd\b|\b[al]?gpl|\bunlicense\b"
    r"|free for any (use|purpose)|commercial use (is )?(allowed|permitted)"
)


@dataclass(frozen=True)
class Asset:
    """One thing that pictures were made with."""

    kind: str
    name: str
    licence: str
    source: str
    sha256: str
    author: str
    commercial: bool | None
    """Whether the licence allows commercial use; None when it does not say so in words we know."""

    @property
    def label(self) -> str:
        return self.kind if self.kind == PRIOR else f"{self.kind} {self.name}"


def allows_commercial(licence: str) -> bool | None:
    """True and False when the licence's words say so, None when they do not, or say both."""
    words = licence.lower()
    if FORBIDS.search(words):
        return False
    narrow, allows = bool(NARROW.search(words)), bool(ALLOWS.search(words))
    return None if narrow == allows else allows


def read_assets(description: dict, path, permitted=()) -> dict[tuple[str, str], Asset]:
    """(kind, name) -> Asset of everything that a dataset.json lists.

    Args:
        permitted: names of assets that the user knows to be free for commercial use, whatever their licence says.
    Raises:
        AssetError: the catalog is not of the form that render writes, or a permitted asset is not in it.
    """
    try:
        entries = list(_entries(description["catalog"]))
        assets = [Asset(*entry, True if entry[1] in permitted else allows_commercial(entry[2])) for entry in entries]
    except (KeyError, TypeError, AttributeError) as error:
        raise AssetError(
            f"{path} names no assets with licences ({type(error).__name__}: {error}). "
            "Put back the file that render wrote."
        ) from error
    unknown = set(permitted) - {asset.name for asset in assets}
    if unknown:
        names = ", ".join(sorted(asset.name for asset in assets if not asset.commercial)) or "none"
        raise AssetError(f"--permitted {min(unknown)}: no asset of {path}. Those that are left out are {names}.")
    return {(asset.kind, asset.name): asset for asset in assets}


def _entries(catalog: dict):
    """(kind, name, licence, source, sha256, author) of each asset."""
    for room, listed in sorted(catalog.items()):
        for item in listed if isinstance(listed, list) else ():
            kind = ROOMS.get(room, room.removesuffix("s"))
            if isinstance(item, str):  # takes, whose files say nothing
                yield kind, item, UNKNOWN, "", "", ""
            else:
                more = (item.get(key, "") for key in ("source", "sha256", "author"))
                fields = item["name"], item["licence"], *more
                if not all(isinstance(field, str) for field in fields):
                    raise TypeError(f"{room} holds {item!r:.80}")
                yield kind, *fields
    prior = catalog.get("motion_prior")
    if isinstance(prior, str):
        shipped = prior == file_hash(SHIPPED)
        yield PRIOR, PRIOR, load_motion().licence if shipped else UNKNOWN, "", prior, ""


def assets_of(spec: dict, listed: dict) -> list[tuple[str, str]]:
    """(kind, name) of all that a scene is made of, sorted. Built-in things are the project's own and not among them.

    Args:
        spec: a record's.
        listed: from `read_assets`.
    Raises:
        KeyError, TypeError: the spec is not of our form.
    """
    found = set()
    world, occluders = spec["world"], spec["occluders"]
    pasted = spec.get("pasted", [])
    found.update((ENVIRONMENT, lit) for lit in (world["environment"], *(one["environment"] for one in pasted)) if lit)
    for person in people_of(spec):
        found.add((BODY, person["body"]))
        found.update(_poses_of(person["pose_source"], listed))
        for look in (person["skin"], person["hair"], *person["garments"]):
            found.update(_looks_in(look["params"]))
    others = {name: (kind, name) for kind, name in listed if kind not in (*ROOMS.values(), PRIOR)}
    things = [occluders, *(one["occluders"] for one in pasted)]
    found.update(others[text] for _, text in _texts([world, things]) if text in others)
    return sorted(found)


def _poses_of(source: str, listed: dict) -> list[tuple[str, str]]:
    """A record names the recording, not its library: with several libraries all of them count."""
    sampler, _, detail = source.partition(":")
    if sampler in ("gmm", "gan"):
        return [(PRIOR, PRIOR)]
    if sampler != "library":
        return []
    take = (TAKE, detail.rpartition("@")[0])
    if take in listed:
        return [take]
    kinds = {kind for kind, _ in listed}
    if LIBRARY in kinds:
        return [key for key in listed if key[0] == LIBRARY]
    return [take] if TAKE in kinds else [(PRIOR, PRIOR)]


def _looks_in(params: dict):
    for key, text in _texts(params):
        if key == "photo":  # garments made from photos go by their folder's name
            yield LOOK, f"{GARMENTS}/{text}"
        elif text.partition("/")[0] in LOOK_KINDS and "/" in text:
            yield LOOK, text


def _texts(value, key: str = ""):
    """(key, text) of all texts in nested lists and dictionaries; the key is the nearest one."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, key)

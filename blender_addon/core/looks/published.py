"""Published hair, brows, lashes, skins and eyes: which there are, who has them, and their surfaces."""

from dataclasses import dataclass

import numpy as np

from ..body import BodyModel
from ..chance import one_of, pick_row
from ..closet import Closet
from ..errors import AssetError
from ..makehuman.proxy import Proxy, place_points, skin_weights
from ..oklab import linear_to_srgb
from ..spec import LookSpec
from ..surface import Pictures, Surface
from .photo_skin import read_skin
from .skin import IRIS_DEGREES, head_coordinates, skin_surface

HAIR, SKINS, EYES, BROWS, LASHES = 0.45, 0.7, 0.5, 0.5, 0.6
"""Share of people who have published ones where there are any that suit them."""
EYE_CENTRE, IRIS_RADIUS, WHITE_RADIUS = (0.2934, 0.2984), 0.115, 0.27
"""Of an eye in MakeHuman's pictures, in texture coordinates."""
DRESSED = 0.25
"""Share of people who are a photo's texture, clothes and all, where there is any."""
SECTORS = 16
"""Directions in which a hat's edge is looked for."""
SUIT_SKIN = "special_suit"
"""In the names of skins that are costumes."""
GREY_HAIR = np.array([0.30, 0.29, 0.28])
"""Linear."""


@dataclass(frozen=True)
class Style:
    """A published look for the head."""

    asset: str
    sex: str
    """'male', 'female' or ''."""
    words: tuple
    """Of its name and tags: age and ancestry of skins."""
    length: float = 0.0
    """Metres that hair hangs below the eyes."""
    dressed: bool = False
    """Of skins: clothes are painted on."""


@dataclass(frozen=True)
class Styles:
    """What there is to choose from; only what has the picture that makes it look like anything."""

    hair: tuple = ()
    skins: tuple = ()
    eyes: tuple = ()
    brows: tuple = ()
    lashes: tuple = ()


NONE = Styles()


def find_styles(closet: Closet, body: BodyModel) -> tuple:
    """All of them: (Styles by name, complaints about those that are broken)."""
    complaints, found = [], {}
    for field, kind in (("hair", "hair"), ("brows", "eyebrows"), ("lashes", "eyelashes")):
        found[field] = tuple(_meshes(closet, body, kind, complaints))
    for field in ("skins", "eyes"):
        found[field] = tuple(_paints(closet, field, complaints))
    return Styles(**found), complaints


def _meshes(closet: Closet, body: BodyModel, kind: str, complaints: list):
    for look in closet.of_kind(kind):
        try:
            proxy = closet.proxy(look.name)
            low = head_coordinates(body, place_points(proxy, body, body.v_template))[:, 1].min()
        except AssetError as error:
            complaints.append(str(error))
            continue
        if _complete(look.path, proxy.material, complaints):
            yield Style(look.name, *_whose(look.path, proxy.binding.tags), round(max(-float(low), 0.0), 3))


def _paints(closet: Closet, kind: str, complaints: list):
    for look in closet.of_kind(kind):
        try:
            material = closet.material(look.name)
        except AssetError as error:
            complaints.append(str(error))
            continue
        if look.path.suffix == ".json":
            yield Style(look.name, "", (), dressed=read_skin(look.path)[1])
        elif _complete(look.path, material, complaints) and SUIT_SKIN not in look.path.stem:
            yield Style(look.name, *_whose(look.path, material.tags))


def _complete(path, material, complaints: list) -> bool:
    complaints += [f"{path}: the picture {name} is missing; nobody is drawn with it" for name in material.missing]
    return "color" in material.pictures


def _whose(path, tags) -> tuple:
    words = (*tags, *path.stem.lower().split("_"))
    sexes = [sex for sex in ("male", "female") if sex in words]
    return sexes[0] if len(sexes) == 1 else "", tuple(sorted(set(words)))


def choose_face(rng: np.random.Generator, styles: Styles, skin: LookSpec, sex: float, age: float, ancestry) -> LookSpec:
    """The skin with published pictures and meshes for some people, chosen by sex, age and ancestry.

    Args:
        sex: 0 male to 1 female; ancestry: shares of African, Asian and Caucasian.
    """
    params = dict(skin.params)
    own = "male" if sex < 0.5 else "female"
    eyes = [style for style in styles.eyes if _suits(style, params["eye_color"])]
    kinds = (("eyes", EYES, eyes), ("brow_mesh", BROWS, styles.brows), ("lash_mesh", LASHES, styles.lashes))
    for key, share, options in kinds:
        drawn = rng.random() < share
        if options and drawn:
            params[key] = one_of(rng, options).asset
    dressed = [style for style in styles.skins if style.dressed]
    if rng.random() < DRESSED and dressed:
        return LookSpec(skin.kind, params | {"picture": one_of(rng, dressed).asset, "dressed": True})
    drawn, dark = rng.random() < SKINS, params["lightness"] < 46
    time = "young" if age < 36 else "middleage" if age < 58 else "old"
    bare = [style for style in styles.skins if style.sex in ("", own) and not style.dressed]
    found = [style for style in bare if ("african" in style.words) == dark]
    if found and drawn:
        weights = [1.0 if time in style.words else 0.15 for style in found]
        params["picture"] = found[pick_row(rng, weights)].asset
    return LookSpec(skin.kind, params)


def _suits(style: Style, color) -> bool:
    """Whether published eyes are of about the drawn colour."""
    red, _, blue = color
    brown = any(word.startswith("brown") for word in style.words)
    return brown if red > blue else not brown


def choose_hair(rng: np.random.Generator, styles: Styles, hair: LookSpec, sex: float) -> LookSpec:
    """Published hair for some people, of the colour and with the beard of the drawn one."""
    own = "male" if sex < 0.5 else "female"
    found = [style for style in styles.hair if style.sex in ("", own)]
    drawn = rng.random() < HAIR
    if not found or not drawn or hair.params["bare"]:
        return hair
    style = one_of(rng, found)
    more = {"style": "published", "asset": style.asset, "tail": 0.0, "sides": style.length}
    return LookSpec(hair.kind, hair.params | more)


def hair_mesh(body: BodyModel, shaped: np.ndarray, look: LookSpec, closet: Closet) -> Surface:
    """A published head of hair. Raises AssetError when it is missing or broken."""
    color = np.array(look.params["color"])
    color = color + (GREY_HAIR - color) * look.params["grey"]
    name = look.params["asset"]
    return _mesh("hair", name, body, shaped, closet.proxy(name), color, look.params["roughness"])


def painted_skin(body: BodyModel, shaped: np.ndarray, hidden: np.ndarray, skin: LookSpec, closet: Closet) -> list:
    """Skin and eyes, with pictures where the look names some, and published brows and lashes.

    Args:
        hidden: (V,) bool, as `skin_surface` takes it.
    Raises:
        AssetError: as `hair_mesh`.
    """
    surfaces = skin_surface(body, shaped, hidden, lashes=not skin.params.get("lash_mesh"))
    if body.poly is None:
        return surfaces
    bare, eyes = surfaces
    bare.pictures = paint(skin, "picture", closet, skin.params["tone"])
    eyes.pictures = paint(skin, "eyes", closet, skin.params["eye_color"])
    if eyes.pictures:
        eyes.uv = _eye_disc(eyes.uv)
    return [bare, eyes, *face_meshes(body, shaped, skin, closet)]


def _eye_disc(uv: np.ndarray) -> np.ndarray:
    """Turn and angle from the gaze -> the place on MakeHuman's pictures of eyes."""
    turn, angle = 2 * np.pi * uv[..., 0], uv[..., 1]
    radius = np.minimum(IRIS_RADIUS * angle / np.radians(IRIS_DEGREES), WHITE_RADIUS)
    return np.array(EYE_CENTRE) + radius[..., None] * np.stack([np.cos(turn), np.sin(turn)], -1)


def keep_under(hat: Surface, hair: list) -> None:
    """Take away hair that is inside a hat or would stick out of it, in place: what is above the brim.

    Args:
        hat, hair: in the T-pose of one person.
    """
    middle = hat.points.mean(0)
    away = hat.points - middle
    around, radius = np.arctan2(away[:, 0], away[:, 2]), np.hypot(away[:, 0], away[:, 2])
    sector = _sector(around)
    half = [np.median(radius[sector == k]) if (sector == k).any() else 0.0 for k in range(SECTORS)]
    brim = radius > np.array(half)[sector]
    height = np.full(SECTORS, np.inf)
    np.minimum.at(height, sector[brim], hat.points[brim, 1])
    for surface in hair:
        aside = surface.points - middle
        edge = height[_sector(np.arctan2(aside[:, 0], aside[:, 2]))]
        below = surface.points[:, 1] < edge + 0.004
        shown = below[np.where(surface.faces < 0, surface.faces[:, 2:3], surface.faces)].all(1)
        surface.faces, surface.uv = surface.faces[shown], surface.uv[shown]


def _sector(angle) -> np.ndarray:
    return ((angle + np.pi) / (2 * np.pi) * SECTORS).astype(int) % SECTORS


def face_meshes(body: BodyModel, shaped: np.ndarray, skin: LookSpec, closet: Closet) -> list:
    """Published brows and lashes of a face that has them. Raises AssetError as `hair_mesh`."""
    brown = np.array(skin.params["brow_color"])
    colors = {"brow_mesh": brown, "lash_mesh": 0.3 * brown}
    return [
        _mesh(key, skin.params[key], body, shaped, closet.proxy(skin.params[key]), color, 0.7)
        for key, color in colors.items()
        if skin.params.get(key)
    ]


def paint(skin: LookSpec, key: str, closet: Closet, color) -> Pictures | None:
    """Pictures of a skin ('picture') or of eyes ('eyes') that the look names, or None.

    Args:
        color: (3,) linear, what a skin becomes; eyes keep their own.
    """
    name = skin.params.get(key)
    if not name:
        return None
    files = closet.material(name).pictures
    srgb = tuple(float(value) for value in linear_to_srgb(color))
    recolor = key == "picture" and not skin.params.get("dressed")
    return Pictures(files, srgb, recolor, cutout=False, roughness=skin.params["roughness"], asset=name)


def _mesh(name: str, asset: str, body: BodyModel, shaped, proxy: Proxy, color, roughness: float) -> Surface:
    faces = proxy.mesh.faces.copy()
    faces[faces[:, 3] == faces[:, 2], 3] = -1
    srgb = tuple(float(value) for value in linear_to_srgb(color))
    return Surface(
        name=name,
        points=place_points(proxy, body, shaped),
        weights=skin_weights(proxy, body),
        faces=faces,
        uv=proxy.mesh.uv,
        pictures=Pictures(proxy.material.pictures, srgb, True, cutout=True, roughness=roughness, asset=asset),
    )

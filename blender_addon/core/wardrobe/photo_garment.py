"""Clothes made from photos: reading what `posewright assets add-garment` wrote, and wearing it.

A garment is a folder: garment.json and a PNG of its front and back spread flat, as `flat.flat_attribute` lays cloth.
The picture's halves cover `frame` each, front first: beside each other, or the front above the back when `stacked`.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..closet import GARMENTS, Closet
from ..errors import AssetError, blaming
from ..spec import LookSpec
from .fabric_choices import between, darker
from .top_choices import fold_waves, top_cut

ROLES = {
    "t-shirt": "top",
    "longsleeve": "top",
    "shirt": "top",
    "hoodie": "top",
    "jacket": "top",
    "trousers": "bottom",
    "jeans": "bottom",
    "shorts": "bottom",
    "skirt": "skirt",
    "dress": "dress",
}
"""Kind -> LookSpec.kind of the built-in garment that wears the picture."""
WEAVES = {
    "shirt": "plain",
    "dress": "plain",
    "trousers": "twill",
    "jeans": "twill",
    "shorts": "twill",
    "skirt": "twill",
}
CUTS = {
    "top": {"sleeve": (0.2, 2.0), "hem": (1.6, 2.35), "strap": (0.4, 0.95)},
    "bottom": {"waist": (2.1, 2.5), "hem": (-0.2, 1.75)},
    "skirt": {"waist": (2.2, 2.6), "hem": (0.05, 1.75), "flare": (0.0, 0.6)},
    "dress": {"sleeve": (0.2, 2.0), "strap": (0.4, 0.95), "waist": (2.25, 2.6), "skirt_hem": (0.05, 1.75),
              "flare": (0.0, 0.6)},
}  # fmt: skip
"""Numbers of each role's cut and their limits. `sleeve` may be None: bare arms."""
NECK = {"depth": (0.02, 0.25), "back": (-0.1, 0.03), "width": (0.05, 0.16), "power": (1.0, 4.0)}
LARGEST_JSON, LARGEST_PICTURE = 64_000, 16_000_000
"""Bytes."""
LARGEST_SIDE = 4096
"""Pixels."""


@dataclass(frozen=True)
class PhotoGarment:
    """A garment whose cloth is a photo."""

    name: str
    kind: str
    cut: dict
    """As CUTS, and `neck` as NECK for tops and dresses."""
    color: tuple
    """(3,) sRGB, the cloth's most common."""
    frame: tuple
    """(4,) left, bottom, right, top of what each half of the picture covers, flat metres."""
    stacked: bool
    picture: Path
    licence: str
    source: str

    @property
    def role(self) -> str:
        return ROLES[self.kind]


def read_garment(folder) -> PhotoGarment:
    """Read and check a garment's folder; the picture itself is looked at no further than its header.

    Raises:
        AssetError: something is missing, of the wrong type, out of its limits, or outside the folder.
    """
    folder = Path(folder)
    path = folder / "garment.json"
    data = _read_json(path)
    try:
        kind = _choice(data["kind"], ROLES, "kind")
        cut = _cut(data["cut"], ROLES[kind])
        color = tuple(_number(value, (0.0, 1.0), "color") for value in _list(data["color"], 3, "color"))
        frame = tuple(_number(value, (-3.0, 3.0), "frame") for value in _list(data["frame"], 4, "frame"))
        if not (frame[2] - frame[0] > 0.05 and frame[3] - frame[1] > 0.05):
            raise ValueError(f"frame {list(frame)} is empty")
        if type(data["stacked"]) is not bool:
            raise ValueError(f"stacked is {data['stacked']!r}, expected true or false")
        picture = _picture(folder, data["picture"])
        licence, source = (_text(data[key], key) for key in ("licence", "source"))
    except KeyError as error:
        raise AssetError(f"{path} lacks {error}. Make it again with `posewright assets add-garment`.") from None
    except (TypeError, ValueError) as error:
        raise AssetError(f"{path}: {error}. Make it again with `posewright assets add-garment`.") from None
    return PhotoGarment(folder.name, kind, cut, color, frame, data["stacked"], picture, licence, source)


def _read_json(path: Path) -> dict:
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_JSON + 1)
    except OSError as error:
        raise AssetError(f"{path} cannot be read ({error.strerror}). Is it a garment's folder?") from None
    if len(content) > LARGEST_JSON:
        raise AssetError(f"{path} is larger than {LARGEST_JSON} bytes: not a garment's description.")
    try:
        data = json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise AssetError(f"{path} is not JSON ({error}).") from None
    if not isinstance(data, dict):
        raise AssetError(f"{path} holds no description of a garment.")
    return data


def _choice(value, choices, name):
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} is {value!r:.60}, expected one of {', '.join(choices)}")
    return value


def _number(value, limits, name) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"{name} is {value!r:.60}, expected a number")
    if not limits[0] <= value <= limits[1]:
        raise ValueError(f"{name} is {value}, expected {limits[0]} to {limits[1]}")
    return float(value)


def _list(value, count, name):
    if not isinstance(value, list) or len(value) != count:
        raise ValueError(f"{name} is {value!r:.60}, expected {count} numbers")
    return value


def _text(value, name) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r:.60}, expected text")
    return value[:200]


def _cut(data, role) -> dict:
    if not isinstance(data, dict):
        raise ValueError(f"cut is {data!r:.60}, expected an object")
    cut = {}
    for name, limits in CUTS[role].items():
        if name == "sleeve" and data[name] is None:
            cut[name] = None
        else:
            cut[name] = _number(data[name], limits, f"cut.{name}")
    if role in ("top", "dress"):
        neck = data["neck"]
        if not isinstance(neck, dict):
            raise ValueError(f"cut.neck is {neck!r:.60}, expected an object")
        cut["neck"] = {name: _number(neck[name], limits, f"cut.neck.{name}") for name, limits in NECK.items()}
    return cut


def _picture(folder: Path, name) -> Path:
    """The picture, if it is a PNG inside the folder."""
    if not isinstance(name, str) or not name or name != Path(name).name or "\\" in name or "\0" in name:
        raise ValueError(f"picture is {name!r:.60}, expected the name of a file beside garment.json")
    path = folder / name
    if path.resolve().parent != folder.resolve() or not path.is_file():
        raise ValueError(f"picture {name!r:.60} is no file in the folder")
    if path.stat().st_size > LARGEST_PICTURE:
        raise ValueError(f"picture {name!r:.60} is larger than {LARGEST_PICTURE} bytes")
    with open(path, "rb") as file:
        head = file.read(24)
    width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    if head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR" or not min(width, height) >= 8:
        raise ValueError(f"picture {name!r:.60} is not a PNG")
    if max(width, height) > LARGEST_SIDE:
        raise ValueError(f"picture {name!r:.60} is {width} x {height}, at most {LARGEST_SIDE} each way")
    return path


def find_garments(closet: Closet) -> tuple:
    """All garments of photos, by name: (PhotoGarments, complaints about those that are broken)."""
    garments, complaints = [], []
    for look in closet.of_kind(GARMENTS):
        try:
            garments.append(read_garment(look.path.parent))
        except AssetError as error:
            complaints.append(str(error))
    return tuple(garments), complaints


def picture_of(closet: Closet, name: str) -> Path | None:
    """The picture of the garment of that name in a closet, where it is `garments/NAME`; None in an empty closet.

    Raises:
        AssetError: the closet has others, or the garment is broken.
    """
    if not closet.looks:
        return None
    with blaming(name):
        return read_garment(closet[f"{GARMENTS}/{name}"].path.parent).picture


def wear(rng: np.random.Generator, garment: PhotoGarment, sex: float, age: float) -> LookSpec:
    """A LookSpec that `clothes.dress` takes: the cut is the photo's, how it hangs is drawn.

    Args:
        sex: 0 male to 1 female.
        age: years.
    """
    fitted = between(rng, 0.3, 0.9) if sex > 0.5 else between(rng, 0.0, 0.5)
    params = _WORN[garment.role](rng, garment, fitted)
    params |= {"fabrics": _fabrics(garment), "photo": garment.name, "style": garment.kind}
    return LookSpec(garment.role, _short(params))


def _fabrics(garment: PhotoGarment) -> list:
    """Cloth and trim: plain fabrics of the photo's colour, for where the picture is missing, and the picture."""
    photo = {"name": garment.name, "frame": list(garment.frame), "stacked": garment.stacked}
    color = list(garment.color)
    base = {"pattern": "plain", "weave": WEAVES.get(garment.kind, "knit"), "melange": 0.0, "sheen": 0.2, "seed": 0}
    trim = "rib" if garment.kind in ("longsleeve", "hoodie", "jacket") else base["weave"]
    return [
        {**base, "color": color, "photo": photo},
        {**base, "color": darker(color, 0.95), "weave": trim, "photo": photo},
    ]


def _worn_top(rng, garment, fitted):
    cut = dict(garment.cut)
    if cut["sleeve"] is None:
        cut["bands"] = {"neck": 0.012, "armhole": 0.01}
        return top_cut(rng, max(fitted, 0.5), **cut)
    params = top_cut(rng, fitted, **cut)
    long = cut["sleeve"] > 1.5
    params["bands"] = {"neck": 0.018, "hem": 0.02, "sleeve": 0.022}
    if garment.kind in ("shirt", "jacket"):
        params["bands"] = {"sleeve": 0.05 if long else 0.025}
        params["collar"] = {"kind": "shirt", "height": 0.027, "fall": 0.042}
    params["cuff"] = {"shirt": 0.012, "hoodie": 0.011, "jacket": 0.014}.get(garment.kind, 0.007) if long else None
    if garment.kind in ("hoodie", "jacket"):
        params |= dict(ease=0.040 - 0.010 * fitted, shoulder_ease=0.013, sleeve_ease=0.019, thickness=0.006, smooth=9)
        params["snug"] = 0.020
    if garment.kind == "hoodie":
        params["collar"] = {"kind": "hood", "height": 0.05, "fall": 0.10}
        params["gather"] = max(1.9, cut["hem"])
        params["bands"] = {"hem": 0.055, "sleeve": 0.055}
    return params


def _worn_bottom(rng, garment, fitted):
    short = garment.kind == "shorts"
    ease = 0.030 - 0.014 * fitted if short else 0.022 - 0.012 * fitted
    return {
        **garment.cut,
        "hip_ease": 0.007,
        "leg_ease": ease,
        "leg_taper": 0.0 if short else 0.02 + 0.12 * fitted,
        "thickness": 0.003,
        "smooth": 5,
        "margin": 0.06 if short else 0.02,
        "bands": {"waist": 0.038},
        "ankle_snug": None,
        "folds": fold_waves(rng, 0.007 - 0.004 * fitted, 0.1),
    }


def _pleats(rng, flare):
    size = 0.003 + 0.03 * min(flare, 0.3)
    return [
        [int(rng.integers(6, 10)), size, between(rng, 0, 6.28)],
        [int(rng.integers(11, 17)), size * 0.6, between(rng, 0, 6.28)],
    ]


def _worn_skirt(rng, garment, fitted):
    cut = garment.cut
    return {
        **cut,
        "pleats": _pleats(rng, cut["flare"]),
        "ease": 0.008,
        "band": 0.035,
        "margin": 0.15,
        "thickness": 0.003,
    }


def _worn_dress(rng, garment, fitted):
    cut = dict(garment.cut)
    long = (cut["sleeve"] or 0) > 1.5
    more = {"pleats": _pleats(rng, cut["flare"]), "band": 0.0, "skirt_margin": 0.15, "snug": 0.010}
    return top_cut(rng, max(fitted, 0.4), **cut) | more | {"cuff": 0.008 if long else None}


_WORN = {"top": _worn_top, "bottom": _worn_bottom, "skirt": _worn_skirt, "dress": _worn_dress}


def _short(value):
    """JSON's own types, numbers short enough to read."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_short(item) for item in value]
    return value if isinstance(value, (str, int, bool)) or value is None else _short(value.tolist())

"""From a product photo to a garment that people wear: `posewright assets add-garment`."""

import json
import os
import re
import tempfile
from pathlib import Path

import cv2
import numpy as np

from assets.wardrobe.back import OPENS, back_of
from assets.wardrobe.flat_edges import cut_of, flat_edges, neck_height
from assets.wardrobe.neckline import find_neckline
from assets.wardrobe.outlines import Outline, find_outline
from assets.wardrobe.segment import LARGEST, ground_within, segment_garment
from assets.wardrobe.spread import evened, filled, photo_places, sheet_for
from blender_addon.core.errors import AssetError
from blender_addon.core.wardrobe.photo_garment import ROLES, PhotoGarment, read_garment

SHAPES = {
    "t-shirt": ("short", "bare"),
    "longsleeve": ("long",),
    "shirt": ("long", "short"),
    "hoodie": ("long",),
    "jacket": ("long",),
    "trousers": ("legs",),
    "jeans": ("legs",),
    "shorts": ("legs",),
    "skirt": ("skirt",),
    "dress": ("bare", "short", "long"),
}
"""Kind -> the outlines that it may have."""
OTHER_NAMES = {"tshirt": "t-shirt", "tee": "t-shirt", "pants": "trousers", "long-sleeve": "longsleeve"}
LARGEST_FILE = 60_000_000
"""Bytes of a photo."""
LARGEST_WORK = 1400
"""Pixels of a photo's longer side that are used."""
EDGE = 0.006
"""Of the photo's longer side: how far in from the outline colours are half the ground's."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


def kind_of(text: str) -> str:
    """'Pants' -> 'trousers'.

    Raises:
        AssetError: there is no such kind.
    """
    kind = text.strip().lower()
    kind = OTHER_NAMES.get(kind, kind)
    if kind not in ROLES:
        raise AssetError(f"No kind of garment is called {text!r:.40}. Kinds: {', '.join(ROLES)}, pants.")
    return kind


def add_garment(photo: Path, kind: str, wardrobe: Path, name=None, licence="unknown", source="unknown") -> PhotoGarment:
    """Make a garment of a photo: wardrobe/NAME/ with garment.json and NAME.png.

    Args:
        photo: picture of one garment's front, laid flat or on a hanger, upright.
        wardrobe: folder that the garment's folder goes into.
        name: the photo's, if None.
    Raises:
        AssetError: the picture cannot be read, shows no garment of the kind, or the name is taken; nothing is written.
    """
    kind = kind_of(kind)
    name = _checked_name(photo.stem if name is None else name)
    folder = wardrobe / name
    if folder.exists() and not (folder / "garment.json").is_file():
        raise AssetError(f"{folder} is something else than a garment. Give another --name.")
    try:
        _, atlas, described = make_garment(read_photo(photo), kind)
    except AssetError as error:
        raise AssetError(f"{photo}: {error}") from None
    described |= {"picture": f"{name}.png", "licence": licence[:200], "source": source[:200]}
    _write(folder, f"{name}.png", atlas, described)
    return read_garment(folder)


def _checked_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise AssetError(f"{name!r:.90} does not do as a name. Give --name of letters, digits, '-', '_' and '.'.")
    return name


def read_photo(path: Path) -> np.ndarray:
    """(H, W, 3) uint8 BGR, turned as its camera held it, at most LARGEST_WORK pixels long.

    Raises:
        AssetError: it cannot be read or is too large.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise AssetError(f"the file is larger than {LARGEST_FILE // 1_000_000} MB. Give a smaller picture.")
        content = np.fromfile(path, np.uint8)
    except OSError as error:
        raise AssetError(f"cannot be read ({error.strerror}). Check the path.") from None
    try:
        image = cv2.imdecode(content, cv2.IMREAD_COLOR) if len(content) else None
    except cv2.error:  # more pixels than OpenCV allows
        image = None
    if image is None:
        raise AssetError("cannot be read as a picture. Give a JPEG or PNG file.")
    if max(image.shape) > LARGEST:
        raise AssetError(f"is larger than {LARGEST} pixels a side. Give a smaller picture.")
    scale = LARGEST_WORK / max(image.shape[:2])
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image


def make_garment(photo: np.ndarray, kind: str) -> tuple:
    """Everything but the writing.

    Args:
        photo: (H, W, 3) uint8 BGR.
    Returns:
        the Outline, (H, W, 3) uint8 BGR of front and back spread flat, and what garment.json says of them.
    Raises:
        AssetError: the photo does not show a garment of the kind.
    """
    mask = segment_garment(photo, sleeved=ROLES[kind] in ("top", "dress"))
    outline = find_outline(mask, SHAPES[kind], hooded=kind == "hoodie")
    return (outline, *spread_garment(photo, mask, outline, kind))


def spread_garment(photo: np.ndarray, mask: np.ndarray, outline: Outline, kind: str) -> tuple:
    """(picture, description), as `make_garment`."""
    image = evened(photo, mask)
    edge = max(round(EDGE * max(mask.shape)), 2)
    cloth = cv2.erode(mask, np.ones((2 * edge + 1,) * 2, np.uint8))
    if outline.shape in ("short", "long"):
        cloth[ground_within(photo, mask)] = 0
    neckline = find_neckline(photo, mask, outline) if ROLES[kind] in ("top", "dress") and kind != "hoodie" else None
    if neckline is not None:
        cv2.fillPoly(cloth, [np.round(neckline.hole).astype(np.int32)], 0)
    cut = cut_of(outline, kind, neckline.depth if neckline is not None else None)
    flat = flat_edges(outline, cut)
    sheet = sheet_for(flat)
    where = photo_places(sheet, flat, outline.edges)
    front = cv2.remap(image, where, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    known = cv2.remap(cloth, where, None, cv2.INTER_LINEAR, borderValue=0) > 250
    if kind in OPENS:  # between the collar's leaves its inside shows, with the maker's label
        x, y = sheet.places()
        known &= (np.abs(x) > 0.085) | (y < neck_height(cut) - 0.05)
    if known.mean() < 0.05:
        raise AssetError("The outline was not found well enough. Photograph the garment from above, spread out.")
    front = np.clip(filled(np.clip(front, 0, 1), known), 0, 1)
    back = back_of(front, known, sheet, kind, cut)
    atlas = np.concatenate([front, back], 0 if sheet.stacked else 1)
    color = np.median(front[known], axis=0)[::-1]
    described = {
        "kind": kind,
        "cut": cut,
        "color": [round(float(value), 4) for value in color],
        "frame": list(sheet.frame),
        "stacked": sheet.stacked,
        "measured": {
            "shape": outline.shape,
            "overlap": round(outline.overlap, 4),
            "share_of_photo": round(float((mask > 0).mean()), 4),
            "neckline_seen": neckline is not None,
        },
    }
    return np.round(atlas * 255).astype(np.uint8), described


def _write(folder: Path, picture: str, atlas: np.ndarray, described: dict) -> None:
    """Both files under temporary names, then renamed; the description last, since it makes the garment."""
    done, data = cv2.imencode(".png", atlas, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not done:
        raise AssetError(f"{folder / picture} cannot be written as a PNG.")
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(described, indent=1) + "\n"
    for name, content in ((picture, data.tobytes()), ("garment.json", text.encode())):
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(temporary, 0o644)
            os.replace(temporary, folder / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def read_labels(path: Path) -> list:
    """[(file name, kind)] of a table of kind and file name a line, tab between.

    Raises:
        AssetError: the table cannot be read or names a kind that there is not.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AssetError(f"{path} cannot be read as a table of kinds ({error}).") from None
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        parts = line.split("\t")
        if len(parts) != 2 or Path(parts[1].strip()).name != parts[1].strip():
            raise AssetError(f"{path}, line {number}: expected a kind, a tab and a file's name.")
        rows.append((parts[1].strip(), kind_of(parts[0])))
    return rows


def add_folder(folder: Path, labels: Path, wardrobe: Path, licence="unknown", source="unknown") -> tuple:
    """A garment of each photo that a table of labels names; what cannot be used is left out.

    Those made already stay, so that a stopped run goes on.

    Returns:
        the garments, and a line for each photo left out.
    """
    from tqdm import tqdm

    made, left_out = [], []
    for name, kind in tqdm(read_labels(labels), desc="garments", disable=None):
        photo = folder / name
        try:
            made.append(
                _made_before(wardrobe / photo.stem, kind) or add_garment(photo, kind, wardrobe, None, licence, source)
            )
        except AssetError as error:
            left_out.append(str(error))
    return made, left_out


def _made_before(folder: Path, kind: str) -> PhotoGarment | None:
    try:
        garment = read_garment(folder)
    except AssetError:
        return None
    return garment if garment.kind == kind else None

"""Measure textures against the true ones: `python -m warp_net.evaluate --data out/warp --weights FILE --split test`.

The people, clothes, poses and cameras of the test split were drawn on their own; nothing was trained on them. Against
the networks stand (a) what the photo shows and OpenCV's inpainting, (b) the same with the body's other half first, and
what the networks begin with before they have learnt anything.
"""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from blender_addon.core.body import BodyModel, load_body
from blender_addon.core.catalog import OPEN_BODY, library_folder
from blender_addon.core.errors import AssetError, PosewrightError
from warp_net import baselines
from warp_net.extract import draw, extract, frontness, merge
from warp_net.make_data import load_person
from warp_net.measures import best_gain, psnr, shade, ssim, views_around, worn_views
from warp_net.samples import prepare_photo
from warp_net.sharpen import Shot, keep_detail
from warp_net.texture_net import TRAINED_SIZE, TextureNet, load_net, paint
from warp_net.uv_layout import Layout, build_layout

METHODS = ("(a) inpainted", "(b) mirrored, inpainted", "networks, untrained", "networks", "networks, photo's detail")
COLUMNS = ("PSNR all", "SSIM all", "PSNR unseen", "SSIM unseen", "PSNR new views")
BEGIN, END = "<!-- measured by warp_net.evaluate -->", "<!-- end -->"


@dataclass
class Table:
    """Method -> column -> a value a person; `gained` holds the same after each texture's best gain."""

    plain: dict = field(default_factory=dict)
    gained: dict = field(default_factory=dict)

    def add(self, method: str, textures: dict, values: dict) -> None:
        for name, value in values.items():
            getattr(self, textures).setdefault(method, {}).setdefault(name, []).append(value)


def evaluate(data, net: TextureNet, split: str, photos: int = 1, sheet=None) -> Table:
    """Measure every person of a split who has as many photos as are asked for.

    Args:
        photos: how many photos of a person are given, 1 or 2; with 1 the first is.
        sheet: a picture to write, with the first people side by side.
    Raises:
        AssetError: there is nobody to measure.
    """
    body = load_body(library_folder() / "bodies" / f"{OPEN_BODY}.npz")
    layout = build_layout(body, TRAINED_SIZE)
    unlearnt = TextureNet().eval()
    table, rows = Table(), []
    for path in tqdm(sorted((Path(data) / split).glob("[0-9]*.npz")), desc="people", disable=None):
        look, all_photos = load_person(path)
        if len(all_photos) < photos:
            continue
        given = all_photos[:photos]
        made = complete(given, body, layout, unlearnt, net)
        unseen = ~merged_extraction(given, body, layout).seen
        worn = measure(table, made, look, unseen, body, layout, given[0].true.betas)
        rows.append(_row(given[0], look, made, worn))
    if not rows:
        raise AssetError(f"Nobody in {Path(data) / split} has {photos} photos. Make more: python -m headless.warp_data")
    if sheet:
        cv2.imwrite(str(sheet), np.concatenate(rows[:8])[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    return table


def merged_extraction(photos, body: BodyModel, layout: Layout):
    """What (a) and (b) begin with: photos laid over each other, the front first."""
    views = [draw(body, layout, photo.fit) for photo in photos]
    parts = [extract(photo.pixels, view, photo.mask) for photo, view in zip(photos, views, strict=True)]
    order = sorted(range(len(parts)), key=lambda k: -frontness(views[k], layout))
    return merge([parts[k] for k in order])


def complete(photos, body: BodyModel, layout: Layout, unlearnt: TextureNet, net: TextureNet) -> dict:
    """Method -> (T, T, 3) texture in [0, 1]."""
    photos = sorted(photos, key=lambda photo: -frontness(draw(body, layout, photo.fit), layout))
    part = merged_extraction(photos, body, layout)
    made = {METHODS[0]: baselines.inpainted(part, layout), METHODS[1]: baselines.mirrored(part, layout)}
    prepared = [prepare_photo(photo.pixels, photo.mask, photo.fit, body, layout) for photo in photos]
    made[METHODS[2]], _, _ = paint(unlearnt, prepared, layout)
    made[METHODS[3]], _, read = paint(net, prepared, layout)
    shots = [Shot(photo.pixels, photo.mask, photo.fit, *how) for photo, how in zip(photos, read, strict=True)]
    made[METHODS[4]] = keep_detail(made[METHODS[3]], shots, body, layout, layout)
    return made


def measure(table: Table, made: dict, look, unseen, body: BodyModel, layout: Layout, betas) -> list:
    """Put a person's figures into the table; returns the worn views."""
    known = look.seen & layout.inside
    hidden = known & unseen
    names = list(made)
    gained = {name: best_gain(made[name], look.texture, known).astype(np.float32) for name in names}
    filled = baselines.inpainted(look, layout)  # what nobody knows of the true one does not count in views: see below
    sure = known.astype(np.float32)[..., None].repeat(3, 2)
    fits = views_around(body, betas)
    stacked = [filled, sure, *made.values(), *gained.values()]
    views = worn_views(stacked, body, layout, fits)
    for kind, textures, first in (("plain", made, 2), ("gained", gained, 2 + len(names))):
        for number, name in enumerate(names):
            shown = [(v[first + number], v[0], where & (v[1][..., 0] > 0.99)) for v, where in views]
            values = {
                "PSNR all": psnr(textures[name], look.texture, known),
                "SSIM all": ssim(textures[name], look.texture, known),
                "PSNR unseen": psnr(textures[name], look.texture, hidden),
                "SSIM unseen": ssim(textures[name], look.texture, hidden),
                "PSNR new views": float(np.mean([psnr(*one) for one in shown])),
            }
            table.add(name, kind, values)
    lit = lambda k, v: shade(fits[v], views[v][0][k], body, layout)  # noqa: E731
    return [[lit(k, v) for v in (0, 2)] for k in (0, *(2 + n for n in (0, 1, 4)))]


def _row(photo, look, made, worn) -> np.ndarray:
    """A person on the sheet: photo, true and made textures, and two views of each, (H, W, 3) uint8."""
    textures = [look.texture, *(made[METHODS[k]] for k in (0, 1, 4))]
    cells = [photo.pixels / 255.0]
    for texture, views in zip(textures, worn, strict=True):
        cells += [texture, *(view[:, 48:208] for view in views)]
    return np.clip(np.concatenate(cells, 1) * 255 + 0.5, 0, 255).astype(np.uint8)


def format_table(table: Table, title: str) -> str:
    """Markdown."""
    count = len(next(iter(table.plain.values()))[COLUMNS[0]])
    lines = [f"{title}: {count} people.", ""]
    for kind, note in (("plain", "as they are"), ("gained", "after each texture's best gain a channel")):
        lines += [f"| {note} | " + " | ".join(COLUMNS) + " |", "|---|" + "---|" * len(COLUMNS)]
        for method, columns in getattr(table, kind).items():
            cells = [f"{np.mean(columns[c]):.3f}" if "SSIM" in c else f"{np.mean(columns[c]):.2f}" for c in COLUMNS]
            lines.append(f"| {method} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def write_between(path: Path, text: str) -> None:
    """Put `text` between the markers of a page, or at its end.

    Raises:
        AssetError: the page has one marker only.
    """
    page = path.read_text("utf-8") if path.is_file() else ""
    block = f"{BEGIN}\n\n{text}\n{END}"
    if BEGIN in page and END in page[page.index(BEGIN) :]:
        start = page.index(BEGIN)
        stop = page.index(END, start) + len(END)
        page = page[:start] + block + page[stop:]
    elif BEGIN in page or END in page:
        raise AssetError(f"{path} holds one of the markers {BEGIN} and {END} only. Put both back, or take both out.")
    else:
        page = f"{page.rstrip()}\n\n{block}\n".lstrip()
    path.write_text(page, "utf-8")


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of headless.warp_data")
    parser.add_argument("--weights", type=Path, help="other weights than those that ship")
    parser.add_argument("--split", default="test", choices=("test", "validation", "train"))
    parser.add_argument("--sheet", type=Path, help="picture (.jpg) of the first people to write")
    parser.add_argument("--page", type=Path, help="markdown page to write the tables into, between its markers")
    options = parser.parse_args(arguments)
    try:
        net = load_net(options.weights)
        text = format_table(evaluate(options.data, net, options.split, 1, options.sheet), "One photo each")
        try:
            text += "\n" + format_table(evaluate(options.data, net, options.split, 2), "Two photos each")
        except AssetError as error:
            print(f"left out: {error}", file=sys.stderr)
        print(text)
        if options.page:
            write_between(options.page, text)
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Draw a picture and its passes side by side, in colours that people can read; or the numbers of parts on a body.

python -m headless.show_passes out/train 12 --out docs/passes.jpg
python -m headless.show_passes --numbers --out docs/passes_parts.jpg
"""

import argparse
import colorsys
import sys
from pathlib import Path

import cv2
import numpy as np

from blender_addon.core.body import BodyModel, load_body
from blender_addon.core.catalog import library_folder
from blender_addon.core.errors import AssetError, PosewrightError, SettingsError
from blender_addon.core.iuv import charts_of, part_weights
from blender_addon.core.passes import PASSES, decode_depth, decode_flow, pass_path
from blender_addon.core.passes_surface import carried
from blender_addon.core.raster import rasterise
from blender_addon.core.records import image_path, mask_path, read_json, write_bytes_atomically
from headless.mask_file import read_mask
from headless.pass_file import read_pass

TILE = 320
"""Pixels of the width of each."""
GAP = 4
METRE = 390
"""Pixels, of the body with numbers."""
QUALITIES = (88, 82, 76, 70, 60)


def palette(count: int) -> np.ndarray:
    """(count + 1, 3) uint8 blue, green, red: black, then colours whose neighbours differ."""
    colours = [
        colorsys.hsv_to_rgb((0.381966 * k) % 1, 0.55 + 0.4 * (k % 2), 1 - 0.3 * (k % 3 == 2)) for k in range(count)
    ]
    return np.rint(255 * np.array([(0, 0, 0), *colours])[:, ::-1]).astype(np.uint8)


def draw_pass(name: str, pixels: np.ndarray) -> np.ndarray:
    """A pass, as `read_pass` gives it, or the mask -> (H, W, 3) uint8 blue, green, red.

    Depth is bright where it is near; flow has hue for the direction, stronger where it is longer.
    """
    if name in ("masks", "parts"):
        return palette(24)[np.where(pixels, (pixels - 1) % 24 + 1, 0)]
    if name == "depth":
        near = np.nan_to_num(1 / decode_depth(pixels))
        drawn = cv2.applyColorMap(np.rint(255 * near / max(near.max(), 1e-9)).astype(np.uint8), cv2.COLORMAP_INFERNO)
        return np.where(pixels[..., None] > 0, drawn, 0)
    if name == "normals":
        return np.ascontiguousarray(pixels[..., ::-1])
    if name == "iuv":
        drawn = palette(24)[pixels[..., 0]] * 0.45
        drawn[..., 0] += 0.55 * pixels[..., 1] * (pixels[..., 0] > 0)
        drawn[..., 2] += 0.55 * pixels[..., 2] * (pixels[..., 0] > 0)
        lines = ((pixels[..., 1] // 16 + pixels[..., 2] // 16) % 2)[..., None]
        return np.rint(drawn * np.where(lines, 0.8, 1)).astype(np.uint8)
    return _draw_flow(np.nan_to_num(decode_flow(pixels)))


def _draw_flow(flow: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(flow, axis=-1)
    hsv = np.full((*length.shape, 3), 255, np.uint8)
    hsv[..., 0] = np.rint(np.arctan2(flow[..., 1], flow[..., 0]) % (2 * np.pi) * 90 / np.pi) % 180
    hsv[..., 1] = np.rint(255 * length / max(length.max(), 1e-9))
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)


def pass_tiles(out: Path, index: int, names: tuple, width: int) -> list[tuple[str, np.ndarray]]:
    """Name and picture (H, W, 3) of the mask and of each pass, `width` pixels wide.

    Raises:
        AssetError: one is missing or broken.
    """
    record = read_json(out / "records" / f"{index:06d}.json")
    shape = record["truth"]["height"], record["truth"]["width"]
    size = width, max(round(width * shape[0] / shape[1]), 1)
    tiles = [("mask", draw_pass("masks", read_mask(mask_path(out, index), shape, "")))]
    tiles += [(name, draw_pass(name, read_pass(pass_path(out, name, index), name, shape))) for name in names]
    return [(name, cv2.resize(tile, size, interpolation=cv2.INTER_AREA)) for name, tile in tiles]


def draw_row(out: Path, index: int, columns: int = 4) -> np.ndarray:
    """The photo, its mask and its passes, named, in rows of `columns`. Raises AssetError."""
    description = read_json(out / "dataset.json")
    names = tuple(name for name in PASSES if name in description.get("passes", ()))
    photo = cv2.imread(str(image_path(out, index, description.get("format", "jpg"))))
    if photo is None:
        raise AssetError(f"{out} has no picture {index}. Give the number of one that is there.")
    tiles = pass_tiles(out, index, names, TILE)
    height = tiles[0][1].shape[0]
    tiles = [("photo", cv2.resize(photo, (TILE, height), interpolation=cv2.INTER_AREA)), *tiles]
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * (height + GAP) - GAP, columns * (TILE + GAP) - GAP, 3), 255, np.uint8)
    for k, (name, tile) in enumerate(tiles):
        top, left = k // columns * (height + GAP), k % columns * (TILE + GAP)
        for colour, thick in ((0, 3), (255, 1)):
            place, font = (6, height - 8), cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(tile, name, place, font, 0.5, (colour,) * 3, thick, cv2.LINE_AA)
        sheet[top : top + height, left : left + TILE] = tile
    return sheet


def draw_numbers(body: BodyModel) -> np.ndarray:
    """The T-pose from in front and from behind, above in parts, below in IUV's, each with its number."""
    charts, weights = charts_of(body), part_weights(body)
    rows = []
    for number_of in (
        lambda triangle, share: carried(weights, charts.triangles[triangle], share).argmax(1) + 1,
        lambda triangle, share: charts.part[triangle],
    ):
        sides = []
        for turn in (1, -1):
            points = body.v_template * [turn, 1, turn]
            pixels = np.stack([points[:, 0] * METRE + 340, (0.86 - points[:, 1]) * METRE], -1)
            corners = charts.triangles
            triangle, share = rasterise(pixels[corners], 5 - points[corners, 2], 680, round(1.78 * METRE))
            number = np.zeros(triangle.shape, int)
            number[triangle >= 0] = number_of(triangle[triangle >= 0], share[triangle >= 0])
            tile = palette(24)[number]
            tile[triangle < 0] = 255
            sides.append(_numbered(tile, number))
        rows.append(np.hstack(sides))
    return np.vstack(rows)


def _numbered(tile: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Each number in the middle of its largest piece."""
    for value in np.unique(number[number > 0]):
        depth = cv2.distanceTransform((number == value).astype(np.uint8), cv2.DIST_L2, 5)
        row, column = np.unravel_index(depth.argmax(), depth.shape)
        if depth.max() > 3:
            place = int(column) - 5 * len(str(value)), int(row) + 5
            for colour, thick in ((255, 3), (0, 1)):
                font = cv2.FONT_HERSHEY_SIMPLEX
                cv2.putText(tile, str(value), place, font, 0.42, (colour,) * 3, thick, cv2.LINE_AA)
    return tile


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path, nargs="?", help="--out of render")
    parser.add_argument("index", type=int, nargs="?", default=0, help="number of the picture (0)")
    parser.add_argument("--numbers", action="store_true", help="draw the numbers of parts on the open body instead")
    parser.add_argument("--out", type=Path, required=True, help="the JPEG to write")
    parser.add_argument("--most", type=int, default=300_000, help="bytes that it may have (300000)")
    options = parser.parse_args(arguments)
    try:
        if options.numbers:
            sheet = draw_numbers(load_body(library_folder() / "bodies" / "open_body.npz"))
        elif options.dataset is None:
            raise SettingsError("Give a data set, or --numbers.")
        else:
            sheet = draw_row(options.dataset, options.index)
        for quality in QUALITIES:
            data = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
            if len(data) <= options.most:
                break
        write_bytes_atomically(options.out, data)
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{options.out}: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

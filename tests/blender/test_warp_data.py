"""The set that warp_net learns from: one person rendered, its texture and fit checked against each other."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core.body import load_body
from warp_net.extract import draw, extract
from warp_net.make_data import load_person
from warp_net.uv_layout import build_layout

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.blender


def run(out):
    command = [sys.executable, "-m", "headless.warp_data", "--out", out, "--people", "1", "--split", "test"]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT)


def test_a_rendered_person_its_texture_and_its_fit_agree(tmp_path, open_body_path):
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "test" / "000000.npz"
    body = load_body(open_body_path)
    layout = build_layout(body, 256)
    look, photos = load_person(path)
    assert look.seen[layout.inside].mean() > 0.9
    photo = photos[0]
    view = draw(body, layout, photo.true)
    covered = (photo.mask & view.silhouette).sum() / view.silhouette.sum()
    assert covered > 0.97  # clothes and hair only widen a person
    part = extract(photo.pixels, view, photo.mask)
    both = part.seen & look.seen
    # Light apart, texels that are brighter in the texture are brighter in the photo.
    likeness = np.corrcoef(part.texture[both].ravel(), look.texture[both].ravel())[0, 1]
    assert likeness > 0.6
    before = path.read_bytes()
    again = run(tmp_path)
    assert again.returncode == 0 and "0 people made" in again.stdout
    assert path.read_bytes() == before
    assert sorted(p.name for p in (tmp_path / "test").iterdir()) == ["000000.npz"]

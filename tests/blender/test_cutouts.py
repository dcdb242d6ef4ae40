"""Cutouts rendered for real: few pixels, few samples."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from blender_addon.core.catalog import Asset, Catalog
from headless.augment.geometry import Bodies
from headless.augment.library import open_library
from headless.augment.loop import augment
from headless.augment.options import Options
from headless.validate import validate
from tests.made_augment import made_set

SCRIPT = Path(__file__).resolve().parents[2] / "headless" / "cutouts.py"
pytestmark = pytest.mark.blender


def render(folder, *options):
    command = [sys.executable, SCRIPT, "--out", folder, "--size", 96, "--samples", 8, "--device", "cpu", *options]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def library(tmp_path_factory, open_body_path):
    folder = tmp_path_factory.mktemp("cutouts")
    done = render(folder, "--people", 1, "--things", 1)
    assert done.returncode == 0, done.stderr
    return folder


def test_cutouts_have_soft_edges_and_nothing_is_cut_off(library):
    found = open_library(library)
    for cutout in (*found.people, *found.things):
        pixels = cv2.imread(str(library / f"{cutout.name}.png"), cv2.IMREAD_UNCHANGED)
        alpha = pixels[..., 3]
        assert max(alpha[0].max(), alpha[-1].max(), alpha[:, 0].max(), alpha[:, -1].max()) < 10
        assert alpha.max() == 255 and ((alpha > 20) & (alpha < 235)).any()
        edge = (alpha > 60) & (alpha < 200)
        rows, columns = distance_transform_edt(alpha < 255, return_distances=False, return_indices=True)
        beside = pixels[rows, columns][..., :3].mean(-1)  # the nearest pixel that is wholly there
        ratio = np.median((pixels[edge][:, :3].mean(-1) + 1) / (beside[edge] + 1))
        assert 0.75 < ratio < 1.35  # no dark seam of what is not there, and no bright one
    (person,) = found.people
    assert person.truth["area"] > 500 and len(person.truth["keypoints_px"]) == 133


def test_they_go_on_pictures_with_sound_labels(library, body, open_body_path, tmp_path):
    plain = made_set(tmp_path / "plain", body, [[(0.0, 6.5, 0.2), (0.9, 7.0, 1.0)], [(0.3, 5.5, 2.0)]])
    bodies = Bodies(Catalog((Asset("open_body", "body", open_body_path, "CC0", ""),)))
    found = replace(open_library(library), catalog={})  # the made set's body has no hash
    counts = augment(plain, tmp_path / "out", found, bodies, Options(objects=(1, 1), people=1.0))
    assert counts["things"] + counts["people"] > 0
    assert validate(tmp_path / "out") == []


def test_the_same_command_again_renders_nothing_and_another_seed_is_refused(library):
    before = {path.name: path.stat().st_mtime_ns for path in library.iterdir()}
    assert render(library, "--people", 1, "--things", 1).returncode == 0
    assert {path.name: path.stat().st_mtime_ns for path in library.iterdir()} == before
    other = render(library, "--people", 1, "--things", 1, "--seed", 1)
    assert other.returncode == 1 and "seed differs" in other.stderr and "Traceback" not in other.stderr
    none = render(library, "--people", 0, "--things", 0)
    assert none.returncode == 1 and "one cutout at least" in none.stderr

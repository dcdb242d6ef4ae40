"""The page in a real browser, headless Chromium: what it shows and what it says on its console, on desk and phone."""

import html
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from headless.annotate import annotate
from headless.report import report
from tests.made_export import make_export_set

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium here: apt-get install chromium")

DESK, PHONE = 1280, 390
"""Pixels across."""
BLUE = (178, 114, 0)
"""Of the charts' bars."""
SCREEN = (90, 120, 100)
"""Behind the people of a made data set."""


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    out = make_export_set(tmp_path_factory.mktemp("report") / "set")
    annotate(out)
    return report(out)[0]


def chromium(page: Path, folder: Path, *words) -> subprocess.CompletedProcess:
    """What Chromium prints when it opens the page; its console goes to stderr."""
    command = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update", "--enable-logging=stderr"]
    command += [f"--user-data-dir={folder / 'profile'}", *words, page.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
    return done


def console(done: subprocess.CompletedProcess) -> list[str]:
    """What the page made the browser complain about, refused requests among it."""
    return [line for line in done.stderr.decode("utf-8", "replace").splitlines() if "CONSOLE" in line]


def screenshot(page: Path, folder: Path, size: tuple) -> np.ndarray:
    picture = folder / "screen.png"
    done = chromium(page, folder, f"--screenshot={picture}", f"--window-size={size[0]},{size[1]}")
    assert console(done) == []
    return cv2.imread(str(picture))


def share_of(pixels: np.ndarray, colour: tuple) -> float:
    return float((np.abs(pixels.astype(int) - colour).max(2) < 12).mean())


def test_page_opens_without_a_complaint(page, tmp_path):
    done = chromium(page, tmp_path, "--dump-dom")
    seen = html.unescape(done.stdout.decode())
    assert console(done) == []
    for heading in ("Summary", "Warnings", "Pictures", "Distributions", "Keypoints one by one", "Assets and licences"):
        assert f">{heading}</h2>" in seen
    assert seen.count('class="labelled"') == 8 and seen.rstrip().endswith("</html>")


@pytest.mark.parametrize("size", [pytest.param((DESK, 5200), id="desk"), pytest.param((PHONE, 12000), id="phone")])
def test_pictures_and_charts_are_seen_and_nothing_runs_off_the_side(page, tmp_path, size):
    pixels = screenshot(page, tmp_path, size)
    assert pixels.shape == (size[1], size[0], 3)
    assert share_of(pixels, SCREEN) > 0.02 and share_of(pixels, BLUE) > 0.01
    ink = (pixels < 128).any(2).mean()
    assert 0.03 < ink < 0.7
    assert (pixels[:, -6:] > 250).all() and (pixels[:, :6] > 250).all()


def test_labels_can_be_switched_off(page, tmp_path):
    without = tmp_path / "without.html"
    without.write_text(page.read_text("utf-8").replace('class="switch-box" checked', 'class="switch-box"'))
    drawn, plain = (screenshot(shown, tmp_path, (DESK, 1700)) for shown in (page, without))
    assert share_of(plain, SCREEN) > share_of(drawn, SCREEN) > 0.02
    changed = np.argwhere(np.abs(drawn.astype(int) - plain).max(2) > 60)
    assert len(changed) > 2000 and np.ptp(changed[:, 0]) > 400 and np.ptp(changed[:, 1]) > 700  # in all the pictures


def test_the_check_sees_a_request_that_leaves_the_page(page, tmp_path):
    """The page's own policy refuses it, and the console says so."""
    leaking = tmp_path / "leaking.html"
    leak = '<img src="http://127.0.0.1:9/x.png"><script>console.log("ran")</script></body>'
    leaking.write_text(page.read_text("utf-8").replace("</body>", leak))
    complaints = console(chromium(leaking, tmp_path, "--dump-dom"))
    assert any("127.0.0.1" in line for line in complaints) and any("script" in line for line in complaints)
    assert not any('"ran"' in line for line in complaints)

"""Fetching from an API that is not always there and not always right."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assets.polyhaven.fetch import Order, fetch_polyhaven
from assets.polyhaven.folder import LOCK, SPACE
from assets.polyhaven.web import FILE_SERVERS, Web
from blender_addon.core.catalog import load_catalog
from blender_addon.core.errors import AssetError, SettingsError
from tests import made_polyhaven as made
from tests.made_polyhaven import CHAIR, SKY, fetch, files_in, nothing_half, whole
from tests.shared import shared_folder

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def haven():
    with made.running() as running:
        running.add_model(CHAIR)
        running.add_hdri(SKY)
        yield running


@pytest.fixture
def out(tmp_path):
    """What is written beside it is written where it should not be."""
    return tmp_path / "library"


# ---- what should be


def test_assets_are_laid_out_as_published_and_the_catalog_finds_them(haven, out, open_body_path):
    done = fetch(haven, out)
    assert (done.new, done.there, done.failed) == ([CHAIR, SKY], [], [])
    assert whole(out) and done.size == sum(len(haven.contents[path]) for path in haven.contents if "exr" not in path)
    note = json.loads((out / f"occluders/{CHAIR}/{CHAIR}_1k.gltf.json").read_text())
    assert note["authors"] == {"Ada Example": "All", "Bo": "Processing"} and note["dimensions"] == [
        0.4005,
        0.41,
        0.81225,
    ]
    assert note["licence"] == "CC0 1.0" and note["source"] == f"https://polyhaven.com/a/{CHAIR}"
    catalog = load_catalog([out])
    (sky,), (chair,) = catalog.environments, catalog.occluders
    assert (sky.name, chair.name) == (f"{SKY}_1k", f"{CHAIR}_1k")
    assert (sky.author, chair.licence, chair.source) == ("Ada Example, Bo", "CC0 1.0", note["source"])
    assert all(agent.startswith("Posewright") for agent in haven.agents)


def test_the_same_command_twice_fetches_nothing(haven, out):
    fetch(haven, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    haven.asked.clear()
    done = fetch(haven, out)
    assert (done.new, done.there, done.failed, done.size) == ([], [CHAIR, SKY], [], 0)
    assert set(haven.asked) == {"/assets"}
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file() and path.name != LOCK} == {
        path: time for path, time in before.items() if path.name != LOCK
    }


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"x"), Path.unlink], ids=["spoilt", "gone"])
def test_only_what_is_missing_or_spoilt_is_fetched(haven, out, damage):
    fetch(haven, out)
    damage(out / f"occluders/{CHAIR}/{CHAIR}.bin")
    haven.asked.clear()
    assert fetch(haven, out).new == [CHAIR]
    assert [path for path in haven.asked if path.startswith("/dl")] == [f"/dl/{CHAIR}/{CHAIR}.bin"] and whole(out)


def test_a_file_that_poly_haven_has_changed_is_fetched_again(haven, out):
    fetch(haven, out)
    haven.add_hdri(SKY, size=400)
    haven.assets["hdris"][SKY]["files_hash"] = "abc"
    assert fetch(haven, out).new == [SKY]
    assert (out / f"hdri/{SKY}_1k.hdr").read_bytes() == haven.contents[f"/dl/{SKY}_1k.hdr"]


def test_more_of_the_same_seed_adds_and_another_seed_differs(haven, out):
    for number in range(30):
        haven.add_hdri(f"sky_{number}", size=1)
    few, more, other = (
        set(fetch(haven, out / name, Order(hdris=count, models=0, seed=seed)).new)
        for name, count, seed in (("few", 4, 0), ("more", 8, 0), ("other", 8, 1))
    )
    assert len(few) == 4 and few < more and len(more) == 8 and more != other
    haven.add_hdri("new_one")
    assert len(more - set(fetch(haven, out / "later", Order(hdris=8, models=0)).new)) <= 1


def test_categories_narrow_the_kinds_that_know_them(haven, out):
    haven.add_hdri("alley", categories=("outdoor", "urban"))
    haven.add_model("rock", categories=("nature",))
    done = fetch(haven, out, Order(hdris=5, models=5, categories=("outdoor", "urban", "seating")))
    assert done.new == ["alley", CHAIR]
    assert done.notes[1] == "only 1 hdris in outdoor and urban" and done.notes[2].endswith("seating")


def test_an_unknown_category_is_refused_with_those_there_are(haven, out):
    with pytest.raises(AssetError, match=r"No category 'moon' .* hdris: outdoor, urban; models: furniture, seating"):
        fetch(haven, out, Order(categories=("outdoor", "moon")))
    assert not out.exists()


def test_categories_that_nothing_is_in_are_named(haven, out):
    with pytest.raises(AssetError, match="no hdris in outdoor and urban"):
        fetch(haven, out, Order(categories=("outdoor", "urban")))
    assert not out.exists()


def test_files_may_come_from_the_server_that_the_api_has_for_them(haven, out, monkeypatch):
    with made.running() as files:
        files.add_hdri(SKY)
        haven.lists[SKY] = files.lists[SKY]
        order, web = Order(hdris=1, models=0), Web(haven.address + "/", attempts=1)
        assert "leads away from" in fetch_polyhaven(order, out, web).failed[0]
        monkeypatch.setitem(FILE_SERVERS, haven.address, (files.address,))
        assert fetch_polyhaven(order, out, web).new == [SKY]


def test_environments_that_show_people_are_not_fetched(haven, out):
    haven.add_hdri("venice_sunset")
    assert fetch(haven, out, Order(hdris=5, models=0)).new == [SKY]


def test_a_resolution_that_an_asset_lacks_is_named_with_those_it_has(haven, out):
    done = fetch(haven, out, Order(hdris=1, models=1, resolution="4k"))
    assert len(done.failed) == 2 and "chair_01: no .gltf of 4k; there is 1k" in done.failed[0]
    assert files_in(out) == []


@pytest.mark.parametrize(
    "numbers", [dict(hdris=0, models=0), dict(hdris=-1), dict(resolution="../1k"), dict(picture="jpg")]
)
def test_orders_that_cannot_be_are_refused(numbers):
    with pytest.raises(SettingsError):
        Order(**numbers)


# ---- failures that pass, and those that do not


@pytest.mark.parametrize("path", ["/assets", f"/files/{CHAIR}", f"/dl/{CHAIR}/{CHAIR}.bin"])
@pytest.mark.parametrize("fault", [lambda: made.status(500, 2), lambda: made.status(429, 1, Retry_After="0")])
def test_after_some_failures_all_is_well(haven, out, path, fault):
    haven.faults[path] = fault()
    assert fetch(haven, out).failed == [] and whole(out)


def test_a_cut_off_file_is_fetched_anew(haven, out):
    path = f"/dl/{SKY}_1k.hdr"
    haven.faults[path] = made.cut(haven.contents[path], 2)
    done = fetch(haven, out)
    assert done.failed == [] and whole(out) and haven.asked[path] == 3
    assert done.size == sum(len(haven.contents[path]) for path in haven.contents if "exr" not in path)


@pytest.mark.parametrize(
    ("fault", "complaint", "tries"),
    [
        pytest.param(lambda content: made.status(500), "status 500, 3 times", 3, id="always 500"),
        pytest.param(lambda content: made.status(404), "status 404", 1, id="404"),
        pytest.param(lambda content: made.status(403), "status 403", 1, id="403"),
        pytest.param(made.cut, "3 times", 3, id="always cut"),
        pytest.param(lambda content: made.body(content[:-9]), "bytes came, 3 times", 3, id="short"),
        pytest.param(lambda content: made.body(content + b"x"), "more than the", 1, id="long"),
        pytest.param(lambda content: made.body(content[::-1]), "but the API says", 1, id="wrong hash"),
        pytest.param(lambda content: made.body(b"", 10**15), "3 times", 3, id="absurd length"),
    ],
)
@pytest.mark.parametrize("name", [f"{CHAIR}/textures/{CHAIR}_diff_1k.jpg", f"{CHAIR}_1k.gltf"])
def test_an_asset_that_fails_is_named_and_the_rest_goes_on(haven, out, tmp_path, name, fault, complaint, tries):
    path = f"/dl/{name}"
    haven.faults[path] = fault(haven.contents[path])
    done = fetch(haven, out)
    assert done.new == [SKY] and len(done.failed) == 1
    assert CHAIR in done.failed[0] and path in done.failed[0] and complaint in done.failed[0]
    assert haven.asked[path] == tries
    assert nothing_half(haven, tmp_path) and not (out / f"occluders/{CHAIR}/{CHAIR}_1k.gltf").exists()
    haven.faults.clear()
    assert fetch(haven, out).failed == [] and whole(out)


@pytest.mark.parametrize("kind", ["silent", "stalled", "trickling"])
def test_a_server_that_does_not_answer_is_given_up(haven, out, tmp_path, kind):
    path, go_on = f"/dl/{SKY}_1k.hdr", threading.Event()
    content = haven.contents[path]
    haven.faults[path] = {
        "silent": lambda handler: go_on.wait(20) or True,
        "stalled": made.stall(content, go_on),
        "trickling": made.trickle(content),
    }[kind]
    done = fetch(haven, out, Order(hdris=1, models=0), seconds=0.4)
    go_on.set()
    assert done.new == [] and len(done.failed) == 1 and "3 times" in done.failed[0]
    assert nothing_half(haven, tmp_path)


def test_no_server_at_all_is_one_error_and_writes_nothing(out):
    with pytest.raises(AssetError, match="Check the connection"):
        fetch_polyhaven(Order(), out, Web("http://127.0.0.1:9", attempts=2, pause=0.01))
    assert not out.exists()


# ---- being stopped, and not being alone


def command(haven, out, *words):
    words = [
        "assets",
        "fetch",
        "polyhaven",
        "--api",
        haven.address,
        "--out",
        str(out),
        "--hdris",
        "1",
        "--models",
        "1",
        *words,
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "headless.cli", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_after_a_blow_in_the_middle_of_a_file_only_what_is_missing_is_fetched(haven, out, tmp_path, blow):
    path, reached = f"/dl/{CHAIR}/textures/{CHAIR}_diff_1k.jpg", threading.Event()
    haven.faults[path] = made.trickle(haven.contents[path], 5000, reached)
    child = command(haven, out)
    assert reached.wait(60)
    while not (out / f"hdri/{SKY}_1k.hdr.json").exists() and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(blow)
    child.communicate(timeout=60)
    assert child.returncode == {signal.SIGINT: 130, signal.SIGKILL: -signal.SIGKILL}[blow]
    fetched = [f"hdri/{SKY}_1k.hdr", f"hdri/{SKY}_1k.hdr.json", f"occluders/{CHAIR}/{CHAIR}.bin"]
    half = [f"{SPACE}/models-{CHAIR}"] if blow == signal.SIGKILL else []  # the next run removes it
    assert files_in(out) == half + fetched
    haven.faults.clear()
    haven.asked.clear()
    done = fetch(haven, out)
    assert (done.new, done.there, done.failed) == ([CHAIR], [SKY], [])
    assert sorted(path for path in haven.asked if path.startswith("/dl")) == [path, f"/dl/{CHAIR}_1k.gltf"]
    assert whole(out) and nothing_half(haven, tmp_path)


def test_two_runs_at_once_share_the_work(haven, out, tmp_path, capfd):
    reached, go_on, results = threading.Event(), threading.Event(), []
    path = f"/dl/{CHAIR}/{CHAIR}.bin"
    haven.faults[path] = made.stall(haven.contents[path], go_on, reached)
    runs = [threading.Thread(target=lambda: results.append(fetch(haven, out))) for _ in range(2)]
    runs[0].start()
    assert reached.wait(60)
    runs[1].start()
    while "waiting for another run" not in capfd.readouterr().err:
        time.sleep(0.02)
    go_on.set()
    for run in runs:
        run.join(60)
    assert [(done.new, done.there, done.failed) for done in results] == [([CHAIR, SKY], [], []), ([], [CHAIR, SKY], [])]
    assert whole(out) and nothing_half(haven, tmp_path) and max(haven.asked[path] for path in haven.contents) == 1


def test_the_command_names_what_failed_and_its_status_is_1(haven, out):
    haven.faults[f"/dl/{SKY}_1k.hdr"] = made.status(404)
    child = command(haven, out)
    text, errors = child.communicate(timeout=60)
    assert child.returncode == 1 and errors == ""
    first, last = text.splitlines()
    assert first.startswith(f"left out: {SKY}: ") and "status 404" in first
    assert "1 fetched" in last and "1 left out" in last and "Powered by Poly Haven" in last


def test_real_files_arrive_as_they_are(out, open_body_path):
    shared = shared_folder()
    if shared is None or not (shared / "cc0/occluders/sofa_03").is_dir():
        pytest.skip("no published files here")
    source = shared / "cc0/occluders/sofa_03"
    with made.running() as haven:
        haven.add_model("sofa_03")
        entry = haven.lists["sofa_03"]["gltf"]["1k"]["gltf"]
        paths = sorted(path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file())
        entries = {path: haven._entry(f"sofa_03/{path}", (source / path).read_bytes()) for path in paths}
        entry.update(entries.pop("sofa_03_1k.gltf"), include=entries)
        assert fetch(haven, out, Order(hdris=0, models=1)).new == ["sofa_03"]
    for path in paths:
        assert (out / "occluders/sofa_03" / path).read_bytes() == (source / path).read_bytes()
    assert [asset.name for asset in load_catalog([out]).occluders] == ["sofa_03_1k"]
    assert os.listdir(out / "occluders") == ["sofa_03"]

"""Fetching from an API that is not honest: nothing is written outside the folder, or left half."""

import contextlib
import hashlib
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.polyhaven import folder as folder_module
from assets.polyhaven import listing
from assets.polyhaven.fetch import Order
from assets.polyhaven.folder import LOCK, SPACE
from blender_addon.core.errors import AssetError
from tests import made_polyhaven as made
from tests.made_polyhaven import CHAIR, SKY, fetch, files_in, nothing_half, whole


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


# ---- answers


@pytest.mark.parametrize("path", ["/assets", f"/files/{CHAIR}"])
@pytest.mark.parametrize(
    "answer",
    [b"", b"{", b"\xff\xfe{", b"null", b"[1]", b'"text"', b"[" * 10**5, b'{"a":' + b"9" * 5000 + b"}", b"\0" * 40],
    ids=lambda answer: repr(answer[:8]),
)
def test_broken_json_and_json_of_another_shape(haven, out, tmp_path, path, answer):
    haven.faults[path] = made.body(answer)
    if path == "/assets":
        with pytest.raises(AssetError, match="Check the API's address"):
            fetch(haven, out)
        assert not out.exists()
    else:
        done = fetch(haven, out)
        assert done.new == [SKY] and len(done.failed) == 1 and CHAIR in done.failed[0]
    assert nothing_half(haven, tmp_path)


def test_json_without_an_end_is_not_read_to_its_end(haven, out, monkeypatch):
    monkeypatch.setattr("assets.polyhaven.web.LARGEST_JSON", 1000)
    haven.faults["/assets"] = made.body(b'{"a": "' + b"a" * 10**6 + b'"}')
    with pytest.raises(AssetError, match="more than the 1,000 bytes"):
        fetch(haven, out)


# ---- places that files must not come from or go to


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://127.0.0.2:{port}/dl/x", "http://localhost:{port}/x", "https://127.0.0.1:{port}/x"]
    + ["http://127.0.0.1:1/x", "ftp://127.0.0.1/x", "//evil.example/x", "http://127.0.0.1:{port}@evil.example/x"]
    + ["http://evil.example\\@127.0.0.1:{port}/x", "http://[", "http://user:word@127.0.0.1:{port}/x", "", "data:,x"],
)
@pytest.mark.parametrize("way", ["redirect", "listed"])
def test_other_servers_are_not_asked(haven, out, tmp_path, location, way):
    location = location.replace("{port}", haven.address.rpartition(":")[2])
    if way == "redirect":
        haven.faults[f"/dl/{SKY}_1k.hdr"] = made.status(302, Location=location)
    else:
        haven.lists[SKY]["hdri"]["1k"]["hdr"]["url"] = location
    done = fetch(haven, out)
    assert done.new == [CHAIR] and len(done.failed) == 1 and SKY in done.failed[0]
    assert nothing_half(haven, tmp_path) and "/x" not in haven.asked


def test_redirects_at_the_same_server_are_followed_but_not_for_ever(haven, out):
    haven.contents["/moved"] = haven.contents[f"/dl/{SKY}_1k.hdr"]
    haven.faults[f"/dl/{SKY}_1k.hdr"] = made.status(301, Location="/moved")
    assert fetch(haven, out).failed == []
    haven.faults[f"/dl/{CHAIR}/{CHAIR}.bin"] = made.status(301, Location=f"/dl/{CHAIR}/{CHAIR}.bin")
    (out / f"occluders/{CHAIR}/{CHAIR}.bin").unlink()
    assert "status 301" in fetch(haven, out).failed[0]


def test_what_comes_with_a_redirect_is_not_read(haven, out):
    go_on = threading.Event()
    haven.contents["/moved"] = haven.contents[f"/dl/{SKY}_1k.hdr"]
    haven.faults[f"/dl/{SKY}_1k.hdr"] = made.stall(b"endless", go_on, code=301, Location="/moved")
    done = fetch(haven, out, attempts=1)
    go_on.set()
    assert done.failed == []


HOSTILE = ["../x.bin", "../../../x.bin", "/tmp/x.bin", "a/../../x.bin", "..\\x.bin", "C:\\x.bin", "", "x\0.bin", ".bin"]
HOSTILE += [
    "textures//x.bin",
    "./x.bin",
    "textures/",
    "x.bin/",
    "a/b/c/d/e.bin",
    "x" * 300 + ".bin",
    ".hid/x.bin",
    "x\n.bin",
]
HOSTILE += ["run.py", "x.mhclo", f"{CHAIR}_1k.gltf.json", f"{CHAIR.upper()}.bin", "x.bin ", "‮x.bin", f"{CHAIR}_1k.gltf"]


@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
def test_hostile_paths_write_nothing(haven, out, tmp_path, path):
    content = b"evil"
    haven.contents["/dl/evil"] = content
    md5 = hashlib.md5(content).hexdigest()
    haven.included(CHAIR)[path] = {"url": f"{haven.address}/dl/evil", "md5": md5, "size": 4}
    done = fetch(haven, out)
    assert done.new == [SKY] and len(done.failed) == 1 and CHAIR in done.failed[0]
    assert "/dl/evil" not in haven.asked and not (out / "occluders").exists()
    assert nothing_half(haven, tmp_path)


@pytest.mark.parametrize(
    "name", ["../x", "/x", "..", "", "a/b", "a\\b", "a\0b", "a b", "x" * 51, "a\n", "é", "a.b"], ids=ascii
)
def test_hostile_names_of_assets_are_named_and_left_out(haven, out, tmp_path, name):
    haven.assets["hdris"][name] = dict(haven.assets["hdris"][SKY])
    haven.lists[name] = haven.lists[SKY]
    done = fetch(haven, out, Order(hdris=9, models=0))
    assert done.new == [SKY] and len(done.failed) == 1 and "no asset's name" in done.failed[0]
    assert files_in(tmp_path) == [f"library/hdri/{SKY}_1k.hdr", f"library/hdri/{SKY}_1k.hdr.json"]


@pytest.mark.parametrize("size", [0, -1, 2**40, 1e300, True, None, "300", [300]], ids=repr)
def test_absurd_sizes_are_refused_before_anything_is_fetched(haven, out, size):
    haven.included(CHAIR)[f"{CHAIR}.bin"]["size"] = size
    done = fetch(haven, out)
    assert done.new == [SKY] and "a size of" in done.failed[0] and haven.asked[f"/dl/{CHAIR}/{CHAIR}.bin"] == 0


def test_a_full_disk_is_seen_before_it_is_full(haven, out, monkeypatch):
    monkeypatch.setattr(folder_module, "SPARE", 2**60)
    assert all("Free some space" in line for line in fetch(haven, out).failed)
    assert files_in(out) == []


@pytest.mark.parametrize("link", ["hdri", f"hdri/{SKY}_1k.hdr", f"hdri/{SKY}_1k.hdr.json", SPACE])
def test_links_out_of_the_folder_are_not_followed(haven, out, tmp_path, link):
    outside = tmp_path / "outside"
    outside.mkdir()
    target = outside if "." not in link[1:] else outside / "file"
    (out / link).parent.mkdir(parents=True)
    (out / link).symlink_to(target)
    done = fetch(haven, out)
    assert list(outside.iterdir()) == []
    if link == SPACE:  # of ours by its name: the link is removed
        assert done.failed == [] and whole(out)
    else:
        assert done.new == [CHAIR] and SKY in done.failed[0] and "is a link" in done.failed[0]


def test_a_lock_that_is_a_link_is_refused(haven, out, tmp_path):
    out.mkdir()
    (out / LOCK).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AssetError, match="Cannot write to"):
        fetch(haven, out)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_named(haven, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AssetError, match=r"Cannot write to .*file/library"):
        fetch(haven, tmp_path / "file" / "library")


def test_a_folder_in_the_place_of_a_file_fails_that_asset_alone(haven, out):
    (out / f"hdri/{SKY}_1k.hdr/something").mkdir(parents=True)
    done = fetch(haven, out)
    assert done.new == [CHAIR] and SKY in done.failed[0] and "cannot write" in done.failed[0]


@pytest.mark.parametrize(
    "note", ["{", "[]", '{"files": 3}', '{"files": {"../x": {"md5": "a", "size": 1}}}', '{"files": {"x": 1}}']
)
def test_a_note_that_is_not_ours_is_written_anew(haven, out, note):
    fetch(haven, out)
    path = out / f"hdri/{SKY}_1k.hdr.json"
    right = path.read_text()
    forged = note.replace('{"files"', '{"files_hash": "' + haven.assets["hdris"][SKY]["files_hash"] + '", "files"')
    path.write_text(forged)
    assert fetch(haven, out).failed == [] and path.read_text() == right


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["1k", "0" * 32, "a/b.bin"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["gltf", "hdri", "1k", "hdr", "include", "url", "md5", "size", "a.bin"])
            | st.text(max_size=5),
            inner,
        )
    ),
    max_leaves=8,
)


@given(JSON, st.sampled_from(listing.KINDS))
@settings(max_examples=40, deadline=None)
def test_whatever_the_api_says_is_read_or_refused(value, kind):
    chair = listing.Listed(CHAIR, kind, "", {}, (), (), "")
    for read in (lambda: listing.read_listing(value, kind), lambda: listing.read_categories(value, kind)):
        with contextlib.suppress(AssetError):
            read()
    try:
        parts = listing.read_parts({"gltf": {"1k": {"gltf": value}}, "hdri": value}, chair, "1k", "hdr")
    except AssetError as error:
        assert CHAIR in str(error)
    else:
        assert all(folder_module.place(Path("/x"), part.path) and part.size > 0 for part in parts)

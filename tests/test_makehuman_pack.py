"""Fetching a pack from a server that is not always honest."""

import hashlib
import http.server
import io
import threading
import zipfile
from dataclasses import replace

import pytest

from assets.makehuman_pack import Pack, fetch_pack
from blender_addon.core.errors import AssetError


def zip_of(files: dict) -> bytes:
    space = io.BytesIO()
    with zipfile.ZipFile(space, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return space.getvalue()


GOOD = zip_of({"clothes/a/a.mhclo": "text", "clothes/a/a.png": b"\x89PNG", "clothes/a/run.py": "print()"})


@pytest.fixture
def server():
    """Serves `files`; a name in `cut` loses its second half on the way, others answer 404."""

    class Handler(http.server.BaseHTTPRequestHandler):
        files, cut = {}, set()

        def do_GET(self):
            body = self.files.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write((body or b"")[: len(body) // 2] if self.path in self.cut else body or b"")

        def log_message(self, *words):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        Handler.address = f"http://127.0.0.1:{running.server_port}"
        yield Handler
        running.shutdown()


def pack_at(server, *names, content=GOOD) -> Pack:
    return Pack("made", tuple(server.address + name for name in names), hashlib.sha256(content).hexdigest(), "CC0 test")


def test_a_pack_is_laid_out_with_its_licence(server, tmp_path):
    server.files["/pack.zip"] = GOOD
    folder = fetch_pack(pack_at(server, "/pack.zip"), tmp_path / "library")
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert found == ["LICENSE.txt", "clothes/a/a.mhclo", "clothes/a/a.png"]
    assert (folder / "LICENSE.txt").read_text() == "CC0 test\n"
    assert [path.name for path in (tmp_path / "library").iterdir()] == ["made"]


def test_what_is_there_is_not_fetched_again(server, tmp_path):
    (tmp_path / "made").mkdir()
    assert fetch_pack(pack_at(server, "/gone.zip"), tmp_path) == tmp_path / "made"


def test_the_next_place_is_asked_when_one_fails(server, tmp_path):
    server.files |= {"/wrong.zip": GOOD + b"x", "/short.zip": GOOD, "/pack.zip": GOOD}
    server.cut.add("/short.zip")
    folder = fetch_pack(pack_at(server, "/gone.zip", "/wrong.zip", "/short.zip", "/pack.zip"), tmp_path)
    assert (folder / "clothes/a/a.mhclo").read_text() == "text"
    server.cut.clear()


@pytest.mark.parametrize("name", ["/gone.zip", "/wrong.zip", "/short.zip"])
def test_a_failed_fetch_leaves_nothing(server, tmp_path, name):
    server.files |= {"/wrong.zip": GOOD + b"x", "/short.zip": GOOD}
    server.cut.add("/short.zip")
    with pytest.raises(AssetError, match=f"Could not fetch made: .*{name}"):
        fetch_pack(pack_at(server, name), tmp_path)
    assert list(tmp_path.iterdir()) == []
    server.cut.clear()


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"../clothes/a.png": "x"}, "written elsewhere"),
        ({"/clothes/a.png": "x"}, "written elsewhere"),
        ({"clothes/..\\..\\a.png": "x"}, "written elsewhere"),
        ({"C:\\clothes\\a.png": "x"}, "written elsewhere"),
        ({"other/a.png": "x"}, "Is it the right pack"),
    ],
)
def test_a_hostile_pack_writes_nothing(server, tmp_path, files, complaint):
    content = zip_of(files)
    server.files["/pack.zip"] = content
    with pytest.raises(AssetError, match=complaint):
        fetch_pack(pack_at(server, "/pack.zip", content=content), tmp_path / "library")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_link_in_a_pack_is_refused(server, tmp_path):
    link = zipfile.ZipInfo("clothes/link.png")
    link.external_attr = 0o120777 << 16
    content = zip_of({})
    space = io.BytesIO()
    with zipfile.ZipFile(space, "w") as file:
        file.writestr(link, "/etc/passwd")
    content = space.getvalue()
    server.files["/pack.zip"] = content
    with pytest.raises(AssetError, match="written elsewhere"):
        fetch_pack(pack_at(server, "/pack.zip", content=content), tmp_path)


def test_a_bomb_and_a_broken_zip_are_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr("assets.makehuman_pack.LARGEST_FILE", 1000)
    for name, content in (("/bomb.zip", zip_of({"clothes/a.png": b"0" * 5000})), ("/broken.zip", GOOD[:-30])):
        server.files[name] = content
        with pytest.raises(AssetError, match="Nothing is kept"):
            fetch_pack(replace(pack_at(server, name, content=content), name="other"), tmp_path)
    assert list(tmp_path.iterdir()) == []

"""A server that speaks the form of Poly Haven's API, as well or as badly as a test wants it to."""

import contextlib
import hashlib
import http.server
import json
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from assets.polyhaven.fetch import Order, fetch_polyhaven
from assets.polyhaven.folder import LOCK, SPACE
from assets.polyhaven.web import Web

CHAIR, SKY = "chair_01", "quiet_square"
CHAIR_FILES = ["chair_01.bin", "chair_01_1k.gltf", "chair_01_1k.gltf.json", "textures/chair_01_diff_1k.jpg"]
CATEGORIES = {"hdris": ["outdoor", "urban"], "models": ["furniture", "seating"]}


class PolyHaven:
    """Assets, and what goes wrong at which path."""

    def __init__(self):
        self.assets = {"hdris": {}, "models": {}}
        self.lists = {}
        """id -> what /files says of it; any other path -> an answer of bytes instead of its own."""
        self.contents = {}
        """Path -> bytes."""
        self.faults = {}
        """Path -> function of the handler, tried first; when it returns False the answer is the usual one."""
        self.asked = Counter()
        self.agents = set()
        self.address = ""

    def add_hdri(self, name: str, size: int = 300, categories=("outdoor",)) -> None:
        content = b"#?RADIANCE\n" + name.encode() * size
        self._list("hdris", name, categories)
        self.lists[name] = {
            "hdri": {"1k": {form: self._entry(f"{name}_1k.{form}", content) for form in ("hdr", "exr")}}
        }

    def add_model(self, name: str, categories=("furniture", "seating")) -> None:
        self._list("models", name, categories, dimensions=[400.5, 410.0, 812.25])
        texture, points = f"textures/{name}_diff_1k.jpg", f"{name}.bin"
        gltf = json.dumps({"asset": {"version": "2.0"}, "images": [{"uri": texture}], "buffers": [{"uri": points}]})
        included = {path: self._entry(f"{name}/{path}", path.encode() * 400) for path in (texture, points)}
        entry = self._entry(f"{name}_1k.gltf", gltf.encode()) | {"include": included}
        self.lists[name] = {"gltf": {"1k": {"gltf": entry}}, "blend": {}}

    def included(self, name: str) -> dict:
        return self.lists[name]["gltf"]["1k"]["gltf"]["include"]

    def files_of(self, name: str) -> list:
        """Paths at the server of an asset's files."""
        return sorted(path for path in self.contents if path.startswith((f"/dl/{name}/", f"/dl/{name}_1k.")))

    def _list(self, kind: str, name: str, categories, **facts) -> None:
        facts |= {"name": name.replace("_", " ").title(), "authors": {"Ada Example": "All", "Bo": "Processing"}}
        digest = hashlib.sha1(name.encode()).hexdigest()
        self.assets[kind][name] = {**facts, "categories": list(categories), "files_hash": digest}

    def _entry(self, path: str, content: bytes) -> dict:
        self.contents[f"/dl/{path}"] = content
        url = f"{self.address}/dl/{path}"
        return {"url": url, "md5": hashlib.md5(content).hexdigest(), "size": len(content)}

    def answer(self, path: str, query: dict):
        """Bytes, or None for what is not there."""
        if path in self.contents:
            return self.contents[path]
        room, _, name = path[1:].partition("/")
        if room == "assets":
            wanted = set(",".join(query.get("categories", [])).split(",")) - {""}
            listed = self.assets[query["type"][0]]
            return _json({key: facts for key, facts in listed.items() if wanted <= set(facts["categories"])})
        if room == "categories":
            return _json({"all": 9} | {key: 9 - rank for rank, key in enumerate(CATEGORIES[name])})
        if room == "files" and name in self.lists:
            return _json(self.lists[name])
        return None


def _json(value) -> bytes:
    return json.dumps(value).encode()


class _Handler(http.server.BaseHTTPRequestHandler):
    haven: PolyHaven

    def do_GET(self):
        parts = urlsplit(self.path)
        self.haven.asked[parts.path] += 1
        self.haven.agents.add(self.headers["User-Agent"])
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # clients may be killed
            fault = self.haven.faults.get(parts.path)
            if fault is None or not fault(self):
                body = self.haven.answer(parts.path, parse_qs(parts.query))
                self.send(200 if body is not None else 404, body or b"")

    def send(self, status: int, body: bytes = b"", length: int | None = None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        return True

    def log_message(self, *words):
        pass


@contextlib.contextmanager
def running():
    """A PolyHaven with its address, while it is being served."""
    haven = PolyHaven()
    handler = type("Handler", (_Handler,), {"haven": haven})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        haven.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield haven
        server.shutdown()


# ---- faults


def status(code: int, times: int = 10**6, **headers):
    """Answers with it so many times, then as usual."""
    left = [times]

    def fault(handler):
        left[0] -= 1
        return left[0] >= 0 and handler.send(code, b"{}", **headers)

    return fault


def body(content: bytes, length: int | None = None, **headers):
    return lambda handler: handler.send(200, content, length, **headers)


def cut(content: bytes, times: int = 10**6):
    """The connection ends half-way."""
    left = [times]

    def fault(handler):
        left[0] -= 1
        if left[0] < 0:
            return False
        handler.close_connection = True
        return handler.send(200, content[: len(content) // 2], len(content))

    return fault


def stall(content: bytes, go_on: threading.Event, reached: threading.Event | None = None, code: int = 200, **headers):
    """Sends half, then nothing until `go_on`."""

    def fault(handler):
        half = len(content) // 2
        handler.send(code, content[:half], len(content), **headers)
        handler.wfile.flush()
        if reached:
            reached.set()
        go_on.wait(20)
        handler.wfile.write(content[half:])
        return True

    return fault


def trickle(content: bytes, at_once: int = 0, reached: threading.Event | None = None):
    """Sends so much, then a byte now and then until the other side hangs up."""

    def fault(handler):
        handler.send(200, content[:at_once], len(content))
        for byte in content[at_once:]:
            if reached:
                reached.set()
            time.sleep(0.02)
            handler.wfile.write(bytes([byte]))
        return True

    return fault


# ---- fetching from it, and looking at what came


def fetch(haven, out, order=None, **how):
    web = Web(haven.address, **({"seconds": 5.0, "attempts": 3, "pause": 0.01} | how))
    return fetch_polyhaven(order or Order(hdris=1, models=1), out, web)


def files_in(folder: Path) -> list:
    """Without the lock, which is empty and stays."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() or path.is_symlink())
    return [path.relative_to(folder).as_posix() for path in paths if path.name != LOCK or path.stat().st_size]


def whole(out: Path) -> list:
    return files_in(out) == [
        f"hdri/{SKY}_1k.hdr",
        f"hdri/{SKY}_1k.hdr.json",
        *(f"occluders/{CHAIR}/{name}" for name in CHAIR_FILES),
    ]


def nothing_half(haven, tmp_path) -> bool:
    """Every file under the test's own folder is one that the server has, or a note."""
    contents = {hashlib.md5(content).hexdigest() for content in haven.contents.values()}
    for path in (path for path in tmp_path.rglob("*") if path.is_file() and path.name != LOCK):
        if path.suffix == ".json":
            json.loads(path.read_text())
        elif hashlib.md5(path.read_bytes()).hexdigest() not in contents:
            return False
    return not (tmp_path / "library" / SPACE).exists()

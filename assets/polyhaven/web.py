"""HTTP to an API and the server of its files, and to nowhere else, with limits on bytes, time and redirects."""

import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urljoin

import requests
import urllib3

from assets.makehuman_pack import AGENT
from blender_addon.core.errors import AssetError, SettingsError

API = "https://api.polyhaven.com"
FILE_SERVERS = {API: ("https://dl.polyhaven.org",)}
"""Where an API's files are, when not at its own address."""
LARGEST_JSON = 32 * 2**20
"""Bytes; the list of all models is a few MB."""
BLOCK = 2**16
SLOWEST = 4096
"""Bytes a second on average; a server that trickles would hold us for ever."""
MOST_REDIRECTS = 3
LONGEST_WAIT = 60.0
"""Seconds, whatever a server asks for."""
PASSING = (408, 429, *range(500, 600))
"""Statuses that may be better the next time."""
PLAIN_URL = re.compile(r"https?://[!-\[\]-~]+")
"""Printable ASCII without blanks and backslashes, on which parsers disagree."""


class Stopped(Exception):
    """Somebody has pressed Ctrl+C, or another part has failed."""


class _Passing(Exception):
    """A failure that is worth another try, after `wait` seconds or more."""

    def __init__(self, what: str, wait: float = 0.0):
        super().__init__(what)
        self.wait = wait


class _Session(requests.Session):
    def get_redirect_target(self, response):
        """None, as if nothing led on: requests would read such an answer to its end, however long it is."""


@dataclass(frozen=True)
class Web:
    """Threads may share one: each has its own connections.

    Raises:
        SettingsError: `api` is no address.
    """

    api: str = API
    """Address in front of /assets."""
    seconds: float = 20.0
    """Without an answer."""
    attempts: int = 4
    pause: float = 1.0
    """Seconds before the second attempt; twice as long before each further one."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Once set, everything under way ends with Stopped."""
    _own: threading.local = field(default_factory=threading.local)

    def __post_init__(self):
        if not PLAIN_URL.fullmatch(self.api) or not _origin(self.api) or "?" in self.api or "#" in self.api:
            raise SettingsError(f"{self.api!r} is no address of an API. Give one like {API}.")

    def read_json(self, path: str, **query) -> object:
        """What the API answers.

        Raises:
            AssetError: no answer after all attempts, or one that is no JSON or too large.
            Stopped.
        """
        url = self.api.rstrip("/") + path + ("?" + urlencode(query) if query else "")
        data = self._persist(url, lambda: b"".join(self._blocks(url, LARGEST_JSON)))
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise AssetError(f"{url}: the answer is no JSON ({_first_line(error)}). Check the API's address.") from None

    def save(self, url: str, size: int, md5: str, path: Path, tick: Callable[[int], None] = lambda count: None) -> None:
        """Write what is at `url` to `path`, anew with each attempt.

        Args:
            size, md5: that it must have.
            tick: called with the size of each block that arrives, and with its negative sum when they were in vain.
        Raises:
            AssetError: it is not there, or is something else; `path` may hold half a file.
            OSError: it cannot be written.
            Stopped.
        """
        self._persist(url, lambda: self._save_once(url, size, md5, path, tick))

    def _save_once(self, url: str, size: int, md5: str, path: Path, tick) -> None:
        digest, received = hashlib.md5(usedforsecurity=False), 0
        try:
            with open(path, "wb") as file:
                for block in self._blocks(url, size):
                    digest.update(block)
                    file.write(block)
                    received += len(block)
                    tick(len(block))
                file.flush()
                os.fsync(file.fileno())
            self._compare(url, received, size, digest.hexdigest(), md5)
        except Exception:
            tick(-received)
            raise

    @staticmethod
    def _compare(url: str, received: int, size: int, digest: str, md5: str) -> None:
        if received != size:
            raise _Passing(f"{received:,} of {size:,} bytes came")
        if digest != md5:
            raise AssetError(f"{url}: MD5 {digest}, but the API says {md5}. Try again tomorrow: the file may be new.")

    def _blocks(self, url: str, most: int) -> Iterator[bytes]:
        """The body, as it comes; no more than `most` bytes and not too slowly."""
        with self._open(url) as response:
            began, received = time.monotonic(), 0
            # read1 gives what is there: read would wait for a whole block, however slowly it trickles.
            while block := response.raw.read1(BLOCK, decode_content=False):
                if self.stop.is_set():
                    raise Stopped
                received += len(block)
                if received > most:
                    raise AssetError(f"{url}: more than the {most:,} bytes that were expected.")
                if time.monotonic() - began > self.seconds + received / SLOWEST:
                    raise _Passing(f"only {received:,} bytes in {self.seconds:g} seconds and more")
                yield block

    def _open(self, url: str) -> requests.Response:
        """Follows redirects as long as they lead to where we may go."""
        for _ in range(MOST_REDIRECTS + 1):
            self._check(url)
            response = self._session().get(url, stream=True, allow_redirects=False, timeout=self.seconds)
            if not response.is_redirect:
                break
            response.close()
            url = _joined(url, response.headers["location"])
        if response.status_code == 200:
            return response
        response.close()
        status = f"{url}: status {response.status_code}"
        if response.status_code in PASSING:
            raise _Passing(status, _retry_after(response))
        raise AssetError(f"{status}. It is not there, or not any more: try again tomorrow.")

    def _check(self, url: str) -> None:
        """With the parser of the library that connects, as another one may see another host.

        Raises:
            AssetError: `url` leads elsewhere.
        """
        servers = (self.api, *FILE_SERVERS.get(self.api.rstrip("/"), ()))
        if not PLAIN_URL.fullmatch(url) or _origin(url) not in map(_origin, servers):
            raise AssetError(f"{url[:200]!r} leads away from {' and '.join(servers)}. Nothing is fetched from there.")

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = _Session()
            self._own.session.headers.update({"User-Agent": AGENT, "Accept-Encoding": "identity"})
        return self._own.session

    def _persist(self, url: str, work: Callable):
        """`work()`, again after failures that may pass."""
        wait = self.pause
        for attempt in range(1, self.attempts + 1):
            if self.stop.is_set():
                raise Stopped
            try:
                return work()
            except _Passing as error:
                failure, asked = str(error), error.wait
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                if isinstance(error, ValueError):  # the address or a header is wrong, and will stay so
                    raise AssetError(f"{url[:200]!r}: {_first_line(error)}.") from None
                failure, asked = _first_line(error), 0.0
            if attempt < self.attempts and self.stop.wait(max(wait, asked)):
                raise Stopped
            wait *= 2
        named = failure if url in failure else f"{url}: {failure}"
        raise AssetError(f"{named}, {self.attempts} times. Check the connection, or try again later.")


def _origin(url: str) -> tuple:
    """Scheme, host and port; nothing for what is no URL, or gives a name and password."""
    try:
        parts = urllib3.util.parse_url(url)
    except ValueError:
        return ()
    if parts.auth or not parts.host:
        return ()
    return parts.scheme, parts.host, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise AssetError(f"{url}: leads to {location[:100]!r}, which is no address. Try again tomorrow.") from None


def _retry_after(response: requests.Response) -> float:
    """Seconds that the server asks for, up to a limit; dates are not looked at."""
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT) if re.fullmatch(r"[0-9]{1,9}", asked) else 0.0


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]

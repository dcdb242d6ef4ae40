"""Files of a data set: written to a temporary name, flushed, then renamed; a final name never holds half a file."""

import contextlib
import json
import os
from pathlib import Path

from .errors import AssetError, SettingsError

RECORD_FORM = 1
LARGEST_JSON = 64 * 2**20


def write_bytes_atomically(path, data: bytes) -> None:
    """Write `data` under `path`, or leave what was there.

    Raises:
        SettingsError: the folder cannot be written or the disk is full.
    """
    path = Path(path)
    temporary = temporary_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):  # as where a file lies in the place of its folder
            temporary.unlink(missing_ok=True)
        raise SettingsError(
            f"Cannot write {path}: {error.strerror}. Free some space or choose another --out."
        ) from error


def write_json_atomically(path, value) -> None:
    """As `write_bytes_atomically`; the same value gives the same bytes."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    write_bytes_atomically(path, text.encode())


def temporary_name(path: Path) -> Path:
    """Beside the final name, told apart by process, so that two shards never share one. Keeps the extension."""
    return path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")


def read_json(path) -> dict:
    """Raises AssetError when the file is missing, too large, cut short or no JSON object."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_JSON:
            raise AssetError(f"{path} is over {LARGEST_JSON >> 20} MB, no file of ours. Remove it.")
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise AssetError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise AssetError(f"{path} is not valid JSON ({error}).") from error
    if not isinstance(value, dict):
        raise AssetError(f"{path} holds a {type(value).__name__} where an object belongs.")
    return value


def read_record(path) -> dict:
    """One picture's record: {'record', 'spec', 'truth', 'made'}. Raises AssetError when it is not one."""
    path = Path(path)
    fix = f"Render it again with --only {path.stem.lstrip('0') or 0}."
    try:
        record = read_json(path)
    except AssetError as error:
        raise AssetError(f"{error} {fix}") from error
    missing = {"record", "spec", "truth", "made"} - set(record)
    if missing or record["record"] != RECORD_FORM:
        found = f"no {sorted(missing)[0]!r}" if missing else f"form {record['record']!r}, expected {RECORD_FORM}"
        raise AssetError(f"{path} is not a picture's record ({found}). {fix}")
    return record


def people_of(spec: dict) -> list:
    """The specs of everybody in a record's picture, in the order of its truth: the scene's, then those pasted on it."""
    return [*spec["persons"], *(person for pasted in spec.get("pasted", ()) for person in pasted["persons"])]


def record_path(out, index: int) -> Path:
    return Path(out) / "records" / f"{index:06d}.json"


def image_path(out, index: int, extension: str) -> Path:
    return Path(out) / "images" / f"{index:06d}.{extension}"


def mask_path(out, index: int) -> Path:
    return Path(out) / "masks" / f"{index:06d}.png"

"""Pack the add-on: one folder `posewright/` that Blender 3.4 installs as an add-on and 4.2 and later as an extension.

The open body goes along as `posewright/library/bodies/`, and what renders in the background as `posewright/headless/`.
The same files give the same bytes.
"""

import argparse
import io
import sys
import zipfile
from pathlib import Path

if not __package__:  # run as a file: Python put headless/ on the path, our packages lie one up
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from blender_addon.core.errors import AssetError, PosewrightError
from blender_addon.core.records import write_bytes_atomically

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "posewright"
LARGEST = 60 * 2**20
NEEDED = ("__init__.py", "blender_manifest.toml")
PROGRAMS = ("__init__.py", "annotate.py", "coco_entry.py", "mask_file.py", "probe.py", "render.py")
"""Of headless/: what the panel starts."""
OWN_NAME = '''"""The name that headless/ knows the add-on by: this folder's parent, whatever it is installed as."""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parents[1])]
'''
"""Of `blender_addon/__init__.py` inside the add-on."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Zip's first date, for every file, so that only contents count."""


def make_zip(path, root: Path = ROOT) -> Path:
    """Write the add-on of the checkout `root` to `path`.

    Raises:
        AssetError: the add-on or the open body is not whole, or the zip would be too large to install.
    """
    files = addon_files(root)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", LONG_AGO)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # else the bytes tell Windows from Unix
            given = files[name]
            data = given.encode() if isinstance(given, str) else given.read_bytes()
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    data = packed.getvalue()
    if len(data) > LARGEST:
        raise AssetError(
            f"The zip would be {len(data) >> 20} MB, at most {LARGEST >> 20} MB install well. "
            "Keep only the open body in assets/library/bodies."
        )
    write_bytes_atomically(path, data)
    return Path(path)


def addon_files(root: Path) -> dict[str, Path | str]:
    """{name inside the add-on's folder: file, or the text of one}."""
    addon, bodies = root / "blender_addon", root / "assets" / "library" / "bodies"
    files = {
        path.relative_to(addon).as_posix(): path
        for path in addon.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    # Only our own: licensed bodies of the user's may lie beside it.
    body = {f"library/bodies/{path.name}": path for path in bodies.glob("open_body*") if path.is_file()}
    missing = [name for name in NEEDED if name not in files]
    if missing:
        raise AssetError(f"{addon} has no {missing[0]}. Check the checkout is whole: git status.")
    if "library/bodies/open_body.npz" not in body:
        raise AssetError(f"No open_body.npz under {bodies}. Run `make assets`.")
    programs = {f"headless/{name}": root / "headless" / name for name in PROGRAMS}
    lost = [str(path) for path in programs.values() if not path.is_file()]
    if lost:
        raise AssetError(f"{lost[0]} is missing. Check the checkout is whole: git status.")
    own_name = {"blender_addon/__init__.py": OWN_NAME}
    return files | body | programs | own_name | {"LICENSE": root / "LICENSE"}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Pack the add-on and the open body.")
    parser.add_argument("--out", type=Path, required=True, help="the zip to write")
    path = make_zip(parser.parse_args(argv).out)
    print(f"{path}  {path.stat().st_size / 2**20:.1f} MB")
    return 0


def run() -> int | str:
    try:
        return main()
    except PosewrightError as error:  # the user's to mend: one line, no traceback
        return f"error: {error}"


if __name__ == "__main__":
    sys.exit(run())

"""Say what is here, what is missing and how to mend it."""

import importlib.metadata
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from blender_addon.core.catalog import ENVIRONMENT_SUFFIXES, OPEN_BODY, ROOMS, asset_folders, library_folder
from blender_addon.core.errors import AssetError

MARK = "POSEWRIGHT_PROBE "
"""As probe.py prints it; importing that needs bpy."""
HERE = Path(__file__).resolve().parent
PACKAGES = ("anny", "bpy", "numpy", "opencv-python-headless", "pycocotools", "smplx", "torch", "tyro")
PROBE_SECONDS = 120
LOW_SPACE_GB = 5


@dataclass(frozen=True)
class Finding:
    """One line of the report. `fix` is empty where all is well; `stops` when nothing renders without it."""

    name: str
    found: str
    fix: str = ""
    stops: bool = False


def examine(out: Path, blender: str | None, folders: tuple[Path, ...]) -> list[Finding]:
    """Everything that rendering into `out` depends on."""
    blenders, environments = _blenders(blender)
    return [
        Finding("Python", f"{platform.python_version()} at {sys.executable}"),
        *_packages(),
        *blenders,
        _open_body(),
        *_asset_folders(folders, environments),
        *_output(out),
    ]


def _packages() -> list[Finding]:
    findings = []
    for name in PACKAGES:
        try:
            findings.append(Finding(name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            findings.append(Finding(name, "not installed", "Run `make setup`."))
    return findings


def _blenders(asked: str | None) -> tuple[list[Finding], int]:
    """Findings on the wheel and the binaries, and how many environments the best of them ships."""
    commands = {"bpy wheel": [sys.executable, str(HERE / "probe.py")]}
    binary = asked or "blender"
    path = shutil.which(binary)
    if path:
        options = ["-b", "--factory-startup", "--python-exit-code", "1", "-P"]
        commands[f"Blender {path}"] = [path, *options, str(HERE / "probe.py")]
    probes = {name: probe(command) for name, command in commands.items()}
    works = any(isinstance(found, dict) and found["numpy"] and found["cycles"] for found in probes.values())
    findings = [finding for name, found in probes.items() for finding in _judge(name, found, works)]
    if not path:
        fix = f"Check --blender {asked}." if asked else "Only needed to use the add-on; the bpy wheel renders alone."
        findings.append(Finding(f"Blender {binary}", "not found", fix, stops=bool(asked)))
    shipped = [found["environments"] for found in probes.values() if isinstance(found, dict)]
    return findings, max(shipped, default=0)


def probe(command: list[str]) -> dict | str:
    """What headless/probe.py says in that Blender, or the last thing said before it failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    for line in done.stdout.splitlines():
        if line.startswith(MARK):
            return json.loads(line.removeprefix(MARK))
    return ((done.stderr + done.stdout).strip().splitlines() or ["it said nothing"])[-1]


def _judge(name: str, found: dict | str, works: bool) -> list[Finding]:
    """Findings on one Blender; its faults stop nothing while another `works`."""
    if isinstance(found, str):
        fix = "Install the system libraries that README names, then run `make setup`."
        return [Finding(name, f"does not start: {found}", fix, stops=not works)]
    findings = [Finding(name, f"{found['blender']}, Python {found['python']}, numpy {found['numpy'] or 'none'}")]
    if not found["numpy"]:
        fix = "Debian's Blender needs `apt-get install python3-numpy`; blender.org's builds bring it."
        findings.append(Finding("  numpy", "none in this Blender", fix, stops=not works))
    if not found["cycles"]:
        findings.append(Finding("  Cycles", "none in this Blender", "Use a build with Cycles.", stops=not works))
        return findings
    graphics = [f"{kind}: {', '.join(names)}" for kind, names in found["devices"].items() if kind != "CPU"]
    # Nothing to mend where there is no graphics card, so this is a remark.
    no_card = "CPU only; a graphics card and its driver make pictures much faster"
    findings.append(Finding("  devices", "; ".join(graphics) or no_card))
    if found["denoiser"]:
        findings.append(Finding("  denoiser", "OpenImageDenoise"))
    else:
        fix = "Slower, as more samples are taken instead. blender.org's builds and the bpy wheel have it."
        findings.append(Finding("  denoiser", "none in this Blender", fix))
    return findings


def _open_body() -> Finding:
    path = library_folder() / "bodies" / f"{OPEN_BODY}.npz"
    if path.is_file():
        return Finding("open body", f"{path}, {path.stat().st_size / 2**20:.1f} MB")
    return Finding("open body", "not built", "Run `make assets` or `posewright assets build`.", stops=True)


def _asset_folders(folders: tuple[Path, ...], shipped: int) -> list[Finding]:
    try:
        places = asset_folders(folders)
    except AssetError as error:
        return [Finding("assets", str(error), "Mend the option, or leave it out to use what is built in.", stops=True)]
    findings = [Finding(f"assets {place}", _contents(place)) for place in places]
    own = sum(len(_environments(place)) for place in places)
    if own + shipped == 0:
        fix = "Put .hdr or .exr files in an asset folder's hdri/, or use a Blender that ships its eight."
        findings.append(Finding("environments", "none", fix, stops=True))
    else:
        findings.append(Finding("environments", f"{own} in asset folders, {shipped} shipped with Blender"))
    return findings


def _contents(place: Path) -> str:
    rooms = {room: sum(path.is_file() for path in (place / room).rglob("*")) for room in ROOMS}
    return ", ".join(f"{room} {number} files" for room, number in rooms.items() if number) or "nothing"


def _environments(place: Path) -> list[Path]:
    return [path for path in (place / "hdri").glob("*") if path.suffix.lower() in ENVIRONMENT_SUFFIXES]


def _output(out: Path) -> list[Finding]:
    """Space and permission where the pictures would go."""
    place = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free / 1e9
    fix = "" if free >= LOW_SPACE_GB else "Free some, or render to another disk."
    space = Finding("free space", f"{free:.0f} GB at {place}", fix, stops=free < 0.1)
    try:
        with tempfile.TemporaryFile(dir=place):
            return [space, Finding("output", f"{place} can be written")]
    except OSError as error:
        fix = "Choose another --out, or mend the permissions."
        return [space, Finding("output", f"{place} cannot be written: {error.strerror}", fix, stops=True)]


def print_findings(findings: list[Finding], console: Console) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", overflow="fold")
    table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(finding.name, finding.found, style="red" if finding.stops else "yellow" if finding.fix else None)
    console.print(table)
    for finding in findings:
        if finding.fix:
            kind = "error" if finding.stops else "note"
            line = f"{kind}: {finding.name.strip()}: {finding.found}. {finding.fix}"
            console.print(line, soft_wrap=True, markup=False, highlight=False)


def main(out: Path, blender: str | None, folders: tuple[Path, ...]) -> int:
    findings = examine(out, blender, folders)
    print_findings(findings, Console())
    stopped = any(finding.stops for finding in findings)
    print("Not ready to render." if stopped else "Ready to render.")
    return 1 if stopped else 0

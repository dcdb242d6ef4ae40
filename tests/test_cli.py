"""The command line: options go through unchanged, mistakes give one line and a status, never a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from blender_addon.core.errors import AssetError, SettingsError
from headless import cli, cli_assets, doctor
from headless.make_zip import PROGRAMS, make_zip
from tests.made_dataset import make_dataset

ROOT = Path(__file__).resolve().parent.parent


def posewright(*words, **settings):
    command = [sys.executable, "-m", "headless.cli", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **settings)


@pytest.mark.parametrize(
    "words", [[], ["render"], ["annotate"], ["validate"], ["preview"], ["export"], ["report"], ["assets"], ["doctor"]]
)
def test_help_explains(words, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.parse([*words, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert "usage: posewright" in text and "{None}" not in text


@pytest.mark.parametrize(
    "words, complaint",
    [
        pytest.param("render --nope", "Unrecognized options: --nope", id="unknown option"),
        pytest.param("render --count many", "--count", id="no number"),
        pytest.param("render --size 640", "--size", id="half a size"),
        pytest.param("render --device abacus", "invalid choice 'abacus'", id="unknown device"),
        pytest.param("annotate", "FOLDER", id="nothing to annotate"),
        pytest.param("dance", "dance", id="unknown command"),
        pytest.param("", "render", id="no command"),
    ],
)
@pytest.mark.parametrize("capture", ["capsys", "capfd"])  # a terminal without Unicode and one with
def test_bad_usage_gives_one_line_and_status_2(words, complaint, capture, request):
    capsys = request.getfixturevalue(capture)
    with pytest.raises(SystemExit) as stop:
        cli.parse(words.split())
    assert stop.value.code == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("error: ") and complaint in printed.err
    assert printed.err.count("\n") == 1 and printed.out == ""


def test_errors_of_the_users_give_one_line_and_status_1(tmp_path):
    done = posewright("annotate", tmp_path / "none")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("error: No records") and done.stderr.count("\n") == 1


def test_annotate_validate_and_preview(tmp_path):
    out = make_dataset(tmp_path, [[(0, 0, 3.0)]])
    assert posewright("annotate", out).returncode == 0
    assert posewright("validate", out).returncode == 0
    assert posewright("preview", out, "--no-labels", "--columns", 1).returncode == 0
    assert (out / "preview.jpg").stat().st_size > 1000
    (out / "images/000000.jpg").unlink()
    assert posewright("validate", out).returncode == 1


# ---- render


def test_defaults_are_not_passed_on():
    assert cli.render_options(cli.parse(["render"])) == []


def test_options_are_passed_on_as_given():
    words = "--out out/a b --count 3 --start 4 --only 5 --seed 6 --size 64 48 --samples 1 --persons 2 2 --device cpu"
    words = [*words.replace("a b", "a_b").split(), "--assets", "one folder", "--assets", "two"]
    words += ["--body", "a", "--body", "b", "--children", "0.5", "--poses", "amass"]
    words += ["--pose-mix", "gan:1", "--rare-extreme", "--like-photo", "--human-occluders", "0.25"]
    words += ["--format", "png"]
    assert cli.render_options(cli.parse(["render", *words])) == words


def test_wheel_renders_unless_a_binary_is_named(tmp_path):
    script = str(ROOT / "headless" / "render.py")
    assert cli.render_command(cli.Render(count=2)) == [sys.executable, script, "--count", "2"]
    binary = tmp_path / "blender"
    binary.touch(0o755)
    command = cli.render_command(cli.Render(count=2, blender=str(binary)))
    assert command[:3] == [str(binary), "-b", "--factory-startup"]
    assert command[-5:] == ["-P", script, "--", "--count", "2"]
    with pytest.raises(SettingsError, match="--blender"):
        cli.render_command(cli.Render(blender=str(tmp_path / "none")))


@pytest.mark.blender
def test_options_and_defaults_are_render_pys():
    program = (
        "import json; from headless.render import make_parser; actions = make_parser()._actions;"
        "print(json.dumps({a.dest: [a.option_strings[0], a.choices, a.default] for a in actions}, default=str))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    del theirs["help"]
    options = cli.Render()
    ours = {name: getattr(options, name) for name in vars(options) if name != "blender"}
    assert set(ours) == set(theirs)
    for name, (option, choices, default) in theirs.items():
        assert option == "--" + name.replace("_", "-")
        assert json.loads(json.dumps(ours[name], default=str)) == default
        for choice in choices or []:
            cli.parse(["render", option, choice])


@pytest.mark.parametrize(
    "program, status",
    [
        pytest.param("raise SystemExit(0)", 0, id="success"),
        pytest.param("raise SystemExit(3)", 3, id="failure"),
        pytest.param("import os; os.kill(os.getpid(), 9)", 137, id="killed"),
    ],
)
def test_status_of_the_child_is_ours(program, status):
    assert cli.wait_for([sys.executable, "-c", program]) == status


def test_child_learns_which_python_writes_the_labels(monkeypatch):
    monkeypatch.delenv("POSEWRIGHT_PYTHON", raising=False)
    program = "import os, sys; sys.exit(os.environ['POSEWRIGHT_PYTHON'] != sys.executable)"
    assert cli.wait_for([sys.executable, "-c", program]) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_interrupt_lets_the_child_finish_its_own_way(tmp_path):
    child = (
        "import sys, time\n"
        "try:\n"
        "    print('up', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(42)"
    )
    program = f"import sys; from headless.cli import wait_for; sys.exit(wait_for([sys.executable, '-c', {child!r}]))"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
    ) as parent:
        assert parent.stdout.readline() == b"up\n"
        time.sleep(0.2)
        os.killpg(parent.pid, signal.SIGINT)  # as a terminal does: to all of them
        assert parent.wait(20) == 42


# ---- assets


@pytest.mark.parametrize(
    "status, started", [pytest.param(0, 2, id="both"), pytest.param(3, 1, id="stops at a failure")]
)
def test_assets_build_runs_the_body_then_its_skin(monkeypatch, status, started):
    commands = []

    def run(command, **_):
        commands.append(command[2])
        return subprocess.CompletedProcess(command, status)

    monkeypatch.setattr(cli_assets.subprocess, "run", run)
    assert cli.main(["assets", "build"]) == status
    assert commands == ["assets.bodies.open_body", "assets.bodies.skin_maps"][:started]


def test_assets_list_names_kind_and_licence(tmp_path, capsys):
    (tmp_path / "hdri").mkdir()
    (tmp_path / "hdri" / "yard.hdr").write_bytes(b"#?RADIANCE\n")
    (tmp_path / "hdri" / "broken.hdr").write_bytes(b"no picture")
    (tmp_path / "bodies").mkdir()
    (tmp_path / "bodies" / "someone.npz").touch()
    (tmp_path / "LICENSE.txt").write_text("CC0\n")
    cli_assets.list_assets((tmp_path,))
    text = capsys.readouterr().out
    assert "yard" in text and "CC0" in text and "someone" in text
    assert "left out:" in text and "broken.hdr" in text


# ---- doctor


def fake_blender(path: Path, numpy: str | None = "1.26.4") -> str:
    """A binary that answers as headless/probe.py would."""
    answer = {"blender": "9.9", "python": "3.11", "numpy": numpy, "environments": 8, "cycles": True, "denoiser": False}
    answer["devices"] = {"CPU": ["chip"], "OPTIX": ["card"]}
    path.write_text(f"#!/bin/sh\necho chatter\necho '{doctor.MARK}{json.dumps(answer)}'\n")
    path.chmod(0o755)
    return str(path)


def examine(tmp_path, monkeypatch, blender=None, folders=(), wheel="no wheel here", body=True):
    monkeypatch.setattr(doctor, "library_folder", lambda: tmp_path / "library")
    if body:
        (tmp_path / "library" / "bodies").mkdir(parents=True)
        (tmp_path / "library" / "bodies" / "open_body.npz").touch()
    real = doctor.probe
    monkeypatch.setattr(doctor, "probe", lambda command: wheel if command[0] == sys.executable else real(command))
    return doctor.examine(tmp_path / "out", blender, folders)


def stops(findings) -> list[str]:
    return [finding.name for finding in findings if finding.stops]


def test_doctor_is_content_with_one_blender_that_works(tmp_path, monkeypatch):
    findings = examine(tmp_path, monkeypatch, fake_blender(tmp_path / "blender"))
    assert stops(findings) == []
    text = {finding.name.strip(): finding for finding in findings}
    assert "OPTIX: card" in text["devices"].found
    assert text["denoiser"].fix and "no wheel here" in text["bpy wheel"].found


def test_doctor_names_what_stops_rendering_and_the_fix(tmp_path, monkeypatch):
    findings = examine(
        tmp_path, monkeypatch, fake_blender(tmp_path / "blender", None), (tmp_path / "none",), body=False
    )
    assert stops(findings) == ["bpy wheel", "  numpy", "open body", "assets"]
    fixes = " ".join(finding.fix for finding in findings)
    assert "python3-numpy" in fixes and "make assets" in fixes


def test_doctor_stops_at_a_blender_that_is_not_there(tmp_path, monkeypatch):
    findings = examine(tmp_path, monkeypatch, str(tmp_path / "none"))
    assert f"Blender {tmp_path / 'none'}" in stops(findings)


def test_doctor_says_which_folder_cannot_be_written(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    tmp_path.chmod(0o500)
    assert any("cannot be written" in finding.found for finding in doctor._output(tmp_path / "out"))


def test_doctor_prints_a_line_for_each_fix(tmp_path, monkeypatch, capsys):
    finding = doctor.Finding("open body", "not built", "Run `make assets`.", stops=True)
    monkeypatch.setattr(doctor, "examine", lambda *_: [finding])
    assert doctor.main(tmp_path, None, ()) == 1
    assert "error: open body: not built. Run `make assets`." in capsys.readouterr().out


def test_probe_marks_its_line_as_doctor_expects():
    assert f'MARK = "{doctor.MARK}"' in (ROOT / "headless" / "probe.py").read_text()


@pytest.mark.blender
def test_probe_answers_in_the_wheel():
    found = doctor.probe([sys.executable, str(ROOT / "headless" / "probe.py")])
    assert found["blender"].startswith("4.5") and found["cycles"] and found["devices"]["CPU"]
    assert found["environments"] == 8


# ---- zip


@pytest.fixture
def checkout(tmp_path):
    """A tree with an add-on and a body."""
    files = {
        "blender_addon/__init__.py": "bl_info = {}",
        "blender_addon/blender_manifest.toml": "id = 'posewright'",
        "blender_addon/core/spec.py": "x = 1",
        "blender_addon/core/__pycache__/spec.pyc": "",
        "assets/library/bodies/open_body.npz": "body",
        "assets/library/bodies/SMPL_NEUTRAL.npz": "licensed",
        "LICENSE": "GPL",
    }
    files |= {f"headless/{name}": "" for name in PROGRAMS}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_zip_holds_one_folder_with_the_addon_and_the_open_body(checkout):
    path = make_zip(checkout / "dist/posewright.zip", checkout)
    assert zipfile.ZipFile(path).namelist() == [
        "posewright/LICENSE",
        "posewright/__init__.py",
        "posewright/blender_addon/__init__.py",
        "posewright/blender_manifest.toml",
        "posewright/core/spec.py",
        *(f"posewright/headless/{name}" for name in PROGRAMS),
        "posewright/library/bodies/open_body.npz",
    ]


def test_zip_of_the_same_files_has_the_same_bytes(checkout):
    first = make_zip(checkout / "first.zip", checkout).read_bytes()
    os.utime(checkout / "LICENSE", (1e9, 1e9))
    (checkout / "LICENSE").chmod(0o600)
    assert make_zip(checkout / "second.zip", checkout).read_bytes() == first


@pytest.mark.parametrize(
    "name", ["blender_addon/blender_manifest.toml", "assets/library/bodies/open_body.npz", "headless/render.py"]
)
def test_zip_is_not_made_of_half_an_addon(checkout, name):
    (checkout / name).unlink()
    with pytest.raises(AssetError):
        make_zip(checkout / "posewright.zip", checkout)
    assert not (checkout / "posewright.zip").exists()

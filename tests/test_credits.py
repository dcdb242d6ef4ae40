"""Who made what: every asset that the catalog finds has a line, and says so when nobody is named."""

import json

import pytest

from blender_addon.core.catalog import load_catalog
from blender_addon.core.credits import Credit, read_credit
from headless.cli import parse
from headless.credits import UNKNOWN, credit_lines, markdown_table, text_table

MHCLO = """# This is a clothes file for MakeHuman
# This asset was explicitly released as CC0 in september 2020.
# Copyright (C) 2020 Data Collection AB, https://www.datacollection.se
# Copyright (C) 2020 Joel Palmius
basemesh hm08
"""
COMMUNITY = "# author Ada Example\n# license CC-BY 4.0\nbasemesh hm08\n"


@pytest.fixture
def folder(tmp_path):
    """One asset of each kind, most with somebody's name."""
    for path, text in {
        "hdri/square_1k.hdr": "#?RADIANCE\n",
        "hdri/square_1k.hdr.json": json.dumps({"authors": {"Ada": "All", "Bo": ""}, "licence": "CC0", "source": "web"}),
        "hdri/nobody_1k.hdr": "#?RADIANCE\n",
        "occluders/chair/chair_1k.gltf": "{}",
        "clothes/shirt/shirt.mhclo": MHCLO,
        "hair/bun/bun.mhclo": COMMUNITY,
        "wardrobe/tee/garment.json": json.dumps({"licence": "CC0 photo", "source": "a | shop", "author": "Cleo"}),
        "skins/someone/skin.json": "{",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.fixture
def lines(folder, open_body_path):
    return {f"{line.kind}/{line.name}": line for line in credit_lines(load_catalog([folder]))}


@pytest.mark.parametrize(
    ("name", "author", "licence"),
    [
        ("body/open_body", UNKNOWN, "CC0-1.0"),
        ("environment/square_1k", "Ada, Bo", "CC0"),
        ("environment/nobody_1k", UNKNOWN, UNKNOWN),
        ("occluder/chair_1k", UNKNOWN, UNKNOWN),
        ("clothes/shirt", "Data Collection AB, Joel Palmius", UNKNOWN),
        ("hair/bun", "Ada Example", "CC-BY 4.0"),
        ("garments/tee", "Cleo", "CC0 photo"),
        ("skins/someone", UNKNOWN, UNKNOWN),
    ],
)
def test_each_asset_is_credited_as_its_files_say(lines, name, author, licence):
    assert (lines[name].author, lines[name].licence) == (author, licence)


def test_the_poses_that_ship_name_their_source(lines):
    assert "CMU Graphics Lab" in lines["motion/motion"].licence and lines["motion/motion"].source == "mocap.cs.cmu.edu"


def test_environments_that_ship_with_blender_are_credited(tmp_path, open_body_path):
    (tmp_path / "hdri").mkdir()
    (tmp_path / "city.exr").write_bytes(b"v/1\x01")
    catalog = load_catalog([tmp_path], tmp_path)
    assert [line.author for line in credit_lines(catalog) if line.kind == "environment"] == ["Greg Zaal"]


def test_tables_have_every_asset_whole(lines):
    text, markdown = text_table(list(lines.values())), markdown_table(list(lines.values()))
    assert len(text) == len(lines) + 2 and len(markdown) == len(lines) + 2
    nameless = sum(line.author == UNKNOWN for line in lines.values())
    assert text[-1] == f"{len(lines)} assets, {nameless} of them by nobody who is named"
    for line in lines.values():
        assert any(all(cell in row for cell in line.cells()) for row in text)
    assert all(row.replace("\\|", "").count("|") == 6 for row in markdown)
    assert any("a \\| shop" in row for row in markdown)


def test_the_command_prints_markdown(folder, open_body_path, capsys):
    assert parse(["assets", "credits", "--assets", str(folder), "--markdown"]).run() == 0
    assert "| hair | bun | Ada Example | CC-BY 4.0 |" in capsys.readouterr().out


@pytest.mark.parametrize("note", ["{", "[]", '{"authors": 3, "licence": ["CC0"]}', '{"authors": [[1], null]}'])
def test_of_a_broken_note_nothing_is_believed(tmp_path, note):
    (tmp_path / "a.hdr.json").write_text(note)
    credit = read_credit(tmp_path / "a.hdr")
    assert credit.author == "" and credit.licence == "unknown"


def test_a_note_cannot_steer_a_terminal(tmp_path):
    (tmp_path / "a.hdr.json").write_text(
        json.dumps({"authors": {"\x1b[2JEve\n": ""}, "licence": "\ud800CC0", "source": "s"})
    )
    assert read_credit(tmp_path / "a.hdr") == Credit("[2JEve", "CC0", "s")
    assert read_credit(tmp_path / "b.hdr") is None

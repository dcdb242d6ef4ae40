"""A file that turns out to be broken while pictures are made does not end the night."""

import json

import pytest

from tests.made_makehuman import make_clothes

from .test_render import SMALL, labels, run

pytestmark = pytest.mark.blender


def test_a_run_goes_on_without_a_broken_texture(tmp_path, body):
    for name, tag in (("made_torn", "Male"), ("made_whole", "Female")):
        make_clothes(tmp_path / "assets" / "wardrobe", body, name, tags=(tag,))
    torn = tmp_path / "assets" / "wardrobe" / "clothes" / "made_torn" / "made_torn.png"
    torn.write_bytes(torn.read_bytes()[:-40])
    given = ["--assets", tmp_path / "assets", *SMALL, "--persons", 1, 1, "--set", "occluders=[0,0]"]
    out = tmp_path / "out"
    done = run("--count", 5, "--out", out, *given)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("left out from here on: ") == 1
    assert str(torn) in done.stderr
    assert "1 broken files left out while rendering" in done.stderr
    specs = [json.loads((out / "records" / f"{index:06d}.json").read_text())["spec"] for index in range(5)]
    assert not any("made_torn" in json.dumps(spec) for spec in specs)
    again = [spec["index"] for spec in specs if spec["attempt"]]
    assert again and len(again) < 5
    # The last of them comes out the same where nobody has met the broken file before.
    alone = run("--only", again[-1], "--out", tmp_path / "alone", *given)
    assert alone.returncode == 0, alone.stderr
    name = f"{again[-1]:06d}.json"
    assert labels(tmp_path / "alone")[name] == labels(out)[name]

"""The page about a data set: its numbers are the labels', its warnings name files, and nothing leaves it."""

import json
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest

from blender_addon.core.errors import AssetError, SettingsError
from headless import cli
from headless.annotate import annotate, record_paths
from headless.report import look_over, published, report
from headless.report.charts import draw_times
from headless.report.findings import find
from headless.report.survey import survey
from tests.made_dataset import make_dataset
from tests.made_export import ALONE, complete, make_export_set

HOSTILE = "<script>alert(1)</script>\"'><img src=http://evil.example/x onerror=alert(2)>"


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.words, self.skipped = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.words += " "
        self.skipped = tag == "style"

    def handle_endtag(self, tag):
        self.skipped = self.skipped and tag != "style"

    def handle_data(self, data):
        self.words += "" if self.skipped else data

    @property
    def line(self) -> str:
        return " ".join(self.words.split())


def page_of(out, **options) -> Page:
    path, _ = report(out, **options)
    return Page(path.read_text("utf-8"))


def findings_of(out) -> str:
    """All warnings with what they name."""
    return " ".join(" ".join((finding.text, *finding.lines)) for finding in look_over(out)[2])


@pytest.fixture
def out(tmp_path):
    """Eight pictures that name their assets."""
    out = make_export_set(tmp_path / "set")
    annotate(out)
    return out


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A data set with nothing wrong, and its page; only to be read."""
    out = make_export_set(tmp_path_factory.mktemp("sound") / "set")
    annotate(out)
    return out, page_of(out)


def test_numbers_are_those_of_the_labels(sound):
    out, page = sound
    coco = json.loads((out / "annotations/person_keypoints.json").read_text())
    flags = [flag for person in coco["annotations"] for flag in person["keypoints"][2::3]]
    found = survey(out).statistics
    assert found.pictures == len(coco["images"]) and found.persons == len(coco["annotations"])
    assert found.flags == tuple(flags.count(flag) for flag in (0, 1, 2))
    assert found.hidden_share == pytest.approx(flags.count(1) / (flags.count(1) + flags.count(2)))
    assert found.labelled.mean == pytest.approx(np.mean([person["num_keypoints"] for person in coco["annotations"]]))
    words = page.line
    assert f"people {found.persons}" in words and f"visible, v = 2 {flags.count(2) / len(flags):.1%}" in words


def test_every_keypoint_has_one_fate(sound):
    out, _ = sound
    found = survey(out).statistics
    assert (found.fates.sum(1) == found.persons).all()
    coco = json.loads((out / "annotations/person_keypoints.json").read_text())
    causes = [
        cause
        for person in coco["annotations"]
        for cause, flag in zip(person["posewright"]["occluded_by"], person["keypoints"][2::3], strict=False)
        if flag == 1
    ]
    assert found.causes["person"] == causes.count("person") and found.causes["object"] == 0


def test_page_is_one_file_that_asks_for_nothing(sound):
    out, page = sound
    loading = [attrs[name] for tag, attrs in page.tags for name in ("src", "srcset", "data", "poster") if name in attrs]
    loading += [attrs["href"] for tag, attrs in page.tags if tag != "a" and "href" in attrs]
    assert loading and all(address.startswith("data:") for address in loading)
    assert not {"script", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert "url(" not in (out / "report.html").read_text() and "@import" not in (out / "report.html").read_text()
    assert any(attrs.get("http-equiv") == "Content-Security-Policy" for _, attrs in page.tags)
    assert (out / "report.html").stat().st_size < 3e6


def test_pictures_and_charts_are_told_in_words(sound):
    images = [attrs for tag, attrs in sound[1].tags if tag == "img"]
    assert all(len(attrs["alt"]) > 20 for attrs in images)
    assert sum(attrs["src"].startswith("data:image/jpeg") for attrs in images) == 2 * 8
    assert sum(attrs["src"].startswith("data:image/svg+xml") for attrs in images) >= 10


def test_every_figure_of_coco_names_its_source(sound):
    page = sound[1]
    links = {attrs["href"] for tag, attrs in page.tags if tag == "a"}
    assert {figure.url for figure in published.ALL} <= links
    assert all(figure.source in page.line for figure in published.ALL)
    assert published.NO_FIGURE in page.line


def test_what_files_say_never_becomes_markup(out):
    description = json.loads((out / "dataset.json").read_text())
    description["catalog"]["environments"].append(
        {"name": HOSTILE, "licence": HOSTILE, "source": HOSTILE, "sha256": "", "author": "\u202eevil\ud800"}
    )
    description.update(ranges={HOSTILE: [HOSTILE]}, versions={HOSTILE: HOSTILE}, seed=HOSTILE)
    (out / "dataset.json").write_text(json.dumps(description))
    complete(out, 0, environment=HOSTILE, pose=f"{HOSTILE}:3", body=HOSTILE)
    path = out / "records/000003.json"
    record = json.loads(path.read_text())
    record["made"]["device"] = HOSTILE
    record["truth"]["width"] = HOSTILE
    path.write_text(json.dumps(record))
    hostile_folder = out.rename(out.with_name('set<b onclick="x">'))
    page = page_of(hostile_folder)
    assert "Problem: Files: 1 broken records" in page.line
    assert " ".join(HOSTILE.split()) in page.line and page.line.startswith(hostile_folder.name)
    assert not {"script", "b onclick"} & {tag for tag, _ in page.tags}
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") for name in attrs)]
    assert all(attrs["src"].startswith("data:") for tag, attrs in page.tags if tag == "img")
    assert "\u202e" not in page.words and "evil" in page.words


def test_same_data_set_same_bytes(out, tmp_path):
    copy = shutil.copytree(out, tmp_path / "elsewhere" / out.name)
    first, second = report(out)[0].read_bytes(), report(copy)[0].read_bytes()
    assert first == second


def test_assets_are_counted_by_the_pictures_they_are_in(out, sound):
    assert "environment dawn 8 100.0% CC0 yes" in sound[1].line
    complete(out, 0, environment="yard", garments=[{"params": {"asset": "clothes/hat"}}])
    found = survey(out)
    assert found.used[("environment", "yard")] == 1 and found.used[("environment", "dawn")] == 7
    text = " ".join(finding.text for finding in find(found, None, True, []))
    assert "forbids commercial use: 1." in text and "commercial use is allowed: 1." in text


def test_occlusion_asked_for_stands_beside_what_was_reached(out):
    reached = survey(out).statistics.hidden_share
    for asked, warned in ((round(reached, 3), False), (reached + 0.3, True)):
        description = json.loads((out / "dataset.json").read_text())
        description["ranges"] = {"occlusion": asked}
        (out / "dataset.json").write_text(json.dumps(description))
        assert ("was asked for" in findings_of(out)) == warned
    assert f"{asked:.0%}, reached {reached:.1%}" in page_of(out).line


def test_times_are_added_up_and_left_out_where_there_are_none(out):
    assert draw_times(survey(out).statistics) is None
    for index, seconds in ((0, 10.0), (3, 50.0)):
        path = out / f"records/{index:06d}.json"
        record = json.loads(path.read_text())
        record["made"]["seconds"] = {"build": 1.0, "render": seconds, "measure": 0.5}
        path.write_text(json.dumps(record))
    words = page_of(out).line
    assert "63 s of work in all, 31.5 s a picture" in words
    assert "picture seconds 000003 51.5 000000 11.5" in words


def _truncate(path):
    path.write_bytes(path.read_bytes()[:-40])


def _claim_size(path):
    record = json.loads(path.read_text())
    record["truth"]["width"] = 320
    path.write_text(json.dumps(record))


def _put_nan(path):
    record = json.loads(path.read_text())
    record["truth"]["persons"][0]["keypoints_3d"][3][1] = float("nan")
    path.write_text(json.dumps(record))


def _nest(path):
    path.write_text("[" * 100_000)


def _grow(path):
    record = json.loads(path.read_text())
    record["truth"]["persons"][0]["area"] = 10**400
    path.write_text(json.dumps(record))


def _name_at_length(path):
    record = json.loads(path.read_text())
    record["made"]["image"] = "x" * 5000
    path.write_text(json.dumps(record))


def _put_null(path):
    path.write_text(json.dumps({**json.loads(path.read_text()), "made": None}))


FAULTS = [
    pytest.param("records/000003.json", _truncate, "1 broken records", "000003.json", id="record cut short"),
    pytest.param("records/000003.json", _put_nan, "1 broken records", "000003.json", id="not a number"),
    pytest.param("records/000003.json", _nest, "1 broken records", "000003.json", id="nested too deep"),
    pytest.param("records/000003.json", _grow, "1 broken records", "000003.json", id="more area than picture"),
    pytest.param("records/000003.json", _name_at_length, "1 records without a picture", "xxx", id="endless name"),
    pytest.param("records/000003.json", _put_null, "1 broken records", "000003.json", id="null for an object"),
    pytest.param(
        "images/000003.jpg", lambda path: path.unlink(), "1 records without a picture", "000003.jpg", id="picture"
    ),
    pytest.param("masks/000003.png", lambda path: path.unlink(), "1 records without a mask", "000003.png", id="mask"),
    pytest.param(
        "records/000003.json", lambda path: path.unlink(), "1 pictures without a record", "000003.jpg", id="record"
    ),
    pytest.param("images/000003.jpg", _truncate, "Not to be shown", "000003.jpg was cut short", id="picture cut short"),
    pytest.param(
        "images/000003.jpg", lambda path: path.write_text("<svg/>"), "Not to be shown", "000003", id="no JPEG"
    ),
    pytest.param("records/000003.json", _claim_size, "Not to be shown", "000003", id="another size"),
    pytest.param(
        "annotations/person_keypoints.json", lambda path: path.unlink(), "posewright annotate", "", id="labels"
    ),
]


@pytest.mark.parametrize("name, spoil, says, names", FAULTS)
def test_what_is_broken_is_named_on_the_page(out, name, spoil, says, names):
    spoil(out / name)
    words = findings_of(out)
    assert says in words and names in words
    assert str(out.parent) not in words


def test_many_files_are_counted_and_the_first_of_them_named(tmp_path):
    out = make_dataset(tmp_path / "set", [[ALONE]] * 20)
    for path in sorted((out / "images").iterdir())[:15]:
        path.unlink()
    (finding,) = (finding for finding in look_over(out, 0)[2] if "without a picture" in finding.text)
    assert len(finding.lines) == 12 and finding.more == 3 and finding.problem


def test_gaps_and_leftovers_are_named(out):
    for index in (3, 4, 6):
        for path in (out / f"records/{index:06d}.json", out / f"images/{index:06d}.jpg"):
            path.unlink()
    (out / "images/.000006.77.part.jpg").write_bytes(b"half")
    words = findings_of(out)
    assert "between the first and the last picture: 3. 3 to 4 6" in words
    assert "killed: 1." in words


def test_a_sound_data_set_of_a_few_people_is_not_judged(out):
    for index in range(8):
        complete(out, index)
    findings = look_over(out)[2]
    assert [finding.text.partition(":")[0] for finding in findings] == ["Only 9 people"]


def test_bad_input_is_refused_and_writes_nothing(tmp_path, out):
    with pytest.raises(AssetError, match=r"no dataset\.json"):
        report(tmp_path)
    with pytest.raises(SettingsError, match="--count 49"):
        report(out, count=49)
    with pytest.raises(SettingsError, match="is a folder"):
        report(out, page=tmp_path)
    with pytest.raises(SettingsError, match="Cannot write"):
        report(out, page=out / "dataset.json" / "page.html")
    empty = tmp_path / "empty"
    make_dataset(empty, [])
    with pytest.raises(AssetError, match="Render first"):
        report(empty)
    for path in record_paths(out):
        path.write_text("{}")
    with pytest.raises(AssetError, match="None of the 8 records"):
        report(out)
    assert not list(tmp_path.rglob("*.html")) and not list(tmp_path.rglob("*.part*"))


def test_data_set_in_which_nobody_shows_has_a_page(tmp_path):
    out = make_dataset(tmp_path / "set", [[], []])
    assert "Nobody shows in any picture." in page_of(out).line


def test_command_prints_where_the_page_is(out, tmp_path, capsys):
    assert cli.main(["report", str(out), "--count", "2", "--page", str(tmp_path / "page.html")]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'page.html'}: ")
    assert not (out / "report.html").exists()

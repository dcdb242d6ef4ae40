"""What a picture is made with, what the licences allow, and that `--commercial` keeps to it."""

import json
import shutil
from pathlib import Path

import pytest

from headless.export import export
from headless.export.licences import allows_commercial, assets_of, read_assets
from headless.export.options import TARGETS, Options
from tests.made_export import CATALOG, complete, make_export_set, pictures_in


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    return make_export_set(tmp_path_factory.mktemp("made"))


@pytest.fixture
def dataset(made, tmp_path) -> Path:
    """A copy that a test may break."""
    return shutil.copytree(made, tmp_path / "set")


@pytest.mark.parametrize(
    "licence, allowed",
    [
        ("CC0", True),
        ("CC0-1.0", True),
        ("CC0 1.0, MakeHuman system assets, https://example.org", True),
        ("CC BY 4.0", True),
        ("CC-BY-SA-4.0", True),
        ("Apache-2.0", True),
        ("MIT License", True),
        ("CMU Graphics Lab Motion Capture Database: free for any use; the motion data may not be resold.", True),
        ("CC-BY-NC 4.0", False),
        ("CC BY-NC-SA 4.0", False),
        ("SMPL model licence: non-commercial research only, https://example.org", False),
        ("SPIN's fits: for research only", False),
        ("Noncommercial use", False),
        ("may not be used commercially", False),
        ("CC-BY-ND 4.0", None),
        ("MIT, but for research only", None),
        ("as its publisher says", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_what_licences_say_of_commercial_use(licence, allowed):
    assert allows_commercial(licence) is allowed


def test_assets_of_a_scene_are_found_wherever_they_are_named():
    pieces = CATALOG | {"poses": [{"name": "amass", "licence": "x"}], "occluders": [{"name": "bin", "licence": "CC0"}]}
    listed = read_assets({"catalog": pieces}, "dataset.json")
    skin = {"kind": "skin", "params": {"picture": "skins/old", "eyes": "eyes/blue", "tone": [0.1]}}
    top = {"kind": "top", "params": {"photo": "shirt", "fabrics": [{"photo": {"name": "shirt"}, "pattern": "plain"}]}}
    hat = {"kind": "hat", "params": {"asset": "clothes/hat"}}
    person = {"body": "smpl", "pose_source": "library:a/b@3", "skin": skin, "hair": skin, "garments": [top, hat]}
    things = [{"kind": "model", "params": {"name": "bin"}}, {"kind": "chair", "params": {"style": "office"}}]
    spec = {"world": {"environment": "dawn"}, "occluders": things, "persons": [person]}
    assert assets_of(spec, listed) == [
        ("body", "smpl"),
        ("environment", "dawn"),
        ("look", "clothes/hat"),
        ("look", "eyes/blue"),
        ("look", "garments/shirt"),
        ("look", "skins/old"),
        ("occluder", "bin"),
        ("pose library", "amass"),
    ]


@pytest.mark.parametrize(
    "source, takes, expected",
    [
        ("families:sit", [], []),
        ("rare:extreme", [], []),
        ("gan", [], [("motion prior", "motion prior")]),
        ("library:06_01.bvh@282", [], [("motion prior", "motion prior")]),
        ("library:a/b.npz@7", ["a/b.npz"], [("take", "a/b.npz")]),
    ],
)
def test_where_poses_came_from(source, takes, expected):
    listed = read_assets({"catalog": {**CATALOG, "takes": takes}}, "dataset.json")
    spec = {"world": {"environment": ""}, "occluders": [], "persons": []}
    person = {
        "body": "open_body",
        "pose_source": source,
        "garments": [],
        "skin": {"params": {}},
        "hair": {"params": {}},
    }
    assert assets_of({**spec, "persons": [person]}, listed) == [("body", "open_body"), *expected]


@pytest.mark.parametrize("target", TARGETS)
def test_commercial_leaves_out_what_may_not_be_sold(dataset, tmp_path, target):
    complete(dataset, 0, body="smpl")
    complete(dataset, 3, garments=[{"kind": "hat", "params": {"asset": "clothes/hat"}}])
    complete(dataset, 5, environment="yard")
    survey = export(dataset, tmp_path / "sold", Options(target, commercial=True))
    assert (survey.pictures.total(), survey.pictures_left_out) == (5, 3)
    licences = json.loads((tmp_path / "sold/licenses.json").read_text())
    assert licences["commercial"] is True and all(asset["commercial"] for asset in licences["assets"])
    assert {asset["name"]: asset["pictures"] for asset in licences["assets"]}["dawn"] == 5
    assert pictures_in(tmp_path / "sold") == {"000001", "000002", "000004", "000006", "000007"}
    survey = export(dataset, tmp_path / "more", Options(target, commercial=True, permitted=("yard",)))
    assert survey.pictures.total() == 6 and "000005" in pictures_in(tmp_path / "more")
    export(dataset, tmp_path / "all", Options(target))
    licences = json.loads((tmp_path / "all/licenses.json").read_text())
    assert licences["commercial"] is False and "clothes/hat" in {asset["name"] for asset in licences["assets"]}


def test_each_picture_says_what_it_is_made_with(dataset, tmp_path):
    complete(dataset, 5, environment="yard")
    export(dataset, tmp_path / "out", Options("coco"))
    coco = json.loads((tmp_path / "out/annotations/person_keypoints_train.json").read_text())
    ours = {image["id"]: image for image in coco["images"]}
    names = {licence["id"]: licence for licence in coco["licenses"]}
    assert ours[5]["posewright"]["assets"] == ["body open_body", "environment yard", "motion prior"]
    assert ours[5]["posewright"]["commercial"] is None and names[ours[5]["license"]]["commercial"] is None
    assert ours[0]["posewright"]["commercial"] is True and "CMU" in names[ours[0]["license"]]["name"]

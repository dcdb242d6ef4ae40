"""Skins that `warp_net` made of photos: found, checked, and worn instead of clothes."""

import json

import imageio.v3 as iio
import numpy as np
import pytest

from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import load_catalog
from blender_addon.core.errors import AssetError
from blender_addon.core.figure import sample_figure
from blender_addon.core.looks.photo_skin import read_skin
from blender_addon.core.person import make_person
from blender_addon.core.ranges import Ranges


def write_skin(folder, **changes):
    folder.mkdir(parents=True)
    iio.imwrite(folder / "one.png", np.full((16, 16, 3), 90, np.uint8))
    facts = {"picture": "one.png", "body": "open_body", "dressed": True, "licence": "CC0", "source": "a test"}
    (folder / "skin.json").write_text(json.dumps({**facts, **changes}))
    return folder / "skin.json"


def test_some_people_are_a_photo_clothes_and_all(tmp_path):
    write_skin(tmp_path / "skins" / "one")
    cast = load_cast(load_catalog([tmp_path]), Ranges())
    specs = [sample_figure(np.random.default_rng(seed), Ranges(pose_mix="families"), cast).spec for seed in range(40)]
    painted = [spec for spec in specs if spec.skin.params.get("dressed")]
    assert 2 < len(painted) < 25
    for spec in specs:
        assert bool(spec.garments) != bool(spec.skin.params.get("dressed"))
    person = make_person(cast.bodies["open_body"], painted[0], cast.closet)
    (skin,) = [surface for surface in person.surfaces if surface.name == "skin"]
    assert skin.pictures.path("color") == (tmp_path / "skins" / "one" / "one.png").resolve()
    assert not skin.pictures.recolor
    assert person.posed.vertices[: cast.bodies["open_body"].skin_vertices, 2].min() > -0.002


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"body": "smpl"}, "laid out for 'smpl'"),
        ({"dressed": "yes"}, "true or false"),
        ({"picture": 3}, "true or false"),
        ({"picture": "gone.png"}, "is no picture"),
        ({"picture": "skin.json"}, "is no picture"),
        ({"picture": "../../secret.png"}, "lies outside"),
    ],
)
def test_a_broken_skin_is_named_and_left_out(tmp_path, changes, complaint):
    iio.imwrite(tmp_path / "secret.png", np.zeros((4, 4, 3), np.uint8))
    path = write_skin(tmp_path / "skins" / "one", **changes)
    with pytest.raises(AssetError, match=complaint):
        read_skin(path)
    catalog = load_catalog([tmp_path])
    cast = load_cast(catalog, Ranges())
    assert cast.styles.skins == () and sum(complaint in line for line in catalog.skipped) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"picture": 1', "[" * 100_000])
def test_what_is_no_description_is_refused(tmp_path, text):
    path = write_skin(tmp_path / "one")
    path.write_text(text)
    with pytest.raises(AssetError):
        read_skin(path)

"""Things of a scene: where they may stand, what people hold, and the knob that hides people by them."""

from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.boxes import Box, body_gap, box_of
from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import load_catalog
from blender_addon.core.errors import SettingsError
from blender_addon.core.figure import sample_figure
from blender_addon.core.framing import Frame
from blender_addon.core.furniture.kinds import sample_furniture
from blender_addon.core.held import HAND, beside, hold, sample_beside
from blender_addon.core.hidden import covered_by, look
from blender_addon.core.occlusion import BY_PEOPLE, BY_PEOPLE_SPREAD, REACHED, SPREAD, target_mean
from blender_addon.core.placing import Room, stand
from blender_addon.core.posing import pose_body
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from blender_addon.core.spec import CameraSpec
from blender_addon.core.things import thing_shape

from .made_models import write_model

LEVEL = Frame(640, 480, 35.0, 1.5, 0.0, 0.0, 5.0, 0.0, 0.9)
FRONT = CameraSpec(640, 480, 35.0, (0.0, 0.0, 1.5), ((1, 0, 0), (0, 0, -1), (0, 1, 0)))


@pytest.fixture(scope="module")
def stocked(tmp_path_factory, catalog):
    folder = tmp_path_factory.mktemp("models")
    write_model(folder, "stool_1k")
    write_model(folder, "shelf_1k", [((0, 0, 0), (0.9, 1.7, 0.35))])
    return replace(catalog, occluders=load_catalog([folder]).occluders)


@pytest.fixture(scope="module")
def staff(stocked):
    return load_cast(stocked, Ranges())


@pytest.fixture(scope="module")
def figure(cast):
    return next(
        found
        for seed in range(20)
        if (found := sample_figure(np.random.default_rng(seed), Ranges(), cast)).spec.pose_source == "families:stand"
    ).standing(0.0, 5.0, 0.0)


def crate(x: float, y: float, size=(0.5, 0.5, 1.0), yaw: float = 0.0):
    return stand({"kind": "fridge", "size": list(size)}, (x, y), yaw)


def test_gaps_to_a_turned_box():
    box = Box((1.0, 2.0), (1.0, 0.5), 0.0, 1.0, np.pi / 2)
    points = np.array([[1, 2, 0.5], [1, 4, 0.5], [1.6, 2, 0.5], [1, 2, 1.3], [1.8, 3.4, 1.0]])
    np.testing.assert_allclose(box.gaps(points), [0, 1, 0.1, 0.3, 0.5], atol=1e-9)


@pytest.mark.parametrize(
    "x, yaw, meets",
    [(0.9, 0.0, True), (1.1, 0.0, False), (1.1, np.pi / 4, True), (1.25, np.pi / 4, False)],
)
def test_boxes_meet_where_no_axis_parts_them(x, yaw, meets):
    assert box_of(crate(0, 0, (1, 1, 1))).meets(box_of(crate(x, 0, (1, 1, 1), yaw))) is meets


def test_things_keep_out_of_bodies_of_each_other_and_of_the_lens(figure):
    room = Room([figure], LEVEL)
    assert not room.takes(crate(*figure.place))
    assert not room.takes(crate(figure.points[:, 0].min() - 0.2, 5.0))  # touches an arm
    assert not room.takes(crate(0.3, 0.3))
    room.things.append(crate(1.5, 3.0))
    assert not room.takes(stand({"kind": "bin", "size": [0.4, 0.4, 1.0]}, (1.8, 3.0), 0.0))
    assert not room.takes(crate(-1.5, 6.0))  # two fridges in one street
    assert room.takes(stand({"kind": "bin", "size": [0.4, 0.4, 1.0]}, (-1.5, 6.0), 0.0))


def test_nothing_hides_somebody_altogether(figure):
    assert not Room([figure], LEVEL).takes(crate(0.0, 4.0, (1.6, 0.3, 2.2)))
    assert Room([figure], LEVEL).takes(crate(0.0, 4.0, (1.6, 0.3, 0.7)))


def test_scenes_with_models_use_them_and_nothing_goes_through_bodies(stocked, staff):
    used = []
    for index in range(16):
        scene = sample_scene(4, index, stocked, Ranges(occluders=(2, 4)), staff)
        assert index > 2 or scene == sample_scene(4, index, stocked, Ranges(occluders=(2, 4)), staff)
        used += [thing.params.get("asset", thing.kind) for thing in scene.occluders]
        for thing in scene.occluders:
            if "seat" not in thing.params and thing.position[2] == 0 and thing.kind != "suitcase":
                for person in scene.persons:
                    assert box_of(thing).gaps(skin_of(staff.bodies[person.body], person)).min() > 0
    assert used.count("shelf_1k") > 3 and used.count("stool_1k") > 1
    assert len({name for name in used if not name.endswith("_1k")}) > 5


def skin_of(body, person):
    posed = pose_body(body, np.array(person.betas), np.array(person.pose), np.array(person.position))
    return posed.vertices[: body.skin_vertices]


def test_what_is_led_by_its_handle_reaches_the_hand_and_spares_the_legs(cast):
    found = []
    for seed in range(160):
        rng = np.random.default_rng(seed)
        figure = sample_figure(rng, Ranges(), cast)
        thing = hold(rng, figure)
        if thing and thing.kind == "suitcase":
            hands = figure.capsules[list(HAND.values())]
            grip = np.array([*thing.position[:2], thing.params["height"] + thing.params["handle_up"]])
            away = np.linalg.norm((hands[:, :3] + hands[:, 3:6]) / 2 - grip, axis=1).min()
            assert away < 0.2  # of the middle of the case; its handle is behind that
            low = replace(box_of(thing), high=thing.params["height"])
            assert body_gap(low, figure) > 0
            found.append(seed)
    assert len(found) >= 3


def test_what_stands_beside_somebody_is_near_and_clear(figure):
    gaps = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        gaps.append(body_gap(box_of(beside(rng, figure, sample_beside(rng))), figure))
    assert min(gaps) >= 0.05 and max(gaps) < 0.4


def test_a_wall_hides_what_is_behind_it_and_nothing_else(figure, cast):
    sight = look([figure], cast.bodies, FRONT)
    assert len(sight.person) == 17
    wall = crate(0.0, 4.0, (3.0, 0.2, 1.0))
    behind = sight.hidden(covered_by(sight, *thing_shape(_fridge(wall), ())))
    line = 1.5 + (sight.places[:, 2] - 1.5) * 4.1 / sight.places[:, 1]  # height of each line of sight at the wall
    assert behind[line < 0.9].all()
    np.testing.assert_array_equal(behind[line > 1.1], sight.hidden(np.zeros_like(sight.seen))[line > 1.1])
    far = covered_by(sight, *thing_shape(_fridge(crate(0.0, 7.0, (3.0, 0.2, 2.0))), ()))
    assert not far.any()


def _fridge(thing):
    """The same with real dimensions, so that it has a shape."""
    wide, deep, tall = thing.params["size"]
    slab = {"kind": "low_wall", "seed": 1, "length": wide, "depth": deep, "height": tall}
    params = sample_furniture(np.random.default_rng(0), "low_wall")
    params |= {key: value for key, value in slab.items() if key in params}
    params["size"] = [wide, deep, tall]
    return replace(thing, kind="low_wall", params=params)


def test_targets_make_up_for_scenes_that_people_hide_more_of():
    rng = np.random.default_rng(0)
    for asked in (0.28, 0.35, 0.5):
        people = rng.normal(BY_PEOPLE, BY_PEOPLE_SPREAD, 200_000)
        targets = rng.normal(target_mean(asked), SPREAD, 200_000)
        wanted = np.maximum(people, targets)
        assert (people + REACHED * (wanted - people)).mean() == pytest.approx(asked, abs=0.003)


def test_asking_for_occlusion_hides_about_that_share(stocked, staff):
    shares = {}
    for asked in (0.25, 0.5):
        ranges, hidden = Ranges(occlusion=asked, width=320, height=240), []
        for index in range(10):
            scene = sample_scene(1, index, stocked, ranges, staff)
            sight = look([_Posed(person) for person in scene.persons], staff.bodies, scene.camera)
            covered = np.zeros(sight.seen.shape, bool)
            for thing in scene.occluders:
                covered |= covered_by(sight, *thing_shape(thing, staff.models))
            hidden += sight.hidden(covered).tolist()
        shares[asked] = np.mean(hidden)
        assert shares[asked] == pytest.approx(asked, abs=0.15)  # of few scenes, without hair and clothes
    assert shares[0.5] > shares[0.25] + 0.08
    assert sample_scene(1, 3, stocked, ranges, staff) == sample_scene(1, 3, stocked, ranges, staff)


class _Posed:
    """As much of a figure as `look` needs."""

    def __init__(self, spec):
        self.spec = spec


def test_occlusion_out_of_range_is_refused():
    with pytest.raises(SettingsError, match="--occlusion"):
        Ranges(occlusion=0.9).check()

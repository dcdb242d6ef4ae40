"""Scenes that need a broken file are drawn again, whoever found it out and when."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from blender_addon.core.errors import AssetError, blaming
from blender_addon.core.ranges import Ranges
from blender_addon.core.redraw import MOST_ATTEMPTS, use_first_sound
from blender_addon.core.sample import sample_scene
from blender_addon.core.whole import check_whole


@pytest.fixture
def night(catalog, cast):
    """A picture of a run in which the environment `dawn` is broken: the scene that was used."""

    def run(index: int, broken: dict, lines: list):
        used = []

        def draw(attempt):
            return sample_scene(4, index, catalog, Ranges(persons=(1, 1)), cast, attempt)

        def use(spec):
            with blaming(spec.world.environment):
                if spec.world.environment == "dawn":
                    raise AssetError("dawn.exr cannot be decoded")
            used.append(spec)

        use_first_sound(index, draw, use, broken, lines.append)
        assert [spec.world.environment for spec in used] == ["noon"]
        return used[0]

    return run


def test_a_picture_does_not_depend_on_when_a_file_was_found_broken(night):
    broken, lines = {}, []
    in_one_run = [night(index, broken, lines) for index in range(6)]
    assert any(spec.attempt for spec in in_one_run) and not all(spec.attempt for spec in in_one_run)
    assert lines == ["left out from here on: dawn.exr cannot be decoded"]
    assert [night(index, {}, []) for index in range(6)] == in_one_run
    assert {spec.seed for spec in in_one_run} == {4}


def test_another_attempt_is_another_scene(catalog, cast):
    first, second, again = (sample_scene(4, 1, catalog, Ranges(), cast, attempt) for attempt in (0, 1, 1))
    assert second == again
    assert (second.attempt, second.seed, second.index) == (1, 4, 1)
    assert second.persons != first.persons


def test_files_that_are_all_broken_are_named(catalog, cast):
    spec = sample_scene(4, 0, catalog, Ranges(persons=(1, 1)), cast)
    opened = []

    def draw(attempt):
        return replace(spec, world=replace(spec.world, environment=("dawn", "noon")[attempt % 2]))

    def use(spec):
        opened.append(spec.world.environment)
        with blaming(spec.world.environment):
            raise AssetError(f"{spec.world.environment}.hdr is cut short.")

    broken = {}
    with pytest.raises(AssetError, match=rf"^Picture 7: each of {MOST_ATTEMPTS} scenes .*dawn\.hdr.*noon\.hdr"):
        use_first_sound(7, draw, use, broken, lambda line: None)
    assert sorted(broken) == opened == ["dawn", "noon"]  # none was opened again


def test_what_is_no_assets_fault_stops_the_run():
    def use(spec):
        raise AssetError("No body named 'x'.")

    with pytest.raises(AssetError, match="No body"):
        use_first_sound(0, lambda attempt: None, use, {}, lambda line: None)


def test_who_knew_better_is_believed():
    with pytest.raises(AssetError) as caught, blaming("outer"), blaming("inner"):
        raise AssetError("broken")
    assert caught.value.asset == "inner"


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_a_jpeg_that_was_cut_short_is_refused(tmp_path, share):
    path = tmp_path / "cloth.jpg"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8))
    check_whole(path)
    data = path.read_bytes()
    path.write_bytes(data + b"appended by some program" * 40)
    check_whole(path)
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(AssetError, match=r"cloth\.jpg: is cut short"):
        check_whole(path)


def test_a_picture_that_is_gone_is_named(tmp_path):
    with pytest.raises(AssetError, match=r"gone\.jpg: cannot be read \(No such file"):
        check_whole(tmp_path / "gone.jpg")

"""Folds tile and are long; skirts hang down; an open jacket goes over a top and lets it show."""

import json

import numpy as np
import pytest

from blender_addon.core.posing import shape_body
from blender_addon.core.spec import LookSpec
from blender_addon.core.wardrobe import jacket_choices
from blender_addon.core.wardrobe.clothes import dress
from blender_addon.core.wardrobe.folds import MANNERS, TILE_METRES, fold_tile, manner_of
from blender_addon.core.wardrobe.hanging import hang_columns
from blender_addon.core.wardrobe.jacket_choices import sample_layers
from blender_addon.core.wardrobe.top_choices import sample_top

UP = np.array([0.0, 1.0, 0.0])


@pytest.mark.parametrize("manner", sorted(MANNERS))
def test_folds_tile_and_run_along_the_rows(manner):
    tile = fold_tile(manner)
    across, along = (np.abs(np.diff(tile, axis=axis)).mean() for axis in (0, 1))
    assert across > 2 * along
    for axis in (0, 1):
        image = np.moveaxis(tile, axis, 0)
        steps = np.abs(np.diff(image, axis=0)).mean(1)
        assert np.abs(image[0] - image[-1]).mean() <= steps.max() * 1.1
    assert 0.002 < np.ptp(tile) < 0.02 < TILE_METRES  # millimetres
    np.testing.assert_array_equal(tile, fold_tile.__wrapped__(manner))


def test_knits_fold_otherwise_than_denim():
    assert manner_of({"weave": "knit"}) != manner_of({"weave": "twill"})


def grid_skirt(rows=12, around=24):
    """A cone of cloth, Y up: (rest, row)."""
    height, angle = np.meshgrid(np.linspace(1.0, 0.4, rows), np.linspace(0, 2 * np.pi, around, False), indexing="ij")
    radius = 0.15 + 0.2 * (1.0 - height)
    rest = np.stack([radius * np.sin(angle), height, radius * np.cos(angle)], -1).reshape(-1, 3)
    return rest, 1.0 + np.repeat(np.arange(rows), around)


def test_a_skirt_that_skinning_threw_aside_hangs_down_again():
    rest, row = grid_skirt()
    target = rest + (1.0 - rest[:, 1:2]) * [1.0, 0.4, 0.0]  # as if carried off by a leg
    share = np.where(row > 1, 1.0, 0.0)
    hung = hang_columns(rest, target, row, share, lambda points: points, UP)
    np.testing.assert_allclose(hung[row == 1], target[row == 1])
    hem = hung[row == row.max()]
    assert np.abs(hem.mean(0)[[0, 2]]).max() < 0.05
    steps = [np.linalg.norm(np.diff(p.reshape(12, 24, 3), axis=0), axis=-1) for p in (rest, hung)]
    np.testing.assert_allclose(steps[1], steps[0], rtol=1e-6)


def test_what_a_leg_carries_stays_with_it():
    rest, row = grid_skirt()
    target = rest + [0.0, 0.0, 0.3]
    np.testing.assert_allclose(hang_columns(rest, target, row, np.zeros(len(rest)), lambda p: p, UP), target)


@pytest.mark.parametrize("kind", sorted(jacket_choices._JACKETS))
def test_an_open_jacket_lies_over_its_top_and_open_in_front(body, kind, monkeypatch):
    monkeypatch.setattr(jacket_choices, "CHANCE", (1.0, 1.0))
    shaped, _ = shape_body(body, body.population_betas[3])
    looks = ()
    for seed in range(400):
        rng = np.random.default_rng(seed)
        top = sample_top(rng, False, 30, 0.5, np.zeros(3), 0.0)
        looks = sample_layers(rng, False, 30, 0.5, top)
        if looks[-1].params["style"] == kind:
            break
    assert [look.kind for look in looks] == ["top", "jacket"]
    assert json.dumps([look.params for look in looks], default=float)
    (top, jacket), _ = dress(body, shaped, looks)
    middle = (np.abs(jacket.points[:, 0]) < 0.002) & (jacket.points[:, 2] > np.median(jacket.points[:, 2]) + 0.05)
    assert not middle.any()
    belly = (top.points[:, 1] > np.median(top.points[:, 1])) & (np.abs(top.points[:, 0]) < 0.1)
    assert jacket.points[:, 2].max() > top.points[belly, 2].max() - 0.01  # the outer one is farther out in front
    assert all(isinstance(look, LookSpec) for look in looks)

"""Folds tile and are long; skirts hang down; an open jacket goes over a top and lets it show."""

import json

import numpy as np
import pytest

from blender_addon.core.posing import shape_body
from blender_addon.core.spec import LookSpec
from blender_addon.core.wardrobe import jacket_choices
from blender_addon.core.wardrobe.clothes import dress
from blender_addon.core.wardrobe.folds import (
    FAMILIES,
    MANNERS,
    TILE,
    TILE_METRES,
    fold_frames,
    fold_picture,
    fold_tile,
    manner_of,
)
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


@pytest.mark.parametrize("manner", sorted(MANNERS))
def test_normals_of_folds_lean_down_their_slopes(manner):
    """Adding up what the picture leans gives the heights again, round the edges of the tile too."""
    tile, picture = fold_tile(manner), fold_picture(manner)
    np.testing.assert_array_equal(picture[..., 3], tile)
    assert not picture[..., 2].any()
    for channel, axis in ((0, 1), (1, 0)):
        lean = picture[..., channel]
        np.testing.assert_allclose(lean.mean(axis), 0, atol=1e-5)
        step = (np.roll(tile, -1, axis) - np.roll(tile, 1, axis)) / (2 * TILE_METRES / TILE)
        np.testing.assert_allclose(lean, -step, atol=1e-5)
        assert 0.2 < np.abs(lean).max() < 4


def test_clothes_know_which_way_their_folds_run(body):
    shaped, _ = shape_body(body, np.zeros(4))
    garments, _ = dress(body, shaped, sample_layers(np.random.default_rng(0), False, 30, 0.5, top_of(0)))
    for garment in garments:
        for name in FAMILIES:
            assert garment.attributes[name].shape == (len(garment.points), 3)


def test_frames_are_the_gradients_of_the_coordinates_on_whatever_the_cloth_became():
    """On a cylinder, turned and with a hole of triangles, coordinates that unroll it have unit, upright gradients."""
    rng = np.random.default_rng(0)
    angle, along = np.meshgrid(np.linspace(-1.2, 1.2, 40), np.linspace(0, 0.5, 30), indexing="ij")
    points = np.stack([0.1 * np.sin(angle), along, 0.1 * np.cos(angle)], -1).reshape(-1, 3)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    number = np.arange(len(points)).reshape(angle.shape)
    faces = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], -1).reshape(-1, 4)
    whole, cut = faces[:600], faces[600:]
    thirds = np.concatenate(
        [np.c_[cut[:, [0, 1, 2]], -np.ones(len(cut), int)], np.c_[cut[:, [0, 2, 3]], -np.ones(len(cut), int)]]
    )
    where = np.column_stack([2 * along.ravel(), 0.1 * angle.ravel(), np.ones(len(points))])
    frames = fold_frames(points @ turn.T, np.concatenate([whole, thirds]), {"drape": where})
    assert sorted(frames) == ["drape_across", "drape_along"]
    around = np.stack([np.cos(angle), 0 * angle, -np.sin(angle)], -1).reshape(-1, 3)
    np.testing.assert_allclose(frames["drape_along"], np.tile([0, 2.0, 0], (len(points), 1)) @ turn.T, atol=0.02)
    np.testing.assert_allclose(frames["drape_across"], around @ turn.T, atol=0.06)
    assert fold_frames(points, faces, {}) == {}


def top_of(seed):
    return sample_top(np.random.default_rng(seed), False, 30, 0.5, np.zeros(3), 0.0)


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

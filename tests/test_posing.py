"""Posing parts of bodies: what scenes are drawn by agrees with what they are built from."""

import dataclasses

import numpy as np
import pytest

from blender_addon.core import figure
from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import Asset, Catalog
from blender_addon.core.outline import outline_of, part_of, trunk_of
from blender_addon.core.poses.skeleton import measure_skeleton
from blender_addon.core.posing import pose_body, shape_body, skin
from blender_addon.core.ranges import Ranges
from blender_addon.core.spec import LookSpec
from blender_addon.core.wardrobe.clothes import dress
from blender_addon.core.wardrobe.cover import cloth_under
from blender_addon.core.wardrobe.feet import fit_feet
from blender_addon.core.wardrobe.outfits import sample_outfit
from blender_addon.core.wardrobe.shoes import SHOE_JOINTS, shoe_points


@pytest.fixture(scope="module")
def plain_body(body):
    """As SMPL's files are: skin alone, without a suit, parts or groups, but with pose corrections."""
    rng = np.random.default_rng(0)
    rows = np.arange(body.skin_vertices)
    corrections = rng.normal(0, 1e-4, (len(rows), 3, 9 * (len(body.parents) - 1))).astype(np.float32)
    plain = dataclasses.replace(part_of(body, rows), faces=body.faces, vertex_part=None, part_names=None)
    return dataclasses.replace(plain, posedirs=corrections)


def adult(body, rng):
    return body.population_betas[rng.choice(np.flatnonzero(body.population_age >= 18))]


def random_pose(rng, spread):
    pose = rng.normal(0, spread, (55, 3))
    pose[0] = rng.normal(0, 2, 3)
    return pose


AIRBORNE = ("families:jump", "families:run")


@pytest.mark.parametrize("which", ["body", "plain_body"])
def test_a_part_moves_as_it_does_in_the_whole(which, request):
    body, rng = request.getfixturevalue(which), np.random.default_rng(0)
    rows = rng.choice(body.skin_vertices, 400, replace=False)
    betas, pose, place = adult(body, rng), random_pose(rng, 0.4), rng.normal(size=3)
    whole, part = pose_body(body, betas, pose, place), pose_body(part_of(body, rows), betas, pose, place)
    np.testing.assert_allclose(part.vertices, whole.vertices[rows], atol=1e-9)
    np.testing.assert_allclose(part.joints, whole.joints, atol=1e-12)


def test_skinning_is_the_mean_of_where_each_joint_carries_a_point():
    rng = np.random.default_rng(0)
    points, weights, transforms = rng.normal(size=(7, 3)), rng.random((7, 4)), rng.normal(size=(4, 4, 4))
    expected = [
        sum(share * (move[:3, :3] @ point + move[:3, 3]) for share, move in zip(shares, transforms, strict=True))
        for point, shares in zip(points, weights, strict=True)
    ]
    np.testing.assert_allclose(skin(points, weights, transforms), expected)


AIRBORNE = ("families:jump", "families:run")


@pytest.mark.parametrize("which", ["body", "plain_body"])
def test_nothing_sticks_out_of_the_outline(which, request):
    body, rng = request.getfixturevalue(which), np.random.default_rng(1)
    outline = outline_of(body).body
    for _ in range(12):
        betas, pose = adult(body, rng), random_pose(rng, 0.4)
        whole = pose_body(body, betas, pose, np.zeros(3)).vertices[: body.skin_vertices]
        few = pose_body(outline, betas, pose, np.zeros(3)).vertices
        assert len(few) < len(whole) / 3
        assert np.abs(whole.min(0) - few.min(0)).max() < 0.003
        assert np.abs(whole.max(0) - few.max(0)).max() < 0.003


def test_a_skeleton_is_measured_on_the_trunk_as_on_the_whole_skin(body):
    rng = np.random.default_rng(2)
    for _ in range(10):
        betas = adult(body, rng)
        vertices, joints = shape_body(body, betas)
        whole = measure_skeleton(joints, vertices[: body.skin_vertices])
        part = measure_skeleton(joints, shape_body(trunk_of(body), betas)[0])
        for field in dataclasses.fields(whole):
            np.testing.assert_allclose(getattr(part, field.name), getattr(whole, field.name), atol=1e-9)


def test_shoes_on_feet_alone_are_those_of_the_dressed_body(body):
    rng = np.random.default_rng(3)
    for _ in range(6):
        betas = adult(body, rng)
        (look,) = [look for look in sample_outfit(rng, rng.random(), 30.0) if look.kind == "shoes"]
        (worn,), _ = dress(body, shape_body(body, betas)[0], [look])
        points, weights = shoe_points(fit_feet(body, betas, look.params), look.params)
        whole = np.concatenate([worn.points, worn.weights[:, SHOE_JOINTS]], 1)
        few = np.concatenate([points, weights], 1)
        far = [np.abs(whole - one).max(1).min() for one in few[::37]]
        assert max(far) < 1e-6


AIRBORNE = ("families:jump", "families:run")


@pytest.mark.parametrize("which", ["body", "plain_body"])
def test_everyone_touches_the_ground_and_nobody_is_in_it(which, request, open_body_path):
    body = request.getfixturevalue(which)
    catalog = Catalog((Asset("open_body", "body", open_body_path, "CC0", ""),))
    cast = dataclasses.replace(load_cast(catalog, Ranges()), bodies={"open_body": body})
    slack = 0.002 if which == "body" else 0.004  # pose corrections do not reach the shoes that scenes are drawn by
    for seed in range(20):
        spec = figure.sample_figure(np.random.default_rng(seed), Ranges(), cast).spec
        clearance = figure.pose_outline(body, spec)[2] + spec.position[2]
        assert clearance < 1e-4 or not spec.pose_source.startswith("families:") or spec.pose_source in AIRBORNE
        posed = pose_body(body, np.array(spec.betas), np.array(spec.pose), np.array(spec.position))
        (shoes,), _ = dress(body, posed.shaped, [look for look in spec.garments if look.kind == "shoes"])
        soles = skin(shoes.points, shoes.weights, posed.transforms)[:, 2].min() + spec.position[2]
        lowest = min(soles, posed.vertices[: body.skin_vertices, 2].min()) - clearance
        assert -slack < lowest < 0.004 + slack, spec.pose_source


def test_cloth_lies_under_what_it_covers():
    height, arm = np.array([2.2, 1.5, 0.5, 2.9, 2.9]), np.array([-1.0, -1, -1, 0.2, 1.5])  # hip, thigh, shin, arms
    shorts = LookSpec("bottom", {"hem": 1.2, "waist": 2.4})
    shirt = LookSpec("top", {"hem": 2.0, "sleeve": 0.6})
    vest = LookSpec("top", {"hem": 2.0, "sleeve": None})
    assert (cloth_under(height, arm, [shorts]) > 0).tolist() == [True, True, False, False, False]
    assert (cloth_under(height, arm, [shirt]) > 0).tolist() == [True, False, False, True, False]
    assert (cloth_under(height, arm, [vest]) > 0).tolist() == [True, False, False, False, False]

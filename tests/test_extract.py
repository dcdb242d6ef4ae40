"""What a photo shows of a texture, on a body whose texture is known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from blender_addon.core.camera import project
from blender_addon.core.errors import AssetError
from blender_addon.core.posing import pose_body
from blender_addon.core.spec import LookSpec, PersonSpec, rounded
from tests.made_photos import BACKGROUND, made_fit, made_photo
from warp_net.extract import Extraction, draw, drawn_uv, extract, frontness, merge, sample, wear
from warp_net.make_data import fit_for, flat_camera, flat_cell, flat_places, flat_pose, perturb, photo_camera
from warp_net.silhouette import cut_out, overlap, repair
from warp_net.uv_layout import build_layout


def off(part: Extraction, texture) -> np.ndarray:
    return np.abs(part.texture - texture).max(-1)[part.seen]


# The layout.


def test_mirrored_texels_lie_at_the_same_place_of_the_other_half(layout):
    position = layout.position.reshape(-1, 3)
    twin = position[layout.mirror[layout.inside]] * [-1, 1, 1]
    assert np.percentile(np.linalg.norm(twin - layout.position[layout.inside], axis=1), 99) < 0.01


def test_the_mirror_of_a_left_part_is_the_right_part(layout):
    names = np.array(layout.part_names)
    own = names[layout.part[layout.inside]]
    other = names[layout.part.ravel()[layout.mirror[layout.inside]]]
    expected = np.array([name.replace("left", "?").replace("right", "left").replace("?", "right") for name in own])
    assert (expected == other).mean() > 0.98


def test_the_opposite_of_the_chest_is_the_back(layout):
    chest = layout.inside & (layout.normal[..., 2] > 0.9) & np.isin(layout.part, _parts(layout, "spine"))
    normals = layout.normal.reshape(-1, 3)[layout.opposite[chest]]
    assert chest.sum() > 200 and (normals[:, 2] < 0).mean() > 0.95


def _parts(layout, word):
    return [index for index, name in enumerate(layout.part_names) if word in name]


def test_padding_keeps_the_islands_and_fills_the_rest_from_them(layout, texture):
    hollow = np.where(layout.inside[..., None], texture, np.nan)
    padded = layout.padded(hollow)
    assert np.isfinite(padded).all()
    np.testing.assert_array_equal(padded[layout.inside], texture[layout.inside])


def test_points_of_texels_lie_on_the_body(body, layout):
    np.testing.assert_allclose(layout.points(body.v_template), layout.position[layout.inside], atol=1e-9)


@pytest.mark.parametrize("size", [0, 100, 16, 2048])
def test_other_sizes_are_refused(body, size):
    with pytest.raises(ValueError, match="powers of two"):
        build_layout(body, size)


def test_a_body_without_a_layout_is_refused(body):
    with pytest.raises(AssetError, match="no texture layout"):
        build_layout(replace(body, uv=None, poly_uv=None), 64)


def test_an_added_bodys_own_layout_is_used(body):
    faces = body.faces[:4]
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    own = replace(body, skin_uv=corners, face_uv=np.tile([0, 1, 2], (len(faces), 1)), faces=faces)
    layout = build_layout(own, 32)
    assert layout.inside.mean() == pytest.approx(0.5, abs=0.05)
    assert layout.face[31, 31] >= 0 > layout.face[0, 0]  # v = 0 is the last row


# One photo.


def test_seen_texels_have_their_colours(body, layout, texture, front):
    part = extract(front.pixels, draw(body, layout, front.fit), front.mask)
    assert 0.25 < part.seen[layout.inside].mean() < 0.6
    assert np.percentile(off(part, texture), 95) < 0.05


def test_places_are_between_pixels(body, layout, texture):
    """A photo of a quarter of the size still tells where a texel is to a fraction of a pixel."""
    small, large = (draw(body, layout, made_fit(body, side=side)) for side in (64, 256))
    both = small.visible & large.visible
    np.testing.assert_allclose(4 * small.place[both], large.place[both], atol=1e-6)


def test_a_front_photo_shows_the_chest_and_not_the_back(body, layout, front):
    view = draw(body, layout, front.fit)
    trunk = np.isin(layout.part, _parts(layout, "spine"))
    assert view.visible[trunk & (layout.normal[..., 2] > 0.8)].mean() > 0.9
    assert not view.visible[trunk & (layout.normal[..., 2] < -0.3)].any()
    assert frontness(view, layout) > 0.3 > -0.3 > frontness(draw(body, layout, made_fit(body, 180)), layout)


def test_what_is_visible_is_what_is_drawn_there(body, layout):
    """A person seen from the side hides an arm and a leg: no visible texel may lie far behind the drawn surface."""
    fit = made_fit(body, 80)
    view = draw(body, layout, fit)
    vertices = fit.posed(body).vertices
    points = layout.points(vertices)[view.visible[layout.inside]]
    column, row = view.place[view.visible].astype(int).T
    drawn = view.face[row, column]
    some = drawn >= 0
    corners = vertices[layout.triangles[drawn[some]]]
    behind = points[some, 2] - corners[..., 2].max(1)
    assert some.mean() > 0.97 and behind.max() < 0.045
    left_arm = np.isin(layout.part, _parts(layout, "left_elbow")), np.isin(layout.part, _parts(layout, "right_elbow"))
    shown = sorted(view.visible[arm].mean() for arm in left_arm)
    assert shown[0] < 0.05 < 0.4 < shown[1]


def test_nothing_outside_of_the_picture_is_visible(body, layout):
    fit = made_fit(body).moved(1.0, (0, -100), (256, 90))
    view = draw(body, layout, fit)
    assert (view.place[view.visible] >= 0).all() and (view.place[view.visible] <= [256, 90]).all()
    assert not draw(body, layout, made_fit(body).moved(1.0, (900, 0), (256, 256))).visible.any()


def test_background_leaks_without_a_mask_and_never_with_one(body, layout, front):
    wrong = front.fit.moved(1.0, (5, 3), (256, 256))
    view = draw(body, layout, wrong)
    colours = lambda part: part.texture[part.seen] * 255  # noqa: E731
    leaks = lambda part: (np.abs(colours(part) - BACKGROUND).sum(1) < 200).sum()  # noqa: E731
    assert leaks(extract(front.pixels, view)) > 300
    assert leaks(extract(front.pixels, view, front.mask)) == 0


def test_repair_keeps_what_is_well_inside(front):
    photo = front.pixels.astype(np.float32) / 255
    repaired, usable = repair(photo, front.mask, front.mask)
    inner = binary_erosion(front.mask, iterations=6)
    np.testing.assert_array_equal(repaired[inner], photo[inner])
    assert usable[front.mask].all()


def test_an_empty_mask_shows_nothing(body, layout, front):
    assert not extract(front.pixels, draw(body, layout, front.fit), np.zeros_like(front.mask)).seen.any()


def test_a_texture_that_is_worn_and_read_is_the_same(body, layout, texture, front):
    view = draw(body, layout, front.fit)
    worn = wear(texture, drawn_uv(view, layout))
    shown = np.abs(worn - front.pixels / 255.0).max(-1)[view.silhouette]
    assert shown.max() < 0.01


def test_sampling_reads_between_pixels():
    ramp = np.arange(8, dtype=np.float32)[None, :, None].repeat(4, 0)
    places = np.array([[[0.5, 2.0], [3.25, 1.5], [np.nan, 0.0]]])
    np.testing.assert_allclose(sample(ramp, places)[0, :, 0], [0.0, 2.75, 0.0], atol=0.05)


# Several photos.


def test_photos_merge_by_what_they_see(body, layout, texture, front):
    back = made_photo(body, layout, texture, 180)
    parts = [extract(photo.pixels, draw(body, layout, photo.fit), photo.mask) for photo in (front, back)]
    both = merge(parts)
    assert (both.seen == (parts[0].seen | parts[1].seen)).all()
    assert both.seen[layout.inside].mean() > 1.6 * parts[0].seen[layout.inside].mean()
    assert np.percentile(off(both, texture), 95) < 0.06


def test_of_photos_that_see_a_texel_alike_the_first_is_taken():
    def grid(colour, weight):
        return Extraction(np.full((2, 2, 3), colour, np.float32), np.full((2, 2), weight, np.float32))

    assert merge([grid(0.1, 0.6), grid(0.9, 0.7)]).texture[0, 0, 0] == np.float32(0.1)
    assert merge([grid(0.1, 0.3), grid(0.9, 0.7)]).texture[0, 0, 0] == np.float32(0.9)
    assert merge([grid(0.1, 0.0), grid(0.9, 0.1)]).texture[0, 0, 0] == np.float32(0.9)
    with pytest.raises(ValueError, match="no photo"):
        merge([])


# Masks.


def test_grabcut_finds_the_person_from_a_body_that_is_a_little_off(body, layout, front):
    wrong = draw(body, layout, front.fit.moved(1.0, (3, 2), (256, 256))).silhouette
    found = cut_out(front.pixels, wrong)
    assert (found & front.mask).sum() / (found | front.mask).sum() > 0.93
    assert not cut_out(front.pixels, np.zeros_like(wrong)).any()


def test_overlap_falls_as_the_body_misses(front):
    assert overlap(front.mask, front.mask) == 1.0
    shifted = [overlap(front.mask, np.roll(front.mask, step, 1)) for step in (0, 10, 40, 120)]
    assert shifted == sorted(shifted, reverse=True) and shifted[-1] < 0.1
    assert overlap(front.mask, np.zeros_like(front.mask)) == 0.0


# Training people.


def made_spec(rng, pose) -> PersonSpec:
    none = LookSpec("", {})
    place = (0.3, -0.2, 0.9)
    return PersonSpec("open_body", 0, 0, rounded(rng.normal(0, 1, 10)), "", 0, rounded(pose), place, none, none, ())


def test_fits_of_rendered_people_are_exact(body):
    rng = np.random.default_rng(3)
    spec = made_spec(rng, rng.normal(0, 0.4, (55, 3)))
    world = pose_body(body, np.array(spec.betas), np.array(spec.pose), np.array(spec.position)).vertices
    camera = photo_camera(rng, world[: body.skin_vertices])
    fit = fit_for(spec, body, camera)
    pixels, depth = project(world, camera)
    vertices = fit.posed(body).vertices
    np.testing.assert_allclose(fit.project(vertices), pixels, atol=1e-3)
    np.testing.assert_allclose(vertices[:, 2], depth, atol=1e-5)


def test_flat_views_lie_in_their_cells(body):
    spec = made_spec(np.random.default_rng(4), flat_pose())
    world = pose_body(body, np.array(spec.betas), np.array(spec.pose), np.array(spec.position)).vertices
    world = world[: body.skin_vertices]
    camera = flat_camera()
    for number, (turn, shift) in enumerate(flat_places((world.min(0) + world.max(0)) / 2)):
        pixels, _ = project(world @ turn.T + shift, camera)
        x, y = flat_cell(number)
        fit = fit_for(spec, body, camera, turn, shift)
        np.testing.assert_allclose(fit.project(fit.posed(body).vertices)[: len(pixels)], pixels, atol=0.05)
        inside = (pixels > [x, y]) & (pixels < [x + 272, y + 272])
        assert inside.all()


def test_perturbed_fits_are_off_by_some_pixels_and_the_same_for_the_same_seed(body):
    fit = made_fit(body)
    wrong = [perturb(np.random.default_rng(seed), fit, body) for seed in range(8)]
    again = perturb(np.random.default_rng(0), fit, body)
    np.testing.assert_array_equal(again.pose, wrong[0].pose)
    true = fit.project(fit.posed(body).joints[:22])
    misses = [np.linalg.norm(one.project(one.posed(body).joints[:22]) - true, axis=1).mean() for one in wrong]
    assert 1.0 < np.mean(misses) < 7.0 and max(misses) < 14.0

"""Furniture: the same each time, of a real size, standing on the floor, closed to nonsense."""

import json

import numpy as np
import pytest

from blender_addon.core.furniture.kinds import (
    FURNITURE_KINDS,
    SEATS,
    furniture_parts,
    furniture_size,
    sample_furniture,
    seat_surface,
)

SIZES = {  # width, depth, height: fewest and most metres that one meets
    "armchair": ((0.7, 1.15), (0.75, 1.0), (0.7, 1.1)),
    "barrel": ((0.5, 0.75), (0.5, 0.75), (0.7, 1.0)),
    "barrier": ((1.1, 2.1), (0.4, 0.7), (0.75, 1.35)),
    "bench": ((1.1, 2.0), (0.35, 0.75), (0.4, 0.95)),
    "bin": ((0.25, 0.65), (0.25, 0.75), (0.4, 1.15)),
    "bollard": ((0.1, 0.4), (0.1, 0.4), (0.75, 1.2)),
    "bookshelf": ((0.55, 1.15), (0.24, 0.36), (0.85, 2.0)),
    "bush": ((0.5, 1.7), (0.5, 1.7), (0.45, 1.4)),
    "cabinet": ((0.38, 1.75), (0.35, 0.65), (0.6, 2.05)),
    "cardboard_boxes": ((0.4, 1.3), (0.3, 1.1), (0.25, 2.1)),
    "chair": ((0.38, 0.75), (0.45, 0.75), (0.75, 1.2)),
    "desk": ((1.05, 1.65), (0.55, 0.8), (0.7, 1.3)),
    "fence": ((1.35, 2.45), (0.08, 0.2), (0.8, 1.7)),
    "fridge": ((0.5, 0.75), (0.55, 0.8), (1.15, 1.9)),
    "hedge": ((1.0, 2.1), (0.35, 0.85), (0.6, 1.5)),
    "lamp_post": ((0.2, 0.75), (0.2, 1.8), (2.8, 5.4)),
    "low_wall": ((1.15, 2.25), (0.2, 0.4), (0.4, 1.0)),
    "potted_plant": ((0.2, 1.7), (0.2, 1.7), (0.45, 1.9)),
    "railing": ((1.35, 2.55), (0.05, 0.2), (0.85, 1.2)),
    "sign": ((0.4, 1.0), (0.15, 0.7), (0.8, 2.8)),
    "sofa": ((1.2, 2.6), (0.75, 1.0), (0.7, 1.1)),
    "stool": ((0.3, 0.6), (0.3, 0.6), (0.4, 0.85)),
    "suitcase": ((0.35, 0.6), (0.2, 0.4), (0.5, 1.25)),
    "table": ((0.75, 1.95), (0.65, 1.25), (0.7, 0.8)),
    "traffic_cone": ((0.2, 0.5), (0.2, 0.5), (0.4, 1.0)),
}


def draw(kind, seed, **options):
    return sample_furniture(np.random.default_rng(seed), kind, **options)


def triangles(parts):
    """(T, 3, 3) corners of all faces, quads cut in two."""
    found = []
    for part in parts:
        quads = part.faces[part.faces[:, 3] >= 0]
        found += [part.vertices[part.faces[:, :3]], part.vertices[quads[:, [0, 2, 3]]]]
    return np.concatenate(found).astype(float)


def highest_at(parts, x, y, below):
    """z of the highest surface over (x, y), of those under `below`."""
    corners = triangles(parts)
    a, b, c = (corners[:, k, :2] - (x, y) for k in range(3))
    areas = np.stack([p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0] for p, q in ((b, c), (c, a), (a, b))], 1)
    total = areas.sum(1)
    over = (np.abs(total) > 1e-12) & ((areas >= 0).all(1) | (areas <= 0).all(1))
    heights = (areas[over] / total[over, None] * corners[over, :, 2]).sum(1)
    return heights[heights < below].max()


def test_every_kind_has_a_known_size():
    assert set(SIZES) == set(FURNITURE_KINDS)


@pytest.mark.parametrize("kind", FURNITURE_KINDS)
def test_same_stream_same_thing(kind):
    assert draw(kind, 5) == draw(kind, 5)
    assert draw(kind, 5) != draw(kind, 6)


@pytest.mark.parametrize("kind", FURNITURE_KINDS)
def test_geometry_survives_json(kind):
    params = draw(kind, 7)
    again = json.loads(json.dumps(params))
    assert again == params
    for a, b in zip(furniture_parts(params), furniture_parts(again), strict=True):
        np.testing.assert_array_equal(a.vertices, b.vertices)
        np.testing.assert_array_equal(a.faces, b.faces)


@pytest.mark.parametrize("kind", FURNITURE_KINDS)
def test_stands_on_the_floor_at_a_real_size(kind):
    for seed in range(12):
        params = draw(kind, seed)
        points = np.concatenate([part.vertices for part in furniture_parts(params)])
        assert np.isfinite(points).all()
        assert abs(points[:, 2].min()) < 1e-3, params
        for extent, (least, most) in zip(np.ptp(points, axis=0), SIZES[kind], strict=True):
            assert least <= extent <= most, (params, extent)


@pytest.mark.parametrize("kind", FURNITURE_KINDS)
def test_takes_the_room_that_it_says(kind):
    """To a few centimetres, leaves and flaps to a few decimetres."""
    short, spare = (0.4, 0.4) if kind in ("bush", "cardboard_boxes", "potted_plant") else (0.06, 0.15)
    for seed in range(12):
        params = draw(kind, seed)
        points = np.concatenate([part.vertices for part in furniture_parts(params)])
        more = furniture_size(params) - np.ptp(points, axis=0)
        assert -short < more.min() and more.max() < spare, (params, more)


@pytest.mark.parametrize("kind", sorted(set(FURNITURE_KINDS) - {"lamp_post", "potted_plant"}))
def test_is_centred_on_the_origin(kind):
    """A lamp hangs over to one side, and plants grow as they like."""
    for seed in range(8):
        points = np.concatenate([part.vertices for part in furniture_parts(draw(kind, seed))])
        middle = (points.min(0) + points.max(0))[:2] / 2
        assert np.abs(middle).max() < 0.12


@pytest.mark.parametrize("kind", FURNITURE_KINDS)
def test_parts_are_sound(kind):
    for seed in range(6):
        params = draw(kind, seed)
        parts = furniture_parts(params)
        for part in parts:
            count = len(part.vertices)
            assert part.material in params["materials"]
            assert part.faces.shape[1] == 4
            assert part.faces[:, :3].min() >= 0 and part.faces[:, 3].min() >= -1 and part.faces.max() < count
            assert part.smooth.shape == part.edge.shape == (len(part.faces),)
            assert part.grain.shape == (count, 3) and part.tone.shape == (count,)
            assert np.isfinite(part.grain).all() and np.abs(part.tone).max() <= 1
        corners = triangles(parts)
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
        assert (area < 1e-10).mean() < 0.02


@pytest.mark.parametrize("kind", ["barrel", "bollard", "bookshelf", "fridge", "sofa", "table", "traffic_cone"])
def test_faces_look_outwards(kind):
    """A closed surface wound the right way has a positive volume."""
    for part in furniture_parts(draw(kind, 3)):
        corners = triangles([part]) - part.vertices.mean(0)
        volume = np.einsum("ti,ti->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
        assert volume > -1e-7, part.material


@pytest.mark.parametrize("height", [0.22, 0.3, 0.47, 0.6, 0.85])
@pytest.mark.parametrize("kind", SEATS)
def test_seat_is_where_it_was_asked_for(kind, height):
    for seed in range(5):
        params = draw(kind, seed, seat_height=height)
        told, depth, width, front = seat_surface(params)
        assert told == height
        assert 0.2 < depth < 0.7 and width > 0.3 and -0.6 < front < 0
        parts = furniture_parts(params)
        spots = [highest_at(parts, x, front + depth * 0.47, height + 0.05) for x in (0.011, 0.05, 0.28 * width)]
        spots = [z for z in spots if z > height - 0.045]  # between two boards one sees the floor
        assert spots and abs(max(spots) - height) < 0.012, (params, spots)


def test_only_seats_have_a_seat_height():
    with pytest.raises(ValueError, match="no seat"):
        draw("fence", 0, seat_height=0.4)
    with pytest.raises(ValueError, match="No furniture kind"):
        draw("spaceship", 0)

"""IUV and parts: functions of the body's surface alone, and back again."""

from dataclasses import replace

import numpy as np
import pytest

from blender_addon.core.body import group_faces
from blender_addon.core.errors import AssetError
from blender_addon.core.iuv import NAMES, charts_of, decode_iuv, encode_iuv, part_weights
from blender_addon.core.passes import PART_NAMES
from blender_addon.core.passes_surface import carried, corner_shares, facing, in_face, triangles_of, vertex_normals
from blender_addon.core.posing import pose_body


@pytest.fixture(scope="module")
def charts(body):
    return charts_of(body)


def spread(charts, points, count: int = 4000):
    """Places spread evenly over the skin: (N,) triangles and (N, 3) shares."""
    rng = np.random.default_rng(0)
    corners = points[charts.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return rng.choice(len(area), count, p=area / area.sum()), rng.dirichlet([1, 1, 1], count)


def test_every_part_is_there_and_the_skin_is_covered(body, charts):
    assert sorted(set(charts.part)) == list(range(1, len(NAMES)))
    skin = np.unique(group_faces(body, "body"))
    assert len(np.unique(charts.triangles)) > 0.9 * len(skin)  # all but the mouth and behind the eyes


def test_no_chart_folds_over(charts):
    one, other = charts.uv[:, 1] - charts.uv[:, 0], charts.uv[:, 2] - charts.uv[:, 0]
    area = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    for part in range(1, len(NAMES)):
        own = area[charts.part == part]
        assert (own > 0).all() or (own < 0).all(), NAMES[part]


def test_a_code_leads_back_to_its_point(body, charts):
    triangle, share = spread(charts, body.v_template)
    found, shares = decode_iuv(charts, encode_iuv(charts, triangle, share))
    assert (found >= 0).all()
    points = body.v_template
    off = np.linalg.norm(
        carried(points, charts.triangles[triangle], share) - carried(points, charts.triangles[found], shares), axis=1
    )
    assert np.median(off) < 0.001 and np.quantile(off, 0.99) < 0.002 and off.max() < 0.005


def test_another_pose_and_shape_have_the_same_codes(body, charts):
    """A point found anew in the T-pose of somebody else has the code that it had."""
    rng = np.random.default_rng(1)
    shaped = pose_body(body, rng.normal(0, 1, 8), rng.normal(0, 0.3, (55, 3)), np.zeros(3)).shaped
    triangle, share = spread(charts, body.v_template, 500)
    places = carried(shaped, charts.triangles[triangle], share)
    again = corner_shares(places, shaped[charts.triangles[triangle]])
    first, second = encode_iuv(charts, triangle, share), encode_iuv(charts, triangle, again)
    assert np.abs(first.astype(int) - second).max() <= 1  # where rounding is on the edge


def test_only_hands_and_feet_have_a_seam(charts):
    """A hand's skin is closed but for the wrist: it cannot be laid flat uncut. Everywhere else U and V are smooth."""
    corners = np.column_stack([np.repeat(charts.part, 3), charts.triangles.ravel(), charts.uv.reshape(-1, 2)])
    places = np.unique(corners, axis=0)
    twice = places[1:][(np.diff(places[:, :2], axis=0) == 0).all(1)]
    assert {NAMES[int(part)] for part in twice[:, 0]} == {"right hand", "left hand", "left foot", "right foot"}
    share = len(twice) / len(np.unique(places[:, :2], axis=0))
    assert share < 0.08


@pytest.mark.parametrize("keypoint, parts", [
    ("nose", {"head right", "head left"}),
    ("left_ear", {"head left"}),
    ("right_ear", {"head right"}),
    ("left_wrist", {"left lower arm front", "left lower arm back", "left hand"}),
    ("right_knee", {"right upper leg front", "right lower leg front", "right upper leg back", "right lower leg back"}),
    ("left_big_toe", {"left foot"}),
    ("right_heel", {"right foot"}),
])  # fmt: skip
def test_left_and_right_are_the_persons_own(body, charts, keypoint, parts):
    place = body.keypoint_regressor[body.keypoint_names.index(keypoint)] @ body.v_template
    middles = body.v_template[charts.triangles].mean(1)
    nearest = charts.part[np.linalg.norm(middles - place, axis=1).argmin()]
    assert NAMES[nearest] in parts


@pytest.mark.parametrize("number", [1, 2, *range(7, 23)])
def test_fronts_face_forwards(body, charts, number):
    own = body.v_template[charts.triangles[charts.part == number]]
    towards = np.cross(own[:, 1] - own[:, 0], own[:, 2] - own[:, 0])[:, 2].sum()
    assert (towards > 0) == NAMES[number].endswith("front")


def test_parts_are_one_piece_each_and_led_by_their_joint(body):
    weights = part_weights(body)
    quads = group_faces(body, "body")
    part = weights.argmax(1)
    assert set(part[np.unique(quads)]) == set(range(len(PART_NAMES)))
    edges = np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2)
    for number in range(20):  # thumbs are pieces of their own
        own = np.unique(quads[(part[quads] == number).any(1)])
        own = own[part[own] == number]
        reached, known = {int(own[0])}, edges[(part[edges] == number).all(1)]
        while True:
            more = set(known[np.isin(known, list(reached)).any(1)].ravel().tolist())
            if more <= reached:
                break
            reached |= more
        assert len(reached) == len(own), PART_NAMES[number]
    same = part == np.array([PART_NAMES.index(body.part_names[k]) for k in body.vertex_part])
    assert same[np.unique(quads)].mean() > 0.97


def test_codes_off_every_chart_lead_nowhere(charts):
    found, _ = decode_iuv(charts, np.array([[0, 0, 0], [25, 9, 9], [255, 1, 1]], np.uint8))
    assert (found == -1).all()


def test_a_body_without_the_mesh_is_refused(body):
    with pytest.raises(AssetError, match="add-body"):
        charts_of(replace(body, poly=body.poly[:-1], poly_group=body.poly_group[:-1] * 0))
    with pytest.raises(AssetError, match="add-body"):
        charts_of(replace(body, poly=None))


def test_places_on_quads_find_their_half():
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0.5], [0, 1, 0], [5, 5, 5]], float)
    faces = np.array([[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, -1]])
    places = np.array([[0.6, 0.3, 0.15], [0.2, 0.7, 0.1], [0.5, 0.2, 0.1]])
    corners, share = in_face(places, points, faces)
    np.testing.assert_allclose(carried(points, corners, share), places, atol=1e-9)
    np.testing.assert_allclose(share.sum(1), 1)
    assert corners.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 2]]


def test_normals_point_to_the_camera_whichever_side_is_seen():
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float)
    triangles = triangles_of(np.array([[0, 1, 2, -1]]))
    normals = vertex_normals(points, triangles)
    np.testing.assert_allclose(normals, [[0, 0, 1]] * 3)
    towards = np.array([[0, 0, 5.0], [0, 0, -5.0]])
    turned = facing(normals[:2], normals[:2], towards)
    np.testing.assert_allclose(turned, [[0, 0, 1], [0, 0, -1]])

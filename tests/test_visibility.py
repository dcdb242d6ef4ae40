import numpy as np
import pytest

from blender_addon.core.body import load_body
from blender_addon.core.visibility import NOTHING, OBJECT, POINTS, REACH, Patches, judge, keypoint_patches

REST = np.zeros((4, 3))
PATCHES = Patches(np.array([[0, 1, 2, 3]]), np.array([0.1]))
NEAR, FAR = (0.05, 0, 0), (0.5, 0, 0)


@pytest.mark.parametrize("hits, fraction, cause", [
    pytest.param([(NOTHING, NEAR)] * 4, 1.0, None, id="rays that reach their points"),
    pytest.param([(1, NEAR)] * 4, 1.0, None, id="the sleeve over the arm is the arm"),
    pytest.param([(1, FAR)] * 4, 0.0, "self", id="own hand before the hip"),
    pytest.param([(2, NEAR)] * 4, 0.0, "person", id="another's skin is never one's own"),
    pytest.param([(OBJECT, NEAR)] * 4, 0.0, "object", id="a table"),
    pytest.param([(NOTHING, NEAR), (OBJECT, NEAR), (OBJECT, NEAR), (1, FAR)], 0.25, "object", id="the commonest cause"),
])  # fmt: skip
def test_judge(hits, fraction, cause):
    who = np.array([[hit[0] for hit in hits]])
    where = np.array([[hit[1] for hit in hits]], float)
    seen, causes = judge(PATCHES, 1, REST, who, where)
    assert seen[0] == fraction
    assert causes == [cause]


def test_patches_lie_around_their_keypoints(open_body_path):
    body = load_body(open_body_path)
    patches = keypoint_patches(body)
    assert patches.vertices.shape == (len(body.keypoint_names), POINTS)
    keypoints = body.keypoint_regressor @ body.v_template
    for name, keypoint, vertices in zip(body.keypoint_names, keypoints, patches.vertices, strict=True):
        distance = np.linalg.norm(body.v_template[vertices] - keypoint, axis=1)
        assert distance.max() < 0.15, name
        assert len(np.unique(vertices)) > POINTS / 3, name
        if name.startswith("left"):
            assert (body.v_template[vertices, 0] > -0.01).mean() > 0.9, name


def test_the_two_eyes_are_told_apart_by_nearness(open_body_path):
    body = load_body(open_body_path)
    left, right = (
        body.keypoint_regressor[list(body.keypoint_names).index(f"{side}_eye")] @ body.v_template
        for side in ("left", "right")
    )
    assert np.linalg.norm(left - right) > REACH["eye"][1]

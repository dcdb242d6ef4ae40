import json

import pytest

from blender_addon.core.spec import (
    CameraSpec,
    DevelopmentSpec,
    LookSpec,
    OccluderSpec,
    PersonSpec,
    SceneSpec,
    WorldSpec,
    from_dict,
    to_dict,
)

LOOK = LookSpec("plain", {"color": [0.1, 0.2, 0.3], "seed": 3})
PERSON = PersonSpec(
    "open_body",
    0.0,
    30.0,
    (0.5, -1.0),
    "families:stand",
    2,
    ((0.1, 0.2, 0.3),),
    (1.0, 2.0, 0.0),
    LOOK,
    LOOK,
    (LOOK, LOOK),
)
SCENE = SceneSpec(
    seed=1,
    index=2,
    persons=(PERSON,),
    occluders=(OccluderSpec("table", {"seed": 1}, (0.0, 1.0, 0.0), 0.5),),
    world=WorldSpec("city", 0.1, 1.0, (0.0, 0.0, 1.6), 20.0, 0.8),
    camera=CameraSpec(640, 480, 35.0, (0.0, 0.0, 1.6), ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))),
    development=DevelopmentSpec(0.1, (1.0, 0.9, 1.1), 0.05, 7, 80),
    samples=4,
)


def test_a_trip_through_json_changes_nothing():
    assert from_dict(SceneSpec, json.loads(json.dumps(to_dict(SCENE)))) == SCENE


def test_an_unknown_field_is_refused():
    with pytest.raises(TypeError, match="no field 'colour'"):
        from_dict(LookSpec, {"kind": "plain", "params": {}, "colour": 1})


def test_a_missing_field_is_refused():
    data = to_dict(SCENE)
    del data["camera"]
    with pytest.raises(TypeError, match="camera"):
        from_dict(SceneSpec, data)

"""Drawing by weight: every key as often as its share, and never one without any."""

import numpy as np
import pytest

from blender_addon.core.chance import either_side, one_of, pick, pick_row

DRAWS = 20_000


def shares_of(found) -> dict:
    names, counts = np.unique(found, return_counts=True)
    return dict(zip(names.tolist(), counts / len(found), strict=True))


def test_keys_come_as_often_as_their_shares():
    rng = np.random.default_rng(0)
    found = shares_of([pick(rng, {"a": 2.0, "none": 0.0, "b": 6.0, "last": 0}) for _ in range(DRAWS)])
    assert found == {"a": pytest.approx(0.25, abs=0.015), "b": pytest.approx(0.75, abs=0.015)}


def test_rows_come_as_often_as_their_weights():
    rng = np.random.default_rng(1)
    found = shares_of([pick_row(rng, [0.0, 1.0, 0.0, 3.0, 0.0]) for _ in range(DRAWS)])
    assert found == {1: pytest.approx(0.25, abs=0.015), 3: pytest.approx(0.75, abs=0.015)}


def test_all_are_equally_likely():
    rng = np.random.default_rng(2)
    third = pytest.approx(1 / 3, abs=0.015)
    assert shares_of([one_of(rng, ("x", "y", "z")) for _ in range(DRAWS)]) == {"x": third, "y": third, "z": third}
    half = pytest.approx(0.5, abs=0.015)
    assert shares_of([either_side(rng) for _ in range(DRAWS)]) == {-1: half, 1: half}

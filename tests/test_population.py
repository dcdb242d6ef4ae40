"""The people drawn are as tall, as stout and as old as people are, and none of them is a monster."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.bodies import measure_population
from assets.bodies.measure_population import measure_adults, measure_build, measure_children
from assets.bodies.measures import girth, implausible, measure, volume
from blender_addon.core.body import load_body
from blender_addon.core.population import (
    ADULT_AGE,
    MOST_SHIFTED,
    OLDEST,
    has_children,
    height_distribution,
    sample_shape,
    stature,
    truncated_normal,
)
from blender_addon.core.posing import shape_body


@pytest.fixture(scope="module")
def open_body(open_body_path):
    return load_body(open_body_path)


@pytest.fixture(scope="module")
def licensed(open_body):
    """As an added SMPL is: shapes of adults only, and nothing said about who there is."""
    adults = np.flatnonzero((open_body.population_age > 25) & (open_body.population_sex > 0.5))
    betas = open_body.population_betas[adults].astype(float)
    middle, scatter = betas.mean(0), np.cov(betas.T)
    values, vectors = np.linalg.eigh(scatter)
    turn = (vectors * np.sqrt(values))[:, ::-1][:, :10]
    template, joints = shape_body(open_body, middle)
    return dataclasses.replace(
        open_body,
        v_template=template,
        joint_template=joints,
        shapedirs=open_body.shapedirs @ turn,
        joint_shapedirs=open_body.joint_shapedirs @ turn,
        sex="female",
        **dict.fromkeys(f"population_{name}" for name in ("betas", "sex", "age", "height", "ancestry")),
    )


def test_adults_are_as_tall_as_those_measured(open_body):
    rows = measure_adults(open_body, 1500)
    assert [row.count > 500 for row in rows] == [True, True]
    for row in rows:
        assert abs(row.mean - row.published_mean) < measure_population.MEAN_TOLERANCE, str(row)
        assert abs(row.spread - row.published_spread) < measure_population.SPREAD_TOLERANCE, str(row)


def test_children_are_as_tall_as_those_measured(open_body):
    rows = measure_children(open_body, 1500)
    assert len(rows) == 14, "boys and girls of every age from 5 to 17"
    off = np.array([row.mean / row.published_mean - 1 for row in rows])
    assert abs(off.mean()) < 0.01 and np.abs(off).max() < 0.04
    low, high = measure_population.CHILD_SPREAD
    assert all(low < row.spread / row.published_mean < high for row in rows)


def test_people_are_neither_all_lean_nor_all_stout(open_body):
    for name, (mean, spread) in measure_build(open_body, 150).items():
        assert abs(mean - measure_population.BODY_MASS[name]) < 3 and 1.5 < spread < 5


def test_everybody_in_the_population_has_lengths_and_girths_of_a_person(open_body):
    for row in range(0, len(open_body.population_betas), 4):
        measures = measure(open_body, open_body.population_betas[row])
        assert implausible(measures) == [], (row, measures)
        assert 12 < measures["mass index"] < 42


def test_those_drawn_are_plausible_too(open_body, licensed):
    rng = np.random.default_rng(3)
    for body, children in ((open_body, 0.3), (licensed, 0.0)):
        for _ in range(40):
            measures = measure(body, sample_shape(rng, body, children).betas)
            assert implausible(measures) == [], measures


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_monsters(open_body, licensed, seed):
    rng = np.random.default_rng(seed)
    for body in (open_body, licensed):
        person = sample_shape(rng, body)
        mean, spread = height_distribution(person.sex, person.age)
        assert abs(stature(body, person.betas) - mean) < 3.5 * spread
        assert ADULT_AGE <= person.age <= OLDEST and 0 <= person.sex <= 1
        assert abs(person.ancestry.sum() - 1) < 1e-4 and (person.ancestry >= 0).all()
    assert np.abs(person.betas).max() <= MOST_SHIFTED


def test_children_only_where_asked_for(open_body):
    rng = np.random.default_rng(0)
    assert min(sample_shape(rng, open_body).age for _ in range(400)) >= ADULT_AGE
    asked = [sample_shape(rng, open_body, 0.25).age < ADULT_AGE for _ in range(800)]
    assert 0.2 < np.mean(asked) < 0.3
    assert max(sample_shape(rng, open_body, 1.0).age for _ in range(200)) < ADULT_AGE


def test_ages_run_from_young_to_old(open_body):
    rng = np.random.default_rng(1)
    ages = np.array([sample_shape(rng, open_body).age for _ in range(600)])
    assert (np.histogram(ages, [18, 30, 45, 60, 80])[0] > 60).all()


def test_a_licensed_body_gets_the_heights_of_its_sex(licensed):
    rng = np.random.default_rng(2)
    for sex, number in (("female", 1.0), ("male", 0.0)):
        body = dataclasses.replace(licensed, sex=sex)
        people = [sample_shape(rng, body, children=0.5) for _ in range(300)]
        assert {person.sex for person in people} == {number} and min(person.age for person in people) >= 18
        heights = [stature(body, person.betas) for person in people]
        if sex == "female":
            assert abs(np.mean(heights) - 1.62) < 0.02 and abs(np.std(heights) - 0.07) < 0.012
    assert not has_children(licensed)
    neutral = dataclasses.replace(licensed, sex="neutral")
    assert {sample_shape(rng, neutral).sex for _ in range(60)} == {0.0, 1.0}


def test_the_same_seed_gives_the_same_person_and_no_two_are_alike(open_body):
    draws = [sample_shape(np.random.default_rng(seed), open_body).betas for seed in (5, 5, 6)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert np.abs(draws[0] - draws[2]).max() > 0.01
    rng = np.random.default_rng(0)
    many = np.stack([sample_shape(rng, open_body).betas for _ in range(300)])
    assert len(np.unique(many.round(6), axis=0)) == 300


def test_what_makes_people_differ_leaves_their_height(open_body):
    rng = np.random.default_rng(0)
    for _ in range(30):
        person = sample_shape(rng, open_body)
        nearest = np.abs(open_body.population_betas - person.betas).sum(1).argmin()
        assert abs(stature(open_body, person.betas) - open_body.population_height[nearest]) < 0.012


def test_stature_is_the_height_of_the_skin(open_body):
    for row in range(0, 1000, 100):
        betas = open_body.population_betas[row]
        skin = shape_body(open_body, betas)[0][: open_body.skin_vertices]
        assert abs(stature(open_body, betas) - np.ptp(skin[:, 1])) < 1e-6


def test_truncated_draws_stay_within_and_keep_their_middle():
    values = truncated_normal(np.random.default_rng(0), 20_000, 2.0)
    assert np.abs(values).max() <= 2 and abs(values.mean()) < 0.02 and 0.85 < values.std() < 0.9


def test_a_tape_and_a_scale_that_are_known():
    turn = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    ring = np.stack([0.1 * np.cos(turn), np.zeros(400), 0.1 * np.sin(turn)], 1)
    assert abs(girth(ring, 1, 0.0, 0.01) - 0.2 * np.pi) < 1e-3
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    assert abs(volume(corners, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])) - 1 / 6) < 1e-12


def test_the_comparison_is_printed(capsys, open_body_path, monkeypatch):
    monkeypatch.setattr(measure_population, "PEOPLE", 200)
    assert measure_population.main([str(open_body_path)]) == 0
    printed = capsys.readouterr().out
    assert "male, 20 and older" in printed and "female, 11 years" in printed and "publ." in printed
    assert measure_population.main(["nothing.npz"]) == 1

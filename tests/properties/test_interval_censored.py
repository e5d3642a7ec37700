"""What holds for interval-censored data of any kind, with one to twelve patients."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.core.interval.bounds import bounds
from hpcstats.core.interval.cover import Cover
from hpcstats.core.interval.regions import innermost
from hpcstats.core.interval.turnbull import maximise
from tests.properties.strategies import checked

OPEN = np.inf
Rows = list[tuple[float, float]]


@st.composite
def rows(draw, least=1):
    """Intervals, exact times and censored times on a coarse grid, so that ends tie."""
    n = draw(st.integers(least, 12))
    found = []
    for _ in range(n):
        lower = draw(st.integers(0, 8))
        length = draw(st.sampled_from([0, 1, 2, 4, OPEN]))
        found.append((float(lower), lower + float(length)))
    return found


def columns(data: Rows):
    return np.array([row[0] for row in data]), np.array([row[1] for row in data])


def covers(row: tuple[float, float], place: tuple[float, bool]) -> bool:
    """Whether a row allows an event at a time, or (False) just after it."""
    (lower, upper), (time, exactly) = row, place
    if lower == upper:
        return exactly and time == lower
    return lower < time <= upper if exactly else lower <= time < upper


def chance(row: tuple[float, float], found) -> float:
    """Mass of the regions inside a row, by looking at each."""
    return sum(
        mass
        for left, right, mass in zip(found.left, found.right, found.mass, strict=True)
        if covers(row, (left, True) if left == right else (left, False)) and right <= row[1]
    )


@checked
@given(rows())
def test_no_place_on_the_time_axis_would_raise_the_likelihood(data):
    """Karush-Kuhn-Tucker at every time and between all of them proves a global maximum."""
    found = hs.turnbull(hs.Surv.interval(*columns(data)), seed=1)
    chances = [chance(row, found) for row in data]
    assert found.log_likelihood == pytest.approx(sum(map(np.log, chances)), abs=1e-9)
    times = sorted({end for row in data for end in row if end < OPEN})
    for place in itertools.product(times, (True, False)):
        gain = sum(1 / c for row, c in zip(data, chances, strict=True) if covers(row, place))
        assert gain <= len(data) * (1 + 1e-8)
    assert found.mass.sum() == pytest.approx(1)
    assert found.kkt_gap <= 1e-8


@checked
@given(rows())
def test_masses_are_unique_as_the_clique_matrix_has_full_rank(data):
    regions = innermost(*columns(data))
    cover, _ = Cover.of(regions.first, regions.last, regions.size)
    assert np.linalg.matrix_rank(cover.matrix) == regions.size


@checked
@given(rows())
def test_regions_are_the_places_that_most_rows_allow(data):
    """A place lies in a region when no other place is allowed by the same rows and more."""
    times = sorted({end for row in data for end in row if end < OPEN})
    places = [(time, exactly) for time in times for exactly in (True, False)]
    allowed = {place: frozenset(k for k, row in enumerate(data) if covers(row, place)) for place in places}
    most = [place for place in places if not any(allowed[place] < other for other in allowed.values())]
    regions = innermost(*columns(data))
    for place in places:
        inside = any(
            covers((left, right), place) for left, right in zip(regions.left, regions.right, strict=True)
        )
        assert inside == (place in most)


@checked
@given(rows(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_unit_do_not_matter(data, random):
    shuffled = random.sample(data, len(data))
    one = hs.turnbull(hs.Surv.interval(*columns(data)), seed=1)
    other = hs.turnbull(hs.Surv.interval(*(12 * column for column in columns(shuffled))), seed=1)
    np.testing.assert_allclose(one.mass, other.mass, atol=1e-9)
    np.testing.assert_allclose(12 * one.left, other.left)


@checked
@given(rows(), st.integers(0, 2**32 - 1))
def test_many_weights_at_once_are_each_by_itself(data, seed):
    lower, upper = columns(data)
    n = lower.size
    weights = np.random.default_rng(seed).multinomial(n, np.ones(n) / n, size=6).astype(float)
    at = np.arange(0, 15, 0.5)
    low, high = bounds(innermost(lower, upper), weights).at(at)
    for row, drawn in enumerate(weights):
        kept = drawn > 0
        alone = bounds(innermost(lower[kept], upper[kept]), drawn[None, kept]).at(at)
        np.testing.assert_allclose((low[row], high[row]), (alone[0][0], alone[1][0]), atol=1e-9)


@checked
@given(rows(), st.integers(0, 2**32 - 1))
def test_weights_of_very_different_size_are_borne(data, seed):
    lower, upper = columns(data)
    weights = 10.0 ** np.random.default_rng(seed).uniform(-8, 8, size=(8, lower.size))
    found = maximise(innermost(lower, upper), weights)
    assert (found.gap <= 1e-8).all()
    np.testing.assert_allclose(found.mass.sum(axis=1), 1)


@checked
@given(rows(least=2))
def test_exact_and_censored_times_are_a_product_limit(data):
    lower, upper = columns(data)
    event = upper < OPEN
    assume(event.any())
    km = hs.kaplan_meier(hs.Surv.right(lower, event))
    found = hs.turnbull(hs.Surv.interval(lower, np.where(event, lower, OPEN)), seed=1)
    low, _ = found.bounds.at(lower)
    np.testing.assert_allclose(low[0], km.at(lower)["estimate"], atol=1e-9)


@checked
@given(rows(least=3), st.data())
def test_scores_sum_to_nothing_and_groups_are_exchangeable(data, more):
    lower, upper = columns(data)
    assume((upper < OPEN).any())
    group = more.draw(st.lists(st.sampled_from("ab"), min_size=len(data), max_size=len(data)))
    assume(len(set(group)) == 2)
    kind = more.draw(st.sampled_from(["sun", "finkelstein", "wilcoxon"]))
    y = hs.Surv.interval(lower, upper)
    test = hs.interval_logrank(y, group, scores=kind)
    assert test.scores.sum() == pytest.approx(0, abs=1e-8)
    turned = hs.interval_logrank(y, ["b" if label == "a" else "a" for label in group], scores=kind)
    np.testing.assert_allclose(test.score_sums, turned.score_sums[::-1], atol=1e-8)
    if test.df:
        assert test.p_value == pytest.approx(turned.p_value, abs=1e-9)


@checked
@given(rows(least=3), st.data())
def test_of_right_censored_times_the_scores_of_sun_are_those_of_the_log_rank_test(data, more):
    lower, upper = columns(data)
    event = upper < OPEN
    assume(event.any())
    group = more.draw(st.lists(st.sampled_from("ab"), min_size=len(data), max_size=len(data)))
    assume(len(set(group)) == 2)
    y = hs.Surv.right(lower, event)
    test = hs.interval_logrank(y, group)
    theirs = hs.logrank(y, group, variance="permutation", method="asymptotic")
    np.testing.assert_allclose(test.score_sums, theirs.observed - theirs.expected, atol=1e-8)
    if theirs.df:
        assert test.statistic == pytest.approx(theirs.statistic, rel=1e-6, abs=1e-9)

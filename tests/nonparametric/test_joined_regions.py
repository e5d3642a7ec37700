"""Exact times between the ends of intervals are one region of the maximisation, and told apart after it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.interval.cover import Cover
from hpcstats.core.interval.joined import Joined
from hpcstats.core.interval.regions import innermost
from hpcstats.core.interval.turnbull import maximise


def estimate(lower, upper):
    return hs.turnbull(hs.Surv.interval(lower, upper), seed=1)


def test_a_row_of_several_regions_parts_them_where_it_begins_and_ends():
    # Exact 1 to 6, and (2, 4]: 1 and 2, 3 and 4, 5 and 6.
    regions = innermost(np.array([1, 2, 3, 4, 5, 6, 2.0]), np.array([1, 2, 3, 4, 5, 6, 4.0]))
    assert Joined.of(regions.first, regions.last, regions.size).group.tolist() == [0, 0, 1, 1, 2, 2]


def test_without_weight_of_their_own_the_first_of_a_group_has_all():
    """Rows 0 to 3 are exact times inside (0, 5], which alone is left."""
    regions = innermost(np.array([1, 2, 3, 4, 0.0]), np.array([1, 2, 3, 4, 5.0]))
    found = maximise(regions, np.array([[0, 0, 0, 0, 1.0], [0, 2, 0, 1, 1.0]]))
    np.testing.assert_allclose(found.mass, [[1, 0, 0, 0], [0, 2 / 3, 0, 1 / 3]], atol=1e-15)
    assert found.inside.tolist() == [[True, False, False, False], [False, True, False, True]]
    np.testing.assert_allclose(found.log_likelihood, [0, 2 * np.log(2 / 3) + np.log(1 / 3)], atol=1e-15)
    assert (found.gap <= 1e-12).all()


@pytest.mark.parametrize("cases", [1, 300])
def test_exact_times_between_the_ends_of_intervals_share_what_they_have_together(cases):
    """(0, 10] and (5, 15] twice, 3 * cases exact times: what lies from 5 to 10 is one region but for them."""
    times = np.concatenate([np.linspace(1, 4, cases), np.linspace(6, 9, cases), np.linspace(11, 14, cases)])
    found = estimate(np.append(times, [0, 5, 5]), np.append(times, [10, 15, 15]))
    n = 3 * cases + 3
    np.testing.assert_allclose(found.mass.sum(), 1)
    thirds = np.array([part.sum() for part in np.split(found.mass, 3)])
    np.testing.assert_allclose(found.mass, np.repeat(thirds / cases, cases), rtol=1e-12)
    low, middle, high = thirds
    lower, upper = 1 / (low + middle), 2 / (middle + high)
    assert [cases / low + lower, cases / middle + lower + upper, cases / high + upper] == pytest.approx(
        [n] * 3
    )
    expected = cases * np.log(thirds / cases).sum() - np.log(lower) - 2 * np.log(upper / 2)
    assert found.log_likelihood == pytest.approx(expected)
    assert found.kkt_gap <= 1e-8


def test_few_and_many_pairs_of_regions_are_added_alike():
    first, last = np.array([0, 0, 1, 2, 2]), np.array([0, 3, 2, 2, 3])
    cover, number = Cover.of(first, last, 4)
    assert number.tolist() == [0, 1, 2, 3, 4]
    values = np.array([[1, 2, 4, 8, 16.0], [0, 1, 0, 3, 0]])
    found = cover.over_pairs(values)
    by_hand = np.array([[3, 2, 2, 2], [2, 6, 6, 2], [2, 6, 30, 18], [2, 2, 18, 18]])
    np.testing.assert_array_equal(found[0], by_hand)
    np.testing.assert_array_equal(dataclasses.replace(cover, pairs=None).over_pairs(values), found)


def test_many_exact_times_need_no_matrix_of_their_square(monkeypatch):
    """A thousand exact times among fifty intervals are estimated on as many regions as the intervals make."""
    sizes = []
    form = Cover.over_pairs
    monkeypatch.setattr(
        Cover, "over_pairs", lambda self, values: sizes.append(self.size) or form(self, values)
    )
    random = np.random.default_rng(5)
    times, begins = random.exponential(5, 1000), random.exponential(5, 50)
    found = estimate(np.append(times, begins), np.append(times, begins + random.exponential(2, 50)))
    assert found.mass.size > 900
    assert max(sizes) <= 101

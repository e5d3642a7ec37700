"""Few changes to two groups: what they do to the log-rank statistic, and the fewest that turn it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from scipy.special import ndtri

from hpcstats.core.fragility import changes, fewest_changes
from hpcstats.core.fragility.fewest_changes import Target
from hpcstats.core.risk_sets import place
from tests import oracles
from tests.properties.strategies import cases, checked

KINDS = {"status": changes.of_status, "assignment": changes.of_assignment}


def flipped(case, kind, rows):
    event, second = list(case.event), [label == "b" for label in case.group]
    for row in rows:
        column = event if kind == "status" else second
        column[row] = not column[row]
    return event, ["b" if member else "a" for member in second]


def by_hand(case, kind, rows):
    """Observed less expected events of b, and the variance, of the data written out anew."""
    event, group = flipped(case, kind, rows)
    if len(set(group)) < 2:
        return 0.0, 0.0
    observed, expected, variance = oracles.logrank(case.time, event, group, case.entry)
    return float(expected - observed), float(variance)


def kernel(case, kind):
    entry = None if case.entry is None else np.array(case.entry)
    risk = place(np.array(case.time), np.array(case.event), entry)
    return KINDS[kind](risk, np.array([label == "b" for label in case.group]))


@pytest.mark.parametrize("kind", KINDS)
@checked
@given(case=cases(smallest=3, largest=8, entry=True, groups=2))
def test_statistics_after_changes_are_those_of_the_changed_data(kind, case):
    found = kernel(case, kind)
    assert (found.score, found.variance) == pytest.approx(by_hand(case, kind, []), abs=1e-9)
    for number in (1, 2, 3):
        sets = np.array(list(combinations(range(len(case)), number)))
        score, variance = found.statistics(sets)
        wanted = [by_hand(case, kind, rows) for rows in sets.tolist()]
        assert score == pytest.approx([u for u, _ in wanted], abs=1e-9)
        assert variance == pytest.approx([v for _, v in wanted], abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("alpha", [0.05, 0.3, 0.7])
@checked
@given(case=cases(smallest=3, largest=9, groups=2))
def test_the_search_misses_no_set_and_makes_none_up(kind, alpha, case):
    found = kernel(case, kind)
    quantile = float(-ndtri(alpha / 2))
    for target in (Target(quantile, True, 1 if found.score >= 0 else -1), Target(quantile, False, 1)):
        for number in (1, 2, 3):
            sets = np.array(list(combinations(range(len(case)), number)))
            wanted = sets[target.reached(*found.statistics(sets))]
            searched, total = fewest_changes.sets_of(found, target, number)
            assert total == len(wanted)
            assert {tuple(row) for row in searched.tolist()} == {tuple(row) for row in wanted.tolist()}


def far_apart():
    return np.arange(1.0, 41.0), np.ones(40, dtype=bool), np.arange(40) >= 20


def test_too_many_sets_are_not_looked_at(monkeypatch):
    time, event, second = far_apart()
    found = changes.of_status(place(time, event), second)
    target = Target(1.96, True, -1)
    monkeypatch.setattr(fewest_changes, "MOST", 10)
    assert fewest_changes.sets_of(found, target, 2) is None


def test_sets_that_are_not_kept_are_counted(monkeypatch):
    time, event, second = far_apart()
    found = changes.of_assignment(place(time, event), second)
    target = Target(0.5, False, -1)
    everything, total = fewest_changes.sets_of(found, target, 2)
    assert len(everything) == total > 100
    monkeypatch.setattr(fewest_changes, "KEPT", 7)
    kept, again = fewest_changes.sets_of(found, target, 2)
    assert (len(kept), again) == (7, total)

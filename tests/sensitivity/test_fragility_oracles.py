"""Fragility against every set written out; published tables; orders in time, many sets and limits."""

from __future__ import annotations

import time as clock
from itertools import combinations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.fragility import fewest_changes, fisher
from hpcstats.errors import DataError
from hpcstats.sensitivity import fragility, fragility_2x2


def written_out(y, group, rows, change, test):
    event, group = y.event.copy(), group.copy()
    if change == "status":
        event[rows] = ~event[rows]
    else:
        group[rows] = 1 - group[rows]
    if len(set(group.tolist())) < 2 or not event.any():
        return np.nan
    return hs.logrank(hs.Surv.right(y.time, event, entry=y.entry), group, method=test).p_value


def smallest(y, group, rows, found):
    """The first size at which some sets turn the conclusion, with these sets."""
    base = written_out(y, group, [], found.change, found.test)
    for size in range(1, len(rows) + 1):
        sets = {
            chosen: written_out(y, group, list(chosen), found.change, found.test)
            for chosen in combinations(rows, size)
        }
        turned = {
            chosen: p for chosen, p in sets.items() if p == p and (p < found.alpha) != (base < found.alpha)
        }
        if turned:
            return size, turned
    return None, {}


@pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")
@pytest.mark.parametrize("seed", range(30))
def test_the_index_is_that_of_all_sets_written_out(seed):
    random = np.random.default_rng(seed)
    n, change = int(random.integers(4, 7)), ("status", "assignment")[seed % 2]
    time, event = random.integers(1, 6, n) + 1.0, random.random(n) < 0.6
    event[0], group = True, np.arange(n) % 2
    entry = np.minimum(random.integers(0, 3, n), time - 1) if seed % 3 == 0 else None
    who = random.random(n) < 0.7 if seed % 4 == 0 else np.ones(n, dtype=bool)
    who[0] = True
    y = hs.Surv.right(
        time, event, entry=entry, id=[f"\N{LATIN SMALL LETTER E WITH ACUTE}{k}" for k in range(n)]
    )
    options = {
        "test": "exact" if seed % 5 == 0 else "asymptotic",
        "alpha": float(random.choice([0.05, 0.2, 0.6])),
    }
    if np.isnan(written_out(y, group, [], change, options["test"])):
        with pytest.raises(hs.DesignError, match="no p-value"):
            fragility(y, group, change=change, who=who, **options)
        return
    found = fragility(y, group, change=change, who=who, **options)
    size, turned = smallest(y, group, np.flatnonzero(who).tolist(), found)
    assert found.index == size
    assert {tuple(rows) for rows in found.sets.tolist()} == set(turned)
    for rows, p_value in zip(found.sets.tolist(), found.p_values, strict=True):
        assert p_value == pytest.approx(turned[tuple(rows)], rel=1e-7)
    for _, told in found.to_frame().iterrows():
        row = list(y.id).index(told["patient"])
        assert (told["time"], told["group"]) == (time[row], group[row])


def far_from_significant(n=60, seed=1):
    random = np.random.default_rng(seed)
    time, event = random.exponential(5, n).round(1), random.random(n) < 0.6
    return hs.Surv.right(time, event), (random.random(n) < 0.5) * 1


def test_a_far_index_is_found_without_looking_at_many_sets(monkeypatch):
    """Seven of 60 patients: 386 million sets, of which some thousand are formed."""
    monkeypatch.setattr(fewest_changes, "MOST", 10_000)
    y, group = far_from_significant()
    found = fragility(y, group)
    assert (found.index, found.n_sets) == (7, 8)
    assert (found.p_values < 0.05).all()


def test_the_most_decisive_sets_are_kept(monkeypatch):
    y, group = far_from_significant(seed=2)
    everything = fragility(y, group, listed=10_000)
    monkeypatch.setattr(fewest_changes, "KEPT", 50)
    some = fragility(y, group)
    assert everything.n_sets == some.n_sets > 1000
    assert some.p_values == pytest.approx(everything.p_values[:50])


@pytest.mark.parametrize("search", ["earliest-first", "latest-first"])
@pytest.mark.parametrize("change", ["status", "assignment"])
def test_an_order_in_time_does_not_hang_on_the_rows(search, change):
    random = np.random.default_rng(3)
    time, event = random.integers(1, 4, 14), random.random(14) < 0.6
    group = np.arange(14) % 2
    indexes = set()
    for _ in range(8):
        order = random.permutation(14)
        y = hs.Surv.right(time[order], event[order])
        found = fragility(y, group[order], search=search, change=change, alpha=0.3)
        indexes.add((found.index, *np.round(found.p_values, 9)))
    assert len(indexes) == 1


def test_the_text_form_shows_ten_sets():
    y, group = far_from_significant(seed=2)
    found = fragility(y, group)
    text = str(found)
    assert f"and {found.n_sets - 10} sets more" in text
    assert len(text.splitlines()) < 60


def test_published_tables():
    """Walsh et al. 2014: two trials of p = .02. R's fragilityindex: .04060921, then .07836101."""
    few, many = fragility_2x2(1, 100, 9, 100), fragility_2x2(200, 4000, 250, 4000)
    assert (few.index, round(few.p_value, 2)) == (1, 0.02)
    assert (many.index, round(many.p_value, 2)) == (9, 0.02)
    found = fragility_2x2(15, 40, 6, 40)
    assert found.index == 1
    assert (found.p_value, found.p_after) == pytest.approx((0.04060921, 0.07836101), abs=5e-9)
    unequal = fragility_2x2(40, 60, 100, 210)
    assert round(unequal.p_value, 4) == 0.0124
    assert unequal.index is None


def test_large_tables_are_those_of_whole_numbers_and_quick():
    for counts in ((3, 20, 9, 25), (0, 7, 5, 9), (5, 10, 5, 10), (400, 900, 380, 1000)):
        assert fisher._by_logarithms(*counts) == pytest.approx(fisher.p_value(*counts), rel=1e-10)
    begin = clock.process_time()
    assert fragility_2x2(2000, 40_000, 2400, 40_000).index == 270
    assert clock.process_time() - begin < 10


def test_thresholds_and_marks_that_are_none_are_refused():
    y, group = far_from_significant(12)
    assert fragility(y, group, alpha=np.float32(0.05)).alpha == 0.05
    for wrong in ("5%", True, np.nan, 5, None):
        with pytest.raises(DataError, match="alpha must be a proportion"):
            fragility(y, group, alpha=wrong)
        with pytest.raises(DataError, match="alpha must be a proportion"):
            fragility_2x2(1, 20, 9, 20, alpha=wrong)
    with pytest.raises(DataError, match=r"numpy.isin\(ids, chosen\)"):
        fragility(y, group, who=["a"])

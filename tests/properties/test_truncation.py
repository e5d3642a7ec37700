"""Properties of estimates of truncated times, on small awkward data."""

from __future__ import annotations

import warnings

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.core.truncation.reverse_time import (
    emptied,
    place_windows,
    reverse_product,
    selection,
    tally_reverse,
)
from hpcstats.core.truncation.truncated_curves import TruncatedCurves
from hpcstats.nonparametric.truncation.estimate import lynden_bell
from tests.properties.strategies import checked

pairs = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 5)), min_size=1, max_size=12)


def columns(drawn: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    time, more = np.array(drawn, dtype=float).T
    return time, time + more


def quietly(response: hs.Surv) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lynden_bell(response)


@checked
@given(pairs)
def test_f_rises_to_1_and_limits_hold_it(drawn):
    f = quietly(hs.Surv.right_truncated(*columns(drawn)))
    assert (np.diff(f.estimate) >= 0).all()
    assert f.estimate[-1] == 1
    known = np.isfinite(f.low)
    assert (f.low[known] <= f.estimate[known] + 1e-12).all()
    assert (f.estimate[known] <= f.high[known] + 1e-12).all()
    assert (f.status == "boundary") == bool((f.estimate == 0).any())


@checked
@given(pairs)
def test_without_truncation_it_is_the_share_of_times(drawn):
    time, _ = columns(drawn)
    f = quietly(hs.Surv.right_truncated(time, np.full_like(time, time.max())))
    shares = [(time <= t).mean() for t in f.time]
    np.testing.assert_allclose(f.estimate, shares)


@checked
@given(pairs)
def test_reverse_product_limit_is_the_share_weighted_by_the_chance_to_be_seen(drawn):
    windows = place_windows(*columns(drawn))
    counts = tally_reverse(windows, np.ones((1, len(drawn))))
    if not emptied(counts).any():
        mass = counts.events / selection(counts)
        np.testing.assert_allclose(np.cumsum(mass) / mass.sum(), reverse_product(counts)[0][0])


@checked
@given(pairs)
def test_limits_below_all_times_change_nothing(drawn):
    time, seen = columns(drawn)
    one = quietly(hs.Surv.right_truncated(time, seen))
    two = quietly(hs.Surv.doubly_truncated(time, np.full_like(time, -1), seen))
    assert (two.status == "not_estimable") == (one.status == "boundary")
    if one.status == "ok":
        np.testing.assert_allclose(two.estimate, one.estimate, atol=1e-7)
        np.testing.assert_allclose(two.std_error, one.std_error, atol=1e-6)


@checked
@given(pairs, st.integers(0, 11), st.integers(1, 4))
def test_f_rises_with_every_truncation_time(drawn, row, more):
    time, seen = columns(drawn)
    later = seen.copy()
    later[row % len(drawn)] += more
    before, after = (quietly(hs.Surv.right_truncated(time, v)) for v in (seen, later))
    assert (after.estimate >= before.estimate - 1e-12).all()


@checked
@given(pairs, st.randoms(use_true_random=False))
def test_a_batch_of_weights_is_many_fits(drawn, random):
    time, seen = columns(drawn)
    weights = np.array([[random.randint(0, 2) for _ in drawn] for _ in range(5)], dtype=float)
    batch = TruncatedCurves.of(place_windows(time, seen), weights, double=False)
    for row, distribution, known in zip(weights, batch.distribution, batch.known, strict=True):
        assert known == row.any()
        if known:
            rows = np.repeat(np.arange(len(drawn)), row.astype(int))
            alone = quietly(hs.Surv.right_truncated(time[rows], seen[rows]))
            np.testing.assert_allclose(distribution[np.isin(batch.times, alone.time)], alone.estimate)

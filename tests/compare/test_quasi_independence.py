"""Conditional Kendall's tau: from its definition, its null distribution by enumeration, and its edges."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.compare.truncation_dependence import quasi_independence
from hpcstats.core.truncation.quasi_independence import (
    choices,
    codes_of,
    concordance_of_pairings,
    digits_of,
    null_variance,
    share_as_extreme,
)
from hpcstats.errors import NonIdentifiableWarning, UnsupportedError
from tests.properties.strategies import checked
from tests.reference.loader import dataset


def by_definition(x, u, v):
    """Sums of signs with u and v, and comparable pairs."""
    lower = upper = pairs = 0
    for i, j in itertools.combinations(range(len(x)), 2):
        if max(u[i], u[j]) <= min(x[i], x[j]) and max(x[i], x[j]) <= min(v[i], v[j]):
            pairs += 1
            lower += np.sign((x[i] - x[j]) * (u[i] - u[j])) if np.isfinite(u[i]) else 0
            upper += np.sign((x[i] - x[j]) * (v[i] - v[j]))
    return lower, upper, pairs


def admissible(x, u, v):
    """K of every way to pair times and windows."""
    for order in itertools.permutations(range(len(x))):
        low, high = [u[i] for i in order], [v[i] for i in order]
        if all(a <= t <= b for a, t, b in zip(low, x, high, strict=True)):
            yield by_definition(x, low, high)


small = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=6)


@checked
@given(small)
def test_right_truncation_against_all_pairings(drawn):
    x, more = (np.array(column) for column in zip(*drawn, strict=True))
    v, u = x + more, np.full(x.size, -np.inf)
    sums = np.array([upper for _, upper, _ in admissible(x, u, v)])
    time, upper = codes_of(x.astype(float), v.astype(float))
    base = choices(time, upper)
    assert base.prod() == sums.size
    every = concordance_of_pairings(time, upper, digits_of(np.arange(base.prod()), base))
    assert sorted(every.tolist()) == sorted(sums.tolist())
    _, observed, pairs = by_definition(x, u, v)
    if sums.any():
        found = quasi_independence(hs.Surv.right_truncated(x, v))
        assert found.p_value == pytest.approx(np.mean(np.abs(sums) >= abs(observed)))
        assert (found.comparable, found.n_pairings) == (pairs, sums.size)
        assert found.tau[0] == pytest.approx(observed / pairs)


@checked
@given(small)
def test_null_variance_is_exact_but_for_ties_of_limits_among_risk_sets(drawn):
    x, more = (np.array(column) for column in zip(*drawn, strict=True))
    v = x + more + np.arange(x.size) / 100
    sums = [upper for _, upper, _ in admissible(x, np.full(x.size, -np.inf), v)]
    assert np.mean(sums) == pytest.approx(0, abs=1e-12)
    assert null_variance(*codes_of(x.astype(float), v)) == pytest.approx(np.var(sums))


def test_exact_distribution_without_ties_is_a_sum_of_uniform_scores():
    x, v = np.array([1.0, 2, 3, 4, 5.5]), np.array([4.2, 2.1, 9, 7, 6])
    time, upper = codes_of(x, v)
    sums = np.abs([upper for _, upper, _ in admissible(x, np.full(5, -np.inf), v)])
    for observed in range(8):
        assert share_as_extreme(choices(time, upper), observed) == pytest.approx(np.mean(sums >= observed))


@pytest.mark.parametrize("seed", range(3))
def test_double_truncation_against_all_pairings(seed):
    generator = np.random.default_rng(seed)
    x = generator.integers(0, 6, 6)
    u, v = x - generator.integers(0, 4, 6), x + generator.integers(0, 4, 6)
    lower, upper, pairs = by_definition(x, u, v)
    found = quasi_independence(hs.Surv.doubly_truncated(x, u, v))
    assert found.tau == pytest.approx([lower / pairs, upper / pairs])
    sums = np.array([one[:2] for one in admissible(x, u, v)], dtype=float)
    spread = np.linalg.pinv(np.cov(sums.T, bias=True))
    sizes = np.einsum("mi,ij,mj->m", sums, spread, sums)
    observed = np.array([lower, upper]) @ spread @ np.array([lower, upper])
    assert sums.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert found.p_value == pytest.approx(np.mean(sizes >= observed - 1e-9))


def test_monte_carlo_nears_the_exact_p_and_is_repeated_by_its_seed():
    data = dataset("lag_child").head(12)
    x = data["x"] + np.arange(12) / 1000
    y = hs.Surv.right_truncated(x, data["v"] + 0.1 + np.arange(12) / 1000)
    exact = quasi_independence(y, method="exact")
    drawn = quasi_independence(y, method="monte-carlo", n_resamples=3999, seed=4)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=4 * drawn.p_value_std_error + 1e-3)
    assert drawn.p_value == quasi_independence(y, method="monte-carlo", n_resamples=3999, seed=4).p_value
    assert "seed 4" in drawn.method


def test_dependence_is_found_and_independence_is_not():
    generator = np.random.default_rng(3)
    x, v = generator.exponential(3, 400), generator.uniform(0, 10, 400)
    kept = x <= v
    free = quasi_independence(hs.Surv.right_truncated(x[kept], v[kept]), method="asymptotic")
    assert free.p_value > 0.1
    tied = quasi_independence(hs.Surv.right_truncated(x, 1.5 * x + generator.exponential(1, 400)))
    assert tied.p_value < 1e-6
    assert tied.low[0] > 0


def test_aids_adults_depend_on_the_time_of_infection():
    data = dataset("lag_adult")
    found = quasi_independence(hs.Surv.right_truncated(data["x"], data["v"]))
    assert found.p_value_method == "asymptotic"
    assert found.statistic == pytest.approx(found.z[0] ** 2)
    assert list(found.to_frame()) == ["limit", "comparable", "tau", "std_error", "low", "high", "z"]


def test_nothing_comparable_is_not_estimable():
    with pytest.warns(NonIdentifiableWarning, match="no two comparable cases"):
        found = quasi_independence(hs.Surv.right_truncated([1, 5], [2, 6]))
    assert found.status == "not_estimable"
    assert np.isnan(found.p_value)
    assert np.isnan(found.tau[0])


def test_limits_that_do_not_differ_leave_one_tau():
    found = quasi_independence(
        hs.Surv.doubly_truncated([1, 2, 3, 4], [0] * 4, [5, 7, 6, 8]), method="asymptotic"
    )
    assert found.df == 1
    assert np.isnan(found.z[0])


def test_what_cannot_be_done_is_refused():
    data = dataset("lag_adult")
    y = hs.Surv.right_truncated(data["x"], data["v"])
    with pytest.raises(UnsupportedError, match="monte-carlo"):
        quasi_independence(y, method="exact")
    wide = hs.Surv.doubly_truncated(data["x"], np.zeros(len(data)), data["v"])
    for method in ("exact", "monte-carlo"):
        with pytest.raises(UnsupportedError, match="asymptotic"):
            quasi_independence(wide, method=method)
    with pytest.raises(UnsupportedError, match="truncation times"):
        quasi_independence(hs.Surv.right([1, 2], [1, 1]))

"""Beta product limits: Clopper and Pearson without censoring, exact moments, and what must not matter."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

import hpcstats as hs
from hpcstats.core.limits.beta_product_monte_carlo import drawn_limits
from tests.properties.strategies import Cases, cases, checked

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.999])
NAMES = st.sampled_from(["bpcp", "bpcp-midp"])
Factors = list[tuple[int, int]]


def clopper_pearson(survivors: int, n: int, tail: float) -> tuple[float, float]:
    low = stats.beta.ppf(tail, survivors, n - survivors + 1) if survivors else 0.0
    high = stats.beta.ppf(1 - tail, survivors + 1, n - survivors) if survivors < n else 1.0
    return float(low), float(high)


def mid_p_binomial(survivors: int, n: int, tail: float) -> tuple[float, float]:
    """Invert P(X > k) + P(X = k) / 2 of the binomial distribution."""

    def more(p: float) -> float:
        return float(stats.binom.sf(survivors, n, p) + stats.binom.pmf(survivors, n, p) / 2)

    low = optimize.brentq(lambda p: more(p) - tail, 0, 1, xtol=1e-14) if survivors else 0.0
    high = optimize.brentq(lambda p: more(p) - 1 + tail, 0, 1, xtol=1e-14) if survivors < n else 1.0
    return low, high


@checked
@given(cases(), LEVELS)
def test_without_censoring_the_limits_are_binomial(data: Cases, level: float) -> None:
    y = hs.Surv.right(data.time, [True] * len(data))
    for interval, binomial in (("bpcp", clopper_pearson), ("bpcp-midp", mid_p_binomial)):
        for piece in hs.kaplan_meier(y, interval=interval, level=level).pieces().itertuples():
            survivors = sum(t > piece.start for t in data.time)
            if piece.start == 0 and 0 not in data.time:
                survivors = len(data)
            wanted = binomial(survivors, len(data), (1 - level) / 2)
            assert (piece.low, piece.high) == pytest.approx(wanted, abs=1e-10), (interval, piece.start)


@pytest.mark.parametrize("n", range(1, 13))
def test_clopper_and_pearson_for_every_number_of_survivors(n: int) -> None:
    frame = hs.kaplan_meier(hs.Surv.right(range(1, n + 1), [True] * n)).pieces()
    for gone, piece in enumerate(frame.itertuples()):
        assert (piece.low, piece.high) == pytest.approx(clopper_pearson(n - gone, n, 0.025), abs=1e-12)


def factors(data: Cases) -> Iterator[tuple[float, Factors, int]]:
    """Give, for each piece, its beginning, the (n, d) of the events so far, and who is at risk just after."""
    yield 0.0, [], len(data)
    for start in sorted(set(data.time)):
        rows = list(zip(data.time, data.event, strict=True))
        past = sorted({t for t, e in rows if e and t <= start})
        at = [(sum(t >= p for t, _ in rows), sum(t == p and e for t, e in rows)) for p in past]
        yield start, at, sum(t > start for t, _ in rows)


def exact_beta(betas: Factors) -> tuple[float, float]:
    """Return a and b with the mean and variance of the product of betas, by exact fractions."""
    first = second = Fraction(1)
    for a, b in betas:
        first *= Fraction(a, a + b)
        second *= Fraction(a * (a + 1), (a + b) * (a + b + 1))
    spread = second - first**2
    return float(first * (first - second) / spread), float((1 - first) * (first - second) / spread)


def by_exact_moments(data: Cases, tail: float) -> Iterator[tuple[float, float]]:
    lowest, highest = 1.0, 1.0
    for _, at, after in factors(data):
        plus = [(n - d + 1, d) for n, d in at]
        low = stats.beta.ppf(tail, *exact_beta([*plus, (after, 1)])) if after else 0.0
        high = stats.beta.isf(tail, *exact_beta(plus)) if plus else 1.0
        lowest, highest = min(lowest, float(low)), min(highest, float(high))
        yield lowest, highest


def by_exact_moments_mid_p(data: Cases, tail: float) -> Iterator[tuple[float, float]]:
    lowest, highest = 1.0, 1.0
    for _, at, after in factors(data):
        plus = [(n - d + 1, d) for n, d in at]
        upper = stats.beta(*exact_beta(plus)).cdf if plus else lambda x: float(x >= 1)
        lower = stats.beta(*exact_beta([*plus, (after, 1)])).cdf if after else lambda x: 1.0
        found = []
        for p in (tail, 1 - tail):

            def excess(x: float, p: float = p, lower=lower, upper=upper) -> float:
                return float(lower(x) + upper(x)) / 2 - p

            below, above = excess(0.0), excess(np.nextafter(1, 0))
            found.append(
                0.0 if below >= 0 else 1.0 if above < 0 else optimize.brentq(excess, 0, 1, xtol=1e-15)
            )
        lowest, highest = min(lowest, found[0]), min(highest, found[1])
        yield lowest, highest


@checked
@given(cases(), LEVELS)
def test_the_limits_by_exact_moments(data: Cases, level: float) -> None:
    frame = hs.kaplan_meier(data.response, interval="bpcp", level=level).curves[0].limits
    wanted = np.array(list(by_exact_moments(data, (1 - level) / 2)))
    np.testing.assert_allclose(np.column_stack([frame.low, frame.high]), wanted, rtol=1e-9, atol=1e-12)


@checked
@given(cases(largest=8), st.sampled_from([0.8, 0.95]))
def test_the_mid_p_limits_by_exact_moments(data: Cases, level: float) -> None:
    frame = hs.kaplan_meier(data.response, interval="bpcp-midp", level=level).curves[0].limits
    wanted = np.array(list(by_exact_moments_mid_p(data, (1 - level) / 2)))
    np.testing.assert_allclose(np.column_stack([frame.low, frame.high]), wanted, rtol=1e-9, atol=1e-11)


@checked
@given(cases(), NAMES, LEVELS)
def test_every_limit_is_defined_and_never_rises(data: Cases, interval: str, level: float) -> None:
    frame = hs.kaplan_meier(data.response, interval=interval, level=level).pieces()
    low, high = frame["low"].to_numpy(), frame["high"].to_numpy()
    assert np.isfinite(low).all()
    assert np.isfinite(high).all()
    assert ((low >= 0) & (low <= high) & (high <= 1)).all()
    assert (np.diff(low) <= 0).all()
    assert (np.diff(high) <= 0).all()
    assert low[-1] == 0
    if 0 not in data.time:
        assert high[0] == 1
    assert frame["end"].tolist() == [*frame["start"][1:], math.inf]
    if level >= 0.8:
        assert (low <= frame["estimate"] + 1e-12).all()
        assert (frame["estimate"] <= high + 1e-12).all()


@checked
@given(cases(), st.floats(0.02, 0.98))
def test_the_first_lower_limit_is_a_closed_form(data: Cases, level: float) -> None:
    first = hs.kaplan_meier(data.response, level=level).curves[0].limits
    assert first.low[0] == pytest.approx(((1 - level) / 2) ** (1 / len(data)))
    assert first.high[0] == 1


@checked
@given(cases(), NAMES)
def test_a_higher_level_is_wider_and_one_side_is_the_two_sided_limit_of_twice_the_error(
    data: Cases, interval: str
) -> None:
    def limits(level: float, sided: str = "two-sided") -> np.ndarray:
        frame = hs.kaplan_meier(data.response, interval=interval, level=level, sided=sided).pieces()
        return frame[["low", "high"]].to_numpy()

    narrow, wide = limits(0.8), limits(0.95)
    assert (wide[:, 0] <= narrow[:, 0] + 1e-12).all()
    assert (wide[:, 1] >= narrow[:, 1] - 1e-12).all()
    lower, upper = limits(0.975, "lower"), limits(0.975, "upper")
    np.testing.assert_allclose(lower[:, 0], wide[:, 0], atol=1e-12)
    np.testing.assert_allclose(upper[:, 1], wide[:, 1], atol=1e-12)
    assert (lower[:, 1] == 1).all()
    assert (upper[:, 0] == 0).all()


@checked
@given(cases(), LEVELS)
def test_mid_p_limits_lie_within_the_others(data: Cases, level: float) -> None:
    exact = hs.kaplan_meier(data.response, level=max(level, 0.8)).pieces()
    mid_p = hs.kaplan_meier(data.response, interval="bpcp-midp", level=max(level, 0.8)).pieces()
    assert (mid_p["low"] >= exact["low"] - 1e-12).all()
    assert (mid_p["high"] <= exact["high"] + 1e-12).all()


@checked
@given(cases(), NAMES)
def test_frequencies_are_repeated_rows(data: Cases, interval: str) -> None:
    weighted = hs.kaplan_meier(data.response, interval=interval, weights=data.frequency)
    repeated = hs.kaplan_meier(data.repeated().response, interval=interval)
    left, right = weighted.pieces(), repeated.pieces()
    for column in left.columns[1:]:
        assert left[column].tolist() == pytest.approx(right[column].tolist(), abs=1e-12), column
    assert weighted.quantile([0.1, 0.5]).equals(repeated.quantile([0.1, 0.5]))


@checked
@given(cases(groups=2), NAMES, st.randoms(use_true_random=False))
def test_neither_order_of_rows_nor_unit_of_time_matters(data: Cases, interval: str, random) -> None:
    order = list(range(len(data)))
    random.shuffle(order)
    shuffled = data.rows(order)
    first = hs.kaplan_meier(data.response, data.group, interval=interval).pieces()
    second = hs.kaplan_meier(shuffled.response, shuffled.group, interval=interval).pieces()
    assert first.sort_values(["group", "start"], ignore_index=True).equals(
        second.sort_values(["group", "start"], ignore_index=True)
    )
    longer = hs.Surv.right([12 * t for t in data.time], data.event)
    months = hs.kaplan_meier(longer, data.group, interval=interval).pieces()
    assert months[["low", "high"]].equals(first[["low", "high"]])


@checked
@given(cases(largest=8), st.booleans())
def test_draws_of_the_product_itself_agree(data: Cases, mid_p: bool) -> None:
    """Against products of independent betas, drawn one by one for each piece."""
    m, tail = 4_000, 0.1
    [curve] = hs.kaplan_meier(data.response).curves
    ours = drawn_limits(curve.counts, tail, np.random.default_rng(3), m, mid_p=mid_p)
    other = np.random.default_rng(4)
    for k, (_, at, after) in enumerate(factors(data)):
        plus = np.prod([np.ones(m), *(other.beta(n - d + 1, d, m) for n, d in at)], axis=0)
        minus = plus * other.beta(after, 1, m) if after else np.zeros(m)
        lower, upper = (np.concatenate([minus, plus]),) * 2 if mid_p else (minus, plus)
        low, high = np.quantile(lower, tail), np.quantile(upper, 1 - tail)
        assert ours.low[k] == pytest.approx(low, abs=8 * ours.low_error[k] + 1e-12)
        assert ours.high[k] == pytest.approx(high, abs=8 * ours.high_error[k] + 1e-12)


@checked
@given(cases(largest=8), st.booleans())
def test_limits_by_draws_never_rise_and_come_with_errors(data: Cases, mid_p: bool) -> None:
    [curve] = hs.kaplan_meier(data.response).curves
    drawn = drawn_limits(curve.counts, 0.025, np.random.default_rng(5), 2_000, mid_p=mid_p)
    assert (np.diff(drawn.low) <= 0).all()
    assert (np.diff(drawn.high) <= 0).all()
    assert (drawn.low <= drawn.high).all()
    assert ((drawn.low_error > 0) == (drawn.low > 0)).all()
    assert ((drawn.high_error > 0) <= (drawn.high < 1)).all()

"""Comparisons of medians: R's rule without censoring, inverted limits with it, and open ends."""

from __future__ import annotations

import itertools
from math import comb

import numpy as np
import pytest
from scipy import stats

import hpcstats as hs
from hpcstats.compare.medians.difference import compare_medians
from hpcstats.core.limits.beta_product import parameters
from hpcstats.core.limits.quantile_melding import lower_and_upper
from hpcstats.core.risk_sets import count, place
from tests.compare.test_compare_at import DRUG, LEUKAEMIA

INF = np.inf


def binomial_distribution(times: list[float], tied: str) -> tuple[dict[float, float], dict[float, float]]:
    """Lower and upper limits of a median by counting: order statistics at a binomial number of patients."""
    n, distinct = len(times), sorted(set(times))
    mass = [comb(n, k) / 2**n for k in range(n + 1)]
    lower, upper = dict.fromkeys([-INF, *distinct], 0.0), dict.fromkeys([*distinct, INF], 0.0)
    ordered = sorted(times)
    for k, chance in enumerate(mass):
        lower[ordered[k - 1] if k else -INF] += chance
        if tied == "all":
            upper[ordered[k] if k < n else INF] += chance
        else:
            # R: of ties only the first counts, the others are passed over to the next distinct time.
            place = next((t for t in distinct if sum(u < t for u in times) >= k), INF)
            upper[place] += chance
    return lower, upper


def melded(
    first: list[float], second: list[float], tied: str, tail: float
) -> tuple[float, float, float, float]:
    """Limits and one-sided p-values over all pairs of places."""
    (low1, high1), (low2, high2) = (binomial_distribution(times, tied) for times in (first, second))
    below = sorted((b - a, p * q) for (a, p), (b, q) in itertools.product(high1.items(), low2.items()))
    above = sorted((b - a, p * q) for (a, p), (b, q) in itertools.product(low1.items(), high2.items()))
    low = next(v for v, _ in below if sum(p for w, p in below if w <= v) > tail)
    high = next(v for v, _ in above if sum(p for w, p in above if w <= v) > 1 - tail)
    return low, high, sum(p for v, p in below if v <= 0), sum(p for v, p in above if v >= 0)


@pytest.mark.parametrize("tied", ["one", "all"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1, 2, 4, 4, 7, 8, 11, 12, 13, 20], [3, 6, 9, 10, 10, 14, 15, 18, 21, 25]),
        ([1, 2, 3, 4, 5, 6, 7], [11, 12, 13, 14, 15, 16, 17]),
        ([2, 2, 2, 3, 3, 3, 3, 4], [3, 3, 3, 4, 4, 4, 5, 9, 9]),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], [0.3, 0.3, 0.4, 0.6, 0.9, 1.1, 1.2, 2.5, 2.5]),
        ([5], [7, 8]),
    ],
)
def test_without_censoring_limits_are_differences_of_order_statistics(
    first: list[float], second: list[float], tied: str
) -> None:
    y = hs.Surv.right(first + second, [1] * len(first + second))
    group = ["a"] * len(first) + ["b"] * len(second)
    for level in (0.95, 0.8):
        result = compare_medians(y, group, tied=tied, level=level)
        low, high, greater, less = melded(first, second, tied, (1 - level) / 2)
        assert (result.low, result.high) == (pytest.approx(low), pytest.approx(high))
        assert result.p_value == pytest.approx(min(1, 2 * greater, 2 * less), abs=1e-12)
    assert compare_medians(y, group, tied=tied, alternative="greater").p_value == pytest.approx(greater)
    assert compare_medians(y, group, tied=tied, alternative="less").p_value == pytest.approx(less)


@pytest.mark.parametrize("probability", [0.5, 0.25])
@pytest.mark.parametrize("label", ["6-MP", "placebo"])
def test_the_distributions_hold_the_inverted_limits_of_all_levels(label: str, probability: float) -> None:
    rows = np.array(DRUG) == label
    risk = place(LEUKAEMIA.time[rows], LEUKAEMIA.event[rows])
    counts = count(risk, np.ones((1, rows.sum())))
    betas = parameters(counts)
    lower, upper = lower_and_upper(risk.times, counts, probability, "all")
    for tail in (0.001, 0.025, 0.2, 0.5, 0.9):
        low = [
            stats.beta.ppf(tail, a, b) if a else 0.0
            for a, b in zip(betas.a_low[0], betas.b_low[0], strict=True)
        ]
        high = [
            stats.beta.ppf(1 - tail, a, b) if b else 1.0
            for a, b in zip(betas.a_high[0], betas.b_high[0], strict=True)
        ]
        starts, height = [-INF, *risk.times], 1 - probability
        assert lower.lowest(tail) == next(t for t, limit in zip(starts, low, strict=True) if limit <= height)
        passed = [t for t, limit in zip(starts, high, strict=True) if limit < height]
        assert upper.highest(tail) == (passed[0] if passed else INF)
    assert lower.masses.sum() == pytest.approx(1)
    assert upper.masses.sum() == pytest.approx(1)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")  # Four are left after censoring.
def test_one_or_all_of_tied_events_count() -> None:
    y = hs.Surv.right([2, 2, 2, 3, 3, 3, 3, 4, 5, 6, 6, 6, 6, 7, 7, 9], [1] * 16)
    group = ["a"] * 8 + ["b"] * 8
    one, all_ = (compare_medians(y, group, tied=tied) for tied in ("one", "all"))
    assert one.low < all_.low
    assert one.high > all_.high
    drugs = [compare_medians(LEUKAEMIA, DRUG, tied=tied).p_value for tied in ("one", "all")]
    assert drugs[0] > drugs[1]
    assert "one of them counts" in " ".join(one.conventions)
    untied = hs.Surv.right(range(1, 17), [1, 0, 1, 1] * 4)
    frames = [compare_medians(untied, group, tied=tied).as_dict()["rows"] for tied in ("one", "all")]
    assert frames[0] == frames[1]


def test_censored_data_against_all_pairs_of_places() -> None:
    result = {
        contrast: compare_medians(LEUKAEMIA, DRUG, contrast=contrast) for contrast in ("difference", "ratio")
    }
    steps = []
    for label in ("6-MP", "placebo"):
        rows = np.array(DRUG) == label
        risk = place(LEUKAEMIA.time[rows], LEUKAEMIA.event[rows])
        steps.append(lower_and_upper(risk.times, count(risk, np.ones((1, rows.sum()))), 0.5, "one"))
    (low1, high1), (low2, high2) = steps
    for name, value, null in (
        ("difference", lambda a, b: b - a, 0),
        ("ratio", lambda a, b: max(b, 0) / max(a, 0), 1),
    ):
        below = sorted(
            (value(a, b), p * q)
            for (a, p), (b, q) in itertools.product(
                zip(high1.places, high1.masses, strict=True), zip(low2.places, low2.masses, strict=True)
            )
        )
        expected = next(v for v, _ in below if sum(p for w, p in below if w <= v) > 0.025)
        assert result[name].low == pytest.approx(expected)
        pairs = itertools.product(
            zip(low1.places, low1.masses, strict=True), zip(high2.places, high2.masses, strict=True)
        )
        less = sum(p * q for (a, p), (b, q) in pairs if b >= a)
        greater = sum(p for v, p in below if v <= null)
        assert result[name].p_value == pytest.approx(2 * min(less, greater))
    assert result["ratio"].estimate == pytest.approx(8 / 23)


def test_a_median_that_is_not_reached_leaves_an_open_end() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [1] * 6 + [1] + [0] * 5)
    group = ["a"] * 6 + ["b"] * 6
    difference = compare_medians(y, group)
    assert np.isnan(difference.estimate)
    assert difference.high == INF
    assert np.isfinite(compare_medians(y, group, level=0.8).low)
    assert difference.status == "not_estimable"
    assert difference.reason.startswith("the curve of b does not reach 0.5")
    assert difference.by_group()["high"].tolist()[1] == INF
    assert (compare_medians(y, group, contrast="ratio").low, difference.low) == (0, -INF)


def test_six_a_group_exclude_nothing_at_95_percent() -> None:
    y = hs.Surv.right(range(1, 13), [1] * 12)
    result = compare_medians(y, ["a"] * 6 + ["b"] * 6)
    assert (result.low, result.high) == (-INF, INF)
    assert result.status == "boundary"
    assert "no lower or upper limit" in result.reason
    assert 2 * (1 - (1 - 1 / 64) ** 2) > 0.05


def test_events_at_time_zero_have_no_ratio_but_an_interval() -> None:
    y = hs.Surv.right([0] * 5 + [1] + list(range(3, 10)), [1] * 13)
    group = ["a"] * 6 + ["b"] * 7
    ratio = compare_medians(y, group, contrast="ratio", level=0.8)
    assert (ratio.estimate, ratio.high) == (INF, INF)
    assert 0 < ratio.low < INF
    assert "median of the first group is 0" in ratio.reason
    zeros = compare_medians(hs.Surv.right([0, 0, 0, 0], [1] * 4), list("aabb"), contrast="ratio")
    assert np.isnan(zeros.estimate)
    assert (zeros.low, zeros.high, zeros.p_value) == (0, INF, 1)


def test_other_quantiles_mid_p_and_words() -> None:
    first = compare_medians(LEUKAEMIA, DRUG, probability=0.25)
    assert first.median.tolist() == [13, 4]
    assert "0.25 quantile" in first.title()
    assert "0.25 quantiles" in first.method
    half = compare_medians(LEUKAEMIA, DRUG, mid_p=True)
    assert half.p_value < compare_medians(LEUKAEMIA, DRUG).p_value
    assert "mid-p" in half.method
    assert half.title().startswith("Median, placebo minus 6-MP: -15 weeks")
    with pytest.raises(hs.DataError, match="strictly between 0 and 1"):
        compare_medians(LEUKAEMIA, DRUG, probability=1)
    with pytest.raises(hs.UnsupportedError, match="contrast='odds-ratio' is not known"):
        compare_medians(LEUKAEMIA, DRUG, contrast="odds-ratio")


def test_large_groups_need_no_table_of_pairs() -> None:
    generator = np.random.default_rng(2)
    time = np.concatenate([generator.exponential(1, 20_000), generator.exponential(2, 20_000)])
    result = compare_medians(hs.Surv.right(time, np.ones(40_000)), np.repeat([0, 1], 20_000))
    assert result.low < np.log(2) < result.high
    assert result.high - result.low < 0.1

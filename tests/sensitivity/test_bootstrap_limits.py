"""Limits from given replicates: against SciPy on the same replicates, closed forms, and degenerate cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hpcstats.core.resampling import bootstrap_limits as limits

DATA = np.random.default_rng(3).gamma(1.5, 4.0, size=14)


def jackknifed(statistic, data: np.ndarray) -> np.ndarray:
    return np.array([statistic(np.delete(data, i)) for i in range(data.size)])[:, None]


def of_scipy(method: str, statistic) -> tuple[np.ndarray, float, float]:
    found = stats.bootstrap(
        (DATA,), statistic, n_resamples=1999, method=method, vectorized=False, rng=np.random.default_rng(5)
    )
    return np.sort(found.bootstrap_distribution), *found.confidence_interval


def skew(values: np.ndarray) -> float:
    return float(np.log(values).std() / values.mean())


@pytest.mark.parametrize("statistic", [np.mean, np.std, skew])
def test_bca_limits_are_those_of_scipy(statistic):
    ordered, low, high = of_scipy("BCa", statistic)
    ones = np.ones(DATA.size)
    speed = limits.acceleration(jackknifed(statistic, DATA), ones, np.zeros(DATA.size, int), DATA.size * ones)
    found = limits.bias_corrected(ordered, float(statistic(DATA)), 0.95, float(speed[0]))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    assert found.reason == ""


@pytest.mark.parametrize("name", ["percentile", "basic"])
def test_percentile_and_basic_limits_are_those_of_scipy(name):
    ordered, low, high = of_scipy(name, np.mean)
    found = (
        limits.percentile(ordered, 0.95)
        if name == "percentile"
        else limits.basic(ordered, float(DATA.mean()), 0.95)
    )
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)


def test_two_strata_share_one_acceleration():
    """SciPy's BCa of two samples, whose strata are the samples."""
    other = DATA[:9] ** 0.7

    def difference(a: np.ndarray, b: np.ndarray) -> float:
        return float(a.mean() / b.mean())

    found = stats.bootstrap(
        (DATA, other),
        difference,
        n_resamples=999,
        method="BCa",
        vectorized=False,
        rng=np.random.default_rng(1),
    )
    left = [difference(np.delete(DATA, i), other) for i in range(DATA.size)]
    left += [difference(DATA, np.delete(other, i)) for i in range(other.size)]
    layer = np.repeat([0, 1], [DATA.size, other.size])
    sizes = np.where(layer == 0, DATA.size, other.size).astype(float)
    speed = limits.acceleration(np.array(left)[:, None], np.ones(layer.size), layer, sizes)
    ours = limits.bias_corrected(
        np.sort(found.bootstrap_distribution), difference(DATA, other), 0.95, float(speed[0])
    )
    assert (ours.low, ours.high) == pytest.approx(tuple(found.confidence_interval), rel=1e-12)


def test_the_acceleration_of_a_mean_is_a_sixth_of_its_skewness():
    ones = np.ones(DATA.size)
    speed = limits.acceleration(jackknifed(np.mean, DATA), ones, np.zeros(DATA.size, int), DATA.size * ones)
    assert speed[0] == pytest.approx(stats.skew(DATA) / (6 * np.sqrt(DATA.size)), rel=1e-10)


def test_units_that_stand_for_several_count_as_often():
    few, often = np.array([1.0, 2.0, 7.0]), np.array([3.0, 1.0, 2.0])
    data = np.repeat(few, [3, 1, 2])
    left = jackknifed(np.mean, data)
    plain = limits.acceleration(left, np.ones(6), np.zeros(6, int), np.full(6, 6.0))
    short = limits.acceleration(left[[0, 3, 4]], often, np.zeros(3, int), np.full(3, 6.0))
    assert short == pytest.approx(plain, rel=1e-12)


def test_studentised_limits_turn_the_ratios_around():
    ratios = np.linspace(-1, 3, 1001)
    found = limits.studentised(ratios, 10.0, 2.0, 0.9)
    assert (found.low, found.high) == pytest.approx((10 - 2 * 2.8, 10 + 2 * 0.8))


@pytest.mark.parametrize("share", [0.0, 0.025, 0.31, 0.5, 0.975, 1.0])
def test_quantiles_are_those_of_numpy(share):
    values = np.sort(DATA)
    assert limits.quantile(values, share) == pytest.approx(np.quantile(values, share), rel=1e-14)


def test_limits_that_are_infinite_stay_infinite():
    ordered = np.array([*range(1, 90), *[np.inf] * 11], dtype=float)
    for found in (limits.percentile(ordered, 0.9), limits.bias_corrected(ordered, 45.0, 0.9, 0.0)):
        assert np.isfinite(found.low)
        assert found.high == np.inf
    falling = np.sort(-ordered)
    assert limits.percentile(falling, 0.9).low == -np.inf
    # Between the last finite value and infinity lies no number.
    assert limits.quantile(np.array([1.0, np.inf]), 0.5) == np.inf
    assert limits.quantile(np.array([-np.inf, 1.0]), 0.5) == -np.inf


def test_degenerate_replicates_have_reasons():
    equal = np.full(100, 0.7)
    for found in (limits.percentile(equal, 0.95), limits.bias_corrected(equal, 0.7, 0.95, 0.1)):
        assert np.isnan([found.low, found.high]).all()
        assert found.reason == limits.EQUAL
    assert limits.bias_corrected(equal, 0.9, 0.95, 0.1).reason == limits.EQUAL
    assert limits.percentile(np.full(9, np.inf), 0.95).reason == limits.EQUAL
    one_side = limits.bias_corrected(np.linspace(1, 2, 50), 0.5, 0.95, 0.0)
    assert one_side.reason == limits.ONE_SIDE
    turned = limits.bias_corrected(np.linspace(1, 2, 50), 1.5, 0.95, 3.0)
    assert turned.reason == limits.TURNED
    assert np.isnan(turned.low)


def test_without_an_acceleration_the_interval_is_bias_corrected_and_says_so():
    ordered = np.linspace(0, 1, 2001)
    known = limits.bias_corrected(ordered, 0.4, 0.95, 0.0)
    unknown = limits.bias_corrected(ordered, 0.4, 0.95, np.nan)
    assert (known.low, known.high) == (unknown.low, unknown.high)
    assert (known.reason, unknown.reason) == ("", limits.NO_ACCELERATION)


def test_a_jackknife_value_that_is_not_finite_leaves_no_acceleration():
    left = np.array([[1.0, 1.0], [2.0, np.nan], [4.0, 3.0]])
    speed = limits.acceleration(left, np.ones(3), np.zeros(3, int), np.full(3, 3.0))
    assert np.isfinite(speed).tolist() == [True, False]


def test_equal_values_count_half_in_spite_of_rounding():
    ordered = np.sort([0.1, 0.3, 3 * 0.1, 0.3, 0.5])
    assert limits.bias_corrected(ordered, 0.3, 0.5, 0.0).low == pytest.approx(0.3)
    assert limits._share_below(ordered, 0.3) == 0.5


@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_the_monte_carlo_error_is_that_of_limits_drawn_again_and_again(kind):
    generator = np.random.default_rng(8)
    found = []
    for _ in range(400):
        ordered = np.sort(generator.normal(size=2000))
        made = limits.percentile(ordered, 0.9)
        found.append(made if kind == "percentile" else limits.bias_corrected(ordered, 0.1, 0.9, 0.05))
    told = np.mean([limit.error for limit in found])
    spread = max(np.std([limit.low for limit in found]), np.std([limit.high for limit in found]))
    assert told == pytest.approx(spread, rel=0.15)


def test_few_resamples_leave_a_limit_at_the_outermost():
    assert limits.percentile(np.arange(20.0), 0.95).reason == limits.ENDS
    assert limits.percentile(np.arange(50.0), 0.95).reason == ""

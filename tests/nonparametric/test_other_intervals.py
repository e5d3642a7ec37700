"""Likelihood ratio, effective binomial, hybrid variance, Edgeworth and modified lower limits."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.limits.modified_lower import modified_sum
from hpcstats.core.risk_sets import Counts
from tests.reference.loader import dataset, response

Z = 1.959963984540054
COUNTING = (
    "thomas-grunkemeier",
    "rothman",
    "borkowf",
    "borkowf-log",
    "borkowf-plain",
    "borkowf-shifted-log",
    "borkowf-shifted-plain",
    "strawderman-wells",
    "strawderman-wells-tied",
)

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")


def limits(y: hs.Surv, t: float, interval: str, **options: object) -> tuple[float, float]:
    row = hs.kaplan_meier(y, interval=interval, **options).at(t).iloc[0]
    return row["low"], row["high"]


def test_likelihood_ratio_limits_of_the_6_mp_arm() -> None:
    y = response(dataset("leuk"))
    assert limits(y, 10, "thomas-grunkemeier") == pytest.approx((0.5401, 0.9037), abs=5e-5)
    assert limits(y, 20, "thomas-grunkemeier") == pytest.approx((0.3950, 0.8214), abs=5e-5)


def test_likelihood_ratio_without_censoring_is_that_of_a_binomial_proportion() -> None:
    y = hs.Surv.right(range(1, 11), [1] * 10)
    for p in limits(y, 4, "thomas-grunkemeier"):
        ratio = 2 * (6 * math.log(0.6 / p) + 4 * math.log(0.4 / (1 - p)))
        assert ratio == pytest.approx(Z**2, abs=1e-12)


def test_likelihood_ratio_where_the_curve_is_0_or_1() -> None:
    y = hs.Surv.right([1, 2, 3], [0, 1, 1])
    assert limits(y, 0, "thomas-grunkemeier") == pytest.approx((math.exp(-(Z**2) / 6), 1), abs=1e-12)
    assert limits(y, 1, "thomas-grunkemeier") == pytest.approx((math.exp(-(Z**2) / 6), 1), abs=1e-12)
    assert limits(y, 1.5, "thomas-grunkemeier") == pytest.approx((math.exp(-(Z**2) / 4), 1), abs=1e-12)
    one = hs.Surv.right([1], [1])
    assert limits(one, 1, "thomas-grunkemeier") == pytest.approx((0, 1 - math.exp(-(Z**2) / 2)), abs=1e-12)


def test_effective_binomial_without_censoring_is_wilson() -> None:
    y = hs.Surv.right(range(1, 11), [1] * 10)
    for left in (10, 6, 0):
        p, n = left / 10, 10
        centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
        margin = Z * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
        expected = (max(centre - margin, 0), min(centre + margin, 1))
        assert limits(y, 10 - left, "rothman") == pytest.approx(expected, abs=1e-12)


def test_effective_number_before_the_first_event_is_the_number_under_observation() -> None:
    y = hs.Surv.right([1, 2, 3], [0, 0, 0])
    shares = [n / (n + Z**2) for n in (3, 3, 2, 2, 1, 1)]
    lows = [limits(y, t, "rothman")[0] for t in (0, 1, 1.5, 2, 2.5, 3)]
    assert lows == pytest.approx(shares, abs=1e-12)


def test_hybrid_variance_in_its_three_regimes() -> None:
    """Two of ten gone: S; six gone with one censored before: the bound of one half; eight gone: 1 - D/n."""
    time = range(1, 11)
    y = hs.Surv.right(time, [1, 1, 0, 1, 1, 1, 1, 1, 1, 0])
    km = hs.kaplan_meier(y, interval="borkowf-plain")
    for t, proportion, m in ((2, 0.8, 10), (5, 0.8 * 5 / 7, 9), (6, 0.5, 9), (9, 0.2, 9)):
        row = km.at(t).iloc[0]
        margin = Z * math.sqrt(proportion * (1 - proportion) / m)
        assert row["high"] == pytest.approx(min(row["estimate"] + margin, 1), abs=1e-12)
        assert row["low"] == pytest.approx(max(row["estimate"] - margin, 0), abs=1e-12)


def test_hybrid_variance_on_the_log_scale_is_undefined_where_the_curve_is_0() -> None:
    y = hs.Surv.right([1, 2], [1, 1])
    assert np.isnan(limits(y, 2, "borkowf")).all()
    assert limits(y, 2, "borkowf-plain") == (0, 0)
    assert "where the curve is 0." in hs.kaplan_meier(y, interval="borkowf").conventions[0]
    assert "the limits never" in hs.kaplan_meier(y, interval="rothman").conventions[0]


def test_edgeworth_limits_of_the_first_event_by_hand() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5], [1, 1, 1, 0, 0])
    n, z = 5, Z
    centre = 1 / n + (2 * z**2 + 1) / (6 * n) - (z**2 - 1) / (4 * n**2)
    expected = (math.exp(-centre - z / n), math.exp(-centre + z / n))
    assert limits(y, 1, "strawderman-wells") == pytest.approx(expected, abs=1e-12)
    assert limits(y, 0.5, "strawderman-wells") == (1, 1)


def test_tied_events_count_each_in_the_edgeworth_variance() -> None:
    """Three of thirty at once are nearly three in a row."""
    tied = limits(hs.Surv.right([1] * 3 + [9] * 27, [1] * 3 + [0] * 27), 3, "strawderman-wells-tied")
    apart = limits(hs.Surv.right([1, 2, 3] + [9] * 27, [1] * 3 + [0] * 27), 3, "strawderman-wells")
    assert tied == pytest.approx(apart, abs=0.01)


def test_modified_lower_limits_fall_at_censorings_and_the_upper_stays() -> None:
    y = response(dataset("leuk"))
    usual = hs.kaplan_meier(y, interval="log-log").to_frame()
    for kind in ("peto", "dorey-korn"):
        frame = hs.kaplan_meier(y, interval="log-log", lower_limit=kind).to_frame()
        assert frame["high"].tolist() == usual["high"].tolist()
        censored = frame["events"] == 0
        assert (frame["low"].diff()[censored] < 0).all()
    at_events = usual["events"] > 0
    assert frame["low"][at_events].tolist() == pytest.approx(usual["low"][at_events].tolist(), abs=1e-14)


def test_modified_sums_by_hand() -> None:
    counts = Counts(
        at_risk=np.array([[5.0, 4.0, 2.0]]),
        events=np.array([[1.0, 0.0, 1.0]]),
        exits=np.array([[1.0, 2.0, 1.0]]),
    )
    survival, greenwood = np.array([0.8, 0.8, 0.4]), np.array([0.05, 0.05, 0.55])
    assert modified_sum(counts, survival, greenwood, "peto").tolist() == pytest.approx([0.04, 0.05, 0.3])
    assert modified_sum(counts, survival, greenwood, "dorey-korn").tolist() == pytest.approx(
        [0.05, 0.0625, 0.55]
    )


def test_the_median_counts_a_lower_limit_that_falls_just_after_a_censoring() -> None:
    y = hs.Surv.right([1, 2, 3, 4], [0, 0, 1, 0])
    km = hs.kaplan_meier(y, interval="thomas-grunkemeier", level=0.8)
    heights = [math.exp(-(1.2815515655446004**2) / (2 * n)) for n in (4, 3, 2)]
    assert km.at([0, 1.5, 2.5])["low"].tolist() == pytest.approx(heights, abs=1e-12)
    assert km.quantile(1 - 0.7).iloc[0]["low"] == 2


@pytest.mark.parametrize("interval", COUNTING)
def test_methods_that_count_patients_refuse_what_they_have_no_definition_for(interval: str) -> None:
    late = hs.Surv.right([2, 3], [1, 0], entry=[0, 1])
    with pytest.raises(hs.UnsupportedError, match="no definition with delayed entry"):
        hs.kaplan_meier(late, interval=interval)
    y = hs.Surv.right([2, 3], [1, 0])
    with pytest.raises(hs.UnsupportedError, match="not whole numbers"):
        hs.kaplan_meier(y, interval=interval, weights=[0.5, 1])
    with pytest.raises(hs.UnsupportedError, match="modified lower limit"):
        hs.kaplan_meier(y, interval=interval, lower_limit="peto")
    assert hs.kaplan_meier(y, interval=interval, weights=[2, 1]).interval == interval


def test_the_method_names_its_interval() -> None:
    y = hs.Surv.right([2, 3], [1, 0])
    assert "constrained likelihood ratio" in hs.kaplan_meier(y, interval="thomas-grunkemeier").method
    assert "by Peto's" in hs.kaplan_meier(y, interval="plain", lower_limit="peto").method
    assert "Dorey and Korn" in hs.kaplan_meier(y, interval="log", lower_limit="dorey-korn").method
    assert "one-sided 95% rothman lower limit" in hs.kaplan_meier(y, interval="rothman", sided="lower").method


def test_a_one_sided_limit_at_a_level_below_one_half_lies_beyond_the_estimate() -> None:
    y = response(dataset("leuk"))
    at_half = limits(y, 10, "thomas-grunkemeier", sided="lower", level=0.5)[0]
    below = limits(y, 10, "thomas-grunkemeier", sided="lower", level=0.3)[0]
    assert at_half == pytest.approx(0.752941, abs=1e-6)
    assert below > at_half


def test_a_modified_lower_limit_is_refused_where_there_is_none() -> None:
    for interval in ("plain", "auto"):
        with pytest.raises(hs.UnsupportedError, match="there is no lower limit to modify"):
            hs.kaplan_meier(response(dataset("leuk")), interval=interval, lower_limit="peto", sided="upper")
    assert "by Peto's" in hs.kaplan_meier(response(dataset("leuk")), lower_limit="peto", sided="lower").method


@pytest.mark.parametrize(
    "interval", ["thomas-grunkemeier", "rothman", "borkowf-shifted-log", "borkowf-shifted-plain"]
)
@pytest.mark.parametrize("sided", ["two-sided", "lower", "upper"])
def test_limits_of_a_quantile_invert_limits_that_hold_before_the_first_event(
    interval: str, sided: str
) -> None:
    y = hs.Surv.right(range(1, 10), [1, 1, 0, 1, 1, 1, 0, 1, 1])
    km = hs.kaplan_meier(y, interval=interval, sided=sided)
    frame = km.pieces()
    probabilities = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9]
    for row in km.quantile(probabilities).itertuples():
        height = 1 - row.probability
        reached = frame[["low", "low_after"]].min(axis=1) <= height
        below = frame[["high", "high_after"]].min(axis=1) < height
        assert row.low == frame["start"][reached].min()
        assert row.high == (frame["start"][below].min() if below.any() else math.inf)


def test_the_lower_limit_of_a_quantile_can_be_0() -> None:
    y = hs.Surv.right(range(1, 10), [1] * 9)
    km = hs.kaplan_meier(y, interval="rothman")
    assert km.pieces()["low"][0] == pytest.approx(0.7009, abs=5e-5)
    assert km.quantile([0.25, 0.35])["low"].tolist() == [0, 1]
    few = hs.Surv.right([1, 2], [0, 0])
    assert hs.kaplan_meier(few, interval="rothman").median_follow_up()["low"].item() == 0


@pytest.mark.parametrize(("number", "still"), [(1, False), (2, True), (3, True)])
def test_the_upper_edgeworth_limit_turns_back_after_one_event(number: int, still: bool) -> None:
    """Its turning point is near z = 1.5 times the root of the number of events: 1.5, 2.1, 2.6."""
    y = hs.Surv.right(range(1, 31), [1] * 30)
    lower, higher = (limits(y, number, "strawderman-wells", level=level)[1] for level in (0.94, 0.95))
    assert (higher > lower) == still

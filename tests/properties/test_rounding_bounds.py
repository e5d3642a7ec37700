"""What must hold of every bound: no compatible data, drawn at random, lie beyond it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.sensitivity.rounding import RoundingBounds, rounding_bounds
from tests.properties.strategies import Cases, cases, checked

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")

UNIT = st.sampled_from([0.5, 1.0, 2.0])


def compatible(data: Cases, unit: float, seed: int) -> list[hs.Surv]:
    """Some data within half a unit of the reported times, ties and both ends among them."""
    generator = np.random.default_rng(seed)
    reported = np.array(data.time)
    low, high = np.maximum(reported - unit / 2, 0), reported + unit / 2
    found = []
    for steps in (2, 3, 1000):
        share = generator.integers(1, steps + 1, reported.size) / steps
        found.append(hs.Surv.right(np.round(low + share * (high - low), 6), data.event))
    return found


def holds(found: RoundingBounds, row: int, value: float) -> bool:
    one = found.quantities[row]
    slack = 1e-5 * max(1.0, abs(value)) if math.isfinite(value) else 0.0
    return bool(one.low.value - slack <= value <= one.high.value + slack)


@checked
@given(data=cases(), unit=UNIT, seed=st.integers(0, 1000))
def test_curves_medians_and_means_of_compatible_data_lie_within(data, unit, seed):
    y, times = data.response, [0.0, 1.0, 2.25, 4.0, 6.5]
    curve = rounding_bounds(y, of=("survival", times), rounded_to=unit)
    median = rounding_bounds(y, of="median", rounded_to=unit)
    horizon = max(max(data.time) - unit / 2, 0.0)
    mean = rounding_bounds(y, of=("rmst", horizon), rounded_to=unit)
    assert curve.exactness == median.exactness == mean.exactness == "exact"
    for other in (y, *compatible(data, unit, seed)):
        km = hs.kaplan_meier(other, interval="plain")
        for row, value in enumerate(km.at(times, "limits")["estimate"]):
            assert math.isnan(value) or holds(curve, row, value)
        reached = float(km.quantile(0.5)["estimate"].iloc[0])
        assert holds(median, 0, reached if math.isfinite(reached) else math.inf)
        assert holds(mean, 0, float(km.rmst(horizon)["estimate"].iloc[0]))


@checked
@given(data=cases(smallest=2, largest=12, groups=2), unit=UNIT, seed=st.integers(0, 1000))
def test_hazard_ratios_and_tests_of_compatible_data_lie_within(data, unit, seed):
    assume(len(set(data.group)) == 2 and any(data.event))
    ratio = rounding_bounds(data.response, data.group, of="hazard-ratio", rounded_to=unit)
    test = rounding_bounds(
        data.response, data.group, of="logrank", rounded_to=unit, limit=300, n_starts=0, seed=1
    )
    x = {"x": [float(label == max(data.group)) for label in data.group]}
    for other in (data.response, *compatible(data, unit, seed)):
        fit = (
            hs.cox(other, x, interval="wald").to_frame()["hazard_ratio"].iloc[0]
            if seen(other, x)
            else math.nan
        )
        assert math.isnan(fit) or holds(ratio, 0, fit)
        statistic = hs.logrank(other, data.group, method="asymptotic").statistic
        if test.exactness == "exact" and not math.isnan(statistic):
            assert holds(test, 0, statistic)
    for row in range(2):
        one = test.quantities[row]
        assert one.low.value <= one.estimate + 1e-9
        assert one.estimate <= one.high.value + 1e-9


def seen(y: hs.Surv, x: dict[str, list[float]]) -> bool:
    """Whether at some event both groups are at risk, without which there is no hazard ratio."""
    groups = np.array(x["x"])
    return any(len(set(groups[y.time >= t])) == 2 for t in y.time[y.event])


@checked
@given(data=cases(largest=8), unit=UNIT)
def test_wider_limits_give_wider_bounds(data, unit):
    for of in ("survival", "median"):
        narrow = rounding_bounds(data.response, of=of if of == "median" else (of, data.time), rounded_to=unit)
        wide = rounding_bounds(
            data.response, of=of if of == "median" else (of, data.time), rounded_to=2 * unit, closed="both"
        )
        for one, other in zip(narrow.quantities, wide.quantities, strict=True):
            assert other.low.value <= one.low.value + 1e-12
            assert other.high.value >= one.high.value - 1e-12

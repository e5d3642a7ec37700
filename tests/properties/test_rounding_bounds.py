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
from tests.sensitivity import rounding_oracle as oracle

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")

UNIT = st.sampled_from([0.5, 1.0, 2.0])


def compatible(data: Cases, unit: float, seed: int) -> list[tuple[float, ...]]:
    """The reported times, and some within half a unit of them, ties and both ends among them."""
    generator = np.random.default_rng(seed)
    reported = np.array(data.time)
    low, high = np.maximum(reported - unit / 2, 0), reported + unit / 2
    found = [tuple(data.time)]
    for steps in (2, 3, 7, 1000):
        share = generator.integers(1, steps + 1, reported.size) / steps
        found.append(tuple(np.round(low + share * (high - low), 6).tolist()))
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
    for other in compatible(data, unit, seed):
        for row, t in enumerate(times):
            assert holds(curve, row, oracle.survival(other, data.event, t))
        assert holds(median, 0, oracle.quantile(other, data.event, 0.5))
        assert holds(mean, 0, oracle.area(other, data.event, horizon))


@checked
@given(data=cases(smallest=2, largest=12, groups=2), unit=UNIT, seed=st.integers(0, 1000))
def test_hazard_ratios_and_tests_of_compatible_data_lie_within(data, unit, seed):
    """A likelihood that falls at a bound and beyond, by the sign of its slope there, has its top within."""
    assume(len(set(data.group)) == 2 and any(data.event))
    ratio = rounding_bounds(data.response, data.group, of="hazard-ratio", rounded_to=unit)
    test = rounding_bounds(
        data.response, data.group, of="logrank", rounded_to=unit, limit=300, n_starts=0, seed=1
    )
    second = [int(label == max(data.group)) for label in data.group]
    low, high = ratio.quantities[0].low.value, ratio.quantities[0].high.value
    for other in compatible(data, unit, seed):
        if low > 0:
            assert oracle.score(other, data.event, second, math.log(min(low, 1e9)) - 1e-5) > -1e-9
        if high < math.inf:
            assert oracle.score(other, data.event, second, math.log(max(high, 1e-9)) + 1e-5) < 1e-9
        if test.exactness == "exact":
            y = hs.Surv.right(other, data.event)
            statistic = hs.logrank(y, data.group, method="asymptotic").statistic
            assert math.isnan(statistic) or holds(test, 0, statistic)
    for one in test.quantities:
        assert one.low.value - 1e-9 <= one.estimate <= one.high.value + 1e-9


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

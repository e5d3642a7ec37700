"""Coverage of the pointwise Kaplan-Meier intervals, and how often there is none."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.calibration import measured, one_curve
from tests.calibration.measured import SIZES, SURVIVAL
from tests.calibration.one_curve import SCALES
from tests.calibration.simulation import Rate, Trial, assert_within_four_errors, batches

pytestmark = pytest.mark.calibration

# Coverage at n = 9, S = 0.5 found earlier by a separate program, 20,000 data sets; undefined limits miss.
EARLIER = {"plain": 0.866, "log": 0.883, "log-log": 0.955, "logit": 0.967, "arcsin": 0.930}
EARLIER_REPLICATES = 20_000


@pytest.mark.parametrize("survival", SURVIVAL)
@pytest.mark.parametrize("n", SIZES)
def test_simulated_shares_are_the_exact_ones(n, survival):
    found = measured.curve(n, survival)
    assert found.exact["plain usable"].among == pytest.approx(1.0, abs=1e-12)
    for name, rate in found.simulated.items():
        exact = found.exact[name].value
        print(f"n = {n}, S = {survival:g}, {name}: {rate.value:.4f}, exact {exact:.4f}")
        assert_within_four_errors(rate, exact, f"n = {n}, S = {survival}, {name}")


@pytest.mark.parametrize("interval", EARLIER)
def test_coverage_is_the_one_found_earlier(interval):
    earlier = Rate(EARLIER[interval] * EARLIER_REPLICATES, EARLIER_REPLICATES)
    exact = measured.curve(9, 0.5).best(f"{interval} holds")
    assert_within_four_errors(earlier, exact, interval)


def least(interval: str) -> float:
    """The lowest coverage among data sets that have an interval."""
    return min(measured.curve(n, s).best(f"{interval} holds where usable") for n in SIZES for s in SURVIVAL)


def test_only_log_log_keeps_its_level_wherever_it_is_defined():
    assert least("log-log") > 0.95
    assert 0.94 < least("logit") < 0.95
    assert 0.93 < least("arcsin") < 0.94
    assert least("plain") < 0.88
    assert least("log") < 0.88


def test_no_scale_helps_where_nothing_varies():
    for n in SIZES:
        for survival in SURVIVAL:
            usable = {measured.curve(n, survival).best(f"{name} usable") for name in SCALES}
            assert max(usable) - min(usable) < 1e-12
    assert measured.curve(9, 0.25).best("log-log usable") == pytest.approx(0.786, abs=5e-4)


@pytest.mark.parametrize("interval", SCALES)
def test_the_public_function_answers_as_the_batches_do(interval):
    orders = next(batches(Trial(9), 25))
    low, high = one_curve.by_kernels(orders, Trial(9), 0.5)[interval]
    for k in range(25):
        time = orders.time[k]
        curve = hs.kaplan_meier(hs.Surv.right(time, orders.event[k]), interval=interval)
        if time[-1] <= np.log(2):
            assert np.isnan(low[k])
            continue
        row = curve.at([np.log(2)]).iloc[0]
        given = [row["low"], row["high"]]
        if row["estimate"] == 1:
            # Before the first event the limits are the point 1; arcsin has none from the first censoring on.
            assert low[k] == high[k] == 1 or np.isnan(low[k])
        else:
            assert given == pytest.approx([low[k], high[k]], nan_ok=True, abs=1e-12)

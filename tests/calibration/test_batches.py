"""What is answered for thousands of data sets at once is what the public functions answer one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpcstats as hs
from tests.calibration import comparisons, intervals, two_groups
from tests.calibration.fixed_time import melded
from tests.calibration.permutations import exact_p_values
from tests.calibration.samples import draw, orders, positions
from tests.calibration.scenarios import EXACT, YEARS, Scenario

FEW = 4

# Small samples are the subject; the public functions say what is fragile about each.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")


@pytest.mark.parametrize("rounding", [EXACT, YEARS])
@pytest.mark.parametrize("name", intervals.METHODS)
def test_limits(name, rounding):
    method = intervals.METHODS[name]
    scenario = Scenario(sizes=(9,), censored=(0.3,), rounding=rounding)
    samples, times = draw(scenario, FEW), scenario.times((0.9, 0.6, 0.5, 0.3, 0.05))
    seen = orders(samples)
    ends = intervals.limits(seen, method)
    for time, where in zip(times, positions(samples, times), strict=True):
        at = seen.which, 2 * where.number - where.at_one
        for k in range(FEW):
            km = hs.kaplan_meier(
                hs.Surv.right(samples.time[k], samples.event[k]),
                interval=method.interval,
                lower_limit=method.lower_limit,
            )
            if where.beyond[k] and not km.curves[0].limits.everywhere:
                assert method.interval not in intervals.BETA_PRODUCTS
                continue
            asked = km.at(time, beyond="limits").iloc[0]
            given = [asked["low"], asked["high"]]
            assert given == pytest.approx([ends.low[at][k], ends.high[at][k]], nan_ok=True, abs=1e-9)


@pytest.mark.parametrize("rounding", [EXACT, YEARS])
@pytest.mark.parametrize("sizes", [(4, 4), (2, 10), (9, 9)])
def test_p_values(sizes, rounding):
    samples = draw(Scenario(sizes=sizes, censored=(0.6, 0.6), rounding=rounding), FEW)
    seen = orders(samples)
    ways = (
        (comparisons.asymptotic(seen), {"method": "asymptotic"}),
        (exact_p_values(seen), {"method": "exact"}),
        (exact_p_values(seen, mid_p=True), {"method": "exact", "mid_p": True}),
    )
    for found, how in ways:
        for k in range(FEW):
            response = hs.Surv.right(samples.time[k], samples.event[k])
            if not samples.event[k].any():
                assert math.isnan(found[seen.which][k])
                continue
            p_value = hs.logrank(response, samples.group, **how).p_value
            assert p_value == pytest.approx(found[seen.which][k], nan_ok=True, abs=1e-10)


@pytest.mark.parametrize("mid_p", [False, True])
@pytest.mark.parametrize("sizes", [(3, 9), (9, 9)])
def test_differences_at_a_time(sizes, mid_p):
    samples = draw(Scenario(sizes=sizes, censored=(0.6, 0.6)), FEW)
    found = melded(samples, 5.0, 0.95, mid_p=mid_p)
    for k in range(FEW):
        response = hs.Surv.right(samples.time[k], samples.event[k])
        test = hs.compare_at(response, samples.group, 5.0, mid_p=mid_p, beyond="limits")
        assert [test.p_value[0], test.low[0], test.high[0]] == pytest.approx(found[k], abs=1e-8)


@pytest.mark.parametrize("name", [name for name, method in comparisons.METHODS.items() if method.call])
def test_every_test_gives_p_values(name):
    scenario = Scenario(sizes=(5, 5), censored=(0.3, 0.3))
    method = comparisons.METHODS[name]
    found = comparisons.answers(draw(scenario, FEW), method, scenario.generator(name))[:, 0]
    assert ((found > 0) & (found <= 1)).all()


@pytest.mark.parametrize("ratio", [1.0, 3.0])
@pytest.mark.parametrize("sizes", [(4, 4), (2, 10)])
def test_models(sizes, ratio):
    scenario = Scenario(sizes=sizes, censored=(0.25, 0.25), hazard_ratio=ratio)
    seen = orders(draw(scenario, 8))
    answers = two_groups.by_kernels(seen, scenario)
    for k in range(len(seen)):
        response = hs.Surv.right(seen.place[k] + 1.0, seen.event[k])
        if np.isnan(answers.estimate[k]):
            with pytest.raises(hs.DesignError):
                hs.cox(response, {"second": seen.group[k]})
            continue
        fit = hs.cox(response, {"second": seen.group[k]}, interval="profile")
        assert_same_model(fit, answers, k, math.log(ratio))


def assert_same_model(fit: hs.CoxFit, answers: two_groups.Answers, k: int, truth: float) -> None:
    ratio = 2 * (answers.maximum[k] - answers.at_null[k])
    assert fit.score.statistic == pytest.approx(answers.logrank[k], abs=1e-8)
    assert fit.likelihood_ratio.statistic == pytest.approx(ratio, abs=1e-8)
    covered = 2 * (answers.maximum[k] - answers.at_truth[k]) <= two_groups.CRITICAL
    assert (fit.low[0] <= truth <= fit.high[0]) == covered
    if np.isinf(answers.estimate[k]):
        assert fit.statuses == ("not_estimable",)
    else:
        assert fit.coef[0] == pytest.approx(answers.estimate[k], abs=1e-7)
        assert fit.std_error[0] == pytest.approx(answers.information[k] ** -0.5, rel=1e-6)

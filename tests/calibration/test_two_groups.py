"""Type I error and coverage of the log-rank test and of the Cox model with one covariate."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import hpcstats as hs
from tests.calibration import measured, two_groups
from tests.calibration.measured import HAZARD_RATIOS, LARGER, SMALL
from tests.calibration.simulation import Rate, Trial, assert_within_four_errors, batches

pytestmark = pytest.mark.calibration

# Type I error found earlier by a separate program, 20,000 data sets each.
EARLIER = {"4 v 4": 0.065, "5 v 5": 0.069, "3 v 9": 0.077, "2 v 10": 0.091}
EARLIER_REPLICATES = 20_000
DESIGNS = [pytest.param(t.under(hr), id=f"{t.name}, HR {hr:g}") for t in SMALL for hr in HAZARD_RATIOS]


def named(trials: tuple[Trial, ...]) -> list:
    return [pytest.param(trial, id=trial.name) for trial in trials]


@pytest.mark.parametrize("design", DESIGNS)
def test_simulated_shares_are_the_exact_ones(design):
    found = measured.trial(design)
    assert found.exact["logrank"].among == pytest.approx(1.0, abs=1e-12)
    for name, rate in found.simulated.items():
        exact = found.exact[name].value
        print(f"{design.name}, HR {design.hazard_ratio:g}, {name}: {rate.value:.4f}, exact {exact:.4f}")
        assert_within_four_errors(rate, exact, f"{design.name}, {name}")


@pytest.mark.parametrize("design", named(SMALL))
def test_the_size_of_the_logrank_test_is_the_one_found_earlier(design):
    earlier = Rate(EARLIER[design.name] * EARLIER_REPLICATES, EARLIER_REPLICATES)
    assert_within_four_errors(earlier, measured.trial(design).best("logrank"), design.name)


@pytest.mark.parametrize("design", named(SMALL))
def test_logrank_and_likelihood_ratio_reject_too_often_and_wald_too_seldom(design):
    found = measured.trial(design)
    assert found.best("logrank") > 0.065
    assert found.best("likelihood ratio") > 0.065
    assert found.best("logrank at 1 %") < 0.05
    assert found.best("wald") < 0.03


@pytest.mark.parametrize("design", named(LARGER))
def test_larger_trials_come_nearer_to_their_level(design):
    found, worst = measured.trial(design).simulated, measured.trial(Trial(2, 10))
    for name in ("logrank", "likelihood ratio"):
        error = found[name].error()
        assert 0.05 - 4 * error < found[name].value < worst.best(name) - 4 * error
    assert found["wald"].value > measured.trial(Trial(2, 10)).best("wald")


@pytest.mark.parametrize("design", DESIGNS)
def test_profile_intervals_hold_nine_times_in_ten_with_or_without_an_estimate(design):
    found = measured.trial(design)
    assert 0.89 < found.best("all profiles hold") < 0.97
    assert found.best("exists") * found.best("profile holds") + found.best("monotone") * found.best(
        "one-sided holds"
    ) == pytest.approx(
        found.best("all profiles hold") * (found.best("exists") + found.best("monotone")), abs=1e-12
    )


@pytest.mark.parametrize("design", DESIGNS)
def test_the_public_functions_answer_as_the_batches_do(design):
    orders = next(batches(design, 40))
    answers = two_groups.by_kernels(orders, design)
    for k in range(40):
        response = hs.Surv.right(np.arange(orders.group.shape[1]), orders.event[k])
        if np.isnan(answers.estimate[k]):
            with pytest.raises(hs.DesignError):
                hs.cox(response, {"second": orders.group[k]})
            continue
        test = hs.logrank(response, orders.group[k])
        assert test.statistic == pytest.approx(answers.logrank[k], abs=1e-9)
        assert_same_model(fitted(response, orders.group[k]), answers, k, math.log(design.hazard_ratio))


def fitted(response: hs.Surv, group: np.ndarray) -> hs.CoxFit:
    with warnings.catch_warnings():
        # A monotone likelihood is part of what is looked at.
        warnings.simplefilter("ignore", hs.SeparationWarning)
        return hs.cox(response, {"second": group}, interval="profile")


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

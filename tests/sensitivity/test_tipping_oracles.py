"""Tipping points against all imputations written out, and where they are easily wrong."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.tipping.residual_times import StepHazard, exposure
from hpcstats.errors import DataError, DesignError, NonIdentifiableWarning
from hpcstats.sensitivity import best_and_worst_case, tipping_point
from hpcstats.sensitivity.tipping.design import Gaps
from hpcstats.sensitivity.tipping.result import UNKNOWN
from tests import oracles

CURVES = ["proportional-hazards", "beta-product", "kaplan-meier", "piecewise-exponential"]
TIME = [1.0, 2.0, 3.0, 4.0, 1.5, 2.5, 3.5, 5.0]
EVENT = [True, False, True, False, True, True, False, True]
GROUP = list("aaaabbbb")


def outcomes(number, delta):
    """When a patient censored at TIME[number] fails, with probabilities: (S(t) / S(c))^delta by hand."""
    rows = [k for k in range(8) if GROUP[k] == GROUP[number]]
    survival, found = 1.0, []
    for k in sorted(rows, key=TIME.__getitem__):
        if TIME[k] > TIME[number] and EVENT[k]:
            after = survival * (1 - 1 / sum(TIME[j] >= TIME[k] for j in rows))
            found.append((TIME[k], True, survival**delta - after**delta))
            survival = after
    end = max(TIME[k] for k in rows)
    return [*found, (max(end, TIME[number]), False, survival**delta)]


@pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")
@pytest.mark.parametrize(("first", "second"), [(1.0, 1.0), (0.3, 4.0), (5.0, 0.5)])
def test_scores_are_those_expected_over_all_imputations(first, second):
    gaps = [k for k in range(8) if not EVENT[k]]
    score = variance = total = 0.0
    for chosen in product(*(outcomes(k, first if GROUP[k] == "a" else second) for k in gaps)):
        time, event, chance = list(TIME), list(EVENT), 1.0
        for k, (at, happened, share) in zip(gaps, chosen, strict=True):
            time[k], event[k], chance = at, happened, chance * share
        observed, expected, spread = oracles.logrank(time, event, GROUP)
        score += chance * float(expected - observed)
        variance, total = variance + chance * float(spread), total + chance
    assert total == pytest.approx(1.0)
    found = tipping_point(
        hs.Surv.right(TIME, EVENT), GROUP, deltas=([first, 1], [second, 1]), curve="kaplan-meier",
        n_imputations=20_000, seed=7,
    )  # fmt: skip
    place = np.searchsorted(found.delta_first, first), np.searchsorted(found.delta_second, second)
    error = 4 * found.monte_carlo_error[place] + 0.01
    assert np.log(found.hazard_ratio[place]) == pytest.approx(score / variance, abs=error)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")
@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("late", [False, True])
def test_the_order_of_the_rows_changes_nothing(curve, late):
    random = np.random.default_rng(4)
    time, event = random.integers(2, 9, 20).astype(float), random.random(20) < 0.5
    group, entry = random.integers(0, 2, 20), random.integers(0, 2, 20).astype(float) if late else None
    order = random.permutation(20)
    one = tipping_point(
        hs.Surv.right(time, event, entry=entry),
        group,
        curve=curve,
        unpublished={1: 2},
        n_imputations=20,
        seed=1,
    )
    other = tipping_point(
        hs.Surv.right(time[order], event[order], entry=entry[order] if late else None), group[order],
        curve=curve, unpublished={1: 2}, n_imputations=20, seed=1,
    )  # fmt: skip
    assert other.p_value == pytest.approx(one.p_value, rel=1e-9)
    assert other.main == pytest.approx(one.main, rel=1e-12)


def test_times_equal_but_for_rounding_are_tied_in_the_main_analysis():
    y, group = hs.Surv.right([0.1 + 0.2, 0.3, 0.5, 0.7, 0.2], [1, 1, 1, 0, 0]), list("ababa")
    found = tipping_point(y, group, deltas=[1], n_imputations=2, seed=1)
    assert found.main[3] == pytest.approx(hs.logrank(y, group, method="asymptotic").p_value, rel=1e-8)


def test_deltas_may_be_as_small_as_floats_are():
    y = hs.Surv.right(TIME, EVENT)
    for curve in ("proportional-hazards", "piecewise-exponential"):
        found = tipping_point(y, GROUP, deltas=[1e-310, 1, 1e300], curve=curve, n_imputations=5, seed=1)
        assert np.isfinite(found.p_value).all()


def test_events_after_the_horizon_are_no_part_of_its_hazards():
    events, lived = exposure(
        np.array([0.0, 2.0]), np.array([1.0, 5.0, 6.0]), np.array([True, True, True]), None
    )
    assert (events.tolist(), lived.tolist()) == ([1.0], [5.0])
    gaps = Gaps.of(hs.Surv.right(TIME, EVENT), GROUP, None, None, "tipping_point")
    hazard = gaps.sides[0].hazard("piecewise-exponential", 4, 2.0, 50_000, np.random.default_rng(1))
    # One event by 2, in 1 + 2 + 2 + 2 lived there.
    assert hazard.rates.mean() == pytest.approx(1 / 7, rel=0.02)
    early = tipping_point(
        hs.Surv.right(TIME, EVENT), GROUP, curve="piecewise-exponential", horizon=0.5, n_imputations=5, seed=1
    )
    assert np.ptp(early.p_value) == 0


def test_a_large_hazard_in_one_imputation_leaves_the_others_exact():
    times, jumps = np.array([1.0, 2.0, 3.0]), np.full((2, 3), 0.3)
    both = StepHazard.proportional(times, jumps, np.array([1e17, 1.0]), 9.0)
    alone = StepHazard.proportional(times, jumps[1:], np.ones(1), 9.0)
    waits = np.array([[0.1, 0.299, 0.301, 0.599, 0.601, 0.899, 0.901]] * 2)
    found, event = both.after(np.zeros(7), waits, np.ones(1))
    wanted, happened = alone.after(np.zeros(7), waits[1:], np.ones(1))
    assert found[0, 1].tolist() == wanted[0, 0].tolist() == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 9.0]
    assert event[0, 1].tolist() == happened[0, 0].tolist()


def test_groups_never_at_risk_together_are_warned_of():
    y = hs.Surv.right([1, 2, 3, 0.5, 0.4], [1, 1, 0, 0, 0])
    with pytest.warns(NonIdentifiableWarning, match="nothing of their hazard ratio"):
        found = tipping_point(y, list("aaabb"), deltas=[1], n_imputations=20, seed=1)
    assert np.isnan(found.main[0])


def test_a_curve_at_zero_is_warned_of_where_it_is_used():
    y = hs.Surv.right([5, 6, 1, 2, 3, 4], [1, 0, 1, 0, 1, 1])
    with pytest.warns(NonIdentifiableWarning, match="'b' ends at 0"):
        tipping_point(y, list("aabbbb"), deltas=[1], curve="beta-product", n_imputations=5, seed=1)
    assert not tipping_point(
        y, list("aabbbb"), deltas=[1], curve="beta-product", horizon=3.5, n_imputations=5, seed=1
    ).warnings
    # With delayed entry a curve can fall to 0 long before the last patient leaves.
    late = hs.Surv.right([2, 6, 7, 1, 3, 8], [1, 1, 0, 1, 1, 0], entry=[0, 3, 4, 0, 0, 0])
    with pytest.warns(NonIdentifiableWarning, match="'a' ends at 0"):
        tipping_point(late, list("aaabbb"), deltas=[1], curve="kaplan-meier", n_imputations=5, seed=1)


def test_a_cell_without_an_estimate_has_no_conclusion():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0])
    found = tipping_point(y, list("aaabbb"), deltas=[1e-6, 1], test="cox", n_imputations=20, seed=1)
    assert found.conclusions[0][0] == UNKNOWN == "no estimate"
    assert found.to_frame()["conclusion"].iloc[0] == UNKNOWN


def test_a_difference_that_changes_sides_between_neighbours_turns_twice():
    y = hs.Surv.right(TIME, EVENT)
    found = tipping_point(y, GROUP, deltas=([1], [1, 100]), n_imputations=2, seed=1)
    both = {"hazard_ratio": np.array([[0.2, 5.0]]), "p_value": np.array([[0.0, 1e-4]])}
    jumped = replace(found, low=np.array([[0.1, 2.0]]), high=np.array([[0.5, 8.0]]), **both)
    turns = jumped.turning_points()["delta_second"]
    upper = 100 ** (np.log(2) / np.log(16))
    lower = 100 ** (np.log(10) / np.log(20))
    assert turns.tolist() == pytest.approx([upper, lower], rel=1e-6)
    # A p-value of 0 has no logarithm, and a neighbour all the same.
    sure = replace(found, hazard_ratio=np.array([[1.1, 5.0]]), p_value=np.array([[0.5, 0.0]]))
    assert len(sure.turning_points()) == 1


def test_extreme_cases_are_not_limits_of_all_that_can_have_happened():
    """One of b never fails, the others of both groups late: further out than common fates."""
    group = list("babab")
    bounds = best_and_worst_case(hs.Surv.right([2, 5, 4, 3, 1], [0, 0, 0, 1, 1]), group)
    between = hs.Surv.right([9, 5.51, 5.52, 3, 1], [0, 1, 1, 1, 1])
    test = hs.logrank(between, group, method="asymptotic")
    ratio = np.exp((test.observed[1] - test.expected[1]) / test.variance[1, 1])
    assert ratio == pytest.approx(0.3408, abs=1e-4)
    assert bounds.hazard_ratio.min() == pytest.approx(0.8154, abs=1e-4)


def test_the_text_form_is_the_map():
    found = tipping_point(hs.Surv.right(TIME, EVENT), GROUP, n_imputations=5, seed=1)
    lines = str(found).splitlines()
    assert len(lines) < 20
    assert "rows delta of a, columns delta of b" in str(found)
    assert lines[1].split()[0] == "0.125"


def test_refusals_name_patients_and_say_what_to_write():
    y = hs.Surv.right(TIME, EVENT, id=list("stuvwxyz"))
    with pytest.raises(DataError, match=r"rows 0; patients s\)"):
        tipping_point(y, GROUP, impute=[True] + [False] * 7)
    with pytest.raises(DataError, match=r"numpy.isin\(ids, chosen\)") as told:
        tipping_point(y, GROUP, impute=["t"])
    assert "recurred" not in str(told.value)
    with pytest.raises(DataError, match="horizon must be a positive time, not True"):
        best_and_worst_case(y, GROUP, horizon=True)
    with pytest.raises(DesignError, match="beyond time 0"):
        tipping_point(hs.Surv.right([0, 0, 0, 0], [1, 0, 1, 0]), list("abba"))

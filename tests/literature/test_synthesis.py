"""The synthesis: closed forms, its limits, and what lies beyond the longest reported time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.literature.pooling import pool_proportions, pool_rates
from hpcstats.literature.synthesis import residual_risk
from hpcstats.literature.synthesis_curves import curve_draws

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

CURVE = {"time": [1.0, 4.0, 9.0], "estimate": [0.2, 0.5, 1.0]}
DRAWS = [[0.1, 0.4, 1.0], [0.2, 0.5, 1.0], [0.3, 0.6, 1.0]]
TRUNCATED = hs.Surv.right_truncated([13, 1.23, 2, 10, 9], [13, 3, 9, 13, 11], id=list("abcde"))


def given_curve():
    return curve_draws(CURVE, DRAWS)


def risk_at(ever: float, time: float, **options) -> float:
    frame = residual_risk(given_curve(), [ever], given=[time], **options).to_frame()
    return float(frame["estimate"][0])


@pytest.mark.parametrize(("time", "before"), [(0.0, 0.0), (1.0, 0.2), (3.9, 0.2), (4.0, 0.5), (8.0, 0.5)])
@pytest.mark.parametrize("ever", [0.0, 0.1, 0.6, 1.0])
def test_the_risk_is_that_of_bayes_rule(ever: float, time: float, before: float) -> None:
    assert risk_at(ever, time) == pytest.approx(ever * (1 - before) / (1 - ever * before))


def test_of_the_living_the_risk_is_higher() -> None:
    assert risk_at(0.1, 4.0, alive=[0.5]) == pytest.approx(0.05 / (0.05 + 0.9 * 0.5))
    assert risk_at(0.1, 4.0, alive=[1.0]) == risk_at(0.1, 4.0)


def test_simulated_patients_have_the_risk_that_is_computed() -> None:
    """Patients with an event at 1, 4 or 9 years or never, some of whom die of something else."""
    generator, n, ever = np.random.default_rng(1), 400_000, 0.3
    time = np.where(
        generator.random(n) < ever, generator.choice([1.0, 4.0, 9.0], n, p=[0.2, 0.3, 0.5]), np.inf
    )
    dead = np.isinf(time) & (generator.random(n) < 0.4)
    free, living = time > 4, (time > 4) & ~dead
    assert risk_at(ever, 4.0) == pytest.approx(np.mean(time[free] <= 9), abs=0.004)
    assert risk_at(ever, 4.0, alive=[0.6]) == pytest.approx(np.mean(time[living] <= 9), abs=0.004)


def test_events_beyond_the_last_time_are_told_apart() -> None:
    frame = residual_risk(given_curve(), [0.2], given=[0.0, 4.0], reached=0.8).to_frame()
    assert frame["estimate"][0] == pytest.approx(0.2 * 0.8)
    assert frame["beyond"][0] == pytest.approx(0.2 * 0.2)
    later = 0.2 * (1 - 0.8 * 0.5)
    assert frame["estimate"][1] + frame["beyond"][1] == pytest.approx(later / (later + 0.8))
    assert (residual_risk(given_curve(), [0.2]).to_frame()["beyond"].dropna() == 0).all()


def test_limits_are_quantiles_of_the_draws() -> None:
    frame = residual_risk(given_curve(), [0.2], given=[4.0]).to_frame()
    risks = [0.2 * (1 - f) / (1 - 0.2 * f) for f in (0.6, 0.4)]
    assert [frame["low"][0], frame["high"][0]] == pytest.approx(risks)


def test_both_uncertainties_are_carried() -> None:
    pooled = pool_proportions([5, 6, 2, 10, 16], [43, 60, 39, 44, 88])
    frame = residual_risk(
        TRUNCATED, {"fixed": pooled.estimate, "pooled": pooled}, given=[5], seed=1
    ).to_frame()
    fixed, both = frame["high"] - frame["low"]
    assert both > 1.5 * fixed
    assert frame["estimate"][0] == frame["estimate"][1]
    at_start = residual_risk(TRUNCATED, pooled, given=[0], seed=1, n_draws=20_000).to_frame()
    assert [at_start["low"][0], at_start["high"][0]] == pytest.approx([pooled.low, pooled.high], abs=0.01)


def test_draws_of_p_ever_may_be_given() -> None:
    values = np.array([0.1, 0.2, 0.3])
    found = residual_risk(given_curve(), {"drawn": values}, given=[1], seed=3)
    assert found.ever[0].estimate == 0.2
    assert set(found.ever[0].draws) <= set(values)


def test_beyond_the_longest_time_nothing_is_identified() -> None:
    found = residual_risk(given_curve(), [0.2], given=[5, 9, 12])
    assert found.to_frame()["estimate"].isna().tolist() == [False, True, True]
    assert any("Nothing is identified beyond t* = 9 years" in text for text in found.conventions)
    assert residual_risk(given_curve(), [0.2], given=[12]).status == "boundary"
    with pytest.raises(hs.DataError, match="nothing later is identified"):
        found.incidence([3, 10])
    with pytest.raises(hs.DataError, match="to below t"):
        found.follow_up([9])


def test_follow_up_is_the_first_time_that_is_enough() -> None:
    found = residual_risk(given_curve(), [0.2], catch=[0.2, 0.5, 0.51, 0.9])
    assert found.follow_up()["estimate"].tolist() == [1, 4, 9, 9]
    # Of those free at 1 year half of the rest is caught at 9, three eighths at 4.
    later = residual_risk(given_curve(), [0.2], catch=[0.375, 0.5]).follow_up([1])
    assert later["estimate"].tolist() == [4, 9]
    assert residual_risk(given_curve(), [0.9], catch=[0.5]).follow_up()["estimate"].tolist() == [4]


def test_a_share_that_does_not_come_is_beyond() -> None:
    frame = residual_risk(given_curve(), [0.2], catch=[0.45, 0.9], reached=0.8).follow_up()
    assert frame["estimate"].tolist() == [9, math.inf]
    assert frame["within"].tolist() == [1, 0]
    assert frame["high"][1] == math.inf


def test_incidence_is_the_product() -> None:
    frame = residual_risk(given_curve(), [0.2], reached=0.9).incidence([0, 4, 9])
    assert frame["estimate"].tolist() == pytest.approx([0, 0.09, 0.18])
    assert frame["low"].tolist() == pytest.approx([0, 0.072, 0.18])


def test_truncated_times_give_the_reverse_product_limit() -> None:
    drawn = curve_draws(TRUNCATED, n_draws=500, seed=1)
    assert drawn.estimate.tolist() == [0.0625, 0.125, 0.25, 0.5, 1.0]
    assert (drawn.patients, drawn.n, drawn.t_star) == (tuple("abcde"), 5, 13)
    assert np.all(np.diff(drawn.draws, axis=1) >= 0)
    assert np.all(drawn.draws[:, -1] == 1)
    assert np.mean(drawn.draws[:, 2]) == pytest.approx(0.25, abs=0.06)


def test_reported_times_without_truncation_are_their_own_distribution() -> None:
    drawn = curve_draws(
        hs.Surv.right([1, 2, 2, 5], [1, 1, 1, 1]), n_draws=4000, weights="multinomial", seed=1
    )
    assert drawn.estimate.tolist() == [0.25, 0.75, 1.0]
    assert drawn.draws.mean(axis=0) == pytest.approx([0.25, 0.75, 1.0], abs=0.02)
    frame = drawn.to_frame()
    assert frame.columns.tolist() == ["time", "estimate", "low", "high"]
    assert (frame["low"] <= frame["estimate"]).all()


def test_a_seed_repeats_everything() -> None:
    one, other = (residual_risk(TRUNCATED, [0.1, 0.2], seed=5).to_frame() for _ in range(2))
    assert one.equals(other)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5)), min_size=2, max_size=9), st.floats(0.01, 1))
def test_risks_fall_with_time_and_stay_below_p_ever(pairs: list[tuple[int, int]], ever: float) -> None:
    y = hs.Surv.right_truncated([t for t, _ in pairs], [t + more for t, more in pairs])
    found = residual_risk(y, [ever], given=[0, 1, 2, 5, 8], n_draws=50, seed=1)
    frame = found.to_frame().dropna()
    assert (frame["estimate"] <= ever + 1e-12).all()
    assert (np.diff(frame["estimate"]) <= 1e-12).all()
    assert (frame["low"] <= frame["high"]).all()
    needed = found.follow_up()
    assert (np.diff(needed["estimate"]) >= 0).all()
    assert (needed["estimate"] <= found.t_star).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: residual_risk(given_curve(), [1.2]), "from 0 to 1, not 1.2"),
        (lambda: residual_risk(given_curve(), []), "names no value"),
        (lambda: residual_risk(given_curve(), [0.1], given=[-1]), "times from 0 on"),
        (lambda: residual_risk(given_curve(), [0.1], reached=1.5), "reached must be"),
        (lambda: residual_risk(given_curve(), [0.1], alive=[0.5]), "1 values for 5 given"),
        (lambda: residual_risk(given_curve(), pool_rates([1, 2], [3.0, 4.0])), "not a pooled rate"),
        (lambda: curve_draws(CURVE), "needs draws="),
        (lambda: curve_draws(CURVE, [[0.1, 1.0]]), "3 columns"),
        (lambda: curve_draws(CURVE, [[0.5, 0.4, 1.0]]), "draws must rise"),
        (lambda: curve_draws({"time": [1, 2], "estimate": [0.2, 0.9]}, [[0.1, 1.0]]), "end at 1"),
        (lambda: curve_draws({"time": [2, 1], "estimate": [0.2, 1.0]}, [[0.1, 1.0]]), "ascending"),
        (lambda: curve_draws({"estimate": [1.0]}, [[1.0]]), "lacks the column time"),
        (lambda: curve_draws(hs.Surv.right([1, 2], [1, 0])), "did not have the event"),
        (lambda: curve_draws(hs.Surv.interval([1, 2], [2, 3])), "not defined for Surv.interval"),
    ],
)
def test_bad_input_is_refused_with_its_reason(call, words) -> None:
    with pytest.raises(hs.HpcstatsError, match=words):
        call()


def test_few_patients_are_warned_of() -> None:
    with pytest.warns(hs.SmallSampleWarning, match="rests on 5 patients"):
        found = residual_risk(TRUNCATED, [0.1], seed=1)
    assert found.patients() == tuple("abcde")
    assert found.n == 5
    assert "Residual risk up to 13 years" in str(found)
    assert found.as_dict()["t_star"] == 13

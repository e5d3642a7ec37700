"""Differences of restricted means: closed forms, the rules for inestimable relabellings, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate

import hpcstats as hs
from hpcstats.compare.restricted_mean.difference import rmst_difference
from hpcstats.compare.restricted_mean.permutation import Permuted, Relabellings, permuted
from hpcstats.core.restricted_mean import PooledSample, weibull_means
from hpcstats.core.risk_sets import place
from tests import oracles
from tests.reference.loader import dataset, response

FOUR = hs.Surv.right([1, 3, 2, 4], [1, 1, 1, 1])
PAIRS = ["a", "a", "b", "b"]
BOTH = ("extend", "switch")


def months() -> tuple[hs.Surv, Any]:
    data = dataset("ovarian")
    return hs.Surv.right(data["futime"] / 365.25 * 12, data["fustat"], unit="months"), data["rx"]


def pooled(time: list[float], event: list[bool], horizon: float) -> PooledSample:
    exits, happened = np.array(time, dtype=float), np.array(event)
    return PooledSample(risk=place(exits, happened), exit_=exits, horizon=horizon, variance="greenwood")


def test_two_against_two_by_hand() -> None:
    with pytest.warns(hs.SmallSampleWarning, match="has 2 patients"):
        test = rmst_difference(FOUR, PAIRS, 4, method="asymptotic")
    assert test.mean.tolist() == [2, 3]
    assert test.mean_error == pytest.approx([np.sqrt(0.5), np.sqrt(0.5)])
    assert test.estimate == pytest.approx([1, 1.5, 0.5])
    assert test.std_error == pytest.approx([1, np.sqrt(0.5 / 4 + 0.5 / 9), np.sqrt(0.5 / 4 + 0.5)])
    assert test.low[0] == pytest.approx(1 - 1.959964, abs=1e-6)
    assert test.high[1] == pytest.approx(1.5 * np.exp(1.959964 * np.sqrt(0.5 / 4 + 0.5 / 9)), abs=1e-5)
    assert test.p_value[0] == pytest.approx(0.31731, abs=5e-6)
    assert test.by_group()["lost_time"].tolist() == [2, 1]


@pytest.mark.parametrize(("alternative", "share"), [("two-sided", 4), ("greater", 2), ("less", 5)])
def test_all_six_relabellings_by_hand(alternative: str, share: int) -> None:
    # The differences are -2, -1, 0, 0, 1 and 2; the observed one is 1.
    test = rmst_difference(FOUR, PAIRS, 4, method="exact", alternative=alternative)
    assert test.p_value == pytest.approx([share / 6] * 3)
    assert (test.n_relabellings, test.enumerated, test.p_error.tolist()) == (6, True, [0, 0, 0])


def test_studentised_statistics_by_hand() -> None:
    # |difference| / error: 4, 2 / sqrt 2.5 ... over the six relabellings; {1,3} against {2,4} has 1 / 1.
    test = rmst_difference(FOUR, PAIRS, 4, method="studentised-permutation")
    found = oracles.relabelled_restricted_means([1, 3, 2, 4], [True] * 4, 2, 4)
    squares = [difference**2 / variance for _, difference, variance in filter(None, found)]
    assert test.statistic[0] == pytest.approx(1)
    assert test.p_value[0] == sum(square >= 1 for square in squares) / 6
    # Of six relabellings two reach the largest statistic, so nothing is rejected at 95%: the whole range.
    assert (test.low[0], test.high[0]) == (-4, 4)
    assert "as small as 0.05, so the limits are the whole range" in test.reason
    # At 60% the largest statistic with p above .4 is the critical one.
    wide = rmst_difference(FOUR, PAIRS, 4, method="studentised-permutation", level=0.6)
    third = sorted(squares, reverse=True)[2]
    assert wide.high[0] == pytest.approx(1 + float(third) ** 0.5)


def test_the_variance_is_that_of_the_estimate_not_of_the_times() -> None:
    # The variance of min(T, horizon) itself, 9.04 here, is n times larger: some software gives that one.
    time = [1.0, 2.0, 4.0, 7.0, 9.0]
    test = rmst_difference(hs.Surv.right(time * 2, [1] * 10), ["a"] * 5 + ["b"] * 5, 9)
    curve = hs.kaplan_meier(hs.Surv.right(time, [1] * 5), interval="log-log").rmst(9)
    assert np.var(time) == pytest.approx(9.04)
    assert test.mean_error**2 == pytest.approx([9.04 / 5] * 2)
    assert test.std_error[0] ** 2 == pytest.approx(2 * 9.04 / 5)
    assert curve["std_error"][0] ** 2 == pytest.approx(9.04 / 5)


def test_a_curve_that_ends_too_early_is_extended_or_its_last_patient_has_the_event() -> None:
    sample = pooled([2, 4, 10, 12], [True, False, True, True], 8)
    labels = np.array([[True, True, False, False]])
    areas = {rule: sample.split(labels, rule)[1].mean[0] for rule in ("extend", "switch", "average")}
    assert areas == {"extend": 5, "switch": 3, "average": 4}
    for rule in (*BOTH, "average", "weibull"):
        first, second = sample.split(labels, rule)
        assert (first.mean[0], first.inestimable[0], second.inestimable[0]) == (8, False, True)
        assert second.mean[0] + second.lost[0] == pytest.approx(8)


def test_the_weibull_mean_is_that_of_the_fitted_curve() -> None:
    from lifelines import WeibullFitter

    time, event = np.array([1.0, 2.0, 3.5, 5.0, 6.0, 7.0]), np.array([1, 1, 0, 1, 1, 0], dtype=bool)
    members = np.array([[1.0] * 6, [0, 1, 1, 1, 0, 1], [1, 0, 1, 0, 1, 1]])
    ours = weibull_means(time, event, members, 10.0)
    for row, mean in zip(members > 0, ours, strict=True):
        fitted = WeibullFitter().fit(time[row], event[row])
        area, _ = integrate.quad(
            lambda t, f=fitted: np.exp(-((t / f.lambda_) ** f.rho_)), 0, 10, epsabs=1e-10
        )
        assert mean == pytest.approx(area, rel=1e-5)


def test_without_a_weibull_maximum_the_exponential_takes_its_place() -> None:
    def mean(time: list[float], event: list[bool]) -> float:
        ones = np.ones((1, len(time)))
        return float(weibull_means(np.array(time), np.array(event), ones, 10.0)[0])

    assert mean([4, 4], [True, False]) == pytest.approx(8 * (1 - np.exp(-10 / 8)))
    assert mean([0, 4], [True, False]) == pytest.approx(4 * (1 - np.exp(-10 / 4)))
    assert mean([3, 4], [False, False]) == 10
    assert mean([0, 0], [True, False]) == 0


@pytest.mark.parametrize("rule", range(1, 7))
def test_a_rule_has_a_name_and_a_number(rule: int) -> None:
    names = ("ignore", "extend", "switch", "average", "weibull", "pseudo-observations")
    y = hs.Surv.right([1, 4, 6, 2, 5, 6], [1, 1, 1, 1, 0, 1])
    called = [
        rmst_difference(y, ["a"] * 3 + ["b"] * 3, 4.5, method="permutation", inestimable=asked)
        for asked in (rule, names[rule - 1])
    ]
    assert called[0].p_value.tolist() == called[1].p_value.tolist()
    assert called[0].inestimable == names[rule - 1]
    assert f"rule {rule} of Horiguchi" in called[0].conventions[-1]


@pytest.mark.parametrize("rule", ["ignore", "extend", "switch"])
@pytest.mark.parametrize("student", [False, True])
def test_relabelled_p_values_equal_exact_fractions(rule: str, student: bool) -> None:
    time, event = [2, 5, 7, 9, 3, 5, 6, 8], [True, True, False, True, False, True, True, True]
    method = "studentised-permutation" if student else "exact"
    y, horizon = hs.Surv.right(time, event), 7.5
    test = rmst_difference(y, ["a"] * 4 + ["b"] * 4, horizon, method=method, inestimable=rule)
    found = oracles.relabelled_restricted_means(time, event, 4, horizon, rule)
    kept = {who: (d**2 / v if student else abs(d)) for who, d, v in filter(None, found)}
    observed = kept[4, 5, 6, 7]
    assert 0 < test.n_inestimable < 70
    assert test.n_relabellings == len(kept) == (70 - test.n_inestimable if rule == "ignore" else 70)
    assert test.p_value[0] == sum(value >= observed for value in kept.values()) / len(kept)


def test_drawn_relabellings_approach_all_of_them() -> None:
    y = hs.Surv.right([2, 5, 7, 9, 3, 5, 6, 8, 4, 9], [1, 1, 0, 1, 0, 1, 1, 1, 1, 0])
    second = np.arange(10) >= 5
    sample = pooled(y.time.tolist(), y.event.tolist(), 8.0)
    scale, drawn = np.array([8.0, 1, 1]), Relabellings(second, 20_000, np.random.default_rng(2))
    some = permuted(sample, drawn, "extend", scale, student=False)
    p_value, error = some.p_values(np.array([1.0, 0.2, -0.2]), scale, "two-sided")
    every = permuted(sample, Relabellings(second, 252, None), "extend", scale, student=False)
    exact, none = every.p_values(np.array([1.0, 0.2, -0.2]), scale, "two-sided")
    assert none.tolist() == [0, 0, 0]
    assert (np.abs(p_value - exact) < 4 * error).all()
    extreme = np.count_nonzero(np.abs(some.statistics[0]) >= 1 - 1e-9)
    assert p_value[0] == (extreme + 1) / 20_001


def test_what_is_drawn_counts_the_observed_labels_too() -> None:
    statistics = np.tile(np.arange(1.0, 100.0), (3, 1))
    drawn = Permuted(statistics, 0, enumerated=False)
    # p = (b + 1) / 100 is above .05 while at least five statistics are as large: up to 95.
    assert drawn.critical(0.95).tolist() == [95, 95, 95]
    p_value, _ = drawn.p_values(np.array([95.0, 95.5, 200.0]), np.ones(3), "two-sided")
    assert p_value == pytest.approx([0.06, 0.05, 0.01])
    assert np.isinf(Permuted(statistics[:, :18], 0, enumerated=False).critical(0.95)).all()
    everything = Permuted(statistics, 0, enumerated=True)
    assert everything.p_values(np.full(3, 200.0), np.ones(3), "two-sided")[0].tolist() == [1 / 99] * 3


def test_one_sided_asymptotic_p_values_favour_the_longer_mean() -> None:
    data = dataset("gehan_arm")
    both, greater, less = (
        rmst_difference(response(data), data["arm"], 15, method="asymptotic", alternative=alternative).p_value
        for alternative in ("two-sided", "greater", "less")
    )
    assert both == pytest.approx(2 * greater)
    assert greater + less == pytest.approx([1, 1, 1])


def test_a_seed_repeats_the_answer_and_none_says_which_was_used() -> None:
    y, drugs = months()
    first = rmst_difference(y, drugs, 34, method="permutation", n_resamples=300)
    again = rmst_difference(y, drugs, 34, method="permutation", n_resamples=300, seed=int(first.seed))
    assert first.p_value.tolist() == again.p_value.tolist()
    automatic = [rmst_difference(y, drugs, 34, n_resamples=300) for _ in range(2)]
    assert automatic[0].p_value.tolist() == automatic[1].p_value.tolist()
    assert (automatic[0].seed, automatic[0].n_relabellings) == ("1", 300)
    assert "300 relabellings drawn at random, seed 1" in automatic[0].method


def test_auto_says_what_it_chose() -> None:
    y, drugs = months()
    small = rmst_difference(y, drugs, 34, n_resamples=100)
    assert small.inference == "studentised-permutation"
    assert "fewer than 50 patients" in small.method
    generator = np.random.default_rng(3)
    many = hs.Surv.right(generator.exponential(size=100), np.ones(100, dtype=int))
    large = rmst_difference(many, ["a", "b"] * 50, 0.5)
    assert (large.inference, large.inestimable, large.seed) == ("asymptotic", "", "")
    assert "at least 50 patients" in large.method
    late = hs.Surv.right([5.0, 6, 7, 8] * 5, [1] * 20, entry=[1.0, 2, 3, 0] * 5)
    assert "delayed entry" in rmst_difference(late, ["a"] * 10 + ["b"] * 10, 6).method


def test_the_default_horizon_is_the_latest_both_curves_reach() -> None:
    y = hs.Surv.right([1, 3, 6, 2, 5, 9], [1, 1, 1, 1, 1, 0])
    test = rmst_difference(y, ["a"] * 3 + ["b"] * 3)
    assert test.horizon == 9  # the curve of a is 0 from 6 on
    assert "to 9 years, the latest time up to which both are identified" in test.method
    ended = rmst_difference(hs.Surv.right([1, 6, 2, 5], [1, 1, 1, 1]), PAIRS)
    assert ended.horizon == 6
    assert rmst_difference(hs.Surv.right([1, 6, 2, 5], [1, 0, 1, 0]), PAIRS).horizon == 5


def test_a_horizon_beyond_a_group_s_follow_up_is_refused() -> None:
    y = hs.Surv.right([1, 6, 2, 5], [1, 0, 1, 0])
    with pytest.raises(hs.DesignError, match="censored observation before \\(b: 5\\). Ask .* up to 5"):
        rmst_difference(y, PAIRS, 5.5)
    for horizon in (0, -1, np.inf, np.nan, True, "5"):
        with pytest.raises(hs.DataError, match="horizon must be"):
            rmst_difference(y, PAIRS, horizon)


def test_delayed_entry_is_compared_but_not_relabelled() -> None:
    y = hs.Surv.right([3.0, 6, 8, 4, 7, 9] * 2, [1, 1, 0, 1, 0, 1] * 2, entry=[0.0, 1, 2, 0, 0, 3] * 2)
    group = (["a"] * 3 + ["b"] * 3) * 2
    with pytest.warns(hs.SmallSampleWarning, match="6 patients"):
        test = rmst_difference(y, group, 7)
    by_curve = hs.kaplan_meier(y, group, interval="log-log").rmst(7)
    assert test.mean == pytest.approx(by_curve["estimate"])
    assert test.mean_error == pytest.approx(by_curve["std_error"])
    for method in ("permutation", "exact", "studentised-permutation"):
        with pytest.raises(hs.UnsupportedError, match="delayed entry.*method='asymptotic'"):
            rmst_difference(y, group, 7, method=method)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_a_curve_emptied_early_by_delayed_entry_is_told() -> None:
    y = hs.Surv.right([1.0, 5, 6, 7], [1, 1, 1, 1], entry=[0.0, 2, 0, 0])
    with pytest.warns(hs.NonIdentifiableWarning, match="a: at 1"):
        test = rmst_difference(y, PAIRS, 5)
    assert test.mean.tolist() == [1, 5]


def test_groups_followed_differently_are_told_to_the_unstudentised_test_alone() -> None:
    time = [1, 2, 1.5, 2.5, 3, 2, 1.2, 2.2, 30, 31, 32, 33, 34, 35, 36, 37]
    y, group = hs.Surv.right(time, [0, 0, 1, 0, 0, 0, 0, 0] * 2), ["a"] * 8 + ["b"] * 8
    with pytest.warns(hs.NonIdentifiableWarning, match="Write method='studentised-permutation'"):
        test = rmst_difference(y, group, 3, method="permutation")
    assert "followed alike" in test.warnings[0]
    with pytest.warns(hs.SmallSampleWarning, match="The restricted mean of b has standard error 0"):
        studentised = rmst_difference(y, group, 3, method="studentised-permutation")
    assert not any("followed" in text for text in studentised.warnings)


def test_without_events_there_is_no_asymptotic_answer() -> None:
    y = hs.Surv.right([5, 6, 7, 8], [0, 0, 0, 0])
    with pytest.warns(hs.SmallSampleWarning):
        test = rmst_difference(y, PAIRS, 5, method="asymptotic")
    assert (test.status, test.estimate[0], test.estimate[1]) == ("not_estimable", 0, 1)
    assert np.isnan([*test.p_value, *test.low, *test.high]).all()
    permutation = rmst_difference(y, PAIRS, 5, method="permutation")
    assert permutation.p_value.tolist() == [1, 1, 1]
    assert permutation.status == "boundary"


@pytest.mark.parametrize(
    ("group", "options", "error", "message"),
    [
        (["a"] * 4, {}, hs.DesignError, "only one label \\('a'\\)"),
        (["a", "b", "c", "c"], {}, hs.DesignError, "has 3 labels.*Choose two of them"),
        (PAIRS, {"method": "bootstrap"}, hs.UnsupportedError, "method='bootstrap'"),
        (PAIRS, {"alternative": "larger"}, hs.UnsupportedError, "alternative"),
        (PAIRS, {"variance": "jackknife"}, hs.UnsupportedError, "variance"),
        (PAIRS, {"inestimable": 7}, hs.UnsupportedError, "inestimable=7.*its number, 1 to 6"),
        (PAIRS, {"inestimable": True}, hs.UnsupportedError, "inestimable=True"),
        (PAIRS, {"inestimable": "weibull"}, hs.UnsupportedError, "nothing to studentise"),
        (PAIRS, {"level": 95}, hs.DataError, "level"),
        (["a", "a", "a", "b"], {"method": "permutation", "inestimable": 6}, hs.DesignError, "group 'b'"),
    ],
)
def test_what_cannot_be_asked(group: list[str], options: dict[str, Any], error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        rmst_difference(FOUR, group, 2, **options)


def test_too_many_relabellings_to_look_at_all() -> None:
    y, drugs = months()
    with pytest.raises(hs.DesignError, match="10,400,600 relabellings"):
        rmst_difference(y, drugs, 34, method="exact")
    with pytest.raises(hs.DataError, match="n_resamples"):
        rmst_difference(y, drugs, 34, method="permutation", n_resamples=0)


def test_the_result_tells_itself() -> None:
    y = hs.Surv.right([1, 3, 2, 4], [1, 1, 1, 0], id=["p", "q", "r", "s"])
    test = rmst_difference(y, PAIRS, 3)
    assert test.title().startswith("Restricted mean to 3 years, b minus a: 0.5 (95% CI")
    assert test.patients() == ("p", "q", "r", "s")
    assert test.patients("b") == ("r", "s")
    assert test.interval("ratio").low == test.low[1]
    assert test.interval().method == "studentised-permutation"
    assert test.conventions[0] == "Contrasts are b minus, or over, a."
    told = test.as_dict()
    assert told["rows"][0]["contrast"] == "difference"
    assert (told["horizon"], told["n_relabellings"], told["enumerated"]) == (3.0, 6, True)
    assert list(test.by_group()) == [
        "group", "n", "events", "horizon", "estimate", "std_error", "low", "high", "lost_time",
    ]  # fmt: skip


def test_delta_of_the_gehan_data_under_both_variances() -> None:
    data = dataset("gehan_arm")
    greenwood, aalen = (
        rmst_difference(response(data), data["arm"], 15, method="asymptotic", variance=name)
        for name in ("greenwood", "nelson-aalen")
    )
    assert greenwood.estimate.tolist() == aalen.estimate.tolist()
    # d / (n (n - d)) is d / n^2 times n / (n - d).
    assert (greenwood.mean_error > aalen.mean_error).all()

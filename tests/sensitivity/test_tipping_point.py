"""Tipping point: delta = 1 repeats the analysis, the ends are the extreme cases, the map is monotone."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.missing import rubin
from hpcstats.errors import DataError, DesignError, NonIdentifiableWarning, UnsupportedError
from hpcstats.sensitivity import best_and_worst_case, tipping_point

WEEKS = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
RELAPSE = np.array([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1], dtype=bool)
GROUP = ["maintained"] * 11 + ["not"] * 12
IDS = [f"p{k:02d}" for k in range(23)]
AML = hs.Surv.right(WEEKS, RELAPSE, id=IDS, unit="weeks")
TESTS = [("logrank", None), ("cox", None), ("cox", "firth")]


def proportional(n=300, seed=5):
    """Exponential times, hazard ratio 2, a third censored."""
    random = np.random.default_rng(seed)
    group = np.arange(n) % 2
    time, last = random.exponential(5 / (1 + group)), random.exponential(6, n)
    return hs.Surv.right(np.minimum(time, last), time <= last), group


@pytest.mark.parametrize(("test", "penalty"), TESTS)
def test_delta_one_repeats_the_main_analysis(test, penalty):
    """By a Cox model what is imputed agrees with the test: estimate and error come back."""
    y, group = proportional()
    found = tipping_point(y, group, deltas=[0.5, 1], test=test, penalty=penalty, n_imputations=200, seed=2)
    ratio, low, high, _ = found.main
    place = found.centre
    error = np.log(high / low) / (2 * 1.96)
    assert np.log(found.hazard_ratio[place] / ratio) == pytest.approx(0, abs=0.25 * error)
    assert found.std_error[place] == pytest.approx(error, rel=0.1)
    assert 0.15 < found.missing_information[place] < 0.6


@pytest.mark.parametrize(("test", "penalty"), TESTS)
def test_the_main_analysis_is_that_of_the_package(test, penalty):
    found = tipping_point(AML, GROUP, deltas=[1], test=test, penalty=penalty, n_imputations=2, seed=1)
    if test == "logrank":
        expected = hs.logrank(AML, GROUP, method="asymptotic")
        difference, variance = expected.observed[1] - expected.expected[1], expected.variance[1, 1]
        assert found.main[0] == pytest.approx(np.exp(difference / variance))
        assert found.main[3] == pytest.approx(expected.p_value, rel=1e-6)
    else:
        fit = hs.cox(AML, {"g": GROUP}, penalty=penalty, interval="wald").to_frame().iloc[0]
        assert found.main[:3] == pytest.approx((fit["hazard_ratio"], fit["low"], fit["high"]), rel=1e-6)


def test_kaplan_meier_imputations_have_the_curve_of_the_data_in_expectation():
    from hpcstats.sensitivity.tipping.design import Gaps

    y, group = proportional(80, 9)
    gaps = Gaps.of(y, group, None, None, "tipping_point")
    side, generator = gaps.sides[0], np.random.default_rng(1)
    observed = hs.kaplan_meier(y.take(group == 0), interval="plain")
    asked = np.quantile(side.time[side.event], [0.2, 0.5, 0.8])
    for curve in ("kaplan-meier", "beta-product"):
        hazard = side.hazard(curve, 4, np.inf, 4000, generator)
        waits = generator.standard_exponential((4000, side.start.size))
        times, _ = hazard.after(side.start, waits, np.ones(1))
        seen = (side.time[side.event][:, None] > asked).sum(axis=0)
        share = (seen + (times[0][..., None] > asked).sum(axis=1).mean(axis=0)) / side.time.size
        assert share == pytest.approx(observed.at(asked)["estimate"].to_numpy(), abs=0.004)


@pytest.mark.parametrize(("test", "penalty"), TESTS)
def test_the_ends_of_the_map_are_the_extreme_cases(test, penalty):
    found = tipping_point(
        AML, GROUP, deltas=[1e-9, 1, 1e9], test=test, penalty=penalty, curve="piecewise-exponential",
        n_imputations=5, seed=1,
    )  # fmt: skip
    bounds = best_and_worst_case(AML, GROUP, test=test, penalty=penalty)
    for first, a in (("best", 0), ("worst", 2)):
        for second, b in (("best", 0), ("worst", 2)):
            ratio, low, high, p_value = bounds.case(first, second)
            assert found.hazard_ratio[a, b] == pytest.approx(ratio, rel=1e-6)
            assert (found.low[a, b], found.high[a, b]) == pytest.approx((low, high), rel=1e-5)
            assert found.p_value[a, b] == pytest.approx(p_value, rel=1e-5)
            assert found.missing_information[a, b] == pytest.approx(0, abs=1e-6)


def test_extreme_cases_are_those_of_the_data_written_out():
    bounds = best_and_worst_case(AML, GROUP)
    frame = bounds.to_frame().set_index(["first", "second"])
    assert len(frame) == 9
    time, event = np.array(WEEKS, dtype=float), RELAPSE.copy()
    assert frame.loc[("observed", "observed"), "p_value"] == pytest.approx(
        hs.logrank(AML, GROUP, method="asymptotic").p_value, rel=1e-6
    )
    gap = ~event & (np.array(GROUP) == "maintained")
    best = hs.Surv.right(np.where(gap, 161.0, time), event)
    worst = hs.Surv.right(np.where(gap, time + 1e-3, time), event | gap)
    for case, y in (("best", best), ("worst", worst)):
        expected = hs.logrank(y, GROUP, method="asymptotic").p_value
        assert frame.loc[(case, "observed"), "p_value"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("curve", ["proportional-hazards", "piecewise-exponential"])
def test_the_hazard_ratio_rises_with_one_delta_and_falls_with_the_other(curve):
    found = tipping_point(AML, GROUP, curve=curve, n_imputations=100, seed=3)
    assert found.hazard_ratio.shape == (13, 13)
    assert (np.diff(np.log(found.hazard_ratio), axis=0) < 0.01).all()
    assert (np.diff(np.log(found.hazard_ratio), axis=1) > -0.01).all()


def test_one_cell_is_pooled_by_rubins_rules():
    """The imputations drawn again by hand, each tested by the log-rank test of the package."""
    from hpcstats.sensitivity.tipping.design import Gaps

    found = tipping_point(AML, GROUP, deltas=([1, 2], [0.5, 1]), n_imputations=6, seed=11)
    gaps = Gaps.of(AML, GROUP, None, None, "tipping_point")
    generator = np.random.default_rng(11)
    hazards = gaps.hazards("proportional-hazards", 4, 161.0, 6, generator)
    drawn = gaps.imputed(hazards, (np.array([2.0]), np.array([0.5])), 6, generator)
    scores, variances = [], []
    for k in range(6):
        time, event = np.array(WEEKS, dtype=float), RELAPSE.copy()
        for code, (times, events) in enumerate(drawn):
            rows = np.flatnonzero(~RELAPSE & (gaps.groups.codes == code))
            time[rows], event[rows] = times[0, k], events[0, k]
        test = hs.logrank(hs.Surv.right(time, event), GROUP, method="asymptotic")
        scores.append(test.observed[1] - test.expected[1])
        variances.append(test.variance[1, 1])
    answer = rubin.pool(np.array(scores)[:, None], np.array(variances)[:, None], 1e9, 0.95)
    assert found.p_value[1, 0] == pytest.approx(answer.p_value[0], rel=1e-9)
    assert found.hazard_ratio[1, 0] == pytest.approx(np.exp(answer.estimate[0] / answer.within[0]))


def test_a_seed_repeats_and_its_name_is_kept():
    one = tipping_point(AML, GROUP, deltas=[0.5, 1], n_imputations=10)
    again = tipping_point(AML, GROUP, deltas=[0.5, 1], n_imputations=10, seed=int(one.seed))
    assert one.p_value.tolist() == again.p_value.tolist()
    assert f"seed {one.seed}" in one.method


def test_turning_points_lie_where_p_crosses():
    found = tipping_point(AML, GROUP, n_imputations=100, seed=1)
    turns = found.turning_points()
    assert (np.diff(turns["away"]) >= 0).all()
    for a, b in turns[["delta_first", "delta_second"]].to_numpy()[:10]:
        x, y = (
            np.searchsorted(found.delta_first, a * (1 + 1e-9)),
            np.searchsorted(found.delta_second, b * (1 + 1e-9)),
        )
        around = found.p_value[max(x - 1, 0) : x + 1, max(y - 1, 0) : y + 1]
        assert around.min() < 0.05 < around.max()
    even = found.turning_points("hazard_ratio")
    assert len(even) < len(turns) + 200
    assert [one for row in found.conclusions for one in row].count("higher hazard") == int(found.shown.sum())


def test_unpublished_patients_are_imputed_from_the_start():
    plain = tipping_point(AML, GROUP, deltas=[1, 8], n_imputations=60, seed=1)
    found = tipping_point(AML, GROUP, deltas=[1, 8], n_imputations=60, seed=1, unpublished={"maintained": 10})
    assert found.unpublished == (10, 0)
    assert "and 10 unpublished" in found.method
    assert found.missing_information[0, 0] > plain.missing_information[0, 0]
    # Ten of the maintained who fail eight times as fast take the difference away.
    assert found.hazard_ratio[1, 0] < 0.7 * plain.hazard_ratio[1, 0]


def test_only_those_marked_are_imputed():
    nobody = tipping_point(
        AML, GROUP, deltas=[0.25, 1, 4], impute=np.isin(IDS, ["p02"]), n_imputations=20, seed=1
    )
    assert nobody.imputed() == ("p02",)
    assert "1 of maintained and 0 of not" in nobody.method
    # The other group is complete, so that its delta changes nothing.
    assert np.ptp(nobody.p_value, axis=1).max() == 0


def test_a_group_without_events_keeps_a_hazard_by_the_cox_model_alone():
    y = hs.Surv.right([1, 3, 5, 7, 2, 4, 6, 8], [1, 1, 1, 0, 0, 0, 0, 0])
    group = ["a"] * 4 + ["b"] * 4
    with pytest.warns(NonIdentifiableWarning, match="'b' has no events"):
        found = tipping_point(y, group, deltas=[1, 8], curve="beta-product", n_imputations=20, seed=1)
    assert found.p_value[0, 0] == found.p_value[0, 1]
    told = tipping_point(y, group, deltas=[1, 8], n_imputations=20, seed=1)
    assert told.p_value[0, 0] < told.p_value[0, 1]
    assert not told.warnings


def test_a_curve_that_ends_at_zero_is_warned_of():
    with pytest.warns(NonIdentifiableWarning, match="'not' ends at 0"):
        found = tipping_point(AML, GROUP, deltas=[1], curve="kaplan-meier", n_imputations=10, seed=1)
    assert "ends at 0" in found.warnings[0]


def test_cells_without_an_estimate_are_counted():
    """Maximum likelihood has none where all events of an imputation lie in one group."""
    y = hs.Surv.right([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0])
    group = ["a"] * 3 + ["b"] * 3
    found = tipping_point(y, group, deltas=[1e-6, 1], test="cox", n_imputations=20, seed=1)
    assert found.status == "not_estimable"
    assert found.failed[0, 0] == 20
    assert np.isnan(found.p_value[0, 0])
    firth = tipping_point(y, group, deltas=[1e-6, 1], test="cox", penalty="firth", n_imputations=20, seed=1)
    assert np.isfinite(firth.p_value).all()


def test_delayed_entry_is_honoured():
    y = hs.Surv.right(WEEKS, RELAPSE, entry=np.maximum(0, np.array(WEEKS) - 15.0))
    found = tipping_point(y, GROUP, deltas=[1], n_imputations=50, seed=1)
    assert found.main[3] == pytest.approx(hs.logrank(y, GROUP, method="asymptotic").p_value, rel=1e-6)
    assert np.isfinite(found.p_value).all()


def test_the_frame_has_a_row_for_each_pair():
    found = tipping_point(AML, GROUP, deltas={"maintained": [0.5, 1]}, n_imputations=5, seed=1)
    frame = found.to_frame()
    assert found.hazard_ratio.shape == (2, 13)
    assert frame.columns.tolist() == [
        "delta_first", "delta_second", "hazard_ratio", "low", "high", "p_value", "conclusion",
        "missing_information", "monte_carlo_error", "failed",
    ]  # fmt: skip
    assert frame["delta_first"].tolist() == [0.5] * 13 + [1.0] * 13
    assert found.as_dict()["rows"][0]["p_value"] == pytest.approx(found.p_value[0, 0])
    assert found.title() in str(found)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"deltas": [0.5, 2]}, DataError, "1 among them"),
        ({"deltas": [0, 1]}, DataError, "positive numbers"),
        ({"deltas": {"other": [1]}}, DataError, "deltas names other"),
        ({"test": "wilcoxon"}, UnsupportedError, "test='wilcoxon'"),
        ({"penalty": "firth"}, UnsupportedError, "no penalty"),
        ({"test": "cox", "penalty": "ridge"}, UnsupportedError, "penalty='ridge'"),
        ({"curve": "weibull"}, UnsupportedError, "curve='weibull'"),
        ({"horizon": -1}, DataError, "horizon must be"),
        ({"n_imputations": 1}, DataError, "n_imputations must be"),
        ({"impute": RELAPSE}, DataError, "marks patients with the event"),
        ({"impute": [False] * 23}, DesignError, "nothing to impute"),
        ({"unpublished": {"other": 3}}, DataError, "unpublished names other"),
        ({"unpublished": {"not": -3}}, DataError, "0 or more"),
        ({"unpublished": 3}, DataError, "must say how many"),
    ],
)
def test_wrong_questions_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        tipping_point(AML, GROUP, **options)


def test_bounds_refuse_what_they_do_not_know():
    bounds = best_and_worst_case(AML, GROUP)
    with pytest.raises(UnsupportedError):
        bounds.case("good", "bad")
    with pytest.raises(UnsupportedError):
        best_and_worst_case(AML, GROUP, penalty="firth")
    with pytest.raises(DesignError, match="no events"):
        best_and_worst_case(hs.Surv.right([1, 2], [0, 0]), ["a", "b"])

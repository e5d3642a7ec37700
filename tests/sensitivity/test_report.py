"""The sensitivity report: each row is what the function behind it says, and says no more than that."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import hpcstats as hs
from hpcstats import formats, sensitivity
from hpcstats.errors import DataError, DesignError, UnsupportedError
from hpcstats.sensitivity import report
from hpcstats.sensitivity.duplicated import duplicates
from hpcstats.sensitivity.sampled import eras, outcome_labels, sampling_fractions
from hpcstats.sensitivity.threats.questions import QUESTIONS

WEEKS = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
RELAPSE = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
IDS = [f"p{k:02d}" for k in range(23)]
ARM = ["maintained"] * 11 + ["not"] * 12
PAPER = [f"s{k // 3}" for k in range(23)]
OFF = dict.fromkeys(("patients", "fragility", "best_and_worst_case", "e_value", "model"), False)


@pytest.fixture(scope="module")
def y():
    return hs.Surv.right(WEEKS, RELAPSE, unit="weeks", id=IDS)


@pytest.fixture(scope="module")
def fit(y):
    return hs.cox(y, {"arm": ARM, "paper": PAPER}, ["arm"], penalty="firth")


@pytest.fixture(scope="module")
def usual(fit):
    return report(fit)


def only(fit, name, given, **options):
    return report(fit, **{**OFF, name: given}, seed=4, **options)[name]


def side(low, high):
    return "above" if low > 1 else "below" if high < 1 else "open"


def test_the_conclusion_is_read_off_the_interval_of_the_fit(fit, usual):
    row = fit.to_frame().iloc[0]
    assert (usual.finding.estimate, usual.finding.low) == pytest.approx((row["hazard_ratio"], row["low"]))
    assert usual.finding.side == side(row["low"], row["high"]) == "open"
    ratio, low, high = (formats.ratio(row[name]) for name in ("hazard_ratio", "low", "high"))
    assert str(usual.estimate) == f"{ratio} ({low} to {high})"


@pytest.mark.parametrize(("name", "by"), [("patients", None), ("sources", PAPER)])
def test_left_out_against_refits_and_leave_one_out(y, fit, name, by):
    row = only(fit, name, True if by is None else "paper")
    values = sensitivity.leave_one_out(fit, by).estimates[:, 0]
    span = f"{formats.ratio(values.min())} to {formats.ratio(values.max())}"
    assert str(row.result) == f"{span} without one of {values.size}"
    turned = set()
    for unit in dict.fromkeys(IDS if by is None else by):
        kept = np.array([one != unit for one in (IDS if by is None else by)])
        again = hs.cox(y.take(kept), {"arm": np.array(ARM)[kept]}, penalty="firth").to_frame().iloc[0]
        if side(again["low"], again["high"]) != "open":
            turned.add(unit)
    whose = {p for p, s in zip(IDS, IDS if by is None else by, strict=True) if s in turned}
    assert turned
    assert set(row.patients) == whose
    assert row.verdict == "holds unless"
    assert f"one of {len(turned)} " in str(row.conclusion)


def test_a_ready_made_leave_one_out_is_not_made_again(fit):
    made = sensitivity.leave_one_out(fit)
    row = only(fit, "patients", made)
    assert row.found == (made,)
    low, high = made.low[:, 0], made.high[:, 0]
    wanted = {IDS[k] for k in range(23) if side(low[k], high[k]) != "open"}
    assert set(row.patients) == wanted


def test_fragility_names_the_patients(y, fit, usual):
    found = sensitivity.fragility(y, ARM)
    row = usual["fragility"]
    assert row.patients == found.changed_patients()
    assert str(row.result) == "1 patient: p = 0.065 becomes p = 0.033"
    assert "one of 7 patients is another" in str(row.conclusion)
    assert row.sign == ""


def test_permutation_test(fit):
    row = only(fit, "chance", {"n_resamples": 500, "method": "monte-carlo", "seed": 3})
    found = hs.permutation_test(fit, "arm", 500, method="monte-carlo", seed=3)
    assert str(row.result) == f"p = {formats.p_value(found.p_value)}"
    assert row.verdict == ("turns" if found.p_value < 0.05 else "holds")
    assert only(fit, "chance", found).found == (found,)


def test_bootstrap_limits_are_read_on_the_scale_they_have(fit):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        rows = [
            only(fit, "chance", hs.bootstrap(fit, 300, statistic=statistic, kind="percentile", seed=1))
            for statistic in ("coefficient", "hazard_ratio")
        ]
    assert str(rows[0].result) == str(rows[1].result)


def test_penalty_and_ties(y, fit, usual):
    ratios = [
        float(hs.cox(y, {"arm": ARM}, penalty=penalty, ties=ties).to_frame()["hazard_ratio"].iloc[0])
        for penalty in (None, "firth")
        for ties in ("efron", "breslow")
        if (penalty, ties) != ("firth", "efron")
    ]
    span = f"{formats.ratio(min(ratios))} to {formats.ratio(max(ratios))}"
    assert str(usual["model"].result) == f"{span} in 3 other models"


def test_rounding_refits_at_the_extremes(y, fit):
    row = only(fit, "rounding", 4)
    found = hs.rounding_bounds(y, ARM, of="hazard-ratio", rounded_to=4)
    shown = []
    for end in ("low", "high"):
        times = hs.Surv.right(found.witness(end)["time"], RELAPSE)
        again = hs.cox(times, {"arm": ARM}, penalty="firth").to_frame().iloc[0]
        limits = f"{formats.ratio(again['low'])} to {formats.ratio(again['high'])}"
        shown.append(f"{formats.ratio(again['hazard_ratio'])} ({limits})")
    assert str(row.result) == " to ".join(shown)


def test_informative_censoring(y, fit, usual):
    how = {"test": "cox", "penalty": "firth", "seed": 2, "n_imputations": 40}
    found = sensitivity.tipping_point(y, ARM, deltas=[0.25, 1, 4], **how)
    row = only(fit, "tipping_point", {"deltas": [0.25, 1, 4], "seed": 2, "n_imputations": 40})
    nearest = found.turning_points().iloc[0]
    assert f"{formats.ratio(found.hazard_ratio[1, 1])}, p = {formats.p_value(found.p_value[1, 1])} at" in str(
        row.result
    )
    for name in ("delta_first", "delta_second"):
        assert formats.ratio(nearest[name]) in str(row.conclusion)
    assert row.verdict == "holds unless"
    worst = sensitivity.best_and_worst_case(y, ARM, test="cox", penalty="firth").to_frame().iloc[1:]
    turned = sum(side(one["low"], one["high"]) != "open" for _, one in worst.iterrows())
    assert f"({turned} of 8)" in str(usual["best_and_worst_case"].conclusion)


def test_the_other_sets_of_data(fit):
    pairs = [("p01", "p02"), ("p05", "p20")]
    found = duplicates(fit, pairs)
    low, high = found.estimates[1:, 0].min(), found.estimates[1:, 0].max()
    row = only(fit, "duplicates", pairs)
    assert str(row.result).startswith(f"{formats.ratio(low)} to {formats.ratio(high)} in 3 ways")
    shares = {"with an event": [1.0], "without an event": [0.25, 1.0]}
    weighted = sampling_fractions(fit, outcome_labels(fit), fractions=shares)
    row = only(fit, "sampling_fractions", {"fractions": shares})
    low, high = weighted.estimates.min(), weighted.estimates.max()
    assert str(row.result) == f"{formats.ratio(low)} to {formats.ratio(high)} in 2 sets of shares"
    years = np.array([1990, 2005] * 11 + [1990])
    strata = eras(fit, years, breaks=[2000])
    row = only(fit, "eras", {"years": years, "breaks": [2000]})
    assert f"interaction p = {formats.p_value(strata.p_value)}" in str(row.result)
    layered = strata.estimates[list(strata.analyses).index("stratified by era"), 0]
    assert f"stratified {formats.ratio(layered)} (" in str(row.result)


def test_e_value_of_a_conclusion_that_shows_nothing(fit, usual):
    found = sensitivity.e_value(fit)
    row = usual["e_value"]
    assert str(row.result) == f"E = {formats.ratio(found.e_value[0])}, of the limit 1.00"
    assert row.verdict == "cannot be examined"


def test_missing_covariates(y):
    arm = [None if k in (3, 12, 20) else label for k, label in enumerate(ARM)]
    fit = hs.cox(y, {"arm": arm}, penalty="firth", missing="drop")
    bounds = sensitivity.missing_bounds(y, {"arm": arm})
    row = only(fit, "missing_bounds", True)
    low, high = (bounds.rows[name]["hazard_ratio"] for name in ("lowest", "highest"))
    assert str(row.result) == f"{formats.ratio(low)} to {formats.ratio(high)}, 3 unknown"
    made = sensitivity.impute(y, {"arm": arm}, n_imputations=10, seed=2)
    row = only(fit, "imputation", {"n_imputations": 10, "seed": 2})
    pooled = made.to_frame().iloc[-1]
    assert str(row.result).startswith(f"{formats.ratio(pooled['hazard_ratio'])} (")
    assert str(row.result).endswith("n = 23")
    assert only(fit, "imputation", made).found == (made,)
    assert set(row.result.numbers[0].patients) == set(IDS)


def test_nothing_is_missing(fit):
    row = only(fit, "imputation", True)
    assert (row.verdict, str(row.turning)) == ("cannot be examined", "no covariate is missing")


def test_analytic_choices(y, fit):
    declared = {
        "choices": {"penalty": {"none": None, "Firth": "firth"}, "patients": ["all", "first papers"]},
        "build": lambda patients, penalty: sensitivity.CoxTerm(
            response=y if patients == "all" else y.take(np.arange(23) != 21),
            data={"arm": ARM if patients == "all" else ARM[:-2] + ARM[-1:]},
            formula=["arm"],
            penalty=penalty,
        ),
        "main": {"penalty": "Firth", "patients": "all"},
    }
    found = sensitivity.multiverse(declared["choices"], declared["build"], main=declared["main"])
    rows = [only(fit, "multiverse", given) for given in (declared, found)]
    assert str(rows[0].result) == str(rows[1].result)
    assert f"other conclusion in {formats.percent(found.share_other_conclusion)} of 4" in str(rows[0].result)
    other = hs.cox(y, {"arm": ARM})
    with pytest.raises(DataError, match="starts from"):
        only(other, "multiverse", found)


def test_all_threats_not_examined(fit):
    found = report(fit, **OFF)
    assert {threat.verdict for threat in found.threats} == {"not examined"}
    assert [threat.name for threat in found.threats] == list(QUESTIONS)
    assert all(str(threat.conclusion).startswith("not examined: give ") for threat in found.threats)
    assert "15 not examined" in str(found)


def test_one_seed_gives_one_answer_and_a_further_threat_changes_no_other(fit):
    asked = {"tipping_point": {"deltas": [0.5, 1, 2], "n_imputations": 20}}
    first = report(fit, **OFF | asked, seed=7)
    again = report(fit, **OFF | asked, chance={"method": "monte-carlo", "n_resamples": 99}, seed=7)
    assert str(first["tipping_point"].result) == str(again["tipping_point"].result)
    assert first.seed == "7"
    other = report(fit, **OFF | asked, seed=8)
    assert str(first["tipping_point"].result) != str(other["tipping_point"].result)


def test_frame_dictionary_and_page(usual):
    frame = usual.to_frame()
    assert list(frame["name"]) == list(QUESTIONS)
    rows = usual.as_dict()["rows"]
    assert rows[0]["conclusion"] == str(usual["patients"].conclusion)
    assert usual.as_dict()["finding"]["level"] == 0.95
    assert usual.patients() == tuple(IDS)
    assert set(usual["patients"].patients) <= set(usual.turning_patients()) < set(IDS)
    assert "Single papers" in usual._repr_html_()
    with pytest.raises(DataError, match="no threat 'weather'"):
        usual["weather"]


def test_errors(y, fit):
    with pytest.raises(UnsupportedError, match="not defined for Surv"):
        report(y)
    with pytest.raises(UnsupportedError, match="time= does not belong to a Cox model"):
        report(fit, time=3)
    two = hs.cox(y, {"arm": ARM, "age": np.arange(23.0)})
    with pytest.raises(DataError, match="several coefficients"):
        report(two)
    with pytest.raises(DataError, match="must be True, False, options"):
        report(fit, patients="yes")
    with pytest.raises(DataError, match="the paper of each patient"):
        report(fit, sources=True)
    with pytest.raises(DataError, match="is a EValue, not a Fragility"):
        report(fit, fragility=sensitivity.e_value(fit))
    with pytest.raises(DataError, match="Make it of the same data"):
        report(fit, fragility=sensitivity.fragility(y.take(np.arange(22)), ARM[:22]))
    with pytest.raises(DataError, match="level"):
        report(fit, best_and_worst_case=sensitivity.best_and_worst_case(y, ARM, test="cox", level=0.9))
    swapped = ["a maintained not" if label == "not" else label for label in ARM]
    with pytest.raises(DataError, match="compares"):
        report(fit, best_and_worst_case=sensitivity.best_and_worst_case(y, swapped))
    nothing = hs.logrank(hs.Surv.right([1, 2, 3], [0, 1, 1]), ["a", "b", "b"], method="asymptotic")
    with pytest.raises(DesignError, match="nothing to conclude"):
        report(nothing)


def test_an_adjusted_model_is_not_taken_for_two_groups(y):
    fit = hs.cox(y, {"arm": ARM, "age": np.arange(23.0) % 5}, penalty="firth")
    found = report(fit, term="arm")
    for name in ("fragility", "best_and_worst_case"):
        assert found[name].verdict == "cannot be examined"
        assert "other covariates" in str(found[name].conclusion)
    assert found["patients"].examined
    assert found.label == "Hazard ratio, not against maintained"

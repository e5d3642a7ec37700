"""Multiverses: every combination once, the main one among them, and each answer that of the single call."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.sensitivity.specifications import CoxTerm, MedianTime, Outcome, SurvivalAt, multiverse

TIME = [1, 2, 2, 3, 4, 5, 6, 8, 9, 11, 12, 12, 14, 15, 17, 20]
EVENT = [1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1]
IDS = [f"p{k:02d}" for k in range(16)]
Y = hs.Surv.right(TIME, EVENT, id=IDS)
DATA = pd.DataFrame(
    {
        "arm": ["new", "old", "old", "new", "old", "new", "new", "old"] * 2,
        "age": [41, 52, 63, 35, 47, 58, 69, 30, 44, 55, 61, 38, None, 49, 57, 66],
        "site": ["a", "a", "b", "a", "b", "b", "a", "b", "b", "a", "b", "a", "a", "b", "b", "a"],
        "paper": [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7],
        "sure": [True] * 12 + [False] * 4,
    }
)
CHOICES = {
    "patients": ["all", "sure"],
    "covariates": {"none": (), "age": ("age",), "site": ("site",)},
    "ties": ["efron", "breslow"],
    "penalty": {"none": None, "Firth": "firth"},
    "interval": ["profile", "wald"],
}
MAIN = {"patients": "all", "covariates": "none", "ties": "efron", "penalty": "Firth", "interval": "profile"}


def cases(patients):
    kept = np.flatnonzero(DATA["sure"]) if patients == "sure" else np.arange(16)
    return Y.take(kept), DATA.iloc[kept].reset_index(drop=True)


def build(cases, covariates, ties, penalty, interval):
    response, data = cases
    return CoxTerm(
        response=response,
        data=data,
        formula=["arm", *covariates],
        ties=ties,
        penalty=penalty,
        interval=interval,
    )


@pytest.fixture(scope="module")
def found():
    return multiverse(CHOICES, build, main=MAIN, prepare={"cases": cases})


def test_every_combination_is_run_once_and_one_is_the_main_analysis(found):
    frame = found.to_frame()
    combinations = list(itertools.product(*(map(str, options) for options in CHOICES.values())))
    assert frame[list(CHOICES)].apply(tuple, axis=1).tolist() == combinations
    assert frame["main"].sum() == 1
    [main] = frame[frame["main"]].to_dict(orient="records")
    assert {name: main[name] for name in CHOICES} == MAIN
    assert (found.n, found.n_events) == (main["n"], main["n_events"]) == (16, 11)


def test_each_choice_toggles_something(found):
    """Specifications that differ in one choice alone differ in an answer somewhere."""
    frame = found.to_frame()
    for name in CHOICES:
        others = [other for other in CHOICES if other != name]
        spread = frame.groupby(others)[["estimate", "low", "high", "p_value"]].nunique()
        assert (spread.max(axis=1) > 1).any(), name


def test_each_specification_is_what_cox_gives(found):
    for row in found.to_frame().to_dict(orient="records"):
        response, data = cases(row["patients"])
        fit = hs.cox(
            response,
            data,
            ["arm", *CHOICES["covariates"][row["covariates"]]],
            ties=row["ties"],
            penalty=CHOICES["penalty"][row["penalty"]],
            interval=row["interval"],
            missing="drop",
        )
        told = fit.to_frame().iloc[0]
        assert (row["n"], row["n_events"]) == (fit.n, fit.n_events)
        for mine, theirs in (("estimate", "hazard_ratio"), ("low", "low"), ("high", "high")):
            assert row[mine] == pytest.approx(told[theirs], rel=1e-6)
        assert row["p_value"] == pytest.approx(told["p_value"], rel=1e-6)


def test_published_hazard_ratios_of_freireich_under_three_tie_rules():
    six_mp = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    y = hs.Surv.right(six_mp + placebo, relapse + [1] * 21)

    def stated(ties, penalty):
        data = {"placebo": [0] * 21 + [1] * 21}
        return CoxTerm(response=y, data=data, formula=["placebo"], ties=ties, penalty=penalty)

    options = {"ties": ["breslow", "efron", "exact"], "penalty": {"none": None, "Firth": "firth"}}
    frame = multiverse(options, stated, main={"ties": "efron", "penalty": "none"}).to_frame()
    plain = frame[frame["penalty"] == "none"]
    assert np.log(plain["estimate"]).tolist() == pytest.approx([1.509191, 1.572125, 1.628244], abs=5e-7)
    coxphf = frame.iloc[1]
    assert coxphf[["estimate", "low", "high"]].tolist() == pytest.approx([4.390, 2.0563, 10.0975], abs=5e-4)
    assert coxphf["p_value"] == pytest.approx(1.0114e-4, rel=1e-4)


@pytest.mark.filterwarnings("ignore:The robust variance rests on 8 clusters")
@pytest.mark.parametrize(
    "beside",
    [{"strata": "site"}, {"cluster": "paper"}, {"cluster": "paper", "robust": "mancl-derouen"}],
)
def test_strata_and_clusters_are_those_of_cox(beside):
    def stated(penalty):
        return CoxTerm(response=Y, data=DATA, formula="arm", penalty=penalty, interval="auto", **beside)

    options = {"penalty": {"none": None, "Firth": "firth"}}
    for row in multiverse(options, stated, main={"penalty": "none"}).to_frame().itertuples():
        fit = hs.cox(Y, DATA, "arm", penalty=options["penalty"][row.penalty], interval="auto", **beside)
        told = fit.to_frame().iloc[0]
        assert (row.estimate, row.low, row.high, row.p_value) == pytest.approx(
            (told["hazard_ratio"], told["low"], told["high"], told["p_value"]), rel=1e-6
        )


def test_values_of_curves_are_those_of_kaplan_meier():
    km = {name: hs.kaplan_meier(Y, interval=name, level=0.9) for name in ("bpcp", "log-log")}
    choice = {"interval": list(km)}

    def median(interval):
        return MedianTime(response=Y, interval=interval, null=6.0)

    def survival(interval):
        return SurvivalAt(response=Y, time=5, interval=interval)

    for stated, read in ((median, lambda one: one.quantile(0.5)), (survival, lambda one: one.at([5]))):
        frame = multiverse(choice, stated, main={"interval": "bpcp"}, level=0.9).to_frame()
        for row in frame.itertuples():
            told = read(km[row.interval]).iloc[0]
            assert (row.estimate, row.low, row.high) == tuple(told[["estimate", "low", "high"]])
            assert math.isnan(row.p_value)


OWN = {"a": [1, 2, 3], "b": [10, 20]}


def own(a, b):
    """An effect that depends on b alone in its sign, on a in its size."""
    value = float(a if b == "10" or b == 10 else -a)
    return Outcome(estimate=value, low=value - 1.5, high=value + 1.5, null=0.0, label="Difference", n=5)


def test_shares_count_what_differs_from_the_main_analysis():
    found = multiverse(OWN, own, main={"a": 2, "b": 10})
    assert found.share_other_side == 0.5
    # The main interval lies above 0; so does that of 3. Those of 1 hold it, those of -2 and -3 lie below.
    assert found.to_frame()["conclusion"].tolist() == ["open", "open", "above", "below", "above", "below"]
    assert found.share_other_conclusion == pytest.approx(4 / 6)
    assert found.other_side.tolist() == [False, True] * 3


def test_options_tell_how_far_the_median_moves():
    found = multiverse(OWN, own, main={"a": 2, "b": 10})
    told = found.options().set_index(["choice", "option"])
    assert told.loc[("b", "10"), "median"] == 2
    assert told.loc[("b", "20"), "change"] == -4
    assert told["alone"].tolist() == [1, 2, 3, 2, -2]
    assert told["n_specifications"].tolist() == [2, 2, 2, 3, 3]
    assert told.loc[("b", "20"), "other_side"] == 1
    assert found.influence()[["choice", "range"]].to_numpy().tolist() == [["b", 4.0], ["a", 0.0]]


def test_ratios_move_by_factors(found):
    told = found.options()
    frame = found.to_frame()
    for row in told.itertuples():
        chosen = np.log(frame.loc[frame[row.choice] == row.option, "estimate"])
        assert row.median == pytest.approx(np.exp(np.median(chosen)))
    assert told.loc[told["main"], "change"].tolist() == pytest.approx([1.0] * len(CHOICES))
    main = frame.loc[frame["main"], "estimate"].item()
    assert told.loc[told["main"], "alone"].tolist() == pytest.approx([main] * len(CHOICES))


def test_exclusions_leave_out_and_count():
    exclude = {"Wald limits beside Firth": {"penalty": "Firth", "interval": ["wald"]}}
    found = multiverse(CHOICES, build, main=MAIN, prepare={"cases": cases}, exclude=exclude)
    frame = found.to_frame()
    assert len(frame) == 36
    assert not ((frame["penalty"] == "Firth") & (frame["interval"] == "wald")).any()
    assert found.excluded == {"Wald limits beside Firth": 12}
    told = found.options().set_index(["choice", "option"])
    assert math.isnan(told.loc[("interval", "wald"), "alone"])


def test_steps_are_worked_out_once_for_all_who_share_their_choices():
    called = []

    def first(patients):
        called.append(("first", patients))
        return patients

    def second(first, ties):
        called.append(("second", first, ties))
        return first, ties

    def last(second, **choices):
        return Outcome(estimate=float(len(choices)), label="Number of choices")

    options = {"patients": ["all", "sure"], "ties": ["efron", "breslow"], "rest": [1, 2, 3]}
    main = {"patients": "all", "ties": "efron", "rest": 1}
    found = multiverse(options, last, main=main, prepare={"first": first, "second": second})
    assert len(called) == len(set(called)) == 2 + 4
    assert set(found.to_frame()["estimate"]) == {3.0}


def test_what_cannot_be_estimated_stays_with_its_reason():
    def one_group(patients):
        kept = np.flatnonzero(DATA["arm"] == "new") if patients == "new" else np.arange(16)
        return CoxTerm(response=Y.take(kept), data=DATA.iloc[kept], formula=["arm"])

    with pytest.warns(hs.SmallSampleWarning, match="1 of 2 specifications have no finite estimate"):
        found = multiverse({"patients": ["all", "new"]}, one_group, main={"patients": "all"})
    row = found.to_frame().iloc[1]
    assert (row["status"], row["conclusion"]) == ("not_estimable", "unknown")
    assert "one value only" in row["reason"]
    assert (found.n_not_estimable, found.share_other_side, found.share_other_conclusion) == (1, 0.0, 0.0)


def test_a_monotone_likelihood_is_not_estimable_but_has_a_limit():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], id=list("abcdef"))

    def stated(penalty):
        return CoxTerm(response=y, data={"x": [1, 1, 1, 0, 0, 0]}, formula=["x"], penalty=penalty)

    with pytest.warns(hs.SmallSampleWarning):
        found = multiverse({"penalty": {"none": None, "Firth": "firth"}}, stated, main={"penalty": "Firth"})
    row = found.to_frame().iloc[0]
    assert math.isnan(row["estimate"])
    assert row["low"] > 0
    assert row["high"] == math.inf
    assert "monotone" in row["reason"]
    assert any("monotone" in note for note in found.warnings)


def test_other_errors_name_the_specification():
    def broken(ties):
        return 1 / (ties != "breslow")

    with pytest.raises(ZeroDivisionError) as told:
        multiverse({"ties": ["breslow", "efron"]}, broken, main={"ties": "efron"})
    assert told.value.__notes__ == ["In the specification {'ties': 'breslow'}."]


SMALL = {"a": ["x", "y"]}


def stated(a):
    return Outcome(estimate=1.0, label="one")


@pytest.mark.parametrize(
    ("choices", "options", "message"),
    [
        ({}, {}, "at least one choice"),
        ({"a": ["x"]}, {}, "at least two options"),
        ({"a": "xy"}, {}, "must be a list"),
        ({"n": ["x", "y"]}, {}, "cannot be called 'n'"),
        ({"a": ["x", "x"]}, {}, "a label of its own"),
        (SMALL, {"main": {}}, "does not decide a"),
        (SMALL, {"main": {"a": "z"}}, "which is no option"),
        (SMALL, {"exclude": {"why": {"a": "x"}}}, "main analysis is excluded"),
        (SMALL, {"exclude": {"why": {"a": "y"}}}, "leave no specification with a='y'"),
        (SMALL, {"exclude": {"why": {"b": "y"}}}, "which is no choice"),
        (SMALL, {"build": lambda b: b}, "neither a choice nor a step"),
        (SMALL, {"build": lambda: 1}, "No function takes a"),
        (SMALL, {"build": lambda *a: 1}, "by name"),
        (SMALL, {"prepare": {"a": stated}}, "is a choice and a step"),
        (SMALL, {"build": lambda s: s, "prepare": {"s": lambda s: s}}, "need each other"),
        (SMALL, {"build": lambda a: Outcome(estimate=1.0, label=a)}, "must estimate one quantity"),
        ({str(k): range(10) for k in range(6)}, {}, "are too many"),
    ],
)
def test_what_cannot_be_declared_is_refused(choices, options, message):
    given = {"build": stated, "main": {"a": "x"}} | options
    with pytest.raises(hs.DesignError, match=message):
        multiverse(choices, **given)


def test_no_answer_at_all_is_an_error():
    def nobody(a):
        raise hs.DesignError("nobody is left")

    with pytest.raises(hs.DesignError, match="No specification has an answer: nobody is left"):
        multiverse(SMALL, nobody, main={"a": "x"})
    with pytest.raises(TypeError, match="build must return"):
        multiverse(SMALL, lambda a: 1.0, main={"a": "x"})
    with pytest.raises(TypeError, match="needs status"):
        multiverse(SMALL, lambda a: Outcome(estimate=math.nan, label="x"), main={"a": "x"})


def test_a_result_says_how_it_was_made(found):
    assert str(found).startswith("Multiverse, 48 specifications, Hazard ratio, main")
    told = found.as_dict()
    assert (told["size"], told["null"], len(told["rows"])) == (48, 1.0, 48)
    assert found.patients() == tuple(IDS)

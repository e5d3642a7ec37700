"""Declarations and statements that make no sense end the run, with advice; data that cannot answer do not."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.sensitivity.specifications import CoxTerm, MedianTime, Outcome, SurvivalAt, multiverse

TIME = [1, 2, 2, 3, 4, 5, 6, 8, 9, 11, 12, 12]
EVENT = [1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1]
IDS = [f"p{k:02d}" for k in range(12)]
Y = hs.Surv.right(TIME, EVENT, id=IDS)
ARM = ["new", "old"] * 6
SMALL = {"a": ["x", "y"]}
MAIN = {"a": "x"}


def one(a):
    return Outcome(estimate=1.0, low=0.5, high=1.5, null=0.0, label="One")


def two(a, b):
    return one(a)


TWO = {"choices": {"a": ["x", "y"], "b": ["u", "v"]}, "build": two, "main": {"a": "x", "b": "u"}}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"choices": ["a"]}, "choices must be a mapping"),
        ({"choices": {1: ["x", "y"], "1": ["x", "y"]}}, "Two choices have one name"),
        ({"choices": {"a": []}}, "at least two options"),
        ({"main": None}, "main must be a mapping"),
        ({"main": "x"}, "main must be a mapping"),
        ({"exclude": [{"a": "y"}]}, "exclude must be a mapping"),
        ({"exclude": {"why": "y"}}, "as a mapping or a list of mappings, not 'y'"),
        ({"exclude": {"why": []}}, r"not \[\]"),
        ({"exclude": {"why": {"a": []}}}, "names no option of a"),
        ({"exclude": {"why": ["y"]}}, "which options do not go together, not 'y'"),
        ({"prepare": [one]}, "prepare must be a mapping"),
        ({"build": max}, "does not tell its parameters"),
    ],
)
def test_declarations_of_another_kind_are_refused(options, message):
    given = {"choices": SMALL, "build": one, "main": MAIN} | options
    with pytest.raises(hs.DesignError, match=message):
        multiverse(given.pop("choices"), given.pop("build"), **given)


def test_a_combination_counts_under_the_first_reason_whatever_its_type():
    rule = {"a": "y", "b": "v"}
    found = multiverse(TWO["choices"], two, main=TWO["main"], exclude={1: rule, "again": rule})
    assert found.excluded == {"1": 1, "again": 0}
    assert found.size == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"label": ""}, "needs a label"),
        ({"estimate": "1"}, "estimate='1' is none"),
        ({"estimate": None}, "estimate=None is none"),
        ({"estimate": math.inf}, "beyond=1 or -1"),
        ({"low": 2.0, "high": 1.0}, "low=2.0 lies above high=1.0"),
        ({"p_value": 7.0}, "p_value=7.0 is no probability"),
        ({"null": math.nan}, "finite null value"),
        ({"status": "fine"}, "no status 'fine'"),
        ({"status": "not_estimable"}, "one with an estimate another"),
        ({"estimate": math.nan}, "needs status='not_estimable'"),
        ({"beyond": 1}, "0 beside an estimate"),
    ],
)
def test_answers_of_ones_own_are_looked_at(given, message):
    def build(a):
        return Outcome(**({"estimate": 1.0, "label": "One"} | given))

    with pytest.raises(TypeError, match=message) as told:
        multiverse(SMALL, build, main=MAIN)
    assert told.value.__notes__ == ["In the specification {'a': 'x'}."]


@pytest.mark.parametrize(
    ("stated", "error", "message"),
    [
        (
            lambda a: CoxTerm(response=Y, data={"x": ARM}, formula=["x"], ties=a),
            hs.UnsupportedError,
            "ties='y'",
        ),
        (
            lambda a: CoxTerm(response=Y, data={"x": ARM}, formula=["x"], interval=a),
            hs.UnsupportedError,
            "interval='x' is not known",
        ),
        (
            lambda a: CoxTerm(response=Y, data={"x": ARM}, formula=["x"], penalty="lasso"),
            hs.UnsupportedError,
            "penalty='lasso' is not known",
        ),
        (lambda a: CoxTerm(response=TIME, data={"x": ARM}, formula=["x"]), hs.DataError, "needs a Surv"),
        (lambda a: MedianTime(response=Y, interval=a), hs.UnsupportedError, "interval='x' is not known"),
        (lambda a: MedianTime(response=Y, probability=2), hs.DataError, "probability must be"),
        (lambda a: SurvivalAt(response=Y, time=-1), hs.DataError, "time must be a number from 0 on"),
        (lambda a: SurvivalAt(response=Y, time="5"), hs.DataError, "time must be a number from 0 on"),
        (lambda a: SurvivalAt(response=TIME, time=5), hs.DataError, "needs a Surv"),
    ],
)
def test_a_misspelt_option_is_no_specification_without_estimate(stated, error, message):
    choices = {"a": ["efron", "y"]} if "ties" in message else SMALL
    main = {"a": "efron"} if "ties" in message else MAIN
    with pytest.raises(error, match=message) as told:
        multiverse(choices, stated, main=main)
    assert told.value.__notes__


def test_what_data_cannot_answer_stays_and_an_option_that_never_answers_is_named():
    def build(a, time):
        return SurvivalAt(response=Y, time=time)

    choices = {"a": ["x", "y"], "time": [5, 99]}
    with pytest.warns(hs.SmallSampleWarning, match="2 of 4 .*, among them all with time=99; the first"):
        found = multiverse(choices, build, main={"a": "x", "time": 5})
    assert found.to_frame()["status"].tolist() == ["ok", "not_estimable"] * 2
    json.dumps(found.as_dict(), allow_nan=False)


@pytest.mark.parametrize(
    "make",
    [pd.DataFrame, dict, lambda columns: pytest.importorskip("polars").DataFrame(columns)],
)
def test_a_table_that_is_written_into_is_read_again(make):
    """The same object with other cells is not the same data."""
    other = ["old", "old", "new", "old", "new", "new"] * 2
    table = make({"arm": list(ARM)})

    def build(a):
        nonlocal table
        arm = ARM if a == "x" else other
        if hasattr(table, "with_columns"):
            table = make({"arm": list(arm)})
        else:
            table["arm"] = list(arm)
        return CoxTerm(response=Y, data=table, formula=["arm"])

    found = multiverse(SMALL, build, main=MAIN)
    expected = [hs.cox(Y, {"arm": arm}, ["arm"]).coef[0] for arm in (ARM, other)]
    assert found.column("estimate") == pytest.approx(expected)


def test_shares_of_options_are_unknown_where_the_main_analysis_is():
    def build(a):
        if a == "x":
            raise hs.DesignError("nobody is left")
        return Outcome(estimate=-1.0, low=-2.0, high=-0.5, null=0.0, label="One")

    with pytest.warns(hs.SmallSampleWarning):
        found = multiverse({"a": ["x", "y", "z"]}, build, main=MAIN)
    assert math.isnan(found.share_other_side)
    assert found.options()[["other_side", "other_conclusion"]].isna().all(axis=None)


def test_between_two_ends_of_the_scale_lies_nothing():
    def build(a, b):
        return Outcome(
            estimate=math.nan, status="not_estimable", reason="monotone", beyond=1 if a == "x" else -1,
            null=0.0, label="Hazard ratio", logarithmic=True,
        )  # fmt: skip

    with pytest.warns(hs.SmallSampleWarning, match="4 of 4 specifications have no finite estimate; the"):
        found = multiverse(TWO["choices"], build, main=TWO["main"])
    options = found.options().set_index(["choice", "option"])
    assert options.loc[("a", "x"), "median"] == math.inf
    assert options.loc[("a", "y"), "median"] == 0
    assert np.isnan(options.loc[("b", "u"), "median"])
    assert found.share_other_side == 0.5

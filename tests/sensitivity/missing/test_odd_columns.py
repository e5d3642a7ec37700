"""What `impute` makes of columns of every kind, and what it refuses before any work."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError, SeparationWarning
from hpcstats.sensitivity.missing import impute

N = 24
RNG = np.random.default_rng(0)
Y = hs.Surv.right(RNG.exponential(4, N).round(1) + 0.1, RNG.random(N) < 0.7)
AGE = RNG.normal(50, 10, N).round()
GROUP = ["a", None, "b", "a", "b", None, "a", "b"] * 3
FEW = {"n_imputations": 3, "cycles": 1, "seed": 1}


@pytest.mark.parametrize("levels", [(1.0, 2.0), (1.0, 2.0, 3.0), (True, False), (1, 2, 3)])
def test_categories_of_numbers_stay_categories(levels):
    data = {"c": pd.Categorical([None, *levels, levels[0]] * 4 + [None] * (N - 4 * (len(levels) + 2)))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hpcstats.sensitivity.missing.imputation_words._MUCH", 1.0)
        found = impute(Y, data, **FEW)
    alone = hs.cox(Y, data, penalty="firth", missing="drop")
    assert found.terms == alone.terms
    assert found.complete_cases.terms == found.terms


def test_decimal_numbers_are_numbers():
    exact = [None if k < 2 else Decimal(str(value)) for k, value in enumerate(AGE)]
    plain = [None if value is None else float(value) for value in exact]
    one, other = (impute(Y, {"age": column}, **FEW) for column in (exact, plain))
    assert one.terms == ("age",)
    assert np.array_equal(one.estimates, other.estimates)


def test_every_kind_of_missing_value_is_one():
    found = impute(Y, {"g": ["a", pd.NA, "b", None, "b", np.nan, "a", pd.NaT] * 3}, **FEW)
    assert found.columns.variables[0].n_missing == 12


@pytest.mark.parametrize("method", ["mice", "substantive-model"])
def test_odd_names_come_back(method):
    data = {"Größe 1": GROUP, "Ärzt:in~|": [None, *AGE[1:]]}
    found = impute(Y, data, list(data), method=method, **FEW)
    assert found.terms == ("Größe 1[T.b]", "Ärzt:in~|")
    assert set(found.completed(0).columns) == set(data)
    json.dumps(found.as_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"x": [1] * N}, {}, r"x has one value only \(1\). Leave it out"),
        ({"x": [None] * N}, {}, r"x has fewer than two known values \(none at all\)"),
        ({"x": [1, None] * 12}, {}, r"fewer than two known values \(only 1"),
        ({"x": [dt.date(2000, 1, 1 + k % 3) for k in range(N)]}, {}, "x holds date or time values"),
        ({"x": pd.date_range("2000", periods=N)}, {}, "x holds datetime64"),
        ({"x": [dt.timedelta(days=k) for k in range(N)]}, {}, "x holds timedelta64"),
        ({"x": [[k] for k in range(N)]}, {}, "x holds values that are no labels"),
        ({"x": np.where(np.arange(N) == 3, np.inf, AGE)}, {}, r"x is infinite \(rows 3\)"),
        (
            {"x": np.where(np.arange(N) == 3, np.inf, AGE)},
            {"formula": ["g"], "auxiliary": ["x"]},
            r"x is infinite \(rows 3\)",
        ),
    ],
)
def test_columns_without_sense_are_refused(columns, options, message):
    with pytest.raises(DesignError, match=message):
        impute(Y, {"g": GROUP} | columns, **FEW, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"complete_df": 0}, "complete_df must be a number, 1 or more, not 0"),
        ({"complete_df": np.nan}, "not nan"),
        ({"complete_df": "many"}, "not 'many'"),
        ({"auxiliary": "age"}, "auxiliary must be a list of column names, not 'age'"),
        ({"auxiliary": ["age", "age"]}, "auxiliary names age more than once"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(DataError, match=message):
        impute(Y, {"g": GROUP, "age": AGE}, ["g"], **FEW, **options)


def test_complete_data_may_be_without_end():
    found = impute(Y, {"g": GROUP}, complete_df=np.inf, **FEW)
    assert found.pooled.df[0] == pytest.approx(2 * (1 + 1 / found.pooled.increase[0]) ** 2)
    assert found.as_dict()["complete_df"] == "inf"


@pytest.mark.parametrize("method", ["mice", "substantive-model"])
def test_completed_data_that_cannot_be_fitted_are_told(method):
    """Wherever x is known it is z: some completed data have one column twice."""
    y = hs.Surv.right([3, 1, 4, 2, 5, 9, 2.5, 6, 7], [1, 1, 1, 0, 1, 1, 1, 1, 0])
    data = {"x": [1, 0, 1, 0, 1, 0, None, None, None], "z": [1, 0, 1, 0, 1, 0, 0, 1, 1]}
    with pytest.warns(SeparationWarning, match="cannot be fitted at all; the first: .*determine each other"):
        found = impute(y, data, method=method, n_imputations=40, cycles=2, seed=1)
    assert found.status == "not_estimable"
    assert 0 < np.isnan(found.estimates[:, 0]).sum() < 40
    assert "penalty" not in found.reason

"""Columns of plain numbers take a short way to the design, which must not be told from the long one."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats import design
from hpcstats.plain_design import plain_columns

Y = hs.Surv.right([1, 2, 3, 4, 5], [1, 1, 0, 1, 1])
COLUMNS: dict[str, Any] = {
    "whole": [3, 1, 2, 5, 4],
    "yes": [True, False, True, True, False],
    "array": np.array([0.5, 2, 1, 7, 3], dtype=np.float32),
    "series": pd.Series([1, 0, 0, 1, 1], index=[9, 8, 7, 6, 5]),
    "two words": (1, 4, 2, 2, 1),
}
FORMULAS = [None, ["yes", "whole"], "whole + series", "array", ["two words", "array"]]


@pytest.mark.parametrize(("formula", "framed"), list(itertools.product(FORMULAS, [False, True])), ids=str)
def test_the_short_way_gives_what_the_long_one_gives(
    formula: Any, framed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    data: Any = {name: np.asarray(column) for name, column in COLUMNS.items()} if framed else COLUMNS
    data = pd.DataFrame(data) if framed else data
    assert plain_columns(data, formula, [None], 5) is not None
    short = design.build_design(data, formula, Y)
    monkeypatch.setattr(design, "plain_columns", lambda *_: None)
    long = design.build_design(data, formula, Y)
    assert (short.terms, short.formula, short.factors) == (long.terms, long.formula, long.factors)
    assert (short.matrix == long.matrix).all()
    assert (short.rows == long.rows).all()
    assert short.dropped.size == long.dropped.size == 0
    assert [long.aliases.get(name, name) for name in long.levels] == sorted(
        short.levels, key=list(COLUMNS).index
    )


@pytest.mark.parametrize(
    "column",
    [
        [1, None, 2, 3, 4],
        [1, float("nan"), 2, 3, 4],
        [1, float("inf"), 2, 3, 4],
        ["a", "b", "a", "b", "a"],
        np.array([1, 2, 3, 4, 5], dtype=complex),
        np.ma.masked_array([1, 2, 3, 4, 5], mask=[0, 1, 0, 0, 0]),
        pd.Categorical([1, 2, 1, 2, 1]),
        pd.Series([1, 2, None, 4, 5], dtype="Int64"),
        pd.date_range("2020-01-01", periods=5).to_series(),
        [1, 2, 3],
    ],
    ids=lambda column: f"{type(column).__name__} {getattr(column, 'dtype', len(column))}",
)
def test_anything_else_takes_the_long_way(column: Any) -> None:
    assert plain_columns({"x": column}, None, [], 5) is None


@pytest.mark.parametrize(
    "formula", ["whole + whole", "np.log(whole)", "whole:yes", "absent", "Intercept", "", []]
)
def test_formulas_that_say_more_take_the_long_way(formula: Any) -> None:
    assert plain_columns(COLUMNS, formula, [], 5) is None


def test_new_patients_are_encoded_by_name() -> None:
    fit = hs.cox(Y, {"a": [0, 1, 0, 1, 1], "b": [3.0, 1, 2, 5, 4]}, ["b", "a"], penalty="firth")
    found = fit.predict_survival({"a": [1], "b": [2.0]}, times=[2]).to_frame()
    swapped = fit.predict_survival(pd.DataFrame({"b": [2.0], "a": [True]}), times=[2]).to_frame()
    assert found["estimate"].tolist() == swapped["estimate"].tolist()

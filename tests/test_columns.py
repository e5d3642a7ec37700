from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcstats import columns
from hpcstats.errors import DataError

MAKERS = [list, tuple, np.array, pd.Series, pd.Index, pl.Series]


@pytest.mark.parametrize("make", MAKERS)
def test_numbers_are_read_alike_from_every_kind_of_column(make):
    read = columns.as_numbers(make([1.0, 2.5, 4.0]), "time")
    assert read.dtype == np.float64
    assert read.tolist() == [1, 2.5, 4]


@pytest.mark.parametrize(
    "column",
    [
        [1, None, 3],
        [1, float("nan"), 3],
        pd.Series([1, None, 3], dtype="Int64"),
        pd.Series([1, None, 3], dtype="Float64"),
        pd.Series([1, pd.NA, 3], dtype=object),
        pl.Series([1, None, 3]),
        np.array([1, np.nan, 3], dtype=np.float32),
        [Fraction(1), None, np.int64(3)],
    ],
)
def test_missing_numbers_become_nan_whatever_they_were(column):
    np.testing.assert_array_equal(columns.as_numbers(column, "time"), [1, np.nan, 3])


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["5", "x"], r"time holds values that are not numbers \(row 0: '5', row 1: 'x'\)"),
        ([1, True, 2], r"row 1: True"),
        ([1, object], r"row 1: "),
        ([1, 1j], r"row 1: 1j"),
        ([1j, 1j], r"complex128"),
        ([True, False], "holds booleans, not numbers"),
        (pd.Series(pd.to_datetime(["2001-01-01"])), "datetime64"),
        (pd.Series(["1", "2"], dtype="category"), r"row 0: '1'"),
        ("12", "must be a column of values, not '12'"),
        (5, "must be a column of values, not 5"),
        (np.array(5), r"an array of shape \(\)"),
        ([[1, 2], [3, 4]], r"an array of shape \(2, 2\)"),
        (pd.DataFrame({"a": [1]}), r"an array of shape \(1, 1\)"),
        ([[1, 2], [3]], "rows of unequal length"),
    ],
)
def test_what_is_no_column_of_numbers_is_refused(column, message):
    with pytest.raises(DataError, match=message):
        columns.as_numbers(column, "time")


def test_a_refusal_keeps_all_rows_but_shows_five():
    with pytest.raises(DataError, match="row 4: 'x' and 3 more") as caught:
        columns.as_numbers(["x"] * 8, "time")
    assert caught.value.rows == tuple(range(8))


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("coded", [[True, False, True], [1, 0, 1], [1.0, 0.0, 1.0]])
def test_events_are_read_alike_from_every_kind_of_column(make, coded):
    read = columns.as_events(make(coded))
    assert read.dtype == np.bool_
    assert read.tolist() == [True, False, True]


@pytest.mark.parametrize("dtype", ["boolean", "Int64", "Float64", object])
def test_nullable_events_without_gaps_are_read(dtype):
    assert columns.as_events(pd.Series([True, False], dtype=dtype)).tolist() == [True, False]


@pytest.mark.parametrize(
    ("coded", "rows", "message"),
    [
        ([1, 2, 1, 2], (1, 3), r"row 1: 2, row 3: 2. If 2 means the event, write `event == 2`"),
        ([0, 1, 2], (2,), r"row 2: 2. Write the comparison that means the event"),
        ([0, -1], (1,), r"row 1: -1"),
        ([0, 1, float("nan")], (2,), r"row 2: nan"),
        ([1, None], (1,), r"row 1: None. Write the comparison"),
        ([True, "yes"], (1,), r"row 1: 'yes'"),
        (["1", "0"], (0, 1), r"row 0: '1'"),
        ([0.5, 1], (0,), r"row 0: 0.5"),
        (pd.Series([True, None], dtype="boolean"), (1,), r"row 1: <NA>"),
        (pl.Series([True, None]), (1,), r"row 1: None"),
    ],
)
def test_other_event_codings_are_refused_with_their_rows(coded, rows, message):
    with pytest.raises(DataError, match=message) as caught:
        columns.as_events(coded)
    assert caught.value.rows == rows
    assert "must be True/False or 0/1" in str(caught.value)


@pytest.mark.parametrize("make", MAKERS)
def test_labels_are_read_alike_from_every_kind_of_column(make):
    assert columns.as_labels(make(["b", "a", "b"]), "group").tolist() == ["b", "a", "b"]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT, np.float64("nan")])
def test_missing_labels_are_refused_with_their_rows(missing):
    with pytest.raises(DataError, match="group is missing in rows 1. Leave these rows out") as caught:
        columns.as_labels(["a", missing], "group")
    assert caught.value.rows == (1,)


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (pd.Series(pd.Categorical(["b", "a"], categories=["c", "b", "a"])), ["c", "b", "a"]),
        (pd.Categorical(["b", "a"], categories=["b", "a"]), ["b", "a"]),
        (pl.Series(["b", "a"], dtype=pl.Enum(["b", "a", "c"])), ["b", "a", "c"]),
        (pl.Series(["b", "a"], dtype=pl.Categorical), None),
        (pl.Series(["b", "a"]), None),
        (pd.Series(["b", "a"]), None),
        (["b", "a"], None),
    ],
)
def test_only_a_declared_order_counts(column, order):
    assert columns.category_order(column) == order


@pytest.mark.parametrize(
    ("column", "distinct"),
    [
        (["b", "a", "b"], ["a", "b"]),
        ([10, 9], [9, 10]),
        (["b", 1, "b"], ["b", 1]),
        (pd.Categorical(["a", "b"], categories=["c", "b", "a"]), ["b", "a"]),
        (pl.Series(["a", "b"], dtype=pl.Enum(["c", "b", "a"])), ["b", "a"]),
    ],
)
def test_distinct_labels_are_declared_else_sorted_else_as_first_seen(column, distinct):
    assert columns.distinct_labels(column, columns.as_labels(column, "group")) == distinct


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame])
def test_frames_are_read_alike(make):
    read = columns.as_frame(make({"age": [40, 50], "site": ["x", "y"]}))
    pd.testing.assert_frame_equal(read, pd.DataFrame({"age": [40, 50], "site": ["x", "y"]}))


def test_a_frame_drops_row_labels_so_that_rows_match_by_position():
    labelled = pd.DataFrame({"age": [40, 50]}, index=[7, 3])
    assert columns.as_frame(labelled).index.tolist() == [0, 1]
    mixed = columns.as_frame({"age": labelled["age"], "site": ["x", "y"]})
    assert mixed["age"].tolist() == [40, 50]
    assert mixed["site"].tolist() == ["x", "y"]


def test_a_series_is_a_frame_of_one_column():
    assert columns.as_frame(pd.Series([1, 2], name="age")).columns.tolist() == ["age"]
    assert columns.as_frame(pd.Series([1, 2])).columns.tolist() == ["x"]


def test_declared_orders_and_nullable_types_survive():
    enum = pl.Series(["a", None], dtype=pl.Enum(["b", "a"]))
    categorical = pd.Categorical(["x", None], categories=["y", "x"], ordered=True)
    read = columns.as_frame({"e": enum, "c": categorical, "n": pd.Series([1, None], dtype="Int64")})
    assert read["e"].cat.categories.tolist() == ["b", "a"]
    assert read["c"].cat.categories.tolist() == ["y", "x"]
    assert read["c"].cat.ordered
    assert read["n"].dtype == "Int64"
    assert columns.as_frame(pl.DataFrame({"e": enum}))["e"].cat.categories.tolist() == ["b", "a"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([1, 2], "data must be a table of named columns .* not list"),
        (np.ones((2, 2)), "not ndarray"),
        ({"a": [1, 2], "b": [1]}, "columns of one length"),
        ({"a": 1}, "columns of one length"),
    ],
)
def test_what_is_no_table_is_refused(data, message):
    with pytest.raises(DataError, match=message):
        columns.as_frame(data)


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        *((missing, True) for missing in (None, float("nan"), np.float32("nan"), pd.NA, pd.NaT)),
        *((value, False) for value in (0, "", "nan", np.inf, False)),
    ],
)
def test_missing_is_missing_and_nothing_else_is(value, answer):
    assert columns.is_missing(value) is answer


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False), st.integers(-(2**53), 2**53)), min_size=1))
def test_numbers_come_back_unchanged(values):
    read = columns.as_numbers(values, "time")
    assert [None if np.isnan(number) else number for number in read] == values


@given(st.lists(st.integers(-3, 3), min_size=1))
def test_events_are_refused_exactly_where_they_are_neither_0_nor_1(values):
    wrong = tuple(row for row, value in enumerate(values) if value not in (0, 1))
    if wrong:
        with pytest.raises(DataError) as caught:
            columns.as_events(values)
        assert caught.value.rows == wrong
    else:
        assert columns.as_events(values).tolist() == [value == 1 for value in values]

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcstats.description import CategoricalVariable, NumericVariable, describe
from hpcstats.errors import DataError, UnsupportedError

DATA = {
    "id": ["a", "b", "c", "d"],
    "age": [53, 45, None, 48],
    "sex": ["m", "m", "f", None],
    "group": ["x", "x", "y", "y"],
    "paper": ["s1", "s1", "s2", "s1"],
    "year": [1999, 1999, 2004, None],
}


def test_groups_and_overall_are_described_with_their_denominators():
    found = describe(DATA, by="group", variables=["age", "sex"], id="id", source="paper", year="year")
    age, sex = found.variables
    assert isinstance(age, NumericVariable)
    assert isinstance(sex, CategoricalVariable)
    assert found.groups == ("x", "y", "overall")
    assert found.sizes.tolist() == [2, 2, 4]
    assert age.known.tolist() == [2, 1, 3]
    assert age.missing.tolist() == [0, 1, 1]
    assert sex.levels == ("f", "m")
    assert sex.counts.tolist() == [[0, 1, 1], [2, 0, 2]]
    assert sex.known.tolist() == [2, 1, 3]
    assert found.papers.tolist() == [1, 2, 2]
    assert found.publications.minimum.tolist() == [1999, 2004, 1999]
    assert found.patients("y") == ("c", "d")
    assert found.patients() == ("a", "b", "c", "d")


def test_quartiles_are_those_of_type_7():
    # quantile(c(1, 2, 3, 4, 10), c(.25, .5, .75), type = 7) in R: 2, 3, 4; of 1:4: 1.75, 2.5, 3.25
    found = describe({"v": [1, 2, 3, 4]}, variables=["v"]).variables[0]
    assert (found.lower_quartile[0], found.median[0], found.upper_quartile[0]) == (1.75, 2.5, 3.25)
    assert (found.minimum[0], found.maximum[0]) == (1, 4)


def test_the_frame_says_all_and_the_text_forms_work():
    found = describe(DATA, by="group", variables=["age", "sex"], source="paper", year="year")
    frame = found.to_frame()
    assert list(frame.columns) == ["group", "variable", "level", "statistic", "value"]
    wanted = frame.query("group == 'x' and variable == 'sex' and level == 'm'")
    assert wanted["value"].tolist() == [2]
    assert frame.query("statistic == 'papers'")["value"].tolist() == [1, 2, 2]
    assert "by group" in str(found)
    json.dumps(found.as_dict(), allow_nan=False)
    assert found.n == 4
    assert found.n_events == 0


def test_nothing_known_is_nan_without_a_warning():
    found = describe({"v": [None, None, 1.0], "g": ["a", "a", "b"]}, by="g", variables=["v"]).variables[0]
    assert np.isnan(found.median[0])
    assert found.known.tolist() == [0, 1, 1]


def test_kinds_follow_the_columns_and_can_be_said():
    data = {"grade": [1.0, 2.0, None], "flag": [True, False, True], "word": ["a", "b", None]}
    kinds = [type(v).__name__ for v in describe(data, variables=["grade", "flag", "word"]).variables]
    assert kinds == ["NumericVariable", "CategoricalVariable", "CategoricalVariable"]
    grade = describe(data, variables={"grade": "categorical"}).variables[0]
    assert grade.levels == ("1", "2")
    assert grade.missing.tolist() == [1]


def test_declared_orders_are_kept_and_empty_levels_left_out():
    resection = pd.Categorical(["subtotal", "gross", None], categories=["gross", "subtotal", "biopsy"])
    found = describe(pd.DataFrame({"r": resection}), variables=["r"]).variables[0]
    assert found.levels == ("gross", "subtotal")


@pytest.mark.parametrize("kind", ["string[python]", "category", "object"])
def test_missing_texts_of_any_column_type_are_missing(kind):
    found = describe(pd.DataFrame({"s": pd.Series(["u", None, "v"], dtype=kind)}), variables=["s"]).variables[
        0
    ]
    assert found.levels == ("u", "v")
    assert (found.known[0], found.missing[0]) == (2, 1)


def test_nullable_numbers_are_numbers():
    found = describe(pd.DataFrame({"v": pd.array([1, None, 3], dtype="Int64")}), variables=["v"]).variables[0]
    assert found.median[0] == 2
    assert found.missing[0] == 1


def test_polars_and_pandas_give_the_same():
    options = {"by": "group", "variables": ["age", "sex"], "id": "id"}
    first, second = describe(pl.DataFrame(DATA), **options), describe(pd.DataFrame(DATA), **options)
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())
    assert first.identifiers == second.identifiers


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["u", "v", None])), min_size=1, max_size=30))
def test_counts_add_up_in_every_group(rows):
    group, value = [row[0] for row in rows], [row[1] for row in rows]
    found = describe(pd.DataFrame({"g": group, "v": pd.Series(value, dtype=object)}), by="g", variables=["v"])
    variable = found.variables[0]
    np.testing.assert_array_equal(variable.counts.sum(axis=0), variable.known)
    np.testing.assert_array_equal(variable.known + variable.missing, found.sizes)
    assert variable.counts[:, :-1].sum() == variable.counts[:, -1].sum()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"variables": ["agee"]}, r"no column 'agee' \(did you mean 'age'\?\)"),
        ({"variables": ["age"], "by": "grp"}, r"no column 'grp'"),
        ({"variables": "age"}, r"variables=\['age'\]"),
        ({"variables": {"sex": "numeric"}}, "sex holds values that are not numbers"),
        ({"variables": ["age"], "id": "sex"}, "sex is missing in rows 3"),
        ({"variables": ["age"], "id": "paper"}, "must be distinct, but repeats 's1', 's1'"),
        ({"variables": ["age"], "by": "sex"}, "sex is missing in rows 3"),
    ],
)
def test_bad_input_is_refused_before_any_work(change, message):
    with pytest.raises(DataError, match=message):
        describe(DATA, **change)


def test_other_refusals():
    with pytest.raises(UnsupportedError, match="kind of variable"):
        describe(DATA, variables={"age": "ordinal"})
    with pytest.raises(DataError, match="infinite in rows 1"):
        describe({"v": [1.0, np.inf]}, variables=["v"])
    with pytest.raises(DataError, match="other than 'overall'"):
        describe({"v": [1, 2], "g": ["overall", "b"]}, by="g", variables=["v"])
    with pytest.raises(DataError, match="no rows"):
        describe({"v": []}, variables=["v"])


def test_a_description_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        describe(DATA, variables=["age"]).by = "sex"

"""What is missing: every count against the cells themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.errors import DataError
from hpcstats.sensitivity.missing import CARE_ITEMS, missingness

DATA = pd.DataFrame(
    {
        "id": list("abcdefg"),
        "role": ["case", "other", "other", "case", "other", "other", "other"],
        "paper": ["x", "x", "y", "y", "z", "z", "z"],
        "age": [50, None, None, 40, 61, None, 33],
        "sex": ["m", "f", None, "f", "m", None, None],
        "level": ["T1", None, None, None, None, None, None],
    }
)
HOW = {"id": "id", "by": "role", "source": "paper", "applicable": {"level": DATA["role"] == "case"}}


@pytest.fixture(scope="module")
def found():
    return missingness(DATA, **HOW, items={"age": "5a", "sex": "5a", "level": "6"})


def test_by_variable_counts_only_what_applies(found):
    frame = found.by_variable().set_index(["group", "variable"])
    assert frame.loc[("case", "level"), ["applicable", "known", "missing", "share"]].tolist() == [
        2,
        1,
        1,
        0.5,
    ]
    other = frame.loc[("other", "level")]
    assert other["applicable"] == other["missing"] == 0
    assert np.isnan(other["share"])
    assert frame.loc[("overall", "age"), "missing"] == 3
    assert frame.loc[("overall", "age"), "share"] == pytest.approx(3 / 7)
    for name in ("applicable", "known", "missing"):
        groups = frame.loc["case", name] + frame.loc["other", name]
        assert groups.tolist() == frame.loc["overall", name].tolist()
    assert found.to_frame().equals(found.by_variable())


def test_patterns_are_sorted_and_add_up(found):
    frame = found.by_pattern()
    overall = frame[frame["group"] == "overall"]
    assert overall["n_missing"].is_monotonic_increasing
    assert overall["patients"].sum() == 7
    assert overall["share"].sum() == pytest.approx(1)
    assert dict(zip(overall["missing"], overall["patients"], strict=True)) == {
        "nothing": 2,
        "age": 1,
        "sex": 1,
        "level": 1,
        "age, sex": 2,
    }
    assert overall["missing"].iloc[0] == "nothing"
    assert found.n_complete == 2


def test_by_source_names_what_a_paper_never_states(found):
    frame = found.by_source().set_index("source")
    assert frame["patients"].tolist() == [2, 2, 3]
    assert frame.loc["y", "never_stated"] == "level"
    assert frame.loc["x", "never_stated"] == ""
    assert frame.loc["z", ["applicable", "known", "missing"]].tolist() == [6, 3, 3]
    assert frame["missing"].sum() == found.missing.sum()


def test_by_item_joins_the_variables_of_an_item(found):
    frame = found.by_item()
    assert frame["item"].tolist() == ["5a", "6"]
    assert frame["title"].tolist() == [CARE_ITEMS["5a"], CARE_ITEMS["6"]]
    assert frame.loc[0, ["variables", "applicable", "missing"]].tolist() == ["age, sex", 14, 6]


def test_cells_stand_in_the_order_of_a_map(found):
    cells = found.cells()
    assert len(cells) == 7 * 3
    assert cells["state"].value_counts().to_dict() == {"known": 9, "missing": 7, "not applicable": 5}
    for _, group in cells.groupby("group", sort=False):
        assert group["pattern"].is_monotonic_increasing
        assert group["place"].drop_duplicates().tolist() == list(range(1, group["patient"].nunique() + 1))
    first = cells[cells["patient"] == "a"].set_index("variable")["state"]
    assert first.tolist() == ["known"] * 3
    assert cells.set_index(["patient", "variable"]).loc[("c", "age"), "state"] == "missing"
    assert cells.set_index(["patient", "variable"]).loc[("c", "level"), "state"] == "not applicable"


@given(
    st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=30),
)
def test_all_views_tell_of_the_same_cells(gaps):
    table = pd.DataFrame(np.where(gaps, np.nan, 1.0), columns=list("uvw"))
    found = missingness(table)
    total = int(np.sum(gaps))
    assert found.by_variable()["missing"].sum() == total
    patterns = found.by_pattern()
    assert (patterns["patients"] * patterns["n_missing"]).sum() == total
    assert patterns["patients"].sum() == len(gaps)
    assert (found.cells()["state"] == "missing").sum() == total
    assert found.n_complete == sum(not any(row) for row in gaps)


def test_the_patients_of_a_number_are_those_of_its_group(found):
    assert found.patients("case") == ("a", "d")
    assert found.patients() == tuple("abcdefg")
    assert "7 of 16" in found.title()
    assert found.as_dict()["n"] == 7


def test_polars_and_mappings_are_taken_alike():
    polars = pytest.importorskip("polars")
    columns = {"age": [1.0, None, 3.0], "sex": ["m", None, None]}
    expected = missingness(columns).by_variable()
    assert missingness(polars.DataFrame(columns)).by_variable().equals(expected)
    assert expected["missing"].tolist() == [1, 2]


def test_what_cannot_be_is_refused(found):
    with pytest.raises(DataError, match="Did you mean 'age'"):
        missingness(DATA, ["agee"])
    with pytest.raises(DataError, match="each once"):
        missingness(DATA, ["age", "age"])
    with pytest.raises(DataError, match="at least one column"):
        missingness(DATA, [])
    with pytest.raises(DataError, match="more than once"):
        missingness(DATA, ["age"], id="paper")
    with pytest.raises(DataError, match="level has a value in rows 0"):
        missingness(DATA, ["level"], applicable={"level": [0] * 7})
    with pytest.raises(DataError, match="has 2 values, but data have 7 rows"):
        missingness(DATA, ["level"], applicable={"level": [0, 1]})
    with pytest.raises(DataError, match="none of the columns looked at"):
        missingness(DATA, ["age"], applicable={"level": [1] * 7})
    with pytest.raises(DataError, match="CARE has no item '5z'"):
        missingness(DATA, ["age"], items={"age": "5z"})
    with pytest.raises(DataError, match="items names sex"):
        missingness(DATA, ["age"], items={"sex": "5a"})
    with pytest.raises(DataError, match="There is no group 'nobody'. The groups are case, other"):
        found.patients("nobody")
    with pytest.raises(DataError, match="called 'overall'"):
        missingness(DATA.assign(role="overall"), ["age"], by="role")
    with pytest.raises(DataError, match="no rows"):
        missingness(DATA.iloc[:0], ["age"])
    with pytest.raises(DataError, match="role is missing"):
        missingness(DATA.assign(role=None), ["age"], by="role")


def test_the_study_s_gaps_are_those_of_its_file():
    patients = hs.literature.load().patients
    found = missingness(patients, ["sex", "resection", "adjuvant_radiotherapy"], id="patient_id", by="role")
    overall = found.by_variable().set_index(["group", "variable"]).loc["overall"]
    assert overall["missing"].tolist() == patients[list(found.variables)].isna().sum().tolist()
    assert found.groups == ("spinal_metastasis", "comparator")

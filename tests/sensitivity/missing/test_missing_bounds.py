"""Bounds over all values of a missing covariate, against fits of every single assignment."""

from __future__ import annotations

import warnings
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats.errors import DataError, DesignError
from hpcstats.sensitivity.missing import missing_bounds


def every_estimate(y, data, name, penalty="firth", ties="efron"):
    """Fit each of the 2^k assignments by itself."""
    gaps = np.flatnonzero(pd.isna(data[name]))
    found = []
    for values in product(["a", "b"], repeat=gaps.size):
        filled = data.copy()
        filled.loc[gaps, name] = list(values)
        fit = hs.cox(y, filled, penalty=penalty, ties=ties, interval="wald")
        found.append(fit.coef[fit.terms.index(f"{name}[T.b]")])
    return np.array(found)


def drawn(seed, n=14, gaps=5, *, other=True, whole=True):
    random = np.random.default_rng(seed)
    time = random.exponential(4, n)
    y = hs.Surv.right(np.ceil(time) if whole else time, np.arange(n) % 3 > 0, id=[f"p{k}" for k in range(n)])
    data = pd.DataFrame({"group": np.array(["a", "b"])[np.arange(n) % 2]})
    if other:
        data["age"] = np.round(random.normal(size=n), 1)
    data["group"] = data["group"].where(~np.isin(np.arange(n), random.choice(n, gaps, replace=False)))
    return y, data


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_exact_bounds_are_the_extremes_of_all_assignments(seed, ties):
    y, data = drawn(seed, other=seed % 2 == 0)
    found = missing_bounds(y, data, ties=ties)
    values = every_estimate(y, data, "group", ties=ties)
    assert found.exact
    assert found.rows["lowest"]["coef"] == pytest.approx(values.min(), abs=1e-7)
    assert found.rows["highest"]["coef"] == pytest.approx(values.max(), abs=1e-7)
    assert found.n_fits == found.n_fills <= 32
    assert found.rows["all first"]["coef"] == pytest.approx(values[0])
    assert found.rows["all second"]["coef"] == pytest.approx(values[-1])


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(10, 10_000), answer=st.integers(0, 31))
def test_every_assignment_lies_within_the_bounds(seed, answer):
    y, data = drawn(seed)
    found = missing_bounds(y, data)
    gaps = np.flatnonzero(data["group"].isna())
    data.loc[gaps, "group"] = ["ab"[answer >> k & 1] for k in range(5)]
    fit = hs.cox(y, data, penalty="firth", interval="wald")
    coef = fit.coef[fit.terms.index("group[T.b]")]
    assert found.rows["lowest"]["coef"] - 1e-7 <= coef <= found.rows["highest"]["coef"] + 1e-7


@pytest.mark.parametrize("seed", range(5))
def test_the_search_finds_what_enumeration_finds(seed):
    y, data = drawn(seed, n=24, gaps=9, whole=False)
    exact, searched = missing_bounds(y, data), missing_bounds(y, data, most=1)
    assert exact.exact
    assert not searched.exact
    for side in ("lowest", "highest"):
        assert searched.rows[side]["coef"] == pytest.approx(exact.rows[side]["coef"], abs=1e-7)
    assert searched.n_fits < exact.n_fits
    assert "searched, not proven" in searched.warnings[0]
    assert exact.warnings == ()


def test_interchangeable_patients_are_counted_once():
    y = hs.Surv.right([1, 2, 3, 3.2, 3.4, 3.4, 5, 6], [1, 1, 1, 0, 0, 0, 1, 1])
    data = pd.DataFrame({"group": ["a", "b", "a", None, None, None, "b", "a"]})
    found = missing_bounds(y, data)
    # The three are censored between two event times: only how many are of the second level matters.
    assert found.n_fills == 4
    values = every_estimate(y, data, "group")
    assert found.rows["lowest"]["coef"] == pytest.approx(values.min())
    assert found.rows["highest"]["coef"] == pytest.approx(values.max())


def test_delayed_entry_tells_patients_apart():
    y = hs.Surv.right([1, 2, 3, 4, 4.5, 5, 6], [1, 1, 1, 0, 0, 1, 1], entry=[0, 0, 0, 0, 2.5, 0, 1])
    data = pd.DataFrame({"group": ["a", "b", "a", None, None, "b", "a"]})
    found = missing_bounds(y, data)
    assert found.n_fills == 4
    assert found.rows["highest"]["coef"] == pytest.approx(every_estimate(y, data, "group").max())


def test_the_assignments_give_the_bounds():
    y, data = drawn(3)
    found = missing_bounds(y, data)
    levels = found.assignments()
    assert levels["patient"].tolist() == list(y.id[data["group"].isna().to_numpy()])
    for side in ("lowest", "highest"):
        filled = data.copy()
        filled.loc[data["group"].isna(), "group"] = levels[side].to_numpy()
        fit = hs.cox(y, filled, penalty="firth")
        row = found.to_frame().set_index("scenario").loc[side]
        said = fit.to_frame().set_index("term").loc["group[T.b]"]
        assert row[["hazard_ratio", "low", "high", "p_value"]].tolist() == pytest.approx(
            said[["hazard_ratio", "low", "high", "p_value"]].tolist()
        )
        assert row["second"] == (levels[side] == "b").sum()
        assert row["first"] + row["second"] == 5


def test_complete_cases_and_patients_who_miss_something_else():
    y, data = drawn(5)
    data.loc[[int(np.flatnonzero(data["group"].notna())[0])], "age"] = np.nan
    found = missing_bounds(y, data, variable="group")
    fit = hs.cox(y, data, penalty="firth", missing="drop")
    assert found.n == 13
    assert found.rows["complete cases"]["n"] == fit.n == 8
    assert found.rows["complete cases"]["coef"] == pytest.approx(fit.coef[fit.terms.index("group[T.b]")])
    assert len(found.patients()) == 13


def test_another_coefficient_can_be_bounded():
    y, data = drawn(6)
    found = missing_bounds(y, data, term="age")
    gaps = np.flatnonzero(data["group"].isna())
    values = []
    for levels in product(["a", "b"], repeat=5):
        filled = data.copy()
        filled.loc[gaps, "group"] = list(levels)
        fit = hs.cox(y, filled, penalty="firth", interval="wald")
        values.append(fit.coef[fit.terms.index("age")])
    assert found.rows["lowest"]["coef"] == pytest.approx(min(values))
    assert found.rows["highest"]["coef"] == pytest.approx(max(values))


def test_the_direction_holds_where_no_value_could_turn_it():
    time = list(range(1, 21))
    y = hs.Surv.right(time, [1] * 20)
    group = ["b"] * 9 + ["a"] * 11
    group[10] = None
    assert missing_bounds(y, {"group": group}).direction_holds
    turned = missing_bounds(hs.Surv.right([1, 2, 3, 4], [1, 1, 1, 1]), {"group": ["a", None, "b", None]})
    assert not turned.direction_holds


def test_a_bound_without_a_finite_estimate_is_infinite_and_told():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0])
    data = {"group": ["b", "b", None, "a", "a", "b"]}
    found = missing_bounds(y, data, penalty=None)
    row = found.rows["highest"]
    assert row["status"] == "not_estimable"
    assert "monotone" in row["reason"]
    assert found.rows["lowest"]["status"] == "ok"
    # With several covariates the side is not known: counted, never used.
    y, more = drawn(2, n=10, gaps=4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        several = missing_bounds(y, more, penalty=None)
    assert several.n_not_estimable == np.isnan(every_estimate_quiet(y, more)).sum()


def every_estimate_quiet(y, data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        return every_estimate(y, data, "group", penalty=None)


def test_what_has_no_bounds_is_refused():
    y, data = drawn(1)
    with pytest.raises(DesignError, match="age, group have gaps. Name one"):
        missing_bounds(y, data.assign(age=data["age"].where(np.arange(14) > 0)))
    with pytest.raises(DesignError, match="No column has gaps"):
        missing_bounds(y, data[["age"]])
    with pytest.raises(DesignError, match="age has numbers"):
        missing_bounds(y, data.assign(age=data["age"].where(np.arange(14) > 0)), variable="age")
    with pytest.raises(DesignError, match="two levels, but group has 3"):
        missing_bounds(y, data.assign(group=data["group"].where(np.arange(14) > 1, "c")))
    with pytest.raises(DesignError, match="age is not in the model"):
        missing_bounds(y, data, ["group"], variable="age")
    with pytest.raises(DataError, match="Did you mean 'group'"):
        missing_bounds(y, data, variable="groups")
    with pytest.raises(DataError, match="no term 'x'"):
        missing_bounds(y, data, term="x")
    with pytest.raises(DesignError, match="No value of group is missing"):
        missing_bounds(y, data.assign(group="a").assign(group=data["group"].fillna("a")), variable="group")
    with pytest.raises(hs.UnsupportedError, match="ties='none'"):
        missing_bounds(y, data, ties="none")

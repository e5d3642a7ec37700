"""Bounds at the edge: fills without a finite estimate, what is refused, and what the order of rows leaves."""

from __future__ import annotations

import json
import warnings
from itertools import product

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError, NonIdentifiableWarning
from hpcstats.sensitivity.missing import missing_bounds
from hpcstats.sensitivity.missing.bounds_task import Task


def drawn(seed, n=14, gaps=5, *, other=True, whole=True):
    random = np.random.default_rng(seed)
    time = random.exponential(4, n)
    y = hs.Surv.right(np.ceil(time) if whole else time, np.arange(n) % 3 > 0, id=[f"p{k}" for k in range(n)])
    data = pd.DataFrame({"group": np.array(["a", "b"])[np.arange(n) % 2]})
    if other:
        data["age"] = np.round(random.normal(size=n), 1)
    data["group"] = data["group"].where(~np.isin(np.arange(n), random.choice(n, gaps, replace=False)))
    return y, data


def truly(y, data, levels):
    """One assignment by `hpcstats.cox`: infinite where the likelihood rises, NaN if there is none."""
    filled = data.copy()
    filled.loc[filled["group"].isna(), "group"] = list(levels)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", hs.HpcstatsWarning)
            fit = hs.cox(y, filled)
    except DesignError:
        return np.nan
    k = fit.terms.index("group[T.b]")
    falls, rises = fit.search.open_sides[:, k]
    return fit.coef[k] if falls == rises else np.inf if rises else -np.inf


@pytest.mark.parametrize("seed", range(8))
def test_without_a_penalty_every_assignment_is_decided(seed):
    """Several covariates, five events: rising likelihoods give infinite bounds, not forgotten ones."""
    random = np.random.default_rng(seed)
    y = hs.Surv.right(random.permutation(np.arange(1.0, 11)), np.arange(10) < 5)
    data = pd.DataFrame({"group": list("ababababab"), "age": random.normal(size=10).round(1)})
    data.loc[random.choice(10, 4, replace=False), "group"] = None
    if data["group"].nunique() < 2:
        data.loc[:1, "group"] = ["a", "b"]
    gaps = int(data["group"].isna().sum())
    values = np.array([truly(y, data, levels) for levels in product("ab", repeat=gaps)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HpcstatsWarning)
        found = missing_bounds(y, data, penalty=None)
    assert found.rows["lowest"]["coef"] == pytest.approx(np.nanmin(values), abs=1e-6)
    assert found.rows["highest"]["coef"] == pytest.approx(np.nanmax(values), abs=1e-6)
    assert found.status == ("boundary" if np.isinf([np.nanmin(values), np.nanmax(values)]).any() else "ok")


def test_an_infinite_bound_is_shown_as_such():
    y = hs.Surv.right(range(1, 9), [1, 1, 1, 0, 0, 0, 0, 0])
    data = {"g": ["b", "b", None, None, "b", "a", "a", "a"], "x": [1, 3, 2, 4, 2, 5, 1, 2]}
    found = missing_bounds(y, data, penalty=None)
    assert found.rows["highest"]["hazard_ratio"] == np.inf
    assert (found.status, found.n_not_estimable, found.direction_holds) == ("boundary", 0, True)
    assert found.title().endswith("4.228 to inf")
    assert "monotone" in found.reason
    json.dumps(found.as_dict(), allow_nan=False)


def test_an_assignment_without_contrast_proves_no_direction():
    """Filled in one way the covariate is another one: no estimate there, and no direction that holds."""
    y = hs.Surv.right(range(1, 9), [1, 1, 1, 0, 1, 1, 0, 1])
    data = {"g": ["a", "b", None, "a", "b", "a", None, "b"], "x": [0, 1, 0, 0, 1, 0, 1, 1]}
    with pytest.warns(NonIdentifiableWarning, match="1 of 4 fills have no estimate"):
        found = missing_bounds(y, data)
    assert found.n_not_estimable == 1
    assert found.rows["lowest"]["coef"] > 0
    assert not found.direction_holds


def test_who_misses_something_else_is_counted_in_words():
    y, data = drawn(5)
    data.loc[[int(np.flatnonzero(data["group"].notna())[0])], "age"] = np.nan
    assert "(1 who miss another covariate left out)" in missing_bounds(y, data, variable="group").method


def test_very_many_fills_have_no_number():
    random = np.random.default_rng(1)
    y = hs.Surv.right(random.exponential(size=1_100), np.ones(1_100))
    task = Task.of(y, {"g": ["a", "b"] * 25 + [None] * 1_050}, None, None, None)
    assert task.fills("efron", "firth").number == np.inf


def test_complete_cases_without_a_level_of_another_covariate_are_not_compared():
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 1, 1, 1, 1, 0, 1, 1])
    site = ["s", "t", "u", "s", "t", "s", "t", "s", "t"]
    found = missing_bounds(y, {"g": ["a", "b", None, "b", "a", "b", "b", "a", "a"], "site": site})
    row = found.rows["complete cases"]
    assert (row["n"], row["status"]) == (8, "not_estimable")
    assert "all levels" in row["reason"]
    assert found.status == "ok"


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (
            {"g": [0, 1, None, 0, 1, 0, None, 1]},
            {"formula": "scale(g)"},
            "by what its own values are on average",
        ),
        ({"g": [*"abababa", None], "x": range(8)}, {"formula": "g * x"}, "stands in an interaction"),
        (
            {"g": [*"abababa", None], "x": range(8)},
            {"formula": "(x + g)**2"},
            "stands in an interaction",
        ),
        (
            {"g": ["a", "b", None, "a", "a", "a", "a", "a"], "x": [1, None, 3, 2, 5, 4, 2, 1]},
            {"variable": "g"},
            "Of g only 'a' is known among the patients who miss nothing else",
        ),
        ({"g": [*"abababa", None], "x": [*[None] * 7, 1]}, {"variable": "g"}, "fewer than two known"),
    ],
)
def test_what_is_not_one_coefficient_is_refused(data, options, message):
    with pytest.raises(DesignError, match=message):
        missing_bounds(hs.Surv.right(range(1, 9), [1] * 8), data, **options)


def test_an_interaction_is_bounded_by_its_name():
    y = hs.Surv.right(range(1, 9), [1, 1, 1, 0, 1, 1, 0, 1])
    data = {"group": ["a", "b", None, "a", "b", "a", None, "b"], "x": [1, 2, 3, 4, 3, 2, 1, 2]}
    found = missing_bounds(y, data, "group * x", term="group[T.b]:x")
    values = []
    for levels in product("ab", repeat=2):
        group = list(data["group"])
        group[2], group[6] = levels
        values.append(
            hs.cox(y, data | {"group": group}, "group * x", penalty="firth", interval="wald").coef[2]
        )
    assert found.rows["lowest"]["coef"] == pytest.approx(min(values), abs=1e-6)
    assert found.rows["highest"]["coef"] == pytest.approx(max(values), abs=1e-6)


def test_bounds_do_not_depend_on_the_order_of_rows():
    y, data = drawn(8)
    order = np.random.default_rng(1).permutation(14)
    one = missing_bounds(y, data)
    other = missing_bounds(y.take(order), data.iloc[order])
    for name, row in one.rows.items():
        assert other.rows[name]["coef"] == pytest.approx(row["coef"], abs=1e-9)
    names = {
        found: dict(found.assignments()[["patient", "lowest"]].itertuples(index=False))
        for found in (one, other)
    }
    assert names[one] == names[other]


@pytest.mark.parametrize("most", [0, -1, 2.5, True, "all", None])
def test_the_number_of_fills_is_checked(most):
    y, data = drawn(1)
    with pytest.raises(DataError, match="most must be a whole number"):
        missing_bounds(y, data, most=most)


def test_without_events_or_with_a_seed_that_is_none_it_is_refused():
    y, data = drawn(1)
    with pytest.raises(DesignError, match="no events among the patients"):
        missing_bounds(hs.Surv.right(y.time, [0] * 14), data)
    with pytest.raises(DataError, match="seed must be"):
        missing_bounds(y, data, seed="one")

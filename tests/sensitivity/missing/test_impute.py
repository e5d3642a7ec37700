"""Multiple imputation: rules, what never changes, recovery of known effects, and what is refused."""

from __future__ import annotations

import warnings

import joblib
import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.core.missing.rubin import pool
from hpcstats.errors import DataError, DesignError, NonIdentifiableWarning, SeparationWarning
from hpcstats.sensitivity.missing import impute

METHODS = ("mice", "substantive-model")


@pytest.fixture(scope="module")
def small():
    """Sixty patients, three covariates with gaps."""
    random = np.random.default_rng(11)
    n = 60
    group = random.choice(["a", "b", "c"], n)
    age = random.normal(50, 10, n)
    time = random.exponential(np.exp(-0.7 * (group == "b")), n)
    event = random.random(n) < 0.7
    data = pd.DataFrame({"group": group, "age": age, "male": random.integers(0, 2, n).astype(float)})
    data.loc[random.choice(n, 9, replace=False), "group"] = None
    data.loc[random.choice(n, 12, replace=False), "age"] = np.nan
    data.loc[random.choice(n, 5, replace=False), "male"] = np.nan
    return hs.Surv.right(time, event, id=[f"p{k}" for k in range(n)]), data


@pytest.fixture(scope="module", params=METHODS)
def found(request, small):
    return impute(*small, n_imputations=6, cycles=3, method=request.param, seed=5)


def test_pooled_answers_are_rubin_s_rules_of_the_fits_of_the_completed_data(found, small):
    y, _ = small
    fits = [hs.cox(y, found.completed(k), penalty="firth", interval="wald") for k in range(6)]
    assert found.terms == fits[0].terms
    estimates = np.stack([fit.coef for fit in fits])
    assert found.estimates == pytest.approx(estimates)
    expected = pool(estimates, np.stack([fit.std_error**2 for fit in fits]), y.n_events - 4, 0.95)
    assert found.pooled.low == pytest.approx(expected.low)
    assert found.pooled.df == pytest.approx(expected.df)
    frame = found.to_frame()
    imputed = frame[frame["analysis"] == "imputed"]
    assert imputed["high"].to_numpy() == pytest.approx(np.exp(expected.high))
    assert imputed["missing_information"].between(0, 1).all()
    assert (imputed["n"] == 60).all()


def test_complete_cases_are_those_of_cox(found, small):
    y, data = small
    fit = hs.cox(y, data, penalty="firth", missing="drop")
    frame = found.to_frame()
    alone = frame[frame["analysis"] == "complete cases"].reset_index(drop=True)
    assert alone["hazard_ratio"].tolist() == fit.to_frame()["hazard_ratio"].tolist()
    assert alone["low"].tolist() == fit.to_frame()["low"].tolist()
    assert (alone["n"] == fit.n).all()
    assert alone["missing_information"].isna().all()


def test_what_is_known_never_changes_and_nothing_stays_missing(found, small):
    _, data = small
    for number in range(6):
        completed = found.completed(number)
        assert not completed.isna().any(axis=None)
        for name in data.columns:
            known = data[name].notna()
            assert completed.loc[known, name].astype(object).tolist() == data.loc[known, name].tolist()
        assert set(completed["group"]) <= {"a", "b", "c"}
        assert set(completed["male"]) <= {0.0, 1.0}


def test_imputations_differ_and_are_followed(found):
    values = found.draws.values[1][:, found.columns.variables[1].missing]
    assert values.std(axis=0).min() > 0
    trace = found.trace()
    assert trace["cycle"].max() == 3
    last = trace[(trace["variable"] == "age") & (trace["cycle"] == 3)]
    assert last["mean"].iloc[0] == pytest.approx(values.mean())
    assert set(found.scale_reduction()["quantity"]) == {"mean", "share of b", "share of c", "share of 1.0"}
    compared = found.compared_values().set_index(["variable", "quantity"])
    assert compared.loc[("age", "mean"), "imputed"] == pytest.approx(values.mean())
    shares = compared.loc["group", ["known", "imputed"]].sum()
    assert shares.tolist() == pytest.approx([1.0, 1.0])


def test_matched_numbers_are_known_numbers(small):
    found = impute(*small, n_imputations=3, cycles=2, method="mice", seed=1)
    known = set(small[1]["age"].dropna())
    assert all(set(found.completed(k)["age"]) <= known for k in range(3))


@pytest.mark.parametrize("method", METHODS)
def test_the_seed_repeats_the_answer(small, method):
    how = {"n_imputations": 3, "cycles": 2, "method": method}
    first, again, other = (impute(*small, seed=seed, **how) for seed in (7, 7, 8))
    pd.testing.assert_frame_equal(first.to_frame(), again.to_frame())
    assert not np.array_equal(first.estimates, other.estimates)
    fresh = impute(*small, **how)
    repeated = impute(*small, seed=int(fresh.seed), **how)
    assert np.array_equal(fresh.estimates, repeated.estimates)


def test_the_answer_does_not_depend_on_who_runs_the_chains(small):
    alone = impute(*small, n_imputations=3, cycles=1, seed=3)
    with joblib.parallel_config(backend="threading"):
        together = impute(*small, n_imputations=3, cycles=1, seed=3, n_jobs=2)
    assert np.array_equal(alone.estimates, together.estimates)


@pytest.fixture(scope="module")
def large():
    """Four hundred patients; a binary covariate and a number, each missing in a third at random."""
    random = np.random.default_rng(21)
    n = 400
    x, z = (random.random(n) < 0.4).astype(float), random.normal(size=n)
    time = random.exponential(1 / np.exp(1.0 * x + 0.7 * z))
    last = random.uniform(0.3, 3, n)
    y = hs.Surv.right(np.minimum(time, last), time <= last)
    gaps = pd.DataFrame({"x": x, "z": z})
    gaps.loc[random.random(n) < 0.33, "x"] = np.nan
    gaps.loc[random.random(n) < 0.33, "z"] = np.nan
    return y, pd.DataFrame({"x": x, "z": z}), gaps


@pytest.mark.parametrize("method", METHODS)
def test_effects_are_recovered_with_less_error_than_from_complete_cases(large, method):
    y, whole, gaps = large
    found = impute(y, gaps, n_imputations=30, cycles=5, method=method, seed=2)
    full = hs.cox(y, whole)
    assert found.estimates.mean(axis=0) == pytest.approx(full.coef, abs=0.2)
    assert (found.pooled.std_error > full.std_error).all()
    assert (found.pooled.std_error < found.complete_cases.std_error).all()
    assert ((found.pooled.missing_information > 0.15) & (found.pooled.missing_information < 0.6)).all()


def test_leaving_the_outcome_out_would_have_shrunk_the_effect(large):
    y, _, gaps = large
    blind = impute(
        hs.Surv.right(np.random.default_rng(1).permutation(y.time), y.event),
        gaps,
        n_imputations=3,
        cycles=3,
        seed=1,
    )
    naive = np.mean([hs.cox(y, blind.completed(k)).coef for k in range(3)], axis=0)
    told = impute(y, gaps, n_imputations=3, cycles=3, seed=1).estimates.mean(axis=0)
    assert (np.abs(naive) < np.abs(told) - 0.1).all()


@pytest.mark.parametrize("method", METHODS)
def test_perfect_prediction_leaves_all_finite(method):
    random = np.random.default_rng(5)
    n = 40
    twin = np.repeat([0.0, 1.0], n // 2)
    group = np.where(twin == 1, "b", "a").astype(object)
    group[[0, 5, 25, 39]] = None
    y = hs.Surv.right(random.exponential(size=n), random.random(n) < 0.8)
    found = impute(
        y,
        {"group": group, "twin": twin},
        ["group"],
        auxiliary=["twin"],
        n_imputations=10,
        method=method,
        seed=1,
    )
    assert found.status == "ok"
    drawn = found.draws.values[0][:, [0, 5, 25, 39]]
    assert drawn.mean(axis=0).round(1).tolist() == pytest.approx([0, 0, 1, 1], abs=0.3)


def test_a_formula_with_an_interaction_is_imputed_by_its_own_model(small):
    y, data = small
    found = impute(
        y, data, "age + male + age:male", n_imputations=3, cycles=2, method="substantive-model", seed=1
    )
    assert found.terms == ("age", "male", "age:male")
    assert np.isfinite(found.pooled.estimate).all()
    assert found.draws.forced == 0


def test_delayed_entry_and_odd_names_are_taken(small):
    y, data = small
    late = hs.Surv.right(y.time + 1, y.event, entry=np.linspace(0, 0.9, len(y)))
    odd = data.rename(columns={"age": "age (years)"})
    for method in METHODS:
        found = impute(late, odd, ["age (years)", "male"], n_imputations=3, cycles=1, method=method, seed=1)
        assert found.terms == ("age (years)", "male")


def test_without_a_penalty_what_has_no_estimate_is_said():
    y = hs.Surv.right(range(1, 13), [1] * 6 + [0] * 6)
    data = {"x": [1, 1, 1, 1, 1, None, 0, 0, 0, None, 0, 0]}
    with pytest.warns(SeparationWarning, match="penalty='firth'"):
        found = impute(y, data, n_imputations=20, cycles=1, penalty=None, seed=1)
    assert found.status == "not_estimable"
    assert found.statuses == ("not_estimable",)
    assert np.isnan(found.pooled.estimate).all()
    assert "no finite estimate" in found.reason
    assert impute(y, data, n_imputations=3, cycles=1, seed=1).status == "ok"


def test_more_missing_than_known_is_warned_of(small):
    y, data = small
    most = data.assign(age=data["age"].where(np.arange(60) % 3 == 0))
    with pytest.warns(NonIdentifiableWarning, match="age in"):
        found = impute(y, most, n_imputations=3, cycles=1, seed=1)
    assert "missing_bounds" in found.warnings[0]


def test_complete_cases_that_cannot_be_fitted_are_told(small):
    y, data = small
    split = data.assign(
        age=data["age"].where(np.arange(60) < 30), male=data["male"].where(np.arange(60) >= 30)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NonIdentifiableWarning)
        found = impute(y, split, ["age", "male"], n_imputations=3, cycles=1, seed=1)
    assert found.complete_cases is None
    assert "Every row misses" in found.complete_cases_reason
    assert set(found.to_frame()["analysis"]) == {"imputed"}
    assert "0 complete cases" in found.title()


def test_what_cannot_be_imputed_is_refused(small):
    y, data = small
    whole = data.dropna()
    with pytest.raises(DesignError, match="Nothing is missing"):
        impute(y.take(data.notna().all(axis=1).to_numpy()), whole)
    with pytest.raises(DesignError, match="fewer than two known values"):
        impute(y, data.assign(empty=None))
    with pytest.raises(DesignError, match=r"rare is known of 5 patients only"):
        impute(y, data.assign(rare=[1.0, 2.0, 3.0, 4.0, 5.0] + [np.nan] * 55))
    with pytest.raises(DataError, match="n_imputations must be a whole number, 3 or more"):
        impute(y, data, n_imputations=2)
    with pytest.raises(DataError, match="cycles must be"):
        impute(y, data, cycles=0)
    with pytest.raises(DataError, match="Did you mean 'age'"):
        impute(y, data, ["male"], auxiliary=["agee"])
    with pytest.raises(DataError, match="stands in the model already"):
        impute(y, data, ["male", "age"], auxiliary=["age"])
    with pytest.raises(DesignError, match="no events"):
        impute(hs.Surv.right([1, 2, 3], [0, 0, 0]), {"x": [1, 0, None]})
    with pytest.raises(DesignError, match="male, twin determine each other"):
        impute(y, data.assign(twin=data["male"] * 2), ["male", "twin", "age"])
    with pytest.raises(hs.UnsupportedError, match="penalty='lasso'"):
        impute(y, data, penalty="lasso")
    with pytest.raises(hs.UnsupportedError, match="method='knn' is not known"):
        impute(y, data, method="knn")
    with pytest.raises(hs.UnsupportedError, match="Surv.right"):
        impute(hs.Surv.interval([1, 2], [2, 3]), {"x": [1, None]})
    with pytest.raises(DataError, match="no imputation 3"):
        impute(y, data, n_imputations=3, cycles=1, seed=1).completed(3)


def test_columns_of_every_kind_are_taken_alike(small):
    polars = pytest.importorskip("polars")
    y, data = small
    how = {"n_imputations": 3, "cycles": 1, "seed": 4}
    expected = impute(y, data, **how).estimates
    mapping = {name: [None if pd.isna(v) else v for v in data[name]] for name in data.columns}
    typed = data.assign(
        group=pd.Categorical(data["group"], categories=["a", "b", "c", "never"]),
        male=data["male"].astype("boolean"),
        age=data["age"].astype("Float64"),
    )
    for same in (mapping, polars.DataFrame(mapping), typed):
        assert impute(y, same, **how).estimates == pytest.approx(expected)
    other = data.assign(group=pd.Categorical(data["group"], categories=["c", "b", "a"]))
    assert impute(y, other, **how).terms[:2] == ("group[T.b]", "group[T.a]")


def test_the_sentence_names_what_was_done(found):
    assert "60" in found.title()
    assert "male 5, group 9, age 12" in found.method
    assert "6 imputations of 3 cycles, seed 5" in found.method
    assert found.patients() == tuple(sorted(f"p{k}" for k in range(60)))
    assert found.as_dict()["n_imputations"] == 6

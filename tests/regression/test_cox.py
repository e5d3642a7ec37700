"""Cox models: closed forms, published numbers, a slow maximiser, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

import hpcstats as hs
from tests import oracles
from tests.reference.loader import dataset, response

# Therneau & Grambsch 2000, appendix E, first test data set (without the row that misses x).
TEST_1 = hs.Surv.right([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], id=list("abcdef"))
TEST_1_X = {"x": [1, 1, 1, 0, 0, 0]}


def few_warnings_expected(call):
    """Fit without the remark that the patients are few."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.SmallSampleWarning)
        return call()


@pytest.fixture(scope="module")
def breslow() -> hs.CoxFit:
    return few_warnings_expected(lambda: hs.cox(TEST_1, TEST_1_X, ["x"], ties="breslow"))


@pytest.fixture(scope="module")
def freireich() -> tuple[hs.Surv, pd.DataFrame]:
    data = dataset("gehan2")
    return response(data), data


def test_first_test_of_therneau_and_grambsch_in_closed_form(breslow: hs.CoxFit) -> None:
    assert breslow.coef[0] == pytest.approx(np.log((3 + np.sqrt(33)) / 2), abs=1e-10)
    assert breslow.log_likelihood_null == pytest.approx(-np.log(6) - np.log(4) * 2, abs=1e-10)
    assert breslow.log_likelihood == pytest.approx(-3.824749505, abs=1e-9)
    assert breslow.score.statistic == pytest.approx(1.6, abs=1e-10)


def test_first_test_of_therneau_and_grambsch_under_efron() -> None:
    fit = few_warnings_expected(lambda: hs.cox(TEST_1, TEST_1_X, ["x"]))
    assert fit.coef[0] == pytest.approx(1.67685749, abs=5e-9)
    assert fit.log_likelihood_null == pytest.approx(-4.27666612, abs=5e-9)
    assert fit.log_likelihood == pytest.approx(-3.35897484, abs=5e-9)


@pytest.mark.parametrize(
    ("ties", "coefficient", "error"), [("breslow", 1.509191, 0.409564), ("efron", 1.572125, 0.412397)]
)
def test_freireich(freireich, ties: str, coefficient: float, error: float) -> None:
    fit = hs.cox(*freireich, ["group"], ties=ties)
    assert abs(fit.coef[0]) == pytest.approx(coefficient, abs=5e-7)
    assert np.sqrt(fit.covariance[0, 0]) == pytest.approx(error, abs=5e-7)


def test_freireich_likelihood_ratio_and_interval(freireich) -> None:
    fit = hs.cox(*freireich, ["group"], interval="wald")
    row = fit.to_frame().iloc[0]
    high_over_low = sorted([row["low"], row["high"], 1 / row["low"], 1 / row["high"]])[-2:]
    assert fit.likelihood_ratio.statistic == pytest.approx(16.35169, abs=5e-6)
    assert high_over_low == pytest.approx([2.1465, 10.8093], abs=5e-5)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("seed", range(4))
def test_a_slow_search_over_the_literal_likelihood_finds_the_same_maximum(ties: str, seed: int) -> None:
    generator = np.random.default_rng(seed)
    n = 14
    entry = generator.integers(0, 3, n).astype(float)
    time = entry + generator.integers(1, 7, n)
    event = generator.random(n) < 0.8
    x = np.column_stack([generator.integers(0, 2, n), generator.normal(size=n).round(2)])
    strata = generator.integers(0, 2, n).tolist()
    fit = few_warnings_expected(
        lambda: hs.cox(
            hs.Surv.right(time, event, entry=entry),
            {"a": x[:, 0], "b": x[:, 1]},
            ["a", "b"],
            ties=ties,
            strata=strata,
        )
    )
    assert fit.status == "ok"
    literal = oracles.PartialLikelihood(time.tolist(), event.tolist(), x, ties, entry.tolist(), strata)
    found, top = literal.maximise()
    assert fit.log_likelihood == pytest.approx(top, abs=1e-9)
    assert fit.coef == pytest.approx(found, abs=2e-5)


def test_a_formula_and_a_list_of_columns_are_one_model(freireich) -> None:
    y, data = freireich
    by_formula, by_list = hs.cox(y, data, "group"), hs.cox(y, data, ["group"])
    assert by_formula.terms == by_list.terms == ("group",)
    assert by_formula.coef == pytest.approx(by_list.coef, abs=1e-12)


def test_categories_are_compared_with_the_first_level() -> None:
    data = dataset("larynx3").assign(
        stage=lambda rows: rows["group"].map({1: "I", 2: "II", 3: "III", 4: "IV"})
    )
    fit = hs.cox(response(data), data, "C(stage)")
    dummies = pd.get_dummies(data["group"], prefix="g", dtype=float)[["g_2", "g_3", "g_4"]]
    by_hand = hs.cox(response(data), dummies, ["g_2", "g_3", "g_4"])
    assert fit.coef == pytest.approx(by_hand.coef, abs=1e-9)
    (factor,) = fit.design.factors
    assert (factor.kind, tuple(factor.levels), factor.reference) == (
        "categorical",
        ("I", "II", "III", "IV"),
        "I",
    )
    assert tuple(factor.terms) == fit.terms


def test_a_factor_is_tested_by_leaving_it_out() -> None:
    data = dataset("larynx3").assign(
        stage=lambda rows: rows["group"].astype(str), half=lambda rows: rows.index % 2
    )
    y = response(data)
    fit = hs.cox(y, data, "C(stage) + half")
    tests = fit.term_tests().set_index("factor")
    without = hs.cox(y, data, "half")
    stage = next(name for name in tests.index if "stage" in name)
    assert tests.loc[stage, "statistic"] == pytest.approx(
        2 * (fit.log_likelihood - without.log_likelihood), abs=1e-8
    )
    assert tests.loc[stage, "df"] == 3


def test_columns_of_the_frame_are_in_their_order(breslow: hs.CoxFit) -> None:
    assert " ".join(breslow.to_frame()) == "term coef std_error hazard_ratio low high statistic p_value"
    row = breslow.to_frame().iloc[0]
    assert row["hazard_ratio"] == pytest.approx(np.exp(breslow.coef[0]))
    assert row["low"] < row["hazard_ratio"] < row["high"]


def test_the_profile_interval_is_the_default_and_named(freireich) -> None:
    fit = hs.cox(*freireich, ["group"])
    limits = fit.profile_interval("group")
    row = fit.to_frame().iloc[0]
    assert np.exp([limits.low, limits.high]) == pytest.approx([row["low"], row["high"]], rel=1e-9)
    assert "profile" in (fit.method + " ".join(fit.conventions)).lower()
    wald = hs.cox(*freireich, ["group"], interval="wald").to_frame().iloc[0]
    assert abs(wald["low"] - row["low"]) > 1e-4


def test_missing_covariates_are_refused_or_counted() -> None:
    data = dataset("gehan2").astype({"group": float})
    data.loc[[3, 7], "group"] = np.nan
    y = response(data)
    with pytest.raises(hs.DataError) as caught:
        hs.cox(y, data, ["group"])
    assert set(caught.value.rows) == {3, 7}
    fit = hs.cox(y, data, ["group"], missing="drop")
    kept = data.drop(index=[3, 7])
    complete = hs.cox(response(kept), kept, ["group"])
    assert (fit.n, fit.n_dropped) == (40, 2)
    assert set(fit.dropped_rows) == {3, 7}
    assert fit.coef == pytest.approx(complete.coef, abs=1e-12)


def test_patients_are_those_of_the_rows_used() -> None:
    x = {"x": [1, 1, np.nan, 0, 0, 1]}
    fit = few_warnings_expected(lambda: hs.cox(TEST_1, x, ["x"], missing="drop"))
    assert set(fit.patients()) == {"a", "b", "d", "e", "f"}
    assert len(fit.response) == 5


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame])
def test_any_table_of_columns_gives_one_answer(make, breslow: hs.CoxFit) -> None:
    fit = few_warnings_expected(lambda: hs.cox(TEST_1, make(TEST_1_X), ["x"], ties="breslow"))
    assert fit.coef == pytest.approx(breslow.coef, abs=1e-12)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"ties": "exact", "weights": [1] * 6}, hs.UnsupportedError),
        ({"ties": "exact", "robust": True}, hs.UnsupportedError),
        ({"penalty": "ridge"}, hs.UnsupportedError),
        ({"robust": "sandwich"}, hs.UnsupportedError),
        ({"robust": "mancl-derouen"}, hs.UnsupportedError),
        ({"ties": "random"}, hs.UnsupportedError),
        ({"interval": "bootstrap"}, hs.UnsupportedError),
        ({"missing": "impute"}, hs.UnsupportedError),
        ({"level": 95}, hs.DataError),
        ({"formula": ["height"]}, hs.HpcstatsError),
        ({"formula": "height"}, hs.HpcstatsError),
        ({"formula": []}, hs.HpcstatsError),
        ({"weights": [1, 2]}, hs.DataError),
        ({"weights": [-1, 1, 1, 1, 1, 1]}, hs.DataError),
        ({"frequencies": [1, 0.5, 1, 1, 1, 1]}, hs.DataError),
        ({"weights": [1] * 6, "frequencies": [1] * 6}, hs.HpcstatsError),
        ({"strata": ["u"]}, hs.DataError),
        ({"cluster": ["u", None, "v", "v", "w", "w"]}, hs.DataError),
        ({"data": {"x": [1, 0]}}, hs.DataError),
    ],
)
@pytest.mark.filterwarnings(
    "ignore::hpcstats.errors.SmallSampleWarning"
)  # Six patients; only the refusal counts.
def test_unusable_options_are_refused(options, error) -> None:
    with pytest.raises(error):
        hs.cox(TEST_1, **({"data": TEST_1_X, "formula": ["x"]} | options))


def test_another_kind_of_response_is_refused() -> None:
    with pytest.raises(hs.UnsupportedError):
        hs.cox(hs.Surv.interval([1, 2], [2, 3]), {"x": [0, 1]}, ["x"])

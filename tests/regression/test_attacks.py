"""Input and designs that once slipped through in silence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs

TIME = list(range(1, 11))
EVENT = [1, 1, 0, 1, 1, 1, 0, 1, 1, 1]
X = [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3]
Y = hs.Surv.right(TIME, EVENT)


def test_a_robust_variance_has_an_interval_of_its_own():
    rows = np.repeat(range(10), 16)
    y = hs.Surv.right(np.array(TIME)[rows], np.array(EVENT)[rows])
    fit = hs.cox(y, {"x": np.array(X)[rows]}, ties="breslow", cluster=rows)
    assert fit.interval == "wald"
    margin = 1.959963984540054 * fit.std_error
    np.testing.assert_allclose(fit.high - fit.coef, margin)
    with pytest.raises(hs.UnsupportedError, match="interval='wald'"):
        hs.cox(y, {"x": np.array(X)[rows]}, cluster=rows, interval="profile")


def test_too_few_clusters_are_refused():
    with pytest.raises(hs.DesignError, match="1 clusters cannot carry"):
        hs.cox(Y, {"x": X}, cluster=["c"] * 10)


def test_fractional_weights_make_the_variance_robust():
    one, many = (hs.cox(Y, {"x": X}, weights=[w] * 10) for w in (0.5, 16.5))
    assert one.robust
    assert many.std_error == pytest.approx(one.std_error)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_several_events_of_a_patient_cluster_by_patient():
    y = hs.Surv.counting([0, 2, 0, 3, 0, 1], [2, 5, 3, 6, 1, 4], [1, 1, 1, 1, 1, 0], id=list("aabbcc"))
    data = {"x": [1.0, 1, 0, 0, 2, 2]}
    assert hs.cox(y, data).std_error == pytest.approx(hs.cox(y, data, cluster=y.id).std_error)


def test_an_entry_that_ties_with_the_exit_up_to_rounding_is_refused():
    with pytest.raises(hs.DataError, match="entry is not before time"):
        hs.Surv.right([0.1 * 3, 1], [1, 1], entry=[0.3, 0])


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (["a"] * 10, "one value only"),
        (list(pd.date_range("2020-01-01", periods=10)), "Turn them into numbers"),
        ([complex(value) for value in X], "Turn them into numbers"),
        ([*X[:9], np.inf], "infinite"),
    ],
)
def test_columns_that_are_no_covariates_are_refused(column, words):
    with pytest.raises(hs.DesignError, match=words):
        hs.cox(Y, {"x": X, "k": column}, "x + k")


def test_numbers_among_objects_stay_numbers():
    plain = hs.cox(Y, {"x": X})
    for column in (
        pd.Series(X, dtype=object),
        [*X[:9], None],
        np.array([bool(v > 3) for v in X], dtype=object),
    ):
        fit = hs.cox(Y, {"x": column}, missing="drop")
        assert fit.terms == plain.terms


def test_columns_beside_the_covariates_are_no_covariates():
    fit = hs.cox(Y, {"x": X, "w": [1, 2] * 5, "s": list("uv") * 5}, weights="w", strata="s")
    assert fit.terms == ("x",)


@pytest.mark.parametrize("probability", [0.1, 0.2, 0.30000000000000004, 0.4, 0.7000000000000001, 1 - 0.1])
def test_quantiles_mean_the_simple_fraction(probability):
    km = hs.kaplan_meier(hs.Surv.right(range(1, 11), [1] * 10))
    assert km.quantile(probability).loc[0, "estimate"] == pytest.approx(10 * probability + 0.5)


def test_a_trend_does_not_know_the_unit_of_its_scores():
    group = list("abc") * 3 + ["a"]
    small, large = (hs.logrank(Y, group, trend=[0, s, 2 * s]).p_value for s in (1e-7, 1.0))
    assert small == pytest.approx(large)


def test_masked_values_are_missing():
    with pytest.raises(hs.DataError, match="time is missing"):
        hs.Surv.right(np.ma.array([5.0, 999, 3], mask=[0, 1, 0]), [1, 1, 1])


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SeparationWarning")  # It is the case looked at.
def test_the_estimable_terms_keep_their_robust_error_beside_an_infinite_one():
    y = hs.Surv.right([2, 3, 3, 5, 9, 1, 4, 6, 8, 7, 10, 12], [1] * 6 + [0] * 6)
    data = {"arm": [0] * 6 + [1] * 6, "x": [1.0, 0.3, 0.7, 1.9, 1.1, 0.4, 0.2, 1.5, 0.9, 0.8, 1.3, 0.6]}
    fit = hs.cox(y, data, robust=True)
    assert fit.statuses == ("not_estimable", "ok")
    assert np.isfinite(fit.std_error[1])
    assert np.isnan(fit.std_error[0])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: hs.cox(Y, {"x": X}, 5), hs.DesignError),
        (lambda: hs.cox(Y, {"x": X}, "1"), hs.DesignError),
        (lambda: hs.cox(Y, {"x": X, "z": X[::-1]}, "x | z"), hs.DesignError),
        (lambda: hs.cox(Y, pd.DataFrame(np.column_stack([X, X]), columns=["x", "x"])), hs.DataError),
        (lambda: hs.kaplan_meier(Y, level="0.95"), hs.DataError),
        (lambda: hs.kaplan_meier(Y, interval=["plain"]), hs.UnsupportedError),
        (lambda: hs.kaplan_meier(Y).at([]), hs.DataError),
        (lambda: hs.kaplan_meier(Y).patients("nobody"), hs.DataError),
        (lambda: hs.logrank(Y, list("ab") * 5, weights=("fleming-harrington", "a", 0)), hs.UnsupportedError),
        (lambda: hs.diagnose(Y, horizon=float("nan")), hs.DataError),
    ],
)
def test_whatever_is_wrong_is_said_in_words(call, error):
    with pytest.raises(error):
        call()


def test_a_column_may_have_any_name():
    frame = pd.DataFrame({0: X, "Intercept": X[::-1]})
    assert hs.cox(Y, frame).terms == ("0", "Intercept")
    assert hs.cox(Y, {"x": X}, "poly(x, 2)").terms[0].startswith("poly(x, 2)")


def test_arrays_of_a_result_cannot_be_changed():
    fit = hs.cox(Y, {"x": X})
    with pytest.raises(ValueError, match="read-only"):
        fit.coef[0] = 5

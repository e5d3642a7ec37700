"""Baseline hazards and predicted survival: closed forms, new patients, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

import hpcstats as hs
from tests.reference.loader import dataset
from tests.regression.test_residuals import TEST_1, TEST_1_X, fit_1

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")


@pytest.fixture(scope="module")
def veteran() -> pd.DataFrame:
    return dataset("veteran")


def fitted(data: pd.DataFrame, formula: str, **options: object) -> hs.CoxFit:
    y = hs.Surv.right(data["time"], data["status"], unit="days")
    return hs.cox(y, data, formula, interval="wald", **options)


def test_baseline_and_its_error_in_closed_form() -> None:
    fit, r = fit_1("breslow")
    frame = fit.baseline_hazard("zero").to_frame()
    h = np.array([1 / (3 * r + 3), 2 / (r + 3), 0, 1])
    assert frame["cumulative_hazard"].to_numpy() == pytest.approx(np.cumsum(h), abs=1e-12)
    square = np.cumsum([h[0] ** 2, h[1] ** 2 / 2, 0, 1])
    moved = np.cumsum([h[0] * r / (r + 1), h[1] * r / (r + 3), 0, 0])
    error = np.sqrt(square + moved**2 * fit.covariance[0, 0])
    assert frame["hazard_error"].to_numpy() == pytest.approx(error, abs=1e-12)
    assert frame["estimate"].to_numpy() == pytest.approx(np.exp(-np.cumsum(h)), abs=1e-12)
    assert frame["std_error"].to_numpy() == pytest.approx(frame["estimate"] * error, abs=1e-12)


def test_efron_removes_the_tied_one_after_the_other() -> None:
    fit, r = fit_1("efron")
    frame = fit.baseline_hazard("zero").to_frame()
    steps = np.cumsum([1 / (3 * r + 3), 1 / (r + 3) + 2 / (r + 5), 0, 1])
    assert frame["cumulative_hazard"].to_numpy() == pytest.approx(steps, abs=1e-12)


def test_means_leave_dummy_columns_at_their_reference(veteran: pd.DataFrame) -> None:
    fit = fitted(veteran, "karno + celltype")
    assert len(fit.terms) == 4
    base = fit.baseline_hazard().to_frame()
    typical = {"karno": [veteran["karno"].mean()], "celltype": [fit.design.factors[1].reference]}
    same = fit.predict_survival(typical).to_frame()
    assert base["cumulative_hazard"].to_numpy() == pytest.approx(same["cumulative_hazard"], rel=1e-12)
    assert base["hazard_error"].to_numpy() == pytest.approx(same["hazard_error"], rel=1e-10)


def test_new_patients_are_encoded_as_the_old_ones(veteran: pd.DataFrame) -> None:
    fit = fitted(veteran, "np.log(karno) + C(celltype) * prior")
    one = veteran.iloc[[3, 90]]
    together = fit.predict_survival(one, [50, 100]).to_frame()
    eta = (fit.design.matrix[[3, 90]]) @ fit.coef
    base = fit.baseline_hazard("zero").at([50, 100])["cumulative_hazard"].to_numpy()
    assert together["cumulative_hazard"].to_numpy().reshape(2, 2) == pytest.approx(
        np.exp(eta)[:, None] * base, rel=1e-9
    )
    assert together["patient"].tolist() == [0, 0, 1, 1]
    pd.testing.assert_frame_equal(fit.predict_survival(pl.from_pandas(one), [50, 100]).to_frame(), together)


def test_each_stratum_has_its_own_curve(veteran: pd.DataFrame) -> None:
    fit = fitted(veteran, "karno", strata="celltype")
    curves = fit.predict_survival({"karno": [60]}).to_frame()
    assert set(curves["group"]) == set(veteran["celltype"])
    chosen = fit.predict_survival(
        {"karno": [60, 60], "celltype": ["large", "smallcell"]}, 100, strata="celltype"
    )
    for _, row in chosen.to_frame().iterrows():
        of_group = curves[(curves["group"] == row["group"]) & (curves["time"] <= 100)].iloc[-1]
        assert row["estimate"] == of_group["estimate"]
    large = veteran[veteran["celltype"] == "large"]
    counts = hs.kaplan_meier(hs.Surv.right(large["time"], large["status"])).to_frame()
    ours = curves[curves["group"] == "large"]
    assert ours["at_risk"].tolist() == counts["at_risk"].tolist()
    assert ours["events"].tolist() == counts["events"].tolist()


def test_without_effect_breslows_survival_is_that_of_nelson_and_aalen() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 1])
    fit = hs.cox(y, {"x": [1, 0, 0, 1, 0, 1]}, ties="breslow", offset=[0.0] * 6)
    hazard = hs.nelson_aalen(y).to_frame()["estimate"].to_numpy()
    base = fit.baseline_hazard("zero").to_frame()["cumulative_hazard"].to_numpy()
    assert fit.residuals("martingale")["residual"].sum() == pytest.approx(0, abs=1e-12)
    scale = np.exp(fit.coef[0])
    assert base[-1] * min(1, scale) <= hazard[-1] <= base[-1] * max(1, scale)


def test_an_offset_moves_the_hazard() -> None:
    fit = hs.cox(TEST_1, TEST_1_X, offset=[0.5] * 6)
    plain = hs.cox(TEST_1, TEST_1_X)
    moved = fit.predict_survival({"x": [1]}, offset=[0.5]).to_frame()
    pd.testing.assert_frame_equal(moved, plain.predict_survival({"x": [1]}).to_frame(), rtol=1e-8)


def test_frequencies_predict_as_repeated_rows_do() -> None:
    often = [2, 1, 3, 1, 2, 1]
    rows = np.repeat(np.arange(6), often)
    repeated = hs.Surv.right(TEST_1.time[rows], TEST_1.event[rows])
    left = hs.cox(TEST_1, TEST_1_X, frequencies=often)
    right = hs.cox(repeated, {"x": np.array(TEST_1_X["x"])[rows]})
    pd.testing.assert_frame_equal(
        left.predict_survival({"x": [1]}).to_frame(), right.predict_survival({"x": [1]}).to_frame(), rtol=1e-8
    )


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ({"karno": [60]}, "new_data has no column 'celltype'"),
        ({"karno": [60], "celltype": ["giant"]}, "row 0: 'giant'.*Its levels are"),
        ({"karno": [None], "celltype": ["large"]}, "new_data misses karno in rows 0"),
        ({"karno": [np.inf], "celltype": ["large"]}, "infinite in rows 0"),
        ({"karno": ["high"], "celltype": ["large"]}, "not numbers"),
        ({"karno": [], "celltype": []}, "new_data has no rows"),
    ],
)
def test_new_data_that_cannot_be_encoded_are_refused(veteran, new: dict[str, list], message: str) -> None:
    with pytest.raises(hs.DataError, match=message):
        fitted(veteran, "karno + celltype").predict_survival(new)


def test_what_has_not_been_observed_is_refused(veteran: pd.DataFrame) -> None:
    fit = fitted(veteran, "karno", strata="celltype")
    with pytest.raises(hs.DesignError, match="beyond the end of follow-up"):
        fit.predict_survival({"karno": [60]}, [5000])
    with pytest.raises(hs.DataError, match="strata has values that the fit has not seen .row 0: 'giant'"):
        fit.predict_survival({"karno": [60]}, strata=["giant"])
    with pytest.raises(hs.DataError, match="strata has 2 values"):
        fit.predict_survival({"karno": [60]}, strata=["large", "small"])
    with pytest.raises(hs.DataError, match="numbers from 0 on"):
        fit.predict_survival({"karno": [60]}, [-1])
    with pytest.raises(hs.DesignError, match="no strata"):
        fitted(veteran, "karno").predict_survival({"karno": [60]}, strata=["large"])
    with pytest.raises(hs.DataError, match="one finite number for each of the 1"):
        fit.predict_survival({"karno": [60]}, offset=[1.0, 2.0])
    with pytest.raises(hs.UnsupportedError, match="at='mode'"):
        fit.baseline_hazard("mode")


def test_before_the_first_event_nobody_has_left() -> None:
    first = fit_1("efron")[0].predict_survival({"x": [0]}, [0, 0.5]).to_frame()
    assert first[["estimate", "low", "high"]].to_numpy().tolist() == [[1, 1, 1]] * 2
    assert (first["cumulative_hazard"] == 0).all()

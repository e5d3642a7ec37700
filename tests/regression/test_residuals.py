"""Residuals of Cox models: closed forms, and what each kind is for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from tests.reference.loader import dataset

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

# Therneau & Grambsch 2000, appendix E, first and second test data set.
TEST_1 = hs.Surv.right([1, 1, 6, 6, 8, 9], [1, 0, 1, 1, 0, 1], id=list("abcdef"))
TEST_1_X = {"x": [1, 1, 1, 0, 0, 0]}
TEST_2 = hs.Surv.right(
    [2, 3, 6, 7, 8, 9, 9, 9, 14, 17], [1, 1, 1, 1, 1, 1, 1, 0, 0, 0], entry=[1, 2, 5, 2, 1, 7, 3, 4, 8, 8]
)
TEST_2_X = {"x": [1, 0, 0, 1, 0, 1, 1, 0, 0, 0]}


def fit_1(ties: str) -> tuple[hs.CoxFit, float]:
    fit = hs.cox(TEST_1, TEST_1_X, ties=ties)
    return fit, float(np.exp(fit.coef[0]))


def fit_2(ties: str) -> tuple[hs.CoxFit, float]:
    fit = hs.cox(TEST_2, TEST_2_X, ties=ties)
    return fit, float(np.exp(fit.coef[0]))


def values(fit: hs.CoxFit, kind: str) -> list[float]:
    return fit.residuals(kind).iloc[:, -1].tolist()


def test_first_test_data_under_breslow_in_closed_form() -> None:
    fit, r = fit_1("breslow")
    h1, h6 = 1 / (3 * r + 3), 2 / (r + 3)
    x1, x6 = r / (r + 1), r / (r + 3)
    both = h1 + h6
    assert values(fit, "martingale") == pytest.approx(
        [1 - r * h1, -r * h1, 1 - r * both, 1 - both, -both, -both], abs=1e-12
    )
    assert values(fit, "schoenfeld") == pytest.approx([1 - x1, 1 - x6, -x6, 0], abs=1e-12)
    moved = h1 * x1 + h6 * x6
    scores = [(1 - x1) * (1 - r * h1), -(1 - x1) * r * h1, 1 - x6 - r * both + r * moved, moved - x6, moved]
    assert values(fit, "score") == pytest.approx([*scores, moved], abs=1e-12)
    information = r / (r + 1) ** 2 + 6 * r / (r + 3) ** 2
    assert fit.covariance[0, 0] == pytest.approx(1 / information, rel=1e-10)
    assert values(fit, "dfbeta") == pytest.approx([u / information for u in [*scores, moved]], abs=1e-10)
    scaled = [fit.coef[0] + 4 * u / information for u in (1 - x1, 1 - x6, -x6, 0)]
    assert values(fit, "scaled-schoenfeld") == pytest.approx(scaled, abs=1e-10)


def test_first_test_data_under_efron_in_closed_form() -> None:
    fit, r = fit_1("efron")
    h1, first, second = 1 / (3 * r + 3), 1 / (r + 3), 2 / (r + 5)
    spared, whole = h1 + first + second / 2, h1 + first + second
    assert values(fit, "martingale") == pytest.approx(
        [1 - r * h1, -r * h1, 1 - r * spared, 1 - spared, -whole, 1 - (whole + 1)], abs=1e-12
    )
    mean = (r / (r + 3) + r / (r + 5)) / 2
    assert values(fit, "schoenfeld") == pytest.approx([1 / (r + 1), 1 - mean, -mean, 0], abs=1e-12)
    spread = r / (r + 1) ** 2 + 3 * r / (r + 3) ** 2 + 5 * r / (r + 5) ** 2
    assert fit.covariance[0, 0] == pytest.approx(1 / spread, rel=1e-10)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_second_test_data_with_entry_in_closed_form(ties: str) -> None:
    fit, r = fit_2(ties)
    h = {2: 1 / (r + 1), 3: 1 / (r + 2), 6: 1 / (2 * r + 3), 7: 1 / (2 * r + 2), 8: 1 / (2 * r + 2)}
    last = [1 / (2 * r + 3), 1 / (2 * r + 3) if ties == "breslow" else 1 / (r + 3)]
    dying = last[0] + (last[1] if ties == "breslow" else last[1] / 2)
    assert values(fit, "martingale") == pytest.approx(
        [
            1 - r * h[2],
            1 - h[3],
            1 - h[6],
            1 - r * (h[3] + h[6] + h[7]),
            1 - (h[2] + h[3] + h[6] + h[7] + h[8]),
            1 - r * (h[8] + dying),
            1 - r * (h[6] + h[7] + h[8] + dying),
            -(h[6] + h[7] + h[8] + sum(last)),
            -sum(last),
            -sum(last),
        ],
        abs=1e-12,
    )
    means = [r * h[2], r * h[3], 2 * r * h[6], 2 * r * h[7], 2 * r * h[8]]
    end = 2 * r / (2 * r + 3) if ties == "breslow" else (2 * r / (2 * r + 3) + r / (r + 3)) / 2
    expected = [1 - means[0], -means[1], -means[2], 1 - means[3], -means[4], 1 - end, 1 - end]
    assert values(fit, "schoenfeld") == pytest.approx(expected, abs=1e-12)


def test_frames_carry_rows_patients_and_times() -> None:
    fit, _ = fit_1("efron")
    frame = fit.residuals("schoenfeld")
    assert list(frame.columns) == ["time", "row", "id", "x"]
    assert frame[["time", "row", "id"]].to_numpy().tolist() == [
        [1, 0, "a"],
        [6, 2, "c"],
        [6, 3, "d"],
        [9, 5, "f"],
    ]
    assert list(fit.residuals().columns) == ["row", "id", "residual"]


def test_rows_left_out_keep_the_others_places() -> None:
    fit = hs.cox(TEST_1, {"x": [1, None, 1, 0, 0, 0]}, missing="drop")
    assert fit.residuals()["row"].tolist() == [0, 2, 3, 4, 5]
    weighted = hs.cox(TEST_1, TEST_1_X, frequencies=[1, 0, 1, 1, 1, 1])
    pd.testing.assert_frame_equal(weighted.residuals(), fit.residuals())
    pd.testing.assert_frame_equal(weighted.residuals("score"), fit.residuals("score"))


def test_deviance_residuals_keep_the_sign_and_sum_to_the_deviance_of_the_poisson() -> None:
    fit, _ = fit_1("efron")
    raw, shaped = np.array(values(fit, "martingale")), np.array(values(fit, "deviance"))
    assert (np.sign(raw) == np.sign(shaped)).all()
    event = TEST_1.event
    expected = event - raw
    poisson = 2 * (np.where(event, -np.log(expected), 0.0) - raw)
    assert shaped**2 == pytest.approx(poisson, abs=1e-12)


def test_dfbeta_is_nearly_what_leaving_one_out_does() -> None:
    data = dataset("veteran")
    y, terms = hs.Surv.right(data["time"], data["status"]), ["trt", "karno", "age"]
    fit = hs.cox(y, data, terms, interval="wald")
    changes = fit.residuals("dfbeta")[terms].to_numpy()
    for row in np.argsort(-np.abs(changes).max(axis=1))[[0, 5, 50]]:
        kept = np.arange(len(data)) != row
        less = hs.cox(y.take(kept), data[kept], terms, interval="wald")
        assert fit.coef - less.coef == pytest.approx(changes[row], rel=0.25, abs=0.01 * fit.std_error.max())


def test_dfbeta_under_sampling_weights_is_that_of_the_weighted_row() -> None:
    data = dataset("ther_test3")
    fit = hs.cox(hs.Surv.right(data["time"], data["status"]), data, ["x"], weights=data["wt"], robust=True)
    one, whole = fit.residuals("score")["x"], fit.residuals("dfbeta")["x"]
    assert whole.to_numpy() == pytest.approx(one * data["wt"] * fit.naive_covariance[0, 0], rel=1e-10)
    assert (whole**2).sum() == pytest.approx(fit.covariance[0, 0], rel=1e-10)


def test_exact_ties_have_breslows_hazard_and_no_means_at_risk() -> None:
    fit, _ = fit_1("breslow")
    exact = replace(fit, ties="exact")
    assert values(exact, "martingale") == values(fit, "martingale")
    for kind in ("score", "schoenfeld", "scaled-schoenfeld", "dfbeta", "dfbetas"):
        with pytest.raises(hs.UnsupportedError, match="not defined for ties='exact'"):
            exact.residuals(kind)


def test_what_cannot_be_asked_is_refused() -> None:
    fit, _ = fit_1("efron")
    with pytest.raises(hs.UnsupportedError, match="kind='partial' is not known"):
        fit.residuals("partial")
    data = dataset("tiny_mono12")
    with pytest.warns(hs.SeparationWarning):
        monotone = hs.cox(hs.Surv.right(data["time"], data["status"]), data, ["group"])
    with pytest.raises(hs.DesignError, match="Martingale residuals need finite coefficients"):
        monotone.residuals()

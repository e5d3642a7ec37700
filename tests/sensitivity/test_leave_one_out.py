"""Leaving out one patient, or one paper, against refits of what is left."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.sensitivity import leave_one_out

GENERATOR = np.random.default_rng(4)
Y = hs.Surv.right(GENERATOR.exponential(5, 18).round(1), [1, 1, 0] * 6, id=[f"p{k}" for k in range(18)])
DATA = pd.DataFrame({"x": GENERATOR.normal(size=18), "z": [0, 1] * 9, "paper": np.arange(18) // 3})


def without(k: int) -> np.ndarray:
    return np.arange(18) != k


def test_each_patient_by_refitting():
    fit = hs.cox(Y, DATA, "x + z", interval="wald")
    frame = leave_one_out(fit).to_frame()
    assert frame.columns.tolist() == [
        "left_out", "n", "n_events", "term", "estimate", "low", "high", "change", "order", "status", "reason",
    ]  # fmt: skip
    assert len(frame) == 36
    for k in range(18):
        again = hs.cox(Y.take(without(k)), DATA[without(k)], "x + z", interval="wald")
        rows = frame[frame["left_out"] == f"p{k}"]
        assert rows["estimate"].to_numpy() == pytest.approx(np.exp(again.coef), rel=1e-8)
        assert rows["low"].to_numpy() == pytest.approx(np.exp(again.low), rel=1e-7)
        assert rows["high"].to_numpy() == pytest.approx(np.exp(again.high), rel=1e-7)
        assert rows["change"].to_numpy() == pytest.approx(np.exp(again.coef - fit.coef), rel=1e-8)
        assert rows["n"].tolist() == [17, 17]
        assert rows["n_events"].tolist() == [again.n_events] * 2
    x = frame[frame["term"] == "x"]
    by_size = x.iloc[np.argsort(-np.abs(np.log(x["change"].to_numpy())))]
    assert by_size["order"].tolist() == list(range(1, 19))


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
@pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")
def test_each_paper_by_refitting():
    fit = hs.cox(Y, DATA, "x")
    found = leave_one_out(fit, by="paper", data=DATA, statistic="coefficient")
    again = [hs.cox(Y.take(DATA["paper"] != k), DATA[DATA["paper"] != k], "x") for k in range(6)]
    assert found.estimates[:, 0] == pytest.approx([other.coef[0] for other in again], abs=1e-9)
    assert found.change[:, 0] == pytest.approx([other.coef[0] - fit.coef[0] for other in again], abs=1e-9)
    assert found.sizes.tolist() == [15] * 6
    assert found.method.startswith("Leave-one-cluster-out, each fitted by maximum partial likelihood")
    clustered = leave_one_out(hs.cox(Y, DATA, "x", cluster="paper"), by="auto")
    assert clustered.estimates[:, 0] == pytest.approx(np.exp(found.estimates[:, 0]))
    assert clustered.left_out == tuple(range(6))
    assert clustered.low is None
    assert "low" not in clustered.to_frame()


def test_labels_keep_their_declared_order():
    paper = pd.Categorical(np.where(DATA["paper"] < 3, "Smith", "Jones"), categories=["Smith", "Jones"])
    assert leave_one_out(hs.kaplan_meier(Y), by=paper).left_out == ("Smith", "Jones")


def test_curves_by_refitting():
    group = np.array(["a", "b"] * 9)
    found = leave_one_out(hs.kaplan_meier(Y, group), statistic=[("quantile", 0.4), ("at", 2)])
    frame = found.to_frame()
    for k in range(18):
        again = hs.kaplan_meier(Y.take(without(k)), group[without(k)])
        rows = frame[frame["left_out"] == f"p{k}"]
        quantiles, heights = again.quantile(0.4)["estimate"], again.at(2)["estimate"]
        told = [value for pair in zip(quantiles, heights, strict=True) for value in pair]
        assert rows["estimate"].to_numpy() == pytest.approx(told, abs=1e-12, nan_ok=True)
    unchanged = frame[(frame["left_out"] == "p0") & (frame["group"] == "b")]
    assert unchanged["change"].tolist() == [0, 0]


def test_a_median_no_longer_reached_is_the_largest_change():
    curves = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4], [1, 1, 0, 0]))
    frame = leave_one_out(curves).to_frame()
    assert frame["status"].tolist() == ["not_estimable", "not_estimable", "ok", "ok"]
    assert frame["order"].tolist() == [1, 1, 3, 3]
    assert np.isposinf(frame["change"][:2]).all()
    assert frame["estimate"][:2].isna().all()
    assert "not reached" in frame["reason"][0]


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SeparationWarning")
def test_firth_takes_over_where_there_is_no_maximum():
    time, event, x = np.array([1, 2, 3, 4, 6, 7]), np.array([1, 1, 1, 0, 1, 1]), np.array([1, 0, 1, 0, 1, 0])
    fit = hs.cox(hs.Surv.right(time, event), {"x": x})
    found = leave_one_out(fit, statistic="coefficient")

    def firth(rows: np.ndarray) -> float:
        return float(hs.cox(hs.Surv.right(time[rows], event[rows]), {"x": x[rows]}, penalty="firth").coef[0])

    statuses = [row[0] for row in found.statuses]
    for k, status in enumerate(statuses):
        rows = np.arange(6) != k
        again = hs.cox(hs.Surv.right(time[rows], event[rows]), {"x": x[rows]})
        assert (again.status == "ok") == (status == "ok")
        if status == "ok":
            assert found.estimates[k, 0] == pytest.approx(again.coef[0], abs=1e-9)
        else:
            assert found.estimates[k, 0] == pytest.approx(firth(rows), abs=1e-9)
            assert found.change[k, 0] == pytest.approx(firth(rows) - firth(np.ones(6, bool)), abs=1e-9)
            assert found.reasons[k][0] == "monotone likelihood"
    assert statuses.count("firth") == 1
    assert set(leave_one_out(fit, penalty="firth").statuses) == {("ok",)}


def test_what_has_no_information_is_not_estimable():
    found = leave_one_out(hs.cox(hs.Surv.right([1, 2, 3, 4], [1, 1, 1, 1]), {"x": [0, 1, 0, 0]}))
    assert found.statuses[1] == ("not_estimable",)
    assert "no information" in found.reasons[1][0]
    assert np.isnan(found.estimates[1, 0])
    assert found.order[1, 0] == 4

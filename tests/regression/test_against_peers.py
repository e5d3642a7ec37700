"""Random small data: the same numbers as lifelines and statsmodels where those are right."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs

SEEDS = range(8)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what is not ours: peers warn of their own deprecated calls, and of few events; so do we."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def small_data(seed: int, *, late: bool = False) -> pd.DataFrame:
    """Draw 24 patients with ties, of whom both groups have events at many times."""
    generator = np.random.default_rng([seed, late])
    n = 24
    x = generator.integers(0, 2, n)
    entry = generator.integers(0, 3, n) if late else np.zeros(n, dtype=int)
    time = entry + 1 + np.floor(generator.exponential(6 / (1 + 0.5 * x))).clip(0, 14).astype(int)
    return pd.DataFrame(
        {
            "time": time.astype(float),
            "event": (generator.random(n) < 0.75).astype(int),
            "entry": entry.astype(float),
            "x": x,
            "age": generator.normal(50, 10, n).round(),
            "paper": generator.integers(0, 8, n),
            "site": generator.integers(0, 2, n),
            "weight": generator.integers(1, 4, n),
        }
    )


def response(data: pd.DataFrame) -> hs.Surv:
    return hs.Surv.right(data["time"], data["event"], entry=data["entry"] if data["entry"].any() else None)


@pytest.mark.parametrize("seed", SEEDS)
def test_kaplan_meier_against_lifelines(seed: int) -> None:
    from lifelines import KaplanMeierFitter

    data = small_data(seed)
    with quiet():
        peer = KaplanMeierFitter().fit(data["time"], data["event"])
        estimate = peer.survival_function_.iloc[1:, 0]
        limits = peer.confidence_interval_.iloc[1:]
    ours = hs.kaplan_meier(response(data), interval="log-log").to_frame()
    assert ours["estimate"].tolist() == pytest.approx(estimate.tolist(), abs=1e-12)
    inner = (ours["estimate"] > 0) & (ours["estimate"] < 1)
    assert ours["low"][inner].tolist() == pytest.approx(
        limits.iloc[:, 0][inner.to_numpy()].tolist(), abs=1e-10
    )
    assert ours["high"][inner].tolist() == pytest.approx(
        limits.iloc[:, 1][inner.to_numpy()].tolist(), abs=1e-10
    )


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_kaplan_meier_against_statsmodels(seed: int, late: bool) -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    data = small_data(seed, late=late)
    with quiet():
        peer = SurvfuncRight(
            data["time"].to_numpy(),
            data["event"].to_numpy(),
            entry=data["entry"].to_numpy() if late else None,
        )
        ours = hs.kaplan_meier(response(data)).to_frame()
    ours = ours[ours["events"] > 0]
    assert ours["time"].tolist() == peer.surv_times[peer.n_events > 0].tolist()
    assert ours["at_risk"].tolist() == peer.n_risk[peer.n_events > 0].tolist()
    assert ours["estimate"].tolist() == pytest.approx(peer.surv_prob[peer.n_events > 0].tolist(), abs=1e-12)
    alive = (ours["estimate"] > 0).to_numpy()
    errors = peer.surv_prob_se[peer.n_events > 0]
    assert ours["std_error"][alive].tolist() == pytest.approx(errors[alive].tolist(), abs=1e-12)


@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [
        ("logrank", None, {}),
        ("gehan", "gb", {}),
        ("tarone-ware", "tw", {}),
        (("fleming-harrington", 1, 0), "fh", {"fh_p": 1}),
        (("fleming-harrington", 0.5, 0), "fh", {"fh_p": 0.5}),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_logrank_against_statsmodels(
    seed: int, ours: Any, theirs: str | None, options: dict[str, float]
) -> None:
    from statsmodels.duration.survfunc import survdiff

    data = small_data(seed)
    for strata in (None, data["site"]):
        with quiet():
            statistic, p_value = survdiff(
                data["time"], data["event"], data["x"], weight_type=theirs, strata=strata, **options
            )
            test = hs.logrank(response(data), data["x"], method="asymptotic", weights=ours, strata=strata)
        assert test.statistic == pytest.approx(statistic, rel=1e-9)
        assert test.p_value == pytest.approx(p_value, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_logrank_of_several_groups_against_lifelines(seed: int) -> None:
    from lifelines.statistics import multivariate_logrank_test

    data = small_data(seed)
    groups = data["paper"] % 3
    with quiet():
        peer = multivariate_logrank_test(data["time"], groups, data["event"])
        test = hs.logrank(response(data), groups, method="asymptotic")
    assert test.statistic == pytest.approx(peer.test_statistic, rel=1e-9)
    assert test.p_value == pytest.approx(peer.p_value, rel=1e-9)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_cox_against_lifelines(seed: int, late: bool) -> None:
    from lifelines import CoxPHFitter

    data = small_data(seed, late=late)
    tight = {"precision": 1e-12, "r_precision": 1e-14}
    with quiet():
        peer = CoxPHFitter().fit(
            data[["time", "event", "entry", "x", "age", "site"]],
            "time",
            "event",
            entry_col="entry" if late else None,
            formula="x + age",
            strata=["site"],
            fit_options=tight,
        )
        fit = hs.cox(response(data), data, ["x", "age"], strata=data["site"], interval="wald")
    # Even so told, its steps of .95 end 1e-7 away.
    assert fit.coef == pytest.approx(peer.params_[["x", "age"]].to_numpy(), abs=1e-6)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(
        peer.standard_errors_[["x", "age"]].to_numpy(), rel=1e-6
    )
    assert fit.log_likelihood == pytest.approx(peer.log_likelihood_, abs=1e-9)
    limits = fit.to_frame()[["low", "high"]].to_numpy()
    assert np.log(limits) == pytest.approx(
        peer.confidence_intervals_.loc[["x", "age"]].to_numpy(), rel=1e-5, abs=1e-6
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_robust_and_clustered_errors_against_lifelines(seed: int) -> None:
    from lifelines import CoxPHFitter

    data = small_data(seed).assign(time=lambda rows: rows["time"] + rows.index / 1000)
    tight = {"precision": 1e-12, "r_precision": 1e-14}
    columns = ["time", "event", "x", "age"]
    with quiet():
        robust = CoxPHFitter().fit(data[columns], "time", "event", robust=True, fit_options=tight)
        clustered = CoxPHFitter().fit(
            data[[*columns, "paper"]], "time", "event", cluster_col="paper", fit_options=tight
        )
        ours = hs.cox(response(data), data, ["x", "age"], robust=True, interval="wald")
        ours_clustered = hs.cox(response(data), data, ["x", "age"], cluster=data["paper"], interval="wald")
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(robust.standard_errors_.to_numpy(), rel=1e-6)
    assert np.sqrt(np.diag(ours_clustered.covariance)) == pytest.approx(
        clustered.standard_errors_.to_numpy(), rel=1e-6
    )


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@pytest.mark.parametrize("seed", SEEDS)
def test_cox_against_statsmodels(seed: int, ties: str) -> None:
    from statsmodels.duration.hazard_regression import PHReg

    data = small_data(seed, late=True)
    x = data[["x", "age"]].to_numpy(dtype=float)
    with quiet():
        model = PHReg(
            data["time"].to_numpy(),
            x - x.mean(axis=0),
            status=data["event"].to_numpy(),
            entry=data["entry"].to_numpy() + 0.5,  # It counts an entry at the time of an event as at risk.
            strata=data["site"].to_numpy(),
            ties=ties,
        )
        peer = model.fit(gtol=1e-12)
        fit = hs.cox(response(data), data, ["x", "age"], strata=data["site"], ties=ties, interval="wald")
    assert fit.coef == pytest.approx(peer.params, rel=1e-5, abs=1e-7)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(peer.bse, rel=1e-5)
    assert fit.log_likelihood == pytest.approx(peer.llf, abs=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_offset_against_statsmodels(seed: int) -> None:
    from statsmodels.duration.hazard_regression import PHReg

    data = small_data(seed)
    offset = (data["age"].to_numpy() - 50) / 20
    with quiet():
        peer = PHReg(
            data["time"].to_numpy(),
            data[["x"]].to_numpy(dtype=float),
            status=data["event"].to_numpy(),
            offset=offset,
        ).fit(gtol=1e-12)
        fit = hs.cox(response(data), data, ["x"], ties="breslow", offset=offset, interval="wald")
    assert fit.coef == pytest.approx(peer.params, rel=1e-6, abs=1e-8)

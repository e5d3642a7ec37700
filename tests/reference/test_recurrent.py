"""Mean numbers of recurrent events, their tests, and Cox models of them equal R's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.recurrence import (
    MeanCumulative,
    andersen_gill,
    compare_mean_cumulative,
    mean_cumulative,
    prentice_williams_peterson,
    wei_lin_weissfeld,
)
from tests.reference.loader import Record, dataset, each_record, numbers

COVARIATES = "rx + number + size"
VARIANCES = {"LawlessNadeau": "lawless-nadeau", "Poisson": "poisson", "CSV": "sample"}
# Rounded to 12 digits in R, times of its pseudo censorings lie 1e-6 behind an event and are left out.
_SAME = 1e-9


def response(data: pd.DataFrame) -> hs.Surv:
    """Make the response; status 2 is death. A second event on one day is a row without length."""
    event, died = data["status"] == 1, data["status"] == 2
    return hs.Surv.counting(
        data["tstart"],
        data["tstop"],
        event,
        id=data["id"],
        terminal=died if died.any() else None,
        unit="days",
    )


def at_their_times(means: MeanCumulative, theirs: dict[str, list[float]]) -> tuple[pd.DataFrame, np.ndarray]:
    """Return our rows at R's times, and which of R's rows these are."""
    frame, times = means.to_frame(), np.asarray(theirs["time"], dtype=float)
    ours = frame["time"].to_numpy()
    near = np.abs(times[:, None] - ours) <= _SAME * np.maximum(1, ours)
    shared = near.any(axis=1)
    return frame.iloc[near.argmax(axis=1)[shared]].reset_index(drop=True), shared


@each_record("mcf_closed_form")
def test_closed_form(record: Record) -> None:
    assert_closed_form(record, record.data, record.result)


@each_record("mcf_closed_form_group")
def test_closed_form_by_group(record: Record) -> None:
    data = record.data
    means = mean_cumulative(response(data), data["group"])
    for label, curve in means:
        theirs = record.result[str(label)]
        assert_closed_form(record, data[data["group"] == label], theirs)
        kept = np.isin(curve.time, theirs["time"])
        record.agree(curve.estimate[kept], theirs["mcf"], f"estimate of group {label}")


def assert_closed_form(record: Record, data: pd.DataFrame, theirs: dict[str, list[float]]) -> None:
    frame, shared = at_their_times(mean_cumulative(response(data)), theirs)
    assert shared.all()
    for ours, name in (("at_risk", "at_risk"), ("events", "events"), ("estimate", "mcf")):
        record.agree(frame[ours], theirs[name], name)
    record.agree(frame["std_error"] ** 2, theirs["var_lawless_nadeau"], "robust variance")
    frame, _ = at_their_times(mean_cumulative(response(data), variance="poisson"), theirs)
    record.agree(frame["std_error"] ** 2, theirs["var_poisson"], "Poisson variance")


@each_record("mcf_survfit")
def test_survfit(record: Record) -> None:
    theirs = record.result
    for interval in ("log", "plain"):
        frame, shared = at_their_times(mean_cumulative(response(record.data), interval=interval), theirs)
        assert shared.all()
        for ours, name in (("at_risk", "n_risk"), ("events", "n_event"), ("estimate", "mcf")):
            record.agree(frame[ours], theirs[name], name)
        record.agree(frame["std_error"], theirs["se_robust"], "standard error")
        record.agree(frame["low"], np.maximum(theirs[f"lower_{interval}"], 0), f"lower {interval}")
        record.agree(frame["high"], theirs[f"upper_{interval}"], f"upper {interval}")


@each_record("mcf_reda")
def test_reda(record: Record) -> None:
    theirs = record.result
    name, scale = record.tag.split("_")
    interval = {"logCI": "log", "plainCI": "plain"}[scale]
    means = mean_cumulative(response(record.data), variance=VARIANCES[name], interval=interval)
    frame, shared = at_their_times(means, theirs)
    assert shared.mean() > 0.75
    kept = {key: np.asarray(values, dtype=float)[shared] for key, values in theirs.items()}
    for ours, key in (("at_risk", "numRisk"), ("estimate", "MCF"), ("std_error", "se")):
        record.agree(frame[ours], kept[key], key)
    record.agree(frame["low"], np.maximum(kept["lower"], 0), "lower limit")
    seen = kept["MCF"] > 0
    record.agree(frame["high"][seen], kept["upper"][seen], "upper limit")


@each_record("mcf_diff_test")
def test_pseudo_score(record: Record) -> None:
    data, table = record.data, record.result["full"]
    for weights, name in (("constant", "Constant Weight"), ("linear", "Linear Weight")):
        test = compare_mean_cumulative(response(data), data["group"], weights=weights)
        theirs = table.row(name)
        # R takes the first group less the second.
        found = [-test.score, test.variance, test.statistic, test.df, test.p_value]
        record.agree(found, list(theirs.values()), name)


@each_record("ghosh_lin")
def test_ghosh_lin(record: Record) -> None:
    theirs = record.result
    frame, shared = at_their_times(mean_cumulative(response(record.data)), theirs)
    assert shared.all()
    record.agree(frame["at_risk"], theirs["at_risk"], "at risk")
    record.agree(frame["estimate"], theirs["ghosh_lin"], "Ghosh-Lin")
    nelson, _ = at_their_times(mean_cumulative(response(record.data), death="censoring"), theirs)
    record.agree(nelson["estimate"], theirs["nelson_death_as_censoring"], "Nelson")


@each_record("ghosh_lin_survfit")
@pytest.mark.filterwarnings("ignore::hpcstats.errors.NonIdentifiableWarning")
def test_hazards_of_the_moves(record: Record) -> None:
    """Cumulative hazards of first and later events and of deaths before and after: rows that enter late."""
    y, theirs = response(record.data), record.result
    earlier = [y.event[(y.id == i) & (y.time < t)].any() for i, t in zip(y.id, y.time, strict=True)]
    times = np.asarray(theirs["time"], dtype=float)
    kinds = {
        "1:2": (False, y.event),
        "2:2": (True, y.event),
        "1:3": (False, y.terminal),
        "2:3": (True, y.terminal),
    }
    assert set(kinds) == set(theirs["cumhaz_names"])
    for column, name in enumerate(theirs["cumhaz_names"]):
        stage, happens = kinds[name]
        rows = np.flatnonzero(np.array(earlier) == stage)
        alone = hs.Surv.counting(y.entry[rows], y.time[rows], happens[rows], id=rows)
        [curve] = mean_cumulative(alone).curves
        record.agree(curve.at(times, "estimate"), theirs["cumhaz"].rows[:, column], name)


@each_record("andersen_gill")
def test_andersen_gill(record: Record) -> None:
    data = record.data
    if record.dataset == "tiny_rec5":
        fit = andersen_gill(response(data), data, "group", ties="breslow")
    else:
        fit = andersen_gill(bladder(), dataset("bladder2"), COVARIATES, ties=record.tag)
    assert_fit_equal(record, fit)


@each_record("pwp_tt")
def test_prentice_williams_peterson_total_time(record: Record) -> None:
    fit = prentice_williams_peterson(bladder(), dataset("bladder2"), COVARIATES, ties=record.tag)
    assert_fit_equal(record, fit)


@each_record("pwp_gt")
def test_prentice_williams_peterson_gap_time(record: Record) -> None:
    fit = prentice_williams_peterson(
        bladder(), dataset("bladder2"), COVARIATES, ties=record.tag, time_scale="gap"
    )
    assert_fit_equal(record, fit)


@each_record("wlw_common")
def test_wei_lin_weissfeld_common(record: Record) -> None:
    assert_fit_equal(record, wei_lin_weissfeld(bladder(), dataset("bladder2"), COVARIATES, ties=record.tag))


@each_record("wlw")
def test_wei_lin_weissfeld_by_event(record: Record) -> None:
    fit = wei_lin_weissfeld(bladder(), dataset("bladder2"), COVARIATES, ties=record.tag, effects="by-event")
    theirs = [name.split("=")[1].split(":") for name in record.result["coef"]]
    assert fit.terms == tuple(f"{term} (event {number})" for number, term in theirs)
    assert_fit_equal(record, fit)


def test_the_rows_of_the_marginal_model_are_those_of_the_data_set() -> None:
    """bladder has a row for each patient and event number; we make them of the rows of bladder2."""
    stored = dataset("bladder")
    fit = wei_lin_weissfeld(bladder(), dataset("bladder2"), COVARIATES)
    y = fit.response
    assert y.id.tolist() == stored["id"].tolist()
    assert y.time.tolist() == stored["stop"].tolist()
    assert y.status.tolist() == stored["event"].tolist()


def bladder() -> hs.Surv:
    data = dataset("bladder2")
    return hs.Surv.counting(data["start"], data["stop"], data["event"], id=data["id"], unit="months")


def assert_fit_equal(record: Record, fit: hs.CoxFit) -> None:
    theirs = record.result
    assert (fit.n, fit.n_events) == (theirs["n"], theirs["nevent"])
    record.agree(fit.coef, numbers(theirs["coef"]), "coefficients")
    record.agree(fit.std_error, numbers(theirs["robust_se"]), "robust standard errors")
    record.agree(np.sqrt(np.diag(fit.naive_covariance)), numbers(theirs["naive_se"]), "naive standard errors")
    record.agree(fit.covariance, theirs["robust_var"].rows, "robust variance")
    record.agree([fit.log_likelihood_null, fit.log_likelihood], theirs["loglik"], "log likelihood")
    record.agree(fit.wald.statistic, theirs["wald"], "Wald test")


@pytest.mark.parametrize(
    ("group", "month", "estimate", "error"),
    [
        (1, 12, 0.71683, 0.14058),
        (1, 24, 1.44677, 0.24382),
        (1, 36, 1.93322, 0.30371),
        (2, 12, 0.44737, 0.13477),
        (2, 24, 0.88984, 0.21405),
        (2, 36, 1.34810, 0.32464),
    ],
)
def test_bladder_by_treatment(group: int, month: int, estimate: float, error: float) -> None:
    found = mean_cumulative(bladder(), dataset("bladder2")["rx"]).at(month)
    row = found[found["group"] == group].iloc[0]
    assert (row["estimate"], row["std_error"]) == pytest.approx((estimate, error), abs=5e-6)

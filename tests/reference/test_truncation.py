"""Distributions of truncated times equal R's (closed form, reversed survfit, DTDA) and the published ones."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.nonparametric.truncation.distribution import TruncatedDistribution
from hpcstats.nonparametric.truncation.estimate import lynden_bell
from tests.reference.loader import Record, assert_close, dataset, each_record

# DTDA rounds what it returns to five decimals and stops its iteration at 1e-6.
FIVE_DECIMALS = 6.5e-6


def right_truncated(record: Record) -> TruncatedDistribution:
    return lynden_bell(hs.Surv.right_truncated(record.data["x"], record.data["v"]))


def on_rows(f: TruncatedDistribution, times: list[float]) -> np.ndarray:
    """F at each sorted row."""
    return f.at(times)["estimate"].to_numpy()


@each_record("right_trunc_npmle")
def test_closed_form(record: Record) -> None:
    frame, theirs = right_truncated(record).to_frame(), record.result
    record.agree(frame["time"], theirs["time"], "time")
    record.agree(frame["events"], theirs["n_event"], "events")
    record.agree(frame["at_risk"], theirs["n_risk_reverse"], "at risk")
    record.agree(frame["events"] / frame["at_risk"], theirs["reverse_hazard"], "reverse hazard")
    record.agree(frame["estimate"], theirs["F_cond"], "F")
    record.agree(np.append(0, frame["estimate"][:-1]), theirs["F_before"], "F before")
    record.agree(frame["std_error"], theirs["greenwood_se_F"], "standard error")


@each_record("right_trunc_npmle_survfit")
def test_survfit_in_reversed_time(record: Record) -> None:
    frame, theirs = right_truncated(record).to_frame().shift(1), record.result
    record.agree(frame["estimate"].fillna(0), theirs["F_before_x"], "F before")
    record.agree(frame["std_error"], theirs["se"], "standard error")
    record.agree(frame["low"], theirs["lower"], "lower limit")
    record.agree(frame["high"], theirs["upper"], "upper limit")


@each_record("right_trunc_efron_petrosian")
def test_efron_petrosian_of_right_truncation(record: Record) -> None:
    f, theirs = right_truncated(record), record.result
    times = np.array(theirs["time"])
    events = f.to_frame().set_index("time")["events"]
    mass = np.diff(f.estimate, prepend=0)
    each = np.repeat(mass / events.to_numpy(), events.to_numpy())
    assert_close(each, theirs["density"], FIVE_DECIMALS, "density")
    assert_close(np.cumsum(each), theirs["cumulative"], FIVE_DECIMALS, "F")
    assert_close(
        1 - np.append(0, np.cumsum(each)[:-1]), theirs["survival"], 2 * FIVE_DECIMALS, "1 - F before"
    )
    data = record.data.sort_values("x", kind="stable")
    seen = on_rows(f, np.minimum(data["v"], times.max()))
    assert_close(np.sort(seen), np.sort(theirs["truncation_probs"]), FIVE_DECIMALS, "mass of the windows")


@each_record("right_trunc_lynden")
def test_dtda_lynden_has_tied_mass_on_the_last_row(record: Record) -> None:
    f, theirs = right_truncated(record), record.result
    times = np.array(theirs["time"])
    last = np.append(times[1:] != times[:-1], True)
    for name, expected in (("cumulative", f.estimate), ("survival", 1 - f.estimate)):
        assert_close(expected, np.array(theirs[name])[last], 2 * FIVE_DECIMALS, name)
    assert_close(np.diff(f.estimate, prepend=0), np.array(theirs["density"])[last], FIVE_DECIMALS, "density")


@each_record("double_trunc_npmle")
def test_double_truncation(record: Record) -> None:
    data, theirs = record.data, record.result
    f = lynden_bell(hs.Surv.doubly_truncated(data["x"], data["u"], data["v"]))
    assert f.gap < 1e-9
    assert_close(f.time, theirs["time"], 1e-12, "time")
    assert_close(f.estimate, theirs["cumulative"], FIVE_DECIMALS, "F")
    assert_close(np.diff(f.estimate, prepend=0), theirs["density"], FIVE_DECIMALS, "density")
    if record.tag == "EP":
        before = np.append(0, f.estimate)
        mass = [
            before[(f.time <= v).sum()] - before[(f.time < u).sum()]
            for u, v in zip(data.u, data.v, strict=True)
        ]
        assert_close(mass, theirs["truncation_probs"], FIVE_DECIMALS, "mass of the windows")
        assert_close(1 - before[:-1], theirs["survival"], 2 * FIVE_DECIMALS, "1 - F before")
    else:
        assert_close(1 - f.estimate, theirs["survival"], 2 * FIVE_DECIMALS, "1 - F")


@each_record("left_trunc_lynden")
def test_left_truncation_is_double_truncation_without_an_end(record: Record) -> None:
    """DTDA counts u <= t as at risk, `kaplan_meier` entry < t; windows [u, infinity) are DTDA's."""
    data, theirs = record.data, record.result
    f = lynden_bell(hs.Surv.doubly_truncated(data["time"], data["entry"], np.full(len(data), np.inf)))
    times = np.array(theirs["time"])
    last = np.append(times[1:] != times[:-1], True)
    assert_close(f.estimate, np.array(theirs["cumulative"])[last], FIVE_DECIMALS, "F")


CHILDREN = {0.25: 0.0243, 0.5: 0.0850, 0.75: 0.1579, 1: 0.2237, 1.5: 0.2988, 2.25: 0.3896, 2.5: 0.4329}
CHILDREN |= {3: 0.5195, 3.5: 0.6061, 4.25: 0.6667, 5.5: 1}
ADULTS = {0.25: 0.00405, 1: 0.0212, 2: 0.0694, 3: 0.1584, 4: 0.2510, 5: 0.4021, 6: 0.6060, 7.25: 1}


@pytest.mark.parametrize(
    ("name", "published", "digits"), [("lag_child", CHILDREN, 4), ("lag_adult", ADULTS, 4)]
)
def test_aids_after_infected_blood(name: str, published: dict[float, float], digits: int) -> None:
    data = dataset(name)
    f = lynden_bell(hs.Surv.right_truncated(data["x"], data["v"]))
    found = f.at(list(published))["estimate"].to_numpy()
    assert found == pytest.approx(list(published.values()), abs=0.51 * 10.0**-digits)


def test_the_naive_share_is_nearly_twice_as_large() -> None:
    data = dataset("lag_child")
    naive = hs.kaplan_meier(hs.Surv.right(data["x"], np.ones(len(data), dtype=bool)))
    assert 1 - naive.at(2.5)["estimate"][0] == pytest.approx(30 / 37)
    f = lynden_bell(hs.Surv.right_truncated(data["x"], data["v"]))
    assert f.at(2.5)["estimate"][0] == pytest.approx(0.4329, abs=5e-5)

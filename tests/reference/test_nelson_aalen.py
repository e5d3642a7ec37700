"""Nelson-Aalen and Fleming-Harrington cumulative hazards equal R's, with each variance."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import Record, each_record, response

# Records of five patients warn that they are few; that the warning comes is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

# R's survfit(stype = 2, conf.type = "log") is exp(-H -+ z se): plain limits of the cumulative hazard.
_OF_SURVFIT = "plain"

VARIANCES = {
    "poisson": "var_aalen_poisson",
    "binomial": "var_binomial_greenwood",
    "ties": "var_unbiased_ties_KM391",
    "log-survival": "var_loglikKM",
}


def assert_hazard_equal(record: Record, tied: str) -> None:
    hazard = hs.nelson_aalen(response(record.data), tied=tied, interval=_OF_SURVFIT)
    frame, theirs = hazard.to_frame(), record.result
    names = {
        "time": "time",
        "at_risk": "n_risk",
        "events": "n_event",
        "estimate": "cumhaz",
        "std_error": "std_chaz",
    }
    for ours, name in names.items():
        record.agree(frame[ours], theirs[name], ours)
    survival = np.exp(-frame["estimate"])
    record.agree(survival, theirs["surv"], "exp(-H)")
    record.agree(survival * frame["std_error"], theirs["std_err"], "standard error of exp(-H)")
    record.agree(np.exp(-frame["high"]), theirs["lower"], "lower limit of exp(-H)")
    record.agree(np.exp(-frame["low"]), theirs["upper"], "upper limit of exp(-H)")


@each_record("nelson_aalen")
def test_nelson_aalen(record: Record) -> None:
    assert_hazard_equal(record, "together")


@each_record("fleming_harrington")
def test_fleming_harrington(record: Record) -> None:
    assert_hazard_equal(record, "successive")


@each_record("nelson_aalen_variances")
def test_variances(record: Record) -> None:
    y, theirs = response(record.data), record.result
    for variance, name in VARIANCES.items():
        frame = hs.nelson_aalen(y, variance=variance).to_frame()
        frame = frame[frame["time"].isin(theirs["time"])]
        record.agree(frame["time"], theirs["time"], "time")
        record.agree(frame["estimate"], theirs["na"], "estimate")
        record.agree(frame["std_error"] ** 2, theirs[name], variance)

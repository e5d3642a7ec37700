"""Illness-death probabilities against R: survival (infinitesimal jackknife), etm and mstate."""

from __future__ import annotations

import numpy as np
import pandas as pd

import hpcstats as hs
from hpcstats.nonparametric.multistate import illness_death
from tests.reference.loader import Record, dataset, each_record

STATES = ["well", "ill", "dead"]


def tiny() -> hs.Surv:
    data = dataset("tiny_id6")
    here = np.where(data["tstart"] > 0, "ill", "well")
    there = data["state"].map({0: None, 1: "ill", 2: "dead"})
    return hs.Surv.multistate(data["tstart"], data["tstop"], here, there, states=STATES, id=data["id"])


@each_record("illness_death")
def test_state_occupation(record: Record) -> None:
    expected = record.result
    found = illness_death(tiny())
    np.testing.assert_allclose(found.time, expected["time"])
    np.testing.assert_allclose(found.counts.at_risk[0], expected["n_risk"].rows)
    np.testing.assert_allclose(found.estimate, expected["pstate"].rows, atol=record.tolerance)
    np.testing.assert_allclose(found.std_error, expected["se"].rows, atol=record.tolerance)


@each_record("illness_death_etm")
def test_transition_matrix(record: Record) -> None:
    expected = record.result
    found = illness_death(tiny(), variance="greenwood")
    times = expected["time"]
    for here in (0, 1):
        if here == 0:
            rows = found.transition(times, from_state="well")
        else:
            rows = found.transition([2, 3, 4, 5, 6], from_state="ill", from_time=1)
        for there in range(here, 3):
            known = pd.Series(expected[f"P{here}{there}"], dtype=float)
            part = rows[rows["state"] == STATES[there]]
            np.testing.assert_allclose(part["estimate"], known.iloc[-len(part) :], atol=record.tolerance)
            if f"var_P{here}{there}" in expected:
                spread = pd.Series(expected[f"var_P{here}{there}"], dtype=float)
                np.testing.assert_allclose(part["std_error"] ** 2, spread, atol=record.tolerance)


@each_record("illness_death_mstate")
def test_greenwood_errors(record: Record) -> None:
    expected = record.result
    found = illness_death(tiny(), variance="greenwood").at(expected["time"])
    for number, state in enumerate(STATES, start=1):
        part = found[found["state"] == state]
        np.testing.assert_allclose(part["estimate"], expected[f"pstate{number}"], atol=record.tolerance)
        np.testing.assert_allclose(part["std_error"], expected[f"se{number}"], atol=record.tolerance)

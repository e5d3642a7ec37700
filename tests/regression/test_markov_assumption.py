"""The Markov check is a Cox model of each move with delayed entry."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.regression.markov_assumption import markov_check


def relapsing(entered, stop, dies):
    """Patients who fall ill at `entered` and are observed until `stop`."""
    start = [value for time in entered for value in (0.0, time)]
    ends = [value for pair in zip(entered, stop, strict=True) for value in pair]
    there = [value for died in dies for value in ("ill", "dead" if died else None)]
    ids = np.repeat(np.arange(len(stop)), 2)
    states = ["well", "ill", "dead"]
    return hs.Surv.multistate(start, ends, ["well", "ill"] * len(stop), there, states=states, id=ids)


ENTERED, STOP, DIES = [1, 2, 3, 1.5, 4, 2.5], [4, 9, 7, 6, 8, 5], [1, 1, 0, 1, 1, 1]


def test_one_cox_model_a_move():
    check = markov_check(relapsing(ENTERED, STOP, DIES), penalty=None)
    assert check.moves == (("ill", "dead"),)
    y = hs.Surv.right(STOP, DIES, entry=ENTERED)
    fit = hs.cox(y, {"entered": ENTERED}, ["entered"])
    row = check.to_frame().iloc[0]
    assert row["hazard_ratio"] == pytest.approx(fit.to_frame()["hazard_ratio"].item())
    assert (row["n"], row["events"]) == (6, 5)
    assert "entry into its state" in str(check)


def test_the_second_clock_is_the_covariate():
    """Who falls ill later dies sooner, on the clock of the origin, so that the ratio is above 1."""
    entered = np.array([1, 2, 3, 4, 5, 6.0])
    late = markov_check(relapsing(entered, [20, 17, 14, 12, 10, 9], [1] * 6))
    assert late.to_frame()["hazard_ratio"].item() > 1.3


def test_nothing_to_check_is_said():
    for y in (relapsing([2, 2], [4, 5], [1, 1]), relapsing([1, 2], [4, 5], [0, 0])):
        with pytest.raises(hs.DesignError, match="nothing to check"):
            markov_check(y)
    with pytest.raises(hs.UnsupportedError, match="Surv.multistate"):
        markov_check(hs.Surv.right([1], [1]))

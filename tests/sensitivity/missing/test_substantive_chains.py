"""Chains that are compatible with the Cox model: their law, enumerated state by state."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import special

import hpcstats as hs
from hpcstats.core.cox.firth import FirthPenalty
from hpcstats.core.cox.newton import maximise
from hpcstats.core.cox.partial_likelihood import prepare
from hpcstats.core.cox.symmetric import inverse
from hpcstats.sensitivity.missing.imputation import _checked
from hpcstats.sensitivity.missing.substantive_model import Chains, _started, substantive_model
from hpcstats.sensitivity.missing.variables import Columns

TIME = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9])
EVENT = np.array([1, 1, 0, 1, 1, 0, 1, 1, 0], bool)
KNOWN = [1, None, 0, 1, 0, None, 1, 0, 0]
GAPS = np.array([1, 5])
Y = hs.Surv.right(TIME, EVENT)


def chances(x, nodes):
    """Probabilities of 1 for each missing value after one cycle from x, at each node of the integral."""
    likelihood = prepare(TIME, EVENT, x[:, None], np.ones((1, 9)))
    top = maximise(FirthPenalty(likelihood), np.zeros((1, 1)))
    error = np.sqrt(inverse(top.derivatives.information)[0][0, 0, 0])
    share = x.mean()
    intercept, spread = np.log(share / (1 - share)), 1 / np.sqrt(9 * share * (1 - share))
    beta = (top.position[0, 0] + error * nodes)[:, None]
    prior = special.expit(intercept + spread * nodes)[None, :]
    # Breslow's cumulative hazard at the drawn coefficient and the values that stand.
    risk = np.exp(beta * x)
    steps = {s: 1 / risk[:, s <= TIME].sum(axis=1) for s in TIME[EVENT].tolist()}
    hazard = [sum(step for s, step in steps.items() if s <= TIME[gap]) for gap in GAPS]
    found = []
    for gap, own in zip(GAPS, hazard, strict=True):
        one = np.exp(EVENT[gap] * beta[:, 0] - own * np.exp(beta[:, 0]))[:, None]
        nought = np.exp(-own)[:, None]
        found.append(prior * one / (prior * one + (1 - prior) * nought))
    return found


def test_states_have_the_law_of_the_chain():
    """Four states of two missing values; the step between them integrated over both coefficients."""
    nodes, mass = np.polynomial.hermite_e.hermegauss(41)
    mass = np.outer(mass, mass) / mass.sum() ** 2
    states = list(product([0.0, 1.0], repeat=2))
    step = np.zeros((4, 4))
    for row, state in enumerate(states):
        x = np.array([np.nan if v is None else v for v in KNOWN])
        x[GAPS] = state
        first, second = chances(x, nodes)
        for column, there in enumerate(states):
            both = (first if there[0] else 1 - first) * (second if there[1] else 1 - second)
            step[row, column] = (mass * both).sum()
    share = 3 / 7
    begun = np.array([np.prod([share if v else 1 - share for v in state]) for state in states])
    expected = begun @ step @ step
    columns = Columns.of({"x": KNOWN}, None, (), Y)
    draws = substantive_model(Y, columns, _checked(Y, columns), 2_000, 2, "efron", [7])
    drawn = draws.values[0][:, GAPS]
    found = [(drawn == state).all(axis=1).mean() for state in states]
    assert found == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 2_000))
    # It is not the law of the values alone.
    assert np.abs(np.array(found) - begun).max() > 0.1


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_models_fitted_together_are_those_fitted_alone(ties):
    rng = np.random.default_rng(2)
    y = hs.Surv.right(rng.integers(1, 8, 20) + 0.5, rng.random(20) < 0.7, entry=rng.random(20))
    data = pd.DataFrame({"x": rng.integers(0, 2, 20).astype(float), "z": rng.normal(size=20)})
    data.loc[[1, 5, 9], "x"] = np.nan
    columns = Columns.of(data, None, (), y)
    chains = Chains(
        response=y,
        columns=columns,
        design=_checked(y, columns),
        ties=ties,
        rng=np.random.default_rng(3),
        values=_started(columns, 11, np.random.default_rng(4)),
        coefficients=np.zeros((11, 2)),
        risk=None,
    )
    chains._draw_coefficients()
    widths = chains._matrix(chains.values).reshape(-1, 2).std(axis=0)
    for number in range(11):
        fit = hs.cox(
            y, columns.frame([v[number] for v in chains.values]), ties=ties, penalty="firth", interval="wald"
        )
        assert chains.modes[number] / widths == pytest.approx(fit.coef, abs=1e-6)

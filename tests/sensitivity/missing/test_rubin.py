"""Rubin's rules against the formulas written out, closed cases, and leaving out imputations one by one."""

from __future__ import annotations

import math
from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats
from statsmodels.imputation.mice import MICE

from hpcstats.core.missing.rubin import Pooled, degrees_of_freedom, monte_carlo_errors, pool

Q = np.array([[0.9, -0.2], [1.1, 0.1], [1.3, 0.0], [0.7, -0.1], [1.0, 0.2]])
U = np.array([[0.20, 0.04], [0.22, 0.05], [0.19, 0.04], [0.21, 0.06], [0.23, 0.05]])


def by_hand(q, u, complete, level):
    """One coefficient, step by step."""
    m, mean = len(q), sum(q) / len(q)
    within = sum(u) / m
    between = sum((x - mean) ** 2 for x in q) / (m - 1)
    total = within + (1 + 1 / m) * between
    r = (1 + 1 / m) * between / within
    share = (1 + 1 / m) * between / total
    old = (m - 1) * (1 + 1 / r) ** 2
    seen = (complete + 1) / (complete + 3) * complete * (1 - share)
    df = 1 / (1 / old + 1 / seen)
    margin = stats.t.ppf(0.5 + level / 2, df) * math.sqrt(total)
    missing = (r + 2 / (df + 3)) / (r + 1)
    p_value = 2 * stats.t.sf(abs(mean) / math.sqrt(total), df)
    return mean, math.sqrt(total), mean - margin, mean + margin, p_value, df, within, between, r, missing


def test_the_rules_are_those_of_the_formulas():
    found = pool(Q, U, 12, 0.9)
    for k in range(2):
        expected = by_hand(Q[:, k].tolist(), U[:, k].tolist(), 12, 0.9)
        values = [getattr(found, field.name)[k] for field in fields(Pooled)]
        assert values == pytest.approx(expected, rel=1e-12)


def test_the_large_sample_is_that_of_the_manual():
    """m = 5 and r = 10%: 484 degrees of freedom (SAS/STAT User's Guide, PROC MIANALYZE)."""
    assert degrees_of_freedom(np.array([0.1 / 1.1]), 5, np.inf)[0] == pytest.approx(484)
    assert pool(Q, U, np.inf, 0.95).df == pytest.approx(pool(Q, U, 1e12, 0.95).df)


def test_estimates_and_errors_are_those_of_statsmodels():
    fits = [SimpleNamespace(params=q, cov_params=lambda u=u: np.diag(u)) for q, u in zip(Q, U, strict=True)]
    mice = MICE.__new__(MICE)
    mice.results_list = [SimpleNamespace(_results=fit, scale=1.0, **vars(fit)) for fit in fits]
    mice.exog_names = mice.endog_names = mice.model_class = None
    theirs = mice.combine()
    mine = pool(Q, U, 12, 0.95)
    assert mine.estimate == pytest.approx(theirs.params)
    assert mine.std_error**2 == pytest.approx(np.diag(theirs.normalized_cov_params))
    assert mine.increase / (1 + mine.increase) == pytest.approx(theirs.frac_miss_info)


def test_equal_imputations_give_the_answer_of_complete_data():
    found = pool(np.full((4, 1), 0.5), np.full((4, 1), 0.09), 20, 0.95)
    assert found.estimate[0] == 0.5
    assert found.std_error[0] == pytest.approx(0.3)
    assert found.df[0] == pytest.approx(21 / 23 * 20)
    assert found.between[0] == found.increase[0] == 0
    assert found.missing_information[0] == pytest.approx(2 / (found.df[0] + 3))


def test_degrees_of_freedom_never_exceed_those_of_complete_data():
    share = np.linspace(0.0, 0.99, 50)
    for complete in (3, 30, 3000):
        assert (degrees_of_freedom(share, 20, complete) < complete).all()
    large = degrees_of_freedom(np.array([0.4]), 20, 1e12)
    assert large[0] == pytest.approx(19 / 0.4**2)


def test_monte_carlo_errors_are_the_jackknife():
    errors, m = monte_carlo_errors(Q, U, 12, 0.95), len(Q)
    left = [pool(np.delete(Q, k, axis=0), np.delete(U, k, axis=0), 12, 0.95) for k in range(m)]
    for field in fields(Pooled):
        values = np.stack([getattr(one, field.name) for one in left])
        expected = np.sqrt((m - 1) / m * ((values - values.mean(axis=0)) ** 2).sum(axis=0))
        assert getattr(errors, field.name) == pytest.approx(expected, rel=1e-9)
    assert errors.estimate == pytest.approx(Q.std(axis=0, ddof=1) / math.sqrt(m))

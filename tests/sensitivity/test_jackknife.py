"""The jackknife against closed forms and refits."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.sensitivity import jackknife

TIMES = np.array([1.0, 2, 4, 5, 9, 12])
UNCENSORED = hs.Surv.right(TIMES, [1] * 6)


def mean(weights: np.ndarray) -> np.ndarray:
    return weights @ TIMES / weights.sum(axis=1)


def variance(weights: np.ndarray) -> np.ndarray:
    """The variance with divisor n, whose jackknife bias is minus the unbiased variance over n."""
    centre = mean(weights)
    return np.einsum("bn,bn->b", weights, (TIMES - centre[:, None]) ** 2) / weights.sum(axis=1)


def test_of_a_mean():
    found = jackknife(UNCENSORED, statistic=mean)
    assert found.std_error[0] == pytest.approx(TIMES.std(ddof=1) / np.sqrt(6))
    assert found.bias[0] == pytest.approx(0, abs=1e-12)
    assert found.pseudo_values[:, 0] == pytest.approx(TIMES)


def test_of_a_variance_with_its_bias():
    found = jackknife(UNCENSORED, statistic=variance)
    assert found.bias[0] == pytest.approx(-TIMES.var(ddof=1) / 6)
    assert found.pseudo_values.mean() == pytest.approx(TIMES.var(ddof=1))


def test_of_survival_without_censoring():
    found = jackknife(hs.kaplan_meier(UNCENSORED), statistic=("at", 4))
    assert found.pseudo_values[:, 0] == pytest.approx([0, 0, 0, 1, 1, 1])
    assert found.std_error[0] == pytest.approx(np.sqrt(0.25 / 5))


def test_groups_are_strata():
    group = ["a", "b"] * 3
    found = jackknife(hs.kaplan_meier(UNCENSORED, group), statistic=("rmst", 9))
    for k, label in enumerate("ab"):
        alone = jackknife(
            hs.kaplan_meier(UNCENSORED.take([g == label for g in group])), statistic=("rmst", min(9, 12))
        )
        assert found.std_error[k] == pytest.approx(alone.std_error[0])
        assert found.bias[k] == pytest.approx(alone.bias[0], abs=1e-12)
        inside = np.array([g == label for g in group])
        assert found.pseudo_values[inside, k] == pytest.approx(alone.pseudo_values[:, 0])


def test_frequencies_are_repeated_rows():
    y = hs.Surv.right([1, 2, 4, 5], [1, 0, 1, 1])
    often = [2, 1, 3, 1]
    weighted = jackknife(hs.kaplan_meier(y, weights=often), statistic=("rmst", 5))
    rows = np.repeat(np.arange(4), often)
    repeated = jackknife(hs.kaplan_meier(y.take(rows)), statistic=("rmst", 5))
    assert weighted.std_error == pytest.approx(repeated.std_error)
    assert weighted.bias == pytest.approx(repeated.bias, abs=1e-12)
    assert weighted.n == repeated.n == 7


def test_of_a_model_by_refitting():
    generator = np.random.default_rng(4)
    y = hs.Surv.right(
        generator.exponential(5, 20).round(1), [1, 1, 0, 1] * 5, id=[f"p{k}" for k in range(20)]
    )
    x = generator.normal(size=20)
    paper = np.arange(20) // 2
    found = jackknife(hs.cox(y, {"x": x}), unit=paper)
    refitted = [hs.cox(y.take(paper != k), {"x": x[paper != k]}).coef[0] for k in range(10)]
    assert found.values[:, 0] == pytest.approx(refitted, abs=1e-9)
    assert found.std_error[0] == pytest.approx(np.sqrt(0.9 * ((refitted - np.mean(refitted)) ** 2).sum()))
    assert found.left_out == tuple(range(10))
    assert jackknife(hs.cox(y, {"x": x})).left_out[:2] == ("p0", "p1")
    assert found.pseudo_frame().columns.tolist() == ["left_out", "term", "value", "pseudo_value"]


def test_a_value_that_is_missing_leaves_the_error_unknown():
    y = hs.Surv.right([1, 2, 3, 4], [1, 1, 1, 1])
    with pytest.warns(hs.SmallSampleWarning, match="1 of 4 estimates"):
        found = jackknife(hs.cox(y, {"x": [0, 1, 0, 0]}), penalty="firth")
    assert np.isnan([found.std_error[0], found.bias[0]]).all()
    assert found.status == "not_estimable"
    assert (found.n_finite[0], found.n_not_estimable[0]) == (3, 1)
    assert np.isfinite(found.estimate[0])

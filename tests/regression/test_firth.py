"""Firth's penalised Cox models: finite, invariant, and answered the same however the data are written."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.regression.prior import NormalPrior
from tests import oracles

TIES = ("efron", "breslow", "exact")


def trial(seed: int, n: int = 14, p: int = 2, *, tied: bool = False) -> tuple[hs.Surv, dict[str, Any]]:
    rng = np.random.default_rng(seed)
    time = rng.integers(2, 7, n).astype(float) if tied else rng.exponential(size=n) + 1.5
    event = rng.random(n) < 0.7
    event[:4] = True
    y = hs.Surv.right(time, event, entry=time - rng.uniform(0.5, 3, n))
    return y, {f"x{j}": rng.normal(size=n) if j % 2 else rng.integers(0, 2, n) for j in range(p)}


SEPARATED = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
COMPLETELY = {"group": [1] * 5 + [0] * 5}


@pytest.mark.parametrize("ties", TIES)
def test_separation_leaves_a_finite_estimate_and_finite_limits(ties: str) -> None:
    fit = hs.cox(SEPARATED, COMPLETELY, penalty="firth", ties=ties)
    assert (fit.status, fit.statuses, fit.limit_reasons) == ("ok", ("ok",), ("",))
    assert fit.monotone == ("group",)
    assert "monotone in group" in fit.warnings[0]
    assert np.isfinite([fit.low[0], fit.coef[0], fit.high[0]]).all()
    assert fit.low[0] < fit.coef[0] < fit.high[0]


def test_the_penalised_value_is_the_literal_one() -> None:
    y, data = trial(2)
    fit = hs.cox(y, data, ties="breslow", penalty="firth")
    literal = oracles.PartialLikelihood(
        y.time.tolist(), y.event.tolist(), np.column_stack(list(data.values())), entry=y.entry.tolist()
    )

    def penalised(beta: np.ndarray) -> float:
        step = 1e-3
        hessian = np.empty((2, 2))
        for j, k in itertools.product(range(2), repeat=2):
            a, b = step * np.eye(2)[j], step * np.eye(2)[k]
            corners = literal(beta + a + b) - literal(beta + a - b) - literal(beta - a + b)
            hessian[j, k] = (corners + literal(beta - a - b)) / (4 * step**2)
        return literal(beta) + 0.5 * np.log(np.linalg.det(-hessian))

    assert fit.log_likelihood == pytest.approx(literal(np.asarray(fit.coef)), abs=1e-10)
    assert fit.penalised_log_likelihood == pytest.approx(penalised(np.asarray(fit.coef)), abs=1e-5)
    assert fit.penalised_log_likelihood_null == pytest.approx(penalised(np.zeros(2)), abs=1e-5)
    around = [penalised(np.asarray(fit.coef) + 0.05 * side) for side in (*np.eye(2), *-np.eye(2))]
    assert max(around) < fit.penalised_log_likelihood


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("seed", range(3))
def test_the_scale_of_a_covariate_moves_its_coefficient_alone(ties: str, seed: int) -> None:
    y, data = trial(seed, tied=True)
    fit = hs.cox(y, data, penalty="firth", ties=ties)
    other = hs.cox(y, data | {"x1": 5 + np.asarray(data["x1"]) / 1000}, penalty="firth", ties=ties)
    factor = np.array([1.0, 1000.0])
    assert other.coef == pytest.approx(fit.coef * factor, rel=1e-8)
    assert other.low == pytest.approx(fit.low * factor, rel=1e-7)
    assert other.high == pytest.approx(fit.high * factor, rel=1e-7)
    assert other.likelihood_ratio.statistic == pytest.approx(fit.likelihood_ratio.statistic, rel=1e-8)
    gain = np.log(1000)
    assert fit.penalised_log_likelihood - other.penalised_log_likelihood == pytest.approx(gain, rel=1e-8)


@pytest.mark.parametrize("ties", TIES)
def test_frequencies_are_repeated_rows(ties: str) -> None:
    y, data = trial(5, tied=True)
    often = np.arange(len(y)) % 3 + 1
    rows = np.repeat(np.arange(len(y)), often)
    weighted = hs.cox(y, data, penalty="firth", ties=ties, frequencies=often)
    repeated = hs.cox(
        y.take(rows), {k: np.asarray(v)[rows] for k, v in data.items()}, penalty="firth", ties=ties
    )
    assert weighted.to_frame().drop(columns="term").to_numpy() == pytest.approx(
        repeated.to_frame().drop(columns="term").to_numpy(), rel=1e-8
    )
    assert weighted.penalised_log_likelihood == pytest.approx(repeated.penalised_log_likelihood, rel=1e-10)


def test_strata_of_one_say_nothing() -> None:
    y, data = trial(6)
    n = len(y)
    alone = hs.Surv.right([3.0, 5.0], [1, 1], entry=[0.5, 0.5])
    both = hs.Surv.right(
        np.append(y.time, alone.time), np.append(y.event, alone.event), entry=np.append(y.entry, alone.entry)
    )
    more = {name: np.append(np.asarray(column, dtype=float), [9.0, -7.0]) for name, column in data.items()}
    fit = hs.cox(y, data, penalty="firth")
    other = hs.cox(both, more, penalty="firth", strata=["all"] * n + ["one", "two"])
    assert other.coef == pytest.approx(fit.coef, rel=1e-8)
    assert other.low == pytest.approx(fit.low, rel=1e-7)


def test_counting_rows_split_without_a_change_are_one_row() -> None:
    y, data = trial(8)
    middle = (y.entry + y.time) / 2
    rows = np.repeat(np.arange(len(y)), 2)
    first = np.arange(2 * len(y)) % 2 == 0
    split = hs.Surv.counting(
        np.where(first, y.entry[rows], middle[rows]),
        np.where(first, middle[rows], y.time[rows]),
        y.event[rows] & ~first,
        id=rows,
    )
    fit = hs.cox(y, data, penalty="firth")
    other = hs.cox(split, {k: np.asarray(v)[rows] for k, v in data.items()}, penalty="firth")
    assert other.to_frame().drop(columns="term").to_numpy() == pytest.approx(
        fit.to_frame().drop(columns="term").to_numpy(), rel=1e-8
    )


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("seed", range(4))
def test_profile_limits_are_where_the_penalised_likelihood_ratio_reaches_the_quantile(ties: str, seed: int):
    y, data = trial(seed + 20, tied=True)
    fit = hs.cox(y, data, penalty="firth", ties=ties, level=0.9)
    assert (fit.low < fit.coef).all()
    assert (fit.coef < fit.high).all()
    # Shifted by an offset, the limit is the coefficient that is held at 0.
    x0 = np.asarray(data["x0"], dtype=float)
    shifted = hs.cox(y, data, penalty="firth", ties=ties, offset=fit.high[0] * x0)
    assert shifted.term_tests()["p_value"][0] == pytest.approx(0.1, abs=1e-7)
    assert shifted.to_frame()["p_value"][0] == pytest.approx(0.1, abs=1e-7)


@pytest.mark.parametrize("penalty", ["firth", NormalPrior(0.8)])
def test_one_covariate_has_one_likelihood_ratio(penalty: Any) -> None:
    y, data = trial(9, p=1)
    fit = hs.cox(y, data, penalty=penalty)
    row = fit.to_frame().iloc[0]
    assert row["statistic"] ** 2 == pytest.approx(fit.likelihood_ratio.statistic, rel=1e-9)
    assert row["p_value"] == pytest.approx(fit.likelihood_ratio.p_value, rel=1e-8)
    assert fit.term_tests()["statistic"][0] == pytest.approx(fit.likelihood_ratio.statistic, rel=1e-9)
    gain = fit.penalised_log_likelihood - fit.penalised_log_likelihood_null
    assert fit.likelihood_ratio.statistic == pytest.approx(2 * gain, rel=1e-12)


def test_wald_limits_come_with_wald_p_values() -> None:
    y, data = trial(10)
    row = hs.cox(y, data, penalty="firth", interval="wald").to_frame().iloc[0]
    assert row["statistic"] == pytest.approx(row["coef"] / row["std_error"])
    assert np.log(row["high"] * row["low"]) == pytest.approx(2 * row["coef"])


def test_the_mode_under_a_wide_prior_is_the_maximum_and_under_a_narrow_one_is_zero() -> None:
    y, data = trial(11, n=30)
    plain = hs.cox(y, data)
    wide, narrow = hs.cox(y, data, penalty=NormalPrior(1e4)), hs.cox(y, data, penalty=NormalPrior(1e-4))
    assert wide.coef == pytest.approx(plain.coef, rel=1e-6)
    assert wide.low == pytest.approx(plain.low, rel=1e-6)
    assert np.abs(narrow.coef).max() < 1e-6
    assert narrow.std_error == pytest.approx([1e-4, 1e-4], rel=1e-4)


def test_the_mode_is_where_the_score_meets_the_prior() -> None:
    y, data = trial(12)
    fit = hs.cox(y, data, penalty=NormalPrior({"x0": 0.5, "x1": 2.0}))
    raw = fit.search.likelihood.evaluate((fit.coef * fit.search.scale)[None]).score[0] * fit.search.scale
    assert raw == pytest.approx(fit.coef / np.array([0.25, 4.0]), abs=1e-8)
    assert "standard deviations 0.5 for x0, 2 for x1" in fit.method


def test_a_penalised_fit_carries_clusters_and_a_prior_refuses_them() -> None:
    y, data = trial(13, n=36)
    papers = np.repeat(np.arange(12), 3)
    fit = hs.cox(y, data, penalty="firth", cluster=papers, robust="mancl-derouen")
    assert (fit.interval, fit.degrees_of_freedom, fit.robust) == ("wald", 10, True)
    with pytest.raises(hs.UnsupportedError, match="mode under a prior has no robust variance"):
        hs.cox(y, data, penalty=NormalPrior(), cluster=papers)


def test_performance_of_a_firth_fit_is_reported_under_separation() -> None:
    fit = hs.cox(SEPARATED, COMPLETELY, penalty="firth")
    found = fit.performance(100, seed=1)
    assert found.n_used > 90
    assert found.corrected[0] < found.apparent[0]
    assert np.isnan(found.corrected[1])


def test_estimates_equal_those_of_firthmodels() -> None:
    import firthmodels

    y, data = trial(14)
    matrix = np.column_stack([np.asarray(column, dtype=float) for column in data.values()])
    y = hs.Surv.right(y.time, y.event)
    other = firthmodels.FirthCoxPH(gtol=1e-8, xtol=1e-10, max_iter=200).fit(matrix, (y.event, y.time))
    assert hs.cox(y, data, ties="breslow", penalty="firth").coef == pytest.approx(other.coef_, abs=1e-5)

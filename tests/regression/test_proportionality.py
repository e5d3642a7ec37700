"""Tests of proportional hazards: a slow oracle, exact permutations, and what is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import hpcstats as hs
from tests import oracles
from tests.reference.loader import dataset
from tests.regression.test_residuals import TEST_1, TEST_1_X, TEST_2, TEST_2_X, fit_1

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")


def slow_statistic(likelihood: oracles.PartialLikelihood, beta: np.ndarray, g: dict[float, float]) -> float:
    """The score test of all theta in beta + theta g(t), by finite differences of the literal likelihood."""
    p = len(beta)
    function = oracles.changing_coefficients(likelihood, beta, g)
    gradient, hessian = oracles.derivatives(function, [*beta, *[0.0] * p])
    return float(gradient @ np.linalg.solve(-hessian, gradient))


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_the_statistic_is_the_score_test_of_the_literal_likelihood(ties: str) -> None:
    data = dataset("ovarian").assign(futime=lambda rows: (rows["futime"] / 100).round())
    fit = hs.cox(hs.Surv.right(data["futime"], data["fustat"]), data, ["age", "rx"], ties=ties)
    literal = oracles.PartialLikelihood(
        data["futime"].tolist(), data["fustat"].tolist(), data[["age", "rx"]].to_numpy() - [55, 1], ties
    )
    times = {t: t / 5 for t in data["futime"]}
    found = fit.proportional_hazards("identity", n_resamples=0)
    assert found.statistic[-1] == pytest.approx(slow_statistic(literal, fit.coef, times), rel=1e-4)


def test_strata_share_the_time_scale_but_no_means() -> None:
    data = dataset("veteran").iloc[::4].reset_index(drop=True)
    y = hs.Surv.right(data["time"], data["status"])
    fit = hs.cox(y, {"x": data["karno"] / 10 - 6}, strata=data["trt"])
    literal = oracles.PartialLikelihood(
        data["time"].tolist(),
        data["status"].tolist(),
        data[["karno"]].to_numpy() / 10 - 6,
        strata=data["trt"].tolist(),
    )
    found = fit.proportional_hazards("log", n_resamples=0)
    assert found.statistic[-1] == pytest.approx(
        slow_statistic(literal, fit.coef, {t: np.log(t) for t in data["time"]}), rel=1e-4
    )


def test_delayed_entry() -> None:
    fit = hs.cox(TEST_2, TEST_2_X, ties="breslow")
    literal = oracles.PartialLikelihood(
        TEST_2.time, TEST_2.event, np.array(TEST_2_X["x"], dtype=float)[:, None], "breslow", TEST_2.entry
    )
    found = fit.proportional_hazards("identity", n_resamples=0)
    assert found.statistic[0] == pytest.approx(
        slow_statistic(literal, fit.coef, {t: t / 5 for t in TEST_2.time}), rel=1e-4
    )


def test_the_exact_permutation_tries_every_order_of_the_events() -> None:
    fit, r = fit_1("breslow")
    found = fit.proportional_hazards("identity")
    assert (found.n_orders, found.exact) == (24, True)
    residuals = fit.residuals("schoenfeld")["x"].to_numpy()
    spread = np.array([r / (r + 1) ** 2, *[3 * r / (r + 3) ** 2] * 2, 0])

    def statistic(g: tuple[float, ...]) -> float:
        values = np.array(g)
        left = (values**2 * spread).sum() - (values * spread).sum() ** 2 / spread.sum()
        return float((values @ residuals) ** 2 / left) if left > 1e-9 else 0.0

    observed = statistic((1, 6, 6, 9))
    assert found.statistic[0] == pytest.approx(observed, rel=1e-9)
    reached = [statistic(order) >= observed - 1e-9 for order in itertools.permutations((1, 6, 6, 9))]
    assert found.p_permutation[0] == pytest.approx(np.mean(reached))
    assert found.p_error[0] == 0


def test_many_events_are_drawn_and_can_be_repeated() -> None:
    data = dataset("veteran")
    fit = hs.cox(hs.Surv.right(data["time"], data["status"]), data, ["trt", "karno"], interval="wald")
    first, again = (fit.proportional_hazards(n_resamples=499, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(first.to_frame(), again.to_frame())
    assert not first.exact
    assert "499 random orders (seed 4)" in first.method
    # The smallest p-value there can be is one in 500; the chi-squared distribution gives .0005.
    assert first.p_permutation[1] == pytest.approx(1 / 500)
    assert abs(first.p_permutation[0] - first.p_value[0]) < 4 * first.p_error[0] + 0.02


def test_strata_are_permuted_within_themselves() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 0, 1, 1, 1, 0, 1])
    fit = hs.cox(y, {"x": [1, 0, 1, 0, 2, 0, 1, 1], "s": list("aaaabbbb")}, ["x"], strata="s")
    assert fit.proportional_hazards().n_orders == 36


def test_a_factor_is_tested_with_all_its_columns() -> None:
    data = dataset("veteran")
    y = hs.Surv.right(data["time"], data["status"])
    found = hs.cox(y, data, "karno + celltype", interval="wald").proportional_hazards(n_resamples=0)
    assert list(found.to_frame()["term"]) == ["karno", "celltype", "global"]
    assert found.df.tolist() == [1, 3, 4]


def test_frequencies_are_repeated_rows() -> None:
    often = [2, 1, 2, 1, 2, 1]
    rows = np.repeat(np.arange(6), often)
    left = hs.cox(TEST_1, TEST_1_X, frequencies=often)
    right = hs.cox(hs.Surv.right(TEST_1.time[rows], TEST_1.event[rows]), {"x": np.array(TEST_1_X["x"])[rows]})
    for transform in ("km", "identity", "rank", "log"):
        pd.testing.assert_frame_equal(
            left.proportional_hazards(transform).to_frame(),
            right.proportional_hazards(transform).to_frame(),
            rtol=1e-8,
        )


def test_what_has_no_test_is_refused() -> None:
    with pytest.raises(hs.UnsupportedError, match="transform='sqrt'"):
        fit_1("efron")[0].proportional_hazards("sqrt")
    with pytest.raises(hs.DataError, match="n_resamples must be a whole number"):
        fit_1("efron")[0].proportional_hazards(n_resamples=-1)
    at_zero = hs.cox(hs.Surv.right([0, 1, 2, 3], [1, 1, 1, 1]), {"x": [1, 0, 1, 0]})
    with pytest.raises(hs.DesignError, match="time 0 has no logarithm"):
        at_zero.proportional_hazards("log")
    once = hs.cox(hs.Surv.right([1, 1, 2, 3], [1, 1, 0, 0]), {"x": [1, 0, 1, 0]})
    with pytest.raises(hs.DesignError, match="All events are at one time"):
        once.proportional_hazards()

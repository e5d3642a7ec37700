"""Cox regression of right-truncated times: recovery in simulation, and other ways to the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

import hpcstats as hs
from hpcstats.core.truncation.reverse_time import place_windows, selection, tally_reverse
from hpcstats.errors import DataError, DesignError, SeparationWarning, UnsupportedError
from hpcstats.regression.truncated import truncated_cox

BETA = np.array([0.8, -0.4])


def population(seed: int, size: int, last: float) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Exponential times seen up to limits with a share of the largest, `last`."""
    generator = np.random.default_rng(seed)
    z = np.column_stack([generator.integers(0, 2, size), generator.normal(size=size)])
    time = generator.exponential(size=size) / np.exp(z @ BETA)
    seen = np.minimum(last, generator.uniform(0, 1.5 * last, size))
    kept = time <= seen
    return time[kept], seen[kept], {"group": z[kept, 0], "x": z[kept, 1]}


def test_recovery_under_positivity() -> None:
    time, seen, data = population(1, 6000, 12.0)
    y = hs.Surv.right_truncated(time, seen)
    fit = truncated_cox(y, data, n_resamples=100, seed=1)
    assert np.abs((fit.coef - BETA) / fit.std_error).max() < 2.5
    assert fit.std_error.max() < 0.1


def test_without_positivity_only_the_true_share_beyond_recovers() -> None:
    time, seen, data = population(0, 6000, 1.0)
    y = hs.Surv.right_truncated(time, seen)
    fits = [
        truncated_cox(y, data, probability_beyond=p, n_resamples=60, seed=1) for p in (0, np.exp(-1), 0.6)
    ]
    errors = [np.abs((fit.coef - BETA) / fit.std_error).max() for fit in fits]
    assert errors[1] < 2.5 < min(errors[0], errors[2])
    naive = hs.cox(hs.Surv.right(time, np.ones(time.size, dtype=bool)), data)
    assert naive.coef[0] < fits[0].coef[0] < fits[1].coef[0]


def small(ties: bool) -> tuple[hs.Surv, dict[str, np.ndarray]]:
    time, seen, data = population(5, 80, 3.0)
    if ties:
        time, seen = np.ceil(4 * time) / 4, np.ceil(4 * seen) / 4
    order = np.random.default_rng(0).permutation(time.size)
    return hs.Surv.right_truncated(time[order], seen[order]), {k: v[order] for k, v in data.items()}


@pytest.mark.parametrize("ties", [False, True])
def test_under_positivity_it_is_a_cox_model_with_the_log_chance_as_offset(ties: bool) -> None:
    y, data = small(ties)
    fit = truncated_cox(y, data, n_resamples=2000, seed=2)
    events = hs.Surv.right(y.time, np.ones(len(y), dtype=bool))
    other = hs.cox(events, data, offset=-np.log(fit.chances), ties="breslow")
    assert fit.coef == pytest.approx(other.coef, abs=1e-7)


@pytest.mark.parametrize("ties", [False, True])
def test_adjusted_equations_from_their_definition(ties: bool) -> None:
    y, data = small(ties)
    fit = truncated_cox(y, data, probability_beyond=0.3, n_resamples=20, seed=2)
    z = np.column_stack([data["group"], data["x"]])

    def equations(beta: np.ndarray) -> np.ndarray:
        risk = np.exp(z @ beta) / fit.chances
        beyond = 0.3 ** np.exp(z @ beta)
        total = np.zeros(2)
        for i in range(len(y)):
            share = risk * ((y.time >= y.time[i]) + beyond / (1 - beyond))
            total += z[i] - share @ z / share.sum()
        return total

    assert fit.coef == pytest.approx(optimize.fsolve(equations, np.zeros(2), xtol=1e-12), abs=1e-7)


def test_chance_to_be_seen_is_the_product_limit_of_the_limits() -> None:
    y, data = small(True)
    fit = truncated_cox(y, data, n_resamples=2, seed=1, interval="wald", missing="raise")
    for row in range(len(y)):
        chance = 1.0
        for v in {v for v in y.truncation if v < y.time[row]}:
            at_risk = ((y.time <= v) & (v <= y.truncation)).sum()
            chance *= 1 - (y.truncation == v).sum() / at_risk if at_risk else 1
        assert fit.chances[row] == pytest.approx(chance)


def test_bootstrap_refits_the_weights() -> None:
    """One replicate by hand: the repeated rows give what the weights give."""
    y, data = small(False)
    generator = np.random.default_rng(3)
    weights = generator.multinomial(len(y), np.full(len(y), 1 / len(y))).astype(float)
    rows = np.repeat(np.arange(len(y)), weights.astype(int))
    windows = place_windows(y.time, y.truncation)
    chance = selection(tally_reverse(windows, weights[None]))[0][windows.place]
    again = truncated_cox(
        hs.Surv.right_truncated(y.time[rows], y.truncation[rows]),
        {name: column[rows] for name, column in data.items()},
        n_resamples=2,
        seed=1,
        interval="wald",
    )
    assert again.chances == pytest.approx(chance[rows])


def test_seed_limits_and_frame() -> None:
    y, data = small(False)
    fit = truncated_cox(y, data, "group + x", n_resamples=300, seed=9)
    again = truncated_cox(y, data, n_resamples=300, seed=int(fit.seed))
    np.testing.assert_array_equal(fit.replicates, again.replicates)
    frame = fit.to_frame()
    assert list(frame) == [
        "term", "coef", "std_error", "hazard_ratio", "low", "high", "statistic", "p_value"
    ]  # fmt: skip
    low, high = np.quantile(fit.replicates, [0.025, 0.975], axis=0)
    assert frame["low"].tolist() == pytest.approx(np.exp(low))
    assert frame["high"].tolist() == pytest.approx(np.exp(high))
    wald = truncated_cox(y, data, n_resamples=300, seed=9, interval="wald")
    assert wald.high - wald.low == pytest.approx(2 * 1.959964 * fit.std_error)
    assert "Positivity is assumed" in fit.conventions[0]
    assert 1 < fit.effective_n < len(y)


def test_separation_is_named_and_gives_no_estimate() -> None:
    y = hs.Surv.right_truncated([1, 2, 3, 4, 5, 6], [7, 8, 9, 7, 8, 9])
    with pytest.warns(SeparationWarning, match="late separates the cases"):
        fit = truncated_cox(y, {"late": [0, 0, 0, 1, 1, 1]}, n_resamples=20, seed=1)
    assert fit.status == "not_estimable"
    assert np.isnan(fit.coef).all()
    assert fit.to_frame()["hazard_ratio"].isna().all()


def test_an_emptied_risk_set_is_refused_with_its_patients() -> None:
    y = hs.Surv.right_truncated([1, 2, 9], [4, 4, 10], id=list("abc"))
    with pytest.raises(DesignError, match=r"At 9 years everybody at risk had the event \(c\)"):
        truncated_cox(y, {"x": [0, 1, 0]})


@pytest.mark.parametrize("given", [1, -0.1, "half", True])
def test_impossible_probability(given: object) -> None:
    y, data = small(False)
    with pytest.raises(DataError, match="probability_beyond"):
        truncated_cox(y, data, probability_beyond=given)


def test_other_responses_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="right_truncated"):
        truncated_cox(hs.Surv.right([1, 2], [1, 1]), {"x": [0, 1]})


def test_rows_without_a_covariate() -> None:
    y, data = small(False)
    gone = {"x": [None, *data["x"][1:].tolist()]}
    fit = truncated_cox(y, gone, n_resamples=50, seed=1, missing="drop")
    assert (fit.n, len(fit.dropped)) == (len(y) - 1, 1)


@pytest.mark.filterwarnings("ignore::hpcstats.errors.SeparationWarning")
def test_an_infinite_truncation_time_sees_every_event():
    covariates = {"x": [0, 1, 0, 1, 1, 0]}
    times, some, late = [1, 2, 3, 2, 1, 4.0], [np.inf, 4, np.inf, 5, 6, 7], [8, 4, 8, 5, 6, 7]
    fits = [
        hs.truncated_cox(hs.Surv.right_truncated(times, v), covariates, "x", n_resamples=20, seed=1)
        for v in (some, late)
    ]
    assert fits[0].coef == pytest.approx(fits[1].coef)
    assert "Positivity holds" in fits[0].conventions[0]
    with pytest.raises(DataError, match="which is infinite"):
        hs.truncated_cox(hs.Surv.right_truncated(times, some), covariates, "x", probability_beyond=0.1)

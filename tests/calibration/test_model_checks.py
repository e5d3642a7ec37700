"""Coverage of the concordance interval, size of the permutation test, and what the slope aims at."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.core.cox.concordance import (
    Comparisons,
    concordances,
    first_to_fail,
    score_ranks,
    second_to_fail,
)
from hpcstats.regression.concordance import _limits

pytestmark = [
    pytest.mark.calibration,
    # Small data sets are often separated; those are passed over.
    pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning"),
]
REPLICATES = 1_500
FOUR_ERRORS = 4 * np.sqrt(0.05 * 0.95 / REPLICATES)


def drawn(rng: np.random.Generator, n: int, effect: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A normal score, exponential times with hazard exp(effect score), uniform censoring."""
    score = rng.normal(size=n)
    time, end = rng.exponential(size=n) / np.exp(effect * score), rng.uniform(0, 3, n)
    return score, np.minimum(time, end), time <= end


def answers(score: np.ndarray, time: np.ndarray, event: np.ndarray) -> tuple[float, float]:
    """Concordance and its standard error."""
    compared, ones = Comparisons.of(time, event, None, None), np.ones(time.size)
    ranks = score_ranks(score[None])[0]
    first, second = first_to_fail(compared, ranks, ones), second_to_fail(compared, ranks, ones)
    pairs = first.all.sum()
    estimate = first.agreeing.sum() / pairs
    changes = first.agreeing + second.agreeing - estimate * (first.all + second.all)
    return float(estimate), float(np.sqrt((changes**2).sum()) / pairs)


@pytest.mark.parametrize("effect", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("n", [9, 15, 30])
def test_the_concordance_interval_keeps_its_level_where_the_normal_one_does_not(
    n: int, effect: float
) -> None:
    rng = np.random.default_rng(1)
    score, time, event = drawn(rng, 20_000, effect)
    truth = concordances(Comparisons.of(time, event, None, None), score[None], np.ones((1, 20_000)))[0]
    held, normal, number = 0, 0, 0
    for _ in range(REPLICATES):
        score, time, event = drawn(rng, n, effect)
        if event.sum() < 3:
            continue
        estimate, error = answers(score, time, event)
        low, high = _limits(estimate, error, max(1, min(event.sum(), n // 2)), int(event.sum()) - 1, 0.95)
        number += 1
        held += low <= truth <= high
        normal += abs(estimate - truth) <= 1.96 * error
    print(f"n = {n}, C = {truth:.3f}: {held / number:.3f}, normal {normal / number:.3f}")
    assert held / number > 0.95 - FOUR_ERRORS
    if n == 9:
        assert normal / number < 0.9


def test_the_permutation_test_of_proportional_hazards_keeps_its_size() -> None:
    rng = np.random.default_rng(5)
    found = []
    while len(found) < 300:
        score, time, event = drawn(rng, 12, 1.0)
        if event.sum() < 3:
            continue
        fit = hs.cox(hs.Surv.right(time, event), {"x": score}, interval="wald")
        if fit.status == "ok":
            found.append(fit.proportional_hazards(n_resamples=199, seed=1).p_permutation[0])
    for level in (0.05, 0.1, 0.2):
        share = float(np.mean(np.array(found) <= level))
        print(f"size at {level:g}: {share:.3f}")
        assert abs(share - level) < 4 * np.sqrt(level * (1 - level) / 300)


def test_the_corrected_slope_is_nearer_the_truth_than_one() -> None:
    rng = np.random.default_rng(7)
    effects = np.array([0.7, 0.4, 0.0])

    def sample(n: int) -> tuple[hs.Surv, dict[str, np.ndarray], np.ndarray]:
        x = rng.normal(size=(n, 3))
        time, end = rng.exponential(size=n) / np.exp(x @ effects), 2 * rng.exponential(size=n)
        return hs.Surv.right(np.minimum(time, end), time <= end), {f"x{j}": x[:, j] for j in range(3)}, x

    y, _, x = sample(3000)
    true, corrected = [], []
    for _ in range(60):
        small, columns, _ = sample(30)
        fit = hs.cox(small, columns, interval="wald")
        if fit.status == "ok":
            true.append(hs.cox(y, {"score": x @ fit.coef}, interval="wald").coef[0])
            corrected.append(fit.performance(200).corrected[1])
    print(f"slope on new patients {np.median(true):.2f}, corrected {np.median(corrected):.2f}")
    assert np.median(true) < 0.9
    assert abs(np.median(corrected) - np.median(true)) < 0.5 * (1 - np.median(true))

"""Performance corrected for optimism: against a loop of single fits, and what is counted."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.regression.fitted import fitted
from hpcstats.regression.performance import _resamples
from tests import oracles
from tests.reference.loader import dataset

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")


@pytest.fixture(scope="module")
def ovarian() -> hs.CoxFit:
    data = dataset("ovarian")
    return hs.cox(hs.Surv.right(data["futime"], data["fustat"]), data, ["age", "rx"], interval="wald")


def test_the_batch_equals_a_loop_of_single_fits(ovarian: hs.CoxFit) -> None:
    found = ovarian.performance(n_resamples=12, seed=3)
    y, matrix = ovarian.response, np.asarray(ovarian.design.matrix)
    gained, slopes = [], []
    (weights,) = _resamples(fitted(ovarian, "test"), 12, np.random.default_rng(3))
    for often in weights.astype(int):
        rows = np.repeat(np.arange(len(y)), often)
        fit = hs.cox(hs.Surv.right(y.time[rows], y.event[rows]), {"a": matrix[rows, 0], "b": matrix[rows, 1]})
        score = (matrix @ fit.coef).tolist()
        own = oracles.concordance(y.time, y.event, score, weights=often.tolist())
        gained.append(own - oracles.concordance(y.time, y.event, score))
        slopes.append(hs.cox(y, {"score": score}, interval="wald").coef[0])
    assert found.n_used == 12
    assert found.optimism == pytest.approx([np.mean(gained), 1 - np.median(slopes)], abs=1e-8)
    assert found.corrected == pytest.approx(found.apparent - found.optimism)
    assert found.apparent == pytest.approx([ovarian.concordance().estimate, 1])


def test_noise_is_told_from_signal() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 6))
    time = rng.exponential(size=60) / np.exp(x[:, 0])
    y = hs.Surv.right(time, [True] * 60)
    data = {f"x{j}": x[:, j] for j in range(6)}
    signal = hs.cox(y, data, ["x0"], interval="wald").performance(200)
    noise = hs.cox(y, data, ["x1", "x2", "x3", "x4", "x5"], interval="wald").performance(200)
    assert abs(signal.optimism[0]) < 0.01
    assert signal.corrected[1] > 0.9
    assert noise.optimism[0] > 0.03
    assert noise.corrected[1] < 0.8


def test_resamples_without_a_finite_estimate_are_counted_not_averaged() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 1, 0, 1, 0, 1, 0, 0])
    fit = hs.cox(y, {"x": [1, 0, 1, 1, 0, 0, 1, 0, 0]})
    with pytest.warns(hs.SeparationWarning, match="of 200 bootstrap samples have no finite estimate"):
        found = fit.performance(200, seed=1)
    assert 0 < found.n_used < 200
    assert np.isfinite(found.corrected).all()
    assert np.abs(found.optimism).max() < 1
    assert found.warnings[-1].startswith(f"{200 - found.n_used} of 200")


def test_a_seed_repeats_and_generators_are_taken(ovarian: hs.CoxFit) -> None:
    first = ovarian.performance(30, seed=5)
    assert first.to_frame().equals(ovarian.performance(30, seed=np.random.default_rng(5)).to_frame())
    assert not first.to_frame().equals(ovarian.performance(30, seed=6).to_frame())
    assert "seed 5" in first.method


def test_whole_clusters_and_whole_patients_are_drawn() -> None:
    data = dataset("veteran").head(30)
    paper = np.arange(30) % 10
    fit = hs.cox(hs.Surv.right(data["time"], data["status"]), data, ["karno"], cluster=paper)
    (weights,) = _resamples(fitted(fit, "test"), 50, np.random.default_rng(0))
    assert (weights[:, :10] == weights[:, 10:20]).all()
    assert (weights[:, :10].sum(axis=1) == 10).all()
    y = hs.Surv.counting([0, 2, 0, 1, 0, 0], [2, 6, 1, 7, 4, 5], [0, 1, 0, 1, 1, 1], id=list("aabbcd"))
    rows = hs.cox(y, {"x": [1, 0, 0, 1, 0, 1]}, interval="wald")
    (weights,) = _resamples(fitted(rows, "test"), 20, np.random.default_rng(0))
    assert (weights[:, 0] == weights[:, 1]).all()


def test_strata_and_frequencies_keep_their_sizes() -> None:
    data = dataset("veteran").head(40)
    often = np.arange(40) % 2 + 1
    y = hs.Surv.right(data["time"], data["status"])
    fit = hs.cox(y, data, ["karno"], strata=np.arange(40) % 3, frequencies=often)
    (weights,) = _resamples(fitted(fit, "test"), 50, np.random.default_rng(0))
    for layer in range(3):
        inside = np.arange(40) % 3 == layer
        assert (weights[:, inside].sum(axis=1) == often[inside].sum()).all()


@pytest.mark.parametrize("wrong", [0, 1.5, True, "many"])
def test_a_number_of_resamples_that_is_none_is_refused(ovarian: hs.CoxFit, wrong: object) -> None:
    with pytest.raises(hs.DataError, match="n_resamples must be a whole number, 1 or more"):
        ovarian.performance(wrong)

"""Concordance and its interval."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests import oracles
from tests.reference.loader import dataset
from tests.regression.test_residuals import TEST_2, TEST_2_X, fit_1

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")


def test_pairs_of_the_first_test_data_by_hand() -> None:
    # Row 0 with all others (1 and 2 are its equals), the events at 6 with 4 and 5, the last with nobody.
    found = fit_1("efron")[0].concordance()
    assert found.pairs == 9
    assert found.estimate == pytest.approx((3 + 2 * 0.5 + 2 + 2 * 0.5) / 9)


def test_the_interval_is_wilsons_with_the_effective_number_of_pairs() -> None:
    found = fit_1("efron")[0].concordance()
    c, t = found.estimate, 3.182446305284263  # t with 3 degrees of freedom, 97.5 %
    number = c * (1 - c) / found.std_error**2
    for limit in (found.low, found.high):
        assert (c - limit) ** 2 == pytest.approx(t**2 * limit * (1 - limit) / number, abs=1e-12)
    assert found.low < c < found.high


def test_a_perfect_ranking_has_an_interval_below_one() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8)
    with pytest.warns(hs.SeparationWarning):
        monotone = hs.cox(y, {"x": [8, 7, 6, 5, 4, 3, 2, 1]})
    with pytest.raises(hs.DesignError, match="Concordance need"):
        monotone.concordance()
    # An offset can rank perfectly although the coefficient is finite.
    fit = hs.cox(y, {"x": [1, 0, 0, 1, 0, 1, 1, 0]}, offset=[40, 35, 30, 25, 20, 15, 10, 5])
    found = fit.concordance()
    assert (found.estimate, found.std_error, found.high) == (1, 0, 1)
    assert 0.3 < found.low < 0.8


def test_entry_and_strata_decide_who_is_compared() -> None:
    fit = hs.cox(TEST_2, TEST_2_X)
    score = (np.array(TEST_2_X["x"]) * fit.coef[0]).tolist()
    slow = oracles.concordance(TEST_2.time, TEST_2.event, score, TEST_2.entry)
    assert fit.concordance().estimate == pytest.approx(slow, abs=1e-12)


def test_the_standard_error_is_the_infinitesimal_jackknife() -> None:
    data = dataset("ovarian")
    fit = hs.cox(hs.Surv.right(data["futime"], data["fustat"]), data, ["age", "rx"])
    score = (data[["age", "rx"]].to_numpy() @ fit.coef).tolist()
    changes = []
    for row in range(len(data)):
        sides = []
        for step in (1e-4, -1e-4):
            weights = np.ones(len(data))
            weights[row] += step
            sides.append(oracles.concordance(data["futime"], data["fustat"], score, weights=weights))
        changes.append((sides[0] - sides[1]) / 2e-4)
    assert fit.concordance().std_error == pytest.approx(np.sqrt(np.sum(np.square(changes))), rel=1e-7)


def test_rows_of_one_patient_count_as_one() -> None:
    rng = np.random.default_rng(2)
    stop = rng.uniform(2, 9, 20)
    change = stop * rng.uniform(0, 1, 20)
    start, end = np.concatenate([np.zeros(20), change]), np.concatenate([change, stop])
    event = np.concatenate([np.zeros(20), rng.integers(0, 2, 20)])
    x = {"x": rng.normal(size=40)}
    y = hs.Surv.counting(start, end, event, id=np.tile(np.arange(20), 2))
    by_patient = hs.cox(y, x, interval="wald").concordance()
    rows = hs.cox(hs.Surv.right(end, event, entry=start), x, interval="wald").concordance()
    assert by_patient.estimate == rows.estimate
    assert by_patient.std_error != pytest.approx(rows.std_error, rel=1e-3)


def test_frequencies_count_as_repeated_rows() -> None:
    data = dataset("veteran").head(20)
    often = np.arange(20) % 3
    rows = np.repeat(np.arange(20), often)
    y = hs.Surv.right(data["time"], data["status"])
    left = hs.cox(y, data, ["karno"], frequencies=often).concordance()
    repeated = data.iloc[rows].reset_index(drop=True)
    right = hs.cox(hs.Surv.right(repeated["time"], repeated["status"]), repeated, ["karno"]).concordance()
    for name in ("estimate", "std_error", "low", "high", "pairs", "df"):
        assert getattr(left, name) == pytest.approx(getattr(right, name), rel=1e-10)


def test_a_narrower_level_gives_a_narrower_interval() -> None:
    fit = fit_1("efron")[0]
    wide, narrow = fit.concordance(level=0.99), fit.concordance(level=0.5)
    assert wide.low < narrow.low < narrow.high < wide.high
    assert fit.concordance().level == fit.level

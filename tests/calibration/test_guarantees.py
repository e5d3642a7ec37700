"""The guarantees, on the committed results and, for few patients, by sums without any simulation."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibration import guarantees, intervals, one_curve, page, results
from tests.calibration.cells import INTERVALS, TESTS
from tests.calibration.rates import total
from tests.calibration.scenarios import Scenario

TRUTHS = np.linspace(0.01, 0.99, 99)
BETA_PRODUCT = intervals.METHODS["bpcp"]


def test_committed_results_keep_the_guarantees():
    broken = [
        *guarantees.broken_by_intervals(results.read(INTERVALS)),
        *guarantees.broken_by_tests(results.read(TESTS)),
    ]
    assert not broken


def test_a_broken_guarantee_is_named():
    row = {
        "method": "bpcp",
        "sizes": "9",
        "censored": "0.3",
        "times": "exact",
        "survival": 0.5,
        "replicates": 1e4,
    }
    fine = row | {"coverage": 0.949, "too_low": 0.02, "too_high": 0.02, "undefined": 0.0}
    assert not list(guarantees.broken_by_intervals([fine]))
    for wrong in ({"coverage": 0.94}, {"too_low": 0.032}, {"undefined": 0.0001}):
        assert len(list(guarantees.broken_by_intervals([fine | wrong]))) == 1
    row |= {"method": "log-rank, exact", "censored": "0.3 v 0.3", "hazard_ratio": 1.0, "rejects_1": 0.01}
    assert not list(guarantees.broken_by_tests([row | {"rejects_5": 0.055}]))
    assert len(list(guarantees.broken_by_tests([row | {"rejects_5": 0.06}]))) == 1
    assert not list(guarantees.broken_by_tests([row | {"rejects_5": 0.06, "censored": "0 v 0.6"}]))


@pytest.mark.parametrize("censored", [0.0, 0.1, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 6, 9])
def test_the_beta_product_covers_at_every_height(n, censored):
    scenario = Scenario(sizes=(n,), censored=(censored,))
    assert intervals.exact_coverage(scenario, BETA_PRODUCT, TRUTHS).min() > intervals.LEVEL


@pytest.mark.parametrize("name", one_curve.SCALES)
@pytest.mark.parametrize("censored", [0.0, 0.6])
def test_sums_agree_with_formulas_of_their_own(name, censored):
    scenario = Scenario(sizes=(6,), censored=(censored,))
    method, truths = intervals.METHODS[name], np.array([0.8, 0.5, 0.25])
    independent = [total(one_curve.exactly(scenario, truth))[f"{name} covers"].value for truth in truths]
    assert intervals.exact_coverage(scenario, method, truths) == pytest.approx(independent, abs=1e-12)


def test_the_page_shows_the_committed_results():
    assert page.PAGE.read_text(encoding="utf-8") == page.text(), (
        "docs/calibration.md is not made from the committed results: "
        "HPCSTATS_WRITE_CALIBRATION=1 make calibrate writes both."
    )

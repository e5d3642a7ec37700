"""`make calibrate`: the whole programme, compared with what is committed and with what is known exactly.

HPCSTATS_WRITE_CALIBRATION=1 commits what was measured, HPCSTATS_FRESH=1 runs what was finished before anew,
HPCSTATS_JOBS limits the cells at work at the same time, HPCSTATS_DASK names a cluster.
"""

from __future__ import annotations

import math
import os

import pytest

from tests.calibration import guarantees, one_curve, page, programme, results, two_groups
from tests.calibration.cells import INTERVALS, MODELS, TESTS, all_cells
from tests.calibration.rates import Rate, assert_within_four_errors, total
from tests.calibration.scenarios import CENSORED, Scenario
from tests.calibration.store import Store

pytestmark = pytest.mark.calibration


@pytest.fixture(scope="module")
def measured() -> dict[str, str]:
    """The tables as text."""
    jobs = os.environ.get(programme.JOBS)
    finished = programme.run(
        all_cells(), Store(), jobs=int(jobs) if jobs else None, fresh=os.environ.get(programme.FRESH) == "1"
    )
    print(
        f"\n{len(finished)} cells, {sum(one.seconds for one in finished) / 60:.0f} minutes of processor time"
    )
    return results.written(finished)


def test_exact_tests_keep_their_level(measured):
    assert not list(guarantees.broken_by_tests(results.parsed(measured[TESTS])))


def test_the_beta_product_covers_and_is_always_defined(measured):
    assert not list(guarantees.broken_by_intervals(results.parsed(measured[INTERVALS])))


def test_simulated_coverage_is_the_exact_one(measured):
    rows = [row for row in results.parsed(measured[INTERVALS]) if not math.isnan(row["exact_coverage"])]
    assert len(rows) > 500
    for row in rows:
        simulated = Rate(row["coverage"] * row["replicates"], row["replicates"])
        assert_within_four_errors(simulated, row["exact_coverage"], f"{row['method']}, {row}")


@pytest.mark.parametrize("censored", CENSORED)
def test_intervals_of_eighteen_agree_with_formulas_of_their_own(measured, censored):
    rows = results.select(
        results.parsed(measured[INTERVALS]), sizes="18", times="exact", censored=f"{censored:g}"
    )
    scenario = Scenario(sizes=(18,), censored=(censored,))
    for survival in (0.8, 0.5, 0.2):
        exact = total(one_curve.exactly(scenario, survival))
        for row in rows:
            if row["method"] in one_curve.SCALES and row["survival"] == survival:
                simulated = Rate(row["coverage"] * row["replicates"], row["replicates"])
                assert_within_four_errors(simulated, exact[f"{row['method']} covers"].value, str(row))


@pytest.mark.parametrize("sizes", [(4, 4), (5, 5), (3, 9), (2, 10)])
def test_sizes_of_the_asymptotic_test_are_the_exact_ones(measured, sizes):
    scenario = Scenario(sizes=sizes, censored=(0.3, 0.3))
    exact = total(two_groups.exactly(scenario))
    [row] = results.select(
        results.parsed(measured[TESTS]),
        method="log-rank, asymptotic",
        sizes=scenario.size,
        censored="0.3 v 0.3",
        times="exact",
        hazard_ratio=1.0,
    )
    for share, name in (("rejects_5", "logrank"), ("rejects_1", "logrank at 1 %")):
        simulated = Rate(row[share] * row["replicates"], row["replicates"])
        assert_within_four_errors(simulated, exact[name].value, f"{scenario.name}, {name}")


def test_models_simulated_and_summed_agree(measured):
    for row in results.parsed(measured[MODELS]):
        if not math.isnan(row["exact"]):
            simulated = Rate(row["simulated"] * row["among"], row["among"])
            assert_within_four_errors(simulated, row["exact"], f"{row['sizes']}, {row['measure']}")


@pytest.mark.parametrize("table", results.TABLES)
def test_the_committed_results_are_these(measured, table):
    if os.environ.get("HPCSTATS_WRITE_CALIBRATION") == "1":
        results.DIRECTORY.mkdir(exist_ok=True)
        results.path(table).write_text(measured[table], encoding="utf-8", newline="\n")
    committed = results.path(table).read_text(encoding="utf-8").splitlines()
    fresh = measured[table].splitlines()
    differing = [f"{old}\n{new}" for old, new in zip(committed, fresh, strict=False) if old != new]
    assert (len(committed), differing[:3]) == (len(fresh), []), (
        f"docs/calibration/{table}.csv is not what was measured. "
        "HPCSTATS_WRITE_CALIBRATION=1 make calibrate writes it; then run make reproduce for Figure 5."
    )


def test_the_page_shows_what_was_measured():
    if os.environ.get("HPCSTATS_WRITE_CALIBRATION") == "1":
        page.PAGE.write_text(page.text(), encoding="utf-8", newline="\n")
    assert page.PAGE.read_text(encoding="utf-8") == page.text()

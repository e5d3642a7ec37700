"""The rules against independent computations, and the verdicts on the shipped data."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from scipy import stats

import hpcstats as hs
from hpcstats.literature import statement_rules as rules
from hpcstats.literature.statement_rates import whole_cohorts

VERDICTS = {
    "n": "cannot be checked",
    "age_median": "agrees",
    "age_range": "agrees",
    "sex": "agrees",
    "site": "disagrees",
    "level_thoracic": "agrees",
    "level_lumbar": "agrees",
    "level_cervical": "agrees",
    "time_mean": "agrees",
    "time_range": "agrees",
    "treatment": "cannot be checked",
    "local_recurrence": "disagrees",
    "metastasis": "disagrees",
}


@pytest.mark.parametrize(("events", "n"), [(0, 5), (4, 9), (12, 23), (7, 7)])
def test_share_interval_is_that_of_scipy(events, n):
    expected = stats.binomtest(events, n).proportion_ci(method="exact")
    assert tuple(rules.share_interval(events, n)) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("n", "cut"), [(6, 0), (9, 1), (10, 1), (22, 5)])
def test_median_interval_has_the_tabled_order_statistics(n, cut):
    assert tuple(rules.median_interval(np.arange(n))) == (cut, n - 1 - cut)


def test_median_of_five_has_no_exact_interval():
    assert tuple(rules.median_interval([1, 2, 3, 4, 5])) == (-np.inf, np.inf)


def test_mean_interval_is_that_of_scipy():
    sample = [0.25, 1, 2, 9, 17]
    expected = stats.ttest_1samp(sample, 0).confidence_interval()
    assert tuple(rules.mean_interval(sample)) == pytest.approx((expected.low, expected.high))
    assert tuple(rules.mean_interval([3.0])) == (-np.inf, np.inf)


@pytest.mark.parametrize("outside", [0, 1, 2, 3])
def test_chance_outside_by_enumeration_of_all_orders(outside):
    # Three new values among four old ones: each of the 35 arrangements is equally likely.
    arrangements = [set(places) for places in itertools.combinations(range(7), 3)]
    hits = 0
    for new in arrangements:
        old = [place for place in range(7) if place not in new]
        hits += sum(place < old[0] or place > old[-1] for place in new) >= outside
    assert rules.chance_outside(outside, 3, 4) == pytest.approx(hits / len(arrangements))


@pytest.fixture(scope="module")
def checked(cases, endpoints):
    return hs.literature.check_statements(cases, endpoints)


def test_verdicts(checked):
    assert {item.id: item.verdict for item in checked.statements} == VERDICTS


def test_what_is_found(checked):
    assert str(checked["n"].found) == "3 reported up to 2004, 23 in all"
    assert str(checked["age_range"].found) == "24.0 to 78.0 years, 2 of 22 outside the stated range"
    assert str(checked["site"].found).startswith("18 of 22 intracranial primaries (82%")
    assert str(checked["time_mean"].found).endswith("19 patients)")
    assert "64 of 157 case-level patients (41%), selected, which estimates nothing" in str(
        checked["local_recurrence"].found
    )


def test_every_number_names_what_it_rests_on(checked):
    for item in checked.statements:
        assert item.rule
        assert item.locator
        for number in (*item.stated.numbers, *item.found.numbers):
            assert number.patients or number.sources
            assert number.how
    ids = [number.id for item in checked.statements for number in (*item.stated.numbers, *item.found.numbers)]
    assert len(ids) == len(set(ids))
    assert len(checked["sex"].patients) == 23
    assert "schiariti_2011" in checked["local_recurrence"].sources


def test_cohorts_that_share_patients_count_once(cases):
    chosen = whole_cohorts(cases, "metastasis_crude")
    groups = chosen["overlap_group"].dropna()
    assert groups.is_unique
    assert chosen["subgroup"].isna().all()
    assert (chosen["n_patients"] >= 10).all()
    assert "lottin_2023" in set(chosen["study_id"])
    assert "pmid_9757312" not in set(chosen["study_id"])


def test_settings_of_the_endpoint_are_followed(cases):
    strict = hs.literature.endpoint(cases, "spinal_metastasis", minimum_confidence="high")
    checked = hs.literature.check_statements(cases, {"spinal_metastasis": strict})
    assert checked.n == 15
    assert set(checked["sex"].patients) == set(
        cases.patients["patient_id"][
            (cases.patients["role"] == "spinal_metastasis") & (cases.patients["confidence"] == "high")
        ]
    )


def test_statements_as_frame_text_and_dictionary(checked):
    assert checked.to_frame()["id"].tolist() == list(VERDICTS)
    assert "Statements of the index paper" in str(checked)
    assert json.loads(json.dumps(checked.as_dict()))["rows"][3]["verdict"] == "agrees"
    with pytest.raises(KeyError):
        checked["weather"]


def test_a_summary_with_less_is_checked_as_far_as_it_goes(copy):
    path = copy.directory / "seed_summary.json"
    path.write_text(
        json.dumps({"source_id": "brass_2004", "nine_patients": {"sex": {"male": 9, "female": 0}}})
    )
    (only,) = hs.literature.check_statements(hs.literature.load(copy.directory)).statements
    assert (only.id, only.verdict) == ("sex", "disagrees")


def test_more_earlier_patients_than_counted_contradict_the_number(copy):
    path = copy.directory / "seed_summary.json"
    seed = json.loads(path.read_text())
    seed["nine_patients"]["n"]["value"] = 2
    path.write_text(json.dumps(seed))
    assert hs.literature.check_statements(hs.literature.load(copy.directory))["n"].verdict == "disagrees"


def test_without_cohorts_rates_cannot_be_checked(copy):
    (copy.directory / "cohort_statistics.csv").unlink()
    checked = hs.literature.check_statements(hs.literature.load(copy.directory))
    assert checked["metastasis"].verdict == "cannot be checked"

"""Counts of cohorts: as printed, computed where only one number is possible, left out by name otherwise."""

from __future__ import annotations

import math

import pytest

import hpcstats as hs
from hpcstats.literature.pooling import cohort_counts, cohort_names
from hpcstats.literature.pooling.cohorts import _prints_as

CASES = hs.literature.load()
LOCAL, METASTASIS = "local_recurrence_crude", "metastasis_crude"


def row(found, study):
    [one] = found.used[found.used["study_id"] == study].to_dict(orient="records")
    return one


def reason(found, study):
    return found.exclusions.set_index("study_id").loc[study, "reason"]


def test_printed_counts_are_used_as_they_stand() -> None:
    one = row(cohort_counts(CASES, LOCAL), "schiariti_2011")
    assert (one["events"], one["n"], one["computed"], one["label"]) == (28, 39, False, "Schiariti 2011")
    assert one["follow_up"] == pytest.approx(123 / 12)
    assert one["follow_up_kind"] == "mean"


def test_a_percentage_gives_a_count_only_if_there_is_one() -> None:
    found = cohort_counts(CASES, LOCAL)
    one = row(found, "pmid_9757312")
    assert (one["events"], one["n"], one["computed"]) == (9, 20, True)
    review = cohort_counts(CASES, "recurrence_crude")
    assert reason(review, "maiuri_2022") == "the number of events is not stated"


@pytest.mark.parametrize(
    ("share", "printed", "same"),
    [(9 / 17, 0.52, True), (9 / 17, 0.53, True), (21 / 26, 0.8, True), (8 / 17, 0.48, False),
     (4 / 17, 0.235, True), (5 / 20, 0.235, False), (0.0, 0.0, True), (1.0, 1.0, True)],
)  # fmt: skip
def test_what_a_share_is_printed_as(share, printed, same) -> None:
    assert _prints_as(share, printed) is same


def test_contradictions_and_subgroups_are_left_out_by_name() -> None:
    found = cohort_counts(CASES, METASTASIS)
    assert reason(found, "schiariti_2011") == "contradicts itself in print"
    assert reason(found, "damodaran_2014") == "stated for subgroups only"


def test_every_cohort_that_states_it_is_used_or_left_out_once() -> None:
    for statistic in (LOCAL, METASTASIS, "recurrence_crude"):
        found = cohort_counts(CASES, statistic, populations=["intracranial"])
        frame = CASES.cohort_statistics
        stated = set(frame.loc[frame["statistic"] == statistic, "study_id"])
        named = [*found.used["study_id"], *found.exclusions["study_id"]]
        assert sorted(named) == sorted(stated)
        assert (found.used["events"] <= found.used["n"]).all()
        assert set(found.used["population"]) == {"intracranial"}


def test_choices_leave_out_with_their_reason() -> None:
    found = cohort_counts(
        CASES,
        METASTASIS,
        exclude={"park_2013": "for a test"},
        exclude_groups={"radiosurgery": "chosen for it"},
        populations=["mixed"],
    )
    assert reason(found, "park_2013") == "for a test"
    assert reason(found, "igkrf_2017") == "chosen for it"
    assert reason(found, "melone_2014") == "intracranial tumours"


def test_patients_who_are_also_cases_are_no_overlap_between_cohorts() -> None:
    found = cohort_counts(CASES, METASTASIS)
    assert row(found, "someya_2001")["overlap"] is None
    assert row(found, "guthrie_1989")["overlap"] == "Mayo"
    assert math.isnan(row(found, "someya_2001")["follow_up"])


def test_cohorts_of_one_publication_keep_names_of_their_own() -> None:
    names = cohort_names(CASES, {"fliyou_8": "Fliyou"})
    assert names["dufour_2001"] == "dufour_2001"
    assert names["fliyou_8"] == "Fliyou"
    assert len(set(names.values())) == len(names)


def test_what_no_cohort_states_is_refused() -> None:
    with pytest.raises(hs.DesignError, match="No cohort states 'headache'"):
        cohort_counts(CASES, "headache")
    with pytest.raises(hs.DataError, match="not in the data: nobody_1999"):
        cohort_counts(CASES, LOCAL, exclude={"nobody_1999": "absent"})

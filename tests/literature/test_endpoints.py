"""What each endpoint uses and leaves out, against the counts that the data's makers give."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError, UnsupportedError

NAMES = hs.literature.ENDPOINTS
VIEWS = ("point", "interval", "truncated")
COUNTS = {  # used and events as points, as intervals, truncated
    "spinal_metastasis": ((17, 17), (17, 17), (5, 5)),
    "local_recurrence": ((137, 49), (150, 62), (5, 5)),
    "any_metastasis": ((135, 52), (143, 59), (9, 9)),
    "overall_survival": ((146, 8), (147, 8), (0, 0)),
    "post_spinal_progression": ((7, 4), (8, 5), (0, 0)),
    "survival_after_spinal_metastasis": ((7, 2), (7, 2), (0, 0)),
}


def times(view):
    return dict(zip(view.response.id, view.response.time, strict=True))


def limits(view):
    response = view.response
    return dict(zip(response.id, zip(response.lower, response.time, strict=True), strict=True))


def reasons(view):
    return dict(zip(view.exclusions["patient_id"], view.exclusions["reason"], strict=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("view", VIEWS)
def test_used_and_excluded_are_all_patients_once(cases, endpoints, name, view):
    seen = getattr(endpoints[name], view)
    ids = [*seen.data["patient_id"], *seen.exclusions["patient_id"]]
    assert sorted(ids) == sorted(cases.patient_ids)
    assert seen.exclusions["reason"].str.len().min() > 0
    if seen.surv is not None:
        assert seen.response.id.tolist() == seen.data["patient_id"].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_counts(endpoints, name):
    views = [getattr(endpoints[name], view) for view in VIEWS]
    assert tuple((view.n, view.n_events) for view in views) == COUNTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_endpoint_is_stated_in_words(endpoints, name):
    endpoint = endpoints[name]
    for word in ("label", "origin", "event", "censoring", "competing_events", "population"):
        assert len(getattr(endpoint, word)) > 10
        assert getattr(endpoint, word) in str(endpoint)
    assert endpoint.name in repr(endpoint)


# The numbers of data/README.md and of the extraction behind it, counted anew from the frames.


def test_spinal_patients_with_and_without_time(cases, endpoints):
    everybody = hs.literature.endpoint(cases, "spinal_metastasis", exclude_mechanisms=())
    assert (cases.patients["role"] == "spinal_metastasis").sum() == 23
    assert everybody.point.n == 19
    without = {id_ for id_, reason in reasons(everybody.point).items() if "not stated" in reason}
    assert without == {"araujo_2019", "el_hindy_2013", "he_2025", "secinti_2008"}
    mechanisms = endpoints["spinal_metastasis"].data["mechanism"].astype(object)
    assert mechanisms.value_counts(dropna=False).to_dict() == {
        "distant": 12,
        "contiguous": 2,
        "csf_seeding": 1,
        np.nan: 2,
    }


def test_first_recurrences_dated_or_within_limits(endpoints):
    recurrence = endpoints["local_recurrence"]
    dated = recurrence.data[recurrence.response.event]
    assert (dated["role"] == "spinal_metastasis").sum() == 6
    assert (dated["role"] == "comparator").sum() == 43
    assert recurrence.interval.n_events - recurrence.point.n_events == 13


def test_54_comparators_without_any_event_have_a_stated_last_contact(cases):
    # The rule behind 54: no recurrence, metastasis or death, and a last contact with a time.
    comparators = set(cases.patients["patient_id"][cases.patients["role"] == "comparator"])
    events = cases.events
    eventful = set(events["patient_id"][events["event"] != "last_follow_up"])
    stated = set(events["patient_id"][(events["event"] == "last_follow_up") & events["time_years"].notna()])
    assert len((comparators - eventful) & stated) == 54


def test_deaths(cases):
    counts = cases.events["event"].value_counts()
    assert (counts["death_of_disease"], counts["death_cause_unknown"]) == (7, 4)


def test_dated_other_metastases(cases):
    dated = cases.events[(cases.events["event"] == "other_metastasis") & cases.events["time_years"].notna()]
    assert dated["patient_id"].nunique() == 48


# Single patients, by hand.


def test_times_to_spinal_metastasis(endpoints):
    view = endpoints["spinal_metastasis"].point
    assert times(view)["cole_2009"] == 17
    assert reasons(view)["son_2013"] == "synchronous spinal metastasis, no latency"
    assert reasons(view)["li_z_2019"] == "comparator, no spinal metastasis recorded"
    assert reasons(view)["wang_xj_2024"] == "skeletal metastasis of unstated site, may be spinal"
    assert limits(endpoints["spinal_metastasis"].interval)["cole_2009"] == (16, 18)


def test_a_lesion_that_is_recurrence_and_metastasis_counts_once_in_each(endpoints):
    assert times(endpoints["local_recurrence"].point)["brass_2004"] == 5
    assert times(endpoints["local_recurrence"].point)["jscr_pleura"] == 9
    assert times(endpoints["spinal_metastasis"].point)["jscr_pleura"] == 11


def test_recurrence_known_but_not_dated(endpoints):
    recurrence = endpoints["local_recurrence"]
    assert reasons(recurrence.point)["la_dine_2022"] == "local recurrence known, but not dated"
    assert limits(recurrence.interval)["la_dine_2022"] == (0, 2.5)
    assert reasons(recurrence.interval)["he_2025"] == "time of the local recurrence not stated"


def test_censoring_at_the_date_or_at_the_lower_limit(endpoints):
    point, interval = endpoints["local_recurrence"].point, endpoints["local_recurrence"].interval
    assert times(point)["turkkan_2017"] == 5.708
    assert times(point)["cureus_sacral"] == 5
    assert times(point)["maiuri_2022"] == 8
    assert limits(interval)["maiuri_2022"] == (7.5, np.inf)
    assert reasons(point)["rev_neurol_2009"] == "no follow-up time stated"


def test_first_metastasis_among_several(endpoints):
    point, interval = endpoints["any_metastasis"].point, endpoints["any_metastasis"].interval
    assert reasons(point)["hammontree_2006"] == "metastasis known, but not dated"
    assert limits(interval)["hammontree_2006"] == (0, 10.5)
    assert limits(interval)["nmccrj_2025"] == (8, np.inf)
    assert times(point)["pathology_2022"] == 5
    assert times(point)["woitzik_2003"] == 8


def test_metastasis_at_diagnosis_and_hard_statements(endpoints):
    out = reasons(endpoints["any_metastasis"].point)
    at_diagnosis = {id_ for id_, reason in out.items() if reason.startswith("metastasis at diagnosis")}
    assert at_diagnosis == {"rev_neurol_2009", "son_2013", "peng_2011", "reddy_2019"}
    unlinked = {id_ for id_, reason in out.items() if "cannot be linked" in reason}
    assert unlinked == {f"someya_2001_{number}" for number in (1, 2, 3, 4)}
    assert out["schirmer_2011"] == "only survival is usable"
    assert times(endpoints["overall_survival"].point)["schirmer_2011"] == 18.083


def test_clock_of_the_spinal_metastasis(endpoints):
    survival = endpoints["survival_after_spinal_metastasis"]
    assert times(survival.point) == pytest.approx(
        {
            "brass_2004": 3.25,
            "cole_2009": 4,
            "woitzik_2003": 1,
            "araujo_2019": 4.671,
            "son_2013": 0.458,
            "peng_2011": 1.083,
            "pathology_2022": 23.5,
        }
    )
    assert limits(survival.interval)["peng_2011"] == (1.0, 1.167)
    assert reasons(survival.point)["konkuk_2016"] == "no follow-up after the spinal metastasis stated"


def test_death_competes_unless_it_comes_with_the_event(endpoints):
    competing = endpoints["local_recurrence"].competing
    causes = dict(zip(competing.id, competing.status, strict=True))
    assert competing.causes == ("local_recurrence", "death")
    assert causes["tanaka_2014"] == 1
    assert causes["l1_sft_2017"] == 2
    assert causes["maiuri_2022"] == 0
    assert competing.id.tolist() == endpoints["local_recurrence"].response.id.tolist()
    assert endpoints["overall_survival"].competing is None


def test_covariates_and_their_helpers(endpoints):
    data = endpoints["local_recurrence"].data.set_index("patient_id")
    assert data.loc["cole_2009", "age_at_primary"] == 36
    assert np.isnan(data.loc["brass_2004", "age_at_primary"])
    assert data.loc["human_pathol_rep_2022", "resection_complete"] == "subtotal or biopsy"
    assert data.loc["kim_2015", "resection_complete"] == "gross total"
    assert data["site"].value_counts().to_dict() == {"intracranial": 73, "extracranial": 61}
    assert data["site"].isna().sum() == 3
    assert data.loc["cole_2009", "source_year"] == 2009
    assert np.isnan(data.loc["kaneko", "source_year"])


# Options.


def test_mechanisms_can_be_left_out(cases):
    strict = hs.literature.endpoint(
        cases, "spinal_metastasis", exclude_mechanisms=("synchronous", "contiguous", "csf_seeding")
    )
    assert strict.point.n == 14
    assert reasons(strict.point)["drop_metastasis_2020"] == "csf seeding spinal metastasis"
    after = hs.literature.endpoint(cases, "post_spinal_progression", exclude_mechanisms=("contiguous",))
    assert "brass_2004" in reasons(after.point)
    assert "son_2013" in times(hs.literature.endpoint(cases, "post_spinal_progression").point)


def test_low_confidence_can_be_left_out(cases, endpoints):
    careful = hs.literature.endpoint(cases, "local_recurrence", minimum_confidence="high")
    assert set(careful.data["confidence"]) == {"high"}
    assert reasons(careful.point)["la_dine_2022"] == "confidence below high"
    assert careful.point.n < endpoints["local_recurrence"].point.n


def test_callers_may_leave_out_more_with_a_reason(cases):
    fewer = hs.literature.endpoint(cases, "local_recurrence", exclude={"kim_2015": "re-read"})
    assert reasons(fewer.point)["kim_2015"] == "re-read"
    assert fewer.settings["exclude"] == {"kim_2015": "re-read"}


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"name": "survival"}, UnsupportedError, "'overall_survival'"),
        ({"minimum_confidence": "certain"}, UnsupportedError, "'medium'"),
        ({"exclude_mechanisms": "haematogenous"}, UnsupportedError, "'csf_seeding'"),
        ({"exclude": {"nobody": "why"}}, DataError, "nobody"),
        ({"exclude": {"kim_2015": " "}}, DataError, "no reason for kim_2015"),
    ],
)
def test_unknown_options_are_refused(cases, options, error, message):
    with pytest.raises(error, match=message):
        hs.literature.endpoint(cases, **({"name": "local_recurrence"} | options))


def test_a_view_without_patients_says_why(endpoints):
    with pytest.raises(DesignError, match=r"No patient is usable.*view not defined"):
        _ = endpoints["overall_survival"].truncated.response
    assert "nobody usable" in repr(endpoints["overall_survival"].truncated)

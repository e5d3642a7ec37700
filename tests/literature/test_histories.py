"""First events, repeated events and moves between states, by hand and against the raw events."""

from __future__ import annotations

import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.literature.histories import first_events, moves, repeated
from hpcstats.literature.timelines import timelines

BUILDERS = (hs.literature.competing_events, hs.literature.recurrent_events, hs.literature.multistate)


def course(*rows):
    """One patient: (event, sequence, time) or (event, sequence, lower, upper), times from the primary."""
    table = []
    for kind, sequence, *time in rows:
        point, lower, upper = (time[0], time[0], time[0]) if len(time) == 1 else (None, *time)
        table.append(
            {
                "patient_id": "a", "event": kind, "sequence": sequence, "origin": "primary",
                "state_at_event": None, "precision": "year" if point is not None else "bound",
                "time_years": point, "time_lower_years": lower, "time_upper_years": upper,
            }
        )  # fmt: skip
    return timelines(pd.DataFrame(table))["a"]


def end(time, kind="last_follow_up"):
    return (kind, None, time)


CAUSES = ("local_recurrence", "metastasis", "death")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([end(7)], (7, None, "")),
        ([end(7, "death_of_disease")], (7, "death", "death")),
        ([("local_recurrence", 1, 4), end(7)], (4, "local_recurrence", "local_recurrence")),
        ([("other_metastasis", 1, 3), ("local_recurrence", 1, 4), end(7)], (3, "metastasis", "metastasis")),
        (
            [("spinal_metastasis", 1, 4), ("local_recurrence", 1, 4), end(7)],
            (4, "local_recurrence", "local_recurrence and metastasis"),
        ),
        ([("local_recurrence", 1, 4), ("other_metastasis", 1, 5, 9), end(9)], (4, CAUSES[0], CAUSES[0])),
        ([("local_recurrence", 1, 7), end(7, "death_of_disease")], (7, CAUSES[0], CAUSES[0])),
    ],
)
def test_the_first_event_counts(rows, expected):
    [entry] = first_events._first(course(*rows), CAUSES)
    assert (entry["time"], entry["cause"], entry["together"]) == expected


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([("local_recurrence", 1, 4), ("other_metastasis", 1, 0, 9), end(9)], "which event came first"),
        ([("local_recurrence", 1, 1, 3), end(9)], "time of the first event"),
        ([("other_metastasis", 1, 0), end(9)], "event at diagnosis"),
        ([("last_follow_up", None, 0, float("nan"))], "no follow-up"),
    ],
)
def test_who_has_no_dated_first_event_is_left_out(rows, reason):
    assert reason in first_events._first(course(*rows), CAUSES)


def test_recurrences_cut_the_follow_up():
    rows = [("local_recurrence", 1, 2), ("local_recurrence", 2, 5), end(9, "death_of_disease")]
    found = repeated._stretches(course(*rows), "local_recurrence")
    assert [tuple(row.values()) for row in found] == [
        (0, 2, True, False),
        (2, 5, True, False),
        (5, 9, False, True),
    ]


def test_a_recurrence_at_death_ends_with_both():
    rows = [("local_recurrence", 1, 9), end(9, "death_of_disease")]
    [row] = repeated._stretches(course(*rows), "local_recurrence")
    assert tuple(row.values()) == (0, 9, True, True)


def test_one_undated_recurrence_leaves_the_patient_out():
    rows = [("local_recurrence", 1, 2), ("local_recurrence", 2, 3, 5), end(9)]
    assert repeated._stretches(course(*rows), "local_recurrence") == "a local recurrence is not dated"


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ([end(7)], ["primary 7 None"]),
        (
            [("local_recurrence", 1, 2), ("other_metastasis", 1, 5), end(9, "death_of_disease")],
            ["primary 2 local recurrence", "local recurrence 5 metastasis", "metastasis 9 death"],
        ),
        (
            [("other_metastasis", 1, 2), ("local_recurrence", 1, 5), end(9)],
            ["primary 2 metastasis", "metastasis 9 None"],
        ),
        (
            [("other_metastasis", 1, 2), ("local_recurrence", 1, 2), end(9)],
            ["primary 2 metastasis", "metastasis 9 None"],
        ),
        ([("other_metastasis", 1, 9), end(9, "death_of_disease")], ["primary 9 death"]),
        ([("local_recurrence", 1, 9), end(9)], ["primary 9 local recurrence"]),
    ],
)
def test_moves_between_states(rows, path):
    found = moves._stays(course(*rows))
    assert [f"{row['from_state']} {row['stop']:g} {row['to_state']}" for row in found] == path


@pytest.mark.parametrize("build", BUILDERS)
def test_used_and_excluded_are_all_patients_once(cases, build):
    history = build(cases)
    ids = [*history.data["patient_id"].unique(), *history.exclusions["patient_id"]]
    assert sorted(ids) == sorted(cases.patient_ids)
    assert history.view.n + len(history.exclusions) == len(cases.patient_ids)
    assert history.response.id.tolist() == history.data["patient_id"].tolist()
    for word in ("label", "origin", "event", "censoring", "competing_events", "population"):
        assert getattr(history, word) in str(history)


def test_recurrences_are_those_of_the_raw_events(cases):
    events = cases.events
    rows = events[(events["event"] == "local_recurrence").to_numpy(dtype=bool)]
    dated = rows["time_years"].notna() & (rows["precision"] != "bound").astype(bool)
    left_out = set(rows.loc[~dated, "patient_id"].astype(str))
    history = hs.literature.recurrent_events(cases)
    assert history.response.n_events == int((~rows["patient_id"].astype(str).isin(left_out)).sum()) == 59
    reasons = history.exclusions.set_index("patient_id")["reason"]
    assert set(reasons.index[reasons.str.contains("not dated")]) == left_out


def test_first_recurrences_agree_with_the_endpoint(cases, endpoints):
    first = hs.literature.competing_events(cases, ["local_recurrence", "death"])
    point = endpoints["local_recurrence"]
    assert first.response.id.tolist() == point.response.id.tolist()
    assert first.response.time.tolist() == point.response.time.tolist()
    assert first.response.status.tolist() == point.competing.status.tolist()


@pytest.mark.parametrize("build", BUILDERS)
def test_patients_can_be_left_out(cases, build):
    kept, left = build(cases), build(cases, exclude={"brass_2004": "the index case"})
    assert left.view.n == kept.view.n - 1
    assert "the index case" in set(left.exclusions["reason"])
    sure = build(cases, minimum_confidence="high")
    assert (sure.data["confidence"].astype(str) == "high").all()
    assert "confidence below high" in set(sure.exclusions["reason"])


@pytest.mark.parametrize("causes", [["death"], ["metastasis", "spinal_metastasis"], ["death", "death"]])
def test_causes_must_not_overlap(cases, causes):
    with pytest.raises(hs.UnsupportedError, match="distinct kinds of event"):
        hs.literature.competing_events(cases, causes)


def test_unknown_kinds_are_named(cases):
    with pytest.raises(hs.UnsupportedError, match="relapse"):
        hs.literature.competing_events(cases, ["relapse"])
    with pytest.raises(hs.UnsupportedError, match="death"):
        hs.literature.recurrent_events(cases, "death")

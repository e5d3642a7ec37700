"""What `diagnose` says of data before any fit."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from tests.reference.loader import dataset

EIGHT = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 0, 1, 1, 1, 0, 1])
X = [0, 1, 1, 0, 1, 0, 0, 1]


def finding(diagnosis: hs.Diagnosis, check: str):
    """The one finding of a check."""
    (found,) = [one for one in diagnosis.findings if one.check == check]
    return found


def problems(diagnosis: hs.Diagnosis) -> list[str]:
    return [one.check for one in diagnosis.findings if one.severity == "problem"]


def test_sound_data_have_no_problem() -> None:
    found = hs.diagnose(EIGHT, {"x": X}, "x", group=["a", "b"] * 4, horizon=5)
    assert found.ok
    assert problems(found) == []
    assert (found.n, found.n_events, found.parameters) == (8, 6, 1)
    assert found.events_per_parameter == 6
    assert found.monotone == ()
    assert found.direction == {}


def test_the_frame_has_a_row_a_check() -> None:
    found = hs.diagnose(EIGHT, {"x": X}, "x")
    frame = found.to_frame()
    assert list(frame) == ["check", "severity", "detail", "concerns"]
    assert len(frame) == len(found.findings)
    assert set(frame["severity"]) <= {"ok", "note", "problem"}


def test_without_covariates_only_the_response_is_looked_at() -> None:
    found = hs.diagnose(EIGHT)
    assert found.parameters == 0
    assert np.isnan(found.events_per_parameter)
    assert found.ok


def test_few_events_per_parameter_are_counted_and_noted() -> None:
    found = hs.diagnose(EIGHT, {"x": X, "z": [3, 1, 4, 1, 5, 9, 2, 6]}, "x + z")
    assert found.events_per_parameter == 3
    assert finding(found, "events per parameter").severity == "note"
    many = hs.diagnose(hs.Surv.right(range(1, 41), [1] * 40), {"x": [0, 1, 1, 0] * 10}, "x")
    assert finding(many, "events per parameter").severity == "ok"


def test_tied_events_are_counted_and_tied_censorings_are_not() -> None:
    y = hs.Surv.right([1, 1, 1, 2, 2, 3, 3, 4], [1, 1, 1, 1, 0, 0, 0, 1])
    assert hs.diagnose(y).tied_events == 3
    assert hs.diagnose(EIGHT).tied_events == 0


def test_no_events_is_a_problem() -> None:
    found = hs.diagnose(hs.Surv.right([1, 2, 3], [0, 0, 0]), {"x": [0, 1, 0]}, "x")
    assert not found.ok
    assert "no events" in finding(found, "events").detail


def test_an_emptied_risk_set_is_located() -> None:
    y = hs.Surv.right([1, 3, 4, 5, 6, 7], [1, 1, 0, 1, 1, 0], entry=[0, 2, 2, 3, 3, 4])
    found = hs.diagnose(y)
    assert problems(found) == ["empty risk sets"]
    assert finding(found, "empty risk sets").concerns == ("1",)


def test_a_risk_set_that_fails_whole_is_a_problem_although_others_come_at_once() -> None:
    # Only one is at risk at 2 and has the event: the curve is 0 from there on, whoever comes in at 2.
    y = hs.Surv.right([2, 5, 6], [1, 1, 0], entry=[0, 2, 2])
    found = finding(hs.diagnose(y), "empty risk sets")
    assert (found.severity, found.concerns) == ("problem", ("2",))


def test_delayed_entry_without_a_gap_is_no_problem() -> None:
    y = hs.Surv.right([3, 5, 6], [1, 1, 0], entry=[0, 1, 2])
    assert finding(hs.diagnose(y), "empty risk sets").severity == "ok"


def test_a_group_without_events_is_named() -> None:
    y = hs.Surv.right([1, 2, 3, 4], [1, 1, 0, 0])
    found = hs.diagnose(y, group=["total", "total", "biopsy", "biopsy"])
    silent = finding(found, "group without events")
    assert silent.severity == "problem"
    assert silent.concerns == ("biopsy",)


def test_a_single_group_is_a_problem() -> None:
    assert not hs.diagnose(EIGHT, group=["a"] * 8).ok


def test_a_stratum_without_events_is_only_noted() -> None:
    y = hs.Surv.right([1, 2, 3, 4], [1, 1, 0, 0])
    found = hs.diagnose(y, strata=["u", "u", "v", "v"])
    assert finding(found, "strata without events").severity == "note"


def test_a_horizon_beyond_follow_up_is_a_problem() -> None:
    assert problems(hs.diagnose(EIGHT, horizon=9)) == ["horizon"]
    assert hs.diagnose(EIGHT, horizon=8).ok


def test_a_horizon_beyond_the_follow_up_of_one_group_is_a_problem_and_the_group_is_named() -> None:
    y = hs.Surv.right([2, 4, 9, 9], [1, 0, 1, 0])
    found = hs.diagnose(y, group=["short", "short", "long", "long"], horizon=6)
    assert "horizon" in problems(found)
    assert "short" in finding(found, "horizon").detail


def test_constant_and_collinear_columns_are_named() -> None:
    data = {"x": X, "other": [1 - v for v in X], "grade": [2] * 8}
    found = hs.diagnose(EIGHT, data, ["x", "other", "grade"])
    assert finding(found, "constant").concerns == ("grade",)
    assert set(finding(found, "collinear").concerns) == {"x", "other"}


def test_a_sum_of_columns_is_collinear() -> None:
    data = {"a": X, "b": [0, 0, 1, 1, 0, 0, 1, 1]}
    data["total"] = [a + b for a, b in zip(data["a"], data["b"], strict=True)]
    assert set(finding(hs.diagnose(EIGHT, data), "collinear").concerns) == {"a", "b", "total"}


def test_more_terms_than_events_is_a_problem() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5], [1, 0, 0, 0, 0])
    found = hs.diagnose(y, {"a": [0, 1, 0, 1, 1], "b": [3, 1, 4, 1, 5]})
    assert "terms" in problems(found)


def test_a_monotone_covariate_is_named_with_its_direction() -> None:
    y = hs.Surv.right([2, 4, 6, 8, 10, 3, 5, 7, 9, 11], [1] * 5 + [0] * 5)
    found = hs.diagnose(y, {"arm": [0] * 5 + [1] * 5, "age": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]}, "arm + age")
    assert found.monotone == ("arm",)
    assert found.direction["arm"] == -1
    assert finding(found, "monotone likelihood").concerns == ("arm",)


def test_a_monotone_combination_is_named_by_its_columns() -> None:
    x = np.array([[0, 0], [1, 1], [2, 1], [0, 1], [1, 2], [2, 3], [1, 0], [2, 2]])
    time = np.unique(x[:, 1] - x[:, 0], return_inverse=True)[1] + 1
    found = hs.diagnose(hs.Surv.right(time, [1] * 8), {"a": x[:, 0], "b": x[:, 1]})
    assert found.monotone == ("a", "b")
    assert found.direction["a"] > 0 > found.direction["b"]


def test_separation_within_strata_only_is_found_only_with_strata() -> None:
    y = hs.Surv.right([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8)
    data = {"x": [1, 1, 0, 0, 1, 1, 0, 0], "site": ["u"] * 4 + ["v"] * 4}
    assert hs.diagnose(y, data, "x").monotone == ()
    assert hs.diagnose(y, data, "x", strata="site").monotone == ("x",)
    assert hs.diagnose(y, data, "x", strata=data["site"]).monotone == ("x",)


def test_a_published_case_of_separation() -> None:
    data = dataset("breast_hs")
    y = hs.Surv.right(data["TIME"], data["CENS"])
    found = hs.diagnose(y, data, ["T", "N", "G", "CD"])
    assert found.monotone == ("G",)
    assert hs.diagnose(y, data, ["T", "N", "CD"]).ok


def test_a_covariate_that_differs_only_after_the_last_event_has_no_contrast() -> None:
    y = hs.Surv.right([1, 2, 3, 8, 9], [0, 0, 1, 0, 0])
    found = hs.diagnose(y, {"x": [1, 1, 0, 0, 0]}, "x")
    assert finding(found, "no contrast").concerns == ("x",)


def test_missing_covariates_are_counted() -> None:
    found = hs.diagnose(EIGHT, {"x": [0, np.nan, 1, 0, 1, 0, 0, 1]}, "x")
    assert "1 of 8" in finding(found, "missing values").detail


def test_missing_covariates_leave_the_strata_of_their_row_out_too() -> None:
    data = {"x": [0, np.nan, 1, 0, 1, 0, 0, 1], "site": ["u", "v"] * 4}
    found = hs.diagnose(EIGHT, data, "x", strata="site")
    assert "1 of 8" in finding(found, "missing values").detail


def test_the_diagnosis_agrees_with_the_fit() -> None:
    y = hs.Surv.right([2, 4, 6, 8, 10, 3, 5, 7, 9, 11], [1] * 5 + [0] * 5)
    data = {"arm": [0] * 5 + [1] * 5}
    with pytest.warns(hs.SeparationWarning):
        fit = hs.cox(y, data, "arm")
    found = hs.diagnose(y, data, "arm")
    named = tuple(
        term for term, status in zip(fit.terms, fit.statuses, strict=True) if status == "not_estimable"
    )
    assert found.monotone == named


def test_another_kind_of_response_and_unknown_columns_are_refused() -> None:
    with pytest.raises(hs.UnsupportedError):
        hs.diagnose(hs.Surv.interval([1, 2], [2, 3]))
    with pytest.raises(hs.DataError, match="age"):
        hs.diagnose(EIGHT, {"x": X}, "age")


def test_nothing_is_warned_because_it_is_all_in_the_result() -> None:
    found = hs.diagnose(hs.Surv.right([1, 2, 3], [0, 0, 0]), {"x": [1, 1, 1]}, "x", horizon=10)
    assert len(found.warnings) == len(problems(found)) >= 2
    record = found.as_dict()
    assert record["n"] == 3
    assert len(record["rows"]) == len(found.findings)
    assert "problems found" in str(found)

"""Median follow-up by the reverse Kaplan-Meier method."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import hpcstats as hs
from tests.properties.strategies import Cases, cases, checked
from tests.reference.loader import dataset, response

pytestmark = pytest.mark.filterwarnings(
    "ignore::hpcstats.errors.SmallSampleWarning", "ignore::hpcstats.errors.NonIdentifiableWarning"
)


def test_without_events_it_is_the_median_of_the_observed_times() -> None:
    row = hs.kaplan_meier(hs.Surv.right([1, 2, 3, 4, 5], [0] * 5)).median_follow_up().iloc[0]
    assert row["estimate"] == 3


def test_an_event_censors_the_follow_up() -> None:
    """Reverse curve of times 2, 3, 4, 5 with an event at 2: 2/3 at 3, 1/3 at 4."""
    row = hs.kaplan_meier(hs.Surv.right([2, 3, 4, 5], [1, 0, 0, 0])).median_follow_up().iloc[0]
    assert row["estimate"] == 4


def test_whoever_has_the_event_is_still_at_risk_of_the_end_of_observation_then() -> None:
    """Two of five are censored when one has the event: 3/5, then 3/10 at 3. Two of four were 1/2 until 3."""
    row = hs.kaplan_meier(hs.Surv.right([1, 1, 1, 3, 5], [1, 0, 0, 0, 0])).median_follow_up().iloc[0]
    assert row["estimate"] == 3


def test_when_all_have_the_event_nothing_is_known_of_the_follow_up() -> None:
    row = hs.kaplan_meier(hs.Surv.right([1, 2], [1, 1])).median_follow_up().iloc[0]
    assert np.isnan(row["estimate"])
    assert row["high"] == np.inf


@checked
@given(cases(groups=2))
def test_it_is_the_median_with_events_and_censorings_exchanged(data: Cases) -> None:
    flipped = hs.Surv.right(data.time, [not e for e in data.event])
    expected = hs.kaplan_meier(flipped, data.group).quantile(0.5).drop(columns="probability")
    assert hs.kaplan_meier(data.response, data.group).median_follow_up().equals(expected)


def test_the_interval_is_of_the_same_method_and_level() -> None:
    y = response(dataset("leuk"))
    for options in ({"interval": "log-log", "level": 0.9}, {"interval": "bpcp", "sided": "upper"}):
        row = hs.kaplan_meier(y, **options).median_follow_up().iloc[0]
        reverse = hs.Surv.right(y.time, ~y.event)
        expected = hs.kaplan_meier(reverse, **options).quantile(0.5).iloc[0]
        assert row[["estimate", "low", "high"]].tolist() == expected[["estimate", "low", "high"]].tolist()

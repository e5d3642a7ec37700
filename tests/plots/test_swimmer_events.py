"""Swimmer plots of other kinds of event, and without one that every patient had."""

from __future__ import annotations

import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError
from hpcstats.plots.lanes.key import symbols_of, words_of

EVENTS = {"relapse": "Relapse", "transformation": "Transformation"}
LANES = {
    "patient_id": ["a", "a", "b", "b", "c"],
    "source": ["Doe 2001"] * 5,
    "mechanism": [None] * 5,
    "event": ["relapse", "last_follow_up", "transformation", "death_other", "last_follow_up"],
    "time": [2, 9, 1, 3, 5],
    "lower": [1.5, 8.5, 0.5, 2.5, 4.5],
    "upper": [2.5, 9.5, 1.5, 3.5, 5.5],
    "state": [None, "alive_no_disease", None, None, "alive_unknown"],
}


def texts(figure: hs.plots.Figure) -> list[str]:
    return [words.get_text() for words in figure.figure.texts]


def test_lanes_are_sorted_by_the_observation_where_no_event_is_named():
    figure = hs.plots.swimmer(LANES, event=None, events=EVENTS)
    assert figure.data["patient_id"].tolist() == ["b", "b", "c", "a", "a"]
    assert "sorted by the length of the observation" in str(figure.caption)
    assert "Whisker" not in str(figure.caption)
    assert "The observation lasts 3.0 to 9.0." in figure.alt_text
    assert hs.plots.problems(figure) == ()


def test_the_key_has_the_words_given_and_no_column_for_routes_that_nobody_states():
    shown = texts(hs.plots.swimmer(LANES, event=None, events=EVENTS))
    assert "Relapse (above the bar)" in shown
    assert "Transformation (below the bar)" in shown
    assert "Route" not in shown
    assert not [words for words in shown if "metastasis" in words.lower()]


def test_the_event_that_sorts_gets_the_whisker():
    symbols = symbols_of(EVENTS, "transformation")
    assert symbols == {"transformation": "spinal_metastasis", "relapse": "local_recurrence"}
    assert words_of(EVENTS, symbols)["spinal_metastasis"] == "Transformation, with rounding range"


def test_kinds_without_words_are_refused():
    with pytest.raises(DataError, match="row 2: 'transformation'"):
        hs.plots.swimmer(LANES, event=None, events={"relapse": "Relapse"})


@pytest.mark.parametrize("events", [{}, dict.fromkeys("abcde", "x")])
def test_there_are_four_symbols(events):
    with pytest.raises(DesignError, match="there are symbols for 4"):
        hs.plots.swimmer(LANES, event=None, events=events)


def test_the_event_that_sorts_must_have_a_symbol():
    with pytest.raises(DesignError, match="must be one of them"):
        hs.plots.swimmer(LANES, event="death_other", events=EVENTS)

"""Swimmer plots: order, ends of bars, ranges, side-by-side symbols, undated patients."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError
from hpcstats.plots.lanes import drawing as lane_drawing
from hpcstats.plots.lanes.courses import courses


@pytest.fixture(scope="module")
def found(lanes):
    return {course.patient: course for course in courses(lanes, "spinal_metastasis")}


def words(figure):
    return [text.get_text() for text in figure.figure.texts]


def test_lanes_are_sorted_by_time_and_undated_ones_last(found):
    assert list(found) == ["a", "d", "b", "c", "e"]
    assert [course.dated for course in found.values()] == [True, True, True, True, False]


def test_bars_end_where_observation_is_certain(found):
    assert found["b"].observed == 8.25
    assert found["a"].observed == 1.33
    assert found["c"].observed == 13
    assert found["d"].observed == 2
    assert found["d"].furthest == 9.4


def test_states_are_words(found):
    assert found["a"].died
    assert not found["a"].alive
    assert [found[who].state for who in "abcde"] == [
        "died of disease", "alive with disease", "not stated", "alive", "died, cause not stated",
    ]  # fmt: skip


def test_symbols_of_one_track_keep_their_distance():
    placed = [("death", 4.0, False), ("spinal_metastasis", 1.0, False), ("spinal_progression", 1.3, False)]
    apart = lane_drawing._side_by_side([*placed, ("local_recurrence", 1.0, False)])
    on_bar = [x for kind, x, _ in apart if kind != "local_recurrence"]
    assert on_bar[0] == 1.0
    assert all(later - earlier >= lane_drawing.SYMBOL_WIDTH - 1e-9 for earlier, later in pairwise(on_bar))
    assert ("local_recurrence", 1.0, False) in apart
    assert [kind for kind, _, _ in apart if kind != "local_recurrence"] == [
        "spinal_metastasis", "spinal_progression", "death",
    ]  # fmt: skip


def test_events_known_as_a_range_are_hollow_within_it(found):
    scale = lane_drawing.Scale(0.0, 2.0)
    placed = lane_drawing._placements("local_recurrence", list(found["c"].moments[:2]), scale)
    assert [hollow for _, _, hollow in placed] == [True, True]
    assert all(0 <= x <= 27 for _, x, _ in placed)


def test_every_source_route_and_state_is_written(swimmer):
    shown = words(swimmer)
    assert shown.count("Author 2004") == 5
    assert {"contiguous", "CSF seeding", "not stated", "died of disease"} <= set(shown)
    assert "Time not stated (events listed, not to scale)" in shown


def test_key_holds_only_what_occurs(lanes):
    some = lanes[lanes["patient_id"] == "d"]
    shown = words(hs.plots.swimmer(some))
    assert "Alive at last contact" in shown
    assert "Death" not in shown
    assert not any("Local recurrence" in text for text in shown)


def test_caption_counts_lanes_and_names_the_patients(swimmer):
    numbers = {number.id: number for number in swimmer.numbers}
    assert numbers["lanes.n"].value == 5
    assert numbers["lanes.undated"].value == 1
    assert numbers["lanes.n"].patients == ("a", "b", "c", "d", "e")


def test_data_are_the_rows_in_the_order_drawn(swimmer, lanes):
    assert len(swimmer.data) == len(lanes)
    assert swimmer.data["lane"].is_monotonic_increasing
    assert swimmer.data["patient_id"].iloc[0] == "a"


def test_alternative_text_counts_routes_and_ends(swimmer):
    assert "5 lanes" in swimmer.alt_text
    assert "runs from 0.2 to 13.0" in swimmer.alt_text or "runs from 0.3 to 13.0" in swimmer.alt_text
    assert "Route: 2 distant; 1 CSF seeding; 1 contiguous; 1 not stated." in swimmer.alt_text


def many(lanes, number):
    one = lanes[lanes["patient_id"] == "b"]
    return pd.concat([one.assign(patient_id=f"p{k:03d}") for k in range(number)], ignore_index=True)


def test_forty_lanes_fit_on_a_page_and_ninety_do_not(lanes):
    figure = hs.plots.swimmer(many(lanes, 40))
    assert hs.plots.problems(figure) == ()
    with pytest.raises(DesignError, match="90 lanes do not fit"):
        hs.plots.swimmer(many(lanes, 90))


def test_only_undated_patients_can_be_drawn(lanes):
    figure = hs.plots.swimmer(lanes[lanes["patient_id"] == "e"])
    assert hs.plots.problems(figure) == ()
    assert "is not stated" in str(figure.caption)


def test_wrong_frames_are_refused(lanes):
    with pytest.raises(DataError, match="no column upper"):
        hs.plots.swimmer(lanes.drop(columns="upper"))
    with pytest.raises(DataError, match="row 0: 'cured'"):
        hs.plots.swimmer(lanes.assign(event=["cured", *lanes["event"][1:]]))
    with pytest.raises(DataError, match="Patient b has no 'spinal_metastasis'"):
        hs.plots.swimmer(lanes[lanes["event"] != "spinal_metastasis"])
    with pytest.raises(DataError, match="state 'well'"):
        hs.plots.swimmer(lanes.assign(state="well"))
    with pytest.raises(DesignError, match="holds no patient"):
        hs.plots.swimmer(lanes[:0])


def test_the_lanes_of_the_literature_are_drawn():
    lanes = hs.literature.swimmer_lanes(hs.literature.load())
    figure = hs.plots.swimmer(lanes)
    assert hs.plots.problems(figure) == ()
    assert figure.numbers[0].value == lanes["patient_id"].nunique()

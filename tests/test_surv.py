from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpcstats as hs
from hpcstats import Surv

INF = math.inf
NAN = math.nan


def test_right_keeps_what_it_was_given():
    y = Surv.right([5, 13], [True, False], entry=[0, 2.5], id=["a", "b"], unit="months")
    assert (y.kind, y.unit, len(y), y.n_events) == ("right", "months", 2, 1)
    assert y.time.tolist() == [5, 13]
    assert y.status.tolist() == [1, 0]
    assert y.event.tolist() == [True, False]
    assert y.entry.tolist() == [0, 2.5]
    assert y.id.tolist() == ["a", "b"]
    assert (y.lower, y.truncation, y.causes) == (None, None, ())
    assert repr(y) == "Surv.right: 2 rows, 1 events, times 5 to 13 months"


def test_counting_allows_several_rows_a_patient():
    y = Surv.counting([0, 3, 0], [3, 7, 4], [1, 0, 1], id=["a", "a", "b"])
    assert y.kind == "counting"
    assert y.entry.tolist() == [0, 3, 0]
    assert y.time.tolist() == [3, 7, 4]
    assert y.n_events == 2


def test_interval_knows_exact_open_and_closed_rows():
    y = Surv.interval([2, 4.5, 6, 8], [2, 5.5, INF, None])
    assert y.kind == "interval"
    assert y.lower.tolist() == [2, 4.5, 6, 8]
    assert y.time.tolist() == [2, 5.5, INF, INF]
    assert y.event.tolist() == [True, True, False, False]
    assert repr(y) == "Surv.interval: 4 rows, 2 events, times 2 to 8 years"


def test_right_truncated_rows_are_all_events():
    y = Surv.right_truncated([1, 4], [9, 4])
    assert y.kind == "right_truncated"
    assert y.truncation.tolist() == [9, 4]
    assert y.n_events == 2


def test_counting_tells_a_death_from_a_recurrence():
    y = Surv.counting([0, 3, 0], [3, 7, 4], [1, 1, 0], id=["a", "a", "b"], terminal=[0, 1, 0])
    assert y.terminal.tolist() == [False, True, False]
    assert y.status.tolist() == [1, 1, 0]
    assert y.take([1]).terminal.tolist() == [True]
    assert y.to_frame().columns.tolist() == ["id", "entry", "time", "status", "terminal"]


@pytest.mark.parametrize("terminal", [[1, 0, 0], [1, 1, 0]])
def test_nothing_follows_a_death(terminal):
    with pytest.raises(hs.DataError, match="rows after a death.*'a'"):
        Surv.counting([0, 3, 0], [3, 7, 4], [1, 0, 1], id=["a", "a", "b"], terminal=terminal)


def test_double_truncation_includes_its_limits():
    y = Surv.doubly_truncated([2, 4], [2, -INF], [5, 4], id=["a", "b"])
    assert (y.kind, y.n_events) == ("doubly_truncated", 2)
    assert y.lower.tolist() == [2, -INF]
    assert y.truncation.tolist() == [5, 4]
    assert y.to_frame().columns.tolist() == ["id", "lower", "time", "upper"]
    assert repr(y) == "Surv.doubly_truncated: 2 rows, 2 events, times 2 to 4 years"


@pytest.mark.parametrize(
    ("lower", "upper", "message"),
    [
        ([3, 0], [5, 5], "time is smaller than lower"),
        ([0, 0], [5, 3], "upper is smaller than time"),
        ([NAN, 0], [5, 5], "lower is missing"),
        ([0, 0], [NAN, 5], "upper is missing"),
    ],
)
def test_double_truncation_refuses_times_outside_their_limits(lower, upper, message):
    with pytest.raises(hs.DataError, match=message):
        Surv.doubly_truncated([2, 4], lower, upper)


STATES = ["primary", "recurrence", "death"]


def test_multistate_keeps_stays_and_moves():
    y = Surv.multistate(
        [0, 2, 0],
        [2, 5, 3],
        ["primary", "recurrence", "primary"],
        ["recurrence", "death", None],
        states=STATES,
        id=["a", "a", "b"],
    )
    assert y.origin.tolist() == [1, 2, 1]
    assert y.status.tolist() == [2, 3, 0]
    assert y.states == tuple(STATES)
    assert y.to_frame()["to_state"].tolist() == ["recurrence", "death", None]
    assert y.take([2]).origin.tolist() == [1]


@pytest.mark.parametrize(
    ("here", "there", "message"),
    [
        (["primary", "primary"], ["recurrence", None], "begins in another state.*row 1: 'a' in 'primary'"),
        (["primary", "recurrence"], ["primary", None], "leads from a state to itself.*row 0: 'primary'"),
        (["primary", "cured"], ["recurrence", None], "from_state holds values outside.*row 1: 'cured'"),
        (["primary", None], ["recurrence", None], "from_state holds values outside.*row 1: None"),
        (["primary", "recurrence"], ["recurrence", "cured"], "to_state.*Use None where the observation ends"),
    ],
)
def test_multistate_refuses_impossible_courses(here, there, message):
    with pytest.raises(hs.DataError, match=message):
        Surv.multistate([0, 2], [2, 5], here, there, states=STATES, id=["a", "a"])


def test_multistate_needs_distinct_states():
    with pytest.raises(hs.DataError, match="two or more states once each"):
        Surv.multistate([0], [1], ["a"], ["a"], states=["a", "a"], id=[1])


@pytest.mark.parametrize(
    "cause",
    [
        ["metastasis", None, "death"],
        [1, 0, 2],
        [1.0, NAN, 2.0],
        pd.Series([1, pd.NA, 2], dtype="Int64"),
        pd.Series(["metastasis", None, "death"], dtype="category"),
        pl.Series(["metastasis", None, "death"]),
    ],
)
def test_competing_numbers_the_causes_in_their_order(cause):
    y = Surv.competing([1, 2, 3], cause, causes=["metastasis", "death"], entry=[0, 1, 0], id=[1, 2, 3])
    assert y.status.tolist() == [1, 0, 2]
    assert y.causes == ("metastasis", "death")
    assert y.entry.tolist() == [0, 1, 0]
    assert y.event.tolist() == [True, False, True]


def test_causes_may_be_numbers_of_their_own():
    y = Surv.competing([1, 2, 3], [7, 0, 4], causes=[4, 7])
    assert y.status.tolist() == [2, 0, 1]
    assert y.causes == ("4", "7")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"t": [5.0, 13.0], "d": [True, False], "p": ["a", "b"]}, index=[9, 4]),
        pl.DataFrame({"t": [5.0, 13.0], "d": [True, False], "p": ["a", "b"]}),
    ],
)
def test_columns_of_either_frame_library_match_by_position(frame):
    y = Surv.right(frame["t"], frame["d"], id=frame["p"])
    assert (y.time.tolist(), y.status.tolist(), y.id.tolist()) == ([5, 13], [1, 0], ["a", "b"])


REFUSED = {
    "time missing": (lambda: Surv.right([1, NAN, 3], [1, 1, 0]), r"time is missing \(row 1: nan\)", (1,)),
    "time infinite": (
        lambda: Surv.right([INF, 1], [1, 1]),
        r"time is infinite \(row 0: inf\). Use Surv",
        (0,),
    ),
    "time negative": (
        lambda: Surv.right([1, -2], [1, 1]),
        r"time is negative \(row 1: -2\). Count from",
        (1,),
    ),
    "time text": (lambda: Surv.right(["1", "2"], [1, 1]), r"row 0: '1', row 1: '2'", (0, 1)),
    "event 1/2": (
        lambda: Surv.right([1, 2], [1, 2]),
        r"row 1: 2. If 2 means the event, write `event == 2`",
        (1,),
    ),
    "event missing": (lambda: Surv.right([1, 2], [1, None]), r"row 1: None", (1,)),
    "entry late": (
        lambda: Surv.right([3, 4], [1, 1], entry=[3, 1]),
        r"entry is not before time \(row 0: 3\). At risk means entry < t <= time",
        (0,),
    ),
    "entry missing": (
        lambda: Surv.right([3, 4], [1, 1], entry=[NAN, 1]),
        r"entry is missing \(row 0: nan\). Write 0",
        (0,),
    ),
    "entry infinite": (
        lambda: Surv.right([3], [1], entry=[-INF]),
        r"entry is infinite \(row 0: -inf\)",
        (0,),
    ),
    "no rows": (lambda: Surv.right([], []), "There are no rows", ()),
    "lengths": (lambda: Surv.right([1, 2], [1]), "but time has 2, event has 1", ()),
    "id length": (lambda: Surv.right([1, 2], [1, 0], id=["a"]), "id has 1", ()),
    "id twice": (
        lambda: Surv.right([1, 2, 3], [1, 1, 1], id=["a", "b", "a"]),
        r"but 'a' in rows 0, 2. For several rows a patient use Surv.counting",
        (0, 2),
    ),
    "id missing": (lambda: Surv.right([1, 2], [1, 1], id=["a", None]), "id is missing in rows 1", (1,)),
    "rows overlap": (
        lambda: Surv.counting([0, 2, 0], [3, 5, 9], [0, 1, 0], id=["a", "a", "b"]),
        r"Rows of one patient overlap \(row 0: 'a' \(0, 3\], row 1: 'a' \(2, 5\]\)",
        (0, 1),
    ),
    "empty row": (lambda: Surv.counting([2], [2], [1], id=["a"]), "start is not before stop", (0,)),
    "stop missing": (lambda: Surv.counting([0], [NAN], [1], id=["a"]), "stop is missing", (0,)),
    "lower missing": (lambda: Surv.interval([NAN], [2]), "lower is missing", (0,)),
    "lower infinite": (lambda: Surv.interval([INF], [INF]), "lower is infinite", (0,)),
    "upper small": (
        lambda: Surv.interval([1, 5], [2, 4]),
        r"upper is smaller than lower \(row 1: 4\). Exchange or correct the two",
        (1,),
    ),
    "interval id twice": (lambda: Surv.interval([1, 2], [2, 3], id=[1, 1]), "1 in rows 0, 1", (0, 1)),
    "truncated": (
        lambda: Surv.right_truncated([5, 1], [4, 2]),
        r"truncation is smaller than time \(row 0: 4\)",
        (0,),
    ),
    "truncation missing": (lambda: Surv.right_truncated([5], [NAN]), "truncation is missing", (0,)),
    "truncated id": (lambda: Surv.right_truncated([1, 2], [4, 4], id=[1, 1]), "id must be distinct", (0, 1)),
    "cause outside": (
        lambda: Surv.competing([1, 2], ["death", "loss"], causes=["death"]),
        r"outside causes=\['death'\] \(row 1: 'loss'\). Use 0 or None for censored",
        (1,),
    ),
    "cause number outside": (lambda: Surv.competing([1], [3], causes=["a", "b"]), "row 0: 3", (0,)),
    "cause numbers of names that are numbers": (
        lambda: Surv.competing([1, 2], [2, 1], causes=["2", "1"]),
        "row 0: 2, row 1: 1",
        (0, 1),
    ),
    "no causes": (
        lambda: Surv.competing([1], [0], causes=[]),
        "causes must name each kind of event once",
        (),
    ),
    "causes twice": (lambda: Surv.competing([1], [0], causes=["a", "a"]), "causes must name", ()),
    "causes zero": (lambda: Surv.competing([1], [0], causes=[0, 1]), "causes must name", ()),
    "causes one text": (lambda: Surv.competing([1], [0], causes="death"), "causes must name", ()),
    "cause text": (lambda: Surv.competing([1], "a", causes=["a"]), "cause must be a column of values", ()),
    "cause entry": (
        lambda: Surv.competing([1], [1], causes=[1], entry=[1]),
        "entry is not before time",
        (0,),
    ),
    "cause id": (
        lambda: Surv.competing([1, 2], [1, 1], causes=[1], id=[3, 3]),
        "id must be distinct",
        (0, 1),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_input_is_refused_with_its_rows(case):
    build, message, rows = REFUSED[case]
    with pytest.raises(hs.DataError, match=message) as caught:
        build()
    assert caught.value.rows == rows


def test_a_response_cannot_be_changed():
    y = Surv.right([5, 13], [1, 0], entry=[0, 1], id=["a", "b"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        y.unit = "days"
    for values in (y.time, y.status, y.entry, y.id):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1


def test_the_users_arrays_stay_theirs():
    time, event, entry, names = (
        np.array([5.0, 13.0]),
        np.array([True, False]),
        np.zeros(2),
        np.array(["a", "b"], object),
    )
    y = Surv.right(time, event, entry=entry, id=names)
    time[0], event[0], entry[0], names[0] = 99, False, 4, "z"
    assert (y.time[0], y.status[0], y.entry[0], y.id[0]) == (5, 1, 0, "a")


def test_take_keeps_rows_in_the_order_asked_for():
    y = Surv.competing([1, 2, 3], [1, 0, 2], causes=["a", "b"], id=["x", "y", "z"])
    kept = y.take([2, 0])
    assert (kept.time.tolist(), kept.status.tolist(), kept.id.tolist()) == ([3, 1], [2, 1], ["z", "x"])
    assert (kept.kind, kept.causes, kept.entry) == ("competing", ("a", "b"), None)
    assert y.take(y.event).id.tolist() == ["x", "z"]


@pytest.mark.parametrize(
    ("y", "columns"),
    [
        (Surv.right([1], [1]), ["time", "status"]),
        (Surv.right([1], [1], entry=[0], id=["a"]), ["id", "entry", "time", "status"]),
        (Surv.counting([0], [1], [1], id=["a"]), ["id", "entry", "time", "status"]),
        (Surv.interval([0], [1], id=["a"]), ["id", "lower", "upper"]),
        (Surv.right_truncated([1], [2]), ["time", "status", "truncation"]),
        (Surv.competing([1], [1], causes=[1]), ["time", "status"]),
    ],
)
def test_to_frame_holds_the_columns_of_its_kind(y, columns):
    frame = y.to_frame()
    assert frame.columns.tolist() == columns
    assert len(frame) == 1


rows = st.lists(
    st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.booleans()).filter(
        lambda row: abs(row[0] - row[1]) > 0.1
    ),
    min_size=1,
)


@given(rows)
def test_every_row_is_kept_as_it_was(drawn):
    entry, time = [min(a, b) for a, b, _ in drawn], [max(a, b) for a, b, _ in drawn]
    event = [happened for _, _, happened in drawn]
    y = Surv.right(time, event, entry=entry)
    assert (y.time.tolist(), y.entry.tolist(), y.event.tolist()) == (time, entry, event)
    assert y.n_events == sum(event)


@given(rows)
def test_exchanged_ends_are_refused_in_every_row(drawn):
    entry, time = [max(a, b) for a, b, _ in drawn], [min(a, b) for a, b, _ in drawn]
    with pytest.raises(hs.DataError) as caught:
        Surv.right(time, [True] * len(drawn), entry=entry)
    assert caught.value.rows == tuple(range(len(drawn)))

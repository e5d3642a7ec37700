"""Arithmetic of times with limits: closed forms, and properties over all compatible truths."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpcstats.literature.spans import Span, first_of
from hpcstats.literature.timelines import timelines

NAN = math.nan
TOLERANCE = 1e-6


@st.composite
def truths(draw):
    """A span together with a true time that it allows."""
    lower = draw(st.floats(0, 20))
    truth = lower + draw(st.floats(0, 5))
    upper = truth + draw(st.floats(0, 5)) if draw(st.booleans()) else math.inf
    point = draw(st.sampled_from([None, truth]))
    return Span(point, lower, upper), truth


def holds(span: Span, truth: float) -> bool:
    return span.lower - TOLERANCE <= truth <= span.upper + TOLERANCE


@given(truths(), truths())
def test_moving_and_counting_keep_the_truth_inside(first, second):
    (span, truth), (start, origin) = first, second
    assert holds(span.after(start), origin + truth)
    assert holds(span.since(start), max(0.0, truth - origin))


@given(truths(), truths())
def test_moving_there_and_back_only_widens(first, second):
    (span, truth), (start, _) = first, second
    back = span.after(start).since(start)
    assert holds(back, truth)
    assert back.upper - back.lower >= span.upper - span.lower - TOLERANCE or math.isinf(back.upper)


@given(st.lists(truths(), min_size=1, max_size=4))
def test_the_first_of_several_is_inside_and_dated_only_if_certain(cases):
    spans, true = tuple(span for span, _ in cases), min(truth for _, truth in cases)
    first = first_of(spans)
    assert holds(first, true)
    if first.point is not None:
        assert first.point >= true - TOLERANCE
        assert not any(span.point is None and span.lower < first.point for span in spans)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((5, 4.5, 5.5, "year"), Span(5.0, 4.5, 5.5)),
        ((8, 8, NAN, "bound"), Span(None, 8.0, math.inf)),
        ((5.75, 5.708, 11.6, "bound"), Span(None, 5.708, 11.6)),
        ((0, 0, 0, "bound"), Span(0.0, 0.0, 0.0)),
        ((NAN, 3, 3, "bound"), Span(3.0, 3.0, 3.0)),
        ((NAN, 0, NAN, "bound"), Span(None, 0.0, math.inf)),
    ],
)
def test_a_bound_is_never_a_date_unless_its_limits_coincide(row, expected):
    assert Span.reported(*row) == expected


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ((Span(10.0, 9.5, 10.5), Span(None, 0.0, 10.5)), Span(None, 0.0, 10.5)),
        ((Span(10.0, 9.5, 10.5), Span(None, 10.0, 12.0)), Span(10.0, 9.5, 10.5)),
        ((Span(7.0, 6.5, 7.5), Span(7.0, 7.0, 7.0)), Span(7.0, 6.5, 7.0)),
        ((Span(0.0, 0.0, 0.0), Span(2.0, 1.5, 2.5)), Span(0.0, 0.0, 0.0)),
    ],
)
def test_the_first_of_two_by_hand(spans, expected):
    assert first_of(spans) == expected


def test_nothing_can_be_added_to_a_time_that_is_not_stated():
    assert Span(4.671, 4.671, 4.671).after(Span.not_stated()) == Span.not_stated()
    assert Span(9.0, 8.5, 9.5).since(Span.not_stated()) == Span.not_stated()
    assert not Span.not_stated().informative


def test_sums_carry_no_floating_point_noise():
    assert Span(0.2, 0.1, 0.3).after(Span(0.1, 0.1, 0.1)).point == 0.3


def test_both_clocks_of_shipped_patients(cases):
    courses = cases.timelines()
    (progression,) = courses["peng_2011"].of_kind("spinal_progression")
    assert progression.from_primary.point == pytest.approx(0.583)
    assert progression.from_spine == Span(0.333, 0.25, 0.417)
    (later,) = courses["woitzik_2003"].of_kind("other_metastasis")
    assert later.from_primary == Span(9.0, 8.0, 10.0)
    assert courses["araujo_2019"].end.from_primary == Span.not_stated()
    assert courses["araujo_2019"].end.from_spine == Span(4.671, 4.671, 4.671)
    # 9 (8 to 10) minus 8 (7.5 to 8.5) may be nothing, but a metastasis was seen half a year later at least.
    assert courses["woitzik_2003"].end_since_spine() == Span(1.0, 0.5, 2.5)
    assert courses["li_z_2019"].end_since_spine() == Span.not_stated()


def test_timelines_keep_the_order_of_the_file(cases):
    built = timelines(cases.events)
    assert tuple(built) != ()
    assert [event.row for course in built.values() for event in course.events] == list(
        range(len(cases.events))
    )

"""Lexis diagram: what is drawn where, what is counted, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import hpcstats as hs
from hpcstats.errors import DataError, DesignError
from hpcstats.plots.lexis.figure import lexis_diagram
from hpcstats.plots.lexis.labels import Name, mark_box, placed
from hpcstats.plots.lexis.plan import Plane, courses_of


def rows(**changes):
    frame = {
        "patient_id": ["a", "b", "c", "d"],
        "source": ["Mao 2020", "Brass 2004", "Nowhere", "No report"],
        "year_primary": [2007, None, None, 2012],
        "time": [10, 5, 3, 4],
        "lower": [9.5, 4.5, 2.5, 4],
        "upper": [10.5, 5.5, 3.5, 4],
        "year_report": [2020, 2004, None, None],
        "seen_lower": [12, None, None, None],
        "seen_upper": [14, None, None, None],
    }
    return frame | changes


def test_a_line_at_45_degrees_from_the_primary_to_the_event_and_on_to_the_report():
    plane = Plane.of(courses_of(rows()), 10, 5, 150, 150)
    xs, ys = plane.diagonal(2007, 0, 10)
    assert xs[1] - xs[0] == pytest.approx(ys[0] - ys[1])
    assert xs == [plane.x(2007), plane.x(2017)]
    assert plane.diagonal(2007, 0, 99)[1][1] == pytest.approx(plane.upper)
    assert plane.diagonal(2040, 0, 5) is None


def test_every_patient_is_drawn_or_counted():
    figure = lexis_diagram(rows())
    assert figure.data.set_index("patient_id")["drawn"].to_dict() == {
        "a": "line", "b": "before the report", "c": "not drawn", "d": "line"
    }  # fmt: skip
    counts = {number.id: (number.value, number.patients) for number in figure.numbers}
    assert counts == {
        "lexis.lines": (2, ("a", "d")), "lexis.bounded": (1, ("b",)), "lexis.not_drawn": (1, ("c",))
    }  # fmt: skip
    assert "2 diagonal lines of primaries from 2007 to 2012" in figure.alt_text
    assert "after the latest report (2020)" in figure.alt_text


def test_it_is_fit_to_print_and_byte_stable():
    figure = lexis_diagram(rows())
    assert hs.plots.problems(figure) == ()
    assert figure.size[0] == 174
    assert figure.render(["svg"])[".svg"] == lexis_diagram(rows()).render(["svg"])[".svg"]


def test_the_study_data_are_fit_to_print():
    cases = hs.literature.load()
    found = hs.literature.endpoint(cases, "spinal_metastasis")
    lanes = hs.literature.swimmer_lanes(cases, found.data["patient_id"])
    first = lanes[(lanes["event"] == "spinal_metastasis") & (lanes["sequence"] == 1)]
    years = found.data[["patient_id", "year_primary", "source_year"]].rename(
        columns={"source_year": "year_report"}
    )
    figure = lexis_diagram(first.merge(years, on="patient_id"))
    assert hs.plots.problems(figure) == ()
    assert len(figure.data) == found.point.n


def test_without_reports_nothing_is_shaded():
    figure = lexis_diagram(rows(year_report=[None] * 4, seen_lower=[None] * 4, seen_upper=[None] * 4))
    assert "shaded" not in figure.alt_text
    assert hs.plots.problems(figure) == ()


def test_names_keep_apart_from_names_and_marks():
    names = [Name(f"Author {k} 2020", 50 + k / 2, 50, 50 + k / 2) for k in range(4)]
    marks = [mark_box(name.x, name.y, 0.6, 1.5) for name in names]
    boxes = placed(names, marks, [], (0, 0, 170, 100))
    for k, box in enumerate(boxes):
        assert all(box[0] >= 0 for box in boxes)
        for other in boxes[k + 1 :]:
            apart = max(other[0] - box[2], box[0] - other[2], other[1] - box[3], box[1] - other[3])
            assert apart >= 0


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"patient_id": ["a", "a", "c", "d"]}, DataError, "several rows of a"),
        ({"year_report": [2006, 2004, None, None]}, DataError, "before the primary for a"),
        ({"time": [np.nan] * 4}, DesignError, "nothing to draw"),
    ],
)
def test_what_cannot_be_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        lexis_diagram(rows(**changes))


def test_missing_columns_are_named():
    frame = rows()
    del frame["year_report"]
    with pytest.raises(DataError, match="no column year_report"):
        lexis_diagram(frame)

"""Flow diagrams: every count and reason is printed, inside its box, and traceable."""

from __future__ import annotations

from dataclasses import replace

import pytest

import hpcstats as hs
from hpcstats.errors import DesignError
from hpcstats.literature import Flow
from hpcstats.plots.evidence.boxes import Card


def printed(figure):
    return " ".join(text.get_text() for text in figure.figure.texts)


def test_every_count_is_printed(flow, evidence):
    shown = printed(flow)
    for words in (
        "40 publications",
        "30 patients",
        "12 patients with spinal metastasis",
        "10 excluded",
        "9 with the event",
    ):
        assert words in shown
    assert "All 30 patients" in shown
    assert "18 comparators" in shown


def test_titles_are_given_or_made_from_the_name(flow):
    shown = printed(flow)
    assert "Time to spinal" in shown
    assert "Local" in shown


def test_numbers_are_those_of_the_flow(flow, evidence):
    numbers = {number.id: number for number in flow.numbers}
    for box in evidence.boxes:
        assert (numbers[box.id].value, numbers[box.id].patients) == (box.count, box.patients)
    assert numbers["local.excluded.no_follow_up_time_stated"].value == 3
    assert numbers["sources"].sources == ("s1",)
    assert numbers["patients"].sources == ()


def test_alternative_text_tells_each_endpoint(flow):
    assert "Time to spinal metastasis: 12 used, 12 with the event; 0 excluded." in flow.alt_text
    assert (
        "10 excluded (7 local recurrence known, but not dated in the report; 3 no follow-up" in flow.alt_text
    )


def test_one_population_alone_is_drawn(evidence):
    only = Flow(boxes=tuple(box for box in evidence.boxes if not box.id.startswith("spine")))
    assert hs.plots.problems(hs.plots.flow(only)) == ()


def test_three_populations_and_none_are_refused(evidence):
    more = tuple(
        replace(box, id=box.id.replace("spine", "third"), parent="role.comparator")
        for box in evidence.boxes
        if box.id.startswith("spine")
    )
    with pytest.raises(DesignError, match="not 3"):
        hs.plots.flow(Flow(boxes=(*evidence.boxes, *more)))
    with pytest.raises(DesignError, match="not 0"):
        hs.plots.flow(Flow(boxes=evidence.boxes[:6]))


def test_a_card_grows_with_its_words():
    short = Card(width=40, heading="Heading", items=[("3", "no time stated")])
    long = Card(
        width=40,
        heading="Heading",
        items=[("3", "no time of the follow-up after the spinal metastasis stated")],
    )
    assert long.height > short.height


def test_the_flow_of_the_literature_fits_on_a_page():
    cases = hs.literature.load()
    endpoints = {name: hs.literature.endpoint(cases, name) for name in hs.literature.ENDPOINTS}
    evidence = hs.literature.evidence_flow(cases, endpoints)
    figure = hs.plots.flow(evidence, titles={name: point.label for name, point in endpoints.items()})
    assert hs.plots.problems(figure) == ()
    assert list(figure.data.columns) == list(evidence.to_frame().columns)

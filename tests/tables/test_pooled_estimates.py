"""The table of pooled estimates repeats the results and names what was left out."""

from __future__ import annotations

import pytest

import hpcstats as hs
from hpcstats.literature.pooling import pool, pool_proportions, pool_rates
from hpcstats.tables.pooled_estimates import pooled_estimates
from tests.tables.readers import csv_cells

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.SmallSampleWarning")

PROPORTION = pool_proportions(
    [6, 1, 28, 3, 2, 0],
    [13, 15, 39, 6, 10, 8],
    labels=list("abcdef"),
    overlap=["S", None, None, None, None, "S"],
)
RATE = pool_rates([6, 28, 2, 4, 5], [58.8, 399.8, 62.3, 30, 100], labels=list("aceij"))
RESULTS = {"Recurrence": {"All": PROPORTION, "Few": pool_proportions([0, 0], [4, 9])}, "Rates": {"All": RATE}}


def test_the_cells_repeat_the_results() -> None:
    cells = pooled_estimates(RESULTS).cells()
    assert cells[0][3:5] == ["Pooled (95% CI)", "Further cohort, 95%"]
    assert cells[2] == [
        "All",
        "5",
        "40/83",
        "37% (10% to 74%)",
        "2% to 95%",
        "1.19 (0.20 to 7.80)",
        "75%",
        "<0.001",
    ]
    assert cells[3] == ["Few", "2", "0/13", "0% (0% to 25%)", "–", "–", "–", "–"]
    assert cells[5][2] == "45/651"
    assert cells[5][3].startswith(hs.formats.fixed(100 * RATE.estimate, 1))


def test_every_number_names_its_publications() -> None:
    numbers = {number.id: number for number in pooled_estimates(RESULTS).numbers}
    found = numbers["recurrence.all.estimate"]
    assert (found.value, found.sources) == (PROPORTION.estimate, tuple("abcde"))
    assert numbers["rates.all.low"].value == pytest.approx(100 * RATE.low)
    assert numbers["recurrence.all.tau2.high"].value == PROPORTION.heterogeneity.tau2_interval[1]
    assert all(number.sources for number in numbers.values())


def test_notes_name_methods_and_what_was_left_out() -> None:
    table = pooled_estimates(RESULTS, left_out={"Recurrence": {"x": "too small", "y": "too small"}})
    notes = " ".join(str(note) for note in table.notes)
    assert "Left out of Recurrence: x, y (too small); f (shares patients with a" in notes
    assert "one degree of freedom less than cohorts" in notes
    assert "the rates are too low" in notes
    assert "No study has an event" in notes
    bare = " ".join(str(note) for note in pooled_estimates({"R": {"All": PROPORTION}}).notes)
    assert "person-years" not in bare


def test_every_format_holds_the_cells() -> None:
    table = pooled_estimates(RESULTS)
    files = table.render()
    assert sorted(files) == [".csv", ".docx", ".html", ".tex"]
    assert csv_cells(files[".csv"])[: len(table.cells())] == table.cells()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pooled_estimates({}), "nothing pooled"),
        (lambda: pooled_estimates({"R": {"All": pool([1, 2], [1, 1])}}), "not estimate"),
        (lambda: pooled_estimates({"R": {"All": 3}}), "not int"),
        (lambda: pooled_estimates(RESULTS, left_out={"Other": {}}), "no section Other"),
        (
            lambda: pooled_estimates(
                {"R": {"a": PROPORTION, "b": pool_proportions([1, 2], [3, 4], level=0.9)}}
            ),
            "need one level",
        ),
    ],
)
def test_what_does_not_belong_is_refused(call, words) -> None:
    with pytest.raises(hs.HpcstatsError, match=words):
        call()

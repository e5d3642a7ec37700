"""What the study tells its readers: questions, main endpoint, counts of percentages, joined groups."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import hpcstats as hs
from hpcstats.reproduce.environment import isolated_imports
from hpcstats.reproduce.scripts import find_scripts

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.filterwarnings("ignore::hpcstats.errors.HpcstatsWarning")


@pytest.fixture(scope="module")
def study() -> hs.reproduce.Study:
    return hs.reproduce.Study.read(ROOT)


def built(study: hs.reproduce.Study, stem: str) -> Any:
    [script] = [one for one in find_scripts(study) if one.stem == stem]
    with isolated_imports(script.path.parent):
        return script.build_function()(study.at_work_on(stem))


def shared(study: hs.reproduce.Study, script: str, name: str) -> Callable[..., Any]:
    """Return a function that scripts share."""
    with isolated_imports(study.file.parent):
        return getattr(__import__(script), name)


@pytest.fixture(scope="module")
def results(study: hs.reproduce.Study) -> hs.reproduce.Prose:
    return built(study, "results")


def with_main_endpoint(study: hs.reproduce.Study, name: str) -> hs.reproduce.Study:
    objectives = {**study.settings["objectives"], "main_endpoint": name}
    return replace(study, settings={**study.settings, "objectives": objectives})


def test_the_results_begin_with_what_was_asked_and_which_endpoint_is_the_main_one(study, results):
    first = str(results.paragraphs[0])
    assert all(question in first for question in study.settings["objectives"]["questions"])
    assert (
        "Main endpoint of these analyses: time from the primary to the first local recurrence; the others"
        in first
    )
    assert first.endswith(study.settings["objectives"]["beforehand"])
    assert len(study.settings["objectives"]["questions"]) == 2
    assert not re.search(r"\d", first)


def test_the_main_endpoint_is_marked_where_it_stands_and_nowhere_else(study):
    mark = shared(study, "_choices", "main_endpoint")
    other = with_main_endpoint(study, "overall_survival")
    assert mark(study, "local_recurrence") == " (main endpoint of these analyses)"
    assert (mark(study, "overall_survival"), mark(other, "local_recurrence")) == ("", "")
    headings = [str(row.label) for row in built(other, "table_02_estimates").rows if row.kind == "section"]
    assert [text for text in headings if "main endpoint" in text] == [
        "Alive (main endpoint of these analyses)"
    ]


def test_no_percentage_of_the_results_stands_without_its_counts(study, results):
    told = " ".join(map(str, results.paragraphs))
    pooled = re.findall(r"(\d+) of (\d+)(?: patients)? \w+(?: \w+)? \(pooled (\d+)%, ", told)
    percentages = re.sub(r"\d+% CI|\d+% to \d+%", "", told).count("%")
    assert len(pooled) == percentages == 2
    table = {number.id: number.value for number in built(study, "table_06_pooled_cohorts").numbers}
    numbers = {number.id: number.value for number in results.numbers}
    for name in ("recurrence", "metastasis"):
        row = {"recurrence": "local_recurrence", "metastasis": "metastasis"}[name] + ".all_cohorts"
        for part, of in (("events", "events"), ("patients", "total"), ("n", "cohorts")):
            assert numbers[f"cohorts.{name}.{part}"] == table[f"{row}.{of}"]


def test_joined_categories_are_counted_and_add_up_to_the_group(study):
    made = built(study, "table_03_cox_local_recurrence")
    numbers = {number.id: number for number in made.numbers}
    for column, group in (
        ("resection", "resection_complete.subtotal_or_biopsy"),
        ("primary_site_group", "site.extracranial"),
    ):
        parts = {key: found for key, found in numbers.items() if key.startswith(f"joined.{column}.")}
        assert len(parts) >= 4
        for part, of in (("patients", "n"), ("events", "events")):
            counts = [found.value for key, found in parts.items() if key.endswith(f".{part}")]
            assert sum(counts) == numbers[f"univariable.{group}.{of}"].value
        assert study.settings["joined"][column] in " ".join(map(str, made.notes))
        patients = [set(found.patients) for key, found in parts.items() if key.endswith(".patients")]
        assert sum(map(len, patients)) == len(set.union(*patients))


def test_follow_up_of_both_groups_is_compared_where_the_test_needs_it_alike(study):
    found = shared(study, "_choices", "endpoint")(study, "local_recurrence")
    response, data = shared(study, "_choices", "known_resection")(found)
    test = hs.compare_follow_up(response, data["resection_complete"], seed=study.seed)
    made = built(study, "table_02b_comparisons")
    [number] = [one for one in made.numbers if one.id == "follow_up.p_value"]
    assert (number.value, number.patients) == (test.p_value, test.patients())
    assert f"p = {number}" in str(made.caption)


def test_age_may_bend_in_every_model_that_holds_it(study):
    found = shared(study, "_choices", "endpoint")(study, "local_recurrence")
    alone, together = shared(study, "_choices", "recurrence_models")(study, found)
    squares = shared(study, "table_05_model_checks", "squares")(study, found, alone | {"all": together})
    assert set(squares) == {"age_decades", "all"}
    for name, fit in (("age_decades", alone["age_decades"]), ("all", together)):
        square = squares[name]["age_decades"]
        assert (square.n, square.n_events, square.penalty) == (fit.n, fit.n_events, fit.penalty)
        assert len(square.terms) == len(fit.terms) + 1

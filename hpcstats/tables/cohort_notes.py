"""Notes below the table of cohorts: what marks mean, what cannot be computed, overlap, publications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hpcstats import formats
from hpcstats.basis import Basis
from hpcstats.numbers import Text
from hpcstats.tables.cohort_cells import sourced

if TYPE_CHECKING:
    from hpcstats.literature import CohortSummary

Record = Mapping[str, Any]


def notes(
    summary: CohortSummary,
    order: list[Record],
    shown: list[Record],
    named: Mapping[str, str],
    empty: list[str],
) -> Iterator[Text]:
    """Say what the cells of the table do not.

    Parameters
    ----------
    summary : CohortSummary
        What is shown.
    order : list of dict
        The rows of its cohorts in the order of the table.
    shown : list of dict
        The values that the table shows.
    named : mapping of str to str
        Letters of the marks.
    empty : list of str
        Outcomes that no cohort counts, in words.
    """
    yield Text.of(
        "n/N: patients with the event among all, the share, and its exact (Clopper-Pearson) "
        f"{formats.level(summary.level)} confidence interval; shares of any length of follow-up. Estimates "
        "at a time and medians are as printed. An empty cell: not stated."
    )
    if named:
        yield Text.of("; ".join(f"[{letter}] {mark}" for mark, letter in named.items()) + ".")
    for outcome in empty:
        yield Text.of(f"No cohort counts patients with {outcome}, so that no share of them can be computed.")
    yield from _without_interval(order, shown)
    yield from _overlap(order)
    yield from _reach(summary, order, shown)
    yield from _publications(order)


def _without_interval(order: list[Record], shown: list[Record]) -> Iterator[Text]:
    """Count the values that no interval can be computed for, by reason."""
    sources = {record["unit"]: record["source_id"] for record in order}
    reasons: dict[str, list[str]] = {}
    for value in shown:
        if value["without_interval"]:
            reasons.setdefault(value["without_interval"], []).append(sources[value["unit"]])
    parts: list[Text] = []
    for reason, found in reasons.items():
        basis, publications = Basis().below("without_interval", reason), len(set(found))
        values = basis.count("values", len(found), f"Values without an interval: {reason}.")
        of = basis.count("publications", publications, "Publications that state them.")
        words = ("value" if len(found) == 1 else "values", "" if publications == 1 else "s")
        text = Text.of(values, f" {words[0]} of ", of, f" publication{words[1]}: {reason}")
        parts.append(sourced(text, *found))
    if parts:
        yield Text.of("No interval is printed, and none can be computed, for ", *_separated(parts), ".")


def _separated(parts: list[Text]) -> Iterator[Text | str]:
    for place, part in enumerate(parts):
        if place:
            yield "; "
        yield part


def _overlap(order: list[Record]) -> Iterator[Text]:
    whole = [record for record in order if not record["part"]]
    if any(record["overlap"] for record in whole):
        yield Text.of(
            "In brackets behind a cohort: the group of cohorts with which it shares patients. Of each group "
            "one at most may be pooled."
        )
    cases = [str(record["label"]) for record in whole if record["in_patients"]]
    if cases:
        yield Text.of(f"Patients who are also in the case-level data: {', '.join(cases)}.")


def _reach(summary: CohortSummary, order: list[Record], shown: list[Record]) -> Iterator[Text]:
    """Count what is shown of all that is stated, and name who states no outcome."""
    whole = [record for record in order if not record["part"]]
    silent = summary.silent
    everybody = [*(r["source_id"] for r in whole), *silent["source_id"]]
    reach = Basis().below("reach")
    twice = sum(bool(record["verified"]) for record in whole)
    text = Text.of(
        "Shown are ",
        reach.count("values", len(shown), "Values shown."),
        " of ",
        reach.count("statistics", summary.n_statistics, "Statistics of cohorts in the data."),
        " published statistics, of ",
        reach.count("cohorts", len(whole), "Cohorts that state an outcome."),
        " cohorts; all those of ",
        reach.count("verified", twice, "Cohorts of which every number was read twice."),
        " cohorts were read twice. The others, such as ratios, treatments and times to recurrence, stand in "
        "the data.",
    )
    yield sourced(text, *everybody)
    if len(silent):
        number = reach.count("silent", len(silent), "Cohorts that state no outcome.")
        names = ", ".join(str(label) for label in silent["label"])
        yield sourced(Text.of(number, f" further cohorts state no such outcome: {names}."), *everybody)


def _publications(order: list[Record]) -> Iterator[Text]:
    whole = [record for record in order if not record["part"]]
    cited = [f"{record['label']}, {record['reference']}" for record in whole if record["reference"]]
    bare = [str(record["label"]) for record in whole if not record["reference"]]
    if cited:
        yield Text.of(f"Publications: {'; '.join(cited)}.")
    if bare:
        yield Text.of(
            "Publications without a doi or a PubMed number, whose titles and addresses stand in sources.csv: "
            f"{', '.join(bare)}."
        )

"""Table of the published cohorts: what each states, with exact limits where it counts its patients."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hpcstats import formats
from hpcstats.basis import Basis
from hpcstats.errors import DesignError
from hpcstats.numbers import Text
from hpcstats.tables.cohort_cells import Heading, Value, cell, letters, marks, sourced
from hpcstats.tables.cohort_notes import Record, notes
from hpcstats.tables.pieces import EMPTY
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.literature import CohortSummary

_POPULATIONS = {
    "intracranial": "Intracranial tumours",
    "mixed": "Intracranial, spinal or other tumours",
    "spinal": "Spinal tumours",
    "extracranial": "Extracranial tumours",
}
_WORDS = {
    "local_recurrence": "Local recurrence",
    "recurrence": "Recurrence of any kind",
    "metastasis": "Metastasis",
    "spinal_metastasis": "Spinal metastasis",
    "deaths": "Death",
}


def cohort_statistics(
    summary: CohortSummary, *, caption: str | Text = "What published cohorts state of their patients."
) -> Table:
    """What each published cohort states of its patients, of recurrence, metastasis and survival.

    Parameters
    ----------
    summary : CohortSummary
        From `hpcstats.literature.cohort_summary`.
    caption : str or Text
        What the table shows.

    Returns
    -------
    Table
        A row for each cohort that states an outcome, in sections by the site of its tumours, cohorts that
        analyses leave out in sections of their own, and by year in each; below a cohort, set in, the parts
        of it that it speaks of apart, unless it is left out. Counts stand with exact limits, other values
        with the limits printed beside them, if there are any. A column that no cohort fills is not shown.
        The notes say what no limits can be computed for and why, which cohorts share patients, and where
        each was published.
        Numbers have identifiers such as ``guthrie_1989.metastasis.low`` and name their publication.

    Raises
    ------
    DesignError
        If no cohort states an outcome.

    Examples
    --------
    >>> import hpcstats as hs
    >>> table = cohort_statistics(hs.literature.cohort_summary(hs.literature.load()))
    >>> heading, *rows = table.cells()
    >>> guthrie = next(row for row in rows if row[0] == "Guthrie 1989 (Mayo)")
    >>> print(guthrie[heading.index("Metastasis (95% CI)")])
    10/44, 23% (11% to 38%); 33% by 10 years; 64% by 15 years
    """
    if summary.cohorts.empty:
        raise DesignError("No cohort states an outcome. There is nothing to show.")
    order = _in_order(summary)
    values: dict[str, list[Value]] = {record["unit"]: [] for record in order}
    for value in summary.values.to_dict(orient="records"):
        if value["unit"] in values:
            values[value["unit"]].append({str(name): entry for name, entry in value.items()})
    every = [value for record in order for value in values[record["unit"]]]
    headings = [heading for heading in _headings(summary) if heading.values(every)]
    shown = [v for record in order for one in headings for v in one.values(values[record["unit"]])]
    named = letters(mark for value in shown for mark in marks(value))
    counted = {heading.name for heading in headings}
    empty = [words.lower() for name, words in _WORDS.items() if name not in counted]
    return Table(
        caption=Text.of(caption),
        stub="Cohort",
        columns=_columns(headings),
        rows=tuple(_rows(order, headings, values, named)),
        notes=tuple(notes(summary, order, shown, named, empty)),
    )


def _headings(summary: CohortSummary) -> list[Heading]:
    """Return every column that may be filled, from left to right."""
    times = sorted({float(time) for time in summary.values["at_years"] if not math.isnan(time)})
    free, alive = "Recurrence-free", "Alive"
    return [
        Heading(
            name="age", label="Age, y", printed=formats.as_given, what="Age, as printed.", also="men",
            also_words="men",
        ),
        Heading(
            name="follow_up", label="Followed, y", printed=formats.years, what="Follow-up, as printed."
        ),
        *_shares(formats.level(summary.level)),
        *(_at("recurrence_free", free, time) for time in times),
        *(_at("survival", alive, time) for time in times),
        Heading(name="survival_median", label="Median survival, y", printed=formats.years,
                what="Median survival, as printed."),
    ]  # fmt: skip


def _shares(level: str) -> list[Heading]:
    columns = (
        ("local_recurrence", "Local", "Recurrence", ""),
        ("recurrence", "Any", "Recurrence", ""),
        ("metastasis", "Metastasis", "", "metastasis_by"),
        ("spinal_metastasis", "Spinal metastasis", "", ""),
        ("deaths", "Death", "", ""),
    )
    return [
        Heading(
            name=name, label=f"{label} ({level} CI)", spanner=spanner, printed=formats.percent,
            what=_WORDS[name], also=also,
        )
        for name, label, spanner, also in columns
    ]  # fmt: skip


def _at(name: str, spanner: str, time: float) -> Heading:
    what = f"{spanner} at {time:g} years, as printed."
    return Heading(
        name=name, label=f"{time:g} y", spanner=spanner, printed=formats.percent, what=what, at_years=time
    )


def _columns(headings: list[Heading]) -> tuple[Column, ...]:
    return (
        Column(key="n", label=Text.of("N")),
        *(
            Column(
                key=heading.key,
                label=Text.of(heading.label),
                spanner=Text.of(heading.spanner) if heading.spanner else None,
            )
            for heading in headings
        ),
    )


def _in_order(summary: CohortSummary) -> list[Record]:
    """Return the rows by section, year and name, each cohort followed by its parts."""
    whole = summary.cohorts[summary.cohorts["part"] == ""]
    reasons = list(dict.fromkeys(reason for reason in whole["left_out"] if reason))
    sites = list(_POPULATIONS)
    keys = {
        record["study_id"]: (
            reasons.index(record["left_out"]) if record["left_out"] else -1,
            sites.index(record["population"]) if not record["left_out"] else 0,
            math.inf if math.isnan(record["year"]) else record["year"],
            record["label"].casefold(),
        )
        for record in whole.to_dict(orient="records")
    }
    rows = summary.cohorts[(summary.cohorts["part"] == "") | (summary.cohorts["left_out"] == "")]
    records = [{str(k): v for k, v in r.items()} for r in rows.to_dict(orient="records")]
    sections = {record["study_id"]: _section(record) for record in records if not record["part"]}
    ordered = sorted(records, key=lambda record: (*keys[record["study_id"]], record["study_id"]))
    return [record | {"section": sections[record["study_id"]]} for record in ordered]


def _section(record: Record) -> str:
    reason = record["left_out"]
    return f"Not pooled: {reason}" if reason else _POPULATIONS[record["population"]]


def _rows(
    order: list[Record], headings: list[Heading], values: dict[str, list[Value]], named: dict[str, str]
) -> list[Row]:
    rows: list[Row] = []
    section = ""
    for record in order:
        if record["section"] != section:
            section = record["section"]
            rows.append(Row(kind="section", label=Text.of(section)))
        rows.append(_row(record, headings, values[record["unit"]], named))
    return rows


def _row(record: Record, headings: list[Heading], values: list[Value], named: dict[str, str]) -> Row:
    basis, source = Basis().below(record["unit"]), record["source_id"]
    n = EMPTY if math.isnan(record["n"]) else Text.of(basis.count("patients", record["n"], "Patients."))
    cells = [cell(basis, source, heading, heading.values(values), named) for heading in headings]
    return Row(
        label=Text.of(record["part"] or _label(record)),
        cells=(sourced(n, source), *cells),
        indent=1 if record["part"] else 0,
    )


def _label(record: Record) -> str:
    """Name a cohort, with the group of cohorts it shares patients with."""
    group = "" if record["left_out"] else record["overlap"]
    return f"{record['label']} ({group})" if group else str(record["label"])

"""Table of the statements of a paper beside what the case-level data give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from string import ascii_lowercase
from typing import TYPE_CHECKING

from hpcstats.numbers import Number, Text, patient_list
from hpcstats.tables.pieces import named
from hpcstats.tables.table import Column, Row, Table

if TYPE_CHECKING:
    from hpcstats.literature.statements import Statement, Statements

_VERDICTS = {"agrees": "agree", "disagrees": "disagree", "cannot be checked": "cannot be checked"}


def statements(
    checked: Statements,
    *,
    labels: Mapping[str, str] | None = None,
    caption: str | Text = "Statements of the index paper beside the case-level data.",
) -> Table:
    """Each statement of a paper, what the case-level data give, and the verdict by a stated rule.

    Parameters
    ----------
    checked : Statements
        From `hpcstats.literature.check_statements`.
    labels : mapping of str to str, optional
        Printed names of the statements under their identifiers; without one, their subject.
    caption : str or Text
        What the table shows.

    Returns
    -------
    Table
        Columns: stated, found, verdict, rule (a letter, spelled out in the notes), and where the paper says
        so. Numbers have identifiers such as ``sex.share``; the verdicts are counted in the notes.
    """
    names = labels or {}
    letters = _letters([item.rule for item in checked.statements])
    rows = tuple(_row(item, names, letters) for item in checked.statements)
    rules = [f"Rule {letter}: {rule.rstrip('.')}." for rule, letter in letters.items()]
    notes = [checked.method, *rules, *(f"{warning.rstrip('.')}." for warning in checked.warnings)]
    return Table(
        caption=Text.of(caption),
        stub="Statement",
        columns=_columns(),
        rows=rows,
        notes=(_counts(checked), *map(Text.of, notes)),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="stated", label=Text.of("Stated in the paper"), alignment="left", wide=True),
        Column(key="found", label=Text.of("Case-level data"), alignment="left", wide=True),
        Column(key="verdict", label=Text.of("Verdict"), alignment="left"),
        Column(key="rule", label=Text.of("Rule")),
        Column(key="locator", label=Text.of("Where stated"), alignment="left", wide=True),
    )


def _letters(rules: list[str]) -> dict[str, str]:
    """Give each distinct rule a letter in order of appearance: a to z, then aa, ab, ..."""
    distinct = dict.fromkeys(rules)
    n = len(ascii_lowercase)
    return {
        rule: (ascii_lowercase[k // n - 1] if k >= n else "") + ascii_lowercase[k % n]
        for k, rule in enumerate(distinct)
    }


def _row(item: Statement, names: Mapping[str, str], letters: Mapping[str, str]) -> Row:
    label = names.get(item.id) or named(item.subject, {})
    verdict, rule = Text.of(item.verdict), Text.of(letters[item.rule])
    return Row(label=Text.of(label), cells=(item.stated, item.found, verdict, rule, Text.of(item.locator)))


def _counts(checked: Statements) -> Text:
    """Count the verdicts; they rest on all patients of all statements."""
    patients = patient_list(patient for item in checked.statements for patient in item.patients)
    sources = patient_list(source for item in checked.statements for source in item.sources)
    found: Counter[str] = Counter(item.verdict for item in checked.statements)

    def count(name: str, value: int, how: str) -> Number:
        return Number(
            id=f"verdicts.{name}", value=value, text=str(value), how=how, patients=patients, sources=sources
        )

    parts: list[str | Number] = [
        count("all", len(checked.statements), "Statements looked at."),
        " statements: ",
    ]
    for verdict, plural in _VERDICTS.items():
        how = f"Statements with the verdict {verdict!r}."
        parts += [count(verdict.replace(" ", "_"), found[verdict], how), f" {plural}", ", "]
    return Text.of(*parts[:-1], ".")
